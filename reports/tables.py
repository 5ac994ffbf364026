"""What a release holds: the tables after disclosure control, and what a reader must know of them.

Here: the frames a writer is given, and finding a figure in them. Not here: computing any, or how they look.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

import polars as pl

from catalogue.profiles import Profile
from pipelines.named_tables import NAMED_TABLES
from reports.labels import Labels

PAYERS = ("kommune", "region", "stat")
RELEASED = (
    "cost_table", "employment_table", "changes", "mean_intervals", "characteristics", "before_start",
    "participant_flow",
)  # fmt: skip
"""The tables of citizens that leave the store, each a CSV and a Parquet file of its own."""
CATEGORIES = pl.Schema(dict.fromkeys(("category", "service", "register", "label_da", "label_en"), pl.String))
"""Which services are told of together before the start, and of which register each is."""
COMPARED = ("alle", "befolkning", "befolkning_standardiseret")
HOSPITALS = "lpr_a_kontakt"
BREAK = " †"
"""After the name of what is counted in a register whose counts jumped between the periods shown: see `reading_2019`."""
"""Groupings that have one group: the study base, and what it is held against."""


class StudyFacts(Protocol):
    """What a report says of a study; a study file's object has these."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def title_da(self) -> str: ...  # noqa: D102
    @property
    def title_en(self) -> str: ...  # noqa: D102
    @property
    def mode(self) -> str: ...  # noqa: D102
    @property
    def price_year(self) -> int: ...  # noqa: D102


@dataclass(frozen=True)
class Line:
    """A line of a table of services: of an ``area`` and a ``service``, of a whole area, or of everything."""

    area: str | None = None
    service: str | None = None

    @property
    def level(self) -> str:
        """``service``, ``area`` or ``total``."""
        return "service" if self.service else "area" if self.area else "total"


def by_line(table: pl.DataFrame) -> dict[tuple[Line, int], dict[str, Any]]:
    """The rows of a released table of one group, by line and period."""
    return {(Line(row["area"], row["service"]), row["period"]): row for row in table.iter_rows(named=True)}


