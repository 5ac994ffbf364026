"""One worksheet, written from the top down in a calm layout.

Here: fonts, fills, number formats, the cursor, print setup. Not here: what a sheet shows (``views.py``,
``background.py``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable, Sequence
from datetime import date
from typing import Any

import xlsxwriter
from xlsxwriter.chart import Chart
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reports.labels import Labels
from reports.tables import Line, ReleaseTables

INK, SOFT, RED = "#1F2933", "#6B7785", "#B3261E"
HEAD, AREA, TOTAL, RULE = "#24486B", "#EDF2F7", "#D7E2EC", "#DDE4EA"

PAD = {"align": "left", "indent": 1}  # room between a figure and the text in the next column
PROSE_COLUMNS = 9  # a paragraph is no wider, so that it can be read without scrolling
PAGE_WIDTH = 940  # pixels of an A4 page on its side inside the margins; other programs draw columns wider than Excel
MOST_BREAKS = 1023  # of a sheet, in Excel

# A file holds number formats in their English form, and a spreadsheet shows them as its reader's land does: in a Danish
# one 1234.5 is 1.234,5. So no format names a land, which would be wrong for a reader of another.
STYLES: dict[str, dict[str, Any]] = {
    "title": {"font_size": 16, "bold": True, "font_color": HEAD},
    "section": {"font_size": 12, "bold": True, "font_color": HEAD, "valign": "bottom"},
    "prose": {"text_wrap": True, "valign": "top"},
    "warning": {"font_color": RED, "bold": True, "text_wrap": True},
    "legend": {"font_color": SOFT, "italic": True, "font_size": 9, "text_wrap": True},
    "head": {**PAD, "bold": True, "font_color": "#FFFFFF", "bg_color": HEAD, "text_wrap": True},
    "span": {"bottom": 1, "bottom_color": "#FFFFFF"},
    "service": {**PAD, "bottom": 1, "bottom_color": RULE},
    "row": {**PAD, "bottom": 1, "bottom_color": RULE},
    "indent": {"indent": 2},
    "area": {**PAD, "bold": True, "bg_color": AREA},
    "total": {**PAD, "bold": True, "bg_color": TOTAL, "top": 1, "top_color": HEAD},
    "right": {"align": "right"},
    "marker": {"align": "right", "num_format": "@", "italic": True, "font_color": SOFT, "bold": False},
    "note": {"italic": True, "font_color": RED, "bold": False},
    "link": {"font_color": HEAD, "underline": 1},
    "integer": {"num_format": "0", "align": "right"},
    "count": {"num_format": "#,##0", "align": "right"},
    "kr": {"num_format": '#,##0 "kr."', "align": "right"},
    "change_kr": {"num_format": '+#,##0 "kr.";-#,##0 "kr.";0 "kr."', "align": "right"},
    "change_share": {"num_format": "+0.0 %;-0.0 %;0.0 %", "align": "right"},
    "change_quantity": {"num_format": "+#,##0.00;-#,##0.00;0", "align": "right"},
    "price": {"num_format": '#,##0.00 "kr."', "align": "right"},
    "share": {"num_format": "0 %", "align": "right"},
    "share_beside": {"num_format": "(0 %)", "align": "right", "font_color": SOFT},
    "share_fine": {"num_format": "0.0 %", "align": "right"},
    "quantity": {"num_format": "[=0]0;[<1]0.00;#,##0.0", "align": "right"},
    "quantity_beside": {"num_format": "[=0](0);[<1](0.00);(#,##0.0)", "align": "right", "font_color": SOFT},
    "date": {"num_format": "dd-mm-yyyy", "align": "right"},
}


class Book:
    """A workbook with the styles it has used so far, and the words and tables its sheets are made from."""

    def __init__(
        self, workbook: xlsxwriter.Workbook, labels: Labels, tables: ReleaseTables, keys: Iterable[str]
    ) -> None:
        """Open the sheets ``keys`` in that order; they can be written in any other."""
        self.workbook, self.labels, self.tables = workbook, labels, tables
        self.worksheets: dict[str, Worksheet] = {key: workbook.add_worksheet(labels.text(key)) for key in keys}
        self.charts: dict[str, Callable[[], Chart]] = {}
        """The charts drawn so far, to be drawn again from the same cells."""
        self._formats: dict[tuple[str, ...], Format] = {}

    @property
    def title(self) -> str:
        """The study's title in the reader's language."""
        study = self.tables.study
        return study.title_da if self.labels.language == "da" else study.title_en

    @property
    def marker(self) -> str:
        """What stands in place of a withheld figure, as the data owner's profile says."""
        profile = self.tables.profile
        return profile.marker_da if self.labels.language == "da" else profile.marker_en

    @property
    def price_level(self) -> str:
        """In which year's prices all amounts are."""
        return self.labels.text("price_level", year=self.tables.study.price_year)

    @property
    def name_width(self) -> float:
        """The width of a column of areas' and services' names: all of the longest, within reason."""
        longest = max(map(len, self.labels.names.values()), default=0)
        return min(max(longest + 2, 40), 66)

    def style(self, *names: str) -> Format:
        """The format that lays the styles ``names`` over one another, the last on top."""
        if names not in self._formats:
            properties = {"font_name": "Calibri", "font_size": 11, "font_color": INK, "valign": "vcenter"}
            for name in names:
                properties |= STYLES[name]
            self._formats[names] = self.workbook.add_format(properties)
        return self._formats[names]


