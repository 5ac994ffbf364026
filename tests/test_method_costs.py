"""docs/method.md §§ 5, 6 and 7: from use to cost, the cost table by hand, and what leaves the store.

Six citizens; `later` starts in 2021, the others in 2020. HANDIC's data end is 2020, DREAM's and LPR's 2021.
Period 0 is 2020 for all but `later` (2021), where HANDIC does not cover it.

| Period 0       | foertidspension | § 85 support | psychiatry             | in work |
| both           | 10 weeks        |              |                        |         |
| pension        | 4 weeks         | 20 days      |                        |         |
| support        |                 | 30 days      |                        |         |
| hospital       |                 |              | 1 admission, 3 days    | 2 months|
| nothing        |                 |              |                        |         |
| later          | 6 weeks         | not measured |                        |         |
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from world import World
from world import released as newest

from catalogue.reader import SHIPPED

PENSION, SUPPORT, BED_DAY = "foertidspension", "socialpaedagogisk_stoette", "psykiatri_sengedag"
COSTS = ["mean_cost", "mean_cost_kommune", "mean_cost_region", "mean_cost_stat"]
VALUES = ["n_study", "n_citizens", "n_users", "share_users", "mean_quantity", *COSTS]
BY_KOMMUNE = {"both": "101", "pension": "101", "support": "101", "hospital": "101", "nothing": "101", "later": "084"}
GROUPS = {"both": "A", "pension": "A", "support": "B"}
STUDY = "costs"


def prices() -> list[dict[str, Any]]:
    """The catalogue's files of prices, laid over; only these three services are priced."""
    rows = [
        (PENSION, 2018, 100, "sourced"),
        (PENSION, 2022, 400, "illustrative"),
        (SUPPORT, 2020, 50, "sourced"),
        (BED_DAY, 2020, 1000, "sourced"),
    ]
    return [dict(zip(["service", "year", "price", "status", "source"], [*row, "test"], strict=True)) for row in rows]


def indices() -> list[dict[str, Any]]:
    """`satser` is that of the pension, `forbrugerpriser` that of the others."""
    values = {("satser", 2018): 100, ("satser", 2020): 150, ("satser", 2022): 200, ("forbrugerpriser", 2020): 100}
    return [{"index": name, "year": year, "value": value, "source": "test"} for (name, year), value in values.items()]


def payers() -> list[dict[str, Any]]:
    """The pension's rule changes on 1 January and on 31 December 2020."""
    rows = [
        (PENSION, None, "2019-12-31", 0.5, 0, 0.5),
        (PENSION, "2020-01-01", "2020-12-30", 0.8, 0, 0.2),
        (PENSION, "2020-12-31", None, 0.6, 0, 0.4),
        (SUPPORT, None, None, 1, 0, 0),
        (BED_DAY, None, None, 0.25, 0.5, 0.25),
    ]
    names = ["service", "valid_from", "valid_to", "kommune", "region", "stat", "source"]
    return [dict(zip(names, [*row, "test"], strict=True)) for row in rows]


def other_catalogue(world: World, name: str, **files: list[dict[str, Any]]) -> Path:
    """A copy of the world's overlay with some files changed."""
    folder = world.root / name
    folder.mkdir()
    for path in (world.root / "catalogue").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    for file, rows in files.items():
        pl.DataFrame(rows, infer_schema_length=None).write_csv(folder / f"{file}.csv")
    return folder


