"""Granted services to spells (docs/method.md § 4, HANDIC), date by date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Grant:
    """A service granted to a citizen from ``start`` to ``end``, both included; without ``end`` it still runs."""

    person: int | str
    service: str
    start: date
    end: date | None


def dates(start: date, end: date) -> list[date]:
    """Every date from ``start`` to ``end``, both included."""
    return [start + DAY * n for n in range((end - start).days + 1)]


def granted_dates(grants: Iterable[Grant], data_end: date | None = None) -> dict[tuple[int | str, str], set[date]]:
    """The dates that each citizen holds each service, each date once; what still runs is capped at ``data_end``."""
    held: dict[tuple[int | str, str], set[date]] = defaultdict(set)
    for grant in grants:
        end = grant.end or data_end
        assert end is not None, "a grant that still runs needs a data end"
        held[grant.person, grant.service].update(dates(grant.start, end))
    return held


def spells(held: dict[tuple[int | str, str], set[date]]) -> list[tuple[int | str, str, date, date, int]]:
    """Unbroken runs of dates, as (person, service, first date, last date, days), sorted."""
    found = []
    for (person, service), days in held.items():
        for first in days:
            if first - DAY in days:
                continue
            last = first
            while last + DAY in days:
                last += DAY
            found.append((person, service, first, last, len(dates(first, last))))
    return sorted(found)
