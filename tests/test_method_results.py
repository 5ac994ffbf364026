"""docs/method.md §§ 9, 10 and 11: changes and their intervals, costs by employment, and who the citizens are.

Six citizens start in 2019, periods -1 to 2 = 2018 to 2021. HANDIC's data end is 2020, and DREAM lacks June 2020.

| Weeks of pension | 2018 | 2019 | Days of § 85 | 2019 | Months in work | 2018 | 2019 | 2021 |
| steady           | 10   | 10   |              | 20   |                |      |      |      |
| more             | 30   | 30   |              | 40   |                |      |      |      |
| worker           |      |      |              |      |                | 3    | 12   | 12   |
| starter          |      |      |              |      |                |      | 4    | 11   |
| gone (from 2020) |      |      |              |      |                |      | 1    |      |
| idle             |      |      |              |      |                |      |      |      |
"""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from world import World

STUDY = "results"
PENSION, SUPPORT, WORK = "foertidspension", "socialpaedagogisk_stoette", "ordinaer_beskaeftigelse"
TRANSFERS, SOCIAL = "overfoerselsindkomst", "sociale_serviceydelser"
BORN = {"steady": "1990-06-15", "more": "2002-01-02", "worker": "1949-03-01", "starter": "1948-12-31"}
CITIZENS = ["steady", "more", "worker", "starter", "gone", "idle"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("results"), range(2017, 2022))
    world.month_columns.remove("GRAD_2020_06")
    for pnr in CITIZENS:
        woman, town = pnr in ("more", "idle"), "751" if pnr == "more" else "101"
        seen = [2017, 2018] if pnr == "gone" else None
        other = {"antpersh": 2, "ie_type": "3", "far": "starter"} if pnr == "more" else {}
        born, koen = BORN.get(pnr, "1980-06-15"), "2" if woman else "1"
        world.citizen(pnr, born=born, koen=koen, kom=town, snapshots=seen, **other)
    for year in (2018, 2019):
        world.weeks("steady", "783", f"{year}-W10", f"{year}-W19")
        world.weeks("more", "783", f"{year}-W10", f"{year}-W39")
    world.weeks("starter", "783", "2021-W40", "2021-W41")
    world.weeks("idle", "997", "2018-W48")
    world.grant("steady", "85", "2019-03-01", "2019-03-20")
    world.grant("more", "85", "2019-03-01", "2019-04-09")
    for year, months in ((2018, 3), (2019, 12), (2021, 12)):
        world.employed("worker", *(f"{year}-{month:02d}" for month in range(1, months + 1)))
    world.employed("starter", *(f"2019-{month:02d}" for month in range(1, 5)))
    world.employed("starter", *(f"2021-{month:02d}" for month in range(1, 12)))
    world.employed("gone", "2019-01")
    rows = [{"pnr": pnr, "start_year": 2019} for pnr in CITIZENS]
    world.study(STUDY, rows)
    world.study("alone", rows[:1])
    world.study("no_baseline", rows, years_before=0)
    dated = [{"pnr": pnr, "start_date": "2019-01-01", "end_date": "2019-12-31"} for pnr in CITIZENS]
    world.study("courses", dated, mode="anchored", years_after=1, age_bands=[29, 69, 70])
    folder = world.write()
    (folder / "handic2021.parquet").rename(folder / "handic2020.parquet")
    world.make()
    return world


def change(world: World, period: int, service: str | None, area: str | None, study: str = STUDY) -> dict[str, Any]:
    rows = world.table("changes", study).filter(
        pl.col("service").eq_missing(service), pl.col("area").eq_missing(area), period=period
    )
    return rows.row(0, named=True)


def ends(row: dict[str, Any], figure: str) -> tuple[float | None, float | None]:
    return row[f"change_{figure}_low"], row[f"change_{figure}_high"]


def employed(world: World, period: int, area: str | None, study: str = STUDY) -> dict[str, dict[str, Any]]:
    """The rows of a period and area by group of months."""
    rows = world.table("employment_table", study).filter(pl.col("area").eq_missing(area), period=period)
    return {row["group"]: row for row in rows.iter_rows(named=True)}


