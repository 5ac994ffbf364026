"""Whether a citizen was in the population in a period.

Source: docs/method.md § 3.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl


def snapshots_for(bef: pl.LazyFrame, periods: pl.DataFrame) -> pl.LazyFrame:
    """The rows of BEF that tell who is present in some periods (`start`, `end`): of the years they touch and the year
    before. Files of other years are not read.
    """
    first, last = periods.select(pl.min("start"), pl.max("end")).row(0)
    if first is None or last is None:
        return bef
    return bef.filter(pl.col("reference_date").is_between(date(first.year - 1, 1, 1), date(last.year, 12, 31)))


def presence(periods: pl.DataFrame, population: pl.DataFrame, delivered: Sequence[date]) -> pl.DataFrame:
    """Tell for each period whether the citizen was present.

    A citizen is present in a calendar year when in the BEF snapshot of 31 December of that year or of the year before
    (of those delivered), and in a period when present in any calendar year it touches. A period that touches a year
    for which neither snapshot is delivered cannot be told.

    Args:
        periods: `person`, `period`, `start`, `end`.
        population: `person`, `reference_date`: BEF rows of these citizens, any snapshot.
        delivered: reference dates of the snapshots delivered.

    Returns:
        `periods` with `present` (Boolean; null = cannot be told, so nothing is measured).
    """
    snapshots = [day.year for day in delivered if (day.month, day.day) == (12, 31)]
    told_years = pl.Series("year", sorted({year for s in snapshots for year in (s, s + 1)}), pl.Int32)
    counted = population.filter(
        (pl.col("reference_date").dt.month() == 12) & (pl.col("reference_date").dt.day() == 31)
    ).select("person", year=pl.col("reference_date").dt.year().cast(pl.Int32))
    years_present = pl.concat([counted, counted.with_columns(pl.col("year") + 1)]).unique()
    touched = (
        periods.select(
            "person",
            "period",
            year=pl.int_ranges(pl.col("start").dt.year(), pl.col("end").dt.year() + 1, dtype=pl.Int32),
        )
        .explode("year")
        .join(years_present.with_columns(found=pl.lit(True)), on=["person", "year"], how="left")
        .group_by("person", "period")
        .agg(told=pl.col("year").is_in(told_years.implode()).all(), found=pl.col("found").any())
    )
    present = pl.when("told").then(pl.col("found"))
    return periods.join(
        touched.select("person", "period", present=present), on=["person", "period"], how="left", maintain_order="left"
    )
