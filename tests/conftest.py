"""The workspace, instance and runs that the tests of Dagster share; other tests have a `world` of their own."""

from __future__ import annotations

import dagster as dg
import pytest
from dagster_world import execute, failures, repository, small_world
from world import World


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
    return repository(world).asset_graph
