"""The population's use, and what a study is held against (docs/method.md § 8), citizen by citizen.

Stands for: ``pipelines.population``, ``pipelines.population_means`` and ``pipelines.comparison``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from . import costing, windows
from .table import Service

Line = tuple[str | None, str | None]  # area, service
Traits = tuple[int | None, str, str | None]  # age, sex, municipality
Spell = tuple[str, date, date]  # kind, first and last date
NOT_STATED = "9"


@dataclass(frozen=True)
class Seen:
    """What a snapshot says of a citizen."""

    born: date | None
    koen: str | None
    kom: str | None


@dataclass(frozen=True)
class Measured:
    """A service of the catalogue, the kind of spell it measures, how, and the years in which it is measured."""

    service: Service
    spell: str
    measure: str
    years: frozenset[int]


@dataclass(frozen=True)
class Country:
    """Everybody: what snapshots of 31 December say by person and year, spells by person, and the services."""

    snapshots: Mapping[int | str, Mapping[int, Seen]]
    spells: Mapping[int | str, Sequence[Spell]]
    services: Sequence[Measured]


def age_on_1_july(born: date, year: int) -> int:
    """Birthdays had by 1 July of the year; somebody not born yet is 0."""
    return max(0, year - born.year - ((born.month, born.day) > (7, 1)))


def traits(country: Country, person: int | str, year: int) -> Traits | None:
    """Who the citizen is in the year, by the first snapshot of two that has them; None is not present."""
    own = country.snapshots.get(person, {})
    for snapshot in (year - 1, year):
        if snapshot in own:
            seen = own[snapshot]
            age = None if seen.born is None else age_on_1_july(seen.born, year)
            return age, seen.koen or NOT_STATED, seen.kom
    return None


def lines(services: Sequence[Measured]) -> dict[Line, list[Measured]]:
    """The services that each line is made of."""
    found: dict[Line, list[Measured]] = {}
    for one in services:
        found[one.service.area, one.service.service] = [one]
        found.setdefault((one.service.area, None), []).append(one)
        found.setdefault((None, None), []).append(one)
    return found


def quantity(country: Country, person: int | str, service: Measured, year: int) -> int:
    """How much the citizen used of a service in the year."""
    own = [(first, last) for kind, first, last in country.spells.get(person, []) if kind == service.spell]
    window = date(year, 1, 1), date(year, 12, 31)
    return sum(windows.measure(service.measure, spell, window) for spell in own)


def cells(country: Country, year: int) -> tuple[dict[Traits, int], dict[tuple[Traits, Line], tuple[int, int | None]]]:
    """Citizens present by their traits; users and quantity (None but for services) by traits and measured line."""
    citizens: dict[Traits, int] = {}
    use: dict[tuple[Traits, Line], tuple[int, int | None]] = {}
    for person in country.snapshots:
        who = traits(country, person, year)
        if who is None:
            continue
        citizens[who] = citizens.get(who, 0) + 1
        for line, parts in lines(country.services).items():
            if all(year in part.years for part in parts):
                used = sum(quantity(country, person, part, year) for part in parts)
                if used:
                    n, amount = use.get((who, line), (0, 0))
                    use[who, line] = n + 1, (None if line[1] is None else (amount or 0) + used)
    return citizens, use


Cost = Callable[[str, int, int], costing.Cost | None]
"""What a quantity of a service in a year costs; None where it has no price."""


@dataclass(frozen=True)
class InPeriod:
    """A citizen of the study base in a period: its window, presence, and the services measured in it."""

    person: int | str
    period: int
    window: tuple[date, date]
    present: bool | None
    measured: frozenset[str]


Stratum = tuple[int, int | None, str]  # year, five-year age band, sex


def years_of(window: tuple[date, date]) -> range:
    """The calendar years that the window touches."""
    return range(window[0].year, window[1].year + 1)


def days_in(window: tuple[date, date], year: int) -> int:
    """The window's dates in the year."""
    n = (window[1] - window[0]).days + 1
    return sum((window[0] + timedelta(days=i)).year == year for i in range(n))


