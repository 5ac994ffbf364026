"""Showing figures to the nearest of what the data owner's profile asks.

Here: rounding what is shown. Not here: withholding (`pipelines.disclosure.protect`).
"""

from __future__ import annotations

import polars as pl
import polars.selectors as cs

from catalogue.profiles import Profile

DRAWN = ("mean_", "change_")
"""What the figures open with whose intervals are drawn."""
STILL_THERE = 1e-9
"""How near to a step, of its size, an end is that stands on it."""
COUNTS = ("n", "n_study", "n_citizens", "n_partly", "n_baseline", "n_users")


def rounded(table: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Round a table's counts, kroner and quantities, the ends of intervals to what their width makes sure, and tell
    shares anew from the rounded counts, where they are of counts. Rule: docs/method.md § 7.5.
    """
    table = table.with_columns(end for name in table.columns if name.endswith("_low") for end in _ends(name))
    if (step := profile.round_counts) > 1:
        if "category" in table.columns:  # of how many, a true share tells
            share = (_nearest(pl.col("n"), step) / _nearest(pl.col("n") / pl.col("share"), step)).clip(0, 1)
            table = table.with_columns(share=pl.when(pl.col("share") > 0).then(share).otherwise("share"))
        table = table.with_columns(_nearest(cs.by_name(*COUNTS, require_all=False).as_expr(), step).cast(pl.UInt32))
        if {"n_users", "n_citizens"} <= set(table.columns):
            share = (pl.col("n_users") / pl.col("n_citizens")).clip(0, 1)
            of_counts = ~pl.col("group_by").is_in(["befolkning_standardiseret"]) & (pl.col("n_citizens") > 0)
            table = table.with_columns(share_users=pl.when(of_counts).then(share).otherwise("share_users"))
    for columns, base in (
        (cs.starts_with("mean_cost", "change_cost"), profile.round_kr),
        (cs.starts_with("mean_quantity", "change_quantity"), profile.round_quantity),
        # Shares of rounded counts differ by other steps: a change is told as coarsely as these make it.
        (cs.starts_with("change_share"), 0.05 if profile.round_counts > 1 else 0.0),
    ):
        if base:
            low, high = columns & cs.ends_with("_low"), columns & cs.ends_with("_high")
            table = table.with_columns(
                _nearest((columns - low - high).as_expr(), base),
                # Outward: to the nearest, an interval could become one of nothing.
                (low.as_expr().cast(pl.Float64) / base + STILL_THERE).floor() * base,
                (high.as_expr().cast(pl.Float64) / base - STILL_THERE).ceil() * base + 0.0,
            )
    return table


def _ends(low: str) -> list[pl.Expr]:
    """The ends of a drawn interval outward to two digits of its width; those of a share are no draws, and exact."""
    if not low.startswith(DRAWN):
        return []
    high = low.removesuffix("_low") + "_high"
    width = pl.col(high) - pl.col(low)
    digits = 10.0 ** (1 - width.log10().floor())
    ends = {low: (pl.col(low) * digits).floor() / digits, high: (pl.col(high) * digits).ceil() / digits}
    # With 0 added -0.0 is 0.0.
    return [pl.when(width > 0).then(end + 0.0).otherwise(name).alias(name) for name, end in ends.items()]


def _nearest(figure: pl.Expr, base: float) -> pl.Expr:
    return (figure.cast(pl.Float64) / base).round() * base
