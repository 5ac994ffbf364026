"""A system of linear relations between unknown figures, and what follows from it by narrowing alone.

Here: unknowns with their bounds, relations between them, narrowing of bounds, and the parts that do not touch each
other. Not here: which figures there are (`pipelines.audit.relations`), nor linear programs (`pipelines.audit.bounds`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

NOISE = 1e-13
"""Of the size of what a relation adds up: what floats lose in a sum."""
WHOLE = 1e-6
"""How far from a whole number a count's bound may be by floats alone."""
NARROWINGS = 30
"""Rounds of narrowing at most: each is sound by itself, and the linear programs do what is left."""


class Contradiction(ValueError):  # noqa: N818 - of what is printed, not an error of the program
    """No figures at all agree with what is printed, or none that the solver finds; the message names no value."""


class Figure(NamedTuple):
    """An unknown times a factor, from which the figure may be off by a share `loose` of it."""

    unknown: int
    factor: float = 1.0
    loose: float = 0.0

    def times(self, factor: float, loose: float) -> Figure:
        """Another figure, that is this one times a factor but for a share `loose`."""
        return Figure(self.unknown, self.factor * factor, self.loose + loose)


class System:
    """Unknowns, each with bounds and whole or not, and relations: a weighted sum that lies between two values."""

    def __init__(self) -> None:
        self._low: list[float] = []
        self._high: list[float] = []
        self._whole: list[bool] = []
        self._size: list[float] = []
        self._weights: list[float] = []
        self._columns: list[int] = []
        self._starts: list[int] = [0]
        self._from: list[float] = []
        self._to: list[float] = []

    def unknown(self, low: float = 0.0, *, whole: bool = False, size: float = 1.0) -> Figure:
        """A new unknown of at least `low`; it is solved in units of `size`."""
        self._low.append(low)
        self._high.append(np.inf)
        self._whole.append(whole)
        self._size.append(size)
        return Figure(len(self._low) - 1)

    def learn(self, figure: Figure, low: float, high: float) -> None:
        """Narrow a figure's bounds: what is printed."""
        unknown, factor, loose = figure
        self._low[unknown] = max(self._low[unknown], low / factor * (1 - loose))
        self._high[unknown] = min(self._high[unknown], high / factor * (1 + loose))

    def known(self, figure: Figure) -> float | None:
        """The value of a figure that has but one so far."""
        low, high = self._low[figure.unknown], self._high[figure.unknown]
        return low * figure.factor if low == high and not figure.loose else None

    def most(self, figure: Figure) -> float:
        """The highest value of a figure so far."""
        return self._high[figure.unknown] * figure.factor * (1 + figure.loose)

    def relate(self, terms: Iterable[tuple[float, Figure]], low: float = 0.0, high: float = 0.0) -> None:
        """State that `low <= sum of weight x figure <= high`."""
        terms = list(terms)
        if not any(figure.loose for _, figure in terms):
            self._state([(weight * figure.factor, figure.unknown) for weight, figure in terms], low, high)
            return
        # No figure is below 0: its looseness moves the sum by at most that share of it, down or up.
        for side, bottom, top in ((-1, -np.inf, high), (1, low, np.inf)):
            if np.isfinite(bottom) or np.isfinite(top):
                moved = [
                    (weight * figure.factor * (1 + side * np.sign(weight) * figure.loose), figure.unknown)
                    for weight, figure in terms
                ]
                self._state(moved, bottom, top)

    def _state(self, terms: list[tuple[float, int]], low: float, high: float) -> None:
        for weight, unknown in terms:
            self._weights.append(weight)
            self._columns.append(unknown)
        self._starts.append(len(self._columns))
        self._from.append(low)
        self._to.append(high)

    def narrowed(self) -> Narrowed:
        """The system with bounds as narrow as its relations make them one by one.

        Raises `Contradiction` where no figures at all agree with the relations.
        """
        shape = (len(self._from), len(self._low))
        matrix = csr_matrix((self._weights, self._columns, self._starts), shape=shape)
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        low, high = np.array(self._low), np.array(self._high)
        whole = np.array(self._whole, dtype=bool)
        bottom, top = np.array(self._from), np.array(self._to)
        sizes = abs(matrix) @ np.where(low == high, np.abs(low), 0.0)
        narrowed = Narrowed(matrix, bottom - NOISE * sizes, top + NOISE * sizes, low, high, np.array(self._size))
        for _ in range(NARROWINGS):
            if not _narrow(narrowed, whole):
                break
        return narrowed


