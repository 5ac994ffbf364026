"""The population beside a study (docs/method.md § 8), planted by hand in a small world."""

from __future__ import annotations

import shutil
from copy import copy
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from click.testing import Result
from dagster_world import execute, failures
from world import World
from world import released as newest

YEARS = range(2018, 2022)
ONE, GONE, OLD, LATE = "100000000001", "100000000002", "100000000003", "100000000004"
STUDY = [{"pnr": ONE, "start_year": 2020}, {"pnr": OLD, "start_year": 2020}, {"pnr": LATE, "start_year": 2020}]
DATED = [{"pnr": ONE, "start_date": "2020-03-01", "end_date": "2020-04-30"}]
PENSION = "foertidspension"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Result]:
    """Weeks on a disability pension in 2020: of a participant 5, of others 10, 20 and 30; DREAM ends with 2020."""
    world = World(tmp_path_factory.mktemp("world"), YEARS, dream_years=range(2018, 2021))
    others = {"200000000001": ("1979-06-01", "1", 10), "200000000002": ("1977-07-01", "1", 0),
              "200000000003": ("1979-01-01", "2", 20), "200000000004": ("1950-01-01", "1", 30)}  # fmt: skip
    for pnr, (born, koen, weeks) in others.items():
        world.citizen(pnr, born=born, koen=koen, kom="751")
        if weeks:
            world.weeks(pnr, "783", "2020-W02", f"2020-W{weeks + 1:02d}")
    world.citizen("200000000005", born="2020-09-01", koen="2", kom="751", snapshots=[2020, 2021])
    world.citizen(GONE, snapshots=[2018])
    world.citizen(ONE)
    world.citizen(OLD, born="1930-01-01", koen="2")
    world.citizen(LATE, koen="2", snapshots=[2020, 2021])
    world.weeks(ONE, "783", "2020-W02", "2020-W06")
    for pnr in (GONE, LATE):
        world.weeks(pnr, "783", "2020-W02", "2020-W50")
    world.study("everybody", STUDY, years_before=0)
    world.study("adults", STUDY, years_before=0, years_after=0, comparison_ages=[18, 64])
    world.study("dated", DATED, mode="anchored", years_before=1, years_after=0)
    world.write()
    return world, world.run_here()


def cell(ran: tuple[World, Result], study: str, group_by: str, period: int = 0, service: str | None = PENSION) -> dict:
    table = ran[0].cost_table(study).filter(pl.col("service").eq_missing(service), group_by=group_by, period=period)
    (row,) = (table if service else table.filter(pl.col("area").is_null())).to_dicts()
    return row


def counts(row: dict) -> tuple[int, int, int]:
    return row["n_study"], row["n_citizens"], row["n_users"]


def test_the_population_as_it_is(ran: tuple[World, Result]) -> None:
    """Six: four grown-ups, a child born in the year, and the world's filler; no participant, in the base or not."""
    row = cell(ran, "everybody", "befolkning")
    assert counts(row) == (6, 6, 3)
    assert (row["share_users"], row["mean_quantity"]) == (0.5, 10.0)


def test_costs_are_in_the_prices_of_the_study(ran: tuple[World, Result]) -> None:
    own, others = cell(ran, "everybody", "alle"), cell(ran, "everybody", "befolkning")
    assert others["mean_cost"] / others["mean_quantity"] == pytest.approx(own["mean_cost"] / own["mean_quantity"])
    assert others["mean_cost_kommune"] + others["mean_cost_stat"] == pytest.approx(others["mean_cost"])
    total = cell(ran, "everybody", "befolkning", service=None)
    assert (total["n_users"], total["mean_cost"]) == (3, pytest.approx(others["mean_cost"]))
    assert others["price_year"] == own["price_year"]


def test_the_population_at_the_age_and_sex_of_the_study(ran: tuple[World, Result]) -> None:
    """Men of 40-44: one of 41 with 10 weeks, one of 43, and the filler of 40."""
    row = cell(ran, "everybody", "befolkning_standardiseret")
    assert counts(row) == (3, 3, 1)
    assert (row["share_users"], row["mean_quantity"]) == (pytest.approx(1 / 3), pytest.approx(10 / 3))


def test_a_citizen_like_whom_there_is_nobody_is_told_of_and_weighs_nothing(ran: tuple[World, Result]) -> None:
    told = [line for line in ran[1].output.splitlines() if "left out of befolkning_standardiseret" in line]
    assert [line for line in told if "everybody:" in line and "1 in period 0" in line]
    assert not [line for line in told if "dated:" in line]


def test_only_citizens_of_the_ages_compared_with(ran: tuple[World, Result]) -> None:
    row = cell(ran, "adults", "befolkning")
    assert (counts(row), row["mean_quantity"]) == ((4, 4, 2), 7.5)
    assert cell(ran, "adults", "befolkning_standardiseret")["n_study"] == 3


