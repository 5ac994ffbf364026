"""Measures across registers, whether BEF knows the citizens of the others: passing, failing, and not applicable."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest
from frames import frame

from expectations.contracts.columns import polars_schema
from expectations.contracts.quality import MEASURES
from expectations.contracts.registers import BEF, DREAM, HANDIC, LPR_A_KONTAKT
from pipelines.coverage import column_coverage, snapshot_coverage, span_coverage
from pipelines.quality.across import (
    MEASURE_SCHEMA,
    dream_known_to_bef,
    handic_alive,
    known_to_bef,
    lpr_known_to_bef,
)

YEAR_ENDS = [date(year, 12, 31) for year in (2018, 2019, 2020)]
KNOWN = {1: [2018, 2019, 2020], 2: [2018, 2019], 3: [2018]}
"""The years at the end of which citizens are in BEF; 4 never is."""
CODES = pl.DataFrame({"code": ["783", "890", "999"], "service": ["foertidspension", "sygedagpenge", None]})
NOTHING = (None, None, None)


def only(measures: pl.DataFrame) -> tuple:
    """Scope, numerator, denominator and value of the only row."""
    (row,) = MEASURES.validate(measures).drop("measure").rows()
    return row


def test_the_schema_is_the_contract() -> None:
    assert polars_schema(MEASURES) == MEASURE_SCHEMA


def bef(known: dict[int, list[int]]) -> pl.LazyFrame:
    rows = [{"person": n, "reference_date": date(year, 12, 31)} for n, years in known.items() for year in years]
    return frame(BEF, [*rows, {"person": 4, "reference_date": date(2020, 9, 30)}]).lazy()


def runs(*rows: tuple[int, str, str, str]) -> pl.LazyFrame:
    """Weeks of a citizen on a code, from a week to a week such as 2020-W01."""
    named = [
        {
            "person": person,
            "code": code,
            "start": date.fromisocalendar(int(first[:4]), int(first[6:]), 1),
            "end": date.fromisocalendar(int(last[:4]), int(last[6:]), 7),
        }
        for person, code, first, last in rows
    ]
    return frame(DREAM, named).lazy()


def dream_coverage(last_thursday: date = YEAR_ENDS[2]) -> pl.DataFrame:
    """Every week from the first of 2018 on, and the snapshots of `YEAR_ENDS`."""
    thursdays = pl.date_range(date(2018, 1, 4), last_thursday, "1w", eager=True)
    weeks = {str(number): day for number, day in enumerate(thursdays)}
    return pl.concat([column_coverage("dream", weeks, {}, date(2020, 12, 31)), snapshot_coverage("bef", YEAR_ENDS)])


def test_dream_known_to_bef() -> None:
    some = runs(
        (1, "783", "2018-W01", "2020-W53"), (2, "890", "2020-W02", "2020-W02"), (2, "783", "2020-W03", "2020-W09")
    )
    assert only(dream_known_to_bef(some, CODES, bef(KNOWN), dream_coverage())) == ("2020", 2, 2, 1)
    strangers = runs(
        (1, "783", "2020-W01", "2020-W53"), (3, "783", "2020-W02", "2020-W02"), (4, "783", "2020-W02", "2020-W02")
    )
    assert only(dream_known_to_bef(strangers, CODES, bef(KNOWN), dream_coverage())) == ("2020", 1, 3, 1 / 3)


@pytest.mark.parametrize(
    ("code", "first", "last", "asked"),
    [
        ("783", "2020-W01", "2020-W01", True),  # its Thursday is 2 January
        ("783", "2019-W01", "2019-W52", False),
        ("783", "2020-W53", "2020-W53", True),  # 31 December
        ("999", "2020-W01", "2020-W53", False),  # dead: known, but no service
        ("555", "2020-W01", "2020-W53", False),  # nobody mapped it
    ],
)
def test_dream_asks_of_those_with_a_week_of_benefit(code: str, first: str, last: str, asked: bool) -> None:
    found = dream_known_to_bef(runs((4, code, first, last)), CODES, bef(KNOWN), dream_coverage())
    assert only(found) == ("2020", *((0, 1, 0) if asked else NOTHING))


def test_dream_takes_the_newest_year_with_every_week_and_a_snapshot() -> None:
    begun_in_2019 = (5, "783", "2020-W01", "2020-W01")  # on 30 December; its Thursday is 2 January
    some = runs((1, "783", "2018-W01", "2020-W53"), (4, "783", "2019-W01", "2019-W01"), begun_in_2019)
    assert only(dream_known_to_bef(some, CODES, bef(KNOWN), dream_coverage(date(2020, 12, 24)))) == ("2019", 1, 2, 0.5)
    no_year_end = dream_coverage().filter((pl.col("register") == "dream") | (pl.col("start") == YEAR_ENDS[1]))
    assert only(dream_known_to_bef(some, CODES, bef(KNOWN), no_year_end))[0] == "2019"
    none = dream_coverage().filter(register="dream")
    assert only(dream_known_to_bef(some, CODES, bef(KNOWN), none)) == ("alle", *NOTHING)
    assert only(dream_known_to_bef(some, CODES, bef({}), dream_coverage(date(2018, 3, 1)))) == ("alle", *NOTHING)


def span(register: str, data_end: date, first: date | None = date(2018, 3, 1)) -> pl.DataFrame:
    return pl.concat(
        [span_coverage(register, first, data_end), snapshot_coverage("bef", [*YEAR_ENDS, date(2021, 6, 30)])]
    )


def contacts(*rows: tuple[int, str]) -> pl.LazyFrame:
    started = [{"person": person, "start": datetime.fromisoformat(start)} for person, start in rows]
    return frame(LPR_A_KONTAKT, started).lazy()


def test_lpr_known_to_bef() -> None:
    some = contacts((1, "2020-01-01 00:00"), (2, "2020-05-01 10:00"), (2, "2020-12-31 23:59"))
    assert only(lpr_known_to_bef(some, bef(KNOWN), span("lpr_a_kontakt", YEAR_ENDS[2]))) == ("2020", 2, 2, 1)
    more = contacts((1, "2020-05-01 10:00"), (3, "2020-05-01 10:00"), (4, "2019-12-31 23:59"), (4, "2021-01-01 00:00"))
    assert only(lpr_known_to_bef(more, bef(KNOWN), span("lpr_a_kontakt", YEAR_ENDS[2]))) == ("2020", 1, 2, 0.5)


def test_lpr_takes_the_newest_year_that_it_covers_whole() -> None:
    some = contacts((1, "2019-05-01 10:00"), (2, "2020-05-01 10:00"), (4, "2020-05-01 10:00"))
    assert only(lpr_known_to_bef(some, bef(KNOWN), span("lpr_a_kontakt", date(2020, 11, 30)))) == ("2019", 1, 1, 1)
    assert only(lpr_known_to_bef(some, bef(KNOWN), span("lpr_a_kontakt", date(2018, 6, 30)))) == ("alle", *NOTHING)
    assert only(lpr_known_to_bef(contacts(), bef(KNOWN), span("lpr_a_kontakt", YEAR_ENDS[2]))) == ("2020", *NOTHING)
    empty = span("lpr_a_kontakt", YEAR_ENDS[2], None)
    assert only(lpr_known_to_bef(contacts(), bef(KNOWN), empty)) == ("alle", *NOTHING)


def test_another_register_by_the_day_that_its_rows_are_of() -> None:
    """The dead of 2020: one in the snapshot of the year before, one only in that of two years before, one in none."""
    died = {1: date(2019, 5, 1), 2: date(2020, 1, 1), 3: date(2020, 12, 31), 4: date(2020, 6, 1)}
    deaths = pl.LazyFrame(
        {"person": list(died), "doddato": list(died.values())}, {"person": pl.UInt32, "doddato": pl.Date}
    )
    found = known_to_bef("dod", deaths, bef(KNOWN), span("dod", YEAR_ENDS[2]), "doddato")
    assert only(found) == ("2020", 1, 3, 1 / 3)
    assert found["measure"].to_list() == ["dod_known_to_bef"]


def grants(*rows: tuple[int, str, str | None]) -> pl.LazyFrame:
    named = [
        {"person": p, "start": date.fromisoformat(start), "end": date.fromisoformat(end) if end else None}
        for p, start, end in rows
    ]
    return frame(HANDIC, named).lazy()


def test_handic_alive() -> None:
    some = grants(
        (1, "2018-03-01", None),
        (1, "2020-12-31", "2020-12-31"),
        (2, "2018-03-01", "2020-12-30"),
        (3, "2021-01-01", None),
    )
    assert only(handic_alive(some, bef(KNOWN), span("handic", date(2021, 6, 30)))) == ("2020", 1, 1, 1)
    left = grants((1, "2018-03-01", None), (2, "2018-03-01", None), (3, "2018-03-01", "2020-12-31"))
    assert only(handic_alive(left, bef(KNOWN), span("handic", YEAR_ENDS[2]))) == ("2020", 1, 3, 1 / 3)
    assert only(handic_alive(left, bef(KNOWN), span("handic", date(2020, 12, 30)))) == ("2019", 2, 3, 2 / 3)
    assert only(handic_alive(grants(), bef(KNOWN), span("handic", date(2020, 12, 31), None))) == ("alle", *NOTHING)
