"""LPR_A_KONTAKT: hospital contacts become hospital stays, and stays become admissions and outpatient visits.

Source: docs/method.md § 4, LPR. There is no official in- or outpatient field in LPR3, which is why stays are built.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines.spells import SPELL_SCHEMA, chain, one_a_chain, sort_packed
from pipelines.stages import Stage, in_order

PHYSICAL_ATTENDANCE = "ALCA00"
LPR3 = "LPR3"
MILLISECONDS_AN_HOUR = 3_600_000
MILLISECONDS_A_DAY = 24 * MILLISECONDS_AN_HOUR
SERVICES = pl.Enum(["psykiatri_ambulant", "psykiatri_indlaeggelse", "somatik_ambulant", "somatik_indlaeggelse"])
"""The kinds of stay, in the order of their text: a visit and an admission, psychiatric and then somatic."""


def hospital_spells(
    contacts: pl.LazyFrame, specialties: pl.Series, stay_gap_hours: float, admission_hours: float
) -> pl.DataFrame:
    """Chain contacts into stays and tell admissions from outpatient visits.

    Contacts of one citizen and one treatment type (psychiatric or somatic) are one stay while the next starts no later
    than `stay_gap_hours` after the latest end so far. A stay of `admission_hours` or more is an admission.

    Args:
        contacts: `person` UInt32, `start` and `end` Datetime, `kont_type` and `hovedspec` String; sorted by person and
            start.
        specialties: the main specialties that are psychiatric; every other, and none, is somatic.
        stay_gap_hours: hours between contacts that still join, the limit itself included.
        admission_hours: hours from which a stay is an admission, the limit itself included.

    Returns:
        `SPELL_SCHEMA`: `service` is `somatik_indlaeggelse`, `somatik_ambulant`, `psykiatri_indlaeggelse` or
        `psykiatri_ambulant`; `quantity` is the bed days of an admission and 1 for a visit. Sorted by person,
        service, start.
    """
    attended = (
        contacts.filter(pl.col("kont_type") == PHYSICAL_ATTENDANCE)
        .select(
            "person",
            psychiatric=pl.col("hovedspec").is_in(specialties.implode()).fill_null(False),
            start=pl.col("start").dt.epoch("ms"),
            end=pl.col("end").dt.epoch("ms"),
        )
        .collect()
    )
    by = ["person", "psychiatric"]
    ordered = sort_packed(attended, [*by, "start"])
    gap = round(stay_gap_hours * MILLISECONDS_AN_HOUR)
    stays = one_a_chain(ordered, chain(ordered, by, "start", "end", gap), "end")
    admission = pl.col("end") - pl.col("start") >= admission_hours * MILLISECONDS_AN_HOUR
    first_day, last_day = ((pl.col(name) // MILLISECONDS_A_DAY).cast(pl.Int32) for name in ("start", "end"))
    kind = 2 * (~pl.col("psychiatric")).cast(pl.UInt8) + admission.cast(pl.UInt8)
    spells = stays.select(
        "person",
        service=kind.cat.to(SERVICES),
        start=first_day.cast(pl.Date),
        end=last_day.cast(pl.Date),
        quantity=pl.when(admission).then((last_day - first_day).clip(lower_bound=1)).otherwise(1),
    )
    return sort_packed(spells, ["person", "service", "start", "end"]).cast(SPELL_SCHEMA)


def spells_of_persons(
    frames: Mapping[str, pl.LazyFrame], specialties: pl.Series, stay_gap_hours: float, admission_hours: float
) -> dict[str, pl.DataFrame]:
    """`spells` of some persons' `contacts` (see `hospital_spells`)."""
    return {"spells": hospital_spells(frames["contacts"], specialties, stay_gap_hours, admission_hours)}


STAGE = Stage("lpr_a_kontakt_spells", spells_of_persons, {"spells": in_order})


def of_lpr3(contacts: pl.LazyFrame) -> pl.LazyFrame:
    """The contacts reported to LPR3 (`indberetningssystem`): where LPR2 is read too, that tells of the others."""
    return contacts.filter(pl.col("indberetningssystem") == LPR3)


def attendance(contacts: pl.LazyFrame, specialties: pl.Series) -> dict[str, int]:
    """How many contacts there are, of them by physical attendance, and of these psychiatric."""
    attended = pl.col("kont_type").eq_missing(PHYSICAL_ATTENDANCE)
    psychiatric = attended & pl.col("hovedspec").is_in(specialties.implode()).fill_null(False)
    return (
        contacts.select(contacts=pl.len(), physical_attendance=attended.sum(), psychiatric=psychiatric.sum())
        .collect(engine="streaming")
        .row(0, named=True)
    )
