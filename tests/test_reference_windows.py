"""Periods, presence, coverage and what falls into a period: the fast code against the slow reference."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import coverage, unions, windows
from reference import presence as attendance

from pipelines.coverage import COVERAGE_SCHEMA, column_coverage, covered, span_coverage
from pipelines.periods import PERIOD_SCHEMA, study_periods
from pipelines.presence import presence
from pipelines.use import quantities, study_use

quick = settings(max_examples=150, deadline=None)
DAY = timedelta(days=1)

# Days around year ends and leap days, so that boundaries meet often; 2020 is a long ISO year.
EDGES = [date(2019, 12, 31), date(2020, 2, 29), date(2020, 12, 31), date(2021, 2, 28), date(2023, 12, 31)]
LENGTHS = st.sampled_from([0, 1, 2, 6, 7, 40, 365, 800])
days = st.builds(
    lambda edge, shift: edge + shift * DAY, st.sampled_from([*EDGES, date(2024, 2, 29)]), st.integers(-3, 3)
)
spans = st.builds(
    lambda day, length, forward: (day, day + length * DAY) if forward else (day - length * DAY, day),
    days,
    LENGTHS,
    st.booleans(),
)
years = st.integers(2018, 2024).map(lambda year: (date(year, 1, 1), date(year, 12, 31)))
period_lists = st.lists(st.tuples(st.integers(1, 2), spans | years), max_size=6).map(
    lambda rows: {(person, n): window for n, (person, window) in enumerate(rows)}
)
# All within three weeks, so that spells and periods overlap more often than not.
crowded = st.builds(
    lambda shift, length: (date(2020, 12, 20) + shift * DAY, date(2020, 12, 20) + (shift + length) * DAY),
    st.integers(0, 14),
    st.sampled_from([0, 0, 1, 2, 7, 14]),
)
crowded_periods = st.lists(st.tuples(st.integers(1, 2), crowded), min_size=1, max_size=4).map(
    lambda rows: {(person, n): window for n, (person, window) in enumerate(rows)}
)


def period_frame(periods: dict[tuple[int, int], tuple[date, date]]) -> pl.DataFrame:
    rows = [(person, period, *window) for (person, period), window in periods.items()]
    return pl.DataFrame(rows, schema=PERIOD_SCHEMA, orient="row")


participants = st.lists(
    st.tuples(days, st.one_of(st.none(), st.integers(0, 3), st.integers(0, 800))).map(
        lambda course: (course[0], None if course[1] is None else course[0] + course[1] * DAY)
    ),
    min_size=1,
    max_size=4,
)


@quick
@given(participants, st.sampled_from(["calendar", "anchored"]), st.integers(0, 5), st.integers(0, 4), st.none() | days)
def test_study_periods(
    courses: list[tuple[date, date | None]], mode: str, before: int, after: int, data_end: date | None
) -> None:
    frame = pl.DataFrame(
        [(person, start.year, start, end) for person, (start, end) in enumerate(courses)],
        schema={"person": pl.UInt32, "start_year": pl.Int32, "start_date": pl.Date, "end_date": pl.Date},
        orient="row",
    )
    expected = {}
    for person, (start, end) in enumerate(courses):
        if mode == "calendar":
            own = windows.calendar_periods(start.year, before, after)
        else:
            own = windows.anchored_periods(start, end, before, after, data_end)
        expected |= {(person, period): window for period, window in own.items()}
    periods = study_periods(frame, mode, before, after, data_end)
    assert periods.schema == PERIOD_SCHEMA
    assert periods.rows() == [(*key, *window) for key, window in sorted(expected.items())]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (
            date(2020, 2, 29),
            date(2024, 2, 28),
            {
                -2: (date(2018, 2, 28), date(2019, 2, 27)),
                -1: (date(2019, 2, 28), date(2020, 2, 28)),
                0: (date(2020, 2, 29), date(2024, 2, 28)),
                1: (date(2024, 2, 29), date(2025, 2, 27)),
                2: (date(2025, 2, 28), date(2026, 2, 27)),
            },
        ),
        (
            date(2021, 3, 1),
            date(2021, 3, 1),
            {
                -2: (date(2019, 3, 1), date(2020, 2, 29)),
                -1: (date(2020, 3, 1), date(2021, 2, 28)),
                0: (date(2021, 3, 1), date(2021, 3, 1)),
                1: (date(2021, 3, 2), date(2022, 3, 1)),
                2: (date(2022, 3, 2), date(2023, 3, 1)),
            },
        ),
    ],
)
def test_anchored_years_by_hand(start: date, end: date, expected: dict[int, tuple[date, date]]) -> None:
    """Both the reference and the fast code, against dates worked out by hand."""
    assert windows.anchored_periods(start, end, 2, 2, None) == expected
    frame = pl.DataFrame({"person": [1], "start_year": [start.year], "start_date": [start], "end_date": [end]})
    rows = study_periods(frame.cast({"person": pl.UInt32, "start_year": pl.Int32}), "anchored", 2, 2, None).rows()
    assert {period: (first, last) for _, period, first, last in rows} == expected


SNAPSHOTS = [date(year, month, day) for year in range(2018, 2025) for month, day in ((12, 31), (12, 1), (10, 31))]
snapshot_sets = st.sets(st.sampled_from(SNAPSHOTS)).flatmap(lambda few: st.sampled_from([few, set(SNAPSHOTS) - few]))


@quick
@given(period_lists, snapshot_sets, st.dictionaries(st.integers(1, 4), snapshot_sets))
def test_presence(
    periods: dict[tuple[int, int], tuple[date, date]], delivered: set[date], seen: dict[int, set[date]]
) -> None:
    population = pl.DataFrame(
        [(person, day) for person, own in seen.items() for day in own & delivered],
        schema={"person": pl.UInt32, "reference_date": pl.Date},
        orient="row",
    )
    told = presence(period_frame(periods), population, sorted(delivered))
    assert told.columns == [*PERIOD_SCHEMA, "present"]
    assert {(person, period): is_present for person, period, *_, is_present in told.iter_rows()} == {
        (person, period): attendance.present(window, seen.get(person, set()) & delivered, delivered)
        for (person, period), window in periods.items()
    }


SERVICES = pl.DataFrame(
    [
        ("kontanthjaelp", "dream", "kontanthjaelp", "weeks"),
        ("ordinaer_beskaeftigelse", "dream", "ordinaer_beskaeftigelse", "months"),
        ("somatik_indlaeggelse", "lpr_a_kontakt", "somatik_indlaeggelse", "count"),
        ("somatik_sengedag", "lpr_a_kontakt", "somatik_indlaeggelse", "bed_days"),
        ("somatik_ambulant", "lpr_a_kontakt", "somatik_ambulant", "count"),
        ("behandling", "handic", "behandling", "days"),
    ],
    schema=["service", "register", "spell", "measure"],
    orient="row",
)


def delivered_columns(first: date, last: date, lost: set[int]) -> tuple[dict[str, date], dict[str, date]]:
    """DREAM's week and month columns from first to last, without the weeks and months whose number is ``lost``."""
    all_days = [first + n * DAY for n in range((last - first).days + 1)]
    weeks = {f"w{n}": day for n, day in enumerate(d for d in all_days if d.isoweekday() == 4) if n not in lost}
    months = {f"m{n}": day for n, day in enumerate(d for d in all_days if d.day == 1) if n not in lost}
    return weeks, months


