"""Reading the rows of a delivered file: each field typed, and the first reason a row is to be set aside for.

Here: expressions, over a file that is not read yet. Not here: how one value is read (`deliveries.values`), nor what
becomes of the rows (`deliveries.entry`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from deliveries.formats import PARQUET, reading
from deliveries.slices import Slice
from deliveries.values import (
    is_blank,
    read_code,
    read_date,
    read_datetime,
    read_hundredths,
    read_integer,
    read_pnr,
    read_text,
    read_week,
)
from expectations.contracts.deliveries import DeliveryContract, Field, read_columns

UNREAD = "unread_"
READERS = {
    "pnr": read_pnr,
    "code": read_code,
    "text": read_text,
    "date": read_date,
    "datetime": read_datetime,
    "integer": read_integer,
    "hundredths": read_hundredths,
    "week": read_week,
}
WITH_FEW_VALUES = ("code", "date", "week")
FEW_VALUES = 100_000
"""Codes and dates have fewer distinct values than this in any file that is what it says it is."""


@dataclass(frozen=True)
class Column:
    """Expressions over a delivered column: its `value` (null where blank or unreadable), and why it is null."""

    value: pl.Expr
    blank: pl.Expr
    unreadable: pl.Expr


def typed_rows(contract: DeliveryContract, rows: Slice) -> pl.LazyFrame:
    """Rows of a file, typed.

    Returns:
        The contract's columns under the names they become (ids still as PNRs), `reason` (null = the row is kept),
        `source` (the file's number), `row` (in the file, from 0), and `unread_<column>` for each column whose
        unreadable values set no row aside: true where one stands.
    """
    source, columns = rows.source, read_fields(contract.fields, contract, rows)
    reason = pl.coalesce(
        pl.when(asked).then(pl.lit(why))
        for stated in contract.fields
        for why, asked in (
            (stated.missing, columns[stated.name].blank),
            (stated.unreadable, columns[stated.name].unreadable),
        )
        if why
    )
    typed = rows.frame.select(
        *(columns[stated.name].value.alias(stated.becomes) for stated in contract.fields),
        *(
            columns[stated.name].unreadable.alias(UNREAD + stated.name)
            for stated in contract.fields
            if not stated.unreadable and not stated.optional
        ),
        *([_file_day(contract.file_day, source.period).alias(contract.dated_by)] if contract.file_day else []),
        field_reason=reason,
    )
    told = pl.col("field_reason")
    for rule in contract.row_rules:
        told = told.fill_null(pl.when(rule.broken).then(pl.lit(rule.reason)))
    if contract.kind == "periodic":
        told = told.fill_null(
            pl.when(~_inside(pl.col(contract.dated_by), source.period)).then(pl.lit("outside_delivery"))
        )
    numbered = typed.with_columns(reason=told, source=pl.lit(rows.number, pl.UInt16)).drop("field_reason")
    return numbered.with_row_index("row", offset=rows.first)


def read_fields(fields: Sequence[Field], contract: DeliveryContract, rows: Slice) -> dict[str, Column]:
    """How some fields of these rows are read, by the field's name.

    A code or a date is read once for each distinct value, and rows take what their value became: text that has to be
    looked at letter by letter is otherwise most of the work of entry.
    """
    schema = rows.frame.collect_schema()
    names = read_columns(contract, schema.names())
    columns = {stated.name: _column(stated, names[stated.name], schema) for stated in fields}
    few = [
        stated
        for stated in fields
        if stated.read_as in WITH_FEW_VALUES and not schema[names[stated.name]].is_temporal()
    ]
    # Only Parquet is read by column: of another format this would be a reading of the whole file.
    if few and rows.source.path.suffix.lower() == PARQUET:
        with reading(rows.source.path):
            distinct = rows.frame.select(pl.col(names[stated.name]).unique().implode() for stated in few).collect(
                engine="streaming"
            )
        for stated in few:
            values = distinct.get_column(names[stated.name]).explode().drop_nulls()
            if len(values) <= FEW_VALUES:
                columns[stated.name] = _by_value(columns[stated.name], values)
    return columns


def _column(stated: Field, name: str, schema: pl.Schema) -> Column:
    value, blank = _value(stated, name, schema), _blank(name, schema)
    return Column(value, blank, ~blank & value.is_null())


def _by_value(column: Column, values: pl.Series) -> Column:
    """The same, of a column with few distinct values."""
    read = values.to_frame().select(
        delivered=pl.col(values.name), value=column.value, blank=column.blank, unreadable=column.unreadable
    )
    delivered = pl.col(values.name)

    def among(asked: str) -> pl.Expr:
        those = read.filter(asked).get_column("delivered")
        return delivered.is_in(those.implode()) if len(those) else pl.lit(value=False)

    known = read.drop_nulls("value")
    value = delivered.replace_strict(
        known.get_column("delivered"), known.get_column("value"), default=None, return_dtype=read.schema["value"]
    )
    return Column(value, delivered.is_null() | among("blank"), among("unreadable").fill_null(value=False))


def _value(stated: Field, name: str, schema: pl.Schema) -> pl.Expr:
    if stated.width is not None:
        code = read_code(name, schema[name], stated.width).str.replace(rf"^0+(\d{{{stated.width}}})$", "$1")
        return pl.when(code.str.contains(rf"^\d{{{stated.width}}}$")).then(code)
    return READERS[stated.read_as](name, schema[name])


def _blank(column: str, schema: pl.Schema) -> pl.Expr:
    delivered = pl.col(column)
    blank = delivered.is_null()
    if schema[column].is_float():
        return blank | delivered.is_nan()
    if schema[column] in (pl.String, pl.Categorical, pl.Enum):
        return blank | is_blank(delivered.cast(pl.String).str.strip_chars())
    return blank


def _file_day(day: tuple[int, int], period: str) -> pl.Expr:
    return pl.lit(date(int(period[:4]), *day))


def _inside(day: pl.Expr, period: str) -> pl.Expr:
    year = day.dt.year() == int(period[:4])
    return year & (day.dt.month() == int(period[4:])) if len(period) == 6 else year
