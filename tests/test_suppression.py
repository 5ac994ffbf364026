"""Complementary suppression of tables that add up: what is hidden cannot be bracketed, by a plain attacker either."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from pipelines.disclosure.brackets import Problem
from pipelines.disclosure.suppression import suppress
from pipelines.disclosure.system import System

FEW = 5


def margins(inner: list[list[int]]) -> np.ndarray:
    """A table with its row sums, column sums and total."""
    with_sums = np.column_stack([inner, np.sum(inner, axis=1)])
    return np.vstack([with_sums, with_sums.sum(axis=0)])


def problem_of(table: np.ndarray, fixed: set[tuple[int, int]] = frozenset()) -> Problem:
    """Counts under 5 must stay possible to be 5; every other hidden count must not be known."""
    system, cells = System(), {}
    rows, columns = table.shape
    for (row, column), n in np.ndenumerate(table):
        few = 1 <= n < FEW
        decision = system.decision(1 + float(n), forced=few, fixed=(row, column) in fixed)
        cells[row, column] = cell = system.cell(float(n), decision)
        system.need(cell, high=FEW - n if few else 0, width=1)
    for row in range(rows):
        system.equal([*((1.0, cells[row, column]) for column in range(columns - 1)), (-1.0, cells[row, columns - 1])])
    for column in range(columns):
        system.equal([*((1.0, cells[row, column]) for row in range(rows - 1)), (-1.0, cells[rows - 1, column])])
    return system.problem()


def bracket(table: np.ndarray, hidden: np.ndarray, place: tuple[int, int]) -> tuple[float, float]:
    """What a reader of the table can tell of a hidden count: each bound by a program of its own."""
    places = [at for at in np.ndindex(*table.shape) if hidden[at]]
    rows, columns = table.shape
    sums = [[((row, c), 1 if c < columns - 1 else -1) for c in range(columns)] for row in range(rows)]
    sums += [[((r, column), 1 if r < rows - 1 else -1) for r in range(rows)] for column in range(columns)]
    matrix = [[dict(terms).get(at, 0) for at in places] for terms in sums]
    known = [-sum(sign * table[at] for at, sign in terms if not hidden[at]) for terms in sums]
    ends = []
    for sign in (1, -1):
        cost = [sign if at == place else 0 for at in places]
        found = linprog(cost, A_eq=matrix, b_eq=known, bounds=[(0, None)] * len(places), method="highs")
        ends.append(np.inf if found.status == 3 else sign * found.fun)
    return ends[0], abs(ends[1])


tables = st.integers(2, 4).flatmap(
    lambda columns: st.lists(
        st.lists(st.one_of(st.integers(0, 9), st.integers(0, 60)), min_size=columns, max_size=columns),
        min_size=2,
        max_size=4,
    )
)


@given(tables)
@settings(max_examples=150, deadline=None)
def test_no_hidden_count_can_be_worked_out(inner):
    table = margins(inner)
    hidden = suppress(problem_of(table)).reshape(table.shape)
    assert hidden[(table >= 1) & (table < FEW)].all()
    for place in zip(*np.nonzero(hidden), strict=True):
        low, high = bracket(table, hidden, place)
        assert high - low >= 1 - 1e-6
        if 1 <= table[place] < FEW:
            assert high >= FEW - 1e-6


@given(tables)
@settings(max_examples=60, deadline=None)
def test_no_great_loss_is_taken_in_vain(inner):
    """Showing again a cell that costs more than the mean, and is not few itself, would tell a hidden one."""
    table = margins(inner)
    hidden = suppress(problem_of(table)).reshape(table.shape)
    added = hidden & ((table == 0) | (table >= FEW))
    for place in zip(*np.nonzero(added), strict=True):
        if table[place] < table[added].mean():
            continue
        fewer = hidden.copy()
        fewer[place] = False
        told = False
        for other in zip(*np.nonzero(fewer), strict=True):
            low, high = bracket(table, fewer, other)
            told |= high - low < 1 - 1e-6 or (1 <= table[other] < FEW and high < FEW - 1e-6)
        assert told


def test_a_table_without_few_is_shown_whole():
    assert not suppress(problem_of(margins([[5, 6], [0, 30]]))).any()


def test_a_single_few_takes_three_others_with_it():
    hidden = suppress(problem_of(margins([[2, 20, 30], [25, 30, 35], [40, 45, 50]]))).reshape(4, 4)
    assert hidden[0, 0]
    assert hidden.sum() == 4
    assert (hidden.sum(axis=0) != 1).all()
    assert (hidden.sum(axis=1) != 1).all()


def test_the_same_table_gets_the_same_choice():
    table = margins(np.random.default_rng(7).integers(0, 20, (8, 6)).tolist())
    assert (suppress(problem_of(table)) == suppress(problem_of(table))).all()


def test_what_cannot_be_protected_hides_nothing_more():
    """All others are told already: hiding cannot help, and the audit is to judge."""
    table = margins([[2, 20], [25, 30]])
    others = {place for place in np.ndindex(3, 3) if place != (0, 0)}
    assert suppress(problem_of(table, fixed=others)).sum() == 1


def test_progress_tells_what_is_hidden_so_far():
    told: list[int] = []
    hidden = suppress(problem_of(margins([[2, 20, 30], [25, 30, 35], [40, 45, 50]])), told.append)
    assert told
    assert told == sorted(told)
    assert told[-1] >= hidden.sum()
