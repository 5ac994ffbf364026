"""The building block of contracts: a pandera column that also says its meaning, unit and source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandera.polars as pa
import polars as pl

STUDY = "The study's id."
PERSON = "The citizen's number in the person key."
PERIOD = "Period relative to the intervention: 0 the start year or the course itself, negative before, positive after."
SERVICE = "Service id, as in the catalogue's services.csv."


def person_column(*comes_from: str) -> pa.Column:
    """The column that identifies a citizen in every table after the key."""
    return column(pl.UInt32, PERSON, comes_from=comes_from)


def column(
    dtype: type[pl.DataType] | pl.DataType,
    meaning: str,
    *,
    unit: str | None = None,
    nullable: bool = False,
    allowed: Sequence[Any] | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    above: float | None = None,
    comes_from: Sequence[str] = (),
) -> pa.Column:
    """A column of a table's contract.

    Args:
        dtype: Polars type.
        meaning: what it says, a sentence.
        unit: unit of a quantity.
        nullable: whether null is allowed (`meaning` says what null means).
        allowed: the only values.
        at_least: smallest value.
        at_most: largest value.
        above: a bound below every value.
        comes_from: `table.column` of the columns it is made from: the lineage shown in Dagster.
    """
    checks = [
        *([pa.Check.isin(list(allowed))] if allowed is not None else []),
        *([pa.Check.ge(at_least)] if at_least is not None else []),
        *([pa.Check.le(at_most)] if at_most is not None else []),
        *([pa.Check.gt(above)] if above is not None else []),
    ]
    return pa.Column(
        dtype,
        checks=checks,
        nullable=nullable,
        description=meaning,
        metadata={"unit": unit, "comes_from": list(comes_from)},
    )


def inherited(stated: pa.Column, comes_from: str) -> pa.Column:
    """The same column in a later table, with its rules and meaning."""
    return pa.Column(
        stated.dtype,
        checks=stated.checks,
        nullable=stated.nullable,
        description=stated.description,
        metadata={**stated.metadata, "comes_from": [comes_from]},
    )


def table(
    name: str, row: str, columns: dict[str, pa.Column], unique: Sequence[str] | None = None, *, strict: bool = True
) -> pa.DataFrameSchema:
    """The contract of a table: its columns in order and, if `strict`, nothing else.

    Args:
        name: the table's name in the store.
        row: what one row is.
        columns: the columns.
        unique: the key.
        strict: whether other columns are refused.
    """
    return pa.DataFrameSchema(
        columns, name=name, description=row, strict=strict, ordered=True, unique=list(unique) if unique else None
    )


def polars_schema(contract: pa.DataFrameSchema) -> pl.Schema:
    """The Polars schema a contract states."""
    return pl.Schema({name: stated.dtype.type for name, stated in contract.columns.items()})
