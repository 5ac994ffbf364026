"""The calendar of DREAM: ISO weeks named `Y_YYWW` and months named `GRAD_YYYY_MM`.

A week belongs to the window that holds its Thursday. Source: docs/method.md § 4, DREAM.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

import polars as pl

WEEK_COLUMN = re.compile(r"^y_(\d{2})(\d{2})$", re.IGNORECASE)
MONTH_COLUMN = re.compile(r"^grad_(\d{4})_(\d{2})$", re.IGNORECASE)
DAYS_BEFORE_THURSDAY = 3
"""Days from the Monday of a week to its Thursday, and from its Thursday to its Sunday."""


def week_thursday(column: str) -> date | None:
    """The Thursday of the ISO week a column is named for, or None where the name is no existing week.

    `YY` of 90 or more is 19YY, else 20YY; week 53 exists in long years only.
    """
    named = WEEK_COLUMN.match(column)
    if not named:
        return None
    year, week = int(named[1]), int(named[2])
    try:
        return date.fromisocalendar(year + (1900 if year >= 90 else 2000), week, 4)
    except ValueError:
        return None


def month_start(column: str) -> date | None:
    """The first day of the month a `GRAD_YYYY_MM` column is named for, or None where there is no such month."""
    named = MONTH_COLUMN.match(column)
    if not named or not 1 <= int(named[2]) <= 12:
        return None
    return date(int(named[1]), int(named[2]), 1)


def week_columns(columns: Iterable[str]) -> dict[str, date]:
    """The week columns among `columns`, each with its Thursday, oldest first."""
    return _oldest_first({column: week_thursday(column) for column in columns})


def month_columns(columns: Iterable[str]) -> dict[str, date]:
    """The employment degree columns among `columns`, each with the month's first day, oldest first."""
    return _oldest_first({column: month_start(column) for column in columns})


def _oldest_first(days: dict[str, date | None]) -> dict[str, date]:
    return dict(sorted(((column, day) for column, day in days.items() if day), key=lambda dated: dated[1]))


def thursdays_until(day: pl.Expr) -> pl.Expr:
    """How many Thursdays there are from 1970-01-01, a Thursday itself, to `day`, both included."""
    return day.to_physical().cast(pl.Int32).floordiv(7) + 1


def months_until(day: pl.Expr) -> pl.Expr:
    """How many first days of months there are from year 0 to `day`, both included."""
    return day.dt.year() * 12 + day.dt.month()


def monday_of(thursday: pl.Expr) -> pl.Expr:
    """The Monday of the week of a Thursday."""
    return thursday - timedelta(days=DAYS_BEFORE_THURSDAY)


def sunday_of(thursday: pl.Expr) -> pl.Expr:
    """The Sunday of the week of a Thursday."""
    return thursday + timedelta(days=DAYS_BEFORE_THURSDAY)
