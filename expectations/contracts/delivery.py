"""What a delivery's contract can state: the columns that are read, how, and the rules a row must keep.

Here: the words of a contract. Not here: the contracts themselves (`deliveries`, `delivered/`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from catalogue.columns import LONGEST_CODE

ReadAs = Literal["pnr", "code", "text", "date", "datetime", "integer", "hundredths", "week"]
Kind = Literal["periodic", "yearly", "cumulative"]

PNR_NAMES = ("pnr", "cpr", "v_cpr", "pnr12", "person_id")
"""What the citizen's pseudonym is called, in the order they are looked for."""


NO_END_FROM_YEAR = 2100
"""Ends from this year on, such as 9999-12-31, are written for "none yet"."""


@dataclass(frozen=True)
class Field:
    """A delivered column: `name` in lower case as the register calls it, `becomes` the register table's column.

    `missing` is the reason a row without a value is set aside for (None = it may be empty), `unreadable` the reason
    for a value that is there but cannot be read. An `optional` column may be left out of a delivery: it is null then.
    `unit` is that of the register's table.
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
    unit: str | None = None


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
class FoundBy:
    """How rows without a PNR find their citizen: by the `column` that they share with the rows of other `registers`.

    A row that no row of those registers shares it with is set aside as `unknown`, one that rows of several citizens
    share it with as `ambiguous`: whose it is would be a guess.
    """

    column: str
    registers: tuple[str, ...]
    unknown: str
    ambiguous: str


@dataclass(frozen=True)
class DeliveryContract:
    """What a register is delivered with.

    Of a `periodic` register every file counts, of a `yearly` one there is one file a year, of a `cumulative` one the
    newest replaces the others. `sorted_by` is the order of the register's table; where `unique` is set, those columns
    are its key and a row that repeats them is set aside. `dated_by` is the column that says when a row is of;
    where no delivered column says so it is the `file_day` (month, day) of the file's year. Rows of a periodic register
    dated outside their file are set aside. `column_families` are the columns of a wide register. An `optional` register
    is there only when it is delivered. Where rows have no PNR, `found_by` says how they find their citizen.
    """

    register: str
    kind: Kind
    row: str
    fields: tuple[Field, ...]
    sorted_by: tuple[str, ...]
    unique: bool = False
    own_rules: tuple[RowRule, ...] = ()
    column_families: tuple[ColumnFamily, ...] = ()
    dated_by: str = "start"
    file_day: tuple[int, int] | None = None
    optional: bool = False
    found_by: FoundBy | None = None

    @property
    def by_year(self) -> bool:
        """Whether its files come in a year at a time, each by itself; not where they wait for other registers."""
        return self.kind != "cumulative" and self.found_by is None

    @property
    def columns(self) -> list[str]:
        """The columns of a row as it is kept, in order."""
        read = [stated.becomes for stated in self.fields]
        return ["person"] * bool(self.found_by) + read + [self.dated_by] * bool(self.file_day)

    def called(self, names: Mapping[str, str]) -> DeliveryContract:
        """The same contract where a site's deliveries call columns otherwise: `names` by the column's own name."""
        fields = (
            replace(stated, other_names=(names[stated.name], *stated.other_names)) if stated.name in names else stated
            for stated in self.fields
        )
        return replace(self, fields=tuple(fields))

    def requiring(self, column: str) -> DeliveryContract:
        """The same contract where an optional column must be delivered."""
        fields = (replace(stated, optional=stated.optional and stated.name != column) for stated in self.fields)
        return replace(self, fields=tuple(fields))

    @property
    def row_rules(self) -> tuple[RowRule, ...]:
        """The rules of a row: that no code of free length is long enough to be a PNR, and the register's own.

        Codes are named in warnings, profiles and tables of unmapped codes, where a PNR in the wrong column must not be.
        """
        free = [stated.becomes for stated in self.fields if stated.read_as == "code" and stated.width is None]
        meaning = f"A code has at most {LONGEST_CODE} characters."
        too_long = [RowRule("invalid_code", pl.col(name).str.len_chars() > LONGEST_CODE, meaning) for name in free]
        return (*too_long, *self.own_rules)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Every reason for which a row of this register can be set aside."""
        by_field = [reason for stated in self.fields for reason in (stated.missing, stated.unreadable) if reason]
        by_row = [rule.reason for rule in self.row_rules]
        of_the_file = ["outside_delivery"] * (self.kind == "periodic") + ["duplicate_row"] * self.unique
        of_nobody = [self.found_by.unknown, self.found_by.ambiguous] if self.found_by else []
        return tuple(dict.fromkeys([*by_field, *by_row, *of_the_file, *of_nobody]))

    @property
    def ids(self) -> tuple[Field, ...]:
        """The columns that hold PNRs."""
        return tuple(stated for stated in self.fields if stated.read_as == "pnr")


def pnr_field() -> Field:
    """The column of the citizen's pseudonym, which every register has."""
    return Field(
        "pnr",
        "person",
        "pnr",
        "The citizen's pseudonym, opaque text.",
        missing="missing_pnr",
        unreadable="missing_pnr",
        other_names=PNR_NAMES[1:],
    )


def start_field(name: str, meaning: str) -> Field:
    """The column of the first day; a row without one, or with one that cannot be read, lies in no period."""
    return Field(name, "start", "date", meaning, missing="missing_start", unreadable="invalid_date")


def end_field(name: str, meaning: str) -> Field:
    """The column of the last day, which may be empty."""
    return Field(name, "end", "date", meaning, unreadable="invalid_date")


ENDS_EARLY = RowRule("end_before_start", pl.col("end") < pl.col("start"), "Nothing ends before it starts.")
