"""Rows that may be too many for memory, parted by person on disk so that each part can be sorted by itself.

Here: into how many parts, and where a part lies. Not here: what is done with a part (`deliveries.entry`,
`deliveries.wide`). A part is a range of persons, and parts are in the order of their persons: sorted parts one after
another are the sorted whole.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl

ROWS_A_PART = 4_000_000
"""About how many rows are sorted in memory at once."""
NO_PART = -1
NUMBER = "part"


def part(rows: pl.LazyFrame, n_rows: int, last_person: int, folder: Path, *, aside: pl.Expr | None = None) -> None:
    """Write rows to `folder`, parted by `person`; in no order, which each part is to be given.

    Args:
        rows: has `person`, from 1 to `last_person`; read once, in bounded memory.
        n_rows: about how many they are.
        last_person: the largest person that there is.
        folder: where they are written, one of those below the folder that the parts are asked of; made if not there.
        aside: rows that belong to no part (`parts_of` leaves them out, `set_apart` has them).
    """
    n_parts = max(1, -(-n_rows // ROWS_A_PART))
    persons_a_part = max(1, -(-last_person // n_parts))
    number = (pl.col("person") - 1) // persons_a_part
    if aside is not None:
        number = pl.when(~aside).then(number).otherwise(NO_PART)
    by_part = pl.PartitionBy(folder, key=NUMBER, include_key=False, approximate_bytes_per_file=None)
    rows.with_columns(number.cast(pl.Int32).alias(NUMBER)).sink_parquet(by_part, mkdir=True, compression="lz4")


def parts_of(folder: Path) -> Iterator[pl.DataFrame]:
    """Each part with rows, the lowest persons first, of all that was parted below `folder`; removed after its turn."""
    numbers = sorted({int(path.name.removeprefix(f"{NUMBER}=")) for path in folder.glob(f"*/{NUMBER}=[0-9]*")})
    for number in numbers:
        paths = _folders(folder, number)
        yield _read(paths)
        for path in paths:
            shutil.rmtree(path)


def set_apart(folder: Path, columns: list[str]) -> pl.DataFrame | None:
    """Some columns of the rows that belong to no part; None where there are none."""
    paths = _folders(folder, NO_PART)
    return _read(paths, columns) if paths else None


def _folders(folder: Path, number: int) -> list[Path]:
    return sorted(folder.glob(f"*/{NUMBER}={number}"))


def _read(folders: list[Path], columns: list[str] | None = None) -> pl.DataFrame:
    files = [path for folder in folders for path in sorted(folder.glob("*.parquet"))]
    return pl.read_parquet(files, columns=columns, hive_partitioning=False, glob=False)
