"""What a suite asks: the catalogue's checks, and the figures each of them is asked of.

Here: choosing and pivoting, on Polars frames alone. Not here: Great Expectations, whose import takes seconds
(`running.py`), nor how a measure is computed (`pipelines`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from expectations.findings import Check
from expectations.suites import words

SCOPE = "scope"
IN_ORDER = [pl.col(SCOPE).cast(pl.Int64, strict=False), pl.col(SCOPE)]
"""Years and periods by number, others after them."""


@dataclass(frozen=True)
class Band:
    """A check and the `measure` that is held against it, asked where the denominator is `least` or more."""

    check: Check
    measure: str
    least: float

    @property
    def column(self) -> str:
        """Its column in the wide frame: the check's, since two checks may hold one measure and differ in `least`."""
        return f"{self.check.asset}:{self.check.name}"


def bands_of(checks: pl.DataFrame, suite: str) -> list[Band]:
    """The checks of a suite, in the order of the catalogue's `quality_checks`."""
    stated = checks.filter(pl.col("suite") == suite).iter_rows(named=True)
    return [Band(Check.of(row), row["measure"], row["least"]) for row in stated]


def figures(band: Band, measures: pl.DataFrame) -> pl.DataFrame:
    """The figures a check is asked of, by scope: those that are known and rest on its least or more.

    A figure without a denominator is no share: it is asked whatever it rests on.
    """
    enough = pl.col("denominator").is_null() | (pl.col("denominator") >= band.least)
    return _known(band, measures).filter(enough).sort(*IN_ORDER, nulls_last=True)


def wide(bands: list[Band], measures: pl.DataFrame) -> pl.DataFrame:
    """A row a scope and a column a check, null where it is not asked; a check asked nowhere has no column."""
    long = [
        figures(band, measures).select(SCOPE, pl.lit(band.column).alias("column"), pl.col("value")) for band in bands
    ]
    if not any(frame.height for frame in long):
        return pl.DataFrame(schema={SCOPE: pl.String})
    return pl.concat(long).pivot(on="column", index=SCOPE, values="value").sort(*IN_ORDER, nulls_last=True)


def why_not_asked(band: Band, measures: pl.DataFrame) -> str:
    """Why a check is asked nowhere, Danish first."""
    if band.measure not in measures["measure"]:
        return words.not_computed(band.measure)
    most = _known(band, measures)["denominator"].drop_nulls().to_list()
    return words.too_few(max(most), band.least) if most else words.nothing()


def worst(check: Check, asked: pl.DataFrame) -> dict[str, Any]:
    """The figure farthest outside the band, or nearest to its ends where all keep it; the first of equals."""
    below = [] if check.lower is None else [check.lower - pl.col("value")]
    above = [] if check.upper is None else [pl.col("value") - check.upper]
    return asked.row(asked.select(pl.max_horizontal(*below, *above).arg_max()).item(), named=True)


def _known(band: Band, measures: pl.DataFrame) -> pl.DataFrame:
    return measures.filter(pl.col("measure") == band.measure, pl.col("value").fill_nan(None).is_not_null())
