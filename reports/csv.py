"""The released tables as CSV, for those who calculate on.

Here: how a table becomes bytes. Not here: which cells may be shown (``pipelines/disclosure``).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import polars.selectors as cs

from reports.files import replacing

# A spreadsheet reads a cell that opens like this as a formula, and one with ; as its separator (Danish Excel) cuts a
# text at each ; first. An apostrophe in front makes the cell a text.
FORMULA_OPENING = r"(^|[;\t\r\n])(\s*)([=+\-@＝＋－＠])"


def write_csv(table: pl.DataFrame, path: Path) -> None:
    """Write ``table``, one after disclosure control, to ``path``: UTF-8 without a mark, ``,`` between, a header row.

    Null is empty, a truth value ``true`` or ``false``, numbers have a decimal point and all their digits. A text that
    a spreadsheet would read as a formula gets an apostrophe in front. The same table always gives the same bytes.
    Raises StoreError when ``path`` cannot be replaced.
    """
    texts = cs.string().str.replace_all(FORMULA_OPENING, "$1$2'$3")
    with replacing(path) as part:
        table.with_columns(texts).write_csv(part)
