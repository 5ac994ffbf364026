"""Profiles: a register's kept rows counted by year, so that its quality can be told without its rows.

Here: how rows are counted. Not here: what is counted of which register (`described`), how years and deliveries compare
(`drift`), nor what is acceptable (the catalogue's quality_checks.csv).
A profile holds counts alone: no value of a citizen, neither a smallest nor a largest one.
Source: docs/registers.md; one pass over rows in their sort order, citizens told apart from the row before.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl

from catalogue.columns import CODE_WIDTH, LONGEST_CODE
from pipelines.quality.described import CUMULATIVE, OF_A_YEAR, Described, bef
from pipelines.weeks import DAYS_BEFORE_THURSDAY, months_until, thursdays_until

PROFILE_SCHEMA = pl.Schema({"year": pl.Int32, "kind": pl.String, "column": pl.String, "code": pl.String, "n": pl.Int64})
EMPLOYMENT = "dream_employment"
"""What rows and citizens of DREAM's months in work are counted as, beside its weeks."""

NOT_SHOWN = "(not shown)"
"""What a long code with digits is called: it may be a PNR in the wrong column."""


def profile(
    register: str, rows: pl.LazyFrame, employment: pl.LazyFrame | None = None, data_end: date | None = None
) -> pl.DataFrame:
    """Count a register's rows, citizens, empty, implausible and repeated values, and codes, by year.

    BEF is the year's last snapshot alone (four are compared with one as they should), and has no row of the whole:
    its years are profiled one by one, as are those of other registers that come a year at a time, whose rows are of
    their file's year. DREAM counts weeks by the year of their Thursday, and as `dream_employment` the months in work.
    Cumulative registers go by the year of the start; HANDIC only from 2013.

    Args:
        register: the register.
        rows: its table (`expectations.contracts.registers`), sorted as it is written; one year where it comes so.
        employment: the table `dream_employment`, for `dream`.
        data_end: the delivery's data end; without it no start or end is too late. BEF has none.

    Returns:
        `PROFILE_SCHEMA` (`expectations.contracts.quality.PROFILE`), sorted: counts of every kind for every year with
        rows, also those that are 0, and with `year` null for the whole (but for codes). Empty where there are no rows.
        Unit: rows, weeks of DREAM, months of its employment.
    """
    if register == "dream":
        return _dream(rows, employment)
    if register == "bef":
        last = rows.select(pl.max("reference_date")).collect(engine="streaming").item()
        snapshot = rows.filter(pl.col("reference_date") == pl.lit(last, pl.Date))
        return _counted(snapshot, bef(last)).filter(pl.col("year").is_not_null())
    if register in OF_A_YEAR:
        of_file = pl.lit(data_end, pl.Date).dt.year()
        return _counted(rows, OF_A_YEAR[register](data_end), of_file).filter(pl.col("year").is_not_null())
    return _counted(rows, CUMULATIVE[register](data_end))


def _counted(rows: pl.LazyFrame, described: Described, of_year: pl.Expr | None = None) -> pl.DataFrame:
    """The profile of a register with a date in each row: one group a year (that of the row, or `of_year`) and
    combination of codes, in one pass.
    """
    day = pl.col(described.day)
    counts: dict[tuple[str, str | None], pl.Expr] = {
        ("rows", None): pl.lit(1),
        ("citizens", None): _differs("person") | _differs("year"),
        **{("missing", column): pl.col(column).is_null() for column in described.nullable},
        **{("implausible", column): wrong for column, wrong in described.implausible.items()},
    }
    if described.key:
        counts["repeated", None] = ~pl.any_horizontal(_differs(column) for column in described.key)
    names = {counted: str(number) for number, counted in enumerate(counts)}
    dated = (day >= described.years_from) & ~described.implausible.get(described.day, pl.lit(False))
    groups = (
        rows.with_columns(year=of_year if of_year is not None else pl.when(dated).then(day.dt.year()))
        .select(
            "year",
            *described.codes,
            *(counted.cast(pl.Int64).alias(names[kind]) for kind, counted in counts.items()),
            citizens=_differs("person").cast(pl.Int64),
        )
        .group_by("year", *described.codes)
        .agg(pl.sum(*names.values(), "citizens"))
        .collect(engine="streaming")
    )
    if groups.is_empty():
        return pl.DataFrame(schema=PROFILE_SCHEMA)
    by_year = groups.filter(pl.col("year").is_not_null()).group_by("year").agg(pl.sum(*names.values()))
    whole = groups.with_columns(pl.col("citizens").alias(names["citizens", None])).select(
        pl.lit(None, pl.Int32).alias("year"), pl.sum(*names.values())
    )
    told = [
        _row_counts(pl.concat([by_year, whole]).select("year", n=name), *counted) for counted, name in names.items()
    ]
    return _profile([*told, *(_code_counts(groups, column, names["rows", None]) for column in described.codes)])


