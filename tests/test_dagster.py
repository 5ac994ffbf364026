"""The Dagster graph: what it shows, what its jobs, schedule and sensors do, how it fails and what it writes down."""

from __future__ import annotations

import errno
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest
import yaml
from upath import UPath
from world import World

import assets.entry
from assets.failures import IO_RETRIES, clear_errors
from assets.jobs import new_deliveries, studies_after_yearly_run, yearly_schedule
from assets.location import build
from assets.store import ParquetStore, parquet_store
from assets.workspace import Workspace
from expectations.contracts.columns import polars_schema
from expectations.contracts.deliveries import DELIVERIES
from expectations.contracts.tables import TABLES
from faults import DeliveryError, Fault
from settings import Folders

YEARS = range(2019, 2022)
PNRS = [f"70000000000{n}" for n in range(6)]
LAYERS = {"extracts", "catalogue", "persons", "registers", "coverage", "quarantine", "spells", "quality", "studies"}
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


def repository(world: World) -> dg.RepositoryDefinition:
    return build(Folders.below(world.root)).get_repository_def()


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


# What the graph shows


def test_the_definitions_load_and_validate(world: World) -> None:
    dg.Definitions.validate_loadable(build(Folders.below(world.root)))


def test_the_definitions_load_without_any_delivery_or_study(tmp_path: Path) -> None:
    empty = build(Folders.below(tmp_path))
    dg.Definitions.validate_loadable(empty)
    assert not empty.get_repository_def().get_job("study_run").partitions_def.get_partition_keys()


def test_assets_are_grouped_by_layer(graph: dg.AssetGraph) -> None:
    groups = {key: graph.get(key).group_name for key in graph.get_all_asset_keys()}
    assert set(groups.values()) == {*LAYERS, "release"}
    for key, group in groups.items():
        if len(key.path) > 1:
            assert group == key.path[0], key
    studies = {key.to_user_string() for key, group in groups.items() if group == "studies"}
    assert studies == {
        "participants", "participant_flow", "periods", "use", "use_outside_population", "costs", "cost_table",
    }  # fmt: skip


def test_every_asset_has_a_description_an_owner_and_kinds(graph: dg.AssetGraph) -> None:
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description, key
        assert node.description.endswith("."), key
        assert node.owners, key
        assert node.kinds, key


def contract_of(key: str) -> str:
    return "coverage" if key.startswith("coverage/") else key


def tables_of(graph: dg.AssetGraph) -> dict[str, dg.AssetKey]:
    """The assets that are tables with a contract, by key."""
    keys = {key.to_user_string(): key for key in graph.get_all_asset_keys()}
    return {name: key for name, key in keys.items() if contract_of(name) in TABLES}


def test_every_contract_is_an_asset(graph: dg.AssetGraph) -> None:
    assert {contract_of(name) for name in tables_of(graph)} == set(TABLES)


@pytest.mark.parametrize("name", [*sorted(set(TABLES) - {"coverage"}), *COVERAGE])
def test_the_column_schema_is_the_contracts(graph: dg.AssetGraph, name: str) -> None:
    contract = TABLES[contract_of(name)]
    shown = graph.get(tables_of(graph)[name]).metadata["dagster/column_schema"].columns
    assert [column.name for column in shown] == list(contract.columns)
    for column in shown:
        stated = contract.columns[column.name]
        assert column.type == str(stated.dtype)
        assert stated.description in column.description
        if stated.metadata["unit"]:
            assert stated.metadata["unit"] in column.description
        assert column.constraints.nullable == stated.nullable


def test_every_other_asset_but_reference_data_and_copies_shows_its_columns(graph: dg.AssetGraph) -> None:
    tables = tables_of(graph)
    bare = {
        key.to_user_string()
        for key in graph.get_all_asset_keys()
        if "dagster/column_schema" not in graph.get(key).metadata and key.to_user_string() not in tables
    }
    allowed = {"catalogue", "release", "extracts/participant_list"}
    assert {name for name in bare if not name.startswith(("quarantine/", "quality/unmapped_"))} <= allowed


def test_lineage_leads_to_columns_that_exist(graph: dg.AssetGraph) -> None:
    keys = set(graph.get_all_asset_keys())
    tables = tables_of(graph)
    traced = 0
    for name, key in tables.items():
        lineage = graph.get(key).metadata.get("dagster/column_lineage")
        for column, origins in (lineage.deps_by_column if lineage else {}).items():
            assert column in TABLES[contract_of(name)].columns
            for origin in origins:
                traced += 1
                assert origin.asset_key in keys, f"{name}.{column} comes from {origin.asset_key}, which is no asset"
                source = graph.get(origin.asset_key).metadata.get("dagster/column_schema")
                if source is not None:
                    there = {one.name for one in source.columns}
                    assert origin.column_name in there, f"{name}.{column} <- {origin}"
    assert traced > 100