def build(root: Path) -> World:
    world = World(root, [2018, 2019, 2020, 2021], snapshots=[2019, 2020])
    for pnr, kom in BY_KOMMUNE.items():
        world.citizen(pnr, kom=kom)
    world.weeks("both", "783", "2020-W10", "2020-W19")
    world.weeks("both", "783", "2019-W10", "2019-W11")
    world.weeks("both", "783", "2021-W10", "2021-W14")
    world.weeks("pension", "783", "2020-W10", "2020-W13")
    world.weeks("later", "783", "2021-W10", "2021-W15")
    world.grant("pension", "85", "2020-03-01", "2020-03-20")
    world.grant("support", "85", "2020-04-01", "2020-04-30")
    world.contact("hospital", "2020-03-01 08:00", "2020-03-04 08:00")
    world.employed("hospital", "2020-06", "2020-07")
    for pnr in list(BY_KOMMUNE)[:5]:
        world.contact(pnr, "2019-05-01 08:00", "2019-05-01 09:00", specialty="Kirurgi")
    world.contact("nothing", "2021-05-01 08:00", "2021-05-01 15:00")  # 7 h
    world.contact("nothing", "2021-05-01 18:00", "2021-05-01 19:00")  # 3 h after it
    world.overlay("unit_prices.csv", prices())
    world.overlay("price_index.csv", indices())
    world.overlay("payer_rules.csv", payers())
    rows = [
        {"pnr": pnr, "start_year": 2021 if pnr == "later" else 2020, "group": GROUPS.get(pnr)} for pnr in BY_KOMMUNE
    ]
    world.study(STUDY, rows, years_after=1, price_year=2020)
    folder = world.write()
    (folder / "handic2021.parquet").rename(folder / "handic2020.parquet")
    return world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world that has run once; `again` and `other_limits` run it elsewhere."""
    world = build(tmp_path_factory.mktemp("costs"))
    world.run_here()
    return world


@pytest.fixture(scope="module")
def other_limits(world: World) -> Path:
    """The release of the same deliveries with other limits; its store is `other_store`."""
    values = {"stay_gap_hours": 2, "admission_hours": 6}
    rows = [{"limit": name, "value": value, "unit": "u", "source": "test"} for name, value in values.items()]
    profiles = pl.read_csv(SHIPPED / "disclosure_profiles.csv").with_columns(min_count=3)
    folder = other_catalogue(world, "other_limits", limits=rows, disclosure_profiles=profiles.to_dicts())
    places = {"--catalogue": folder, "--store": world.root / "other_store", "--release": world.root / "other_release"}
    world.run_here(*(str(part) for pair in places.items() for part in pair))
    return newest(world.root / "other_release", STUDY)


def cost(world: World, pnr: str, service: str, period: int) -> list[float]:
    """Total, kommune, region, stat."""
    row = world.costs().row(
        by_predicate=(pl.col("pnr") == pnr) & (pl.col("service") == service) & (pl.col("period") == period), named=True
    )
    return [row[name] for name in ("cost", "cost_kommune", "cost_region", "cost_stat")]


def cell(
    table: pl.DataFrame, service: str | None, area: str | None = None, period: int = 0, group: str = "alle"
) -> dict[str, Any]:
    """The study's row of a service, of an area, or (neither) the total."""
    table = table.filter(~pl.col("group_by").str.starts_with("befolkning"))
    is_row = pl.col("service") == service if service else pl.col("service").is_null() & pl.col("area").eq_missing(area)
    return table.row(by_predicate=is_row & (pl.col("period") == period) & (pl.col("group") == group), named=True)


def values(world: World, service: str | None, area: str | None = None, period: int = 0, group: str = "alle") -> list:
    row = cell(world.cost_table(), service, area, period, group)
    return [row[name] for name in VALUES]


def released(world: World) -> pl.DataFrame:
    return pl.read_csv(newest(world.root / "release", STUDY) / "cost_table.csv", infer_schema_length=None)


def test_a_price_row_as_near_before_as_after_gives_the_earlier(world: World) -> None:
    """§ 5.1: 2020 lies between 2018 and 2022: 10 weeks x 100 x 150 / 100."""
    assert cost(world, "both", PENSION, 0)[0] == pytest.approx(1500)


def test_the_nearest_price_row_may_be_a_later_one(world: World) -> None:
    """§ 5.1: 2021 is nearer 2022: 5 weeks x 400 x 150 / 200, the index taking the price back to 2020."""
    assert cost(world, "both", PENSION, 1)[0] == pytest.approx(1500)


def test_the_price_row_follows_the_period_and_not_the_price_year(world: World) -> None:
    """§ 5.1: 6 weeks of 2021 x 400 x 150 / 200; with the row of 2018 it were 900."""
    assert cost(world, "later", PENSION, 0)[0] == pytest.approx(1800)


