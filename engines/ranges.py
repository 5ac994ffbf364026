"""Ranges of persons: how a stage's input is split.

The ranges follow from the tables and one limit alone, never from the engine or its machines, so that every engine makes
the same partial tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

ROWS_A_RANGE = 8_000_000
"""Rows of a stage's tables in a range, on average: some 0.5-1 GB while they are worked on."""


@dataclass(frozen=True)
class Persons:
    """The persons from `first` to `last`, both included."""

    first: int
    last: int

    def of(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """Their rows of a table; of a Parquet file sorted by `person` only the row groups that hold them are read."""
        return frame.filter(pl.col("person").is_between(self.first, self.last))


def ranges_of(frames: Iterable[pl.LazyFrame], rows_a_range: int) -> list[Persons]:
    """Split the persons of some tables into ranges of equal width, in order.

    Args:
        frames: tables with a `person` column.
        rows_a_range: rows of all tables together that a range holds on average.

    Returns:
        Ranges that hold every person once; of tables without rows one range, so that their results have columns.
    """
    person = pl.col("person").cast(pl.Int64)
    extents = [frame.select(n=pl.len().cast(pl.Int64), low=person.min(), high=person.max()) for frame in frames]
    together = pl.concat(extents).select(pl.sum("n"), pl.min("low"), pl.max("high"))
    n, low, high = together.collect(engine="streaming").row(0)
    if not n:
        return [Persons(0, 0)]
    persons = high - low + 1
    width = -(-persons // -(-n // rows_a_range))
    return [Persons(first, min(first + width - 1, high)) for first in range(low, high + 1, width)]
