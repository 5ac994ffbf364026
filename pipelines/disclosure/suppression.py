"""Complementary cell suppression: which other cells must go, so that a withheld one cannot be worked out.

Here: the cheapest set of cells to hide. Not here: what an attacker can tell of them (`pipelines.disclosure.brackets`),
what the cells of a release are and how they add up (`pipelines.disclosure.values`, `pipelines.disclosure.counts`),
which are withheld for their own sake (`pipelines.disclosure.primary`).

The method is that of Fischetti and Salazar (Management Science 47, 2001): a mixed integer program chooses what to hide;
for each cell to be protected two linear programs are the attacker, who brackets it from all that is shown; where the
bracket is too narrow, the dual solution is an inequality that every sufficient choice keeps, and the program chooses
again. Both are solved by HiGHS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import highspy
import numpy as np
from scipy import sparse

from pipelines.disclosure.brackets import (
    ALWAYS,
    NEVER,
    SLACK,
    Bracket,
    Floats,
    Problem,
    Seen,
    Truths,
    Unprotectable,
    Whole,
    components,
    deviations,
    linear_program,
    narrow,
    pushed,
    quiet_solver,
    unknown_cells,
)

NOTHING: Whole = np.array([], dtype=np.int64)
COMPANIONS = 4
"""Of how many decisions together it is asked whether they are needless: more take long and are rarely."""
REVIEWED = 50
"""How many decisions it is asked of."""
LITTLE = 1e-4
"""How far a shown cell may move where proofs are compared, as a share of it."""
DUAL_NOISE = 1e-7
"""Reduced costs this small are the solver's tolerance, and no bound."""


@dataclass(frozen=True)
class Cut:
    """What every sufficient choice keeps: the sum of `by_decision` over hidden decisions is at least `need`."""

    by_decision: Floats
    need: float


def suppress(problem: Problem, tell: Callable[[int], None] = lambda hidden: None) -> Truths:
    """Choose what to hide, at little loss: a truth value a decision.

    Each choice adds to the one before, which a few rounds end; what is needless in the end is shown again. `tell` is
    called with the number of hidden decisions after each choice. The same problem always gets the same choice.

    What even hiding everything does not protect is left as it is. Raises `Unprotectable` where the solver fails.
    """
    hidden, seen = _with_implied(problem, problem.forced), Seen(problem)
    while found := list(narrow(problem, hidden, seen, NOTHING)):
        brackets = _one_a_decision(problem, found)
        cutter = _Cutter(problem, hidden)
        cuts = [cutter.cut(bracket) for bracket in brackets]
        impossible = [b for b, cut in zip(brackets, cuts, strict=True) if not _can_be_kept(problem, hidden, cut)]
        if impossible and (hopeless := _hopeless(problem, impossible)):
            problem = _excused(problem, hopeless)
            continue
        kept = [cut for cut in cuts if cut.need > 0 and _can_be_kept(problem, hidden, cut)]
        chosen = _with_implied(problem, _choose(problem, hidden, kept)) if kept else hidden
        if impossible or (chosen == hidden).all():  # within what solvers can tell
            chosen = _with_implied(problem, hidden | _named(problem, cuts))
        if (chosen == hidden).all():
            chosen = hidden | ~problem.fixed
        if (chosen == hidden).all():
            problem = _excused(problem, [bracket.cell for bracket in brackets])
        hidden = chosen
        tell(int(hidden.sum()))
    return _without_needless(problem, hidden, seen)


def _hopeless(problem: Problem, brackets: list[Bracket]) -> list[int]:
    """The cells of these brackets that stay narrow when everything is hidden that can be."""
    asked = np.isin(np.arange(problem.value.size), [bracket.cell for bracket in brackets])
    of_these = replace(
        problem,
        need_low=np.where(asked, problem.need_low, 0.0),
        need_high=np.where(asked, problem.need_high, 0.0),
        need_width=np.where(asked, problem.need_width, 0.0),
    )
    return [bracket.cell for bracket in narrow(of_these, problem.forced | ~problem.fixed, Seen(problem), NOTHING)]


def _excused(problem: Problem, cells: list[int]) -> Problem:
    """The problem with nothing asked for these cells: hiding more would not help them. The audit judges them."""
    asked = ~np.isin(np.arange(problem.value.size), cells)
    return replace(
        problem,
        need_low=problem.need_low * asked,
        need_high=problem.need_high * asked,
        need_width=problem.need_width * asked,
    )


def _one_a_decision(problem: Problem, brackets: list[Bracket]) -> list[Bracket]:
    """The first bracket of each decision: what is chosen for it mostly serves the others of its row too."""
    first: dict[int, Bracket] = {}
    for bracket in brackets:
        decision = int(problem.shown_by[bracket.cell])
        first.setdefault(decision if decision >= 0 else -1 - bracket.cell, bracket)
    return list(first.values())


