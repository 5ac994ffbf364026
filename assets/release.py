"""Release: the only way out of the store, for tables that have been through disclosure control.

Here: the gate, from the store's tables to the files of a release. Not here: its manifest (`assets.manifest`), the rules
of disclosure control (`pipelines.disclosure`), nor how a release reaches its folder (`releases.folder`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import polars as pl
from filelock import FileLock

from assets.columns import COLUMN_SCHEMA, table_schema
from assets.earlier import audits_of, earlier_releases, keep_evidence
from assets.failures import IO_RETRIES, clear_errors
from assets.inputs import coverage_inputs
from assets.manifest import manifest_of
from assets.progress import tell
from assets.spells import EVALUATORS
from assets.workspace import Workspace
from catalogue.codes import code_rows
from catalogue.reader import Catalogue
from deliveries.studies import Study
from expectations.contracts.studies import COST_TABLE
from expectations.findings import refuse_blocking
from pipelines.before_start import looked_back
from pipelines.characteristics import AGE_BANDS
from pipelines.costs import PAYERS, payer_rules, price_rows
from pipelines.coverage import crosses_hospital_break, spans
from pipelines.disclosure.protect import StudyTables
from pipelines.gate import through_the_gate
from pipelines.splits import splits_of
from releases.fingerprints import code_fingerprint, code_in_words
from releases.folder import publish
from releases.manifest import write_manifest
from reports.csv import write_csv
from reports.datapackage import write_datapackage
from reports.html.report import write_report
from reports.parquet import write_parquet
from reports.sources import write_sources
from reports.tables import CATEGORIES, RELEASED, ReleaseTables
from reports.workbook import write_workbook

PRICE_COLUMNS = ("service", "year", "price", "status", "source")
PAYER_COLUMNS = ("service", "valid_from", "valid_to", *PAYERS, "source")
MADE_FROM = ("participants", "periods", "use", "costs")


def release_assets(studies: dg.PartitionsDefinition, registers: Sequence[str]) -> list[dg.AssetsDefinition]:
    """What policy staff take home of a study."""
    coverage_ins = coverage_inputs(registers)

    @dg.asset(
        key="release",
        ins={name: dg.AssetIn(name) for name in (*RELEASED, *MADE_FROM)} | coverage_ins,
        deps=["catalogue"],
        partitions_def=studies,
        group_name="release",
        owners=EVALUATORS,
        kinds={"csv", "parquet", "excel", "html"},
        metadata={COLUMN_SCHEMA: table_schema(COST_TABLE)},
        description="A study's tables after disclosure control as files that never change, with their manifest.",
        retry_policy=IO_RETRIES,
    )
    @clear_errors
    def release(context: dg.AssetExecutionContext, workspace: Workspace, **inputs) -> dg.MaterializeResult:
        study = workspace.study(context.partition_key)
        refuse_blocking(workspace.blocking(study.id))
        kept = audits_of(Path(workspace.store), study.id)
        kept.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{kept}.lock"):  # of two runs of a study the second must know what the first has told
            return _release(context, workspace, study, inputs, kept)

    return [release]


def _release(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    study: Study,
    inputs: Mapping[str, pl.LazyFrame],
    kept: Path,
) -> dg.MaterializeResult:
    """One study's tables through the gate and into the folder of its releases; what lay behind them into `kept`."""
    releases = Path(workspace.release) / study.id
    catalogue = workspace.catalogue_of(study)
    profile = catalogue.profile(study.profile)
    known = pl.concat([inputs[name] for name in coverage_inputs(workspace.registers)]).collect()
    true = StudyTables(**{name: inputs[name].collect() for name in RELEASED})
    periods = inputs["periods"].collect()
    look_back = looked_back(catalogue.services_before_start, catalogue.all_services, study.look_back)
    passed = through_the_gate(
        true,
        splits_of(
            inputs["participants"].filter("in_study_base").collect(), study.split_by, study.age_bands or AGE_BANDS
        ),
        periods,
        inputs["costs"].collect(),
        look_back,
        catalogue,
        study.price_year,
        profile,
        earlier_releases(releases, Path(workspace.store)),
        lambda what: tell(f"release {study.id}: {what}"),
    )
    for of, periods_withheld in (("study", passed.whole - {None}), ("population", passed.alone)):
        if periods_withheld:
            named = ", ".join(str(period) for period in sorted(periods_withheld))
            context.log.warning(
                f"{study.id}: every figure of the {of} in the periods {named} is withheld: no part of them could "
                "be told without telling of too few citizens"
            )
    needed = catalogue.services.select("service").join(periods.select("start").unique(), how="cross")
    code = code_fingerprint()
    tables = ReleaseTables(
        **dict(passed.protected.tables.items()),
        study=study,
        profile=profile,
        not_measured=_not_measured(inputs["use"], true.cost_table),
        areas=catalogue.areas,
        services=catalogue.services,
        categories=catalogue.services_before_start.join(
            catalogue.all_services.select("service", "register"), on="service", maintain_order="left"
        ).select(list(CATEGORIES)),
        sources=_distinct(price_rows(needed, catalogue), catalogue, PRICE_COLUMNS),
        payer_rules=_distinct(payer_rules(needed, catalogue), catalogue, PAYER_COLUMNS),
        codes=code_rows(catalogue, lpr2=workspace.lpr3_from is not None),
        limits=catalogue.limits,
        registers=spans(known),
        release_id="",
        made=datetime.now(UTC).replace(microsecond=0),
        code_version=code_in_words(code),
        crosses_2019=crosses_hospital_break(periods, known),
        comparison_ages=study.comparison_ages,
    )
    manifest = manifest_of(workspace, study, tables, passed, code)

    def write(folder: Path, release_id: str) -> None:
        _write_files(replace(tables, release_id=release_id), folder)
        sha256 = keep_evidence(Path(workspace.store), study.id, release_id, passed)
        audit = {**manifest.audit, "evidence_sha256": sha256}
        write_manifest(replace(manifest, release_id=release_id, audit=audit), folder)

    folder = publish(releases, tables.made.date(), write, kept)
    return dg.MaterializeResult(
        metadata={
            "folder": dg.MetadataValue.path(str(folder)),
            "profile": profile.profile,
            "rows": tables.cost_table.height,
            "rows_withheld": int(tables.cost_table.get_column("withheld").sum()),
            "figures_attacked": passed.verdict.figures,
            "illustrative": tables.illustrative,
        }
    )


