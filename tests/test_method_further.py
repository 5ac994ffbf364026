"""docs/method.md § 4, SSSY, HERB_FORSORG_MV_F, SMDB_VBGF and NAB, over small worlds that have run.

The study `years` has starts in 2019 and the calendar years 2018 to 2022. SSSY is delivered of 2018, 2019 and 2021;
HERB_FORSORG_MV_F to the end of 2021, with stays from 2018; SMDB_VBGF and NAB to the end of 2022.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from world import FILLER, World
from world_further import alcohol_course, drug_course, fee, stay

from catalogue.reader import read_catalogue

YEARS = range(2018, 2023)
CITIZENS = [
    "fees", "corrected", "new_year", "shelter", "still_there", "unknown_kind", "ten_days", "eleven_days", "running",
    "requested", "alcohol", "late_alcohol", "nothing",
]  # fmt: skip
FURTHER = ["almen_laege", "almen_laege_honorar", "almen_laege_70_90", "forsorgshjem", "forsorgshjem_andre_ophold",
           "stofbehandling"]  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, str]:
    """The world, and what its run warned of."""
    world = World(tmp_path_factory.mktemp("further"), YEARS)
    for pnr in CITIZENS:
        world.citizen(pnr, born="1975-07-02" if pnr == "alcohol" else "1995-01-01")
    write_fees(world)
    write_stays(world)
    write_courses(world)
    world.study("years", listed(CITIZENS, start_year=2019), years_after=3)
    treated = ["ten_days", "alcohol", "late_alcohol", "requested", "nothing"]
    world.study("before", listed(treated, start_year=2021), years_before=0, years_after=0)
    course = {"start_date": "2019-07-01", "end_date": "2019-12-31"}
    world.study(
        "course",
        listed(["fees", *treated], **course),
        mode="anchored",
        years_after=1,
        look_back={"misbrugsbehandling": [-1, -1]},
        age_bands=[30, 43, 44],
    )
    world.write()
    return world, world.make()


@pytest.fixture(scope="module")
def world(made: tuple[World, str]) -> World:
    return made[0]


def write_fees(world: World) -> None:
    world.deliver(
        "sssy2018",
        [
            fee("fees", "2018-W10", 100.0),
            fee("fees", "2018-W40", 150.1, contacts=2),
            fee("new_year", "2019-W01"),  # from Monday 31 December 2018, Thursday is 3 January
        ],
    )
    world.deliver(
        "sssy2019",
        [
            fee("fees", "2019-W05", 145.37),
            fee("fees", "2019-W05", 0.01, contacts=2),
            fee("fees", "2019-W05", 500.0, contacts=5, child="1"),
            fee("fees", "2019-W20", 50.0, contacts=0),
            fee("fees", "2019-W30", 99.99, spec2="70"),
            fee("fees", "2019-W30", 60.0, contacts=4, spec2="75"),
            fee("fees", "2019-W31", 60.0, spec2="90"),
            fee("fees", "2019-W31", 60.0, contacts=7, spec2="50"),
            fee("fees", "2019-W31", 60.0, contacts=7, spec2="91"),
            fee("corrected", "2019-W05", 100.0, contacts=2),
            fee("corrected", "2019-W05", -40.0, contacts=-1),
            fee("corrected", "2019-W07", -30.0, contacts=-3),
            fee("new_year", "2020-W01"),  # from Monday 30 December 2019, Thursday is 2 January
        ],
    )
    world.deliver(
        "sssy2021",
        [fee("fees", "2021-W10", 10.0), fee("new_year", "2020-W53")],  # Thursday is 31 December 2020
    )


def write_stays(world: World) -> None:
    world.deliver(
        "herb_forsorg_mv_f2021",
        [
            stay(FILLER, "2018-06-01", "2018-06-01"),
            stay("shelter", "2019-01-10", "2019-01-19"),
            stay("shelter", "2019-01-15", "2019-01-31"),
            stay("shelter", "2019-02-01", "2019-02-02"),
            stay("shelter", "2019-01-10", "2019-01-14", "102"),
            stay("still_there", "2021-12-22"),
            stay("still_there", "2022-01-05"),
            stay("unknown_kind", "2019-03-01", "2019-03-05", "109"),
            stay("unknown_kind", "2019-12-31", "2020-01-05", "109"),
            stay("unknown_kind", "2020-05-01", "2020-05-02", None),
        ],
    )


def write_courses(world: World) -> None:
    world.deliver(
        "smdb_vbgf2022",
        [
            drug_course(FILLER, "2018-01-01", "2018-01-01"),
            drug_course("ten_days", "2019-01-01", "2019-01-31"),
            drug_course("ten_days", "2019-02-11", "2019-02-20"),
            drug_course("eleven_days", "2019-01-01", "2019-01-31"),
            drug_course("eleven_days", "2019-02-12", "2019-02-21"),
            drug_course("running", "2022-12-01"),
            drug_course("requested", None, "2019-06-01"),
            drug_course("requested", None),
        ],
    )
    world.deliver(
        "nab2022",
        [
            alcohol_course(FILLER, "2018-01-01", "2018-01-01"),
            alcohol_course("alcohol", "2020-12-01", "2021-03-31"),
            alcohol_course("late_alcohol", "2021-01-01", "2021-03-31"),
        ],
    )


def listed(citizens: Iterable[str], **more: object) -> list[dict[str, object]]:
    return [{"pnr": pnr, **more} for pnr in citizens]


def by_year(world: World, pnr: str, service: str) -> dict[int, float | None]:
    """Use in the study `years`; None is not measured, a missing year is no use."""
    return {2019 + period: quantity for period, quantity in world.used(pnr, service, "years").items()}


def of_everybody(world: World, study: str, service: str, period: int) -> dict[str, Any]:
    return world.cost_table(study).row(
        by_predicate=(pl.col("group_by") == "alle") & (pl.col("service") == service) & (pl.col("period") == period),
        named=True,
    )


def spells(world: World, register: str, pnr: str) -> list[tuple[str, str, str]]:
    """A citizen's spells of a register: service, first and last day."""
    found = pl.read_parquet(world.root / "store" / "spells" / f"{register}.parquet")
    key = pl.read_parquet(world.root / "store" / "person_key.parquet").filter(pnr=pnr)
    return [(s, str(a), str(b)) for s, a, b in found.join(key, on="person").select("service", "start", "end").rows()]


