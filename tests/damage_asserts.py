"""What is asserted of a damage: what is caught, that it is shown where people look, and that nothing else changes.

Here: assertions that hold of every register. Not here: damages (`test_damage_*.py`), nor how they are run
(`damage_runs`).
"""

from __future__ import annotations

import functools
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from damage_runs import NEWEST, YEAR, Damage, Ended, command, copy_of, of_register, plain, run
from damage_world import FILES, IMPOSSIBLE, PNRS
from stored import digests

from assets.run import Step
from expectations.contracts.deliveries import DELIVERIES
from expectations.findings import Finding, read_findings
from expectations.states import read_states
from faults import DeliveryError, QualityError
from releases.folder import releases_of, studies_released

TABLES = (".parquet", ".csv")
AROUND = re.compile(r"^store/(\.|audit/|quality/(measures|data_docs|\.results|checks/pending)/)")
"""What lay behind each release, figures and pages of suites, and what waits for a register: a run writes them anew."""
THEN = ["followed", "suite"]
"""What fails beside any check of a suite that blocks: the suite, and that what is made of the register is made anew."""
IDS = {IMPOSSIBLE, *PNRS, *(pnr.lstrip("0") for pnr in PNRS), *("9" + pnr[1:] for pnr in PNRS)}
GATES = ("set_aside_", "rows_accounted")
"""How checks are called that stop a delivery before its register is written."""


def one_test_each(register: str, damages: Sequence[Damage]) -> Callable[..., None]:
    """The test `test_damage` of a register's file: a case for each damage, by its name."""

    @pytest.mark.parametrize("damage", damages, ids=lambda damage: damage.name)
    def test_damage(clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Damage) -> None:
        holds(clean, tmp_path, register, damage, monkeypatch)

    return test_damage


def holds(clean: Path, root: Path, register: str, damage: Damage, monkeypatch: pytest.MonkeyPatch) -> Ended:
    """Damage a copy, run the register, and assert all that is stated of the damage."""
    plain(monkeypatch)
    copy_of(clean, root)
    damage.done(root / "extracts")
    ended = run(root, of_register(register, suites=bool(damage.blocks or damage.warns)))
    code = damage.code or (QualityError.exit_code if damage.blocks else 0)
    assert ended.code == code, (ended.failure, ended.warnings)
    said = "\n".join([ended.failure, *ended.warnings])
    assert not [words for words in damage.told if words not in said], said
    assert "Traceback" not in said
    assert not ids_in(said)
    changed = changed_files(clean, root)
    if code == DeliveryError.exit_code:
        assert_refused(root, register, damage, changed)
    elif not damage.blocks and not damage.warns:
        assert not {path for path in changed if not path.startswith("store/quarantine/")}
        assert len(ended.warnings) == len(damage.told)
    else:
        assert_shown(clean, ended, register, damage)
        assert_nothing_else(clean, root, register, damage, changed)
    return ended


def assert_refused(root: Path, register: str, damage: Damage, changed: set[str]) -> None:
    """Nothing is made of files that cannot be used, and the register's state says so."""
    states = rf"store/quality/checks/(shape/extracts|entry/registers)/{register}[./]"
    assert not [path for path in changed if not re.match(states, path)]
    screen = command("quality", root)
    assert screen.exit_code == (QualityError.exit_code if damage.in_state else 0), screen.output
    assert (f"s/{register}" in screen.output) is damage.in_state
    assert not ids_in(screen.output)


def stands_on_the_pages(clean: Path, root: Path, register: str, damage: Damage, steps: tuple[Step, ...]) -> None:
    """The same of a damage that blocks, held by Great Expectations; its pages, built anew, tell what failed."""
    damage.done(copy_of(clean, root) / "extracts")
    ended = run(root, steps)
    assert ended.code == QualityError.exit_code, ended.failure
    assert_shown(clean, ended, register, damage)
    assert_nothing_else(clean, root, register, damage, changed_files(clean, root))
    pages = root / "store" / "quality" / "data_docs"
    [page] = (pages / "validations" / register).rglob("*.html")
    told = page.read_text(encoding="utf-8")
    failed = [one for one in read_findings(read_states(root / "store")) if one.state == "failed"]
    assert not [name for name, one in gravest(failed).items() if one.check.title_da not in told]
    assert not ids_in(told)
    assert (pages / "index.html").exists()


