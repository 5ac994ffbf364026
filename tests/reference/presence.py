"""Who is there (docs/method.md § 3.1)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from .unions import dates

DAY = timedelta(days=1)
Move = tuple[date, str]
"""The day of a move, and `I` in or `U` out."""


def present_in_year(year: int, seen: Collection[date], delivered: Collection[date]) -> bool | None:
    """Whether a citizen ``seen`` in these snapshots is present in the calendar year; None where it cannot be told."""
    usable = [day for day in (date(year, 12, 31), date(year - 1, 12, 31)) if day in delivered]
    if not usable:
        return None
    return any(day in seen for day in usable)


def ordered(moves: Sequence[Move]) -> list[Move]:
    """Moves in time; on one day the citizen leaves, and comes again."""
    return sorted(moves, key=lambda move: (move[0], "UI".index(move[1])))


def away(day: date, seen: Collection[date], died: date | None, moves: Sequence[Move]) -> bool:
    """Whether dead or out of the country on a day, by the latest move before it and what was seen since."""
    if died is not None and day > died:
        return True
    before = [move for move in ordered(moves) if move[0] <= day]
    if not before or before[-1][1] == "I":
        return False
    return not any(before[-1][0] < snapshot <= day for snapshot in seen)


def staying(day: date, died: date | None, moves: Sequence[Move]) -> bool:
    """Whether a day lies in a stay from an arrival to the day before the departure after it, or to the death."""
    before = [move for move in ordered(moves) if move[0] <= day]
    after = [move for move in ordered(moves) if move[0] > day]
    if not before or before[-1][1] == "U" or (died is not None and day > died):
        return False
    return after[0][1] == "U" if after else died is not None


def present(
    window: tuple[date, date],
    seen: Collection[date],
    delivered: Collection[date],
    died: date | None = None,
    moves: Sequence[Move] = (),
) -> bool | None:
    """Whether present in any calendar year that the window touches; None when one of them cannot be told.

    One who is away on every day of the window is not present; one who stays in it on some day is.
    """
    years = [present_in_year(year, seen, delivered) for year in range(window[0].year, window[1].year + 1)]
    if None in years:
        return None
    days = dates(*window)
    if any(staying(day, died, moves) for day in days):
        return True
    return any(years) and not all(away(day, seen, died, moves) for day in days)
