"""Where a released figure comes from: the rules it follows, and the rows of the catalogue and registers it rests on.

Here: choosing the rules and rows of one figure. Not here: the rules' words (`rules.py`), the rows (`tables.py`), nor
any citizen: what is told is the same whoever was counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from reports.rules import RULES, Rule
from reports.tables import Line, ReleaseTables

POPULATION_REGISTER = "bef"
"""Who is present, and of which kommune, is told by it alone."""
POPULATION = ("befolkning", "befolkning_standardiseret")


@dataclass(frozen=True)
class Trace:
    """A figure's rules in the order in which it is made, and the rows it rests on, as dictionaries.

    `prices`: service, year, price, status, source. `payer_rules`: service, valid_from, valid_to, kommune, region, stat,
    source. `codes`: list, service, code, label_da, label_en, valid_from, valid_to, status, source. `registers`:
    register, data_start, data_end. A kind of row that the figure does not rest on is empty.
    """

    rules: tuple[Rule, ...]
    prices: list[dict[str, Any]]
    payer_rules: list[dict[str, Any]]
    codes: list[dict[str, Any]]
    registers: list[dict[str, Any]]


def trace(
    tables: ReleaseTables, line: Line, column: str, *, table: str = "cost_table", group_by: str = "alle"
) -> Trace:
    """Take a figure back to what it was made of.

    Args:
        tables: the release.
        line: the service, area or everything that the figure is of; of tables without services it is the empty one.
        column: such as `mean_cost`, `share_users`, or `change_cost_low` of `changes`.
        table: one of `reports.tables.TABLES`.
        group_by: the grouping of the figure's row.
    """
    services = _services(tables, line) if table in ("cost_table", "employment_table", "changes") else pl.DataFrame()
    of_use = services.height > 0 and column not in ("n_study", "n_citizens", "n_baseline")
    of_cost = of_use and "cost" in column
    ids = services["service"].implode() if services.height else pl.Series([[]], dtype=pl.List(pl.String))
    rows = {
        name: frame.filter(pl.col("service").is_in(ids), pl.lit(wanted)).to_dicts()
        for name, frame, wanted in (
            ("prices", tables.sources, of_cost),
            ("payer_rules", tables.payer_rules, of_cost),
            ("codes", tables.codes, of_use),
        )
    }
    registers = [POPULATION_REGISTER, *(services["register"].unique() if services.height else [])]
    keys = [
        *_of_citizens(tables, table, group_by, services),
        *(_of_use(services, column) if of_use else ()),
        *(_of_cost(tables, services, rows["prices"], column) if of_cost else ()),
        *(["change"] if column.startswith("change") else []),
        "disclosure",
    ]
    return Trace(
        rules=tuple(_filled(RULES[key], tables) for key in keys),
        registers=tables.registers.filter(pl.col("register").is_in(registers)).to_dicts(),
        **rows,
    )


def _services(tables: ReleaseTables, line: Line) -> pl.DataFrame:
    """The services of a line, in the catalogue's order."""
    if line.service:
        return tables.services.filter(service=line.service)
    return tables.services.filter(area=line.area) if line.area else tables.services


def _of_citizens(tables: ReleaseTables, table: str, group_by: str, services: pl.DataFrame) -> Iterator[str]:
    """Who is counted."""
    if table == "participant_flow":
        yield "flow"
        return
    yield from [group_by] if group_by in POPULATION else ["study_base"]
    if table == "characteristics":
        yield "characteristics"
        return
    yield "period_anchored" if tables.anchored else "period_calendar"
    yield from ["employment_table"] if table == "employment_table" else []
    yield "measured"
    yield from ["measured_for_all"] if services.height > 1 else []


def _of_use(services: pl.DataFrame, column: str) -> Iterator[str]:
    """What is counted of them."""
    yield from services["measure"].unique(maintain_order=True)
    if column in ("n_users", "share_users", "change_share", "change_share_low", "change_share_high"):
        yield "users"
    elif "quantity" in column:
        yield "mean_quantity"


def _of_cost(tables: ReleaseTables, services: pl.DataFrame, prices: list[dict[str, Any]], column: str) -> Iterator[str]:
    """What it cost."""
    if not prices:
        yield "unpriced"
        return
    yield "cost"
    yield from ["illustrative"] if any(row["status"] == "illustrative" for row in prices) else []
    yield from ["payers"] if column.startswith("mean_cost_") else []
    yield "mean_cost"


def _filled(rule: Rule, tables: ReleaseTables) -> Rule:
    """The rule with the limits, price year and thresholds that the release was made with."""
    limits = {name: f"{value:g}" for name, value in tables.limits.select("limit", "value").iter_rows()}
    values = limits | {"min_count": tables.profile.min_count, "price_year": tables.study.price_year}
    return replace(rule, text_da=rule.text_da.format(**values), text_en=rule.text_en.format(**values))
