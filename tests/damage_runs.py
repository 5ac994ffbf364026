"""Runs of damaged deliveries: the clean road, and a run of one register, or of a year, of a damaged copy of it.

Here: what a damage is, and how it is run. Not here: the deliveries (`damage_world`), nor what is asserted
(`damage_asserts`).
"""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from click.testing import Result
from damage_world import Doing, write_clean
from filelock import FileLock
from typer.testing import CliRunner
from world import of_all_processes

import assets.quality
import cli
from assets.location import build
from assets.run import Step, make_runs, plan
from assets.workspace import Workspace
from expectations.contracts.deliveries import DELIVERIES
from expectations.contracts.quality import WITH_CODES
from expectations.contracts.registers import SPELLS
from expectations.findings import Finding
from expectations.states import POPULATION
from expectations.suites import bands as asking
from faults import ForlobError
from settings import Folders

NEWEST = "2023"
YEARLY = ("rows_change", "citizens_change")
AGAINST = ("rows_against_delivery_before", "citizens_against_delivery_before")
"""Checks of a year against the year before, and of a delivery against the one before; both that warn."""
YEARLY_BLOCK, AGAINST_BLOCK = (tuple(f"{check}_block" for check in checks) for checks in (YEARLY, AGAINST))
FOLDERS = ("extracts", "studies", "catalogue", "store", "release")


@dataclass(frozen=True)
class Damage:
    """A kind of damage: what is `done` to the deliveries, and what must come of it.

    Without `blocks` or `code` the work goes on. `blocks` and `warns` are the checks that fail, and no other may.
    `told`: what is said besides their titles. `aside`: rows set aside, by reason. `lost`: rows that the register then
    lacks. Else `same` gives the part of the register that must be as in the clean run, by default the whole. Without
    `in_state` no check knows of the damage: it is told by the command alone.
    """

    name: str
    done: Doing
    code: int = 0
    blocks: tuple[str, ...] = ()
    warns: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    aside: Mapping[str, int] = field(default_factory=dict)
    lost: int | None = None
    same: pl.Expr | None = None
    in_state: bool = True


@dataclass(frozen=True)
class Ended:
    """How runs ended: the command's exit code and what it says; Dagster's history of them."""

    root: Path
    instance: dg.DagsterInstance
    code: int
    failure: str = ""
    warnings: tuple[str, ...] = ()


@functools.cache
def clean_road(temporary: Path, name: str = "damage", write: Callable[[Path], None] = write_clean) -> Path:
    """The workspace after `forlob run` on deliveries without a fault, made once for all processes of the tests."""
    shared = of_all_processes(temporary)
    root = shared / name
    with FileLock(shared / f"{name}.lock"):
        if not (root / "said.txt").exists():
            shutil.rmtree(root, ignore_errors=True)  # what a failing run left
            write(root)
            done = command("run", root)
            assert done.exit_code == 0, done.output
            (root / "said.txt").write_text(done.output)
    return root


def command(name: str, root: Path) -> Result:
    """`forlob run` or `forlob quality` over a workspace, in this process."""
    options = FOLDERS if name == "run" else ("studies", "store")
    return CliRunner().invoke(cli.app, [name, *(part for one in options for part in (f"--{one}", str(root / one)))])


def copy_of(clean: Path, root: Path) -> Path:
    """A copy of the clean workspace, to be damaged; without Dagster's history."""
    for folder in FOLDERS:
        shutil.copytree(clean / folder, root / folder, ignore=shutil.ignore_patterns(".dagster"))
    return root


def run(root: Path, steps: tuple[Step, ...]) -> Ended:
    """What the command does over a workspace: it looks at everything first, and then makes its runs."""
    folders = Folders(**{one: root / one for one in FOLDERS})
    instance = dg.DagsterInstance.ephemeral()
    try:
        beforehand = plan(Workspace.of(folders), []).warnings
    except ForlobError as error:
        return Ended(root, instance, error.exit_code, str(error))
    *_, outcome = make_runs(build(folders), instance, steps)
    warned = tuple(dict.fromkeys([*beforehand, *outcome.warnings]))
    return Ended(root, instance, outcome.exit_code, outcome.failure or "", warned)


YEAR = Step("year", "yearly_run", NEWEST)
STUDY = Step("trial", "study_run", "trial")


def of_register(register: str, *, suites: bool = True, year: str = NEWEST) -> tuple[Step, ...]:
    """The part of `yearly_run` that is made of one register, the population last; without suites, what entry makes of
    it.
    """
    assets = dg.AssetSelection.assets
    made = assets(["registers", register]).required_multi_asset_neighbors() | assets("person_key")
    if suites:
        made |= assets(POPULATION.split("/")).required_multi_asset_neighbors()
    if suites and DELIVERIES[register].by_year:
        made |= assets(["quarantine", register])
    if suites and register in SPELLS:
        made |= assets(["spells", register]).required_multi_asset_neighbors()
    if suites and register in WITH_CODES:
        made |= assets(["quality", "unmapped_codes"])
    if suites and register == "handic":
        made |= assets(["quality", "handic_coverage"])
    return (Step(register, "yearly_run", year, made, suites=suites),)


def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold measures against their bands without Great Expectations and its pages: it takes a second a run, and
    `test_suites.py` and the whole years of these tests have it.
    """

    def run_suite(suite: str, measures: pl.DataFrame, checks: pl.DataFrame, *_: object, **__: object) -> list[Finding]:
        return [_held(band, asking.figures(band, measures)) for band in asking.bands_of(checks, suite)]

    monkeypatch.setattr(assets.quality, "run_suite", run_suite)
    monkeypatch.setattr(assets.quality, "build_data_docs", lambda *_: None)


def _held(band: asking.Band, asked: pl.DataFrame) -> Finding:
    if asked.is_empty():
        return Finding(band.check, "not_applicable", note="not asked")
    value, check = pl.col("value"), band.check
    ends = [value < end for end in [check.lower] if end is not None] + [
        value > end for end in [check.upper] if end is not None
    ]
    failed = asked.filter(pl.any_horizontal(ends)).get_column("scope").to_list()
    of = asking.worst(check, asked)
    return Finding(check, "failed" if failed else "passed", of["numerator"], of["denominator"], of["value"], failed)
