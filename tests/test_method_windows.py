"""docs/method.md § 2: periods around an intervention, and which of them holds what."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import polars as pl
import pytest
from world import World

COURSES = {
    # pnr: start and end of the course, both included
    "may": ("2020-05-01", "2020-06-30"),  # Friday to Tuesday
    "thursday": ("2020-05-07", "2020-05-14"),  # Thursday to Thursday
    "starts_on_29_february": ("2020-02-29", "2020-03-01"),
    "ends_on_29_february": ("2019-02-01", "2020-02-29"),
    "ends_on_27_february": ("2019-02-01", "2020-02-27"),
    "one_day": ("2020-05-01", "2020-05-01"),
    "no_end": ("2020-05-01", None),
    "starts_after_data_end": ("2021-08-01", None),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """DREAM's data end is June 2021, the other registers' December 2022."""
    world = World(tmp_path_factory.mktemp("windows"), range(2016, 2023), snapshots=[2018, 2019, 2020])
    for pnr in [*COURSES, "only_year", "earlier"]:
        world.citizen(pnr)
    world.citizen("in_2018_only", snapshots=[2018])
    for pnr in COURSES:
        world.grant(pnr, "85", "2016-01-01", "2022-12-31")
    world.weeks("may", "783", "2020-W18")  # Thursday 30 April, Friday 1 May is its first day of the course
    world.weeks("may", "890", "2020-W27")  # Thursday 2 July, Tuesday 30 June is its last day of the course
    world.weeks("thursday", "783", "2020-W19", "2020-W20")  # Thursdays 7 and 14 May
    world.weeks("thursday", "890", "2020-W18")  # Thursday 30 April
    world.contact("may", "2020-04-30 20:00", "2020-05-02 08:00")  # one admission, bed days 30 April and 1 May
    world.contact("may", "2020-06-30 23:30", "2020-07-01 01:00")
    world.employed("may", "2020-04", "2020-05", "2020-06", "2020-07")
    rows = [{"pnr": pnr, "start_date": start, "end_date": end} for pnr, (start, end) in COURSES.items()]
    rows.append({"pnr": "only_year", "start_year": 2020})
    world.study("anchored", rows, mode="anchored", years_before=2)
    world.study("calendar", [{"pnr": "earlier", "start_date": "2020-12-31"}], years_before=5, years_after=2)
    folder = world.write()
    (folder / "dream202212.parquet").rename(folder / "dream202106.parquet")
    world.make()
    return world


def windows(world: World, pnr: str, study: str = "anchored") -> dict[int, tuple[str, str]]:
    rows = world.by_pnr("periods", study).filter(pl.col("pnr") == pnr).select("period", "start", "end").iter_rows()
    return {period: (str(start), str(end)) for period, start, end in rows}


def used(world: World, pnr: str, service: str) -> dict[int, float | None]:
    """The periods from -1 to 1: the others touch years that no snapshot tells of, or that DREAM does not cover."""
    return {period: n for period, n in world.used(pnr, service, "anchored").items() if -1 <= period <= 1}


def test_calendar_periods_are_calendar_years(world: World) -> None:
    """§ 2 calendar: the start year is 0, whatever the day."""
    found = windows(world, "earlier", "calendar")
    assert found == {k: (f"{2020 + k}-01-01", f"{2020 + k}-12-31") for k in range(-5, 3)}


def test_anchored_periods(world: World) -> None:
    """§ 2 anchored: years up to, not including, the start; start to end; years after the end."""
    assert windows(world, "may") == {
        -2: ("2018-05-01", "2019-04-30"),
        -1: ("2019-05-01", "2020-04-30"),
        0: ("2020-05-01", "2020-06-30"),
        1: ("2020-07-01", "2021-06-30"),
        2: ("2021-07-01", "2022-06-30"),
    }


def test_a_course_of_one_day(world: World) -> None:
    """§ 2 anchored: start and end are both included."""
    assert windows(world, "one_day")[0] == ("2020-05-01", "2020-05-01")
    assert used(world, "one_day", "socialpaedagogisk_stoette")[0] == 1


def test_a_year_before_29_february_begins_on_28_february(world: World) -> None:
    """§ 2: 29 February goes to 28 February; the windows neither overlap nor leave a day out."""
    found = windows(world, "starts_on_29_february")
    assert found[-1] == ("2019-02-28", "2020-02-28")
    assert found[-2] == ("2018-02-28", "2019-02-27")
    assert found[1] == ("2020-03-02", "2021-03-01")


def test_years_after_29_february_begin_on_1_march(world: World) -> None:
    """§ 2: the day after 29 February 2020 is 1 March."""
    found = windows(world, "ends_on_29_february")
    assert found[0] == ("2019-02-01", "2020-02-29")
    assert found[1] == ("2020-03-01", "2021-02-28")
    assert found[2] == ("2021-03-01", "2022-02-28")


def test_a_year_after_the_end_holds_the_leap_day(world: World) -> None:
    """§ 2: the year from 28 February 2020 has 366 days, and its next begins on 28 February 2021."""
    found = windows(world, "ends_on_27_february")
    assert found[1] == ("2020-02-28", "2021-02-27")
    assert found[2] == ("2021-02-28", "2022-02-27")
    assert used(world, "ends_on_27_february", "socialpaedagogisk_stoette")[1] == 366


@pytest.mark.parametrize("pnr", [pnr for pnr, (_, end) in COURSES.items() if end])
def test_windows_follow_each_other_without_a_day_between(world: World, pnr: str) -> None:
    """§ 2 anchored: each window begins the day after the one before it ends."""
    found = [windows(world, pnr)[period] for period in range(-2, 3)]
    for (_, end), (start, _) in pairwise(found):
        assert date.fromisoformat(start) == date.fromisoformat(end) + timedelta(days=1)


def test_without_end_the_course_runs_to_the_earliest_data_end(world: World) -> None:
    """§ 2 anchored: DREAM's file is 202106, the others end in December 2022."""
    assert windows(world, "no_end")[0] == ("2020-05-01", "2021-06-30")