@dataclass(frozen=True, kw_only=True)
class ReleaseTables:
    """One study's release. A frame of citizens' counts without ``withheld`` has not been through disclosure control.

    Raises ValueError when a table of ``RELEASED`` has no column ``withheld``.
    """

    study: StudyFacts
    profile: Profile  # what the data owner asks, and the word for a withheld figure
    cost_table: pl.DataFrame  # docs/method.md § 6, and `withheld` as in every table of RELEASED
    employment_table: pl.DataFrame  # as the cost table, by months in ordinary employment; areas and the total
    changes: pl.DataFrame  # each period less period -1, with intervals
    mean_intervals: pl.DataFrame  # everybody's means, as the cost table has them, with intervals
    characteristics: pl.DataFrame  # who the citizens are: characteristic, category, n, share
    before_start: pl.DataFrame  # which services they had before: category, periods looked back to, n, share
    participant_flow: pl.DataFrame  # step, reason, n
    not_measured: pl.DataFrame  # period, service, measured: "none" or "some"; a row where not everybody is measured
    areas: pl.DataFrame  # the catalogue's: area, label_da, label_en; in print order
    categories: pl.DataFrame  # the catalogue's of services before the start: category, service, register, labels
    services: pl.DataFrame  # the catalogue's: service, area, register, unit, label_da, label_en; in print order
    sources: pl.DataFrame  # the price rows used: service, year, price, status, source
    payer_rules: pl.DataFrame  # the payer rules used: service, valid_from, valid_to, kommune, region, stat, source
    registers: pl.DataFrame  # register, data_start (null where not told), data_end
    codes: pl.DataFrame  # what makes a service: list, service, code, labels, valid_from, valid_to, status, source
    limits: pl.DataFrame  # the catalogue's: limit, value, unit, source
    release_id: str
    made: datetime  # UTC
    code_version: str
    crosses_2019: bool = False  # whether hospital use is measured before and after LPR2 became LPR3
    comparison_ages: tuple[int, int] | None = None  # of the population compared with; None is all

    def __post_init__(self) -> None:
        for name, table in self.tables.items():
            if "withheld" not in table.columns:
                raise ValueError(f"{name} has no column 'withheld': put it through pipelines.disclosure first")

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables of ``RELEASED``, by name."""
        return {name: getattr(self, name) for name in RELEASED}

    @cached_property
    def named(self) -> dict[str, pl.DataFrame]:
        """The reports' tables and figures by name, as ``forlob table`` has them but for what is withheld."""
        return {name: one.view(self.tables[one.made_of]) for name, one in NAMED_TABLES.items()}

    def labels(self, language: str) -> Labels:
        """The words for it in ``language`` (``da`` or ``en``; else ValueError); names with `BREAK` where that holds."""
        areas, services = self.areas, self.services
        if self.crosses_2019:
            of_hospitals = pl.col("register") == HOSPITALS
            their_areas = services.filter(of_hospitals).get_column("area").unique()
            services = _marked(services, of_hospitals)
            areas = _marked(areas, pl.col("area").is_in(their_areas.implode()))
        return Labels.of(language, self.anchored, areas, services, self.categories)

    @property
    def anchored(self) -> bool:
        """Whether the periods hang on each citizen's own dates."""
        return self.study.mode == "anchored"

    @property
    def illustrative(self) -> bool:
        """Whether any figure rests on an illustrative price."""
        return bool(self.cost_table["illustrative"].any())

    @cached_property
    def periods(self) -> list[int]:
        """The periods of the cost table, in time's order."""
        return self.cost_table["period"].unique().sort().to_list()

    @cached_property
    def everybody(self) -> dict[tuple[Line, int], dict[str, Any]]:
        """The cost table's rows for all citizens of the study, by line and period."""
        return self.compared["alle"]

    @cached_property
    def intervals(self) -> dict[tuple[Line, int], dict[str, Any]]:
        """Everybody's means with their intervals, by line and period."""
        return by_line(self.mean_intervals)

    @cached_property
    def compared(self) -> dict[str, dict[tuple[Line, int], dict[str, Any]]]:
        """The rows of the study base and of the population, by grouping, and in each by line and period."""
        return {group_by: by_line(self.cost_table.filter(pl.col("group_by") == group_by)) for group_by in COMPARED}

    @cached_property
    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of the catalogue and the registers that figures rest on, by frame; always the same objects."""
        names = ("services", "categories", "sources", "payer_rules", "codes", "registers")
        return {name: getattr(self, name).to_dicts() for name in names}

    @cached_property
    def thresholds(self) -> dict[str, object]:
        """The limits, price year and least count that the release was made with, as the rules' texts name them."""
        limits = {name: f"{value:g}" for name, value in self.limits.select("limit", "value").iter_rows()}
        return limits | {"min_count": self.profile.min_count, "price_year": self.study.price_year}

    @property
    def subgroups(self) -> pl.DataFrame:
        """The cost table's rows of municipalities and of the list's groups."""
        return self.cost_table.filter(~pl.col("group_by").is_in(COMPARED))

    def lines(self) -> Iterator[Line]:
        """The cost table's lines in print order: each area followed by its services, at last the total."""
        present = {line for line, _ in self.everybody}
        for area in self.areas["area"]:
            services = self.services.filter(pl.col("area") == area)["service"]
            wanted = (Line(area), *(Line(area, service) for service in services))
            yield from (line for line in wanted if line in present)
        yield from (line for line in (Line(),) if line in present)

    @cached_property
    def priced(self) -> set[Line]:
        """The lines that cost something somewhere, or whose service has a price row."""
        figures = self.cost_table.filter(pl.col("mean_cost").is_not_null()).select("area", "service").unique()
        priced = self.services.filter(pl.col("service").is_in(self.sources["service"].implode()))
        named = pl.concat([figures, priced.select("area", "service"), priced.select("area", service=None)])
        return {Line(), *(Line(area, service) for area, service in named.iter_rows())}


def _marked(named: pl.DataFrame, crossing: pl.Expr) -> pl.DataFrame:
    """Rows of the catalogue with `BREAK` after the names of those whose counts cross it."""
    return named.with_columns(
        pl.when(crossing).then(pl.col(label) + BREAK).otherwise(label).alias(label)
        for label in ("label_da", "label_en")
    )
