"""The engine of many machines: ranges of persons on a Dask cluster, one that runs already or one of processes here.

Only paths, plans, settings and counts go through Dask; citizens' rows go through files alone. The package `distributed`
is imported here and nowhere else, and only where this engine works.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import pickle
import platform
import tempfile
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any
from uuid import uuid4

import polars as pl
from upath import UPath

from engines.parts import Part, parts_folder
from faults import EngineError, Fault, ForlobError, os_error, place_of

CONNECT_S = 10
"""Seconds after which a scheduler that does not answer is told as a fault."""
PATIENCE_S = 60
"""Seconds without any range made after which it is asked whether there are workers at all."""
INSTALL = "install the same forlob with its extra `dask` for every worker and here, at the versions of constraints.txt"
LOCAL_CLUSTER = {
    "distributed.scheduler.http.routes": [],  # Dask's pages have no password
    "distributed.worker.http.routes": [],
    "distributed.worker.multiprocessing-method": "spawn",  # Polars and `fork` deadlock
}


@dataclass(frozen=True)
class Failed:
    """What a worker tells of a range that failed: nothing that could quote a value of a person."""

    place: str
    os_error: int | None
    kind: type[ForlobError] | None = None
    faults: tuple[Fault, ...] = ()


class Dask:
    """Makes parts on the workers of a cluster, which is joined when it is first needed.

    Args:
        scheduler: the address of a scheduler that runs; None starts a cluster on this machine.
        workers: processes of the cluster on this machine.
    """

    def __init__(self, scheduler: str | None, workers: int) -> None:
        self.scheduler, self.workers = scheduler, workers
        self._joined = ExitStack()
        self._client: Any = None

    def ready(self, store: UPath) -> None:
        """Raise `EngineError` where `distributed` is not installed; where a scheduler is named, also where it does not
        answer, has no workers, or one of them would not do.
        """
        _distributed()
        if self.scheduler is None:
            return
        client = self._join()
        with parts_folder(store, "ready") as folder, self._told():
            faults = set(client.run(_unfit, _versions(), folder).values())
        for what in faults - {None}:
            raise self._error(what, INSTALL)

    def make(self, parts: Sequence[Part]) -> Generator[None]:
        """Make the parts on the workers. One whose worker dies is made by another worker, a few times."""
        client = self._join()
        run = uuid4().hex
        waiting = [
            client.submit(_make, pickle.dumps(part), part.folder, _versions(), key=f"{part.stage}-{part.number}-{run}")
            for part in parts
        ]
        try:
            while waiting:
                with self._told():
                    done, waiting = self._some_made(client, waiting)
                    outcomes = [future.result() for future in done]
                for outcome in outcomes:
                    self._raise_of(outcome)
                    yield
        finally:
            client.cancel(waiting)

    def close(self) -> None:
        """Leave the cluster; the one on this machine ends."""
        self._client = None
        self._joined.close()

    def _join(self) -> Any:
        if self._client is None:
            distributed = _distributed()
            with self._told():
                if self.scheduler is None:
                    cluster = self._joined.enter_context(_local_cluster(self.workers))
                else:
                    cluster = self._answering(self.scheduler)
                client = distributed.Client(cluster, timeout=CONNECT_S, set_as_default=False)
                self._client = self._joined.enter_context(client)
                logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what matters is told as faults
        return self._client

    def _answering(self, address: str) -> str:
        """The address of a scheduler that answers; a `Client` that cannot connect leaves threads and noise behind."""
        from distributed.core import rpc
        from distributed.security import Security

        async def identity() -> dict[str, Any]:
            async with rpc(address, connection_args=Security().get_connection_args("client")) as scheduler:
                return await asyncio.wait_for(scheduler.identity(), CONNECT_S)

        try:
            told = asyncio.run(asyncio.wait_for(identity(), CONNECT_S))
        except Exception as error:
            mend = "name one that runs, such as `tcp://host:8786`; for `tls://` Dask's settings name certificates"
            what = f"there is no Dask scheduler to be reached ({type(error).__name__}, within {CONNECT_S} s)"
            raise self._error(what, mend) from None
        if not told["workers"]:
            raise self._error("the scheduler has no workers", f"start some: `dask worker {address}`")
        return address

    def _some_made(self, client: Any, waiting: list[Any]) -> tuple[list[Any], list[Any]]:
        while True:
            try:
                with client.as_current():
                    done, rest = _distributed().wait(waiting, timeout=PATIENCE_S, return_when="FIRST_COMPLETED")
                return list(done), list(rest)
            except TimeoutError:
                if not client.nthreads():
                    raise self._error("the cluster has lost its workers", "start workers, and run again") from None

    def _raise_of(self, outcome: Failed | str | None) -> None:
        """Raise what a worker told: faults and errors of the disk as they would be here."""
        if outcome is None:
            return
        if isinstance(outcome, str):
            raise self._error(outcome, INSTALL)
        if outcome.kind:
            raise outcome.kind(outcome.faults)
        if outcome.os_error:
            raise OSError(outcome.os_error, os.strerror(outcome.os_error))
        what = f"a range of persons failed: {outcome.place}"
        raise self._error(what, "run with `--engine local`: if it fails there too, it is a fault of forlob")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell Dask's own errors as faults; their messages may quote what was computed, and are withheld."""
        from distributed.scheduler import KilledWorker

        try:
            yield
        except ForlobError:
            raise
        except KilledWorker as error:
            what = f"a range of persons ended {error.allowed_failures + 1} workers, one after another"
            mend = "give workers more memory, or make ranges smaller with FORLOB_ROWS_A_RANGE"
            raise self._error(what, mend) from None
        except ModuleNotFoundError as error:
            raise self._error(f"a worker has no {error.name}", INSTALL) from None
        except CancelledError:
            raise self._error("the scheduler was lost while it worked", "see that it runs, and run again") from None
        except Exception as error:
            mend = "look at the logs of the scheduler and its workers, and run again"
            raise self._error(f"the cluster failed: {place_of(error)}", mend) from None

    def _error(self, what: str, mend: str) -> EngineError:
        here = f"a Dask cluster of {self.workers} processes on this machine"
        return EngineError(Fault(what, here if self.scheduler is None else f"Dask scheduler {self.scheduler!r}", mend))


