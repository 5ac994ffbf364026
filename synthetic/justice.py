"""Writes the registers of police and courts, a file a year: charges (KRSI), decisions (KRAF), imprisonments (KRIN).

Here: the days of the planted charges and decisions, a background of each, and the files. Not here: who is charged how
often (``planting_pay_and_law.py``), nor where in a year the planted days lie (``spans.py``). KRSI comes as Parquet, its
dates as SAS day numbers until 2018; the others as `;`-separated text. An imprisonment over new year is in the files of
both years, and ends of its last year alone are missing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from synthetic.dates import DATA_END, FIRST_YEAR, LAST_YEAR, SAS_EPOCH, days_in, first_of, years_between
from synthetic.population import Population
from synthetic.spans import background, planted, renewed

YEARS = range(FIRST_YEAR, LAST_YEAR + 1)
CHARGES, DECISIONS, IMPRISONMENTS = "sigtelse", "afgoerelse", "indsaettelse"
YOUNGEST = 15
A_YEAR = {CHARGES: 0.022, DECISIONS: 0.015}  # of the background, each year; of them a few several times
IMPRISONED = 0.012  # imprisonments a citizen of the background, of all years
OFFENCES = ["1110101", "1140102", "1312003", "1410501", "1530204", "2110000", "3210105", "3820001"]  # stand-ins
MISSING_PNR, REVERSED = 2, 1
_LAST_AS_SAS = 2018


def write_krsi(folder: Path, population: Population, use: pl.DataFrame, seed: int) -> dict[str, int]:
    """Write ``folder/krsi/krsi2015.parquet`` and on; gives the number of rows to be set aside, by reason."""
    folder = _made(folder / "krsi")
    for year in YEARS:
        rows = _events(population, use, CHARGES, year, np.random.default_rng([seed, 19, year]))
        rows = rows.rename({"day": "SIG_SIGTDTO", "offence": "SIG_GER7"})
        if year <= _LAST_AS_SAS:
            number = (pl.col("SIG_SIGTDTO") - pl.lit(SAS_EPOCH.item())).dt.total_days().cast(pl.Float64)
            rows = rows.with_columns(number).rename(str.lower)
        rows.write_parquet(folder / f"krsi{year}.parquet")
    return {"missing_pnr": MISSING_PNR * len(YEARS)}


def write_kraf(folder: Path, population: Population, use: pl.DataFrame, seed: int) -> dict[str, int]:
    """Write ``folder/kraf/kraf2015.csv`` and on; gives the number of rows to be set aside, by reason."""
    folder = _made(folder / "kraf")
    for year in YEARS:
        rows = _events(population, use, DECISIONS, year, np.random.default_rng([seed, 20, year]))
        rows = rows.rename({"day": "AFG_AFGOEDTO", "offence": "AFG_GER7"})
        rows.write_csv(folder / f"kraf{year}.csv", separator=";")
    return {"missing_pnr": MISSING_PNR * len(YEARS)}


def write_krin(folder: Path, population: Population, use: pl.DataFrame, seed: int) -> dict[str, int]:
    """Write ``folder/krin/krin2015.csv`` and on; gives the number of rows to be set aside, by reason."""
    folder = _made(folder / "krin")
    rng = np.random.default_rng([seed, 21])
    n = max(20, int(IMPRISONED * len(population.background)))
    others = background(
        population, n, (first_of(FIRST_YEAR), DATA_END), (50, 900), {IMPRISONMENTS: 1.0}, rng, one_open=True
    )
    mine = planted(use.filter(pl.col("service") == IMPRISONMENTS), population, rng)
    inside = renewed(pl.concat([mine, others]), rng)
    rows = inside.select(
        population.pnr.gather(inside["person"]).alias("PNR"),
        pl.col("start").alias("IND_FGSLDTO"),
        pl.col("end").alias("IND_LOESLDTO"),
    ).sort("PNR", "IND_FGSLDTO", "IND_LOESLDTO")
    first, last = (pl.col(name).fill_null(DATA_END.item()).dt.year() for name in ("IND_FGSLDTO", "IND_LOESLDTO"))
    for year in YEARS:
        of_year = rows.filter(first <= year, last >= year)
        reversed_ = of_year.head(REVERSED).with_columns(IND_LOESLDTO=pl.col("IND_FGSLDTO") - pl.duration(days=30))
        delivered = pl.concat([of_year, reversed_, _nameless(of_year, rng)])
        delivered.write_csv(folder / f"krin{year}.csv", separator=";")
    return {"missing_pnr": MISSING_PNR * len(YEARS), "end_before_start": REVERSED * len(YEARS)}


def _events(
    population: Population, use: pl.DataFrame, service: str, year: int, rng: np.random.Generator
) -> pl.DataFrame:
    """A year's events, the planted and a background, as ``PNR, day, offence``; some rows again without their number."""
    mine = use.filter(pl.col("service") == service, pl.col("year") == year)
    grown = years_between(population.birth, np.broadcast_to(first_of(year), len(population))) >= YOUNGEST
    whole = grown & (population.arrival < first_of(year)) & (population.departure >= first_of(year + 1))
    there = population.background[whole[population.background]]
    others = rng.choice(there, int(A_YEAR[service] * len(there)), replace=False)
    times = np.concatenate([mine["quantity"].to_numpy(), rng.geometric(0.75, len(others))])
    person = np.repeat(np.concatenate([mine["person"].to_numpy(), others]), times)
    day = first_of(year) + rng.integers(0, days_in(year), len(person))
    same_day = (person[1:] == person[:-1]) & (rng.random(len(person) - 1) < 0.3)
    day[1:][same_day] = day[:-1][same_day]
    rows = pl.DataFrame(
        {"PNR": population.pnr.gather(person), "day": day, "offence": rng.choice(OFFENCES, len(person))}
    ).sort("PNR", "day", "offence")
    return pl.concat([rows, _nameless(rows, rng)])


def _nameless(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Rows that repeat others without their number."""
    return rows.gather(rng.integers(0, len(rows), MISSING_PNR)).with_columns(pl.lit(None, pl.String).alias("PNR"))


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
