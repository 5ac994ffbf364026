"""The gate, docs/method.md § 7: each way to a withheld figure is planted, closed by the gate, and open without it."""

from __future__ import annotations

import polars as pl
import pytest
from gate_cases import PLANTED, SDS, caught, only_forced, three, users_of, withheld
from gate_world import Person, profile, row, world

from faults import DisclosureError
from pipelines import gate
from pipelines.audit.attack import attack
from pipelines.audit.knowledge import Released
from pipelines.audit.system import Contradiction
from pipelines.disclosure import counts, protect, values

OWN = {
    "complement": ("A", "social", "besoeg"),
    "all but two": ("A", "social", "besoeg"),
    "services to area": ("A", "indkomst", "ydelse"),
    "subgroup": ("B", "social", "besoeg"),
    "dominance": ("A", "social", "besoeg"),
    "months": ("4-6", "indkomst", None),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_what_is_withheld_takes_others_with_it(planted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate withholds the row and some that it follows from; with the row alone withheld, the audit gets at it."""
    study = world(PLANTED[planted])
    rows = withheld(study)
    assert OWN[planted] in rows
    assert len(rows) > 1
    monkeypatch.setattr(values, "suppress", only_forced)
    assert OWN[planted] in caught(study, monkeypatch)


def test_what_must_not_go_stays() -> None:
    """Nothing of the kommuner and services that the few have no part in is withheld."""
    rows = withheld(world(PLANTED["complement"]))
    assert {area for _, area, _ in rows} <= {"social", None}
    assert ("alle", "social", "besoeg") not in rows
    assert sum(group in "ABC" and service == "besoeg" for group, _, service in rows) == 2


def test_payers_tell_two_services_of_an_area_apart() -> None:
    """Both hidden, cost = x + y and kommune = 0.8 x + 0.3 y would tell them: the area's payers or amounts go too."""
    study = world(PLANTED["services to area"])
    area = row(study.gate(SDS).protected.tables.cost_table, "alle", None, "indkomst")
    assert area["mean_cost"] is None or area["mean_cost_kommune"] is None


def test_what_nobody_of_the_study_uses_hides_nothing() -> None:
    """The region pays for `hjaelp` alone, which is printed with no users: that it pays nothing is no secret of the few
    of a group of months, and takes no payer of everybody's with it.
    """
    users = {"A": ((30, 0), (3, 12)), "B": ((13, 5),)}
    people = [
        Person(k, use=(9, 0, 0, 0), months=months) for k, held in users.items() for n, months in held for _ in range(n)
    ]
    study = world([*people, *[Person("A")] * 16, *[Person("A", months=12)] * 10])
    passed = study.gate(SDS)
    everybody = row(passed.protected.tables.cost_table, "alle", None, None)
    assert (everybody["mean_cost_region"], everybody["withheld"], passed.whole) == (0, False, frozenset())
    few = passed.protected.tables.employment_table.filter(group="12", period=0, area="indkomst")
    assert few["mean_cost"].item() is None


def test_the_few_who_use_nothing_do_not_take_their_period_with_them() -> None:
    """What a payer pays of an area for one citizen without use is protected like another's, before the audit asks."""
    people = [
        *[Person("B", use=(0, 0, 0, 1))] * 20,
        *[Person("B", use=(0, 5, 0, 0), months=5)] * 3,
        *[Person("B", use=(0, 9, 0, 0), months=12)] * 3,
        Person("A", months=12),
        *[Person("A")] * 20,
    ]
    assert not world(people).gate(SDS).whole


def test_a_group_of_few_is_withheld_whole_and_another_with_it() -> None:
    study = world(
        [Person(kommune, use=(10, 0, 0, 0)) for kommune, n in (("A", 3), ("B", 20), ("C", 25)) for _ in range(n)]
    )
    tables = study.gate(SDS).protected.tables
    sizes = tables.cost_table.filter(group_by="kommune", period=0, service="ydelse").select(
        "group", "n_study", "withheld"
    )
    assert sizes.row(0) == ("A", None, True)
    assert sizes["n_study"].null_count() == 2
    kommuner = tables.characteristics.filter(characteristic="kommune")
    assert kommuner["n"].is_null().to_list() == sizes["n_study"].is_null().to_list()
    assert kommuner["share"].is_null().to_list() == kommuner["withheld"].to_list()


def test_a_step_of_few_in_the_flow_is_not_what_the_others_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    study = world([Person()] * 30, received=33)
    flow = study.gate(SDS).protected.tables.participant_flow
    hidden = flow.filter("withheld")
    assert "set_aside" in hidden["step"].to_list()
    assert hidden.height == hidden["n"].null_count() == 2
    monkeypatch.setattr(counts, "suppress", only_forced)
    assert ("missing_pnr", None, None) in caught(study, monkeypatch)


def test_a_change_is_withheld_where_a_year_of_it_is() -> None:
    people = [Person("A", use=(0, 0, 0, 2), absent=(-1,))] * 3 + users_of("besoeg", 2, 30, "A")
    study = world([*people, *users_of("besoeg", 0, 20, "B")])
    changes = study.gate(SDS).protected.tables.changes.filter(service="besoeg")
    assert changes["withheld"].all()
    assert changes.select(pl.selectors.starts_with("change_")).null_count().sum_horizontal()[0] == 9


# What cannot be audited


def test_sizes_are_attacked_where_every_period_is_withheld_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """43 less 20 and 20 are 3, whatever else is withheld."""
    study = world([Person("A")] * 3 + [Person("B")] * 20 + [Person("C")] * 20)
    monkeypatch.setattr(counts, "suppress", only_forced)
    monkeypatch.setattr(protect, "SCRAPS", -1.0)
    assert None in study.gate(SDS).whole


@pytest.mark.parametrize(("times", "whole"), [(1, set()), (2, {None, -1, 0}), (9, None)])
def test_what_contradicts_is_withheld_of_the_population_first(
    times: int, whole: set | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    attacks: list[Released] = []

    def contradict(shown: Released, *given: object) -> pl.DataFrame:
        attacks.append(shown)
        if len(attacks) <= times:
            raise Contradiction("the printed figures contradict each other in 1 unknowns")
        return attack(shown, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(gate, "attack", contradict)
    if whole is None:
        with pytest.raises(DisclosureError, match="the audit cannot be made"):
            three(10).gate(SDS)
    else:
        passed = three(10).gate(SDS)
        assert (passed.alone, passed.whole) == ({-1, 0}, whole)


def test_a_fault_of_the_program_is_no_contradiction(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> pl.DataFrame:
        raise ValueError("zip() argument 2 is longer than argument 1")

    monkeypatch.setattr(gate, "attack", broken)
    with pytest.raises(ValueError, match="zip"):
        three(10).gate(SDS)


# The smallest studies


@pytest.mark.parametrize("name", ["dst", "sds", "strict"])
@pytest.mark.parametrize("citizens", [1, 2, 4])
def test_a_handful_comes_out_withheld_whole(citizens: int, name: str) -> None:
    of = profile(name)
    if citizens >= of.min_count:
        pytest.skip("no handful to this profile")
    tables = world([Person("A", "g", (10, 1, 5, 2), 7)] * citizens).gate(of).protected.tables
    everybody = tables.cost_table.filter(group_by="alle")
    assert everybody["withheld"].all()
    assert everybody.select("n_study", "n_users", "mean_cost").null_count().row(0) == (everybody.height,) * 3
    assert tables.participant_flow.filter(step="study_base")["n"].to_list() == [None]
    assert tables.characteristics.filter(pl.col("n") > 0).is_empty()


@pytest.mark.parametrize("name", ["dst", "sds", "strict"])
def test_where_nobody_uses_anything(name: str) -> None:
    of = profile(name)
    tables = world([Person("A"), *[Person("B", "g")] * 30]).gate(of).protected.tables
    ydelse = row(tables.cost_table, "alle", "ydelse")
    assert (ydelse["n_users"], ydelse["withheld"]) == ((0, False) if of.show_zero else (None, True))
    assert row(tables.cost_table, "A", "ydelse")["n_users"] is None


def test_where_nobody_is_measured_nothing_is_withheld() -> None:
    study = world([Person("A", unmeasured=("hjaelp",))] * 30)
    hjaelp = row(study.gate(SDS).protected.tables.cost_table, "alle", "hjaelp")
    assert (hjaelp["n_citizens"], hjaelp["withheld"], hjaelp["mean_cost"]) == (0, False, None)
