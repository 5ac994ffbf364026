"""Writes HANDIC, the services granted under the Social Services Act: `;`-separated text, dates in ISO.

Here: grants, how they follow, overlap and stay open, and the file. Not here: who gets how many days
(``planting.py``). Whatever is done to a grant leaves the days it covers as they were.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synthetic.dates import DATA_END, Days, days_in, first_of
from synthetic.population import Population

CODES = {
    "socialpaedagogisk_stoette": "85",
    "botilbud_midlertidigt": "107",
    "botilbud_laengerevarende": "108",
    "kontaktperson": "98",
    "behandling": "102",
    "beskyttet_beskaeftigelse": "103",
    "aktivitet_samvaer": "104",
}
FIRST_DAY = np.datetime64("2013-01-01")
PREVENTIVE_FROM = np.datetime64("2020-07-01")  # §§ 82 a and 82 b are reported from here
BACKGROUND_SHARE = 0.03  # grants a citizen of the background
MISSING_PNR = 5
_SERVICES = list(CODES)
_COMMON = np.array([0.62, 0.05, 0.06, 0.02, 0.06, 0.07, 0.12])  # of the background's grants, by service


def write_handic(folder: Path, population: Population, use: pl.DataFrame, seed: int) -> int:
    """Write ``folder/handic2024.csv`` from the planted ``use`` and a background; gives the rows without a PNR."""
    rng = np.random.default_rng([seed, 3])
    use = use.filter(pl.col("service").is_in(_SERVICES))
    grants = pl.concat([_planted(use, population, rng), _background(population, rng)])
    grants = _roughened(grants, rng)
    start = grants["start"].to_numpy()
    preventive = (
        (grants["service"] == _SERVICES[0]).to_numpy() & (start >= PREVENTIVE_FROM) & (rng.random(len(grants)) < 0.2)
    )
    code = np.array([CODES[service] for service in grants["service"]], dtype="U3")
    code[preventive] = rng.choice(["82a", "82b"], preventive.sum())
    person = grants["person"].to_numpy()
    kom = population.kom[person].astype(str)
    rows = pl.DataFrame(
        {
            "Pnr": population.pnr.gather(person),
            "Modt_Ydelse_Kode": code,
            "Ydelse_Start": start,
            "Ydelse_Slut": grants["end"],
            "BetalingsKommune": kom,
            "HandleKommune": kom,
            "GodkendtPeriode": np.full(len(grants), "2024"),
            "Cprtjek": np.zeros(len(grants), dtype=np.int8),
            "Cprtype": np.ones(len(grants), dtype=np.int8),
        }
    ).sort("Pnr", "Ydelse_Start", "Modt_Ydelse_Kode", "Ydelse_Slut")
    nameless = rows.gather(rng.integers(0, len(rows), MISSING_PNR)).with_columns(pl.lit(None, pl.String).alias("Pnr"))
    folder.mkdir(parents=True, exist_ok=True)
    pl.concat([rows, nameless]).write_csv(folder / "handic2024.csv", separator=";")
    return MISSING_PNR


def _grants(person: NDArray, service: pl.Series | NDArray, start: Days, end: Days) -> pl.DataFrame:
    """Grants ``person, service, start, end``; an ``end`` on the last day delivered is still open: null."""
    frame = pl.DataFrame({"person": person, "service": service, "start": start, "end": end})
    open_end = pl.col("end") >= DATA_END.item()
    return frame.with_columns(end=pl.when(~open_end).then("end")).cast({"person": pl.Int64, "service": pl.String})


def _planted(use: pl.DataFrame, population: Population, rng: np.random.Generator) -> pl.DataFrame:
    """A year's days as grants inside that year: towards the neighbouring years where the service goes on there.

    Days of a citizen who has the service in both neighbouring years lie at both ends of the year. A grant that fills
    the study's last year goes on after it.
    """
    year, days = use["year"].to_numpy(), use["quantity"].to_numpy()
    before, after = use["before"].to_numpy(), use["after"].to_numpy()
    first, free = first_of(year), days_in(year) - days
    both = before & after & (free > 0) & (days > 1)
    early = np.where(both, days // 2, days)
    offset = np.where(before, 0, np.where(after, free, rng.integers(0, free + 1)))
    start, last = first + offset, first + days_in(year) - 1
    person, final = use["person"].to_numpy(), use.select(pl.col("period") == pl.col("period").max().over("study"))
    goes_on = final.to_series().to_numpy() & (free == 0) & (population.departure[person] > DATA_END)
    one = _grants(person, use["service"], start, np.where(goes_on, DATA_END, start + early - 1))
    two = _grants(person, use["service"], last - (days - early) + 1, last)
    return pl.concat([one, two.filter(pl.Series(both))])


def _background(population: Population, rng: np.random.Generator) -> pl.DataFrame:
    """Grants of citizens who are on no list, within their time in the population."""
    n = max(1, int(BACKGROUND_SHARE * len(population.background)))
    person = rng.choice(population.background, n)
    start = FIRST_DAY + rng.integers(0, int((DATA_END - FIRST_DAY).astype("int64")), n)
    grown = (population.birth < np.datetime64("1980-01-01")) & population.present(FIRST_DAY)
    person[0], start[0] = np.flatnonzero(grown)[-1], FIRST_DAY  # so that the register begins in its first year
    start = np.maximum(start, np.maximum(population.arrival[person], population.birth[person] + 18 * 365))
    end = np.minimum(start + np.clip(rng.gamma(1.2, 500, n), 20, 4000).astype("int64"), population.departure[person])
    service = np.array(_SERVICES)[rng.choice(len(_SERVICES), n, p=_COMMON)]
    there = (start < end) & (start < DATA_END)
    return _grants(person[there], service[there], start[there], end[there])


def _roughened(grants: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Some grants renewed as two that touch, some as two that overlap, some with a shorter one inside."""
    last = grants["end"].fill_null(DATA_END.item()).to_numpy()
    start = grants["start"].to_numpy()
    length = (last - start).astype("int64")
    fate = np.where(length >= 20, rng.random(len(grants)), 1.0)
    middle = start + length // 2
    overlap = np.where(fate < 0.10, -1, 6)  # -1: the first ends the day before the second starts
    split, inside = fate < 0.18, (fate >= 0.18) & (fate < 0.22)
    person, service = grants["person"].to_numpy(), grants["service"]
    return pl.concat(
        [
            grants.filter(pl.Series(~split)),
            _grants(person, service, start, middle + overlap).filter(pl.Series(split)),
            _grants(person, service, middle, last).filter(pl.Series(split)),
            _grants(person, service, start + 3, last - 5).filter(pl.Series(inside)),
        ]
    )
