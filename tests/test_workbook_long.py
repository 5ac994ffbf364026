"""A workbook of many rows: every one is there, each is told of, and what a sheet cannot hold is refused."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import polars as pl
import pytest
from released import release
from workbooks import written

from faults import StoreError
from reports.long_views import MOST_ROWS
from reports.workbook import write_workbook

KOMMUNER = 40


def many(rows: pl.DataFrame, groups: int) -> pl.DataFrame:
    """The table with the rows of one municipality repeated for `groups` of them, each with figures of its own."""
    of_one = rows.filter(group_by="kommune", group="101")
    of_each = [
        of_one.with_columns(pl.lit(f"{number:05}").alias("group"), pl.col("mean_cost") + number)
        for number in range(groups)
    ]
    return pl.concat([rows.filter(pl.col("group_by") == "alle"), *of_each])


@pytest.fixture(scope="module")
def tables():
    return release(cost_table=many(release().cost_table, KOMMUNER))


def test_every_row_of_a_long_table_is_in_the_workbook_once_and_in_order(tables, tmp_path, monkeypatch):
    monkeypatch.setattr("reports.long_views.AT_A_TIME", 700)  # so that there are several slices, the last one short
    book = written(tmp_path, tables)
    for name, rows in (("Data", tables.cost_table), ("Grupper", tables.subgroups)):
        sheet = book[name]
        first, last = sheet.auto_filter.ref.split(":")
        heads = [cell.value for cell in sheet[sheet[first].row]]
        columns = [heads.index(word) for word in ("Gruppe", "Omkostning pr. borger", "Borgere med forbrug")]
        shown = list(_cells(sheet, sheet[first].row + 1, sheet[last].row, columns))
        assert len(shown) == rows.height > 2000
        assert sheet.max_row == sheet[last].row
        costs = [(row[1], expected) for row, expected in zip(shown, rows["mean_cost"], strict=True)]
        assert all(one == pytest.approx(expected) for one, expected in costs if expected is not None)
        assert all(isinstance(one, str) for one, expected in costs if expected is None)
        users = [row[2] if isinstance(row[2], int) else None for row in shown]
        assert users == rows["n_users"].to_list()
        if name == "Grupper":
            assert [row[0] for row in shown] == rows["group"].to_list()
            assert len(sheet.row_breaks.brk) == KOMMUNER - 1


def _cells(sheet, top: int, bottom: int, columns: list[int]) -> Iterator[list[object]]:
    for row in sheet.iter_rows(top, bottom, values_only=True):
        yield [row[column] for column in columns]


def test_progress_counts_up_to_all_rows(tables, tmp_path, monkeypatch):
    monkeypatch.setattr("reports.long_views.AT_A_TIME", 700)
    told: list[tuple[int, int]] = []
    write_workbook(tmp_path / "x.xlsx", tables, tell=lambda done, of: told.append((done, of)))
    of = tables.cost_table.height + tables.subgroups.height
    assert told[-1] == (of, of)
    assert {whole for _, whole in told} == {of}
    steps = [after - before for (before, _), (after, _) in pairwise(told)]
    assert 0 < min(steps) <= max(steps) <= 700


def test_more_rows_than_a_sheet_holds_are_refused_before_anything_is_written(tmp_path):
    table = release().cost_table
    longer = pl.concat([table] * (MOST_ROWS // table.height + 1), rechunk=False)
    with pytest.raises(StoreError, match="fewer groups") as raised:
        write_workbook(tmp_path / "x.xlsx", release(cost_table=longer))
    assert f"{longer.height:,} rows" in str(raised.value)
    assert "1,048,576" in str(raised.value)
    assert not list(tmp_path.iterdir())


def test_more_groups_than_page_breaks_leave_the_rest_to_the_program(tmp_path):
    table = release().cost_table
    one = table.filter(group_by="kommune", group="101").head(1)
    groups = [one.with_columns(pl.lit(f"{number:05}").alias("group")) for number in range(1100)]
    book = written(tmp_path, release(cost_table=pl.concat([table, *groups])))
    assert len(book["Grupper"].row_breaks.brk) == 1023
