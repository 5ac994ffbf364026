"""The registers of pay, police and courts, DRG values and expenditure, delivered without a fault to the workspace of
`damage_world`.

Here: the clean deliveries, and the damages that registers with a file a year share. Not here: those of one register.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from damage_runs import Damage
from damage_world import (
    CITIZENS,
    FILES,
    PERSON,
    PNRS,
    YEARS,
    Change,
    change,
    dates,
    emptied,
    having,
    in_parts,
    named_as,
    write_clean,
)

PAY_AND_LAW = ("bfl", "krsi", "kraf", "krin", "drg_kontakter", "siu_individ_udgifter_total")
SPECIALTIES = ["01", "50", "22", "09", "52"]
INTERVENTIONS = ["85", "107", "104", "98", "101"]
SOME = PERSON[200::2]  # none of the participants, and so many that fifteen rows are under every threshold at entry
ALL, ONE_EACH = 3 * CITIZENS // 2, len(SOME)
"""Rows of a year: a row for each citizen and another for every other; one for each of some."""
ROWS, ROWS_BLOCK = "rows_change", "rows_change_block"
REPEATED, OUTSIDE = ("repeated_rows", "repeated_rows_block"), ("implausible_start", "implausible_start_block")


def write_pay_and_law(root: Path) -> None:
    """Write the workspace of `damage_world` with these registers."""
    write_clean(root)
    for year in YEARS:
        made = {
            "bfl": _bfl(year),
            "krsi": _events(year, "SIG_SIGTDTO", "SIG_GER7"),
            "kraf": _events(year, "AFG_AFGOEDTO", "AFG_GER7"),
            "krin": _krin(year),
            "drg_kontakter": _drg(year),
            "siu_individ_udgifter_total": _siu(year),
        }
        for register, frame in made.items():
            frame.write_parquet(root / "extracts" / f"{of_year(register, year)}.parquet")


def of_year(register: str, year: int) -> str:
    """The name of a register's file of a year."""
    return FILES[register].replace(str(YEARS[-1]), str(year))


def _citizens() -> tuple[np.ndarray, np.ndarray]:
    """Each citizen, and every other again; and whether a row is the second of its citizen."""
    of = np.concatenate([PERSON, PERSON[::2]])
    return of, np.arange(len(of)) // CITIZENS


def _bfl(year: int) -> pl.DataFrame:
    """A month's pay."""
    of, again = _citizens()
    month = np.datetime64(f"{year}-01", "M") + (of + again * 6) % 12
    first = month.astype("datetime64[D]")
    return pl.DataFrame(
        {
            "PNR": PNRS.gather(of),
            "AJO_JOB_START_DATO": dates(first),
            "AJO_JOB_SLUT_DATO": dates((month + 1).astype("datetime64[D]") - 1),
            "AJO_LOENTIMER": 20 + (of * 31 % 14_000) / 100,
            "AJO_SMALT_LOENBELOEB": 3_000 + (of * 3_701 % 3_000_000) / 100,
        }
    )


def _events(year: int, day: str, offence: str) -> pl.DataFrame:
    on = np.datetime64(f"{year}-01-01") + SOME * 3 % 365
    codes = pl.Series(["1110101", "1312003", "2110000"]).gather(SOME // 2 % 3)
    return pl.DataFrame({"PNR": PNRS.gather(SOME), day: dates(on), offence: codes})


def _krin(year: int) -> pl.DataFrame:
    """Of the last year some are still inside."""
    first = np.datetime64(f"{year}-01-01") + SOME * 3 % 330
    last = first + 5 + SOME % 60
    new_year = np.datetime64(f"{year}-12-31")
    last = np.where((last >= new_year) & (year == YEARS[-1]), np.datetime64("NaT"), np.minimum(last, new_year))
    return pl.DataFrame({"PNR": PNRS.gather(SOME), "IND_FGSLDTO": dates(first), "IND_LOESLDTO": dates(last)})


def _drg(year: int) -> pl.DataFrame:
    of, again = _citizens()
    hour = np.datetime64(f"{year}-01-01T08", "h") + (of * 11 + again * 180) % 350 * 24
    return pl.DataFrame(
        {
            "PNR": PNRS.gather(of),
            "INDTIDSPUNKT_DRGKONTAKT": pl.Series(hour.astype("datetime64[us]")),
            "KONTAKT_VAERDI": 900 + (of * 7_919 % 2_000_000) / 100,
            "SPECIALE": pl.Series(SPECIALTIES).gather(of // 5 % len(SPECIALTIES)),
        }
    )


def _siu(year: int) -> pl.DataFrame:
    first = np.datetime64(f"{year}-01-01") + SOME * 3 % 330
    last = np.minimum(first + 30 + SOME % 200, np.datetime64(f"{year}-12-31"))
    return pl.DataFrame(
        {
            "PNR": PNRS.gather(SOME),
            "START_DATO": dates(first),
            "SLUT_DATO": dates(last),
            "INDSATS": pl.Series(INTERVENTIONS).gather(SOME // 3 % len(INTERVENTIONS)),
            "UDGIFT": 10_000 + (SOME * 7_919 % 9_000_000) / 100,
        }
    )


def of_a_year(register: str, day: str) -> list[Damage]:
    """What no file of a year may be: of another year, of a part of it, of nobody."""
    file, year = FILES[register], YEARS[-1]
    month, name = pl.col(day).dt.month(), register.upper()
    return [
        Damage("the year before under its name", named_as(file, of_year(register, year - 1)),
               blocks=OUTSIDE[1:], warns=OUTSIDE[:1]),
        Damage("the year to April alone", change(file, lambda rows: rows.filter(month <= 4)),
               blocks=(ROWS_BLOCK,), warns=(ROWS,)),
        Damage("without a row", change(file, lambda rows: rows.head(0)),
               blocks=(ROWS_BLOCK,), warns=(ROWS,), told=(f"{name} is delivered without any row",)),
    ]  # fmt: skip


def doubled(register: str, blocks: tuple[str, ...], warns: tuple[str, ...]) -> list[Damage]:
    """Every row twice, where each counts: in the file, or in a part delivered again under another name."""
    file = FILES[register]
    return [
        Damage("joined to itself", change(file, lambda rows: pl.concat([rows, rows])), blocks=blocks, warns=warns),
        Damage("delivered twice in parts", in_parts(file, register, YEARS[-1]), blocks=blocks, warns=warns),
    ]


def empty_or_in_words(register: str, column: str, measure: str, rows: int, becomes: str) -> list[Damage]:
    """A column of amounts: none, none that is a number, of one row in ten none."""
    file, checks = FILES[register], (f"{measure}_block",)
    some = pl.when(pl.int_range(pl.len()) // 40 % 10 > 0).then(column).alias(column)
    return [
        Damage(f"every {column} null", change(file, emptied(column)), blocks=checks, warns=(measure,)),
        Damage(f"{column} in words", change(file, having(pl.lit("en").alias(column))),
               blocks=checks, warns=(measure,), told=(f"{rows} values of {column}",)),
        Damage(f"some {column} null", change(file, having(some)), warns=(measure,), same=pl.exclude(becomes)),
    ]  # fmt: skip


def with_decimal_commas(register: str, *columns: str) -> Damage:
    """Amounts as Danish text: they are read all the same."""
    text = pl.col(*columns).cast(pl.String).str.replace(".", ",", literal=True)
    return Damage("decimal commas", change(FILES[register], having(text)))


def codes_in_words(column: str) -> Change:
    """Codes with a word before them."""
    return having(pl.format("type {}", column).alias(column))
