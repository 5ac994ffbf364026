"""Measures of codes: the share of a register's rows whose code means something to the method.

Here: a delivery in which hardly any code is known, which would count as hardly any use. Not here: which codes are
unmapped and when (`pipelines.codes`), nor codes against the year before (`drift`).
Source: docs/method.md § 4.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from pipelines.quality.across import WHOLE, measured


def recognised_codes(
    profile: pl.DataFrame, column: str, known: Collection[str], *, by_year: bool = False
) -> pl.DataFrame:
    """The share of the rows with a code whose code is one of those known.

    Args:
        profile: the register's profile (`profiles.PROFILE_SCHEMA`).
        column: the column of codes, as the profile counts it.
        known: the codes that the catalogue lists on any date, or that the method counts.
        by_year: whether each year is a delivery by itself, which may be wrong among right ones.

    Returns:
        `across.MEASURE_SCHEMA`, `recognised_<column>`: a row a year with a code, or one of all years that are
        profiled; null figures where no row has a code. Unit: rows; weeks of DREAM.
    """
    measure, recognised, n = f"recognised_{column}", pl.col("code").is_in(list(known)), pl.col("n")
    coded = profile.filter(kind="code", column=column)
    if by_year and coded.height:
        years = coded.group_by("year").agg(n.filter(recognised).sum(), all=n.sum()).sort("year")
        return pl.concat(measured(measure, str(year), *counts) for year, *counts in years.rows())
    return measured(measure, WHOLE, *coded.select(n.filter(recognised).sum(), all=n.sum()).row(0))
