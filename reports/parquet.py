"""The released tables as Parquet, for those who calculate on.

Here: how a table becomes bytes. Not here: which cells may be shown (``pipelines/disclosure``).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from reports.files import replacing


def write_parquet(table: pl.DataFrame, path: Path) -> None:
    """Write ``table``, one after disclosure control, to ``path`` with its types.

    A withheld cell is null, and no statistics of a column stand beside it. Texts are as they are: nothing reads them as
    formulas here. The same table always gives the same bytes. Raises StoreError when ``path`` cannot be replaced.
    """
    with replacing(path) as part:
        table.write_parquet(part, compression="zstd", statistics=False)