def ancestors(graph: dg.AssetGraph, key: dg.AssetKey) -> set[dg.AssetKey]:
    parents = graph.get(key).parent_keys
    return set(parents).union(*(ancestors(graph, parent) for parent in parents))


def test_lineage_leads_only_to_assets_upstream(graph: dg.AssetGraph) -> None:
    for name, key in tables_of(graph).items():
        upstream = ancestors(graph, key)
        lineage = graph.get(key).metadata.get("dagster/column_lineage")
        origins = [one for found in lineage.deps_by_column.values() for one in found] if lineage else []
        assert {origin.asset_key for origin in origins} <= upstream, name


def test_the_tables_of_a_study_trace_every_person_to_the_key(graph: dg.AssetGraph) -> None:
    for name, key in tables_of(graph).items():
        if "person" in TABLES[contract_of(name)].columns and name != "person_key":
            assert graph.get(key).metadata["dagster/column_lineage"].deps_by_column["person"], name


def test_partitions(graph: dg.AssetGraph) -> None:
    years = graph.get(dg.AssetKey(["registers", "bef"])).partitions_def
    assert isinstance(years, dg.TimeWindowPartitionsDefinition)
    assert years.get_partition_keys()[:3] == ["2019", "2020", "2021"]
    for layer in ("extracts", "registers", "coverage", "quarantine"):
        assert graph.get(dg.AssetKey([layer, "bef"])).partitions_def == years
        for register in ("dream", "lpr_a_kontakt", "handic"):
            assert graph.get(dg.AssetKey([layer, register])).partitions_def is None
    for key in graph.get_all_asset_keys():
        if graph.get(key).group_name in ("studies", "release"):
            assert list(graph.get(key).partitions_def.get_partition_keys()) == ["one", "two"], key


def test_jobs_are_named_for_what_people_do(world: World) -> None:
    names = set(repository(world).job_names)
    assert {"yearly_run", "study_run", "bef_run"} <= names
    assert {name for name in names if not name.startswith("__")} == {"yearly_run", "study_run", "bef_run"}


def test_telemetry_is_off() -> None:
    settings = yaml.safe_load((Path(__file__).parents[1] / "dagster.yaml").read_text(encoding="utf-8"))
    assert settings["telemetry"] == {"enabled": False}


# What the jobs do


def test_the_jobs_make_every_table_of_the_store(world: World, runs: object) -> None:
    store = world.root / "store"
    for name in TABLES:
        if name in ("person_key", "coverage"):
            continue
        where = store / name if (store / name).is_dir() else store / f"{name}.parquet"
        files = sorted(where.glob("*.parquet")) if where.is_dir() else [where]
        assert files, name
        for file in files:
            assert pl.read_parquet_schema(file) == polars_schema(TABLES[name]), file
    assert sorted(path.stem for path in (store / "registers" / "bef").glob("*.parquet")) == ["2019", "2020", "2021"]
    assert sorted(path.name for path in (world.root / "release" / "one").iterdir()) == [
        "cost_table.csv",
        "cost_table.xlsx",
    ]
    assert not (store / "use" / "two.parquet").exists()  # a study's run makes that study only
    assert world.used(PNRS[0], "socialpaedagogisk_stoette", "one") == {0: 62}


def materialized(runs: dict[str, dg.ExecuteInProcessResult], run: str) -> dict[str, dict[str, Any]]:
    events = runs[run].get_asset_materialization_events()
    return {
        event.asset_key.to_user_string(): {k: v.value for k, v in event.materialization.metadata.items()}
        for event in events
    }


def test_materializations_say_how_much(world: World, runs: dict[str, dg.ExecuteInProcessResult]) -> None:
    store = world.root / "store"
    made = materialized(runs, "yearly_run 2021") | materialized(runs, "study_run one")
    partition = {"registers/bef": "2021", "coverage/bef": "2021", "quarantine/bef": "2021"}
    for key, metadata in made.items():
        if key in ("person_key", "release"):
            continue
        where = partition.get(key) or ("one" if (store / key).is_dir() else None)
        path = store / key / f"{where}.parquet" if where else store / f"{key}.parquet"
        assert metadata["dagster/row_count"] == pl.read_parquet(path).height, key
        assert metadata["bytes"] == path.stat().st_size, key
    assert made["person_key"]["dagster/row_count"] == len(PNRS) + 1
    assert made["release"]["rows"] == world.cost_table("one").height


