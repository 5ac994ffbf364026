"""Disclosure control's parts, docs/method.md § 7: each rule by an example that fails when the rule is broken."""

from __future__ import annotations

import polars as pl
import pytest
from gate_world import Person, profile, small_catalogue, world
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.profiles import Profile
from pipelines.disclosure.knowledge import parts, rates
from pipelines.disclosure.primary import REASONS, of_amounts, reasons
from pipelines.disclosure.rounding import rounded
from pipelines.disclosure.truth import ROW, Behind, behind, reach
from pipelines.splits import members_of

SDS, STRICT = profile("sds"), profile("strict")
TABLE = {
    "group_by": "alle",
    "group": "alle",
    "period": 0,
    "area": "social",
    "service": "besoeg",
}


def why(
    n_study: int | None,
    n_citizens: int | None,
    n_users: int | None,
    of: Profile = SDS,
    share: float = 0.1,
    **row: object,
) -> set[str]:
    """The reasons that withhold a row of these counts, whose largest contributors make up this share."""
    counts = {"n_study": n_study, "n_citizens": n_citizens, "n_users": n_users}
    schema = {"period": pl.Int16, **dict.fromkeys(counts, pl.UInt32), "area": pl.String, "service": pl.String}
    table = pl.DataFrame([TABLE | row | counts], schema_overrides=schema)
    judged = reasons(table, table.select(ROW).with_columns(share=pl.lit(share)), of).row(0, named=True)
    return {reason for reason in REASONS if judged[reason]}


@pytest.mark.parametrize(
    ("counts", "found"),
    [
        ((60, 50, 20), set()),
        ((5, 5, 5), set()),
        ((4, 4, 0), {"small_group", "few_citizens", "few_others"}),
        ((60, 4, 0), {"few_citizens", "few_others"}),
        ((60, 50, 1), {"few_users"}),
        ((60, 50, 4), {"few_users"}),
        ((60, 50, 5), set()),
        ((60, 50, 0), set()),
        ((60, 50, 49), {"few_others"}),
        ((60, 50, 46), {"few_others"}),
        ((60, 50, 45), set()),
        ((60, 50, 50), set()),
        ((60, 0, 0), set()),
        ((4, 0, 0), {"small_group"}),
    ],
)
def test_which_counts_are_few(counts: tuple[int, int, int], found: set[str]) -> None:
    assert why(*counts) == found


def test_no_users_are_few_where_the_profile_says_so() -> None:
    assert why(60, 50, 0, STRICT) == {"few_users"}
    assert why(60, 0, 0, STRICT) == set()  # nobody is measured: it says nothing of anyone


def test_the_limit_is_the_profiles() -> None:
    assert why(60, 50, 3, profile("dst")) == set()
    assert why(60, 50, 9, STRICT) == {"few_users"}


def test_what_few_make_up_nearly_all_of_is_dominated() -> None:
    assert why(60, 50, 20, share=0.91) == {"dominated"}
    assert why(60, 50, 20, share=0.9) == set()
    assert why(60, 50, 20, profile(dominance_citizens=0), share=0.99) == set()
    assert why(60, 0, 0, share=0.99) == set()
    assert why(60, 50, 20, share=float("nan")) == set()


@pytest.mark.parametrize("missing", range(3))
def test_a_missing_count_withholds_its_row(missing: int) -> None:
    counts = [60, 50, 20]
    counts[missing] = None  # type: ignore[call-overload]
    assert why(*counts)


def test_a_row_nothing_is_known_of_the_contributors_of_is_judged_by_its_counts() -> None:
    table = pl.DataFrame([TABLE | {"n_study": 60, "n_citizens": 50, "n_users": 20}])
    none = pl.DataFrame(schema={name: table.schema[name] for name in ROW} | {"share": pl.Float64})
    judged = reasons(table, none, SDS)
    assert judged.height == 1
    assert not judged.select(pl.any_horizontal(REASONS)).item()


