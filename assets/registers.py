"""Deliveries to registers: the typed rows of each, what they cover, their profile, and what was set aside."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import dagster as dg
import polars as pl
from upath import UPath

from assets.checks import check_spec, contract_spec, outputs
from assets.columns import table_metadata, table_out
from assets.delivered import (
    account,
    cannot_be_entered,
    is_refused,
    nothing_delivered,
    quarantine_key,
    warn_of_numeric_pnrs,
)
from assets.extracts import DATA_TEAM, extract_key
from assets.failures import IO_RETRIES, clear_errors
from assets.inputs import every_year
from assets.partitions import A_YEAR, COMES, EVERY_PARTITION, GATHERED
from assets.workspace import Workspace
from deliveries.entry import enter, shared_key
from deliveries.folder import Delivery
from deliveries.shape import family_columns
from deliveries.sources import Source, open_sources
from deliveries.wide import enter_wide, wide_rows
from engines.parts import parts_folder
from expectations.contracts.columns import polars_schema
from expectations.contracts.deliveries import DELIVERIES, DREAM, LPR_A_KONTAKT
from expectations.contracts.delivery import DeliveryContract
from expectations.contracts.registers import REGISTERS
from expectations.findings import Check
from expectations.thresholds import checks_at_entry
from expectations.validate import contract_of
from faults import DeliveryError
from pipelines.coverage import COVERAGE_SCHEMA, column_coverage, snapshot_coverage, span_coverage, yearly_coverage
from pipelines.quality.profiles import profile
from pipelines.registers.dream import month_runs, week_runs
from pipelines.weeks import month_columns, week_columns


def register_assets(
    years: dg.PartitionsDefinition, quality_checks: pl.DataFrame, registers: Sequence[str]
) -> list[dg.AssetsDefinition]:
    """Each register with what it covers, its profile, and what was set aside.

    Args:
        years: the partitions of registers that come a year at a time.
        quality_checks: the catalogue's checks, of which those made at entry stand beside the registers.
        registers: those of the workspace.
    """
    contracts = [DELIVERIES[register] for register in registers]
    narrow = [_narrow(contract, years, quality_checks) for contract in contracts if contract is not DREAM]
    set_aside = [_every_year_set_aside(contract) for contract in contracts if contract.by_year]
    return [*narrow, _dream(quality_checks), *set_aside]


def _outs(contract: DeliveryContract, tables: Sequence[str]) -> dict[str, dg.AssetOut]:
    register, name = contract.register, contract.register.upper()
    set_aside = f"Rows of {name} that broke the contract, as delivered. Restricted."
    profile = f"Counts of {name} by year; no value of a citizen."
    tags = {COMES: A_YEAR} if contract.by_year else None
    return {
        **{table: table_out(["registers", table], DATA_TEAM, tags=tags) for table in tables},
        "coverage": table_out(
            ["coverage", register], DATA_TEAM, f"Which days the delivery of {name} covers.", tags=tags
        ),
        "profile": table_out(["quality", "profiles", register], DATA_TEAM, profile, tags=tags),
        "quarantine": table_out(quarantine_key(contract).path, DATA_TEAM, set_aside, tags=tags),
    }


def _check_specs(
    outs: Mapping[str, dg.AssetOut], at_entry: pl.DataFrame, years: dg.PartitionsDefinition | None = None
) -> list[dg.AssetCheckSpec]:
    stated = [check_spec(Check.of(row), blocking=True, partitions=years) for row in at_entry.iter_rows(named=True)]
    return [*(contract_spec(out.key, years) for out in outs.values()), *stated]


def _narrow(
    contract: DeliveryContract, years: dg.PartitionsDefinition, quality_checks: pl.DataFrame
) -> dg.AssetsDefinition:
    """A register whose rows become rows of its table."""
    outs = _outs(contract, [contract.register])
    at_entry = checks_at_entry(contract.register, quality_checks)
    split_by = years if contract.by_year else None

    @dg.multi_asset(
        name=contract.register,
        outs=outs,
        ins=_key_inputs(contract),
        deps=[extract_key(contract.register)],
        partitions_def=split_by,
        check_specs=_check_specs(outs, at_entry, split_by),
        retry_policy=IO_RETRIES,
    )
    @clear_errors
    def register(context: dg.AssetExecutionContext, workspace: Workspace, **keys):
        deliveries = workspace.deliveries(contract.register, context.partition_key if contract.by_year else None)
        if not deliveries:
            yield from nothing_delivered(context, workspace, contract, at_entry, [contract.register])
            return
        stated = workspace.contract(contract.register)
        sources = open_sources(stated, deliveries)
        warn_of_numeric_pnrs(context, stated, sources)
        with parts_folder(UPath(workspace.store), contract.register) as folder:
            try:
                entered = enter(stated, sources, _key(contract, keys), Path(folder))
            except DeliveryError:
                yield from cannot_be_entered(context, workspace, at_entry)
                raise
            yield from account(context, workspace, contract, at_entry, deliveries, entered)
            rows = entered.kept.cast(dict(polars_schema(REGISTERS[contract.register])))
            data_end = _data_end(workspace, contract, deliveries[-1])
            tables = {
                contract.register: rows,
                "coverage": _coverage(workspace, contract, rows, entered.earliest, deliveries),
                "profile": profile(contract.register, rows, data_end=data_end),
            }
            yield from outputs(context, workspace, **tables)

    return register


def _key_inputs(contract: DeliveryContract) -> dict[str, dg.AssetIn]:
    """What the citizens of a register's rows are found by: the person key, or other registers' rows."""
    if contract.found_by:
        return {register: every_year("registers", register) for register in contract.found_by.registers}
    return {"person_key": dg.AssetIn("person_key")}


def _key(contract: DeliveryContract, inputs: Mapping[str, pl.LazyFrame]) -> pl.DataFrame:
    return shared_key(contract.found_by, inputs.values()) if contract.found_by else inputs["person_key"].collect()


def _data_end(workspace: Workspace, contract: DeliveryContract, newest: Delivery) -> date:
    """The last day that a delivery tells of; of a cumulative register that has ended, at the latest its last."""
    last_year = workspace.read_catalogue().last_year(contract.register) if contract.kind == "cumulative" else None
    return min(newest.data_end, date(last_year, 12, 31)) if last_year else newest.data_end


def _coverage(
    workspace: Workspace,
    contract: DeliveryContract,
    rows: pl.LazyFrame,
    earliest: date | None,
    deliveries: Sequence[Delivery],
) -> pl.DataFrame:
    register, newest = contract.register, deliveries[-1]
    if contract.kind == "periodic":
        days = rows.select(pl.col(contract.dated_by).unique()).collect().to_series()
        return snapshot_coverage(register, days)
    if contract.kind == "yearly":
        last_year = workspace.read_catalogue().last_year(register) or newest.data_end.year
        years = [yearly_coverage(register, one.data_end) for one in deliveries if one.data_end.year <= last_year]
        return pl.concat([pl.DataFrame(schema=COVERAGE_SCHEMA), *years])
    begins = workspace.lpr3_from if contract is LPR_A_KONTAKT else None
    return span_coverage(register, earliest, _data_end(workspace, contract, newest), begins)


def _dream(quality_checks: pl.DataFrame) -> dg.AssetsDefinition:
    """DREAM, whose wide rows become runs of weeks and of months."""
    tables = ["dream", "dream_employment"]
    outs = _outs(DREAM, tables)
    at_entry = checks_at_entry(DREAM.register, quality_checks)

    @dg.multi_asset(
        name=DREAM.register,
        outs=outs,
        ins={"person_key": dg.AssetIn("person_key")},
        deps=[extract_key(DREAM.register)],
        check_specs=_check_specs(outs, at_entry),
        retry_policy=IO_RETRIES,
    )
    @clear_errors
    def register(context: dg.AssetExecutionContext, workspace: Workspace, person_key: pl.LazyFrame):
        deliveries = workspace.deliveries(DREAM.register)
        if not deliveries:
            yield from nothing_delivered(context, workspace, DREAM, at_entry, tables)
            return
        sources = open_sources(DREAM, deliveries)
        warn_of_numeric_pnrs(context, DREAM, sources)
        try:
            rows = wide_rows(DREAM, sources, person_key.collect())
        except DeliveryError:
            yield from cannot_be_entered(context, workspace, at_entry)
            raise
        if is_refused(DREAM, at_entry, rows):  # before the weeks of all its rows are read
            yield from account(context, workspace, DREAM, at_entry, deliveries, rows)
        weeks, months = _calendar(context, sources, deliveries[-1].data_end)

        def turn(batch: pl.DataFrame) -> dict[str, pl.DataFrame]:
            return {"dream": week_runs(batch, weeks), "dream_employment": month_runs(batch, months)}

        with parts_folder(UPath(workspace.store), DREAM.register) as folder:
            entered = enter_wide(DREAM, sources, rows, turn, Path(folder))
            whole = replace(rows, set_aside=entered.set_aside)
            yield from account(context, workspace, DREAM, at_entry, deliveries, whole, n_read=entered.n_read)
            yield from outputs(
                context,
                workspace,
                **entered.tables,
                coverage=column_coverage(DREAM.register, weeks, months, deliveries[-1].data_end),
                profile=profile(DREAM.register, *(entered.tables[table] for table in tables)),
            )

    return register


def _calendar(
    context: dg.AssetExecutionContext, sources: Sequence[Source], data_end: date
) -> tuple[dict[str, date], dict[str, date]]:
    """The Thursday of each week column and the first day of each month column; warns of columns that cannot be."""
    names = {name for source in sources for name in family_columns(DREAM, source.frame.collect_schema())}
    weeks, months = week_columns(names), month_columns(names)
    later = sum(thursday > data_end for thursday in weeks.values())
    if later:
        context.log.warning(
            f"DREAM has {later} weeks after its data end, {data_end}: see whether the file has another delivery's name"
        )
    undated = sorted(names - set(weeks) - set(months))
    if undated:
        context.log.warning(f"DREAM: there is no such week or month, so not read: {', '.join(undated).upper()}")
    return weeks, months


def _every_year_set_aside(contract: DeliveryContract) -> dg.AssetsDefinition:
    """The rows of a register that comes a year at a time that were set aside, of all years in one file."""
    key = dg.AssetKey(["quarantine", contract.register])

    @dg.asset(
        key=key,
        ins={"by_year": dg.AssetIn(quarantine_key(contract), partition_mapping=EVERY_PARTITION)},
        group_name="quarantine",
        owners=DATA_TEAM,
        kinds={"parquet", "polars"},
        description=f"Rows of {contract.register.upper()} that broke the contract, of every year. Restricted.",
        metadata=table_metadata(contract_of(key.path)),
        tags={COMES: GATHERED},
        check_specs=[contract_spec(key)],
        retry_policy=IO_RETRIES,
    )
    @clear_errors
    def gathered(context: dg.AssetExecutionContext, workspace: Workspace, by_year: pl.LazyFrame):
        yield from outputs(context, workspace, result=by_year)

    return gathered