def test_the_person_key_says_its_bytes_too(world: World, runs: dict[str, dg.ExecuteInProcessResult]) -> None:
    size = (world.root / "store" / "person_key.parquet").stat().st_size
    assert materialized(runs, "yearly_run 2021")["person_key"]["bytes"] == size


@pytest.mark.parametrize(
    ("register", "received", "aside"), [("bef", 7, 0), ("dream", 6, 0), ("handic", 7, 0), ("lpr_a_kontakt", 8, 1)]
)
def test_registers_account_for_every_row(
    runs: dict[str, dg.ExecuteInProcessResult], register: str, received: int, aside: int
) -> None:
    made = materialized(runs, "yearly_run 2021")
    for key in (f"registers/{register}", f"quarantine/{register}"):
        metadata = made[key]
        counts = [metadata[f"rows_{what}"] for what in ("received", "kept", "set_aside")]
        assert counts == [received, received - aside, aside], key
    assert made[f"registers/{register}"]["data_end"] == "2021-12-31"
    assert made[f"quarantine/{register}"]["reasons"] == ({"open_contact": 1} if aside else {})


def test_lineage_is_on_the_materialization(runs: dict[str, dg.ExecuteInProcessResult]) -> None:
    events = {e.asset_key.to_user_string(): e for e in runs["study_run one"].get_asset_materialization_events()}
    lineage = events["use"].materialization.metadata["dagster/column_lineage"].value
    assert dg.AssetKey(["spells", "handic"]) in {dep.asset_key for dep in lineage.deps_by_column["quantity"]}


def test_metadata_has_no_value_of_a_person(runs: dict[str, dg.ExecuteInProcessResult]) -> None:
    for run in runs:
        text = str(materialized(runs, run))
        assert "1980-06-15" not in text  # everybody's birth date
        assert not [pnr for pnr in PNRS if pnr in text]


# The schedule and the sensors


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


# Failing


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A retry waits for the policy's delay: note how long it would be instead."""
    delay = dg.RetryPolicy.calculate_delay
    waits: list[float] = []

    def noted(policy: dg.RetryPolicy, attempt: int) -> float:
        waits.append(delay(policy, attempt))
        return 0.0

    monkeypatch.setattr(dg.RetryPolicy, "calculate_delay", noted)
    return waits


def fail(monkeypatch: pytest.MonkeyPatch, error: Exception, times: int) -> list[int]:
    """Let opening the sources of a register fail so many times, then work."""
    calls: list[int] = []
    works = assets.entry.open_sources

    def open_sources(*args: object):
        calls.append(len(calls))
        if len(calls) <= times:
            raise error
        return works(*args)

    monkeypatch.setattr(assets.entry, "open_sources", open_sources)
    return calls


@pytest.fixture
def run_bef(world: World, runs: object):
    """Run one year of BEF again, after the key is there."""
    selection = [dg.AssetKey([layer, "bef"]) for layer in ("registers", "coverage", "quarantine")]
    fresh = dg.DagsterInstance.ephemeral()
    return lambda: execute(world, fresh, "bef_run", "2019", asset_selection=selection)


def test_a_passing_io_error_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, no_waiting: list[float], run_bef: Any
) -> None:
    calls = fail(monkeypatch, OSError(errno.EIO, "input/output error"), times=2)
    result = run_bef()
    assert result.success
    assert len(calls) == 3
    assert len([e for e in result.all_events if e.event_type == dg.DagsterEventType.STEP_UP_FOR_RETRY]) == 2
    assert len(no_waiting) == 2
    assert all(wait > 0 for wait in no_waiting)


def test_an_io_error_that_does_not_pass_fails_in_the_end(
    monkeypatch: pytest.MonkeyPatch, no_waiting: list[float], run_bef: Any
) -> None:
    calls = fail(monkeypatch, OSError(errno.EIO, "input/output error"), times=99)
    assert not run_bef().success
    assert len(calls) == IO_RETRIES.max_retries + 1