def test_a_year_that_the_register_does_not_cover_is_null_and_never_0(ran: tuple[World, Result]) -> None:
    for group_by in ("befolkning", "befolkning_standardiseret"):
        row = cell(ran, "everybody", group_by, period=1)
        assert counts(row)[1:] == (0, 0)
        assert row["n_study"] > 0
        assert (row["share_users"], row["mean_quantity"], row["mean_cost"]) == (None, None, None)
        assert cell(ran, "everybody", group_by, period=1, service=None)["n_citizens"] == 0
        assert cell(ran, "everybody", group_by, period=1, service="behandling")["mean_quantity"] == 0


def test_an_anchored_year_is_held_against_the_calendar_years_that_it_touches(ran: tuple[World, Result]) -> None:
    """From 1 March 2019 to 29 February 2020: 306 days of 2019, in which nobody used it, and 60 of 2020."""
    row = cell(ran, "dated", "befolkning", period=-1)
    assert row["n_study"] == 7 + 8  # the two other participants of the other studies are the population's here
    standardised = cell(ran, "dated", "befolkning_standardiseret", period=-1)
    assert standardised["mean_quantity"] == pytest.approx((306 * 0 + 60 * 10 / 3) / 366)


def test_the_course_itself_is_not_compared(ran: tuple[World, Result]) -> None:
    for group_by in ("befolkning", "befolkning_standardiseret"):
        row = cell(ran, "dated", group_by, period=0)
        assert row["n_study"] > 0
        assert (row["n_citizens"], row["share_users"], row["mean_cost"]) == (0, None, None)


def test_means_of_the_whole_population(ran: tuple[World, Result]) -> None:
    """The participants are of the population too."""
    table = pl.read_parquet(ran[0].root / "store" / "population" / "means.parquet").filter(year=2020, service=PENSION)
    found = {(row["group_by"], row["group"]): row for row in table.to_dicts()}
    weeks = {
        ("alle", "alle"): (9, 114),
        ("alder", "40-44"): (6, 84),
        ("koen", "1"): (5, 45),
        ("kommune", "751"): (5, 60),
    }
    for group, (n, quantity) in weeks.items():
        assert (found[group]["n_citizens"], found[group]["mean_quantity"]) == (n, pytest.approx(quantity / n)), group
    assert [group for group_by, group in found if group_by == "alder"] == ["0-4", "40-44", "70-74", "90-94"]
    assert {row["price_year"] for row in found.values()} == {2020}


def test_the_population_says_nothing_of_single_citizens(ran: tuple[World, Result]) -> None:
    for path in (ran[0].root / "store" / "population").glob("*.parquet"):
        assert not {"person", "pnr"} & set(pl.read_parquet_schema(path)), path


def test_release_withholds_rows_of_few(ran: tuple[World, Result]) -> None:
    released = pl.read_parquet(newest(ran[0].root / "release", "everybody") / "cost_table.parquet")
    rows = released.filter(group_by="befolkning", period=0, service=PENSION)
    assert rows.select("n_citizens", "withheld", "n_users", "mean_cost").row(0) == (6, True, None, None)
    assert released.filter(group_by="befolkning_standardiseret", period=0, service=PENSION)["withheld"].all()


def test_a_price_that_changes_while_the_citizens_are_in_their_period_is_the_population_s_too(tmp_path: Path) -> None:
    """§ 8: periods that start in September are priced by it, the population's years by their 1 January."""
    world = World(tmp_path, YEARS)
    own, others = ([f"{kind}{number:011d}" for number in range(20)] for kind in "78")
    for number, pnr in enumerate([*own, *others]):
        world.citizen(pnr)
        if number % 2:
            world.weeks(pnr, "783", "2018-W10", "2021-W40")
    row = {"service": PENSION, "status": "sourced", "source": "test"}
    world.overlay("unit_prices.csv", [row | {"year": year, "price": 1000 * (year - 2010)} for year in YEARS])
    dated = [{"pnr": pnr, "start_date": "2019-09-01", "end_date": "2019-10-31"} for pnr in own]
    world.study("dated", dated, mode="anchored", years_before=1, years_after=1)
    world.write()
    assert "is withheld" not in world.run_here().output
    table = pl.read_parquet(newest(world.root / "release", "dated") / "cost_table.parquet")
    of_years = table.filter(pl.col("period") != 0, group_by="befolkning", service=PENSION)
    assert of_years["mean_cost"].null_count() == 0 < of_years.height


# Between runs


@pytest.fixture
def made(ran: tuple[World, Result], tmp_path: Path) -> World:
    """A copy of the world that ran."""
    world = copy(ran[0])
    world.root = tmp_path / "world"
    shutil.copytree(ran[0].root, world.root)
    return world


def study_run(world: World) -> dg.ExecuteInProcessResult:
    return execute(world, dg.DagsterInstance.ephemeral(), "study_run", "adults")


def test_a_study_without_the_population_says_what_to_make(made: World) -> None:
    shutil.rmtree(made.root / "store" / "population")
    told = "\n".join(failures(study_run(made)))
    assert "the store has no population/" in told
    assert "forlob run" in told


def test_no_study_of_a_population_of_older_registers(made: World) -> None:
    assert execute(made, dg.DagsterInstance.ephemeral(), "bef_run", "2020").success
    assert "population/citizens" in "\n".join(failures(study_run(made)))
    assert execute(made, dg.DagsterInstance.ephemeral(), "yearly_run", "2021").success
    assert study_run(made).success
