"""Services received before the start (docs/method.md § 12) and Wilson's interval (§ 13), citizen by citizen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

Cell = tuple[int, int, str]  # citizen, period, service


def received(
    citizens: Sequence[int],
    looks: Sequence[tuple[str, range]],
    present: Mapping[tuple[int, int], bool | None],
    covered: Mapping[Cell, bool],
    used: Mapping[Cell, float],
) -> tuple[int, int, int]:
    """`n_citizens`, `n_partly`, `n` of one category: of each of its services, in the periods looked back to."""
    n_citizens = n_partly = n = 0
    for person in citizens:
        known, unknown, any_use = 0, 0, False
        for service, periods in looks:
            for period in periods:
                there = present.get((person, period), False)
                if there is False:
                    continue
                if there is None or not covered[person, period, service]:
                    unknown += 1
                    continue
                known += 1
                any_use = any_use or used.get((person, period, service), 0) > 0
        if known:
            n_citizens += 1
            n_partly += unknown > 0
            n += any_use
    return n_citizens, n_partly, n


def wilson(n: int, of: int) -> tuple[float, float] | None:
    """The shares p for which n of `of` is 1.96 standard errors off, as the roots of a quadratic equation."""
    if not of:
        return None
    square = 1.959963984540054**2
    a, b, c = of + square, -(2 * n + square), n * n / of
    root = sqrt(max(b * b - 4 * a * c, 0))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)
