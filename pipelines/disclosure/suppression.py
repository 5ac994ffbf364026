"""Complementary cell suppression: which other cells must go, so that a withheld one cannot be worked out.

Here: cells, the linear relations between them, and the cheapest set of cells to hide. Not here: what the cells of a
release are and how they add up (`pipelines.disclosure.values`, `pipelines.disclosure.counts`), which are withheld for
their own sake (`pipelines.disclosure.primary`).

The method is that of Fischetti and Salazar (Management Science 47, 2001): a mixed integer program chooses what to hide;
for each cell to be protected two linear programs are the attacker, who brackets it from all that is shown; where the
bracket is too narrow, the dual solution is an inequality that every sufficient choice keeps, and the program chooses
again. Both are solved by HiGHS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
SLACK = 1e-6
"""A bracket may fall short of what is needed by this share of it: solvers are exact to about as much."""
LITTLE = 1e-4
"""How far a shown cell may move where proofs are compared, as a share of it."""
DUAL_NOISE = 1e-7
"""Reduced costs this small are the solver's tolerance, and no bound."""


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
class Cut:
    """What every sufficient choice keeps: the sum of `by_decision` over hidden decisions is at least `need`."""

    by_decision: Floats
    need: float


@dataclass(frozen=True)
class Bracket:
    """A cell that is bracketed too narrowly: upwards (`signs` 1), downwards (-1) or both together, for its `need`."""

    cell: int
    signs: tuple[float, ...]
    need: float


class Unprotectable(Exception):  # noqa: N818 - not an error of the program: the caller says what it means
    """Cells that stay too narrowly bracketed when all that can be hidden is hidden; `cells` are their places."""

    def __init__(self, cells: list[int]) -> None:
        self.cells = cells
        super().__init__(f"{len(cells)} cells cannot be protected")


def suppress(problem: Problem, tell: Callable[[int], None] = lambda hidden: None) -> Truths:
    """Choose what to hide, at little loss: a truth value a decision.

    Each choice adds to the one before, which a few rounds end; what is needless in the end is shown again. `tell` is
    called with the number of hidden decisions after each choice. The same problem always gets the same choice.

    Raises:
        Unprotectable: cells that even hiding everything does not protect.
    """
    hidden = _with_implied(problem, problem.forced)
    while narrow := list(_narrow(problem, hidden)):
        narrow = _one_a_decision(problem, narrow)
        cutter = _Cutter(problem, hidden)
        cuts = [cutter.cut(bracket) for bracket in narrow]
        unprotected = [b.cell for b, cut in zip(narrow, cuts, strict=True) if not _can_be_kept(problem, hidden, cut)]
        if unprotected:
            raise Unprotectable(unprotected)
        hidden = _with_implied(problem, _choose(problem, hidden, cuts))
        tell(int(hidden.sum()))
    return _without_needless(problem, hidden)


def _one_a_decision(problem: Problem, narrow: list[Bracket]) -> list[Bracket]:
    """The first bracket of each decision: what is chosen for it mostly serves the others of its row too."""
    by = {
        (int(problem.shown_by[bracket.cell]), bracket.cell * (problem.shown_by[bracket.cell] < 0)): bracket
        for bracket in reversed(narrow)
    }
    return list(reversed(by.values()))


def _without_needless(problem: Problem, hidden: Truths) -> Truths:
    """Show again what protects nothing, the greatest loss first."""
    implied_by = {int(implied): int(decision) for decision, implied in problem.implies}
    unknown = np.flatnonzero(_unknown(problem, hidden))
    neighbours = sparse.csc_array(abs(problem.relations.T) @ abs(problem.relations))
    together = {int(cell): cells for cells in _components(problem, unknown) for cell in cells}
    for decision in sorted(np.flatnonzero(hidden & ~problem.forced), key=lambda d: (-problem.weight[d], d)):
        by = implied_by.get(int(decision))
        if by is not None and hidden[by]:
            continue
        fewer = hidden.copy()
        fewer[decision] = False
        own = np.flatnonzero(problem.shown_by == decision)
        around = np.unique(np.concatenate([together[int(cell)] for cell in own]))
        nearest = np.isin(around, neighbours[:, own].indices)
        if next(_narrow(problem, fewer, np.concatenate([around[nearest], around[~nearest]])), None) is None:
            hidden = fewer
    return hidden


def _with_implied(problem: Problem, hidden: Truths) -> Truths:
    hidden = hidden.copy()
    for decision, implied in problem.implies:
        hidden[implied] |= hidden[decision]
    return hidden


def _can_be_kept(problem: Problem, hidden: Truths, cut: Cut) -> bool:
    return float(cut.by_decision[hidden | ~problem.fixed].sum()) >= cut.need * (1 - SLACK)


def _unknown(problem: Problem, hidden: Truths) -> Truths:
    return (problem.shown_by == NEVER) | ((problem.shown_by >= 0) & hidden[problem.shown_by])


def _narrow(problem: Problem, hidden: Truths, nearby: Whole | None = None) -> Iterator[Bracket]:
    """The brackets that are too narrow, of what an attacker has of each unknown cell.

    `nearby`: the cells to look at, the likeliest first; no relation between unknown cells ties them to others. None is
    all.
    """
    unknown = np.flatnonzero(_unknown(problem, hidden)) if nearby is None else nearby[_unknown(problem, hidden)[nearby]]
    asked = (problem.need_low > 0) | (problem.need_high > 0) | (problem.need_width > 0)
    for cells in _components(problem, unknown):
        if asked[cells].any():
            yield from _Attacker(problem, cells).narrow()


