"""The population: what it uses and costs by calendar year, which studies are held against."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import dagster as dg
import polars as pl

from assets.checks import contract_specs, outputs
from assets.columns import table_out
from assets.engine import StageEngine
from assets.failures import IO_RETRIES, clear_errors
from assets.inputs import BEF_INPUT, OF_PERSONS, coverage_inputs, spell_inputs
from assets.spells import EVALUATORS
from assets.workspace import Workspace
from expectations.contracts.population import POPULATION_TABLES
from expectations.findings import refuse_blocking
from expectations.states import POPULATION, followers_made
from pipelines.population import STAGE, Cells, measured_years
from pipelines.population_means import means, prices_of_years, unpayable


def population_asset(registers: Sequence[str]) -> dg.AssetsDefinition:
    """The population's tables, made of these registers."""
    coverage_ins, spell_ins = coverage_inputs(registers), spell_inputs(registers)

    @dg.multi_asset(
        name="population",
        outs={
            table.removeprefix("population/"): table_out(table.split("/"), EVALUATORS) for table in POPULATION_TABLES
        },
        ins={"bef": BEF_INPUT, **coverage_ins, **spell_ins},
        deps=["catalogue"],
        check_specs=contract_specs(*POPULATION_TABLES),
        retry_policy=IO_RETRIES,
    )
    @clear_errors
    def population(
        context: dg.AssetExecutionContext,
        workspace: Workspace,
        engine: dg.ResourceParam[StageEngine],
        bef: pl.LazyFrame,
        **inputs,
    ):
        coverage = pl.concat([inputs[name] for name in coverage_ins]).collect()
        frames = {"bef": bef, **{name: inputs[name] for name in spell_ins}}
        yield from _counted(context, workspace, engine, coverage, frames)

    return population


def _counted(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    engine: StageEngine,
    coverage: pl.DataFrame,
    frames: Mapping[str, pl.LazyFrame],
) -> Iterator[object]:
    """All calendar years in one: a register that comes in anew changes every year that it covers."""
    not_read = {POPULATION, *(f"registers/{register}" for register in OF_PERSONS)}
    refuse_blocking([finding for finding in workspace.blocking() if finding.check.asset not in not_read])
    catalogue = workspace.read_catalogue()
    measured = measured_years(coverage, catalogue.services)
    with engine.run(context, STAGE, frames, services=catalogue.services, measured=measured) as tables:
        added = {table: rows.collect() for table, rows in tables.items()}
    cells = Cells(measured=measured, **added)
    lacking = unpayable(cells.use, prices_of_years(measured.get_column("year").unique().to_list(), catalogue))
    if lacking:
        context.log.warning(
            f"population: priced services without an index value or a payer rule in some year: {', '.join(lacking)}; "
            "their costs in population/means are null there"
        )
    yield from outputs(context, workspace, **added, measured=measured, means=means(cells, catalogue))
    followers_made(Path(workspace.store), POPULATION)
