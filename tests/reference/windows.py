"""Periods around an intervention (docs/method.md § 2), and what of a spell falls into one (§ 4)."""

from __future__ import annotations

from datetime import date, timedelta

from .unions import dates

DAY = timedelta(days=1)
THURSDAY = 4  # as date.isoweekday() says it


def add_years(day: date, years: int) -> date:
    """The same day ``years`` later (or earlier); 29 February goes to 28 February where the year has none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def calendar_periods(start_year: int, years_before: int, years_after: int) -> dict[int, tuple[date, date]]:
    """Period 0 is the start year; the others are the calendar years around it."""
    return {
        period: (date(start_year + period, 1, 1), date(start_year + period, 12, 31))
        for period in range(-years_before, years_after + 1)
    }


def anchored_periods(
    start: date, end: date | None, years_before: int, years_after: int, data_end: date | None
) -> dict[int, tuple[date, date]]:
    """Years up to the start, from start to end, and years after the end.

    Without an end, period 0 runs to ``data_end`` (and is not there when that comes before the start), and later
    periods do not exist.
    """
    periods = {}
    for back in range(1, years_before + 1):
        periods[-back] = (add_years(start, -back), add_years(start, -(back - 1)) - DAY)
    if end is not None:
        periods[0] = (start, end)
        first = end + DAY
        for ahead in range(1, years_after + 1):
            periods[ahead] = (add_years(first, ahead - 1), add_years(first, ahead) - DAY)
    elif data_end is not None and data_end >= start:
        periods[0] = (start, data_end)
    return periods


def within(days: list[date], window: tuple[date, date]) -> list[date]:
    """Those of ``days`` that the window holds."""
    return [day for day in days if window[0] <= day <= window[1]]


def measure(kind: str, spell: tuple[date, date], window: tuple[date, date]) -> int:
    """How much of a spell (first date, last date) the window holds: weeks, days, bed days, starts or months.

    A bed day is a date from the start date up to, not including, the end date, and at least the start date.
    """
    start, end = spell
    if kind == "weeks":
        return len(within([day for day in dates(start, end) if day.isoweekday() == THURSDAY], window))
    if kind == "days":
        return len(within(dates(start, end), window))
    if kind == "bed_days":
        return len(within(dates(start, max(start, end - DAY)), window))
    if kind == "count":
        return len(within([start], window))
    if kind == "months":
        return len(within([day for day in dates(start, end) if day.day == 1], window))
    raise ValueError(kind)
