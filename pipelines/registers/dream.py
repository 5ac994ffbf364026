"""DREAM: one wide row a citizen becomes runs of weeks on a code, and those become spells of benefit.

The wide table is never unpivoted: a batch of rows is turned row-major and each week compared with the one before it.
Source: docs/method.md § 4, DREAM.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl
import polars.selectors as cs

from catalogue.columns import LONGEST_CODE
from pipelines.codes import Mapped, map_codes
from pipelines.persons import of_persons
from pipelines.spells import SPELL_SCHEMA, subtract, union_spells
from pipelines.stages import Stage, in_order, summed_by
from pipelines.weeks import DAYS_BEFORE_THURSDAY, monday_of, months_until, sunday_of, thursdays_until

EMPLOYMENT = "ordinaer_beskaeftigelse"
"""The spell kind of months in ordinary employment."""

NO_CODE = -1
MOST_CODE = 999
"""The largest code that is a number; inside a batch, codes that are none are numbered on from it."""

TOO_LONG = "(too long)"
"""What a longer code is called: codes are shown in warnings, and it may be a PNR in the wrong column."""

WEEK_RUNS = pl.Schema({"person": pl.UInt32, "code": pl.String, "start": pl.Date, "end": pl.Date})
MONTH_RUNS = pl.Schema({"person": pl.UInt32, "start": pl.Date, "end": pl.Date})


def week_runs(batch: pl.DataFrame, weeks: Mapping[str, date]) -> pl.DataFrame:
    """Turn a batch of wide rows into runs of weeks on the same code.

    Args:
        batch: `person` and the week columns, codes as text or number; blank is no benefit.
        weeks: the week columns and their Thursdays, oldest first.

    Returns:
        `WEEK_RUNS`: `start` is the Monday of the first week, `end` the Sunday of the last. In the batch's row order.
    """
    if not weeks or batch.is_empty():
        return pl.DataFrame(schema=WEEK_RUNS)
    codes, names = _code_numbers(batch, list(weeks))
    thursdays = _days(weeks.values())
    rows, first, last = _runs(codes, none=NO_CODE, breaks=np.diff(thursdays) != 7)
    return pl.DataFrame(
        {
            "person": batch.get_column("person").gather(rows),
            "code": pl.Series(codes[rows, first]).cast(pl.String).str.zfill(3).replace(names),
            "start": pl.Series(thursdays[first] - DAYS_BEFORE_THURSDAY).cast(pl.Date),
            "end": pl.Series(thursdays[last] + DAYS_BEFORE_THURSDAY).cast(pl.Date),
        },
        schema=WEEK_RUNS,
    )


def month_runs(batch: pl.DataFrame, months: Mapping[str, date]) -> pl.DataFrame:
    """Turn a batch of wide rows into runs of months with an employment degree above 0.

    Args:
        batch: `person` and the `GRAD_YYYY_MM` columns, as number or text.
        months: those columns and their first days, oldest first.

    Returns:
        `MONTH_RUNS`: `start` is the first day of the first month, `end` the last day of the last.
    """
    if not months or batch.is_empty():
        return pl.DataFrame(schema=MONTH_RUNS)
    degrees = batch.select(list(months)).with_columns(cs.string().str.strip_chars().str.replace(",", ".", literal=True))
    employed = (
        degrees.select((pl.all().cast(pl.Float64, strict=False).fill_nan(None) > 0).fill_null(False).cast(pl.Int16))
        .to_numpy(order="c")
        .astype(np.int16, copy=False)
    )
    index = np.array([first.year * 12 + first.month for first in months.values()])
    rows, first, last = _runs(employed, none=0, breaks=np.diff(index) != 1)
    firsts = pl.Series("month", list(months.values()), pl.Date)
    return pl.DataFrame(
        {
            "person": batch.get_column("person").gather(rows),
            "start": firsts.gather(first),
            "end": firsts.dt.month_end().gather(last),
        },
        schema=MONTH_RUNS,
    )


def on_services(runs: pl.LazyFrame, dream_codes: pl.DataFrame) -> Mapped:
    """What each run of weeks is: its code's service, and whether that is a transfer.

    Args:
        runs: the `dream` register (`WEEK_RUNS`).
        dream_codes: the catalogue's codes; a code holds in the weeks whose Thursday its validity dates include.

    Returns:
        Runs from their first to their last Thursday, cut to the Thursdays on which their code is valid.
    """
    thursdays = runs.with_columns(sunday_of(pl.col("start")), monday_of(pl.col("end"))).collect()
    kinds = pl.Enum(dream_codes.get_column("service").drop_nulls().unique().sort())
    codes = dream_codes.select("code", pl.col("service").cast(kinds), "is_transfer", "valid_from", "valid_to")
    mapped = map_codes(thursdays, codes)
    first = thursdays_until(pl.col("start") - pl.duration(days=1)) * 7
    last = (thursdays_until(pl.col("end")) - 1) * 7
    snapped = mapped.rows.with_columns(start=first.cast(pl.Date), end=last.cast(pl.Date))
    return Mapped(snapped.filter(pl.col("start") <= pl.col("end")), mapped.unmapped)


def benefit_spells(weeks: Mapped) -> pl.DataFrame:
    """Spells of weeks on each service.

    Args:
        weeks: what the runs of weeks are (`on_services`).

    Returns:
        `SPELL_SCHEMA`, from a Monday to a Sunday, `quantity` in weeks.
    """
    spells = union_spells(_whole_weeks(weeks.rows.filter(pl.col("service").is_not_null())))
    return spells.with_columns(quantity=pl.col("quantity") // 7)


def unmapped_weeks(weeks: Mapped, runs: pl.LazyFrame) -> pl.DataFrame:
    """The codes that nobody mapped, on some or all dates.

    Args:
        weeks: what the runs of weeks are (`on_services`).
        runs: the `dream` register (`WEEK_RUNS`).

    Returns:
        `code`, `year` (of the Thursday), `n` weeks.
    """
    codes = weeks.unmapped.get_column("code").unique()
    delivered = runs.filter(pl.col("code").is_in(codes.implode())).collect() if len(codes) else weeks.unmapped
    every_week = _weeks_by_year(delivered.with_columns(sunday_of(pl.col("start")), monday_of(pl.col("end"))))
    known_weeks = _weeks_by_year(weeks.rows.filter(pl.col("code").is_in(codes.implode())))
    return (
        every_week.join(known_weeks, on=["code", "year"], how="left", suffix="_known")
        .select("code", "year", n=(pl.col("n") - pl.col("n_known").fill_null(0)).cast(pl.UInt32))
        .filter(pl.col("n") > 0)
        .sort("code", "year")
    )


def employment_spells(employment: pl.LazyFrame, weeks: Mapped) -> pl.DataFrame:
    """Months in ordinary employment: an employment degree above 0 and no week (by Thursday) on a transfer.

    Args:
        employment: the `dream_employment` register (`MONTH_RUNS`).
        weeks: what the runs of weeks are (`on_services`).

    Returns:
        `SPELL_SCHEMA`, from the first day of a month to the last day of one, `quantity` in months.
    """
    months = employment.select("person", start=months_until(pl.col("start")), end=months_until(pl.col("end"))).collect()
    transfers = weeks.rows.filter("is_transfer").select(
        "person", start=months_until(pl.col("start")), end=months_until(pl.col("end"))
    )
    person, first, last = subtract(
        *(months.get_column(name).to_numpy() for name in ("person", "start", "end")),
        *(transfers.get_column(name).to_numpy() for name in ("person", "start", "end")),
    )
    if len(person) == 0:
        return pl.DataFrame(schema=SPELL_SCHEMA)
    # The days of some hundred months are looked up: to make dates of millions takes longer than to find the months.
    low, high = int(first.min()), int(last.max())
    first_days = pl.date_range(_first_day(low), _first_day(high), "1mo", eager=True)
    return pl.DataFrame(
        {
            "person": person,
            "service": pl.repeat(EMPLOYMENT, len(person), eager=True),
            "start": first_days.gather(first - low),
            "end": first_days.dt.month_end().gather(last - low),
            "quantity": last - first + 1,
        }
    ).cast(SPELL_SCHEMA)


def _first_day(months_since_0: int) -> date:
    return date((months_since_0 - 1) // 12, (months_since_0 - 1) % 12 + 1, 1)


def spells_of_persons(frames: Mapping[str, pl.LazyFrame], dream_codes: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """`spells` (see `benefit_spells`), `employment` (`employment_spells`) and `unmapped` (`unmapped_weeks`) of persons.

    Args:
        frames: the registers `dream` and, as `months`, `dream_employment`.
        dream_codes: the catalogue's codes.
    """
    weeks = on_services(frames["dream"], dream_codes)
    return {
        "spells": benefit_spells(weeks),
        "employment": employment_spells(frames["months"], weeks),
        "unmapped": unmapped_weeks(weeks, frames["dream"]),
    }


STAGE = Stage(
    "dream_spells",
    spells_of_persons,
    {"spells": in_order, "employment": in_order, "unmapped": summed_by("code", "year")},
)


def code_on(runs: pl.LazyFrame, thursdays: pl.DataFrame) -> pl.DataFrame:
    """The code a citizen is on in the week of a Thursday.

    Args:
        runs: the `dream` register (`WEEK_RUNS`).
        thursdays: `person`, `thursday`.

    Returns:
        `person`, `thursday`, `code`: a row for those on some code.
    """
    return (
        of_persons(runs, thursdays.get_column("person"))
        .join(thursdays.lazy(), on="person", how="inner")
        .filter(pl.col("thursday").is_between("start", "end"))
        .select("person", "thursday", "code")
        .collect()
    )


def _days(dates: object) -> np.ndarray:
    return np.array(list(dates), dtype="datetime64[D]").astype(np.int32)  # type: ignore[call-overload]


def _code_numbers(batch: pl.DataFrame, weeks: list[str]) -> tuple[np.ndarray, dict[str, str]]:
    """The codes as a row-major matrix of small integers (`NO_CODE` for blank), and the names of those not numbers.

    Nearly every column holds plain codes and takes one cast. A column with anything else (spaces around a code,
    `130.0`, letters) is read as text, so that no code is changed or lost.
    """
    batch = batch.select(weeks).with_columns(cs.float().fill_nan(None))
    numbers = batch.select(pl.all().cast(pl.Int16, strict=False))
    codes = numbers.fill_null(NO_CODE).to_numpy(order="c")
    blank = sum(column.null_count() for column in numbers)
    if codes.max() > MOST_CODE or np.count_nonzero(codes < 0) > blank:  # asked of all at once: it is rare
        numbers = numbers.select(pl.when(pl.all().is_between(0, MOST_CODE)).then(pl.all()))
    odd = _odd_columns(batch, numbers)
    names: dict[str, str] = {}
    if odd:
        code = pl.col(odd).cast(pl.String).str.strip_chars().str.replace(r"^(\d+)\.0+$", "$1")
        text = batch.select(pl.when(~code.is_in(["", "."])).then(code))
        found = pl.concat(column.unique().alias("code") for column in text).drop_nulls().unique()
        strange = found.filter(~found.str.contains(r"^\d{1,3}$")).sort().to_list()
        numbered = {code: str(MOST_CODE + 1 + i) for i, code in enumerate(strange)}
        names = {number: code if len(code) <= LONGEST_CODE else TOO_LONG for code, number in numbered.items()}
        numbers = numbers.with_columns(text.select(pl.all().replace(numbered).cast(pl.Int16)))
        codes = numbers.fill_null(NO_CODE).to_numpy(order="c")
    return codes, names


def _odd_columns(batch: pl.DataFrame, numbers: pl.DataFrame) -> list[str]:
    """The columns in which something that is not blank was not read as the number it is."""
    floats = cs.float()
    fractions = batch.select((floats != floats.floor()).any(), rows=pl.len()).row(0, named=True)
    return [
        name
        for name, column, number in zip(batch.columns, batch, numbers, strict=True)
        if fractions.get(name)
        or (column.null_count() != number.null_count() and column.null_count() + _empty(column) != number.null_count())
    ]


def _empty(column: pl.Series) -> int:
    return int((column == "").sum()) if column.dtype == pl.String else 0


def _runs(matrix: np.ndarray, none: int, breaks: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Runs of equal values along the rows (row, first and last column), but for `none`; no run passes a break.

    `breaks` tells for each column but the last whether the next one does not follow it in time.
    """
    n_columns = matrix.shape[1]
    begins = np.ones(matrix.shape, dtype=bool)
    np.not_equal(matrix[:, 1:], matrix[:, :-1], out=begins[:, 1:])
    begins[:, 1:][:, breaks] = True
    starts = np.flatnonzero(begins)
    ends = np.append(starts[1:], matrix.size) - 1
    some = matrix.reshape(-1)[starts] != none
    starts, ends = starts[some], ends[some]
    return starts // n_columns, starts % n_columns, ends % n_columns


def _whole_weeks(thursdays: pl.DataFrame) -> pl.DataFrame:
    return thursdays.with_columns(monday_of(pl.col("start")), sunday_of(pl.col("end")))


def _weeks_by_year(thursdays: pl.DataFrame) -> pl.DataFrame:
    """`code`, `year`, `n`: weeks by the year of their Thursday."""
    return (
        thursdays.with_columns(year=pl.int_ranges(pl.col("start").dt.year(), pl.col("end").dt.year() + 1))
        .explode("year")
        .select(
            "code",
            pl.col("year").cast(pl.Int32),
            weeks=thursdays_until(pl.min_horizontal("end", pl.date("year", 12, 31)))
            - thursdays_until(pl.max_horizontal("start", pl.date("year", 1, 1)) - pl.duration(days=1)),
        )
        .group_by("code", "year")
        .agg(n=pl.sum("weeks"))
    )
