"""What is counted of each register: its date, the columns that may be empty, its codes, and what cannot be.

Here: registers whose rows have a date of their own. Not here: how rows are counted (`profiles`), nor DREAM, which
counts weeks there.
Source: docs/registers.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

OLDEST = 115
LARGEST_HOUSEHOLD = 100
LONGEST_CONTACT = pl.duration(days=366)
HOSPITALS_FROM = date(1977, 1, 1)
"""The first year of the national patient register."""
SOCIAL_SERVICES_FROM = date(1976, 4, 1)
"""The day on which the act before today's came into force: no grant is older."""
CONTACTS_FROM = date(2017, 1, 1)
"""From when the table has all contacts; of those begun before, it has the few that ended later."""
HANDIC_FROM = date(2013, 1, 1)
"""HANDIC is delivered from here on; grants that began before are only those that still ran."""
SHELTERS_FROM = date(1999, 1, 1)
"""The first year of the shelter statistics."""
TREATMENT_FROM = date(1996, 1, 1)
"""The first year of the register of drug treatment; that of alcohol treatment is younger."""
OLDEST_CONTACT = date(1969, 1, 1)
"""No register of hospital contacts is older: the psychiatric one came first."""
MOST_CONTACTS = 100
"""More on one fee than this is another column."""
MOST_HOURS = 744
"""A month has no more hours than this."""
NO_END = date(9999, 12, 31)
"""How systems write that a grant has no end yet."""


@dataclass(frozen=True)
class Described:
    """What is counted of a register whose rows are dated by the column `day`.

    `codes` are the columns whose distribution is counted, `nullable` those that may be empty, `key` those in which a
    row repeats the one before (none where entry sets such rows aside); `implausible` tells by column which rows hold
    what cannot be. Rows before `years_from`, and those whose `day` is implausible, are counted in the whole alone.
    """

    day: str
    nullable: tuple[str, ...]
    codes: tuple[str, ...]
    implausible: Mapping[str, pl.Expr]
    key: tuple[str, ...] = ()
    years_from: date = date.min


def bef(snapshot: date | None) -> Described:
    """BEF on the day of a snapshot."""
    oldest = pl.lit(snapshot, pl.Date).dt.offset_by(f"-{OLDEST + 1}y")
    return Described(
        day="reference_date",
        nullable=("foed_dag", "koen", "kom", "antpersh", "ie_type", "far", "mor"),
        codes=("koen", "ie_type", "kom"),
        implausible={
            "foed_dag": _after(pl.col("foed_dag"), snapshot) | (pl.col("foed_dag") <= oldest),
            "koen": ~pl.col("koen").is_in(["1", "2", "9"]),
            "kom": ~pl.col("kom").str.contains(r"^[1-9]\d\d$"),
            "antpersh": ~pl.col("antpersh").is_between(1, LARGEST_HOUSEHOLD),
            "ie_type": ~pl.col("ie_type").is_in(["1", "2", "3", "9"]),
        },
    )


def _lpr_a_kontakt(data_end: date | None) -> Described:
    start = pl.col("start").dt.date()
    return Described(
        day="start",
        nullable=("contact", "kont_type", "hovedspec"),
        codes=("kont_type", "hovedspec"),
        implausible={
            "start": (start < HOSPITALS_FROM) | _after(start, data_end),
            "end": pl.col("end") - pl.col("start") > LONGEST_CONTACT,
        },
        years_from=CONTACTS_FROM,
        key=("person", "start", "end", "contact"),
    )


def _handic(data_end: date | None) -> Described:
    end = pl.col("end")
    return Described(
        day="start",
        nullable=("end",),
        codes=("code",),
        implausible={
            "start": (pl.col("start") < SOCIAL_SERVICES_FROM) | _after(pl.col("start"), data_end),
            "end": _after(end.dt.offset_by("-100y"), data_end) & (end != NO_END),
        },
        key=("person", "start", "end", "code"),
        years_from=HANDIC_FROM,
    )


def _after(day: pl.Expr, last: date | None) -> pl.Expr:
    return pl.lit(False) if last is None else day > last


def _before_year(day: pl.Expr, last: date | None) -> pl.Expr:
    return pl.lit(False) if last is None else (day < date(last.year, 1, 1)).fill_null(False)


def _outside_year(day: pl.Expr, last: date | None) -> pl.Expr:
    """Of a file of one year, whose last day is `last`: what is told of the year is told by its name."""
    return _after(day, last) | _before_year(day, last)


def _stays(data_end: date | None) -> Described:
    """HERB_FORSORG_MV_F."""
    return Described(
        day="start",
        nullable=("end", "ophold_type"),
        codes=("ophold_type",),
        implausible={"start": (pl.col("start") < SHELTERS_FROM) | _after(pl.col("start"), data_end)},
        key=("person", "start", "ophold_type", "end"),
    )


