"""Writes DREAM: one wide row a citizen ever on a benefit, a column a week since 1991 and a month since 2008.

Here: the columns, their types and the batches. Not here: who receives what (``dream_weeks.py``). Weeks until 2007
come as numbers, later ones as text, blank as null in even years and as an empty text in odd ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from polars.io.plugins import register_io_source

from synthetic.dates import LAST_YEAR, dream_weeks, year_of
from synthetic.dream_weeks import Histories
from synthetic.population import Population

BATCH = 4_000  # citizens at a time: 4,000 rows x 2,000 columns are some 60 MB
MISSING_PNR = 2
_NUMBERS_UNTIL = 2007
_MONTHS = [f"{year}_{month:02d}" for year in range(2008, LAST_YEAR + 1) for month in range(1, 13)]
_INDUSTRY_MONTHS = _MONTHS[-12:]
_INDUSTRIES = ["471120", "561010", "620100", "871020", "889960", "851200", "412000", "494100"]


def write_dream(folder: Path, population: Population, use: pl.DataFrame, seed: int) -> int:
    """Write ``folder/dream202412.parquet`` from the planted ``use`` and a background; gives the rows without a PNR."""
    histories = Histories(population, use, seed)
    people = population.order[histories.has_row[population.order]]
    batches = [people[first : first + BATCH] for first in range(0, len(people), BATCH)]
    text = [
        pl.Series([""] + [str(code) for code in range(1, 1000)]),
        pl.Series([None] + [str(code) for code in range(1, 1000)], dtype=pl.String),
    ]

    def frames() -> Iterator[pl.DataFrame]:
        for number, batch in enumerate(batches):
            rng = np.random.default_rng([seed, 5, number])
            frame = _frame(population, histories, batch, text, rng)
            if number == len(batches) - 1:
                nameless = frame.head(MISSING_PNR).with_columns(pl.lit(None, pl.String).alias("PNR"))
                frame = pl.concat([frame, nameless])
            yield frame

    def source(with_columns: list[str] | None, *_: object) -> Iterator[pl.DataFrame]:
        return (frame.select(with_columns) if with_columns else frame for frame in frames())

    schema = _frame(population, histories, people[:1], text, np.random.default_rng(0)).schema
    folder.mkdir(parents=True, exist_ok=True)
    register_io_source(source, schema=schema).sink_parquet(folder / "dream202412.parquet", row_group_size=BATCH)
    return MISSING_PNR


def _frame(
    population: Population,
    histories: Histories,
    people: NDArray[np.int64],
    text: list[pl.Series],
    rng: np.random.Generator,
) -> pl.DataFrame:
    """The wide rows of ``people``."""
    names, thursdays = dream_weeks()
    years = year_of(thursdays)
    codes = histories.weeks(people, rng)
    degrees = histories.degrees(people, rng)
    columns: dict[str, pl.Series | NDArray] = {
        "PNR": population.pnr.gather(people),
        "KON": population.koen[people],
        "FOEDDT": population.birth[people],
        "CPRTJEK": np.zeros(len(people), dtype=np.int8),
        "CPRTYPE": np.ones(len(people), dtype=np.int8),
    }
    for week, (name, year) in enumerate(zip(names, years, strict=True)):
        if year <= _NUMBERS_UNTIL:
            columns[name] = pl.Series(codes[week]).cast(pl.Float64).replace(0.0, None)
        else:
            columns[name] = text[int(year % 2 == 0)].gather(codes[week])
    for month, name in enumerate(_MONTHS):
        columns[f"GRAD_{name}"] = degrees[month]
    working = pl.Series(rng.integers(0, len(_INDUSTRIES), len(people)))
    industry = pl.Series(_INDUSTRIES).gather(working)
    for name in _INDUSTRY_MONTHS:
        columns[f"BRANCHE_{name}"] = industry
    return pl.DataFrame(columns)
