"""The catalogue's code rows by the service that they make, so that a figure can be taken back to them.

Here: which rows of which code list a service rests on. Not here: turning codes into use (`pipelines.registers`).
"""

from __future__ import annotations

import polars as pl

from catalogue.consistency import CODE_LISTS
from catalogue.reader import Catalogue

FEES_OF = {"almen_laege_honorar": "almen_laege"}
"""Kinds of spell that tell what was paid for another kind's contacts."""
CODE_ROWS = pl.Schema(
    {
        "list": pl.String,
        "service": pl.String,
        "code": pl.String,
        "label_da": pl.String,
        "label_en": pl.String,
        "valid_from": pl.Date,
        "valid_to": pl.Date,
        "status": pl.String,
        "source": pl.String,
    }
)


def code_rows(catalogue: Catalogue, *, lpr2: bool = False) -> pl.DataFrame:
    """The rows of the code lists, once for each service that they decide.

    Args:
        catalogue: the catalogue.
        lpr2: whether hospital contacts are read from LPR2 too, by its own specialties.

    Returns:
        `CODE_ROWS`: `list` is the file's name without `.csv`; services in the catalogue's order, each with its codes in
        the file's. Months in ordinary employment rest on the codes that rule them out (docs/method.md § 4, DREAM),
        every hospital service on the specialties that make a contact psychiatric, fees on those of their contacts.
    """
    of_list = {
        "dream_codes": catalogue.dream_codes,
        "handic_services": catalogue.handic_services,
        "shelter_stays": catalogue.shelter_stays,
        "siu_services": catalogue.siu_services,
        "sssy_specialties": catalogue.sssy_specialties.rename({"definition": "service", "spec2": "code"}),
        "psychiatric_specialties": catalogue.psychiatric_specialties.rename({"specialty": "code"}),
        "psychiatric_specialties_lpr2": catalogue.psychiatric_specialties_lpr2.rename({"specialty": "code"}),
    }
    rows = [
        of_list[name].filter(decides).with_columns(list=pl.lit(name), service=pl.lit(service["service"]))
        for service in catalogue.services.iter_rows(named=True)
        for name, decides in _rows_of(service, lpr2=lpr2)
    ]
    empty = pl.DataFrame(schema=CODE_ROWS)
    return pl.concat([empty, *rows], how="diagonal").select(CODE_ROWS.names())


def _rows_of(service: dict[str, str], *, lpr2: bool) -> list[tuple[str, pl.Expr]]:
    """The lists of a service, and which of their rows decide it; no list where no code does."""
    if service["register"] == "lpr_a_kontakt":
        every = ("psychiatric_specialties", *(["psychiatric_specialties_lpr2"] if lpr2 else ()))
        return [(name, pl.lit(value=True)) for name in every]
    if service["measure"] == "months":
        return [("dream_codes", pl.col("is_transfer"))]
    if service["register"] not in CODE_LISTS:
        return []
    spell = FEES_OF.get(service["spell"], service["spell"])
    return [(CODE_LISTS[service["register"]][0], pl.col("service") == spell)]
