"""Expenditure over a time to amounts by month (docs/method.md § 4, SIU_INDIVID_UDGIFTER_TOTAL), day by day."""

from __future__ import annotations

from datetime import date

from .unions import dates


def by_month(start: date, end: date, oere: int) -> list[tuple[date, date, int]]:
    """(first day, last day, øre) of each calendar month: its days' share in whole øre, and the last what is left."""
    days = dates(start, end)
    months: dict[tuple[int, int], list[date]] = {}
    for day in days:
        months.setdefault((day.year, day.month), []).append(day)
    parts = [(own[0], own[-1], oere * len(own) // len(days)) for own in months.values()]
    first, last, _ = parts[-1]
    return [*parts[:-1], (first, last, oere - sum(part for *_, part in parts[:-1]))]
