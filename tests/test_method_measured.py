"""docs/method.md § 3: being there, and being measured. Not covered is null, and never 0.

One participant list of starts in 2019, periods -3 to 3 = 2016 to 2022; each year has its own gap:

2016: LPR's first event is in August 2017. 2018: DREAM lacks week 10. 2019: DREAM lacks the month of June.
2021: neither BEF 2020 nor BEF 2021 is delivered. 2022: LPR's data end is June. HANDIC is not delivered at all.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from world import World

YEAR = {2019 + period: period for period in range(-3, 4)}
STUDY = "years"
EVERYBODY = ["stays", "unused", "left", "came", "summer_guest"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(
        tmp_path_factory.mktemp("measured"), range(2016, 2023), snapshots=[2016, 2018, 2019, 2022], filler=False
    )
    world.week_columns.remove("Y_1810")  # Thursday 8 March 2018
    world.month_columns.remove("GRAD_2019_06")
    for pnr in ("stays", "unused", "window_to_7_march", "window_to_8_march", "in_2021"):
        world.citizen(pnr)
    world.citizen("left", snapshots=[2016, 2018])
    world.citizen("came", snapshots=[2018, 2019, 2022])
    world.citizen("summer_guest", snapshots=[2018, date(2019, 6, 30)])
    world.citizen("born_in_2019", snapshots=[2019])
    world.citizen("quarterly", snapshots=[date(2018, 9, 30)])
    for pnr in EVERYBODY:
        if pnr != "unused":
            use_every_year(world, pnr)
    rows = [{"pnr": pnr, "start_year": 2019} for pnr in [*EVERYBODY, "born_in_2019", "quarterly", "in_no_register"]]
    world.study(STUDY, rows, years_before=3, years_after=3)
    courses = {
        "window_to_8_march": ("2019-03-08", "2019-03-31"),  # period -1 from 8 March 2018, a Thursday
        "window_to_7_march": ("2019-03-09", "2019-03-31"),  # period -1 from 9 March 2018
        "left": ("2019-07-01", "2019-07-31"),  # period 1 is 1 August 2019 to 31 July 2020
        "in_2021": ("2020-03-01", "2020-12-31"),  # period 1 is 2021
        "stays": ("2019-08-01", "2020-06-30"),  # period 1 is July 2020 to June 2021
    }
    anchored = [{"pnr": pnr, "start_date": start, "end_date": end} for pnr, (start, end) in courses.items()]
    world.study("courses", anchored, mode="anchored", years_after=1)
    folder = world.write()
    (folder / "handic2022.parquet").unlink()
    (folder / "lpr_a_kontakt2022.parquet").rename(folder / "lpr_a_kontakt202206.parquet")
    world.make()
    return world


def use_every_year(world: World, pnr: str) -> None:
    """Two weeks of foertidspension, a month in work and from 2017 a visit to hospital each year."""
    for year in YEAR:
        world.weeks(pnr, "783", f"{year}-W20", f"{year}-W21")
        world.employed(pnr, f"{year}-09")
        if year > 2016:
            world.contact(pnr, f"{year}-08-01 08:00", f"{year}-08-01 09:00")


def by_year(world: World, pnr: str, service: str) -> dict[int, float | None]:
    return {2019 + period: quantity for period, quantity in world.used(pnr, service, STUDY).items()}


def outside(world: World, service: str) -> dict[int, tuple[int, float]]:
    rows = world.table("use_outside_population", STUDY).filter(service=service)
    return {2019 + p: (n, quantity) for p, n, quantity in rows.select("period", "citizens", "quantity").iter_rows()}


def citizens(world: World, service: str | None, area: str | None) -> dict[int, tuple[int, int, float | None]]:
    """`n_citizens`, `n_users` and `share_users` of everybody by year."""
    rows = world.cost_table(STUDY).filter(
        pl.col("group_by") == "alle", pl.col("service").eq_missing(service), pl.col("area").eq_missing(area)
    )
    return {2019 + row[0]: row[1:] for row in rows.select("period", "n_citizens", "n_users", "share_users").iter_rows()}


def test_a_week_column_missing_makes_the_year_not_measured(world: World) -> None:
    """§ 3.2 DREAM: 2018 lacks the week of Thursday 8 March; every other year told by BEF is measured."""
    expected = {2016: 2, 2017: 2, 2018: None, 2019: 2, 2020: 2, 2021: None, 2022: 2}
    assert by_year(world, "stays", "foertidspension") == expected


def test_not_measured_is_null_for_those_without_use_too(world: World) -> None:
    """§ 3.2: a row with null in 2018 and 2021, no row where measured."""
    assert by_year(world, "unused", "foertidspension") == {2018: None, 2021: None}


def test_a_month_missing_stops_the_months_in_work_only(world: World) -> None:
    """§ 3.2 DREAM: June 2019 is missing: no months in work in 2019, but weeks; 2018 lacks a week for both."""
    found = by_year(world, "stays", "ordinaer_beskaeftigelse")
    assert found == {2016: 1, 2017: 1, 2018: None, 2019: None, 2020: 1, 2021: None, 2022: 1}


def test_a_register_covers_from_1_january_of_its_first_event_s_year_to_its_data_end(world: World) -> None:
    """§ 3.2 LPR: first event 1 August 2017, so 2017 is covered and 2016 not; data end June 2022, so 2022 is not."""
    found = by_year(world, "stays", "psykiatri_ambulant")
    assert found == {2016: None, 2017: 1, 2018: 1, 2019: 1, 2020: 1, 2021: None, 2022: None}


def test_a_register_not_delivered_measures_nothing(world: World) -> None:
    """§ 3.2 HANDIC."""
    assert by_year(world, "stays", "socialpaedagogisk_stoette") == dict.fromkeys(YEAR)


def test_a_year_that_neither_snapshot_tells_of_is_not_measured(world: World) -> None:
    """§ 3.1: 2021 needs BEF 2020 or BEF 2021; all services are null for everybody."""
    use = world.use(STUDY).filter(period=YEAR[2021])
    services = pl.read_csv(Path(__file__).parents[1] / "catalogue" / "services.csv")
    delivered = services.filter(pl.col("register").is_in(["dream", "lpr_a_kontakt", "handic"]))
    assert use["quantity"].null_count() == use.height == delivered.height * len(EVERYBODY)


def test_present_by_the_snapshot_of_the_year_or_of_the_year_before(world: World) -> None:
    """§ 3.1: seen in 2016 and 2018: present 2016 to 2019; not in 2020 (BEF 2019) nor 2022 (BEF 2022)."""
    periods = world.by_pnr("periods", STUDY).filter(pl.col("pnr") == "left").select("period", "present")
    present = {2019 + period: there for period, there in periods.iter_rows()}
    expected = {2016: True, 2017: True, 2018: True, 2019: True, 2020: False, 2021: None, 2022: False}
    assert present == expected


def test_use_of_those_not_present_is_left_out(world: World) -> None:
    """§ 3.3: no quantity in 2020 and 2022, though DREAM has weeks there."""
    found = {year: n for year, n in by_year(world, "left", "foertidspension").items() if n}
    assert found == {2016: 2, 2017: 2, 2019: 2}


def test_use_left_out_is_counted(world: World) -> None:
    """§ 3.3: `came` was not there in 2016 and 2017; `left` and the summer guest not in 2020 and 2022.

    Seen on 31 December 2018 only, the summer guest was not there in 2016 nor (BEF 2016) in 2017 either.
    """
    expected = {2016: (2, 4.0), 2017: (2, 4.0), 2020: (2, 4.0), 2022: (2, 4.0)}
    assert outside(world, "foertidspension") == expected


def test_use_left_out_is_counted_by_service(world: World) -> None:
    """§ 3.3: visits from 2017 on, in the years that LPR measures."""
    found = outside(world, "psykiatri_ambulant")
    assert {year: n for year, n in found.items() if year < 2022} == {2017: (2, 2.0), 2020: (2, 2.0)}


def test_only_31_december_makes_present(world: World) -> None:
    """§ 3.1: in BEF on 30 June 2019 but not on 31 December: 2019 by BEF 2018, 2020 not."""
    found = {year: n for year, n in by_year(world, "summer_guest", "foertidspension").items() if n}
    assert found == {2019: 2}


def test_the_study_base_is_in_bef_on_31_december_before_the_start_year(world: World) -> None:
    """§ 1.4: BEF 2019 is too late, September 2018 is no year's end."""
    rows = world.participants(STUDY)
    base = dict(rows.select("pnr", "in_study_base").iter_rows())
    assert base == dict.fromkeys(EVERYBODY, True) | dict.fromkeys(
        ["born_in_2019", "quarterly", "in_no_register"], False
    )


