"""Age in completed years, and the age a citizen has in a calendar year.

Source: docs/method.md § 4, BEF.
"""

from __future__ import annotations

import polars as pl

MID_YEAR = (7, 1)
"""Where only a year is known, or a whole year is meant, a citizen has the age of 1 July."""
BAND_YEARS = 5
OLDEST_BAND = 100
"""Citizens of this age and older are one band."""


def whole_years(born: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Completed years; someone born on 29 February completes a year on 1 March where there is no such day."""
    before_birthday = (day.dt.month() < born.dt.month()) | (
        (day.dt.month() == born.dt.month()) & (day.dt.day() < born.dt.day())
    )
    return (day.dt.year() - born.dt.year() - before_birthday.cast(pl.Int32)).cast(pl.Int32)


def age_in_year(born: pl.Expr, year: int) -> pl.Expr:
    """Whole years on 1 July of a calendar year; 0 for who is born later in it, null where the birth date is unknown."""
    return whole_years(born, pl.date(year, *MID_YEAR)).clip(lower_bound=0)


def age_band(age: pl.Expr) -> pl.Expr:
    """The first age of the five-year band that an age is in: 0, 5, ... 95, and 100 for all that are older."""
    return (age // BAND_YEARS * BAND_YEARS).clip(upper_bound=OLDEST_BAND)
