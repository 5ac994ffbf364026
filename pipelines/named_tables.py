"""The reports' tables and figures by name: views of a study's tables, as the store has them or as they were released.

Here: which rows and columns a name stands for, and the intervals of their shares. Not here: computing any of the
figures, or how a table looks. Of released tables a view keeps `withheld`; what is made of a withheld figure is null.
Source: docs/method.md § 13.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import polars as pl
import polars.selectors as cs

from pipelines.comparison import AS_IT_IS, GROUPS, STANDARDISED
from pipelines.costs import COST_COLUMNS
from pipelines.intervals import wilson

EVERYBODY = "alle"
TRANSFERS, WEEK = "overfoerselsindkomst", "week"
TRANSFER_WEEKS = "uger_paa_overfoersel"
"""Stands for a service in `figur_1`: the weeks of all transfers together."""
BASELINE, LOOK_BACK = -1, -2
WITHHELD = cs.by_name("withheld", require_all=False)
"""The column that tables have after disclosure control."""
COMPARED_SERVICES = ("somatik_ambulant", "somatik_sengedag", "almen_laege_70_90")


@dataclass(frozen=True)
class NamedTable:
    """A view of one table of the store: `made_of` is the table's name, `view` makes its rows the named table's."""

    made_of: str
    view: Callable[[pl.DataFrame], pl.DataFrame]


def flow(participant_flow: pl.DataFrame) -> pl.DataFrame:
    """`category` (the reason where set aside, else the step), `n`, and the share of what was received."""
    received = pl.col("n").filter(pl.col("step") == "received").first().over("study")
    rows = participant_flow.select("n", WITHHELD, category=pl.coalesce("reason", "step"), received=received)
    return _shares(rows, "received")


def of_characteristic(characteristics: pl.DataFrame, name: str) -> pl.DataFrame:
    """`category`, `n`, and the share of the study base with its interval; no rows where `name` is not told of."""
    rows = characteristics.filter(characteristic=name)
    everybody = (pl.col("n") / pl.col("share")).filter(pl.col("share") > 0).first().round().over("characteristic")
    return _shares(rows.with_columns(everybody=everybody), "everybody")


def _shares(rows: pl.DataFrame, of: str) -> pl.DataFrame:
    share = pl.when(pl.col(of) > 0).then(pl.col("n") / pl.col(of))
    return rows.select("category", "n", share=share, **wilson("n", of)).with_columns(rows.select(WITHHELD))


def services_before_start(before_start: pl.DataFrame) -> pl.DataFrame:
    """`before_start` with its category, count and share first."""
    shares = ("share", "share_low", "share_high")
    periods = ("first_period", "last_period")
    return before_start.select("category", "n", *shares, "n_citizens", "n_partly", *periods, WITHHELD)


def use_compared(cost_table: pl.DataFrame) -> pl.DataFrame:
    """Hospital use and contacts with general practice before the start, of the study and of the population.

    Of period -2 where the study has it, else of its earliest; a service that is not there has no row.
    """
    earliest = cost_table.get_column("period").min()
    period = LOOK_BACK if LOOK_BACK in cost_table.get_column("period") else earliest
    services = pl.col("service").is_in(COMPARED_SERVICES)
    groups = pl.col("group_by").is_in((EVERYBODY, *GROUPS))
    there = pl.col("period") == pl.lit(period, pl.Int16)
    return with_intervals(cost_table.filter(services, groups, there).sort("service", maintain_order=True))


def figure_1(cost_table: pl.DataFrame) -> pl.DataFrame:
    """Every service and area in the year before, the start year and the last period, of the study and the population.

    With a row `TRANSFER_WEEKS` a group and period: the citizens of the area of transfers, and how many weeks of all its
    services together they had; null where these do not rest on the same citizens as the area, or one is withheld.
    """
    last = cost_table.get_column("period").max()
    rows = cost_table.filter(
        pl.col("group_by").is_in((EVERYBODY, AS_IT_IS)), pl.col("period").is_in((BASELINE, 0, last))
    )
    key = ["group_by", "group", "period"]
    weeks = rows.filter(area=TRANSFERS, unit=WEEK).group_by(key).agg(
        weeks=pl.sum("mean_quantity"),
        told=pl.col("mean_quantity").is_not_null().all(),
        fewest=pl.min("n_citizens"),
        most=pl.max("n_citizens"),
    )  # fmt: skip
    same = pl.col("told") & (pl.col("fewest") == pl.col("n_citizens")) & (pl.col("most") == pl.col("n_citizens"))
    transfers = (
        rows.filter(pl.col("service").is_null(), area=TRANSFERS)
        .join(weeks, on=key, maintain_order="left")
        .with_columns(
            WITHHELD.as_expr() | (~pl.col("told") & (pl.col("n_citizens") > 0)),
            *(pl.lit(None, pl.Float64).alias(f"mean_{column}") for column in COST_COLUMNS),
            service=pl.lit(TRANSFER_WEEKS),
            unit=pl.lit(WEEK),
            mean_quantity=pl.when(same & (pl.col("n_citizens") > 0)).then("weeks"),
        )
        .select(rows.columns)
    )
    return with_intervals(pl.concat([rows, transfers]).sort(*_order(rows), maintain_order=True))


def _order(rows: pl.DataFrame) -> list[pl.Expr]:
    """Groups and periods as they come in `rows`."""
    groups = rows.get_column("group_by").unique(maintain_order=True)
    return [pl.col("group_by").cast(pl.Enum(groups)), pl.col("period")]


def figure_2(cost_table: pl.DataFrame) -> pl.DataFrame:
    """What the study's citizens cost the kommune, by period, area and service: every line that is priced.

    A line is priced of which a cost is told of anybody, as of the population where the study's own are withheld.
    """
    priced = pl.col("mean_cost_kommune").is_not_null().any().over("area", "service")
    return with_intervals(cost_table.filter(priced).filter(group_by=EVERYBODY))


def with_intervals(costs: pl.DataFrame) -> pl.DataFrame:
    """Rows of the cost table with `share_low` and `share_high` after their share of users.

    The population's standardised share is a weighted one, and no share of its `n_citizens`: its interval is null.
    """
    plain = pl.col("group_by") != STANDARDISED
    ends = {name: pl.when(plain).then(end) for name, end in wilson("n_users", "n_citizens").items()}
    after = costs.columns.index("share_users") + 1
    return costs.with_columns(**ends).select(*costs.columns[:after], *ends, *costs.columns[after:])


CHARACTERISTICS = ("koen", "oprindelse", "alder", "bopael", "boern", "uddannelse", "forsoergelse")
NAMED_TABLES = {
    "flow": NamedTable("participant_flow", flow),
    **{name: NamedTable("characteristics", partial(of_characteristic, name=name)) for name in CHARACTERISTICS},
    "ydelser_foer_start": NamedTable("before_start", services_before_start),
    "forbrug_sammenlignet": NamedTable("cost_table", use_compared),
    "figur_1": NamedTable("cost_table", figure_1),
    "figur_2": NamedTable("cost_table", figure_2),
    "figur_3": NamedTable("employment_table", with_intervals),
}
"""Every named table, in the order in which they are listed."""
