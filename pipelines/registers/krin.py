"""KRIN: imprisonments become spells of days inside.

Source: docs/method.md § 4, KRSI, KRAF and KRIN.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from pipelines.quantities import without_codes
from pipelines.spells import union_spells
from pipelines.stages import Stage, in_order, summed_by

KIND = "indsaettelse"


def imprisonment_spells(imprisonments: pl.LazyFrame, data_end: date) -> pl.DataFrame:
    """Join the imprisonments of a citizen that overlap or touch, such as custody and the sentence after it.

    Args:
        imprisonments: `person`, `start`, `end` (dates, both included; no end = still inside).
        data_end: the newest delivery's data end, where imprisonments that still run are capped.

    Returns:
        `SPELL_SCHEMA`, `quantity` in days.
    """
    inside = imprisonments.select("person", "start", service=pl.lit(KIND), end=pl.col("end").fill_null(data_end))
    return union_spells(inside.filter(pl.col("end") >= pl.col("start")).collect())


def spells_of_persons(frames: Mapping[str, pl.LazyFrame], data_end: date) -> Mapping[str, pl.DataFrame]:
    """`spells` of some persons' imprisonments, `rows` (see `imprisonment_spells`); `unmapped` is empty."""
    return without_codes(imprisonment_spells(frames["rows"], data_end))


STAGE = Stage("krin_spells", spells_of_persons, {"spells": in_order, "unmapped": summed_by("code", "year")})
