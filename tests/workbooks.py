"""A workbook read back: its cells, texts and rows by their first cell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl

from reports.tables import ReleaseTables
from reports.workbook import write_workbook

SHEETS = [
    "Overblik",
    "Figurer",
    "Omkostninger",
    "Forbrug",
    "Betalere",
    "Befolkningen",
    "Ændringer",
    "Borgerne",
    "Figur 1",
    "Figur 2",
    "Job og omkostning",
    "Grupper",
    "Data",
    "Metode og kilder",
]


def written(folder: Path, tables: ReleaseTables, language: str = "da") -> openpyxl.Workbook:
    """The workbook of a release, written to `folder` and read back."""
    write_workbook(folder / "written.xlsx", tables, language)
    return openpyxl.load_workbook(folder / "written.xlsx")


def cells(book: openpyxl.Workbook) -> list[Any]:
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]


def texts(book: openpyxl.Workbook) -> list[str]:
    return [cell.value for cell in cells(book) if isinstance(cell.value, str)]


def rows_of(sheet: Any) -> dict[str, Any]:
    """The last row that begins with a text, by that text."""
    return {row[0].value: row for row in sheet.iter_rows() if row[0].value is not None}


def values_under(sheet: Any, heading: str) -> Iterator[tuple[Any, ...]]:
    """The rows under the one that begins with `heading`."""
    rows = sheet.iter_rows(values_only=True)
    for row in rows:
        if row[0] == heading:
            break
    yield from rows
