"""Which charts the workbook has, and the released figures that each is drawn from.

Here: a chart's title, categories and series. Not here: how it is drawn (``charts.py``); arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from reports.charts import Figure, FigureSheet, Point
from reports.sheet import Book
from reports.tables import COMPARED, PAYERS, Line, by_line
from reports.views import name_of

MOST_SERVICES = 10  # of the chart of services; more bars cannot be told apart on a page

Rows = dict[tuple[Line, int], dict[str, Any]]


def write_figures(book: Book) -> None:
    """The sheet of charts: those of which anything may be shown."""
    figures = FigureSheet(book)
    drawn = [figure for figure in _figures(book) if not figure.empty]
    for figure in drawn:
        figures.draw(figure)
    if not drawn:
        figures.sheet.prose(book.labels.text("figures_none"))
    figures.close()


def _figures(book: Book) -> Iterator[Figure]:
    tables = book.tables
    areas = [line for line in tables.lines() if line.level == "area"]
    priced = [line for line in areas if line in tables.priced]
    yield _flow(book)
    yield _payers(book)
    yield _by_period(book, "areas", priced, tables.everybody, tables.periods, "mean_cost", "kr")
    if tables.changes.height:
        changes, after = by_line(tables.changes), tables.changes["period"].unique().sort().to_list()
        yield _by_period(book, "changes", [*priced, Line()], changes, after, "change_cost", "kr")
    yield _by_period(book, "share_areas", areas, tables.everybody, tables.periods, "share_users", "share")
    if tables.compared["befolkning"]:
        yield _comparison(book)
    if tables.employment_table.height:
        yield _employment(book)
        yield _employment_areas(book)
    yield _services(book)


def _by_period(
    book: Book,
    key: str,
    lines: Sequence[Line],
    rows: Rows,
    periods: Sequence[int],
    column: str,
    style: str,
    kind: str = "column",
) -> Figure:
    """Lines as categories, and periods as series."""
    return Figure(
        key,
        book.labels.text(f"chart.{key}", count=len(lines)),
        kind,
        [name_of(book, line) for line in lines],
        [book.labels.period(period) for period in periods],
        [[_point(rows.get((line, period)), column) for line in lines] for period in periods],
        style,
    )


def _flow(book: Book) -> Figure:
    """How many are left at each step from the list to the study base."""
    rows, labels = book.tables.named["flow"], book.labels
    return Figure(
        "flow",
        labels.text("table.flow"),
        "bar",
        [labels.flow(category) for category in rows["category"]],
        [labels.text("flow_n")],
        [[Point(n) for n in rows["n"]]],
        "count",
        note=labels.text("flow"),
    )


def _payers(book: Book) -> Figure:
    tables, labels = book.tables, book.labels
    rows = [tables.everybody.get((Line(), period)) for period in tables.periods]
    return Figure(
        "payers",
        labels.text("chart.payers"),
        "column",
        [labels.period(period) for period in tables.periods],
        [labels.text(payer) for payer in PAYERS],
        [[_point(row, f"mean_cost_{payer}") for row in rows] for payer in PAYERS],
        "kr",
        stacked=True,
    )


def _services(book: Book) -> Figure:
    """The services that most citizens used, by the largest share shown of any period."""
    tables = book.tables
    used = (
        tables.cost_table.filter(pl.col("group_by") == "alle", pl.col("service").is_not_null())
        .group_by("area", "service")
        .agg(pl.max("share_users"))
        .filter(pl.col("share_users") > 0)
        .sort("share_users", "service", descending=[True, False])
    )
    lines = [Line(*names) for names in used.select("area", "service").head(MOST_SERVICES).iter_rows()]
    periods = tables.periods
    return _by_period(book, "share_services", lines, tables.everybody, periods, "share_users", "share", "bar")


def _comparison(book: Book) -> Figure:
    tables, labels = book.tables, book.labels
    names = [labels.text("compared.alle"), *(labels.name("group_by", group_by) for group_by in COMPARED[1:])]
    return Figure(
        "comparison",
        labels.text("chart.comparison"),
        "column",
        [labels.period(period) for period in tables.periods],
        names,
        [
            [_point(tables.compared[group_by].get((Line(), period)), "mean_cost") for period in tables.periods]
            for group_by in COMPARED
        ],
        "kr",
    )


def _employment(book: Book) -> Figure:
    table, labels = book.tables.employment_table, book.labels
    periods = table["period"].unique().sort().to_list()
    groups = table["group"].unique(maintain_order=True).to_list()
    total = table.filter(pl.col("area").is_null(), pl.col("service").is_null())
    rows = {(row["group"], row["period"]): row for row in total.iter_rows(named=True)}
    return Figure(
        "employment",
        labels.text("chart.employment"),
        "column",
        [labels.text("months", group=group) for group in groups],
        [labels.period(period) for period in periods],
        [[_point(rows.get((group, period)), "mean_cost") for group in groups] for period in periods],
        "kr",
    )


def _employment_areas(book: Book) -> Figure:
    """Report A's Figur 3: what citizens cost by area in the last period, by their months in employment in it."""
    table, tables, labels = book.tables.employment_table, book.tables, book.labels
    last = table["period"].max()
    groups = table["group"].unique(maintain_order=True).to_list()
    areas = [line for line in tables.lines() if line.level == "area" and line in tables.priced]
    of_last = table.filter(pl.col("period") == last, pl.col("area").is_not_null())
    rows = {(row["area"], row["group"]): row for row in of_last.iter_rows(named=True)}
    return Figure(
        "employment_areas",
        labels.text("chart.employment_areas", period=labels.period(last)),
        "column",
        [labels.text("months", group=group) for group in groups],
        [name_of(book, line) for line in areas],
        [[_point(rows.get((line.area, group)), "mean_cost") for group in groups] for line in areas],
        "kr",
        stacked=True,
    )


def _point(row: dict[str, Any] | None, column: str) -> Point:
    """A row's figure: null, a gap, where it is withheld or not measured."""
    if row is None:
        return Point(None)
    return Point(row[column], row["n_citizens"], row.get(f"{column}_low"), row.get(f"{column}_high"))
