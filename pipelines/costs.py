"""Costs: use times unit price, in prices of one year, split over kommune, region and stat.

Source: docs/method.md § 5.
"""

from __future__ import annotations

import polars as pl

from catalogue.amounts import TAXES
from catalogue.reader import Catalogue
from faults import CatalogueError, Fault

PAYERS = ("kommune", "region", "stat")
COST_COLUMNS = ("cost", "cost_kommune", "cost_region", "cost_stat")


def costs(use: pl.DataFrame, periods: pl.DataFrame, catalogue: Catalogue, price_year: int) -> pl.DataFrame:
    """Price each use row.

    `cost = quantity x price x index(price_year) / index(year of the price row)`. The price row is the service's row
    for the year of the period's first day, else the nearest year (ties: the earlier); the payer rule is the one valid
    on that day. The three payers add up to the cost.

    Args:
        use: `pipelines.use.USE_SCHEMA`.
        periods: `person`, `period`, `start`.
        catalogue: prices, indices and payer rules.
        price_year: the study's price year.

    Returns:
        The use rows in their order with `cost`, `cost_kommune`, `cost_region`, `cost_stat` (kr.; null where not
        measured or not priced), `price_year` and `illustrative` (whether the price row is).

    Raises:
        CatalogueError: use of a priced service without a valid payer rule or index value; all of them at once.
    """
    dated = use.join(
        periods.select("person", "period", "start"), on=["person", "period"], how="left", maintain_order="left"
    )
    prices = unit_prices(dated.select("service", "start").unique(), catalogue, price_year)
    priced = dated.join(prices, on=["service", "start"], how="left", maintain_order="left")
    _refuse_incomplete(priced.filter(pl.col("quantity").is_not_null()), price_year)
    cost = pl.col("quantity") * pl.col("price_kr")
    return priced.select(
        *use.columns,
        cost=cost,
        **{f"cost_{payer}": cost * pl.col(payer) for payer in PAYERS},
        price_year=pl.lit(price_year, pl.Int32),
        illustrative=pl.col("illustrative").fill_null(False),
    )


def unit_prices(needed: pl.DataFrame, catalogue: Catalogue, price_year: int) -> pl.DataFrame:
    """The unit price and payer shares of services in periods that begin on given days.

    Args:
        needed: `service`, `start` (a period's first day), distinct.
        catalogue: prices, indices and payer rules.
        price_year: the year whose prices they are brought to.

    Returns:
        For each needed row of a priced service: `service`, `start`, `price_row_year`, `index` (the series' name),
        `price_kr` (in prices of `price_year`; null where an index value is missing; below 0 of what citizens pay),
        `illustrative`, and the shares `kommune`, `region`, `stat` (null where no payer rule is valid).
    """
    rows = price_rows(needed, catalogue).rename({"year": "price_row_year"})
    series = catalogue.price_index.select("index", "year", "value")
    row_values = series.rename({"year": "price_row_year", "value": "row_value"})
    study_values = series.filter(year=price_year).select("index", study_value="value")
    sign = pl.when(pl.col("area") == TAXES).then(-1.0).otherwise(1.0)
    return (
        rows.join(catalogue.services.select("service", "area", "index"), on="service", how="left")
        .join(row_values, on=["index", "price_row_year"], how="left")
        .join(study_values, on="index", how="left")
        .join(payer_rules(needed, catalogue), on=["service", "start"], how="left")
        .select(
            "service",
            "start",
            "price_row_year",
            "index",
            *PAYERS,
            price_kr=sign * pl.col("price") * pl.col("study_value") / pl.col("row_value"),
            illustrative=pl.col("status") == "illustrative",
        )
    )


def price_rows(needed: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """The price row for each needed `service` and `start`: that year's, else the nearest year's (ties: the earlier)."""
    distance = (pl.col("year") - pl.col("start").dt.year()).abs()
    return (
        needed.join(catalogue.unit_prices, on="service")
        .sort("service", "start", distance, "year")
        .unique(["service", "start"], keep="first", maintain_order=True)
    )


def payer_rules(needed: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """The catalogue's payer rule for each needed `service` and `start`: the one valid on that day."""
    since, until = pl.col("valid_from"), pl.col("valid_to")
    valid = (since.is_null() | (since <= pl.col("start"))) & (until.is_null() | (pl.col("start") <= until))
    return needed.join(catalogue.payer_rules, on="service").filter(valid).sort("service", "start")


def services_without_payer(periods: pl.DataFrame, catalogue: Catalogue) -> list[str]:
    """Priced services of the catalogue that have no payer rule valid on the first day of some period, sorted."""
    priced = catalogue.services.join(catalogue.unit_prices, on="service", how="semi").select("service")
    needed = priced.join(periods.select("start").unique(), how="cross")
    lacking = needed.join(payer_rules(needed, catalogue), on=["service", "start"], how="anti")
    return lacking.get_column("service").unique().sort().to_list()


def _refuse_incomplete(priced: pl.DataFrame, price_year: int) -> None:
    used = priced.filter(pl.col("price_row_year").is_not_null())
    no_index = (
        used.filter(pl.col("price_kr").is_null()).select("service", "index", "price_row_year").unique().sort(pl.all())
    )
    no_rule = used.filter(pl.col("kommune").is_null()).select("service", "start").unique().sort(pl.all())
    faults = [
        Fault(
            f"the priced service {service!r} has no index value: "
            f"{f'series {index!r}' if index else 'a series named for it'} must hold both {row_year} (the year "
            f"of its price row) and {price_year} (the price year)",
            "catalogue: price_index.csv, and the `index` of the service in services.csv",
            "add the missing year to the series, name a series for the service, or choose another price year",
        )
        for service, index, row_year in no_index.rows()
    ] + [
        Fault(
            f"the priced service {service!r} has no payer rule valid on {start}, the first day of a period",
            "catalogue: payer_rules.csv",
            "add a row for the service whose valid_from and valid_to include that day (empty = open)",
        )
        for service, start in no_rule.rows()
    ]
    if faults:
        raise CatalogueError(faults)
