"""The sheet of the target group: who the citizens are, what they had before they started, and beside the population.

Here: the tables of a report on whom an intervention reached, as `pipelines.named_tables` has them. Not here: layout
(``sheet.py``).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.named_tables import EVERYBODY, of_characteristic
from reports.sheet import Book, Sheet
from reports.tables import Line

SHARE = {"share": "share_fine", "share_low": "share_fine", "share_high": "share_fine"}
USE = {"n_citizens": "count", "share_users": "share_fine", "share_low": "share_fine", "share_high": "share_fine"}


def write_citizens(book: Book) -> None:
    """Who the study's citizens are, their services before the start, and use beside the population's."""
    tables, labels = book.tables, book.labels
    sheet = Sheet(book, "characteristics", [book.name_width, 12, 12, 12, 12, 14, 14, 24, 12])
    sheet.prose(labels.text("wilson_about"))
    if tables.named["forbrug_sammenlignet"].height:
        sheet.prose(labels.text("mean_intervals_about"))
    sheet.row += 1
    for name in tables.characteristics["characteristic"].unique(maintain_order=True):
        _head(sheet, labels.text(f"characteristic.{name}"), ["flow_n", "share"])
        for row in of_characteristic(tables.characteristics, name).iter_rows(named=True):
            counted = sheet.figure(row, "n", "count")
            figures = [sheet.figure(row, column, style) for column, style in SHARE.items()]
            sheet.write([(labels.name(name, row["category"]), ""), counted, *figures], "row")
        sheet.row += 1
    if tables.before_start.height:
        _before_start(book, sheet)
    if (compared := tables.named["forbrug_sammenlignet"]).height:
        _compared(book, sheet, compared)


def _head(sheet: Sheet, title: str, counted: Sequence[str], more: Sequence[str] = ()) -> None:
    keys = [*counted, "interval_low", "interval_high", *more]
    names = [title, *map(sheet.labels.text, keys)]
    sheet.head(names, numbers=range(1, len(names)), height=34)


def _before_start(book: Book, sheet: Sheet) -> None:
    labels = book.labels
    title = labels.text("table.ydelser_foer_start")
    _head(sheet, title, ["flow_n", "share"], ["n_measured", "n_measured_partly", "periods_back"])
    for row in book.tables.named["ydelser_foer_start"].iter_rows(named=True):
        counted = sheet.figure(row, "n", "count")
        figures = [sheet.figure(row, column, style) for column, style in SHARE.items()]
        measured = [sheet.figure(row, column, "count") for column in ("n_citizens", "n_partly")]
        span = (labels.span(row["first_period"], row["last_period"]), "right")
        sheet.write([(labels.name("category", row["category"]), ""), counted, *figures, *measured, span], "row")
    sheet.row += 1


def _compared(book: Book, sheet: Sheet, compared: pl.DataFrame) -> None:
    labels = book.labels
    title = labels.text("compared_title", period=labels.period(compared["period"][0]).lower())
    more = ["column.mean_quantity", "interval_low", "interval_high", "column.unit"]
    _head(sheet, title, ["n_measured", "share_heading"], more)
    for (service,), rows in compared.group_by("service", maintain_order=True):
        sheet.write([(labels.name("service", str(service)), ""), *[(None, "")] * 8], "area")
        for row in rows.iter_rows(named=True):
            figures = [sheet.figure(row, column, style) for column, style in USE.items()]
            use = [sheet.figure(row, "mean_quantity", "quantity"), (None, ""), (None, "")]
            if row["group_by"] == EVERYBODY:
                use[1:] = sheet.interval(Line(row["area"], row["service"]), row["period"], "mean_quantity", "quantity")
            use.append((labels.name("unit", row["unit"]), "right"))
            sheet.write([(labels.compared(row["group_by"]), "indent"), *figures, *use], "service")
