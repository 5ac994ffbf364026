"""The workbook that policy staff get: one sheet a view, ready to forward.

Here: which sheets there are, and the file. Not here: what stands on them (``background.py``, ``figures.py``,
``views.py``, ``target_group.py``, ``named_figures.py``, ``long_views.py``, ``method.py``), how it looks (``sheet.py``,
``charts.py``), which figures may be shown (``pipelines/disclosure``).
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import xlsxwriter

from reports.background import write_overview
from reports.figures import write_figures
from reports.files import replacing
from reports.long_views import Tell, refuse_too_long, write_data, write_groups
from reports.method import write_method
from reports.named_figures import write_figure_1, write_figure_2
from reports.sheet import Book
from reports.tables import ReleaseTables
from reports.target_group import write_citizens
from reports.views import (
    write_changes,
    write_comparison,
    write_costs,
    write_employment,
    write_payers,
    write_use,
)

# No text is ever taken for a formula, a number or an address: a group may be called "=1+1".
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def write_workbook(path: Path, tables: ReleaseTables, language: str = "da", tell: Tell = lambda done, of: None) -> None:
    """Write one study's release to ``path`` as XLSX, with Danish (``da``) or English (``en``) words.

    Sheets: overview, charts, costs, use, payers, comparison, changes, citizens, the two figures of a report, costs by
    employment, groups, data, method and sources; one whose table has no rows is not there. A withheld or unmeasured
    figure is a word, explained on every sheet, and a gap in a chart; shares are fractions and costs kroner. The same
    tables always give the same bytes. Rows of the long sheets are written some at a time, in memory that does not grow
    with them, and ``tell`` is told after each time how many are written and of how many.

    Raises ValueError for another language; StoreError when the cost table is longer than a sheet, or when ``path``
    cannot be replaced.
    """
    labels = tables.labels(language)
    refuse_too_long(path, tables)
    views = {"figures": write_figures, "costs": write_costs, "use": write_use, "payers": write_payers}
    views |= {"comparison": write_comparison} if tables.compared["befolkning"] else {}
    views |= {"changes": write_changes} if tables.changes.height else {}
    views |= {"characteristics": write_citizens}
    views |= {"figure_1": write_figure_1, "figure_2": write_figure_2} if tables.everybody else {}
    views |= {"employment": write_employment} if tables.employment_table.height else {}
    views |= {"groups": partial(write_groups, tell=tell)} if tables.subgroups.height else {}
    views |= {"data": partial(write_data, tell=tell), "method": write_method}
    with replacing(path) as part, xlsxwriter.Workbook(part, OPTIONS) as workbook:
        book = Book(workbook, labels, tables, ["overview", *views])
        created = tables.made.replace(tzinfo=None)  # the date of writing would make every copy another file
        workbook.set_properties({"title": book.title, "author": "forlob", "created": created})
        for write in views.values():
            write(book)
        write_overview(book, list(views))  # last, since its chart reads cells of another sheet
