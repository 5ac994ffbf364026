"""Costs and the cost table: the fast code against the slow reference."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import costing
from reference.table import Service, Study
from reference.table import cost_table as slow_cost_table

from catalogue.reader import Catalogue
from faults import CatalogueError
from pipelines.costs import costs
from pipelines.tables import COST_TABLE_SCHEMA, cost_table
from pipelines.use import USE_SCHEMA

quick = settings(max_examples=120, deadline=None)

SERVICES = [
    ("kontanthjaelp", "overfoerselsindkomst", "week"),
    ("su", "overfoerselsindkomst", "week"),
    ("psykiatri_indlaeggelse", "sundhed", "admission"),
    ("psykiatri_sengedag", "sundhed", "bed_day"),
    ("ordinaer_beskaeftigelse", "beskaeftigelse", "month"),
]
PRICED = ["kontanthjaelp", "su", "psykiatri_sengedag"]
CHANGE = date(2020, 7, 1)  # one payer rule ends the day before, the next begins
STARTS = [date(2017, 1, 1), date(2020, 1, 1), date(2020, 6, 30), CHANGE, date(2020, 12, 31), date(2023, 1, 1)]
SHARES = [(1.0, 0.0, 0.0), (0.2, 0.0, 0.8), (0.8, 0.0, 0.2), (0.0, 1.0, 0.0), (0.3, 0.3, 0.4)]


@dataclass(frozen=True)
class Rates:
    """The catalogue's part of a cost, as the reference takes it."""

    prices: dict[str, list[costing.Price]]
    index: dict[int, float]
    rules: dict[str, list[costing.PayerRule]]

    def catalogue(self) -> Catalogue:
        services = [(s, area, "r", s, "m", unit, "pl" if s in PRICED else None, s, s) for s, area, unit in SERVICES]
        frames = {
            "services": table(
                services, ["service", "area", "register", "spell", "measure", "unit", "index", "label_da", "label_en"]
            ),
            "unit_prices": table(
                [
                    (s, price.year, price.kroner, "illustrative" if price.illustrative else "sourced", "test")
                    for s, prices in self.prices.items()
                    for price in prices
                ],
                {
                    "service": pl.String,
                    "year": pl.Int32,
                    "price": pl.Float64,
                    "status": pl.String,
                    "source": pl.String,
                },
            ),
            "price_index": table(
                [("pl", year, value, "test") for year, value in self.index.items()],
                {"index": pl.String, "year": pl.Int32, "value": pl.Float64, "source": pl.String},
            ),
            "payer_rules": table(
                [
                    (s, rule.valid_from, rule.valid_to, rule.kommune, rule.region, rule.stat, "test")
                    for s, rules in self.rules.items()
                    for rule in rules
                ],
                {
                    "service": pl.String,
                    "valid_from": pl.Date,
                    "valid_to": pl.Date,
                    "kommune": pl.Float64,
                    "region": pl.Float64,
                    "stat": pl.Float64,
                    "source": pl.String,
                },
            ),
        }
        return Catalogue(
            **{
                field.name: frames.get(field.name, pl.DataFrame())
                for field in fields(Catalogue)
                if field.name != "warnings"
            }
        )


def table(rows: list[tuple[object, ...]], schema: object) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")  # type: ignore[arg-type]


@st.composite
def rates(draw: st.DrawFn) -> Rates:
    prices = st.lists(
        st.builds(costing.Price, st.integers(2016, 2024), st.sampled_from([1.0, 410.5, 4550.0]), st.booleans()),
        max_size=4,
        unique_by=lambda price: price.year,
    )
    before_and_after = st.tuples(st.sampled_from(SHARES), st.sampled_from(SHARES)).map(
        lambda shares: [
            costing.PayerRule(None, date(2020, 6, 30), *shares[0]),
            costing.PayerRule(CHANGE, None, *shares[1]),
        ]
    )
    return Rates(
        {service: draw(prices) for service in PRICED},
        {year: draw(st.sampled_from([95.0, 100.0, 104.2])) for year in range(2016, 2025)},
        {service: draw(before_and_after) for service in PRICED},
    )


def use_frame(quantities: dict[tuple[int, int, str], float | None]) -> pl.DataFrame:
    rows = [("trial", *key, quantity, None if quantity is None else 1) for key, quantity in sorted(quantities.items())]
    return pl.DataFrame(rows, schema=USE_SCHEMA, orient="row")