def mended(clean: Path, root: Path) -> None:
    """Deliver the right files after a damage that was stopped, and run the year: it is as if it had never been."""
    shutil.rmtree(root / "extracts")
    shutil.copytree(clean / "extracts", root / "extracts")
    assert run(root, (YEAR,)).code == 0
    assert not {path for path in changed_files(clean, root) if "/checks/" not in path and "person_key" not in path}
    assert command("quality", root).exit_code == 0


def assert_shown(clean: Path, ended: Ended, register: str, damage: Damage) -> None:
    """The checks stated fail and no other: in the store, in Dagster, in what is said, in `forlob quality`."""
    before, now = _states(clean), read_states(ended.root / "store")
    findings = [one for one in read_findings(now) if one.state == "failed"]
    severity = {**dict.fromkeys(damage.blocks, "block"), **dict.fromkeys(damage.warns, "warn")}
    failed = {one.check.name: one.check.severity for one in findings if one.check.name not in THEN}
    assert failed == severity, f"{failed} != {severity}"
    by_suite = [check for check in damage.blocks if not check.startswith(GATES)]
    own = [one.check.name for one in findings if one.check.asset == f"registers/{register}"]
    assert [name for name in own if name in THEN] == (THEN if by_suite else [])
    others = (
        ~pl.col("asset").str.contains(rf"/{register}|^population/|unmapped|handic_coverage|person_key"),
        pl.col("kind") != "pending",
    )
    assert now.filter(*others).equals(before.filter(*others))
    screen = command("quality", ended.root)
    assert screen.exit_code == (QualityError.exit_code if damage.blocks else 0), screen.output
    said = "\n".join([ended.failure, *ended.warnings])
    for name, one in gravest(findings).items():
        assert_evaluated(ended.instance, name, one)
        assert one.check.title_da in screen.output, name
        if not (one.warns and name.startswith(GATES)) and "mapped" not in name:  # these warnings name reason or code
            assert one.check.title_da in said, name
    assert not ids_in(screen.output, *(str(row) for row in now.rows()))


def gravest(findings: list[Finding]) -> dict[str, Finding]:
    """A check and its wider band, outside of which it blocks, are one check to Dagster."""
    of_suites = [one for one in findings if one.check.name not in THEN]
    return {one.check.name.removesuffix("_block"): one for one in sorted(of_suites, key=lambda one: one.blocks)}


def assert_evaluated(instance: dg.DagsterInstance, name: str, finding: Finding) -> None:
    """Dagster shows beside the asset that the check failed, how badly, and of how many."""
    key = dg.AssetCheckKey(dg.AssetKey(finding.check.asset.split("/")), name)
    [record] = instance.event_log_storage.get_latest_asset_check_execution_by_key([key]).values()
    assert record.event is not None
    evaluated = record.event.dagster_event.asset_check_evaluation_data
    assert not evaluated.passed
    assert evaluated.severity.name == {"block": "ERROR", "warn": "WARN"}[finding.check.severity]
    figures = {"numerator": finding.numerator, "denominator": finding.denominator, "share": finding.value}
    shown = {name: evaluated.metadata[name].value for name, value in figures.items() if value is not None}
    assert shown == {name: value for name, value in figures.items() if value is not None}
    assert not ids_in(evaluated.description or "", *(str(one.value) for one in evaluated.metadata.values()))


