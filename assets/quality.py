"""Suites beside their assets: registers before spells are made of them, a study before it is released.

Here: which measures go to which suite, and what a blocking check stops. Not here: how a measure is computed
(`pipelines.quality`), what a suite is (`expectations.suites`), nor what is checked as rows come in
(`assets.registers`).
"""

import os
from collections.abc import Sequence
from pathlib import Path

import dagster as dg
import polars as pl
from filelock import FileLock

from assets.checks import check_spec, contract_spec, outputs, suite_specs, tell
from assets.columns import table_metadata
from assets.failures import IO_RETRIES, clear_errors
from assets.inputs import BEF_INPUT, OF_PERSONS, every_year
from assets.partitions import EVERY_PARTITION
from assets.spells import EVALUATORS
from assets.workspace import Workspace
from expectations.accepted import accept_profile, accepted_before
from expectations.contracts.deliveries import DELIVERIES
from expectations.contracts.quality import HANDIC_COVERAGE
from expectations.findings import Check, Finding, refuse_blocking
from expectations.states import WHOLE_SUITE, data_docs_of, followers_made, write_measures
from expectations.suites.data_docs import build_data_docs
from expectations.suites.running import run_suite
from pipelines.quality.across import dream_known_to_bef, handic_alive, known_to_bef, lpr_known_to_bef
from pipelines.quality.drift import register_measures
from pipelines.quality.handic_coverage import handic_coverage
from pipelines.quality.recognised import recognised_codes
from pipelines.quality.study import (
    cost_measures,
    cost_table_measures,
    handic_without_data,
    participant_measures,
    use_measures,
)
from pipelines.registers.lpr2 import KINDS_OF_PATIENT
from pipelines.registers.lpr_a_kontakt import PHYSICAL_ATTENDANCE
from settings import DATA_DOCS_URL, Folders

SUITE = "suite"
NO_SPELLS = ("bef", *OF_PERSONS)
"""Registers of which no spells are made: nothing waits for them but their suites."""
STUDY = "study"
GATE = "cost_table"
"""The study's table that the release is made of: checks of the study before it hold back the release."""
FEW_CITIZENS = 1000
"""Where no catalogue says otherwise: fewer inhabitants than this need have no grant of HANDIC."""
KNOWN_TO_BEF = {
    "dream": lambda runs, bef, known, catalogue: dream_known_to_bef(runs, catalogue.dream_codes, bef, known),
    "lpr_a_kontakt": lambda contacts, bef, known, _: lpr_known_to_bef(contacts, bef, known),
    "handic": lambda grants, bef, known, _: handic_alive(grants, bef, known),
    **{
        register: lambda rows, bef, known, _, contract=contract: known_to_bef(
            contract.register, rows, bef, known, contract.dated_by
        )
        for register, contract in DELIVERIES.items()
        if contract.optional
    },
}
"""The share of each register's citizens that BEF knows."""
CODES_THAT_COUNT = {
    "dream": ("code", lambda catalogue: catalogue.dream_codes.get_column("code")),
    "lpr_a_kontakt": ("kont_type", lambda _: [PHYSICAL_ATTENDANCE]),
    "handic": ("code", lambda catalogue: catalogue.handic_services.get_column("code")),
    "herb_forsorg_mv_f": ("ophold_type", lambda catalogue: catalogue.shelter_stays.get_column("code")),
    "sssy": ("spec2", lambda catalogue: catalogue.sssy_specialties.get_column("spec2")),
    "drg_kontakter": ("speciale", lambda catalogue: catalogue.psychiatric_specialties_lpr2.get_column("specialty")),
    "siu_individ_udgifter_total": ("indsats", lambda catalogue: catalogue.siu_services.get_column("code")),
    "lpr_adm": ("pattype", lambda _: KINDS_OF_PATIENT),
    "psyk_adm": ("pattype", lambda _: KINDS_OF_PATIENT),
}
"""The column whose codes decide what counts, and those that the method or the catalogue knows."""


