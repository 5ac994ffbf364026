"""What citizens pay, whose costs are below 0: in the gate it is an amount like any other.

Here: turning the sign of its costs, on the way in and on the way out. Not here: what it is (`pipelines.costs`).
"""

from __future__ import annotations

import polars as pl

from catalogue.amounts import TAXES

ENDS = {"_low": "_high", "_high": "_low"}
"""The ends of an interval: with the sign they change places."""


def turned(table: pl.DataFrame) -> pl.DataFrame:
    """A table with the costs of `area` `TAXES` below 0 where they were above, and the other way round."""
    costs = [name for name in table.columns if name.removeprefix("mean_").removeprefix("change_").startswith("cost")]
    of_taxes = pl.col("area").eq_missing(pl.lit(TAXES))
    return table.with_columns(
        pl.when(of_taxes).then(0.0 - pl.col(_from(name))).otherwise(pl.col(name)).alias(name)  # not -x, which is -0.0
        for name in costs
    )


def turned_costs(costs: pl.DataFrame, services: pl.DataFrame) -> pl.DataFrame:
    """The same of `pipelines.costs.costs`; `services`: `service`, `area`."""
    with_area = costs.join(services.select("service", "area"), on="service", how="left", maintain_order="left")
    return turned(with_area).drop("area")


def _from(name: str) -> str:
    for end, other in ENDS.items():
        if name.endswith(end):
            return name.removesuffix(end) + other
    return name