def _distributed() -> Any:
    try:
        return importlib.import_module("distributed")
    except ModuleNotFoundError:
        what = "the engine dask needs the package distributed, which is not installed"
        mend = "install forlob with its extra `dask`, or run with `--engine local`"
        raise EngineError(Fault(what, "this Python environment", mend)) from None


@contextmanager
def _local_cluster(workers: int) -> Iterator[Any]:
    """Processes of one thread on this machine, which only this process can talk to: Dask runs what it is sent."""
    import dask
    from distributed import LocalCluster

    threads = max(1, (os.cpu_count() or 1) // workers)
    polars_threads = {"distributed.nanny.pre-spawn-environ.POLARS_MAX_THREADS": str(threads)}
    with (
        dask.config.set(LOCAL_CLUSTER | polars_threads),
        tempfile.TemporaryDirectory(prefix="forlob-dask-") as folder,
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            security=True,  # TLS with keys made for this cluster: others on the machine could send it code without
            dashboard_address=None,
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # where pages would be: not the port others may have
            memory_limit=0,  # rows are never in Dask's keeping, so that its pausing and spilling would only stall
            local_directory=folder,
            silence_logs=logging.CRITICAL,
        ) as cluster,
    ):
        yield cluster


def _versions() -> dict[str, str]:
    """What must be the same for the same bytes."""
    packages = {name: version(name) for name in ("forlob", "polars", "numpy")}
    return {"python": ".".join(platform.python_version_tuple()[:2]), **packages}


def _unfit(versions: dict[str, str], folder: UPath) -> str | None:
    """Why this worker would not make what the asking process expects in a folder that it made; None where it would."""
    own = _versions()
    others = [f"{name} {own[name]} and not {stated}" for name, stated in versions.items() if own[name] != stated]
    if others:
        return f"a worker has {', '.join(others)}"
    probe = folder / f".{uuid4().hex}"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        return f"a worker cannot write to the store ({type(error).__name__}): it needs it at the same path as here"
    return None


def _make(part: bytes, folder: UPath, versions: dict[str, str]) -> Failed | str | None:
    """Make a part on a worker; what goes wrong is returned, since Dask logs what is raised, with its message."""
    try:
        misfit = _unfit(versions, folder)
        if misfit is None:
            made: Part = pickle.loads(part)
            made.make()
    except ForlobError as error:
        return Failed(place_of(error), None, type(error), error.faults)
    except (Exception, pl.exceptions.PanicException) as error:
        return Failed(place_of(error), os_error(error))
    return misfit
