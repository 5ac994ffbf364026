"""Amounts that a register itself holds, such as a fee, a DRG value or an expenditure: what they cost, and whose cost.

Here: their prices, and the services of a study that asks for them. Not here: how they are read
(`pipelines.registers`). Source: docs/method.md § 5.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

TAXES = "skat"
"""The area of what citizens pay: its costs are below 0, and in no total, which is of what is paid for them."""


def with_amounts(unit_prices: pl.DataFrame, services: pl.DataFrame, price_index: pl.DataFrame) -> pl.DataFrame:
    """The prices with those of register amounts: a krone of a year costs a krone of that year, in every year of its
    series. What citizens pay of an amount is a share of it, which unit_prices.csv alone can tell.
    """
    paid_for = services.filter(pl.col("area").ne_missing(pl.lit(TAXES)), measure="amount")
    amounts = paid_for.join(unit_prices, on="service", how="anti").select("service", "index")
    rows = amounts.join(price_index.select("index", "year"), on="index").select(
        "service",
        "year",
        price=1.0,
        status=pl.lit("sourced"),
        source=pl.lit("a register amount, in kroner of its year"),
    )
    return pl.concat([unit_prices, rows.cast(unit_prices.schema)])


def asked_for(register_amounts: pl.DataFrame, services: pl.DataFrame, registers: Collection[str]) -> pl.DataFrame:
    """The rows of register_amounts.csv whose amounts stand in some registers; `services` are those of the workspace."""
    of_registers = services.filter(pl.col("register").is_in(list(registers)))
    return register_amounts.join(of_registers, left_on="amount", right_on="service", how="semi", maintain_order="left")


def in_place_of_prices(services: pl.DataFrame, every: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """The services of cost tables with the amounts `asked` for, each in its area; `every` are all of the workspace."""
    areas = asked.select("amount", own_area="area").unique("amount", keep="first", maintain_order=True)
    amounts = every.join(areas, left_on="service", right_on="amount", maintain_order="left")
    together = pl.concat([services, amounts.with_columns(area="own_area").select(services.columns)])
    of_area = together.with_row_index("place").sort(pl.col("place").min().over("area"), maintain_order=True)
    return of_area.drop("place")


def paid_as_replaced(payer_rules: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """The payer rules with those of amounts: the same as of the first service with rules that they take the place of,
    where payer_rules.csv has none of their own.
    """
    ruled = asked.join(payer_rules, left_on="replaces", right_on="service", how="semi", maintain_order="left")
    first = ruled.select("amount", "replaces").unique("amount", keep="first", maintain_order=True)
    ruleless = first.join(payer_rules, left_on="amount", right_on="service", how="anti", maintain_order="left")
    rules = ruleless.join(payer_rules, left_on="replaces", right_on="service", maintain_order="left")
    return pl.concat([payer_rules, rules.with_columns(service="amount").select(payer_rules.columns)])
