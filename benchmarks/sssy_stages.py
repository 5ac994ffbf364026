"""The stages of SSSY, each run as a process: `python -m benchmarks.sssy_stages STAGE FOLDER [YEAR]`.

Here: made-up deliveries of SSSY, and what a stage reads, calls and writes, as the assets do. Not here: which stages are
measured (`sssy.py`). The folder's size is what `sssy.py` has written in it. A year's file holds its weeks in order, and
in a week citizens in no order, which is the hardest for entry.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date
from functools import partial

import numpy as np
import polars as pl
from polars.io.plugins import register_io_source

from benchmarks.sssy import FIRST_YEAR, N_STUDY, SIZE_FILE, Size
from benchmarks.stages import run_engine
from benchmarks.store import Store, run_stage
from catalogue.reader import read_catalogue
from deliveries.entry import delivered_pnrs, enter
from deliveries.sources import open_sources
from expectations.contracts.columns import polars_schema
from expectations.contracts.delivered.health import SSSY
from expectations.contracts.registers import REGISTERS
from pipelines.costs import costs
from pipelines.coverage import covered, yearly_coverage
from pipelines.persons import KEY_SCHEMA, extend_person_key, of_persons
from pipelines.registers import sssy
from pipelines.tables import cost_table
from pipelines.use import study_use

SEED = 2026
ROWS_AT_ONCE = 1_000_000
WEEKS, PROVIDERS = 52, 3_400
ROWS_A_VISIT = 1.8  # the first has the contact, the others are fees for what was done at it
TAKEN_BACK, CHILDS = 0.005, 0.04
SPECIALTIES = {
    "80": 0.62,
    "70": 0.02,
    "71": 0.01,
    "81": 0.01,
    "83": 0.02,
    "90": 0.01,
    "50": 0.16,
    "51": 0.09,
    "19": 0.06,
}
SPREAD = 1.5  # some citizens have many visits
STRIDE, PNRS = 61_803_398_875 + 2, 10**12
"""PNRs are numbers that far apart, modulo `PNRS`: distinct, as the stride shares no factor with it, and in no order."""


def size_of(store: Store) -> Size:
    return Size(**json.loads((store.folder / SIZE_FILE).read_text(encoding="utf-8")))


def write_deliveries(store: Store) -> None:
    """A file a year in the register's form, written a chunk of rows at a time."""
    size, folder = size_of(store), store.folder / "extracts" / "sssy"
    folder.mkdir(parents=True, exist_ok=True)
    pnr = pl.Series("PNR", np.arange(size.citizens) * STRIDE % PNRS).cast(pl.String).str.zfill(12)
    for year in size.delivered_years:
        fees = partial(_fees, pnr, year, size.rows)
        schema = fees(0, 1).schema

        def source(with_columns: list[str] | None, *_: object, fees: partial[pl.DataFrame] = fees) -> Iterator:
            for first in range(0, size.rows, ROWS_AT_ONCE):
                yield fees(first, min(ROWS_AT_ONCE, size.rows - first)).select(with_columns or pl.all())

        register_io_source(source, schema=schema).sink_parquet(
            folder / f"sssy{year}.parquet", row_group_size=ROWS_AT_ONCE
        )