def _named(problem: Problem, cuts: list[Cut]) -> Truths:
    return np.any([cut.by_decision > 0 for cut in cuts], axis=0) & ~problem.fixed


def _without_needless(problem: Problem, hidden: Truths, seen: Seen) -> Truths:
    """Show again what protects nothing, the greatest loss first, and with it what could be worked out then: that
    protects nothing either, unless it is hidden for its own sake.

    Only so many are looked at: the many small losses take most of the time and give little.
    """
    added = sorted(np.flatnonzero(hidden & ~problem.forced), key=lambda d: (-problem.weight[d], d))
    neighbours = sparse.csc_array(abs(problem.relations.T) @ abs(problem.relations))
    parts = components(problem, np.flatnonzero(unknown_cells(problem, hidden)))
    together = {int(cell): cells for cells in parts for cell in cells}
    for decision in added[:REVIEWED]:
        fewer, again = hidden, int(decision) if hidden[decision] else NEVER
        for _ in range(COMPANIONS):
            if again < 0:
                break
            fewer = _without(problem, fewer, again)
            if (problem.forced & ~fewer).any():
                break
            shown = np.flatnonzero(np.isin(problem.shown_by, np.flatnonzero(hidden & ~fewer)))
            around = np.unique(np.concatenate([together[int(cell)] for cell in shown]))
            nearest = np.isin(around, neighbours[:, shown].indices)
            order = np.concatenate([around[nearest], around[~nearest]])
            told = next(narrow(problem, fewer, seen, shown, order), None)
            if told is None:
                hidden = fewer
                seen.keep_without(shown)
                break
            again = int(problem.shown_by[told.cell])
    return hidden


def _without(problem: Problem, hidden: Truths, decision: int) -> Truths:
    """Without a decision, and those that would hide it again."""
    fewer = hidden.copy()
    fewer[decision] = False
    fewer[[one for one, implied in problem.implies if implied == decision]] = False
    return fewer


def _with_implied(problem: Problem, hidden: Truths) -> Truths:
    hidden = hidden.copy()
    for decision, implied in problem.implies:
        hidden[implied] |= hidden[decision]
    return hidden


def _can_be_kept(problem: Problem, hidden: Truths, cut: Cut) -> bool:
    return float(cut.by_decision[hidden | ~problem.fixed].sum()) >= cut.need * (1 - SLACK)


class _Cutter:
    """Tells which decisions a narrow bracket rests on, as few as can be.

    A bracket has many proofs. Letting every shown cell move a very little makes the program choose the one that rests
    on the least: an inequality that names few decisions is one that the next choice cannot keep in vain.
    """

    def __init__(self, problem: Problem, hidden: Truths) -> None:
        self.problem = problem
        unknown = unknown_cells(problem, hidden)
        # What no relation ties to an unknown cell bounds none.
        touched = np.flatnonzero(np.diff(problem.relations[:, np.flatnonzero(unknown)].indptr))
        self.relations = problem.relations[touched]
        self.room = problem.room[touched]
        little = np.where(problem.shown_by == ALWAYS, 0.0, LITTLE * np.maximum(np.abs(problem.value), 1.0))
        low = np.where(unknown, problem.low - problem.value, -little)
        high = np.where(unknown, problem.high - problem.value, little)
        self.solver = deviations(self.relations, self.room, low, high)

    def cut(self, bracket: Bracket) -> Cut:
        """The inequality that a narrow bracket breaks; no coefficient is above the need, which strengthens it."""
        problem, need = self.problem, bracket.need
        by_cell = np.zeros(problem.value.size)
        for sign in bracket.signs:
            solution = pushed(self.solver, bracket.cell, sign)
            if solution is None:
                raise Unprotectable([bracket.cell])
            row_dual = np.asarray(solution.row_dual)
            reduced = self.relations.T @ row_dual
            reduced[bracket.cell] += sign
            reduced[np.abs(reduced) < DUAL_NOISE] = 0.0
            far = np.where(reduced > 0, problem.high - problem.value, problem.value - problem.low)
            by_cell += np.abs(reduced) * np.where(reduced == 0, 0.0, far)
            need -= float(np.abs(row_dual) @ self.room)
        need -= float(by_cell[problem.shown_by == NEVER].sum())
        decided = problem.shown_by >= 0
        by_decision = np.bincount(
            problem.shown_by[decided], np.minimum(by_cell[decided], need), minlength=problem.weight.size
        )
        return Cut(np.minimum(by_decision, need), need)


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
        return hidden | _named(problem, cuts)
    return np.asarray(solver.getSolution().col_value) > 0.5
