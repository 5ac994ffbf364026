"""Time windows relative to an intervention.

Source: docs/method.md § 2.
"""

from __future__ import annotations

from datetime import date

import polars as pl

PERIOD_SCHEMA = pl.Schema({"person": pl.UInt32, "period": pl.Int16, "start": pl.Date, "end": pl.Date})


def study_periods(
    participants: pl.DataFrame, mode: str, years_before: int, years_after: int, data_end: date | None
) -> pl.DataFrame:
    """Every citizen's periods, from `-years_before` to `years_after`.

    Args:
        participants: `person`, `start_year`, `start_date`, `end_date`.
        mode: `calendar`: period k is the calendar year k after the start year. `anchored`: periods count from
            `start_date` and the day after `end_date`, in calendar-aware years (29 February goes to 28 February).
        years_before: negative periods.
        years_after: positive periods.
        data_end: the earliest data end of the registers read: where period 0 of a course without an end stops. Later
            periods of such a citizen do not exist; nor does period 0 when the course starts after it.

    Returns:
        `PERIOD_SCHEMA`, both dates included, sorted by person and period.
    """
    numbers = pl.DataFrame({"period": range(-years_before, years_after + 1)}, schema={"period": pl.Int16})
    each = participants.join(numbers, how="cross")
    windows = each.with_columns(*(_calendar() if mode == "calendar" else _anchored(data_end)))
    return (
        windows.filter(pl.col("start") <= pl.col("end"))
        .select("person", "period", "start", "end")
        .cast(PERIOD_SCHEMA)
        .sort("person", "period")
    )


def _calendar() -> tuple[pl.Expr, pl.Expr]:
    year = pl.col("start_year") + pl.col("period")
    return pl.date(year, 1, 1).alias("start"), pl.date(year, 12, 31).alias("end")


def _anchored(data_end: date | None) -> tuple[pl.Expr, pl.Expr]:
    period = pl.col("period").cast(pl.Int32)
    day_after_end = pl.col("end_date").dt.offset_by("1d")
    start = (
        pl.when(period < 0)
        .then(_years_later("start_date", period))
        .when(period == 0)
        .then(pl.col("start_date"))
        .otherwise(_years_later(day_after_end, period - 1))
    )
    end = (
        pl.when(period < 0)
        .then(_years_later("start_date", period + 1).dt.offset_by("-1d"))
        .when(period == 0)
        .then(pl.col("end_date").fill_null(data_end) if data_end else pl.col("end_date"))
        .otherwise(_years_later(day_after_end, period).dt.offset_by("-1d"))
    )
    return start.alias("start"), end.alias("end")


def _years_later(day: str | pl.Expr, years: pl.Expr) -> pl.Expr:
    """The day so many calendar years later; 29 February becomes 28 February where there is none."""
    anchor = pl.col(day) if isinstance(day, str) else day
    return anchor.dt.offset_by(pl.format("{}y", years))
