"""Hospital contacts to spells: those of LPR_A_KONTAKT, and before it those of LPR2's three registers.

Here: what is read of each, and where one ends and the other begins. Not here: what their rows mean
(`pipelines.registers.lpr_a_kontakt`, `pipelines.registers.lpr2`). Source: docs/method.md § 4, LPR and LPR2.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import dagster as dg
import polars as pl

from assets.checks import contract_specs, outputs
from assets.columns import table_out
from assets.engine import StageEngine
from assets.extracts import DATA_TEAM
from assets.failures import IO_RETRIES, clear_errors
from assets.inputs import every_year
from assets.spells import spells_out, unmapped_out, warn_of_unmapped
from assets.workspace import Workspace
from catalogue.columns import LPR2
from expectations.contracts.deliveries import REPORTED_TO
from expectations.states import followers_made
from faults import DeliveryError, Fault
from pipelines.coverage import LPR3_FROM, lpr2_coverage
from pipelines.registers import lpr2, lpr_a_kontakt
from pipelines.registers.lpr_a_kontakt import LPR3, PHYSICAL_ATTENDANCE, attendance, of_lpr3


@dg.multi_asset(
    name="lpr_a_kontakt_spells",
    outs={"spells": spells_out("lpr_a_kontakt")},
    ins={"contacts": dg.AssetIn(["registers", "lpr_a_kontakt"])},
    deps=["catalogue"],
    check_specs=contract_specs("spells/lpr_a_kontakt"),
    retry_policy=IO_RETRIES,
)
@clear_errors
def lpr_a_kontakt_spells(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    engine: dg.ResourceParam[StageEngine],
    contacts: pl.LazyFrame,
):
    """Hospital stays: admissions and outpatient visits."""
    catalogue = workspace.read_catalogue()
    psychiatric = catalogue.psychiatric_specialties.get_column("specialty")
    if workspace.lpr3_from:
        contacts = _of_lpr3(context, contacts, workspace.lpr3_from, Path(workspace.extracts))
    kinds = attendance(contacts, psychiatric)
    context.add_output_metadata(kinds, output_name="spells")
    if kinds["contacts"] and not kinds["physical_attendance"]:
        context.log.warning(f"LPR_A_KONTAKT: no contact has KONT_TYPE {PHYSICAL_ATTENDANCE}: no hospital use")
    elif kinds["contacts"] and not kinds["psychiatric"]:
        context.log.warning(
            "LPR_A_KONTAKT: no contact has a specialty of psychiatric_specialties.csv, so all hospital use is somatic"
        )
    with engine.run(
        context,
        lpr_a_kontakt.STAGE,
        {"contacts": contacts},
        specialties=psychiatric,
        stay_gap_hours=catalogue.limit("stay_gap_hours"),
        admission_hours=catalogue.limit("admission_hours"),
    ) as tables:
        yield from outputs(context, workspace, **tables)
    followers_made(Path(workspace.store), "registers/lpr_a_kontakt")


def _of_lpr3(
    context: dg.AssetExecutionContext, contacts: pl.LazyFrame, lpr3_from: date, extracts: Path
) -> pl.LazyFrame:
    """The contacts that LPR2's own registers do not tell of, where these are read too."""
    reported = pl.col("indberetningssystem").eq_missing(LPR3)
    later = pl.col("start").dt.date() >= lpr3_from
    counts = contacts.select(of_lpr3=reported.sum(), of_neither=(later & ~reported).sum())
    n_lpr3, n_neither = counts.collect(engine="streaming").row(0)
    if n_neither and not n_lpr3:
        what = f"no contact of LPR_A_KONTAKT was reported to LPR3, which alone counts from {lpr3_from} on"
        mend = f"deliver {REPORTED_TO.upper()} with the values LPR2 and LPR3, or take LPR2's registers out"
        raise DeliveryError(Fault(what, str(extracts), mend))
    if n_neither:
        context.log.warning(
            f"LPR_A_KONTAKT: {n_neither} contacts from {lpr3_from} on were not reported to LPR3, and LPR2 is read to "
            "the day before: they count in neither (lpr2_last_year)"
        )
    return of_lpr3(contacts)


BY_YEAR = ("lpr_adm", "lpr_bes")
"""LPR2's registers with a file a year."""


def _rows_and_coverage() -> dict[str, dg.AssetIn]:
    rows = {register: every_year("registers", register) for register in LPR2}
    return rows | {f"{register}_coverage": every_year("coverage", register) for register in LPR2}


@dg.multi_asset(
    name="lpr2_spells",
    outs={
        "spells": spells_out("lpr2"),
        "unmapped": unmapped_out("lpr2"),
        "coverage": table_out(["coverage", "lpr2"], DATA_TEAM, "Which years LPR2's registers cover together."),
    },
    ins=_rows_and_coverage(),
    deps=["catalogue"],
    check_specs=contract_specs("spells/lpr2", "quality/unmapped_lpr2", "coverage/lpr2"),
    retry_policy=IO_RETRIES,
)
@clear_errors
def lpr2_spells(
    context: dg.AssetExecutionContext, workspace: Workspace, engine: dg.ResourceParam[StageEngine], **inputs
):
    """Admissions and visits of the contacts that began before LPR3."""
    catalogue = workspace.read_catalogue()
    known = pl.concat([inputs[f"{register}_coverage"] for register in LPR2]).collect()
    coverage = lpr2_coverage(known)
    _warn_of_missing_files(context, workspace, known, coverage)
    with engine.run(
        context,
        lpr2.STAGE,
        {register: inputs[register] for register in LPR2},
        psychiatric_specialties_lpr2=catalogue.psychiatric_specialties_lpr2,
        lpr2_last_year=catalogue.stated("lpr2_last_year"),
    ) as tables:
        warn_of_unmapped(context, "LPR2", tables["unmapped"])
        yield from outputs(context, workspace, coverage=coverage, **tables)
    for register in LPR2:
        followers_made(Path(workspace.store), f"registers/{register}")


def _warn_of_missing_files(
    context: dg.AssetExecutionContext, workspace: Workspace, known: pl.DataFrame, coverage: pl.DataFrame
) -> None:
    """Name years that only some of the registers cover, and registers that end before LPR2 did."""
    of_a_year = known.filter(pl.col("register").is_in(BY_YEAR))
    in_part = of_a_year.join(coverage, on=["start", "end"], how="anti").get_column("start").dt.year().unique().sort()
    if len(in_part):
        context.log.warning(
            f"LPR2: {', '.join(map(str, in_part))} is not measured: LPR_ADM, LPR_BES and PSYK_ADM do not all cover it"
        )
    for register in BY_YEAR:
        years = [delivery.data_end.year for delivery in workspace.deliveries(register)]
        alone = [year for year in years if year + 1 not in years and year < max(years)]
        if alone:
            context.log.warning(
                f"{register.upper()} has no file of {', '.join(str(year + 1) for year in alone)}: contacts that ended "
                f"then are missing from the years in which they began, {', '.join(map(str, alone))} among them"
            )
        newest = workspace.deliveries(register)[-1].data_end
        if newest < LPR3_FROM:
            context.log.warning(
                f"{register.upper()} ends in {newest.year}: contacts that ended later stand in the files of their last "
                f"year, the last of them {LPR3_FROM.year}, and are missing from the years in which they began"
            )


def hospital_assets(registers: Sequence[str]) -> list[dg.AssetsDefinition]:
    """The spells of hospitals: those of LPR_A_KONTAKT, and LPR2's where a workspace has all of its registers."""
    return [lpr_a_kontakt_spells, *([lpr2_spells] if set(LPR2) <= set(registers) else [])]
