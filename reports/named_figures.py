"""The sheets of the two figures of a report that no other sheet has: shares and weeks, and what the kommune pays.

Here: which figure stands where. Not here: its rows (`pipelines.named_tables`), layout (``sheet.py``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from pipelines.comparison import AS_IT_IS
from pipelines.named_tables import EVERYBODY, TRANSFER_WEEKS, TRANSFERS
from reports.sheet import Book, Sheet
from reports.tables import Line, by_line
from reports.views import name_cell

ENDS = ("share_low", "share_high")


def write_figure_1(book: Book) -> None:
    """Shares with use by period, the population's in parentheses, and beside them mean use in the same way; of both the
    study's interval.
    """
    tables, labels = book.tables, book.labels
    figure = tables.named["figur_1"]
    periods = figure["period"].unique().sort().to_list()
    own, other = (by_line(figure.filter(group_by=group_by)) for group_by in (EVERYBODY, AS_IT_IS))
    beside = bool(other)
    widths = [book.name_width, *([9, 11, 8, 8] if beside else [9, 8, 8]) * len(periods), 13]
    sheet = Sheet(book, "figure_1", [*widths, *([11, 11, 9, 9] if beside else [11, 9, 9]) * len(periods)])
    sheet.prose(labels.text("figure_1_intervals"))
    if beside:
        sheet.prose(labels.text("figure_1_beside"))
    _spans(book, sheet, periods, ["share_heading", "quantity_heading"], 4 if beside else 3)
    shares, means = (
        [labels.text(key) for key in (first, *(["in_population"] if beside else []), "low", "high")]
        for first in ("share", "mean")
    )
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
                cells += sheet.interval(line, period, "mean_quantity", "quantity")
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


def _spans(book: Book, sheet: Sheet, periods: Sequence[int], blocks: Sequence[str], wide: int) -> None:
    """The heading above the heading: a period over its `wide` columns, block after block with a column between them."""
    labels, head, span = book.labels, book.style("head"), book.style("head", "span")
    for column in range(len(sheet.widths)):
        sheet.cell(column, None, head)
    column = 1
    for what in blocks:
        for period in periods:
            sheet.sheet.merge_range(sheet.row, column, sheet.row, column + wide - 1, "", span)
            sheet.cell(column, f"{labels.period(period)}: {labels.text(what).lower()}", span)
            column += wide
        column += 1
    sheet.sheet.set_row(sheet.row, 34)
    sheet.row += 1


def write_figure_2(book: Book) -> None:
    """What the kommune pays per citizen, by area and service, and by period, with intervals."""
    tables, labels = book.tables, book.labels
    rows = by_line(tables.named["figur_2"])
    sheet = Sheet(book, "figure_2", [book.name_width, *[14.0, 13, 13] * len(tables.periods)])
    sheet.prose(labels.text("mean_intervals_about"))
    _spans(book, sheet, tables.periods, ["kommune"], 3)
    headings = [labels.text("service_heading")]
    headings += [labels.text(key) for key in ("mean", "low", "high")] * len(tables.periods)
    sheet.head(headings, numbers=range(1, len(headings)))
    sheet.freeze(head_rows=2)
    there = {line for line, _ in rows}
    for line in tables.lines():
        if line in there:
            cells = [name_cell(book, line)]
            for period in tables.periods:
                cells += [sheet.figure(rows.get((line, period)), "mean_cost_kommune", "kr")]
                cells += sheet.interval(line, period, "mean_cost_kommune", "kr")
            sheet.write(cells, line.level)
    counts = [(labels.text("citizens_all"), "")]
    for period in tables.periods:
        counts += [sheet.figure(rows.get((Line(), period)), "n_citizens", "count"), (None, ""), (None, "")]
    sheet.write(counts, "row")
