"""Writes LPR_A_KONTAKT, the hospital contacts, as parts of one yearly delivery, and LPR2 of the same stays.

Here: from visits and admissions a year to dated stays, from stays to the contacts they are built of, and the file.
Not here: how many visits and bed days a planted citizen has (``planting.py``). Whatever a stay is cut into, chaining
with at most 4 hours between puts it together again.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synthetic.dates import LAST_YEAR, days_in, first_of, years_between
from synthetic.lpr2 import LPR3_YEAR, Reasons, write_lpr2
from synthetic.lpr_background import as_printed, background_use
from synthetic.population import Population

FIRST_YEAR = 2017
BATCH = 50_000  # citizens a part
HOUR, DAY = 60, 24 * 60  # minutes
SOMATIC = ["Intern medicin", "Ortopædisk kirurgi", "Kirurgi", "Kardiologi", "Neurologi", "Gynækologi og obstetrik"]
ADULT_PSYCHIATRY, CHILD_PSYCHIATRY = "Psykiatri", "Børne- og ungdomspsykiatri"
PHYSICAL = "ALCA00"
OTHER_TYPES = ["ALCA10", "ALCA20", "ALCA30"]  # stand for contacts without attendance


def write_lpr(extracts: Path, population: Population, use: pl.DataFrame, seed: int) -> Reasons:
    """Write ``extracts/lpr_a_kontakt/year=2024/part-0.parquet`` and on, a part a batch of citizens, and LPR2 with it.

    ``use`` is the planted use. Gives the number of rows to be set aside, by register and reason.
    """
    folder = extracts / "lpr_a_kontakt" / f"year={LAST_YEAR}"
    folder.mkdir(parents=True, exist_ok=True)
    use = use.filter(pl.col("service").str.contains("^(psykiatri|somatik)_")).select(
        "person", "year", "service", pl.col("quantity").cast(pl.Int64)
    )
    aside: Reasons = {}
    for part, first in enumerate(range(0, len(population), BATCH)):
        rng = np.random.default_rng([seed, 4, part])
        people = np.arange(first, min(first + BATCH, len(population)))
        background = background_use(population, np.intersect1d(people, population.background), FIRST_YEAR, rng)
        planted = use.filter(pl.col("person").is_between(people[0], people[-1]))
        background = as_printed(background, planted, population, people, np.random.default_rng([seed, 16, part]))
        mine = pl.concat([planted, background])
        stays = _stays(mine, rng)
        contacts, counts = _awkward(_contacts(stays, rng), rng)
        _delivered(contacts, population, first * 1_000, rng).write_parquet(folder / f"part-{part}.parquet")
        of_part = {"lpr_a_kontakt": counts, **write_lpr2(extracts, part, population, stays, seed)}
        for register, reasons in of_part.items():
            before = aside.get(register, {})
            aside[register] = {reason: before.get(reason, 0) + n for reason, n in reasons.items()}
    return aside


def _stays(use: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Dated stays ``person, psychiatric, start, minutes``; minutes since 1970, a stay never reaches into the next.

    The visits and admissions of one citizen, kind and year are dealt in random order over the days of the year, each
    on days of its own: a visit takes one day, an admission its bed days and the day of discharge.
    """
    wide = use.pivot("service", index=["person", "year"], values="quantity").sort("person", "year")
    blocks = []
    for psychiatric, kind in ((False, "somatik"), (True, "psykiatri")):
        mine = wide.select(
            "person", "year", *(pl.col(f"{kind}_{one}").fill_null(0).alias(one) for one in ("ambulant", "indlaeggelse"))
        ).with_columns(bed_days=wide[f"{kind}_sengedag"].fill_null(0), psychiatric=pl.lit(psychiatric))
        visits = mine.select(pl.all().repeat_by("ambulant").explode()).with_columns(bed_days=pl.lit(0, pl.Int64))
        stays = mine.select(pl.all().repeat_by("indlaeggelse").explode())
        nth = pl.int_range(pl.len()).over("person", "year")
        share, rest = pl.col("bed_days") // pl.col("indlaeggelse"), pl.col("bed_days") % pl.col("indlaeggelse")
        blocks += [visits, stays.with_columns(bed_days=share + (nth < rest).cast(pl.Int64))]
    frame = pl.concat(block.select("person", "year", "psychiatric", "bed_days") for block in blocks).drop_nulls()

    person, year = frame["person"].to_numpy(), frame["year"].to_numpy()
    psychiatric, bed_days = frame["psychiatric"].to_numpy(), frame["bed_days"].to_numpy()
    dice = rng.random(len(frame))
    order = np.lexsort((dice, year, psychiatric, person))
    person, year, psychiatric, bed_days, dice = (a[order] for a in (person, year, psychiatric, bed_days, dice))
    new = np.ones(len(person), dtype=bool)
    new[1:] = (person[1:] != person[:-1]) | (year[1:] != year[:-1]) | (psychiatric[1:] != psychiatric[:-1])
    group = np.cumsum(new) - 1
    taken = bed_days + 1
    until = np.cumsum(taken)
    first = np.flatnonzero(new)
    before = (until - taken) - (until - taken)[first][group]
    slack = days_in(year) - np.bincount(group, weights=taken).astype("int64")[group]
    day = first_of(year).astype("int64") + before + (dice * slack).astype("int64")

    start = np.where(bed_days > 0, 2 * HOUR, 0) + rng.integers(8 * HOUR, 14 * HOUR, len(day))
    minutes = np.where(
        bed_days > 0,
        bed_days * DAY + rng.integers(10 * HOUR, 14 * HOUR, len(day)) - start,
        rng.choice([20, 45, 60, 90, 180, 330], len(day), p=[0.25, 0.25, 0.2, 0.15, 0.1, 0.05]),
    )
    fate = rng.random(len(day))
    half_day = (bed_days == 1) & (fate < 0.2)  # an admission of exactly 12 hours within one date
    nearly = (bed_days == 0) & (fate < 0.01)  # a visit one minute short of it
    start = np.where(half_day | nearly, 7 * HOUR, start)
    minutes = np.where(half_day, 12 * HOUR, np.where(nearly, 12 * HOUR - 1, minutes))
    # Two visits of one day, 4 hours and a minute apart: the second moves to the day of the first. To LPR2 they are one.
    follows = ~new & (bed_days == 0) & (np.roll(bed_days, 1) == 0) & (rng.random(len(day)) < 0.02)
    follows &= year >= LPR3_YEAR
    follows[1:] &= ~follows[:-1]
    leads = np.roll(follows, -1)
    day = np.where(follows, np.roll(day, 1), day)
    start = np.where(leads, 7 * HOUR, np.where(follows, 12 * HOUR + 1, start))
    minutes = np.where(leads | follows, HOUR, minutes)
    return pl.DataFrame({"person": person, "psychiatric": psychiatric, "start": day * DAY + start, "minutes": minutes})


