"""Writes HANDIC, the services granted under the Social Services Act: `;`-separated text, dates in ISO.

Here: the register's codes and the file. Not here: who gets how many days (``planting.py``), or how they become dated
grants that follow, overlap and stay open (``spans.py``).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from synthetic.dates import DATA_END
from synthetic.population import Population
from synthetic.spans import background, planted, renewed

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
COMMON = {
    "socialpaedagogisk_stoette": 0.62,
    "botilbud_midlertidigt": 0.05,
    "botilbud_laengerevarende": 0.06,
    "kontaktperson": 0.02,
    "behandling": 0.06,
    "beskyttet_beskaeftigelse": 0.07,
    "aktivitet_samvaer": 0.12,
}  # of the background's grants, the share of each service


def write_handic(folder: Path, population: Population, use: pl.DataFrame, seed: int) -> int:
    """Write ``folder/handic2024.csv`` from the planted ``use`` and a background; gives the rows without a PNR."""
    rng = np.random.default_rng([seed, 3])
    use = use.filter(pl.col("service").is_in(_SERVICES))
    mine, n = planted(use, population, rng), max(1, int(BACKGROUND_SHARE * len(population.background)))
    others = background(population, n, (FIRST_DAY, DATA_END), (500, 4_000), COMMON, rng)
    grants = renewed(pl.concat([mine, others]), rng)
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
