"""Putting the rows of a part in order.

Here: how rows are sorted. Not here: by which columns, which a contract says (`deliveries.entry`).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

LARGEST = 2**63 - 1


def in_order(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Sort rows by columns, the first counting most, nulls first: by one integer a row where the columns fit in one.

    That takes half of the time of a sort by several columns.

    Args:
        rows: the rows.
        by: columns that together tell every row from the others, so that there is one order alone.
    """
    packed = pl.zeros(rows.height, dtype=pl.Int64, eager=True)
    room = LARGEST
    for name in by:
        place = _place(rows.get_column(name))
        if place is None:
            return rows.sort(by)
        width = int(place.max() or 0) + 1  # type: ignore[arg-type]
        room //= width
        if not room:
            return rows.sort(by)
        packed = packed * width + place
    return rows[packed.arg_sort()]


def _place(column: pl.Series) -> pl.Series | None:
    """Whole numbers from 0 in the order of a column's values; None where its type has none, or they may not fit."""
    if column.dtype == pl.String:
        column = column.cast(pl.Enum(column.drop_nulls().unique().sort()))
    elif not (column.dtype.is_integer() or column.dtype.is_temporal() or column.dtype == pl.Boolean):
        return None
    numbers = column.to_physical().cast(pl.Int64)
    low, high = numbers.min(), numbers.max()
    if low is None or high is None:
        return numbers.fill_null(0)
    if int(high) - int(low) > LARGEST // 2:  # type: ignore[arg-type]
        return None
    return (numbers - low + 1).fill_null(0)
