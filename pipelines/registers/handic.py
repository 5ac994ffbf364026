"""HANDIC: services granted under the Social Services Act become spells of days.

Source: docs/method.md § 4, HANDIC.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from pipelines.codes import Mapped, map_codes
from pipelines.spells import union_spells
from pipelines.stages import Stage, in_order, summed_by


def grant_spells(
    grants: pl.LazyFrame, handic_services: pl.DataFrame, data_end: date
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Join the grants of a citizen and service that overlap or touch.

    Args:
        grants: `person`, `code`, `start`, `end` (dates, both included; no end = still running).
        handic_services: the catalogue's `code`, `service`, `valid_from`, `valid_to`.
        data_end: the delivery's data end, where running grants are capped.

    Returns:
        The spells (`pipelines.spells.SPELL_SCHEMA`, `quantity` in days), and the unmapped codes (`code`, `year`, `n`
        grants by the year they start).
    """
    capped = (
        grants.select("person", "code", "start", end=pl.col("end").fill_null(data_end))
        .filter(pl.col("end") >= pl.col("start"))
        .collect()
    )
    mapped: Mapped = map_codes(capped, handic_services)
    unmapped = mapped.unmapped.group_by("code", year=pl.col("start").dt.year()).agg(n=pl.len()).sort("code", "year")
    return union_spells(mapped.rows.filter(pl.col("service").is_not_null())), unmapped


def spells_of_persons(
    frames: Mapping[str, pl.LazyFrame], handic_services: pl.DataFrame, data_end: date
) -> dict[str, pl.DataFrame]:
    """`spells` and `unmapped` of some persons' `grants` (see `grant_spells`)."""
    spells, unmapped = grant_spells(frames["grants"], handic_services, data_end)
    return {"spells": spells, "unmapped": unmapped}


STAGE = Stage("handic_spells", spells_of_persons, {"spells": in_order, "unmapped": summed_by("code", "year")})
