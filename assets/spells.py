"""Registers to spells: the dated pieces of service that everything after is written for."""

from collections.abc import Sequence
from datetime import date

import dagster as dg
import polars as pl

from assets.columns import COLUMN_SCHEMA, table_metadata, table_schema
from assets.failures import IO_RETRIES, clear_errors
from assets.workspace import Workspace
from expectations.contracts.registers import SPELLS, UNMAPPED_CODES
from pipelines.registers.dream import benefit_spells, employment_spells
from pipelines.registers.handic import grant_spells
from pipelines.registers.lpr_a_kontakt import PHYSICAL_ATTENDANCE, attendance, hospital_spells

EVALUATORS = ["team:evaluation"]
MOST_NAMED = 10
"""Codes named in a warning."""
WITH_CODES = ("dream", "handic")
"""Registers whose codes the catalogue maps to services."""


def _spells_out(name: str) -> dg.AssetOut:
    return dg.AssetOut(
        key=["spells", name],
        group_name="spells",
        owners=EVALUATORS,
        kinds={"parquet", "polars"},
        description=f"{name.upper()}: {SPELLS[name].description}.",
        metadata=table_metadata(SPELLS[name]),
    )


def _unmapped_out(register: str) -> dg.AssetOut:
    return dg.AssetOut(
        key=["quality", f"unmapped_{register}"],
        group_name="quality",
        owners=EVALUATORS,
        kinds={"parquet", "polars"},
        description=f"Codes of {register.upper()} that the catalogue does not map, by year.",
        metadata={COLUMN_SCHEMA: table_schema(UNMAPPED_CODES.remove_columns(["register"]))},
    )


@dg.multi_asset(
    name="dream_spells",
    outs={
        "spells": _spells_out("dream"),
        "employment": _spells_out("dream_employment"),
        "unmapped": _unmapped_out("dream"),
    },
    ins={"dream": dg.AssetIn(["registers", "dream"]), "months": dg.AssetIn(["registers", "dream_employment"])},
    deps=["catalogue"],
    retry_policy=IO_RETRIES,
)
@clear_errors
def dream_spells(context: dg.AssetExecutionContext, workspace: Workspace, dream: pl.LazyFrame, months: pl.LazyFrame):
    """Weeks on each benefit, and months in ordinary employment."""
    codes = workspace.read_catalogue().dream_codes
    spells, unmapped = benefit_spells(dream, codes)
    _warn_of_unmapped(context, "DREAM", unmapped)
    return spells, employment_spells(months, dream, codes), unmapped


@dg.multi_asset(
    name="handic_spells",
    outs={"spells": _spells_out("handic"), "unmapped": _unmapped_out("handic")},
    ins={"handic": dg.AssetIn(["registers", "handic"]), "coverage": dg.AssetIn(["coverage", "handic"])},
    deps=["catalogue"],
    retry_policy=IO_RETRIES,
)
@clear_errors
def handic_spells(
    context: dg.AssetExecutionContext, workspace: Workspace, handic: pl.LazyFrame, coverage: pl.LazyFrame
):
    """Days of each service granted."""
    data_end = coverage.select(pl.max("data_end")).collect().item() or date.max  # not delivered: there are no grants
    spells, unmapped = grant_spells(handic, workspace.read_catalogue().handic_services, data_end)
    _warn_of_unmapped(context, "HANDIC", unmapped)
    later = handic.filter(pl.col("end").is_null() & (pl.col("start") > data_end)).select(pl.len()).collect().item()
    context.add_output_metadata({"grants_from_after_data_end": later}, output_name="spells")
    return spells, unmapped


@dg.multi_asset(
    name="lpr_a_kontakt_spells",
    outs={"spells": _spells_out("lpr_a_kontakt")},
    ins={"contacts": dg.AssetIn(["registers", "lpr_a_kontakt"])},
    deps=["catalogue"],
    retry_policy=IO_RETRIES,
)
@clear_errors
def lpr_a_kontakt_spells(context: dg.AssetExecutionContext, workspace: Workspace, contacts: pl.LazyFrame):
    """Hospital stays: admissions and outpatient visits."""
    catalogue = workspace.read_catalogue()
    psychiatric = catalogue.psychiatric_specialties.get_column("specialty")
    kinds = attendance(contacts, psychiatric)
    context.add_output_metadata(kinds, output_name="spells")
    if kinds["contacts"] and not kinds["physical_attendance"]:
        context.log.warning(f"LPR_A_KONTAKT: no contact has KONT_TYPE {PHYSICAL_ATTENDANCE}: no hospital use")
    elif kinds["contacts"] and not kinds["psychiatric"]:
        context.log.warning(
            "LPR_A_KONTAKT: no contact has a specialty of psychiatric_specialties.csv, so all hospital use is somatic"
        )
    return hospital_spells(
        contacts,
        psychiatric,
        stay_gap_hours=catalogue.limit("stay_gap_hours"),
        admission_hours=catalogue.limit("admission_hours"),
    )


@dg.asset(
    key=["quality", "unmapped_codes"],
    ins={register: dg.AssetIn(["quality", f"unmapped_{register}"]) for register in WITH_CODES},
    group_name="quality",
    owners=EVALUATORS,
    kinds={"parquet", "polars"},
    description="Every delivered code that the catalogue does not map, by register and year.",
    metadata=table_metadata(UNMAPPED_CODES),
    retry_policy=IO_RETRIES,
)
@clear_errors
def unmapped_codes(dream: pl.LazyFrame, handic: pl.LazyFrame) -> pl.DataFrame:
    """Both registers' unmapped codes in one table."""
    by_register: Sequence[tuple[str, pl.LazyFrame]] = (("dream", dream), ("handic", handic))
    named = [codes.select(pl.lit(register).alias("register"), "code", "year", "n") for register, codes in by_register]
    return pl.concat(named).collect()


def _warn_of_unmapped(context: dg.AssetExecutionContext, register: str, unmapped: pl.DataFrame) -> None:
    if unmapped.height:
        codes = unmapped.get_column("code").unique().sort().to_list()
        named = ", ".join(codes[:MOST_NAMED]) + (f" and {len(codes) - MOST_NAMED} more" if codes[MOST_NAMED:] else "")
        context.log.warning(f"{register} has codes that the catalogue does not map: {named} (quality/unmapped_codes)")
    counts = {"unmapped_codes": unmapped.get_column("code").n_unique(), "unmapped": int(unmapped.get_column("n").sum())}
    context.add_output_metadata(counts, output_name="unmapped")


SPELL_ASSETS = [dream_spells, handic_spells, lpr_a_kontakt_spells, unmapped_codes]