def test_a_change_is_that_of_what_the_cost_table_prints(world: World) -> None:
    """§ 9.1, to the last digit, in every row and period; none of period -1, nor of groups."""
    table, key = world.cost_table(STUDY).filter(group_by="alle"), ["area", "service"]
    both = table.filter(pl.col("period") != -1).join(table.filter(period=-1), on=key, nulls_equal=True, suffix="_-1",
                                                     maintain_order="left")  # fmt: skip
    found = world.table("changes", STUDY)
    assert found.select("period", *key).equals(both.select("period", *key))
    for name, column in (("share", "share_users"), ("quantity", "mean_quantity"), ("cost", "mean_cost")):
        expected = both.select((pl.col(column) - pl.col(f"{column}_-1")).alias(f"change_{name}"))
        assert found.select(f"change_{name}").equals(expected)


def test_a_change_by_hand(world: World) -> None:
    """§ 9.1: nobody had support in 2018; in 2019 two of six had 20 and 40 days."""
    row = change(world, 0, SUPPORT, SOCIAL)
    assert (row["n_baseline"], row["n_citizens"], row["unit"]) == (6, 6, "day")
    assert row["change_share"] == pytest.approx(2 / 6)
    assert row["change_quantity"] == pytest.approx(10)
    days = world.costs(STUDY).filter(service=SUPPORT)
    assert row["change_cost"] == pytest.approx(days["cost"].sum() / 6)


def test_a_change_may_rest_on_other_citizens_than_were_there_before(world: World) -> None:
    """§ 9.1: `gone` is in no snapshot from 2019 on, and so not there in 2020."""
    row = change(world, 1, PENSION, TRANSFERS)
    assert (row["n_baseline"], row["n_citizens"]) == (6, 5)
    assert row["change_quantity"] == pytest.approx(-40 / 6)


def test_what_is_not_measured_has_no_change(world: World) -> None:
    """§ 9.1: HANDIC does not cover 2021, so neither are its area and the total measured."""
    for service, area in ((SUPPORT, SOCIAL), (None, SOCIAL), (None, None)):
        row = change(world, 2, service, area)
        assert (row["n_baseline"], row["n_citizens"]) == (6, 0)
        assert {row[name] for name in row if name.startswith("change_")} == {None}


def test_an_interval_pairs_a_citizen_s_years(world: World) -> None:
    """§ 9.2: everybody had as much pension in 2019 as in 2018, if far from the same as each other."""
    row = change(world, 0, PENSION, TRANSFERS)
    assert (row["change_quantity"], *ends(row, "quantity"), *ends(row, "share"), *ends(row, "cost")) == (0,) * 7


def test_an_interval_holds_the_change_and_stays_within_what_can_be_drawn(world: World) -> None:
    """§ 9.2: of six drawn none had support in 8.8 % of draws, five or six in 1.8 %, and never all of them 40 days."""
    row = change(world, 0, SUPPORT, SOCIAL)
    low, high = ends(row, "share")
    assert low == 0
    assert 4 / 6 - 1e-9 < high < 1
    low, high = ends(row, "quantity")
    assert low == 0 < row["change_quantity"] < high < 40


def test_area_and_total_rows_have_no_change_of_quantity(world: World) -> None:
    rows = world.table("changes", STUDY).filter(pl.col("service").is_null())
    assert rows.select(pl.col("^change_quantity.*$").null_count() == rows.height).row(0) == (True,) * 3


def test_one_citizen_has_changes_without_intervals(world: World) -> None:
    """§ 9.3"""
    row = change(world, 0, SUPPORT, SOCIAL, "alone")
    assert row["change_quantity"] == 20
    assert {row[name] for name in row if name.endswith(("_low", "_high"))} == {None}


def test_no_changes_without_a_year_before(world: World) -> None:
    """§ 9.5"""
    assert world.table("changes", "no_baseline").is_empty()
    assert not world.table("employment_table", "no_baseline").is_empty()


def test_the_same_intervals_each_run(world: World) -> None:
    """§ 9.4"""
    before = world.table("changes", STUDY)
    world.make(STUDY)
    assert world.table("changes", STUDY).equals(before)


def test_citizens_are_grouped_anew_each_period(world: World) -> None:
    """§ 10.1 and 10.2: `worker` has 3 months in 2018 and 12 in 2019, `starter` 0, 4 and 11."""
    assert {group: row["n_study"] for group, row in employed(world, -1, None).items()} == {
        "0": 5, "1-3": 1, "4-6": 0, "7-9": 0, "10-11": 0, "12": 0,
    }  # fmt: skip
    assert {group: row["n_study"] for group, row in employed(world, 0, None).items()} == {
        "0": 3, "1-3": 1, "4-6": 1, "7-9": 0, "10-11": 0, "12": 1,
    }  # fmt: skip
    assert {group: row["n_study"] for group, row in employed(world, 2, None).items()} == {
        "0": 3, "1-3": 0, "4-6": 0, "7-9": 0, "10-11": 1, "12": 1,
    }  # fmt: skip


