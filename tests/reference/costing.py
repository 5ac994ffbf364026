"""From use to cost (docs/method.md § 5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Price:
    """A unit price of a service in one year."""

    year: int
    kroner: float
    illustrative: bool


@dataclass(frozen=True)
class PayerRule:
    """Who pays, on the days it is valid; None is open."""

    valid_from: date | None
    valid_to: date | None
    kommune: float
    region: float
    stat: float


@dataclass(frozen=True)
class Cost:
    """What a quantity cost in prices of the price year, and who paid it."""

    total: float
    kommune: float
    region: float
    stat: float
    illustrative: bool


def price_row(prices: list[Price], year: int) -> Price:
    """The row of the year, else of the nearest year; of two as near, the earlier."""
    return min(prices, key=lambda price: (abs(price.year - year), price.year))


def payer_rule(rules: list[PayerRule], day: date) -> PayerRule:
    """The rule valid on the day; LookupError where there is none."""
    for rule in rules:
        if (rule.valid_from is None or rule.valid_from <= day) and (rule.valid_to is None or day <= rule.valid_to):
            return rule
    raise LookupError("no payer rule")


def cost(
    quantity: float,
    first_day: date,
    prices: list[Price],
    index: dict[int, float],
    rules: list[PayerRule],
    price_year: int,
) -> Cost | None:
    """The cost of a quantity used in the period that opens on ``first_day``; None where the service has no price.

    Raises LookupError where a priced service lacks a valid payer rule or an index value.
    """
    if not prices:
        return None
    price = price_row(prices, first_day.year)
    total = quantity * price.kroner * index[price_year] / index[price.year]
    rule = payer_rule(rules, first_day)
    return Cost(total, total * rule.kommune, total * rule.region, total * rule.stat, price.illustrative)
