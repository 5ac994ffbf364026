"""Writes LPR2 for the stays that begin before LPR3: LPR_ADM and LPR_BES by year, PSYK_ADM whole, as parts.

Here: from dated stays to the contacts and visits of the older register, and the files. Not here: which stays there are
(``lpr_a_kontakt.py``). An admission is one contact, or two with a date in common where the patient is moved; a visit is
a date of an outpatient's contact, or an emergency. Visits of a citizen and kind must lie on dates of their own.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from synthetic.dates import first_of, years_between
from synthetic.population import Population

LPR3_YEAR = 2019
YEARS = range(2017, LPR3_YEAR + 1)  # the last year's files have the contacts that ended after LPR3 began
MINUTES_A_DAY = 24 * 60
ADMISSION = 12 * 60  # minutes
INPATIENT, OUTPATIENT, EMERGENCY = "0", "2", "3"
SOMATIC = ["01", "08", "10", "22", "38"]
ADULT_PSYCHIATRY, CHILD_PSYCHIATRY = "50", "52"
IN_PSYK_ADM = 0.85  # of psychiatric contacts; the others are in LPR_ADM, with a psychiatric specialty
FEW = 3  # rows of each kind that are to be set aside, in a part
Reasons = dict[str, dict[str, int]]


def write_lpr2(folder: Path, part: int, population: Population, stays: pl.DataFrame, seed: int) -> Reasons:
    """Write ``folder/lpr_adm/year=2017/part-0.parquet`` and on, ``lpr_bes`` likewise and ``psyk_adm/year=2019``.

    ``stays`` are ``person, psychiatric, start, minutes``, those of LPR3 among them. Gives the rows to be set aside, by
    register and reason.
    """
    rng = np.random.default_rng([seed, 30, part])
    until = int(first_of(LPR3_YEAR).astype("int64")) * MINUTES_A_DAY
    contacts, visits = _contacts_and_visits(stays.filter(pl.col("start") < until), rng)
    recnum = 100_000_000 + part * 10_000_000 + rng.permutation(len(contacts))
    contacts = contacts.with_columns(RECNUM=pl.Series(recnum).cast(pl.String))
    visits = visits.join(contacts.select("contact", "RECNUM", "end"), on="contact", maintain_order="left")
    own = pl.col("psychiatric") & pl.Series(rng.random(len(contacts)) < IN_PSYK_ADM)
    somatic, psychiatric = (_awkward(contacts.filter(which), rng) for which in (~own, own))
    of_file = pl.max_horizontal(pl.col("start").dt.year(), pl.col("end").dt.year())
    of_visit = pl.when(pl.col("end").dt.year() == LPR3_YEAR).then(LPR3_YEAR).otherwise(pl.col("day").dt.year())
    for year in YEARS:
        of_year = somatic.filter(of_file == year)
        _write(_delivered(of_year, population, rng), folder / "lpr_adm" / f"year={year}" / f"part-{part}.parquet")
        nobody = pl.DataFrame({"RECNUM": [f"9{part}{year}{n}" for n in range(FEW)]})
        dates = visits.filter(of_visit == year).select("RECNUM", D_AMBDTO="day")
        rows = pl.concat([dates, nobody.with_columns(D_AMBDTO=pl.date(year, 1, 31))]).sort("RECNUM", "D_AMBDTO")
        _write(rows, folder / "lpr_bes" / f"year={year}" / f"part-{part}.parquet")
    _write(_delivered(psychiatric, population, rng), folder / "psyk_adm" / f"year={LPR3_YEAR}" / f"part-{part}.parquet")
    of_contacts = dict.fromkeys(("missing_pnr", "open_contact", "end_before_start"), FEW)
    return {"lpr_adm": of_contacts, "psyk_adm": of_contacts, "lpr_bes": {"unknown_contact": FEW * len(YEARS)}}


def _contacts_and_visits(stays: pl.DataFrame, rng: np.random.Generator) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``contact, person, psychiatric, start, end, kind``, and the visits ``contact, day``."""
    day, last = (
        (minute // MINUTES_A_DAY).cast(pl.Int32).cast(pl.Date)
        for minute in (pl.col("start"), pl.col("start") + pl.col("minutes"))
    )
    dated = stays.select("person", "psychiatric", "minutes", start=day, end=last).sort("person", "psychiatric", "start")
    admissions = dated.filter(pl.col("minutes") >= ADMISSION).with_columns(kind=pl.lit(INPATIENT))
    seen = dated.filter(pl.col("minutes") < ADMISSION)
    emergency = ~pl.col("psychiatric") & pl.Series(rng.random(len(seen)) < 0.15)
    emergencies = seen.filter(emergency).with_columns(end="start", kind=pl.lit(EMERGENCY))
    visits = seen.filter(~emergency)
    others = pl.struct("person", "psychiatric") != pl.struct("person", "psychiatric").shift()
    begins = others.fill_null(value=True) | pl.Series(rng.random(len(visits)) < 0.3)
    visits = visits.with_columns(contact=begins.cum_sum().cast(pl.Int64))
    courses = visits.group_by("contact", maintain_order=True).agg(
        pl.first("person", "psychiatric"), pl.min("start"), pl.max("end"), kind=pl.lit(OUTPATIENT)
    )
    courses = courses.with_columns(pl.col("end") + pl.duration(days=pl.Series(rng.integers(0, 40, len(courses)))))
    columns = ["person", "psychiatric", "start", "end", "kind"]
    beside = pl.concat([_moved(admissions, rng).select(columns), emergencies.select(columns)])
    numbered = beside.with_columns(contact=pl.int_range(pl.len()) + len(courses) + 1)
    names = ["contact", *columns]
    return pl.concat([courses.select(names), numbered.select(names)]), visits.select("contact", day="start")


def _moved(admissions: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Some admissions as two, to and from another department on one date."""
    days = (pl.col("end") - pl.col("start")).dt.total_days()
    moved = (days >= 2) & pl.Series(rng.random(len(admissions)) < 0.15)
    middle = pl.col("start") + pl.duration(days=days // 2)
    both = admissions.filter(moved)
    return pl.concat([admissions.filter(~moved), both.with_columns(end=middle), both.with_columns(start=middle)])


def _awkward(contacts: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Adds rows to be set aside: without a number, admissions without an end, and those that end before they start."""

    def copies() -> pl.DataFrame:
        frame = contacts.gather(rng.integers(0, len(contacts), FEW))
        return frame.with_columns(RECNUM=pl.format("8{}", "RECNUM"), kind=pl.lit(INPATIENT))

    backwards = pl.col("start") - pl.duration(days=3)
    return pl.concat(
        [
            contacts,
            copies().with_columns(person=pl.lit(None, pl.Int64)),
            copies().with_columns(end=pl.lit(None, pl.Date)),
            copies().with_columns(end=backwards),
        ]
    )


def _delivered(contacts: pl.DataFrame, population: Population, rng: np.random.Generator) -> pl.DataFrame:
    """The contacts with the registers' columns, in the order of their arbitrary numbers."""
    person = contacts["person"].fill_null(0).to_numpy()
    child = years_between(population.birth[person], contacts["start"].to_numpy()) < 18
    psychiatry = np.where(child, CHILD_PSYCHIATRY, ADULT_PSYCHIATRY)
    specialty = np.where(contacts["psychiatric"].to_numpy(), psychiatry, rng.choice(SOMATIC, len(contacts)))
    frame = contacts.select(
        "RECNUM",
        PNR=pl.when(pl.col("person").is_not_null()).then(population.pnr.gather(person)),
        D_INDDTO="start",
        D_UDDTO="end",
        C_PATTYPE="kind",
        C_SPEC=pl.Series(specialty),
        C_KOM=pl.Series(population.kom[person].astype(str)),
        CPRTJEK=pl.lit("0"),
        CPRTYPE=pl.lit("1"),
    )
    return frame.select("PNR", pl.exclude("PNR")).sort("RECNUM")


def _write(rows: pl.DataFrame, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows.write_parquet(path)
