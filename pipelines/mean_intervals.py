"""How far everybody's means are uncertain: percentile bootstrap intervals over the study's citizens.

Here: the means of the cost table with their intervals. Not here: changes, and how citizens are drawn
(`pipelines.changes`); intervals of shares (`pipelines.intervals`).
Source: docs/method.md § 9.
"""

from __future__ import annotations

import warnings

import numpy as np
import polars as pl

from pipelines.changes import DRAWS, FEWEST, PERCENTILES, means_of_draws, weights
from pipelines.lines import LINE, lines

MEANS = {"quantity": "mean_quantity", "cost": "mean_cost"}
"""What is told with an interval, and its column of the cost table."""
MEAN_INTERVALS_SCHEMA = pl.Schema(
    {
        "study": pl.String,
        "period": pl.Int16,
        "area": pl.String,
        "service": pl.String,
        "unit": pl.String,
        "n_citizens": pl.UInt32,
        **{f"{mean}{end}": pl.Float64 for mean in MEANS.values() for end in ("", "_low", "_high")},
        "price_year": pl.Int32,
        "illustrative": pl.Boolean,
    }
)


def mean_intervals(
    study: str,
    cost_table: pl.DataFrame,
    study_base: pl.DataFrame,
    periods: pl.DataFrame,
    costs: pl.DataFrame,
    services: pl.DataFrame,
    draws: int = DRAWS,
) -> pl.DataFrame:
    """The means of everybody's rows of the cost table, with 95 % bootstrap intervals.

    Args:
        study: the study's id.
        cost_table: `pipelines.tables.cost_table` of the study.
        study_base: `person` of its citizens.
        periods: `person`, `period`, `present`.
        costs: `pipelines.costs.costs` of its citizens.
        services: the catalogue's `service`, `area`, `unit`.
        draws: how many times the study base is drawn.

    Returns:
        `MEAN_INTERVALS_SCHEMA`, a row a period and line, in the cost table's order. An interval is null where its mean
        is, and where fewer than two citizens are measured.
    """
    rows = cost_table.filter(group_by="alle")
    numbers = rows.get_column("period").unique().sort().to_list()
    drawn = means_of_draws(study_base, periods, costs, services, numbers, weights(study, study_base.height, draws))
    cells = pl.DataFrame({"period": numbers}, schema={"period": pl.Int16}).join(
        lines(services).select(LINE), how="cross", maintain_order="left_right"
    )
    ends: dict[str, pl.Series] = {}
    for name, column in MEANS.items():
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "All-NaN slice")
            low, high = np.nanpercentile(drawn[name], PERCENTILES, axis=-1)
        ends |= {f"{column}_low": pl.Series(low.ravel()), f"{column}_high": pl.Series(high.ravel())}
    told = pl.col("n_citizens") >= FEWEST
    return (
        rows.join(cells.with_columns(**ends), on=["period", *LINE], nulls_equal=True, how="left", maintain_order="left")
        .with_columns(
            pl.when(told & pl.col(mean).is_not_null()).then(pl.col(end).fill_nan(None)).alias(end)
            for mean in MEANS.values()
            for end in (f"{mean}_low", f"{mean}_high")
        )
        .select(list(MEAN_INTERVALS_SCHEMA))
        .cast(MEAN_INTERVALS_SCHEMA)
    )
