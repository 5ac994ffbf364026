"""The contracts of what is told of a study beside its cost table, and the list of all of a study's tables.

Here: costs by employment, changes, who the citizens are. Not here: what they are made of (`studies.py`).
"""

from __future__ import annotations

from typing import Any

import pandera.polars as pa
import polars as pl

from expectations.contracts.columns import PERIOD, SERVICE, STUDY, column, inherited, table
from expectations.contracts.studies import (
    COST_TABLE,
    COSTS,
    PARTICIPANT_FLOW,
    PARTICIPANTS,
    PERIODS,
    USE,
    USE_OUTSIDE_POPULATION,
)


def _of_study(stated: pa.Column, **other: Any) -> pa.Column:
    """A column of the cost table where it is made of the study's own citizens alone."""
    origins = [one for one in stated.metadata["comes_from"] if not one.startswith("population/")]
    said = {"description": stated.description, "nullable": stated.nullable, **other}
    return pa.Column(stated.dtype, checks=stated.checks, metadata={**stated.metadata, "comes_from": origins}, **said)


EMPLOYMENT_TABLE = table(
    "employment_table",
    "a group of citizens by months in ordinary employment in a period, and an area (or all): as in the cost table",
    {
        **{name: _of_study(stated) for name, stated in COST_TABLE.columns.items()},
        "group_by": column(pl.String, "What groups the citizens.", allowed=["beskaeftigelse"]),
        "group": column(
            pl.String,
            "Months in ordinary employment in the period.",
            allowed=["0", "1-3", "4-6", "7-9", "10-11", "12"],
            comes_from=["costs.quantity"],
        ),
        "service": column(pl.String, "Always null: there are rows of areas and of all.", nullable=True),
        "unit": column(pl.String, "Always null, as `service`.", nullable=True),
        "n_study": column(
            pl.UInt32,
            "Citizens of the study base in the group in the period: present, and their months known.",
            unit="citizens",
            comes_from=["periods.present", "costs.quantity"],
        ),
        "n_citizens": _of_study(
            COST_TABLE.columns["n_citizens"], description="Of them measured for all services of the row."
        ),
        "mean_quantity": column(pl.Float64, "Always null, as `service`.", unit="the service's unit", nullable=True),
        "share_users": _of_study(
            COST_TABLE.columns["share_users"], description="n_users / n_citizens; null where nobody is measured."
        ),
        "mean_cost": _of_study(
            COST_TABLE.columns["mean_cost"],
            description="Cost per citizen of n_citizens; null where nobody is measured or nothing is priced.",
        ),
    },
    unique=["group", "period", "area"],
)


def _changes(name: str, figure: str, unit: str, of: str, *drawn_from: str) -> dict[str, pa.Column]:
    """The change of a figure of the cost table, and the ends of its interval."""
    meanings = {
        name: f"Change in {of}: that of the period less that of period -1; null where either is.",
        f"{name}_low": f"Low end of the 95 % bootstrap interval of the change in {of}; null also where fewer than two "
        "citizens are measured in either period.",
        f"{name}_high": "High end of that interval.",
    }
    origins = {name: [f"cost_table.{figure}"]}
    return {
        one: column(
            pl.Float64, meaning, unit=unit, nullable=True, comes_from=origins.get(one, [*drawn_from, "periods.present"])
        )
        for one, meaning in meanings.items()
    }


CHANGES = table(
    "changes",
    "a period other than -1 and a service (or area, or all): how far everybody's figures are from those of period -1",
    {
        "study": column(pl.String, STUDY),
        "period": column(pl.Int16, f"{PERIOD} Never -1.", comes_from=["cost_table.period"]),
        "area": inherited(COST_TABLE.columns["area"], "cost_table.area"),
        "service": column(
            pl.String, f"{SERVICE} Null on area and total rows.", nullable=True, comes_from=["cost_table.service"]
        ),
        "unit": inherited(COST_TABLE.columns["unit"], "cost_table.unit"),
        "n_baseline": column(
            pl.UInt32, "`n_citizens` of period -1.", unit="citizens", comes_from=["cost_table.n_citizens"]
        ),
        "n_citizens": column(
            pl.UInt32, "`n_citizens` of the period.", unit="citizens", comes_from=["cost_table.n_citizens"]
        ),
        **_changes("change_share", "share_users", "share", "the share of users", "costs.quantity"),
        **_changes("change_quantity", "mean_quantity", "the service's unit", "the mean quantity", "costs.quantity"),
        **_changes("change_cost", "mean_cost", "kr.", "the mean cost", "costs.quantity", "costs.cost"),
        "price_year": inherited(COST_TABLE.columns["price_year"], "cost_table.price_year"),
        "illustrative": column(
            pl.Boolean,
            "Whether the cost table's row of the period or of period -1 is.",
            comes_from=["cost_table.illustrative"],
        ),
    },
    unique=["period", "area", "service"],
)


