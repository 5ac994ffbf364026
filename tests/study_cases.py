"""Small studies at random: what the fast code is given, and the same as the slow reference takes it.

Here: prices, periods, use and costs of four citizens. Not here: any comparison.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

import polars as pl
from hypothesis import strategies as st
from reference import costing
from reference.table import Service, Study

from catalogue.reader import Catalogue
from pipelines.costs import costs
from pipelines.use import USE_SCHEMA

SERVICES = [
    ("kontanthjaelp", "overfoerselsindkomst", "week"),
    ("su", "overfoerselsindkomst", "week"),
    ("psykiatri_indlaeggelse", "sundhed", "admission"),
    ("psykiatri_sengedag", "sundhed", "bed_day"),
    ("ordinaer_beskaeftigelse", "beskaeftigelse", "month"),
]
MONTHS = "ordinaer_beskaeftigelse"
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
        services = [
            (s, area, "r", s, "months" if s == MONTHS else "m", unit, "pl" if s in PRICED else None, s, s)
            for s, area, unit in SERVICES
        ]
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
months = st.sampled_from([None, 1.0, 3.0, 4.0, 6.0, 7.0, 9.0, 10.0, 11.0, 12.0])


@dataclass(frozen=True)
class Case:
    """A study: `base` (`person`, `kom`, `group`), `periods`, `costs` and `catalogue` as frames, and `reference`.

    Periods that a citizen does not have are not in `starts`.
    """

    base: pl.DataFrame
    periods: pl.DataFrame
    costs: pl.DataFrame
    catalogue: Catalogue
    price_year: int
    rates: Rates
    starts: dict[tuple[int, int], date]
    reference: Study


@st.composite
def cases(draw: st.DrawFn) -> Case:
    given_rates, price_year = draw(rates()), draw(price_years)
    starts = {key: start for key, start in draw(starts_of).items() if draw(st.sampled_from([True, True, True, False]))}
    present = {key: draw(st.sampled_from([True, True, True, False, None])) for key in starts}
    koms = {person: draw(st.sampled_from(["101", "751"])) for person in PERSONS}
    own_groups = {person: draw(st.sampled_from([None, "A", "B"])) for person in PERSONS}
    # As use comes out of § 3.2: nothing for the absent, null where it cannot be told.
    quantities = {
        key: None if present[key[:2]] is None else draw(months) if key[2] == MONTHS else quantity
        for key, quantity in draw(quantities_of).items()
        if key[:2] in present and present[key[:2]] is not False
    }
    catalogue, periods = given_rates.catalogue(), period_frame(starts, present)
    groups: dict[tuple[str, str], list[int]] = {("alle", "alle"): PERSONS}
    for person in PERSONS:
        groups.setdefault(("kommune", koms[person]), []).append(person)
        if own_groups[person] is not None:
            groups.setdefault(("gruppe", own_groups[person]), []).append(person)
    reference = Study(
        services=[Service(s, area, unit, bool(given_rates.prices.get(s))) for s, area, unit in SERVICES],
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
    base = pl.DataFrame(
        {"person": PERSONS, "kom": list(koms.values()), "group": list(own_groups.values())},
        schema={"person": pl.UInt32, "kom": pl.String, "group": pl.String},
    )
    priced = costs(use_frame(quantities), periods, catalogue, price_year)
    return Case(base, periods, priced, catalogue, price_year, given_rates, starts, reference)


def any_illustrative(case: Case, citizens: list[int], period: int, services: list[Service]) -> bool:
    """Whether the price row of one of the services is, for some of the citizens who is present in the period."""
    return any(
        costing.price_row(case.rates.prices[service.service], start.year).illustrative
        for service in services
        if service.priced
        for (person, number), start in case.starts.items()
        if number == period and case.reference.present[person, number] and person in citizens
    )
