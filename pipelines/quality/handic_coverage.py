"""HANDIC by municipality and year: where there is data, so that no data is not read as no use.

Here: the table of municipalities and years, and what each cell says. Not here: what is held against a band
(`pipelines.quality.study`), nor whether the delivery as a whole covers a period (`pipelines.coverage`).
A municipality that has not reported, or not approved what it reported, looks like one that grants nothing.
Source: docs/registers.md, HANDIC; docs/method.md § 3.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from pipelines.quality.across import year_ends

HANDIC_COVERAGE_SCHEMA = pl.Schema(
    {
        "kommune": pl.String,
        "year": pl.Int32,
        "citizens_in_bef": pl.UInt32,
        "grants": pl.UInt32,
        "citizens": pl.UInt32,
        "starts": pl.UInt32,
        "approved": pl.UInt32,
        "state": pl.String,
        "gap": pl.String,
    }
)
THIN = 10
"""Thin is fewer than one in so many of the citizens that the year's share over all municipalities would give. None of
some size is that far below the rest; one that reports nothing still shows a few, who live there while another pays."""
WITHOUT_DATA = ("no_data", "thin")
"""States that must not be read as no use."""


def handic_coverage(grants: pl.LazyFrame, bef: pl.LazyFrame, coverage: pl.DataFrame, few: int) -> pl.DataFrame:
    """Tell for each municipality and year whether HANDIC has data of it.

    A grant counts in every year in which it runs on some day up to the data end, for the municipality that pays; where
    that is unknown, for the one in which the citizen lives by the BEF snapshot of 31 December of the year, else of the
    year before. A grant that neither places counts nowhere.

    Args:
        grants: the `handic` register: `person`, `start`, `end` (null = still running), `betalingskommune` (null =
            unknown), `godkendtperiode`.
        bef: the `bef` register: `person`, `reference_date`, `kom`.
        coverage: `pipelines.coverage.COVERAGE_SCHEMA` rows of HANDIC and BEF, others are ignored.
        few: below so many inhabitants no grant need be expected.

    Returns:
        `HANDIC_COVERAGE_SCHEMA`, sorted: every municipality that the snapshots know, in every year from the first that
        HANDIC covers to its data end; empty where it covers nothing. A year is judged by its snapshot of 31 December,
        else by that of the year before. `state`, the first that applies:

        * `outside`: the municipality is not in that snapshot (codes were renumbered in 2007), or there is no snapshot
          and no grant runs;
        * `few`: fewer than `few` citizens live there, and no grant runs;
        * `no_data`: no grant runs;
        * `thin`: at least `few` live there, and grants run for fewer than one in `THIN` of the citizens that the
          year's share would give;
        * `data`.

        `gap` says of `no_data` and `thin` where the year stands to those with `data`: `before`, `between` or `after`
        them, or `never` where there are none. `approved` is null where no grant at all has a GODKENDTPERIODE.
    """
    spans = coverage.filter(register="handic", kind="span")
    if spans.is_empty():
        return pl.DataFrame(schema=HANDIC_COVERAGE_SCHEMA)
    first, data_end = spans.item(0, "start").year, spans.item(0, "end")
    delivered = [day for day in year_ends(coverage) if first - 1 <= day.year <= data_end.year]
    years = _years(range(first, data_end.year + 1), delivered)
    living = _living(bef, years)
    counted = _counted(grants, bef.filter(pl.col("reference_date").is_in(delivered)), data_end)
    approval = grants.select(pl.col("godkendtperiode").is_not_null().any()).collect().item()
    counts = pl.col("grants", "citizens", "starts", "approved")
    return (
        living.select("kommune")
        .unique()
        .join(years, how="cross")
        .join(living, on=["kommune", "snapshot"], how="left")
        .join(counted, on=["kommune", "year"], how="left")
        .with_columns(
            counts.fill_null(0), pl.when(pl.col("snapshot").is_not_null()).then(pl.col("living").fill_null(0))
        )
        .with_columns(state=_state(few))
        .with_columns(
            gap=_gap(),
            citizens_in_bef=pl.when(pl.col("snapshot").dt.year() == pl.col("year")).then("living"),
            approved=pl.when(pl.lit(approval)).then("approved"),
        )
        .select(list(HANDIC_COVERAGE_SCHEMA))
        .cast(HANDIC_COVERAGE_SCHEMA)
        .sort("kommune", "year")
    )


def _years(years: range, delivered: Sequence[date]) -> pl.DataFrame:
    """`year`, `snapshot`: the day by which a year is judged, null where neither its own nor the last is delivered."""
    by_year = {day.year: day for day in delivered}
    rows = [(year, by_year.get(year) or by_year.get(year - 1)) for year in years]
    return pl.DataFrame(rows, schema={"year": pl.Int32, "snapshot": pl.Date}, orient="row")


def _living(bef: pl.LazyFrame, years: pl.DataFrame) -> pl.DataFrame:
    """`kommune`, `snapshot`, `living`: the citizens of each municipality on the days by which years are judged."""
    return (
        bef.filter(pl.col("reference_date").is_in(years.get_column("snapshot").unique().implode()))
        .drop_nulls("kom")
        .group_by(kommune="kom", snapshot="reference_date")
        .agg(living=pl.len().cast(pl.Int64))
        .collect(engine="streaming")
    )


def _counted(grants: pl.LazyFrame, year_end: pl.LazyFrame, data_end: date) -> pl.DataFrame:
    """`kommune`, `year`, `grants`, `citizens`, `starts`, `approved` of the grants that can be placed."""
    last = pl.min_horizontal(pl.col("end").fill_null(data_end), pl.lit(data_end))
    running = (
        grants.filter(pl.col("start") <= data_end)
        .select(
            "person",
            "betalingskommune",
            "godkendtperiode",
            since=pl.col("start").dt.year(),
            year=pl.int_ranges(pl.col("start").dt.year(), last.dt.year() + 1, dtype=pl.Int32),
        )
        .explode("year")
    )
    unplaced = grants.filter(pl.col("betalingskommune").is_null()).select("person").unique()
    home = (
        year_end.join(unplaced, on="person", how="semi")
        .select("person", "kom", year=pl.col("reference_date").dt.year())
        .drop_nulls("kom")
    )
    the_year_before = home.select("person", pl.col("year") + 1, kom_before="kom")
    return (
        running.join(home, on=["person", "year"], how="left")
        .join(the_year_before, on=["person", "year"], how="left")
        .with_columns(kommune=pl.coalesce("betalingskommune", "kom", "kom_before"))
        .drop_nulls("kommune")
        .group_by("kommune", "year")
        .agg(
            grants=pl.len().cast(pl.Int64),
            citizens=pl.n_unique("person").cast(pl.Int64),
            starts=(pl.col("since") == pl.col("year")).sum().cast(pl.Int64),
            approved=pl.col("godkendtperiode").is_not_null().sum().cast(pl.Int64),
        )
        .collect(engine="streaming")
    )


def _state(few: int) -> pl.Expr:
    grants, citizens, living = pl.col("grants"), pl.col("citizens"), pl.col("living")
    of_all = citizens.sum().over("year"), living.sum().over("year")
    thin = citizens * of_all[1] * THIN < living * of_all[0]
    return (
        pl.when((living == 0) | (living.is_null() & (grants == 0)))
        .then(pl.lit("outside"))
        .when((grants == 0) & (living < few))
        .then(pl.lit("few"))
        .when(grants == 0)
        .then(pl.lit("no_data"))
        .when((living >= few) & thin)
        .then(pl.lit("thin"))
        .otherwise(pl.lit("data"))
    )


def _gap() -> pl.Expr:
    year = pl.col("year")
    with_data = year.filter(pl.col("state") == "data")
    first, last = with_data.min().over("kommune"), with_data.max().over("kommune")
    where = (
        pl.when(first.is_null())
        .then(pl.lit("never"))
        .when(year < first)
        .then(pl.lit("before"))
        .when(year > last)
        .then(pl.lit("after"))
        .otherwise(pl.lit("between"))
    )
    return pl.when(pl.col("state").is_in(WITHOUT_DATA)).then(where)