def _mean(name: str, unit: str, of: str, *drawn_from: str) -> dict[str, pa.Column]:
    """A mean of the cost table, and the ends of its interval."""
    low, high = (
        column(
            pl.Float64,
            f"{which} end of the 95 % bootstrap interval of the mean {of}; null where the mean is, and where fewer "
            "than two citizens are measured.",
            unit=unit,
            nullable=True,
            comes_from=[*drawn_from, "periods.present"],
        )
        for which in ("Low", "High")
    )
    mean = inherited(COST_TABLE.columns[name], f"cost_table.{name}")
    return {name: mean, f"{name}_low": low, f"{name}_high": high}


MEAN_INTERVALS = table(
    "mean_intervals",
    "a period and a service (or area, or all): everybody's means with their intervals",
    {
        "study": column(pl.String, STUDY),
        **{
            name: inherited(COST_TABLE.columns[name], f"cost_table.{name}")
            for name in ("period", "area", "service", "unit", "n_citizens")
        },
        **_mean("mean_quantity", "the service's unit", "quantity", "costs.quantity"),
        **_mean("mean_cost", "kr.", "cost", "costs.cost"),
        **{
            name: stated
            for payer in ("kommune", "region", "stat")
            for name, stated in _mean(f"mean_cost_{payer}", "kr.", f"cost to {payer}", f"costs.cost_{payer}").items()
        },
        **{name: inherited(COST_TABLE.columns[name], f"cost_table.{name}") for name in ("price_year", "illustrative")},
    },
    unique=["period", "area", "service"],
)

_CHARACTERISTICS = {
    "koen": "koen",
    "alder": "age",
    "startaar": "start_year",
    "kommune": "kom",
    "oprindelse": "ie_type",
    "bopael": "antpersh",
    "boern": "has_children",
    "uddannelse": "uddannelse",
    "forsoergelse": "support_status",
}

CHARACTERISTICS = table(
    "characteristics",
    "a category of a characteristic of the study base's citizens at the start; each characteristic adds up to them all",
    {
        "study": column(pl.String, STUDY),
        "characteristic": column(
            pl.String,
            "Sex, age at the start, start year, municipality, origin, whether living alone, whether with children, "
            "education (where UDDA is delivered), support.",
            allowed=list(_CHARACTERISTICS),
        ),
        "category": column(
            pl.String,
            "koen: 1 man, 2 woman, 9 not stated. alder: years, from-to. startaar: the year. kommune: its code. "
            "bopael: alone or with others. boern: yes or no. forsoergelse: status group of DREAM's week 48. `uoplyst` "
            "where not known.",
            comes_from=[f"participants.{name}" for name in _CHARACTERISTICS.values()],
        ),
        "n": column(
            pl.UInt32, "Citizens of the study base.", unit="citizens", comes_from=["participants.in_study_base"]
        ),
        "share": column(
            pl.Float64,
            "n of the study base; null where that is empty.",
            unit="share",
            nullable=True,
            at_least=0,
            at_most=1,
            comes_from=["participants.in_study_base"],
        ),
    },
    unique=["characteristic", "category"],
)

_LOOKED_INTO = ["participants.start_year", "participants.start_date", "registers/bef.reference_date"]

BEFORE_START = table(
    "before_start",
    "a category of services, and how many of the study base's citizens had any of them before they started",
    {
        "study": column(pl.String, STUDY),
        "category": column(pl.String, "The category, as in the catalogue's services_before_start.csv."),
        "first_period": column(
            pl.Int16, "The first period looked back to, as in the catalogue or the study file.", unit="period"
        ),
        "last_period": column(pl.Int16, "The last period looked back to, included.", unit="period"),
        "n_citizens": column(
            pl.UInt32,
            "Citizens of the study base measured for a service of the category in one of the periods at least.",
            unit="citizens",
            comes_from=_LOOKED_INTO,
        ),
        "n_partly": column(
            pl.UInt32,
            "Of them not measured for every service and period in which they are not absent: use there is not known.",
            unit="citizens",
            comes_from=_LOOKED_INTO,
        ),
        "n": column(
            pl.UInt32,
            "Of n_citizens those with any use in a period in which they are measured.",
            unit="citizens",
            comes_from=USE.columns["spells"].metadata["comes_from"],
        ),
        **{
            name: column(pl.Float64, meaning, unit="share", nullable=True, at_least=0, at_most=1)
            for name, meaning in {
                "share": "n / n_citizens; null where nobody is measured.",
                "share_low": "Low end of the 95 % Wilson interval of the share; null as the share.",
                "share_high": "High end of that interval.",
            }.items()
        },
    },
    unique=["category"],
)

STUDY_TABLES = {
    contract.name: contract
    for contract in (
        PARTICIPANTS,
        PARTICIPANT_FLOW,
        PERIODS,
        USE,
        USE_OUTSIDE_POPULATION,
        COSTS,
        COST_TABLE,
        EMPLOYMENT_TABLE,
        CHANGES,
        MEAN_INTERVALS,
        CHARACTERISTICS,
        BEFORE_START,
    )
}
"""Every table of a study by name, in the order in which they are made."""
