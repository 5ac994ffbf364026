"""Shelters, treatment and primary care to spells: the fast code against the slow reference, and boundaries by hand."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import fees as slow_fees
from reference import treatment, unions

from catalogue.reader import read_catalogue
from pipelines.codes import NO_CODE, UNMAPPED_SCHEMA
from pipelines.registers import herb_forsorg_mv_f, nab, smdb_vbgf, sssy
from pipelines.spells import SPELL_SCHEMA
from pipelines.stages import Stage

quick = settings(max_examples=150, deadline=None)
DAY = timedelta(days=1)
NEW_YEAR = date(2020, 12, 31)
DATA_END = NEW_YEAR + 40 * DAY

Spell = tuple[int, str, date, date, int]
spans = st.tuples(st.integers(0, 45), st.one_of(st.none(), st.sampled_from([0, 0, 1, 2, 9, 20]))).map(
    lambda span: (NEW_YEAR + (span[0] - 20) * DAY, None if span[1] is None else NEW_YEAR + (sum(span) - 20) * DAY)
)
courses = st.lists(st.tuples(st.integers(1, 2), spans), max_size=8)


def made(stage: Stage, rows: pl.DataFrame, **settings: object) -> tuple[list[Spell], list[tuple[str, int, int]]]:
    """The spells and unmapped codes of a register's rows, as the stage gives them."""
    tables = stage.of_persons({"rows": rows.lazy()}, **settings)
    assert set(tables) == set(stage.add_up) == {"spells", "unmapped"}
    assert tables["spells"].schema == SPELL_SCHEMA
    assert tables["unmapped"].schema == UNMAPPED_SCHEMA
    return tables["spells"].rows(), tables["unmapped"].rows()


def dated(rows: list[tuple[object, ...]], **more: type[pl.DataType]) -> pl.DataFrame:
    schema = {"person": pl.UInt32, "start": pl.Date, "end": pl.Date, **more}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("person", "start", nulls_last=True)


@quick
@given(st.lists(st.tuples(st.integers(1, 2), spans, st.sampled_from(["101", "101", "102", "103", "999", None]))))
def test_shelter_stays(rows: list[tuple[int, tuple[date, date | None], str | None]]) -> None:
    service = {"101": "forsorgshjem", "102": "forsorgshjem_andre_ophold", "103": "forsorgshjem_andre_ophold"}
    running = [row for row in rows if row[1][1] or row[1][0] <= DATA_END]
    held = unions.granted_dates(
        (unions.Grant(person, service[kind], *span) for person, span, kind in running if kind in service), DATA_END
    )
    unknown = Counter((kind or NO_CODE, span[0].year) for _, span, kind in running if kind not in service)
    found = made(
        herb_forsorg_mv_f.STAGE,
        dated([(person, *span, kind) for person, span, kind in rows], ophold_type=pl.String),
        shelter_stays=read_catalogue().shelter_stays,
        data_end=DATA_END,
    )
    assert found == (unions.spells(held), sorted((*key, n) for key, n in unknown.items()))


@quick
@given(st.lists(st.tuples(st.integers(1, 2), spans, st.booleans()), max_size=8), st.sampled_from([0, 1, 10]))
def test_drug_treatment(rows: list[tuple[int, tuple[date, date | None], bool]], gap_days: int) -> None:
    begun = [(person, start if initiated else None, end) for person, (start, end), initiated in rows]
    expected = [
        (person, "stofbehandling", first, last, (last - first).days + 1)
        for person in (1, 2)
        for first, last in treatment.spells([row[1:] for row in begun if row[0] == person], gap_days, DATA_END)
    ]
    found = made(smdb_vbgf.STAGE, dated(begun), drug_treatment_gap_days=gap_days, data_end=DATA_END)
    assert found == (expected, [])


@pytest.mark.parametrize(("next_start", "spells"), [(12, 1), (13, 2)])
def test_ten_days_without_treatment_join_and_eleven_do_not(next_start: int, spells: int) -> None:
    """A course that ends on the 1st, and another from the 12th: ten days, the 2nd to the 11th, lie between."""
    limit = int(read_catalogue().limit("drug_treatment_gap_days"))
    rows = [(1, date(2020, 4, 20), date(2020, 5, 1)), (1, date(2020, 5, next_start), date(2020, 5, 20))]
    found, _ = made(smdb_vbgf.STAGE, dated(rows), drug_treatment_gap_days=limit, data_end=DATA_END)
    assert len(found) == spells
    assert sum(quantity for *_, quantity in found) == {1: 31, 2: 12 + 8}[spells]


