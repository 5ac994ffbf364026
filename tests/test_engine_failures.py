"""Stages on a Dask cluster: a worker killed midway, clusters that cannot be reached or do not fit, and what is told."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import odd_stages
import polars as pl
import pytest
from click.testing import Result
from distributed import LocalCluster
from odd_stages import TOGETHER, run
from upath import UPath
from world import World

import assets.store
import engines.dask
from engines.dask import Dask
from engines.local import Local
from engines.parts import Engine
from faults import EngineError, StoreError


def a_run(root: Path, *options: str) -> Result:
    """The command over a world of one citizen."""
    world = World(root, [2020])
    world.citizen("100000000001")
    world.study("trial", [{"pnr": "100000000001", "start_year": 2020}])
    world.write()
    return world.run_here(*options, check=False)


def when_told(folder: Path, do: Callable[[int], object]) -> threading.Thread:
    """Do something about the process that says it is waiting."""

    def wait() -> None:
        while not (folder / "pid").exists():
            time.sleep(0.05)
        do(int((folder / "pid").read_text()))

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


def test_a_worker_killed_midway_is_made_good(
    cluster: Dask, rows: Mapping[str, pl.LazyFrame], store: UPath, tmp_path: Path
) -> None:
    killer = when_told(tmp_path, lambda pid: os.kill(pid, signal.SIGKILL))
    tables = run(cluster, odd_stages.WAITING_ONCE, rows, store, marks=str(tmp_path), of=15)
    killer.join()
    assert tables["rows"].equals(rows["rows"].collect())
    assert tables["n"].rows() == [(2020, 40)]
    assert not list(store.iterdir())


def test_a_range_that_ends_every_worker_is_told(cluster: Dask, rows: Mapping[str, pl.LazyFrame], store: UPath) -> None:
    with pytest.raises(EngineError, match=r"ended 4 workers(.|\n)*FORLOB_ROWS_A_RANGE"):
        run(cluster, odd_stages.DEADLY, rows, store, rows_a_range=TOGETHER)
    assert not list(store.iterdir())
    assert run(cluster, odd_stages.PERSONS, rows, store)["n"].rows() == [(2020, 40)]


@pytest.mark.parametrize("engine", ["local", "dask"])
def test_faults_and_errors_of_the_disk_come_through(
    engine: str, cluster: Dask, rows: Mapping[str, pl.LazyFrame], store: UPath
) -> None:
    engines: dict[str, Engine] = {"local": Local(), "dask": cluster}
    with pytest.raises(StoreError, match="what\n    where: where"):
        run(engines[engine], odd_stages.FAILING, rows, store, how="fault")
    with pytest.raises(OSError, match="space") as full:
        run(engines[engine], odd_stages.FAILING, rows, store, how="disk")
    assert full.value.errno == errno.ENOSPC
    assert not list(store.iterdir())


def test_what_a_bug_says_stays_on_the_worker(
    cluster: Dask, rows: Mapping[str, pl.LazyFrame], store: UPath, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its message may quote a value: neither the error nor Dask's logs have it."""
    with pytest.raises(EngineError, match=r"ComputeError at odd_stages\.py") as told:
        run(cluster, odd_stages.FAILING, rows, store, how="strange")
    assert odd_stages.SECRET not in str(told.value) + "".join(capfd.readouterr())
    assert told.value.__cause__ is None
    assert not list(store.iterdir())


