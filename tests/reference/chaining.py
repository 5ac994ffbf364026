"""Hospital contacts to stays (docs/method.md § 4, LPR), one contact after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True)
class Contact:
    """One physical attendance with an end that is not before its start."""

    person: int | str
    start: datetime
    end: datetime
    psychiatric: bool


@dataclass(frozen=True)
class Stay:
    """Contacts of one citizen and one treatment type, from the first start to the latest end."""

    person: int | str
    start: datetime
    end: datetime
    psychiatric: bool


def stays(contacts: Iterable[Contact], gap_hours: float = 4) -> list[Stay]:
    """Chain while the next contact starts no later than ``gap_hours`` after the latest end so far."""
    by_citizen_and_type: dict[tuple[int | str, bool], list[Contact]] = defaultdict(list)
    for contact in contacts:
        by_citizen_and_type[contact.person, contact.psychiatric].append(contact)
    found = []
    for (person, psychiatric), own in by_citizen_and_type.items():
        own.sort(key=lambda contact: contact.start)
        start, latest_end = own[0].start, own[0].end
        for contact in own[1:]:
            if contact.start <= latest_end + timedelta(hours=gap_hours):
                latest_end = max(latest_end, contact.end)
            else:
                found.append(Stay(person, start, latest_end, psychiatric))
                start, latest_end = contact.start, contact.end
        found.append(Stay(person, start, latest_end, psychiatric))
    return found


def is_admission(stay: Stay, admission_hours: float = 12) -> bool:
    """Whether the stay lasted the limit or longer; a shorter one is an outpatient visit."""
    return stay.end - stay.start >= timedelta(hours=admission_hours)


def bed_days(stay: Stay) -> list[date]:
    """The dates from the start date up to, not including, the end date; at least the start date."""
    days = [stay.start.date()]
    while days[-1] + timedelta(days=1) < stay.end.date():
        days.append(days[-1] + timedelta(days=1))
    return days


def service(stay: Stay, admission_hours: float = 12) -> str:
    """The kind of spell that the stay is."""
    field = "psykiatri" if stay.psychiatric else "somatik"
    return f"{field}_{'indlaeggelse' if is_admission(stay, admission_hours) else 'ambulant'}"
