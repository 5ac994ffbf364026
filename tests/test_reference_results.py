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
from reference.results import FIGURES, by_employment, counted, differences, interval, percentile
from reference.table import Service, row
from study_cases import MONTHS, PERIODS, PERSONS, Case, any_illustrative, cases

import pipelines.draws
from pipelines.changes import CHANGES_SCHEMA, changes
from pipelines.characteristics import CHARACTERISTICS_SCHEMA, characteristics
from pipelines.draws import Draws, draw, weights
from pipelines.employment import employment_table
from pipelines.mean_intervals import MEAN_INTERVALS_SCHEMA, mean_intervals
from pipelines.tables import COST_TABLE_SCHEMA, MEANS, cost_table

quick = settings(max_examples=80, deadline=None)
DRAWS = 20


def services_of(case: Case, area: str | None, service: str | None) -> list[Service]:
    """The services that a row is made of."""
    return [s for s in case.reference.services if area in (None, s.area) and service in (None, s.service)]


def drawn_of(case: Case) -> tuple[pl.DataFrame, Draws]:
    """The cost table of a case, and its citizens drawn."""
    table = cost_table("trial", case.base, case.periods, case.costs, case.catalogue, PERIODS, case.price_year)
    numbers = table["period"].unique().sort().to_list()
    services = case.catalogue.services
    return table, draw("trial", case.base, case.periods, case.costs, services, numbers, DRAWS)


@quick
@given(cases())
def test_changes(case: Case) -> None:
    table, draws = drawn_of(case)
    found = changes(table, draws)
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


@quick
@given(cases())
def test_intervals_of_means(case: Case) -> None:
    table, draws = drawn_of(case)
    found = mean_intervals(table, draws)
    assert found.schema == MEAN_INTERVALS_SCHEMA
    own = table.filter(group_by="alle")
    kept = ["study", "period", "area", "service", "unit", "n_citizens", *MEANS, "price_year"]
    assert found.select(kept).equals(own.select(kept))
    drawn = [np.repeat(PERSONS, weight).tolist() for weight in weights("trial", len(PERSONS), DRAWS)]
    for one in found.iter_rows(named=True):
        made_of = services_of(case, one["area"], one["service"])
        of_draws = [row(case.reference, citizens, one["period"], made_of) for citizens in drawn]
        for mean in MEANS:
            there = [draw[mean] for draw in of_draws if draw[mean] is not None]
            sure = one[mean] is not None and one["n_citizens"] >= 2 and there
            ends = (percentile(there, 2.5), percentile(there, 97.5)) if sure else (None, None)
            assert (one[f"{mean}_low"], one[f"{mean}_high"]) == pytest.approx(ends, abs=1e-5)


@settings(max_examples=15, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_intervals_do_not_depend_on_how_they_are_made(case: Case, random: Random) -> None:
    """Neither on the order of rows, which threads may change, nor on how many draws are held in memory at a time."""
    table, found = drawn_of(case)
    seed = random.randrange(1000)
    periods, costs = (frame.sample(fraction=1, shuffle=True, seed=seed) for frame in (case.periods, case.costs))
    with pytest.MonkeyPatch.context() as small:
        small.setattr(pipelines.draws, "WEIGHTS_AT_ONCE", 3 * len(PERSONS))
        _, again = drawn_of(replace(case, periods=periods, costs=costs))
    for told in (changes, mean_intervals):
        assert told(table, again).equals(told(table, found))


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


PEOPLE = {
    "koen": (pl.String, st.sampled_from(["1", "2", "9", "0", None])),
    "age": (pl.Int32, st.one_of(st.none(), st.integers(0, 110))),
    "start_year": (pl.Int32, st.integers(2017, 2019)),
    "kom": (pl.String, st.sampled_from(["101", "751", None])),
    "ie_type": (pl.String, st.sampled_from(["1", "2", "3", "9", None])),
    "antpersh": (pl.Int32, st.sampled_from([0, 1, 2, 7, None])),
    "has_children": (pl.Boolean, st.booleans()),
    "uddannelse": (pl.String, st.sampled_from(["grundskole", "videregaaende", None])),
    "support_status": (pl.String, st.sampled_from(["folkepension", "ikke_offentlig_forsoerget", "nyt", None])),
}
NAMED = ["koen", "alder", "startaar", "kommune", "oprindelse", "bopael", "boern", "uddannelse", "forsoergelse"]


@quick
@given(st.lists(st.fixed_dictionaries({name: drawn for name, (_, drawn) in PEOPLE.items()}), max_size=12))
def test_characteristics(base: list[dict[str, Any]]) -> None:
    frame = pl.DataFrame(base, schema={name: dtype for name, (dtype, _) in PEOPLE.items()})
    found = characteristics("trial", frame)
    assert found.schema == CHARACTERISTICS_SCHEMA
    assert {(one, category): n for _, one, category, n, _ in found.iter_rows()} == counted(base)
    left_out = {"startaar", "kommune"} if not base else set()
    left_out |= {"uddannelse"} if all(person["uddannelse"] is None for person in base) else set()
    assert found["characteristic"].unique(maintain_order=True).to_list() == [n for n in NAMED if n not in left_out]
    assert found["share"].to_list() == [n / len(base) if base else None for n in found["n"]]
    own = characteristics("trial", frame, [51, 61, 71])
    bands = {"0-50": (0, 50), "51-60": (51, 60), "61-70": (61, 70), "71+": (71, 200)}
    assert {(one, category): n for _, one, category, n, _ in own.iter_rows()} == counted(base, bands)
    assert own.filter(characteristic="alder")["category"].to_list() == [*bands, "uoplyst"]
