"""Writes HERB_FORSORG_MV_F, the stays in shelters: `;`-separated text, dates in ISO.

Here: the kinds of stay and the file. Not here: who stays how many days (``planting_optional.py``), or how stays
overlap (``spans.py``).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from synthetic.dates import DATA_END
from synthetic.population import Population
from synthetic.spans import background, planted, renewed

FIRST_DAY = np.datetime64("2013-01-01")
BACKGROUND_SHARE = 0.004  # stays a citizen of the background
MISSING_PNR = 3
SHELTER, OTHER_STAYS = "forsorgshjem", "forsorgshjem_andre_ophold"
SECTION_110, OTHER_KINDS = "101", ["102", "103"]  # OPHOLD_TYPE; of the others only that they are not § 110


def write_herb_forsorg(folder: Path, population: Population, use: pl.DataFrame, seed: int) -> int:
    """Write ``folder/herb_forsorg_mv_f2024.csv`` from ``use`` and a background; gives the rows without a PNR."""
    rng = np.random.default_rng([seed, 10])
    n = max(10, int(BACKGROUND_SHARE * len(population.background)))
    others = background(
        population, n, (FIRST_DAY, DATA_END), (70, 500), {SHELTER: 0.8, OTHER_STAYS: 0.2}, rng, one_open=True
    )
    mine = planted(use.filter(pl.col("service").is_in([SHELTER, OTHER_STAYS])), population, rng)
    stays = renewed(pl.concat([mine, others]), rng, often=2.5)
    person = stays["person"].to_numpy()
    last = stays["end"].fill_null(DATA_END.item())
    rows = pl.DataFrame(
        {
            "PNR": population.pnr.gather(person),
            "INDFLYT": stays["start"],
            "UDFLYT": stays["end"],
            "OPHOLD_TYPE": np.where(stays["service"] == SHELTER, SECTION_110, rng.choice(OTHER_KINDS, len(stays))),
            "ANTDAG": (last - stays["start"]).dt.total_days() + 1,
            "BOF_KOM": population.kom[person].astype(str),
            "CPRTJEK": np.zeros(len(stays), dtype=np.int8),
            "CPRTYPE": np.ones(len(stays), dtype=np.int8),
        }
    ).sort("PNR", "INDFLYT", "OPHOLD_TYPE", "UDFLYT")
    nameless = rows.gather(rng.integers(0, len(rows), MISSING_PNR)).with_columns(pl.lit(None, pl.String).alias("PNR"))
    folder.mkdir(parents=True, exist_ok=True)
    pl.concat([rows, nameless]).write_csv(folder / "herb_forsorg_mv_f2024.csv", separator=";")
    return MISSING_PNR
