"""The calendar of the demo: its first and last days, DREAM's weeks, SAS day numbers.

Here: arithmetic on dates that several generators share. Not here: anything about citizens.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.datetime64]  # datetime64[D]

FIRST_YEAR, LAST_YEAR = 2015, 2024  # of the population snapshots; the other registers begin before or after
DATA_END = np.datetime64("2024-12-31")
NEVER = np.datetime64("2200-01-01")
SAS_EPOCH = np.datetime64("1960-01-01")


def first_of(year: int | NDArray[np.integer]) -> Days:
    """1 January of each year."""
    return (np.asarray(year, dtype="int64") - 1970).astype("datetime64[Y]").astype("datetime64[D]")


def year_of(day: Days) -> NDArray[np.int64]:
    """The calendar year of each day."""
    return np.asarray(day).astype("datetime64[Y]").astype("int64") + 1970


def days_in(year: int | NDArray[np.integer]) -> NDArray[np.int64]:
    """365 or 366."""
    return (first_of(np.asarray(year) + 1) - first_of(year)).astype("int64")


def years_between(birth: Days, day: Days) -> NDArray[np.int64]:
    """Whole years lived on ``day``: the age."""
    months = _months(day) - _months(birth)
    return (months - (_day_of_month(day) < _day_of_month(birth))) // 12


def _months(day: Days) -> NDArray[np.int64]:
    return np.asarray(day).astype("datetime64[M]").astype("int64")


def _day_of_month(day: Days) -> NDArray[np.int64]:
    return (np.asarray(day) - np.asarray(day).astype("datetime64[M]").astype("datetime64[D]")).astype("int64")


def dream_weeks() -> tuple[list[str], Days]:
    """DREAM's week columns ``Y_9132`` .. ``Y_2452`` (ISO weeks, week 53 where it exists) and each one's Thursday."""
    names, thursdays = [], []
    day = date.fromisocalendar(1991, 32, 4)
    while day <= date(LAST_YEAR, 12, 31):
        year, week, _ = day.isocalendar()
        names.append(f"Y_{year % 100:02d}{week:02d}")
        thursdays.append(np.datetime64(day))
        day += timedelta(days=7)
    return names, np.array(thursdays, dtype="datetime64[D]")


def weeks_in(year: int | NDArray[np.integer]) -> NDArray[np.int64]:
    """Thursdays of the calendar year: 52 or 53."""
    start = first_of(year).astype("int64")  # 1970-01-01 was a Thursday
    return (first_of(np.asarray(year) + 1).astype("int64") + 6) // 7 - (start + 6) // 7


def snapshots() -> list[date]:
    """The last day of every quarter of the population register."""
    ends = ((3, 31), (6, 30), (9, 30), (12, 31))
    return [date(year, month, day) for year in range(FIRST_YEAR, LAST_YEAR + 1) for month, day in ends]
