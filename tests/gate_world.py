"""Small studies to send through the gate: citizens with their use, and the tables that are made of them.

Here: citizens, the catalogue, and the tables by the code that makes them. Not here: what the gate does to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache

import polars as pl

from catalogue.amounts import TAXES
from catalogue.profiles import Profile
from catalogue.reader import Catalogue, read_catalogue
from pipelines.before_start import BEFORE_START_SCHEMA
from pipelines.changes import changes
from pipelines.characteristics import characteristics
from pipelines.costs import costs
from pipelines.disclosure.earlier import Earlier
from pipelines.disclosure.protect import IS_COMPARED, StudyTables
from pipelines.draws import draw
from pipelines.employment import employment_table
from pipelines.gate import Passed, through_the_gate
from pipelines.intervals import wilson
from pipelines.mean_intervals import mean_intervals
from pipelines.tables import cost_table
from pipelines.use import USE_SCHEMA

SERVICES = [  # service, area, measure, unit
    ("ydelse", "indkomst", "weeks", "week"),
    ("tillaeg", "indkomst", "weeks", "week"),
    ("hjaelp", "social", "days", "day"),
    ("besoeg", "social", "spells", "visit"),
    ("arbejde", "beskaeftigelse", "months", "month"),
]
USED = [service for service, *_ in SERVICES[:4]]
AREAS = {service: area for service, area, *_ in SERVICES}
PRICE = {"ydelse": 1000.0, "tillaeg": 300.0, "hjaelp": 500.0}
DEARER = 1.1
"""Times what a week of `ydelse` costs those who start in 2019."""
SHARES = {"ydelse": (0.8, 0.0, 0.2), "tillaeg": (0.3, 0.0, 0.7), "hjaelp": (0.3, 0.6, 0.1)}
LOOK_BACK = pl.DataFrame(
    [
        ("besoeg", "besoeg", -1, -1),
        ("ydelser", "ydelse", -1, -1),
        ("ydelser", "tillaeg", -1, -1),
        ("herberg", "herberg", -3, -2),
    ],
    schema={"category": pl.String, "service": pl.String, "first_period": pl.Int16, "last_period": pl.Int16},
    orient="row",
)
"""What is looked back to: one row of the cost table, two that count as one, and what no cost table has."""
PERIODS = (-1, 0)
PRICE_YEAR = 2018
DRAWS = 20
STUDY = "lille"


@dataclass(frozen=True)
class Person:
    """A citizen: groups, months in employment and units of each of `USED`, the same in both periods.

    `unmeasured`: services of which no register tells; `absent`: periods of absence; `herberg`: whether they had a
    shelter before, or that nobody knows.
    """

    kommune: str | None = "A"
    gruppe: str | None = None
    use: tuple[int, int, int, int] = (0, 0, 0, 0)
    months: int = 0
    koen: str = "1"
    start: int = 2018
    unmeasured: tuple[str, ...] = ()
    absent: tuple[int, ...] = ()
    herberg: bool | None = False


@cache
def small_catalogue(*, taxed: bool = False) -> Catalogue:
    """The services of `SERVICES`; `taxed`: what is `social` is what citizens pay instead."""
    years = (2017, 2018, 2019)
    areas = {"social": TAXES} if taxed else {}
    services = [(s, areas.get(area, area), "r", s, measure, unit, "pl", s, s) for s, area, measure, unit in SERVICES]
    prices = [
        (s, year, kr * (DEARER if s == "ydelse" and year == 2019 else 1), "sourced", "test")
        for s, kr in PRICE.items()
        for year in years
    ]
    rules = [(s, None, None, *shares, "test") for s, shares in SHARES.items()]
    payers = dict.fromkeys(["kommune", "region", "stat"], pl.Float64)
    frames = {
        "services": _frame(
            services, "service", "area", "register", "spell", "measure", "unit", "index", "label_da", "label_en"
        ),
        "unit_prices": _frame(
            prices, "service", "status", "source", at={"year": pl.Int32, "price": pl.Float64}, after="service"
        ),
        "price_index": _frame(
            [("pl", year, 100.0, "test") for year in years],
            "index",
            "source",
            at={"year": pl.Int32, "value": pl.Float64},
            after="index",
        ),
        "payer_rules": _frame(
            rules, "service", "source", at={"valid_from": pl.Date, "valid_to": pl.Date, **payers}, after="service"
        ),
    }
    names = [field.name for field in fields(Catalogue) if field.name != "warnings"]
    return Catalogue(**{name: frames.get(name, pl.DataFrame()) for name in names})


def _frame(rows: list[tuple], *text: str, at: dict | None = None, after: str = "") -> pl.DataFrame:
    """A frame of text columns, with those of `at` after one of them."""
    schema: dict = {}
    for name in text:
        schema[name] = pl.String
        if name == after:
            schema |= at or {}
    return pl.DataFrame(rows, schema=schema, orient="row")


def profile(name: str = "sds", **changed: object) -> Profile:
    return replace(read_catalogue().profile(name), **changed)


@dataclass(frozen=True)
class World:
    """What the store holds of a study before its release."""

    base: pl.DataFrame
    periods: pl.DataFrame
    costs: pl.DataFrame
    tables: StudyTables
    catalogue: Catalogue

    def gate(self, of: Profile, earlier: Sequence[Earlier] = ()) -> Passed:
        return through_the_gate(
            self.tables, self.base, self.periods, self.costs, LOOK_BACK, self.catalogue, PRICE_YEAR, of, earlier
        )


def world(
    people: Sequence[Person],
    *,
    received: int | None = None,
    numbers: Iterable[int] | None = None,
    taxed: bool = False,
) -> World:
    """The tables of these citizens; `received`: rows of the list, the others set aside; `taxed`: see the catalogue."""
    catalogue = small_catalogue(taxed=taxed)
    numbered = list(zip(numbers or range(1, len(people) + 1), people, strict=True))
    base = pl.DataFrame(
        [(n, p.kommune, p.gruppe, p.koen, 40, p.start, "1", 1, p.koen == "2", None, None) for n, p in numbered],
        schema={
            "person": pl.UInt32,
            "kom": pl.String,
            "group": pl.String,
            "koen": pl.String,
            "age": pl.Int16,
            "start_year": pl.Int32,
            "ie_type": pl.String,
            "antpersh": pl.Int32,
            "has_children": pl.Boolean,
            "uddannelse": pl.String,
            "support_status": pl.String,
        },
        orient="row",
    )
    periods = pl.DataFrame(
        [
            (n, k, date(p.start + k, 1, 1), date(p.start + k, 12, 31), k not in p.absent)
            for n, p in numbered
            for k in PERIODS
        ],
        schema={"person": pl.UInt32, "period": pl.Int16, "start": pl.Date, "end": pl.Date, "present": pl.Boolean},
        orient="row",
    )
    use = pl.DataFrame(
        [row for n, p in numbered for k in PERIODS if k not in p.absent for row in _use(n, k, p)],
        schema=USE_SCHEMA,
        orient="row",
    )
    priced = costs(use, periods, catalogue, PRICE_YEAR)
    own = base.select("person", "kom", "group")
    table = cost_table(STUDY, own, periods, priced, catalogue, PERIODS, PRICE_YEAR)
    employed = employment_table(STUDY, periods, priced, catalogue, PERIODS, PRICE_YEAR)
    drawn = draw(STUDY, own, periods, priced, catalogue.services, PERIODS, draws=DRAWS)
    tables = StudyTables(
        cost_table=table,
        employment_table=employed,
        changes=changes(table, drawn),
        mean_intervals=mean_intervals(table, drawn),
        characteristics=characteristics(STUDY, base),
        before_start=_before_start(people),
        participant_flow=_flow(len(people), len(people) if received is None else received),
    )
    return World(own, periods, priced, tables, catalogue)


def _use(number: int, period: int, person: Person) -> list[tuple]:
    units = dict(zip(USED, person.use, strict=True)) | {"arbejde": person.months}
    rows: list[tuple] = [(STUDY, number, period, service, None, None) for service in person.unmeasured]
    for service, quantity in units.items():
        if quantity and service not in person.unmeasured:
            rows.append((STUDY, number, period, service, float(quantity), 1))
    return rows


def _before_start(people: Sequence[Person]) -> pl.DataFrame:
    """By the citizens' own figures: of `LOOK_BACK`, how many are measured and had any."""
    here = [p for p in people if -1 not in p.absent]
    any_of = {
        "besoeg": [p.use[3] > 0 for p in here if "besoeg" not in p.unmeasured],
        "ydelser": [
            any(n for service, n in zip(USED[:2], p.use[:2], strict=True) if service not in p.unmeasured)
            for p in here
            if not {"ydelse", "tillaeg"} <= set(p.unmeasured)
        ],
        "herberg": [p.herberg for p in people if p.herberg is not None],
    }
    asked = LOOK_BACK.select("category", "first_period", "last_period").unique(maintain_order=True)
    counts = [(len(any_of[name]), 0, sum(any_of[name]), None, None, None) for name in asked["category"]]
    rows = [(STUDY, *named, *counted) for named, counted in zip(asked.rows(), counts, strict=True)]
    table = pl.DataFrame(rows, schema=BEFORE_START_SCHEMA, orient="row")
    share = pl.when(pl.col("n_citizens") > 0).then(pl.col("n") / pl.col("n_citizens"))
    return table.with_columns(share=share, **wilson("n", "n_citizens"))


