"""Runs over a small world that may be damaged first, and how they end.

Here: the world, ways to damage it, and what every refusal has in common. Not here: which damages there are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import polars as pl
import yaml
from world import World

from assets.location import build
from assets.run import make_runs, plan
from assets.workspace import Workspace
from faults import ForlobError
from settings import Folders

YEARS = range(2020, 2022)
PNRS = [f"50000000000{n}" for n in range(6)]
ODD = "599999999999"


@dataclass(frozen=True)
class Ended:
    """How the runs of a workspace ended: the command's exit code and what it says."""

    code: int
    said: str


def attempt(root: Path, instance: dg.DagsterInstance | None = None) -> Ended:
    """The runs that the command makes, their history kept in memory only, because to write it is what takes time."""
    folders = Folders.below(root)
    if (root / "catalogue").exists():
        folders = Folders(**{**folders.__dict__, "catalogue": root / "catalogue"})
    try:
        made = plan(Workspace.of(folders), [])
    except ForlobError as error:
        return Ended(error.exit_code, str(error))
    *_, outcome = make_runs(build(folders), instance or dg.DagsterInstance.ephemeral(), made.steps)
    return Ended(outcome.exit_code, outcome.failure or "")


def sound(root: Path, form: str = "parquet") -> World:
    """A world that runs: some citizens with a little of everything, and a study of them."""
    world = World(root, YEARS)
    for pnr in PNRS:
        world.citizen(pnr)
        world.weeks(pnr, "783", "2021-W02", "2021-W20")
        world.contact(pnr, "2021-02-01 10:00", "2021-02-01 11:00")
        world.grant(pnr, "85", "2021-03-01", "2021-05-01")
    world.study("trial", [{"pnr": pnr, "start_year": 2021} for pnr in PNRS], years_before=0, years_after=0)
    world.write(form)
    return world


def refused(root: Path, kind: type[ForlobError], *told: object) -> str:
    """The runs end with a kind of error; it says all of `told`, where, and how to mend it, without a traceback."""
    ended = attempt(root)
    assert ended.code == kind.exit_code, ended.said
    for one in (*told, "where:", "mend:"):
        assert str(one) in ended.said
    assert "Traceback" not in ended.said
    assert not [pnr for pnr in [*PNRS, ODD] if pnr in ended.said]
    return ended.said


def rewrite(path: Path, change: Callable[[pl.DataFrame], pl.DataFrame]) -> Path:
    change(pl.read_parquet(path)).write_parquet(path)
    return path


def study_file(world: World, **changed: object) -> Path:
    """Change keys of the study's file; a key of None goes."""
    path = world.root / "studies" / "trial.yaml"
    keys = yaml.safe_load(path.read_text(encoding="utf-8")) | changed
    path.write_text(yaml.safe_dump({key: value for key, value in keys.items() if value is not None}), encoding="utf-8")
    return path
