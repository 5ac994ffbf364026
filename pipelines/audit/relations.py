"""What the tables of a release say about each other: rows of figures, and the relations that hold between them.

Here: the relations of docs/disclosure.md, "The audit". Not here: how they are solved (`pipelines.audit.bounds`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np

from catalogue.amounts import TAXES
from catalogue.profiles import Profile
from pipelines.audit.before_start import relate_left, relate_together
from pipelines.audit.knowledge import (
    COSTS,
    EVERYBODY,
    POPULATION,
    SIZED_BY_PERIOD,
    WEIGHTED,
    Earlier,
    Knowledge,
    Line,
    Parts,
    Rate,
    Released,
    Who,
    ceiling,
)
from pipelines.audit.system import Figure, System
from pipelines.before_start import LEFT

Figures = dict[str, Figure]
Rates = Mapping[tuple[str, int], Rate]
"""The figures of a row, by column: `n_citizens`, `n_users`, and `quantity` and costs where the line has them."""
Place = tuple[Who, int, Line]
NEAR = 1e-9
"""How near to the truth a printed figure is that is not rounded, of its size."""
ROUNDED = 1e-6
"""kr. by which a user's cost, and each part of it, can be off: whole millionths are summed. Quantities are whole.
By as much a weighted mean can be: those of the strata are rounded."""
CHEAPEST = 0.01
"""kr. that a unit costs at least, of which each user has one: so much of a cost is rounding at most."""
THOUSAND_KR = 1000.0
"""Costs are solved in thousands, so that the program's numbers are of one size."""
TOTAL: Line = (None, None)


@dataclass
class Rows:
    """The unknowns behind one release's tables."""

    figures: dict[Place, Figures] = field(default_factory=dict)
    n_study: dict[tuple[Who, int | None], Figure] = field(default_factory=dict)
    counts: dict[tuple[str, ...], Figure] = field(default_factory=dict)
    rests: list[tuple[Parts, int, Line, Figures]] = field(default_factory=list)


