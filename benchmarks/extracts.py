"""Deliveries with the sizes and shapes of the real registers, at a fraction of their rows.

Here: how many rows, how long a contact or a run of weeks, in which order rows lie in a file. Not here: answers planted
for a test (`synthetic/`, which makes BEF and the study here too). The content means nothing; it is as much work as the
real one: contacts lie by time and not by citizen, DREAM has all its week columns, many of them blank.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from polars.io.plugins import register_io_source

from catalogue.reader import read_catalogue
from synthetic.bef import write_bef
from synthetic.lists import write_studies
from synthetic.population import SMALLEST, make_population

SEED = 2026
REGISTERS = ("bef", "dream", "lpr_a_kontakt", "handic")
# Rows of the newest deliveries (reference/register_deliveries.csv); BEF has 6.0 m of those ever in DREAM on a snapshot.
DREAM_ROWS, CONTACTS, GRANTS = 7_197_487, 164_202_618, 577_915
FIRST_THURSDAY, N_WEEKS = date.fromisocalendar(1991, 32, 4), 1_822
NUMBERS_UNTIL = 2007  # week columns come as numbers until then, later as text
MONTHS = [
    f"GRAD_{year}_{month:02d}" for year in range(2008, 2027) for month in range(1, 13) if (year, month) < (2026, 7)
]
MEAN_RUN = {"week": (18, 75), "month": (40, 25)}  # mean weeks on a code and off, mean months employed and not
WIDE_ROWS, CONTACT_ROWS = 10_000, 1_000_000  # rows made at a time
LPR_FROM, LPR_MINUTES = np.datetime64("2017-01-01T00:00", "us"), 9 * 365 * 24 * 60
SPECIALTIES = [
    "Intern medicin",
    "Ortopædisk kirurgi",
    "Kirurgi",
    "Kardiologi",
    "Psykiatri",
    "Børne- og ungdomspsykiatri",
]


def write_extracts(folder: Path, scale: float, registers: Collection[str] = REGISTERS) -> None:
    """Write ``folder/extracts`` and ``folder/studies`` at `scale` (1 = the real number of rows)."""
    extracts = folder / "extracts"
    population = make_population(max(SMALLEST, round(DREAM_ROWS * scale)), SEED)
    write_studies(folder / "studies", population, SEED)
    writers = {
        "bef": lambda: write_bef(extracts, population),
        "dream": lambda: write_dream(extracts, population.pnr),
        "lpr_a_kontakt": lambda: write_contacts(extracts, population.pnr, round(CONTACTS * scale)),
        "handic": lambda: write_grants(extracts, population.pnr, round(GRANTS * scale)),
    }
    for register in registers:
        writers[register]()


def write_dream(folder: Path, pnr: pl.Series) -> None:
    """One wide file, a row a PNR: 1,822 weeks (two types of column) and the months of employment since 2008."""
    thursdays = [FIRST_THURSDAY + timedelta(weeks=n) for n in range(N_WEEKS)]
    iso = [day.isocalendar() for day in thursdays]
    codes = np.array([int(code) for code in read_catalogue().dream_codes["code"] if code.isdigit()])
    text = pl.Series([None] + [str(code) for code in range(1, 1000)], dtype=pl.String)

    def frame(first: int) -> pl.DataFrame:
        rng = np.random.default_rng([SEED, 1, first])
        people = pnr.slice(first, WIDE_ROWS)
        columns = {"PNR": people}
        weeks = _spelled(len(people), N_WEEKS, *MEAN_RUN["week"], codes, rng)
        for week, (year, number, _) in enumerate(iso):
            known = pl.Series(weeks[:, week])
            column = text.gather(known) if year > NUMBERS_UNTIL else known.cast(pl.Float64).replace(0.0, None)
            columns[f"Y_{year % 100:02d}{number:02d}"] = column
        months = _spelled(len(people), len(MONTHS), *MEAN_RUN["month"], np.array([1]), rng)
        return pl.DataFrame(columns | {name: months[:, month].astype(float) for month, name in enumerate(MONTHS)})

    def source(with_columns: list[str] | None, *_: object) -> Iterator[pl.DataFrame]:
        for first in range(0, len(pnr), WIDE_ROWS):
            yield frame(first).select(with_columns or pl.all())

    wide = register_io_source(source, schema=frame(len(pnr) - 1).schema)
    wide.sink_parquet(folder / "dream202606.parquet", row_group_size=WIDE_ROWS)


def write_contacts(folder: Path, pnr: pl.Series, n: int) -> None:
    """The contacts as parts in order of time, a fifth of them following on another, some without an end."""
    folder = folder / "lpr_a_kontakt" / "year=2025"
    folder.mkdir(parents=True)
    parts = -(-n // CONTACT_ROWS)
    for part in range(parts):
        rng = np.random.default_rng([SEED, 2, part])
        rows = min(CONTACT_ROWS, n - part * CONTACT_ROWS)
        firsts = rows * 4 // 5
        person = (len(pnr) * rng.random(firsts) ** 1.5).astype(np.int64)  # some citizens have many contacts
        start = (rng.random(firsts) + part) / parts * LPR_MINUTES
        days_in = rng.random(firsts) < 0.12
        end = start + np.where(days_in, rng.gamma(1.5, 3_000, firsts), rng.gamma(2, 60, firsts))
        after = rng.integers(0, firsts, rows - firsts)
        next_start = np.maximum(end[after] + rng.integers(-60, 480, len(after)), start[after])
        person, start = np.append(person, person[after]), np.append(start, next_start)
        end = np.append(end, next_start + rng.gamma(2, 60, len(after)))
        unended = rng.random(rows) < 0.001
        contacts = pl.DataFrame(
            {
                "PNR": pnr.gather(person),
                "DW_EK_KONTAKT": (part * CONTACT_ROWS + np.arange(rows)),
                "KONT_STARTTIDSPUNKT": LPR_FROM + start.astype("timedelta64[m]"),
                "KONT_SLUTTIDSPUNKT": np.where(unended, np.datetime64("NaT"), LPR_FROM + end.astype("timedelta64[m]")),
                "KONT_TYPE": pl.Series(["ALCA00", "ALCA10"]).gather((rng.random(rows) < 0.2).astype(int)),
                "KONT_ANS_HOVEDSPEC": pl.Series(SPECIALTIES).gather(rng.integers(0, len(SPECIALTIES), rows)),
            },
        )
        contacts.sort("KONT_STARTTIDSPUNKT").cast({"DW_EK_KONTAKT": pl.String}).write_parquet(
            folder / f"part-{part}.parquet"
        )


def write_grants(folder: Path, pnr: pl.Series, n: int) -> None:
    """Grants in `;`-separated text, about five a citizen who has any, a quarter still open."""
    rng = np.random.default_rng([SEED, 3])
    codes = read_catalogue().handic_services["code"]
    start = np.datetime64("2013-01-01") + rng.integers(0, 4_700, n)
    grants = pl.DataFrame(
        {
            "PNR": pnr.gather(rng.integers(0, len(pnr), n // 5 + 1)).gather(rng.integers(0, n // 5 + 1, n)),
            "MODT_YDELSE_KODE": codes.gather(rng.integers(0, len(codes), n)),
            "YDELSE_START": start,
            "YDELSE_SLUT": np.where(rng.random(n) < 0.25, np.datetime64("NaT"), start + rng.integers(5, 1_500, n)),
        }
    )
    grants.write_csv(folder / "handic2025.csv", separator=";")


def _spelled(rows: int, columns: int, on: int, off: int, codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A matrix of runs of a code and of blanks (0) in turn, of exponential lengths with these means."""
    cells, pairs = rows * columns, rows * columns * 2 // (on + off) + 100
    lengths = np.column_stack([rng.exponential(off, pairs), rng.exponential(on, pairs)]).astype(np.int64) + 1
    values = np.column_stack([np.zeros(pairs, np.int64), rng.choice(codes, pairs)])
    return np.repeat(values.ravel().astype(np.int16), lengths.ravel())[:cells].reshape(rows, columns)
