"""Fees for primary care to contacts and amounts (docs/method.md § 4, SSSY), row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

GENERAL_PRACTICE = {"almen_laege": {70, 80}, "almen_laege_70_90": set(range(70, 91))}


@dataclass(frozen=True)
class Fee:
    """A fee for a citizen in the week of a Thursday: contacts and øre, perhaps for the citizen's child."""

    person: int
    thursday: date
    specialty: int
    contacts: int | None
    oere: int | None
    child: bool | None


def spells(fees: Iterable[Fee]) -> list[tuple[int, str, date, date, int]]:
    """(person, kind, day, day, quantity) of each week with more than nothing, sorted."""
    totals: Counter[tuple[int, str, date]] = Counter()
    for fee in fees:
        if fee.child:
            continue
        for definition, specialties in GENERAL_PRACTICE.items():
            if fee.specialty in specialties:
                totals[fee.person, definition, fee.thursday] += fee.contacts or 0
        if fee.specialty in GENERAL_PRACTICE["almen_laege"]:
            totals[fee.person, "almen_laege_honorar", fee.thursday] += fee.oere or 0
    return sorted((person, kind, day, day, total) for (person, kind, day), total in totals.items() if total > 0)