@quick
@given(
    period_lists,
    spans,
    spans,
    st.none() | st.tuples(days, st.sampled_from(["202012", "2020", "202102", "2021", "202402"])),
    st.sets(st.integers(0, 12), max_size=2),
)
def test_covered(
    periods: dict[tuple[int, int], tuple[date, date]],
    week_span: tuple[date, date],
    month_span: tuple[date, date],
    lpr: tuple[date, str] | None,
    lost: set[int],
) -> None:
    weeks, _ = delivered_columns(week_span[0] - 300 * DAY, week_span[1], lost)
    _, months = delivered_columns(month_span[0] - 300 * DAY, month_span[1], lost)
    dream_end = max(week_span[1], month_span[1])
    delivered = [column_coverage("dream", weeks, months, dream_end)]
    spanned: dict[str, list[coverage.Window]] = {"dream": [], "handic": [], "lpr_a_kontakt": []}
    if lpr is not None:
        span = coverage.span(lpr[0], f"lpr_a_kontakt{lpr[1]}")
        spanned["lpr_a_kontakt"].append(span)
        delivered.append(span_coverage("lpr_a_kontakt", lpr[0], span[1]))
    delivered.append(span_coverage("handic", None, date(2023, 12, 31)))
    found = covered(period_frame(periods), pl.concat(delivered).cast(dict(COVERAGE_SCHEMA)), SERVICES)
    assert {tuple(key): told for *key, told in found.iter_rows()} == {
        (person, period, service): coverage.covered(
            measure, window, spanned[register], set(weeks.values()), set(months.values())
        )
        for (person, period), window in periods.items()
        for service, register, _, measure in SERVICES.iter_rows()
    }


