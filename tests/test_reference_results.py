"""Changes, costs by employment and who the citizens are: the fast code against the slow reference."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.results import FIGURES, by_employment, counted, differences, interval
from reference.table import Service, row
from study_cases import MONTHS, PERIODS, PERSONS, Case, any_illustrative, cases

import pipelines.changes
from pipelines.changes import CHANGES_SCHEMA, changes, weights
from pipelines.characteristics import CHARACTERISTICS_SCHEMA, characteristics
from pipelines.employment import employment_table
from pipelines.tables import COST_TABLE_SCHEMA, cost_table

quick = settings(max_examples=80, deadline=None)
DRAWS = 20


def services_of(case: Case, area: str | None, service: str | None) -> list[Service]:
    """The services that a row is made of."""
    return [s for s in case.reference.services if area in (None, s.area) and service in (None, s.service)]


def changes_of(case: Case, draws: int = DRAWS) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The cost table of a case, and its changes."""
    table = cost_table("trial", case.base, case.periods, case.costs, case.catalogue, PERIODS, case.price_year)
    return table, changes("trial", table, case.base, case.periods, case.costs, case.catalogue.services, draws)


@quick
@given(cases())
def test_changes(case: Case) -> None:
    table, found = changes_of(case)
    assert found.schema == CHANGES_SCHEMA
    own = table.filter(pl.col("period") != -1, group_by="alle")
    assert found.select("period", "area", "service", "unit").equals(own.select("period", "area", "service", "unit"))
    drawn = [np.repeat(PERSONS, weight).tolist() for weight in weights("trial", len(PERSONS), DRAWS)]
    for one in found.iter_rows(named=True):
        period, services = one["period"], services_of(case, one["area"], one["service"])
        before, after = (row(case.reference, PERSONS, number, services) for number in (-1, period))
        assert (one["n_baseline"], one["n_citizens"]) == (before["n_citizens"], after["n_citizens"])
        expected = differences(case.reference, PERSONS, period, services)
        for name in FIGURES:
            told = expected[name] is not None and (name != "quantity" or one["service"] is not None)
            assert one[f"change_{name}"] == pytest.approx(expected[name] if told else None, abs=1e-5)
            sure = told and min(one["n_baseline"], one["n_citizens"]) >= 2
            ends = interval(case.reference, drawn, period, services, name) if sure else (None, None)
            assert (one[f"change_{name}_low"], one[f"change_{name}_high"]) == pytest.approx(ends, abs=1e-5)
        assert one["price_year"] == case.price_year
        flags = [any_illustrative(case, PERSONS, number, services) for number in (-1, period)]
        assert one["illustrative"] == any(flags)


@settings(max_examples=15, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_changes_do_not_depend_on_how_they_are_made(case: Case, random: Random) -> None:
    """Neither on the order of rows, which threads may change, nor on how many draws are held in memory at a time."""
    _, found = changes_of(case)
    seed = random.randrange(1000)
    periods, costs = (frame.sample(fraction=1, shuffle=True, seed=seed) for frame in (case.periods, case.costs))
    with pytest.MonkeyPatch.context() as small:
        small.setattr(pipelines.changes, "WEIGHTS_AT_ONCE", 3 * len(PERSONS))
        _, again = changes_of(replace(case, periods=periods, costs=costs))
    assert again.equals(found)


def test_each_study_has_draws_of_its_own_and_the_same_ones_again() -> None:
    one, again, other = (np.array(list(weights(study, 50, 10))) for study in ("one", "one", "other"))
    assert (one == again).all()
    assert (one != other).any()
    assert (one.sum(axis=1) == 50).all()
    assert len({tuple(draw) for draw in one}) == 10


@quick
@given(cases())
def test_costs_by_employment(case: Case) -> None:
    found = employment_table("trial", case.periods, case.costs, case.catalogue, PERIODS, case.price_year)
    assert found.schema == COST_TABLE_SCHEMA
    areas = [*dict.fromkeys(s.area for s in case.reference.services), None]
    keys = [(group, period, area) for group in ("0", "1-3", "4-6", "7-9", "10-11", "12")
            for period in PERIODS for area in areas]  # fmt: skip
    assert found.select("group", "period", "area").rows() == keys
    for one in found.iter_rows(named=True):
        citizens = by_employment(case.reference, PERSONS, one["period"], MONTHS)[one["group"]]
        services = services_of(case, one["area"], None)
        expected = row(case.reference, citizens, one["period"], services) | {"mean_quantity": None}
        assert {column: one[column] for column in expected} == pytest.approx(expected, abs=1e-6)
        assert (one["group_by"], one["service"], one["unit"]) == ("beskaeftigelse", None, None)
        assert one["illustrative"] == any_illustrative(case, citizens, one["period"], services)


people = st.fixed_dictionaries(
    {
        "koen": st.sampled_from(["1", "2", "9", "0", None]),
        "age": st.one_of(st.none(), st.integers(0, 110)),
        "start_year": st.integers(2017, 2019),
        "kom": st.sampled_from(["101", "751", None]),
    }
)


@quick
@given(st.lists(people, max_size=12))
def test_characteristics(base: list[dict[str, Any]]) -> None:
    schema = {"koen": pl.String, "age": pl.Int32, "start_year": pl.Int32, "kom": pl.String}
    found = characteristics("trial", pl.DataFrame(base, schema=schema))
    assert found.schema == CHARACTERISTICS_SCHEMA
    assert {(one, category): n for _, one, category, n, _ in found.iter_rows()} == counted(base)
    assert found["characteristic"].unique(maintain_order=True).to_list() == (
        ["koen", "alder", "startaar", "kommune"] if base else ["koen", "alder"]
    )
    assert found["share"].to_list() == [n / len(base) if base else None for n in found["n"]]
