"""From a participant list to the study base (docs/method.md § 1), and who its citizens are (§ 4, BEF and DREAM)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

Line = Mapping[str, str | None]  # a row of the list by column name, as text


@dataclass(frozen=True)
class Participant:
    """A row of the list that is kept; ``row`` is its number in the file."""

    row: int
    pnr: str
    start_date: date | None
    start_year: int
    end_date: date | None


def read_date(text: str) -> date | None:
    """An ISO or a Danish date (dd-mm-yyyy); None where it is neither, or no day of the calendar."""
    iso, danish = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text), re.fullmatch(r"(\d{1,2})-(\d{1,2})-(\d{4})", text)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if danish:
            return date(int(danish[3]), int(danish[2]), int(danish[1]))
    except ValueError:
        pass
    return None


def fault(line: Line, needs_start_date: bool) -> str | None:
    """The first reason for which the line is set aside, duplicates apart."""
    start, end, year = line["start_date"], line["end_date"], line["start_year"]
    if line["pnr"] is None:
        return "missing_pnr"
    if start is None and (year is None or needs_start_date):
        return "missing_start"
    if (start and not read_date(start)) or (end and not read_date(end)):
        return "invalid_date"
    if start is None and not re.fullmatch(r"\d{4}", year or ""):
        return "invalid_date"
    if end is None:
        return None
    last, first = read_date(end), read_date(start) if start else None
    assert last is not None
    ends_early = last < first if first else last.year < int(year or 0)
    return "end_before_start" if ends_early else None


def accept(
    lines: Sequence[Mapping[str, str | None]], needs_start_date: bool
) -> tuple[list[Participant], dict[int, str]]:
    """The participants kept, and the reason of each row set aside; lines are numbered from 0."""
    set_aside: dict[int, str] = {}
    earliest: dict[str, Participant] = {}
    for row, line in enumerate(lines):
        reason = fault(line, needs_start_date)
        if reason:
            set_aside[row] = reason
            continue
        start, end, pnr = read_date(line["start_date"] or ""), read_date(line["end_date"] or ""), line["pnr"]
        assert pnr is not None
        own = Participant(row, pnr, start, start.year if start else int(line["start_year"] or 0), end)
        first = earliest.get(pnr)
        if first is None:
            earliest[pnr] = own
        elif (own.start_date or date(own.start_year, 1, 1)) < (first.start_date or date(first.start_year, 1, 1)):
            set_aside[first.row] = "duplicate_participant"
            earliest[pnr] = own
        else:
            set_aside[row] = "duplicate_participant"
    return sorted(earliest.values(), key=lambda kept: kept.row), set_aside


def base_snapshot(start_year: int) -> date:
    """The snapshot that a participant of the study base is found in."""
    return date(start_year - 1, 12, 31)


def age(born: date, start_date: date | None, start_year: int) -> int:
    """Completed years at the start; with only a start year, on 1 July."""
    at = start_date or date(start_year, 7, 1)
    years = at.year - born.year
    return years if (at.month, at.day) >= (born.month, born.day) else years - 1


def education(
    started: Mapping[int, int], completed: Mapping[tuple[int, date], str | None], levels: Mapping[str, str]
) -> tuple[dict[int, str | None], dict[tuple[str, int], int]]:
    """The level of who has a code on 30 September of the year before the start, and how many have an unknown one."""
    known: dict[int, str | None] = {}
    unmapped: dict[tuple[str, int], int] = {}
    for person, start_year in started.items():
        code = completed.get((person, date(start_year - 1, 9, 30)))
        if code is None:
            continue
        known[person] = levels.get(code)
        if code not in levels:
            unmapped[code, start_year - 1] = unmapped.get((code, start_year - 1), 0) + 1
    return known, unmapped
