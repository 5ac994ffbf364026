"""What is told of services before the start says of the cost table, and of whom its counts leave.

Here: these relations. Not here: the unknowns and the other relations (`pipelines.audit.relations`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from pipelines.audit.knowledge import EVERYBODY, Knowledge, Line, Who
from pipelines.audit.system import Figure, System
from pipelines.before_start import LEFT

Counts = Mapping[tuple[str, ...], Figure]
"""Counts by table, answer and category."""
Rows = Mapping[tuple[Who, int, Line], Mapping[str, Figure]]
"""The figures of the cost table's rows."""
Cells = Sequence[tuple[str, int]]
"""Services and periods."""


def relate_left(system: System, counts: Counts, base: Figure | None) -> None:
    """State whom the printed counts leave; `base`: how many everybody is."""
    for (table, answer, category), left in counts.items():
        if table == "before_start" and answer in LEFT:
            whole, part = (counts.get((table, of, category), base) for of in LEFT[answer])
            if whole is not None and part is not None:
                system.relate([(1, whole), (-1, part), (-1, left)])


def relate_together(system: System, counts: Counts, rows: Rows, knowledge: Knowledge) -> None:
    """State that who had a category is each of its services' users, and nobody else, in the periods looked back to.

    Where the count is told: where it is not, the services' rows are what tells of it.
    """
    for category, cells in knowledge.look_back.items():
        n, measured = (counts.get(("before_start", of, category)) for of in ("n", "n_citizens"))
        if n is None or measured is None or not np.isfinite(system.most(n)):
            continue
        inside = [row["n_users"] for row in _rows_of(cells, rows, knowledge)]
        for users in inside:
            system.relate([(1, n), (-1, users)], 0, np.inf)
        if len(inside) == len(cells):
            system.relate([(1, n), *((-1, users) for users in inside)], -np.inf, 0)
            if len({period for _, period in cells}) == 1:
                services, period = {service for service, _ in cells}, cells[0][1]
                _relate_around(system, n, measured, services, period, rows, knowledge)


def told_by_a_row(rows: Rows, knowledge: Knowledge) -> set[str]:
    """The categories that are a row of the cost table, which tells who is not measured."""
    return {of for of, cells in knowledge.look_back.items() if len(cells) == 1 and _rows_of(cells, rows, knowledge)}


def _rows_of(cells: Cells, rows: Rows, knowledge: Knowledge) -> list[Mapping[str, Figure]]:
    """Everybody's rows of these services and periods, those that the cost table has."""
    places = [(EVERYBODY, period, (knowledge.areas.get(service), service)) for service, period in cells]
    return [rows[place] for place in places if place in rows]


def _relate_around(
    system: System,
    n: Figure,
    measured: Figure,
    services: Collection[str],
    period: int,
    rows: Rows,
    knowledge: Knowledge,
) -> None:
    """The area of such services, and everything, have these users, and no more than the others' beside them."""
    areas = {knowledge.areas[service] for service in services}
    lines: list[Line] = [(None, None), *((area, None) for area in areas if len(areas) == 1)]
    for line in lines:
        row = rows.get((EVERYBODY, period, line))
        if row is None or system.known(measured) is None:
            continue
        if system.known(row["n_citizens"]) != system.known(measured):  # then they are not the same citizens
            continue
        system.relate([(1, row["n_users"]), (-1, n)], 0, np.inf)
        others = [(service, period) for service in knowledge.services_of(line) if service not in services]
        beside = _rows_of(others, rows, knowledge)
        if len(beside) == len(others):
            users = [(-1.0, other["n_users"]) for other in beside]
            system.relate([(1, row["n_users"]), (-1, n), *users], -np.inf, 0)
