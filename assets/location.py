"""Everything Dagster knows of a workspace, put together: for the UI's code location and for the command alike."""

from __future__ import annotations

import dagster as dg

from assets.extracts import extract_specs
from assets.jobs import JOBS, SCHEDULES, SENSORS, bef_years
from assets.partitions import study_partitions, year_partitions
from assets.persons import person_key
from assets.progress import step_logger
from assets.registers import register_assets
from assets.release import release_assets
from assets.spells import SPELL_ASSETS
from assets.store import parquet_store
from assets.studies import study_assets
from assets.workspace import Workspace
from deliveries.studies import read_studies
from faults import ForlobError
from settings import Folders


def build(folders: Folders) -> dg.Definitions:
    """The definitions over a workspace: its delivered BEF years and its studies are the partitions.

    Deliveries or study files that cannot be read do not keep the UI from loading: they stop the run that needs them.
    """
    workspace = Workspace.of(folders)
    years = year_partitions(_unless_faulty(lambda: bef_years(workspace)))
    studies = study_partitions(_unless_faulty(lambda: [study.id for study in read_studies(folders.studies)]))
    return dg.Definitions(
        assets=[
            *extract_specs(years, studies),
            person_key,
            *register_assets(years),
            *SPELL_ASSETS,
            *study_assets(studies),
            *release_assets(studies),
        ],
        jobs=JOBS,
        schedules=SCHEDULES,
        sensors=SENSORS,
        loggers={"console": dg.colored_console_logger, "steps": step_logger},
        resources={"workspace": workspace, "io_manager": parquet_store.configured({"folder": str(folders.store)})},
    )


def _unless_faulty(read) -> list[str]:
    try:
        return read()
    except ForlobError:
        return []
