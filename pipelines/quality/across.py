"""Measures across registers: whether the citizens of one are those of another.

Here: registers against the population. Not here: a register by itself (`pipelines.quality.profiles`,
`pipelines.quality.drift`), nor the bands that figures are held against (`catalogue/quality_checks.csv`).
A share far below 1 means pseudonyms of another series, a file under a wrong name, or grants that nobody ended.
Source: docs/registers.md; what a delivery covers: docs/method.md § 3.2.
"""

from __future__ import annotations

from datetime import date, datetime

import polars as pl

from pipelines.coverage import covered
from pipelines.weeks import monday_of, sunday_of

MEASURE_SCHEMA = pl.Schema(
    {
        "scope": pl.String,
        "measure": pl.String,
        "numerator": pl.Float64,
        "denominator": pl.Float64,
        "value": pl.Float64,
    }
)
WHOLE = "alle"
"""The scope of a figure that belongs to no year or period."""


def dream_known_to_bef(
    runs: pl.LazyFrame, dream_codes: pl.DataFrame, bef: pl.LazyFrame, coverage: pl.DataFrame
) -> pl.DataFrame:
    """The share of the citizens with a week of benefit in a year whom BEF knows.

    Args:
        runs: the `dream` register: `person`, `code`, `start`, `end`.
        dream_codes: the catalogue's `code`, `service`. Weeks on a code of no service do not count: DREAM goes on
            writing one for those who are dead or have emigrated.
        bef: the `bef` register: `person`, `reference_date`.
        coverage: `pipelines.coverage.COVERAGE_SCHEMA` rows of DREAM and BEF; others are ignored.

    Returns:
        `MEASURE_SCHEMA`, one row: `dream_known_to_bef`. Its scope is the newest year of which DREAM has every week and
        BEF the snapshot of 31 December; known is who is in that snapshot or in the one of the year before. Without
        such a year, or without a citizen, the figures are null.
    """
    year = _newest_year("dream", "weeks", coverage)
    if year is None:
        return measured("dream_known_to_bef")
    benefits = dream_codes.drop_nulls("service").get_column("code").unique()
    first_thursday, last_thursday = sunday_of(pl.col("start")), monday_of(pl.col("end"))
    on_benefit = runs.filter(
        first_thursday <= date(year, 12, 31),
        last_thursday >= date(year, 1, 1),
        pl.col("code").is_in(benefits.implode()),
    )
    return _found("dream_known_to_bef", year, on_benefit, bef, years_back=1)


def lpr_known_to_bef(contacts: pl.LazyFrame, bef: pl.LazyFrame, coverage: pl.DataFrame) -> pl.DataFrame:
    """The share of the citizens with a hospital contact that starts in a year whom BEF knows.

    Args:
        contacts: the `lpr_a_kontakt` register: `person`, `start`.
        bef: the `bef` register: `person`, `reference_date`.
        coverage: `pipelines.coverage.COVERAGE_SCHEMA` rows of LPR_A_KONTAKT and BEF; others are ignored.

    Returns:
        `MEASURE_SCHEMA`, one row: `lpr_known_to_bef`. Its scope is the newest year that LPR covers and of which BEF has
        the snapshot of 31 December; known is who is in that snapshot or in the one of the year before. Without such a
        year, or without a citizen, the figures are null.
    """
    year = _newest_year("lpr_a_kontakt", "count", coverage)
    if year is None:
        return measured("lpr_known_to_bef")
    in_year = contacts.filter(pl.col("start") >= datetime(year, 1, 1), pl.col("start") < datetime(year + 1, 1, 1))
    return _found("lpr_known_to_bef", year, in_year, bef, years_back=1)


