"""The sheets that are read from the top down: costs, use, payers, population, changes, and cost by months in work.

Here: which figure stands where. Not here: layout (``sheet.py``), charts (``figures.py``), tables of thousands of rows
(``long_views.py``), the sheets about the figures (``background.py``, ``method.py``).
"""

from __future__ import annotations

import polars as pl

from reports.sheet import Book, Sheet
from reports.tables import COMPARED, PAYERS, Line, by_line

# What changes are of, each with its style; a change stands with its interval.
CHANGES = {"cost": "change_kr", "share": "change_share", "quantity": "change_quantity"}
INTERVAL = {"": "change", "_low": "low", "_high": "high"}


def name_of(book: Book, line: Line) -> str:
    """A line's name: its service's, its area's, or the word for the total."""
    if line.service:
        return book.labels.name("service", line.service)
    return book.labels.name("area", line.area) if line.area else book.labels.text("total")


def name_cell(book: Book, line: Line) -> tuple[object, str]:
    """The cell a line opens with; a service stands indented under its area."""
    return name_of(book, line), "indent" if line.service else ""


def write_costs(book: Book) -> None:
    """Mean cost per citizen: areas, their services and the total by period; beside them the intervals."""
    tables, labels = book.tables, book.labels
    wide = len(tables.periods)
    sheet = Sheet(book, "costs", [book.name_width, *[16.0] * wide, 13, *[14.0] * 2 * wide])
    sheet.prose(labels.text("mean_intervals_about"))
    headings = [labels.text("service_heading"), *map(labels.period, tables.periods), labels.text("price_basis")]
    for period in tables.periods:
        headings += [f"{labels.period(period)}: {labels.text(end)}" for end in ("interval_low", "interval_high")]
    sheet.head(headings, numbers={*range(1, len(headings))} - {wide + 1}, height=34)
    sheet.freeze()
    for line in tables.lines():
        if line in tables.priced:
            rows = [tables.everybody.get((line, period)) for period in tables.periods]
            guessed = any(row and row["illustrative"] for row in rows)
            basis = labels.text("status.illustrative") if guessed else None
            cells = [name_cell(book, line), *sheet.figures(line, "mean_cost", "kr"), (basis, "note")]
            for period in tables.periods:
                cells += sheet.interval(line, period, "mean_cost", "kr")
            sheet.write(cells, line.level)
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
                figures = sheet.figures(line, "mean_cost", "kr", group_by)
                sheet.write([(labels.compared(group_by), "indent"), *figures], "service")
    for group_by in COMPARED:
        name = labels.text(f"citizens.{group_by}")
        sheet.write([(name, ""), *sheet.figures(Line(), "n_citizens", "count", group_by)], "row")


def write_changes(book: Book) -> None:
    """Each period less period -1, by line, with intervals: cost, share with use, and quantity."""
    tables, labels = book.tables, book.labels
    sheet = Sheet(book, "changes", [book.name_width, 10, 10, *[13] * 6, 12, *[10] * 3])
    sheet.prose(labels.text("changes_reading"))
    _changes_head(book, sheet)
    rows = by_line(tables.changes)
    breaks = []
    for period in tables.changes["period"].unique().sort():
        breaks.append(sheet.row)
        over = labels.text("change_from", period=labels.period(period), baseline=labels.period(-1).lower())
        sheet.write([(over, ""), *[(None, "")] * 12], "total")
        for line in tables.lines():
            row = rows.get((line, period))
            counts = [sheet.figure(row, name, "count") for name in ("n_baseline", "n_citizens")]
            found = [
                sheet.figure(row, f"change_{what}{end}", style) for what, style in CHANGES.items() for end in INTERVAL
            ]
            unit = labels.name("unit", row["unit"]) if row and row["unit"] else None
            cells = [name_cell(book, line), *counts, *found[:6], (unit, "right"), *found[6:]]
            sheet.write(cells, "area" if line.level == "total" else line.level)
    sheet.break_pages(breaks[1:])


def _changes_head(book: Book, sheet: Sheet) -> None:
    labels = book.labels
    head, span = book.style("head"), book.style("head", "span")
    sheet.sheet.set_row(sheet.row, 34)
    for column in range(len(sheet.widths)):
        sheet.cell(column, None, head)
    for first, what in ((3, "cost"), (6, "share"), (10, "quantity")):
        sheet.sheet.merge_range(sheet.row, first, sheet.row, first + 2, "", span)
        sheet.cell(first, labels.text(f"change_{what}"), span)
    sheet.row += 1
    interval = [labels.text(key) for key in INTERVAL.values()]
    words = [labels.text(key) for key in ("service_heading", "n_baseline", "n_period")]
    sheet.head([*words, *interval * 2, labels.text("column.unit"), *interval], numbers=range(1, 13), height=34)
    sheet.freeze(head_rows=2)


def write_employment(book: Book) -> None:
    """Mean cost per citizen by months in ordinary employment, a table of areas a period."""
    tables, labels = book.tables, book.labels
    table = tables.named["figur_3"]
    groups = table["group"].unique(maintain_order=True).to_list()
    rows = {group: by_line(table.filter(pl.col("group") == group)) for group in groups}
    sheet = Sheet(book, "employment", [book.name_width, *[16.0] * len(groups)])
    headings = [labels.text("employment_heading"), *(labels.text("months", group=group) for group in groups)]
    sheet.head(headings, numbers=range(1, len(headings)))
    sheet.freeze()
    for period in table["period"].unique().sort():
        sheet.write([(labels.period(period), ""), *[(None, "")] * len(groups)], "total")
        lines = [line for line in tables.lines() if not line.service and line in tables.priced]
        for line in lines:
            found = [sheet.figure(rows[group].get((line, period)), "mean_cost", "kr") for group in groups]
            sheet.write([(name_of(book, line), "indent"), *found], "area" if line.level == "total" else "service")
        counts = [sheet.figure(rows[group].get((Line(), period)), "n_citizens", "count") for group in groups]
        sheet.write([(labels.text("citizens_all"), "indent"), *counts], "row")
