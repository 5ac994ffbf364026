"""Writes the population register (BEF): a file a quarter, in the shapes such files have been delivered in.

Here: the columns, types and case of BEF. Not here: who the citizens are (``population.py``). 2015-2017 come with dates
as dates; 2018-2019 in lower case with dates as SAS day numbers and codes as numbers; 2020-2022 with ISO text;
2023-2024 with datetimes.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from synthetic.dates import SAS_EPOCH, snapshots, years_between
from synthetic.population import Population

MISSING_PNR = 2  # rows without a number in every snapshot
_CODES = ("KOEN", "KOM", "REG", "IE_TYPE", "CPRTJEK", "CPRTYPE", "BETALINGSKOM")
_DATES = ("REFERENCETID", "FOED_DAG", "BOP_VFRA")


def write_bef(folder: Path, population: Population) -> int:
    """Write ``folder/bef/bef201503.parquet`` .. ``bef202412.parquet``; gives the number of rows without a PNR."""
    folder = folder / "bef"
    folder.mkdir(parents=True, exist_ok=True)
    days = snapshots()
    for day in days:
        frame = _as_delivered(_snapshot(population, day), day)
        frame.write_parquet(folder / f"bef{day:%Y%m}.parquet")
    return MISSING_PNR * len(days)


def _snapshot(population: Population, day: date) -> pl.DataFrame:
    """The citizens present on ``day``, sorted by PNR, dates as dates and codes as text."""
    on = np.datetime64(day)
    household = population.household(on)
    present = population.present(on)
    in_household = np.bincount(household[present], minlength=len(population))
    rows = population.order[present[population.order]]
    birth, home = population.birth[rows], household[rows]
    age = years_between(birth, np.broadcast_to(on, len(rows)))
    couple = in_household[home] > 1
    frame = pl.DataFrame(
        {
            "PNR": population.pnr.gather(rows),
            "FOED_DAG": birth,
            "ALDER": age.astype(np.int16),
            "KOEN": population.koen[rows],
            "KOM": population.kom[rows],
            "ANTPERSH": in_household[home].astype(np.int16),
            "FAMILIE_ID": population.home[rows],
            "IE_TYPE": population.ie_type[rows],
            "FAR_ID": _parent(population, population.far[rows]),
            "MOR_ID": _parent(population, population.mor[rows]),
            "CIVST": np.where(age < 22, "U", np.where(couple, "G", "F")),
            "BOP_VFRA": np.maximum(population.arrival[rows], np.datetime64("1995-01-01")),
        }
    )
    frame = frame.with_columns(
        pl.lit(day).alias("REFERENCETID"),
        pl.col("KOEN", "KOM", "IE_TYPE").cast(pl.String),
        REG=_region(pl.col("KOM")),
        BETALINGSKOM=pl.col("KOM").cast(pl.String),
        CPRTJEK=pl.lit("0"),
        CPRTYPE=pl.lit("1"),
    )
    # The rows without a number repeat citizens who are there with theirs: nobody is missing for it.
    nameless = frame.head(MISSING_PNR).with_columns(pl.lit(None, pl.String).alias("PNR"))
    return pl.concat([frame, nameless])


def _parent(population: Population, positions: np.ndarray) -> pl.Series:
    known = pl.Series(positions >= 0)
    text = population.pnr.gather(np.maximum(positions, 0))
    return pl.select(pl.when(known).then(text)).to_series()


def _region(kom: pl.Expr) -> pl.Expr:
    """The region's number by the municipality's: Bornholm (400) belongs to the capital's."""
    return (
        pl.when((kom < 300) | (kom == 400))
        .then(pl.lit("084"))
        .when(kom < 400)
        .then(pl.lit("085"))
        .when(kom < 600)
        .then(pl.lit("083"))
        .when(kom < 773)
        .then(pl.lit("082"))
        .otherwise(pl.lit("081"))
    )


def _as_delivered(frame: pl.DataFrame, day: date) -> pl.DataFrame:
    """The snapshot in the shape of its years."""
    if day.year <= 2017:
        return frame
    if day.year <= 2019:
        sas = (pl.col(_DATES) - pl.lit(SAS_EPOCH.item())).dt.total_days().cast(pl.Float64)
        return frame.with_columns(sas, pl.col(_CODES).cast(pl.Float64)).rename(str.lower)
    if day.year <= 2022:
        return frame.with_columns(
            pl.col(_DATES).dt.to_string("%Y-%m-%d"), pl.col("PNR", "FAR_ID", "MOR_ID").fill_null("")
        )
    return frame.with_columns(pl.col(_DATES).cast(pl.Datetime("us")))