def test_without_end_there_are_no_later_periods(world: World) -> None:
    """§ 2 anchored."""
    assert sorted(windows(world, "no_end")) == [-2, -1, 0]


def test_a_course_without_end_that_starts_after_the_data_end_has_only_periods_before(world: World) -> None:
    """§ 2 anchored: there is no day from August 2021 to June 2021."""
    assert sorted(windows(world, "starts_after_data_end")) == [-2, -1]


def test_anchored_needs_a_start_date(world: World) -> None:
    """§ 2: a start year alone is no start."""
    assert world.flow("anchored")["set_aside", "missing_start"] == 1


def test_a_week_belongs_to_the_window_of_its_thursday(world: World) -> None:
    """§ 4 DREAM: Thursday 30 April is before Friday 1 May; Thursday 2 July after Tuesday 30 June."""
    assert used(world, "may", "foertidspension") == {-1: 1}
    assert used(world, "may", "sygedagpenge") == {1: 1}


def test_a_window_holds_the_thursdays_it_begins_and_ends_on(world: World) -> None:
    """§ 4 DREAM: 7 and 14 May are the course's first and last day; 30 April is before it."""
    assert used(world, "thursday", "foertidspension") == {0: 2}
    assert used(world, "thursday", "sygedagpenge") == {-1: 1}


def test_an_admission_counts_in_the_window_of_its_start_and_its_bed_days_in_theirs(world: World) -> None:
    """§ 4 LPR: 30 April 20:00 to 2 May 08:00; bed days 30 April and 1 May."""
    assert used(world, "may", "psykiatri_indlaeggelse") == {-1: 1}
    assert used(world, "may", "psykiatri_sengedag") == {-1: 1, 0: 1}


def test_a_visit_on_the_last_day_counts_though_it_ends_after(world: World) -> None:
    """§ 4 LPR: 30 June 23:30 to 1 July 01:00."""
    assert used(world, "may", "psykiatri_ambulant") == {0: 1}


def test_days_of_a_grant_fill_each_window(world: World) -> None:
    """§ 4 HANDIC: 1 May 2019 to 30 April 2020 has a leap day: 366; May and June: 61; a year after: 365."""
    assert used(world, "may", "socialpaedagogisk_stoette") == {-1: 366, 0: 61, 1: 365}


def test_months_in_work_stand_in_the_window_they_begin_in(world: World) -> None:
    """§ 4 DREAM: April before, May and June in, July after; none has a transfer week but April and July.

    The week of Thursday 30 April is a transfer of April, that of Thursday 2 July one of July.
    """
    assert used(world, "may", "ordinaer_beskaeftigelse") == {0: 2}
