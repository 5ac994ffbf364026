"""Counts of citizens that add up: who takes part, who they are, and how many are measured.

Here: the cells of counts and their relations. Not here: users, use and cost (`pipelines.disclosure.values`).

A group's count is not told apart from its rows: where it is hidden, so are all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import polars as pl

from catalogue.amounts import TAXES
from catalogue.profiles import Profile
from pipelines.disclosure.suppression import suppress
from pipelines.disclosure.system import System, Term
from pipelines.splits import GROUPINGS

Key = tuple[str | int | None, ...]
"""What names a count: ("group", group_by, group), ("flow", step, reason), ("characteristic", which, category),
("months", period, group), ("before_start", answer, category), or (class of lines, group_by, group) in one period."""
Sum = tuple[Key, Sequence[Key], bool]
"""A whole, its parts, and whether there may be others beside the parts."""
EVERYBODY = ("group", "alle", "alle")
STUDY_BASE, RECEIVED = ("flow", "study_base", None), ("flow", "received", None)
LOSS = {**dict.fromkeys(GROUPINGS, 20.0), "alle": 1000.0, "study_base": 1000.0, "months": 5.0}
LOSS |= {"nej": 0.1, "helt": 0.1, "uoplyst": 0.1}
"""What it loses to hide a group's count, and so its rows, or the study base, which is everybody; what is left of a
category before the start, which no table prints; any other count: 1."""


def hidden_counts(
    counts: dict[Key, int],
    sums: Iterable[Sum],
    profile: Profile,
    *,
    orders: Iterable[tuple[Key, Key]] = (),
    most: Mapping[Key, int] | None = None,
    forced: Collection[Key] = (),
    told: Collection[Key] = (),
) -> set[Key]:
    """Which counts to withhold: those that are few, and enough others that none of these can be worked out.

    Args:
        counts: the counts.
        sums: how they add up.
        profile: the data owner's thresholds.
        orders: pairs of counts of which the first cannot exceed the second.
        most: what everybody knows that a count cannot exceed.
        forced: counts withheld with something else.
        told: counts that an earlier release has told, which hiding does not hide.

    Raises:
        Unprotectable: the solver fails, so that nothing can be said of what is left.
    """
    system, most = System(), most or {}
    cells = {}
    for key, n in counts.items():
        is_few = 1 <= n < profile.min_count
        decision = system.decision(
            LOSS.get(str(key[1]), LOSS.get(str(key[0]), 1.0)) * (1 + n**0.5),
            forced=n > 0 and (is_few or key in forced),
            fixed=key in told or n == 0,
        )
        cells[key] = cell = system.cell(n, decision, high=most.get(key, float("inf")))
        if n:  # where nobody is measured, nothing is said of anybody
            system.need(cell, high=profile.min_count - n if is_few else 0, width=1)
    for whole, parts, others in sums:
        rest = counts[whole] - sum(counts[part] for part in parts)
        terms: list[Term] = [(1.0, cells[whole]), *((-1.0, cells[part]) for part in parts)]
        if others and rest:
            known = most.keys() >= {whole, *parts}
            high = most[whole] - sum(most[part] for part in parts) if known else float("inf")
            terms.append((-1.0, system.cell(rest, high=high)))
        system.equal(terms)
    for less, more in orders:
        system.at_least([(1.0, cells[more]), (-1.0, cells[less])])
    hidden = suppress(system.problem())
    return {key for key, is_hidden in zip(counts, hidden, strict=True) if is_hidden}


def study_counts(
    sizes: pl.DataFrame,
    parts: pl.DataFrame,
    flow: pl.DataFrame,
    characteristics: pl.DataFrame,
    months: pl.DataFrame,
) -> tuple[dict[Key, int], list[Sum]]:
    """The counts of a whole study and how they add up, for `hidden_counts`.

    Args:
        sizes: `group_by`, `group`, `n_study`.
        parts: `pipelines.disclosure.knowledge.parts` of the study base, in one period.
        flow: `step`, `reason`, `n`.
        characteristics: `characteristic`, `category`, `n`.
        months: `period`, `whole_by`, `whole`, `part`, `n_study`: groups of months, which tell how many a group that
            they lie in has at least.
    """
    counts: dict[Key, int] = {("group", *row[:2]): row[2] for row in sizes.rows()}
    counts |= {("flow", step, reason): n for step, reason, n in flow.select("step", "reason", "n").rows()}
    sums: list[Sum] = [
        (RECEIVED, [key for key in counts if key[0] == "flow" and key != RECEIVED], False),
        (STUDY_BASE, [EVERYBODY], False),
    ]
    for (which,), rows in characteristics.group_by("characteristic", maintain_order=True):
        keys = [("characteristic", which, category) for category in rows["category"]]
        counts |= dict(zip(keys, rows["n"], strict=True))
        sums.append((EVERYBODY, keys, False))
        same = [(key, ("group", *key[1:])) for key in keys]
        sums += [(key, [group], False) for key, group in same if group in counts]
    for (period, by, whole), held in months.group_by("period", "whole_by", "whole", maintain_order=True):
        keys = [("months", period, part) for part in held["part"]]
        counts |= dict(zip(keys, held["n_study"], strict=True))
        sums.append((("group", by, whole), keys, True))
    return counts, sums + _of_groups(parts, "group")


def line_classes(rows: pl.DataFrame) -> pl.DataFrame:
    """Add to rows of one period the `class` of their line: lines of which every group has as many citizens measured.

    `rows`: `group_by`, `group`, `area`, `service`, `n_citizens`. What is hidden of one line of a class is hidden of
    all: the register that measures them is the same.
    """
    counts: dict[tuple[str | None, str | None], dict[tuple[str, str], int]] = {}
    for by, group, area, service, n in rows.select("group_by", "group", "area", "service", "n_citizens").rows():
        counts.setdefault((area, service), {})[by, group] = n
    numbers: dict[tuple[object, ...], int] = {}
    classes = [
        (*line, numbers.setdefault(tuple(sorted(of_groups.items())), len(numbers)))
        for line, of_groups in counts.items()
    ]
    schema = {"area": pl.String, "service": pl.String, "class": pl.Int32}
    numbered = pl.DataFrame(classes, schema=schema, orient="row")
    return rows.join(numbered, on=["area", "service"], nulls_equal=True, maintain_order="left")


def line_orders(classed: pl.DataFrame) -> list[tuple[Key, Key]]:
    """Which counts of one period cannot exceed which, for `hidden_counts`: an area's citizens are measured for each of
    its services, those of all for each area, and those of a group for no more than the line that its size is of.

    `classed`: rows of `line_classes` with `n_study`.
    """
    lines = classed.select("class", "group_by", "group", "area", "service").rows()
    of_line = {(by, group, area, service): number for number, by, group, area, service in lines}
    orders = {
        ((of_line[parent], by, group), (number, by, group))
        for (by, group, area, service), number in of_line.items()
        for parent in ((by, group, area, None), (by, group, None, None))
        if parent in of_line and (parent[2] or area != TAXES)
    }
    everyone = classed.filter(pl.col("n_citizens") == pl.col("n_study")).select("class", "group_by", "group")
    full = {(by, group): (number, by, group) for number, by, group in everyone.rows()}
    orders |= {((number, by, group), full[by, group]) for number, by, group, *_ in lines if (by, group) in full}
    return sorted(order for order in orders if order[0] != order[1])


def period_counts(classed: pl.DataFrame, parts: pl.DataFrame) -> tuple[dict[Key, int], list[Sum]]:
    """The citizens measured in one period, by class of lines, and how they add up, for `hidden_counts`.

    `classed`: rows of `line_classes`; `parts`: `pipelines.disclosure.knowledge.parts` of the period.
    """
    distinct = classed.unique(["class", "group_by", "group"]).sort("class", "group_by", "group")
    rows = distinct.select("class", "group_by", "group", "n_citizens").rows()
    counts: dict[Key, int] = {(number, by, group): n for number, by, group, n in rows}
    sums = [
        sum_
        for number in distinct["class"].unique(maintain_order=True)
        for sum_ in _of_groups(parts, number)
        if counts.keys() >= {sum_[0], *sum_[1]}
    ]
    return counts, sums


def _of_groups(parts: pl.DataFrame, what: str | int) -> list[Sum]:
    """The sums of groups over their parts, their keys opening with `what` is counted."""
    return [
        ((what, by, whole), [(what, part_by, part) for part in held["part"]], True)
        for (by, whole, part_by), held in parts.group_by("whole_by", "whole", "part_by", maintain_order=True)
    ]