def _fees(pnr: pl.Series, year: int, of: int, first: int, rows: int) -> pl.DataFrame:
    """So many of a year's rows, `of` in all, from the `first` on: visits of one or more rows, and corrections."""
    rng = np.random.default_rng([SEED, year, first])
    begins = rng.random(rows) < 1 / ROWS_A_VISIT
    visit = np.cumsum(begins)
    visits = int(visit[-1]) + 1
    weeks = np.sort(1 + WEEKS * (first + rng.integers(0, rows, visits)) // of)
    spec2 = rng.choice(len(SPECIALTIES), visits, p=list(SPECIALTIES.values()))
    person = (len(pnr) * rng.random(visits) ** SPREAD).astype(np.int64)
    taken_back = rng.random(rows) < TAKEN_BACK
    taken_back[0] = False
    again = np.arange(rows) - taken_back  # a correction is the row before it, with the opposite sign
    visit, sign = visit[again], np.where(taken_back, -1, 1)
    codes = pl.Series("SPEC2", list(SPECIALTIES)).gather(spec2[visit])
    return pl.DataFrame(
        {
            "PNR": pnr.gather(person[visit]),
            "SPEC2": codes,
            "SPECIALE": codes + pl.Series(["2101", "0101"]).gather(begins[again].astype(int)),
            "KONTAKT": sign * begins[again],
            "YDLANT": sign * rng.integers(1, 3, rows)[again],
            "BRUHON": sign * rng.integers(2_000, 40_000, rows)[again] / 100,
            "HONUGE": pl.Series([f"{year % 100:02}{week:02}" for week in range(WEEKS + 1)]).gather(weeks[visit]),
            "BARNMAK": (rng.random(visits) < CHILDS)[visit].astype(np.int8),
            "YDERNR": pl.Series([f"{100_000 + n}" for n in range(PROVIDERS)]).gather(person[visit] % PROVIDERS),
        }
    )


def person_key(store: Store) -> None:
    """The key of whoever is in SSSY, where there is none yet."""
    pnrs = delivered_pnrs(SSSY, store.sources("sssy"))
    store.write("person_key", extend_person_key(pl.DataFrame(schema=KEY_SCHEMA), pnrs))


def entry(store: Store) -> None:
    """One year's partition of the register: that of the year the command line names."""
    year = sys.argv[3]
    of_year = [delivery for delivery in store.deliveries("sssy") if delivery.period == year]
    with store.scratch() as folder:
        kept = enter(SSSY, open_sources(SSSY, of_year), store.key(), folder).kept
        store.write(f"registers/sssy/{year}", kept.cast(dict(polars_schema(REGISTERS["sssy"]))))


def other_years(store: Store) -> None:
    """The register of the years that are not delivered: the first one's, each week moved to that of the same number."""
    size = size_of(store)
    first = store.scan(f"registers/sssy/{FIRST_YEAR}")
    for year in size.all_years[size.delivered :]:
        moved = pl.col("start") + (date.fromisocalendar(year, 1, 4) - date.fromisocalendar(FIRST_YEAR, 1, 4))
        store.write(f"registers/sssy/{year}", first.with_columns(moved))


def spells(store: Store) -> None:
    """The spells of all years, over ranges of persons."""
    tables = {"spells": "spells/sssy"}
    specialties = read_catalogue().sssy_specialties
    run_engine(store, sssy.STAGE, {"rows": store.scan("registers/sssy/*")}, tables, sssy_specialties=specialties)


def study(store: Store) -> None:
    """What SSSY adds to a study with a period for each year: its citizens' spells, use, costs and cost table rows."""
    years, catalogue = size_of(store).all_years, read_catalogue().measured_in(["sssy"])
    everybody = store.scan("person_key").select("person").collect().to_series()
    base = pl.select(
        person=everybody.sample(N_STUDY, seed=SEED).sort(), kom=pl.lit("101"), group=pl.lit(None, pl.String)
    )
    windows = pl.DataFrame({"period": years}, schema={"period": pl.Int16}).with_columns(
        start=pl.date(pl.col("period"), 1, 1), end=pl.date(pl.col("period"), 12, 31), present=pl.lit(value=True)
    )
    periods = base.select("person").join(windows, how="cross")
    known = pl.concat(yearly_coverage("sssy", day) for day in windows.get_column("end"))
    own = of_persons(store.scan("spells/sssy"), base.get_column("person")).collect()
    used = study_use("sssy", periods, covered(periods, known, catalogue.services), own, catalogue.services).use
    priced = costs(used, periods, catalogue, max(years))
    store.write("costs", priced)
    store.write("cost_table", cost_table("sssy", base, periods, priced, catalogue, years, max(years)))


STAGES = {
    "deliveries": write_deliveries,
    "person_key": person_key,
    "entry": entry,
    "other_years": other_years,
    "spells": spells,
    "study": study,
}

if __name__ == "__main__":
    run_stage(STAGES)
