"""A study split by what its file asks for: start year, sex, age, status, and any column of the participant list."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from world import World

from deliveries.lists import read_participant_list
from deliveries.studies import read_study
from faults import StudyError

PEOPLE = {
    # pnr: born, koen, start year, status, place, weeks of kontanthjaelp in 2019
    "800000000001": ("1990-05-05", "1", 2019, "færdig", "nord", 10),
    "800000000002": ("1960-05-05", "2", 2019, "færdig", "syd", 20),
    "800000000003": ("1961-05-05", "2", 2020, "i gang", "syd", 0),
    "800000000004": ("1940-05-05", "2", 2020, None, None, 0),
}
ALL = ["startaar", "koen", "alder", "status"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("splits"), range(2018, 2022))
    rows = []
    for pnr, (born, koen, year, status, place, weeks) in PEOPLE.items():
        world.citizen(pnr, born=born, koen=koen)
        if weeks:
            world.weeks(pnr, "130", "2019-W02", f"2019-W{weeks + 1:02}")
        rows.append({"pnr": pnr, "start_year": year, "status": status, "Sted": place})
    shape = {"years_before": 0, "years_after": 0}
    world.study("split", rows, split_by=ALL, age_bands=[50, 70], group_column="sted", **shape)
    world.study("plain", rows, **shape)
    world.write()
    world.make("split", "plain")
    return world


def rows_of(world: World, study: str) -> pl.DataFrame:
    return world.cost_table(study).filter(pl.col("service") == "kontanthjaelp", period=0)


def test_every_split_has_its_groups_and_their_means(world: World) -> None:
    found = {(by, group): (n, mean) for by, group, n, mean in rows_of(world, "split")
             .filter(~pl.col("group_by").str.starts_with("befolkning"))
             .select("group_by", "group", "n_citizens", "mean_quantity").rows()}  # fmt: skip
    assert found == {
        ("alle", "alle"): (4, 7.5),
        ("kommune", "101"): (4, 7.5),
        ("gruppe", "nord"): (1, 10.0),
        ("gruppe", "syd"): (2, 10.0),
        ("startaar", "2019"): (2, 15.0),
        ("startaar", "2020"): (2, 0.0),
        ("koen", "1"): (1, 10.0),
        ("koen", "2"): (3, 20 / 3),
        ("alder", "0-49"): (1, 10.0),
        ("alder", "50-69"): (2, 10.0),
        ("alder", "70+"): (1, 0.0),
        ("status", "færdig"): (2, 15.0),
        ("status", "i gang"): (1, 0.0),
    }


def test_a_study_that_asks_for_nothing_has_kommuner_and_groups_alone(world: World) -> None:
    groups = set(rows_of(world, "plain")["group_by"])
    assert groups == {"alle", "kommune", "befolkning", "befolkning_standardiseret"}  # its list has no column `group`


def test_a_column_that_the_list_lacks_is_told(world: World) -> None:
    study = read_study(world.root / "studies" / "split.yaml")
    with pytest.raises(StudyError, match="the column `afdeling` is not there"):
        read_participant_list(study.participants, "afdeling")


@pytest.mark.parametrize("wrong", [["kommune"], ["koen", "koen"], "koen", [1]])
def test_only_known_splits_are_taken(tmp_path: Path, wrong: object) -> None:
    world = World(tmp_path, range(2018, 2020))
    world.study("wrong", [{"pnr": "1", "start_year": 2019}], split_by=wrong)
    with pytest.raises(StudyError, match="`split_by` cannot be"):
        read_study(tmp_path / "studies" / "wrong.yaml")
