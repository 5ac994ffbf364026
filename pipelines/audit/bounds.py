"""The lowest and highest value that every wanted unknown of a system can have.

Here: linear programs over the system's islands, two for each unknown, each started from the one before. Not here: what
the unknowns are (`pipelines.audit.relations`).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import highspy
import numpy as np

from pipelines.audit.system import Contradiction, Narrowed

Tell = Callable[[int, int], None]
"""Told how many of how many unknowns are done."""
REACHED = 1e-7
"""How near to a bound, of its size, a solution reaches it."""
OPTIONS: dict[str, bool | int | str] = {
    "output_flag": False,
    "threads": 1,
    "presolve": "off",
    "simplex_scale_strategy": 0,
    "simplex_strategy": 4,
}
"""The numbers are scaled already. Without presolve each program starts from the solution of the one before, by the
primal simplex (4), for which that is a solution still: most of its speed."""
ITERATIONS = 3
"""Steps of the simplex at most, for each row and column: more are steps in a circle, out of which a new start leads."""
ENDLESS = (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible)


def bounds(system: Narrowed, wanted: np.ndarray, tell: Tell) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and highest value of each unknown of `wanted`, by the relations and whole numbers not regarded.

    Raises `Contradiction` where no figures at all agree with the relations.
    """
    low, high = system.low.copy(), system.high.copy()
    islands = list(system.islands(wanted))
    sizes = [int(np.isin(columns, wanted).sum()) for _, columns in islands]
    done = len(wanted) - sum(sizes)
    tell(done, len(wanted))

    def solved(of: tuple[Narrowed, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        island, columns = of
        own = np.flatnonzero(np.isin(columns, wanted))
        return columns[own], *_Program(island, own).solve()

    with ThreadPoolExecutor() as pool:  # HiGHS leaves Python to the others while it solves
        for size, (columns, least, most) in zip(sizes, pool.map(solved, islands), strict=True):
            low[columns], high[columns] = least, most
            done += size
            tell(done, len(wanted))
    return low[wanted], high[wanted]


class _Program:
    """An island's linear program: the relations stay, the objective changes from one unknown to the next."""

    def __init__(self, island: Narrowed, wanted: np.ndarray) -> None:
        self.wanted = wanted
        self.bottom, self.top = island.low[wanted], island.high[wanted]
        self.least, self.most = np.full(len(wanted), np.inf), np.full(len(wanted), -np.inf)
        self._size = island.size[wanted]
        self._program = _linear_program(island)
        self._solver = _solver(self._program)

    def solve(self) -> tuple[np.ndarray, np.ndarray]:
        """The lowest and highest value of each wanted unknown."""
        # One solution pushes all down, one all up: many unknowns reach the bound that narrowing left them at once.
        for sign in (1.0, -1.0):
            self._push(np.arange(len(self.wanted)), sign)
        for unknown in range(len(self.wanted)):
            if not _reached(self.least[unknown], self.bottom[unknown]) and not self._push(np.array([unknown]), 1.0):
                self.least[unknown] = -np.inf
            if not _reached(self.most[unknown], self.top[unknown]) and not self._push(np.array([unknown]), -1.0):
                self.most[unknown] = np.inf
        # What is nearer to the bound than the program can tell is at the bound.
        low = np.where(_reached(self.least, self.bottom), self.bottom, self.least)
        return low, np.where(_reached(self.most, self.top), self.top, self.most)

    def _push(self, unknowns: np.ndarray, sign: float) -> bool:
        """Solve for these unknowns as low (1) or high (-1) as they go. Tells whether there is an end to it."""
        columns = self.wanted[unknowns].astype(np.int32)
        self._solver.changeColsCost(len(columns), columns, np.full(len(columns), sign))
        self._solver.run()
        solver = self._solver
        if solver.getModelStatus() not in (highspy.HighsModelStatus.kOptimal, *ENDLESS):
            solver.clearSolver()  # the last solution can be a bad start
            solver.run()
        if solver.getModelStatus() not in (highspy.HighsModelStatus.kOptimal, *ENDLESS):
            solver = self._afresh(columns, sign)
        status = solver.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            values = np.asarray(solver.getSolution().col_value)[self.wanted] * self._size
            self.least, self.most = np.minimum(self.least, values), np.maximum(self.most, values)
        elif status not in ENDLESS:
            raise Contradiction(f"the printed figures contradict each other: {solver.modelStatusToString(status)}")
        self._solver.changeColsCost(len(columns), columns, np.zeros(len(columns)))
        return status == highspy.HighsModelStatus.kOptimal

    def _afresh(self, columns: np.ndarray, sign: float) -> highspy.Highs:
        """The same with the solver's own scaling and choice of a way, and no end set to it: slower, and surer."""
        cost = np.zeros(self._program.num_col_)
        cost[columns] = sign
        self._program.col_cost_ = cost
        solver = highspy.Highs()
        for option in ("output_flag", "threads"):
            solver.setOptionValue(option, OPTIONS[option])
        solver.passModel(self._program)
        solver.run()
        return solver


def _reached(value: np.ndarray, bound: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return (value == bound) | (np.abs(value - bound) <= REACHED * np.maximum(1.0, np.abs(bound)))


def _linear_program(island: Narrowed) -> highspy.HighsLp:
    matrix = island.matrix.multiply(island.size).tocsr()
    row_size = 1 / np.maximum.reduceat(np.abs(matrix.data), matrix.indptr[:-1])
    matrix = matrix.multiply(row_size[:, None]).tocsr()
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = matrix.shape
    program.col_cost_ = np.zeros(matrix.shape[1])
    program.col_lower_, program.col_upper_ = island.low / island.size, island.high / island.size
    program.row_lower_, program.row_upper_ = island.bottom * row_size, island.top * row_size
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_, program.a_matrix_.index_ = matrix.indptr, matrix.indices
    program.a_matrix_.value_ = matrix.data
    return program


def _solver(program: highspy.HighsLp) -> highspy.Highs:
    solver = highspy.Highs()
    for option, value in OPTIONS.items():
        solver.setOptionValue(option, value)
    solver.setOptionValue("simplex_iteration_limit", ITERATIONS * (program.num_row_ + program.num_col_))
    solver.passModel(program)
    return solver
