"""Services before the start through the gate, docs/method.md § 7: what is told of them."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from gate_cases import SDS, before_start, caught, of_shelter, only_forced, users_of
from gate_world import Person, profile, released, row, world

from faults import DisclosureError
from pipelines.disclosure import counts, protect


@pytest.mark.parametrize(
    ("had", "had_not", "unknown", "told"),
    [
        (12, 20, 0, (12, 32)),
        (0, 32, 0, (0, 32)),
        (32, 0, 0, (32, 32)),
        (3, 30, 0, (None, 33)),
        (30, 3, 0, (None, 33)),
        (12, 20, 6, (12, 32)),
        (12, 20, 3, (12, None)),
        (30, 1, 2, (None, None)),
    ],
)
def test_few_users_of_a_shelter_and_the_few_others_are_withheld(
    had: int, had_not: int, unknown: int, told: tuple
) -> None:
    """A share and its interval stand only where both their counts do."""
    shelter = before_start(world(of_shelter(had, had_not, unknown)))["herberg"]
    assert (shelter["n"], shelter["n_citizens"]) == told
    assert shelter["withheld"] is (None in told)
    assert [shelter[name] is None for name in ("share", "share_low", "share_high")] == [None in told] * 3


def test_no_users_are_withheld_where_the_profile_says_so() -> None:
    shelter = before_start(world(of_shelter(0, 32)), profile("sds", show_zero=False))["herberg"]
    assert (shelter["n"], shelter["n_citizens"], shelter["withheld"]) == (None, 32, True)


def test_the_audit_finds_whom_the_counts_before_the_start_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    """35 less 32 are 3 whom nobody knows of, though no table prints them."""
    monkeypatch.setattr(counts, "suppress", only_forced)
    assert ("herberg -3..-2", None, None) in caught(world(of_shelter(12, 20, 3)), monkeypatch)


@pytest.mark.parametrize("users", [3, 10])
def test_a_row_of_the_cost_table_is_told_before_the_start_as_there(users: int) -> None:
    study = world(users_of("besoeg", users, 20, "A"))
    there = row(study.gate(SDS).protected.tables.cost_table, "alle", "besoeg", period=-1)
    visits = before_start(study)["besoeg"]
    assert (visits["n"], visits["n_citizens"]) == (there["n_users"], there["n_citizens"])
    assert visits["n"] == (None if users == 3 else 10)


def test_nothing_is_told_of_two_services_of_which_the_table_withholds_one() -> None:
    """Nine of both together, and seven of the one, leave two to the other."""
    of_one = users_of("ydelse", 7, 20, "A")
    assert before_start(world([*of_one, *users_of("tillaeg", 2, 20, "A")]))["ydelser"]["n"] is None
    assert before_start(world([*of_one, *users_of("tillaeg", 8, 20, "A")]))["ydelser"]["n"] == 15


def test_nothing_is_told_of_services_in_a_period_that_is_withheld_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    study = world([*users_of("ydelse", 7, 20, "A"), *of_shelter(12, 20)])
    assert before_start(study)["ydelser"]["n"] == 7
    monkeypatch.setattr(protect, "SCRAPS", -1.0)
    told = before_start(study)
    assert (told["ydelser"]["n"], told["ydelser"]["n_citizens"], told["ydelser"]["withheld"]) == (None, None, True)
    assert told["herberg"]["n"] == 12


@pytest.mark.parametrize(
    ("users", "others", "line"),
    [((2, 0), 38, ("alle", "indkomst", "ydelse")), ((3, 4), 3, ("alle", "indkomst", None))],
    ids=["a service", "their area"],
)
def test_the_audit_knows_what_two_services_together_tell(
    users: tuple[int, int], others: int, line: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody had the one, both together are the other; and these two are all the services of their area."""
    people = [*users_of("ydelse", users[0], users[0], "A"), *users_of("tillaeg", users[1], users[1] + others, "A")]
    study = world(people)
    assert before_start(study)["ydelser"]["n"] is None
    truth = study.tables.before_start.with_columns(withheld=pl.lit(value=False))
    monkeypatch.setattr(protect, "as_told", lambda *_: truth)
    assert line in caught(study, monkeypatch)


def test_who_came_is_not_the_difference_of_what_two_releases_tell_of_before() -> None:
    people = of_shelter(12, 20)
    before = released(world(people).gate(SDS), SDS)
    assert before_start(world(people), earlier=[before])["herberg"]["n"] == 12
    assert before_start(world([*people, *of_shelter(1, 0)]), earlier=[before])["herberg"]["n"] is None
    assert before_start(world([*people, *of_shelter(5, 0)]), earlier=[before])["herberg"]["n"] == 17


def test_few_users_of_a_shelter_who_were_told_before_refuse_the_release() -> None:
    people = of_shelter(4, 30)
    before = released(world(people).gate(profile("dst")), profile("dst"))
    with pytest.raises(DisclosureError) as refused:
        world(people).gate(SDS, [before])
    assert any(fault.where.startswith("before_start, n, herberg") for fault in refused.value.faults)


def test_what_was_told_before_is_told_again_where_the_cost_table_now_has_the_period() -> None:
    """A study made longer: its table withholds the two users of one service, of both together it told before."""
    both = [Person("A", use=(10, 10, 0, 0))] * 2
    study = world([*users_of("ydelse", 5, 38, "A"), *both])
    assert before_start(study)["ydelser"]["n"] is None
    told = study.tables.before_start.with_columns(withheld=pl.lit(value=False))
    shorter = released(study.gate(SDS), SDS)
    shorter = replace(shorter, rows=shorter.rows.filter(pl.col("period") != -1), before_start=told)
    assert before_start(study, earlier=[shorter])["ydelser"]["n"] == 7
