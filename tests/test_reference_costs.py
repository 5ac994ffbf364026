"""Costs and the cost table: the fast code against the slow reference."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import costing
from reference.table import cost_table as slow_cost_table
from study_cases import (
    PERIODS,
    PRICED,
    SERVICES,
    Case,
    Rates,
    any_illustrative,
    cases,
    period_frame,
    price_years,
    quantities_of,
    rates,
    starts_of,
    use_frame,
)

from faults import CatalogueError
from pipelines.costs import costs
from pipelines.tables import COST_TABLE_SCHEMA, cost_table
from pipelines.use import USE_SCHEMA

quick = settings(max_examples=120, deadline=None)


@quick
@given(rates(), starts_of, quantities_of, price_years)
def test_costs(
    given_rates: Rates,
    starts: dict[tuple[int, int], date],
    quantities: dict[tuple[int, int, str], float | None],
    price_year: int,
) -> None:
    found = costs(use_frame(quantities), period_frame(starts, {}), given_rates.catalogue(), price_year)
    assert found.drop("illustrative").columns == [
        *USE_SCHEMA,
        *("cost", "cost_kommune", "cost_region", "cost_stat"),
        "price_year",
    ]
    rows = found.select("person", "period", "service", pl.col("^cost.*$"), "illustrative", "price_year").rows()
    assert len(rows) == len(quantities)
    for person, period, service, total, kommune, region, stat, illustrative, year in rows:
        quantity, prices = quantities[person, period, service], given_rates.prices.get(service, [])
        expected = costing.cost(
            1.0 if quantity is None else quantity,
            starts[person, period],
            prices,
            given_rates.index,
            given_rates.rules.get(service, []),
            price_year,
        )
        assert year == price_year
        assert illustrative == (expected is not None and expected.illustrative)
        if quantity is None or expected is None:
            assert (total, kommune, region, stat) == (None, None, None, None)
        else:
            assert (total, kommune, region, stat) == pytest.approx(
                (expected.total, expected.kommune, expected.region, expected.stat)
            )
            assert kommune + region + stat == pytest.approx(total)


@quick
@given(rates(), starts_of, quantities_of, price_years, st.sampled_from(PRICED), st.integers(2016, 2024))
def test_a_priced_service_without_payer_rule_or_index_is_an_error(
    given_rates: Rates,
    starts: dict[tuple[int, int], date],
    quantities: dict[tuple[int, int, str], float | None],
    price_year: int,
    without_rule: str,
    lost_year: int,
) -> None:
    lacking = replace(
        given_rates,
        index={year: value for year, value in given_rates.index.items() if year != lost_year},
        rules={
            service: rules[1:] if service == without_rule else rules for service, rules in given_rates.rules.items()
        },
    )
    at_fault = set()
    for (person, period, service), quantity in quantities.items():
        prices, rules = lacking.prices.get(service, []), lacking.rules.get(service, [])
        if quantity is not None:
            try:
                costing.cost(quantity, starts[person, period], prices, lacking.index, rules, price_year)
            except LookupError:
                at_fault.add(service)
    arguments = use_frame(quantities), period_frame(starts, {}), lacking.catalogue(), price_year
    if at_fault:
        with pytest.raises(CatalogueError) as caught:
            costs(*arguments)
        assert {s for s, *_ in SERVICES if any(repr(s) in fault.what for fault in caught.value.faults)} == at_fault
    else:
        costs(*arguments)


@quick
@given(cases())
def test_cost_table(case: Case) -> None:
    found = cost_table("trial", case.base, case.periods, case.costs, case.catalogue, PERIODS, case.price_year)
    assert found.schema == COST_TABLE_SCHEMA
    expected = slow_cost_table(case.reference)
    key_columns = ["group_by", "group", "period", "area", "service"]
    figures = list(next(iter(expected.values())))
    by_key = {tuple(row[c] for c in key_columns): row for row in found.iter_rows(named=True)}
    assert len(by_key) == found.height
    assert by_key.keys() == expected.keys()
    units = {service.service: service.unit for service in case.reference.services}
    for key, row in by_key.items():
        assert {c: row[c] for c in figures} == pytest.approx(expected[key], abs=1e-6), key  # costs sum in millionths
        assert (row["study"], row["price_year"]) == ("trial", case.price_year)
        assert row["unit"] == units.get(key[4])
        of_row = [s for s in case.reference.services if key[3] in (None, s.area) and key[4] in (None, s.service)]
        assert row["illustrative"] == any_illustrative(case, case.reference.groups[key[:2]], key[2], of_row)
