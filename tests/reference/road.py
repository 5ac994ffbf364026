"""The whole road, citizen by citizen: the rows of a test's world and a study's list in, use and the cost table out.

Here: the other modules put together. A citizen is told by PNR throughout.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from . import chaining, costing, coverage, dream, lpr2, participants, population, presence, unions, windows
from .table import Service, Study

LPR2_LAST_YEAR = 2018
DELIVERED = ("dream", "lpr_a_kontakt", "handic")
"""The registers of services that the road here is walked for."""
Spells = dict[tuple[str, str], list[tuple[date, date]]]  # (pnr, kind of spell): first and last date
Use = dict[tuple[str, int, str], float | None]  # (pnr, period, service): quantity, None where not measured


@dataclass(frozen=True)
class Rules:
    """The catalogue, as its CSV files say."""

    services: list[dict[str, str]]
    dream_codes: list[dream.Code]
    handic_services: dict[str, str]
    psychiatric: set[str]
    prices: dict[str, list[costing.Price]]
    index: dict[str, dict[int, float]]
    payers: dict[str, list[costing.PayerRule]]


def read_rules(folder: Path) -> Rules:
    """Read the catalogue's files with nothing but the csv module."""

    def rows(name: str) -> list[dict[str, str]]:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def day(text: str) -> date | None:
        return date.fromisoformat(text) if text else None

    services = [row for row in rows("services") if row["register"] in DELIVERED]
    rules = Rules(services, [], {}, {row["specialty"] for row in rows("psychiatric_specialties")}, {}, {}, {})
    for row in rows("dream_codes"):
        valid = day(row["valid_from"]), day(row["valid_to"])
        rules.dream_codes.append(dream.Code(row["code"], row["service"] or None, row["is_transfer"] == "true", *valid))
    for row in rows("handic_services"):
        assert not row["valid_from"]
        assert not row["valid_to"]
        rules.handic_services[row["code"]] = row["service"]
    for row in rows("unit_prices"):
        price = costing.Price(int(row["year"]), float(row["price"]), row["status"] == "illustrative")
        rules.prices.setdefault(row["service"], []).append(price)
    for row in rows("price_index"):
        rules.index.setdefault(row["index"], {})[int(row["year"])] = float(row["value"])
    for row in rows("payer_rules"):
        shares = (float(row[payer]) for payer in ("kommune", "region", "stat"))
        rule = costing.PayerRule(day(row["valid_from"]), day(row["valid_to"]), *shares)
        rules.payers.setdefault(row["service"], []).append(rule)
    return rules


@dataclass(frozen=True)
class Registers:
    """Delivered rows, by their delivered names; ``dream`` by PNR; ``data_end`` is that of every cumulative register."""

    bef: Sequence[Mapping[str, Any]]
    dream: Mapping[str, Mapping[str, Any]]
    week_columns: Sequence[str]
    month_columns: Sequence[str]
    lpr: Sequence[Mapping[str, Any]]
    handic: Sequence[Mapping[str, Any]]
    data_end: date
    older: Sequence[lpr2.Contact] = ()
    """LPR2's contacts, by PNR: where there are any, LPR_A_KONTAKT counts what was reported to LPR3 alone."""
    older_from: date | None = None


def spells(registers: Registers, rules: Rules) -> Spells:
    """Every dated piece of service of every citizen."""
    found: Spells = defaultdict(list)
    for pnr, row in registers.dream.items():
        for service, thursdays in dream.benefit_weeks(row, rules.dream_codes).items():
            found[pnr, service] += [(day, day) for day in thursdays]
        months = dream.months_employed(row, rules.dream_codes)
        found[pnr, "ordinaer_beskaeftigelse"] += [(day, day) for day in months]
    contacts = [
        chaining.Contact(row["PNR"], start, end, row["KONT_ANS_HOVEDSPEC"] in rules.psychiatric)
        for row in registers.lpr
        for start, end in [(row["KONT_STARTTIDSPUNKT"], row["KONT_SLUTTIDSPUNKT"])]
        if row["KONT_TYPE"] == "ALCA00" and isinstance(end, datetime) and end >= start
        if not registers.older or row["LPRINDBERETNINGSSYSTEM"] == "LPR3"
    ]
    for stay in chaining.stays(contacts):
        found[stay.person, chaining.service(stay)].append((stay.start.date(), stay.end.date()))
    for pnr, kind, first, last, _ in lpr2.spells(registers.older, LPR2_LAST_YEAR):
        found[str(pnr), kind].append((first, last))
    services = rules.handic_services
    grants = [
        unions.Grant(row["PNR"], services[row["MODT_YDELSE_KODE"]], row["YDELSE_START"], row["YDELSE_SLUT"])
        for row in registers.handic
        if row["MODT_YDELSE_KODE"] in services
    ]
    for pnr, service, start, end, _ in unions.spells(unions.granted_dates(grants, registers.data_end)):
        found[pnr, service].append((start, end))
    return found


@dataclass(frozen=True)
class Result:
    """What a study comes to."""

    flow: Counter[tuple[str, str | None]]
    use: Use
    table: Study
    illustrative: set[tuple[str, int, str]]  # citizen present, period and service with an illustrative price row
    compared: dict[tuple[str, int, str | None, str | None], dict[str, object]]  # by group_by, period, area, service


