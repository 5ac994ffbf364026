"""The workbook's sheet of the population beside the study, and what of it stands on other sheets."""

from dataclasses import replace

import openpyxl
import polars as pl
import pytest
from test_reports import SHEETS, Study, cost_table, release, texts

from reports.texts import TEXTS
from reports.workbook import write_workbook


def with_population():
    """The cost table with the population's rows: the study's at half the cost, of many more citizens."""
    own = cost_table()
    more = own.filter(pl.col("group_by") == "alle").with_columns(
        pl.col("^mean_.*$") / 2, pl.col("^n_.*$") * 100, illustrative=False
    )
    names = ("befolkning", "befolkning_standardiseret")
    return pl.concat([own, *(more.with_columns(group_by=pl.lit(name)) for name in names)])


@pytest.mark.parametrize(("language", "sheet", "names"), [
    ("da", "Befolkningen", ["Studiet", "Befolkningen", "Befolkningen, samme alder og køn"]),
    ("en", "Population", ["The study", "The population", "The population, same age and sex"]),
])  # fmt: skip
def test_the_population_stands_beside_the_study(tmp_path, language, sheet, names):
    write_workbook(tmp_path / "x.xlsx", release(with_population(), comparison_ages=(18, 64)), language)
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    rows = list(book[sheet].iter_rows(values_only=True))
    (top,) = [number for number, row in enumerate(rows) if row[0] == ("Sundhed" if language == "da" else "Health")]
    below = rows[top + 1 : top + 4]
    assert [row[0] for row in below] == names
    study, raw, standardised = (row[1] for row in below)
    assert raw == standardised == pytest.approx(study / 2)
    assert [row[4] for row in below] == ["ikke målt" if language == "da" else "not measured"] * 3
    assert any("18-64" in str(row[0]) for row in rows)


def test_the_population_is_no_group_of_the_study(tmp_path):
    write_workbook(tmp_path / "x.xlsx", release(with_population()))
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert book.sheetnames == [*SHEETS[:4], "Befolkningen", *SHEETS[4:]]
    first, last = book["Grupper"].auto_filter.ref.split(":")
    of_groups = cost_table().filter(pl.col("group_by") != "alle").height
    assert book["Grupper"][last].row - book["Grupper"][first].row == of_groups
    named = {row[1:3] for row in book["Data"].iter_rows(values_only=True)}
    assert {("Befolkningen", "Alle"), ("Befolkningen, samme alder og køn", "Alle"), ("Kommune", "101")} <= named


def test_an_anchored_study_says_that_the_course_is_not_compared(tmp_path):
    write_workbook(tmp_path / "x.xlsx", release(with_population(), study=replace(Study(), mode="anchored")))
    assert TEXTS["comparison_anchored"][0] in texts(openpyxl.load_workbook(tmp_path / "x.xlsx"))
