"""LPR2 contacts to admissions and visits: the fast code against the slow reference, and boundaries by hand."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import lpr2 as slow

from catalogue.reader import read_catalogue
from pipelines.codes import NO_CODE, UNMAPPED_SCHEMA
from pipelines.registers import lpr2
from pipelines.spells import SPELL_SCHEMA

quick = settings(max_examples=200, deadline=None)
DAY = timedelta(days=1)
NEW_YEAR = date(2018, 12, 31)
LAST_YEAR = 2018
ADM = pl.Schema(
    {
        "person": pl.UInt32,
        "recnum": pl.String,
        "start": pl.Date,
        "end": pl.Date,
        "pattype": pl.String,
        "spec": pl.String,
    }
)
BES = pl.Schema({"person": pl.UInt32, "recnum": pl.String, "start": pl.Date})

contacts = st.lists(
    st.builds(
        lambda person, start, length, kind, psychiatric, visits: slow.Contact(
            person,
            NEW_YEAR + (start - 8) * DAY,
            NEW_YEAR + (start - 8 + length) * DAY,
            kind,
            psychiatric,
            tuple(NEW_YEAR + (start - 8 + after) * DAY for after in visits),
        ),
        st.integers(1, 2),
        st.integers(0, 12),
        st.sampled_from([0, 0, 1, 2, 5]),
        st.sampled_from(["0", "0", "2", "3", "1", None]),
        st.booleans(),
        st.lists(st.integers(0, 4), max_size=3),
    ),
    max_size=10,
)


def made(of: list[slow.Contact], *, in_own_register: bool) -> dict[str, pl.DataFrame]:
    """The stage's tables; psychiatric contacts are in PSYK_ADM, or in LPR_ADM with a specialty that tells it."""
    rows = [
        (c.person, f"r{n}", c.start, c.end, c.kind, "50" if c.psychiatric else ("08" if n % 2 else None))
        for n, c in enumerate(of)
    ]
    apart = [in_own_register and contact.psychiatric for contact in of]
    visits = [(c.person, f"r{n}", day) for n, c in enumerate(of) for day in c.visits]
    visits.append((1, "of nobody", NEW_YEAR))

    def table(some: list[tuple], schema: pl.Schema) -> pl.LazyFrame:
        return pl.DataFrame(some, schema=schema, orient="row").sort("person", "start").lazy()

    frames = {
        "lpr_adm": table([row for row, own in zip(rows, apart, strict=True) if not own], ADM),
        "psyk_adm": table([(*row[:5], None) for row, own in zip(rows, apart, strict=True) if own], ADM),
        "lpr_bes": table(visits, BES),
    }
    specialties = read_catalogue().psychiatric_specialties_lpr2
    return lpr2.STAGE.of_persons(frames, psychiatric_specialties_lpr2=specialties, lpr2_last_year=LAST_YEAR)


@quick
@given(contacts, st.booleans())
def test_lpr2(rows: list[slow.Contact], in_own_register: bool) -> None:
    tables = made(rows, in_own_register=in_own_register)
    assert set(tables) == set(lpr2.STAGE.add_up)
    assert tables["spells"].schema == SPELL_SCHEMA
    assert tables["spells"].rows() == slow.spells(rows, LAST_YEAR)
    read = [contact for contact in rows if contact.start.year <= LAST_YEAR]
    unknown = Counter((c.kind or NO_CODE, c.start.year) for c in read if c.kind not in ("0", "2", "3"))
    assert tables["unmapped"].schema == UNMAPPED_SCHEMA
    assert tables["unmapped"].rows() == sorted((*key, n) for key, n in unknown.items())


MAY = date(2018, 5, 1)
BY_HAND: dict[str, tuple[list[slow.Contact], list[tuple[str, date, date, int]]]] = {
    "moved between departments: one admission, each date a bed day once": (
        [
            slow.Contact(1, MAY, MAY + 2 * DAY, "0", psychiatric=False),
            slow.Contact(1, MAY + 2 * DAY, MAY + 5 * DAY, "0", psychiatric=False),
        ],
        [("somatik_indlaeggelse", MAY, MAY + 5 * DAY, 5)],
    ),
    "back the day after: two admissions": (
        [
            slow.Contact(1, MAY, MAY + 2 * DAY, "0", psychiatric=False),
            slow.Contact(1, MAY + 3 * DAY, MAY + 3 * DAY, "0", psychiatric=False),
        ],
        [
            ("somatik_indlaeggelse", MAY, MAY + 2 * DAY, 2),
            ("somatik_indlaeggelse", MAY + 3 * DAY, MAY + 3 * DAY, 1),
        ],
    ),
    "moved to a psychiatric department: an admission of each": (
        [
            slow.Contact(1, MAY, MAY + DAY, "0", psychiatric=False),
            slow.Contact(1, MAY + DAY, MAY + 3 * DAY, "0", psychiatric=True),
        ],
        [
            ("psykiatri_indlaeggelse", MAY + DAY, MAY + 3 * DAY, 2),
            ("somatik_indlaeggelse", MAY, MAY + DAY, 1),
        ],
    ),
    "an outpatient course is its visits, one a date, and nothing without them": (
        [
            slow.Contact(1, MAY, MAY + 90 * DAY, "2", psychiatric=False, visits=(MAY, MAY, MAY + 9 * DAY)),
            slow.Contact(1, MAY, MAY + 90 * DAY, "2", psychiatric=True),
        ],
        [("somatik_ambulant", MAY, MAY, 1), ("somatik_ambulant", MAY + 9 * DAY, MAY + 9 * DAY, 1)],
    ),
    "an emergency and a visit on one date are one visit": (
        [
            slow.Contact(1, MAY, MAY + DAY, "3", psychiatric=False, visits=(MAY + DAY,)),
            slow.Contact(1, MAY, MAY, "2", psychiatric=False, visits=(MAY,)),
        ],
        [("somatik_ambulant", MAY, MAY, 1)],
    ),
    "a contact from the last day of the last year is read whole, and one from the day after is not": (
        [
            slow.Contact(1, NEW_YEAR, NEW_YEAR + 3 * DAY, "0", psychiatric=False),
            slow.Contact(1, NEW_YEAR, NEW_YEAR + 9 * DAY, "2", psychiatric=True, visits=(NEW_YEAR + DAY,)),
            slow.Contact(1, NEW_YEAR + DAY, NEW_YEAR + 9 * DAY, "2", psychiatric=False, visits=(NEW_YEAR + DAY,)),
        ],
        [
            ("psykiatri_ambulant", NEW_YEAR + DAY, NEW_YEAR + DAY, 1),
            ("somatik_indlaeggelse", NEW_YEAR, NEW_YEAR + 3 * DAY, 3),
        ],
    ),
}


@pytest.mark.parametrize("case", BY_HAND)
def test_lpr2_by_hand(case: str) -> None:
    rows, expected = BY_HAND[case]
    spells = [(1, *spell) for spell in expected]
    assert slow.spells(rows, LAST_YEAR) == spells
    assert made(rows, in_own_register=True)["spells"].rows() == spells
