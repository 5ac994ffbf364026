"""The command `forlob` as a person uses it: what it says, what it leaves, and how it ends."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

import polars as pl
import pytest
from command import here, words
from filelock import FileLock
from stored import digests
from world import World, released

import assets.release
import cli
from faults import CatalogueError, DeliveryError, ForlobError, StoreError, StudyError
from releases.manifest import read_manifest

YEARS = range(2020, 2022)
PNRS = [f"40000000000{n}" for n in range(7)]
NEVER = "400000000099"


def forlob(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "forlob"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd)


def folders(root: Path, **other: Path) -> list[str]:
    names = ("extracts", "studies", "store", "release")
    return [part for name in names for part in (f"--{name}", str(other.get(name, root / name)))]


@dataclass(frozen=True)
class Ran:
    """A world after a run of its studies `a` and `b` (and not `c`), with what the run said."""

    world: World
    done: subprocess.CompletedProcess[str]

    @property
    def said(self) -> str:
        return words(self.done.stdout + self.done.stderr)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    world = World(tmp_path_factory.mktemp("world"), YEARS)
    for pnr in PNRS:
        world.citizen(pnr)
        world.weeks(pnr, "783", "2021-W02", "2021-W20")
        world.grant(pnr, "85", "2021-03-01", "2021-05-01")
    world.weeks(PNRS[0], "444", "2021-W30", "2021-W31")
    world.grant(PNRS[1], "85b", "2021-01-01", "2021-02-01")
    world.contact(PNRS[2], "2021-02-01 10:00", None)
    rows = [{"pnr": pnr, "start_year": 2021} for pnr in [*PNRS, NEVER]]
    early = [*rows, {"pnr": "400000000077", "start_year": 2015}, {"pnr": None, "start_year": 2021}]
    for study, participants in (("a", rows), ("b", early), ("c", rows)):
        world.study(study, participants, years_before=0, years_after=0)
    world.write()
    (world.root / "extracts" / "lpr_a_kontakt2021.parquet").unlink()
    (world.root / "extracts" / "notes.docx").write_text("not a delivery")
    return Ran(world, world.run("--study", "a", "--study", "b"))


# A run that works


def test_a_run_ends_with_0_and_without_a_traceback(ran: Ran) -> None:
    assert ran.done.returncode == 0
    assert "Traceback" not in ran.done.stdout + ran.done.stderr


def test_the_studies_named_are_run_and_no_other(ran: Ran) -> None:
    assert sorted(path.name for path in (ran.world.root / "release").iterdir()) == ["a", "b"]
    assert not (ran.world.root / "store" / "use" / "c.parquet").exists()


def test_the_summary_shows_the_way_to_the_study_base(ran: Ran) -> None:
    assert ran.world.flow("b")[("received", None)] == 10
    for step, n in {"received": 10, "set aside: missing_pnr": 1, "not in population": 2, "study base": 7}.items():
        assert re.search(rf"{re.escape(step)}\s+{n}\b", ran.said), step


def test_the_summary_says_what_came_in(ran: Ran) -> None:
    for register in ("BEF", "DREAM", "HANDIC"):
        assert register in ran.said
    assert "2021-12-31" in ran.said


def test_the_summary_says_where_the_files_are(ran: Ran) -> None:
    for study in ("a", "b"):
        for path in (
            released(ran.world.root / "release", study) / f"{study}.xlsx",
            released(ran.world.root / "release", study) / "cost_table.csv",
            ran.world.root / "store" / "cost_table" / f"{study}.parquet",
        ):
            assert path.exists()
            assert str(path) in ran.done.stdout


@pytest.mark.parametrize(
    "told",
    [
        ("DREAM", "444"),
        ("HANDIC", "85b"),
        ("LPR_A_KONTAKT", "not delivered"),
        ("2014-12-31", "not delivered"),
        ("notes.docx",),
    ],
    ids=["unmapped code of DREAM", "unmapped code of HANDIC", "register", "base date", "file not read"],
)
def test_a_run_warns(ran: Ran, told: tuple[str, ...]) -> None:
    warnings = [line for line in ran.done.stderr.splitlines() if "warning" in line.lower()]
    assert [line for line in warnings if all(part in line for part in told)], warnings


def test_a_warning_is_given_once(ran: Ran) -> None:
    warnings = [line for line in ran.done.stderr.splitlines() if "warning" in line.lower()]
    assert len(warnings) == len(set(warnings)) == 5


def test_unmapped_codes_are_counted_by_code_and_year(ran: Ran) -> None:
    table = pl.read_parquet(ran.world.root / "store" / "quality" / "unmapped_codes.parquet")
    assert sorted(table.rows()) == [("dream", "444", 2021, 2), ("handic", "85b", 2021, 1)]


def test_a_register_that_is_not_delivered_is_not_measured(ran: Ran) -> None:
    assert ran.world.used(PNRS[0], "somatik_ambulant", "a") == {0: None}
    assert ran.world.used(PNRS[0], "socialpaedagogisk_stoette", "a") == {0: 62}


def of_study_a(found: dict[str, str]) -> dict[str, str]:
    """Without the study `b`, and without what is fingerprinted with the store's own key."""
    return {
        name: digest
        for name, digest in found.items()
        if "b" not in Path(name).parts[1:]
        and Path(name).stem not in ("b", "study_b")
        and Path(name).name != "manifest.json"
    }


