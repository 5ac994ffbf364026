"""Where a figure comes from: the rules, prices, payers, codes and registers behind it.

Here: a stand-in with the agreed shape, replaced by the release's own module. Not here: how it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from reports.tables import Line, ReleaseTables


@dataclass(frozen=True)
class Rule:
    """A rule of docs/method.md in words."""

    section: str
    heading_da: str
    heading_en: str
    text_da: str
    text_en: str


@dataclass(frozen=True)
class Trace:
    """What stands behind a figure."""

    rules: tuple[Rule, ...]
    prices: list[dict[str, Any]]
    payer_rules: list[dict[str, Any]]
    codes: list[dict[str, Any]]
    registers: list[dict[str, Any]]


def trace(tables: ReleaseTables, line: Line, column: str) -> Trace:
    """What stands behind ``column`` of a ``line``."""
    services = tables.services
    if line.area:
        services = services.filter(pl.col("area") == line.area)
    if line.service:
        services = services.filter(pl.col("service") == line.service)
    costs = "cost" in column

    def of(frame: pl.DataFrame) -> list[dict[str, Any]]:
        return frame.filter(pl.col("service").is_in(services["service"].implode())).to_dicts()

    rule = Rule("6", "Tabeller", "Tables", f"{column} = sum / n_citizens", f"{column} = sum / n_citizens")
    return Trace(
        (rule,),
        of(tables.sources) if costs else [],
        of(tables.payer_rules) if costs else [],
        of(tables.codes),
        tables.registers.filter(pl.col("register").is_in([*services["register"].unique(), "bef"])).to_dicts(),
    )
