"""Who is there (docs/method.md § 3.1)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date


def present_in_year(year: int, seen: Collection[date], delivered: Collection[date]) -> bool | None:
    """Whether a citizen ``seen`` in these snapshots is present in the calendar year; None where it cannot be told."""
    usable = [day for day in (date(year, 12, 31), date(year - 1, 12, 31)) if day in delivered]
    if not usable:
        return None
    return any(day in seen for day in usable)


def present(window: tuple[date, date], seen: Collection[date], delivered: Collection[date]) -> bool | None:
    """Whether present in any calendar year that the window touches; None when one of them cannot be told."""
    years = [present_in_year(year, seen, delivered) for year in range(window[0].year, window[1].year + 1)]
    if None in years:
        return None
    return any(years)
