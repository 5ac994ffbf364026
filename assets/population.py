"""The population: what it uses and costs by calendar year, which studies are held against."""

from pathlib import Path

import dagster as dg
import polars as pl

from assets.checks import contract_specs, outputs
from assets.columns import table_out
from assets.engine import StageEngine
from assets.failures import IO_RETRIES, clear_errors
from assets.spells import EVALUATORS
from assets.studies import BEF_INPUT, COVERAGE_INPUTS, SPELL_INPUTS
from assets.workspace import Workspace
from expectations.contracts.population import POPULATION_TABLES
from expectations.findings import refuse_blocking
from expectations.states import POPULATION, followers_made
from pipelines.population import STAGE, Cells, measured_years
from pipelines.population_means import means, prices_of_years, unpayable


@dg.multi_asset(
    name="population",
    outs={table.removeprefix("population/"): table_out(table.split("/"), EVALUATORS) for table in POPULATION_TABLES},
    ins={"bef": BEF_INPUT, **COVERAGE_INPUTS, **SPELL_INPUTS},
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
    """All calendar years in one: a register that comes in anew changes every year that it covers."""
    refuse_blocking([finding for finding in workspace.blocking() if finding.check.asset != POPULATION])
    catalogue = workspace.read_catalogue()
    coverage = pl.concat([inputs[name] for name in COVERAGE_INPUTS]).collect()
    measured = measured_years(coverage, catalogue.services)
    frames = {"bef": bef, **{name: inputs[name] for name in SPELL_INPUTS}}
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
