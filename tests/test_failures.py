"""How a run of Dagster fails, what is tried again, and that the store is never half written."""

from __future__ import annotations

import errno
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest
from dagster_world import execute, failures, small_world
from upath import UPath
from world import World

import assets.registers
from assets.failures import IO_RETRIES, clear_errors
from assets.store import ParquetStore, parquet_store
from expectations.contracts.columns import polars_schema
from expectations.contracts.tables import TABLES
from faults import DeliveryError, Fault


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
    works = assets.registers.open_sources

    def open_sources(*args: object):
        calls.append(len(calls))
        if len(calls) <= times:
            raise error
        return works(*args)

    monkeypatch.setattr(assets.registers, "open_sources", open_sources)
    return calls


@pytest.fixture
def run_bef(world: World, runs: object):
    """Run one year of BEF again, after the key is there."""
    made = ("registers/bef", "coverage/bef", "quality/profiles/bef", "quarantine/bef_by_year")
    selection = [dg.AssetKey(key.split("/")) for key in made]
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
    assert "test_failures.py" in caught.value.description
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