def test_running_again_gives_the_same_bytes(ran: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the same store, whose tables must stay as they were, and into a new one.

    A release stays as it was, and a new one made at the same second has the same files.
    """
    first = released(ran.world.root / "release", "a")
    made = datetime.fromisoformat(read_manifest(first).made)

    class Stopped(datetime):
        """The clock of the first run."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return made.astimezone(tz)

    monkeypatch.setattr(assets.release, "datetime", Stopped)
    before = digests(ran.world.root)
    assert {Path(name).parts[0] for name in before} == {"store", "release"}
    assert any("release/a/" in name and name.endswith(".xlsx") for name in before)
    elsewhere = tmp_path / "elsewhere"
    new = ["--store", str(elsewhere / "store"), "--release", str(elsewhere / "release")]
    ran.world.run_here("--study", "a", *new)
    assert of_study_a(digests(elsewhere)) == of_study_a(before)
    ran.world.run_here("--study", "a")
    after = digests(ran.world.root)
    assert {name: after[name] for name in before} == before
    newest = released(ran.world.root / "release", "a")
    assert newest.name == first.name.replace("-01", "-02")
    new = {Path(name).parent.as_posix() for name in after.keys() - before.keys()}
    assert new == {f"release/a/{newest.name}", f"store/audit/a/{newest.name}"}
    assert {path.name for path in newest.iterdir()} == {path.name for path in first.iterdir()}
    tables = [path.name for path in first.iterdir() if path.suffix in (".csv", ".parquet")]
    assert len(tables) == 14
    assert all((newest / name).read_bytes() == (first / name).read_bytes() for name in tables)


# Lists of studies


def test_studies_are_listed(ran: Ran) -> None:
    code, said = here("studies", "--studies", str(ran.world.root / "studies"))
    assert code == 0
    for study in ("a", "b", "c"):
        assert f"Prøve {study}" in said
    assert "2021" in said


def test_studies_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("id: X\ncolour: red\n")
    code, said = here("studies", "--studies", str(tmp_path))
    assert code == StudyError.exit_code
    for told in ("`id`", "colour", "title_da", "participants", "price_year"):
        assert told in said


# Runs that end before any work, and how


def test_the_exit_codes_are_documented() -> None:
    done = forlob("--help")
    assert done.returncode == 0
    stated = {int(code) for code in re.findall(r"\b(\d) [a-z]", words(done.stdout).partition("Exit codes")[2])}
    used = {kind.exit_code for kind in (ForlobError, *ForlobError.__subclasses__())}
    assert stated == used | {0, 2} == set(range(10))


@pytest.mark.parametrize(
    "arguments", [["run", "--colour", "red"], ["walk"], ["run", "--study"], ["demo", "--citizens", "9"]]
)
def test_wrong_use_of_the_command(arguments: list[str]) -> None:
    code, said = here(*arguments)
    assert code == 2
    assert said


def test_a_study_that_is_not_there(ran: Ran) -> None:
    code, said = here("run", "--study", "d", "--study", "a", *folders(ran.world.root))
    assert code == StudyError.exit_code
    assert "'d'" in said
    assert "a, b, c" in said


def test_an_empty_folder_of_deliveries(ran: Ran, tmp_path: Path) -> None:
    code, said = here("run", *folders(tmp_path, extracts=tmp_path, studies=ran.world.root / "studies"))
    assert code == DeliveryError.exit_code
    for told in ("no delivery", str(tmp_path), "bef202012", "mend"):
        assert told in said
    assert not (tmp_path / "store").exists()


def test_folders_that_are_not_there(tmp_path: Path) -> None:
    """Both are told at once; the first decides the exit code."""
    code, said = here("run", *folders(tmp_path))
    assert code == DeliveryError.exit_code
    assert str(tmp_path / "extracts") in said
    assert str(tmp_path / "studies") in said


def test_the_folders_of_the_current_one_by_default(tmp_path: Path) -> None:
    done = forlob("run", cwd=tmp_path)
    assert done.returncode == DeliveryError.exit_code
    assert str(tmp_path / "extracts") in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_without_bef_nobody_is_known(ran: Ran, tmp_path: Path) -> None:
    extracts = tmp_path / "extracts"
    extracts.mkdir()
    shutil.copy(ran.world.root / "extracts" / "dream202112.parquet", extracts)
    code, said = here("run", *folders(tmp_path, studies=ran.world.root / "studies"))
    assert code == DeliveryError.exit_code
    assert "BEF" in said
    assert str(extracts) in said


def test_a_catalogue_that_cannot_be_read(ran: Ran, tmp_path: Path) -> None:
    (tmp_path / "unit_prices.csv").write_text("service,year,price,status,source\nsu,2020,x,guessed,\n")
    options = [*folders(ran.world.root), "--catalogue", str(tmp_path)]
    code, said = here("run", *options)
    assert code == CatalogueError.exit_code
    for column in ("`price`", "`status`", "`source`"):
        assert column in said
    assert str(tmp_path / "unit_prices.csv") in said


def test_a_priced_service_without_a_payer_rule_is_an_error_that_names_it(ran: Ran, tmp_path: Path) -> None:
    rules = pl.read_csv(Path(cli.__file__).parent / "catalogue" / "payer_rules.csv", infer_schema=False)
    rules.filter(pl.col("service") != "foertidspension").write_csv(tmp_path / "payer_rules.csv")
    before = digests(ran.world.root)
    code, said = here("run", "--study", "a", *folders(ran.world.root), "--catalogue", str(tmp_path))
    assert code == CatalogueError.exit_code
    assert "foertidspension" in said
    assert {name: d for name, d in digests(ran.world.root).items() if "cost" in name} == {
        name: d for name, d in before.items() if "cost" in name
    }


def test_a_store_that_cannot_be_written(ran: Ran, tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "store").write_text("not a folder")
    code, said = here("run", "--study", "a", *folders(ran.world.root, store=tmp_path / "store"))
    assert code == StoreError.exit_code
    assert str(tmp_path / "store") in said


def test_a_release_folder_that_cannot_be_written(ran: Ran, tmp_path: Path) -> None:
    (tmp_path / "release").write_text("not a folder")
    options = folders(ran.world.root, store=tmp_path / "store", release=tmp_path / "release")
    code, said = here("run", "--study", "a", *options)
    assert code == StoreError.exit_code
    assert str(tmp_path / "release") in said


def test_a_study_without_a_study_base(ran: Ran, tmp_path: Path) -> None:
    studies = tmp_path / "studies"
    shutil.copytree(ran.world.root / "studies", studies)
    (studies / "a.csv").write_text(f"pnr;start_year\n{NEVER};2021\n")
    code, said = here("run", "--study", "a", *folders(ran.world.root, studies=studies, store=tmp_path / "store"))
    assert code == StudyError.exit_code
    assert "study base" in said
    assert str(studies / "a.csv") in said
    assert NEVER not in said


def test_synthesise_writes_deliveries_and_answers(tmp_path: Path) -> None:
    code, said = here("synthesise", "--folder", str(tmp_path / "demo"), "--seed", "7")
    assert code == 0
    assert str(tmp_path / "demo") in said.replace(" ", "")
    assert {path.name for path in (tmp_path / "demo").iterdir()} == {"extracts", "studies", "answers.json"}


def test_a_second_command_on_the_same_store_is_refused(tmp_path: Path) -> None:
    world = World(tmp_path, [2020])
    world.citizen("100000000001")
    world.study("trial", [{"pnr": "100000000001", "start_year": 2020}])
    world.write()
    store = world.root / "store"
    store.mkdir()
    with FileLock(store / ".run.lock"):
        done = world.run_here(check=False)
    assert done.exit_code == StoreError.exit_code
    assert "another forlob command is running" in done.output


def test_demo_deliveries_are_not_mixed_with_real_ones(tmp_path: Path) -> None:
    (tmp_path / "extracts").mkdir()
    code, said = here("synthesise", "--folder", str(tmp_path))
    assert code == StoreError.exit_code
    assert "not the demo's" in said
