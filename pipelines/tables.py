"""The cost table: what a study's citizens used and cost on average, by group, period and service.

Here: the means and shares of any grouping of a study base, and that of the cost table. Not here: other groupings
(`pipelines.employment`), the population's rows (`pipelines.comparison`), changes (`pipelines.changes`).
Source: docs/method.md § 6.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from catalogue.reader import Catalogue
from pipelines.costs import COST_COLUMNS, unit_prices
from pipelines.lines import lines
from pipelines.splits import GROUPINGS, members_of

COST_TABLE_SCHEMA = pl.Schema(
    {
        "study": pl.String,
        "group_by": pl.String,
        "group": pl.String,
        "period": pl.Int16,
        "area": pl.String,
        "service": pl.String,
        "unit": pl.String,
        "n_study": pl.UInt32,
        "n_citizens": pl.UInt32,
        "n_users": pl.UInt32,
        "share_users": pl.Float64,
        "mean_quantity": pl.Float64,
        "mean_cost": pl.Float64,
        "mean_cost_kommune": pl.Float64,
        "mean_cost_region": pl.Float64,
        "mean_cost_stat": pl.Float64,
        "price_year": pl.Int32,
        "illustrative": pl.Boolean,
    }
)
CELL = ("group_by", "group", "period")
MILLIONTHS = 1_000_000
"""Amounts are summed as whole millionths: threads add floats in no fixed order, integers give the same each run."""
SUMMED = ("quantity", *COST_COLUMNS)
MEANS = {f"mean_{column}": column for column in SUMMED}
"""The means of a row, and of what of its citizens each is."""


def cost_table(
    study: str,
    study_base: pl.DataFrame,
    periods: pl.DataFrame,
    costs: pl.DataFrame,
    catalogue: Catalogue,
    period_numbers: Sequence[int],
    price_year: int,
) -> pl.DataFrame:
    """Means and shares per citizen present and measured, for everybody and each group that the study is split into.

    Args:
        study: the study's id.
        study_base: what the study base is split by (`pipelines.splits.splits_of`).
        periods: `person`, `period`, `start`, `present`.
        costs: `pipelines.costs.costs`: rows with use, and null quantities where not measured.
        catalogue: services in their areas, prices.
        period_numbers: the study's periods.
        price_year: the study's price year.

    Returns:
        The rows of `means`, sorted: everybody, then by the groupings in their order; in each by period and line.
    """
    members = members_of(study_base)
    group_order = pl.col("group_by").replace_strict({name: place for place, name in enumerate(GROUPINGS)})
    numbers = pl.DataFrame({"period": period_numbers}, schema={"period": pl.Int16})
    sizes = members.group_by("group_by", "group").agg(n_study=pl.len()).sort(group_order, "group")
    cells = sizes.join(numbers.sort("period"), how="cross", maintain_order="left_right")
    there = periods.filter("present").select("person", "period", "start").join(members, on="person")
    return means(study, cells, there, costs, catalogue, price_year)


def means(
    study: str,
    cells: pl.DataFrame,
    members: pl.DataFrame,
    costs: pl.DataFrame,
    catalogue: Catalogue,
    price_year: int,
) -> pl.DataFrame:
    """The figures of groups of citizens in periods, by line: of each service, each area, and all.

    A service's line divides by the group's citizens who are measured for the service; an area's or the total by those
    measured for all its services. Those without any use count as 0. Where nobody is measured every value but the
    counts is null.

    Args:
        study: the study's id.
        cells: `CELL` and `n_study`, the groups and periods in the order of the rows; a cell may be without members.
        members: `person`, `period`, `start`, `group_by`, `group`: the citizens of each cell who are present in it.
        costs: `pipelines.costs.costs` of the citizens.
        catalogue: services in their areas, prices.
        price_year: the study's price year.

    Returns:
        `COST_TABLE_SCHEMA`, in the order of `cells`, and in each in that of `pipelines.lines.lines`.
    """
    numbered = lines(catalogue.services).with_row_index("line")
    parts = parts_of_lines(catalogue.services)
    priced = parts.join(catalogue.unit_prices, on="service", how="semi").select("line").unique()
    used, unmeasured = by_citizen(costs, parts)
    member, by = members.select("person", "period", "group_by", "group"), [*CELL, "line"]
    sums = used.join(member, on=["person", "period"]).group_by(by).agg(pl.sum(*SUMMED), n_users=pl.len())
    missing = unmeasured.join(member, on=["person", "period"]).group_by(by).agg(n_unmeasured=pl.len())
    flags = _illustrative(members, catalogue, price_year).join(parts, on="service")
    n = pl.col("n_citizens")
    mean = {column: pl.when(n > 0).then(pl.col(column).fill_null(0) / MILLIONTHS / n) for column in SUMMED}
    rows = (
        cells.join(numbered, how="cross", maintain_order="left_right")
        .join(members.group_by(CELL).agg(n_present=pl.len()), on=CELL, how="left", maintain_order="left")
        .join(sums, on=by, how="left", maintain_order="left")
        .join(missing, on=by, how="left", maintain_order="left")
        .join(flags.group_by(by).agg(pl.any("illustrative")), on=by, how="left", maintain_order="left")
        .join(priced.with_columns(priced=True), on="line", how="left", maintain_order="left")
        .with_columns(
            pl.col("n_users").fill_null(0),
            pl.col("illustrative").fill_null(False),
            n_citizens=pl.col("n_present").fill_null(0).cast(pl.Int64) - pl.col("n_unmeasured").fill_null(0),
            study=pl.lit(study),
            price_year=pl.lit(price_year),
        )
        .with_columns(
            share_users=pl.when(n > 0).then(pl.col("n_users") / n),
            mean_quantity=pl.when(pl.col("service").is_not_null()).then(mean["quantity"]),
            **{f"mean_{column}": pl.when("priced").then(mean[column]) for column in COST_COLUMNS},
        )
    )
    return rows.select(list(COST_TABLE_SCHEMA)).cast(COST_TABLE_SCHEMA)


def parts_of_lines(services: pl.DataFrame) -> pl.DataFrame:
    """`line` (its place in `pipelines.lines.lines`), `service`: the services that each line is made of."""
    numbered = lines(services).with_row_index("line")
    return numbered.select("line", service="parts").explode("service")


def by_citizen(costs: pl.DataFrame, parts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What each citizen used of each line, and where that is not known.

    Args:
        costs: `pipelines.costs.costs`.
        parts: `parts_of_lines`.

    Returns:
        Use: `person`, `period`, `line` and `SUMMED` in whole millionths, for those who used something and are measured
        for all the line's services. Not measured: `person`, `period`, `line`, for those who are not.
    """
    key = ["person", "period", "line"]
    whole = [(pl.col(column) * MILLIONTHS).round().cast(pl.Int64) for column in SUMMED]
    rows = costs.select("person", "period", "service", *whole).join(parts, on="service")
    unmeasured = rows.filter(pl.col("quantity").is_null()).select(key).unique()
    counted = rows.filter(pl.col("quantity") > 0).join(unmeasured, on=key, how="anti")
    return counted.group_by(key).agg(pl.sum(*SUMMED)), unmeasured


def _illustrative(members: pl.DataFrame, catalogue: Catalogue, price_year: int) -> pl.DataFrame:
    """`CELL`, `service`, `illustrative`: whether the price row of some citizen present there is, used or not."""
    starts = members.select(*CELL, "start").unique()
    needed = catalogue.services.select("service").join(starts.select("start").unique(), how="cross")
    prices = unit_prices(needed, catalogue, price_year).select("service", "start", "illustrative")
    return starts.join(prices, on="start").group_by(*CELL, "service").agg(pl.any("illustrative"))