def test_a_local_cluster_listens_on_this_machine_alone_and_to_nobody_else(cluster: Dask, store: UPath) -> None:
    client = cluster._join()
    addresses = [client.scheduler.address, *client.nthreads()]
    assert all(address.startswith("tls://127.0.0.1:") for address in addresses)
    assert set(client.run(pl.thread_pool_size).values()) == {max(1, (os.cpu_count() or 1) // 2)}
    stranger = Dask(addresses[0].replace("tls", "tcp"), 1)
    with pytest.raises(EngineError, match="no Dask scheduler to be reached"):
        stranger.ready(store)


@pytest.fixture(scope="module")
def running() -> Iterator[LocalCluster]:
    """A cluster that somebody else has started."""
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as started:
        yield started


def test_a_scheduler_that_runs_is_used(running: LocalCluster, rows: Mapping[str, pl.LazyFrame], store: UPath) -> None:
    engine = Dask(running.scheduler_address, 1)
    engine.ready(store)
    assert not list(store.iterdir())
    assert run(engine, odd_stages.PERSONS, rows, store)["n"].rows() == [(2020, 40)]
    engine.close()


def test_workers_of_another_version_are_refused(
    running: LocalCluster, rows: Mapping[str, pl.LazyFrame], store: UPath, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before a run, and where a worker joins later: other versions may write other bytes."""
    here = {**engines.dask._versions(), "polars": "1.0.0"}
    monkeypatch.setattr(engines.dask, "_versions", lambda: here)
    engine = Dask(running.scheduler_address, 1)
    told = f"a worker has polars {pl.__version__} and not 1.0.0"
    with pytest.raises(EngineError, match=told):
        engine.ready(store)
    with pytest.raises(EngineError, match=told):
        run(engine, odd_stages.PERSONS, rows, store)
    engine.close()
    assert not list(store.iterdir())


def test_a_worker_that_does_not_see_the_store_is_told(tmp_path: Path) -> None:
    told = engines.dask._unfit(engines.dask._versions(), UPath(tmp_path / "elsewhere"))
    assert told is not None
    assert "cannot write to the store (FileNotFoundError)" in told


def test_a_scheduler_without_workers_is_told(store: UPath) -> None:
    with (
        LocalCluster(n_workers=0, dashboard_address=None) as empty,
        pytest.raises(EngineError, match="has no workers"),
    ):
        Dask(empty.scheduler_address, 1).ready(store)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "somewhere", "http://127.0.0.1:9", ""])
def test_a_scheduler_that_cannot_be_reached_is_told(
    address: str, store: UPath, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines.dask, "CONNECT_S", 1)
    with pytest.raises(EngineError, match="no Dask scheduler to be reached"):
        Dask(address, 1).ready(store)
    assert not list(store.iterdir())


def test_a_run_whose_scheduler_cannot_be_reached_makes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines.dask, "CONNECT_S", 1)
    done = a_run(tmp_path, "--engine", "dask", "--scheduler", "tcp://127.0.0.1:9")
    assert done.exit_code == EngineError.exit_code == 8
    for told in ("no Dask scheduler to be reached", "tcp://127.0.0.1:9", "mend:"):
        assert told in done.output
    assert not list((tmp_path / "store").rglob("*.parquet"))
    assert not (tmp_path / "release").exists()


def test_a_scheduler_lost_midway_is_told(rows: Mapping[str, pl.LazyFrame], store: UPath, tmp_path: Path) -> None:
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as lost:
        engine = Dask(lost.scheduler_address, 1)
        engine.ready(store)
        closer = when_told(tmp_path, lambda pid: lost.close())
        with pytest.raises(EngineError, match="the scheduler was lost"):
            run(engine, odd_stages.WAITING_ONCE, rows, store, marks=str(tmp_path), of=15)
        closer.join()
        engine.close()
    assert not list(store.iterdir())


def test_a_table_that_cannot_be_written_leaves_no_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = assets.store._write

    def full(frame: pl.LazyFrame, path: UPath, key: Sequence[str]) -> None:
        if key[0] == "spells":
            assert list((tmp_path / "store").glob(".parts-*"))
            raise OSError(errno.ENOSPC, "no space")
        write(frame, path, key)

    monkeypatch.setattr(assets.store, "_write", full)
    done = a_run(tmp_path)
    assert done.exit_code == StoreError.exit_code
    assert "make room on the disk" in done.output
    assert not list((tmp_path / "store").glob(".parts-*"))
    assert not list((tmp_path / "store" / "spells").rglob("*.parquet"))


def test_without_distributed_the_engine_says_what_to_install(store: UPath, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(EngineError, match="install forlob with its extra `dask`"):
        Dask(None, 2).ready(store)
