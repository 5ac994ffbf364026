"""Rows without a PNR find their citizen by what they share with other registers' rows: against a plain dictionary."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_entry_parts import delivered

from deliveries import parting, slices
from deliveries.entry import enter, shared_key
from expectations.contracts.delivered.hospital import LPR_BES
from faults import DeliveryError

NUMBERS = ["7", "07", " 12", "12", "13", None]
DAYS = [date(2018, 12, 31), date(2019, 1, 1), None]
VISITS = pl.Schema({"RECNUM": pl.String, "D_AMBDTO": pl.Date})
HELD = pl.Schema({"recnum": pl.String, "person": pl.UInt32})
visits = st.lists(st.tuples(st.sampled_from(NUMBERS), st.sampled_from(DAYS)), min_size=1, max_size=12)
contacts = st.lists(st.tuples(st.sampled_from(["7", "07", "12", None]), st.integers(1, 3)), max_size=8)


@settings(max_examples=60, deadline=None)
@given(
    files=st.lists(visits, min_size=1, max_size=4), somatic=contacts, psychiatric=contacts, at_once=st.integers(1, 3)
)
def test_a_visit_is_its_contact_s_citizen_s_or_is_set_aside(
    files: list[list[tuple]], somatic: list[tuple], psychiatric: list[tuple], at_once: int
) -> None:
    kept_always, always_there = ("99", DAYS[0]), ("99", 9)
    holders: dict[str, set[int]] = defaultdict(set)
    for recnum, person in [always_there, *somatic, *psychiatric]:
        if recnum:
            holders[recnum].add(person)
    kept, aside = [], []
    for recnum, day in [row for rows in files for row in rows] + [kept_always]:
        number = recnum.strip() if recnum else None
        citizens = holders.get(number or "", set())
        if not number:
            aside.append("unknown_contact")
        elif not day:
            aside.append("missing_start")
        elif len(citizens) != 1:
            aside.append("ambiguous_contact" if citizens else "unknown_contact")
        else:
            kept.append((*citizens, number, day))
    frames = [pl.DataFrame(rows, schema=VISITS, orient="row") for rows in [*files, [kept_always]]]
    assert LPR_BES.found_by is not None
    registers = [pl.LazyFrame(rows, schema=HELD, orient="row") for rows in ([always_there, *somatic], psychiatric)]
    with (
        delivered(LPR_BES, "2019", *frames) as (sources, folder),
        patch.object(slices, "FILES_AT_ONCE", at_once),
        patch.object(parting, "ROWS_A_PART", 3),
    ):
        entered = enter(LPR_BES, sources, shared_key(LPR_BES.found_by, registers), folder)
        found = entered.kept.collect()
    assert found.columns == ["person", "recnum", "start"]
    assert found.rows() == sorted(kept, key=lambda row: (row[0], row[2]))  # and in the order of the files
    assert sorted(entered.set_aside["reason"]) == sorted(aside)
    assert entered.received == entered.n_kept + entered.set_aside.height


def test_visits_none_of_which_has_a_contact_are_a_fault_of_the_delivery() -> None:
    visits = pl.DataFrame([("7", DAYS[0]), ("8", DAYS[0])], schema=VISITS, orient="row")
    nobody = pl.LazyFrame(schema=HELD)
    assert LPR_BES.found_by is not None
    with delivered(LPR_BES, "2019", visits) as (sources, folder), pytest.raises(DeliveryError) as raised:
        enter(LPR_BES, sources, shared_key(LPR_BES.found_by, [nobody, nobody]), folder)
    assert "2 with a visit whose RECNUM no contact has" in str(raised.value)