@pytest.mark.parametrize(
    "error",
    [
        DeliveryError(Fault("a column is missing", "bef", "deliver it")),
        OSError(errno.ENOSPC, "no space left"),
        ValueError("a fault of the program"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_does_not_pass_is_not_tried_again(
    monkeypatch: pytest.MonkeyPatch, no_waiting: list[float], run_bef: Any, error: Exception
) -> None:
    calls = fail(monkeypatch, error, times=1)
    result = run_bef()
    assert not result.success
    assert len(calls) == 1
    assert not no_waiting
    (told,) = failures(result)
    assert ("a column is missing" in told) == isinstance(error, DeliveryError)
    assert "a fault of the program" not in told
    assert "no space left" not in told


def test_retries_wait_longer_each_time() -> None:
    assert IO_RETRIES.backoff == dg.Backoff.EXPONENTIAL
    assert IO_RETRIES.max_retries >= 2
    assert IO_RETRIES.delay > 0


def test_an_unforeseen_error_keeps_its_message_to_itself() -> None:
    def quotes() -> None:
        raise RuntimeError("010203040506")

    with pytest.raises(dg.Failure) as caught:
        clear_errors(quotes)()
    assert "010203040506" not in str(caught.value) + str(caught.value.description)
    assert "RuntimeError" in caught.value.description
    assert "test_dagster.py" in caught.value.description
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


# The store


def write(folder: Path, frame: pl.DataFrame | pl.LazyFrame, key: str = "table") -> None:
    context = dg.build_output_context(asset_key=dg.AssetKey(key))
    ParquetStore(UPath(folder)).handle_output(context, frame)


def read(folder: Path, key: str = "table") -> pl.DataFrame:
    upstream = dg.build_output_context(asset_key=dg.AssetKey(key))
    context = dg.build_input_context(asset_key=dg.AssetKey(key), upstream_output=upstream)
    return ParquetStore(UPath(folder)).load_input(context).collect()


def broken() -> pl.LazyFrame:
    """Fails when it is written, half way."""

    def refuse(values: pl.Series) -> pl.Series:
        raise ValueError("010203040506")

    return pl.LazyFrame({"n": range(1000)}).with_columns(pl.col("n").map_batches(refuse, return_dtype=pl.Int64))


def test_a_table_comes_back_as_it_was_written(tmp_path: Path) -> None:
    frame = pl.DataFrame({"person": [1, 2], "day": [None, datetime(2020, 1, 1)]})
    write(tmp_path, frame.lazy())
    assert read(tmp_path).equals(frame)
    assert [path.name for path in tmp_path.iterdir()] == ["table.parquet"]


def test_nothing_half_written_is_seen(tmp_path: Path) -> None:
    old = pl.DataFrame({"n": [1]})
    write(tmp_path, old)
    with pytest.raises(dg.Failure) as caught:
        write(tmp_path, broken())
    assert "010203040506" not in str(caught.value)
    assert read(tmp_path).equals(old)
    assert [path.name for path in tmp_path.iterdir()] == ["table.parquet"]


def test_a_first_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(dg.Failure):
        write(tmp_path, broken())
    assert list(tmp_path.iterdir()) == []


def test_a_partition_that_is_not_there_is_a_clear_failure(tmp_path: Path) -> None:
    """`registers/bef` of every year, of which none is made."""
    world = small_world(tmp_path)
    world.root.joinpath("store", "participants").mkdir(parents=True)
    pl.DataFrame(schema=polars_schema(TABLES["participants"])).write_parquet(
        tmp_path / "store/participants/one.parquet"
    )
    fresh = dg.DagsterInstance.ephemeral()
    result = execute(world, fresh, "study_run", "one", asset_selection=[dg.AssetKey("periods")])
    assert not result.success
    (said,) = failures(result)
    assert "registers/bef" in said
    assert "materialise it first" in said


def test_a_table_that_is_not_there_is_a_clear_failure(tmp_path: Path) -> None:
    """`participants` of a study that was never run: no stack trace of a reader, but what to do."""
    world = small_world(tmp_path)
    fresh = dg.DagsterInstance.ephemeral()
    result = execute(world, fresh, "study_run", "one", asset_selection=[dg.AssetKey("costs")])
    assert not result.success
    (said,) = failures(result)
    assert "materialise it first" in said


def test_the_store_of_a_configured_folder(tmp_path: Path) -> None:
    manager = parquet_store(dg.build_init_resource_context(config={"folder": str(tmp_path)}))
    assert isinstance(manager, ParquetStore)


def test_the_command_is_told_of_each_step_as_it_begins(tmp_path: Path) -> None:
    world = World(tmp_path, [2020])
    world.citizen("100000000001")
    world.study("trial", [{"pnr": "100000000001", "start_year": 2021}])
    world.write()
    said = world.run_here().output
    begun = [
        said.index(f": {name}\n") for name in ("person_key", "bef", "dream", "participants", "cost_table", "release")
    ]
    assert begun == sorted(begun)
