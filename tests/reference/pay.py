"""Jobs to paid hours and wages by month (docs/method.md § 4, BFL)."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from math import floor

Job = tuple[int, date, int | None, int | None]
"""Citizen, first day of the pay period, hundredths of hours, øre."""


def spells(jobs: Iterable[Job]) -> list[tuple[int, str, date, date, int]]:
    """(person, kind, first and last day of the month, quantity), sorted; hours rounded, a half up, 1 at least."""
    months: dict[tuple[int, int, int], list[int]] = defaultdict(lambda: [0, 0])
    for person, start, hundredths, oere in jobs:
        total = months[person, start.year, start.month]
        total[0] += hundredths or 0
        total[1] += oere or 0
    found = []
    for (person, year, month), (hundredths, oere) in months.items():
        window = date(year, month, 1), date(year, month, monthrange(year, month)[1])
        if hundredths > 0:
            found.append((person, "loentimer", *window, max(1, floor(Fraction(hundredths, 100) + Fraction(1, 2)))))
        if oere > 0:
            found.append((person, "loen", *window, oere))
    return sorted(found)
