"""Releases of a small world: never changed, verified, and compared with what they were made of."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from click.testing import Result
from dagster_world import execute, failures, ran_small_world
from typer.testing import CliRunner
from world import World, released

import assets.release
import cli
from deliveries.received import received
from faults import StoreError
from releases.compare import KEYS, compare
from releases.fingerprints import CODE, code_fingerprint
from releases.folder import chosen, releases_of
from releases.manifest import NAME, changed_files, read_manifest


def forlob(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# The gate, from deliveries to a release


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world whose study `one` is released twice of the same."""
    world = ran_small_world(tmp_path_factory.getbasetemp(), tmp_path_factory.mktemp("released"))
    world.run_here("--study", "one")
    return world


def test_a_new_run_is_a_new_release_and_the_first_stays(ran: World) -> None:
    first, second = releases_of(ran.root / "release" / "one")
    assert (first.name[:10], first.name[-3:], second.name[-3:]) == (second.name[:10], "-01", "-02")
    assert not changed_files(first, read_manifest(first))
    assert {path.name for path in first.iterdir()} >= {"cost_table.csv", "cost_table.parquet", "one.xlsx", NAME}


def test_the_manifest_says_what_it_was_made_of(ran: World) -> None:
    folder = released(ran.root / "release", "one")
    told = json.loads((folder / NAME).read_text(encoding="utf-8"))
    assert list(told)[:4] == ["release_id", "made", "study", "periods"]
    assert told["release_id"] == folder.name
    assert told["study"]["price_year"] == 2021
    assert (told["periods"], told["profile"]["min_count"]) == ([0], 5)
    for register in told["registers"]:
        for file in register["files"]:
            delivered = ran.root / "extracts" / file["name"]
            assert file["sha256"] == hashlib.sha256(delivered.read_bytes()).hexdigest()
            assert file["bytes"] == delivered.stat().st_size
    named = {file["name"] for register in told["registers"] for file in register["files"]}
    assert named == {path.name for path in (ran.root / "extracts").iterdir()}
    assert [(one["register"], one["data_start"], one["data_end"]) for one in told["registers"]] == [
        ("bef", "2019-12-31", "2021-12-31"),
        ("dream", "2019-01-01", "2021-12-31"),
        ("handic", "2019-01-01", "2021-12-31"),
        ("lpr_a_kontakt", "2019-01-01", "2021-12-31"),
    ]
    shipped = CODE / "catalogue" / "unit_prices.csv"
    digest = hashlib.sha256(shipped.read_bytes()).hexdigest()
    assert told["catalogue"]["unit_prices.csv"] == {"sha256": digest, "laid_over": False}
    assert told["checks"]["contract"]["passed"] > 0
    assert sum(one["blocked"] for one in told["checks"].values()) == 0
    table = pl.read_parquet(folder / "cost_table.parquet")
    assert told["withheld"]["cost_table"] == {"rows": table.height, "withheld": table["withheld"].sum()}
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.name != NAME}
    assert {file["name"]: file["sha256"] for file in told["files"]} == files