def quality_checks_of(
    quality_checks: pl.DataFrame, studies: dg.PartitionsDefinition, registers: Sequence[str]
) -> list[dg.AssetChecksDefinition]:
    """The suites of the registers and of a study.

    Args:
        quality_checks: the catalogue's checks.
        studies: the partitions of study tables.
        registers: those of the workspace.
    """
    of_registers = [_register_suite(register, quality_checks.filter(suite=register)) for register in registers]
    return [*of_registers, _study_suite(quality_checks.filter(suite=STUDY), studies)]


def _register_suite(register: str, checks: pl.DataFrame) -> dg.AssetChecksDefinition:
    """A register's profile against the year and the delivery before, its citizens against BEF; blocks the spells."""
    contract, whole = DELIVERIES[register], _whole_suite(f"registers/{register}")
    cumulative = contract.kind == "cumulative"
    keys = {
        "profile": dg.AssetKey(["quality", "profiles", register]),
        "rows": dg.AssetKey(["registers", register]),
        "coverage": dg.AssetKey(["coverage", register]),
    }
    if register in KNOWN_TO_BEF:
        keys |= {"bef": dg.AssetKey(["registers", "bef"]), "bef_coverage": dg.AssetKey(["coverage", "bef"])}
    every_year = {key for key in keys.values() if DELIVERIES[key.path[-1]].by_year}
    deps = [dg.AssetDep(key, partition_mapping=EVERY_PARTITION if key in every_year else None) for key in keys.values()]

    @dg.multi_asset_check(
        name=f"{register}_suite",
        description=f"{register.upper()} against the year and the delivery before, and against BEF.",
        specs=[
            check_spec(whole, blocking=True, made_from=deps),
            *suite_specs(map(Check.of, checks.iter_rows(named=True)), made_from=deps),
        ],
        ins={name: dg.AssetIn(key) for name, key in keys.items()},
        can_subset=True,
        retry_policy=IO_RETRIES,
    )
    @clear_errors
    def register_suite(context: dg.AssetCheckExecutionContext, workspace: Workspace, **tables):
        store, profile, coverage = Path(workspace.store), tables["profile"].collect(), tables["coverage"].collect()
        compared = cumulative and coverage.height > 0  # a register that is not delivered any more has lost nothing
        before = accepted_before(store, register, profile) if compared else None
        measures = [register_measures(profile, before, coverage.get_column("data_end").max())]
        if register in KNOWN_TO_BEF:
            catalogue, known = workspace.read_catalogue(), pl.concat([coverage, tables["bef_coverage"].collect()])
            measures.append(KNOWN_TO_BEF[register](tables["rows"], tables["bef"], known, catalogue))
            if register in CODES_THAT_COUNT:
                column, codes = CODES_THAT_COUNT[register]
                measures.append(recognised_codes(profile, column, codes(catalogue), by_year=contract.by_year))
        figures = pl.concat(measures)
        write_measures(store, register, figures)
        found = run_suite(register, figures, checks, workspace.results_of_suites)
        yield from tell(context, workspace, SUITE, [*found, _together(whole, found)])
        _build_pages(workspace)
        refuse_blocking(found)
        if compared:
            accept_profile(store, register, profile)
        if register in NO_SPELLS:
            followers_made(store, f"registers/{register}")

    return register_suite


