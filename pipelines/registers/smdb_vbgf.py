"""SMDB_VBGF: courses of drug treatment become spells of days in treatment.

Source: docs/method.md § 4, SMDB_VBGF.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from pipelines.quantities import without_codes
from pipelines.spells import union_spells
from pipelines.stages import Stage, in_order, summed_by

KIND = "stofbehandling"


def treatment_spells(courses: pl.LazyFrame, gap_days: int, data_end: date) -> pl.DataFrame:
    """Join the courses of a citizen that follow each other closely: a break that short is part of the treatment.

    Args:
        courses: `person`, `start` (treatment initiated; none = only asked for, which is no treatment), `end` (dates,
            both included; none = still running).
        gap_days: the most days without treatment between two courses that are still one.
        data_end: the delivery's data end, where courses that still run are capped.

    Returns:
        `SPELL_SCHEMA`, `quantity` in days from the first to the last.
    """
    treated = (
        courses.filter(pl.col("start").is_not_null())
        .select("person", "start", service=pl.lit(KIND), end=pl.col("end").fill_null(data_end))
        .filter(pl.col("end") >= pl.col("start"))
        .collect()
    )
    return union_spells(treated, gap=gap_days + 1)


def spells_of_persons(
    frames: Mapping[str, pl.LazyFrame], drug_treatment_gap_days: int, data_end: date
) -> Mapping[str, pl.DataFrame]:
    """`spells` of some persons' courses, `rows` (see `treatment_spells`); `unmapped` is empty."""
    return without_codes(treatment_spells(frames["rows"], drug_treatment_gap_days, data_end))


STAGE = Stage("smdb_vbgf_spells", spells_of_persons, {"spells": in_order, "unmapped": summed_by("code", "year")})
