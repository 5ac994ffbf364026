"""Courses of treatment (docs/method.md § 4, SMDB_VBGF), one after the other."""

from __future__ import annotations

from datetime import date, timedelta

DAY = timedelta(days=1)
Course = tuple[date | None, date | None]
"""From initiation, or None where treatment was only asked for, to the end, or None while it runs."""


def spells(courses: list[Course], gap_days: int, data_end: date) -> list[tuple[date, date]]:
    """One citizen's time in treatment: courses are one while at most ``gap_days`` days without lie between them."""
    begun = sorted((start, end or data_end) for start, end in courses if start is not None)
    found: list[tuple[date, date]] = []
    for start, end in begun:
        if end < start:
            continue
        if found and (start - found[-1][1]).days - 1 <= gap_days:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found
