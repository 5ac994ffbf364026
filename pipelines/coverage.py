"""Whether a register's delivered data span a period, so that no use means none, and not: not known.

Source: docs/method.md § 3.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import polars as pl

from catalogue.columns import LPR2
from pipelines.weeks import months_until, thursdays_until

COVERAGE_SCHEMA = pl.Schema(
    {"register": pl.String, "kind": pl.String, "start": pl.Date, "end": pl.Date, "data_end": pl.Date}
)
LPR3_FROM = date(2019, 1, 1)
"""The year in which hospitals went over from LPR2 to LPR3; a comparison over it carries a warning."""
BESIDE = {"lpr_a_kontakt": ("lpr2",)}
"""What else tells of the use that a register's services measure."""
BY_COLUMN = {"dream"}
"""Registers that cover a period by having its columns; any other by its span."""


def span_coverage(
    register: str, earliest_event: date | None, data_end: date, begins: date | None = None
) -> pl.DataFrame:
    """The span of a cumulative register: 1 January of the year of its earliest event to its data end.

    A register delivered without any event covers `nothing`; its data end is known all the same.

    Args:
        register: its name.
        earliest_event: when the first event began.
        data_end: the last day that it tells of.
        begins: the day before which another register tells of the same, which this one then does not cover.
    """
    start = max(date(earliest_event.year, 1, 1), begins or date.min) if earliest_event else None
    row = (
        (register, "span", start, data_end, data_end)
        if start and start <= data_end
        else (register, "nothing", data_end, data_end, data_end)
    )
    return pl.DataFrame([row], schema=COVERAGE_SCHEMA, orient="row")


def yearly_coverage(register: str, data_end: date) -> pl.DataFrame:
    """The span of one file of a register that comes a year at a time: its year, to the end of the period it names."""
    row = (register, "span", date(data_end.year, 1, 1), data_end, data_end)
    return pl.DataFrame([row], schema=COVERAGE_SCHEMA, orient="row")


def lpr2_coverage(coverage: pl.DataFrame) -> pl.DataFrame:
    """The years that LPR2 covers: those that all of its registers cover.

    Source: docs/method.md § 4, LPR2.

    Args:
        coverage: `COVERAGE_SCHEMA` rows of LPR_ADM, which has one a year, PSYK_ADM and LPR_BES.

    Returns:
        `COVERAGE_SCHEMA`, a `span` of `lpr2` a year.
    """
    year = pl.col("start").dt.year()
    windows = coverage.filter(register="lpr_adm").select(start=pl.date(year, 1, 1), end=pl.date(year, 12, 31)).unique()
    registers = pl.DataFrame({"service": LPR2, "register": LPR2, "measure": ["count"] * len(LPR2)})
    told = covered_windows(windows, coverage, registers).group_by("start", "end").agg(pl.col("covered").all())
    return (
        told.filter("covered")
        .sort("start")
        .select(register=pl.lit("lpr2"), kind=pl.lit("span"), start="start", end="end", data_end="end")
    )


def column_coverage(
    register: str, weeks: Mapping[str, date], months: Mapping[str, date], data_end: date
) -> pl.DataFrame:
    """What DREAM's columns cover: the Thursday of each week column, the days of each employment month."""
    week = pl.DataFrame({"start": list(weeks.values())}, schema={"start": pl.Date}).with_columns(
        end="start", kind=pl.lit("week")
    )
    month = pl.DataFrame({"start": list(months.values())}, schema={"start": pl.Date}).with_columns(
        end=pl.col("start").dt.month_end(), kind=pl.lit("month")
    )
    return pl.concat([week, month]).select(
        register=pl.lit(register), kind="kind", start="start", end="end", data_end=pl.lit(data_end)
    )


def snapshot_coverage(register: str, reference_dates: Iterable[date]) -> pl.DataFrame:
    """The snapshots of a periodic register."""
    rows = [(register, "snapshot", day, day, None) for day in sorted(reference_dates)]
    return pl.DataFrame(rows, schema=COVERAGE_SCHEMA, orient="row")


def spans(coverage: pl.DataFrame) -> pl.DataFrame:
    """From which day to which each register is delivered.

    Args:
        coverage: `COVERAGE_SCHEMA`, of any number of registers.

    Returns:
        `register`, `data_start` (its first day covered; null where it was delivered without any event), `data_end` (of
        snapshots the last), sorted by register.
    """
    held = pl.col("kind") != "nothing"
    return (
        coverage.group_by("register")
        .agg(data_start=pl.col("start").filter(held).min(), data_end=pl.max("data_end").fill_null(pl.max("end")))
        .sort("register")
    )


