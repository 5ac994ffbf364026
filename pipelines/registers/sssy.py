"""SSSY: fees for primary care become contacts with general practice and what was paid for them, day by day.

A day is the Thursday of the fee's week, so that a week belongs to the window that holds it, as in DREAM.
Source: docs/method.md § 4, SSSY.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines.quantities import quantity_spells, summed, without_codes
from pipelines.stages import Stage, in_order, summed_by

FEES = "almen_laege_honorar"
"""The kind of spell of what was paid, in øre, to the specialties of `FEES_OF`."""
FEES_OF = "almen_laege"
CHILD = "1"
"""BARNMAK of a fee that was for the citizen's child."""


def contact_spells(fees: pl.LazyFrame, specialties: pl.DataFrame) -> pl.DataFrame:
    """The contacts of each citizen and definition in a week, and what was paid for those of `FEES_OF`.

    Rows are corrected by later rows with negative contacts or fees: the sums count, and a week whose sum is 0 or less
    gives no spell.

    Args:
        fees: `person`, `start` (a Thursday), `spec2`, `kontakt`, `fee_oere`, `barnmak`; sorted by person
            and start, or in pieces that are.
        specialties: the catalogue's `definition` (a kind of spell) and `spec2`, a row each.

    Returns:
        `SPELL_SCHEMA`: one spell a citizen, kind and week, of one day; `quantity` is contacts, of `FEES` øre.
    """
    spec2_of = {
        definition: rows.get_column("spec2").implode()
        for (definition,), rows in specialties.group_by("definition", maintain_order=True)
    }
    counted = {definition: pl.col("spec2").is_in(spec2) for definition, spec2 in spec2_of.items()}
    paid = counted.get(FEES_OF, pl.lit(value=False))
    sums = {definition: pl.when(of).then("kontakt") for definition, of in counted.items()}
    sums[FEES] = pl.when(paid).then("fee_oere")
    rows = (
        fees.filter(pl.col("spec2").is_in(specialties.get_column("spec2").unique().implode()))
        .filter(pl.col("barnmak").ne_missing(CHILD))
        .select("person", "start", **{kind: sum_.fill_null(0) for kind, sum_ in sums.items()})
        .collect()
    )
    weeks = summed(rows, ["person", "start"])
    kinds = pl.Enum(list(sums))
    return quantity_spells(
        pl.concat(
            weeks.select("person", "start", end="start", service=pl.lit(kind, kinds), quantity=kind) for kind in sums
        )
    )


def spells_of_persons(frames: Mapping[str, pl.LazyFrame], sssy_specialties: pl.DataFrame) -> Mapping[str, pl.DataFrame]:
    """`spells` of some persons' fees, `rows` (see `contact_spells`); `unmapped` is empty."""
    return without_codes(contact_spells(frames["rows"], sssy_specialties))


STAGE = Stage("sssy_spells", spells_of_persons, {"spells": in_order, "unmapped": summed_by("code", "year")})