def test_contacts_are_the_sum_of_kontakt_and_never_of_the_child(world: World) -> None:
    """2019: 1 + 2 + 0 + 1 of specialties 70 and 80 in five rows; 5 are the child's. 70-90: 4 and 1 more."""
    assert by_year(world, "fees", "almen_laege") == {2018: 3, 2019: 4, 2020: None, 2021: 1, 2022: None}
    assert by_year(world, "fees", "almen_laege_70_90")[2019] == 9


def test_a_year_not_delivered_is_not_measured_for_those_without_use_too(world: World) -> None:
    gaps = {2020: None, 2022: None}
    assert by_year(world, "nothing", "almen_laege") == gaps
    assert by_year(world, "nothing", "almen_laege_honorar") == gaps
    row = of_everybody(world, "years", "almen_laege", 1)
    assert (row["n_citizens"], row["n_users"], row["share_users"], row["mean_quantity"]) == (0, 0, None, None)


def test_the_week_belongs_to_the_year_of_its_thursday_whatever_the_file(world: World) -> None:
    """2019-W01 stands in the file of 2018; 2020-W01 and 2020-W53 are of 2020, of which no file is delivered."""
    assert by_year(world, "new_year", "almen_laege") == {2019: 1, 2020: None, 2022: None}


def test_a_correction_counts_in_its_own_week_alone(world: World) -> None:
    """2 - 1 contacts and 100 - 40 kr. in week 5; week 7, with -3 alone, takes nothing from it."""
    assert by_year(world, "corrected", "almen_laege")[2019] == 1
    assert by_year(world, "corrected", "almen_laege_honorar")[2019] == 60


def test_a_fee_is_a_krone_of_its_own_year_brought_to_the_price_year(world: World) -> None:
    """To the øre: 145.37 + 0.01 + 50.00 + 99.99 kr. to specialties 70 and 80, of which the kommune pays a tenth."""
    assert by_year(world, "fees", "almen_laege_honorar")[2019] == pytest.approx(295.37, abs=1e-9)
    index = dict(read_catalogue().price_index.filter(index="forbrugerpriser").select("year", "value").iter_rows())
    [cost] = world.costs("years").filter(pnr="fees", service="almen_laege_honorar", period=0).to_dicts()
    priced = 295.37 * index[2022] / index[2019]
    assert cost["cost"] == pytest.approx(priced, abs=1e-6)
    assert [cost[f"cost_{payer}"] for payer in ("kommune", "region", "stat")] == pytest.approx(
        [priced * 0.1, priced * 0.9, 0.0], abs=1e-6
    )
    row = of_everybody(world, "years", "almen_laege_honorar", 0)
    assert row["mean_cost"] == pytest.approx((295.37 + 60) * index[2022] / index[2019] / len(CITIZENS), abs=1e-6)
    assert (row["unit"], row["illustrative"]) == ("kr", False)
    assert of_everybody(world, "years", "almen_laege", 0)["mean_cost"] is None


def test_a_period_over_two_years_delivered_is_measured(world: World) -> None:
    """July 2018 to June 2019 rests on two files; 2020 on none."""
    assert world.used("fees", "almen_laege", "course") == {-1: 5, 0: 1, 1: None}
    assert world.used("nothing", "almen_laege", "course") == {1: None}


def test_stays_of_one_service_count_each_date_once(world: World) -> None:
    """10 January to 2 February in three rows that overlap or touch, and five of these days another kind of stay."""
    assert by_year(world, "shelter", "forsorgshjem") == {2019: 24, 2022: None}
    assert by_year(world, "shelter", "forsorgshjem_andre_ophold") == {2019: 5, 2022: None}
    priced = of_everybody(world, "years", "forsorgshjem", 0), of_everybody(world, "years", FURTHER[4], 0)
    assert [row["mean_cost"] is None for row in priced] == [False, True]


