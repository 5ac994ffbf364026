"""Users, use and costs that add up: over services, areas, payers, prices and groups, in one period.

Here: the cells of one period's rows, their relations, and which to withhold. Not here: counts of citizens
(`pipelines.disclosure.counts`), which rows are withheld for their own sake (`pipelines.disclosure.primary`).

Amounts are sums over citizens (a mean times its citizens), kroner in thousands. An attacker is granted what
`pipelines.disclosure.knowledge` holds. Three decisions a row: the amounts (quantity, cost), who pays them, and users
with their share. Of a service they are one: its amounts tell of its users, since nobody uses more than a period has,
and of its payers, whose rule everybody knows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import polars as pl

from catalogue.amounts import TAXES
from catalogue.profiles import Profile
from pipelines.costs import PAYERS
from pipelines.disclosure.primary import of_amounts
from pipelines.disclosure.suppression import suppress
from pipelines.disclosure.system import System, Term

KKR = 1000.0
"""Kroner are solved for in thousands, so that they are of the size of counts."""
LOSS = {"alle": 30.0, "beskaeftigelse": 2.0}
RATED = ("price", *PAYERS)
IN_TRUTH = {"users": "n_users", "quantity": "quantity"}
"""Columns of `pipelines.disclosure.truth` by measure."""
LEAST_WIDTH = 1e-3
"""How wide the bracket of an amount is at least that is withheld to protect another, as a share of it."""


class Row(NamedTuple):
    """What names a row of one period."""

    group_by: str
    group: str
    area: str | None
    service: str | None

    @property
    def parent(self) -> Row | None:
        """The row that it adds up to, over services or areas."""
        if self.area is None or (self.area == TAXES and self.service is None):
            return None
        return Row(self.group_by, self.group, self.area if self.service else None, None)


class Decisions(NamedTuple):
    """What can be withheld of a row."""

    amounts: int
    payers: int
    users: int


@dataclass(frozen=True)
class Hidden:
    """The rows whose amounts are withheld, whose payers are, and whose users and share are."""

    amounts: set[Row]
    payers: set[Row]
    users: set[Row]


Differ = dict[Row, list[tuple[int, Mapping[str, float]]]]
"""What earlier releases told of other citizens: of a row how many came or went since each, and the sums it told."""
Cells = dict[str, Term]
"""A row's cells by measure: `users`, `quantity`, `kommune`, `region`, `stat`, `cost`. What everybody can tell from
another cell is that cell times a factor: of most services a payer's part is, of the quantity."""


def hidden_values(
    rows: pl.DataFrame,
    inside: pl.DataFrame,
    parts: pl.DataFrame,
    rates: pl.DataFrame,
    profile: Profile,
    *,
    without_count: Collection[Row] = (),
    told: Mapping[Row, Collection[str]] | None = None,
    differ: Differ | None = None,
    weighted: bool = False,
) -> Hidden:
    """Which values of one period to withhold: those for their own sake, and enough others that protect them.

    Args:
        rows: `pipelines.disclosure.primary.reasons` of the study's own groups in the period.
        inside: `pipelines.disclosure.truth.Behind.inside` of the period.
        parts: `pipelines.disclosure.knowledge.parts` of the period.
        rates: `pipelines.disclosure.knowledge.rates` of the period.
        profile: the data owner's thresholds.
        without_count: rows whose number of citizens is withheld, and with it all their values.
        told: what an earlier release has told of the same citizens and data: `users`, `amounts`, `payers`.
        weighted: whether means are weighted, so that they say nothing of how many use how much.
        differ: rows that earlier releases have told of other citizens: of each how many came or went, and its values.

    Raises:
        Unprotectable: the solver fails, so that nothing can be said of what is left.
    """
    model = _Period(rows, inside, rates, profile, set(without_count), told or {}, differ or {}, weighted=weighted)
    model.add_rows()
    model.add_lines()
    model.add_groups(parts)
    model.add_earlier()
    hidden = suppress(model.system.problem())
    rows_hidden = {
        what: {row for row, decisions in model.decisions.items() if hidden[getattr(decisions, what)]}
        for what in Decisions._fields
    }
    return Hidden(**rows_hidden)