def _components(problem: Problem, unknown: Whole) -> Iterator[Whole]:
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

    def __init__(self, problem: Problem, cells: Whole) -> None:
        self.problem, self.cells = problem, cells
        low, high = problem.low[cells] - problem.value[cells], problem.high[cells] - problem.value[cells]
        self.solver = _deviations(problem, cells, low, high)
        self.seen_low, self.seen_high = np.zeros(cells.size), np.zeros(cells.size)

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
        solution = _pushed(self.solver, at, sign)
        if solution is None:
            (self.seen_high if sign > 0 else self.seen_low)[at] = np.inf
        else:
            moved = np.asarray(solution.col_value)
            np.maximum(self.seen_high, moved, out=self.seen_high)
            np.maximum(self.seen_low, -moved, out=self.seen_low)


class _Cutter:
    """Tells which decisions a narrow bracket rests on, as few as can be.

    A bracket has many proofs. Letting every shown cell move a very little makes the program choose the one that rests
    on the least: an inequality that names few decisions is one that the next choice cannot keep in vain.
    """

    def __init__(self, problem: Problem, hidden: Truths) -> None:
        self.problem = problem
        everything = np.arange(problem.value.size)
        unknown = _unknown(problem, hidden)
        little = np.where(problem.shown_by == ALWAYS, 0.0, LITTLE * np.maximum(np.abs(problem.value), 1.0))
        low = np.where(unknown, problem.low - problem.value, -little)
        high = np.where(unknown, problem.high - problem.value, little)
        self.solver = _deviations(problem, everything, low, high)

    def cut(self, bracket: Bracket) -> Cut:
        """The inequality that a narrow bracket breaks; no coefficient is above the need, which strengthens it."""
        problem, need = self.problem, bracket.need
        by_cell = np.zeros(problem.value.size)
        for sign in bracket.signs:
            solution = _pushed(self.solver, bracket.cell, sign)
            if solution is None:
                raise RuntimeError("HiGHS finds no bound where it found one before")
            row_dual = np.asarray(solution.row_dual)
            reduced = problem.relations.T @ row_dual
            reduced[bracket.cell] += sign
            reduced[np.abs(reduced) < DUAL_NOISE] = 0.0
            far = np.where(reduced > 0, problem.high - problem.value, problem.value - problem.low)
            by_cell += np.abs(reduced) * np.where(reduced == 0, 0.0, far)
            need -= float(np.abs(row_dual) @ problem.room)
        need -= float(by_cell[problem.shown_by == NEVER].sum())
        decided = problem.shown_by >= 0
        by_decision = np.bincount(
            problem.shown_by[decided], np.minimum(by_cell[decided], need), minlength=problem.weight.size
        )
        return Cut(np.minimum(by_decision, need), need)


def _deviations(problem: Problem, cells: Whole, low: Floats, high: Floats) -> Any:
    """A solver for how far cells can be from their true values together."""
    tied = problem.relations[:, cells]
    rows = np.flatnonzero(np.diff(tied.indptr))
    room = problem.room[rows]
    least, most = np.where(room > 0, -room, 0.0), np.where(room > 0, np.inf, 0.0)
    solver = quiet_solver()
    solver.setOptionValue("simplex_strategy", PRIMAL)
    solver.passModel(linear_program(np.zeros(cells.size), low, high, sparse.csc_array(tied[rows]), least, most))
    return solver


def _pushed(solver: Any, at: int, sign: float) -> Any | None:
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
    if status not in SOLVED:
        raise RuntimeError(f"HiGHS ended with {status.name}")
    return solution if status == highspy.HighsModelStatus.kOptimal else None


def _choose(problem: Problem, hidden: Truths, cuts: list[Cut]) -> Truths:
    """The cheapest choice beyond what is hidden that keeps every inequality."""
    n = problem.weight.size
    coefficients = sparse.csr_array(np.array([cut.by_decision / cut.need for cut in cuts]))
    pairs = len(problem.implies)
    implied = sparse.csr_array(
        (np.tile([-1.0, 1.0], pairs), (np.repeat(np.arange(pairs), 2), problem.implies.ravel())), shape=(pairs, n)
    )
    matrix = sparse.csc_array(sparse.vstack([coefficients, implied]))
    row_low = np.concatenate([np.full(len(cuts), 1 - SLACK), np.zeros(pairs)])
    low, high = hidden.astype(float), np.maximum(hidden, ~problem.fixed).astype(float)
    program = linear_program(problem.weight, low, high, matrix, row_low, np.full(row_low.size, np.inf))
    program.integrality_ = [highspy.HighsVarType.kInteger] * n
    solver = quiet_solver()
    solver.setOptionValue("mip_rel_gap", 0.01)
    solver.setOptionValue("mip_max_nodes", 500)  # and no limit of time, by which two runs would choose differently
    solver.passModel(program)
    solver.run()
    if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return hidden | (np.any([cut.by_decision > 0 for cut in cuts], axis=0) & ~problem.fixed)
    return np.asarray(solver.getSolution().col_value) > 0.5


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