class Relations:
    """Puts releases into one system. `now` are the rows of the release under attack."""

    def __init__(self, released: Released, knowledge: Knowledge) -> None:
        self.system = System()
        self.knowledge = knowledge
        self.members: dict[Line, list[Line]] = {
            (area, None): [(area, service) for service, own in knowledge.areas.items() if own == area]
            for area in knowledge.areas.values()
        }
        self.members[TOTAL] = [line for line in self.members if line[0] != TAXES]
        self.differences: list[tuple[dict[str, Any], str, Figure]] = []
        self.now = Rows()
        self._put(released, self.now)
        for earlier in knowledge.earlier:
            self._put_earlier(earlier)
        relate_together(self.system, self.now.counts, self.now.figures, knowledge)

    def _put(self, released: Released, rows: Rows) -> None:
        profile = self.knowledge.profile
        for row in released.rows().iter_rows(named=True):
            place = place_of(row)
            who, period, line = place
            if place not in rows.figures:
                printed = row["n_users"] is not None
                rate = self._rate(who)
                rows.figures[place] = self._row(line, period, rate, printed=printed, weighted=who[0] == WEIGHTED)
            if (group := sized(who, period)) not in rows.n_study:
                rows.n_study[group] = self.system.unknown(whole=True)
            figures, size = rows.figures[place], rows.n_study[group]
            self._read(row, figures, size, profile, weighted=who[0] == WEIGHTED)
            # Bounds, where a relation would tie the periods of a withheld group into one large program.
            if row["n_study"] is None and row["n_citizens"] is not None:
                self.system.learn(size, row["n_citizens"] - profile.round_counts + 1, np.inf)
            self.system.learn(figures["n_citizens"], 0, self.system.most(size))
        for who, period in dict.fromkeys((who, period) for who, period, _ in rows.figures):
            for parent, children in self.members.items():
                if (who, period, parent) in rows.figures:
                    self._line(rows, self._rate(who), who, period, parent, children)
        for parts in self.knowledge.parts:
            self._group(rows, self.knowledge.rate, parts)
        self._count(released, rows, profile)
        self._changes(released, rows, profile)

    def _row(self, line: Line, period: int, rate: Rates, *, printed: bool = False, weighted: bool = False) -> Figures:
        """The figures of some citizens' use of a line, and what holds between them whoever they are.

        A printed row has an unknown for each, since it tells each; of another, those that follow from the quantity by
        a price or share that is the same for everybody are that times a factor.
        """
        services = self.knowledge.services_of(line)
        own = rate[services[0], period] if line[1] else None
        priced = any(rate[service, period].price for service in services)
        figures = {name: self.system.unknown(whole=True) for name in ("n_citizens", "n_users")}
        users, relate = figures["n_users"], self.system.relate
        relate([(1, figures["n_citizens"]), (-1, users)], 0, np.inf)
        if own:
            figures["quantity"] = self.system.unknown()
            if not weighted:
                relate([(1, figures["quantity"]), (-1, users)], 0, np.inf)
                self._limited(figures, "quantity", rate, services, period)
        if own and own.price:
            off = _off(own)
            figures["cost"] = self._rated(figures["quantity"], own.price, off, printed)
            figures |= {name: self._rated(figures["cost"], share, off, printed) for name, share in own.shares.items()}
        elif priced:
            figures |= {name: self.system.unknown(size=THOUSAND_KR) for name in COSTS}
            for name in COSTS if not weighted else ():
                self._limited(figures, name, rate, services, period)
        if priced and not (own and self._exact(own) and not printed):
            parts = [(-1.0, figures[name]) for name in COSTS[1:]]
            off = 2 * max(_off(rate[service, period]) for service in services)
            relate([(1 + off, figures["cost"]), *parts], 0, np.inf)
            relate([(1 - off, figures["cost"]), *parts], -np.inf, 0)
        return figures

    def _limited(self, figures: Figures, name: str, rate: Rates, services: Sequence[str], period: int) -> None:
        if (most := ceiling(rate, services, period, name)) is not None:
            terms = [(most * (1 + NEAR) + ROUNDED, figures["n_users"]), (-1, figures[name])]
            self.system.relate(terms, 0, np.inf)

    def _rated(self, base: Figure, factor: tuple[float, float], off: float, printed: bool) -> Figure:
        """A figure that is at least `factor[0]` and at most `factor[1]` times `base`."""
        least, most = factor
        if _same(factor) and most and not printed:
            return base.times(most, off / min(1.0, most))
        amount = self.system.unknown(size=THOUSAND_KR)
        if most == 0:
            self.system.learn(amount, 0, 0)
        else:
            off /= min(1.0, most)
            self.system.relate([(1, amount), (-least * (1 - off), base)], 0, np.inf)
            self.system.relate([(1, amount), (-most * (1 + off), base)], -np.inf, 0)
        return amount

    def _exact(self, rate: Rate) -> set[str]:
        """The columns that follow from others of the row, the same way for everybody."""
        exact = {name for name, share in rate.shares.items() if _same(share)}
        return exact | {"cost"} if rate.price and _same(rate.price) else exact

    def _read(self, row: dict[str, Any], figures: Figures, size: Figure, profile: Profile, *, weighted: bool) -> None:
        """What a row prints; a mean tells its sum where its citizens are told."""
        learn = self.system.learn
        for name, unknown in (("n_study", size), *((name, figures[name]) for name in ("n_citizens", "n_users"))):
            if row[name] is not None:
                learn(unknown, *_count(row[name], profile))
        if row["n_citizens"] is None:
            return
        if row["share_users"] is not None and not weighted:
            learn(figures["n_users"], *_count(round(row["share_users"] * row["n_citizens"]), profile))
        fewest, most = _count(row["n_citizens"], profile)
        for name, unknown in figures.items():
            if name in ("n_citizens", "n_users"):
                continue
            half = (profile.round_quantity if name == "quantity" else profile.round_kr) / 2 + ROUNDED * weighted
            mean = row[f"mean_{name}"]
            if most == 0:
                learn(unknown, 0, 0)
            elif mean is not None:
                learn(unknown, max(0.0, mean - half) * fewest, (mean + half) * most)

    def _sum(self, whole: Figures, parts: Sequence[Figures], without: Collection[str] = ()) -> None:
        for name, figure in whole.items():
            if name not in without:
                self.system.relate([(1, figure), *((-1, part[name]) for part in parts if name in part)])

    def _same_line(self, whole: Figures, parts: Sequence[Figures], line: Line, period: int, rate: Rates) -> None:
        """A line's row is the rows of its citizens' parts; what follows from another column says nothing more."""
        self._sum(whole, parts, self._exact(rate[line[1], period]) if line[1] else ())

    def _line(self, rows: Rows, rate: Rates, who: Who, period: int, parent: Line, members: list[Line]) -> None:
        """An area is its services, the total its areas, of the citizens whom the parent's row rests on."""
        own = [(line, rows.figures[who, period, line]) for line in members if (who, period, line) in rows.figures]
        if not own or self._said(rows, [(who, period, line) for line in (parent, *(line for line, _ in own))]):
            return
        figures, relate = rows.figures[who, period, parent], self.system.relate
        if who[0] == WEIGHTED and not all(self._same_citizens(child, figures) for _, child in own):
            return  # whose means are weighted otherwise
        inside = [self._inside(rate, period, line, child, figures) for line, child in own]
        for child in inside:
            relate([(1, figures["n_users"]), (-1, child["n_users"])], 0, np.inf)
        if len(own) < len(members):  # the employment table prints no services
            return
        relate([(1, figures["n_users"]), *((-1, child["n_users"]) for child in inside)], -np.inf, 0)
        costs = {name: unknown for name, unknown in figures.items() if name in COSTS}
        self._sum(costs, inside)

    def _inside(self, rate: Rates, period: int, line: Line, child: Figures, figures: Figures) -> Figures:
        """The part of a line's row that the parent's citizens have: all of it where they are the same citizens."""
        if self._same_citizens(child, figures):
            return child
        inside, outside = self._row(line, period, rate), self._row(line, period, rate)
        self.system.relate([(1, inside["n_citizens"]), (-1, figures["n_citizens"])])
        self._same_line(child, [inside, outside], line, period, rate)
        return inside

    def _same_citizens(self, one: Figures, other: Figures) -> bool:
        """Whether two rows of one group are known to rest on as many citizens."""
        here, there = self.system.known(one["n_citizens"]), self.system.known(other["n_citizens"])
        return one["n_citizens"] == other["n_citizens"] or (here is not None and here == there)

    def _group(self, rows: Rows, rate: Rates, parts: Parts) -> None:
        """A group is its parts and the rest, whom no part holds."""
        for (who, period, line), whole in list(rows.figures.items()):
            if who != parts.whole or parts.period not in (None, period):
                continue
            inside = [part for part in parts.parts if (part, period, line) in rows.figures]
            if not inside or self._said(rows, [(of, period, line) for of in (who, *inside)]):
                continue
            own = [rows.figures[part, period, line] for part in inside]
            sizes = [rows.n_study[sized(part, period)] for part in inside]
            size = rows.n_study[sized(who, period)]
            if self._all(size, sizes) or self._all(whole["n_citizens"], [row["n_citizens"] for row in own]):
                self._same_line(whole, own, line, period, rate)
                continue
            rest = self._row(line, period, rate)
            self._same_line(whole, [*own, rest], line, period, rate)
            if not self._spread([size, *sizes]):
                self.system.relate([(1, size), *((-1, part) for part in sizes), (-1, rest["n_citizens"])], 0, np.inf)
            rows.rests.append((parts, period, line, rest))

    def _said(self, rows: Rows, places: Sequence[Place]) -> bool:
        """Whether these are rows of an earlier release that are as now: how they hang together is stated."""
        return rows is not self.now and all(rows.figures[place] is self.now.figures.get(place) for place in places)

    def _spread(self, sizes: list[Figure]) -> bool:
        """Whether these groups' sizes are all printed, and rounded: they would tie the periods to each other."""
        return self.knowledge.profile.round_counts > 1 and all(np.isfinite(self.system.most(size)) for size in sizes)

    def _all(self, whole: Figure, parts: list[Figure]) -> bool:
        """Whether these printed counts leave nobody for a rest."""
        counts = [self.system.known(part) for part in parts]
        return None not in counts and sum(count or 0 for count in counts) == self.system.known(whole)

    def _count(self, released: Released, rows: Rows, profile: Profile) -> None:
        """The flow adds up to the study base, and each characteristic's categories do."""
        steps: dict[tuple[str, str], list[Figure]] = {}
        for row in released.counts().iter_rows(named=True):
            table, of, part = row["table"], row["group_by"], row["group"]
            if (table, of, part) not in rows.counts:
                rows.counts[table, of, part] = self.system.unknown(whole=True)
            unknown = rows.counts[table, of, part]
            if row["n"] is not None and of not in LEFT:
                self.system.learn(unknown, *_count(row["n"], profile))
            steps.setdefault((table, of), []).append(unknown)
            kommune = rows.n_study.get(((of, part), None))
            if table == "characteristics" and kommune is not None:
                self.system.relate([(1, unknown), (-1, kommune)])
        base = rows.n_study.get((EVERYBODY, None))
        self._shares(released, rows, base)
        relate_left(self.system, rows.counts, base)
        flow = {of: unknowns for (table, of), unknowns in steps.items() if table == "participant_flow"}
        sums = [unknowns for (table, _), unknowns in steps.items() if table == "characteristics"]
        if received := flow.pop("received", None):
            left = chain.from_iterable(flow.values())
            self.system.relate([*((1, unknown) for unknown in received), *((-1, unknown) for unknown in left)])
            sums.append(flow.get("study_base", []))
        for unknowns in sums:
            if base is not None and unknowns:
                self.system.relate([(1, base), *((-1, unknown) for unknown in unknowns)])

    def _shares(self, released: Released, rows: Rows, base: Figure | None) -> None:
        """A category's share is that of everybody, each as it is printed."""
        profile = self.knowledge.profile
        half = (profile.round_counts // 2) if profile.round_counts > 1 else 0
        for row in released.counts().drop_nulls("share").iter_rows(named=True):
            share, unknown = row["share"], rows.counts[row["table"], row["group_by"], row["group"]]
            if base is not None:
                width = half * (1 + share) + NEAR * max(1.0, self.system.most(unknown) if row["n"] is not None else 0.0)
                self.system.relate([(1, unknown), (-share, base)], -width, width)

    def _changes(self, released: Released, rows: Rows, profile: Profile) -> None:
        """A printed change is the difference of two means, of everybody, of which one may be withheld."""
        if released.changes is None:
            return
        off = {"share": 0.0, "quantity": profile.round_quantity, "cost": profile.round_kr}
        for row in released.changes.iter_rows(named=True):
            line = (row["area"], row["service"])
            now, before = (rows.figures.get((("alle", "alle"), period, line)) for period in (row["period"], -1))
            if now is None or before is None:
                continue
            n_now, n_before = (self.system.known(figures["n_citizens"]) for figures in (now, before))
            for name, column in (("share", "n_users"), ("quantity", "quantity"), ("cost", "cost")):
                change = row[f"change_{name}"]
                if change is not None and n_now and n_before and column in now:
                    width = off[name] + NEAR * abs(change)
                    terms = [(1 / n_now, now[column]), (-1 / n_before, before[column])]
                    self.system.relate(terms, change - width, change + width)

    def _put_earlier(self, earlier: Earlier) -> None:
        rows = Rows()
        for row in earlier.same.iter_rows(named=True):
            counted, place = (row["table"], row["group_by"], row["group"]), place_of(row)
            if counted in self.now.counts:
                rows.counts[counted] = self.now.counts[counted]
            elif place in self.now.figures:
                rows.figures[place] = self.now.figures[place]
                group = sized(*place[:2])
                rows.n_study[group] = self.now.n_study[group]
        self._put(earlier.released, rows)
        differ = {(row["group_by"], row["group"]): row["n"] for row in earlier.differ.iter_rows(named=True)}
        for row in earlier.released.rows().iter_rows(named=True):
            place = place_of(row)
            few = 1 <= differ.get(place[0], 0) < self.knowledge.profile.min_count
            if few and place in self.now.figures and rows.figures[place] is not self.now.figures[place]:
                self._difference(row, self.now.figures[place], rows.figures[place])

    def _difference(self, row: dict[str, Any], now: Figures, then: Figures) -> None:
        if self.system.known(now["n_users"]) == 0 == self.system.known(then["n_users"]):
            return
        for name in ("n_users", "quantity", "cost"):
            if name in now and name in then:
                unknown = self.system.unknown(-np.inf, whole=name == "n_users")
                self.system.relate([(1, unknown), (-1, now[name]), (1, then[name])])
                self.differences.append((row, name, unknown))

    def _rate(self, who: Who) -> Rates:
        return self.knowledge.population_rate if who[0] in POPULATION else self.knowledge.rate


def place_of(row: Mapping[str, Any]) -> Place:
    """Where a row stands, whatever its table: no group is in two."""
    return (row["group_by"], row["group"]), row["period"], (row["area"], row["service"])


def sized(who: Who, period: int) -> tuple[Who, int | None]:
    """A group's citizens are the same in every period, but for the population and those grouped by their months."""
    return who, period if who[0] in SIZED_BY_PERIOD else None


def _count(printed: int, profile: Profile) -> tuple[int, int]:
    """The fewest and the most that a printed count can be of."""
    half = (profile.round_counts // 2) if profile.round_counts > 1 else 0
    return max(0, printed - half), printed + half


def _same(factor: tuple[float, float]) -> bool:
    """Whether the lowest and highest price or share are one."""
    return factor[1] - factor[0] <= NEAR * factor[1]


def _off(rate: Rate) -> float:
    """The share of a service's cost that rounding can be."""
    return NEAR + (ROUNDED / max(rate.price[0], CHEAPEST) if rate.price else 0.0)
