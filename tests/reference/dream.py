"""DREAM's week and employment columns (docs/method.md § 4, DREAM), cell by cell."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Code:
    """What a benefit code means on the days it is valid; None is open."""

    code: str
    service: str | None
    is_transfer: bool
    valid_from: date | None = None
    valid_to: date | None = None


def thursday(column: str) -> date:
    """The Thursday of the ISO week that ``Y_YYWW`` names; YY >= 90 is 19YY, else 20YY."""
    yy, week = int(column[2:4]), int(column[4:6])
    return date.fromisocalendar(1900 + yy if yy >= 90 else 2000 + yy, week, 4)


def code_text(cell: object) -> str | None:
    """A cell as a code of three characters, None where blank; numbers have lost their leading zeros."""
    if cell is None:
        return None
    text = str(int(cell)) if isinstance(cell, float) else str(cell).strip()
    return (text.zfill(3) if text.isdigit() else text) or None


def meaning(code: str | None, day: date, codes: list[Code]) -> Code | None:
    """The catalogue's row for the code on the day; None where it is blank or not mapped."""
    for row in codes:
        starts = row.valid_from is None or row.valid_from <= day
        if row.code == code and starts and (row.valid_to is None or day <= row.valid_to):
            return row
    return None


def benefit_weeks(row: Mapping[str, object], codes: list[Code]) -> dict[str, set[date]]:
    """The Thursdays of the weeks on each service."""
    found: dict[str, set[date]] = {}
    for column, cell in row.items():
        if column.startswith("Y_"):
            meant = meaning(code_text(cell), thursday(column), codes)
            if meant is not None and meant.service is not None:
                found.setdefault(meant.service, set()).add(thursday(column))
    return found


def unmapped(row: Mapping[str, object], codes: list[Code]) -> dict[tuple[str, int], int]:
    """Weeks with a code that nobody mapped, by code and the Thursday's year."""
    found: dict[tuple[str, int], int] = {}
    for column, cell in row.items():
        if column.startswith("Y_"):
            code, day = code_text(cell), thursday(column)
            if code is not None and meaning(code, day, codes) is None:
                found[code, day.year] = found.get((code, day.year), 0) + 1
    return found


def months_employed(row: Mapping[str, object], codes: list[Code]) -> set[date]:
    """First days of the months with a degree above 0 in which no week, by Thursday, carries a transfer."""
    months = set()
    for column, degree in row.items():
        if column.startswith("GRAD_") and degree is not None and degree > 0:
            months.add(date(int(column[5:9]), int(column[10:12]), 1))
    for column, cell in row.items():
        if column.startswith("Y_"):
            meant = meaning(code_text(cell), thursday(column), codes)
            if meant is not None and meant.is_transfer:
                months.discard(thursday(column).replace(day=1))
    return months


def support_status(
    row: Mapping[str, object], delivered: Collection[str], start_year: int, codes: list[Code], groups: dict[str, str]
) -> str | None:
    """The status group of the code of week 48 of the year before start, where that week is delivered.

    No code, or no row in DREAM (an empty one), is not supported by the public; a code in no group is in none.
    """
    column = f"Y_{(start_year - 1) % 100:02d}48"
    if column not in delivered:
        return None
    code = code_text(row.get(column))
    if code is None:
        return "ikke_offentlig_forsoerget"
    meant = meaning(code, thursday(column), codes)
    return groups.get(meant.code) if meant else None


def week_columns(first: date, last: date) -> list[str]:
    """The week columns whose Thursdays lie from ``first`` to ``last``."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [f"Y_{d.isocalendar().year % 100:02d}{d.isocalendar().week:02d}" for d in days if d.isoweekday() == 4]
