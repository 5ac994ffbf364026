"""What an attacker can tell of hidden cells: the bracket of each, from all that is shown and how it adds up.

Here: cells, their relations, and the linear programs that bracket them. Not here: which cells to hide
(`pipelines.disclosure.suppression`), what the cells of a release are (`counts`, `values`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]

NEVER, ALWAYS = -1, -2
"""In `Problem.shown_by`: a cell that no table prints, and one that everybody knows."""
SOLVED = (
    highspy.HighsModelStatus.kOptimal,
    highspy.HighsModelStatus.kUnbounded,
    highspy.HighsModelStatus.kUnboundedOrInfeasible,  # the true values are feasible
)
PRIMAL, DUAL = 4, 1
"""HiGHS' primal and dual simplex. From question to question only the objective changes, and the last answer stays
feasible: the primal goes on from there.
"""
ITERATIONS = 10
"""Steps of the simplex at most, for each cell and relation: more are steps in a circle."""
SLACK = 1e-6
"""A bracket may fall short of what is needed by this share of it: solvers are exact to about as much."""
STILL = 1e-9
"""A cell that a solution moves by less is not moved."""


@dataclass(frozen=True)
class Problem:
    """Cells, their relations, and the decisions to hide them.

    `relations @ cells` is what it is of the true values, or less by up to `room`, which is 0 where it must be exactly
    that; where `room` is above 0 it may also be more.
    `value`, `low`, `high`: a cell's true value and the bounds that everybody knows. `shown_by`: the decision that hides
    it, or `NEVER`, `ALWAYS`. `need_low`, `need_high`: how far below and above its value an attacker must still reckon
    with, if it is hidden; `need_width`: how wide the attacker's bracket must be at least. Decisions: `weight` is what
    is lost by hiding; `forced` ones hide; `fixed` ones cannot; hiding `implies[n][0]` hides `implies[n][1]` too.
    """

    value: Floats
    low: Floats
    high: Floats
    shown_by: Whole
    need_low: Floats
    need_high: Floats
    need_width: Floats
    relations: sparse.csr_array
    room: Floats
    weight: Floats
    forced: Truths
    fixed: Truths
    implies: Whole


@dataclass(frozen=True)
class Bracket:
    """A cell that is bracketed too narrowly: upwards (`signs` 1), downwards (-1) or both together, for its `need`."""

    cell: int
    signs: tuple[float, ...]
    need: float


class Unprotectable(Exception):  # noqa: N818 - not an error of the program: the caller says what it means
    """A part that cannot be said to be protected: the caller withholds all of it; `cells` are where it failed."""

    def __init__(self, cells: list[int]) -> None:
        self.cells = cells
        super().__init__(f"{len(cells)} cells cannot be protected")


class Seen:
    """Ways in which hidden cells can all be something else together, as the attacker's programs have found them.

    What was found while less was hidden stays possible, and so does what moves none of the cells that are shown again:
    most brackets need no new program.
    """

    def __init__(self, problem: Problem) -> None:
        self._moved = np.zeros((64, problem.value.size))
        self._n = 0

    def note(self, cells: Whole, moved: Floats) -> None:
        """Note how far a solution moves these cells; it leaves all others."""
        if self._n == len(self._moved):
            self._moved = np.concatenate([self._moved, np.zeros_like(self._moved)])
        self._moved[self._n, cells] = np.where(np.abs(moved) < STILL, 0.0, moved)
        self._n += 1

    def reach(self, cells: Whole, shown: Whole) -> tuple[Floats, Floats]:
        """How far below and above its value each of these cells has been seen, without moving those `shown`."""
        moved = self._moved[: self._n]
        usable = moved[(moved[:, shown] == 0).all(axis=1)][:, cells]
        still = np.zeros((1, cells.size))
        around = np.concatenate([still, usable])
        return -around.min(axis=0), around.max(axis=0)

    def keep_without(self, shown: Whole) -> None:
        """Forget what moves these cells: they are shown from now on."""
        kept = self._moved[: self._n][(self._moved[: self._n, shown] == 0).all(axis=1)]
        self._n = len(kept)
        self._moved[: self._n] = kept
        self._moved[self._n :] = 0.0


def unknown_cells(problem: Problem, hidden: Truths) -> Truths:
    """Which cells nobody is told."""
    return (problem.shown_by == NEVER) | ((problem.shown_by >= 0) & hidden[problem.shown_by])


def narrow(
    problem: Problem, hidden: Truths, seen: Seen, shown: Whole, nearby: Whole | None = None
) -> Iterator[Bracket]:
    """The brackets that are too narrow, of what an attacker has of each unknown cell.

    `seen`: what was found before, of which nothing counts that moves a cell `shown`. `nearby`: the cells to look at,
    the likeliest first; no relation between unknown cells ties them to others. None is all.
    """
    is_unknown = unknown_cells(problem, hidden)
    unknown = np.flatnonzero(is_unknown) if nearby is None else nearby[is_unknown[nearby]]
    asked = (problem.need_low > 0) | (problem.need_high > 0) | (problem.need_width > 0)
    for cells in components(problem, unknown):
        if asked[cells].any():
            yield from _Attacker(problem, cells, seen, shown).narrow()


def components(problem: Problem, unknown: Whole) -> Iterator[Whole]:
    """The unknown cells, apart where no relation ties them together."""
    if not unknown.size:
        return
    tied = problem.relations[:, unknown]
    _, label = sparse.csgraph.connected_components(abs(tied.T) @ abs(tied), directed=False)
    order = np.argsort(label, kind="stable")
    for part in np.split(order, np.flatnonzero(np.diff(label[order])) + 1):
        yield unknown[part]


class _Attacker:
    """Brackets the cells of one component from all that is shown: one linear program, asked again and again.

    Its variables are how far the cells are from their true values.
    """

    def __init__(self, problem: Problem, cells: Whole, seen: Seen, shown: Whole) -> None:
        self.problem, self.cells, self.seen = problem, cells, seen
        self.solver: Any = None
        self.seen_low, self.seen_high = seen.reach(cells, shown)

    def narrow(self) -> Iterator[Bracket]:
        problem = self.problem
        for at, cell in enumerate(self.cells):
            for sign, need in ((1.0, problem.need_high[cell]), (-1.0, problem.need_low[cell])):
                if need > 0 and not self._reaches(at, sign, need):
                    self._push(at, sign)
                    if not self._reaches(at, sign, need):
                        yield Bracket(int(cell), (sign,), float(need))
            width = problem.need_width[cell]
            for sign in (1.0, -1.0):
                if width > 0 and not self._is_wide(at, width):
                    self._push(at, sign)
            if width > 0 and not self._is_wide(at, width):
                yield Bracket(int(cell), (1.0, -1.0), float(width))

    def _reaches(self, at: int, sign: float, need: float) -> bool:
        return bool((self.seen_high if sign > 0 else self.seen_low)[at] >= need * (1 - SLACK))

    def _is_wide(self, at: int, width: float) -> bool:
        return bool(self.seen_low[at] + self.seen_high[at] >= width * (1 - SLACK))

    def _push(self, at: int, sign: float) -> None:
        """Push a cell as far up or down as can be, and note how far every cell has been seen."""
        problem, cells = self.problem, self.cells
        if self.solver is None:
            tied = problem.relations[:, cells]
            rows = np.flatnonzero(np.diff(tied.indptr))
            low, high = problem.low[cells] - problem.value[cells], problem.high[cells] - problem.value[cells]
            self.solver = deviations(tied[rows], problem.room[rows], low, high)
        solution = pushed(self.solver, at, sign)
        if solution is None:
            (self.seen_high if sign > 0 else self.seen_low)[at] = np.inf
        else:
            moved = np.asarray(solution.col_value)
            self.seen.note(cells, moved)
            np.maximum(self.seen_high, moved, out=self.seen_high)
            np.maximum(self.seen_low, -moved, out=self.seen_low)


def deviations(relations: sparse.csr_array, room: Floats, low: Floats, high: Floats) -> Any:
    """A solver for how far cells (the columns of `relations`) can be from their true values together."""
    least, most = np.where(room > 0, -room, 0.0), np.where(room > 0, np.inf, 0.0)
    solver = quiet_solver()
    solver.setOptionValue("simplex_strategy", PRIMAL)
    solver.setOptionValue("simplex_iteration_limit", ITERATIONS * sum(relations.shape))
    solver.passModel(linear_program(np.zeros(low.size), low, high, sparse.csc_array(relations), least, most))
    return solver


def pushed(solver: Any, at: int, sign: float) -> Any | None:
    """The solution that has a variable as high (`sign` 1) or low (-1) as can be; None where nothing bounds it."""
    solver.changeColCost(at, -sign)
    solver.run()
    for strategy in (PRIMAL, DUAL):  # where it loses its way by rounding: the same afresh, and the other
        if solver.getModelStatus() in SOLVED:
            break
        solver.clearSolver()
        solver.setOptionValue("simplex_strategy", strategy)
        solver.run()
    solver.setOptionValue("simplex_strategy", PRIMAL)
    status, solution = solver.getModelStatus(), solver.getSolution()
    solver.changeColCost(at, 0.0)
    if status not in SOLVED:  # what cannot be bracketed counts as told
        raise Unprotectable([at])
    return solution if status == highspy.HighsModelStatus.kOptimal else None


def quiet_solver() -> Any:
    """A HiGHS solver that prints nothing and works on one thread, so that the same program has one solution."""
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    return solver


def linear_program(
    cost: Floats, low: Floats, high: Floats, matrix: sparse.csc_array, row_low: Floats, row_high: Floats
) -> Any:
    """Minimise `cost @ x` where `low <= x <= high` and `row_low <= matrix @ x <= row_high`, as HiGHS takes it."""
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = cost.size, row_low.size
    program.col_cost_, program.col_lower_, program.col_upper_ = cost, low, high
    program.row_lower_, program.row_upper_ = row_low, row_high
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = matrix.indptr
    program.a_matrix_.index_ = matrix.indices
    program.a_matrix_.value_ = matrix.data
    return program
