"""Dated pieces of service: chaining, joining and subtracting them.

Here: arithmetic on intervals of citizens, the same for every register. Not here: what a register's rows mean
(`registers/`), nor how much of a spell lies in a period (`use.py`).

Everything is done on whole columns: each citizen (or citizen and service) is shifted into a range of integers of its
own, so that one running maximum over the column serves all of them and no grouping is needed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import polars as pl

SPELL_SCHEMA = pl.Schema(
    {"person": pl.UInt32, "service": pl.String, "start": pl.Date, "end": pl.Date, "quantity": pl.Int32}
)


def chain(frame: pl.DataFrame, by: Sequence[str], start: str, end: str, gap: int) -> pl.Series:
    """Number the chains of rows that follow each other closely.

    A row joins the chain before it while its `start` is no later than the latest `end` so far plus `gap`, among rows
    alike in `by`. Source: docs/method.md § 4 (hospital stays; grants that overlap or touch).

    Args:
        frame: rows sorted by (`*by`, `start`).
        by: columns that keep chains apart, usually `person`.
        start: column of integers, dates or times.
        end: column of the same type.
        gap: largest gap that still joins, in the columns' physical unit (days of a date, microseconds of a time).

    Returns:
        `chain`, UInt32: one number a chain, rising in row order.

    """
    if frame.is_empty():
        return pl.Series("chain", [], pl.UInt32)
    changed = pl.any_horizontal(pl.col(column).ne_missing(pl.col(column).shift()) for column in by)
    rows = frame.select(
        begin=pl.col(start).to_physical().cast(pl.Int64),
        finish=pl.col(end).to_physical().cast(pl.Int64),
        group=changed.fill_null(True).cum_sum().cast(pl.Int64),
    )
    lows, highs = rows.min().row(0), rows.max().row(0)
    low = min(lows[0], lows[1])
    width = max(highs[0], highs[1]) - low + gap + 1
    if width * (highs[2] + 1) > np.iinfo(np.int64).max:
        return _chain_in_halves(frame, by, start, end, gap, rows.get_column("group"))
    shift = pl.col("group") * width - low
    reach = (pl.col("finish") + shift).cum_max().shift(1)
    begins_chain = (pl.col("begin") + shift > reach + gap).fill_null(True)
    return rows.select(chain=begins_chain.cum_sum().cast(pl.UInt32)).to_series()


def _chain_in_halves(
    frame: pl.DataFrame, by: Sequence[str], start: str, end: str, gap: int, group: pl.Series
) -> pl.Series:
    """`chain` for more citizens than fit 64 bits beside each other, as one date far off can make them."""
    if group.item(-1) == 1:
        raise OverflowError("the times of one citizen do not fit 64 bits: chain on coarser units")
    middle = int(group.search_sorted(int(group.item(-1)) // 2, side="right"))
    first, second = (chain(half, by, start, end, gap) for half in (frame.head(middle), frame.slice(middle)))
    return first.append(second + first.item(-1))


def sort_packed(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Sort rows by columns without nulls, packed into one integer a row.

    The rows of a register are nearly in order already, which a stable sort of integers makes use of: it takes a quarter
    of the time of a sort by several columns.

    Args:
        rows: the rows; those alike in `by` keep their order.
        by: columns of integers, dates, times or enums, the first counting most.
    """
    if rows.is_empty():
        return rows
    columns = [rows.get_column(name).to_physical().cast(pl.Int64) for name in by]
    extents = [(int(column.min()), int(column.max()) - int(column.min()) + 1) for column in columns]  # type: ignore[arg-type]
    if math.prod(width for _, width in extents) > np.iinfo(np.int64).max:
        return rows.sort(by, maintain_order=True)
    packed = np.zeros(rows.height, np.int64)
    for column, (low, width) in zip(columns, extents, strict=True):
        packed *= width
        packed += column.to_numpy() - low
    if (packed[1:] >= packed[:-1]).all():
        return rows
    return rows[np.argsort(packed, kind="stable")]


def one_a_chain(rows: pl.DataFrame, chains: pl.Series, end: str) -> pl.DataFrame:
    """The first row of each chain, with the latest `end` of all its rows.

    Args:
        rows: as they were chained.
        chains: their chains' numbers (`chain`).
        end: the column chained by, of integers, dates or times.
    """
    if rows.is_empty():
        return rows
    firsts = np.flatnonzero(np.diff(chains.to_numpy(), prepend=0))
    latest = np.maximum.reduceat(rows.get_column(end).to_physical().to_numpy(), firsts)
    return rows[firsts].with_columns(pl.Series(end, latest).cast(rows.schema[end]))


def union_spells(rows: pl.DataFrame, gap: int = 1) -> pl.DataFrame:
    """Make one spell of the rows of a citizen and service that overlap or touch.

    Source: docs/method.md § 4, HANDIC: each date counts once.

    Args:
        rows: `person`, `service` (text or an enum), `start`, `end` (dates, both included), in any order.
        gap: the most days from an end to the next start that still joins: 1 is the day after, 0 a date in common.

    Returns:
        `SPELL_SCHEMA`, sorted by person, service and start; `quantity` is the days from the first to the last.
    """
    kinds = pl.Enum(rows.get_column("service").unique().cast(pl.String).sort())
    spells = rows.select("person", pl.col("service").cast(kinds), "start", "end")
    ordered = sort_packed(spells, ["person", "service", "start"])
    return (
        one_a_chain(ordered, chain(ordered, ["person", "service"], "start", "end", gap), "end")
        .select(
            "person",
            "service",
            "start",
            "end",
            quantity=((pl.col("end") - pl.col("start")).dt.total_days() + 1).cast(pl.Int32),
        )
        .cast(SPELL_SCHEMA)
    )


def subtract(
    person: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    without_person: np.ndarray,
    without_start: np.ndarray,
    without_end: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What is left of intervals when other intervals of the same citizen are taken out.

    All arrays are integers, both ends included, in one unit (days, months); rows in any order, overlaps allowed.

    Returns:
        `person`, `start`, `end` of the pieces, sorted by person and start, as Int64 arrays.
    """
    if len(person) == 0:
        empty = np.empty(0, np.int64)
        return empty, empty, empty
    low = int(min(start.min(), without_start.min(initial=start.min())))
    width = int(max(end.max(), without_end.max(initial=end.max()))) - low + 2

    def line(citizen: np.ndarray, at: np.ndarray) -> np.ndarray:
        return np.asarray(citizen.astype(np.int64) * width + (at.astype(np.int64) - low))

    edges = np.concatenate(
        [
            line(person, start),
            line(person, end) + 1,
            line(without_person, without_start),
            line(without_person, without_end) + 1,
        ]
    )
    n, m = len(person), len(without_person)
    inside = np.concatenate([np.ones(n), -np.ones(n), np.zeros(2 * m)]).astype(np.int32)
    taken = np.concatenate([np.zeros(2 * n), np.ones(m), -np.ones(m)]).astype(np.int32)
    order = np.argsort(edges, kind="stable")
    edges, inside, taken = edges[order], np.cumsum(inside[order]), np.cumsum(taken[order])
    last_at_edge = np.append(edges[1:] != edges[:-1], True)
    edges, left = edges[last_at_edge], ((inside > 0) & (taken == 0))[last_at_edge]
    begins = np.flatnonzero(left & ~np.append(False, left[:-1]))
    ends = np.flatnonzero(~left & np.append(False, left[:-1]))
    first, past = edges[begins], edges[ends]
    return first // width, first % width + low, (past - 1) % width + low
