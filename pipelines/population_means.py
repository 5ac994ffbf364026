"""From the population's cells to figures: totals with costs, and means by age band, sex and municipality.

Here: sums over cells, priced. Not here: the cells (`pipelines.population`), nor a study (`pipelines.comparison`).
Source: docs/method.md §§ 5, 6 and 8.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from catalogue.reader import Catalogue
from pipelines.ages import BAND_YEARS, OLDEST_BAND, age_band
from pipelines.costs import COST_COLUMNS, PAYERS, unit_prices
from pipelines.lines import LINE, lines
from pipelines.population import TRAITS, Cells
from pipelines.tables import MILLIONTHS
from pipelines.use import in_units

MEANS_SCHEMA = pl.Schema(
    {
        "year": pl.Int32,
        "group_by": pl.String,
        "group": pl.String,
        "area": pl.String,
        "service": pl.String,
        "unit": pl.String,
        "n_present": pl.Int64,
        "n_citizens": pl.Int64,
        "n_users": pl.Int64,
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
GROUPED_BY = ("year", "group_order", "band", "group_by", "group")


def prices_of_years(years: Sequence[int], catalogue: Catalogue, price_year: int | None = None) -> pl.DataFrame:
    """What the catalogue's services cost in calendar years, who pays, and whether that can be told.

    Args:
        years: the calendar years, of whose 1 January price row and payer rule are those.
        catalogue: prices, indices and payer rules.
        price_year: the year whose prices they are brought to; None is each year itself.

    Returns:
        A row a priced service and year: `year`, `service`, `kr` (a unit's price) and `COST_COLUMNS` of one unit (null
        where an index value or a payer rule is missing), `illustrative`.
    """
    found = [pl.DataFrame(schema={"year": pl.Int32, "service": pl.String, "illustrative": pl.Boolean})]
    for year in years:
        needed = catalogue.services.select("service", start=pl.date(year, 1, 1))
        prices = unit_prices(needed, catalogue, price_year or year)
        payable = pl.when(pl.col("kommune").is_not_null()).then(pl.col("price_kr"))
        found.append(
            prices.select(
                "service",
                "illustrative",
                year=pl.lit(year, pl.Int32),
                cost=payable,
                **{f"cost_{payer}": payable * pl.col(payer) for payer in PAYERS},
            )
        )
    empty = [pl.lit(None, pl.Float64).alias(column) for column in COST_COLUMNS] if len(found) == 1 else []
    return pl.concat(found, how="diagonal").with_columns(empty)


def unpayable(use: pl.DataFrame, prices: pl.DataFrame) -> list[str]:
    """Priced services that somebody used in a year in which no index value or payer rule is valid, sorted."""
    lacking = prices.filter(pl.col("cost").is_null())
    return use.join(lacking, on=["year", "service"]).get_column("service").unique().sort().to_list()


def totals(cells: Cells, by: Sequence[str], prices: pl.DataFrame, services: pl.DataFrame) -> pl.DataFrame:
    """Sum cells over groups of citizens, and price what they used.

    Args:
        cells: the counts; `citizens` and `use` with the columns `by`.
        by: what tells the groups apart, `year` among it.
        prices: `prices_of_years`, of the cells' years.
        services: the catalogue's `service`, `area`, `unit`.

    Returns:
        A row a group and line of services: `by`, `area`, `service`, `unit`, `n_present`, `n_citizens` (the present
        where the line is measured, else 0), `n_users`, `quantity` (null but for services), `COST_COLUMNS` (whole
        millionths of kroner; null where not measured, nothing is priced, or some used service is not payable),
        `illustrative`.
    """
    parts = lines(services).explode("parts").rename({"parts": "part"})
    priced = parts.join(prices, left_on="part", right_on="service")
    of_lines = priced.group_by("year", *LINE).agg(pl.any("illustrative"), priced=pl.lit(value=True))
    shown = lines(services).select(*LINE, "unit").join(cells.measured, on=LINE, nulls_equal=True)
    shown = shown.join(of_lines, on=["year", *LINE], how="left", nulls_equal=True)
    used = in_units(cells.use.group_by(*by, *LINE).agg(pl.sum("n_users", "quantity")), services)
    costs = _costs(cells.use, by, parts, prices, services)
    measured = pl.col("measured")
    payable = measured & pl.col("priced") & pl.col("payable").fill_null(True)
    return (
        cells.citizens.group_by(by)
        .agg(n_present=pl.sum("n_citizens"))
        .join(shown, on="year")
        .join(used, on=[*by, *LINE], how="left", nulls_equal=True)
        .join(costs, on=[*by, *LINE], how="left", nulls_equal=True)
        .select(
            *by,
            *LINE,
            "unit",
            "n_present",
            n_citizens=pl.when(measured).then("n_present").otherwise(0),
            n_users=pl.col("n_users").fill_null(0),
            quantity=pl.when(measured & pl.col("service").is_not_null()).then(pl.col("quantity").fill_null(0)),
            **{column: pl.when(payable).then(pl.col(column).fill_null(0)) for column in COST_COLUMNS},
            illustrative=pl.col("illustrative").fill_null(False),
        )
    )


def _costs(
    use: pl.DataFrame, by: Sequence[str], parts: pl.DataFrame, prices: pl.DataFrame, services: pl.DataFrame
) -> pl.DataFrame:
    """`by`, `LINE`, `COST_COLUMNS` in whole millionths, `payable` (whether every priced service used has its price)."""
    summed = in_units(use.group_by(*by, "service").agg(pl.sum("quantity")), services)
    of_services = summed.join(prices, on=["year", "service"])
    whole = [(pl.col("quantity") * pl.col(c) * MILLIONTHS).round().cast(pl.Int64).alias(c) for c in COST_COLUMNS]
    return (
        of_services.select(*by, *whole, part="service")
        .join(parts.select(*LINE, "part"), on="part")
        .group_by(*by, *LINE)
        .agg(pl.sum(*COST_COLUMNS), payable=pl.col("cost").is_not_null().all())
    )


def means(cells: Cells, catalogue: Catalogue) -> pl.DataFrame:
    """Use and cost per citizen of the population by calendar year: of everybody, each age band, sex and municipality.

    Args:
        cells: the population's cells.
        catalogue: services in their areas, prices.

    Returns:
        `MEANS_SCHEMA`, in prices of each year itself; by year, in that everybody, age bands, sexes, municipalities
        (citizens whose age or municipality is unknown are in no such row), in each the lines of services.
    """
    years = cells.measured.get_column("year").unique().sort().to_list()
    grouped = Cells(_grouped(cells.citizens), _grouped(cells.use, LINE), cells.measured)
    table = totals(grouped, GROUPED_BY, prices_of_years(years, catalogue), catalogue.services)
    n = pl.col("n_citizens")
    order = lines(catalogue.services).select(*LINE).with_row_index("line")
    return (
        table.join(order, on=LINE, nulls_equal=True)
        .sort("year", "group_order", "band", "group", "line")
        .with_columns(
            share_users=pl.when(n > 0).then(pl.col("n_users") / n),
            mean_quantity=pl.when(n > 0).then(pl.col("quantity") / n),
            **{f"mean_{column}": pl.when(n > 0).then(pl.col(column) / MILLIONTHS / n) for column in COST_COLUMNS},
            price_year="year",
        )
        .select(list(MEANS_SCHEMA))
        .cast(MEANS_SCHEMA)
    )


def _grouped(cells: pl.DataFrame, line: Sequence[str] = ()) -> pl.DataFrame:
    """Cells summed over each way to group their citizens: `year`, `group_order`, `band`, `group_by`, `group`, `line`.

    `band` is the first age of an age band, so that they can be sorted, and 0 of the other groups.
    """
    counts = [name for name in cells.columns if name not in ("year", *TRAITS, *line)]
    band = age_band(pl.col("age"))
    youngest, oldest = pl.col("band").cast(pl.String), (pl.col("band") + BAND_YEARS - 1).cast(pl.String)
    name_of_band = pl.when(pl.col("band") < OLDEST_BAND).then(youngest + "-" + oldest).otherwise(youngest + "+")
    zero = pl.lit(0, pl.Int16)
    ways = (("alle", pl.lit("alle"), zero), ("alder", name_of_band, band), ("koen", pl.col("koen"), zero),
            ("kommune", pl.col("kom"), zero))  # fmt: skip
    return pl.concat(
        cells.with_columns(band=first_age)
        .with_columns(group_order=pl.lit(order, pl.Int8), group_by=pl.lit(group_by), group=group)
        .drop_nulls("group")
        .group_by(*GROUPED_BY, *line)
        .agg(pl.sum(*counts))
        for order, (group_by, group, first_age) in enumerate(ways)
    )
