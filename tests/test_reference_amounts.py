"""Hours, wages, values, expenditure and cases to spells: the fast code against the slow reference, and by hand."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import expenditure, pay, unions

from catalogue.reader import read_catalogue
from pipelines.codes import NO_CODE, UNMAPPED_SCHEMA
from pipelines.quantities import MOST, quantity_spells, summed
from pipelines.registers import bfl, drg_kontakter, kraf, krin, krsi
from pipelines.registers import siu_individ_udgifter_total as siu
from pipelines.registers.lpr_a_kontakt import of_lpr3
from pipelines.spells import SPELL_SCHEMA
from pipelines.stages import Stage

quick = settings(max_examples=150, deadline=None)
DAY = timedelta(days=1)
LEAP = date(2020, 2, 29)
DATA_END = date(2020, 12, 31)
days = st.integers(-70, 40).map(lambda shift: LEAP + shift * DAY)
Spell = tuple[int, str, date, date, int]


def made(stage: Stage, rows: pl.DataFrame, **settings: object) -> list[Spell]:
    """The spells of a register's rows, as the stage gives them; no code of it is unmapped."""
    tables = stage.of_persons({"rows": rows.lazy()}, **settings)
    assert set(tables) == set(stage.add_up) == {"spells", "unmapped"}
    assert tables["spells"].schema == SPELL_SCHEMA
    assert tables["unmapped"].schema == UNMAPPED_SCHEMA
    assert tables["unmapped"].is_empty()
    return tables["spells"].rows()


@quick
@given(st.lists(st.tuples(st.integers(0, 3), days, st.integers(-3, 3), st.integers(-9, 9)), max_size=15))
def test_summed_in_any_order_of_years(rows: list[tuple[int, date, int, int]]) -> None:
    totals: dict[tuple[int, date], Counter[str]] = {}
    for person, day, n, m in rows:
        totals.setdefault((person, day), Counter()).update(n=n, m=m)
    frame = pl.DataFrame(rows, schema={"person": pl.UInt32, "day": pl.Date, "n": pl.Int8, "m": pl.Int64}, orient="row")
    found = summed(frame, ["person", "day"])
    assert found.schema == {"person": pl.UInt32, "day": pl.Date, "n": pl.Int64, "m": pl.Int64}
    assert found.rows() == sorted((*key, total["n"], total["m"]) for key, total in totals.items())


JOBS = {"person": pl.UInt32, "start": pl.Date, "hours_hundredths": pl.Int64, "wage_oere": pl.Int64}
jobs = st.lists(
    st.tuples(st.integers(1, 2), days, st.none() | st.integers(-300, 17000), st.none() | st.integers(-500, 4_000_000)),
    max_size=12,
)


@quick
@given(jobs)
def test_pay(rows: list[pay.Job]) -> None:
    assert made(bfl.STAGE, pl.DataFrame(rows, schema=JOBS, orient="row")) == pay.spells(rows)


@pytest.mark.parametrize(
    ("hundredths", "hours"), [([1], 1), ([49], 1), ([150], 2), ([149], 1), ([30, 30], 1), ([5000, -4900], 1), ([0], 0)]
)
def test_hours_are_added_up_before_they_are_rounded(hundredths: list[int], hours: int) -> None:
    rows: list[pay.Job] = [(1, LEAP, n, 0) for n in hundredths]
    month = (date(2020, 2, 1), LEAP)
    expected = [(1, "loentimer", *month, hours)] if hours else []
    assert pay.spells(rows) == expected
    assert made(bfl.STAGE, pl.DataFrame(rows, schema=JOBS, orient="row")) == expected


@pytest.mark.parametrize("stage", [krsi.STAGE, kraf.STAGE])
def test_cases_of_one_day_stay_apart(stage: Stage) -> None:
    kind = {"krsi_spells": "sigtelse", "kraf_spells": "afgoerelse"}[stage.name]
    years = [(2, LEAP), (2, LEAP), (1, LEAP + DAY)]  # the years of a register follow each other, each sorted
    rows = pl.DataFrame(years, schema={"person": pl.UInt32, "start": pl.Date}, orient="row")
    assert made(stage, rows) == [
        (1, kind, LEAP + DAY, LEAP + DAY, 1),
        (2, kind, LEAP, LEAP, 1),
        (2, kind, LEAP, LEAP, 1),
    ]


@quick
@given(st.lists(st.tuples(st.integers(1, 2), days, st.none() | st.integers(0, 9)), max_size=10))
def test_imprisonment(rows: list[tuple[int, date, int | None]]) -> None:
    spans = [(person, start, None if n is None else start + n * DAY) for person, start, n in rows]
    held = unions.granted_dates((unions.Grant(p, "indsaettelse", *span) for p, *span in spans), DATA_END)
    frame = pl.DataFrame(spans, schema={"person": pl.UInt32, "start": pl.Date, "end": pl.Date}, orient="row")
    assert made(krin.STAGE, frame, data_end=DATA_END) == unions.spells(held)


