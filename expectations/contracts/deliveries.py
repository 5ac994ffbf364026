"""What the registers are delivered with: the columns that are read, how, and the rules a row must keep.

Columns that no study needs are not read. Source: Statistics Denmark's public variable lists (2026); docs/registers.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from catalogue.columns import LONGEST_CODE

ReadAs = Literal["pnr", "code", "text", "date", "datetime", "integer"]

PNR_NAMES = ("pnr", "cpr", "v_cpr", "pnr12", "person_id")
"""What the citizen's pseudonym is called, in the order they are looked for."""


NO_END_FROM_YEAR = 2100
"""Ends from this year on, such as 9999-12-31, are written for "none yet"."""


@dataclass(frozen=True)
class Field:
    """A delivered column: `name` in lower case as the register calls it, `becomes` the register table's column.

    `missing` is the reason a row without a value is set aside for (None = it may be empty), `unreadable` the reason
    for a value that is there but cannot be read. An `optional` column may be left out of a delivery: it is null then.
    """

    name: str
    becomes: str
    read_as: ReadAs
    meaning: str
    width: int | None = None
    missing: str | None = None
    unreadable: str | None = None
    other_names: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True)
class RowRule:
    """A rule between the columns of a row: rows for which `broken` is true are set aside for `reason`."""

    reason: str
    broken: pl.Expr
    meaning: str


@dataclass(frozen=True)
class ColumnFamily:
    """Delivered columns named by `pattern` (lower case); `name` is how the register's documentation writes them."""

    name: str
    pattern: str
    required: bool
    meaning: str


@dataclass(frozen=True)
class DeliveryContract:
    """What a register is delivered with.

    `sorted_by` is the order of the register's table; where `unique` is set, those columns are its key and a row that
    repeats them is set aside. `column_families` are the columns of a wide register.
    """

    register: str
    kind: Literal["periodic", "cumulative"]
    row: str
    fields: tuple[Field, ...]
    sorted_by: tuple[str, ...]
    unique: bool = False
    row_rules: tuple[RowRule, ...] = ()
    column_families: tuple[ColumnFamily, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Every reason for which a row of this register can be set aside."""
        by_field = [reason for stated in self.fields for reason in (stated.missing, stated.unreadable) if reason]
        by_row = [rule.reason for rule in self.row_rules]
        of_the_file = ["outside_delivery"] * (self.kind == "periodic") + ["duplicate_row"] * self.unique
        return tuple(dict.fromkeys([*by_field, *by_row, *of_the_file]))

    @property
    def ids(self) -> tuple[Field, ...]:
        """The columns that hold PNRs."""
        return tuple(stated for stated in self.fields if stated.read_as == "pnr")


def _pnr() -> Field:
    return Field(
        "pnr",
        "person",
        "pnr",
        "The citizen's pseudonym, opaque text.",
        missing="missing_pnr",
        unreadable="missing_pnr",
        other_names=PNR_NAMES[1:],
    )


BEF = DeliveryContract(
    register="bef",
    kind="periodic",
    row="a citizen on the snapshot date; quarterly from 2008, before that yearly",
    fields=(
        _pnr(),
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
)

DREAM = DeliveryContract(
    register="dream",
    kind="cumulative",
    row="a citizen who was ever on a benefit since mid-1991, wide: a column a week and a month",
    fields=(_pnr(),),
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

LPR_A_KONTAKT = DeliveryContract(
    register="lpr_a_kontakt",
    kind="cumulative",
    row="a hospital contact, 2017 on",
    fields=(
        _pnr(),
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
    ),
    sorted_by=("person", "start", "end", "contact"),
    row_rules=(
        RowRule("open_contact", pl.col("end").dt.year() >= NO_END_FROM_YEAR, "An end far in the future is none."),
        RowRule("end_before_start", pl.col("end") < pl.col("start"), "A contact does not end before it starts."),
    ),
)

HANDIC = DeliveryContract(
    register="handic",
    kind="cumulative",
    row="a service granted under the Social Services Act, 2013 on",
    fields=(
        _pnr(),
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
    row_rules=(
        RowRule(
            "invalid_code",
            pl.col("code").str.len_chars() > LONGEST_CODE,
            f"A code has at most {LONGEST_CODE} characters.",
        ),
        RowRule("end_before_start", pl.col("end") < pl.col("start"), "A service does not end before it starts."),
    ),
)

DELIVERIES: dict[str, DeliveryContract] = {
    contract.register: contract for contract in (BEF, DREAM, LPR_A_KONTAKT, HANDIC)
}

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