def _courses(data_end: date | None) -> Described:
    """SMDB_VBGF and NAB; of the first a course without a start is a request, which counts in the whole alone."""
    return Described(
        day="start",
        nullable=("start", "end"),
        codes=(),
        implausible={"start": (pl.col("start") < TREATMENT_FROM) | _after(pl.col("start"), data_end)},
        key=("person", "start", "end"),
    )


def _deaths(data_end: date | None) -> Described:
    """DOD."""
    return Described("doddato", (), (), {"doddato": _after(pl.col("doddato"), data_end)})


def _moves(data_end: date | None) -> Described:
    """VNDS."""
    wrong = {
        "haend_dato": _after(pl.col("haend_dato"), data_end),
        "indud_kode": ~pl.col("indud_kode").is_in(["I", "U"]),
    }
    return Described("haend_dato", (), ("indud_kode",), wrong)


def _education(_: date | None) -> Described:
    """UDDA; its programmes are too many to be compared one by one."""
    return Described("reference_date", ("hfaudd",), (), {})


def _fees(data_end: date | None) -> Described:
    """SSSY: a fee can be taken back, but not dated after the year."""
    return Described(
        day="start",
        nullable=("spec2", "kontakt", "ydlant", "fee_oere"),
        codes=("spec2",),
        implausible={"start": _after(pl.col("start"), data_end), "kontakt": pl.col("kontakt").abs() > MOST_CONTACTS},
    )


def _events(data_end: date | None) -> Described:
    """KRSI and KRAF: dated events; what they are for is too fine to be compared code by code."""
    return Described("start", ("gerning",), (), {"start": _outside_year(pl.col("start"), data_end)})


def _imprisonments(data_end: date | None) -> Described:
    """KRIN: an imprisonment is of every year that it lies in."""
    wrong = _after(pl.col("start"), data_end) | _before_year(pl.col("end"), data_end)
    return Described("start", ("end",), (), {"start": wrong}, ("person", "start", "end"))


def _pay(data_end: date | None) -> Described:
    """BFL."""
    wrong = {
        "start": _outside_year(pl.col("start"), data_end),
        "hours_hundredths": pl.col("hours_hundredths") > MOST_HOURS * 100,
    }
    amounts = ("hours_hundredths", "wage_oere")
    return Described("start", ("end", *amounts), (), wrong, ("person", "start", "end", *amounts))


def _values(data_end: date | None) -> Described:
    """DRG_KONTAKTER."""
    return Described(
        day="start",
        nullable=("value_oere", "speciale"),
        codes=("speciale",),
        implausible={"start": _outside_year(pl.col("start").dt.date(), data_end)},
        key=("person", "start", "value_oere"),
    )


def _expenditures(data_end: date | None) -> Described:
    """SIU_INDIVID_UDGIFTER_TOTAL."""
    return Described(
        day="start",
        nullable=("end", "indsats", "expenditure_oere"),
        codes=("indsats",),
        implausible={"start": _outside_year(pl.col("start"), data_end)},
        key=("person", "start", "indsats", "end"),
    )


def _lpr2_contacts(_: date | None) -> Described:
    """LPR_ADM and PSYK_ADM; the first's contacts are of the year in which they ended, which is their file's."""
    return Described(
        day="start",
        nullable=("recnum", "end", "pattype", "spec"),
        codes=("pattype",),
        implausible={"start": pl.col("start") < OLDEST_CONTACT},
        key=("person", "start", "end", "recnum"),
    )


def _lpr2_visits(data_end: date | None) -> Described:
    """LPR_BES: a contact's visits stand together, and are of several years."""
    wrong = (pl.col("start") < HOSPITALS_FROM) | _after(pl.col("start"), data_end)
    return Described("start", (), (), {"start": wrong})


CUMULATIVE: Mapping[str, Callable[[date | None], Described]] = {
    "lpr_a_kontakt": _lpr_a_kontakt,
    "handic": _handic,
    "herb_forsorg_mv_f": _stays,
    "smdb_vbgf": _courses,
    "nab": _courses,
    "dod": _deaths,
    "vnds": _moves,
    "psyk_adm": _lpr2_contacts,
    "lpr_bes": _lpr2_visits,
}
"""Cumulative registers, and one that is entered whole, by their data end."""
OF_A_YEAR: Mapping[str, Callable[[date | None], Described]] = {
    "udda": _education,
    "sssy": _fees,
    "drg_kontakter": _values,
    "siu_individ_udgifter_total": _expenditures,
    "bfl": _pay,
    "krsi": _events,
    "kraf": _events,
    "krin": _imprisonments,
    "lpr_adm": _lpr2_contacts,
}
"""Registers with a file a year, by the end of the file's period."""
