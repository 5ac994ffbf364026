"""The plain ways that the road is compared with: what one writes first, on text PNRs, with the same result.

Here: chaining hospital contacts by window functions, and DREAM by unpivoting. Neither is used anywhere else; both are
kept lazy and streaming, as well as Polars allows them.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

COLUMN, WEEK = "column", timedelta(days=7)


def stays(
    contacts: pl.LazyFrame, specialties: pl.Series, stay_gap_hours: float, admission_hours: float
) -> pl.LazyFrame:
    """Hospital stays of contacts sorted by `pnr`, `start`: a running maximum and a running count `over("pnr")`."""
    by = ["pnr", "psychiatric"]
    reach = pl.col("end").cum_max().shift(1).over(by) + timedelta(hours=stay_gap_hours)
    admission = pl.col("end") - pl.col("start") >= timedelta(hours=admission_hours)
    prefix = pl.when("psychiatric").then(pl.lit("psykiatri")).otherwise(pl.lit("somatik"))
    bed_days = (pl.col("end").dt.date() - pl.col("start").dt.date()).dt.total_days().clip(lower_bound=1)
    return (
        contacts.filter(pl.col("kont_type") == "ALCA00")
        .with_columns(psychiatric=pl.col("hovedspec").is_in(specialties.implode()).fill_null(False))
        .with_columns(begins=(pl.col("start") > reach).fill_null(True))
        .with_columns(stay=pl.col("begins").cum_sum().over(by))
        .group_by(*by, "stay")
        .agg(pl.col("start").min(), pl.col("end").max())
        .select(
            "pnr",
            service=prefix + pl.when(admission).then(pl.lit("_indlaeggelse")).otherwise(pl.lit("_ambulant")),
            start=pl.col("start").dt.date(),
            end=pl.col("end").dt.date(),
            quantity=pl.when(admission).then(bed_days).otherwise(1),
        )
    )


def week_runs(wide: pl.LazyFrame, weeks: dict[str, date]) -> pl.LazyFrame:
    """Runs of weeks on a code: every week a row of its own, joined to its date, then sorted and compared `over`."""
    calendar = pl.LazyFrame({COLUMN: list(weeks), "thursday": list(weeks.values())})
    by = ["pnr", "code"]
    return (
        wide.select("pnr", pl.col(list(weeks)).cast(pl.String))
        .unpivot(index="pnr", variable_name=COLUMN, value_name="code")
        .filter(pl.col("code").is_not_null())
        .join(calendar, on=COLUMN)
        .select("pnr", "thursday", code=pl.col("code").str.replace(".0", "", literal=True).str.zfill(3))
        .sort("pnr", "code", "thursday")
        .with_columns(follows=(pl.col("thursday") - pl.col("thursday").shift(1).over(by)) == WEEK)
        .with_columns(run=(~pl.col("follows").fill_null(False)).cum_sum().over(by))
        .group_by(*by, "run")
        .agg(start=pl.col("thursday").min() - timedelta(days=3), end=pl.col("thursday").max() + timedelta(days=3))
        .drop("run")
    )
