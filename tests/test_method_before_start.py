"""docs/method.md § 12: which services citizens had before they started, over a small world that has run.

Five citizens start in 2020; `late` was not in the population before 2019. LPR is delivered from 2018, HANDIC from 2017.

| What                     | 2017   | 2018                            | 2019   | 2020   |
| one                      |        | visit (somatic)                 | § 85   |        |
| two                      | § 107  | visit (psychiatric)             |        | § 85   |
| three                    |        | admission (psychiatric)         | § 108  |        |
| four                     |        |                                 | visit  |        |
| late (from 31 Dec. 2019) |        | visit (somatic), not present    |        |        |
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from world import FILLER, World

CITIZENS = ["one", "two", "three", "four", "late"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("before"), range(2016, 2021), filler=False)
    world.citizen(FILLER)
    world.contact(FILLER, "2018-01-01 08:00", "2018-01-01 09:00")
    world.grant(FILLER, "85", "2017-01-01", "2017-01-01")
    for pnr in CITIZENS:
        world.citizen(pnr, snapshots=[2019, 2020] if pnr == "late" else None)
    world.contact("one", "2018-03-01 10:00", "2018-03-01 11:00", specialty="Kirurgi")
    world.contact("two", "2018-12-31 10:00", "2018-12-31 11:00")
    world.contact("three", "2018-05-01 10:00", "2018-05-04 11:00")
    world.contact("four", "2019-01-01 10:00", "2019-01-01 11:00", specialty="Kirurgi")
    world.contact("late", "2018-03-01 10:00", "2018-03-01 11:00", specialty="Kirurgi")
    world.grant("one", "85", "2019-12-31", None)
    world.grant("two", "107", "2017-02-01", "2017-03-01")
    world.grant("two", "85", "2020-01-01", None)
    world.grant("three", "108", "2019-06-01", "2019-06-01")
    rows = [{"pnr": pnr, "start_year": 2020} for pnr in CITIZENS]
    world.study("trial", rows, years_after=0)
    further = {"botilbud": [-3, -1], "somatik_ambulant": [-4, -1]}
    world.study("further", rows, years_before=0, years_after=0, look_back=further)
    dated = [{"pnr": pnr, "start_date": "2020-01-01", "end_date": "2020-06-30"} for pnr in CITIZENS]
    world.study("courses", dated, mode="anchored", years_after=0)
    world.write()
    world.make()
    return world


def told(world: World, study: str) -> dict[str, dict[str, Any]]:
    return {row["category"]: row for row in world.table("before_start", study).iter_rows(named=True)}


def counts(row: dict[str, Any]) -> tuple[int, ...]:
    return row["first_period"], row["last_period"], row["n_citizens"], row["n_partly"], row["n"]


def test_each_service_has_its_own_look_back(world: World) -> None:
    """The study itself begins a year before the start: looking back does not depend on its periods."""
    rows = told(world, "trial")
    assert {category: counts(row) for category, row in rows.items()} == {
        "somatik_ambulant": (-2, -2, 4, 0, 1),
        "somatik_indlaeggelse": (-2, -2, 4, 0, 0),
        "psykiatri": (-2, -2, 4, 0, 2),
        "socialpaedagogisk_stoette": (-1, -1, 5, 0, 1),
        "botilbud": (-1, -1, 5, 0, 1),
    }
    assert rows["psykiatri"]["share"] == 0.5
    assert rows["psykiatri"]["share_low"] == pytest.approx(0.15004, abs=1e-5)
    assert rows["psykiatri"]["share_high"] == pytest.approx(0.84996, abs=1e-5)


def test_a_service_whose_register_is_not_delivered_has_no_row(world: World) -> None:
    services = world.cost_table("trial")["service"]
    assert not {"forsorgshjem", "stofbehandling", "alkoholbehandling"} & set(services)
    assert not {"forsorgshjem", "misbrugsbehandling"} & set(told(world, "trial"))


def test_a_study_file_may_look_further_back(world: World) -> None:
    """In 2016 HANDIC and in 2016 and 2017 LPR are not delivered: who is measured in another year is so in part."""
    rows = told(world, "further")
    assert counts(rows["botilbud"]) == (-3, -1, 5, 0, 2)
    assert counts(rows["somatik_ambulant"]) == (-4, -1, 5, 4, 2)
    assert counts(rows["psykiatri"]) == (-2, -2, 4, 0, 2)


def test_a_course_looks_back_from_its_first_day(world: World) -> None:
    assert told(world, "courses")["psykiatri"] == told(world, "trial")["psykiatri"] | {"study": "courses"}


def test_a_look_back_of_an_unknown_category_is_refused(tmp_path: Path) -> None:
    other = World(tmp_path, [2020])
    other.citizen("one")
    other.study("typo", [{"pnr": "one", "start_year": 2020}], look_back={"misbrug": [-3, -1]})
    other.write()
    done = other.run_here(check=False)
    assert done.exit_code == 4
    for part in ("'misbrug'", "look_back", "misbrugsbehandling"):
        assert part in done.output
