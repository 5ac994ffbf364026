"""Writes who died (DOD) and who moved into and out of the country (VNDS), both to the end of 2024.

Here: the two files. Not here: when a citizen comes and goes (``population.py``). Some travel and are back between two
snapshots of the population register, which never shows it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from synthetic.dates import DATA_END, FIRST_YEAR, LAST_YEAR, Days, first_of, years_between
from synthetic.population import Population

TRAVELLING = 0.003  # of the background, once
MISSING_PNR = 2
IN, OUT = "I", "U"
_COUNTRIES = ["5110", "5120", "5170", "5180", "5390", "5484"]


def write_dod(folder: Path, population: Population, seed: int) -> int:
    """Write ``folder/dod2024.parquet``; gives the number of rows without a PNR."""
    rng = np.random.default_rng([seed, 13])
    died = np.flatnonzero(population.died & (population.departure <= DATA_END))
    day = population.departure[died]
    rows = pl.DataFrame(
        {
            "PNR": population.pnr.gather(died),
            "DODDATO": day,
            "ALDER_HAEND": years_between(population.birth[died], day).astype(np.int16),
            "CPRTJEK": np.full(len(died), "0"),
            "CPRTYPE": np.full(len(died), "1"),
        }
    )
    return _write(rows.sort("PNR"), folder / "dod2024.parquet", rng)


def write_vnds(folder: Path, population: Population, seed: int) -> int:
    """Write ``folder/vnds2024.parquet``; gives the number of rows without a PNR."""
    rng = np.random.default_rng([seed, 14])
    arrived = np.flatnonzero((population.arrival > population.birth) & (population.arrival <= DATA_END))
    left = np.flatnonzero(~population.died & (population.departure <= DATA_END))
    travellers, out, back = _travels(population, rng)
    moves = [
        (arrived, population.arrival[arrived], IN),
        (left, population.departure[left], OUT),
        (travellers, out, OUT),
        (travellers, back, IN),
    ]
    rows = pl.concat(
        pl.DataFrame(
            {
                "PNR": population.pnr.gather(person),
                "HAEND_DATO": day,
                "INDUD_KODE": np.full(len(person), code),
                "INDUD_LAND": rng.choice(_COUNTRIES, len(person)),
                "CPRTJEK": np.full(len(person), "0"),
                "CPRTYPE": np.full(len(person), "1"),
            }
        )
        for person, day, code in moves
    )
    return _write(rows.sort("PNR", "HAEND_DATO"), folder / "vnds2024.parquet", rng)


def _travels(population: Population, rng: np.random.Generator) -> tuple[np.ndarray, Days, Days]:
    """Who is abroad for some weeks of one quarter, from when, and when they are back."""
    n = max(1, int(TRAVELLING * len(population.background)))
    person = rng.choice(population.background, n, replace=False)
    year = rng.integers(FIRST_YEAR, LAST_YEAR + 1, n)
    quarter = (year - 1970) * 12 + 3 * rng.integers(0, 4, n)
    first = quarter.astype("datetime64[M]").astype("datetime64[D]")
    whole = (np.maximum(population.arrival, population.birth)[person] < first_of(year)) & (
        population.departure[person] >= first_of(year + 1)
    )
    out = first + rng.integers(5, 30, n)
    back = out + rng.integers(14, 50, n)
    return person[whole], out[whole], back[whole]


def _write(rows: pl.DataFrame, path: Path, rng: np.random.Generator) -> int:
    nameless = rows.gather(rng.integers(0, len(rows), MISSING_PNR)).with_columns(pl.lit(None, pl.String).alias("PNR"))
    path.parent.mkdir(parents=True, exist_ok=True)
    pl.concat([rows, nameless]).write_parquet(path)
    return MISSING_PNR
