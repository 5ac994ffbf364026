"""What is told of a study beside its cost table: costs by employment, changes, and who its citizens are.

Not here: the tables that these are made of (`assets.studies`), and their release (`assets.release`).
"""

import dagster as dg
import polars as pl

from assets.checks import contract_spec, outputs
from assets.failures import IO_RETRIES, clear_errors
from assets.studies import about
from assets.workspace import Workspace
from pipelines.changes import changes
from pipelines.characteristics import characteristics
from pipelines.employment import employment_table


def study_result_assets(studies: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """The tables, each partitioned by study."""

    def _stated(table: str) -> dict[str, object]:
        return {
            "key": table,
            "partitions_def": studies,
            "retry_policy": IO_RETRIES,
            "check_specs": [contract_spec(dg.AssetKey(table), studies)],
            **about(table),
        }

    @dg.asset(
        ins={name: dg.AssetIn(name) for name in ("periods", "costs")},
        deps=["catalogue"],
        **_stated("employment_table"),
    )
    @clear_errors
    def employment_table_asset(
        context: dg.AssetExecutionContext, workspace: Workspace, periods: pl.LazyFrame, costs: pl.LazyFrame
    ):
        study = workspace.study(context.partition_key)
        # The course itself is as long as each citizen's: months in it are not months of a year.
        numbers = [number for number in study.period_numbers if number or study.mode == "calendar"]
        windows, priced, catalogue = periods.collect(), costs.collect(), workspace.read_catalogue()
        table = employment_table(study.id, windows, priced, catalogue, numbers, study.price_year)
        yield from outputs(context, workspace, result=table)

    @dg.asset(
        ins={name: dg.AssetIn(name) for name in ("participants", "periods", "costs", "cost_table")},
        deps=["catalogue"],
        **_stated("changes"),
    )
    @clear_errors
    def changes_asset(
        context: dg.AssetExecutionContext,
        workspace: Workspace,
        participants: pl.LazyFrame,
        periods: pl.LazyFrame,
        costs: pl.LazyFrame,
        cost_table: pl.LazyFrame,
    ):
        base = participants.filter("in_study_base").select("person").collect()
        services, study = workspace.read_catalogue().services, context.partition_key
        table = changes(study, cost_table.collect(), base, periods.collect(), costs.collect(), services)
        yield from outputs(context, workspace, result=table)

    @dg.asset(ins={"participants": dg.AssetIn("participants")}, **_stated("characteristics"))
    @clear_errors
    def characteristics_asset(context: dg.AssetExecutionContext, workspace: Workspace, participants: pl.LazyFrame):
        base = participants.filter("in_study_base").collect()
        yield from outputs(context, workspace, result=characteristics(context.partition_key, base))

    return [employment_table_asset, changes_asset, characteristics_asset]
