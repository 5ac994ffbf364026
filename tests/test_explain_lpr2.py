"""A released hospital figure that rests on LPR2 too: what `forlob explain` tells of it, and that no citizen or contact
is named anywhere outside the restricted files.
"""

from __future__ import annotations

import json

import polars as pl
import pytest
from test_privacy import files, holders
from typer.testing import CliRunner
from world import World, released
from world_lpr2 import OUTPATIENT, Lpr2

import cli

PNRS = [f"31415926535{n}" for n in range(6)]
UNKNOWN = "66666666"
MAY_HOLD_THEM = ("person_key.parquet", "quarantine", "registers")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, str, list[str]]:
    """The world after `forlob run`, what the command said, and the RECNUMs delivered."""
    world, lpr2 = World(tmp_path_factory.mktemp("explained"), range(2017, 2021)), Lpr2()
    for pnr in PNRS:
        world.citizen(pnr)
        lpr2.contact(pnr, "2018-03-01", "2018-06-01", OUTPATIENT, visits=["2018-04-01"])
        world.contact(pnr, "2019-03-01 08:00", "2019-03-01 09:00", LPRINDBERETNINGSSYSTEM="LPR3")
    lpr2.visit(UNKNOWN, "2018-04-01")
    lpr2.deliver(world)
    world.study("one", [{"pnr": pnr, "start_year": 2018} for pnr in PNRS], years_before=0, years_after=1)
    world.write()
    done = world.run_here()
    return world, done.output, [row["RECNUM"] for rows in lpr2.bes.values() for row in rows]


def told(world: World, cell: str) -> dict:
    arguments = ["explain", "--study", "one", "--release", str(world.root / "release"), "--cell", cell]
    done = CliRunner().invoke(cli.app, [*arguments, "--format", "json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def test_a_hospital_figure_rests_on_lpr2_and_lpr_a_kontakt(ran: tuple[World, str, list[str]]) -> None:
    found = told(ran[0], "period=0,service=somatik_ambulant,column=mean_quantity")
    assert found["value"] == 1
    registers = {row["register"]: (row["data_start"], row["data_end"]) for row in found["registers"]}
    assert registers.pop("lpr2") == ("2016-01-01", "2018-12-31")
    assert registers.pop("lpr_a_kontakt") == ("2019-01-01", "2020-12-31")
    assert set(registers) == {"bef"}
    assert "LPR2" in " ".join(rule["heading_da"] for rule in found["rules"])
    lists = {row["list"]: row["code"] for row in found["codes"]}
    assert lists == {"psychiatric_specialties": "Børne- og ungdomspsykiatri", "psychiatric_specialties_lpr2": "52"}


def test_other_figures_do_not(ran: tuple[World, str, list[str]]) -> None:
    found = told(ran[0], "period=0,service=socialpaedagogisk_stoette,column=mean_quantity")
    assert [row["register"] for row in found["registers"]] == ["bef", "handic"]
    assert "LPR2" not in " ".join(rule["heading_da"] for rule in found["rules"])


def test_the_jump_of_2019_is_told_of(ran: tuple[World, str, list[str]]) -> None:
    world, said, _ = ran
    sources = json.loads((released(world.root / "release", "one") / "sources.json").read_text(encoding="utf-8"))
    assert sources["crosses_2019"]
    assert "when LPR2 became LPR3" in " ".join(said.split())


def test_the_manifest_names_the_files_of_each_register(ran: tuple[World, str, list[str]]) -> None:
    manifest = json.loads((released(ran[0].root / "release", "one") / "manifest.json").read_text(encoding="utf-8"))
    named = {row["register"]: [file["name"] for file in row["files"]] for row in manifest["registers"]}
    assert named["lpr_bes"] == [f"lpr_bes{year}.parquet" for year in range(2016, 2020)]
    assert named["lpr_adm"] == [f"lpr_adm{year}.parquet" for year in range(2016, 2020)]
    assert named["psyk_adm"] == ["psyk_adm2019.parquet"]
    assert "lpr2" not in named


def test_no_recnum_and_no_pnr_outside_the_restricted_files(ran: tuple[World, str, list[str]]) -> None:
    world, said, recnums = ran
    every = files(world.root, "store", "release")
    parts = [path.relative_to(world.root).parts[1] for path in every]
    restricted = [path for path, part in zip(every, parts, strict=True) if part in MAY_HOLD_THEM]
    assert holders(restricted, [recnums[-1], PNRS[0]])  # else the search below could not fail
    assert UNKNOWN in pl.read_parquet(world.root / "store" / "quarantine" / "lpr_bes.parquet")["recnum"].to_list()
    assert holders(sorted(set(every) - set(restricted)), [*set(recnums), *PNRS]) == {}
    assert not [number for number in [*recnums, *PNRS] if number in said]
    key = pl.read_parquet(world.root / "store" / "person_key.parquet")
    assert not set(key["pnr"]) & set(recnums)