def test_registers_are_told_as_they_were_entered(ran: World) -> None:
    """Also where the folder of deliveries holds other files by the time that a study is released."""
    entered = received(ran.root / "store", "dream")
    assert entered
    path = ran.root / "extracts" / entered[0]["name"]
    whole, times = path.read_bytes(), path.stat()
    path.write_bytes(b"of next year")
    try:
        assert received(ran.root / "store", "dream") == entered
    finally:
        path.write_bytes(whole)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_a_release_that_fails_half_way_leaves_the_earlier_ones(ran: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables and the workbook of a release are of the same run, or one contradicts the other."""
    before = bytes_of(ran.root / "release")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(assets.release, "write_workbook", full)
        done = ran.run_here("--study", "one", check=False)
    assert done.exit_code == StoreError.exit_code
    assert bytes_of(ran.root / "release") == before
    assert not list((ran.root / "release").rglob("*.part"))


def test_releases_are_listed(ran: World) -> None:
    done = forlob("releases", "--release", ran.root / "release")
    assert done.exit_code == 0
    lines = [line for line in done.output.splitlines() if line.startswith(("one ", "two "))]
    assert [line.split()[0] for line in lines] == ["one", "one", "two"]
    assert all("intact" in line and " sds " in line for line in lines)
    told = json.loads(forlob("releases", "--release", ran.root / "release", "--format", "json").output)
    assert [one["intact"] for one in told] == [True] * 3
    assert told[0]["manifest"]["study"]["id"] == "one"


@pytest.mark.parametrize("damage", ["changed", "missing", "added"])
def test_a_release_that_was_tampered_with_is_told(ran: World, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "one" / "2026-11-22-01"
    folder.mkdir(parents=True)
    for path in released(ran.root / "release", "one").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    table = folder / "cost_table.csv"
    if damage == "missing":
        table.unlink()
    elif damage == "changed":
        table.write_bytes(table.read_bytes().replace(b"alle", b"ALLE", 1))
    else:
        (folder / "note.txt").touch()
    done = forlob("releases", "--release", tmp_path)
    assert done.exit_code == StoreError.exit_code
    assert f"{'note.txt' if damage == 'added' else 'cost_table.csv'}: " in done.output
    assert damage in done.output
    asked = forlob("explain", "--release", tmp_path, "--study", "one", "--cell", "column=mean_cost")
    assert asked.exit_code == StoreError.exit_code


def test_a_release_without_a_manifest_is_told(tmp_path: Path) -> None:
    (tmp_path / "one" / "2026-11-22-01").mkdir(parents=True)
    done = forlob("releases", "--release", tmp_path)
    assert done.exit_code == StoreError.exit_code
    assert "manifest.json: mangler / missing" in done.output


def test_a_release_that_is_not_there(ran: World) -> None:
    outside = f"../{ran.root.name}/release/one"
    for arguments in (
        ["releases", "--study", "three"],
        ["releases", "--study", outside],
        ["releases", "--study", "one", "--compare", "latest", "x"],
    ):
        done = forlob(*arguments, "--release", ran.root / "release")
        assert done.exit_code == StoreError.exit_code
    assert forlob("releases", "--compare", "previous", "latest").exit_code == 2


# What changed, and why


def kinds(world: World, study: str = "two") -> dict[str, list[str]]:
    """The reasons between the newest release and the one before, by kind."""
    folder = world.root / "release"
    comparison = compare(chosen(folder, study, "previous"), chosen(folder, study))
    found: dict[str, list[str]] = {}
    for reason in comparison.reasons:
        found.setdefault(reason.kind, []).append(reason.what)
    return found


def test_two_releases_of_the_same_are_the_same(ran: World) -> None:
    done = forlob("releases", "--release", ran.root / "release", "--study", "one", "--compare", "previous", "latest")
    assert done.exit_code == 0
    assert "made of the same" in done.output
    told = compare(*releases_of(ran.root / "release" / "one"))
    assert not told.reasons
    assert {one.table for one in told.tables} >= {"cost_table", "participant_flow"}
    assert all(not any((t.added, t.gone, t.changed, t.newly_withheld, t.newly_shown)) for t in told.tables)


def study_run(world: World) -> None:
    """The study alone once more, whose registers are as they were."""
    assert not failures(execute(world, dg.DagsterInstance.ephemeral(), "study_run", "two"))


def test_a_change_is_told_with_its_reason(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One thing changes at a time: the data, the catalogue, the study file, the profile, the list, the code."""
    world = ran_small_world(tmp_path_factory.getbasetemp(), tmp_path)
    world.weeks("700000000000", "783", "2020-W21", "2020-W30")
    world.write()
    world.run_here("--study", "two")
    (told,) = kinds(world).items()
    assert told[0] == "data"
    assert any("dream202112.parquet" in what for what in told[1])
    newest = compare(*releases_of(world.root / "release" / "two"))
    (costs,) = [table for table in newest.tables if table.table == "cost_table"]
    assert costs.changed > 0
    assert (costs.added, costs.gone) == (0, 0)
    moved = {move["cell"].get("service"): (move["old"], move["new"]) for move in costs.largest}
    assert moved["foertidspension"][1] == pytest.approx(moved["foertidspension"][0] * (6 * 19 + 10) / (6 * 19))

    listed = world.root / "studies" / "two.csv"
    listed.write_text("\n".join(listed.read_text(encoding="utf-8").splitlines()[:-1]) + "\n", encoding="utf-8")
    study_run(world)
    assert set(kinds(world)) == {"participants"}

    study = world.root / "studies" / "two.yaml"
    study.write_text(study.read_text(encoding="utf-8").replace("2021", "2020"), "utf-8")
    study_run(world)
    assert set(kinds(world)) == {"study"}
    assert kinds(world)["study"] == ["price_year 2021 -> 2020"]

    study.write_text(study.read_text(encoding="utf-8") + "profile: dst\n", encoding="utf-8")
    study_run(world)
    told = kinds(world)
    assert set(told) == {"profile"}
    assert "min_count 5 -> 3" in told["profile"]

    with monkeypatch.context() as other:
        other.setattr(assets.release, "code_fingerprint", lambda: code_fingerprint() | {"sha256": "0" * 64})
        study_run(world)
    assert set(kinds(world)) == {"code"}
    study_run(world)

    prices = pl.read_csv(CODE / "catalogue" / "unit_prices.csv").with_columns(pl.col("price") * 2)
    world.overlay("unit_prices.csv", prices.to_dicts())
    world.run_here("--study", "two")
    assert kinds(world) == {"catalogue": ["unit_prices.csv"]}


def test_a_table_that_only_one_release_has_is_added(tmp_path: Path, ran: World) -> None:
    """As when a later version of forlob releases more: its figures are new, none of the others changed."""
    first, second = releases_of(ran.root / "release" / "one")
    without = tmp_path / first.name
    without.mkdir()
    for path in first.iterdir():
        if not path.name.startswith("participant_flow"):
            (without / path.name).write_bytes(path.read_bytes())
    told = json.loads((without / NAME).read_text(encoding="utf-8"))
    told["files"] = [file for file in told["files"] if not file["name"].startswith("participant_flow")]
    (without / NAME).write_text(json.dumps(told), encoding="utf-8")
    tables = {table.table: table for table in compare(without, second).tables}
    assert tables["participant_flow"].added == 3
    assert tables["cost_table"].changed == 0


def test_keys_tell_rows_apart(ran: World) -> None:
    folder = released(ran.root / "release", "one")
    for name, keys in KEYS.items():
        if (folder / f"{name}.parquet").exists():
            table = pl.read_parquet(folder / f"{name}.parquet")
            assert not table.select(keys).is_duplicated().any()


def test_a_folder_without_releases_is_told(tmp_path: Path) -> None:
    done = forlob("releases", "--release", tmp_path)
    assert done.exit_code == 0
    assert f"no releases in {tmp_path}" in done.output.replace("\n", "")