def _contacts(stays: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """The contacts ``person, psychiatric, start, end, type`` of each stay: one, two in a chain, or one in another."""
    start, minutes = stays["start"].to_numpy(), stays["minutes"].to_numpy()
    end = start + minutes
    fate = rng.random(len(stays))
    chained = (fate < 0.12) & (minutes >= HOUR)
    gap = np.where(
        minutes >= 5 * HOUR,
        rng.choice([4 * HOUR, 4 * HOUR - 1, 90, 0, -10], len(stays)),
        rng.choice([20, 0, -10], len(stays)),
    )
    cut = start + (minutes - gap) // 2
    inside = (fate >= 0.12) & (fate < 0.17) & (minutes >= HOUR)

    def rows(which: NDArray[np.bool_], begin: NDArray, finish: NDArray) -> pl.DataFrame:
        return stays.select("person", "psychiatric").with_columns(start=begin, end=finish).filter(pl.Series(which))

    return pl.concat(
        [
            rows(~chained, start, end),
            rows(chained, start, cut),
            rows(chained, cut + gap, end),
            rows(inside, start + 10, end - 10),
        ]
    ).with_columns(type=pl.lit(PHYSICAL))


def _awkward(contacts: pl.DataFrame, rng: np.random.Generator) -> tuple[pl.DataFrame, dict[str, int]]:
    """Adds what is not counted: contacts without attendance, open, ending before they start, without a number."""
    n = len(contacts)
    few = max(3, n // 2_000)
    first, last = (int(first_of(year).astype("int64")) * DAY for year in (FIRST_YEAR, LAST_YEAR + 1))

    def copies(k: int, shift: int, minutes: int | None) -> pl.DataFrame:
        """``k`` contacts moved by up to ``shift`` minutes, lasting ``minutes`` (null: without end)."""
        moved = pl.col("start") + pl.Series(rng.integers(-shift, shift, k))
        frame = contacts.gather(rng.integers(0, n, k)).with_columns(start=moved.clip(first, last - HOUR))
        return frame.with_columns(end=pl.col("start") + pl.lit(minutes, pl.Int64))

    calls = copies(n // 8, 20 * DAY, 15)
    calls = calls.with_columns(type=pl.Series(rng.choice(OTHER_TYPES, len(calls))))
    unended, reversed_ = copies(few, DAY, None), copies(few // 2 + 1, DAY, -HOUR // 2)
    nameless = copies(few // 2 + 1, DAY, 45).with_columns(person=pl.lit(None, pl.Int64))
    counts = {"open_contact": len(unended), "end_before_start": len(reversed_), "missing_pnr": len(nameless)}
    return pl.concat([contacts, calls, unended, reversed_, nameless]), counts


def _delivered(contacts: pl.DataFrame, population: Population, first_id: int, rng: np.random.Generator) -> pl.DataFrame:
    """The contacts with the register's columns, in the order of their arbitrary ids."""
    n = len(contacts)
    nobody = contacts["person"].is_null()
    person = contacts["person"].fill_null(0).to_numpy()
    day = (contacts["start"].to_numpy() // DAY).astype("datetime64[D]")
    child = years_between(population.birth[person], day) < 18
    psychiatry = np.where(child, CHILD_PSYCHIATRY, ADULT_PSYCHIATRY)
    specialty = np.where(contacts["psychiatric"].to_numpy(), psychiatry, rng.choice(SOMATIC, n))
    kom = population.kom[person].astype(str)

    def moment(name: str) -> pl.Series:
        return (contacts[name].cast(pl.Int64) * 60_000).cast(pl.Datetime("ms"))

    frame = pl.DataFrame(
        {
            "PNR": population.pnr.gather(person),
            "DW_EK_KONTAKT": first_id + rng.permutation(n),
            "KONT_STARTTIDSPUNKT": moment("start"),
            "KONT_SLUTTIDSPUNKT": moment("end"),
            "KONT_TYPE": contacts["type"],
            "KONT_ANS_HOVEDSPEC": specialty,
            "LPRINDBERETNINGSSYSTEM": np.where(day < first_of(LPR3_YEAR), "LPR2", "LPR3"),
            "FLAG_KONT_AFSLUTTET": contacts["end"].is_not_null().cast(pl.Int8),
            "PRIORITET": rng.choice(["ATA1", "ATA3"], n),
            "BORGER_KOEN": np.where(population.koen[person] == 2, "K", "M"),
            "BORGER_BO_KOM": kom,
            "CPRTJEK": np.zeros(n, dtype=np.int8),
            "CPRTYPE": np.ones(n, dtype=np.int8),
        }
    )
    return frame.with_columns(PNR=pl.when(~nobody).then("PNR")).sort("DW_EK_KONTAKT")
