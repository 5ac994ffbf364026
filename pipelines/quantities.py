"""Spells that carry a quantity of their own: contacts, hours, kroner; and events, which are one each.

Here: what registers of amounts and of events share. Not here: spells of days, whose quantity is their length
(`spells.py`). Source: docs/method.md § 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from pipelines.codes import UNMAPPED_SCHEMA
from pipelines.spells import SPELL_SCHEMA, sort_packed

MOST = int(np.iinfo(np.int32).max)
"""The largest quantity of a spell: of an amount some 21 million kroner."""


def summed(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Add up rows that are alike in `by`, of rows that are in that order but for a few breaks.

    Made for registers that come a year at a time, each year sorted: runs of rows alike are added up, which leaves few
    rows to put in order, and then what a later year's file says of the same is added to it.

    Args:
        rows: `by`, and columns of whole numbers without nulls.
        by: columns of integers or dates, without nulls.

    Returns:
        One row for each value of `by`, sorted by it, with every other column summed (Int64).
    """
    return _summed_runs(sort_packed(_summed_runs(rows, by), by), by)


def _summed_runs(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    sums = [name for name in rows.columns if name not in by]
    if rows.is_empty():
        return rows.cast(dict.fromkeys(sums, pl.Int64))
    changes = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift()) for name in by)
    firsts = np.flatnonzero(rows.select(changes).to_series().to_numpy())
    added = (np.add.reduceat(rows.get_column(name).cast(pl.Int64).to_numpy(), firsts) for name in sums)
    return rows.select(by)[firsts].with_columns(pl.Series(name, sum_) for name, sum_ in zip(sums, added, strict=True))


def quantity_spells(rows: pl.DataFrame) -> pl.DataFrame:
    """Spells of the rows with a quantity above 0.

    A quantity larger than a spell can hold becomes several spells of the same days.

    Args:
        rows: `person`, `service` (text or an enum), `start`, `end` (dates, both included), `quantity` (Int64), in any
            order. A quantity of 0 or less, such as a correction that outweighs what it corrects, gives no spell.

    Returns:
        `SPELL_SCHEMA`, sorted by person, service, start.
    """
    kinds = pl.Enum(rows.get_column("service").unique().cast(pl.String).sort())
    spells = rows.filter(pl.col("quantity") > 0).select(
        "person", pl.col("service").cast(kinds), "start", "end", "quantity"
    )
    if (spells.get_column("quantity") > MOST).any():
        spells = (
            spells.with_columns(before=pl.int_ranges(0, "quantity", MOST))
            .explode("before")
            .with_columns(quantity=pl.min_horizontal(pl.col("quantity") - pl.col("before"), MOST))
            .drop("before")
        )
    return sort_packed(spells, ["person", "service", "start", "end"]).cast(SPELL_SCHEMA)


def event_spells(events: pl.LazyFrame, kind: str) -> pl.DataFrame:
    """One spell of a day for each event; events of one citizen and day stay apart.

    Args:
        events: `person`, `start` (the day), in any order.
        kind: the kind of spell.

    Returns:
        `SPELL_SCHEMA`, `quantity` 1.
    """
    day = pl.col("start")
    spells = events.select("person", service=pl.lit(kind), start=day, end=day, quantity=1).collect()
    return sort_packed(spells, ["person", "start"]).cast(SPELL_SCHEMA)


def without_codes(spells: pl.DataFrame) -> Mapping[str, pl.DataFrame]:
    """`spells`, and `unmapped` empty: of a register in which no code decides what a row is."""
    return {"spells": spells, "unmapped": pl.DataFrame(schema=UNMAPPED_SCHEMA)}
