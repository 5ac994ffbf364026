"""The registers beyond the four, delivered without a fault to the workspace of `damage_world`.

Here: the clean deliveries, and the damages that any of these registers can have. Not here: those of one register.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from damage_runs import AGAINST, AGAINST_BLOCK, Damage
from damage_world import (
    CITIZENS,
    FIFTEEN,
    FILES,
    IMPOSSIBLE,
    PERSON,
    PNRS,
    YEARS,
    change,
    dates,
    emptied,
    first_days,
    having,
    lower_case,
    named_as,
    one_in,
    other_series,
    where,
    write_clean,
)

HFAUDD = ["1109", "1199", "4410", "5166", None, "6544", "1110", "4310"]
SPEC2 = ["80", "80", "80", "50", "70", "80", "75", "53"]
STAYS = ["101", "101", "102", "101", "103"]
SOME = PERSON[200::3]  # none of the participants, and enough of a year for every band
OF_NAB = range(2017, 2021)
FURTHER = ("udda", "sssy", "herb_forsorg_mv_f", "smdb_vbgf", "nab", "dod", "vnds")
ROWS_AGAINST, ROWS_AGAINST_BLOCK = AGAINST[0], AGAINST_BLOCK[0]
SAS_EPOCH = dt.date(1960, 1, 1)


def write_further(root: Path) -> None:
    """Write the workspace of `damage_world` with the further registers."""
    write_clean(root)
    of_years = {name: make for year in YEARS for name, make in ((f"udda{year}", _udda()), (f"sssy{year}", _sssy(year)))}
    cumulative = {
        "herb_forsorg_mv_f": _herb(), "smdb_vbgf": _smdb(), "nab": _nab(), "dod": _dod(), "vnds": _vnds(),
    }  # fmt: skip
    for name, frame in (of_years | {FILES[register]: frame for register, frame in cumulative.items()}).items():
        frame.write_parquet(root / "extracts" / f"{name}.parquet")


def _udda() -> pl.DataFrame:
    """Every citizen's education, of one in eight not known."""
    return pl.DataFrame({"PNR": PNRS, "HFAUDD": pl.Series(HFAUDD).gather(PERSON // 3 % len(HFAUDD))})


def _sssy(year: int) -> pl.DataFrame:
    """A fee for each citizen and another for every other, over the weeks of the year."""
    of = np.concatenate([PERSON, PERSON[::2]])
    number = np.arange(len(of))
    weeks = pl.Series(1 + (of * 7 + number // CITIZENS * 20) % 52).cast(pl.String).str.zfill(2)
    return pl.DataFrame(
        {
            "PNR": PNRS.gather(of),
            "HONUGE": str(year)[2:] + weeks,
            "SPEC2": pl.Series(SPEC2).gather(of // 5 % len(SPEC2)),
            "KONTAKT": pl.Series(1 + of % 2, dtype=pl.Int64),
            "YDLANT": pl.Series(1 + of % 3, dtype=pl.Int64),
            "BRUHON": 100 + (of * 37 % 10_000) / 100,
            "BARNMAK": pl.Series(["0", "0", "0", "1"]).gather(of % 4),
        }
    )


def _herb() -> pl.DataFrame:
    of, first, last = _spans(YEARS, 5 + PERSON % 60)
    columns = {"PNR": PNRS.gather(of), "INDFLYT": first, "UDFLYT": last}
    return pl.DataFrame({**columns, "OPHOLD_TYPE": pl.Series(STAYS).gather(of // 2 % len(STAYS))})


def _smdb() -> pl.DataFrame:
    """One in ten is a request that has not become treatment."""
    of, first, last = _spans(YEARS, 60 + PERSON % 200)
    frame = pl.DataFrame({"PNR": PNRS.gather(of), "IVAERKSATBEHANDLINGDATO": first, "KONTAKTFORLOEBSLUTDATO": last})
    return frame.with_columns(pl.when(pl.Series(of // 3 % 10 > 0)).then("IVAERKSATBEHANDLINGDATO"))


def _nab() -> pl.DataFrame:
    of, first, last = _spans(OF_NAB, 60 + PERSON % 200)
    return pl.DataFrame({"PNR": PNRS.gather(of), "BEHANDLING_START": first, "BEHANDLING_SLUT": last})


def _dod() -> pl.DataFrame:
    """A third of the citizens each year, each once."""
    died = [PERSON[200 + rest :: 3] for rest in range(3)]
    days = [np.datetime64(f"{year}-01-01") + of * 3 % 330 for year, of in zip(YEARS[-3:], died, strict=True)]
    return pl.DataFrame({"PNR": PNRS.gather(np.concatenate(died)), "DODDATO": dates(np.concatenate(days))})


def _vnds() -> pl.DataFrame:
    """The same citizens leave each year and come back."""
    of, start = _of_years(YEARS)
    out = start + of % 100
    moves = {"U": out, "I": out + 200}
    return pl.concat(
        pl.DataFrame({"PNR": PNRS.gather(of), "HAEND_DATO": dates(day), "INDUD_KODE": [kode] * len(of)})
        for kode, day in moves.items()
    ).sort("PNR", "HAEND_DATO")


def _spans(years: Sequence[int], length: np.ndarray) -> tuple[np.ndarray, pl.Series, pl.Series]:
    """A span of each of some citizens in each year; one that ends after the last year still runs."""
    of, start = _of_years(years)
    first = start + of * 3 % 330
    last = first + length[of]
    runs = last > start.max() + 364
    return of, dates(first), dates(np.where(runs, np.datetime64("NaT"), last))


def _of_years(years: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Some citizens in each year, and 1 January of it."""
    of = np.tile(SOME, len(years))
    return of, first_days(len(of), years)


def refused(register: str, column: str, other: str) -> list[Damage]:
    """What no register is read with: a column gone, no PNR at all, `other`'s file, the period under two names."""
    file = FILES[register]
    again = file.removesuffix("12") if file.endswith(f"{YEARS[-1]}12") else f"{file}12"
    return [
        Damage("a column gone", change(file, lambda rows: rows.drop(column)), 3, told=(f"{file}.parquet", column)),
        Damage("every PNR gone", change(file, emptied("PNR")), 3, told=(f"{file}.parquet", "no PNR")),
        Damage("another register under its name", named_as(file, FILES[other]), 3, told=(f"{file}.parquet", column)),
        Damage("delivered twice under two names", named_as(again, file), 3,
               told=(f"{file}.parquet", f"{again}.parquet", "twice"), in_state=False),
    ]  # fmt: skip


def unreadable(register: str, column: str, rows: int, value: str = IMPOSSIBLE) -> list[Damage]:
    """Dates that do not exist: none that does, in one row of five, and in a few."""
    file = FILES[register]
    fifth = sum(row // 40 % 5 == 0 for row in range(rows))
    return [
        Damage("no date that exists", change(file, having(pl.lit(value).alias(column)), "utf-8"), 3,
               told=(f"{file}.csv", "a date that cannot be read")),
        Damage("dates that do not exist", change(file, where(one_in(5), column, value), "utf-8"),
               blocks=("set_aside_invalid_date",), aside={"invalid_date": fifth}),
        Damage("some dates that do not exist", change(file, where(FIFTEEN, column, value), "utf-8"),
               warns=("set_aside_invalid_date",), aside={"invalid_date": 15}, lost=15),
    ]  # fmt: skip


def strangers(register: str) -> Damage:
    return Damage("PNRs of another series", change(FILES[register], other_series),
                  blocks=("known_to_bef_block",), warns=("known_to_bef",))  # fmt: skip


def from_sas(register: str, *dates: str) -> Damage:
    """Dates as SAS day numbers, names in small letters: as deliveries converted from SAS are."""
    days = (pl.col(dates) - SAS_EPOCH).dt.total_days().cast(pl.Float64)
    return Damage("from SAS", change(FILES[register], lambda rows: lower_case(rows.with_columns(days))))


def half_gone(register: str, column: str, *, year: int = 2023) -> Damage:
    """The second half of the newest year gone: of a cumulative register the delivery before had it."""
    kept = (pl.col(column).dt.year() < year) | (pl.col(column).dt.month() < 7) | pl.col(column).is_null()
    return Damage("half of the year missing", change(FILES[register], lambda rows: rows.filter(kept)),
                  blocks=(ROWS_AGAINST_BLOCK,), warns=("rows_change", ROWS_AGAINST))  # fmt: skip
