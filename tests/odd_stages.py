"""Stages that kill, wait or fail, in a module that workers of a cluster can import quickly; and how to run one."""

from __future__ import annotations

import errno
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
from upath import UPath

from engines.parts import Engine, made
from faults import Fault, StoreError
from pipelines.stages import Stage, in_order, summed_by

SECRET = "a value of a citizen"
LONG_S = 120
TOGETHER = 10**9
"""Rows of a range that holds everything."""


def persons(frames: Mapping[str, pl.LazyFrame]) -> dict[str, pl.DataFrame]:
    """The rows as they are, and how many there are."""
    rows = frames["rows"].collect()
    return {"rows": rows, "n": rows.select(year=pl.lit(2020), n=pl.len())}


def waiting_once(frames: Mapping[str, pl.LazyFrame], marks: str, of: int) -> dict[str, pl.DataFrame]:
    """`persons`, but whoever first makes the range of one person says who it is, and waits to be killed."""
    mark = Path(marks) / "pid"
    made = persons(frames)
    if of in made["rows"]["person"] and not mark.exists():
        unfinished = mark.with_suffix(".new")
        unfinished.write_text(str(os.getpid()))
        unfinished.rename(mark)
        time.sleep(LONG_S)
    return made


def deadly(frames: Mapping[str, pl.LazyFrame]) -> dict[str, pl.DataFrame]:
    """Ends its process."""
    os.kill(os.getpid(), signal.SIGKILL)
    return persons(frames)


def failing(frames: Mapping[str, pl.LazyFrame], how: str) -> dict[str, pl.DataFrame]:
    """Fails as a full disk, a fault, or a bug whose message quotes a value."""
    if how == "disk":
        raise OSError(errno.ENOSPC, "no space")
    if how == "fault":
        raise StoreError(Fault("what", "where", "mend"))
    if how == "strange":
        raise pl.exceptions.ComputeError(SECRET)
    return persons(frames)


ADD_UP = {"rows": in_order, "n": summed_by("year")}
PERSONS = Stage("persons", persons, ADD_UP)
WAITING_ONCE = Stage("waiting_once", waiting_once, ADD_UP)
DEADLY = Stage("deadly", deadly, ADD_UP)
FAILING = Stage("failing", failing, ADD_UP)


def written_rows(folder: Path) -> dict[str, pl.LazyFrame]:
    """The table that these stages are made of: a row each of forty persons."""
    path = folder / "rows.parquet"
    pl.DataFrame({"person": range(1, 41)}, schema={"person": pl.UInt32}).write_parquet(path)
    return {"rows": pl.scan_parquet(path)}


def run(
    engine: Engine,
    stage: Stage,
    frames: Mapping[str, pl.LazyFrame],
    store: UPath,
    rows_a_range: int = 10,
    **settings: Any,
) -> dict[str, pl.DataFrame]:
    """The tables of a stage by output."""
    with made(engine, stage, frames, settings, store, rows_a_range=rows_a_range) as tables:
        return {output: table.collect() for output, table in tables.items()}
