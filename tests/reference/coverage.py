"""What a delivery can tell (docs/method.md § 3.2)."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, timedelta

from .unions import dates
from .windows import THURSDAY

Window = tuple[date, date]


def data_end(file_stem: str) -> date:
    """The last day of the year or month in a file's name: ``handic2024``, ``dream202412``."""
    year, month = re.fullmatch(r".*?(\d{4})(\d\d)?", file_stem).groups()  # type: ignore[union-attr]
    first_of_next = date(int(year) + 1, 1, 1) if month in (None, "12") else date(int(year), int(month) + 1, 1)
    return first_of_next - timedelta(days=1)


def span(earliest_event: date, file_stem: str) -> Window:
    """What a cumulative register other than DREAM spans: from 1 January of its earliest event to its data end."""
    return date(earliest_event.year, 1, 1), data_end(file_stem)


def covered_by_span(window: Window, delivered: Window) -> bool:
    """Whether the delivery spans the whole window."""
    return delivered[0] <= window[0] and window[1] <= delivered[1]


def covered_by_weeks(window: Window, thursdays: Collection[date]) -> bool:
    """Whether every Thursday of the window has its week column."""
    return all(day in thursdays for day in dates(*window) if day.isoweekday() == THURSDAY)


def covered_by_months(window: Window, first_days: Collection[date]) -> bool:
    """Whether every month whose first day the window holds has its column."""
    return all(day in first_days for day in dates(*window) if day.day == 1)


def covered(
    measure: str, window: Window, spans: Collection[Window], thursdays: Collection[date], months: Collection[date]
) -> bool:
    """Whether a service with this measure is covered, by the spans, week columns and month columns of its register."""
    if measure == "weeks":
        return covered_by_weeks(window, thursdays)
    if measure == "months":
        return covered_by_weeks(window, thursdays) and covered_by_months(window, months)
    return any(covered_by_span(window, delivered) for delivered in spans)
