"""Profiles and measures of registers, worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
from frames import frame

from expectations.contracts.columns import polars_schema
from expectations.contracts.deliveries import DELIVERIES
from expectations.contracts.quality import MEASURES, PROFILE
from expectations.contracts.registers import REGISTERS
from pipelines.quality.drift import register_measures
from pipelines.quality.profiles import PROFILE_SCHEMA, profile

NOTHING = (None, None, None)
DATA_END = date(2021, 12, 31)


def profiled(register: str, rows: Sequence[dict[str, Any]], data_end: date | None = None) -> dict[tuple, int]:
    made = profile(register, frame(REGISTERS[register], rows).lazy(), data_end=data_end)
    return {counted[:4]: counted[4] for counted in PROFILE.validate(made).iter_rows()}


def counts(found: dict[tuple, int], kind: str, column: str | None = None) -> dict[int | None, int]:
    return {year: n for (year, *counted, code), n in found.items() if counted == [kind, column] and code is None}


def codes(found: dict[tuple, int], column: str) -> dict[tuple[int, str], int]:
    return {(year, code): n for (year, kind, name, code), n in found.items() if (kind, name) == ("code", column)}


def citizen(person: int, day: str = "2020-12-31", **traits: Any) -> dict[str, Any]:
    known = {"foed_dag": date(1980, 5, 1), "koen": "1", "kom": "101", "antpersh": 2, "ie_type": "1", "far": 90}
    return {"person": person, "reference_date": date.fromisoformat(day), **known, "mor": 91, **traits}


def contact(person: int, start: str, end: str, **more: Any) -> dict[str, Any]:
    known = {"contact": f"{person} {start}", "kont_type": "ALCA00", "hovedspec": "Kirurgi"}
    return {
        "person": person,
        "start": datetime.fromisoformat(start),
        "end": datetime.fromisoformat(end),
        **known,
        **more,
    }


def test_schemas_are_the_contracts() -> None:
    assert polars_schema(PROFILE) == PROFILE_SCHEMA
    assert register_measures(pl.DataFrame(schema=PROFILE_SCHEMA)).schema == polars_schema(MEASURES)


@pytest.mark.parametrize("register", DELIVERIES)
def test_no_rows_are_an_empty_profile_and_no_measures(register: str) -> None:
    empty = frame(REGISTERS[register], []).lazy()
    made = profile(register, empty, frame(REGISTERS["dream_employment"], []).lazy(), DATA_END)
    assert made.is_empty()
    assert made.schema == PROFILE_SCHEMA
    assert register_measures(made, None, DATA_END).is_empty()


def test_bef_is_the_last_snapshot_of_its_year() -> None:
    quarters = ("2020-03-31", "2020-06-30", "2020-09-30", "2020-12-31")
    rows = [citizen(1, day) for day in quarters] + [citizen(2, "2020-06-30"), citizen(3)]
    found = profiled("bef", rows)
    assert counts(found, "rows") == counts(found, "citizens") == {2020: 2}
    assert codes(found, "kom") == {(2020, "101"): 2}
    assert counts(found, "repeated") == {}  # entry sets a citizen's second row of a snapshot aside


def test_bef_values_that_are_missing_or_cannot_be() -> None:
    rows = [
        citizen(1, foed_dag=date(2020, 12, 31), koen="9", kom="860", antpersh=100, ie_type="9"),
        citizen(2, foed_dag=date(1905, 1, 1), koen="0", kom="085", antpersh=0, ie_type="4"),
        citizen(3, foed_dag=date(1904, 12, 31), koen=None, kom=None, antpersh=101, ie_type=None),
        citizen(4, foed_dag=date(2021, 1, 1), far=None, mor=None),
        citizen(5, foed_dag=None, far=None),
    ]
    found = profiled("bef", rows)
    names = ("foed_dag", "koen", "kom", "antpersh", "ie_type")
    assert [counts(found, "implausible", name)[2020] for name in names] == [2, 1, 1, 2, 1]
    assert [counts(found, "missing", name)[2020] for name in (*names, "far", "mor")] == [1, 1, 1, 0, 1, 2, 1]
    assert codes(found, "koen") == {(2020, "0"): 1, (2020, "1"): 2, (2020, "9"): 1}


def test_contacts_by_the_year_they_start() -> None:
    rows = [
        contact(1, "2019-12-31 23:00", "2020-01-01 01:00"),
        contact(1, "2019-12-31 23:00", "2020-01-01 01:00"),
        contact(1, "2020-02-01 08:00", "2020-02-01 08:00", kont_type=None),
        contact(2, "2020-01-01 00:00", "2021-01-01 00:00"),
        contact(2, "2020-02-01 08:00", "2021-02-01 08:01", hovedspec=None),
        contact(2, "2021-12-31 23:00", "2022-01-01 01:00", hovedspec="Psykiatri", contact=None),
        contact(3, "2022-01-01 00:00", "2022-01-01 01:00"),
        contact(4, "1976-12-31 00:00", "1976-12-31 01:00"),
    ]
    found = profiled("lpr_a_kontakt", rows, DATA_END)
    assert counts(found, "rows") == {None: 8, 2019: 2, 2020: 3, 2021: 1}
    assert counts(found, "citizens") == {None: 4, 2019: 1, 2020: 2, 2021: 1}
    assert counts(found, "repeated") == {None: 1, 2019: 1, 2020: 0, 2021: 0}
    assert counts(found, "implausible", "start") == {None: 2, 2019: 0, 2020: 0, 2021: 0}
    assert counts(found, "implausible", "end") == {None: 1, 2019: 0, 2020: 1, 2021: 0}
    assert counts(found, "missing", "kont_type") == counts(found, "missing", "hovedspec") == {
        None: 1, 2019: 0, 2020: 1, 2021: 0,
    }  # fmt: skip
    assert counts(found, "missing", "contact") == {None: 1, 2019: 0, 2020: 0, 2021: 1}
    assert codes(found, "hovedspec") == {(2019, "Kirurgi"): 2, (2020, "Kirurgi"): 2, (2021, "Psykiatri"): 1}
    assert counts(profiled("lpr_a_kontakt", rows), "rows") == {None: 8, 2019: 2, 2020: 3, 2021: 1, 2022: 1}


def test_grants_by_the_year_they_start_from_2013_on() -> None:
    def grant(person: int, start: date, end: date | None) -> dict[str, Any]:
        return {"person": person, "code": "85", "start": start, "end": end}

    rows = [
        grant(1, date(1976, 3, 31), None),
        grant(1, date(2012, 12, 31), None),
        grant(1, date(2013, 1, 1), date(2121, 12, 31)),
        grant(2, date(2013, 6, 1), date(2122, 1, 1)),
        grant(2, date(2014, 1, 1), date(9999, 12, 31)),
        grant(2, date(2014, 1, 1), date(9999, 12, 31)),
        grant(2, date(2022, 1, 1), None),
    ]
    found = profiled("handic", rows, DATA_END)
    assert counts(found, "rows") == {None: 7, 2013: 2, 2014: 2}
    assert counts(found, "citizens") == {None: 2, 2013: 2, 2014: 1}
    assert counts(found, "implausible", "start") == {None: 2, 2013: 0, 2014: 0}
    assert counts(found, "implausible", "end") == {None: 1, 2013: 1, 2014: 0}
    assert counts(found, "missing", "end") == {None: 3, 2013: 0, 2014: 0}
    assert counts(found, "repeated") == {None: 1, 2013: 0, 2014: 1}
    assert codes(found, "code") == {(2013, "85"): 2, (2014, "85"): 2}


def test_dream_counts_weeks_by_their_thursday_and_months_in_work() -> None:
    def run(person: int, code: str, start: date, end: date) -> dict[str, Any]:
        return {"person": person, "code": code, "start": start, "end": end}

    weeks = [
        run(1, "130", date(2018, 12, 24), date(2019, 1, 6)),  # Thursdays 27 December and 3 January
        run(1, "111", date(2019, 1, 14), date(2019, 1, 20)),
        run(2, "111", date(2018, 12, 31), date(2021, 1, 3)),  # 52 weeks of 2019, 53 of 2020
        run(3, "x", date(2020, 6, 1), date(2020, 6, 14)),
    ]
    months = [{"person": 2, "start": date(2018, 11, 1), "end": date(2019, 2, 28)}]
    tables = frame(REGISTERS["dream"], weeks), frame(REGISTERS["dream_employment"], months)
    found = {row[:4]: row[4] for row in PROFILE.validate(profile("dream", *(t.lazy() for t in tables))).iter_rows()}
    assert counts(found, "rows") == {None: 110, 2018: 1, 2019: 54, 2020: 55}
    assert counts(found, "citizens") == {None: 3, 2018: 1, 2019: 2, 2020: 2}
    assert counts(found, "implausible", "code") == {None: 2, 2018: 0, 2019: 0, 2020: 2}
    assert counts(found, "rows", "dream_employment") == {None: 4, 2018: 2, 2019: 2}
    assert counts(found, "citizens", "dream_employment") == {None: 1, 2018: 1, 2019: 1}
    assert codes(found, "code") == {
        (2018, "130"): 1, (2019, "130"): 1, (2019, "111"): 53, (2020, "111"): 53, (2020, "x"): 2,
    }  # fmt: skip


def test_a_pnr_in_a_column_of_codes_is_not_shown() -> None:
    spec = ["200000012345", "200000067890", "Børne- og ungdomspsykiatri"]
    rows = [contact(n, "2020-01-01 08:00", "2020-01-01 09:00", hovedspec=name) for n, name in enumerate(spec)]
    assert codes(profiled("lpr_a_kontakt", rows), "hovedspec") == {(2020, "(not shown)"): 2, (2020, spec[2]): 1}


def test_a_years_file_holds_that_year() -> None:
    """BFL by the first day of pay; KRIN by any day inside: an imprisonment is in the file of each of its years."""

    def paid(start: date, hundredths: int = 16_000) -> dict[str, Any]:
        return {"person": 1, "start": start, "end": start, "hours_hundredths": hundredths, "wage_oere": 5}

    jobs = [paid(date(2020, 12, 31)), paid(date(2021, 1, 1)), paid(date(2021, 12, 31), 74_401), paid(date(2022, 1, 1))]
    found = profiled("bfl", [*jobs, jobs[-1]], DATA_END)
    assert counts(found, "rows") == {2021: 5}
    assert counts(found, "implausible", "start") == {2021: 3}
    assert counts(found, "implausible", "hours_hundredths") == {2021: 1}
    assert counts(found, "repeated") == {2021: 1}
    days = [("2019-06-01", "2020-12-31"), ("2020-12-31", "2021-01-01"), ("2020-12-31", None), ("2022-01-01", None)]
    inside = [
        {"person": 1, "start": date.fromisoformat(start), "end": end and date.fromisoformat(end)} for start, end in days
    ]
    assert counts(profiled("krin", inside, DATA_END), "implausible", "start") == {2021: 2}


def counted(
    rows: dict[int | None, int], missing: dict[int, int] | None = None, kom: dict[int, dict[str, int]] | None = None
) -> pl.DataFrame:
    """A profile with as many citizens as rows."""
    told = [(year, kind, None, None, n) for year, n in rows.items() for kind in ("rows", "citizens")]
    told += [(year, "missing", "kom", None, n) for year, n in (missing or {}).items()]
    told += [(year, "code", "kom", code, n) for year, by_code in (kom or {}).items() for code, n in by_code.items()]
    return pl.DataFrame(told, schema=PROFILE_SCHEMA, orient="row")


def of(measure: str, *given: Any) -> dict[str, tuple]:
    """A measure's numerator, denominator and value by scope."""
    rows = MEASURES.validate(register_measures(*given)).filter(measure=measure)
    return {scope: tuple(figures) for scope, _, *figures in rows.rows()}