def test_costs_of_a_group_are_per_citizen_of_it(world: World) -> None:
    """§ 10: of the three without work in 2019 two have a pension; in 2021 the only one with 11 months has two weeks."""
    costs = world.costs(STUDY).filter(service=PENSION)
    for period, group, citizens in ((0, "0", 3), (2, "10-11", 1)):
        row, spent = employed(world, period, TRANSFERS)[group], costs.filter(period=period)
        assert (row["n_study"], row["n_citizens"], row["n_users"]) == (citizens, citizens, spent.height)
        for payer in ("", "_kommune", "_region", "_stat"):
            assert row[f"mean_cost{payer}"] == pytest.approx(spent[f"cost{payer}"].sum() / citizens)


def test_a_group_counts_also_those_not_measured_for_the_row(world: World) -> None:
    """§ 10.2: in 2021 months are known and social services are not."""
    row = employed(world, 2, SOCIAL)["12"]
    assert (row["n_study"], row["n_citizens"], row["mean_cost"], row["share_users"]) == (1, 0, None, None)


def test_who_is_not_measured_for_months_is_in_no_group(world: World) -> None:
    """§ 10.2 and 10.3: June 2020 is not delivered; the rows are there all the same."""
    for area in (TRANSFERS, SOCIAL, None):
        rows = employed(world, 1, area)
        assert {(row["n_study"], row["n_citizens"], row["mean_cost"]) for row in rows.values()} == {(0, 0, None)}
        assert len(rows) == 6


def test_a_course_is_no_year_and_has_no_groups(world: World) -> None:
    """§ 10.3"""
    table = world.table("employment_table", "courses")
    assert table["period"].unique().sort().to_list() == [-1, 1]
    assert employed(world, -1, None, "courses")["1-3"]["n_study"] == 1


def test_employment_has_rows_of_areas_and_of_all_only(world: World) -> None:
    table = world.table("employment_table", STUDY)
    areas = world.cost_table(STUDY)["area"].unique(maintain_order=True).to_list()
    assert table.group_by("group", "period").len()["len"].unique().to_list() == [len(areas)]
    assert table.columns == world.cost_table(STUDY).columns


def test_who_the_citizens_are(world: World) -> None:
    """§ 11: ages on 1 July 2019: 29, 17, 70, 70, 39 and 39."""
    rows = world.table("characteristics", STUDY)
    found = {(one, category): n for _, one, category, n, _ in rows.iter_rows()}
    bands = {"0-17": 1, "18-29": 1, "30-39": 2, "40-49": 0, "50-59": 0, "60-69": 0, "70+": 2, "uoplyst": 0}
    statuses = {"foertidspension": 0, "folkepension": 0, "kontanthjaelp_mv": 0, "dagpenge_mv": 0, "oevrige": 0,
                "ikke_offentlig_forsoerget": 5, "uoplyst": 1}  # fmt: skip
    assert found == {
        ("koen", "1"): 4, ("koen", "2"): 2, ("koen", "9"): 0,
        **{("alder", band): n for band, n in bands.items()},
        ("startaar", "2019"): 6, ("kommune", "101"): 5, ("kommune", "751"): 1,
        ("oprindelse", "dansk"): 5, ("oprindelse", "indvandrer"): 0, ("oprindelse", "efterkommer"): 1,
        ("oprindelse", "uoplyst"): 0, ("bopael", "alene"): 5, ("bopael", "med_andre"): 1, ("bopael", "uoplyst"): 0,
        ("boern", "ja"): 1, ("boern", "nej"): 5,
        **{("forsoergelse", status): n for status, n in statuses.items()},
    }  # fmt: skip
    assert rows.group_by("characteristic").agg(pl.sum("n"))["n"].to_list() == [6] * 8
    assert dict(zip(rows["category"], rows["share"], strict=True))["751"] == pytest.approx(1 / 6)


def test_a_study_file_may_name_other_age_bands(world: World) -> None:
    """§ 11.2"""
    rows = world.table("characteristics", "courses").filter(characteristic="alder")
    assert dict(rows.select("category", "n").rows()) == {"0-28": 2, "29-68": 2, "69": 1, "70+": 1, "uoplyst": 0}
