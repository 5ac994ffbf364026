"""The audit's attacker against the slow, plain one, and against the truth, on releases nobody thought of."""

from __future__ import annotations

from fractions import Fraction

import polars as pl
from audit_world import AREAS, PRICE, SHARES, Citizen, knowledge, released, table, withhold
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.attacker import Key, determined

from pipelines.audit.attack import attack
from pipelines.audit.verdict import COMPUTED, COMPUTED_SHARE

FIGURES = {"n_users": "n_users", "quantity": "mean_quantity", "cost": "mean_cost"} | {
    payer: f"mean_cost_{payer}" for payer in ("kommune", "region", "stat")
}
units = st.sampled_from([0, 0, 1, 3, 20])
citizen = st.builds(
    Citizen,
    st.sampled_from("ABC"),
    st.sampled_from("gh"),
    st.sampled_from(["0", "12"]),
    st.tuples(units, units, units, units),
)


@st.composite
def releases(draw) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A table, and the same with some rows withheld."""
    rows = table(draw(st.lists(citizen, min_size=3, max_size=25)))
    share = draw(st.sampled_from([2, 4, 8]))
    hidden = draw(st.lists(st.integers(1, share), min_size=len(rows), max_size=len(rows)))
    return rows, withhold(rows, pl.lit(pl.Series([number == 1 for number in hidden])))


def sums(rows: pl.DataFrame) -> dict[Key, Fraction]:
    found: dict[Key, Fraction] = {}
    for row in rows.iter_rows(named=True):
        for column, name in FIGURES.items():
            if row[name] is not None:
                times = 1 if column == "n_users" else row["n_citizens"]
                found[row["group"], row["area"], row["service"], column] = Fraction(
                    row[name] * times
                ).limit_denominator(1000)
    return found


@settings(max_examples=60, deadline=None)
@given(releases())
def test_what_equalities_determine_is_bracketed_to_a_point(release):
    rows, shown = release
    everything, printed = sums(rows), sums(shown)
    known = knowledge(rows)
    price = {name: Fraction(kr).limit_denominator() for name, kr in PRICE.items() if kr}
    shares = {name: tuple(Fraction(share).limit_denominator(100) for share in SHARES[name]) for name in price}
    partitions = [[group for _, group in parts.parts] for parts in known.parts]
    withheld = sorted(set(everything) - set(printed), key=str)
    follows = determined(printed, withheld, partitions, AREAS, price, shares)
    brackets = {
        (group, area, service, column.removeprefix("cost_")): (low, high)
        for group, area, service, column, low, high in attack(released(shown), known)
        .select("group", "area", "service", "column", "low", "high")
        .iter_rows()
    }
    assert set(brackets) == set(withheld)
    for figure in withheld:
        low, high = brackets[figure]
        width = COMPUTED + COMPUTED_SHARE * float(everything[figure])
        assert low - width <= everything[figure] <= high + width, f"the truth of {figure} is outside its bracket"
        assert figure not in follows or high - low <= width, f"{figure} follows from what is printed"