def test_drg_values() -> None:
    midnight = datetime(LEAP.year, LEAP.month, LEAP.day)
    evening = midnight + timedelta(hours=23)
    rows = pl.DataFrame(
        [
            (1, evening, 250_000, "50"),
            (1, midnight, 100_000, "1"),
            (1, midnight, 100_000, None),
            (1, midnight, 0, "52"),
            (1, midnight, None, "52"),
        ],
        schema={"person": pl.UInt32, "start": pl.Datetime("us"), "value_oere": pl.Int64, "speciale": pl.String},
        orient="row",
    )
    specialties = read_catalogue().psychiatric_specialties_lpr2
    assert made(drg_kontakter.STAGE, rows, psychiatric_specialties_lpr2=specialties) == [
        (1, "psykiatri_drg", LEAP, LEAP, 250_000),
        (1, "somatik_drg", LEAP, LEAP, 100_000),
        (1, "somatik_drg", LEAP, LEAP, 100_000),
    ]


SIU = {
    "person": pl.UInt32, "start": pl.Date, "end": pl.Date, "indsats": pl.String, "expenditure_oere": pl.Int64
}  # fmt: skip
outlays = st.tuples(
    st.integers(1, 2),
    days,
    st.none() | st.sampled_from([0, 0, 1, 30, 200]),
    st.sampled_from(["85", "107", "999", None]),
    st.integers(-5, 5) | st.integers(0, 10**9),
)


@quick
@given(st.lists(outlays, max_size=6))
def test_expenditure(rows: list[tuple[int, date, int | None, str | None, int]]) -> None:
    service = {"85": "socialpaedagogisk_stoette_udgift", "107": "botilbud_midlertidigt_udgift"}
    spans = [(p, start, None if n is None else start + n * DAY, code, oere) for p, start, n, code, oere in rows]
    expected = [
        (person, service[code], first, last, part)
        for person, start, end, code, oere in spans
        if code in service
        for first, last, part in expenditure.by_month(start, end or DATA_END, oere)
        if part > 0
    ]
    unknown = Counter((code or NO_CODE, start.year) for _, start, _, code, _ in spans if code not in service)
    tables = siu.STAGE.of_persons(
        {"rows": pl.LazyFrame(spans, schema=SIU, orient="row")},
        siu_services=read_catalogue().siu_services,
        data_end=DATA_END,
    )
    assert tables["spells"].schema == SPELL_SCHEMA
    assert sorted(tables["spells"].rows()) == sorted(expected)
    assert tables["spells"].equals(tables["spells"].sort("person", "service", "start", maintain_order=True))
    assert tables["unmapped"].rows() == sorted((*key, n) for key, n in unknown.items())


def test_the_last_month_gets_what_is_left() -> None:
    """1,000 øre over 1 + 29 + 1 days: 32 and 935 in whole øre, and 33 where 32 would be too little."""
    rows = [(1, date(2020, 1, 31), date(2020, 3, 1), "85", 1000)]
    kind = "socialpaedagogisk_stoette_udgift"
    tables = siu.STAGE.of_persons(
        {"rows": pl.LazyFrame(rows, schema=SIU, orient="row")},
        siu_services=read_catalogue().siu_services,
        data_end=DATA_END,
    )
    assert tables["spells"].rows() == [
        (1, kind, date(2020, 1, 31), date(2020, 1, 31), 32),
        (1, kind, date(2020, 2, 1), LEAP, 935),
        (1, kind, date(2020, 3, 1), date(2020, 3, 1), 33),
    ]


@pytest.mark.parametrize(
    ("quantity", "parts"), [(MOST, [MOST]), (MOST + 1, [MOST, 1]), (2 * MOST, [MOST, MOST]), (0, []), (-1, [])]
)
def test_an_amount_larger_than_a_spell_holds_is_several(quantity: int, parts: list[int]) -> None:
    rows = pl.DataFrame([(1, "loen", LEAP, LEAP, quantity), (2, "loen", LEAP, LEAP, 5)], orient="row").cast(
        {"column_0": pl.UInt32, "column_4": pl.Int64}
    )
    rows.columns = SPELL_SCHEMA.names()
    found = quantity_spells(rows)
    assert found.schema == SPELL_SCHEMA
    assert found.get_column("quantity").to_list() == [*parts, 5]
    assert found.get_column("person").to_list() == [1] * len(parts) + [2]


def test_beside_lpr2_only_what_was_reported_to_lpr3_is_kept() -> None:
    contacts = pl.LazyFrame({"person": [1, 2, 3], "indberetningssystem": ["LPR3", "LPR2", None]})
    assert of_lpr3(contacts).collect().get_column("person").to_list() == [1]
