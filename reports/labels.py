"""From ids and keys to words, in the reader's language.

Here: looking words up, and the names of periods. Not here: the words themselves (``texts.py``, ``catalogue/``).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from reports.texts import TEXTS

LANGUAGES = ("da", "en")


@dataclass(frozen=True)
class Labels:
    """The words of one language; ``names`` are the catalogue's: ``area.<id>``, ``service.<id>``, ``category.<id>``."""

    language: str
    anchored: bool
    names: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        language: str,
        anchored: bool,
        areas: pl.DataFrame,
        services: pl.DataFrame,
        categories: pl.DataFrame | None = None,
    ) -> Labels:
        """The words for a study in ``language`` (``da`` or ``en``; else ValueError), names from the catalogue."""
        if language not in LANGUAGES:
            raise ValueError(f"language is {language!r}; it must be one of {', '.join(LANGUAGES)}")
        named = {"area": areas, "service": services} | ({} if categories is None else {"category": categories})
        return cls(
            language,
            anchored,
            {
                f"{kind}.{row[kind]}": row[f"label_{language}"]
                for kind, frame in named.items()
                for row in frame.iter_rows(named=True)
            },
        )

    def text(self, key: str, **fields: object) -> str:
        """The text ``key``, with its fields filled in."""
        return TEXTS[key][LANGUAGES.index(self.language)].format(**fields)

    def name(self, kind: str, id_: str) -> str:
        """The word for an id of ``kind`` (``area``, ``service``, ``unit``, ...), or the id where nobody named it."""
        key = f"{kind}.{id_}"
        return self.text(key) if key in TEXTS else self.names.get(key, id_)

    def register(self, id_: str) -> str:
        """A register by the name it has in its documentation."""
        return id_.upper()

    def period(self, period: int) -> str:
        """A period's short name, as a heading."""
        years = abs(period)
        if self.language == "da":
            here = "Forløbet" if self.anchored else "Startåret"
            before, after = "Året før" if years == 1 else f"{years} år før", f"{years}. år efter"
        else:
            here = "The course" if self.anchored else "Start year"
            before = "Year before" if years == 1 else f"{years} years before"
            after = f"{_ordinal(years)} year after"
        return here if period == 0 else before if period < 0 else after

    def flow(self, category: str) -> str:
        """A step from the list to the study base, or the reason for which rows were set aside."""
        if f"step.{category}" in TEXTS:
            return self.name("step", category)
        return f"{self.name('step', 'set_aside')}: {self.name('reason', category)}"

    def compared(self, group_by: str) -> str:
        """The study base as one of those that are compared, or what it is held against."""
        return self.text("compared.alle") if group_by == "alle" else self.name("group_by", group_by)

    def span(self, first: int, last: int) -> str:
        """The name of some periods that follow each other."""
        return " – ".join(dict.fromkeys((self.period(first), self.period(last))))

    def period_meaning(self, period: int) -> str:
        """What a period is, in a sentence (docs/method.md § 2)."""
        years, danish = abs(period), self.language == "da"
        nth = f"{years}." if danish else _ordinal(years)
        if self.anchored:
            here = (
                "Fra startdato til slutdato, begge dage med; uden slutdato til det første register slutter.",
                "From start date to end date, both included; without an end date until the first register ends.",
            )
            before = (
                f"Det {nth} år før startdatoen; selve startdatoen er ikke med.",
                f"The {nth} year before the start date, which is not included.",
            )
            after = f"Det {nth} år efter slutdatoen.", f"The {nth} year after the end date."
        else:
            here = "Det kalenderår, borgeren starter i.", "The calendar year in which the citizen starts."
            before = f"Det {nth} kalenderår før startåret.", f"The {nth} calendar year before the start year."
            after = f"Det {nth} kalenderår efter startåret.", f"The {nth} calendar year after the start year."
        return (here if period == 0 else before if period < 0 else after)[0 if danish else 1]


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
