"""Measures of a register: shares of its rows, how its years change, and how a delivery differs from the one before.

Here: arithmetic on profiles. Not here: how rows are counted (`profiles`), what other registers say of it (`across`),
nor how much change is too much (the catalogue's quality_checks.csv).
A measure is named for what is measured, and for the column if it is of one: `rows_change`, `missing_kom`. Its scope is
a year, or `alle`. What cannot be told has null figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from pipelines.quality.across import MEASURE_SCHEMA, WHOLE

PART_OF_A_YEAR = 2 / 3
"""A first year with fewer rows than this share of the next is taken as delivered in part (DREAM begins in mid-1991)."""
BREAKS = {"kom": 2007}
"""Columns whose codes were numbered anew, and the last year not compared with the one before: municipalities were
merged on 1 January 2007, and some in the years before."""
YEAR, N, BEFORE = pl.col("year"), pl.col("n"), pl.col("before")


def register_measures(
    profile: pl.DataFrame, before: pl.DataFrame | None = None, data_end: date | None = None
) -> pl.DataFrame:
    """Measure a register by its profile.

    Of the whole, and of every year that the delivery covers whole: `missing_<column>`, `implausible_<column>` and
    `repeated_rows`, shares of its rows.

    Of every year, from the first with rows to the last that the delivery covers whole, against the year before:

    * `rows_change`, `citizens_change`: relative changes, -1 for a year without rows;
    * `missing_change_<column>`: the difference of two shares;
    * `code_drift_<column>`: the total variation distance of the codes' distributions, from 0 to 1;
    * `codes_gone_<column>`: the share of last year's rows, of those with a code, whose code no row has now.

    They are null for the first year, after a year without rows, after a first year that was delivered in part, and
    those of codes where they were numbered anew.

    Of the whole, and of every year that the delivery before had, against that delivery: `rows_against_delivery_before`
    and `citizens_against_delivery_before`, relative changes; null without one.

    Rows and citizens in employment have measures of their own, such as `rows_change_dream_employment`.

    Args:
        profile: the register's profile (`profiles.PROFILE_SCHEMA`); of BEF those of all its years together.
        before: the profile of the delivery before, of a cumulative register.
        data_end: the delivery's data end. None is a register of snapshots: each of its years is whole.

    Returns:
        `across.MEASURE_SCHEMA` (`expectations.contracts.quality.MEASURES`), sorted by measure and scope. The `value` is
        numerator / denominator; the numerator of a change is the difference. Where two shares or distributions are
        compared, the denominator is the rows of the smaller year, and there is no numerator.
    """
    counts = profile.with_columns(suffix=("_" + pl.col("column")).fill_null(""))
    earlier = counts.clear() if before is None else before.with_columns(suffix=("_" + pl.col("column")).fill_null(""))
    years = _years(counts, data_end)
    parts = [
        _shares(counts, _last_whole(data_end)),
        _changes(counts, years),
        _missing_changes(counts, years.filter(suffix="")),
        _codes(counts, years.filter(suffix="")),
        _against(counts, earlier),
    ]
    scope = YEAR.cast(pl.String).fill_null(WHOLE).alias("scope")
    told = [part.select(scope, "measure", "numerator", "denominator", "value").cast(MEASURE_SCHEMA) for part in parts]
    return pl.concat(told).sort("measure", "scope")


def _years(counts: pl.DataFrame, data_end: date | None) -> pl.DataFrame:
    """The rows of each year and of the year before (`suffix`, `year`, `n`, `before`), and whether they `compare`."""
    rows = counts.filter(YEAR.is_not_null(), kind="rows").select("suffix", "year", "n")
    spans = rows.select("suffix", first=YEAR.min().over("suffix"), last=_last_whole(data_end)).unique()
    every = spans.with_columns(year=pl.int_ranges("first", pl.col("last") + 1, dtype=pl.Int32)).explode("year")
    filled = every.drop_nulls("year").join(rows, on=["suffix", "year"], how="left").sort("suffix", "year")
    both = filled.with_columns(N.fill_null(0)).with_columns(before=N.shift().over("suffix").fill_null(0))
    in_part = (pl.col("first") == YEAR - 1) & (BEFORE < PART_OF_A_YEAR * N)
    compare = (BEFORE > 0) & (pl.lit(data_end is None) | ~in_part)
    return both.select("suffix", "year", "n", "before", compare=compare)


def _last_whole(data_end: date | None) -> pl.Expr:
    return YEAR.max() if data_end is None else pl.lit((data_end + timedelta(days=1)).year - 1)


def _shares(counts: pl.DataFrame, last: pl.Expr) -> pl.DataFrame:
    rows = counts.filter(kind="rows", suffix="").select("year", rows="n")
    whole = YEAR.is_null() | (last >= YEAR)  # of a year delivered in part, hardly anything has ended
    parts = counts.filter(pl.col("kind").is_in(["missing", "implausible", "repeated"]), whole.fill_null(True))
    return parts.join(rows, on="year", nulls_equal=True).select(
        "year",
        measure=pl.col("kind").replace("repeated", "repeated_rows") + pl.col("suffix"),
        numerator="n",
        denominator="rows",
        value=N / pl.col("rows"),
    )


def _changes(counts: pl.DataFrame, years: pl.DataFrame) -> pl.DataFrame:
    kinds = counts.filter(pl.col("kind").is_in(["rows", "citizens"]))
    asked = years.select("suffix", "year", "compare").join(kinds.select("kind", "suffix").unique(), on="suffix")
    return _relative(_with_before(asked, kinds, ["kind", "suffix"]), "change", pl.col("compare"))


def _against(counts: pl.DataFrame, earlier: pl.DataFrame) -> pl.DataFrame:
    keys = ["kind", "suffix", "year"]
    now, then = (
        delivery.filter(pl.col("kind").is_in(["rows", "citizens"])).select(*keys, "n") for delivery in (counts, earlier)
    )
    asked = pl.concat([then.select(keys), now.filter(YEAR.is_null()).select(keys)]).unique()
    both = asked.join(now, on=keys, how="left", nulls_equal=True).join(
        then.rename({"n": "before"}), on=keys, how="left", nulls_equal=True
    )
    return _relative(both.with_columns(N.fill_null(0)), "against_delivery_before", BEFORE > 0)


def _relative(both: pl.DataFrame, name: str, told: pl.Expr) -> pl.DataFrame:
    """Relative changes of `n` from `before`, where they are to be told."""
    return both.select(
        "year",
        measure=pl.col("kind") + f"_{name}" + pl.col("suffix"),
        numerator=pl.when(told).then(N - BEFORE),
        denominator=pl.when(told).then(BEFORE),
        value=pl.when(told).then((N - BEFORE) / BEFORE),
    )


def _missing_changes(counts: pl.DataFrame, years: pl.DataFrame) -> pl.DataFrame:
    missing = counts.filter(kind="missing")
    asked = years.rename({"n": "rows", "before": "rows_before"}).drop("suffix")
    asked = asked.join(missing.select("suffix").unique(), how="cross")
    told = pl.col("compare") & (pl.col("rows") > 0)
    return _with_before(asked, missing, ["suffix"]).select(
        "year",
        measure="missing_change" + pl.col("suffix"),
        numerator=pl.lit(None, pl.Float64),
        denominator=pl.when(told).then(pl.min_horizontal("rows", "rows_before")),
        value=pl.when(told).then(N / pl.col("rows") - BEFORE / pl.col("rows_before")),
    )


def _codes(counts: pl.DataFrame, years: pl.DataFrame) -> pl.DataFrame:
    """`code_drift` and `codes_gone` of every column of codes."""
    codes = counts.filter(kind="code")
    both = pl.concat([codes, codes.with_columns(YEAR + 1)]).select("column", "code", "year").unique()
    asked = both.join(years.select("year", "compare", rows="n"), on="year")
    renumbered = pl.col("column").replace_strict(BREAKS, default=None, return_dtype=pl.Int32) >= YEAR
    coded, coded_before = N.sum(), BEFORE.sum()
    by_column = (
        _with_before(asked, codes, ["column", "code"])
        .group_by("column", "year")
        .agg(
            coded=coded,
            coded_before=coded_before,
            gone=BEFORE.filter(N == 0).sum(),
            apart=(N / coded - BEFORE / coded_before).abs().sum() / 2,
            told=(pl.col("compare") & ~renumbered.fill_null(False)).first() & (coded_before > 0),
            rows=pl.col("rows").first(),
        )
    )
    drift = pl.col("told") & (pl.col("coded") > 0)
    gone = pl.col("told") & (pl.col("rows") > 0)
    return pl.concat(
        [
            by_column.select(
                "year",
                measure="code_drift_" + pl.col("column"),
                numerator=pl.lit(None, pl.Int64),
                denominator=pl.when(drift).then(pl.min_horizontal("coded", "coded_before")),
                value=pl.when(drift).then("apart"),
            ),
            by_column.select(
                "year",
                measure="codes_gone_" + pl.col("column"),
                numerator=pl.when(gone).then("gone"),
                denominator=pl.when(gone).then("coded_before"),
                value=pl.when(gone).then(pl.col("gone") / pl.col("coded_before")),
            ),
        ]
    )


def _with_before(asked: pl.DataFrame, counts: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """What is asked with `n`, the count of its year, and `before`, that of the year before; 0 where there is none."""
    counted = counts.select(*keys, "year", "n")
    before = counted.with_columns(YEAR + 1).rename({"n": "before"})
    on = [*keys, "year"]
    both = asked.join(counted, on=on, how="left").join(before, on=on, how="left")
    return both.with_columns(N.fill_null(0), BEFORE.fill_null(0))
