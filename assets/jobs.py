"""What people start, or let start by itself: jobs, the yearly schedule, and the sensors on new deliveries."""

import hashlib
import json

import dagster as dg

from assets.extracts import CATALOGUE_KEY, LIST_KEY, extract_key
from assets.failures import IO_RETRIES
from assets.partitions import A_YEAR, COMES, GATHERED
from assets.persons import KEY
from assets.workspace import Workspace
from expectations.contracts.deliveries import DELIVERIES
from faults import ForlobError

ENTRY = ("registers", "coverage", "quarantine", "spells", "quality", "population")
"""First parts of the keys of what a delivery becomes before any study."""
STUDY_TABLES = dg.AssetSelection.assets(
    "participants", "participant_flow", ["quarantine", "participants"], "periods", "use", "use_outside_population",
    "costs", "cost_table", "employment_table", "changes", "mean_intervals", "characteristics",
    "before_start", "release",
)  # fmt: skip
OF_A_YEAR = dg.AssetSelection.tag(COMES, A_YEAR)
"""What is made of BEF, and of every other register that comes a year at a time, for each year by itself."""
OF_YEARS = OF_A_YEAR | dg.AssetSelection.tag(COMES, GATHERED)
SHAPES = dg.AssetSelection.checks_for_assets(CATALOGUE_KEY, *(extract_key(register) for register in DELIVERIES))
SHAPE_OF_LIST = dg.AssetSelection.checks_for_assets(LIST_KEY)
EVERY_ENTRY_TABLE = dg.AssetSelection.key_prefixes(*([layer] for layer in ENTRY)) - dg.AssetSelection.assets(
    ["quarantine", "participants"]
)

yearly_run = dg.define_asset_job(
    "yearly_run",
    EVERY_ENTRY_TABLE | dg.AssetSelection.assets(KEY) | SHAPES,
    description="The year's deliveries come in: the person key, BEF of the year, the cumulative registers, all spells, "
    "and the population's use.",
    op_retry_policy=IO_RETRIES,
)
bef_run = dg.define_asset_job(
    "bef_run",
    OF_YEARS | dg.AssetSelection.assets(KEY) | SHAPES,
    description="One year of BEF and of the other registers that come a year at a time: backfill it over the years of "
    "a first delivery.",
    op_retry_policy=IO_RETRIES,
)
study_run = dg.define_asset_job(
    "study_run",
    STUDY_TABLES | dg.AssetSelection.assets(KEY) | SHAPE_OF_LIST,
    description="One study, from its participant list to its release.",
    op_retry_policy=IO_RETRIES,
)


@dg.schedule(
    job=yearly_run,
    cron_schedule="0 4 1 10 *",
    execution_timezone="Europe/Copenhagen",
    description="Each 1 October at 04:00: run the newest year of BEF and the newest cumulative deliveries.",
)
def yearly_schedule(workspace: Workspace) -> dg.RunRequest | dg.SkipReason:
    """Ask for the newest delivered year."""
    try:
        years = delivered_years(workspace)
    except ForlobError as error:
        return dg.SkipReason(str(error))
    return dg.RunRequest(partition_key=years[-1]) if years else dg.SkipReason("no BEF is delivered")


@dg.sensor(
    jobs=[yearly_run, bef_run],
    minimum_interval_seconds=900,
    description="Starts a run when a newer or changed delivery arrives in the folder.",
)
def new_deliveries(context: dg.SensorEvaluationContext, workspace: Workspace) -> dg.SensorResult | dg.SkipReason:
    """Ask for years whose files are new or changed, and for a yearly run when anything else is."""
    try:
        deliveries = workspace.found().deliveries
    except ForlobError as error:
        return dg.SkipReason(str(error))
    now = {f"{d.register} {d.period}": d.fingerprint for found in deliveries.values() for d in found}
    before = json.loads(context.cursor) if context.cursor else {}
    by_year = {register for register in deliveries if DELIVERIES[register].by_year}
    withdrawn = {name.split()[1][:4] for name in before if name.split()[0] in by_year and name not in now}
    changed = [
        d for found in deliveries.values() for d in found if before.get(f"{d.register} {d.period}") != d.fingerprint
    ]
    if not changed and not withdrawn:
        return dg.SkipReason("every delivery is as it was")
    years = sorted({d.period[:4] for d in changed if d.register in by_year} | withdrawn)
    newest = delivered_years(workspace)[-1:]
    years = [year for year in years if year not in newest]
    key = hashlib.sha256(json.dumps(now, sort_keys=True).encode()).hexdigest()[:16]
    requests = [
        *(dg.RunRequest(f"bef-{year}-{key}", job_name=bef_run.name, partition_key=year) for year in years),
        *(dg.RunRequest(f"year-{year}-{key}", job_name=yearly_run.name, partition_key=year) for year in newest),
    ]
    return dg.SensorResult(run_requests=requests, cursor=json.dumps(now, sort_keys=True))


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=[yearly_run],
    request_job=study_run,
    description="Runs every study again after a yearly run.",
)
def studies_after_yearly_run(context: dg.RunStatusSensorContext):
    """Ask for every study of the code location."""
    for study in context.repository_def.get_job(study_run.name).partitions_def.get_partition_keys():
        yield dg.RunRequest(f"{study}-{context.dagster_run.run_id}", partition_key=study)


def delivered_years(workspace: Workspace) -> list[str]:
    """The years of BEF, and of the other registers that come a year at a time, that are delivered, oldest first."""
    found = workspace.found().deliveries.values()
    return sorted({one.period[:4] for deliveries in found for one in deliveries if DELIVERIES[one.register].by_year})


JOBS = [yearly_run, bef_run, study_run]
SCHEDULES = [yearly_schedule]
SENSORS = [new_deliveries, studies_after_yearly_run]