@dataclass
class Narrowed:
    """A relation a row of `matrix`, its sums between `bottom` and `top`; unknowns between `low` and `high`."""

    matrix: csr_matrix
    bottom: np.ndarray
    top: np.ndarray
    low: np.ndarray
    high: np.ndarray
    size: np.ndarray

    def islands(self, wanted: np.ndarray) -> Iterator[tuple[Narrowed, np.ndarray]]:
        """Parts of the system that share no open unknown, each with the numbers of its unknowns.

        Only those with an unknown of `wanted` that is still open. What has one value left is put in as that value.
        """
        is_open = ~_settled(self.low, self.high)
        fixed = np.zeros_like(self.low)
        fixed[~is_open] = (self.low[~is_open] + self.high[~is_open]) / 2
        moved = self.matrix @ fixed
        open_columns = np.flatnonzero(is_open)
        matrix = self.matrix[:, open_columns].tocsr()
        silent = self._silent(matrix, open_columns, moved)
        matrix.data[np.repeat(silent, np.diff(matrix.indptr))] = 0.0
        matrix.eliminate_zeros()
        touches = csr_matrix((np.ones(matrix.nnz), matrix.indices, matrix.indptr), shape=matrix.shape)
        count, label = connected_components(touches.T @ touches, directed=False)
        wanted_islands = np.unique(label[np.isin(open_columns, wanted)])
        if not count or not len(wanted_islands):
            return
        # A relation belongs where its first open unknown is; one without any says nothing more.
        has = np.flatnonzero(np.diff(matrix.indptr) > 0)
        row_label = label[matrix.indices[matrix.indptr[has]]]
        row_order, column_order = np.argsort(row_label, kind="stable"), np.argsort(label, kind="stable")
        for island in wanted_islands:
            rows = has[row_order[slice(*np.searchsorted(row_label[row_order], [island, island + 1]))]]
            own = column_order[slice(*np.searchsorted(label[column_order], [island, island + 1]))]
            columns = open_columns[own]
            part = matrix[rows][:, own].tocsr()
            shift = moved[rows]
            bounds = (
                self.bottom[rows] - shift,
                self.top[rows] - shift,
                self.low[columns],
                self.high[columns],
                self.size[columns],
            )
            yield Narrowed(part, *bounds), columns

    def _silent(self, matrix: csr_matrix, columns: np.ndarray, moved: np.ndarray) -> np.ndarray:
        """Which relations the bounds of their unknowns already hold to."""
        up, down = matrix.maximum(0), matrix.minimum(0)
        with np.errstate(invalid="ignore"):
            least = _times(up, self.low[columns]) + _times(down, self.high[columns]) + moved
            most = _times(up, self.high[columns]) + _times(down, self.low[columns]) + moved
            return (least >= self.bottom) & (most <= self.top)


def _times(matrix: csr_matrix, values: np.ndarray) -> np.ndarray:
    """The product, unlimited where a weight that is not 0 meets an unlimited value."""
    finite = np.isfinite(values)
    unlimited = matrix @ np.where(finite, 0.0, np.sign(values))
    return np.where(unlimited == 0, matrix @ np.where(finite, values, 0.0), np.copysign(np.inf, unlimited))


def _settled(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    finite = np.isfinite(low) & np.isfinite(high)  # what nothing bounds is not settled at infinity
    with np.errstate(invalid="ignore"):
        return finite & (high - low <= 1e-12 * np.maximum(1.0, np.abs(low)))


def _narrow(system: Narrowed, whole: np.ndarray) -> bool:
    """One round: each relation bounds each of its unknowns by what is left for it. Tells whether any bound moved."""
    matrix = system.matrix
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    columns, weights = matrix.indices, matrix.data
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        least = np.where(weights > 0, weights * system.low[columns], weights * system.high[columns])
        most = np.where(weights > 0, weights * system.high[columns], weights * system.low[columns])
        rest_least = _others(least, rows, matrix.shape[0], -np.inf)
        rest_most = _others(most, rows, matrix.shape[0], np.inf)
        size = np.abs(np.where(np.isfinite(least), least, 0)) + np.abs(np.where(np.isfinite(most), most, 0))
        slack = NOISE * np.bincount(rows, size, matrix.shape[0])[rows]
        up, down = (
            (system.top[rows] - rest_least + slack) / weights,
            (system.bottom[rows] - rest_most - slack) / weights,
        )
    lower, upper = np.where(weights > 0, down, up), np.where(weights > 0, up, down)
    low, high = system.low.copy(), system.high.copy()
    np.maximum.at(low, columns, np.nan_to_num(lower, nan=-np.inf, posinf=np.inf, neginf=-np.inf))
    np.minimum.at(high, columns, np.nan_to_num(upper, nan=np.inf, posinf=np.inf, neginf=-np.inf))
    low = np.where(whole, np.ceil(low - WHOLE), low)
    high = np.where(whole, np.floor(high + WHOLE), high)
    if (crossed := low > high + 1e-6 + 1e-9 * np.abs(low)).any():
        raise Contradiction(f"the printed figures contradict each other in {int(crossed.sum())} unknowns")
    crossed = low > high  # by floats alone
    low[crossed] = high[crossed] = (low[crossed] + high[crossed]) / 2
    with np.errstate(invalid="ignore"):
        width = np.where(np.isfinite(system.high - system.low), system.high - system.low, 1.0)
        step = 1e-3 * np.maximum(width, 1e-9)
        moved = bool(((low > system.low + step) | (high < system.high - step)).any())
    system.low, system.high = low, high
    return moved


def _others(values: np.ndarray, rows: np.ndarray, count: int, unlimited: float) -> np.ndarray:
    """For each term the sum of its row's other terms; `unlimited` where one of those is."""
    finite = np.isfinite(values)
    numbers = np.where(finite, values, 0.0)
    total = np.bincount(rows, numbers, count)[rows]
    without_limit = np.bincount(rows, ~finite, count)[rows]
    return np.where(without_limit > ~finite, unlimited, total - numbers)