def known_to_bef(
    register: str, rows: pl.LazyFrame, bef: pl.LazyFrame, coverage: pl.DataFrame, dated_by: str = "start"
) -> pl.DataFrame:
    """The share of the citizens with a row of a register that is of a year whom BEF knows.

    Args:
        register: one beyond the four.
        rows: its table: `person`, `dated_by`.
        bef: the `bef` register: `person`, `reference_date`.
        coverage: `pipelines.coverage.COVERAGE_SCHEMA` rows of the register and BEF; others are ignored.
        dated_by: the column of the day that a row is of.

    Returns:
        `MEASURE_SCHEMA`, one row, as of `lpr_known_to_bef`: `<register>_known_to_bef`.
    """
    measure, year = f"{register}_known_to_bef", _newest_year(register, "count", coverage)
    if year is None:
        return measured(measure)
    return _found(measure, year, rows.filter(pl.col(dated_by).dt.year() == year), bef, years_back=1)


def handic_alive(grants: pl.LazyFrame, bef: pl.LazyFrame, coverage: pl.DataFrame) -> pl.DataFrame:
    """The share of the citizens with a running grant who are in the population: of others nobody ended the grant.

    Args:
        grants: the `handic` register: `person`, `start`, `end` (both included; null = still running).
        bef: the `bef` register: `person`, `reference_date`.
        coverage: `pipelines.coverage.COVERAGE_SCHEMA` rows of HANDIC and BEF; others are ignored.

    Returns:
        `MEASURE_SCHEMA`, one row: `handic_alive`. Its scope is the newest year whose 31 December HANDIC covers and BEF
        has a snapshot of; the figures are of those with a grant running on that day, and of that snapshot. Without
        such a year, or without a citizen, they are null.
    """
    year = _newest_year("handic", "days", coverage)
    if year is None:
        return measured("handic_alive")
    day = date(year, 12, 31)
    running = grants.filter(pl.col("start") <= day, pl.col("end").is_null() | (pl.col("end") >= day))
    return _found("handic_alive", year, running, bef, years_back=0)


def measured(
    measure: str, scope: str = WHOLE, numerator: float | None = None, denominator: float | None = None
) -> pl.DataFrame:
    """One row of `MEASURE_SCHEMA`: the share, and null figures where it is not applicable or of nobody."""
    row = (
        (scope, measure, numerator, denominator, numerator / denominator)
        if numerator is not None and denominator
        else (scope, measure, None, None, None)
    )
    return pl.DataFrame([row], schema=MEASURE_SCHEMA, orient="row")


def year_ends(coverage: pl.DataFrame) -> list[date]:
    """The days of BEF's snapshots of 31 December, oldest first; of `pipelines.coverage.COVERAGE_SCHEMA`."""
    days = coverage.filter(register="bef", kind="snapshot").get_column("start").unique().sort().to_list()
    return [day for day in days if (day.month, day.day) == (12, 31)]


def _newest_year(register: str, measure: str, coverage: pl.DataFrame) -> int | None:
    """The newest year that a register covers and whose last day BEF has a snapshot of."""
    ends = pl.DataFrame({"end": year_ends(coverage)}, schema={"end": pl.Date})
    years = ends.select(
        person=pl.lit(0), period=pl.col("end").dt.year(), start=pl.col("end").dt.truncate("1y"), end="end"
    )
    service = pl.DataFrame({"service": [register], "register": [register], "measure": [measure]})
    return max(covered(years, coverage, service).filter("covered").get_column("period").to_list(), default=None)


def _found(measure: str, year: int, events: pl.LazyFrame, bef: pl.LazyFrame, years_back: int) -> pl.DataFrame:
    """How many of the citizens of `events` are in the snapshot of the year's end, or of the ends of years before it."""
    days = [date(year - back, 12, 31) for back in range(years_back + 1)]
    asked = events.select("person").unique().collect(engine="streaming")
    population = bef.filter(pl.col("reference_date").is_in(days)).select("person")
    known = asked.lazy().join(population, on="person", how="semi").select(pl.len()).collect(engine="streaming").item()
    return measured(measure, str(year), known, asked.height)
