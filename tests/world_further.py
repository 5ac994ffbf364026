"""Rows of the registers beyond the four, as they are delivered, for `World.deliver`.

Here: a row of each register as a dict. Not here: the four themselves (`world`).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from world import day

Row = dict[str, Any]


def fee(pnr: str, week: str, kroner: float = 0.0, *, contacts: int = 1, spec2: str = "80", child: str = "0") -> Row:
    """SSSY: a fee in a week written ``2019-W05``, delivered as ``1905``; `child` is BARNMAK."""
    year, number = week.split("-W")
    return {
        "PNR": pnr,
        "HONUGE": year[2:] + number,
        "SPEC2": spec2,
        "KONTAKT": contacts,
        "YDLANT": 3,
        "BRUHON": kroner,
        "BARNMAK": child,
    }


def stay(pnr: str, first: str, last: str | None = None, kind: str | None = "101") -> Row:
    """HERB_FORSORG_MV_F: a stay from the day of moving in to that of moving out; without the latter still there."""
    return {"PNR": pnr, "INDFLYT": day(first), "UDFLYT": day(last), "OPHOLD_TYPE": kind}


def drug_course(pnr: str, first: str | None, last: str | None = None) -> Row:
    """SMDB_VBGF: a course from the day on which treatment was initiated; without that day a mere request."""
    return {"PNR": pnr, "IVAERKSATBEHANDLINGDATO": day(first), "KONTAKTFORLOEBSLUTDATO": day(last)}


def alcohol_course(
    pnr: str, first: str, last: str | None = None, called: tuple[str, str] = ("BEHANDLING_START", "BEHANDLING_SLUT")
) -> Row:
    """NAB: a course of alcohol treatment, its dates `called` as the delivery calls them."""
    return {"PNR": pnr, called[0]: day(first), called[1]: day(last)}


def education(pnr: str, hfaudd: str | int | None) -> Row:
    """UDDA: the highest education on 30 September of the file's year."""
    return {"PNR": pnr, "HFAUDD": hfaudd}


def death(pnr: str, on: str | date) -> Row:
    """DOD."""
    return {"PNR": pnr, "DODDATO": day(on)}


def move(pnr: str, on: str, way: str) -> Row:
    """VNDS: into (``I``) or out of (``U``) the country."""
    return {"PNR": pnr, "HAEND_DATO": day(on), "INDUD_KODE": way}
