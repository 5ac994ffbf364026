"""Participant lists: a CSV or XLSX file that somebody typed becomes a frame of text.

Here: which columns there are and what stands in them, row by row. Not here: what a row is worth; missing and wrong
values are set aside, with their reason, by the participants' step (docs/method.md § 1.3).
"""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from deliveries.values import PNR_WIDTH
from expectations.contracts.lists import PARTICIPANT_LIST
from faults import Fault, StudyError
from text_files import NotText, TextTable, read_table, table_of

LIST_COLUMNS = tuple(PARTICIPANT_LIST.columns)
DATES = ("start_date", "end_date")
SCHEMA = {"row": pl.UInt32(), **{name: pl.String() for name in LIST_COLUMNS}}
MIDNIGHT = re.compile(r"^(\d{4}-\d{2}-\d{2})[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$")
WHOLE = re.compile(r"^(\d+)\.0*$")


def read_participant_list(path: Path, group_column: str = "group") -> pl.DataFrame:
    """Read a participant list: one row for each row of the file that is not wholly blank, in the file's order.

    Columns: ``row`` (UInt32, the row's number in the file, the header being row 1) and as text, null when blank or not
    in the file, ``pnr``, ``start_date``, ``start_year``, ``end_date``, ``municipality``, ``status``, ``group`` (read
    from the column ``group_column``). Other columns are left out. Date cells of a workbook are ISO text; PNRs kept as
    numbers get their leading zeros back.
    Raises `StudyError` with every fault of the file (docs/method.md § 1.2).
    """
    try:
        table = _read(path)
    except NotText as fault:
        raise StudyError(_fault(path, fault.what, fault.mend)) from None
    except OSError as error:
        what = f"the participant list cannot be opened ({type(error).__name__})"
        raise StudyError(
            _fault(path, what, "put the list there, or correct `participants` in the study file")
        ) from None
    faults = _faults(path, table, group_column)
    if faults:
        raise StudyError(faults)
    called = {name: name for name in LIST_COLUMNS} | {"group": group_column.lower()}
    columns = {name: table.column(at) for name, at in called.items() if at in table.names}
    for name in DATES:
        columns[name] = [cell and MIDNIGHT.sub(r"\1", cell) for cell in columns.get(name, [])]
    columns["start_year"] = [cell and WHOLE.sub(r"\1", cell) for cell in columns.get("start_year", [])]
    empty: list[str | None] = [None] * len(table.rows)
    rows = [number for number, _ in table.rows]
    return pl.DataFrame({"row": rows} | {name: columns.get(name) or empty for name in LIST_COLUMNS}, schema=SCHEMA)


def _read(path: Path) -> TextTable:
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return read_table(path)
    if suffix == ".xlsx":
        return _read_workbook(path)
    raise NotText(f"a participant list cannot be a '{suffix}' file", "save it as .csv or .xlsx")


def _faults(path: Path, table: TextTable, group_column: str) -> list[Fault]:
    faults = []
    if group_column != "group" and group_column.lower() not in table.names:
        mend = "correct `group_column` in the study file, or add the column to the list"
        faults.append(_fault(path, f"the column `{group_column}` is not there, by which the study is split", mend))
    known = ", ".join(LIST_COLUMNS)
    for name in table.doubled:
        if name in LIST_COLUMNS:
            faults.append(_fault(path, f"the column `{name}` stands there more than once", "keep one of them"))
    if "pnr" not in table.names:
        faults.append(_fault(path, "the column `pnr` is missing", f"name the columns in the first row: {known}"))
    if not {"start_date", "start_year"} & set(table.names):
        mend = f"add one of them; a list may have the columns {known}"
        faults.append(_fault(path, "neither a column `start_date` nor `start_year` is there", mend))
    if not table.rows:
        faults.append(_fault(path, "the list has no participants", "add one row a participant below the header"))
    if table.too_long:
        what = f"{len(table.too_long)} rows have more fields than the header, the first is row {table.too_long[0]}"
        mend = f"put fields that hold '{table.separator}' in quotation marks"
        faults.append(_fault(path, what, mend))
    return faults


def _fault(path: Path, what: str, mend: str) -> Fault:
    return Fault(f"{path.name}: {what}", str(path), mend)


def _read_workbook(path: Path) -> TextTable:
    """Read the first sheet of a workbook as text.

    Excel drops the leading zeros of a PNR typed as a number. A column with any number cell is taken to have lost them.
    """
    import fastexcel

    try:
        sheet = fastexcel.read_excel(path)
        cells = pl.DataFrame(sheet.load_sheet(0, header_row=None, skip_rows=0, dtypes="string"))
    except fastexcel.FastExcelError as error:
        what = f"the workbook cannot be read ({type(error).__name__})"
        raise NotText(what, "open it in Excel and save it again as .xlsx, without a password") from None
    table = table_of([list(row) for row in cells.iter_rows()])
    if "pnr" in table.names and table.rows:
        at = table.names.index("pnr")
        try:
            sheet.load_sheet(0, header_row=None, use_columns=[at], dtype_coercion="strict", schema_sample_rows=None)
            numbers = False
        except fastexcel.FastExcelError:
            numbers = True  # strict reading refuses a column of both text (the header) and numbers
        if numbers:
            for _, row in table.rows:
                row[at] = _padded(row[at])
    return table


def _padded(pnr: str | None) -> str | None:
    if pnr is None:
        return None
    digits = WHOLE.sub(r"\1", pnr)
    return digits.zfill(PNR_WIDTH) if digits.isdigit() else pnr
