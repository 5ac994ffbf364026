"""The workbook's sheet of the population beside the study, and what of it stands on other sheets."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from released import Study, release
from workbooks import SHEETS, texts, written

from reports.texts import TEXTS


@pytest.mark.parametrize(("language", "sheet", "names"), [
    ("da", "Befolkningen", ["Studiet", "Befolkningen", "Befolkningen, samme alder og køn"]),
    ("en", "Population", ["The study", "The population", "The population, same age and sex"]),
])  # fmt: skip
def test_the_population_stands_beside_the_study(tmp_path, language, sheet, names):
    tables = release(comparison_ages=(18, 64))
    rows = list(written(tmp_path, tables, language)[sheet].iter_rows(values_only=True))
    (top,) = [number for number, row in enumerate(rows) if row[0] == ("Sundhed" if language == "da" else "Health")]
    below = rows[top + 1 : top + 4]
    assert [row[0] for row in below] == names
    for group_by, row in zip(("alle", "befolkning", "befolkning_standardiseret"), below, strict=True):
        own = tables.cost_table.filter(group_by=group_by, area="sundhed").filter(pl.col("service").is_null())
        assert row[1:4] == pytest.approx(own.sort("period")["mean_cost"].to_list()[:3])
    assert [row[4] for row in below] == ["ikke målt" if language == "da" else "not measured"] * 3
    assert any("18-64" in str(row[0]) for row in rows)


def test_the_population_is_no_group_of_the_study(tmp_path):
    book = written(tmp_path, release())
    assert book.sheetnames == SHEETS
    shown = {row[0] for row in book["Grupper"].iter_rows(min_row=8, values_only=True)}
    assert shown == {"Kommune", "Gruppe"}
    named = {row[1:3] for row in book["Data"].iter_rows(values_only=True)}
    assert {("Befolkningen", "Befolkningen"), ("Kommune", "101")} <= named


def test_an_anchored_study_says_that_the_course_is_not_compared(tmp_path):
    assert TEXTS["comparison_anchored"][0] in texts(written(tmp_path, release(study=replace(Study(), mode="anchored"))))
