"""Stages: work that splits by `person`, and how the tables of ranges of persons become one.

Here: what a stage is, and the usual ways to add up. Not here: which ranges there are and where they are made
(`engines/`), nor what a stage does: each is declared beside its functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Stage:
    """Work on whole persons, which gives the same tables whether done at once or by ranges of persons.

    Attributes:
        name: what people and files call it.
        of_persons: a function of a module (another process finds it by its name), called as
            `of_persons(frames, **settings)`. `frames` are tables with a `person` column, restricted to the persons of
            a range and sorted as they are in the store. Settings are what every range needs: the catalogue's tables,
            dates, numbers; never rows of citizens, since settings travel to other processes. Returns the range's tables
            by output.
        add_up: by output, how the ranges' tables, one after another in the order of `person`, become the one table.
        rows_factor: how many times the usual rows a range may hold, of a stage that needs little of most rows, and
            whose tables grow with the ranges.
    """

    name: str
    of_persons: Callable[..., Mapping[str, pl.DataFrame]]
    add_up: Mapping[str, Callable[[pl.LazyFrame], pl.LazyFrame]]
    rows_factor: int = 1


def in_order(parts: pl.LazyFrame) -> pl.LazyFrame:
    """The ranges' rows one after another: of tables sorted by person first, since ranges go by person."""
    return parts


def summed_by(*keys: str) -> Callable[[pl.LazyFrame], pl.LazyFrame]:
    """One row for each value of `keys`, sorted by them, with every other column summed.

    For whole numbers only, which give the same sum in any order: floats do not, and are refused with `TypeError`. Sums
    keep the columns' types, and one that does not fit is an error of Polars, not another number.
    """

    def summed(parts: pl.LazyFrame) -> pl.LazyFrame:
        schema = parts.collect_schema()
        counts = {name: dtype for name, dtype in schema.items() if name not in keys}
        if not all(dtype.is_integer() for dtype in counts.values()):
            raise TypeError(f"only whole numbers add up to the same in any order: {counts}")
        sums = [pl.col(name).cast(pl.Int64).sum().cast(dtype) for name, dtype in counts.items()]
        return parts.group_by(keys).agg(sums).select(schema.names()).sort(keys)

    return summed
