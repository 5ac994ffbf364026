"""What may not be made: no study of registers that are blocked or half replaced, no release of a blocked study."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from dagster_world import PNRS, execute, failures, ran_small_world
from world import World

from catalogue.reader import read_catalogue
from expectations.findings import Check, Finding
from expectations.states import blocking, forget_withdrawn, states_of, write_state
from faults import QualityError, StoreError, StudyError
from pipelines.registers import handic

CHECKS = read_catalogue().quality_checks


def stated(asset: str, suite: str) -> Check:
    return Check.of(CHECKS.filter(asset=asset, suite=suite, severity="block").row(0, named=True))


@pytest.fixture
def ran(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> World:
    return ran_small_world(tmp_path_factory.getbasetemp(), tmp_path)


def releases(world: World) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in (world.root / "release").rglob("*") if path.is_file()}


def study_run(world: World, *assets_of_it: str) -> dg.ExecuteInProcessResult:
    chosen = {"asset_selection": [dg.AssetKey(name) for name in assets_of_it]} if assets_of_it else {}
    return execute(world, dg.DagsterInstance.ephemeral(), "study_run", "one", **chosen)


def test_no_study_of_a_register_whose_spells_are_of_its_old_rows(ran: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """HANDIC comes in again, and the run breaks off before its spells: coverage is new, and the spells are old."""
    before = releases(ran)
    ran.grant(PNRS[0], "85", "2021-03-01", "2021-05-01")
    ran.write()
    with monkeypatch.context() as broken:
        broken.setattr(handic, "coded_spells", lambda *_: 1 / 0)
        assert ran.run_here(check=False).exit_code == 1
    result = study_run(ran)
    assert not result.success
    assert "registers/handic" in "\n".join(failures(result))
    assert not study_run(ran, "release").success
    assert releases(ran) == before
    ran.run_here()
    assert study_run(ran).success


@pytest.mark.parametrize("asset", ["cost_table", "use"])
def test_no_release_of_a_study_that_its_suite_blocks(ran: World, asset: str) -> None:
    before = releases(ran)
    finding = Finding(stated(asset, "study"), "failed", 3, 10, 0.3)
    write_state(ran.root / "store", "suite", "one", [finding])
    result = study_run(ran, "release")
    assert not result.success
    assert finding.check.title_da in "\n".join(failures(result))
    assert releases(ran) == before
    write_state(ran.root / "store", "suite", "one", [replace(finding, state="passed")])
    assert study_run(ran, "release").success


def test_a_study_is_not_held_back_by_another(ran: World) -> None:
    write_state(ran.root / "store", "suite", "two", [Finding(stated("use", "study"), "failed", 3, 10, 0.3)])
    assert study_run(ran, "release").success


def test_a_check_that_the_catalogue_states_no_more_holds_nothing_back(tmp_path: Path) -> None:
    check = stated("registers/handic", "handic")
    write_state(tmp_path, "suite", None, [Finding(check, "failed", 3, 10, 0.3)])
    assert [one.check for one in blocking(tmp_path, CHECKS)] == [check]
    assert states_of(tmp_path, None, [], CHECKS)[0].blocks
    without = CHECKS.filter(pl.col("check") != check.name)
    assert not blocking(tmp_path, without)
    with pytest.raises(StoreError):
        states_of(tmp_path, None, [], without)


def test_years_that_are_withdrawn_are_forgotten(tmp_path: Path) -> None:
    check = stated("registers/bef", "entry")
    for year in ("2018", "2019"):
        write_state(tmp_path, "entry", year, [Finding(check, "failed", 3, 10, 0.3)])
    forget_withdrawn(tmp_path, "bef", "2019")
    (left,) = blocking(tmp_path, CHECKS)
    assert list(left.scopes) == ["2019"]


def test_a_register_no_longer_delivered_is_not_measured_and_blocks_nothing(ran: World) -> None:
    for path in (ran.root / "extracts").glob("lpr*"):
        path.unlink()
    ran.run_here()
    assert ran.used(PNRS[0], "somatik_ambulant", "one") == {0: None}


def test_the_state_of_a_study_that_was_never_run(ran: World) -> None:
    with pytest.raises(StudyError):
        states_of(ran.root / "store", None, ["three"], CHECKS)
    assert QualityError.exit_code == 7
