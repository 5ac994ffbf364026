"""HANDIC by municipality and year (docs/method.md § 3.2, docs/registers.md), grant by grant and year by year.

Stands for: ``pipelines.quality.handic_coverage``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from .unions import dates

THIN = Fraction(1, 10)
WITHOUT_DATA = ("no_data", "thin")


@dataclass(frozen=True)
class Paid:
    """A grant from ``start`` to ``end``, both included, None still runs; paid by ``payer``, None is unknown."""

    person: int
    start: date
    end: date | None
    payer: str | None
    approved: str | None


@dataclass
class Cell:
    """A municipality and year."""

    kommune: str
    year: int
    living: int | None
    from_the_year: bool
    grants: list[Paid]
    state: str = ""
    gap: str | None = None

    @property
    def citizens(self) -> int:
        return len({grant.person for grant in self.grants})


Homes = dict[date, dict[int, str]]
"""Who lives where, by the day of each snapshot delivered."""


def table(grants: Sequence[Paid], homes: Homes, span: tuple[date, date] | None, few: int) -> list[tuple]:
    """The rows of the table, sorted: those of every municipality in every year that the span touches."""
    if span is None:
        return []
    years = range(span[0].year, span[1].year + 1)
    snapshots = {year: snapshot(year, homes) for year in years}
    known = {kommune for day in snapshots.values() if day for kommune in homes[day].values()}
    cells = [cell(kommune, year, snapshots[year], grants, homes, span[1]) for kommune in known for year in years]
    for one in cells:
        one.state = state(one, [other for other in cells if other.year == one.year], few)
    for one in cells:
        one.gap = gap(one, [c.year for c in cells if c.kommune == one.kommune and c.state == "data"])
    any_approval = any(grant.approved is not None for grant in grants)
    return sorted(
        (
            one.kommune,
            one.year,
            one.living if one.from_the_year else None,
            len(one.grants),
            one.citizens,
            sum(grant.start.year == one.year for grant in one.grants),
            sum(grant.approved is not None for grant in one.grants) if any_approval else None,
            one.state,
            one.gap,
        )
        for one in cells
    )


def snapshot(year: int, delivered: Collection[date]) -> date | None:
    """The 31 December by which a year is judged."""
    return next((day for day in (date(year, 12, 31), date(year - 1, 12, 31)) if day in delivered), None)


def cell(
    kommune: str, year: int, day: date | None, grants: Sequence[Paid], homes: Homes, data_end: date
) -> Cell:  # fmt: skip
    """What is known of a municipality in a year, before it is judged."""
    living = sum(home == kommune for home in homes[day].values()) if day else None
    here = [grant for grant in grants if runs_in(grant, year, data_end) and place(grant, year, homes) == kommune]
    return Cell(kommune, year, living, day == date(year, 12, 31), here)


def runs_in(grant: Paid, year: int, data_end: date) -> bool:
    """Whether the grant runs on some day of the year that is not after the data end."""
    return any(
        grant.start <= day and (grant.end is None or day <= grant.end)
        for day in dates(date(year, 1, 1), min(date(year, 12, 31), data_end))
    )


def place(grant: Paid, year: int, homes: Homes) -> str | None:
    """The municipality that pays, else the one the citizen lives in at the end of the year, or of the year before."""
    ends = [homes.get(date(at, 12, 31), {}).get(grant.person) for at in (year, year - 1)]
    return next((kommune for kommune in (grant.payer, *ends) if kommune is not None), None)


def state(one: Cell, same_year: Sequence[Cell], few: int) -> str:
    """What a cell says, judged beside the others of its year."""
    if one.living is None:
        return "data" if one.grants else "outside"
    if one.living == 0:
        return "outside"
    if not one.grants:
        return "few" if one.living < few else "no_data"
    share = Fraction(sum(c.citizens for c in same_year), sum(c.living or 0 for c in same_year))
    return "thin" if one.living >= few and one.citizens < THIN * share * one.living else "data"


def gap(one: Cell, data_years: Collection[int]) -> str | None:
    """Where a year without data stands to the municipality's years of data."""
    if one.state not in WITHOUT_DATA:
        return None
    if not data_years:
        return "never"
    if one.year < min(data_years):
        return "before"
    return "after" if one.year > max(data_years) else "between"
