"""Small studies that the tests of the gate share, and what came of them.

Here: how a study is put together, and what the gate withheld of it. Not here: citizens and tables (`gate_world.py`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import polars as pl
import pytest
from gate_world import Person, World, profile, world

from catalogue.profiles import Profile
from faults import DisclosureError
from pipelines import gate
from pipelines.audit.verdict import Verdict, verdict
from pipelines.disclosure import values
from pipelines.disclosure.earlier import Earlier

SDS = profile("sds")


def users_of(service: str, users: int, citizens: int, kommune: str, gruppe: str | None = None) -> list[Person]:
    """Citizens of a kommune, of whom some use one service."""
    use = {"ydelse": (10, 0, 0, 0), "tillaeg": (0, 10, 0, 0), "hjaelp": (0, 0, 10, 0), "besoeg": (0, 0, 0, 2)}[service]
    return [Person(kommune, gruppe, use)] * users + [Person(kommune, gruppe)] * (citizens - users)


def withheld(study: World, of: Profile = SDS, earlier: Sequence[Earlier] = ()) -> set[tuple]:
    """The rows of period 0 that lack users or amounts after the gate."""
    tables = study.gate(of, earlier).protected.tables
    rows = pl.concat([tables.cost_table, tables.employment_table]).filter(period=0)
    hidden = rows.filter((pl.col("n_citizens") != 0) | pl.col("n_citizens").is_null(), "withheld")
    return set(hidden.select("group", "area", "service").rows())


def only_forced(problem: values.System | object, *_: object) -> object:
    """In place of the choice of what goes with it: only what is withheld for its own sake."""
    return problem.forced  # type: ignore[attr-defined]


def caught(study: World, monkeypatch: pytest.MonkeyPatch) -> set[tuple]:
    """The rows that the audit got at, for which their periods are then withheld whole, or the release refused."""
    found: list[Verdict] = []

    def noted(*given: object) -> Verdict:
        found.append(verdict(*given))  # type: ignore[arg-type]
        return found[-1]

    monkeypatch.setattr(gate, "verdict", noted)
    with contextlib.suppress(DisclosureError):
        assert study.gate(SDS).whole
    return set(found[0].leaks.select("group", "area", "service").rows())


PLANTED = {
    "complement": users_of("besoeg", 2, 20, "A") + users_of("besoeg", 10, 20, "B") + users_of("besoeg", 10, 20, "C"),
    "all but two": users_of("besoeg", 18, 20, "A") + users_of("besoeg", 10, 20, "B") + users_of("besoeg", 10, 20, "C"),
    "services to area": users_of("ydelse", 2, 2, "A") + users_of("tillaeg", 12, 40, "A"),
    "subgroup": users_of("besoeg", 10, 20, "A", "g") + users_of("besoeg", 2, 20, "B") + users_of("besoeg", 9, 20, "C"),
    "dominance": [
        Person("A", use=(0, 0, 0, 300)),
        *users_of("besoeg", 8, 20, "A"),
        *users_of("besoeg", 9, 20, "B"),
        *users_of("besoeg", 9, 20, "C"),
    ],
    "months": [
        Person("A", use=(0, 10, 0, 0) if number < users else (0, 0, 0, 0), months=months)
        for months, users in ((0, 10), (5, 2), (12, 10))
        for number in range(20)
    ],
}


def before_start(study: World, of: Profile = SDS, earlier: Sequence[Earlier] = ()) -> dict[str, dict]:
    table = study.gate(of, earlier).protected.tables.before_start
    return {row["category"]: row for row in table.iter_rows(named=True)}


def of_shelter(had: int, had_not: int, unknown: int = 0) -> list[Person]:
    answers = [True] * had + [False] * had_not + [None] * unknown
    return [Person("A", herberg=answer) for answer in answers]


def three(first: int, came: int = 0, came_use: tuple[int, int, int, int] = (10, 0, 0, 0)) -> World:
    people = [one for kommune in "ABC" for one in users_of("ydelse", first, 20, kommune)]
    return world([*people, *[Person("A", use=came_use)] * came])
