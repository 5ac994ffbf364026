"""What the registers are delivered with: the columns that are read, how, and the rules a row must keep.

Here: the four that the project stands on, and the list of all. The others are in `delivered/`; columns that no study
needs are not read. Source: Statistics Denmark's public variable lists (2026); docs/registers.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from expectations.contracts.delivered import health, hospital, justice, people, social, work
from expectations.contracts.delivery import NO_END_FROM_YEAR, ColumnFamily, DeliveryContract, Field, RowRule, pnr_field

BEF = DeliveryContract(
    register="bef",
    kind="periodic",
    row="a citizen on the snapshot date; quarterly from 2008, before that yearly",
    fields=(
        pnr_field(),
        Field(
            "referencetid",
            "reference_date",
            "date",
            "The snapshot's date.",
            missing="missing_reference_date",
            unreadable="invalid_date",
        ),
        Field("foed_dag", "foed_dag", "date", "Date of birth.", unreadable="invalid_date"),
        Field("koen", "koen", "code", "Sex: 1 man, 2 woman, 9 not stated.", width=1),
        Field("kom", "kom", "code", "Municipality of residence, three digits.", width=3),
        Field("antpersh", "antpersh", "integer", "Persons in the household."),
        Field("ie_type", "ie_type", "code", "Origin: 1 Danish, 2 immigrant, 3 descendant, 9 unknown.", width=1),
        Field("far_id", "far", "pnr", "The father's pseudonym."),
        Field("mor_id", "mor", "pnr", "The mother's pseudonym."),
    ),
    sorted_by=("person", "reference_date"),
    unique=True,
    dated_by="reference_date",
)

DREAM = DeliveryContract(
    register="dream",
    kind="cumulative",
    row="a citizen who was ever on a benefit since mid-1991, wide: a column a week and a month",
    fields=(pnr_field(),),
    sorted_by=("person",),
    unique=True,
    column_families=(
        ColumnFamily("y_yyww", r"^y_\d{4}$", True, "Benefit code of an ISO week; blank is no benefit."),
        ColumnFamily(
            "grad_yyyy_mm",
            r"^grad_\d{4}_\d{2}$",
            False,
            "Employment degree of a month; above 0 is employed.",
        ),
    ),
)

REPORTED_TO = "lprindberetningssystem"
"""The column of LPR_A_KONTAKT that tells LPR2's contacts, which may be delivered by themselves, from LPR3's."""

LPR_A_KONTAKT = DeliveryContract(
    register="lpr_a_kontakt",
    kind="cumulative",
    row="a hospital contact, 2017 on",
    fields=(
        pnr_field(),
        Field("dw_ek_kontakt", "contact", "text", "The contact's id."),
        Field(
            "kont_starttidspunkt",
            "start",
            "datetime",
            "When the contact began.",
            missing="missing_start",
            unreadable="invalid_date",
        ),
        Field(
            "kont_sluttidspunkt",
            "end",
            "datetime",
            "When the contact ended.",
            missing="open_contact",
            unreadable="invalid_date",
        ),
        Field("kont_type", "kont_type", "text", "Kind of contact; ALCA00 is physical attendance."),
        Field("kont_ans_hovedspec", "hovedspec", "text", "Main specialty of the responsible unit, in words."),
        Field(
            REPORTED_TO,
            "indberetningssystem",
            "text",
            "The system that the contact was reported to, LPR2 or LPR3; must be there where LPR2 is delivered too.",
            optional=True,
        ),
    ),
    sorted_by=("person", "start", "end", "contact"),
    own_rules=(
        RowRule("open_contact", pl.col("end").dt.year() >= NO_END_FROM_YEAR, "An end far in the future is none."),
        RowRule("end_before_start", pl.col("end") < pl.col("start"), "A contact does not end before it starts."),
    ),
)

HANDIC = DeliveryContract(
    register="handic",
    kind="cumulative",
    row="a service granted under the Social Services Act, 2013 on",
    fields=(
        pnr_field(),
        Field("modt_ydelse_kode", "code", "code", "Code of the service granted.", missing="missing_code"),
        Field(
            "ydelse_start",
            "start",
            "date",
            "First day of the service.",
            missing="missing_start",
            unreadable="invalid_date",
        ),
        Field(
            "ydelse_slut", "end", "date", "Last day of the service; empty is still running.", unreadable="invalid_date"
        ),
        Field(
            "betalingskommune",
            "betalingskommune",
            "code",
            "The municipality that pays, three digits; the one that acts where that is not delivered.",
            width=3,
            other_names=("handlekommune",),
            optional=True,
        ),
        Field(
            "godkendtperiode",
            "godkendtperiode",
            "text",
            "Whether the municipality approved its data of the period; as delivered.",
            optional=True,
        ),
    ),
    sorted_by=("person", "start", "end", "code"),
    own_rules=(
        RowRule("end_before_start", pl.col("end") < pl.col("start"), "A service does not end before it starts."),
    ),
)

DELIVERIES: dict[str, DeliveryContract] = {
    contract.register: contract
    for contract in (
        BEF,
        DREAM,
        LPR_A_KONTAKT,
        HANDIC,
        *people.CONTRACTS,
        *social.CONTRACTS,
        *health.CONTRACTS,
        *hospital.CONTRACTS,
        *work.CONTRACTS,
        *justice.CONTRACTS,
    )
}
ALWAYS = tuple(register for register, contract in DELIVERIES.items() if not contract.optional)
"""The registers that every workspace has tables of, delivered or not."""

REASONS = {
    "missing_pnr": "no PNR",
    "missing_reference_date": "no snapshot date",
    "missing_start": "no start",
    "missing_code": "no service code",
    "invalid_date": "a date that cannot be read",
    "invalid_code": "a code that cannot be one",
    "open_contact": "a contact without an end",
    "end_before_start": "an end before the start",
    "duplicate_row": "the same citizen (and snapshot) again",
    "outside_delivery": "a snapshot date outside the period in the file's name",
    "unknown_contact": "a visit whose RECNUM no contact has",
    "ambiguous_contact": "a visit whose RECNUM contacts of several citizens have",
}
"""Why a delivered row is set aside."""


def read_columns(contract: DeliveryContract, delivered: Sequence[str]) -> dict[str, str]:
    """Which delivered column each field is read from: `field name -> column`, for those that are there."""
    names = set(delivered)
    found = {}
    for stated in contract.fields:
        for name in (stated.name, *stated.other_names):
            if name in names:
                found[stated.name] = name
                break
    return found