def test_rows_against_the_year_before() -> None:
    rows = {2016: 100, 2017: 110, 2019: 50, 2020: 40}
    changes = {
        "2016": NOTHING, "2017": (10, 100, pytest.approx(0.1)), "2018": (-110, 110, -1), "2019": NOTHING,
        "2020": (-10, 50, pytest.approx(-0.2)),
    }  # fmt: skip
    assert of("rows_change", counted(rows)) == of("citizens_change", counted(rows)) == changes
    without_2020 = {year: told for year, told in changes.items() if year != "2020"}
    assert of("rows_change", counted(rows), None, date(2020, 12, 30)) == without_2020
    assert of("rows_change", counted(rows), None, DATA_END) == changes | {"2021": (-40, 40, -1)}


@pytest.mark.parametrize(
    ("first", "data_end", "expected"),
    [
        (66, DATA_END, NOTHING),
        (67, DATA_END, (33, 67, pytest.approx(33 / 67))),
        (66, None, (34, 66, 34 / 66)),
    ],
)
def test_a_first_year_delivered_in_part_is_not_compared_with(
    first: int, data_end: date | None, expected: tuple
) -> None:
    rows = {2019: first, 2020: 100, 2021: 66}
    assert of("rows_change", counted(rows), None, data_end)["2020"] == expected
    assert of("rows_change", counted(rows), None, data_end)["2021"] == (-34, 100, pytest.approx(-0.34))