def earliest_data_end(coverage: pl.DataFrame) -> date | None:
    """The day on which the first of the registers ends, each by its newest delivery; None where none tells.

    Source: docs/method.md § 2. `coverage`: `COVERAGE_SCHEMA` rows of the registers.
    """
    ends = coverage.group_by("register").agg(pl.max("data_end")).get_column("data_end")
    return ends.min()  # type: ignore[return-value]


def covered(periods: pl.DataFrame, coverage: pl.DataFrame, services: pl.DataFrame) -> pl.DataFrame:
    """Tell for each period and service whether the service's register covers the period.

    Args:
        periods: `person`, `period`, `start`, `end`.
        coverage: `COVERAGE_SCHEMA` rows of all registers read.
        services: the catalogue's `service`, `register`, `measure`.

    Returns:
        `person`, `period`, `service`, `covered`.
    """
    told = covered_windows(periods.select("start", "end").unique(), coverage, services)
    return periods.join(told, on=["start", "end"]).select("person", "period", "service", "covered")


def covered_windows(windows: pl.DataFrame, coverage: pl.DataFrame, services: pl.DataFrame) -> pl.DataFrame:
    """Tell for each window and service whether the service's register covers the window.

    DREAM covers a window when every Thursday of it has its week column (and for months in employment every month that
    begins in it has its column); any other register when the window lies inside its span, or inside the spans of years
    that follow each other. LPR2's span and that of LPR_A_KONTAKT, which goes on from it, are one.

    Args:
        windows: `start`, `end`, distinct.
        coverage: `COVERAGE_SCHEMA` rows of all registers read.
        services: the catalogue's `service`, `register`, `measure`.

    Returns:
        `start`, `end`, `service`, `covered`.
    """
    needs = [
        (register, kind, measure)
        for register, measure in services.select("register", "measure").unique().sort("register", "measure").rows()
        for kind in _kinds_needed(register, measure)
    ]
    told = [
        windows.select(
            "start",
            "end",
            _covers(windows, _told(coverage, register, kind), kind),
            register=pl.lit(register),
            measure=pl.lit(measure),
        )
        for register, kind, measure in needs
    ]
    if not told:
        return windows.select("start", "end", service=pl.lit(None, pl.String), covered=pl.lit(False)).clear()
    by_measure = pl.concat(told).group_by("start", "end", "register", "measure").agg(pl.col("covered").all())
    return by_measure.join(services.select("service", "register", "measure"), on=["register", "measure"]).select(
        "start", "end", "service", "covered"
    )


def crosses_hospital_break(periods: pl.DataFrame, coverage: pl.DataFrame) -> bool:
    """Whether hospital use is measured both before and after LPR2 became LPR3 and its counts jumped.

    Args:
        periods: `start`, `end` of all citizens' periods.
        coverage: `COVERAGE_SCHEMA` rows of all registers read.
    """
    measured = periods.filter(_covers(periods, _told(coverage, "lpr_a_kontakt", "span"), "span"))
    before, after = pl.col("start") < LPR3_FROM, pl.col("end") >= LPR3_FROM
    return measured.select(before.any() & after.any()).item()


def _told(coverage: pl.DataFrame, register: str, kind: str) -> pl.DataFrame:
    """The coverage of a kind of a register, and of what else tells of the same use."""
    return coverage.filter(pl.col("register").is_in([register, *BESIDE.get(register, ())]), kind=kind)


def _kinds_needed(register: str, measure: str) -> tuple[str, ...]:
    if register not in BY_COLUMN:
        return ("span",)
    return ("week", "month") if measure == "months" else ("week",)


def _covers(windows: pl.DataFrame, rows: pl.DataFrame, kind: str) -> pl.Series:
    if kind == "span":
        inside = [(pl.col("start") >= start) & (pl.col("end") <= end) for start, end in _joined(rows)]
        return windows.select(covered=pl.any_horizontal(pl.col("start").is_null(), *inside)).to_series()
    if rows.is_empty():
        return windows.select(covered=pl.col("start").is_null()).to_series()
    counted = thursdays_until if kind == "week" else months_until
    needed = counted(pl.col("end")) - counted(pl.col("start").dt.offset_by("-1d"))
    days = rows.get_column("start").unique().sort()
    found = days.search_sorted(windows.get_column("end"), side="right").cast(pl.Int64) - days.search_sorted(
        windows.get_column("start"), side="left"
    ).cast(pl.Int64)
    return windows.select(covered=needed == found).to_series()


def _joined(rows: pl.DataFrame) -> list[tuple[date, date]]:
    """Spans that touch or overlap as one."""
    joined: list[tuple[date, date]] = []
    for start, end in rows.select("start", "end").sort("start", "end").rows():
        if joined and start <= joined[-1][1] + timedelta(days=1):
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined
