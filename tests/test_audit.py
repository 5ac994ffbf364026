"""The audit, docs/disclosure.md: every planted leak is caught by name, and what is safe passes."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from audit_world import ALLE, PROFILE, Citizen, judge, knowledge, of, primary, rates, released, table, withhold

from pipelines.audit.attack import EVIDENCE_SCHEMA, attack
from pipelines.audit.knowledge import Earlier, Knowledge, Parts, Released
from pipelines.audit.verdict import Verdict


def citizens(**extra: list[Citizen]) -> list[Citizen]:
    """Two kommuner of 22, of each 7 or 14 users of every service."""
    people = []
    for kommune in "AB":
        people += [Citizen(kommune, use=(10, 0, 3, 1))] * 7 + [Citizen(kommune, use=(0, 9, 8, 0))] * 7
        people += [Citizen(kommune)] * 8 + extra.get(kommune, [])
    return people


def few_users(group: str = "A") -> list[Citizen]:
    """Four kommuner, one with two users of `besoeg`, the others with eleven."""
    people = []
    for kommune in "ABCD":
        people += [Citizen(kommune, use=(10, 0, 3, 2 * (kommune != group)))] * 9
        people += [Citizen(kommune, use=(0, 9, 8, 0))] * 9 + [Citizen(kommune)] * 9
        people += [Citizen(kommune, use=(0, 0, 5, 1)), Citizen(kommune, use=(0, 0, 5, 2))]
    return people


def caught(found: Verdict) -> set[tuple]:
    return set(found.leaks.select("group", "service", "column", "rule").iter_rows())


def test_a_row_in_the_middle_of_enough_others_is_safe():
    rows = table(few_users())
    shown = withhold(rows, pl.col("service").eq("besoeg") & pl.col("group").is_in(["A", "B", "C"]))
    found = judge(released(primary(rows)), released(shown), knowledge(rows))
    assert found.passed, found.leaks
    assert found.figures == 6  # n_users and quantity of three rows


def test_nothing_withheld_is_no_evidence():
    rows = table(citizens())
    evidence = attack(released(rows), knowledge(rows))
    assert evidence.is_empty()
    assert evidence.schema == EVIDENCE_SCHEMA


def test_a_row_that_must_be_withheld_and_is_printed_is_caught():
    rows = table(few_users())
    found = judge(released(primary(rows)), released(rows), knowledge(rows))
    assert ("A", "besoeg", "n_users", "printed") in caught(found)


def test_the_only_withheld_subgroup_is_everybody_without_the_others():
    rows = table(few_users())
    shown = withhold(rows, of("A", "besoeg"))
    found = caught(judge(released(primary(rows)), released(shown), knowledge(rows)))
    assert found == {("A", "besoeg", "n_users", "few"), ("A", "besoeg", "quantity", "computed")}


def test_with_a_rest_that_no_subgroup_holds_it_is_not():
    """Ten of a gruppe, ten of none: alle minus the gruppe is not the other gruppe."""
    people = [
        Citizen("A", f"g{number % 3}" if number < 40 else None, use=(0, 0, 5, number % 2)) for number in range(80)
    ]
    rows = table(people)
    shown = withhold(rows, pl.col("group_by").eq("gruppe") & pl.col("service").eq("besoeg") & pl.col("group").eq("g1"))
    found = judge(released(rows), released(shown), knowledge(rows))
    assert found.passed, found.leaks


def test_the_services_of_an_area_are_computed_from_it():
    rows = table(citizens())
    hidden = of("A", "hjaelp") | of("B", "hjaelp")
    found = caught(judge(released(rows), released(withhold(rows, hidden)), knowledge(rows)))
    assert {name for _, _, name, _ in found} >= {"quantity", "cost", "cost_kommune", "cost_region", "cost_stat"}
    assert {rule for *_, rule in found} == {"computed"}


def test_payers_tell_two_services_of_an_area_apart():
    """cost = x + y and kommune = 0.8 x + 0.3 y have one solution, though both services are withheld everywhere."""
    rows = table(citizens())
    both = pl.col("service").is_in(["ydelse", "tillaeg"]).fill_null(value=False)
    found = caught(judge(released(rows), released(withhold(rows, both)), knowledge(rows)))
    assert {("A", service, "cost", "computed") for service in ("ydelse", "tillaeg")} <= found


def test_payers_alike_do_not():
    rows = table(citizens())
    alike = rates().with_columns(
        kommune_low=0.3, kommune_high=0.8, region_low=0.0, region_high=0.6, stat_low=0.1, stat_high=0.7
    )
    both = pl.col("service").is_in(["ydelse", "tillaeg"]).fill_null(value=False)
    found = caught(judge(released(rows), released(withhold(rows, both)), knowledge(rows, rates=alike)))
    assert not {("A", service, "cost", "computed") for service in ("ydelse", "tillaeg")} & found


def test_all_but_two_is_as_telling_as_two():
    """Withheld for its complement: the attacker must not learn that at least all but four are users."""
    people = [Citizen("A", use=(5, 0, 0, 0))] * 18 + [Citizen("A")] * 2
    people += [Citizen("B", use=(5, 0, 0, 0))] * 20 + [Citizen("B")] * 20
    rows = table(people)
    indkomst = pl.col("area").eq_missing(pl.lit("indkomst")) | pl.col("area").is_null()
    hidden = indkomst & pl.col("group").is_in(["A", "B"])
    found = caught(judge(released(primary(rows)), released(withhold(rows, hidden)), knowledge(rows)))
    assert not [leak for leak in found if leak[3] == "complement"]
    only = withhold(rows, indkomst & (pl.col("group") == "A"))
    found = caught(judge(released(primary(rows)), released(only), knowledge(rows)))
    assert ("A", "ydelse", "n_users", "complement") in found


@pytest.mark.parametrize("column", ["share_users", "mean_quantity", "n_users"])
def test_citizens_times_a_mean_or_share(column):
    """A figure left in a withheld row tells the sum behind it, where the citizens are told."""
    rows = table(few_users())
    hidden = withhold(rows, pl.col("service").eq("besoeg") & pl.col("group").is_in(["A", "B", "C"]))
    shown = hidden.with_columns(rows.get_column(column))
    found = caught(judge(released(primary(rows)), released(shown), knowledge(rows)))
    assert [leak for leak in found if leak[0] == "A"]


def small_kommuner() -> list[Citizen]:
    return [Citizen(kommune) for kommune, n in {"A": 3, "B": 20, "C": 20, "D": 20}.items() for _ in range(n)]


def characteristics(rows: pl.DataFrame, hidden: list[str]) -> pl.DataFrame:
    sizes = rows.filter(group_by="kommune").group_by("group", maintain_order=True).agg(n=pl.first("n_study"))
    frame = sizes.select(characteristic=pl.lit("kommune"), category="group", n="n")
    return frame.with_columns(n=pl.when(~pl.col("category").is_in(hidden)).then("n"))


@pytest.mark.parametrize(("hidden", "passed"), [([], False), (["A"], False), (["A", "B", "C"], True)])
def test_the_same_cell_in_two_tables(hidden, passed):
    rows = table(small_kommuner())
    groups = pl.col("group").is_in(["A", "B", "C"])
    shown = withhold(rows, groups, "n_study", "n_citizens")
    truth = released(rows, characteristics=characteristics(rows, []))
    seen = released(shown, characteristics=characteristics(rows, hidden))
    found = judge(truth, seen, knowledge(rows))
    assert (
        ("A", None, "n_study", "few") not in caught(found) if passed else ("A", None, "n_study", "few") in caught(found)
    )


def flow(n: list[int | None]) -> pl.DataFrame:
    steps = ["received", "set_aside", "set_aside", "not_in_population", "study_base"]
    schema = {"step": pl.String, "reason": pl.String, "n": pl.Int64}
    return pl.DataFrame({"step": steps, "reason": [None, "a", "b", None, None], "n": n}, schema=schema)


@pytest.mark.parametrize(("withheld", "passed"), [([80, 3, 9, 5, None], False), ([80, None, None, 5, 63], True)])
def test_the_flow_adds_up(withheld, passed):
    """The study base is printed in the cost table too, so that hiding it in the flow hides nothing."""
    rows = table(small_kommuner())
    known = Knowledge([], rates(), knowledge(rows).areas, PROFILE)
    truth = released(rows, participant_flow=flow([80, 3, 9, 5, 63]))
    found = judge(truth, released(rows, participant_flow=flow(withheld)), known)
    assert found.passed is passed, found.leaks


def test_one_step_of_the_flow_is_what_the_others_leave():
    rows = table(small_kommuner())
    truth = released(rows, participant_flow=flow([80, 3, 9, 5, 63]))
    found = judge(truth, released(rows, participant_flow=flow([80, None, 9, 5, 63])), knowledge(rows))
    assert found.leaks.select("table", "group_by", "group", "rule").rows() == [
        ("participant_flow", "set_aside", "a", "few")
    ]


def same(rows: pl.DataFrame) -> pl.DataFrame:
    table_name = pl.when(pl.col("group_by") == "beskaeftigelse").then(pl.lit("employment_table"))
    return rows.select(
        table_name.otherwise(pl.lit("cost_table")).alias("table"), "group_by", "group", "period", "area", "service"
    )


NOBODY = pl.DataFrame(schema={"group_by": pl.String, "group": pl.String, "n": pl.Int64})


def test_two_releases_that_withhold_other_rows():
    rows = table(few_users())
    besoeg = pl.col("service").eq("besoeg")
    before, now = (withhold(rows, besoeg & pl.col("group").is_in(groups)) for groups in (["A", "B"], ["A", "C"]))
    alone = knowledge(rows)
    with_earlier = replace(alone, earlier=[Earlier(released(before), same(rows), NOBODY)])
    assert not [leak for leak in caught(judge(released(rows), released(now), alone)) if leak[3] == "computed"]
    found = caught(judge(released(primary(rows)), released(now), with_earlier))
    assert ("A", "besoeg", "n_users", "few") in found
    assert ("C", "besoeg", "quantity", "computed") in found


@pytest.mark.parametrize(("came", "leaks"), [(1, True), (4, True), (5, False)])
def test_a_participant_more_is_the_difference_of_two_releases(came, leaks):
    first = citizens()
    then, now = table(first), table([*first, *[Citizen("A", use=(7, 0, 0, 0))] * came])
    changed = pl.col("group").is_in(["A", "alle", "0"])
    differ = pl.DataFrame(
        {"group_by": ["alle", "kommune", "beskaeftigelse"], "group": ["alle", "A", "0"], "n": [came] * 3}
    )
    known = knowledge(now, earlier=[Earlier(released(then), same(then.filter(~changed)), differ)])
    found = judge(released(now), released(now), known).leaks
    assert set(found.get_column("table")) == ({"difference"} if leaks else set())
    if leaks:
        assert ("alle", "ydelse", "cost") in set(found.select("group", "service", "column").iter_rows())


def test_few_who_are_in_no_subgroup_are_not_told_either():
    people = [Citizen("A", f"g{number % 2}", use=(5, 0, 3, 1)) for number in range(40)]
    people += [Citizen("A", f"g{number % 2}") for number in range(40)] + [Citizen("A", use=(9, 0, 0, 0))] * 2
    rows = table(people)
    found = judge(released(rows), released(rows), knowledge(rows)).leaks
    assert set(found.select("table", "group").iter_rows()) == {("rest", "alle without gruppe")}
    hidden = withhold(rows, pl.col("group_by").eq("gruppe"))
    assert judge(released(rows), released(hidden), knowledge(rows)).passed


def test_months_of_employment_are_parts_of_everybody():
    people = [Citizen("A", band=band, use=(5, 0, 3, 1)) for band in ("0", "1-3", "12") for _ in range(15)]
    rows = table(people)
    shown = withhold(rows, of("12", None, "indkomst"))
    found = caught(judge(released(rows), released(shown), knowledge(rows)))
    assert ("12", None, "cost", "computed") in found


def test_a_gruppe_inside_a_kommune_is_a_part_of_it():
    """All of A but two are in gruppe g: neither the kommune's nor the gruppe's row may tell of the two."""
    people = (
        [Citizen("A", "g", use=(5, 0, 0, 0))] * 20
        + [Citizen("A", use=(9, 0, 0, 0))] * 2
        + [Citizen("B", use=(5, 0, 0, 0))] * 20
    )
    people += [Citizen(kommune, "g" if kommune == "A" else None) for kommune in "AB" for _ in range(20)]
    rows = table(people)
    nested = [*knowledge(rows).parts, Parts(("kommune", "A"), [("gruppe", "g")])]
    found = judge(released(rows), released(rows), knowledge(rows, parts=nested)).leaks
    assert ("rest", "A without gruppe") in set(found.select("table", "group").iter_rows())


def test_a_change_tells_a_withheld_year():
    rows = table(few_users(), periods=(-1, 1))
    hidden = pl.col("service").eq("besoeg") & (pl.col("period") == 1) & pl.col("group").is_in(["alle", "A", "B"])
    shown = withhold(rows, hidden)
    none = {"change_cost": pl.lit(None, pl.Float64)}
    changes = pl.DataFrame(
        {"period": [1], "area": ["social"], "service": ["besoeg"], "change_share": [0.0], "change_quantity": [0.0]}
    )
    changes = changes.with_columns(**none)
    safe = judge(released(rows), released(shown), knowledge(rows))
    told = judge(released(rows), released(shown, changes=changes), knowledge(rows))
    assert not safe.leaks.filter(group="alle").height
    assert ("alle", "besoeg", "quantity", "computed") in caught(told)


def test_rounded_figures_bracket_and_do_not_tell():
    rows = table(few_users())
    coarse = replace(PROFILE, round_counts=5, round_quantity=0.1, round_kr=100)
    counts = [
        ((pl.col(name) / 5).round() * 5).cast(pl.Int64).alias(name) for name in ("n_study", "n_citizens", "n_users")
    ]
    kr = [(pl.col(name) / 100).round() * 100 for name in rows.columns if name.startswith("mean_cost")]
    rounded = rows.with_columns(*counts, *kr, (pl.col("mean_quantity") * 10).round() / 10)
    shown = withhold(rounded, of("A", "ydelse"))
    evidence = attack(released(shown), knowledge(rows, profile=coarse))
    low, high = evidence.filter(column="quantity", service="ydelse").select("low", "high").row(0)
    assert low < 90 < high
    assert high - low > 1


def test_contradicting_figures_are_an_error():
    rows = table(citizens())
    wrong = rows.with_columns(n_users=pl.when(of("A", "ydelse")).then(40).otherwise("n_users"))
    with pytest.raises(ValueError, match="contradict"):
        attack(released(withhold(wrong, of("B", "ydelse"))), knowledge(rows))


def test_the_population_is_no_part_of_the_system():
    rows = table(few_users())
    population = rows.filter(group_by="alle").with_columns(group_by=pl.lit("befolkning"), group=pl.lit("befolkning"))
    shown = withhold(pl.concat([rows, population]), of("A", "besoeg"))
    evidence = attack(released(shown), knowledge(rows))
    assert set(evidence.get_column("group")) == {"A"}


def test_progress_is_told_to_the_end():
    rows = table(citizens())
    told: list[tuple[int, int]] = []
    hidden = pl.col("service").eq("ydelse").fill_null(value=False)
    judge(released(rows), released(withhold(rows, hidden)), knowledge(rows), lambda *done: told.append(done))
    assert told[-1][0] == told[-1][1] > 0
    assert told == sorted(told)


def test_zero_is_a_secret_only_where_the_profile_says_so():
    people = [Citizen(kommune, use=(10, 0, 3, 0)) for kommune in "AB" for _ in range(9)] + [
        Citizen("B", use=(0, 0, 0, 1))
    ] * 9
    rows = table([*people, *[Citizen(kommune) for kommune in "AB" for _ in range(9)]])
    shown = withhold(rows, of("A", "besoeg") | of("alle", "besoeg"))
    for show_zero, rule in ((True, "computed"), (False, "few")):
        known = knowledge(rows, profile=replace(PROFILE, show_zero=show_zero))
        hidden = withhold(rows, of("A", "besoeg"))
        assert ("A", "besoeg", "n_users", rule) in caught(judge(released(rows), released(hidden), known))
        assert ("A", "besoeg", "n_users", rule) not in caught(judge(released(rows), released(shown), known))


def test_where_nobody_is_measured_nothing_is_secret():
    rows = table(citizens())
    nobody = pl.col("area").eq_missing(pl.lit("indkomst")) | pl.col("area").is_null()
    none = [
        pl.when(~nobody).then(pl.col(name)).alias(name) for name in rows.columns if name.startswith(("mean", "share"))
    ]
    empty = rows.with_columns(
        *none, *(pl.when(nobody).then(0).otherwise(name).alias(name) for name in ("n_citizens", "n_users"))
    )
    assert attack(Released(empty.filter(pl.col("group") == "A")), knowledge(rows, parts=[])).is_empty()
    assert ALLE in {parts.whole for parts in knowledge(rows).parts}
