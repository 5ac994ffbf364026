"""What a study is held against: the population of the same calendar years, as it is and at the study's age and sex.

Here: the rows that the cost table gains. Not here: the population's cells (`pipelines.population`) and their totals
(`pipelines.population_means`).
Source: docs/method.md § 8.

Both comparisons are one sum: means of strata (calendar year, five-year age band, sex), weighted. The strata of the
population as it is weigh what they hold, so that the weighted mean is the mean of everybody in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from catalogue.reader import Catalogue
from pipelines.ages import age_band
from pipelines.costs import COST_COLUMNS
from pipelines.lines import LINE, lines
from pipelines.population import Cells, present_in
from pipelines.population_means import prices_of_years, totals, unpayable
from pipelines.tables import COST_TABLE_SCHEMA, MILLIONTHS

AS_IT_IS, STANDARDISED = "befolkning", "befolkning_standardiseret"
GROUPS = (AS_IT_IS, STANDARDISED)
STRATUM = ("year", "band", "koen")
TRAITS_SCHEMA = pl.Schema({"person": pl.UInt32, "age": pl.Int16, "koen": pl.String, "year": pl.Int32})


@dataclass(frozen=True)
class Comparison:
    """`rows`: `COST_TABLE_SCHEMA`; `left_out`: `period`, `n` citizens of the study base who have days in a stratum
    without anybody of the population; `unpayable`: services used in the population whose cost cannot be told.
    """

    rows: pl.DataFrame
    left_out: pl.DataFrame
    unpayable: list[str]


@dataclass(frozen=True)
class StudyBase:
    """A study base in its periods.

    `periods`: `person`, `period`, `start`, `end`, `present`; `not_measured`: `person`, `period`, `service` where a
    register does not cover the period; `traits`: `person`, `year`, `age`, `koen` of the calendar years touched.
    """

    periods: pl.DataFrame
    not_measured: pl.DataFrame
    traits: pl.DataFrame
    anchored: bool

    @classmethod
    def of(cls, periods: pl.DataFrame, costs: pl.DataFrame, bef: pl.LazyFrame, *, anchored: bool) -> StudyBase:
        """The study base of a study's `periods` and `costs` (null quantities where not measured) and rows of BEF."""
        seen = [pl.LazyFrame(schema=TRAITS_SCHEMA)] + [
            present_in(bef, year).select("person", "age", "koen", year=pl.lit(year, pl.Int32))
            for year in touched_years(periods)
        ]
        return cls(periods, costs.filter(pl.col("quantity").is_null()), pl.concat(seen).collect(), anchored)


def touched_years(periods: pl.DataFrame) -> list[int]:
    """The calendar years that some period (`start`, `end`) touches, sorted."""
    return periods.select(_years().explode().unique().sort()).to_series().to_list()


def comparison(
    study: str,
    base: StudyBase,
    population: Cells,
    ages: tuple[int, int] | None,
    catalogue: Catalogue,
    period_numbers: Sequence[int],
    price_year: int,
) -> Comparison:
    """The population's rows beside a study's: as it is, and directly standardised to the study base's age and sex.

    Args:
        study: the study's id.
        base: the study base in its periods.
        population: the population's cells, the study's participants left out.
        ages: the youngest and oldest citizens compared with, both included; None is everybody.
        catalogue: services in their areas, prices.
        period_numbers: the study's periods.
        price_year: the study's price year.

    Returns:
        A row a kind of comparison, period and line of services, in that order. As it is, a row rests on the calendar
        years that the study base's citizens have in the period, each once. Standardised, each stratum's mean weighs as
        many as the study base's citizens present and measured in it (their days in it, of anchored periods), and only
        strata with population count. Period 0 of an anchored study, whose length differs, is not compared.
    """
    citizens, use = (_within(rows, ages) for rows in (population.citizens, population.use))
    prices = prices_of_years(population.measured.get_column("year").unique().sort().to_list(), catalogue, price_year)
    strata = totals(Cells(citizens, use, population.measured), STRATUM, prices, catalogue.services)
    days = _days(base)
    placed = days.filter("present").join(_within(base.traits, ages), on=["person", "year"], how="left")
    weights = _weights(placed, base.not_measured, catalogue.services)
    weighed = {
        AS_IT_IS: days.group_by("period", "year").agg(compared=pl.col("days").max() > 0)
        .join(strata, on="year").with_columns(weight=pl.col("n_citizens") * pl.col("compared")),
        STANDARDISED: weights.join(strata, on=[*STRATUM, *LINE], nulls_equal=True),
    }  # fmt: skip
    lines_of_periods = pl.DataFrame({"period": period_numbers}, schema={"period": pl.Int16}).join(
        lines(catalogue.services).drop("parts"), how="cross", maintain_order="left_right"
    )
    rows = pl.concat(
        _rows(of_strata, lines_of_periods).with_columns(group_by=pl.lit(kind), group=pl.lit(kind))
        for kind, of_strata in weighed.items()
    ).with_columns(study=pl.lit(study), price_year=pl.lit(price_year))
    alone = placed.filter(pl.col("days") > 0).join(citizens, on=STRATUM, how="anti", nulls_equal=True)
    return Comparison(
        rows.select(list(COST_TABLE_SCHEMA)).cast(COST_TABLE_SCHEMA),
        alone.group_by("period").agg(n=pl.n_unique("person")).sort("period"),
        unpayable(use, prices),
    )


