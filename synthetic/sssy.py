"""Writes SSSY, the fees of primary care: a file a year, rows by citizen and week of the fee.

Here: from contacts a year to rows of fees, what stands beside them and must not count, and the files. Not here: how
many contacts a citizen has (``planting_optional.py``, ``sssy_background.py``). A row of the background holds up to nine
contacts, so that the demo stays small. Each year's fees lie in weeks whose Thursday is in it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synthetic import plan
from synthetic.dates import FIRST_YEAR, LAST_YEAR, weeks_in
from synthetic.population import Population
from synthetic.sssy_background import background_contacts

GENERAL_PRACTICE, SELDOM = "80", "70"  # SPEC2 of ``almen_laege``
AROUND_IT = ["71", "81", "83", "89", "90"]  # counted by report B only
OTHER_CARE = ["19", "50", "51", "62"]  # counted by neither
CONTACT, ADD_ON = "0101", "2101"  # the last four digits of SPECIALE
PLANTED_A_ROW, BACKGROUND_A_ROW = 2, 9  # contacts
MISSING_PNR = 3
SERVICES = ("almen_laege", "almen_laege_70_90", "almen_laege_honorar")


def write_sssy(folder: Path, population: Population, use: pl.DataFrame, seed: int) -> int:
    """Write ``folder/sssy/sssy2015.parquet`` .. ``sssy2024.parquet``; gives the number of rows without a PNR."""
    folder = folder / "sssy"
    folder.mkdir(parents=True, exist_ok=True)
    planted = _contacts(use)
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    for year in years:
        rng = np.random.default_rng([seed, 15, year])
        mine = planted.filter(pl.col("year") == year)
        others = background_contacts(population, mine, year, rng)
        fees = pl.concat([_fees(mine, PLANTED_A_ROW, rng), _fees(others, BACKGROUND_A_ROW, rng)])
        weeks = rng.integers(1, int(weeks_in(year)) + 1, len(fees))
        fees = _corrected(_beside(fees.with_columns(week=weeks), rng), rng)
        _delivered(fees, population, year, rng).write_parquet(folder / f"sssy{year}.parquet")
    return MISSING_PNR * len(years)


def _contacts(use: pl.DataFrame) -> pl.DataFrame:
    """The planted use as ``person, year, inside, around, add_ons``: contacts of each definition, and fees for none."""
    wide = use.filter(pl.col("service").is_in(SERVICES)).pivot("service", index=["person", "year"], values="quantity")
    inside, everything, fees = (pl.col(service).fill_null(0).cast(pl.Int64) for service in SERVICES)
    add_ons = (fees - inside * plan.CONTACT_FEE) // plan.ADD_ON_FEE
    contacts = wide.select("person", "year", inside=inside, around=everything - inside, add_ons=add_ons)
    return contacts.sort("person", "year")


def _fees(contacts: pl.DataFrame, most: int, rng: np.random.Generator) -> pl.DataFrame:
    """Rows ``person, spec2, code, contacts, services, fee`` (øre), each of up to ``most`` contacts."""

    def rows(count: str, spec2: list[str], shares: list[float] | None) -> pl.DataFrame:
        cut = contacts.with_columns(parts=(pl.col(count) + most - 1) // most)
        cut = cut.select(pl.all().repeat_by("parts").explode()).drop_nulls("person")
        nth = pl.int_range(pl.len()).over("person")
        each = pl.col(count) // pl.col("parts") + (nth < pl.col(count) % pl.col("parts")).cast(pl.Int64)
        more = np.where(rng.random(len(cut)) < 0.15, rng.integers(1, 4, len(cut)), 0)
        return cut.select(
            "person",
            pl.Series("spec2", rng.choice(spec2, len(cut), p=shares), dtype=pl.String),
            pl.lit(CONTACT).alias("code"),
            each.alias("contacts"),
            (each + pl.Series(more)).alias("services"),
            (each * plan.CONTACT_FEE).alias("fee"),
        )

    without = contacts.filter(pl.col("add_ons") > 0).select(
        "person",
        pl.lit(GENERAL_PRACTICE).alias("spec2"),
        pl.lit(ADD_ON).alias("code"),
        pl.lit(0, pl.Int64).alias("contacts"),
        pl.col("add_ons").alias("services"),
        (pl.col("add_ons") * plan.ADD_ON_FEE).alias("fee"),
    )
    return pl.concat(
        [rows("inside", [GENERAL_PRACTICE, SELDOM], [0.97, 0.03]), rows("around", AROUND_IT, None), without]
    )


def _beside(fees: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Adds what must not count: fees for the citizen's child, and fees of dentists and other specialists."""
    own = fees.with_columns(child=pl.lit(0, pl.Int8))
    childs = own.gather(_some(own, 0.05, rng)).with_columns(child=pl.lit(1, pl.Int8))
    others = own.gather(_some(own, 0.10, rng))
    others = others.with_columns(spec2=pl.Series(rng.choice(OTHER_CARE, len(others)), dtype=pl.String))
    return pl.concat([own, childs, others])


def _corrected(fees: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Some fees entered twice and taken back in the same week: a row, the row again, and its negative."""
    again = fees.gather(_some(fees, 0.005, rng))
    return pl.concat([fees, again, again.with_columns(-pl.col("contacts", "services", "fee"))])


def _some(fees: pl.DataFrame, share: float, rng: np.random.Generator) -> NDArray[np.int64]:
    return rng.choice(len(fees), max(1, int(share * len(fees))), replace=False)


def _delivered(fees: pl.DataFrame, population: Population, year: int, rng: np.random.Generator) -> pl.DataFrame:
    """The rows with the register's columns, by citizen and week; a few of them again without their number."""
    person = fees["person"].to_numpy()
    week = fees["week"].cast(pl.String).str.zfill(2)
    rows = fees.select(
        population.pnr.gather(person).alias("PNR"),
        pl.col("spec2").alias("SPEC2"),
        pl.concat_str("spec2", "code").alias("SPECIALE"),
        pl.col("contacts").alias("KONTAKT"),
        pl.col("services").alias("YDLANT"),
        (pl.col("fee") / 100).alias("BRUHON"),
        (f"{year % 100:02d}" + week).alias("HONUGE"),
        pl.col("child").alias("BARNMAK"),
        pl.Series("YDERNR", 100_000 + person % 3_400).cast(pl.String),
        pl.lit("0").alias("CPRTJEK"),
        pl.lit("1").alias("CPRTYPE"),
    ).sort("PNR", "HONUGE", "SPECIALE", "BARNMAK", "KONTAKT", "YDLANT")
    nameless = rows.gather(rng.integers(0, len(rows), MISSING_PNR)).with_columns(pl.lit(None, pl.String).alias("PNR"))
    return pl.concat([rows, nameless])
