"""A release beside earlier ones of the study, docs/disclosure.md: no two tell what one withholds."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from gate_cases import PLANTED, SDS, three, users_of, withheld
from gate_world import Person, World, profile, released, row, world
from polars.testing import assert_frame_equal

from faults import DisclosureError


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