def stratum(country: Country, person: int | str, year: int, ages: tuple[int, int] | None) -> Stratum | None:
    """Where the citizen belongs in the year; None where not present, or not in the age range."""
    who = traits(country, person, year)
    if who is None:
        return None
    age, koen, _ = who
    if ages and (age is None or not ages[0] <= age <= ages[1]):
        return None
    return year, (None if age is None else min(age // 5 * 5, 100)), koen


@dataclass(frozen=True)
class Pool:
    """Citizen-years: their number, those with use, and all that they used and cost."""

    n: int
    users: int
    quantity: int
    cost: dict[str, float]


def pool(country: Country, people: Sequence[tuple[int | str, int]], parts: Sequence[Measured], cost: Cost) -> Pool:
    """The use of all services of a line by citizens (person, year), added up."""
    users, amount = 0, 0
    kroner = dict.fromkeys(("total", "kommune", "region", "stat"), 0.0)
    for person, year in people:
        own = {part.service.service: quantity(country, person, part, year) for part in parts}
        users += any(own.values())
        amount += sum(own.values())
        for service, used in own.items():
            paid = cost(service, year, used) if used else None
            for payer in kroner if paid else ():
                kroner[payer] += getattr(paid, payer)
    return Pool(len(people), users, amount, kroner)


def comparison(
    country: Country,
    base: Sequence[InPeriod],
    participants: set[int | str],
    ages: tuple[int, int] | None,
    anchored: bool,
    periods: Sequence[int],
    cost: Cost,
) -> dict[tuple[str, int, str | None, str | None], dict[str, object]]:
    """The figures of each row by (group_by, period, area, service)."""
    others = [person for person in country.snapshots if person not in participants]
    found = {}
    for period in periods:
        own = [one for one in base if one.period == period]
        years = sorted({year for one in own for year in years_of(one.window)})
        strata: dict[Stratum, list[tuple[int | str, int]]] = {}
        for year in years:
            for person in others:
                where = stratum(country, person, year, ages)
                if where:
                    strata.setdefault(where, []).append((person, year))
        for line, parts in lines(country.services).items():
            weights: dict[Stratum, int] = {}
            for one in own:
                for year in years_of(one.window) if one.present else ():
                    where = stratum(country, one.person, year, ages)
                    if where in strata:
                        counts = all(part.service.service in one.measured for part in parts)
                        weight = 0 if anchored and period == 0 else days_in(one.window, year) if anchored else 1
                        weights[where] = weights.get(where, 0) + weight * counts
            as_it_is = {where: 0 if anchored and period == 0 else len(people) for where, people in strata.items()}
            for kind, of_strata in (("befolkning", as_it_is), ("befolkning_standardiseret", weights)):
                found[kind, period, *line] = row(country, strata, of_strata, line, parts, cost)
    return found


def row(
    country: Country,
    strata: Mapping[Stratum, list[tuple[int | str, int]]],
    weights: Mapping[Stratum, int],
    line: Line,
    parts: Sequence[Measured],
    cost: Cost,
) -> dict[str, object]:
    """The figures of one row: the means of the strata, weighted."""
    figures: dict[str, object] = dict.fromkeys(
        ("share_users", "mean_quantity", "mean_cost", "mean_cost_kommune", "mean_cost_region", "mean_cost_stat")
    )
    counted = {
        where: pool(country, strata[where], parts, cost)
        for where, weight in weights.items()
        if weight and all(where[0] in part.years for part in parts)
    }
    figures["n_study"] = sum(len(strata[where]) for where in weights)
    figures["n_citizens"] = sum(pooled.n for pooled in counted.values())
    figures["n_users"] = sum(pooled.users for pooled in counted.values())
    whole = sum(weights[where] for where in counted)
    if not whole:
        return figures

    def mean(of: Callable[[Pool], float]) -> float:
        return sum(weights[where] * of(pooled) / pooled.n for where, pooled in counted.items()) / whole

    figures["share_users"] = mean(lambda pooled: pooled.users)
    if line[1]:
        figures["mean_quantity"] = mean(lambda pooled: pooled.quantity)
    if any(part.service.priced for part in parts):
        figures["mean_cost"] = mean(lambda pooled: pooled.cost["total"])
        for payer in ("kommune", "region", "stat"):
            figures[f"mean_cost_{payer}"] = mean(lambda pooled, payer=payer: pooled.cost[payer])
    return figures
