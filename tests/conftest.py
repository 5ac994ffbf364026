"""The fixtures that test files share; a file may have a `world` of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import dagster as dg
import odd_stages
import polars as pl
import pytest
from attempts import sound
from dagster_world import execute, failures, repository, small_world
from damage_runs import clean_road
from upath import UPath
from world import World

from engines.dask import Dask
from expectations.contracts.deliveries import DELIVERIES

LONGEST = ("test_demo", "test_cli", "test_releases", "test_method_deliveries", "test_method_costs", "test_gates")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest come first, so that no process works on one when the others have ended."""
    items.sort(key=lambda item: item.path.stem not in LONGEST)


# What Dagster does


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return small_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def instance() -> dg.DagsterInstance:
    return dg.DagsterInstance.ephemeral()


@pytest.fixture(scope="module")
def runs(world: World, instance: dg.DagsterInstance) -> dict[str, dg.ExecuteInProcessResult]:
    """The whole road by its jobs: two years by `bef_run`, the newest by `yearly_run`, then a study."""
    steps = [("bef_run", "2019"), ("bef_run", "2020"), ("yearly_run", "2021"), ("study_run", "one")]
    results = {f"{job} {partition}": execute(world, instance, job, partition) for job, partition in steps}
    assert {name: failures(result) for name, result in results.items() if not result.success} == {}
    return results


@pytest.fixture(scope="module")
def graph(world: World) -> dg.AssetGraph:
    """With the tables of every register, delivered or not."""
    return repository(world, tuple(DELIVERIES)).asset_graph


# Engines


@pytest.fixture(scope="module")
def cluster() -> Iterator[Dask]:
    """The engine on two processes of this machine."""
    engine = Dask(None, 2)
    yield engine
    engine.close()


@pytest.fixture
def rows(tmp_path: Path) -> Mapping[str, pl.LazyFrame]:
    """The table that the odd stages are made of."""
    return odd_stages.written_rows(tmp_path)


@pytest.fixture
def store(tmp_path: Path) -> UPath:
    """An empty store."""
    path = UPath(tmp_path / "store")
    path.mkdir()
    return path


# Damage


@pytest.fixture
def sound_world(tmp_path: Path) -> World:
    """A world that runs, to be damaged."""
    return sound(tmp_path)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of deliveries without a fault, large enough for the bands, after a run; copies are damaged."""
    return clean_road(tmp_path_factory.getbasetemp())