def period_frame(starts: dict[tuple[int, int], date], present: dict[tuple[int, int], bool | None]) -> pl.DataFrame:
    rows = [(*key, start, present.get(key)) for key, start in starts.items()]
    schema = {"person": pl.UInt32, "period": pl.Int16, "start": pl.Date, "present": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(end=pl.col("start").dt.offset_by("1y"))


PERSONS, PERIODS = [1, 2, 3, 4], [-1, 0, 1]
starts_of = st.fixed_dictionaries({(p, k): st.sampled_from(STARTS) for p in PERSONS for k in PERIODS})
service_ids = st.sampled_from([service for service, *_ in SERVICES])
keys = st.tuples(st.sampled_from(PERSONS), st.sampled_from(PERIODS), service_ids)
quantities_of = st.dictionaries(keys, st.sampled_from([None, 1.0, 2.0, 52.0, 53.0]), max_size=20)
price_years = st.integers(2016, 2024)


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
@given(rates(), starts_of, quantities_of, price_years, st.data())
def test_cost_table(
    given_rates: Rates,
    starts: dict[tuple[int, int], date],
    quantities: dict[tuple[int, int, str], float | None],
    price_year: int,
    data: st.DataObject,
) -> None:
    starts = {key: start for key, start in starts.items() if data.draw(st.sampled_from([True, True, True, False]))}
    present = {key: data.draw(st.sampled_from([True, True, True, False, None])) for key in starts}
    koms = {person: data.draw(st.sampled_from(["101", "751"])) for person in PERSONS}
    own_groups = {person: data.draw(st.sampled_from([None, "A", "B"])) for person in PERSONS}
    # As use comes out of § 3.2: nothing for the absent, null where it cannot be told.
    quantities = {
        key: None if present[key[:2]] is None else quantity
        for key, quantity in quantities.items()
        if key[:2] in present and present[key[:2]] is not False
    }
    use = use_frame(quantities)
    catalogue = given_rates.catalogue()
    priced = costs(use, period_frame(starts, present), catalogue, price_year)
    members = pl.DataFrame(
        {"person": PERSONS, "kom": list(koms.values()), "group": list(own_groups.values())},
        schema={"person": pl.UInt32, "kom": pl.String, "group": pl.String},
    )
    found = cost_table("trial", members, period_frame(starts, present), priced, catalogue, PERIODS, price_year)
    assert found.schema == COST_TABLE_SCHEMA

    groups: dict[tuple[str, str], list[int]] = {("alle", "alle"): PERSONS}
    for person in PERSONS:
        groups.setdefault(("kommune", koms[person]), []).append(person)
        if own_groups[person] is not None:
            groups.setdefault(("gruppe", own_groups[person]), []).append(person)
    services = [Service(s, area, unit, bool(given_rates.prices.get(s))) for s, area, unit in SERVICES]
    study = Study(
        services=services,
        periods=PERIODS,
        groups=groups,
        present=present,
        measured={(*key, s): quantities.get((*key, s), 0) is not None for key in starts for s, *_ in SERVICES},
        quantity={key: quantity for key, quantity in quantities.items() if quantity is not None},
        cost={
            key: cost
            for key, quantity in quantities.items()
            if quantity is not None
            for cost in [
                costing.cost(
                    quantity,
                    starts[key[:2]],
                    given_rates.prices.get(key[2], []),
                    given_rates.index,
                    given_rates.rules.get(key[2], []),
                    price_year,
                )
            ]
            if cost is not None
        },
    )
    expected = slow_cost_table(study)
    key_columns = ["group_by", "group", "period", "area", "service"]
    figures = list(next(iter(expected.values())))
    by_key = {tuple(row[c] for c in key_columns): row for row in found.iter_rows(named=True)}
    assert len(by_key) == found.height
    assert by_key.keys() == expected.keys()
    units = {service.service: service.unit for service in services}
    for key, row in by_key.items():
        assert {c: row[c] for c in figures} == pytest.approx(expected[key], abs=1e-6), key  # costs sum in millionths
        assert (row["study"], row["price_year"]) == ("trial", price_year)
        assert row["unit"] == units.get(key[4])
        on = {
            costing.price_row(given_rates.prices[s.service], start.year).illustrative
            for s in services
            if s.priced and key[3] in (None, s.area) and key[4] in (None, s.service)
            for (person, period), start in starts.items()
            if period == key[2] and present[person, period] and person in groups[key[0], key[1]]
        }
        assert row["illustrative"] == (True in on)
