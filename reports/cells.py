"""Which figure somebody asks about: `period=1,service=psykiatri_sengedag,column=mean_cost` in the words of a table.

Here: finding it, and telling what there is where it is not. Not here: where it comes from (`trace.py`).
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from releases.compare import ABOUT_ROW, KEYS
from reports.tables import Line, ReleaseTables

MOST_NAMED = 12


class WrongCellError(ValueError):
    """The figure is not there; its message says what is."""


@dataclass(frozen=True)
class Cell:
    """A figure of a release: its table, row and column. `value` is None where withheld, or where there is none."""

    table: str
    row: Mapping[str, Any]
    column: str

    @property
    def value(self) -> float | int | None:
        """The figure as released."""
        return self.row[self.column]

    @property
    def withheld(self) -> bool:
        """Whether it is disclosure control that keeps it back."""
        return self.value is None and self.row["withheld"]

    @property
    def line(self) -> Line:
        """The line that it stands in; of a table without services the empty one."""
        return Line(self.row.get("area"), self.row.get("service"))


def find(tables: ReleaseTables, stated: str, table: str = "cost_table") -> Cell:
    """Find the figure that a text such as `period=1,service=foertidspension,column=mean_cost` names.

    Left out, `group_by` is `alle`, a line is the whole `area` or, without one, the total; every other key may be left
    out where the table has one row without it.

    Raises:
        WrongCellError: no such table, key, value or column, or more than one row; says what there is.
    """
    if table not in tables.tables:
        raise WrongCellError(_unknown("table", table, list(tables.tables)))
    frame, keys = tables.tables[table], KEYS[table]
    given = _parsed(stated)
    for name in given:
        if name not in (*keys, "column"):
            raise WrongCellError(_unknown("key", name, [*keys, "column"]))
    columns = [name for name, dtype in frame.schema.items() if dtype.is_numeric() and name not in (*keys, *ABOUT_ROW)]
    column = given.pop("column", "")
    if column not in columns:
        raise WrongCellError(_unknown("column", column, columns))
    for name, value in given.items():
        there = frame[name].unique(maintain_order=True).cast(pl.String).drop_nulls().to_list()
        if value not in there:
            raise WrongCellError(_unknown(name, value, there))
    for name, value in _completed(given, tables, frame, keys).items():
        frame = frame.filter(pl.col(name).cast(pl.String).eq_missing(pl.lit(value, pl.String)))
    if frame.height != 1:
        raise WrongCellError(_not_one(frame, keys))
    return Cell(table, frame.row(0, named=True), column)


def _parsed(stated: str) -> dict[str, str | None]:
    pairs = [part.partition("=") for part in stated.split(",") if part.strip()]
    if not pairs or not all(sign for _, sign, _ in pairs):
        raise WrongCellError(
            f"{stated!r} er ikke nøgle=værdi,... / is not key=value,...: "
            "period=1,service=psykiatri_sengedag,column=mean_cost"
        )
    return {name.strip(): value.strip() for name, _, value in pairs}


def _completed(
    given: Mapping[str, str | None], tables: ReleaseTables, frame: pl.DataFrame, keys: tuple[str, ...]
) -> dict[str, str | None]:
    """What was stated, with what goes without saying, in the table's order of keys."""
    complete = dict(given)
    if "group" in keys and "group" not in given and "alle" in frame["group_by"]:
        complete.setdefault("group_by", "alle")
    if "service" in keys:
        service = complete.setdefault("service", None)
        area_of = dict(tables.services.select("service", "area").iter_rows())
        complete.setdefault("area", area_of.get(service))
    return {name: complete[name] for name in keys if name in complete}


def _unknown(what: str, value: object, there: list[str]) -> str:
    named = [str(one) for one in there]
    near = difflib.get_close_matches(str(value), named, n=3, cutoff=0.5)
    shown = near or named[:MOST_NAMED]
    more = "" if near or len(named) <= MOST_NAMED else ", ..."
    words = "mener du / did you mean" if near else "der er / there is"
    told = f"{what} mangler / is missing" if not value else f"ingen / no {what} {value!r}"
    return f"{told}; {words}: {', '.join(shown)}{more}"


def _not_one(frame: pl.DataFrame, keys: tuple[str, ...]) -> str:
    if frame.is_empty():
        return "ingen række passer på det hele / no row fits all of it"
    open_keys = [name for name in keys if frame[name].n_unique() > 1]
    told = [
        f"{name}: {', '.join(str(value) for value in frame[name].unique(maintain_order=True).to_list()[:MOST_NAMED])}"
        for name in open_keys
    ]
    return f"{frame.height} rækker passer; sig også / rows fit; state too: {'; '.join(told)}"