def ids_in(*texts: str) -> set[str]:
    """The values of citizens in what is shown: PNRs, also without their zeros, and the date that does not exist."""
    return {value for text in texts for value in re.findall(rf"\d{{6,}}|{IMPOSSIBLE}", text)} & IDS


def changed_files(clean: Path, root: Path) -> set[str]:
    """The tables, states of checks and releases that are not as in the clean run, or are not there."""
    before, now = _clean_digests(clean), _digests(root)
    return {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)}


def assert_nothing_else(clean: Path, root: Path, register: str, damage: Damage, changed: set[str]) -> None:
    """No other register's tables, no study and no release changed; of what is made of the register nothing where the
    damage blocks, and else its other rows are as they were. The population may use less of that register.
    """
    tables = {path for path in changed if not path.startswith("store/quality/checks/")}
    own = rf"(registers|spells|quarantine|coverage|quality/(profiles|accepted))/{register}(_\w+)?[./]"
    others = [path for path in tables if not re.match(rf"store/({own}|quality/\w+\.|person_key\.|population/)", path)]
    assert not others, others
    if damage.blocks and all(check.startswith(GATES) for check in damage.blocks):
        assert not {path for path in tables if not path.startswith("store/quarantine/")}
    elif damage.blocks:
        assert not {path for path in tables if re.match(r"store/(spells|population|quality/(accepted/|\w+\.))", path)}
    else:
        assert_rows(clean, root, register, damage)
    assert_set_aside(root, register, damage)


def assert_rows(clean: Path, root: Path, register: str, damage: Damage) -> None:
    """The register's rows are those of the clean run: all but those lost, or the part that must be the same."""
    before, now = (_register(folder, register) for folder in (clean, root))
    if damage.lost is not None:
        assert before.height - now.height == damage.lost, before.height - now.height
        assert now.join(before, on=now.columns, how="anti", nulls_equal=True).is_empty()
    else:
        same = pl.all() if damage.same is None else damage.same
        assert now.select(same).equals(before.select(same))


def assert_set_aside(root: Path, register: str, damage: Damage) -> None:
    """Each row set aside stands in quarantine with its reason, its file and its place in it."""
    table = f"{register}_by_year/{NEWEST}" if DELIVERIES[register].by_year else register
    aside = pl.read_parquet(root / "store" / "quarantine" / f"{table}.parquet")
    found = dict(aside.group_by("reason").len().iter_rows())
    assert found == damage.aside, found
    files = {path.name: path for path in (root / "extracts").rglob("*.*")}
    for (name,), rows in aside.group_by("source_file"):
        csv = name.endswith(".csv")
        delivered = pl.read_csv(files[name], separator=";", infer_schema=False) if csv else pl.read_parquet(files[name])
        at = delivered.select(pl.first()).to_series().cast(pl.String).gather(rows["row_number"] - 1)
        assert at.to_list() == rows["pnr"].to_list()
        assert name.startswith((FILES[register], "part-0"))


def _register(root: Path, register: str) -> pl.DataFrame:
    table = f"{register}/{NEWEST}" if DELIVERIES[register].by_year else register
    return pl.read_parquet(root / "store" / "registers" / f"{table}.parquet")


@functools.cache
def _states(clean: Path) -> pl.DataFrame:
    return read_states(clean / "store")


@functools.cache
def _clean_digests(clean: Path) -> dict[str, str]:
    return _digests(clean)


def _digests(root: Path) -> dict[str, str]:
    """Of tables and of those of each study's newest release, as `release/trial/cost_table.csv`."""
    newest = {study: releases_of(root / "release" / study)[-1] for study in studies_released(root / "release")}
    found = {name: one for name, one in digests(root).items() if name.endswith(TABLES) and not AROUND.match(name)}
    for study, folder in newest.items():
        here = f"release/{study}/"
        found = {name: one for name, one in found.items() if not name.startswith(here)} | {
            here + name.rpartition("/")[2]: one
            for name, one in found.items()
            if name.startswith(f"{here}{folder.name}/")
        }
    return found
