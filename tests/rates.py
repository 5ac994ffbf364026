"""Prices, indices and payer rules as Hypothesis draws them: for the fast code a catalogue, for the reference as is."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

import polars as pl
from hypothesis import strategies as st
from reference import costing

from catalogue.reader import Catalogue

SERVICES = [
    ("kontanthjaelp", "overfoerselsindkomst", "week"),
    ("su", "overfoerselsindkomst", "week"),
    ("psykiatri_indlaeggelse", "sundhed", "admission"),
    ("psykiatri_sengedag", "sundhed", "bed_day"),
    ("ordinaer_beskaeftigelse", "beskaeftigelse", "month"),
]
PRICED = ["kontanthjaelp", "su", "psykiatri_sengedag"]
CHANGE = date(2020, 7, 1)  # one payer rule ends the day before, the next begins
SHARES = [(1.0, 0.0, 0.0), (0.2, 0.0, 0.8), (0.8, 0.0, 0.2), (0.0, 1.0, 0.0), (0.3, 0.3, 0.4)]
price_years = st.integers(2016, 2024)


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
