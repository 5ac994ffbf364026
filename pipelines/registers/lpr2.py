"""LPR2 (LPR_ADM, LPR_BES, PSYK_ADM): the older hospital contacts become admissions and visits, as those of LPR3 do.

LPR2 says itself who was admitted, and tells dates, so that no stays are built by hours.
Source: docs/method.md § 4, LPR2.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines.codes import NO_CODE, unmapped_by_year
from pipelines.spells import SPELL_SCHEMA, sort_packed, union_spells
from pipelines.stages import Stage, in_order, summed_by

KINDS_OF_PATIENT = INPATIENT, OUTPATIENT, EMERGENCY = "0", "2", "3"
SERVICES = pl.Enum(["psykiatri_ambulant", "psykiatri_indlaeggelse", "somatik_ambulant", "somatik_indlaeggelse"])


def hospital_spells(
    somatic: pl.LazyFrame, psychiatric: pl.LazyFrame, visits: pl.LazyFrame, specialties: pl.Series, last_year: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Admissions and outpatient visits of the contacts that start in or before the last year.

    Inpatient contacts of one citizen and treatment type that have a date in common are one admission: a patient who is
    moved between departments is not admitted twice. Visits of one citizen and treatment type on one date are one visit:
    dates of outpatient contacts, and the date on which an emergency contact starts.

    Args:
        somatic: LPR_ADM: `person`, `recnum`, `start`, `end` (dates), `pattype`, `spec`.
        psychiatric: PSYK_ADM: the same columns; every contact is psychiatric.
        visits: LPR_BES: `person`, `recnum` (of a contact in either), `start` (the date of the visit).
        specialties: specialties (`spec`) of LPR_ADM that are psychiatric; every other, and none, is somatic.
        last_year: the last year whose contacts are read here; LPR3 has the later ones.

    Returns:
        The spells (`SPELL_SCHEMA`; kinds and quantities as `pipelines.registers.lpr_a_kontakt.hospital_spells`), and
        the contacts of an unknown kind of patient (`pipelines.codes.UNMAPPED_SCHEMA`, by `pattype`).
    """
    is_psychiatric = pl.col("spec").is_in(specialties.implode()).fill_null(False)
    contacts = (
        pl.concat(
            register.select(
                "person", "recnum", "start", "end", psychiatric=kind, code=pl.col("pattype").fill_null(NO_CODE)
            )
            for register, kind in ((somatic, is_psychiatric), (psychiatric, pl.lit(value=True)))
        )
        .filter(pl.col("start").dt.year() <= last_year)
        .collect()
    )
    spells = pl.concat([_admissions(contacts), _visits(contacts, visits)])
    ordered = sort_packed(spells.with_columns(pl.col("service").cast(SERVICES)), ["person", "service", "start", "end"])
    unknown = contacts.filter(~pl.col("code").is_in(KINDS_OF_PATIENT))
    return ordered.cast(SPELL_SCHEMA), unmapped_by_year(unknown)


def _admissions(contacts: pl.DataFrame) -> pl.DataFrame:
    stays = contacts.filter(pl.col("code") == INPATIENT, pl.col("end") >= pl.col("start"))
    admissions = union_spells(stays.with_columns(service=_kind("indlaeggelse")), gap=0)
    bed_days = (pl.col("quantity") - 1).clip(lower_bound=1)
    return admissions.with_columns(quantity=bed_days)


def _visits(contacts: pl.DataFrame, visits: pl.LazyFrame) -> pl.DataFrame:
    outpatients = contacts.filter(pl.col("code") == OUTPATIENT).select("person", "recnum", "psychiatric").unique()
    dates = (
        visits.select("person", "recnum", "start")
        .join(outpatients.lazy(), on=["person", "recnum"], how="inner")
        .select("person", "psychiatric", "start")
        .collect()
    )
    emergencies = contacts.filter(pl.col("code") == EMERGENCY).select("person", "psychiatric", "start")
    return (
        pl.concat([dates, emergencies])
        .unique()
        .select("person", "start", service=_kind("ambulant"), end="start", quantity=1)
        .select(SPELL_SCHEMA.names())
        .cast(SPELL_SCHEMA)
    )


def _kind(of: str) -> pl.Expr:
    return pl.when("psychiatric").then(pl.lit(f"psykiatri_{of}")).otherwise(pl.lit(f"somatik_{of}"))


def spells_of_persons(
    frames: Mapping[str, pl.LazyFrame], psychiatric_specialties_lpr2: pl.DataFrame, lpr2_last_year: int
) -> dict[str, pl.DataFrame]:
    """`spells` and `unmapped` of some persons' contacts (see `hospital_spells`).

    Args:
        frames: the registers `lpr_adm`, `psyk_adm` and `lpr_bes`.
        psychiatric_specialties_lpr2: the catalogue's `specialty`.
        lpr2_last_year: the catalogue's limit.
    """
    specialties = psychiatric_specialties_lpr2.get_column("specialty")
    spells, unmapped = hospital_spells(
        frames["lpr_adm"], frames["psyk_adm"], frames["lpr_bes"], specialties, lpr2_last_year
    )
    return {"spells": spells, "unmapped": unmapped}


STAGE = Stage("lpr2_spells", spells_of_persons, {"spells": in_order, "unmapped": summed_by("code", "year")})
