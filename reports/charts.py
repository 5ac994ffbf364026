"""How a figure is drawn: the numbers behind it, a note of whom they are about, and a native chart that reads them.

Here: layout, colours, gaps. Not here: which figures there are (``figures.py``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.chart import Chart
from xlsxwriter.utility import quote_sheetname, xl_range_abs

from reports.sheet import HEAD, INK, RULE, STYLES, Book, Sheet

COLUMNS = 10  # of the sheet that a chart covers, each WIDTH characters
WIDTH = 12.86
PIXELS = 950  # those columns' width, near a printed page's
ROWS = 14  # under a chart; two charts with their notes fill a page
PAGE_ROWS = 32
FIRST, LAST = (0xC3, 0xD0, 0xDC), (0x14, 0x33, 0x52)  # shades of the first and the last series, told apart in grey
UNDER_INTERVALS = (0x78, 0x9C, 0xC0)  # the last one's where lines of intervals must be seen on it
FONT = {"name": "Calibri", "size": 10, "color": INK}


@dataclass(frozen=True)
class Point:
    """A number behind a chart: None is a gap. With ``n`` citizens behind it and, if it has one, its interval."""

    value: float | None
    n: int | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Figure:
    """A chart: ``points`` holds a row of points for each of ``series``, in it a point for each of ``categories``."""

    key: str
    title: str
    kind: str  # xlsxwriter's: column or bar
    categories: Sequence[str]
    series: Sequence[str]
    points: Sequence[Sequence[Point]]
    style: str  # of the numbers, as in STYLES
    stacked: bool = False
    note: str | None = None  # in place of how many citizens are behind each series

    @property
    def empty(self) -> bool:
        """Whether nothing can be drawn."""
        return all(point.value is None for row in self.points for point in row)

    @property
    def intervals(self) -> bool:
        """Whether its points have intervals."""
        return any(point.low is not None for row in self.points for point in row)


class FigureSheet:
    """The sheet of charts: each with its note over it and its numbers to the right, outside of the printed pages."""

    def __init__(self, book: Book) -> None:
        self.book, self.sheet = book, Sheet(book, "figures", [WIDTH] * COLUMNS)
        self.sheet.prose(book.labels.text("figure_empty"), "legend")
        self.sheet.row += 1
        self.page_began, self.breaks = 0, list[int]()
        self.sheet.sheet.set_column(COLUMNS + 1, COLUMNS + 1, 34)
        self.sheet.sheet.set_column(COLUMNS + 2, COLUMNS + 40, 16)

    def draw(self, figure: Figure) -> None:
        """Write a figure's note and numbers, and insert its chart."""
        rows = max(ROWS, len(figure.categories) + 3)
        if figure.kind == "bar":  # bars need room for their names, and one for each series
            rows = max(rows, min(PAGE_ROWS - 3, len(figure.categories) * len(figure.series) + 6))
        if self.sheet.row + rows + 1 - self.page_began > PAGE_ROWS:
            self.breaks.append(self.sheet.row)
            self.page_began = self.sheet.row
        self.sheet.prose(figure.note or self._note(figure), "legend")
        top = self.sheet.row
        self._numbers(figure)
        self.book.charts[figure.key] = lambda: self._chart(figure, top)
        chart = self._chart(figure, top)
        chart.set_size({"width": PIXELS, "height": (rows - 1) * 20})
        about = {"description": figure.title, "object_position": 1}
        self.sheet.sheet.insert_chart(top, 0, chart, about)
        self.sheet.row = top + rows

    def close(self) -> None:
        """Set up printing, when all is drawn."""
        self.sheet.break_pages(self.breaks)
        self.sheet.sheet.print_area(0, 0, max(self.sheet.row - 1, 0), COLUMNS - 1)

    def _note(self, figure: Figure) -> str:
        """The citizens behind each series (of a stacked chart, each category), and the price year of amounts."""
        stacked = [list(column) for column in zip(*figure.points, strict=True)]
        names, rows = (figure.categories, stacked) if figure.stacked else (figure.series, figure.points)
        counts = []
        for name, row in zip(names, rows, strict=True):
            of = [point.n for point in row if point.n is not None and point.value is not None]
            if of:
                both = sorted({min(of), max(of)})
                counts.append(f"{name} {'-'.join(self._number(n) for n in both)}")
        in_kroner = figure.style == "kr"
        return self.book.labels.text(
            "chart_note", n="; ".join(counts), price_level=self.book.price_level if in_kroner else ""
        )

    def _number(self, n: int) -> str:
        return f"{n:,}".replace(",", ".") if self.book.labels.language == "da" else f"{n:,}"

    def _numbers(self, figure: Figure) -> None:
        """Categories downwards and series sideways; then, where there are intervals, how far up and down each goes."""
        sheet, labels, book = self.sheet, self.sheet.labels, self.book
        head, name, number = book.style("head"), book.style("row"), book.style("row", figure.style)
        top, left = sheet.row, COLUMNS + 1
        ends = [labels.text(key, name=of) for of in figure.series for key in ("plus", "minus")]
        for column, heading in enumerate([labels.text("behind"), *figure.series, *(ends if figure.intervals else [])]):
            sheet.cell(left + column, heading, head)
        for place, category in enumerate(figure.categories):
            sheet.row += 1
            points = [row[place] for row in figure.points]
            values = [point.value for point in points]
            values += [end for point in points for end in _reach(point)] if figure.intervals else []
            sheet.cell(left, category, name)
            for column, value in enumerate(values, left + 1):
                sheet.cell(column, value, number)
        sheet.row = top

    def _chart(self, figure: Figure, top: int) -> Chart:
        name, left, count = self.sheet.sheet.get_name(), COLUMNS + 1, len(figure.categories)
        options = {"type": figure.kind} | ({"subtype": "stacked"} if figure.stacked else {})
        chart = self.book.workbook.add_chart(options)
        assert chart is not None  # xlsxwriter gives none for an unknown type only
        for place, points in enumerate(figure.points):
            column = left + 1 + place
            series: dict[str, Any] = {
                # Cells, not texts: a name that opens with = would be read as a formula.
                "name": [name, top, column],
                "name_data": [figure.series[place]],
                "categories": [name, top + 1, left, top + count, left],
                "categories_data": list(figure.categories),
                "values": [name, top + 1, column, top + count, column],
                "values_data": [point.value for point in points],
                "fill": {"color": _shade(place, figure)},
                "gap": 60,
            }
            if figure.intervals:
                up = left + 1 + len(figure.series) + 2 * place
                cells = [
                    f"={quote_sheetname(name)}!{xl_range_abs(top + 1, at, top + count, at)}" for at in (up, up + 1)
                ]
                reach = [_reach(point) for point in points]
                series["y_error_bars"] = {
                    "type": "custom",
                    "plus_values": cells[0],
                    "minus_values": cells[1],
                    "plus_data": [ends[0] for ends in reach],
                    "minus_data": [ends[1] for ends in reach],
                    "line": {"color": INK, "width": 1},
                }
            chart.add_series(series)
        self._look(chart, figure)
        return chart

    def _look(self, chart: Chart, figure: Figure) -> None:
        chart.set_title({"name": figure.title, "name_font": FONT | {"size": 12, "color": HEAD}})
        chart.set_legend({"position": "bottom", "font": FONT})
        grid = {"visible": True, "line": {"color": RULE, "width": 0.5}}
        of_values = {"num_format": STYLES[figure.style]["num_format"], "num_font": FONT, "line": {"none": True}}
        of_values |= {"major_gridlines": grid}
        if figure.intervals:  # a spreadsheet scales its axis to the bars alone
            of_values |= _ends(figure)
        of_names = {"num_font": FONT, "line": {"color": INK}, "label_position": "low"}
        if figure.kind == "bar":  # the first category on top, as in the tables; and x is what runs along the page
            chart.set_y_axis(of_names | {"reverse": True, "major_gridlines": {"visible": False}})
            chart.set_x_axis(of_values | {"label_position": "high"})
        else:
            chart.set_x_axis(of_names)
            chart.set_y_axis(of_values)
        chart.set_chartarea({"border": {"none": True}})


def _reach(point: Point) -> tuple[float | None, float | None]:
    """How far the interval goes up and down from the value, which is how a chart wants it."""
    if point.value is None or point.low is None or point.high is None:
        return None, None
    return point.high - point.value, point.value - point.low


def _ends(figure: Figure) -> dict[str, float]:
    """Round ends of an axis that holds every interval, and the step between its lines, of which one is at 0."""
    reached = [end for row in figure.points for point in row for end in (point.low, point.high) if end is not None]
    low, high = min(0.0, *reached), max(0.0, *reached)
    widest = max(high, -low, 1e-9)
    power = 10 ** math.floor(math.log10(widest))
    step = power * (0.5 if widest < 2 * power else 1 if widest < 5 * power else 2)
    return {"min": math.floor(low / step) * step, "max": math.ceil(high / step) * step, "major_unit": step}


def _shade(place: int, figure: Figure) -> str:
    part, last = place / max(len(figure.series) - 1, 1), UNDER_INTERVALS if figure.intervals else LAST
    return "#" + "".join(f"{round(a + (b - a) * part):02X}" for a, b in zip(FIRST, last, strict=True))
