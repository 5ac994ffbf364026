"""One worksheet, written from the top down in a calm layout.

Here: fonts, fills, number formats, the cursor, print setup. Not here: what a sheet shows (``views.py``,
``background.py``).
"""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from datetime import date
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format

from reports.labels import Labels
from reports.tables import Line, ReleaseTables

INK, SOFT, RED = "#1F2933", "#6B7785", "#B3261E"
HEAD, AREA, TOTAL, RULE = "#24486B", "#EDF2F7", "#D7E2EC", "#DDE4EA"

PAD = {"align": "left", "indent": 1}  # room between a figure and the text in the next column
PROSE_COLUMNS = 9  # a paragraph is no wider, so that it can be read without scrolling

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
    "price": {"num_format": '#,##0.00 "kr."', "align": "right"},
    "share": {"num_format": "0 %", "align": "right"},
    "share_fine": {"num_format": "0.0 %", "align": "right"},
    "quantity": {"num_format": "[=0]0;[<1]0.00;#,##0.0", "align": "right"},
    "date": {"num_format": "dd-mm-yyyy", "align": "right"},
}


class Book:
    """A workbook with the styles it has used so far, and the words and tables its sheets are made from."""

    def __init__(self, workbook: xlsxwriter.Workbook, labels: Labels, tables: ReleaseTables) -> None:
        self.workbook, self.labels, self.tables = workbook, labels, tables
        self._formats: dict[tuple[str, ...], Format] = {}

    @property
    def title(self) -> str:
        """The study's title in the reader's language."""
        study = self.tables.study
        return study.title_da if self.labels.language == "da" else study.title_en

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
        """Open the sheet ``key`` with column ``widths`` (characters) and write what every sheet opens with."""
        self.book, self.labels, self.row, self.widths = book, book.labels, 0, widths
        self.sheet = book.workbook.add_worksheet(self.labels.text(key))
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        self._print_setup()
        tables = book.tables
        year = tables.study.price_year
        self.prose(book.title, "title")
        self.prose(self.labels.text(f"{key}_about", price_level=self.labels.text("price_level", year=year)))
        if tables.illustrative:
            self.prose(self.labels.text("illustrative_warning"), "warning")
        self.prose(self.labels.text("legend", min_count=tables.profile.min_count), "legend")
        self.row += 1
        self.opening = self.row

    def _print_setup(self) -> None:
        self.sheet.hide_gridlines(2)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)  # A4
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        title = self.book.title[:80].replace("&", "&&")
        self.sheet.set_footer(f"&L&9{title} &R&9{self.labels.text('footer_page')}")

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
            self._cell(column, value, self.book.style(*styles, *([own] if own else [])))
        self._cell(first, text, style)
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
            self._cell(column, value, self.book.style(*styles, *([style] if style else [])))
        self.row += 1

    def _cell(self, column: int, value: object, style: Format) -> None:
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
        """The cell for ``column`` of a cost table's row: the figure, or the word for why there is none."""
        if row is None:
            return None, ""
        if row[column] is not None:
            return row[column], style
        reason = "withheld" if row["withheld"] else "not_measured" if row["n_citizens"] == 0 else "not_applicable"
        return self.labels.text(reason), "marker"

    def figures(self, line: Line, column: str, style: str, group_by: str = "alle") -> list[tuple[object, str]]:
        """The cells of one line of a table of everybody (of the study, or of the population), a period each."""
        tables = self.book.tables
        return [self.figure(tables.compared[group_by].get((line, period)), column, style) for period in tables.periods]
