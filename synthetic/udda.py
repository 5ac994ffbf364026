"""Writes UDDA, the highest completed education: a file a year, as of 30 September.

Here: the codes, who has completed what when, and the files. 2015-2018 come with column names in lower case and codes as
numbers. Not here: how many of report B's citizens have which level (``plan.py``). Some immigrants have no row.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synthetic import plan
from synthetic.dates import FIRST_YEAR, LAST_YEAR, years_between
from synthetic.population import Population

CODES = {
    "grundskole": ["1107", "1108", "1109", "1110"],
    "ungdomsuddannelse": ["1199", "4110", "4310", "4410"],
    "videregaaende": ["5089", "5166", "5449", "6544"],
}  # HFAUDD: stand for programmes of each level, as many of each
LEVELS = list(CODES)
COMPLETED_AT = (0, 20, 26)  # the age from which each level is held by those who come that far
YOUNGEST = 15
UNKNOWN_ABROAD = 0.15  # of immigrants who are on no list of report B
MISSING_PNR = 2
_SHARES = (0.27, 0.42, 0.31)


def write_udda(folder: Path, population: Population, seed: int) -> int:
    """Write ``folder/udda/udda201509.parquet`` .. ``udda202409.parquet``; gives the number of rows without a PNR."""
    folder = folder / "udda"
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([seed, 9])
    highest, known = _highest(population, rng)
    programme = rng.integers(0, len(CODES[LEVELS[0]]), len(population))
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    for year in years:
        on = np.datetime64(f"{year}-09-30")
        age = years_between(population.birth, np.broadcast_to(on, len(population)))
        there = population.present(on) & (age >= YOUNGEST) & known
        person = population.order[there[population.order]]
        level = np.minimum(highest[person], np.searchsorted(COMPLETED_AT, age[person], side="right") - 1)
        code = np.array(list(CODES.values()))[level, programme[person]]
        rows = pl.DataFrame(
            {
                "PNR": population.pnr.gather(person),
                "HFAUDD": code,
                "HF_KILDE": np.full(len(person), "10"),
                "CPRTJEK": np.full(len(person), "0"),
                "CPRTYPE": np.full(len(person), "1"),
                "VERSION": np.full(len(person), f"{year}09"),
            }
        )
        rows = pl.concat([rows, rows.head(MISSING_PNR).with_columns(pl.lit(None, pl.String).alias("PNR"))])
        if year <= 2018:
            rows = rows.with_columns(pl.col("HFAUDD").cast(pl.Float64)).rename(str.lower)
        rows.write_parquet(folder / f"udda{year}09.parquet")
    return MISSING_PNR * len(years)


def _highest(population: Population, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The place in ``LEVELS`` each citizen comes to in life, and whether the register knows it."""
    highest = rng.choice(len(LEVELS), len(population), p=_SHARES)
    known = ~((population.ie_type == 2) & (rng.random(len(population)) < UNKNOWN_ABROAD))
    _, people = population.members[plan.SAMARBEJDSMODELLEN.study]
    planned = [plan.EDUCATION_B[level] for level in LEVELS]
    highest[people] = rng.permutation(np.repeat(np.arange(len(LEVELS)), planned))
    known[people] = True
    return highest, known