def test_missing_values() -> None:
    made = counted({2019: 200, 2020: 100, 2021: 100}, {2019: 20, 2020: 5, 2021: 100})
    assert of("missing_kom", made) == {"2019": (20, 200, 0.1), "2020": (5, 100, 0.05), "2021": (100, 100, 1)}
    assert of("missing_change_kom", made) == {
        "2019": NOTHING, "2020": (None, 100, pytest.approx(-0.05)), "2021": (None, 100, pytest.approx(0.95)),
    }  # fmt: skip


def test_codes_that_move_and_codes_that_go() -> None:
    by_year = {
        2019: {"101": 60, "147": 40}, 2020: {"101": 70, "147": 30}, 2021: {"101": 50, "751": 50}, 2022: {},
    }  # fmt: skip
    made = counted(dict.fromkeys(by_year, 100), kom=by_year)
    assert of("code_drift_kom", made) == {
        "2019": NOTHING, "2020": (None, 100, pytest.approx(0.1)), "2021": (None, 100, pytest.approx(0.5)),
        "2022": NOTHING,
    }  # fmt: skip
    assert of("codes_gone_kom", made) == {
        "2019": NOTHING, "2020": (0, 100, 0), "2021": (30, 100, pytest.approx(0.3)), "2022": (100, 100, 1),
    }  # fmt: skip


def test_municipalities_are_not_compared_over_2007() -> None:
    by_year = {2006: {"345": 100}, 2007: {"316": 100}, 2008: {"370": 100}}
    made = counted(dict.fromkeys(by_year, 100), kom=by_year)
    for measure in ("code_drift_kom", "codes_gone_kom"):
        assert {year: told[2] for year, told in of(measure, made).items()} == {"2006": None, "2007": None, "2008": 1}


def test_a_delivery_against_the_one_before() -> None:
    now, before = counted({None: 90, 2020: 60, 2021: 30}), counted({None: 100, 2019: 20, 2020: 60, 2021: 20})
    assert of("rows_against_delivery_before", now, before) == {
        "2019": (-20, 20, -1), "2020": (0, 60, 0), "2021": (10, 20, 0.5), "alle": (-10, 100, pytest.approx(-0.1)),
    }  # fmt: skip
    assert of("citizens_against_delivery_before", now) == {"alle": NOTHING}