def _years() -> pl.Expr:
    return pl.int_ranges(pl.col("start").dt.year(), pl.col("end").dt.year() + 1, dtype=pl.Int32)


def _within(rows: pl.DataFrame, ages: tuple[int, int] | None) -> pl.DataFrame:
    """The rows of an age range, with the `band` of their age; an unknown age is in no range but everybody's."""
    chosen = rows.filter(pl.col("age").is_between(*ages)) if ages else rows
    return chosen.with_columns(band=age_band(pl.col("age")))


def _days(base: StudyBase) -> pl.DataFrame:
    """`person`, `period`, `present`, `year` touched, `days`: what a citizen weighs in it, 0 where not compared."""
    each = base.periods.with_columns(year=_years()).explode("year")
    if not base.anchored:
        return each.select("person", "period", "present", "year", days=pl.lit(1, pl.Int64))
    first = pl.max_horizontal("start", pl.date("year", 1, 1))
    last = pl.min_horizontal("end", pl.date("year", 12, 31))
    days = pl.when(pl.col("period") != 0).then((last - first).dt.total_days() + 1).otherwise(0)
    return each.select("person", "period", "present", "year", days=days)


def _weights(placed: pl.DataFrame, not_measured: pl.DataFrame, services: pl.DataFrame) -> pl.DataFrame:
    """`period`, `STRATUM`, `LINE`, `weight`: the days of the study base's citizens present and measured for a line."""
    parts = lines(services).explode("parts").rename({"parts": "part"})
    unmeasured = not_measured.join(parts, left_on="service", right_on="part", suffix="_of_line")
    unmeasured = unmeasured.select("person", "period", "area", service="service_of_line").unique()
    by = ["period", *STRATUM]
    less = placed.join(unmeasured, on=["person", "period"]).group_by(*by, *LINE).agg(less=pl.sum("days"))
    return (
        placed.group_by(by)
        .agg(weight=pl.sum("days"))
        .join(lines(services).select(LINE), how="cross")
        .join(less, on=[*by, *LINE], how="left", nulls_equal=True)
        .select(*by, *LINE, weight=pl.col("weight") - pl.col("less").fill_null(0))
    )


def _rows(strata: pl.DataFrame, lines_of_periods: pl.DataFrame) -> pl.DataFrame:
    """The figures of every period and line: the strata's means, weighted.

    Terms are summed as whole millionths of 128 bits: sums of floats depend on the order in which threads add them.
    """
    counts = (pl.col("weight") > 0) & (pl.col("n_citizens") > 0)
    amounts = {
        "share_users": pl.col("n_users") * MILLIONTHS,
        "mean_quantity": pl.col("quantity") * MILLIONTHS,
        **{f"mean_{column}": pl.col(column) for column in COST_COLUMNS},
    }
    terms = {
        name: (pl.col("weight") * (amount / pl.col("n_citizens"))).round().cast(pl.Int128)
        for name, amount in amounts.items()
    }
    of_lines = strata.filter(counts).with_columns(**terms).group_by("period", *LINE).agg(
        pl.sum("n_citizens", "n_users", "weight"),
        *(pl.when(pl.col(name).is_not_null().all()).then(pl.sum(name)).alias(name) for name in terms),
    )  # fmt: skip
    there = strata.group_by("period", *LINE).agg(n_study=pl.sum("n_present"), illustrative=pl.any("illustrative"))
    by = ["period", *LINE]
    return (
        lines_of_periods.join(there, on=by, how="left", nulls_equal=True, maintain_order="left")
        .join(of_lines, on=by, how="left", nulls_equal=True, maintain_order="left")
        .with_columns(
            pl.col("n_study", "n_citizens", "n_users").fill_null(0),
            pl.col("illustrative").fill_null(False),
            *(pl.col(name).cast(pl.Float64) / MILLIONTHS / pl.col("weight") for name in terms),
        )
    )
