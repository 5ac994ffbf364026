"""Where a released figure comes from: the rules it follows, and the rows of the catalogue and registers it rests on.

Here: choosing the rules and rows of one figure. Not here: the rules' words (`rules.py`), the rows (`tables.py`), nor
any citizen: what is told is the same whoever was counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from catalogue.amounts import TAXES
from pipelines.coverage import BESIDE
from reports.rules import RULES, Rule
from reports.tables import PAYERS, Line, ReleaseTables

POPULATION_REGISTER = "bef"
"""Who is present, and of which kommune, is told by it alone."""
TELLS_OF = {one: register for register, others in BESIDE.items() for one in others}
"""What else is measured of a register's services, and the register: LPR2, of LPR_A_KONTAKT."""
POPULATION = ("befolkning", "befolkning_standardiseret")
OF_SERVICES = ("cost_table", "employment_table", "changes", "mean_intervals")
"""The tables whose rows are of services."""
ENDS = ("_low", "_high")
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Trace:
    """A figure's rules in the order in which it is made, and the rows it rests on, as dictionaries.

    `prices`: service, year, price, status, source. `payer_rules`: service, valid_from, valid_to, kommune, region, stat,
    source. `codes`: list, service, code, label_da, label_en, valid_from, valid_to, status, source. `registers`:
    register, data_start, data_end. A kind of row that the figure does not rest on is empty.
    """

    rules: tuple[Rule, ...]
    prices: Rows
    payer_rules: Rows
    codes: Rows
    registers: Rows


def trace(
    tables: ReleaseTables,
    line: Line,
    column: str,
    *,
    table: str = "cost_table",
    group_by: str = "alle",
    category: str | None = None,
) -> Trace:
    """Take a figure back to what it was made of.

    Args:
        tables: the release.
        line: the service, area or everything that the figure is of; of tables without services it is the empty one.
        column: such as `mean_cost`, `share_users`, or `change_cost_low` of `changes`.
        table: one of `reports.tables.RELEASED`.
        group_by: the grouping of the figure's row.
        category: of the services before the start, the row's.
    """
    services = _services(tables, line) if table in OF_SERVICES else []
    of_use = bool(services) and column not in ("n_study", "n_citizens", "n_baseline")
    of_cost = of_use and "cost" in column
    if table == "before_start":
        services = [row for row in tables.rows["categories"] if row["category"] == category]
    ids = {row["service"] for row in services}
    rows = {
        name: [row for row in tables.rows[frame] if wanted and row["service"] in ids]
        for name, frame, wanted in (
            ("prices", "sources", of_cost),
            ("payer_rules", "payer_rules", of_cost),
            ("codes", "codes", of_use or column in ("n", "share", "share_low", "share_high")),
        )
    }
    registers = {POPULATION_REGISTER, *(row["register"] for row in services)}
    known = [row for row in tables.rows["registers"] if TELLS_OF.get(row["register"], row["register"]) in registers]
    of_lpr2 = of_use and any(row["register"] in TELLS_OF for row in known)
    keys = [
        *_of_citizens(tables, table, group_by, services),
        *(_of_use(services, column) if of_use else ()),
        *(["lpr2"] if of_lpr2 else ()),
        *(_of_cost(rows["prices"], column, taxes=line.area == TAXES) if of_cost else ()),
        *(_of_change(column) if column.startswith("change_") else ()),
        *(["mean_interval"] if table == "mean_intervals" and column.endswith(ENDS) else ()),
        *(["wilson"] if column in ("share_low", "share_high") else ()),
        "disclosure",
    ]
    return Trace(
        rules=tuple(_filled(RULES[key], tables) for key in keys),
        registers=known,
        **rows,
    )


def _services(tables: ReleaseTables, line: Line) -> Rows:
    """The services of a line, in the catalogue's order; what citizens pay is in no total."""
    everything = [row for row in tables.rows["services"] if row["area"] != TAXES]
    inside = [row for row in tables.rows["services"] if row["area"] == line.area] if line.area else everything
    return [row for row in inside if line.service in (None, row["service"])]


def _of_citizens(tables: ReleaseTables, table: str, group_by: str, services: Rows) -> Iterator[str]:
    """Who is counted."""
    if table == "participant_flow":
        yield "flow"
        return
    yield from [group_by] if group_by in POPULATION else ["study_base"]
    if table == "characteristics":
        yield "characteristics"
        return
    if table == "before_start":
        yield from ["period_anchored" if tables.anchored else "period_calendar", "before_start"]
        return
    yield "period_anchored" if tables.anchored else "period_calendar"
    yield from ["employment_table"] if table == "employment_table" else []
    yield "measured"
    yield from ["measured_for_all"] if len(services) > 1 else []


def _of_use(services: Rows, column: str) -> Iterator[str]:
    """What is counted of them."""
    yield from dict.fromkeys(row["measure"] for row in services)
    if column in ("n_users", "share_users", "change_share", "change_share_low", "change_share_high"):
        yield "users"
    elif "quantity" in column:
        yield "mean_quantity"


def _of_cost(prices: Rows, column: str, *, taxes: bool) -> Iterator[str]:
    """What it cost."""
    if not prices:
        yield "unpriced"
        return
    yield "cost"
    yield from ["tax"] if taxes else []
    yield from ["illustrative"] if any(row["status"] == "illustrative" for row in prices) else []
    yield from ["payers"] if column.startswith(tuple(f"mean_cost_{payer}" for payer in PAYERS)) else []
    yield "mean_cost"


def _of_change(column: str) -> Iterator[str]:
    """How two periods are held against each other."""
    yield "change"
    yield from ["interval"] if column.endswith(ENDS) else []
    yield "no_effect"


def _filled(rule: Rule, tables: ReleaseTables) -> Rule:
    """The rule with the limits, price year and thresholds that the release was made with."""
    values = tables.thresholds
    return replace(rule, text_da=rule.text_da.format(**values), text_en=rule.text_en.format(**values))
