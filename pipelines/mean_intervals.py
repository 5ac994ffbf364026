"""How far everybody's means are uncertain.

Here: the means of everybody's rows of the cost table, with intervals. Not here: changes (`pipelines.changes`), how
citizens are drawn (`pipelines.draws`); intervals of shares (`pipelines.intervals`).
Source: docs/method.md § 9.
"""

from __future__ import annotations

import polars as pl

from pipelines.draws import FEWEST, Draws
from pipelines.lines import LINE
from pipelines.tables import MEANS

MEAN_INTERVALS_SCHEMA = pl.Schema(
    {
        "study": pl.String,
        "period": pl.Int16,
        "area": pl.String,
        "service": pl.String,
        "unit": pl.String,
        "n_citizens": pl.UInt32,
        **{f"{mean}{end}": pl.Float64 for mean in MEANS for end in ("", "_low", "_high")},
        "price_year": pl.Int32,
        "illustrative": pl.Boolean,
    }
)


def mean_intervals(cost_table: pl.DataFrame, drawn: Draws) -> pl.DataFrame:
    """The means of everybody's rows of the cost table, with 95 % bootstrap intervals.

    Args:
        cost_table: `pipelines.tables.cost_table` of the study.
        drawn: its citizens drawn, in the periods of its cost table.

    Returns:
        `MEAN_INTERVALS_SCHEMA`, a row a period and line, in the cost table's order. An interval is null where its mean
        is, and where fewer than two citizens are measured.
    """
    ends = drawn.ends({mean: drawn.figures[mean] for mean in MEANS})
    return (
        cost_table.filter(group_by="alle")
        .join(ends, on=["period", *LINE], nulls_equal=True, how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("n_citizens") >= FEWEST, pl.col(mean).is_not_null())
            .then(f"{mean}_{end}")
            .alias(f"{mean}_{end}")
            for mean in MEANS
            for end in ("low", "high")
        )
        .select(list(MEAN_INTERVALS_SCHEMA))
        .cast(MEAN_INTERVALS_SCHEMA)
    )
