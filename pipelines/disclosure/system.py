"""Building a `Problem` cell by cell and relation by relation.

Here: the bookkeeping of cells, relations and decisions. Not here: which there are (`counts`, `values`), solving
(`suppression`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from scipy import sparse

from pipelines.disclosure.brackets import NEVER, Problem

Term = tuple[float, int]
"""A factor and a cell."""
LEAST_ROOM = 1e-9
"""What tells a relation that may be kept by more from one that is exact, where its true sum is 0."""


class System:
    """Cells, relations and decisions as they are found; `problem` is the whole."""

    def __init__(self) -> None:
        self._cells: list[tuple[float, float, float, int]] = []
        self._needs: dict[int, list[float]] = {}
        self._relations: list[tuple[Sequence[Term], float]] = []
        self._decisions: list[tuple[float, bool, bool]] = []
        self._implies: list[tuple[int, int]] = []

    def decision(self, weight: float, *, forced: bool = False, fixed: bool = False) -> int:
        """A decision to hide: what is lost by it, whether it must be taken, whether it cannot."""
        self._decisions.append((weight, forced, fixed and not forced))
        return len(self._decisions) - 1

    def implies(self, decision: int, implied: int) -> None:
        """Hiding the one hides the other."""
        self._implies.append((decision, implied))

    def cell(self, value: float, shown_by: int = NEVER, *, low: float = 0.0, high: float = np.inf) -> int:
        """A cell of at least `low` and at most `high`."""
        self._cells.append((value, low, max(high, value), shown_by))
        return len(self._cells) - 1

    def value(self, cell: int) -> float:
        """A cell's true value."""
        return self._cells[cell][0]

    def need(self, cell: int, *, low: float = 0, high: float = 0, width: float = 0) -> None:
        """Ask for room around a cell, as far as everybody's bounds leave it; what was asked before stays asked."""
        value, least, most, _ = self._cells[cell]
        asked = (min(low, value - least), min(high, most - value), min(width, most - least))
        before = self._needs.setdefault(cell, [0.0, 0.0, 0.0])
        self._needs[cell] = [max(pair) for pair in zip(before, asked, strict=True)]

    def equal(self, terms: Iterable[Term]) -> None:
        """The sum of the terms is what it is of the true values: nothing."""
        self._relations.append((list(terms), 0.0))

    def at_least(self, terms: Sequence[Term], *, plus: float = 0.0) -> None:
        """The sum of the terms, and what everybody knows to add (`plus`), is not below 0."""
        over = plus + sum(factor * self._cells[cell][0] for factor, cell in terms)
        self._relations.append((list(terms), max(over, LEAST_ROOM)))

    def problem(self) -> Problem:
        """What was gathered."""
        n = len(self._cells)
        value, low, high, shown_by = np.array(self._cells, dtype=float).reshape(n, 4).T
        needs = np.zeros((n, 3))
        for cell, asked in self._needs.items():
            needs[cell] = asked
        sizes = [len(terms) for terms, _ in self._relations]
        factors = np.array([factor for terms, _ in self._relations for factor, _ in terms], dtype=float)
        cells = np.array([cell for terms, _ in self._relations for _, cell in terms], dtype=np.int64)
        rows = np.repeat(np.arange(len(sizes)), sizes)
        weight, forced, fixed = np.array(self._decisions, dtype=float).reshape(len(self._decisions), 3).T
        return Problem(
            value=value,
            low=low,
            high=high,
            shown_by=shown_by.astype(np.int64),
            need_low=needs[:, 0],
            need_high=needs[:, 1],
            need_width=needs[:, 2],
            relations=sparse.csr_array((factors, (rows, cells)), shape=(len(sizes), n)),
            room=np.array([room for _, room in self._relations], dtype=float),
            weight=weight,
            forced=forced.astype(bool),
            fixed=fixed.astype(bool),
            implies=np.array(self._implies, dtype=np.int64).reshape(len(self._implies), 2),
        )
