"""The contracts of the population's tables: who is there, what they use, what is measured, and means."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from expectations.contracts.columns import SERVICE, column, table
from expectations.contracts.registers import SPELLS

_BEF = "registers/bef"
_SPELLS = [f"spells/{name}.{part}" for name in SPELLS for part in ("start", "end")]
_KINDS = [f"spells/{name}.service" for name in SPELLS]
_COVERS = [f"coverage/{register}.start" for register in ("dream", "lpr_a_kontakt", "handic")]
_PRESENT = [f"{_BEF}.person", f"{_BEF}.reference_date"]

_YEAR = column(pl.Int32, "Calendar year.", unit="year", comes_from=[f"{_BEF}.reference_date"])
_CELL = {
    "year": _YEAR,
    "age": column(
        pl.Int16,
        "Whole years on 1 July of the year, 0 for who is born later in it; null is unknown.",
        unit="years",
        nullable=True,
        at_least=0,
        comes_from=[f"{_BEF}.foed_dag"],
    ),
    "koen": column(pl.String, "Sex: 1 man, 2 woman, 9 not stated or unknown.", comes_from=[f"{_BEF}.koen"]),
    "kom": column(pl.String, "Municipality, three digits; null is unknown.", nullable=True, comes_from=[f"{_BEF}.kom"]),
}
_LINE = {
    "area": column(pl.String, "Area of services; null on the total row.", nullable=True),
    "service": column(pl.String, f"{SERVICE} Null on area and total rows.", nullable=True, comes_from=_KINDS),
}
_USERS = column(
    pl.Int64, "Citizens with any use of the row's services.", unit="citizens", at_least=0, comes_from=_SPELLS
)


def _kroner(meaning: str) -> pa.Column:
    return column(pl.Float64, meaning, unit="kr.", nullable=True, comes_from=_SPELLS)


CITIZENS = table(
    "population/citizens",
    "the citizens present in a calendar year, of one age, sex and municipality",
    {**_CELL, "n_citizens": column(pl.Int64, "How many.", unit="citizens", at_least=1, comes_from=_PRESENT)},
    unique=["year", "age", "koen", "kom"],
)

POPULATION_USE = table(
    "population/use",
    "use of a service (or of any of an area, or of any) by those citizens; only where it is measured and used",
    {
        **_CELL,
        **_LINE,
        "n_users": _USERS,
        "quantity": column(
            pl.Int64,
            "How much they used together; null on area and total rows.",
            unit="the service's unit",
            nullable=True,
            at_least=1,
            comes_from=_SPELLS,
        ),
    },
    unique=["year", "age", "koen", "kom", "area", "service"],
)

MEASURED = table(
    "population/measured",
    "a service (or area, or all) in a calendar year: whether it is measured",
    {
        "year": _YEAR,
        "area": _LINE["area"],
        "service": column(pl.String, f"{SERVICE} Null on area and total rows.", nullable=True),
        "measured": column(
            pl.Boolean, "Whether the registers of all the row's services cover the year.", comes_from=_COVERS
        ),
    },
    unique=["year", "area", "service"],
)

MEANS = table(
    "population/means",
    "a calendar year, group of citizens and service (or area, or all): means and shares per citizen present",
    {
        "year": _YEAR,
        "group_by": column(pl.String, "What groups the citizens.", allowed=["alle", "alder", "koen", "kommune"]),
        "group": column(
            pl.String,
            "`alle`, the age band (first to last whole year), the sex or the municipality.",
            comes_from=[f"{_BEF}.foed_dag", f"{_BEF}.koen", f"{_BEF}.kom"],
        ),
        **_LINE,
        "unit": column(pl.String, "Unit of the quantity; null on area and total rows.", nullable=True),
        "n_present": column(
            pl.Int64, "Citizens of the group present in the year.", unit="citizens", at_least=1, comes_from=_PRESENT
        ),
        "n_citizens": column(
            pl.Int64,
            "Of them measured for all services of the row: all or none, as the registers cover the year.",
            unit="citizens",
            at_least=0,
            comes_from=[*_PRESENT, *_COVERS],
        ),
        "n_users": _USERS,
        "share_users": column(
            pl.Float64,
            "n_users / n_citizens; null where not measured.",
            unit="share",
            nullable=True,
            at_least=0,
            at_most=1,
            comes_from=_SPELLS,
        ),
        "mean_quantity": column(
            pl.Float64,
            "Quantity per citizen of n_citizens; null on area and total rows, and where not measured.",
            unit="the service's unit",
            nullable=True,
            at_least=0,
            comes_from=_SPELLS,
        ),
        "mean_cost": _kroner(
            "Cost per citizen of n_citizens; null where not measured, nothing is priced, or a used service lacks an "
            "index value or payer rule."
        ),
        "mean_cost_kommune": _kroner("The part the kommune pays."),
        "mean_cost_region": _kroner("The part the region pays."),
        "mean_cost_stat": _kroner("The part the state pays."),
        "price_year": column(pl.Int32, "The year of the prices: the calendar year itself.", unit="year"),
        "illustrative": column(pl.Boolean, "Whether the price row of one of the row's services is illustrative."),
    },
    unique=["year", "group_by", "group", "area", "service"],
)

POPULATION_TABLES = {contract.name: contract for contract in (CITIZENS, POPULATION_USE, MEASURED, MEANS)}