@quick
@given(courses, st.sampled_from([2019, 2020, 2021]))
def test_alcohol_treatment(rows: list[tuple[int, tuple[date, date | None]]], last_year: int) -> None:
    held = unions.granted_dates(
        (
            unions.Grant(person, "alkoholbehandling", start, end)
            for person, (start, end) in rows
            if end or start <= DATA_END
        ),
        DATA_END,
    )
    for key, days in held.items():
        held[key] = {day for day in days if day.year <= last_year}
    frame = dated([(person, *span) for person, span in rows])
    found = made(nab.STAGE, frame, nab_last_year=last_year, data_end=DATA_END)
    assert found == (unions.spells(held), [])


@pytest.mark.parametrize("end", [None, date(2022, 6, 1)])
def test_alcohol_treatment_is_cut_where_the_register_ends(end: date | None) -> None:
    limit = int(read_catalogue().limit("nab_last_year"))
    rows = dated([(1, date(2020, 12, 30), end), (1, date(2021, 1, 1), date(2021, 2, 1))])
    found, _ = made(nab.STAGE, rows, nab_last_year=limit, data_end=date(2023, 12, 31))
    assert found == [(1, "alkoholbehandling", date(2020, 12, 30), date(2020, 12, 31), 2)]


THURSDAYS = [date(2020, 12, 24), date(2020, 12, 31), date(2021, 1, 7)]
fee_lists = st.lists(
    st.builds(
        slow_fees.Fee,
        st.integers(1, 3),
        st.sampled_from(THURSDAYS),
        st.sampled_from([19, 69, 70, 70, 75, 80, 80, 90, 91]),
        st.none() | st.integers(-2, 4),
        st.none() | st.integers(-500, 20000),
        st.sampled_from([None, False, True]),
    ),
    max_size=20,
)


def fee_frame(fees: list[slow_fees.Fee]) -> pl.DataFrame:
    mark = {None: None, False: "0", True: "1"}
    return pl.DataFrame(
        [(f.person, f.thursday, f"{f.specialty:02d}", f.contacts, 1, f.oere, mark[f.child]) for f in fees],
        schema={
            "person": pl.UInt32,
            "start": pl.Date,
            "spec2": pl.String,
            "kontakt": pl.Int64,
            "ydlant": pl.Int64,
            "fee_oere": pl.Int64,
            "barnmak": pl.String,
        },
        orient="row",
    ).sort("person", "start")


@quick
@given(fee_lists)
def test_primary_care(fees: list[slow_fees.Fee]) -> None:
    specialties = read_catalogue().sssy_specialties
    assert made(sssy.STAGE, fee_frame(fees), sssy_specialties=specialties) == (slow_fees.spells(fees), [])


def test_primary_care_by_hand() -> None:
    """Contacts are added up and not counted by rows; a correction takes away; the child's fees are the child's."""
    week, next_week = THURSDAYS[:2]
    fees = [
        slow_fees.Fee(1, week, 80, 2, 30000, child=False),
        slow_fees.Fee(1, week, 80, 0, 4550, child=False),
        slow_fees.Fee(1, week, 80, -1, -15000, child=None),
        slow_fees.Fee(1, week, 90, 1, 900, child=False),
        slow_fees.Fee(1, week, 80, 5, 99900, child=True),
        slow_fees.Fee(1, next_week, 70, 1, 15000, child=False),
        slow_fees.Fee(1, next_week, 70, -1, -15000, child=False),
        slow_fees.Fee(2, week, 24, 3, 90000, child=False),
    ]
    expected = [
        (1, "almen_laege", week, week, 1),
        (1, "almen_laege_70_90", week, week, 2),
        (1, "almen_laege_honorar", week, week, 19550),
    ]
    assert slow_fees.spells(fees) == expected
    specialties = read_catalogue().sssy_specialties
    assert made(sssy.STAGE, fee_frame(fees), sssy_specialties=specialties) == (expected, [])


def test_specialties_that_nobody_prices_give_contacts_without_fees() -> None:
    fees = [slow_fees.Fee(1, THURSDAYS[0], 80, 2, 30000, child=False)]
    only = read_catalogue().sssy_specialties.filter(pl.col("definition") == "almen_laege_70_90")
    found, _ = made(sssy.STAGE, fee_frame(fees), sssy_specialties=only)
    assert found == [(1, "almen_laege_70_90", THURSDAYS[0], THURSDAYS[0], 2)]
