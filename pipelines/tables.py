"""The cost table: what a study's citizens used and cost on average, by group, period and service.

Source: docs/method.md § 6.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from catalogue.reader import Catalogue
from pipelines.costs import COST_COLUMNS, unit_prices

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
LEVELS: tuple[tuple[str, ...], ...] = (("area", "service", "unit"), ("area",), ())
"""What tells the rows of a level apart: a row per service, one per area, one for all."""
CELL = ("group_by", "group", "period")
MILLIONTHS = 1_000_000
"""Amounts are summed as whole millionths: threads add floats in no fixed order, integers give the same each run."""
SUMMED = ("quantity", *COST_COLUMNS)


def cost_table(
    study: str,
    study_base: pl.DataFrame,
    periods: pl.DataFrame,
    costs: pl.DataFrame,
    catalogue: Catalogue,
    period_numbers: Sequence[int],
    price_year: int,
) -> pl.DataFrame:
    """Means and shares per citizen present and measured, for everybody, each kommune and each group.

    A service row divides by the citizens present in the period and measured for the service; an area or total row by
    those measured for all its services. Those without any use count as 0. Where nobody is measured every value but
    the counts is null.

    Args:
        study: the study's id.
        study_base: `person`, `kom`, `group` of the study base.
        periods: `person`, `period`, `start`, `present`.
        costs: `pipelines.costs.costs`: rows with use, and null quantities where not measured.
        catalogue: services in their areas, prices.
        period_numbers: the study's periods.
        price_year: the study's price year.

    Returns:
        `COST_TABLE_SCHEMA`, sorted: everybody, kommuner, groups; in each by period, and in that the services of each
        area, the area, and last the total.
    """
    members = _members(study_base)
    services = catalogue.services.select("service", "area", "unit").with_row_index("service_order")
    services = services.with_columns(area_order=pl.col("service_order").min().over("area"))
    priced_services = catalogue.unit_prices.get_column("service").unique()
    services = services.with_columns(priced=pl.col("service").is_in(priced_services.implode()))
    there = periods.filter(pl.col("present")).select("person", "period", "start")
    flags = _illustrative(there, members, catalogue, price_year).join(services, on="service")
    whole = [(pl.col(column) * MILLIONTHS).round().cast(pl.Int64) for column in SUMMED]
    rows = costs.with_columns(whole).join(there.drop("start"), on=["person", "period"]).join(services, on="service")
    sizes = members.group_by("group_by", "group").agg(n_study=pl.len())
    cells = sizes.join(pl.DataFrame({"period": period_numbers}, schema={"period": pl.Int16}), how="cross")
    n_present = there.join(members, on="person").group_by(CELL).agg(n_present=pl.len())
    cells = cells.join(n_present, on=CELL, how="left")
    levels = [_level(level, cells, rows, members, services, flags) for level in LEVELS]
    group_order = pl.col("group_by").replace_strict({"alle": 0, "kommune": 1, "gruppe": 2})
    table = pl.concat(levels, how="diagonal").sort(
        group_order, "group", "period", "area_order", "service_order", nulls_last=True, maintain_order=True
    )
    return (
        table.with_columns(study=pl.lit(study), price_year=pl.lit(price_year))
        .select(list(COST_TABLE_SCHEMA))
        .cast(COST_TABLE_SCHEMA)
    )


def _members(study_base: pl.DataFrame) -> pl.DataFrame:
    """`person`, `group_by`, `group`: each citizen under everybody, its kommune, and its group where it has one."""
    return pl.concat(
        study_base.select("person", group_by=pl.lit(group_by), group=group.cast(pl.String)).drop_nulls("group")
        for group_by, group in (("alle", pl.lit("alle")), ("kommune", pl.col("kom")), ("gruppe", pl.col("group")))
    )


def _illustrative(there: pl.DataFrame, members: pl.DataFrame, catalogue: Catalogue, price_year: int) -> pl.DataFrame:
    """`CELL`, `service`, `illustrative`: whether the price row of some citizen present there is, used or not."""
    starts = there.join(members, on="person").select(*CELL, "start").unique()
    needed = catalogue.services.select("service").join(starts.select("start").unique(), how="cross")
    prices = unit_prices(needed, catalogue, price_year).select("service", "start", "illustrative")
    return starts.join(prices, on="start").group_by(*CELL, "service").agg(pl.any("illustrative"))


def _level(
    level: tuple[str, ...],
    cells: pl.DataFrame,
    rows: pl.DataFrame,
    members: pl.DataFrame,
    services: pl.DataFrame,
    flags: pl.DataFrame,
) -> pl.DataFrame:
    measured_by = ["person", "period", *level]
    unmeasured = rows.filter(pl.col("quantity").is_null()).select(measured_by).unique()
    counted = rows.filter(pl.col("quantity") > 0).join(unmeasured, on=measured_by, how="anti")
    per_citizen = counted.group_by(measured_by).agg(pl.sum(*SUMMED))
    by = [*CELL, *level]
    sums = per_citizen.join(members, on="person").group_by(by).agg(pl.sum(*SUMMED), n_users=pl.len())
    missing = unmeasured.join(members, on="person").group_by(by).agg(n_unmeasured=pl.len())
    lines = (
        services.group_by(level).agg(*_orders(level), pl.any("priced")) if level else services.select(pl.any("priced"))
    )
    shown = flags.group_by(by).agg(pl.any("illustrative"))
    n = pl.col("n_citizens")
    mean = {column: pl.when(n > 0).then(pl.col(column).fill_null(0) / MILLIONTHS / n) for column in SUMMED}
    return (
        cells.join(lines, how="cross")
        .join(sums, on=by, how="left", nulls_equal=True)
        .join(missing, on=by, how="left", nulls_equal=True)
        .join(shown, on=by, how="left", nulls_equal=True)
        .with_columns(
            n_citizens=pl.col("n_present").fill_null(0).cast(pl.Int64) - pl.col("n_unmeasured").fill_null(0),
            n_users=pl.col("n_users").fill_null(0),
            illustrative=pl.col("illustrative").fill_null(False),
        )
        .with_columns(
            share_users=pl.when(n > 0).then(pl.col("n_users") / n),
            mean_quantity=mean["quantity"] if "service" in level else None,
            **{f"mean_{column}": pl.when("priced").then(mean[column]) for column in COST_COLUMNS},
        )
    )


def _orders(level: tuple[str, ...]) -> list[pl.Expr]:
    """Where a level's rows stand among the others; none for the total, which stands last."""
    return [pl.first(order) for name, order in (("area", "area_order"), ("service", "service_order")) if name in level]
