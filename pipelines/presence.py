"""Whether a citizen was in the population in a period.

Source: docs/method.md § 3.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from pipelines.spells import union_spells

DEATHS = pl.Schema({"person": pl.UInt32, "doddato": pl.Date})
MOVES = pl.Schema({"person": pl.UInt32, "haend_dato": pl.Date, "indud_kode": pl.String})


def snapshots_for(bef: pl.LazyFrame, periods: pl.DataFrame) -> pl.LazyFrame:
    """The rows of BEF that tell who is present in some periods (`start`, `end`): of the years they touch and the year
    before. Files of other years are not read.
    """
    first, last = periods.select(pl.min("start"), pl.max("end")).row(0)
    if first is None or last is None:
        return bef
    return bef.filter(pl.col("reference_date").is_between(date(first.year - 1, 1, 1), date(last.year, 12, 31)))


def presence(
    periods: pl.DataFrame,
    population: pl.DataFrame,
    delivered: Sequence[date],
    deaths: pl.DataFrame | None = None,
    moves: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Tell for each period whether the citizen was present.

    A citizen is present in a calendar year when in the BEF snapshot of 31 December of that year or of the year before
    (of those delivered), and in a period when present in any calendar year it touches. A period that touches a year
    for which neither snapshot is delivered cannot be told.

    Where deaths or moves are known, a citizen is not present in a period of which every day is after the death or out
    of the country (`_away`), and present in one that touches a stay between two moves (`_stays`), seen in a snapshot
    or not.

    Args:
        periods: `person`, `period`, `start`, `end`.
        population: `person`, `reference_date`: BEF rows of these citizens, any snapshot.
        delivered: reference dates of the snapshots delivered.
        deaths: `person`, `doddato`; none = not delivered.
        moves: `person`, `haend_dato`, `indud_kode` (`I` in, `U` out); none = not delivered.

    Returns:
        `periods` with `present` (Boolean; null = cannot be told, so nothing is measured).
    """
    snapshots = [day.year for day in delivered if (day.month, day.day) == (12, 31)]
    told_years = pl.Series("year", sorted({year for s in snapshots for year in (s, s + 1)}), pl.Int32)
    counted = population.filter(
        (pl.col("reference_date").dt.month() == 12) & (pl.col("reference_date").dt.day() == 31)
    ).select("person", year=pl.col("reference_date").dt.year().cast(pl.Int32))
    years_present = pl.concat([counted, counted.with_columns(pl.col("year") + 1)]).unique()
    touched = (
        periods.select(
            "person",
            "period",
            year=pl.int_ranges(pl.col("start").dt.year(), pl.col("end").dt.year() + 1, dtype=pl.Int32),
        )
        .explode("year")
        .join(years_present.with_columns(found=pl.lit(True)), on=["person", "year"], how="left")
        .group_by("person", "period")
        .agg(told=pl.col("year").is_in(told_years.implode()).all(), found=pl.col("found").any())
    )
    died = deaths if deaths is not None else pl.DataFrame(schema=DEATHS)
    moved = moves if moves is not None else pl.DataFrame(schema=MOVES)
    in_order = (
        moved.filter(pl.col("indud_kode").is_in(["I", "U"]))
        .sort("haend_dato", pl.col("indud_kode") == "I")  # on one day: out, and in again
        .with_columns(next_move=pl.col("haend_dato").shift(-1).over("person"))
    )
    last_day = pl.lit(periods.get_column("end").max(), pl.Date)
    gone = _keys(periods, _away(in_order, died, population, last_day), whole=True)
    here = _keys(periods, _stays(in_order, died), whole=False)
    return (
        periods.join(touched, on=["person", "period"], how="left", maintain_order="left")
        .join(gone.with_columns(gone=pl.lit(True)), on=["person", "period"], how="left", maintain_order="left")
        .join(here.with_columns(here=pl.lit(True)), on=["person", "period"], how="left", maintain_order="left")
        .with_columns(
            present=pl.when("told").then(
                pl.col("found") & ~pl.col("gone").fill_null(False) | pl.col("here").fill_null(False)
            )
        )
        .select(*periods.columns, "present")
    )


def _keys(periods: pl.DataFrame, intervals: pl.DataFrame, *, whole: bool) -> pl.DataFrame:
    """The periods (`person`, `period`) that lie within an interval of their citizen, or only touch one."""
    first, last = pl.col("start_right"), pl.col("end_right")
    within = (first <= pl.col("start")) & (last >= pl.col("end"))
    touch = (first <= pl.col("end")) & (last >= pl.col("start"))
    joined = periods.join(intervals.select("person", "start", "end"), on="person")
    return joined.filter(within if whole else touch).select("person", "period").unique()


def _away(moves: pl.DataFrame, deaths: pl.DataFrame, population: pl.DataFrame, last_day: pl.Expr) -> pl.DataFrame:
    """The days on which citizens were dead or out of the country, in as few intervals as they make.

    Dead from the day after the death. Out from the day of leaving until the day before the next move, or before the
    next snapshot that shows the citizen; else to `last_day`.
    """
    left = moves.filter(pl.col("indud_kode") == "U").select("person", "haend_dato", "next_move")
    seen = (
        left.join(population.select("person", "reference_date"), on="person")
        .filter(pl.col("reference_date") > pl.col("haend_dato"))
        .group_by("person", "haend_dato")
        .agg(seen=pl.min("reference_date"))
    )
    out = left.join(seen, on=["person", "haend_dato"], how="left").select(
        "person",
        start="haend_dato",
        end=pl.min_horizontal("next_move", "seen").dt.offset_by("-1d").fill_null(last_day),
    )
    dead = deaths.select("person", start=pl.col("doddato").dt.offset_by("1d"), end=last_day)
    days = pl.concat([out, dead]).filter(pl.col("start") <= pl.col("end"))
    return union_spells(days.with_columns(service=pl.lit("away")))


def _stays(moves: pl.DataFrame, deaths: pl.DataFrame) -> pl.DataFrame:
    """Stays of citizens from an arrival to the day before the next move, a departure, or to the death."""
    return (
        moves.with_columns(next_kode=pl.col("indud_kode").shift(-1).over("person"))
        .filter(pl.col("indud_kode") == "I", pl.col("next_kode").ne_missing("I"))
        .join(deaths.group_by("person").agg(pl.min("doddato")), on="person", how="left")
        .select(
            "person",
            start="haend_dato",
            end=pl.min_horizontal(pl.col("next_move").dt.offset_by("-1d"), "doddato"),
        )
        .filter(pl.col("start") <= pl.col("end"))
    )