def test_the_payer_rule_is_that_of_the_first_day(world: World) -> None:
    """§ 5.3: 1 January 2020 is in the rule of 80 %, 31 December in that of 60 %; 2019 in that of 50 %."""
    assert cost(world, "both", PENSION, 0) == pytest.approx([1500, 1200, 0, 300])
    assert cost(world, "later", PENSION, 0) == pytest.approx([1800, 1080, 0, 720])
    assert cost(world, "both", PENSION, -1) == pytest.approx([300, 150, 0, 150])


def test_the_payers_add_up_to_the_cost(world: World) -> None:
    """§ 5.3: in every row."""
    rows = world.costs().drop_nulls("cost")
    added = rows.select(pl.sum_horizontal("cost_kommune", "cost_region", "cost_stat")).to_series().to_list()
    assert added == pytest.approx(rows["cost"].to_list())


def test_a_service_without_price_is_measured_and_not_priced(world: World) -> None:
    """§ 5.1: the admission counts, its cost is null and not 0."""
    assert cost(world, "hospital", "psykiatri_indlaeggelse", 0) == [None] * 4
    assert cost(world, "hospital", BED_DAY, 0) == [3000, 750, 1500, 750]


def test_not_measured_costs_null(world: World) -> None:
    """§ 3.2: `later` in 2021, where HANDIC's data have ended."""
    assert cost(world, "later", SUPPORT, 0) == [None] * 4


def test_every_row_says_its_price_year_and_whether_the_price_is_illustrative(world: World) -> None:
    """§ 5.2: the pension's row of 2018 is sourced, that of 2022 illustrative."""
    costs = world.costs()
    assert costs["price_year"].unique().to_list() == [2020]
    rows = costs.filter(pl.col("service") == PENSION).drop_nulls("quantity").sort("pnr", "period")
    shown = [(pnr, period) for pnr, period, yes in rows.select("pnr", "period", "illustrative").iter_rows() if yes]
    assert shown == [("both", 1), ("later", 0)]


def test_a_priced_service_without_payer_rule_or_index_is_an_error_that_names_it(world: World) -> None:
    """§ 5.3: both are told, with exit code 5."""
    without = other_catalogue(
        world,
        "incomplete",
        payer_rules=[row for row in payers() if row["service"] != SUPPORT],
        price_index=[row for row in indices() if (row["index"], row["year"]) != ("satser", 2022)],
    )
    places = ["--catalogue", without, "--store", world.root / "broken_store", "--release", world.root / "no_release"]
    done = world.run_here(*map(str, places), check=False)
    told = done.output[done.output.index("stopped") :]
    assert done.exit_code == 5
    assert SUPPORT in told
    assert "payer rule" in told
    assert PENSION in told
    assert "index" in told
    assert not (world.root / "no_release" / STUDY).exists()


def test_a_service_row(world: World) -> None:
    """§ 6: 6 in the base, all measured, 3 users; 10 + 4 + 6 weeks; 1500 + 600 + 1800 kr.

    kommune 1200 + 480 + 1080, stat 300 + 120 + 720; each by 6.
    """
    assert values(world, PENSION) == pytest.approx([6, 6, 3, 0.5, 20 / 6, 650, 460, 0, 190])


def test_a_service_row_divides_by_those_measured(world: World) -> None:
    """§ 6: `later` is not measured: 2 users of 5, (20 + 30) / 5 days, (1000 + 1500) / 5 kr., all from the kommune."""
    assert values(world, SUPPORT) == pytest.approx([6, 5, 2, 0.4, 10, 500, 500, 0, 0])


def test_a_service_row_without_price_has_quantity_and_no_cost(world: World) -> None:
    """§§ 5.1 and 6: one admission of 6 citizens."""
    assert values(world, "psykiatri_indlaeggelse") == [6, 6, 1, 1 / 6, 1 / 6, None, None, None, None]


def test_a_service_nobody_used_has_0_and_not_null(world: World) -> None:
    """§ 3.3: those without any use count as 0; efterloen is measured and here not priced."""
    assert values(world, "efterloen") == [6, 6, 0, 0, 0, None, None, None, None]
    assert values(world, PENSION, period=-1, group="B") == [1, 1, 0, 0, 0, 0, 0, 0, 0]


