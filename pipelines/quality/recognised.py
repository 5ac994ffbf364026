"""Measures of codes: the share of a register's rows whose code means something to the method.

Here: a delivery in which hardly any code is known, which would count as hardly any use. Not here: which codes are
unmapped and when (`pipelines.codes`), nor codes against the year before (`drift`).
Source: docs/method.md § 4.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from pipelines.quality.across import measured


def recognised_codes(profile: pl.DataFrame, column: str, known: Collection[str]) -> pl.DataFrame:
    """The share of the rows with a code, of all years that are profiled, whose code is one of those known.

    Args:
        profile: the register's profile (`profiles.PROFILE_SCHEMA`).
        column: the column of codes, as the profile counts it.
        known: the codes that the catalogue lists on any date, or that the method counts.

    Returns:
        `across.MEASURE_SCHEMA`, one row: `recognised_<column>`; null figures where no row has a code.
        Unit: rows; weeks of DREAM.
    """
    recognised, n = pl.col("code").is_in(list(known)), pl.col("n")
    coded = profile.filter(kind="code", column=column).select(n.filter(recognised).sum(), all=n.sum())
    return measured(f"recognised_{column}", numerator=coded.item(0, "n"), denominator=coded.item(0, "all"))
