"""DREAM's wide rows to spells of benefit and months in work: the fast code against a loop over cells."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import dream, unions

from pipelines.registers.dream import (
    EMPLOYMENT,
    WEEK_RUNS,
    benefit_spells,
    code_on,
    employment_spells,
    month_runs,
    on_services,
    unmapped_weeks,
    week_runs,
)
from pipelines.spells import SPELL_SCHEMA
from pipelines.weeks import month_columns, week_columns

quick = settings(max_examples=150, deadline=None)

# Week 53 of 2020 has its Thursday on 31 December; the years 2000 to 2020 are not delivered, so runs must break there.
WEEKS = [
    *dream.week_columns(date(2020, 11, 20), date(2021, 2, 4)),
    *dream.week_columns(date(1999, 12, 16), date(2000, 1, 12)),
]
MONTHS = ["GRAD_1999_12", "GRAD_2000_01", "GRAD_2020_11", "GRAD_2020_12", "GRAD_2021_01", "GRAD_2021_02"]
CODES = [
    dream.Code("783", "foertidspension", True),
    dream.Code("781", "foertidspension", True),
    dream.Code("012", "su", False),
    dream.Code("113", "dagpenge", True, None, date(2020, 12, 31)),
    dream.Code("115", "dagpenge", True, date(2020, 12, 31), None),
    dream.Code("700", "kontanthjaelp", True, None, date(2021, 1, 6)),
    dream.Code("700", "su", False, date(2021, 1, 7), None),
    dream.Code("121", None, False),
    dream.Code("122", None, True),
]
CODE_LIST = pl.DataFrame(
    [(c.code, c.service, c.is_transfer, c.valid_from, c.valid_to) for c in CODES],
    schema={
        "code": pl.String,
        "service": pl.String,
        "is_transfer": pl.Boolean,
        "valid_from": pl.Date,
        "valid_to": pl.Date,
    },
    orient="row",
)
BLANK = (None, "", "   ")
AS_TEXT = [*BLANK, "783", "783", " 783", "781", "012", "12", "113", "115", "700", "121", "122", "555", "X9 ", "12A"]
AS_NUMBER = [None, None, 783, 783, 781, 12, 113, 115, 700, 121, 122, 555]


@st.composite
def deliveries(draw: st.DrawFn) -> list[dict[str, object]]:
    """Wide rows of up to three citizens; a column is text or number for all of them. Runs are drawn, not cells."""
    numeric = set(draw(st.lists(st.sampled_from(WEEKS), max_size=6)))
    rows: list[dict[str, object]] = []
    for person in range(1, draw(st.integers(1, 3)) + 1):
        texts = draw(st.lists(st.sampled_from(AS_TEXT), min_size=4, max_size=len(WEEKS)))
        numbers = draw(st.lists(st.sampled_from(AS_NUMBER), min_size=1, max_size=4))
        row: dict[str, object] = {"person": person}
        for n, week in enumerate(WEEKS):
            row[week] = numbers[n % len(numbers)] if week in numeric else texts[n % len(texts)]
        for month in MONTHS:
            row[month] = draw(st.sampled_from([None, 0.0, 0.01, 1.0, 37.0]))
        rows.append(row)
    return rows


def frame(rows: list[dict[str, object]]) -> pl.DataFrame:
    def cells(column: str) -> pl.Series:
        values = [row[column] for row in rows]
        is_number = any(isinstance(value, int) for value in values)
        return pl.Series(column, values, pl.Int64 if is_number else pl.String)

    months = [pl.Series(month, [row[month] for row in rows], pl.Float64) for month in MONTHS]
    person = pl.Series("person", [row["person"] for row in rows], pl.UInt32)
    return pl.DataFrame([person, *(cells(week) for week in reversed(WEEKS)), *months])


def runs_of(rows: list[dict[str, object]]) -> pl.DataFrame:
    wide = frame(rows)
    runs = week_runs(wide, week_columns(wide.columns))
    assert runs.schema == WEEK_RUNS
    return runs


def test_week_columns_are_named_as_the_reference_names_them() -> None:
    assert week_columns(WEEKS) == {week: dream.thursday(week) for week in sorted(WEEKS, key=dream.thursday)}
    assert dream.thursday("Y_2053") == date(2020, 12, 31)
    assert "Y_2053" in WEEKS


@quick
@given(deliveries())
def test_benefit_spells(rows: list[dict[str, object]]) -> None:
    runs = runs_of(rows).lazy()
    weeks = on_services(runs, CODE_LIST)
    spells, unmapped = benefit_spells(weeks), unmapped_weeks(weeks, runs)
    assert spells.schema == SPELL_SCHEMA
    found: dict[tuple[int, str], list[date]] = defaultdict(list)
    for person, service, start, end, quantity in spells.iter_rows():
        assert (start.isoweekday(), end.isoweekday()) == (1, 7)
        thursdays = [day for day in unions.dates(start, end) if day.isoweekday() == 4]
        assert quantity == len(thursdays)
        found[person, service] += thursdays
    expected = {
        (row["person"], service): sorted(thursdays)
        for row in rows
        for service, thursdays in dream.benefit_weeks(row, CODES).items()
    }
    assert found == expected
    counted: dict[tuple[str, int], int] = defaultdict(int)
    for row in rows:
        for key, weeks in dream.unmapped(row, CODES).items():
            counted[key] += weeks
    assert {(code, year): n for code, year, n in unmapped.select("code", "year", "n").iter_rows()} == counted


@quick
@given(deliveries())
def test_months_in_ordinary_employment(rows: list[dict[str, object]]) -> None:
    wide = frame(rows)
    employed = month_runs(wide, month_columns(wide.columns))
    spells = employment_spells(employed.lazy(), on_services(runs_of(rows).lazy(), CODE_LIST))
    assert spells.schema == SPELL_SCHEMA
    found: dict[int, list[date]] = defaultdict(list)
    for person, service, start, end, quantity in spells.iter_rows():
        assert service == EMPLOYMENT
        firsts = [day for day in unions.dates(start, end) if day.day == 1]
        assert quantity == len(firsts)
        found[person] += firsts
    expected = {row["person"]: sorted(dream.months_employed(row, CODES)) for row in rows}
    assert found == {person: months for person, months in expected.items() if months}


@quick
@given(deliveries(), st.sampled_from(WEEKS))
def test_code_on(rows: list[dict[str, object]], week: str) -> None:
    thursday = dream.thursday(week)
    asked = pl.DataFrame(
        {"person": [1, 2, 3], "thursday": [thursday] * 3}, schema={"person": pl.UInt32, "thursday": pl.Date}
    )
    expected = {row["person"]: dream.code_text(row[week]) for row in rows if dream.code_text(row[week])}
    assert dict(code_on(runs_of(rows).lazy(), asked).select("person", "code").iter_rows()) == expected


def test_a_pnr_among_the_codes_is_not_kept() -> None:
    """Codes are shown in warnings and in quality/unmapped_codes: one too long to be a code may be a PNR."""
    batch = pl.DataFrame(
        {"person": [1], "y_2001": ["010203040506"], "y_2002": ["SEL107"]}, schema_overrides={"person": pl.UInt32}
    )
    runs = week_runs(batch, week_columns(batch.columns))
    assert runs["code"].to_list() == ["(too long)", "SEL107"]
