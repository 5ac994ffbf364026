"""Deliveries to registers: the typed rows of each, what they cover, and what was set aside."""

from collections.abc import Sequence

import dagster as dg
import polars as pl

from assets.columns import COLUMN_SCHEMA, sentence, table_metadata
from assets.extracts import DATA_TEAM, FINGERPRINTS, extract_key
from assets.failures import IO_RETRIES, clear_errors
from assets.workspace import Workspace
from deliveries.entry import Entered, Source, enter, kept_rows, open_sources, wide_batches
from deliveries.folder import Delivery
from deliveries.shape import family_columns
from deliveries.values import PNR_WIDTH
from expectations.contracts.columns import polars_schema
from expectations.contracts.deliveries import BEF, DELIVERIES, DREAM, DeliveryContract, read_columns
from expectations.contracts.registers import COVERAGE, REGISTERS
from pipelines.coverage import column_coverage, snapshot_coverage, span_coverage
from pipelines.registers.dream import MONTH_RUNS, WEEK_RUNS, month_runs, week_runs
from pipelines.weeks import month_columns, week_columns

WIDE_BATCH_ROWS = 25_000


def register_assets(years: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """Each register with what it covers and what was set aside."""
    return [_narrow(contract, years) for contract in DELIVERIES.values() if contract is not DREAM] + [_dream()]


def _outs(contract: DeliveryContract, tables: Sequence[str]) -> dict[str, dg.AssetOut]:
    common = {"owners": DATA_TEAM, "kinds": {"parquet", "polars"}}
    registers = {
        name: dg.AssetOut(
            key=["registers", name],
            group_name="registers",
            description=sentence(REGISTERS[name].description),
            metadata=table_metadata(REGISTERS[name]),
            **common,
        )
        for name in tables
    }
    beside = {
        "coverage": dg.AssetOut(
            key=["coverage", contract.register],
            group_name="coverage",
            description=f"Which days the delivery of {contract.register.upper()} covers.",
            metadata=table_metadata(COVERAGE),
            **common,
        ),
        "quarantine": dg.AssetOut(
            key=["quarantine", contract.register],
            group_name="quarantine",
            description=f"Rows of {contract.register.upper()} that broke the contract, as delivered. Restricted.",
            metadata={COLUMN_SCHEMA: _quarantine_columns(contract)},
            **common,
        ),
    }
    return registers | beside


def _narrow(contract: DeliveryContract, years: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """A register whose rows become rows of its table."""
    periodic = contract.kind == "periodic"

    @dg.multi_asset(
        name=contract.register,
        outs=_outs(contract, [contract.register]),
        ins={"person_key": dg.AssetIn("person_key")},
        deps=[extract_key(contract.register)],
        partitions_def=years if periodic else None,
        retry_policy=IO_RETRIES,
    )
    @clear_errors
    def register(context: dg.AssetExecutionContext, workspace: Workspace, person_key: pl.LazyFrame):
        deliveries = workspace.deliveries(contract.register, context.partition_key if periodic else None)
        if not deliveries:
            return _nothing_delivered(context, contract, [contract.register])
        sources = open_sources(contract, deliveries)
        _warn_of_numeric_pnrs(context, contract, sources)
        entered = enter(contract, sources, person_key.collect())
        _tell(context, contract.register, deliveries, entered)
        data_end = deliveries[-1].data_end
        coverage = (
            snapshot_coverage(contract.register, entered.kept.get_column("reference_date").unique())
            if contract is BEF
            else span_coverage(contract.register, entered.earliest, data_end)
        )
        return entered.kept.cast(polars_schema(REGISTERS[contract.register])), coverage, entered.set_aside

    return register


def _dream() -> dg.AssetsDefinition:
    """DREAM, whose wide rows become runs of weeks and of months."""
    tables = ["dream", "dream_employment"]

    @dg.multi_asset(
        name=DREAM.register,
        outs=_outs(DREAM, tables),
        ins={"person_key": dg.AssetIn("person_key")},
        deps=[extract_key(DREAM.register)],
        retry_policy=IO_RETRIES,
    )
    @clear_errors
    def register(context: dg.AssetExecutionContext, workspace: Workspace, person_key: pl.LazyFrame):
        deliveries = workspace.deliveries(DREAM.register)
        if not deliveries:
            return _nothing_delivered(context, DREAM, tables)
        sources = open_sources(DREAM, deliveries)
        _warn_of_numeric_pnrs(context, DREAM, sources)
        entered = kept_rows(DREAM, sources, person_key.collect())
        names = {name for source in sources for name in family_columns(DREAM, source.frame.collect_schema())}
        weeks, months = week_columns(names), month_columns(names)
        undated = sorted(names - set(weeks) - set(months))
        if undated:
            context.log.warning(f"DREAM: there is no such week or month, so not read: {', '.join(undated).upper()}")
        runs, employment = [pl.DataFrame(schema=WEEK_RUNS)], [pl.DataFrame(schema=MONTH_RUNS)]
        for batch in wide_batches(DREAM, sources, entered.kept, WIDE_BATCH_ROWS):
            runs.append(week_runs(batch, weeks))
            employment.append(month_runs(batch, months))
        _tell(context, DREAM.register, deliveries, entered)
        return (
            pl.concat(runs).sort("person", "start"),
            pl.concat(employment).sort("person", "start"),
            column_coverage(DREAM.register, weeks, months, deliveries[-1].data_end),
            entered.set_aside,
        )

    return register


def _nothing_delivered(context: dg.AssetExecutionContext, contract: DeliveryContract, tables: Sequence[str]) -> tuple:
    """Empty tables: the register covers nothing, so its services are not measured."""
    context.log.warning(f"{contract.register.upper()} is not delivered: what it measures will be null")
    for name in (*tables, "coverage", "quarantine"):
        context.add_output_metadata({"delivered": False}, output_name=name)
    empty = [pl.DataFrame(schema=polars_schema(REGISTERS[name])) for name in tables]
    quarantine = {"reason": pl.String, "source_file": pl.String, "row_number": pl.UInt32}
    quarantine |= {field.name: pl.String for field in contract.fields}
    return (*empty, pl.DataFrame(schema=polars_schema(COVERAGE)), pl.DataFrame(schema=quarantine))


def _warn_of_numeric_pnrs(
    context: dg.AssetExecutionContext, contract: DeliveryContract, sources: Sequence[Source]
) -> None:
    for source in sources:
        schema = source.frame.collect_schema()
        column = read_columns(contract, list(schema))["pnr"]
        if schema[column].is_numeric():
            context.log.warning(
                f"{source.path.name} has {column.upper()} as numbers, which have lost their leading zeros: read as "
                f"{PNR_WIDTH} digits; deliver it as text if that is wrong"
            )


def _tell(context: dg.AssetExecutionContext, table: str, deliveries: Sequence[Delivery], entered: Entered) -> None:
    """Counts, files and the data end, on the register and on what was set aside; never a value of a person."""
    reasons = dict(entered.set_aside.group_by("reason").len().sort("reason").rows())
    counts = {
        "delivered": True,
        "rows_received": entered.received,
        "rows_kept": entered.received - entered.set_aside.height,
        "rows_set_aside": entered.set_aside.height,
    }
    if not entered.received:
        context.log.warning(f"{table.upper()} is delivered without any row")
    for column, n in entered.unread.items():
        context.log.warning(f"{table.upper()}: {n} values of {column.upper()} cannot be read and are left empty")
    about = {
        "files": dg.MetadataValue.json([path.name for d in deliveries for path in d.paths]),
        "data_end": str(deliveries[-1].data_end),
        FINGERPRINTS: dg.MetadataValue.json([d.fingerprint for d in deliveries]),
    }
    context.add_output_metadata(counts | about, output_name=table)
    beside = {"reasons": dg.MetadataValue.json(reasons), "data_end": about["data_end"]}
    context.add_output_metadata(counts | beside, output_name="quarantine")


def _quarantine_columns(contract: DeliveryContract) -> dg.TableSchema:
    place = [
        dg.TableColumn("reason", type="String", description="Why the row was set aside."),
        dg.TableColumn("source_file", type="String", description="Name of the delivered file."),
        dg.TableColumn("row_number", type="UInt32", description="Row in it; 1 is the first after any header."),
    ]
    values = [dg.TableColumn(f.name, type="String", description=f"As delivered. {f.meaning}") for f in contract.fields]
    return dg.TableSchema([*place, *values])