SPELLS = SERVICES["spell"].unique(maintain_order=True).to_list()
spell_lists = st.lists(st.tuples(st.integers(1, 2), st.sampled_from(SPELLS), spans | crowded), min_size=1, max_size=8)


def measured(
    periods: dict[tuple[int, int], tuple[date, date]], spells: list[tuple[int, str, tuple[date, date]]]
) -> dict[tuple[int, int, str], tuple[int, int]]:
    """Quantity and number of spells by (person, period, service), above 0 only."""
    found: dict[tuple[int, int, str], list[int]] = defaultdict(list)
    for (person, period), window in periods.items():
        for owner, kind, span in spells:
            for service, _, spell, measure in SERVICES.iter_rows():
                quantity = windows.measure(measure, span, window) if (owner, kind) == (person, spell) else 0
                if quantity:
                    found[person, period, service].append(quantity)
    return {key: (sum(parts), len(parts)) for key, parts in found.items()}


def spell_frame(spells: list[tuple[int, str, tuple[date, date]]]) -> pl.DataFrame:
    rows = [(person, kind, *span, 1) for person, kind, span in spells]
    schema = {"person": pl.UInt32, "service": pl.String, "start": pl.Date, "end": pl.Date, "quantity": pl.Int32}
    return pl.DataFrame(rows, schema=schema, orient="row")


@quick
@given(crowded_periods | period_lists, spell_lists)
def test_quantities(
    periods: dict[tuple[int, int], tuple[date, date]], spells: list[tuple[int, str, tuple[date, date]]]
) -> None:
    found = quantities(spell_frame(spells), period_frame(periods), SERVICES)
    assert (found.schema["quantity"], found.schema["spells"]) == (pl.Float64, pl.UInt32)
    assert {tuple(key): (quantity, n) for *key, quantity, n in found.iter_rows()} == measured(periods, spells)


@quick
@given(crowded_periods, spell_lists, st.data())
def test_study_use(
    periods: dict[tuple[int, int], tuple[date, date]],
    spells: list[tuple[int, str, tuple[date, date]]],
    data: st.DataObject,
) -> None:
    """Absent: no row, counted as outside, covered or not. Not told or not covered: null. Else what was used."""
    present = {key: data.draw(st.sampled_from([True, True, False, None])) for key in periods}
    is_covered = {(*key, s): data.draw(st.booleans()) for key in periods for s in SERVICES["service"]}
    expected: dict[tuple[int, int, str], tuple[int | None, int | None]] = {}
    outside: dict[tuple[int, str], tuple[int, int]] = {}
    amounts = measured(periods, spells)
    for key, covers in is_covered.items():
        there, amount = present[key[:2]], amounts.get(key)
        if there is None or (there and not covers):
            expected[key] = (None, None)
        elif there and amount:
            expected[key] = amount
        elif not there and amount:
            citizens, quantity = outside.get(key[1:], (0, 0))
            outside[key[1:]] = (citizens + 1, quantity + amount[0])
    frame = period_frame(periods).with_columns(present=pl.Series(list(present.values()), dtype=pl.Boolean))
    told = pl.DataFrame(
        [(*key, covers) for key, covers in is_covered.items()],
        schema={"person": pl.UInt32, "period": pl.Int16, "service": pl.String, "covered": pl.Boolean},
        orient="row",
    )
    result = study_use("trial", frame, told, spell_frame(spells), SERVICES)
    rows = result.use.select("person", "period", "service", "quantity", "spells").rows()
    assert rows == [(*key, *amount) for key, amount in sorted(expected.items())]
    left_out = result.outside.select("period", "service", "citizens", "quantity").iter_rows()
    assert {(period, service): tuple(counts) for period, service, *counts in left_out} == outside


@quick
@given(spans, st.sampled_from(["weeks", "days", "months", "count", "bed_days"]), days)
def test_windows_that_touch_share_nothing_and_lose_nothing(
    spell: tuple[date, date], measure: str, boundary: date
) -> None:
    """Whatever the cut, two windows that touch hold what one window over both of them holds."""
    start, end = spell[0] - DAY, max(spell[1], boundary) + DAY
    cut = min(max(boundary, start), end - DAY)
    whole = windows.measure(measure, spell, (start, end))
    assert whole == windows.measure(measure, spell, (start, cut)) + windows.measure(measure, spell, (cut + DAY, end))
    if measure == "days":
        assert whole == len(unions.dates(*spell))