def road(
    registers: Registers,
    rules: Rules,
    lines: Sequence[participants.Line],
    mode: str,
    years_before: int,
    years_after: int,
    price_year: int,
    ages: tuple[int, int] | None = None,
) -> Result:
    """Follow the method from a participant list to the figures of the cost table."""
    kept, set_aside = participants.accept(lines, needs_start_date=mode == "anchored")
    seen: dict[str, dict[date, Mapping[str, Any]]] = defaultdict(dict)
    for row in registers.bef:
        seen[row["PNR"]][row["REFERENCETID"]] = row
    delivered = {row["REFERENCETID"] for row in registers.bef}
    base = [one for one in kept if participants.base_snapshot(one.start_year) in seen[one.pnr]]
    flow = Counter({("received", None): len(lines), ("study_base", None): len(base)})
    flow["not_in_population", None] = len(kept) - len(base)
    flow.update(("set_aside", reason) for reason in set_aside.values())

    groups: dict[tuple[str, str], list[str]] = {("alle", "alle"): [one.pnr for one in base]}
    for one in base:
        kom, group = seen[one.pnr][participants.base_snapshot(one.start_year)]["KOM"], lines[one.row].get("group")
        groups.setdefault(("kommune", kom), []).append(one.pnr)
        if group:
            groups.setdefault(("gruppe", group), []).append(one.pnr)

    thursdays = {dream.thursday(column) for column in registers.week_columns}
    months = {date(int(column[5:9]), int(column[10:12]), 1) for column in registers.month_columns}
    spans = {
        "dream": [],
        "lpr_a_kontakt": [
            (registers.older_from or min(r["KONT_STARTTIDSPUNKT"] for r in registers.lpr).date(), registers.data_end)
        ],
        "handic": [(min(r["YDELSE_START"] for r in registers.handic), registers.data_end)],
    }
    spans = {register: [(date(first.year, 1, 1), last) for first, last in own] for register, own in spans.items()}

    had = spells(registers, rules)
    present, measured, use, cost, illustrative = {}, {}, {}, {}, set()
    in_periods: list[population.InPeriod] = []
    for one in base:
        if mode == "calendar":
            periods = windows.calendar_periods(one.start_year, years_before, years_after)
        else:
            assert one.start_date is not None
            periods = windows.anchored_periods(
                one.start_date, one.end_date, years_before, years_after, registers.data_end
            )
        for period, window in periods.items():
            there = present[one.pnr, period] = presence.present(window, set(seen[one.pnr]), delivered)
            for row in rules.services:
                service, key = row["service"], (one.pnr, period, row["service"])
                prices = rules.prices.get(service, [])
                if there and prices and costing.price_row(prices, window[0].year).illustrative:
                    illustrative.add(key)
                covers = coverage.covered(row["measure"], window, spans[row["register"]], thursdays, months)
                measured[key] = there is not None and covers
                if there is False:
                    continue
                if not measured[key]:
                    use[key] = None
                    continue
                quantity = sum(windows.measure(row["measure"], own, window) for own in had[one.pnr, row["spell"]])
                if quantity:
                    use[key] = quantity
                    index, payers = rules.index.get(row["index"], {}), rules.payers.get(service, [])
                    own_cost = costing.cost(quantity, window[0], prices, index, payers, price_year)
                    if own_cost is not None:
                        cost[key] = own_cost
            names = [row["service"] for row in rules.services]
            known = frozenset(name for name in names if measured[one.pnr, period, name])
            in_periods.append(population.InPeriod(one.pnr, period, window, there, known))
    table = Study(
        services=[Service(r["service"], r["area"], r["unit"], r["service"] in rules.prices) for r in rules.services],
        periods=list(range(-years_before, years_after + 1)),
        groups=groups,
        present=present,
        measured=measured,
        quantity={key: quantity for key, quantity in use.items() if quantity is not None},
        cost=cost,
    )

    def years_covered(row: Mapping[str, str]) -> frozenset[int]:
        ends = {year: (date(year, 1, 1), date(year, 12, 31)) for year in range(2000, 2030)}
        spanned = spans[row["register"]]
        return frozenset(y for y, w in ends.items() if coverage.covered(row["measure"], w, spanned, thursdays, months))

    def kroner(service: str, year: int, quantity: int) -> costing.Cost | None:
        index = next(rules.index.get(row["index"], {}) for row in rules.services if row["service"] == service)
        prices, payers = rules.prices.get(service, []), rules.payers.get(service, [])
        return costing.cost(quantity, date(year, 1, 1), prices, index, payers, price_year)

    ends = {
        pnr: {day.year: row for day, row in rows.items() if (day.month, day.day) == (12, 31)}
        for pnr, rows in seen.items()
    }
    country = population.Country(
        {
            pnr: {y: population.Seen(row["FOED_DAG"], row["KOEN"], row["KOM"]) for y, row in rows.items()}
            for pnr, rows in ends.items()
        },
        {pnr: [(kind, *own) for (who, kind), spell in had.items() for own in spell if who == pnr] for pnr in ends},
        [
            population.Measured(service, row["spell"], row["measure"], years_covered(row))
            for service, row in zip(table.services, rules.services, strict=True)
        ],
    )
    compared = population.comparison(
        country, in_periods, {one.pnr for one in kept}, ages, mode == "anchored", table.periods, kroner
    )
    return Result(flow, use, table, illustrative, compared)