def test_an_area_row_counts_citizens_once_and_has_no_quantity(world: World) -> None:
    """§ 6: sundhed: `hospital` used admissions and bed days and is one user; 3000 kr. by 6: 500, 125, 250, 125."""
    assert values(world, None, "sundhed") == pytest.approx([6, 6, 1, 1 / 6, None, 500, 125, 250, 125])
    assert values(world, None, "overfoerselsindkomst") == pytest.approx([6, 6, 3, 0.5, None, 650, 460, 0, 190])
    assert values(world, None, "sociale_serviceydelser") == pytest.approx([6, 5, 2, 0.4, None, 500, 500, 0, 0])


def test_an_area_without_any_price_has_users_and_no_cost(world: World) -> None:
    """§§ 5.1 and 6: `hospital` is in work for two months."""
    assert values(world, None, "beskaeftigelse") == [6, 6, 1, 1 / 6, None, None, None, None, None]


def test_the_total_counts_only_those_measured_for_all_services(world: World) -> None:
    """§ 3.3: without `later`, and without its 1800 kr.: 1500 + 600 + 1000 + 1500 + 3000 = 7600 by 5; 4 users.

    kommune 1200 + 480 + 2500 + 750 = 4930; region 1500; stat 300 + 120 + 750 = 1170.
    """
    assert values(world, None) == pytest.approx([6, 5, 4, 0.8, None, 1520, 986, 300, 234])


def test_a_kommune_is_that_of_bef(world: World) -> None:
    """§ 6: 101 has five: 14 weeks, 2100 kr., 1680 and 420; 084 has `later` alone."""
    assert values(world, PENSION, group="101") == pytest.approx([5, 5, 2, 0.4, 2.8, 420, 336, 0, 84])
    assert values(world, PENSION, group="084") == pytest.approx([1, 1, 1, 1, 6, 1800, 1080, 0, 720])


def test_a_kommune_where_nobody_is_measured_has_counts_only(world: World) -> None:
    """§ 3.3: 084 has no support measured in 2021, and so no total."""
    assert values(world, SUPPORT, group="084") == [1, 0, 0, None, None, None, None, None, None]
    assert values(world, None, group="084") == [1, 0, 0, None, None, None, None, None, None]


def test_a_group_is_that_of_the_list(world: World) -> None:
    """§ 6: A is `both` and `pension`: 14 weeks, 2100 kr.; B is `support`; the rest are in no group."""
    assert values(world, PENSION, group="A") == pytest.approx([2, 2, 2, 1, 7, 1050, 840, 0, 210])
    assert values(world, SUPPORT, group="B") == pytest.approx([1, 1, 1, 1, 30, 1500, 1500, 0, 0])
    groups = world.cost_table().select("group_by", "group").unique().sort("group_by", "group").rows()
    compared = [("befolkning", "befolkning"), ("befolkning_standardiseret", "befolkning_standardiseret")]
    of_the_list = [("gruppe", "A"), ("gruppe", "B"), ("kommune", "084"), ("kommune", "101")]
    assert groups == [("alle", "alle"), *compared, *of_the_list]


def test_every_group_and_period_has_a_row_a_service_an_area_and_a_total(world: World) -> None:
    """§ 6: 30 services, 4 areas, 1 total; 3 periods; 5 groups, and the population twice."""
    table = world.cost_table()
    services = pl.read_csv(Path(__file__).parents[1] / "catalogue" / "services.csv").drop_nulls("area")
    delivered = services.filter(pl.col("register").is_in(["dream", "lpr_a_kontakt", "handic"]))
    lines = delivered.height + delivered["area"].n_unique() + 1
    assert lines == 30 + 4 + 1
    assert table.height == lines * 3 * 7
    assert table.select("group_by", "group", "period", "area", "service").n_unique() == table.height


def test_the_cost_table_has_the_columns_of_the_method_in_their_order(world: World) -> None:
    """§ 6."""
    names = ["study", "group_by", "group", "period", "area", "service", "unit", *VALUES, "price_year", "illustrative"]
    assert world.cost_table().columns == names


