"""HANDIC: services granted under the Social Services Act become spells of days.

Source: docs/method.md § 4, HANDIC.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from pipelines.codes import coded_spells
from pipelines.stages import Stage, in_order, summed_by


def spells_of_persons(
    frames: Mapping[str, pl.LazyFrame], handic_services: pl.DataFrame, data_end: date
) -> dict[str, pl.DataFrame]:
    """`spells` and `unmapped` of some persons' `grants` (see `coded_spells`)."""
    spells, unmapped = coded_spells(frames["grants"], handic_services, data_end)
    return {"spells": spells, "unmapped": unmapped}


STAGE = Stage("handic_spells", spells_of_persons, {"spells": in_order, "unmapped": summed_by("code", "year")})
