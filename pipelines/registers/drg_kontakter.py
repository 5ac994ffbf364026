"""DRG_KONTAKTER: the DRG values of hospital contacts become amounts, somatic and psychiatric.

Source: docs/method.md § 4, DRG_KONTAKTER.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines.quantities import quantity_spells, without_codes
from pipelines.stages import Stage, in_order, summed_by

SOMATIC = "somatik_drg"
PSYCHIATRIC = "psykiatri_drg"


def value_spells(contacts: pl.LazyFrame, specialties: pl.Series) -> pl.DataFrame:
    """The value of each contact, on the day it starts; a contact without a value gives no spell.

    Args:
        contacts: `person`, `start` (a date or time), `value_oere`, `speciale`.
        specialties: the specialties that are psychiatric; every other, and none, is somatic.

    Returns:
        `SPELL_SCHEMA`, `quantity` in øre.
    """
    kinds = pl.Enum([PSYCHIATRIC, SOMATIC])
    psychiatric = pl.col("speciale").is_in(specialties.implode())
    kind = pl.when(psychiatric).then(pl.lit(PSYCHIATRIC, kinds)).otherwise(pl.lit(SOMATIC, kinds))
    day = pl.col("start").cast(pl.Date)
    valued = contacts.select("person", service=kind, start=day, end=day, quantity=pl.col("value_oere"))
    return quantity_spells(valued.filter(pl.col("quantity") > 0).collect())


def spells_of_persons(
    frames: Mapping[str, pl.LazyFrame], psychiatric_specialties_lpr2: pl.DataFrame
) -> Mapping[str, pl.DataFrame]:
    """`spells` of some persons' contacts, `rows` (see `value_spells`); `unmapped` is empty."""
    return without_codes(value_spells(frames["rows"], psychiatric_specialties_lpr2.get_column("specialty")))


STAGE = Stage("drg_kontakter_spells", spells_of_persons, {"spells": in_order, "unmapped": summed_by("code", "year")})
