"""Chaining, hospital stays, unions and subtraction: the fast code against the slow reference."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import chaining, unions

from pipelines.codes import coded_spells
from pipelines.registers.lpr_a_kontakt import hospital_spells
from pipelines.spells import SPELL_SCHEMA, chain, sort_packed, subtract, union_spells

quick = settings(max_examples=150, deadline=None)

EVENING = datetime(2020, 2, 27, 18)
SPECIALTY = {True: "Psykiatri", False: "Kirurgi"}
contacts = st.lists(
    st.builds(
        lambda person, start, hours, minutes, psychiatric: chaining.Contact(
            person,
            EVENING + timedelta(hours=start),
            EVENING + timedelta(hours=start + hours, minutes=minutes),
            psychiatric,
        ),
        st.integers(1, 3),
        st.integers(0, 80),
        st.sampled_from([0, 1, 2, 4, 8, 11, 12, 13, 30]),
        st.sampled_from([0, 0, 0, 1]),
        st.booleans(),
    ),
    max_size=14,
)


def contact_frame(rows: list[chaining.Contact]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "person": [c.person for c in rows],
            "start": [c.start for c in rows],
            "end": [c.end for c in rows],
            "kont_type": ["ALCA00"] * len(rows),
            "hovedspec": [SPECIALTY[c.psychiatric] for c in rows],
        },
        schema={
            "person": pl.UInt32,
            "start": pl.Datetime("us"),
            "end": pl.Datetime("us"),
            "kont_type": pl.String,
            "hovedspec": pl.String,
        },
    ).sort("person", "start")


@quick
@given(contacts, st.sampled_from([0, 2, 4]), st.sampled_from([1, 12, 24]))
def test_hospital_spells(rows: list[chaining.Contact], gap_hours: float, admission_hours: float) -> None:
    expected = sorted(
        (
            stay.person,
            chaining.service(stay, admission_hours),
            stay.start.date(),
            stay.end.date(),
            len(chaining.bed_days(stay)) if chaining.is_admission(stay, admission_hours) else 1,
        )
        for stay in chaining.stays(rows, gap_hours)
    )
    specialties = pl.Series("specialty", ["Psykiatri", "Børne- og ungdomspsykiatri"])
    spells = hospital_spells(contact_frame(rows).lazy(), specialties, gap_hours, admission_hours)
    assert spells.schema == SPELL_SCHEMA
    assert sorted(spells.rows()) == expected


@quick
@given(contacts)
def test_chain_keeps_the_reference_stays_together(rows: list[chaining.Contact]) -> None:
    frame = contact_frame(rows).sort("person", "hovedspec", "start")
    gap = 4 * 3600 * 1_000_000
    chained = frame.with_columns(chain=chain(frame, ["person", "hovedspec"], "start", "end", gap))
    assert chained["chain"].dtype == pl.UInt32
    assert chained["chain"].to_list() == chained["chain"].sort().to_list()
    found = chained.group_by("chain").agg(pl.first("person", "hovedspec"), pl.min("start"), pl.max("end"))
    expected = [(s.person, SPECIALTY[s.psychiatric], s.start, s.end) for s in chaining.stays(rows)]
    assert sorted(found.drop("chain").rows()) == sorted(expected)


NEW_YEAR = date(2019, 12, 28)
grants = st.lists(
    st.builds(
        lambda person, service, start, length: unions.Grant(
            person,
            service,
            NEW_YEAR + timedelta(days=start),
            None if length is None else NEW_YEAR + timedelta(days=start + length),
        ),
        st.integers(1, 2),
        st.sampled_from(["botilbud_laengerevarende", "behandling"]),
        st.integers(0, 30),
        st.one_of(st.none(), st.integers(0, 6), st.integers(0, 3)),
    ),
    max_size=14,
)
CODES = {"botilbud_laengerevarende": "108", "behandling": "102"}


@quick
@given(grants)
def test_union_spells(rows: list[unions.Grant]) -> None:
    closed = [g for g in rows if g.end is not None]
    frame = pl.DataFrame(
        [(g.person, g.service, g.start, g.end) for g in closed],
        schema={"person": pl.UInt32, "service": pl.String, "start": pl.Date, "end": pl.Date},
        orient="row",
    )
    spells = union_spells(frame)
    assert spells.schema == SPELL_SCHEMA
    assert spells.rows() == unions.spells(unions.granted_dates(closed))


@quick
@given(grants)
def test_coded_spells_cap_what_still_runs_at_the_data_end(rows: list[unions.Grant]) -> None:
    data_end = NEW_YEAR + timedelta(days=35)
    frame = pl.LazyFrame(
        [(g.person, CODES[g.service], g.start, g.end) for g in rows],
        schema={"person": pl.UInt32, "code": pl.String, "start": pl.Date, "end": pl.Date},
        orient="row",
    )
    spells, unmapped = coded_spells(frame, handic_services(), data_end)
    assert spells.rows() == unions.spells(unions.granted_dates(rows, data_end))
    assert unmapped.is_empty()


@quick
@given(grants, st.integers(0, 30), st.integers(0, 10))
def test_grants_count_only_on_days_their_code_is_valid(rows: list[unions.Grant], first: int, length: int) -> None:
    data_end = NEW_YEAR + timedelta(days=35)
    valid = (NEW_YEAR + timedelta(days=first), NEW_YEAR + timedelta(days=first + length))
    frame = pl.LazyFrame(
        [(g.person, CODES[g.service], g.start, g.end) for g in rows],
        schema={"person": pl.UInt32, "code": pl.String, "start": pl.Date, "end": pl.Date},
        orient="row",
    )
    spells, unmapped = coded_spells(frame, handic_services(behandling=valid), data_end)
    held = unions.granted_dates(rows, data_end)
    for (_, service), days in held.items():
        if service == "behandling":
            days.intersection_update(unions.dates(*valid))
    assert spells.rows() == unions.spells(held)
    outside: dict[tuple[str, int], int] = defaultdict(int)
    for g in rows:
        if g.service == "behandling" and not (valid[0] <= g.start and (g.end or data_end) <= valid[1]):
            outside["102", g.start.year] += 1
    assert {(code, year): n for code, year, n in unmapped.select("code", "year", "n").iter_rows()} == outside


def handic_services(**valid: tuple[date, date]) -> pl.DataFrame:
    rows = [(code, service, *valid.get(service, (None, None))) for service, code in CODES.items()]
    schema = {"code": pl.String, "service": pl.String, "valid_from": pl.Date, "valid_to": pl.Date}
    return pl.DataFrame(rows, schema=schema, orient="row")


intervals = st.lists(
    st.builds(
        lambda person, start, n: (person, start, start + n), st.integers(1, 3), st.integers(-5, 20), st.integers(0, 5)
    ),
    max_size=8,
)


@quick
@given(intervals, intervals)
def test_subtract(kept: list[tuple[int, int, int]], taken: list[tuple[int, int, int]]) -> None:
    def units(rows: list[tuple[int, int, int]]) -> set[tuple[int, int]]:
        return {(person, at) for person, start, end in rows for at in range(start, end + 1)}

    def columns(rows: list[tuple[int, int, int]]) -> list[np.ndarray]:
        return [np.array([row[n] for row in rows], np.int64) for n in range(3)]

    left = list(zip(*(part.tolist() for part in subtract(*columns(kept), *columns(taken))), strict=True))
    assert left == sorted(left)
    assert sum(end - start + 1 for _, start, end in left) == len(units(left))
    assert units(left) == units(kept) - units(taken)


@quick
@given(
    rows=st.lists(
        st.tuples(
            st.integers(0, 2**32 - 1),
            st.sampled_from(["b", "a"]),
            st.dates(date(1, 1, 1), date(9999, 12, 31)) | st.dates(date(2020, 1, 1), date(2020, 1, 3)),
            st.integers(-(2**62), 2**62) | st.integers(0, 3),
        )
    )
)
def test_sort_packed(rows: list[tuple[int, str, date, int]]) -> None:
    """Also where the columns together are wider than 64 bits."""
    schema = {"person": pl.UInt32, "service": pl.Enum(["a", "b"]), "start": pl.Date, "n": pl.Int64}
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_row_index("at")
    for by in (["person", "service", "start"], ["service", "n"], ["n", "start", "person"]):
        assert sort_packed(frame, by).equals(frame.sort(by, maintain_order=True))
