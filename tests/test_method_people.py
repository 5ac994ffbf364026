"""docs/method.md § 3.1 and § 11.7: UDDA, DOD and VNDS, over two worlds alike, of which one is without the three.

Starts in 2019. The course runs from 1 February 2019 to 31 March 2020, so that period 1 is April 2020 to March 2021,
which touches 2020, when everybody was present by the snapshot of 2019, and period 2 the year after.
"""

from __future__ import annotations

import polars as pl
import pytest
from world import World
from world_further import death, education, move

NO_ROWS = {"almen_laege", "almen_laege_honorar", "forsorgshjem", "stofbehandling", "alkoholbehandling"}
SEEN = {  # the snapshots of 31 December that show each citizen
    "stays": None,
    "died_before": [2018, 2019],
    "died_on_first_day": [2018, 2019],
    "left_before": [2018, 2019],
    "left_on_second_day": [2018, 2019],
    "back_on_last_day": [2018, 2019],
    "visitor": [2018],
    "seen_again": [2018, 2019, 2020],
    "starts_in_2020": None,
}
EDUCATION_2018 = {"stays": 1109, "died_before": 6544, "left_before": 99, "visitor": None}
DEATHS = {"died_before": "2020-03-31", "died_on_first_day": "2020-04-01"}
MOVES = {
    "left_before": [("2020-04-01", "U")],
    "left_on_second_day": [("2020-04-02", "U")],
    "back_on_last_day": [("2020-01-15", "U"), ("2021-03-31", "I")],
    "visitor": [("2019-06-01", "U"), ("2021-08-01", "I"), ("2021-10-01", "U")],
    "seen_again": [("2020-02-01", "U")],
}


def small_world(world: World) -> World:
    """Who lives there, and the two studies."""
    for pnr, snapshots in SEEN.items():
        world.citizen(pnr, snapshots=snapshots)
    world.weeks("died_before", "783", "2020-W20", "2020-W21")
    years = [{"pnr": pnr, "start_year": 2020 if pnr == "starts_in_2020" else 2019} for pnr in SEEN]
    world.study("years", years)
    course = {"start_date": "2019-02-01", "end_date": "2020-03-31"}
    world.study("course", [{"pnr": pnr, **course} for pnr in SEEN], mode="anchored")
    return world


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, str]:
    """The world with the three registers, and what its run warned of."""
    world = small_world(World(tmp_path_factory.mktemp("people"), range(2018, 2022)))
    world.deliver("udda2018", [education(pnr, hfaudd) for pnr, hfaudd in EDUCATION_2018.items()])
    world.deliver("udda201909", [education(pnr, "1199") for pnr in SEEN])
    world.deliver("dod2021", [death(pnr, on) for pnr, on in DEATHS.items()])
    world.deliver("vnds2021", [move(pnr, on, way) for pnr, moves in MOVES.items() for on, way in moves])
    world.write()
    return world, world.make()


@pytest.fixture(scope="module")
def world(made: tuple[World, str]) -> World:
    return made[0]


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = small_world(World(tmp_path_factory.mktemp("without"), range(2018, 2022)))
    world.write()
    world.make()
    return world


def present(world: World, study: str, period: int) -> dict[str, bool | None]:
    rows = world.by_pnr("periods", study).filter(period=period)
    return dict(rows.select("pnr", "present").iter_rows())


def test_education_is_that_of_30_september_before_the_start_year(world: World) -> None:
    """A file of numbers named by its year alone, and one of text named by its month; who is not in it is unknown."""
    known = {"stays": "grundskole", "died_before": "videregaaende", "starts_in_2020": "ungdomsuddannelse"}
    levels = dict(world.participants("years").select("pnr", "uddannelse").iter_rows())
    assert levels == dict.fromkeys(SEEN) | known
    told = world.table("characteristics", "years").filter(characteristic="uddannelse").select("category", "n").rows()
    assert dict(told) == dict.fromkeys(known.values(), 1) | {"uoplyst": len(SEEN) - 3}


def test_a_code_without_level_is_told_with_the_zeros_that_a_number_lost(made: tuple[World, str]) -> None:
    _, warned = made
    assert "UDDA has codes that disced_levels.csv does not map, of 1 participants" in warned
    assert "not stated: 0099" in warned


def test_who_is_dead_or_away_all_of_a_period_is_not_present(world: World, without: World) -> None:
    """Without deaths and moves all but the visitor are, by the snapshot of 2019."""
    everybody = dict.fromkeys(SEEN, True)
    assert present(without, "course", 1) == everybody | {"visitor": False}
    absent = {"died_before", "left_before", "visitor"}
    assert present(world, "course", 1) == {pnr: pnr not in absent for pnr in SEEN}


def test_who_came_and_left_between_snapshots_is_present(world: World, without: World) -> None:
    """The visitor was there in August and September 2021, which no snapshot shows."""
    by_snapshot = {pnr: pnr in {"stays", "seen_again", "starts_in_2020"} for pnr in SEEN}
    assert present(without, "course", 2) == by_snapshot
    assert present(world, "course", 2) == by_snapshot | {"visitor": True}
    assert present(world, "years", 2) == present(without, "years", 2) | {"visitor": True}


def test_calendar_years_are_as_the_snapshots_say(world: World, without: World) -> None:
    """Who dies or leaves in a year was there on some day of it."""
    for period in (-1, 0, 1):
        assert present(world, "years", period) == present(without, "years", period)


def test_use_of_the_dead_is_left_out_and_counted(world: World, without: World) -> None:
    """DREAM goes on for two weeks after a death: use by the snapshots alone."""
    told = []
    for one in (without, world):
        row = one.cost_table("course").filter(group_by="alle", period=1, service="foertidspension")
        outside = one.table("use_outside_population", "course").filter(service="foertidspension")
        told.append((*row.select("n_citizens", "n_users").row(0), outside["quantity"].to_list()))
    assert told == [(len(SEEN) - 1, 1, []), (len(SEEN) - 3, 0, [2.0])]


def test_services_of_registers_not_delivered_have_no_rows(world: World, without: World) -> None:
    for one in (world, without):
        assert not NO_ROWS & set(one.cost_table("years")["service"])
        assert not NO_ROWS & set(one.use("years")["service"])
        assert not {"forsorgshjem", "misbrugsbehandling"} & set(one.table("before_start", "years")["category"])
    assert "uddannelse" not in set(without.table("characteristics", "years")["characteristic"])
    assert not list((without.root / "store").rglob("*udda*"))


def test_the_same_citizens_cost_the_same_with_and_without(world: World, without: World) -> None:
    """Deaths and moves change who is present, and nothing of those who are as before."""
    rows = [one.cost_table("years").filter(pl.col("period") < 2) for one in (world, without)]
    assert rows[0].equals(rows[1])
