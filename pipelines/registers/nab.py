"""NAB: courses of alcohol treatment become spells of days in treatment, to the last year that the register tells of.

Source: docs/method.md § 4, NAB.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from pipelines.quantities import without_codes
from pipelines.spells import union_spells
from pipelines.stages import Stage, in_order, summed_by

KIND = "alkoholbehandling"


def treatment_spells(courses: pl.LazyFrame, last_year: int, data_end: date) -> pl.DataFrame:
    """Join the courses of a citizen that overlap or touch, cut at the end of the register's last year.

    Args:
        courses: `person`, `start`, `end` (dates, both included; none = still running).
        last_year: the last year with treatment in the register.
        data_end: the delivery's data end, where courses that still run are capped.

    Returns:
        `SPELL_SCHEMA`, `quantity` in days.
    """
    end = pl.min_horizontal(pl.col("end").fill_null(data_end), date(last_year, 12, 31))
    treated = courses.select("person", "start", service=pl.lit(KIND), end=end).filter(pl.col("end") >= pl.col("start"))
    return union_spells(treated.collect())


def spells_of_persons(
    frames: Mapping[str, pl.LazyFrame], nab_last_year: int, data_end: date
) -> Mapping[str, pl.DataFrame]:
    """`spells` of some persons' courses, `rows` (see `treatment_spells`); `unmapped` is empty."""
    return without_codes(treatment_spells(frames["rows"], nab_last_year, data_end))


STAGE = Stage("nab_spells", spells_of_persons, {"spells": in_order, "unmapped": summed_by("code", "year")})
