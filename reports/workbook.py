"""The workbook that policy staff get: one sheet a view, ready to forward.

Here: which sheets there are, and the file. Not here: what stands on them (``background.py``, ``views.py``), how it
looks (``sheet.py``), which figures may be shown (``pipelines/disclosure.py``).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import xlsxwriter

from reports.background import write_method, write_overview
from reports.files import replacing
from reports.labels import Labels
from reports.sheet import Book
from reports.tables import ReleaseTables
from reports.views import write_comparison, write_costs, write_data, write_groups, write_payers, write_use

# No text is ever taken for a formula, a number or an address: a group may be called "=1+1".
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def write_workbook(path: Path, tables: ReleaseTables, language: str = "da") -> None:
    """Write one study's release to ``path`` as XLSX, with Danish (``da``) or English (``en``) words.

    Sheets: overview, costs, use, payers, comparison and groups (only where the cost table has any), data, method and
    sources. A
    withheld or unmeasured figure is a word, explained on every sheet; shares are fractions and costs kroner. The same
    tables always give the same bytes. Raises ValueError for another language, StoreError when ``path`` cannot be
    replaced.
    """
    labels = Labels.of(language, tables.anchored, tables.areas, tables.services)
    views = {"costs": write_costs, "use": write_use, "payers": write_payers}
    views |= {"comparison": write_comparison} if tables.compared["befolkning"] else {}
    views |= {"groups": write_groups} if tables.subgroups.height else {}
    views |= {"data": write_data, "method": write_method}
    with replacing(path) as part, xlsxwriter.Workbook(part, OPTIONS) as workbook:
        book = Book(workbook, labels, tables)
        # The price year stands for the date of writing, which would make every copy another file.
        created = datetime(tables.study.price_year, 1, 1)
        workbook.set_properties({"title": book.title, "author": "forlob", "created": created})
        write_overview(book, list(views))
        for write in views.values():
            write(book)
