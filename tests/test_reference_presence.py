"""Presence to the day, by deaths and moves: the fast code against the slow reference, and cases by hand."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import presence as slow

from pipelines.periods import PERIOD_SCHEMA
from pipelines.presence import DEATHS, MOVES, presence

quick = settings(max_examples=200, deadline=None)
DAY = timedelta(days=1)
PERSON = 7
SNAPSHOTS = [date(2019, 12, 31), date(2020, 3, 31), date(2020, 12, 31), date(2021, 12, 31)]

# Few days, so that deaths, moves, snapshots and the edges of windows meet on one day and on the day after.
days = st.builds(
    lambda day, shift: day + shift * DAY, st.sampled_from([*SNAPSHOTS, date(2020, 7, 1)]), st.integers(-2, 2)
)
windows = st.lists(st.tuples(days, st.sampled_from([0, 1, 2, 100, 366])), min_size=1, max_size=4).map(
    lambda some: [(day, day + length * DAY) for day, length in some]
)
move_lists = st.lists(st.tuples(days, st.sampled_from("IU")), max_size=5)
snapshot_sets = st.sets(st.sampled_from(SNAPSHOTS))


def told(
    of: list[tuple[date, date]],
    seen: set[date],
    delivered: set[date],
    deaths: list[date] | None,
    moves: list[slow.Move] | None,
) -> list[bool | None]:
    rows = [(PERSON, number, *window) for number, window in enumerate(of)]
    periods = pl.DataFrame(rows, schema=PERIOD_SCHEMA, orient="row")
    population = pl.DataFrame({"person": [PERSON] * len(seen), "reference_date": sorted(seen)}).cast(
        {"person": pl.UInt32, "reference_date": pl.Date}
    )
    # Another citizen, of whom everything is known, must not be taken for this one.
    died = None if deaths is None else [(PERSON, day) for day in deaths] + [(PERSON + 1, date(2015, 1, 1))]
    moved = None if moves is None else [(PERSON + 1, date(2016, 1, 1), "U")] + [(PERSON, *move) for move in moves]
    found = presence(
        periods,
        population,
        sorted(delivered),
        None if died is None else pl.DataFrame(died, schema=DEATHS, orient="row"),
        None if moved is None else pl.DataFrame(moved, schema=MOVES, orient="row"),
    )
    assert found.columns == [*PERIOD_SCHEMA, "present"]
    assert found.drop("present").equals(periods)
    return found.get_column("present").to_list()


@quick
@given(windows, snapshot_sets, snapshot_sets, st.none() | days, move_lists)
def test_presence_to_the_day(
    of: list[tuple[date, date]],
    seen: set[date],
    missing: set[date],
    died: date | None,
    moves: list[slow.Move],
) -> None:
    delivered = set(SNAPSHOTS) - missing
    own = seen & delivered
    expected = [slow.present(window, own, delivered, died, moves) for window in of]
    assert told(of, own, delivered, [died] if died else [], moves) == expected


@quick
@given(windows, snapshot_sets, snapshot_sets)
def test_without_the_registers_the_snapshots_decide(
    of: list[tuple[date, date]], seen: set[date], missing: set[date]
) -> None:
    delivered = set(SNAPSHOTS) - missing
    own = seen & delivered
    expected = [slow.present(window, own, delivered) for window in of]
    assert told(of, own, delivered, None, None) == expected
    assert told(of, own, delivered, [], []) == expected


YEAR = (date(2021, 1, 1), date(2021, 12, 31))
BY_HAND = {
    "died on New Year's Eve: dead on every day of the year": ({date(2020, 12, 31)}, date(2020, 12, 31), [], False),
    "died on New Year's Day: alive on one day": ({date(2020, 12, 31)}, date(2021, 1, 1), [], True),
    "left on New Year's Day": ({date(2020, 12, 31)}, None, [(date(2021, 1, 1), "U")], False),
    "left the day after": ({date(2020, 12, 31)}, None, [(date(2021, 1, 2), "U")], True),
    "back on the last day": (
        {date(2020, 12, 31)},
        None,
        [(date(2021, 1, 1), "U"), (date(2021, 12, 31), "I")],
        True,
    ),
    "left, and seen again without a move": ({date(2020, 12, 31)}, None, [(date(2020, 6, 1), "U")], True),
    "left for good before the snapshot that still shows them by its day": (
        {date(2019, 12, 31), date(2020, 12, 31)},
        None,
        [(date(2020, 12, 31), "U")],
        False,
    ),
    "left, and dead before coming back": (
        {date(2020, 12, 31)},
        date(2021, 5, 31),
        [(date(2021, 1, 1), "U"), (date(2021, 6, 1), "I")],
        False,
    ),
    "came and left between snapshots": (set(), None, [(date(2021, 3, 1), "I"), (date(2021, 3, 2), "U")], True),
    "came and left the year before": (set(), None, [(date(2020, 3, 1), "I"), (date(2021, 1, 1), "U")], False),
    "came, and died": (set(), date(2021, 4, 1), [(date(2021, 3, 1), "I")], True),
    "came, and no more is told": (set(), None, [(date(2021, 3, 1), "I")], False),
    "left and came on one day": ({date(2020, 12, 31)}, None, [(date(2021, 1, 1), "I"), (date(2021, 1, 1), "U")], True),
}


@pytest.mark.parametrize("case", BY_HAND)
def test_a_year_by_hand(case: str) -> None:
    seen, died, moves, expected = BY_HAND[case]
    delivered = {date(2019, 12, 31), date(2020, 12, 31), date(2021, 12, 31)}
    assert slow.present(YEAR, seen, delivered, died, moves) is expected
    assert told([YEAR], seen, delivered, [died] if died else [], moves) == [expected]


def test_what_the_snapshots_cannot_tell_no_move_tells() -> None:
    moves = [(date(2021, 3, 1), "I"), (date(2021, 4, 1), "U")]
    assert told([YEAR], set(), set(), [date(2020, 1, 1)], moves) == [None]


def test_no_periods() -> None:
    assert told([], set(), {date(2020, 12, 31)}, [date(2020, 1, 1)], [(date(2020, 1, 1), "U")]) == []
