"""Writes BFL, pay by job: a file a year, as of December, its columns in lower case until 2018.

Here: from a year's hours and wages to jobs and pay periods, what stands beside them and must not count, and the files.
Not here: how much the planted citizens are paid (``planting_pay_and_law.py``), nor who works when: that is what DREAM
was written with (``dream_weeks.py``), since its employment degrees come from BFL. Pay in the background is by quarter,
so that the demo stays small.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synthetic.dates import FIRST_YEAR, LAST_YEAR, first_of
from synthetic.population import Population

FULL_TIME = 16_033  # hundredths of an hour a month
LOWEST_WAGE, WAGES_APART = 13_000, 17_000  # øre an hour
SECOND_JOB = 0.15  # of the months of the planted
CORRECTED = 0.004  # of all rows
MISPAID, YOUNGEST = 25, 18  # citizens a year without work whose pay was all taken back
MISSING_PNR, REVERSED = 3, 2
_YEAR_OF_SMALL_LETTERS = 2018


def write_bfl(folder: Path, population: Population, use: pl.DataFrame, seed: int) -> dict[str, int]:
    """Write ``folder/bfl/bfl201512.parquet`` .. ``bfl202412.parquet`` from the planted ``use`` and a background.

    ``folder`` holds DREAM's file. Gives the number of rows to be set aside, by reason.
    """
    at_work = pl.scan_parquet(folder / "dream202412.parquet")
    numbers = pl.LazyFrame({"PNR": population.pnr, "person": np.arange(len(population))})
    planted = use.filter(pl.col("service").is_in(["loentimer", "loen"]))
    planted = planted.pivot("service", index=["person", "year"], values="quantity")
    folder = folder / "bfl"
    folder.mkdir(parents=True, exist_ok=True)
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    for year in years:
        rng = np.random.default_rng([seed, 18, year])
        names = {f"GRAD_{year}_{month:02d}": str(month) for month in range(1, 13)}
        months = (
            at_work.select("PNR", *names)
            .rename(names)
            .join(numbers, on="PNR")
            .drop("PNR")
            .unpivot(index="person", variable_name="month", value_name="degree")
            .filter(pl.col("degree") > 0)
            .with_columns(pl.col("month").cast(pl.Int8))
            .collect()
            .sort("person", "month")
        )
        mine = planted.filter(pl.col("year") == year).drop("year")
        paid = pl.concat([_by_month(months.join(mine, on="person"), year, rng), _by_quarter(months, mine, year)])
        paid = _corrected(paid, population, year, rng)
        _delivered(paid, population, year, rng).write_parquet(folder / f"bfl{year}12.parquet")
    return {"missing_pnr": MISSING_PNR * len(years), "end_before_start": REVERSED * len(years)}


def _by_month(months: pl.DataFrame, year: int, rng: np.random.Generator) -> pl.DataFrame:
    """The planted ``loentimer`` and ``loen`` of a year as rows ``person, start, end, hours, wage``: a job a month, in
    some a second one.

    Hours are hundredths that round to the planted whole hours of the month. Some pay periods begin in the middle of the
    month that they belong to, and end in the next.
    """
    of, nth = pl.len().over("person"), pl.int_range(pl.len()).over("person")
    parts = {
        name: pl.col(total) // of + (nth < pl.col(total) % of).cast(pl.Int64)
        for name, total in (("hours", "loentimer"), ("wage", "loen"))
    }
    near = pl.Series(rng.integers(-50, 50, len(months)))
    first = pl.date(year, pl.col("month"), 1)
    middle = pl.Series(rng.random(len(months)) < 0.2).cast(pl.Int64) * 15
    whole = months.with_columns(**parts).select(
        "person",
        start=first + pl.duration(days=middle),
        end=first.dt.offset_by("1mo") + pl.duration(days=middle - 1),
        hours=pl.col("hours") * 100 + near,
        wage="wage",
    )
    two = pl.Series(rng.random(len(months)) < SECOND_JOB)
    second = whole.with_columns(pl.col("hours", "wage") // 3)
    first_of_two = whole.with_columns(pl.col("hours", "wage") - pl.col("hours", "wage") // 3)
    return pl.concat([whole.filter(~two), first_of_two.filter(two), second.filter(two)])


def _by_quarter(months: pl.DataFrame, planted: pl.DataFrame, year: int) -> pl.DataFrame:
    """Pay of everybody else at work, in the columns of ``_by_month``; a citizen's wage an hour is always the same."""
    quarters = (
        months.join(planted, on="person", how="anti")
        .group_by("person", quarter=(pl.col("month") - 1) // 3)
        .agg(pl.sum("degree"))
        .sort("person", "quarter")
    )
    first = pl.date(year, pl.col("quarter") * 3 + 1, 1)
    hours = (pl.col("degree").cast(pl.Float64) * FULL_TIME).round().cast(pl.Int64)
    an_hour = LOWEST_WAGE + pl.col("person") * 7_919 % WAGES_APART
    return quarters.select(
        "person",
        start=first,
        end=first.dt.offset_by("3mo") - pl.duration(days=1),
        hours=hours,
        wage=hours * an_hour // 100,
    )


def _corrected(paid: pl.DataFrame, population: Population, year: int, rng: np.random.Generator) -> pl.DataFrame:
    """Some pay entered twice and taken back, and pay of citizens without work that was taken back altogether."""
    again = paid.gather(rng.choice(len(paid), int(CORRECTED * len(paid)), replace=False))
    grown = population.present(first_of(year)) & (population.birth < first_of(year - YOUNGEST))
    idle = np.setdiff1d(np.flatnonzero(grown), paid["person"].to_numpy())
    mispaid = paid.clear(MISPAID).with_columns(
        person=pl.Series(rng.choice(idle, MISPAID, replace=False), dtype=pl.Int64),
        start=pl.date(year, 5, 1),
        end=pl.date(year, 5, 31),
        hours=pl.Series(rng.integers(500, 9_000, MISPAID), dtype=pl.Int64),
        wage=pl.Series(rng.integers(90_000, 1_500_000, MISPAID), dtype=pl.Int64),
    )
    taken_back = pl.concat([again, mispaid]).with_columns(-pl.col("hours", "wage"))
    return pl.concat([paid, again, mispaid, taken_back])


def _delivered(paid: pl.DataFrame, population: Population, year: int, rng: np.random.Generator) -> pl.DataFrame:
    """The rows with the register's columns, by citizen and period; some again without a number, or reversed."""
    rows = paid.select(
        population.pnr.gather(paid["person"]).alias("PNR"),
        pl.col("start").alias("AJO_JOB_START_DATO"),
        pl.col("end").alias("AJO_JOB_SLUT_DATO"),
        (pl.col("hours") / 100).alias("AJO_LOENTIMER"),
        (pl.col("wage") / 100).alias("AJO_SMALT_LOENBELOEB"),
        (pl.col("wage") * 108 // 100 / 100).alias("AJO_BREDT_LOENBELOEB"),
        pl.lit("0").alias("CPRTJEK"),
        pl.lit("1").alias("CPRTYPE"),
    ).sort("PNR", "AJO_JOB_START_DATO", "AJO_JOB_SLUT_DATO", "AJO_SMALT_LOENBELOEB", "AJO_LOENTIMER")
    nameless = rows.gather(_some(rows, MISSING_PNR, rng)).with_columns(pl.lit(None, pl.String).alias("PNR"))
    before = pl.col("AJO_JOB_START_DATO") - pl.duration(days=1)
    reversed_ = rows.gather(_some(rows, REVERSED, rng)).with_columns(AJO_JOB_SLUT_DATO=before)
    rows = pl.concat([rows, nameless, reversed_])
    return rows.rename(str.lower) if year <= _YEAR_OF_SMALL_LETTERS else rows


def _some(rows: pl.DataFrame, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    return rng.integers(0, len(rows), n)
