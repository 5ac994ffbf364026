"""Writes the courses of treatment for drugs (SMDB_VBGF, Parquet) and for alcohol (NAB, `;`-separated text, to 2020).

Here: how courses pause and are asked for, and the two files. Not here: who is treated how many days
(``planting_optional.py``). A drug course that pauses for up to ``JOINED_GAP`` days is one course with those days in it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from synthetic import plan
from synthetic.dates import DATA_END, first_of
from synthetic.population import Population
from synthetic.spans import background, planted, renewed, spans

DRUGS, ALCOHOL = "stofbehandling", "alkoholbehandling"
FIRST_DAY_DRUGS, FIRST_DAY_ALCOHOL = np.datetime64("2015-01-01"), np.datetime64("2013-01-01")
DATA_END_ALCOHOL = first_of(plan.NAB_LAST_YEAR + 1) - 1
BACKGROUND_SHARE = 0.006  # courses a citizen of the background, of each kind
JOINED_GAP = 10  # days without treatment
REQUESTS = 12  # that no treatment followed
MISSING_PNR = 3


def write_smdb(folder: Path, population: Population, use: pl.DataFrame, seed: int) -> int:
    """Write ``folder/smdb_vbgf2024.parquet`` from ``use`` and a background; gives the rows without a PNR."""
    rng = np.random.default_rng([seed, 11])
    n = max(10, int(BACKGROUND_SHARE * len(population.background)))
    others = background(population, n, (FIRST_DAY_DRUGS, DATA_END), (250, 2_000), {DRUGS: 1.0}, rng, one_open=True)
    courses = _paused(pl.concat([planted(use.filter(pl.col("service") == DRUGS), population, rng), others]), rng)
    courses = pl.concat([courses, _requests(population, use, rng)], how="diagonal")
    courses = courses.with_columns(asked=pl.col("asked").fill_null(pl.col("start") - pl.duration(days=9)))
    person = courses["person"].to_numpy()
    rows = pl.DataFrame(
        {
            "PNR": population.pnr.gather(person),
            "KONTAKTFORLOEBSTARTDATO": courses["asked"],
            "IVAERKSATBEHANDLINGDATO": courses["start"],
            "KONTAKTFORLOEBSLUTDATO": courses["end"],
            "KOMMUNEKODE": population.kom[person].astype(str),
            "CPRTJEK": np.full(len(courses), "0"),
            "CPRTYPE": np.full(len(courses), "1"),
        }
    ).sort("PNR", "KONTAKTFORLOEBSTARTDATO", "KONTAKTFORLOEBSLUTDATO")
    rows = pl.concat([rows, _nameless(rows, rng)]).with_columns(KONTAKTFORLOEBID=pl.int_range(pl.len()))
    folder.mkdir(parents=True, exist_ok=True)
    rows.write_parquet(folder / "smdb_vbgf2024.parquet")
    return MISSING_PNR


def write_nab(folder: Path, population: Population, use: pl.DataFrame, seed: int) -> int:
    """Write ``folder/nab2020.csv`` from ``use`` and a background; gives the rows without a PNR."""
    rng = np.random.default_rng([seed, 12])
    n = max(10, int(BACKGROUND_SHARE * len(population.background)))
    others = background(
        population, n, (FIRST_DAY_ALCOHOL, DATA_END_ALCOHOL), (150, 1_000), {ALCOHOL: 1.0}, rng, one_open=True
    )
    courses = renewed(pl.concat([planted(use.filter(pl.col("service") == ALCOHOL), population, rng), others]), rng)
    ended = pl.col("end") < DATA_END_ALCOHOL.item()
    courses = courses.filter(pl.col("start") <= DATA_END_ALCOHOL.item()).with_columns(end=pl.when(ended).then("end"))
    rows = pl.DataFrame(
        {
            "PNR": population.pnr.gather(courses["person"]),
            "BEHANDLING_START": courses["start"],
            "BEHANDLING_SLUT": courses["end"],
        }
    ).sort("PNR", "BEHANDLING_START", "BEHANDLING_SLUT")
    folder.mkdir(parents=True, exist_ok=True)
    pl.concat([rows, _nameless(rows, rng)]).write_csv(folder / "nab2020.csv", separator=";")
    return MISSING_PNR


def _paused(courses: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Some courses as two with a pause of 0 to ``JOINED_GAP`` days between them, which joins them again."""
    start, end = courses["start"], courses["end"]
    length = (end - start).dt.total_days().fill_null(0).to_numpy()
    split = (length >= 60) & (rng.random(len(courses)) < 0.35)
    middle = start.to_numpy() + length // 2
    pause = rng.choice([0, 1, 6, JOINED_GAP], len(courses), p=[0.2, 0.2, 0.2, 0.4])
    person, service = courses["person"].to_numpy(), courses["service"]
    return pl.concat(
        [
            courses.filter(pl.Series(~split)),
            spans(person, service, start.to_numpy(), middle).filter(pl.Series(split)),
            spans(person, service, middle + 1 + pause, end.to_numpy()).filter(pl.Series(split)),
        ]
    )


def _requests(population: Population, use: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Citizens of report B who asked for drug treatment and had none: they are no users."""
    _, people = population.members[plan.SAMARBEJDSMODELLEN.study]
    treated = use.filter(pl.col("service").is_in([DRUGS, ALCOHOL]))["person"].unique()
    person = rng.permutation(np.setdiff1d(people, treated.to_numpy()))[:REQUESTS]
    asked = np.datetime64("2018-01-01") + rng.integers(0, 1_400, REQUESTS)
    closed = asked + rng.integers(10, 90, REQUESTS)
    frame = pl.DataFrame({"person": person, "asked": asked, "end": closed}).with_columns(service=pl.lit(DRUGS))
    return frame.with_columns(end=pl.when(pl.int_range(pl.len()) % 3 > 0).then("end"))


def _nameless(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Rows that repeat others without their number."""
    return rows.gather(rng.integers(0, len(rows), MISSING_PNR)).with_columns(pl.lit(None, pl.String).alias("PNR"))