@pytest.mark.parametrize(("service", "hides"), [("besoeg", True), (None, False)])
def test_few_others_of_an_area_tell_of_its_users_alone(service: str | None, hides: bool) -> None:
    row = dict.fromkeys(REASONS, False) | {"few_others": True, "service": service}
    table = pl.DataFrame([row], schema_overrides={"service": pl.String})
    assert table.select(of_amounts()).item() is hides
    assert table.with_columns(few_users=True).select(of_amounts()).item()


# Rounding


def test_what_is_shown_is_rounded_and_shares_are_of_the_rounded_counts() -> None:
    row = {"group_by": "alle", "n_citizens": 52, "n_users": 13, "share_users": 0.25, "mean_cost": 1249.0}
    row |= {"mean_cost_stat": 51.0, "mean_quantity": 1.26}
    table = pl.DataFrame([row], schema_overrides={"n_citizens": pl.UInt32, "n_users": pl.UInt32})
    shown = rounded(table, STRICT).row(0, named=True)
    assert (shown["n_citizens"], shown["n_users"], shown["share_users"]) == (50, 15, 0.3)
    assert (shown["mean_cost"], shown["mean_cost_stat"]) == (1200, 100)
    assert shown["mean_quantity"] == pytest.approx(1.3)
    assert rounded(table, SDS).equals(table)


def test_a_share_of_the_population_at_the_studys_age_is_not_one_of_counts() -> None:
    row = {"group_by": "befolkning_standardiseret", "n_citizens": 52, "n_users": 13, "share_users": 0.41}
    assert rounded(pl.DataFrame([row]), STRICT)["share_users"].item() == 0.41


def test_withheld_stays_withheld_and_shares_stay_shares() -> None:
    rows = {"group_by": ["alle"] * 3, "n_citizens": [None, 52, 0], "n_users": [None, 53, 0]}
    table = pl.DataFrame(rows).with_columns(share_users=pl.Series([None, 1.0, None]))
    shown = rounded(table, STRICT)
    assert shown["n_citizens"].to_list() == [None, 50, 0]
    assert shown["share_users"].to_list() == [None, 1.0, None]


# What everybody knows


def test_a_group_lies_in_another_where_all_of_it_does() -> None:
    groups = {1: ("A", "g"), 2: ("A", "h"), 3: ("B", "h")}
    rows = [
        (person, by, group)
        for person, own in groups.items()
        for by, group in zip(("alle", "kommune", "gruppe"), ("alle", *own), strict=True)
    ]
    members = pl.DataFrame(
        rows,
        schema=["person", "group_by", "group"],
        orient="row",
    ).with_columns(period=pl.lit(0))
    found = set(parts(members).select("whole", "part").rows())
    assert found == {("alle", part) for part in "ABgh"} | {("A", "g"), ("h", "B")}


def test_rates_span_all_that_begin_in_a_period() -> None:
    study = world([Person(start=2018), Person(start=2019)])
    known = {
        row["service"]: row
        for row in rates(study.periods, small_catalogue(), [-1, 0, 1], 2018).filter(period=0).to_dicts()
    }
    ydelse, besoeg, arbejde = (known[name] for name in ("ydelse", "besoeg", "arbejde"))
    assert (ydelse["price_low"], ydelse["price_high"]) == (1000, pytest.approx(1100))
    assert (ydelse["kommune_low"], ydelse["kommune_high"], ydelse["region_high"]) == (0.8, 0.8, 0.0)
    assert ydelse["units_high"] >= 53
    assert known["hjaelp"]["units_high"] >= 365
    assert arbejde["units_high"] >= 12
    assert (besoeg["price_low"], besoeg["units_high"]) == (None, None)


# What lies behind a row


def looked_behind(people: list[Person]) -> Behind:
    study = world(people)
    members = study.periods.filter("present").select("period", "person").join(members_of(study.base), on="person")
    return behind(members, study.costs, small_catalogue().services, profile())


