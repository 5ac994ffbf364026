"""docs/method.md § 4: HANDIC, one citizen a rule: grants become spells of days.

Every citizen starts in 2020: periods -1, 0, 1 = 2019, 2020, 2021.
"""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from world import World

HANDIC_SERVICES = {
    "85": "socialpaedagogisk_stoette",
    "82a": "socialpaedagogisk_stoette",
    "82b": "socialpaedagogisk_stoette",
    "107": "botilbud_midlertidigt",
    "108": "botilbud_laengerevarende",
    "98": "kontaktperson",
    "102": "behandling",
    "103": "beskyttet_beskaeftigelse",
    "104": "aktivitet_samvaer",
}


def grants(world: World) -> None:
    grant = world.grant
    grant("one_day", "85", "2020-03-01", "2020-03-01")
    grant("ten_days", "85", "2020-03-01", "2020-03-10")
    grant("overlapping", "85", "2020-03-05", "2020-03-15")
    grant("overlapping", "85", "2020-03-01", "2020-03-10")
    grant("touching", "85", "2020-03-01", "2020-03-10")
    grant("touching", "85", "2020-03-11", "2020-03-20")
    grant("a_day_between", "85", "2020-03-01", "2020-03-10")
    grant("a_day_between", "85", "2020-03-12", "2020-03-20")
    grant("grant_inside", "85", "2020-01-01", "2020-03-31")
    grant("grant_inside", "85", "2020-02-01", "2020-02-10")
    grant("grant_inside", "85", "2020-04-01", "2020-04-05")
    grant("two_codes", "85", "2020-03-01", "2020-03-10")
    grant("two_codes", "82a", "2020-03-05", "2020-03-12")
    grant("two_grants", "85", "2020-03-01", "2020-03-10")
    grant("two_grants", "107", "2020-03-01", "2020-03-10")
    grant("running", "85", "2021-12-01", None)
    grant("grants_of_three_years", "85", "2019-12-30", "2021-01-02")
    grant("unmapped_grant", "999", "2020-03-01", "2021-03-01")
    grant("grant_backwards", "85", "2020-03-02", "2020-03-01")
    for code in HANDIC_SERVICES:
        grant(f"code_{code}", code, "2020-03-01", "2020-03-03")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, str]:
    world = World(tmp_path_factory.mktemp("grants"), range(2019, 2023), snapshots=[2019, 2020])
    grants(world)
    pnrs = list(dict.fromkeys(row["PNR"] for row in world.handic))
    for pnr in pnrs[1:]:  # the first is the world's own
        world.citizen(pnr)
    world.study("grants", [{"pnr": pnr, "start_year": 2020} for pnr in pnrs[1:]], years_after=1)
    world.write()
    return world, world.make()


@pytest.fixture(scope="module")
def world(ran: tuple[World, str]) -> World:
    return ran[0]


def support(world: World, pnr: str) -> dict[int, tuple[float, int]]:
    """Days of § 85 support and the spells that gave them, by period."""
    rows = world.use().filter(pl.col("pnr") == pnr, pl.col("service") == "socialpaedagogisk_stoette")
    return {period: (days, n) for period, days, n in rows.select("period", "quantity", "spells").iter_rows()}


def test_both_days_of_a_grant_count(world: World) -> None:
    """§ 4 HANDIC: inclusive; 1 to 10 March is 10 days."""
    assert support(world, "one_day") == {0: (1, 1)}
    assert support(world, "ten_days") == {0: (10, 1)}


def test_overlapping_grants_count_each_date_once(world: World) -> None:
    """§ 4 HANDIC: 1 to 15 March, one spell."""
    assert support(world, "overlapping") == {0: (15, 1)}


def test_touching_grants_are_one_spell(world: World) -> None:
    """§ 4 HANDIC: 1 to 10 and 11 to 20 March."""
    assert support(world, "touching") == {0: (20, 1)}


def test_grants_with_a_day_between_are_two_spells(world: World) -> None:
    """§ 4 HANDIC: 10 + 9 days."""
    assert support(world, "a_day_between") == {0: (19, 2)}


def test_a_grant_inside_another_does_not_shorten_it(world: World) -> None:
    """§ 4 HANDIC: 1 January to 31 March 2020 is 91 days, and 1 to 5 April touches its end: one spell of 96."""
    assert support(world, "grant_inside") == {0: (96, 1)}


def test_two_codes_of_one_service_are_one_spell(world: World) -> None:
    """§ 4 HANDIC: 85 and 82a are both socialpaedagogisk_stoette: 1 to 12 March."""
    assert support(world, "two_codes") == {0: (12, 1)}


def test_two_services_at_once_count_each(world: World) -> None:
    """§ 4 HANDIC."""
    assert support(world, "two_grants") == {0: (10, 1)}
    assert world.used("two_grants", "botilbud_midlertidigt") == {0: 10}


def test_a_grant_without_end_runs_to_the_data_end(world: World) -> None:
    """§ 4 HANDIC: from 1 December 2021, 31 days of 2021; the delivery's data end is 31 December 2022."""
    assert support(world, "running") == {1: (31, 1)}
    key = pl.read_parquet(world.root / "store" / "person_key.parquet").filter(pnr="running")
    spells = pl.read_parquet(world.root / "store" / "spells" / "handic.parquet").join(key, on="person")
    assert spells["end"].to_list() == [date(2022, 12, 31)]


def test_days_of_a_grant_stand_in_their_years(world: World) -> None:
    """§ 4 HANDIC: 30 and 31 December 2019; 2020 is a leap year; 1 and 2 January 2021."""
    assert support(world, "grants_of_three_years") == {-1: (2, 1), 0: (366, 1), 1: (2, 1)}


def test_an_unmapped_grant_is_counted_by_code_and_year(world: World) -> None:
    """§ 4, last paragraph."""
    assert world.unmapped("handic") == {("999", 2020): 1}
    assert world.use().filter(pl.col("pnr") == "unmapped_grant").is_empty()


def test_a_grant_that_ends_before_it_starts_is_set_aside(world: World) -> None:
    """§ 4 HANDIC, docs/registers.md: nothing is lost."""
    assert support(world, "grant_backwards") == {}
    assert world.set_aside("handic") == {"end_before_start": 1}


@pytest.mark.parametrize(("code", "service"), HANDIC_SERVICES.items())
def test_each_section_is_its_service(world: World, code: str, service: str) -> None:
    """§ 4 Service ids."""
    assert world.used(f"code_{code}", service) == {0: 3}


def test_an_unmapped_grant_is_warned_of(ran: tuple[World, str]) -> None:
    """§ 4, last paragraph."""
    assert "999" in ran[1]
