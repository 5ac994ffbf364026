"""The level of education that participants had reached before they started.

Source: docs/method.md § 11.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipelines.persons import of_persons

REFERENCE_DAY = (9, 30)
"""UDDA's yearly reference date: month, day."""


@dataclass(frozen=True)
class Education:
    """`levels`: `person`, `uddannelse` of who is in UDDA; `unmapped`: `code`, `year`, `n` of their codes without level.

    `n` is citizens, `year` that of the reference date.
    """

    levels: pl.DataFrame
    unmapped: pl.DataFrame


def education_before_start(kept: pl.DataFrame, udda: pl.LazyFrame, disced_levels: pl.DataFrame) -> Education:
    """What UDDA tells of participants on 30 September of the year before their start year.

    Args:
        kept: `person`, `start_year` of the participants.
        udda: `person`, `reference_date`, `hfaudd`: a row a citizen and date.
        disced_levels: the catalogue's `hfaudd`, `level`.

    Returns:
        `uddannelse` is null where the catalogue does not know the code; a citizen without a code has no row.
    """
    asked = kept.select("person", reference_date=pl.date(pl.col("start_year") - 1, *REFERENCE_DAY))
    found = (
        of_persons(udda, kept.get_column("person"))
        .join(asked.lazy(), on=["person", "reference_date"])
        .select("person", "hfaudd", year=pl.col("reference_date").dt.year())
        .drop_nulls("hfaudd")
        .collect()
        .join(disced_levels.select("hfaudd", uddannelse="level"), on="hfaudd", how="left")
    )
    unmapped = found.filter(pl.col("uddannelse").is_null()).group_by("year", code="hfaudd").agg(n=pl.len())
    return Education(
        found.select("person", "uddannelse").sort("person"), unmapped.select("code", "year", "n").sort("code", "year")
    )