def _study_suite(quality_checks: pl.DataFrame, studies: dg.PartitionsDefinition) -> dg.AssetChecksDefinition:
    """A study's tables: whether they add up and rest on enough; blocks the release."""
    tables = (
        "participants", "participant_flow", "periods", "use", "use_outside_population", "costs", "cost_table",
    )  # fmt: skip
    keys = {
        **{table: dg.AssetKey(table) for table in tables},
        "handic_coverage": dg.AssetKey(["coverage", "handic"]),
        "by_kommune": dg.AssetKey(["quality", "handic_coverage"]),
    }
    deps = [dg.AssetDep(key) for key in keys.values()]
    stated, whole = [Check.of(row) for row in quality_checks.iter_rows(named=True)], _whole_suite(GATE)

    @dg.multi_asset_check(
        name="study_suite",
        description="Whether a study's tables add up, and what they rest on.",
        specs=[
            check_spec(whole, blocking=True, partitions=studies, made_from=deps),
            # A check that blocked a table in the middle would wait for the tables that are made of it.
            *suite_specs(stated, blocking=False, partitions=studies, made_from=deps),
        ],
        ins={name: dg.AssetIn(key) for name, key in keys.items()},
        can_subset=True,
        retry_policy=IO_RETRIES,
    )
    @clear_errors
    def study_suite(context: dg.AssetCheckExecutionContext, workspace: Workspace, **inputs):
        frames = {name: frame.collect() for name, frame in inputs.items()}
        study = context.partition_key
        catalogue = workspace.catalogue_of(workspace.study(study))
        base, periods = frames["participants"].filter("in_study_base"), frames["periods"]
        measures = [
            participant_measures(frames["participants"], frames["participant_flow"]),
            use_measures(frames["use"], frames["use_outside_population"], periods, catalogue.services),
            handic_without_data(base, periods, frames["handic_coverage"], frames["by_kommune"]),
            cost_measures(frames["costs"], periods),
            cost_table_measures(frames["cost_table"], base),
        ]
        figures = pl.concat(measures)
        write_measures(Path(workspace.store), f"study_{study}", figures)
        found = run_suite(STUDY, figures, quality_checks, workspace.results_of_suites, study=study)
        yield from tell(context, workspace, SUITE, [*found, _together(whole, found)], study)
        _build_pages(workspace)
        refuse_blocking(found)

    return study_suite


def _whole_suite(asset: str) -> Check:
    return Check(
        asset=asset,
        name=WHOLE_SUITE,
        severity="block",
        title_da="Ingen kontrol i suiten stopper",
        title_en="No check of the suite blocks",
        why_da="Det, der bygger på tabellen, venter på hele suiten.",
        why_en="What is made of the table waits for the whole suite.",
        mend_da="Se de kontroller, der stopper.",
        mend_en="See the checks that block.",
    )


def _together(whole: Check, found: Sequence[Finding]) -> Finding:
    n = sum(finding.blocks for finding in found)
    return Finding(whole, "failed" if n else "passed", n, len(found))


def data_docs_spec(folders: Folders, registers: Sequence[str]) -> dg.AssetSpec:
    """The pages on quality, as a place in the graph with a link to them."""
    address = os.environ.get(DATA_DOCS_URL)
    site = data_docs_of(folders.store) / "index.html"
    return dg.AssetSpec(
        ["quality", "data_docs"],
        deps=[*(["quality", "profiles", register] for register in registers), GATE],
        group_name="quality",
        owners=EVALUATORS,
        kinds={"html"},
        description="Data Docs: pages for people who do not program, on what was checked, why, and what to do.",
        metadata={"data_docs": dg.MetadataValue.url(address) if address else dg.MetadataValue.path(site)},
    )


def _build_pages(workspace: Workspace) -> None:
    """Build Data Docs again; suites of one run may end at the same time in processes of their own."""
    with FileLock(f"{workspace.data_docs}.lock"):
        build_data_docs(workspace.results_of_suites, workspace.data_docs)


@dg.asset(
    key=["quality", "handic_coverage"],
    ins={"grants": dg.AssetIn(["registers", "handic"]), "bef": BEF_INPUT,
         **{f"{register}_coverage": every_year("coverage", register) for register in ("bef", "handic")}},
    group_name="quality",
    owners=EVALUATORS,
    kinds={"parquet", "polars"},
    description="Which municipalities HANDIC has data of in which year, so that no data is not read as no use.",
    metadata=table_metadata(HANDIC_COVERAGE),
    check_specs=[contract_spec(dg.AssetKey(["quality", "handic_coverage"]))],
    retry_policy=IO_RETRIES,
)  # fmt: skip
@clear_errors
def handic_by_kommune(
    context: dg.AssetExecutionContext, workspace: Workspace, grants: pl.LazyFrame, bef: pl.LazyFrame, **coverage
):
    """Municipality by year, with the years in which one has no data of HANDIC."""
    known = pl.concat([frame.collect() for frame in coverage.values()])
    few = int(workspace.read_catalogue().limit("few_citizens", FEW_CITIZENS))
    yield from outputs(context, workspace, result=handic_coverage(grants, bef, known, few))
