"""The schedule and the sensors: what they ask for, and when they do not."""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg
import pytest
from dagster_world import YEARS, repository, small_world
from world import World

from assets.jobs import new_deliveries, studies_after_yearly_run, yearly_schedule
from assets.workspace import Workspace
from settings import Folders


def test_the_schedule_asks_for_the_newest_year(world: World) -> None:
    assert yearly_schedule.execution_timezone == "Europe/Copenhagen"
    schedule = repository(world).get_schedule_def("yearly_schedule")
    assert len(schedule.cron_schedule.split()) == 5
    minute, hour, day, month, weekday = schedule.cron_schedule.split()
    assert weekday == "*"
    assert all(part.isdigit() for part in (minute, hour, day, month)), "once a year"
    assert schedule.job_name == "yearly_run"
    request = yearly_schedule(dg.build_schedule_context(), workspace=Workspace.of(Folders.below(world.root)))
    assert isinstance(request, dg.RunRequest)
    assert request.partition_key == "2021"
    assert request.partition_key in repository(world).get_job("yearly_run").partitions_def.get_partition_keys()


@pytest.mark.parametrize("extracts", ["only dream", "empty", "missing"])
def test_the_schedule_skips_with_a_reason(tmp_path: Path, extracts: str) -> None:
    world = World(tmp_path, YEARS)
    if extracts == "only dream":
        (tmp_path / "extracts").mkdir(exist_ok=True)
        world.frames()["dream202112"].write_parquet(tmp_path / "extracts" / "dream202112.parquet")
    if extracts == "missing":
        (tmp_path / "extracts").rmdir()
    result = yearly_schedule(dg.build_schedule_context(), workspace=Workspace.of(Folders.below(tmp_path)))
    assert isinstance(result, dg.SkipReason)
    assert ("BEF" if extracts == "only dream" else str(tmp_path / "extracts")) in result.skip_message


def tick(world: World, cursor: str | None = None) -> dg.SensorResult | dg.SkipReason:
    context = dg.build_sensor_context(cursor=cursor)
    return new_deliveries(context, workspace=Workspace.of(Folders.below(world.root)))


def asked(result: dg.SensorResult | dg.SkipReason) -> set[tuple[str, str]]:
    assert isinstance(result, dg.SensorResult)
    keys = [request.run_key for request in result.run_requests]
    assert len(set(keys)) == len(keys)
    return {(request.job_name, request.partition_key) for request in result.run_requests}


def test_the_sensor_asks_once_for_what_is_there_and_then_skips(world: World) -> None:
    first = tick(world)
    assert asked(first) == {("bef_run", "2019"), ("bef_run", "2020"), ("yearly_run", "2021")}
    second = tick(world, first.cursor)
    assert isinstance(second, dg.SkipReason)
    assert second.skip_message


def test_the_sensor_sees_newer_and_changed_deliveries(tmp_path: Path) -> None:
    world = small_world(tmp_path)
    cursor = tick(world).cursor
    extracts = tmp_path / "extracts"

    def changed(name: str) -> set[tuple[str, str]]:
        nonlocal cursor
        result = tick(world, cursor)
        cursor = result.cursor
        return asked(result)

    (extracts / "bef202112.parquet").rename(tmp_path / "kept")
    (extracts / "bef202212.parquet").write_bytes((tmp_path / "kept").read_bytes())
    (tmp_path / "kept").rename(extracts / "bef202112.parquet")
    assert changed("a newer BEF") == {("yearly_run", "2022")}
    (extracts / "dream202212.parquet").write_bytes((extracts / "dream202112.parquet").read_bytes())
    assert changed("a newer DREAM") == {("yearly_run", "2022")}
    os.utime(extracts / "handic2021.parquet", (2, 2))
    assert changed("a changed HANDIC") == {("yearly_run", "2022")}
    assert isinstance(tick(world, cursor), dg.SkipReason)


def test_a_changed_older_year_of_bef_is_read_again(tmp_path: Path) -> None:
    """And with one yearly run, after which the studies run."""
    world = small_world(tmp_path)
    cursor = tick(world).cursor
    os.utime(tmp_path / "extracts" / "bef201912.parquet", (1, 1))
    requests = asked(tick(world, cursor))
    assert "2019" in {partition for _, partition in requests}
    assert [job for job, _ in requests].count("yearly_run") == 1
    assert "2020" not in {partition for _, partition in requests}


def test_the_sensor_skips_while_deliveries_cannot_be_read(tmp_path: Path) -> None:
    world = small_world(tmp_path)
    cursor = tick(world).cursor
    twice = tmp_path / "extracts" / "bef-2021-12.parquet"
    twice.write_bytes((tmp_path / "extracts" / "bef202112.parquet").read_bytes())
    result = tick(world, cursor)
    assert isinstance(result, dg.SkipReason)
    assert str(twice) in result.skip_message


@pytest.mark.filterwarnings("ignore:Parameter `repository_def`")
def test_every_study_runs_after_a_yearly_run(world: World, instance: dg.DagsterInstance, runs: dict) -> None:
    context = dg.build_run_status_sensor_context(
        sensor_name="studies_after_yearly_run",
        dagster_event=runs["yearly_run 2021"].all_events[-1],
        dagster_instance=instance,
        dagster_run=runs["yearly_run 2021"].dagster_run,
        repository_def=repository(world),
    )
    requests = list(studies_after_yearly_run(context))
    assert [request.partition_key for request in requests] == ["one", "two"]
    assert len({request.run_key for request in requests}) == 2
