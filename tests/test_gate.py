"""The gate, docs/method.md § 7: each way to a withheld figure is planted, closed by the gate, and open without it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace

import polars as pl
import pytest
from gate_world import Person, World, profile, released, row, world
from polars.testing import assert_frame_equal

from catalogue.profiles import Profile
from faults import DisclosureError
from pipelines import gate
from pipelines.audit.attack import attack
from pipelines.audit.knowledge import Released
from pipelines.audit.system import Contradiction
from pipelines.audit.verdict import Verdict, verdict
from pipelines.disclosure import counts, protect, values
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


# Services before the start


def before_start(study: World, of: Profile = SDS, earlier: Sequence[Earlier] = ()) -> dict[str, dict]:
    table = study.gate(of, earlier).protected.tables.before_start
    return {row["category"]: row for row in table.iter_rows(named=True)}


def of_shelter(had: int, had_not: int, unknown: int = 0) -> list[Person]:
    answers = [True] * had + [False] * had_not + [None] * unknown
    return [Person("A", herberg=answer) for answer in answers]


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


# Earlier releases


def three(first: int, came: int = 0, came_use: tuple[int, int, int, int] = (10, 0, 0, 0)) -> World:
    people = [one for kommune in "ABC" for one in users_of("ydelse", first, 20, kommune)]
    return world([*people, *[Person("A", use=came_use)] * came])


def test_the_same_study_released_twice_is_the_same() -> None:
    study = world(PLANTED["complement"])
    first = study.gate(SDS)
    again = world(PLANTED["complement"]).gate(SDS, [released(first, SDS)])
    for (_, before), (_, now) in zip(first.protected.tables.items(), again.protected.tables.items(), strict=True):
        assert_frame_equal(before, now)
    assert_frame_equal(first.evidence, study.gate(SDS).evidence)


@pytest.mark.parametrize("with_base", [True, False])
@pytest.mark.parametrize(("came", "hidden"), [(1, True), (4, True), (5, False)])
def test_few_who_came_are_not_the_difference_of_two_releases(came: int, hidden: bool, with_base: bool) -> None:
    before = released(three(10).gate(SDS), SDS, with_base=with_base)
    rows = withheld(three(10, came), earlier=[before])
    assert (("alle", "indkomst", "ydelse") in rows) is hidden
    assert ("B", "indkomst", "ydelse") not in rows


@pytest.mark.parametrize("came", [1, 4])
def test_one_who_went_is_not_either(came: int) -> None:
    before = released(three(10, came).gate(SDS), SDS)
    assert ("A", "indkomst", "ydelse") in withheld(three(10), earlier=[before])


def test_every_earlier_release_counts_not_the_newest_alone() -> None:
    """One comes in each release; what the second withheld does not make the first untold."""
    first = released(three(10).gate(SDS), SDS, "2026-11-22-01")
    second = released(three(10, 1).gate(SDS, [first]), SDS, "2026-11-22-02")
    assert ("A", "indkomst", "ydelse") in withheld(three(10, 2), earlier=[first, second])


def test_a_correction_of_what_was_withheld_is_no_contradiction() -> None:
    """Kommune A has few users, so that another kommune is withheld too. Both others had less use than first delivered:
    the one of the two that was withheld is no more the same than the one that was told.
    """

    def delivered(units: int) -> World:
        users = [Person(kommune, use=(0, 0, 0, n)) for kommune, n in (("A", 2), ("B", units), ("C", units))]
        few, *many = users
        return world([few] * 2 + [Person("A")] * 18 + [one for one in many for _ in range(10)]
                     + [Person(kommune) for kommune in "BC" for _ in range(10)])  # fmt: skip

    first = released(delivered(4).gate(SDS), SDS)
    passed = delivered(1).gate(SDS, [first])
    assert not passed.whole
    assert not passed.alone
    assert row(passed.protected.tables.cost_table, "alle", "besoeg")["mean_quantity"] is not None


def test_other_prices_do_not_make_an_earlier_release_untold() -> None:
    """Who came is told by two releases in different prices as by two in the same."""
    mixed = [Person("A", use=(10, 0, 0, 2))] * 10 + [Person("B", use=(10, 0, 0, 2))] * 10 + [Person("C")] * 10
    before = released(world(mixed).gate(SDS), SDS)
    dearer = replace(before, rows=before.rows.with_columns(pl.selectors.starts_with("mean_cost") * 2))
    assert not withheld(world(mixed), earlier=[dearer])
    later = world([*mixed, Person("A", use=(10, 0, 0, 30))])
    assert ("A", "social", "besoeg") in withheld(later, earlier=[before])
    assert withheld(later, earlier=[dearer]) == withheld(later, earlier=[before])


def test_what_one_who_came_is_like_is_not_the_difference_of_two_releases() -> None:
    """koen 2 is 30 before and 31 after; with five who came it may be told."""
    people = [Person(kommune, koen=koen) for kommune in "ABC" for koen in "12" for _ in range(10)]
    before = released(world(people).gate(SDS), SDS)
    for came, shown in ((1, False), (5, True)):
        tables = world([*people, *[Person("A", koen="2")] * came]).gate(SDS, [before]).protected.tables
        koen = tables.characteristics.filter(characteristic="koen")
        assert (koen["n"].null_count() == 0) is shown
        assert koen["withheld"].to_list() == koen["n"].is_null().to_list() == koen["share"].is_null().to_list()


def test_a_trait_of_few_that_was_told_before_refuses_the_release() -> None:
    people = [Person(koen="1")] * 30 + [Person(koen="2")] * 4
    before = released(world(people).gate(profile("dst")), profile("dst"))
    with pytest.raises(DisclosureError) as refused:
        world(people).gate(SDS, [before])
    assert any(fault.where.startswith("characteristics, koen, 2") for fault in refused.value.faults)


def test_another_pattern_than_before_would_tell_both() -> None:
    """What was told before stays told: the second release withholds the same rows, though others would do."""
    study = world(PLANTED["complement"])
    first = study.gate(SDS)
    told = first.protected.tables.cost_table.filter(~pl.col("withheld")).select("group", "area", "service").rows()
    assert not withheld(study, earlier=[released(first, SDS)]) - withheld(study)
    assert set(told) - withheld(study, earlier=[released(first, SDS)])


def test_a_stricter_profile_after_a_laxer_is_refused() -> None:
    """Four users were told at `dst`; at `sds` they may not be, and cannot be taken back."""
    study = world(users_of("besoeg", 4, 20, "A") + users_of("besoeg", 10, 20, "B") + users_of("besoeg", 10, 20, "C"))
    before = released(study.gate(profile("dst")), profile("dst"))
    assert ("A", "social", "besoeg") in withheld(study)
    with pytest.raises(DisclosureError) as refused:
        study.gate(SDS, [before])
    assert "earlier releases tell a withheld figure" in str(refused.value)
    assert "take back those that have not left the house" in str(refused.value)
    assert all(fault.where for fault in refused.value.faults)


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