class Sheet:
    """A worksheet and its next free row; every ``write`` goes one row down, as constant memory needs it."""

    def __init__(self, book: Book, key: str, widths: Sequence[float]) -> None:
        """Begin the sheet ``key`` with column ``widths`` (characters) and write what every sheet opens with."""
        self.book, self.labels, self.row, self.widths = book, book.labels, 0, widths
        self.sheet = book.worksheets[key]
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        self._print_setup()
        tables = book.tables
        self.prose(book.title, "title")
        self.prose(self.labels.text(f"{key}_about", price_level=book.price_level))
        if tables.illustrative:
            self.prose(self.labels.text("illustrative_warning"), "warning")
        self.prose(self.labels.text("legend", marker=book.marker, min_count=tables.profile.min_count), "legend")
        self.row += 1
        self.opening = self.row

    def _print_setup(self) -> None:
        self.sheet.hide_gridlines(2)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)  # A4
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        title = self.book.title[:80].replace("&", "&&")
        # The space keeps a title that opens with a digit from being read as a part of the font's size.
        self.sheet.set_footer(f"&L&9 {title} &C&9 {self.book.tables.release_id} &R&9 {self.labels.text('footer_page')}")

    def break_pages(self, rows: Sequence[int]) -> None:
        """Begin a printed page at each of ``rows``; pages are as wide as the sheet all the same."""
        width = sum(width * 7 + 5 for width in self.widths)
        # Where Excel itself fits a sheet to a page, it heeds no breaks.
        self.sheet.set_print_scale(max(10, min(100, int(100 * PAGE_WIDTH / width))))
        self.sheet.set_h_pagebreaks(list(rows[:MOST_BREAKS]))

    def prose(self, text: str, style: str = "prose") -> None:
        """A paragraph over the sheet's whole width."""
        self.write_wide([], text, style)

    def write_wide(self, cells: Sequence[tuple[object, str]], text: str, *styles: str) -> None:
        """A row of ``cells`` and then a ``text`` over the rest of the width, as high as the text's lines need."""
        size = max((STYLES[style].get("font_size", 11) for style in styles), default=11)
        first, last = len(cells), min(len(self.widths), PROSE_COLUMNS) - 1
        lines = math.ceil(len(text) * size / 11 * 0.95 / sum(self.widths[first : last + 1]))
        self.sheet.set_row(self.row, max(15.75, size * 1.4) * max(lines, 1))
        style = self.book.style(*styles)
        if first < last:
            self.sheet.merge_range(self.row, first, self.row, last, "", style)
        for column, (value, own) in enumerate(cells):
            self.cell(column, value, self.book.style(*styles, *([own] if own else [])))
        self.cell(first, text, style)
        self.row += 1

    def section(self, key: str) -> None:
        """A heading with air above it."""
        self.row += self.row > self.opening
        self.sheet.set_row(self.row, 20)
        self.sheet.write_string(self.row, 0, self.labels.text(key), self.book.style("section"))
        self.row += 1

    def head(self, names: Sequence[str], *, numbers: Container[int] = (), height: float = 20) -> None:
        """A table's heading; the columns of ``numbers`` are headed to the right, as their figures stand."""
        self.sheet.set_row(self.row, height)
        for column, name in enumerate(names):
            style = ("head", "right") if column in numbers else ("head",)
            self.sheet.write_string(self.row, column, name, self.book.style(*style))
        self.row += 1

    def freeze(self, columns: int = 1, head_rows: int = 1) -> None:
        """Keep all above the next row, and the first ``columns``, in view; repeat the heading on every printed page."""
        self.sheet.freeze_panes(self.row, columns)
        self.sheet.repeat_rows(self.row - head_rows, self.row - 1)

    def write(self, cells: Sequence[tuple[object, str]], *styles: str) -> None:
        """A row of cells, each a value and its own style, over the row's ``styles``."""
        for column, (value, style) in enumerate(cells):
            self.cell(column, value, self.book.style(*styles, *([style] if style else [])))
        self.row += 1

    def cell(self, column: int, value: object, style: Format) -> None:
        """A cell of the next row; a text is never read as anything else."""
        if value is None:
            self.sheet.write_blank(self.row, column, None, style)
        elif isinstance(value, bool):
            self.sheet.write_string(self.row, column, self.labels.text("yes" if value else "no"), style)
        elif isinstance(value, int | float):
            self.sheet.write_number(self.row, column, value, style)
        elif isinstance(value, date):
            self.sheet.write_datetime(self.row, column, value, style)
        else:
            self.sheet.write_string(self.row, column, str(value), style)

    def figure(self, row: dict[str, Any] | None, column: str, style: str) -> tuple[object, str]:
        """The cell for ``column`` of a released table's row: the figure, or the word for why there is none."""
        if row is None:
            return None, ""
        if row[column] is not None:
            return row[column], style
        if row["withheld"]:
            return self.book.marker, "marker"
        unmeasured = 0 in (row.get("n_citizens"), row.get("n_baseline"))
        return self.labels.text("not_measured" if unmeasured else "not_applicable"), "marker"

    def interval(self, line: Line, period: int, mean: str, style: str) -> list[tuple[object, str]]:
        """The cells of the ends of the interval of a line's mean, of everybody."""
        row = self.book.tables.intervals.get((line, period))
        return [self.figure(row, f"{mean}_{end}", style) for end in ("low", "high")]

    def figures(self, line: Line, column: str, style: str, group_by: str = "alle") -> list[tuple[object, str]]:
        """The cells of one line of a table of everybody (of the study, or of the population), a period each."""
        tables = self.book.tables
        return [self.figure(tables.compared[group_by].get((line, period)), column, style) for period in tables.periods]
