"""Release: the only way out of the store, for tables that have been through disclosure control."""

from pathlib import Path

import dagster as dg
import polars as pl

from assets.columns import COLUMN_SCHEMA, table_schema
from assets.failures import IO_RETRIES, clear_errors
from assets.spells import EVALUATORS
from assets.studies import COVERAGE_INPUTS
from assets.workspace import Workspace
from catalogue.reader import Catalogue
from expectations.contracts.studies import COST_TABLE
from expectations.findings import refuse_blocking
from pipelines.costs import PAYERS, payer_rules, price_rows
from pipelines.coverage import crosses_hospital_break
from pipelines.disclosure import suppress, suppress_counts
from reports.csv import write_csv
from reports.files import publishing
from reports.tables import ReleaseTables
from reports.workbook import write_workbook

PRICE_COLUMNS = ("service", "year", "price", "status", "source")
PAYER_COLUMNS = ("service", "valid_from", "valid_to", *PAYERS, "source")


def release_assets(studies: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """What policy staff take home of a study."""

    @dg.asset(
        key="release",
        ins={name: dg.AssetIn(name) for name in ("cost_table", "participant_flow", "periods", "use")} | COVERAGE_INPUTS,
        deps=["catalogue"],
        partitions_def=studies,
        group_name="release",
        owners=EVALUATORS,
        kinds={"csv", "excel"},
        metadata={COLUMN_SCHEMA: table_schema(COST_TABLE)},
        description="The cost table as CSV and as a workbook, cells resting on too few citizens or users withheld.",
        retry_policy=IO_RETRIES,
    )
    @clear_errors
    def release(
        context: dg.AssetExecutionContext,
        workspace: Workspace,
        cost_table: pl.LazyFrame,
        participant_flow: pl.LazyFrame,
        periods: pl.LazyFrame,
        use: pl.LazyFrame,
        **coverage,
    ) -> dg.MaterializeResult:
        study = workspace.study(context.partition_key)
        refuse_blocking(workspace.blocking(study.id))
        catalogue = workspace.read_catalogue()
        known = pl.concat(list(coverage.values())).collect()
        min_count = int(catalogue.limit("min_count"))
        table = suppress(cost_table.collect(), min_count)
        missing = use.filter(pl.col("quantity").is_null()).group_by("period", "service").agg(n_not_measured=pl.len())
        needed = catalogue.services.select("service").join(periods.select("start").unique().collect(), how="cross")
        tables = ReleaseTables(
            study=study,
            cost_table=table,
            participant_flow=suppress_counts(participant_flow.collect(), min_count),
            not_measured=suppress_counts(missing.sort("period", "service").collect(), min_count, "n_not_measured"),
            areas=catalogue.areas,
            services=catalogue.services,
            sources=_distinct(price_rows(needed, catalogue), catalogue, PRICE_COLUMNS),
            payer_rules=_distinct(payer_rules(needed, catalogue), catalogue, PAYER_COLUMNS),
            data_ends=known.group_by("register")
            .agg(data_end=pl.max("data_end").fill_null(pl.max("end")))
            .sort("register"),
            min_count=min_count,
            crosses_2019=crosses_hospital_break(periods.collect(), known),
            comparison_ages=study.comparison_ages,
        )
        folder = Path(workspace.release) / study.id
        with publishing(folder) as staging:
            write_csv(table, staging / "cost_table.csv")
            write_workbook(staging / "cost_table.xlsx", tables)
        return dg.MaterializeResult(
            metadata={
                "folder": dg.MetadataValue.path(str(folder)),
                "rows": table.height,
                "rows_withheld": int(table.get_column("withheld").sum()),
                "min_count": min_count,
                "illustrative": tables.illustrative,
            }
        )

    return [release]


def _distinct(rows: pl.DataFrame, catalogue: Catalogue, columns: tuple[str, ...]) -> pl.DataFrame:
    """The catalogue rows used, each once, services in the catalogue's order."""
    order = catalogue.services.select("service").with_row_index("order")
    used = rows.select(columns).unique().join(order, on="service")
    return used.sort("order", columns[1], nulls_last=False).select(columns)
