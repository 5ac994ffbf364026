"""A range of a stage as files: making its tables anywhere, and scanning those of all ranges as one.

Here: the one thing that every engine does to a range. Not here: where and in which order ranges are made.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import polars as pl
from upath import UPath

from engines.ranges import Persons, ranges_of
from pipelines.stages import Stage

PARTS = ".parts-"
"""What the names of folders of parts begin with; they are in the store, which every worker sees."""
REMOVALS = 5


@dataclass(frozen=True)
class Part:
    """A range of a stage that can be made by any process that sees the tables' files and the folder.

    It holds the plans of scans, the settings and paths: no row of a citizen.
    """

    stage: str
    number: int
    of_persons: Callable[..., Mapping[str, pl.DataFrame]]
    frames: Mapping[str, pl.LazyFrame]
    settings: Mapping[str, Any]
    persons: Persons
    folder: UPath

    def make(self) -> None:
        """Write the range's tables. Made twice, or by two processes at a time, they are the same: none is seen half."""
        of_range = {name: self.persons.of(frame) for name, frame in self.frames.items()}
        for output, table in self.of_persons(of_range, **self.settings).items():
            path = self.path(output)
            unfinished = path.with_name(f".{path.name}.{uuid4().hex}")
            try:
                table.write_parquet(str(unfinished), compression="lz4")  # read once and removed: quick beats small
                unfinished.replace(path)
            finally:
                unfinished.unlink(missing_ok=True)

    def path(self, output: str) -> UPath:
        """The file of one of the range's tables."""
        return self.folder / f"{output}-{self.number:06}.parquet"


class Engine(Protocol):
    """What makes the ranges of stages. All make the same files of the same parts."""

    def ready(self, store: UPath) -> None:
        """Raise `EngineError` where parts could not be made in this store now, as far as that is soon told."""

    def make(self, parts: Sequence[Part]) -> Generator[None]:
        """Make every part, in any order; yields each time one is made. Raises `EngineError` where one cannot be."""

    def close(self) -> None:
        """Let go of what was opened."""


@contextmanager
def made(
    engine: Engine,
    stage: Stage,
    frames: Mapping[str, pl.LazyFrame],
    settings: Mapping[str, Any],
    store: UPath,
    *,
    rows_a_range: int,
    on_range: Callable[[int, int], None] = lambda n, of: None,
) -> Iterator[dict[str, pl.LazyFrame]]:
    """Run a stage over ranges of persons; its tables by output are there as long as the block lasts.

    Args:
        engine: where the ranges are made.
        stage: what is made of a range.
        frames: scans of files, each with a `person` column.
        settings: what every range needs besides; see `pipelines.stages.Stage`.
        store: where the ranges' tables are kept meanwhile; none is left after the block, nor after a failure.
        rows_a_range: see `engines.ranges.ranges_of`.
        on_range: called with the ranges made so far, and how many there are.
    """
    with parts_folder(store, stage.name) as folder:
        ranges = ranges_of(frames.values(), rows_a_range * stage.rows_factor)
        parts = [
            Part(stage.name, number, stage.of_persons, frames, settings, persons, folder)
            for number, persons in enumerate(ranges)
        ]
        with closing(engine.make(parts)) as made_parts:
            for n, _ in enumerate(made_parts, start=1):
                on_range(n, len(parts))
        yield {
            output: add_up(pl.scan_parquet([str(part.path(output)) for part in parts], glob=False))
            for output, add_up in stage.add_up.items()
        }


@contextmanager
def parts_folder(store: UPath, name: str) -> Iterator[UPath]:
    """A new folder in the store, as long as the block lasts."""
    folder = store / f"{PARTS}{name}-{uuid4().hex}-{os.getpid()}@{platform.node()}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        _remove(folder)


def forget_parts(store: UPath) -> None:
    """Remove what runs that were killed have left: not the parts of a process that lives, nor of another machine."""
    for folder in store.glob(f"{PARTS}*"):
        process, _, host = folder.name.rpartition("-")[2].partition("@")
        if host == platform.node() and not _lives(process):
            _remove(folder)


def _lives(process: str) -> bool:
    return Path("/proc", process).exists() or not Path("/proc/self").exists()


def _remove(folder: UPath) -> None:
    """Remove a folder; a worker whose part is no longer wanted may add a file meanwhile, so more than once."""
    for _ in range(REMOVALS):
        with suppress(OSError):
            folder.fs.rm(folder.path, recursive=True)
        if not folder.exists():
            return