def test_means_divide_by_the_present_and_measured(world: World) -> None:
    """§ 3.3: five in the base. 2016: `stays`, `unused`, `left`; 2018 no week 10; 2019 all; 2020 without `left` and
    the summer guest; 2021 not told. All but `unused` are users."""
    assert citizens(world, "foertidspension", "overfoerselsindkomst") == {
        2016: (3, 2, 2 / 3),
        2017: (3, 2, 2 / 3),
        2018: (0, 0, None),
        2019: (5, 4, 0.8),
        2020: (3, 2, 2 / 3),
        2021: (0, 0, None),
        2022: (3, 2, 2 / 3),
    }


def test_a_total_row_needs_every_service_measured(world: World) -> None:
    """§ 3.3: without HANDIC nobody is measured for all services."""
    assert citizens(world, None, None) == dict.fromkeys(YEAR, (0, 0, None))


def test_an_area_row_needs_every_service_of_the_area_measured(world: World) -> None:
    """§ 3.3: sundhed is LPR alone."""
    found = citizens(world, None, "sundhed")
    assert {year: row[0] for year, row in found.items()} == {
        2016: 0, 2017: 3, 2018: 5, 2019: 5, 2020: 3, 2021: 0, 2022: 0,
    }  # fmt: skip


def test_where_nobody_is_measured_every_value_but_the_counts_is_null(world: World) -> None:
    """§ 3.3."""
    values = ["share_users", "mean_quantity", "mean_cost", "mean_cost_kommune", "mean_cost_region", "mean_cost_stat"]
    rows = world.cost_table(STUDY).filter(n_citizens=0)
    assert rows.height
    assert rows.select(values).null_count().row(0) == (rows.height,) * len(values)
    assert rows.select("n_study", "n_users").null_count().row(0) == (0, 0)


def test_a_window_is_covered_by_the_thursdays_it_holds(world: World) -> None:
    """§ 3.2 DREAM: the missing Thursday 8 March 2018 is in the window from that day on, not in the next one's."""
    assert world.used("window_to_8_march", "foertidspension", "courses") == {-1: None}
    assert world.used("window_to_7_march", "foertidspension", "courses") == {}


def test_present_in_an_anchored_period_when_in_any_year_it_touches(world: World) -> None:
    """§ 3.1: `left` is there in 2019, not in 2020; period 1 is August 2019 to July 2020: the weeks of May 2020."""
    assert world.used("left", "foertidspension", "courses")[1] == 2


def test_an_anchored_period_that_touches_a_year_not_told_is_not_measured(world: World) -> None:
    """§ 3.1: July 2020 to June 2021 touches 2021, which no snapshot tells of; so does 2021 itself."""
    assert world.used("stays", "foertidspension", "courses")[1] is None
    assert world.used("stays", "psykiatri_ambulant", "courses") == {-1: 1, 0: 1, 1: None}
    assert world.used("in_2021", "psykiatri_ambulant", "courses") == {1: None}