def test_area_and_total_rows_name_no_service_and_no_unit(world: World) -> None:
    """§ 6: the total no area either."""
    table = world.cost_table()
    assert cell(table, PENSION)["unit"] == "week"
    assert cell(table, None, "sundhed")["unit"] is None
    assert (cell(table, None)["area"], cell(table, None)["unit"]) == (None, None)


def test_tables_say_when_an_illustrative_price_is_behind_them(world: World) -> None:
    """§ 5.2: the pension of `later` (price row of 2022); not the support's sourced row, nor period -1."""
    table = world.cost_table()
    assert cell(table, PENSION)["illustrative"]
    assert cell(table, None, "overfoerselsindkomst")["illustrative"]
    assert cell(table, None)["illustrative"]
    assert not cell(table, SUPPORT)["illustrative"]
    assert not cell(table, PENSION, period=-1)["illustrative"]


def test_few_users_are_withheld_in_the_release(world: World) -> None:
    """§ 7: 3 users of 6: the users and all that rests on them are empty, n_citizens is not."""
    row = cell(released(world), PENSION)
    assert [row[name] for name in VALUES] == [6, 6, None, None, None, None, None, None, None]


def test_few_others_are_withheld_in_the_release(world: World) -> None:
    """§ 7: in period -1 5 of 6 had a visit, which tells of the one who had none."""
    row = cell(released(world), "somatik_ambulant", period=-1)
    assert [row[name] for name in VALUES[:5]] == [6, 6, None, None, None]


def test_no_users_are_shown_in_the_release(world: World) -> None:
    """§ 7: the profile sds shows 0."""
    row = cell(released(world), "kontanthjaelp")
    assert [row[name] for name in VALUES[:5]] == [6, 6, 0, 0, 0]


def test_few_citizens_are_withheld_in_the_release(world: World) -> None:
    """§ 7: every row of 084 (one citizen) and of A and B."""
    rows = released(world).filter(pl.col("group").is_in(["084", "A", "B"]))
    assert rows.height
    assert rows.select(VALUES).null_count().row(0) == (rows.height,) * len(VALUES)


def test_the_workbook_holds_no_withheld_number(world: World) -> None:
    """§ 7: neither 3900 kr. nor its mean of 650 nor the pension of 084 stand in any cell."""
    book = openpyxl.load_workbook(newest(world.root / "release", STUDY) / f"{STUDY}.xlsx", read_only=True)
    numbers = {
        round(cell, 2)
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if isinstance(cell, int | float)
    }
    assert not numbers & {650, 460, 190, 1800, 1080, 720, 1050, 420}


def test_the_least_count_is_a_setting(other_limits: Path) -> None:
    """§ 7: 3 by the overlay's disclosure_profiles.csv; the pension's 3 users are shown, the support's 2 are not."""
    table = pl.read_csv(other_limits / "cost_table.csv", infer_schema_length=None)
    assert cell(table, PENSION)["n_users"] == 3
    assert cell(table, SUPPORT)["n_users"] is None


def test_the_limits_of_hospital_stays_are_settings(world: World, other_limits: Path) -> None:
    """§ 4 LPR: contacts of 7 h and 1 h with 3 h between: by 4 h and 12 h one visit of 11 h; by 2 h and 6 h an
    admission and a visit."""
    by_default = {service: world.used("nothing", f"psykiatri_{service}") for service in ("indlaeggelse", "ambulant")}
    assert by_default == {"indlaeggelse": {}, "ambulant": {1: 1}}
    use = pl.read_parquet(world.root / "other_store" / "use" / f"{STUDY}.parquet")
    visits = use.filter(pl.col("service").str.starts_with("psykiatri"), pl.col("period") == 1, pl.col("quantity") > 0)
    assert sorted(visits.select("service", "quantity").rows()) == [
        ("psykiatri_ambulant", 1),
        ("psykiatri_indlaeggelse", 1),
        ("psykiatri_sengedag", 1),
    ]


def test_a_file_laid_over_replaces_that_file_only(world: World) -> None:
    """The catalogue is laid over file by file: codes and services are the shipped ones, prices are not."""
    assert world.used("both", PENSION)[0] == 10
    assert world.costs().filter(pl.col("cost").is_not_null())["service"].unique().sort().to_list() == sorted(
        [PENSION, SUPPORT, BED_DAY]
    )
