"""What citizens cost by how much of the period they were in ordinary employment.

Here: the groups, and who is in them when. Not here: the figures of a group (`pipelines.tables`), what a month in
ordinary employment is (`pipelines.registers.dream`).
Source: docs/method.md § 10.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from catalogue.reader import Catalogue
from pipelines.tables import means

GROUP_BY = "beskaeftigelse"
GROUPS = {"0": range(1), "1-3": range(1, 4), "4-6": range(4, 7), "7-9": range(7, 10), "10-11": range(10, 12),
          "12": range(12, 13)}  # fmt: skip
"""Each group's numbers of months in a year."""
GROUP_OF_MONTHS = {months: group for group, numbers in GROUPS.items() for months in numbers}


def employment_table(
    study: str,
    periods: pl.DataFrame,
    costs: pl.DataFrame,
    catalogue: Catalogue,
    period_numbers: Sequence[int],
    price_year: int,
) -> pl.DataFrame:
    """Costs per citizen by months in ordinary employment in the same period: of each area, and of all.

    Args:
        study: the study's id.
        periods: `person`, `period`, `start`, `present` of the study base.
        costs: `pipelines.costs.costs` of its citizens.
        catalogue: services in their areas, prices.
        period_numbers: the study's periods that are a year long.
        price_year: the study's price year.

    Returns:
        `pipelines.tables.COST_TABLE_SCHEMA` without rows of services, by group of months, then period. `n_study` are
        the citizens in the group in the period: those present, whose months are known.
    """
    in_group = members_by_months(periods, costs, catalogue.services)
    groups = pl.DataFrame({"group_by": GROUP_BY, "group": list(GROUPS)})
    numbers = pl.DataFrame({"period": period_numbers}, schema={"period": pl.Int16}).sort("period")
    cells = groups.join(numbers, how="cross", maintain_order="left_right").join(
        in_group.group_by("group", "period").agg(n_study=pl.len()), on=["group", "period"], how="left",
        maintain_order="left",
    ).with_columns(pl.col("n_study").fill_null(0))  # fmt: skip
    return means(study, cells, in_group, costs, catalogue, price_year).filter(pl.col("service").is_null())


def members_by_months(periods: pl.DataFrame, costs: pl.DataFrame, services: pl.DataFrame) -> pl.DataFrame:
    """`person`, `period`, `start`, `group_by`, `group`: who is present, and measured for months in employment."""
    counted = services.filter(measure="months").select("service").head(1)
    key = ["person", "period", "service"]
    months = pl.when("stated").then("quantity").otherwise(0).cast(pl.Int64)  # no row of the service is no month
    return (
        periods.filter("present")
        .select("person", "period", "start")
        .join(counted, how="cross")
        .join(costs.select(*key, "quantity", stated=True), on=key, how="left")
        .select(
            "person",
            "period",
            "start",
            group_by=pl.lit(GROUP_BY),
            group=months.replace_strict(GROUP_OF_MONTHS, return_dtype=pl.String),
        )
        .drop_nulls("group")
    )
