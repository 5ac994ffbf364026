"""Everything Dagster knows of a workspace, put together: for the UI's code location and for the command alike."""

from __future__ import annotations

import dagster as dg

from assets.engine import stage_engine
from assets.extracts import extract_specs
from assets.jobs import JOBS, SCHEDULES, SENSORS, bef_years
from assets.partitions import study_partitions, year_partitions
from assets.persons import person_key
from assets.population import population
from assets.progress import step_logger
from assets.quality import data_docs_spec, handic_by_kommune, quality_checks_of
from assets.registers import register_assets
from assets.release import release_assets
from assets.shapes import shape_checks
from assets.spells import SPELL_ASSETS
from assets.store import parquet_store
from assets.studies import study_assets
from assets.study_results import study_result_assets
from assets.workspace import Workspace
from catalogue.reader import Catalogue, read_catalogue
from deliveries.studies import read_studies
from faults import ForlobError
from settings import EngineSettings, Folders


def build(folders: Folders, engine: EngineSettings | None = None) -> dg.Definitions:
    """The definitions over a workspace: its delivered BEF years and its studies are the partitions, and its stages run
    on the engine stated (in the run's own process where none is).

    Deliveries or study files that cannot be read do not keep the UI from loading: they stop the run that needs them.
    """
    workspace = Workspace.of(folders)
    years = year_partitions(_unless_faulty(lambda: bef_years(workspace)))
    studies = study_partitions(_unless_faulty(lambda: [study.id for study in read_studies(folders.studies)]))
    quality_checks = _catalogue(workspace).quality_checks
    return dg.Definitions(
        assets=[
            *extract_specs(years, studies),
            person_key,
            *register_assets(years, quality_checks),
            handic_by_kommune,
            data_docs_spec(folders),
            *SPELL_ASSETS,
            population,
            *study_assets(studies),
            *study_result_assets(studies),
            *release_assets(studies),
        ],
        asset_checks=[*shape_checks(studies), *quality_checks_of(quality_checks, studies)],
        jobs=JOBS,
        schedules=SCHEDULES,
        sensors=SENSORS,
        loggers={"console": dg.colored_console_logger, "steps": step_logger},
        resources={
            "workspace": workspace,
            "engine": stage_engine(folders, engine or EngineSettings()),
            "io_manager": parquet_store.configured({"folder": str(folders.store)}),
        },
    )


def _catalogue(workspace: Workspace) -> Catalogue:
    """The workspace's catalogue, or the shipped one where that cannot be read."""
    try:
        return workspace.read_catalogue()
    except ForlobError:
        return read_catalogue()


def _unless_faulty(read) -> list[str]:
    try:
        return read()
    except ForlobError:
        return []
