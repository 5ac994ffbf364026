"""BFL: jobs by pay period become paid hours and wages by month.

A pay period belongs to the month of its first day. Source: docs/method.md § 4, BFL.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines.quantities import quantity_spells, summed, without_codes
from pipelines.stages import Stage, in_order, summed_by

HOURS = "loentimer"
WAGES = "loen"


def pay_spells(jobs: pl.LazyFrame) -> pl.DataFrame:
    """What a citizen worked and was paid in a month, over all jobs.

    The hours of a month are added up before they are rounded to whole hours (a half up), and are at least 1 where they
    are more than none. A month whose sum is 0 or less, such as one of corrections, gives no spell.

    Args:
        jobs: `person`, `start`, `hours_hundredths`, `wage_oere`; sorted by person and start, or in
            pieces that are.

    Returns:
        `SPELL_SCHEMA`: `loentimer` (`quantity` in hours) and `loen` (in øre), from the first to the last day
        of a month.
    """
    paid = jobs.select(
        "person",
        pl.col("start").dt.month_start(),
        hundredths=pl.col("hours_hundredths").fill_null(0),
        oere=pl.col("wage_oere").fill_null(0),
    )
    months = summed(paid.collect(), ["person", "start"]).with_columns(end=pl.col("start").dt.month_end())
    whole_hours = ((pl.col("hundredths") + 50) // 100).clip(lower_bound=1)
    hours = pl.when(pl.col("hundredths") > 0).then(whole_hours).otherwise(0)
    return quantity_spells(
        pl.concat(
            months.select("person", "start", "end", service=pl.lit(kind), quantity=quantity)
            for kind, quantity in ((HOURS, hours), (WAGES, pl.col("oere")))
        )
    )


def spells_of_persons(frames: Mapping[str, pl.LazyFrame]) -> Mapping[str, pl.DataFrame]:
    """`spells` of some persons' jobs, `rows` (see `pay_spells`); `unmapped` is empty."""
    return without_codes(pay_spells(frames["rows"]))


STAGE = Stage("bfl_spells", spells_of_persons, {"spells": in_order, "unmapped": summed_by("code", "year")})
