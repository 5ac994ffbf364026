"""A slow, plain attacker: which withheld figures of a release of one period follow from what is printed alone.

Equalities and exact fractions only: no bounds, no whole numbers, no rates that vary. Everybody is measured for
everything, and the groups named as parts of everybody leave nobody out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

Key = tuple[str, str | None, str | None, str]
"""Group, area, service, column."""
Relation = dict[Key | None, Fraction]
"""Figures with their weights; they add up to the number under None."""
COSTS = ("cost", "kommune", "region", "stat")


def determined(
    printed: Mapping[Key, Fraction],
    withheld: Sequence[Key],
    partitions: Sequence[Sequence[str]],
    areas: Mapping[str, str],
    price: Mapping[str, Fraction],
    shares: Mapping[str, tuple[Fraction, Fraction, Fraction]],
) -> set[Key]:
    """The figures of `withheld` that have one value in every solution of the release's equalities.

    `printed` holds sums and counts by figure. Each of `partitions` lists groups that make up `alle`. The total is of
    all areas but `skat`.
    """
    every = {*printed, *withheld}
    relations: list[Relation] = []

    def state(whole: Key, parts: Sequence[tuple[Key, Fraction]]) -> None:
        if whole in every and all(part in every for part, _ in parts):
            relations.append({whole: Fraction(1), **{part: -weight for part, weight in parts}})

    one = Fraction(1)
    for group, area, service, column in sorted(every, key=str):
        if column == "cost":
            state((group, area, service, "cost"), [((group, area, service, payer), one) for payer in COSTS[1:]])
        if column in COSTS and service is None:
            inner = [name for name in areas if name in price and area in (None, areas[name])]
            below = [((group, areas[name], name, column), one) for name in inner]
            if area is None:
                counted = {areas[name] for name in inner} - {"skat"}
                below = [((group, name, None, column), one) for name in counted]
            state((group, area, None, column), below)
        if column == "quantity" and service in price:
            state((group, area, service, "cost"), [((group, area, service, "quantity"), price[service])])
            for payer, share in zip(COSTS[1:], shares[service], strict=True):
                state((group, area, service, payer), [((group, area, service, "cost"), share)])
        if group == "alle":
            for groups in partitions:
                state((group, area, service, column), [((own, area, service, column), one) for own in groups])
    return _solved(relations, printed, withheld)


def _solved(relations: list[Relation], printed: Mapping[Key, Fraction], withheld: Sequence[Key]) -> set[Key]:
    """Row reduction: a figure is determined where its own row of the reduced relations names no other."""
    rows = []
    for relation in relations:
        row: Relation = {}
        for key, weight in relation.items():
            place, amount = (None, -weight * printed[key]) if key in printed else (key, weight)
            row[place] = row.get(place, Fraction(0)) + amount
        rows.append({key: weight for key, weight in row.items() if weight or key is None})
    pivots: dict[Key, Relation] = {}
    for row in rows:
        for key, pivot in pivots.items():
            _eliminate(row, key, pivot)
        unknown = next((key for key, weight in row.items() if key is not None and weight), None)
        if unknown is None:
            continue
        scaled = {key: weight / row[unknown] for key, weight in row.items()}
        for other in pivots.values():
            _eliminate(other, unknown, scaled)
        pivots[unknown] = scaled
    alone = {
        key
        for key, row in pivots.items()
        if not any(weight for other, weight in row.items() if other not in (key, None))
    }
    return alone & set(withheld)


def _eliminate(row: Relation, key: Key, pivot: Relation) -> None:
    if weight := row.get(key, Fraction(0)):
        for other, amount in pivot.items():
            row[other] = row.get(other, Fraction(0)) - weight * amount
