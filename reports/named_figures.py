"""The sheets of the two figures of a report that no other sheet has: shares and weeks, and what the kommune pays.

Here: which figure stands where. Not here: its rows (`pipelines.named_tables`), layout (``sheet.py``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from pipelines.comparison import AS_IT_IS
from pipelines.named_tables import EVERYBODY, TRANSFER_WEEKS, TRANSFERS
from reports.sheet import Book, Sheet
from reports.tables import Line
from reports.views import by_line, name_cell

ENDS = ("share_low", "share_high")


def write_figure_1(book: Book) -> None:
    """Shares with use by period, the population's in parentheses, and beside them mean use in the same way."""
    tables, labels = book.tables, book.labels
    figure = tables.named["figur_1"]
    periods = figure["period"].unique().sort().to_list()
    own, other = (by_line(figure.filter(group_by=group_by)) for group_by in (EVERYBODY, AS_IT_IS))
    beside = bool(other)
    wide = 4 if beside else 3
    widths = [book.name_width, *([9, 11, 8, 8] if beside else [9, 8, 8]) * len(periods), 13]
    sheet = Sheet(book, "figure_1", [*widths, *([11, 11] if beside else [11]) * len(periods)])
    if beside:
        sheet.prose(labels.text("figure_1_beside"))
    _spans(book, sheet, periods, wide, 2 if beside else 1)
    shares = [labels.text(key) for key in ("share", *(["in_population"] if beside else []), "low", "high")]
    means = [labels.text(key) for key in ("mean", *(["in_population"] if beside else []))]
    headings = [labels.text("service_heading"), *shares * len(periods), labels.text("column.unit")]
    headings += means * len(periods)
    sheet.head(headings, numbers=range(1, len(headings)))
    sheet.freeze(head_rows=2)
    units = dict(tables.services.select("service", "unit").iter_rows())
    for line in _lines(book, own.keys()):
        cells = [name_cell(book, line)]
        for period in periods:
            row = own.get((line, period))
            cells += [sheet.figure(row, "share_users", "share")]
            cells += [sheet.figure(other.get((line, period)), "share_users", "share_beside")] if beside else []
            cells += [sheet.figure(row, end, "share") for end in ENDS]
        if line.service:
            cells += [(labels.name("unit", units.get(line.service, "week")), "right")]
            for period in periods:
                cells += [sheet.figure(own.get((line, period)), "mean_quantity", "quantity")]
                found = other.get((line, period))
                cells += [sheet.figure(found, "mean_quantity", "quantity_beside")] if beside else []
        else:
            cells += [(None, "")] * (len(sheet.widths) - len(cells))
        sheet.write(cells, line.level)


def _lines(book: Book, told: Collection[tuple[Line, int]]) -> Iterator[Line]:
    """The lines in print order, that of all transfers' weeks under their area."""
    there = {line for line, _ in told}
    for line in book.tables.lines():
        yield line
        if line == Line(TRANSFERS) and (weeks := Line(TRANSFERS, TRANSFER_WEEKS)) in there:
            yield weeks


def _spans(book: Book, sheet: Sheet, periods: Sequence[int], wide: int, narrow: int) -> None:
    """The heading above the heading: a period over its columns, first of the shares, then of use."""
    labels, head, span = book.labels, book.style("head"), book.style("head", "span")
    for column in range(len(sheet.widths)):
        sheet.cell(column, None, head)
    column = 1
    for step, what in ((wide, "share_heading"), (narrow, "quantity_heading")):
        for period in periods:
            text = f"{labels.period(period)}: {labels.text(what).lower()}"
            if step > 1:
                sheet.sheet.merge_range(sheet.row, column, sheet.row, column + step - 1, "", span)
            sheet.cell(column, text, span)
            column += step
        column += 1
    sheet.sheet.set_row(sheet.row, 34)
    sheet.row += 1


def write_figure_2(book: Book) -> None:
    """What the kommune pays per citizen, by area and service, and by period."""
    tables, labels = book.tables, book.labels
    rows = by_line(tables.named["figur_2"])
    sheet = Sheet(book, "figure_2", [book.name_width, *[16.0] * len(tables.periods)])
    headings = [labels.text("service_heading"), *map(labels.period, tables.periods)]
    sheet.head(headings, numbers=range(1, len(headings)))
    sheet.freeze()
    there = {line for line, _ in rows}
    for line in tables.lines():
        if line in there:
            cells = [sheet.figure(rows.get((line, period)), "mean_cost_kommune", "kr") for period in tables.periods]
            sheet.write([name_cell(book, line), *cells], line.level)
    counts = [sheet.figure(rows.get((Line(), period)), "n_citizens", "count") for period in tables.periods]
    sheet.write([(labels.text("citizens_all"), ""), *counts], "row")
