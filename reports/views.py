"""The sheets that show the cost table: costs, use, payers, groups and the whole table.

Here: which figure stands where. Not here: layout (``sheet.py``), the sheets about the figures (``background.py``).
"""

from __future__ import annotations

from typing import Any

import polars as pl

from reports.sheet import Book, Sheet
from reports.tables import COMPARED, PAYERS, Line

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


def name_of(book: Book, line: Line) -> str:
    """A line's name: its service's, its area's, or the word for the total."""
    if line.service:
        return book.labels.name("service", line.service)
    return book.labels.name("area", line.area) if line.area else book.labels.text("total")


def name_cell(book: Book, line: Line) -> tuple[object, str]:
    """The cell a line opens with; a service stands indented under its area."""
    return name_of(book, line), "indent" if line.service else ""


def write_costs(book: Book) -> None:
    """Mean cost per citizen: areas, their services and the total by period."""
    tables, labels = book.tables, book.labels
    sheet = Sheet(book, "costs", [book.name_width, *[16.0] * len(tables.periods), 13])
    headings = [labels.text("service_heading"), *map(labels.period, tables.periods), labels.text("price_basis")]
    sheet.head(headings, numbers=range(1, len(headings) - 1))
    sheet.freeze()
    for line in tables.lines():
        if line in tables.priced:
            rows = [tables.everybody.get((line, period)) for period in tables.periods]
            guessed = any(row and row["illustrative"] for row in rows)
            basis = labels.text("status.illustrative") if guessed else None
            sheet.write([name_cell(book, line), *sheet.figures(line, "mean_cost", "kr"), (basis, "note")], line.level)
    sheet.write([(labels.text("citizens_all"), ""), *sheet.figures(Line(), "n_citizens", "count")], "row")
    unpriced = [name_of(book, line) for line in tables.lines() if line.service and line not in tables.priced]
    if unpriced:
        sheet.row += 1
        sheet.prose(labels.text("unpriced", services=", ".join(unpriced)), "legend")


def write_use(book: Book) -> None:
    """Share of citizens with use, and mean quantity per citizen, side by side by period."""
    tables, labels = book.tables, book.labels
    wide = len(tables.periods)
    sheet = Sheet(book, "use", [book.name_width, *[12.5] * wide, 13, *[12.5] * wide])
    span = book.style("head", "span")
    for column in (0, wide + 1):
        sheet.sheet.write_blank(sheet.row, column, None, book.style("head"))
    for first, key in ((1, "share_heading"), (wide + 2, "quantity_heading")):
        if wide > 1:
            sheet.sheet.merge_range(sheet.row, first, sheet.row, first + wide - 1, "", span)
        sheet.sheet.write_string(sheet.row, first, labels.text(key), span)
    sheet.row += 1
    names = [labels.period(period) for period in tables.periods]
    headings = [labels.text("service_heading"), *names, labels.text("column.unit"), *names]
    sheet.head(headings, numbers=range(1, len(headings)))
    sheet.freeze(head_rows=2)
    units = dict(tables.services.select("service", "unit").iter_rows())
    for line in tables.lines():
        cells = [name_cell(book, line), *sheet.figures(line, "share_users", "share")]
        if line.service:
            cells += [(labels.name("unit", units[line.service]), "right")]
            cells += sheet.figures(line, "mean_quantity", "quantity")
        else:
            cells += [(None, "")] * (wide + 1)
        sheet.write(cells, line.level)


def write_payers(book: Book) -> None:
    """Mean cost per citizen by area and payer, by period."""
    tables, labels = book.tables, book.labels
    sheet = Sheet(book, "payers", [book.name_width, *[16.0] * len(tables.periods)])
    headings = [labels.text("payer_heading"), *map(labels.period, tables.periods)]
    sheet.head(headings, numbers=range(1, len(headings)))
    sheet.freeze()
    for line in tables.lines():
        if not line.service and line in tables.priced:
            sheet.write([name_cell(book, line), *sheet.figures(line, "mean_cost", "kr")], line.level)
            for payer in PAYERS:
                cells = [(labels.text(payer), "indent"), *sheet.figures(line, f"mean_cost_{payer}", "kr")]
                sheet.write(cells, "service")


def write_comparison(book: Book) -> None:
    """Mean cost per citizen of the study and of the population, by area and period."""
    tables, labels = book.tables, book.labels
    sheet = Sheet(book, "comparison", [book.name_width, *[16.0] * len(tables.periods)])
    ages = tables.comparison_ages
    sheet.prose(labels.text("ages_of", youngest=ages[0], oldest=ages[1]) if ages else labels.text("ages_all"))
    sheet.prose(labels.text("comparison_reading"))
    if tables.anchored:
        sheet.prose(labels.text("comparison_anchored"))
    headings = [labels.text("comparison_heading"), *map(labels.period, tables.periods)]
    sheet.head(headings, numbers=range(1, len(headings)))
    sheet.freeze()
    for line in tables.lines():
        if not line.service and line in tables.priced:
            sheet.write([name_cell(book, line), *[(None, "")] * len(tables.periods)], line.level)
            for group_by in COMPARED:
                name = labels.text("compared.alle") if group_by == "alle" else labels.name("group_by", group_by)
                sheet.write([(name, "indent"), *sheet.figures(line, "mean_cost", "kr", group_by)], "service")
    for group_by in COMPARED:
        name = labels.text(f"citizens.{group_by}")
        sheet.write([(name, ""), *sheet.figures(Line(), "n_citizens", "count", group_by)], "row")


def write_groups(book: Book) -> None:
    """The rows of municipalities and groups, one a group, period and service, to be filtered."""
    left_out = {"study", "period", "price_year", "illustrative", "withheld"}
    _write_long(book, "groups", book.tables.subgroups, [column for column in COLUMNS if column not in left_out])


def write_data(book: Book) -> None:
    """The whole cost table with every column."""
    _write_long(book, "data", book.tables.cost_table, list(COLUMNS))


def _write_long(book: Book, key: str, rows: pl.DataFrame, columns: list[str]) -> None:
    widths = WIDTHS | {"service": book.name_width}
    sheet = Sheet(book, key, [widths.get(column, 14) for column in columns])
    headings = [book.labels.text(f"column.{column}") for column in columns]
    top = sheet.row
    numbers = {position for position, column in enumerate(columns) if COLUMNS[column]}
    sheet.head(headings, numbers=numbers, height=34)
    sheet.freeze(columns=columns.index("group") + 1)
    for row in rows.iter_rows(named=True):
        level = Line(row["area"], row["service"]).level
        sheet.write([_long_cell(sheet, row, column) for column in columns], "row" if level == "service" else level)
    sheet.sheet.autofilter(top, 0, max(sheet.row - 1, top), len(columns) - 1)


def _long_cell(sheet: Sheet, row: dict[str, Any], column: str) -> tuple[object, str]:
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
