"""What is told of a study beside its cost table: costs by employment, changes and how sure its means are, who its
citizens are, and which services they had before.

Not here: the tables that these are made of (`assets.studies`), and their release (`assets.release`).
"""

from collections.abc import Sequence

import dagster as dg
import polars as pl

from assets.checks import contract_spec, outputs
from assets.failures import IO_RETRIES, clear_errors
from assets.inputs import BEF_INPUT, coverage_inputs, of_persons_inputs, spell_inputs
from assets.studies import about, attended, together
from assets.workspace import Workspace
from expectations.findings import refuse_blocking
from pipelines.before_start import before_start, looked_back
from pipelines.changes import changes
from pipelines.characteristics import AGE_BANDS, characteristics
from pipelines.draws import draw
from pipelines.employment import employment_table
from pipelines.mean_intervals import mean_intervals
from pipelines.periods import study_periods
from pipelines.persons import of_persons


def study_result_assets(studies: dg.PartitionsDefinition, registers: Sequence[str]) -> list[dg.AssetsDefinition]:
    """The tables, each partitioned by study, made of these registers."""
    coverage_ins, spell_ins = coverage_inputs(registers), spell_inputs(registers)

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
        windows, priced, catalogue = periods.collect(), costs.collect(), workspace.catalogue_of(study)
        table = employment_table(study.id, windows, priced, catalogue, numbers, study.price_year)
        yield from outputs(context, workspace, result=table)

    @dg.multi_asset(
        name="uncertainty",
        outs={table: dg.AssetOut(key=table, **about(table)) for table in ("changes", "mean_intervals")},
        ins={name: dg.AssetIn(name) for name in ("participants", "periods", "costs", "cost_table")},
        deps=["catalogue"],
        partitions_def=studies,
        retry_policy=IO_RETRIES,
        check_specs=[contract_spec(dg.AssetKey(table), studies) for table in ("changes", "mean_intervals")],
    )
    @clear_errors
    def uncertainty_asset(
        context: dg.AssetExecutionContext,
        workspace: Workspace,
        participants: pl.LazyFrame,
        periods: pl.LazyFrame,
        costs: pl.LazyFrame,
        cost_table: pl.LazyFrame,
    ):
        study = workspace.study(context.partition_key)
        base, table = participants.filter("in_study_base").select("person").collect(), cost_table.collect()
        services = workspace.catalogue_of(study).services
        numbers = table.get_column("period").unique().sort().to_list()
        drawn = draw(study.id, base, periods.collect(), costs.collect(), services, numbers)
        found = {"changes": changes(table, drawn), "mean_intervals": mean_intervals(table, drawn)}
        yield from outputs(context, workspace, **found)

    # After the periods, which refuse a study without a study base: nothing is told of nobody.
    @dg.asset(ins={"participants": dg.AssetIn("participants")}, deps=["periods"], **_stated("characteristics"))
    @clear_errors
    def characteristics_asset(context: dg.AssetExecutionContext, workspace: Workspace, participants: pl.LazyFrame):
        study, base = workspace.study(context.partition_key), participants.filter("in_study_base").collect()
        yield from outputs(context, workspace, result=characteristics(study.id, base, study.age_bands or AGE_BANDS))

    @dg.asset(
        ins={
            "participants": dg.AssetIn("participants"),
            "bef": BEF_INPUT,
            **coverage_ins,
            **spell_ins,
            **of_persons_inputs(registers, "dod", "vnds"),
        },
        deps=["periods", "catalogue"],
        **_stated("before_start"),
    )
    @clear_errors
    def before_start_asset(
        context: dg.AssetExecutionContext,
        workspace: Workspace,
        participants: pl.LazyFrame,
        bef: pl.LazyFrame,
        **inputs,
    ):
        refuse_blocking(workspace.blocking())
        study, catalogue = workspace.study(context.partition_key), workspace.read_catalogue()
        wanted = looked_back(catalogue.services_before_start, catalogue.all_services, study.look_back)
        base = participants.filter("in_study_base").collect()
        years_before = -min(wanted.get_column("first_period"), default=0)
        before = study_periods(base, study.mode, years_before, 0, None).filter(pl.col("period") < 0)
        known = together({name: inputs[name] for name in coverage_ins})
        spells = pl.concat([of_persons(inputs[name], base.get_column("person")) for name in spell_ins]).collect()
        windows = attended(before, known, bef, inputs.get("dod"), inputs.get("vnds"))
        table = before_start(study.id, wanted, windows, known, spells, catalogue.all_services)
        yield from outputs(context, workspace, result=table)

    return [employment_table_asset, uncertainty_asset, characteristics_asset, before_start_asset]