class _Period:
    """The system of one period, built step by step."""

    def __init__(
        self,
        rows: pl.DataFrame,
        inside: pl.DataFrame,
        rates: pl.DataFrame,
        profile: Profile,
        without_count: set[Row],
        told: Mapping[Row, Collection[str]],
        differ: Differ,
        *,
        weighted: bool,
    ) -> None:
        marked = rows.with_columns(of_amounts=of_amounts())
        self.rows = {_row(row): row for row in marked.iter_rows(named=True) if row["n_citizens"]}
        self.inside = {_row(row): row for row in inside.iter_rows(named=True)}
        self.rates = {rate["service"]: rate for rate in rates.iter_rows(named=True)}
        self.area_of = {row.service: row.area for row in self.rows if row.service}
        self.profile, self.without_count, self.weighted = profile, without_count, weighted
        self.told, self.differ = told, differ
        self.unused = {key.service for key, row in self.rows.items() if self._is_told_of_nobody(key, row)}
        self.system = System()
        self.cells: dict[Row, Cells] = {}
        self.decisions: dict[Row, Decisions] = {}

    def add_rows(self) -> None:
        """Every row's cells, what is needed around them, and how they hang together within the row."""
        for key, row in self.rows.items():
            self.decisions[key] = self._decide(key, row)
            self.cells[key] = self._cells_of(key, row)
            self._ask(key, row)
            self._rated(key, self.cells[key])
            self._limited(key, self.cells[key])

    def _decide(self, key: Row, row: Mapping[str, Any]) -> Decisions:
        system, told = self.system, self.told.get(key, ())
        loss = LOSS.get(key.group_by, 1.0) * (1 if key.service else 5) * (1 + row["n_users"])
        if not row["n_users"]:
            loss *= 100  # who knows the service knows the 0: it hides nothing
        forced = self._amounts_forced(key, row)
        amounts = system.decision(loss, forced=forced, fixed="amounts" in told or self._is_told_of_nobody(key, row))
        if key.service:
            return Decisions(amounts, amounts, amounts)
        payers = system.decision(loss / 5, forced=forced, fixed="payers" in told)
        users = system.decision(loss / 2, forced=forced or row["few_others"], fixed="users" in told)
        system.implies(amounts, payers)
        system.implies(amounts, users)
        return Decisions(amounts, payers, users)

    def _amounts_forced(self, key: Row, row: Mapping[str, Any]) -> bool:
        return key in self.without_count or row["of_amounts"]

    def _is_told_of_nobody(self, key: Row, row: Mapping[str, Any]) -> bool:
        """Whether a row says that nobody of the study uses a service: always shown, for then nobody needs protection of
        it in any group, nor of what a payer pays who pays for nothing else. Not where others were told of before.
        """
        nobody = key.group_by == "alle" and key.service is not None and not row["n_users"] and not self.differ
        return nobody and self.profile.show_zero and not self._amounts_forced(key, row)

    def _cells_of(self, key: Row, row: Mapping[str, Any]) -> Cells:
        system, (amounts, payers, users) = self.system, self.decisions[key]
        n = row["n_citizens"]
        # Where their number is withheld, users can be as many as everybody for all that is known.
        most = max(other["n_citizens"] for other in self.rows.values()) if key in self.without_count else n
        cells: Cells = {"users": (1.0, system.cell(row["n_users"], users, high=most))}
        if row["mean_quantity"] is not None:
            cells["quantity"] = (
                1.0,
                system.cell(row["mean_quantity"] * n, amounts, high=n * self._most(key, "quantity")),
            )
        if row["mean_cost"] is None:
            return cells
        rate = self.rates.get(key.service or "")
        if rate and rate["price_low"] is not None and all(rate[f"{of}_low"] == rate[f"{of}_high"] for of in RATED):
            price, quantity = rate["price_low"] / KKR, cells["quantity"][1]
            return cells | {payer: (price * rate[f"{payer}_low"], quantity) for payer in PAYERS}
        paid = {payer: row[f"mean_cost_{payer}"] * n / KKR for payer in PAYERS}
        highs = {measure: n * self._most(key, measure) for measure in (*PAYERS, "cost")}
        cells |= {payer: (1.0, system.cell(kkr, payers, high=highs[payer])) for payer, kkr in paid.items()}
        cells["cost"] = (1.0, system.cell(sum(paid.values()), amounts, high=highs["cost"]))
        system.equal([cells[payer] for payer in PAYERS] + [_less(cells["cost"])])
        return cells

    def _ask(self, key: Row, row: Mapping[str, Any]) -> None:
        """The room needed around a row's cells, where they are hidden."""
        system, cells, least = self.system, self.cells[key], self.profile.min_count
        n, users = row["n_citizens"], row["n_users"]
        if key.service and not users and self.profile.show_zero and self._amounts_forced(key, row):
            return  # that it is nothing is no secret; only a 0 hidden for another's sake must not be seen through
        of_users = cells["users"][1]
        system.need(of_users, width=1)
        if row["few_users"] or row["few_citizens"] or row["small_group"]:
            system.need(of_users, high=max(least - users, 0))
        if row["few_others"]:
            system.need(of_users, low=least - (n - users))
        rate = self.rates.get(key.service or "")
        units = {"quantity": 1.0, "cost": (rate["price_low"] or 0) / KKR if rate else 0.0}
        for measure, (factor, cell) in cells.items():
            if measure == "users" or factor != 1:
                continue
            value, unit = system.value(cell), units.get(measure, 0.0)
            if not self._most(key, measure):
                continue
            if row["of_amounts"]:
                room = max(self.profile.bracket_share * value, unit, 1 / KKR)
                system.need(cell, low=room, high=room)
            else:
                system.need(cell, width=max(LEAST_WIDTH * value, unit, 1 / KKR))

    def _most(self, key: Row, measure: str) -> float:
        """The most that a citizen can have of a measure; 0 of what nobody uses, or a payer never pays for."""
        total = 0.0
        for service, area in self.area_of.items():
            inside = key.area == area or (key.area is None and area != TAXES)
            if service in self.unused or key.service not in (None, service) or not inside:
                continue
            rate, each = self.rates[service], 1.0
            if measure != "quantity":
                share = 1.0 if measure == "cost" else rate[f"{measure}_high"]
                each = 0.0 if rate["price_high"] is None else rate["price_high"] * share / KKR
            if each:
                total += each * (float("inf") if rate["units_high"] is None else rate["units_high"])
        return total

    def _limited(self, key: Row, cells: Cells) -> None:
        """Nobody has more than the most there is, and each user of a service has one unit at least."""
        if self.weighted:
            return
        amounts = {measure: [cells[measure]] for measure in ("quantity", *PAYERS) if measure in cells}
        if paid := [cells[payer] for payer in PAYERS if payer in cells]:
            amounts["cost"] = paid
        for measure, terms in amounts.items():
            if (most := self._most(key, measure)) < float("inf"):
                self.system.at_least([_times(most, cells["users"]), *map(_less, terms)])
        if "quantity" in cells:
            self.system.at_least([cells["quantity"], _less(cells["users"])])

    def _rated(self, key: Row, cells: Cells) -> None:
        """What everybody knows of a service: its price, and who pays."""
        rate = self.rates.get(key.service or "")
        if rate and "cost" in cells and rate["price_low"] is not None:
            self._between(cells["cost"], cells["quantity"], rate["price_low"] / KKR, rate["price_high"] / KKR)
            for payer in PAYERS:
                self._between(cells[payer], cells["cost"], rate[f"{payer}_low"], rate[f"{payer}_high"])

    def _between(self, cell: Term, of: Term, low: float, high: float) -> None:
        """`low * of <= cell <= high * of`."""
        if low == high:
            self.system.equal([cell, _times(-low, of)])
            return
        self.system.at_least([cell, _times(-low, of)])
        self.system.at_least([_times(high, of), _less(cell)])

    def add_lines(self) -> None:
        """An area adds up over its services, the total over the areas: what is inside of them."""
        children: dict[Row, list[Cells]] = {}
        for key in self.rows:
            if key.parent in self.rows:
                children.setdefault(key.parent, []).append(self._inside(key, key.parent))
        for parent, held in children.items():
            cells = self.cells[parent]
            for payer in PAYERS:
                if payer in cells:
                    self.system.equal([*(each[payer] for each in held if payer in each), _less(cells[payer])])
            for each in held:
                self.system.at_least([cells["users"], _less(each["users"])])
            self.system.at_least([*(each["users"] for each in held), _less(cells["users"])])

    def _inside(self, key: Row, parent: Row) -> Cells:
        """The part of a row that its parent rests on: all of it, where both rest on as many citizens."""
        cells = self.cells[key]
        outside = self.rows[key]["n_citizens"] - self.rows[parent]["n_citizens"]
        if not outside:
            return cells
        counted = not {key, parent} & self.without_count
        highs = (self.rows[parent]["n_citizens"], outside)
        found, within, beside = self.inside.get(key, {}), Cells(), Cells()
        for measure, (factor, cell) in cells.items():
            if measure in PAYERS and "cost" not in cells:
                within[measure], beside[measure] = ((factor, part["quantity"][1]) for part in (within, beside))
            elif measure != "cost":
                column, unit = (f"cost_{measure}", KKR) if measure in PAYERS else (IN_TRUTH[measure], 1.0)
                value = self.system.value(cell)
                amount = min((found.get(column) or 0.0) / unit, value)
                for part, of_part, high in zip((within, beside), (amount, value - amount), highs, strict=True):
                    bound = high if counted and measure == "users" else float("inf")
                    part[measure] = (1.0, self.system.cell(of_part, high=bound))
                self.system.equal([within[measure], beside[measure], _less(cells[measure])])
                self._few(beside[measure][1], outside, key, measure)
        for part in (within, beside):
            if "cost" in cells:
                self._add_cost(part)
            self._rated(key, part)
            self._limited(key, part)
        return within

    def _add_cost(self, cells: Cells) -> None:
        """Add to some citizens' cells what all payers pay."""
        paid = [cells[payer] for payer in PAYERS]
        cells["cost"] = (1.0, self.system.cell(self._sum(paid)))
        self.system.equal([*paid, _less(cells["cost"])])

    def add_groups(self, parts: pl.DataFrame) -> None:
        """A group adds up over the groups that lie in it, and a rest of its citizens who are in none of these."""
        for whole, held in _wholes(parts, self.rows):
            rest_citizens = self.rows[whole]["n_citizens"] - sum(self.rows[part]["n_citizens"] for part in held)
            rests: Cells = {}
            for measure, term in self.cells[whole].items():
                if measure == "cost" or (whole.service and measure in PAYERS and "cost" not in self.cells[whole]):
                    continue  # told by the payers, or by the quantity
                terms = [term, *(_less(self.cells[part][measure]) for part in held if measure in self.cells[part])]
                if rest_citizens:
                    high = rest_citizens if measure == "users" else float("inf")
                    rest = self.system.cell(max(self._sum(terms), 0.0), high=high)
                    terms.append((-1.0, rest))
                    rests[measure] = (1.0, rest)
                    self._few(rest, rest_citizens, whole, measure)
                self.system.equal(terms)
            self._others_left(whole, held)
            if rests:
                if "cost" in self.cells[whole]:
                    self._add_cost(rests)
                    self._few(rests["cost"][1], rest_citizens, whole, "cost")
                self._rated(whole, rests)
                self._limited(whole, rests)

    def _others_left(self, whole: Row, held: Sequence[Row]) -> None:
        """Those of a group who are in no part whose number is told have no more users than they are."""
        counted = [part for part in held if part not in self.without_count]
        if whole in self.without_count or len(counted) == len(held):
            return
        others = self.rows[whole]["n_citizens"] - sum(self.rows[part]["n_citizens"] for part in counted)
        users = [self.cells[part]["users"] for part in counted]
        self.system.at_least([*users, _less(self.cells[whole]["users"])], plus=others)

    def add_earlier(self) -> None:
        """What an earlier release told of a row differs from it by the citizens who came or went since."""
        for key, citizens, values in ((key, *told) for key, releases in self.differ.items() for told in releases):
            for measure, before in values.items():
                if measure in self.cells.get(key, {}):
                    term = self.cells[key][measure]
                    between = self.system.cell(self._sum([term]) - before, low=float("-inf"))
                    self.system.equal([term, (-1.0, between)])
                    self._few(between, citizens, key, measure)

    def _sum(self, terms: Sequence[Term]) -> float:
        return sum(factor * self.system.value(cell) for factor, cell in terms)

    def _few(self, cell: int, citizens: int, key: Row, measure: str) -> None:
        """A cell that no table prints, and that few citizens are behind, must not be worked out; not that it is
        nothing either, but where the whole row is said to have no users.
        """
        if citizens >= self.profile.min_count or (self.profile.show_zero and not self.rows[key]["n_users"]):
            return
        least = {"users": 1.0, "quantity": 1.0}.get(measure, 1 / KKR)
        if measure == "users" or self._most(key, measure):
            share = 0.0 if measure == "users" else LEAST_WIDTH
            self.system.need(cell, width=max(share * abs(self.system.value(cell)), least))


def _times(factor: float, term: Term) -> Term:
    return factor * term[0], term[1]


def _less(term: Term) -> Term:
    return _times(-1.0, term)


def _row(row: Mapping[str, Any]) -> Row:
    return Row(row["group_by"], row["group"], row["area"], row["service"])


def _wholes(parts: pl.DataFrame, rows: Mapping[Row, object]) -> Iterator[tuple[Row, list[Row]]]:
    """Each row of a group and those of its parts, by one other grouping."""
    lines = dict.fromkeys((row.area, row.service) for row in rows)
    for (by, whole, part_by), held in parts.group_by("whole_by", "whole", "part_by", maintain_order=True):
        for line in lines:
            key = Row(str(by), str(whole), *line)
            inside = [row for part in held["part"] if (row := Row(str(part_by), part, *line)) in rows]
            if key in rows and inside:
                yield key, inside
