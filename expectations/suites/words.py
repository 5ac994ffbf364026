"""The fixed words and numbers of suites and their pages: titles, states, bands, shares, notes.

Here: words. Not here: a check's own words, which stand in the catalogue (`quality_checks.csv`), nor the pages
(`templates/`).
"""

from __future__ import annotations

import math
from typing import Literal

Language = Literal["da", "en"]

SITE = "Datakvalitet – forlob"
TITLES = {
    "bef": "BEF – befolkningen",
    "dream": "DREAM – ydelser og beskæftigelse",
    "lpr_a_kontakt": "LPR_A_KONTAKT – sygehuskontakter",
    "handic": "HANDIC – sociale serviceydelser",
    "udda": "UDDA – uddannelse",
    "dod": "DOD – dødsfald",
    "vnds": "VNDS – vandringer ind og ud af landet",
    "herb_forsorg_mv_f": "HERB_FORSORG_MV_F – ophold på forsorgshjem",
    "smdb_vbgf": "SMDB_VBGF – stofmisbrugsbehandling",
    "nab": "NAB – alkoholbehandling",
    "siu_individ_udgifter_total": "SIU_INDIVID_UDGIFTER_TOTAL – individuelle sociale udgifter",
    "sssy": "SSSY – sygesikringsydelser",
    "drg_kontakter": "DRG_KONTAKTER – DRG-værdi af sygehuskontakter",
    "bfl": "BFL – lønmodtagerjob",
    "krsi": "KRSI – sigtelser",
    "kraf": "KRAF – afgørelser i straffesager",
    "krin": "KRIN – indsættelser",
    "lpr_adm": "LPR_ADM – sygehuskontakter i LPR2",
    "psyk_adm": "PSYK_ADM – psykiatriske sygehuskontakter i LPR2",
    "lpr_bes": "LPR_BES – ambulante besøg i LPR2",
}
"""Titles of the registers' suites, in the order in which the pages show them; studies come after."""
STUDY_TITLE = "Undersøgelse {}"
STATES = {
    "block": ("✖", "Stop", "Uden for grænsen. Det, der bygger på tabellen, laves ikke, før fejlen er rettet."),
    "warn": ("▲", "Advarsel", "Uden for grænsen. Arbejdet går videre, men tallene skal læses med forbehold."),
    "not_applicable": ("–", "Ikke relevant", "Kunne ikke afgøres: tallet mangler, eller der er for lidt at regne på."),
    "passed": ("✔", "Bestået", "Inden for grænsen i alle år og perioder."),
}
"""What may come of a check, in the order of a page: its sign, its word and what it means."""
IN_ENGLISH = " / "
"""Between a note in Danish and the same in English."""
WHOLE = {"alle": "hele tabellen"}
DIGITS = 3  # shown of a share: 0.123 %, 1.23 %, 12.3 %


def not_computed(measure: str) -> str:
    """The note of a check whose measure nobody computed."""
    return f"Målet {measure} er ikke beregnet.{IN_ENGLISH}The measure {measure} was not computed."


def nothing() -> str:
    """The note of a check whose measure has no value in any year or period."""
    return f"Der er intet at sammenligne.{IN_ENGLISH}There is nothing to compare."


def too_few(most: float, least: float) -> str:
    """The note of a check that every year or period has too few rows for."""
    return (
        f"For lidt at regne på: højst {number(most)}, og kontrollen kræver mindst {number(least)}.{IN_ENGLISH}"
        f"Too few to tell: {number(most, 'en')} at most, and the check needs at least {number(least, 'en')}."
    )


def farthest(name: str) -> str:
    """The note that names the worst of several years or periods."""
    return f"Længst fra grænsen: {name}.{IN_ENGLISH}Farthest from the band: {name}."


def scope(name: str) -> str:
    """A year or period as a page shows it."""
    return WHOLE.get(name, name)


def counted(numerator: float | None, denominator: float | None) -> str:
    """What a share was computed from, such as `12 af 1.345`; nothing where it is not known."""
    return " af ".join(number(one) for one in (numerator, denominator) if one is not None)


def band(lower: float | None, upper: float | None, language: Language = "da") -> str:
    """A band of shares in words, such as `mellem 1 % og 5 %`."""
    low, high = (percent(end, language) if end is not None else "" for end in (lower, upper))
    words = {
        "exact": ("præcis {low}", "exactly {low}"),
        "both": ("mellem {low} og {high}", "between {low} and {high}"),
        "lower": ("mindst {low}", "at least {low}"),
        "upper": ("højst {high}", "at most {high}"),
    }
    kind = "exact" if low and low == high else "both" if low and high else "lower" if low else "upper"
    return words[kind][language == "en"].format(low=low, high=high)


def percent(share: float, language: Language = "da") -> str:
    """A share in percent, such as `1,23 %`."""
    return f"{number(share * 100, language)} %"


def number(value: float, language: Language = "da") -> str:
    """A number as a reader writes it: whole numbers in full, others with three digits that count."""
    if math.isinf(value):
        return "−∞" if value < 0 else "∞"
    decimals = 0
    if not value.is_integer():
        decimals = max(0, DIGITS - 1 - math.floor(math.log10(abs(value))))
    english = f"{value:,.{decimals}f}".replace("-", "−")
    if decimals:
        english = english.rstrip("0").rstrip(".")
    return english if language == "en" else english.translate(str.maketrans(",.", ".,"))
