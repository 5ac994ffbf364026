"""How much more or less is used and spent than in the year before, and how far that is uncertain.

Here: changes of everybody's rows of the cost table, with intervals. Not here: the rows themselves (`pipelines.tables`),
how citizens are drawn (`pipelines.draws`); what may have caused a change, which no table can tell.
Source: docs/method.md § 9.
"""

from __future__ import annotations

import polars as pl

from pipelines.draws import FEWEST, Draws
from pipelines.lines import LINE

CHANGES_SCHEMA = pl.Schema(
    {
        "study": pl.String,
        "period": pl.Int16,
        "area": pl.String,
        "service": pl.String,
        "unit": pl.String,
        "n_baseline": pl.UInt32,
        "n_citizens": pl.UInt32,
        "change_share": pl.Float64,
        "change_share_low": pl.Float64,
        "change_share_high": pl.Float64,
        "change_quantity": pl.Float64,
        "change_quantity_low": pl.Float64,
        "change_quantity_high": pl.Float64,
        "change_cost": pl.Float64,
        "change_cost_low": pl.Float64,
        "change_cost_high": pl.Float64,
        "price_year": pl.Int32,
        "illustrative": pl.Boolean,
    }
)
BASELINE = -1
"""The period that the others are held against: the last year before the intervention."""
CHANGES = {"change_share": "share_users", "change_quantity": "mean_quantity", "change_cost": "mean_cost"}
"""What is told of a change, and the column of the cost table that changes."""


def changes(cost_table: pl.DataFrame, drawn: Draws) -> pl.DataFrame:
    """Each period's shares and means less those of period -1, of everybody, with 95 % bootstrap intervals.

    Args:
        cost_table: `pipelines.tables.cost_table` of the study.
        drawn: its citizens drawn, in the periods of its cost table.

    Returns:
        `CHANGES_SCHEMA`, a row for each period but -1 and each line of the cost table, in its order. A change is null
        where one of its two figures is; its interval also where fewer than two citizens are measured in one of the
        two periods. No rows where the study has no period -1.
    """
    rows = cost_table.filter(group_by="alle")
    before = rows.filter(period=BASELINE).select(*LINE, "n_citizens", "illustrative", *CHANGES.values())
    if before.is_empty():
        return pl.DataFrame(schema=CHANGES_SCHEMA)
    first = drawn.periods.index(BASELINE)
    ends = drawn.ends({name: drawn.figures[of] - drawn.figures[of][first] for name, of in CHANGES.items()})
    told = pl.min_horizontal("n_citizens", "n_citizens_before") >= FEWEST
    change = {name: pl.col(of) - pl.col(f"{of}_before") for name, of in CHANGES.items()}
    return (
        rows.filter(pl.col("period") != BASELINE)
        .join(before, on=LINE, nulls_equal=True, how="left", suffix="_before", maintain_order="left")
        .join(ends, on=["period", *LINE], nulls_equal=True, how="left", maintain_order="left")
        .with_columns(
            n_baseline="n_citizens_before",
            illustrative=pl.col("illustrative") | pl.col("illustrative_before"),
            **change,
        )
        .with_columns(
            pl.when(told & pl.col(name).is_not_null()).then(f"{name}_{end}").alias(f"{name}_{end}")
            for name in CHANGES
            for end in ("low", "high")
        )
        .select(list(CHANGES_SCHEMA))
        .cast(CHANGES_SCHEMA)
    )
