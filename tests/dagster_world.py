"""A small workspace and its definitions, for the tests of what Dagster does."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dagster as dg
from filelock import FileLock
from world import World, of_all_processes

from assets.location import build
from expectations.contracts.deliveries import DELIVERIES
from settings import Folders

YEARS = range(2019, 2022)
PNRS = [f"70000000000{n}" for n in range(6)]
LAYERS = {
    "extracts", "catalogue", "persons", "registers", "coverage", "quarantine", "spells", "quality", "population",
    "studies",
}  # fmt: skip
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
COVERAGE = [f"coverage/{register}" for register in DELIVERIES]


def small_world(root: Path) -> World:
    """Six citizens with a little of everything, among it a row to set aside, and two studies."""
    world = World(root, YEARS)
    for pnr in PNRS:
        world.citizen(pnr)
        world.weeks(pnr, "783", "2020-W02", "2020-W20")
        world.grant(pnr, "85", "2020-03-01", "2020-05-01")
        world.contact(pnr, "2020-02-01 10:00", "2020-02-01 11:00")
    world.contact(PNRS[0], "2020-04-01 10:00", None)
    for study in ("one", "two"):
        world.study(study, [{"pnr": pnr, "start_year": 2020} for pnr in PNRS], years_before=0, years_after=0)
    world.write()
    return world


def ran_small_world(temporary: Path, root: Path) -> World:
    """A copy of the small world after `forlob run`, which is made once for all processes of the tests."""
    shared = of_all_processes(temporary)
    with FileLock(shared / "small_world.lock"):
        if not (shared / "small_world" / "ran").exists():
            shutil.rmtree(shared / "small_world", ignore_errors=True)  # what a failing run left
            (shared / "small_world").mkdir()
            small_world(shared / "small_world").run_here()
            (shared / "small_world" / "ran").touch()
    world = small_world(root)
    shutil.copytree(shared / "small_world", root, dirs_exist_ok=True)
    return world


def repository(world: World, registers: Sequence[str] | None = None) -> dg.RepositoryDefinition:
    return build(Folders.below(world.root), registers=registers).get_repository_def()


def execute(world: World, instance: dg.DagsterInstance, job: str, partition: str, **more: Any):
    return (
        repository(world)
        .get_job(job)
        .execute_in_process(partition_key=partition, instance=instance, raise_on_error=False, run_config=QUIET, **more)
    )


def failures(result: dg.ExecuteInProcessResult) -> list[str]:
    """What the steps that failed said."""
    failed = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    return [f"{one.user_failure_data.description if one.user_failure_data else ''} {one.error}" for one in failed]
