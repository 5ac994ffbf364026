"""Profiles and measures of registers: the fast code against the slow reference."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import quality

from expectations.contracts.columns import polars_schema
from expectations.contracts.registers import REGISTERS
from pipelines.quality.drift import register_measures
from pipelines.quality.profiles import PROFILE_SCHEMA, profile

quick = settings(max_examples=50, deadline=None)
people = st.integers(1, 4)
Rows = list[dict[str, Any]]


def register(name: str, rows: Rows, *order: str) -> pl.LazyFrame:
    schema = polars_schema(REGISTERS[name])
    return pl.DataFrame(rows, schema=schema).sort("person", *order).lazy()


def told(frame: pl.DataFrame) -> quality.Profile:
    assert frame.schema == PROFILE_SCHEMA
    counts = {row[:4]: row[4] for row in frame.iter_rows()}
    assert len(counts) == frame.height
    return counts


def one_of(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


citizens = st.lists(
    st.fixed_dictionaries(
        {
            "person": people,
            "reference_date": one_of(date(2016, 2, 29), date(2016, 6, 30), date(2016, 12, 31)),
            "foed_dag": one_of(
                None, date(1900, 2, 28), date(1900, 12, 31), date(1901, 1, 1), date(2016, 12, 31), date(2017, 1, 1)
            ),
            "koen": one_of(None, "1", "2", "3", "9"),
            "kom": one_of(None, "101", "099", "12", "1a1"),
            "antpersh": one_of(None, 0, 1, 100, 101),
            "ie_type": one_of(None, "1", "4"),
            "far": one_of(None, 7),
            "mor": one_of(None, 8),
        }
    ),
    max_size=12,
    unique_by=lambda row: (row["person"], row["reference_date"]),
)


@quick
@given(citizens)
def test_bef(rows: Rows) -> None:
    assert told(profile("bef", register("bef", rows, "reference_date"))) == quality.bef(rows)


EVE = datetime(2018, 12, 31, 23)
contacts = st.lists(
    st.builds(
        lambda person, start, days, contact, kont_type, hovedspec: {
            "person": person,
            "contact": contact,
            "start": start,
            "end": start + timedelta(days=days),
            "kont_type": kont_type,
            "hovedspec": hovedspec,
        },
        people,
        one_of(
            EVE,
            EVE + timedelta(hours=1),
            datetime(1976, 12, 31),
            datetime(1977, 1, 1),
            datetime(2020, 6, 30, 23),
            datetime(2020, 7, 1),
        ),
        one_of(0, 366, 367),
        one_of(None, "a", "b"),
        one_of(None, "ALCA00"),
        one_of(None, "Kirurgi", "Psykiatri"),
    ),
    max_size=14,
)


@quick
@given(contacts)
def test_lpr_a_kontakt(rows: Rows) -> None:
    frame = register("lpr_a_kontakt", rows, "start", "end", "contact")
    data_end = date(2020, 6, 30)
    assert told(profile("lpr_a_kontakt", frame, data_end=data_end)) == quality.lpr_a_kontakt(rows, data_end)


grants = st.lists(
    st.fixed_dictionaries(
        {
            "person": people,
            "code": one_of("85", "107"),
            "start": one_of(
                date(1976, 3, 31),
                date(1976, 4, 1),
                date(2012, 12, 31),
                date(2013, 1, 1),
                date(2020, 6, 30),
                date(2020, 7, 1),
            ),
            "end": one_of(None, date(2020, 7, 2), date(2120, 6, 30), date(2120, 7, 1), date(9999, 12, 31)),
            "betalingskommune": st.none(),
            "godkendtperiode": st.none(),
        }
    ),
    max_size=14,
)


@quick
@given(grants)
def test_handic(rows: Rows) -> None:
    frame, data_end = register("handic", rows, "start", "end", "code"), date(2020, 6, 30)
    assert told(profile("handic", frame, data_end=data_end)) == quality.handic(rows, data_end)


@st.composite
def runs(draw: st.DrawFn, first: date, unit: int) -> Rows:
    """Runs of weeks (unit 7) or days of one citizen after the other, none over another."""
    rows = []
    for person in range(1, draw(people)):
        at = first
        for gap, length in draw(st.lists(st.tuples(one_of(0, 1, 60), one_of(1, 2, 55, 110)), max_size=4)):
            start = at + timedelta(days=gap * unit)
            at = start + timedelta(days=length * unit)
            code = draw(one_of("111", "130", "x", "1a1"))
            rows.append({"person": person, "code": code, "start": start, "end": at - timedelta(days=1)})
    return rows


@st.composite
def months(draw: st.DrawFn) -> Rows:
    rows = []
    for row in draw(runs(date(2018, 11, 1), 31)):
        start, end = row["start"].replace(day=1), row["end"].replace(day=1) - timedelta(days=1)
        if start < end and not any(other["person"] == row["person"] and other["end"] >= start for other in rows):
            rows.append({"person": row["person"], "start": start, "end": end})
    return rows


@quick
@given(runs(date(2018, 12, 10), 7), months())
def test_dream(weeks: Rows, employment: Rows) -> None:
    frames = register("dream", weeks, "start"), register("dream_employment", employment, "start")
    assert told(profile("dream", *frames)) == quality.dream(weeks, employment)


codes = st.dictionaries(one_of("101", "147", "751"), st.integers(1, 6), max_size=3)


@st.composite
def profiles(draw: st.DrawFn) -> quality.Profile:
    """Profiles of 2004 to 2010 with years without rows among them, and a second table as DREAM has."""
    made: quality.Profile = {}
    for year in [None, *draw(st.lists(st.integers(2004, 2010), unique=True))]:
        rows = draw(st.integers(1, 40))
        made[year, "rows", None, None] = rows
        made[year, "citizens", None, None] = draw(st.integers(1, rows))
        made[year, "missing", "kom", None] = draw(st.integers(0, rows))
        made[year, "implausible", "kom", None] = draw(st.integers(0, rows))
        made[year, "repeated", None, None] = draw(st.integers(0, rows - 1))
        if draw(st.booleans()):
            made[year, "rows", "dream_employment", None] = draw(st.integers(1, 40))
            made[year, "citizens", "dream_employment", None] = 1
        if year is not None:
            for column in ("kom", "koen"):
                made |= {(year, "code", column, code): n for code, n in draw(codes).items()}
    return made


def frame(made: quality.Profile) -> pl.DataFrame:
    return pl.DataFrame([(*counted, n) for counted, n in made.items()], schema=PROFILE_SCHEMA, orient="row")


@settings(max_examples=100, deadline=None)
@given(
    profiles(),
    st.one_of(st.none(), profiles()),
    one_of(None, date(2003, 6, 30), date(2007, 12, 31), date(2009, 6, 30), date(2011, 12, 31)),
)
def test_measures(now: quality.Profile, before: quality.Profile | None, data_end: date | None) -> None:
    found = register_measures(frame(now), None if before is None else frame(before), data_end)
    expected = quality.measures(now, before, data_end)
    assert found.select("scope", "measure").n_unique() == found.height
    assert {(scope, measure): figures for scope, measure, *figures in found.iter_rows()} == {
        asked: pytest.approx(figures) for asked, figures in expected.items()
    }