def _differs(column: str) -> pl.Expr:
    """Whether a row has another value than the one before; the first row has, where it has any."""
    return pl.col(column).ne_missing(pl.col(column).shift())


def _dream(weeks: pl.LazyFrame, employment: pl.LazyFrame | None) -> pl.DataFrame:
    thursday = pl.duration(days=DAYS_BEFORE_THURSDAY)
    runs = weeks.select("person", "code", first=pl.col("start") + thursday, last=pl.col("end") - thursday)
    by_code = _units_by_year(runs, thursdays_until)
    odd = by_code.with_columns(n=pl.when(pl.col("code").str.contains(rf"^\d{{{CODE_WIDTH}}}$")).then(0).otherwise("n"))
    told = [
        *_rows_and_citizens(by_code, None),
        _row_counts(_totals(odd, "n"), "implausible", "code"),
        _code_counts(by_code, "code", "n"),
    ]
    if employment is not None:
        months = employment.select("person", code=pl.lit(EMPLOYMENT), first="start", last="end")
        told += _rows_and_citizens(_units_by_year(months, months_until), EMPLOYMENT)
    return _profile(told)


def _units_by_year(runs: pl.LazyFrame, until: Callable[[pl.Expr], pl.Expr]) -> pl.DataFrame:
    """Weeks or months by code and year, and the citizens new to the year, or with `year` null to the register.

    Runs alike in code, first and last year are one group before any is spread over its years.

    Args:
        runs: `person`, `code`, `first`, `last` (days, both included), sorted by person and first; those of a citizen
            do not overlap.
        until: how many units there are until a day, the day included.

    Returns:
        `year`, `code`, `n` units, `citizens`.
    """
    first, last = pl.col("first"), pl.col("last")
    first_year, last_year = first.dt.year(), last.dt.year()
    before = until(first - pl.duration(days=1))
    same = ~_differs("person")
    groups = (
        runs.select(
            "code",
            first_year=first_year,
            last_year=last_year,
            first_units=until(pl.min_horizontal(last, pl.date(first_year, 12, 31))) - before,
            last_units=until(last) - until(pl.date(last_year - 1, 12, 31)),
            new=(~same).cast(pl.Int64),
            counted=(same & (last_year.shift() == first_year)).cast(pl.Int64),
        )
        .group_by("code", "first_year", "last_year")
        .agg(
            pl.col("first_units", "last_units").cast(pl.Int64).sum(),
            pl.sum("new", "counted"),
            runs=pl.len().cast(pl.Int64),
        )
        .collect(engine="streaming")
    )
    year = pl.col("year")
    units = (
        pl.when(year == pl.col("first_year"))
        .then("first_units")
        .when(year == pl.col("last_year"))
        .then("last_units")
        .otherwise(pl.col("runs") * (until(pl.date(year, 12, 31)) - until(pl.date(year - 1, 12, 31))))
    )
    again = pl.when(year == pl.col("first_year")).then("counted").otherwise(0)
    by_year = (
        groups.with_columns(year=pl.int_ranges("first_year", pl.col("last_year") + 1))
        .explode("year")
        .group_by(pl.col("year").cast(pl.Int32), "code")
        .agg(n=units.sum(), citizens=(pl.col("runs") - again).sum())
    )
    whole = (
        by_year.group_by("code").agg(pl.sum("n")).join(groups.group_by("code").agg(citizens=pl.sum("new")), on="code")
    )
    return pl.concat([by_year, whole.select(pl.lit(None, pl.Int32).alias("year"), "code", "n", "citizens")])


def _rows_and_citizens(by_code: pl.DataFrame, table: str | None) -> list[pl.DataFrame]:
    return [_row_counts(_totals(by_code, n), kind, table) for kind, n in (("rows", "n"), ("citizens", "citizens"))]


def _totals(by_code: pl.DataFrame, n: str) -> pl.DataFrame:
    return by_code.group_by("year").agg(n=pl.sum(n))


def _row_counts(counts: pl.DataFrame, kind: str, column: str | None) -> pl.DataFrame:
    """Counts by `year` (`year`, `n`) as rows of the profile."""
    return counts.select(
        "year", kind=pl.lit(kind), column=pl.lit(column, pl.String), code=pl.lit(None, pl.String), n="n"
    )


def _code_counts(groups: pl.DataFrame, column: str, n: str) -> pl.DataFrame:
    """The rows of each code of a column, by year."""
    like_an_id = (pl.col(column).str.len_chars() > LONGEST_CODE) & pl.col(column).str.contains(r"\d")
    code = pl.when(like_an_id).then(pl.lit(NOT_SHOWN)).otherwise(column)
    return (
        groups.filter(pl.col("year").is_not_null() & pl.col(column).is_not_null())
        .group_by("year", code=code)
        .agg(pl.sum(n))
        .select("year", kind=pl.lit("code"), column=pl.lit(column), code="code", n=n)
    )


def _profile(parts: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat([part.cast(PROFILE_SCHEMA) for part in parts]).sort("year", "kind", "column", "code")