def _flow(found: int, received: int) -> pl.DataFrame:
    rows = [
        (STUDY, "received", None, received),
        (STUDY, "set_aside", "missing_pnr", received - found),
        (STUDY, "not_in_population", None, 0),
        (STUDY, "study_base", None, found),
    ]
    schema = {"study": pl.String, "step": pl.String, "reason": pl.String, "n": pl.UInt32}
    return pl.DataFrame(rows, schema=schema, orient="row")


def released(passed: Passed, of: Profile, name: str = "2026-11-22-01", *, with_base: bool = True) -> Earlier:
    """What came through the gate, as the next release finds it."""
    tables = passed.protected.tables
    rows = pl.concat([tables.cost_table.filter(~IS_COMPARED), tables.employment_table])
    base = passed.base if with_base else None
    return Earlier(name, rows, tables.characteristics, tables.before_start, tables.participant_flow, of, base)


def row(table: pl.DataFrame, group: str, service: str | None, area: str | None = None, period: int = 0) -> dict:
    """One row of the cost table or the employment table."""
    line = (pl.col("service").eq_missing(pl.lit(service, pl.String))) & (pl.col("period") == period)
    if service is None:
        line &= pl.col("area").eq_missing(pl.lit(area, pl.String))
    return table.filter(line, group=group).row(0, named=True)
