"""HERB_FORSORG_MV_F: stays in shelters become spells of days, by the kind of stay.

Source: docs/method.md § 4, HERB_FORSORG_MV_F.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from pipelines.codes import NO_CODE, coded_spells
from pipelines.stages import Stage, in_order, summed_by


def stay_spells(stays: pl.LazyFrame, shelter_stays: pl.DataFrame, data_end: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Join the stays of a citizen that overlap or touch and are of one service.

    Args:
        stays: `person`, `start`, `end` (dates, both included; no end = still there), `ophold_type`.
        shelter_stays: the catalogue's `code`, `service`, `valid_from`, `valid_to`.
        data_end: the delivery's data end, where stays that still run are capped.

    Returns:
        The spells (`pipelines.spells.SPELL_SCHEMA`, `quantity` in days), and the unmapped kinds of stay
        (`pipelines.codes.UNMAPPED_SCHEMA`).
    """
    coded = stays.with_columns(code=pl.col("ophold_type").fill_null(NO_CODE))
    return coded_spells(coded, shelter_stays, data_end)


def spells_of_persons(
    frames: Mapping[str, pl.LazyFrame], shelter_stays: pl.DataFrame, data_end: date
) -> dict[str, pl.DataFrame]:
    """`spells` and `unmapped` of some persons' stays, `rows` (see `stay_spells`)."""
    spells, unmapped = stay_spells(frames["rows"], shelter_stays, data_end)
    return {"spells": spells, "unmapped": unmapped}


STAGE = Stage(
    "herb_forsorg_mv_f_spells", spells_of_persons, {"spells": in_order, "unmapped": summed_by("code", "year")}
)