def _write_files(tables: ReleaseTables, folder: Path) -> None:
    """Every file of a release but its manifest."""
    for name, table in tables.tables.items():
        write_csv(table, folder / f"{name}.csv")
        write_parquet(table, folder / f"{name}.parquet")
    write_datapackage(folder, tables)
    write_sources(tables, folder / "sources.json")
    write_workbook(
        folder / f"{tables.study.id}.xlsx",
        tables,
        tell=lambda done, of: tell(f"release {tables.study.id}: row {done:,} of {of:,} of the workbook"),
    )
    tell(f"release {tables.study.id}: the report")
    write_report(folder / f"{tables.study.id}.html", tables)


def _not_measured(use: pl.LazyFrame, cost_table: pl.DataFrame) -> pl.DataFrame:
    """`period`, `service`, `measured`: whether `none` or only `some` of the citizens present are measured."""
    missing = use.filter(pl.col("quantity").is_null()).select("period", "service").unique().collect()
    counted = cost_table.filter(group_by="alle").select("period", "service", "n_citizens")
    nobody = pl.col("n_citizens") == 0
    measured = pl.when(nobody).then(pl.lit("none")).otherwise(pl.lit("some")).alias("measured")
    beside = missing.join(counted, on=["period", "service"], how="left").select("period", "service", measured)
    return beside.sort("period", "service")


def _distinct(rows: pl.DataFrame, catalogue: Catalogue, columns: tuple[str, ...]) -> pl.DataFrame:
    """The catalogue rows used, each once, services in the catalogue's order."""
    order = catalogue.services.select("service").with_row_index("order")
    used = rows.select(columns).unique().join(order, on="service")
    return used.sort("order", columns[1], nulls_last=False).select(columns)
