"""KRSI: charges become spells of a day, each of its own.

Source: docs/method.md § 4, KRSI, KRAF and KRIN.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines.quantities import event_spells, without_codes
from pipelines.stages import Stage, in_order, summed_by

KIND = "sigtelse"


def spells_of_persons(frames: Mapping[str, pl.LazyFrame]) -> Mapping[str, pl.DataFrame]:
    """`spells`, one for each of some persons' charges, `rows` (`person`, `start`); `unmapped` is empty."""
    return without_codes(event_spells(frames["rows"], KIND))


STAGE = Stage("krsi_spells", spells_of_persons, {"spells": in_order, "unmapped": summed_by("code", "year")})