def test_who_is_still_there_is_so_to_the_data_end(world: World) -> None:
    """Ten days of December 2021; a stay that begins after the data end has no days yet."""
    assert by_year(world, "still_there", "forsorgshjem") == {2021: 10, 2022: None}
    assert spells(world, "herb_forsorg_mv_f", "still_there") == [("forsorgshjem", "2021-12-22", "2021-12-31")]


def test_an_unknown_kind_of_stay_or_none_is_told_and_is_no_use(made: tuple[World, str]) -> None:
    world, warned = made
    assert by_year(world, "unknown_kind", "forsorgshjem") == {2022: None}
    assert world.unmapped("herb_forsorg_mv_f") == {("109", 2019): 2, ("(none)", 2020): 1}
    assert "HERB_FORSORG_MV_F has codes that the catalogue does not map: (none), 109" in warned


def test_ten_days_without_treatment_are_treatment_and_eleven_are_not(world: World) -> None:
    """31 + 10 + 10 days, and 31 + 10."""
    assert by_year(world, "ten_days", "stofbehandling") == {2019: 51}
    assert by_year(world, "eleven_days", "stofbehandling") == {2019: 41}


def test_a_request_is_no_treatment_and_what_runs_is_capped(world: World) -> None:
    assert by_year(world, "requested", "stofbehandling") == {}
    assert by_year(world, "running", "stofbehandling") == {2022: 31}
    assert spells(world, "smdb_vbgf", "running") == [("stofbehandling", "2022-12-01", "2022-12-31")]


def test_alcohol_treatment_is_told_of_before_the_start_alone(world: World) -> None:
    """Alcohol treatment ends in 2020: it is cut there, and in no cost table, for 2021 could not be told."""
    assert spells(world, "nab", "alcohol") == [("alkoholbehandling", "2020-12-01", "2020-12-31")]
    assert spells(world, "nab", "late_alcohol") == []
    assert "alkoholbehandling" not in set(world.cost_table("years")["service"]) | set(world.use("years")["service"])
    [row] = world.table("before_start", "before").filter(category="misbrugsbehandling").to_dicts()
    assert [row[name] for name in ("first_period", "last_period", "n_citizens", "n_partly", "n")] == [-5, -1, 5, 5, 2]


def test_a_study_file_has_its_own_look_back_and_age_bands(world: World) -> None:
    """The year before 1 July 2019 has the drug treatment alone; born 2 July 1975 is 43 on that day."""
    [row] = world.table("before_start", "course").filter(category="misbrugsbehandling").to_dicts()
    assert [row[name] for name in ("first_period", "last_period", "n_citizens", "n_partly", "n")] == [-1, -1, 6, 0, 1]
    ages = world.table("characteristics", "course").filter(characteristic="alder").select("category", "n").rows()
    assert dict(ages) == {"0-29": 5, "30-42": 0, "43": 1, "44+": 0, "uoplyst": 0}


@pytest.fixture(scope="module")
def alcohol_in_an_area(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A site's catalogue gives alcohol treatment an area, and says how its delivery calls the dates."""
    world = World(tmp_path_factory.mktemp("alcohol"), range(2019, 2022))
    services = read_catalogue().all_services
    world.overlay("services.csv", services.with_columns(pl.col("area").fill_null("sundhed")).to_dicts())
    named = {"behandling_start": "Indskrevet", "behandling_slut": "Udskrevet"}
    world.overlay(
        "delivered_columns.csv",
        [{"register": "nab", "column": name, "delivered_as": other, "source": "x"} for name, other in named.items()],
    )
    for pnr in ("alcohol", "nothing"):
        world.citizen(pnr)
    world.deliver("nab2023", [alcohol_course("alcohol", "2019-06-01", None, ("INDSKREVET", "UDSKREVET"))])
    world.study("years", listed(["alcohol", "nothing"], start_year=2020), years_after=1)
    world.write()
    world.make()
    return world


def test_after_2020_alcohol_treatment_is_not_measured_and_never_0(alcohol_in_an_area: World) -> None:
    """The file is named 2023: what counts is the year that the register ended."""
    world = alcohol_in_an_area
    assert world.used("alcohol", "alkoholbehandling") == {-1: 214, 0: 366, 1: None}
    assert world.used("nothing", "alkoholbehandling") == {1: None}
    row = of_everybody(world, "years", "alkoholbehandling", 1)
    assert (row["n_citizens"], row["share_users"], row["mean_quantity"]) == (0, None, None)
    assert of_everybody(world, "years", "alkoholbehandling", 0)["mean_quantity"] == 183


def test_a_year_delivered_under_two_names_is_refused(tmp_path: Path) -> None:
    world = World(tmp_path, [2020])
    world.citizen("one")
    world.deliver("sssy2020", [fee("one", "2020-W05")])
    world.deliver("sssy202012", [fee("one", "2020-W06")])
    world.study("years", listed(["one"], start_year=2020))
    world.write()
    done = world.run_here(check=False)
    assert done.exit_code == 3
    for part in ("sssy2020.parquet", "sssy202012.parquet", "delivered twice"):
        assert part in done.output
    assert not (tmp_path / "store" / "registers").exists()