def test_the_largest_contributors_are_of_cost_else_of_quantity() -> None:
    people = [Person(use=(50, 0, 0, 1)), Person(use=(30, 0, 0, 1)), Person(use=(20, 0, 0, 8))]
    largest = looked_behind(people).largest.filter(group="alle", period=0)
    by_line = {row["service"] or row["area"]: row["share"] for row in largest.iter_rows(named=True)}
    assert by_line["ydelse"] == pytest.approx(0.8)
    assert by_line["indkomst"] == pytest.approx(0.8)
    assert by_line["besoeg"] == pytest.approx(0.9)
    assert by_line[None] == pytest.approx(0.8)


def test_the_spread_tells_how_far_the_few_with_the_most_can_reach() -> None:
    """100 and four of 10 have the mean 28 and the deviation 36: 28 + 36 x 2 is 100, and no more than the first has.

    Of 0, 10, ..., 90 nine have any: the four with the most have 300 of 450, and at most 200 + 25.8 sqrt(4 x 5) = 315.5.
    """
    alike = [Person(use=(0, 10, n, visits)) for n, visits in ((0, 100), *((10 * k, 10) for k in range(1, 5)))]
    rest = [Person(use=(0, 10, 10 * k, 0)) for k in range(5, 10)]
    everybody = looked_behind([*alike, *rest]).reach.filter(period=0)
    told = {row["service"]: row for row in everybody.iter_rows(named=True)}
    assert told["besoeg"]["mean_quantity"] == pytest.approx(1)
    assert told["tillaeg"]["mean_cost_stat"] == pytest.approx(1)
    assert told["hjaelp"]["mean_quantity"] == pytest.approx((200 + (2000 / 3 * 20) ** 0.5) / 300)
    assert told["hjaelp"]["mean_cost"] == pytest.approx(told["hjaelp"]["mean_quantity"])
    assert told["tillaeg"]["mean_cost_region"] is None
    assert told["besoeg"]["mean_cost"] is None


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(-50, 365), min_size=1, max_size=30), st.integers(1, 9))
def test_nobody_reaches_further(amounts: list[int], few: int) -> None:
    """What citizens have is never more than what is told that they can have."""
    found = pl.DataFrame({"amount": amounts}).select(reach("amount", few)).item()
    assert (found is None) is (not any(amounts))
    if min(amounts) >= 0 and found is not None:
        assert found >= 1 - 1e-9


def test_an_area_rests_on_those_who_are_measured_for_all_of_it() -> None:
    """One of three is not measured for `tillaeg`: his `ydelse` is in the service's row, and not in the area's."""
    people = [Person(use=(10, 0, 4, 0)), Person(use=(5, 1, 0, 0)), Person(use=(20, 0, 2, 0), unmeasured=("tillaeg",))]
    inside = looked_behind(people).inside.filter(group="alle", period=0)
    by_line = {row["service"] or row["area"]: row for row in inside.iter_rows(named=True)}
    assert (by_line["ydelse"]["n_users"], by_line["ydelse"]["quantity"]) == (2, 15)
    assert by_line["ydelse"]["cost_kommune"] == pytest.approx(15 * 1000 * 0.8)
    assert by_line["hjaelp"]["quantity"] == 6
    assert by_line["social"]["n_users"] == 1  # of those measured for everything, who the total rests on


def test_the_ends_of_an_interval_are_rounded_outward() -> None:
    means = {"mean_cost": 1000.0, "mean_cost_low": 962.3, "mean_cost_high": 1044.0}
    uses = {"mean_quantity": 0.31, "mean_quantity_low": 0.26, "mean_quantity_high": 0.34}
    told = rounded(pl.DataFrame([means | uses]), STRICT).row(0, named=True)
    assert [told[name] for name in means] == [1000, 900, 1100]
    assert [told[name] for name in uses] == pytest.approx([0.3, 0.2, 0.4])
    exact = rounded(pl.DataFrame([{"mean_cost": 500.0, "mean_cost_low": 500.0, "mean_cost_high": 500.0}]), STRICT)
    assert exact.row(0) == (500, 500, 500)
