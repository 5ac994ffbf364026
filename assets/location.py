"""Everything Dagster knows of a workspace, put together: for the UI's code location and for the command alike."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from assets.engine import stage_engine
from assets.extracts import extract_specs
from assets.hospitals import hospital_assets
from assets.jobs import JOBS, SCHEDULES, SENSORS, delivered_years
from assets.partitions import study_partitions, year_partitions
from assets.persons import person_key_asset
from assets.population import population_asset
from assets.progress import step_logger
from assets.quality import data_docs_spec, handic_by_kommune, quality_checks_of
from assets.registers import register_assets
from assets.release import release_assets
from assets.shapes import shape_checks
from assets.spells import spell_assets
from assets.store import parquet_store
from assets.studies import study_assets
from assets.study_results import study_result_assets
from assets.workspace import Workspace
from catalogue.reader import Catalogue, read_catalogue
from deliveries.studies import read_studies
from faults import ForlobError
from settings import EngineSettings, Folders


def build(
    folders: Folders, engine: EngineSettings | None = None, registers: Sequence[str] | None = None
) -> dg.Definitions:
    """The definitions over a workspace: its delivered years and its studies are the partitions, and its stages run on
    the engine stated (in the run's own process where none is).

    There are tables of the registers that always are and of every other that is delivered, or of `registers`. One that
    is delivered for the first time is seen when the code location is loaded again. Deliveries or study files that
    cannot be read do not keep the UI from loading: they stop the run that needs them.
    """
    workspace = Workspace.of(folders)
    if registers:
        workspace = workspace.model_copy(update={"registers": list(registers)})
    there = workspace.registers
    years = year_partitions(_unless_faulty(lambda: delivered_years(workspace)))
    studies = study_partitions(_unless_faulty(lambda: [study.id for study in read_studies(folders.studies)]))
    quality_checks = _catalogue(workspace).quality_checks
    return dg.Definitions(
        assets=[
            *extract_specs(years, studies, there),
            person_key_asset(there),
            *register_assets(years, quality_checks, there),
            handic_by_kommune,
            data_docs_spec(folders, there),
            *spell_assets(there),
            *hospital_assets(there),
            population_asset(there),
            *study_assets(studies, there),
            *study_result_assets(studies, there),
            *release_assets(studies, there),
        ],
        asset_checks=[
            *shape_checks(studies, there),
            *quality_checks_of(quality_checks, studies, there),
        ],
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
