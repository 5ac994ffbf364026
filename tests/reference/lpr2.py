"""LPR2 contacts to admissions and visits (docs/method.md § 4, LPR2), one after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from .chaining import Stay, bed_days


@dataclass(frozen=True)
class Contact:
    """A contact of a kind of patient (0 admitted, 2 outpatient, 3 emergency), with the dates of its visits."""

    person: int | str
    start: date
    end: date | None
    kind: str | None
    psychiatric: bool
    visits: tuple[date, ...] = ()


def at_noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12)


def spells(contacts: Iterable[Contact], last_year: int) -> list[tuple[int | str, str, date, date, int]]:
    """(person, kind, start, end, bed days or 1), sorted, of contacts that start in or before the last year."""
    admitted: dict[tuple[int | str, str], list[tuple[date, date]]] = defaultdict(list)
    visited: set[tuple[int | str, str, date]] = set()
    for contact in contacts:
        field = "psykiatri" if contact.psychiatric else "somatik"
        if contact.start.year > last_year:
            continue
        if contact.kind == "0" and contact.end and contact.end >= contact.start:
            admitted[contact.person, field].append((contact.start, contact.end))
        if contact.kind == "2":
            visited.update((contact.person, field, day) for day in contact.visits)
        if contact.kind == "3":
            visited.add((contact.person, field, contact.start))
    found = [(person, f"{field}_ambulant", day, day, 1) for person, field, day in visited]
    for (person, field), own in admitted.items():
        joined: list[tuple[date, date]] = []
        for start, end in sorted(own):
            if joined and start <= joined[-1][1]:
                joined[-1] = joined[-1][0], max(end, joined[-1][1])
            else:
                joined.append((start, end))
        for start, end in joined:
            days = bed_days(Stay(person, at_noon(start), at_noon(end), field == "psykiatri"))
            found.append((person, f"{field}_indlaeggelse", start, end, len(days)))
    return sorted(found)
