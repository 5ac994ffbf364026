"""The sheets that hold rows by the thousand: the groups and the whole table, to be filtered.

Here: which columns stand there, and writing them some rows at a time. Not here: the sheets that are read from the top
down (``views.py``), layout (``sheet.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from faults import Fault, StoreError
from reports.sheet import Book, Sheet
from reports.tables import COMPARED, Line, ReleaseTables

Tell = Callable[[int, int], None]
"""Told of the rows written so far and of how many there are."""

MOST_ROWS = 1_048_576  # of a sheet of an XLSX file
OPENING = 20  # rows kept for what stands above a table
AT_A_TIME = 5_000

# The long table's columns and the styles of their figures ("" = a text).
COLUMNS = {
    "study": "",
    "group_by": "",
    "group": "",
    "period": "integer",  # its number, to sort by
    "period_name": "",
    "area": "",
    "service": "",
    "unit": "",
    "n_study": "count",
    "n_citizens": "count",
    "n_users": "count",
    "share_users": "share_fine",
    "mean_quantity": "quantity",
    "mean_cost": "kr",
    "mean_cost_kommune": "kr",
    "mean_cost_region": "kr",
    "mean_cost_stat": "kr",
    "price_year": "integer",
    "illustrative": "",
    "withheld": "",
}
OF_GROUPS = [name for name in COLUMNS if name not in ("study", "period", "price_year", "illustrative", "withheld")]
WIDTHS = {
    "study": 20,
    "group_by": 12,
    "group": 20,
    "period": 9,
    "period_name": 14,
    "area": 24,
    "service": 38,
    "unit": 12,
}


def refuse_too_long(path: Path, tables: ReleaseTables) -> None:
    """Raise StoreError when the cost table has more rows than a sheet can hold."""
    rows = tables.cost_table.height
    if rows > MOST_ROWS - OPENING:
        what = f"the cost table has {rows:,} rows, and a sheet of a workbook holds at most {MOST_ROWS:,}"
        mend = "give the participant list fewer groups or the study fewer periods; only CSV and Parquet hold more rows"
        raise StoreError(Fault(what, str(path), mend))


def rows_to_write(tables: ReleaseTables) -> int:
    """How many rows the two sheets hold."""
    return tables.cost_table.height + tables.subgroups.height


def write_groups(book: Book, tell: Tell) -> None:
    """The rows of municipalities and groups, one a group, period and service; a printed page begins with a group."""
    rows = book.tables.subgroups
    first = rows.select(pl.struct("group_by", "group").rle_id().diff().fill_null(0) > 0).to_series().arg_true()
    sheet, top = _write_long(book, "groups", rows, OF_GROUPS, tell, 0)
    sheet.break_pages((first + top).to_list())


def write_data(book: Book, tell: Tell) -> None:
    """The whole cost table with every column."""
    _write_long(book, "data", book.tables.cost_table, list(COLUMNS), tell, book.tables.subgroups.height)


def _write_long(
    book: Book, key: str, rows: pl.DataFrame, columns: list[str], tell: Tell, before: int
) -> tuple[Sheet, int]:
    """The sheet, and the row of the first figures. ``before`` rows were written on other sheets."""
    widths = WIDTHS | {"service": book.name_width}
    sheet = Sheet(book, key, [widths.get(column, 14) for column in columns])
    numbers = {position for position, column in enumerate(columns) if COLUMNS[column]}
    sheet.head([book.labels.text(f"column.{column}") for column in columns], numbers=numbers, height=34)
    sheet.freeze(columns=columns.index("group") + 1)
    top, of = sheet.row, rows_to_write(book.tables)
    for part in rows.iter_slices(AT_A_TIME):
        for row in part.iter_rows(named=True):
            level = Line(row["area"], row["service"]).level
            sheet.write([_cell(sheet, row, column) for column in columns], "row" if level == "service" else level)
        tell(before + sheet.row - top, of)
    sheet.sheet.autofilter(top - 1, 0, max(sheet.row, top) - 1, len(columns) - 1)
    return sheet, top


def _cell(sheet: Sheet, row: dict[str, Any], column: str) -> tuple[object, str]:
    labels = sheet.labels
    if column == "period_name":
        return labels.period(row["period"]), ""
    value = row[column]
    if column == "area":
        return (labels.name("area", value) if value else labels.text("all_areas")), ""
    if column == "service":
        return (labels.name("service", value) if value else labels.text("all_services")), ""
    if column == "group" and row["group_by"] in COMPARED:
        return labels.name("group_by", value), ""
    if column in ("group_by", "unit"):
        return (labels.name(column, value) if value else None), ""
    return sheet.figure(row, column, COLUMNS[column]) if COLUMNS[column] else (value, "")
