"""Typed readers: Polars expressions that read an id, code, date, time or number in every shape it is delivered in.

Here: shapes (`docs/registers.md`): text, numbers that lost leading zeros, dates as dates, ISO text, datetimes or SAS
day numbers. Not here: which column has which type, and what becomes of a row whose value cannot be read: every reader
gives null for a value it cannot read and never fails.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
from polars._typing import PolarsDataType

PNR_WIDTH = 12
SAS_EPOCH = dt.datetime(1960, 1, 1)
# A number below this is a SAS day number (the year 2507).
FIRST_SAS_SECONDS = 200_000
# SAS seconds from 1976 to 2118: what lies outside, such as yyyymmdd, is not guessed at.
SAS_SECONDS = (500_000_000, 5_000_000_000)
# From 1960-01-01, where SAS counts from, to 1970-01-01, where dates count from.
DAYS_FROM_SAS_EPOCH = -3653
# 9999-12-31, which some registers write for an open end (2,936,547 in SAS, which leaves out two leap days).
LAST_SAS_DAY = 2_936_549
NUMBER = r"^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?$"
MICROSECONDS = 1_000_000
FIRST_YEAR_OF_1900S = 90


def is_blank(text: pl.Expr) -> pl.Expr:
    """Whether stripped text says nothing: empty, or SAS's full stop for missing, as its CSV exports have it."""
    return text.is_in(["", "."])


def pnr_text(digits: pl.Expr) -> pl.Expr:
    """Give the text of a whole number the leading zeros of a PNR (12 characters)."""
    return digits.str.zfill(PNR_WIDTH)


def read_pnr(name: str, dtype: PolarsDataType) -> pl.Expr:
    """Read a citizen's PNR (or other opaque id) as text; blank is null.

    Delivered as text it is stripped and else left as it is; as a whole number it gets its leading zeros back.
    """
    if _is_number(dtype):
        whole = _whole(pl.col(name))
        return pl.when(whole >= 0).then(pnr_text(whole.cast(pl.String)))
    return _text(name)


def read_code(name: str, dtype: PolarsDataType, width: int | None = None) -> pl.Expr:
    """Read a code as text; a number loses its ``.0``, and digits are zero-filled to ``width`` characters."""
    code = pl.col(name).fill_nan(None).cast(pl.String).str.strip_chars() if _is_float(dtype) else _text(name)
    code = code.str.replace(r"^(\d+)\.0*$", "$1")
    if width is None:
        return code
    return pl.when(code.str.contains(r"^\d+$")).then(code.str.zfill(width)).otherwise(code)


def read_text(name: str, dtype: PolarsDataType) -> pl.Expr:
    """Read words or an id: text as it stands, a number without its ``.0``."""
    return read_code(name, dtype) if _is_number(dtype) else _text(name)


def read_date(name: str, dtype: PolarsDataType) -> pl.Expr:
    """Read a Date from a date, a datetime, ISO text (a time after it is left off) or a SAS day number.

    A number past the day number of 9999-12-31 is null, not a guess: it may be ``yyyymmdd`` as well as seconds.
    """
    column = pl.col(name)
    if dtype == pl.Date:
        return column
    if dtype == pl.Datetime:
        return column.dt.date()
    if _is_number(dtype):
        return _sas_days(column.cast(pl.Float64))
    text = _text(name)
    iso = text.str.extract(r"^(\d{4}-\d{2}-\d{2})([T ].*)?$").str.to_date("%Y-%m-%d", strict=False)
    return pl.coalesce(iso, _sas_days(_number(text)))


def read_datetime(name: str, dtype: PolarsDataType) -> pl.Expr:
    """Read a Datetime (microseconds, local time as delivered) from every shape of date and time.

    A date is its midnight. ISO text may have ``T`` or a blank, seconds and a fraction, or no time. A number is SAS
    seconds from 1960 when its size is 200,000 or more, else a SAS day number.
    """
    column = pl.col(name)
    if dtype == pl.Date:
        return column.cast(pl.Datetime("us"))
    if dtype == pl.Datetime:
        return column.dt.replace_time_zone(None).dt.cast_time_unit("us")
    if _is_number(dtype):
        return _sas_time(column.cast(pl.Float64))
    text = _text(name).str.replace("T", " ", literal=True)
    shapes = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%d")
    iso = [text.str.to_datetime(shape, time_unit="us", strict=False) for shape in shapes]
    return pl.coalesce(*iso, _sas_time(_number(text)))


def read_integer(name: str, dtype: PolarsDataType) -> pl.Expr:
    """Read a whole number as Int64; a fraction or other text is null."""
    if _is_number(dtype):
        return _whole(pl.col(name))
    text = _text(name)
    digits = text.str.extract(r"^\+?(-?\d+)(\.0*)?$").cast(pl.Int64, strict=False)
    return pl.coalesce(digits, _whole(_number(text)))


def read_hundredths(name: str, dtype: PolarsDataType) -> pl.Expr:
    """Read an amount with at most two decimals as whole hundredths (Int64), which add up exactly; rounded to the
    nearest. Text may have a decimal comma.
    """
    number = (
        pl.col(name).cast(pl.Float64) if _is_number(dtype) else _number(_text(name).str.replace(",", ".", literal=True))
    )
    return (number * 100).round().cast(pl.Int64, strict=False)


def read_week(name: str, dtype: PolarsDataType) -> pl.Expr:
    """Read an ISO week written YYWW (YY from 90 is 19YY, else 20YY) as its Thursday; null where there is none."""
    digits = read_code(name, dtype, width=4).str.extract(r"^(\d{4})$")
    short, week = (digits.str.slice(first, 2).cast(pl.Int32) for first in (0, 2))
    year = short + pl.when(short >= FIRST_YEAR_OF_1900S).then(1900).otherwise(2000)
    fourth = pl.date(year, 1, 4)  # always in the first week
    thursday = fourth + pl.duration(days=7 * (week - 1) + 4 - fourth.dt.weekday().cast(pl.Int32))
    return pl.when(thursday.dt.year() == year, week >= 1).then(thursday)


def _is_float(dtype: PolarsDataType) -> bool:
    return dtype in (pl.Float32, pl.Float64)


def _is_number(dtype: PolarsDataType) -> bool:
    return dtype.is_numeric()


def _text(name: str) -> pl.Expr:
    text = pl.col(name).cast(pl.String, strict=False).str.strip_chars()
    return pl.when(~is_blank(text)).then(text)


def _number(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.contains(NUMBER)).then(text).cast(pl.Float64, strict=False)


def _whole(number: pl.Expr) -> pl.Expr:
    integer = number.cast(pl.Int64, strict=False)
    return pl.when(integer == number).then(integer)


def _sas_time(number: pl.Expr) -> pl.Expr:
    in_days = pl.when(number.abs() < FIRST_SAS_SECONDS).then(number * 86_400)
    seconds = pl.coalesce(in_days, pl.when(number.is_between(*SAS_SECONDS)).then(number))
    microseconds = (seconds * MICROSECONDS).round().cast(pl.Int64, strict=False)
    return microseconds.cast(pl.Duration("us")) + pl.lit(SAS_EPOCH).cast(pl.Datetime("us"))


def _sas_days(number: pl.Expr) -> pl.Expr:
    days = pl.when(number.abs() <= LAST_SAS_DAY).then(number.floor()).cast(pl.Int32, strict=False)
    return (days + DAYS_FROM_SAS_EPOCH).cast(pl.Date)
