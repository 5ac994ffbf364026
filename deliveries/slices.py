"""What is read together of a register's files: so few files and so few rows that memory holds what is read ahead.

Here: how much at once. Not here: how it is read (`deliveries.reading`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from deliveries.formats import PARQUET, reading
from deliveries.sources import Source

FILES_AT_ONCE = 8
"""Files that are read together: of many at once Polars reads so far ahead that it takes 100 MB a file and more."""
ROWS_AT_ONCE = 24_000_000
"""Rows that are read together: while the person key is made ready to be looked up in, Polars reads on, and 10 m rows
take some 1.4 GB (docs/performance.md). More would look the key up fewer times.
"""


@dataclass(frozen=True)
class Slice:
    """Some of a file's rows: `frame`, from the row `first` on (from 0); `number` is the file's among its register's."""

    source: Source
    number: int
    frame: pl.LazyFrame
    first: int = 0


def read_together(sources: Sequence[Source]) -> Iterator[list[Slice]]:
    """The files in order, large ones cut; what is yielded at a time may be read at once.

    Only Parquet is cut, which is read from any row: of another format each slice would be a reading of the whole file.
    """
    together: list[Slice] = []
    rows = 0
    for number, source in enumerate(sources):
        for piece, n in _cut(source, number):
            if together and (len(together) == FILES_AT_ONCE or rows + n > ROWS_AT_ONCE):
                yield together
                together, rows = [], 0
            together.append(piece)
            rows += n
    if together:
        yield together


def _cut(source: Source, number: int) -> Iterator[tuple[Slice, int]]:
    """A file in slices, and the rows of each; 0 where they are not known."""
    if source.path.suffix.lower() != PARQUET:
        yield Slice(source, number, source.frame), 0
        return
    with reading(source.path):
        n_rows = source.frame.select(pl.len()).collect().item()
    for first in range(0, max(n_rows, 1), ROWS_AT_ONCE):
        n = min(ROWS_AT_ONCE, n_rows - first)
        yield Slice(source, number, source.frame.slice(first, n) if n < n_rows else source.frame, first), n
