"""The contracts of a study's tables, from its participants to its cost table.

Not here: the other tables that are told of a study, and the list of all (`study_results.py`).
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from catalogue.columns import EDUCATION_LEVELS
from expectations.contracts.columns import PERIOD, SERVICE, STUDY, column, inherited, person_column, table
from expectations.contracts.lists import LIST_REASONS
from expectations.contracts.registers import SPELLS

PARTICIPANTS = table(
    "participants",
    "a participant of a study (rows of the list that were set aside are not here), sorted by person",
    {
        "study": column(pl.String, STUDY),
        "person": person_column("extracts/participant_list.pnr", "person_key.person"),
        "start_date": column(
            pl.Date,
            "When the course began; null where only the year is known.",
            nullable=True,
            comes_from=["extracts/participant_list.start_date"],
        ),
        "start_year": column(
            pl.Int32,
            "Year the course began.",
            comes_from=["extracts/participant_list.start_date", "extracts/participant_list.start_year"],
        ),
        "end_date": column(
            pl.Date,
            "When the course ended; null while it goes on or where not told.",
            nullable=True,
            comes_from=["extracts/participant_list.end_date"],
        ),
        "municipality": column(
            pl.String,
            "Municipality as the list names it.",
            nullable=True,
            comes_from=["extracts/participant_list.municipality"],
        ),
        "status": column(
            pl.String,
            "Status of the course as the list names it.",
            nullable=True,
            comes_from=["extracts/participant_list.status"],
        ),
        "group": column(
            pl.String, "Group as the list names it.", nullable=True, comes_from=["extracts/participant_list.group"]
        ),
        "in_study_base": column(
            pl.Boolean,
            "Whether found in BEF on 31 December of the year before the start year.",
            comes_from=["registers/bef.person", "registers/bef.reference_date"],
        ),
        "age": column(
            pl.Int32,
            "Age at the start (on 1 July where only the year is known); null outside the study base.",
            unit="years",
            nullable=True,
            comes_from=["registers/bef.foed_dag", "extracts/participant_list.start_date"],
        ),
        "koen": column(
            pl.String,
            "Sex: 1 man, 2 woman, 9 not stated; null outside the study base.",
            nullable=True,
            comes_from=["registers/bef.koen"],
        ),
        "kom": column(
            pl.String,
            "Municipality, three digits; null outside the base.",
            nullable=True,
            comes_from=["registers/bef.kom"],
        ),
        "antpersh": column(
            pl.Int32,
            "Persons in the household, 1 lives alone; null outside the study base.",
            unit="persons",
            nullable=True,
            comes_from=["registers/bef.antpersh"],
        ),
        "ie_type": column(
            pl.String,
            "Origin: 1 Danish, 2 immigrant, 3 descendant, 9 unknown; null outside the study base.",
            nullable=True,
            comes_from=["registers/bef.ie_type"],
        ),
        "has_children": column(
            pl.Boolean,
            "Whether some citizen of the snapshot names them as parent; null outside the study base.",
            nullable=True,
            comes_from=["registers/bef.far", "registers/bef.mor"],
        ),
        "support_status": column(
            pl.String,
            "Status group of the DREAM code of week 48 of the year before the start; null where the week is not "
            "delivered, the code is not mapped or has no group.",
            nullable=True,
            comes_from=["registers/dream.code"],
        ),
        "uddannelse": column(
            pl.String,
            "Level of the highest education completed by 30 September of the year before the start; null outside the "
            "study base, and where UDDA does not tell it or the catalogue does not know its code.",
            nullable=True,
            allowed=EDUCATION_LEVELS,
        ),
    },
    unique=["person"],
)

PARTICIPANT_FLOW = table(
    "participant_flow",
    "a step of the way from the list to the study base; it always adds up",
    {
        "study": column(pl.String, STUDY),
        "step": column(
            pl.String,
            "received = set_aside + not_in_population + study_base.",
            allowed=["received", "set_aside", "not_in_population", "study_base"],
        ),
        "reason": column(
            pl.String,
            "Why set aside; null for the other steps.",
            nullable=True,
            allowed=list(LIST_REASONS),
        ),
        "n": column(pl.UInt32, "Rows of the participant list.", unit="rows"),
    },
    unique=["step", "reason"],
)

PERIODS = table(
    "periods",
    "a period of a citizen of the study base",
    {
        "person": person_column("participants.person"),
        "period": column(pl.Int16, PERIOD),
        "start": column(pl.Date, "First day.", comes_from=["participants.start_year", "participants.start_date"]),
        "end": column(pl.Date, "Last day, included.", comes_from=["participants.start_year", "participants.end_date"]),
        "present": column(
            pl.Boolean,
            "Whether the citizen was in the population; null where no snapshot can tell.",
            nullable=True,
            comes_from=["registers/bef.person", "registers/bef.reference_date"],
        ),
    },
    unique=["person", "period"],
)

_SPELL_COLUMNS = [f"spells/{name}.{part}" for name in SPELLS for part in ("start", "end")]

_USE = {
    "study": column(pl.String, STUDY),
    "person": person_column("participants.person"),
    "period": column(pl.Int16, PERIOD, comes_from=["periods.period"]),
    "service": column(pl.String, SERVICE, comes_from=[f"spells/{name}.service" for name in SPELLS]),
    "quantity": column(
        pl.Float64,
        "How much was used, in the service's unit; null is not measured, never 0.",
        unit="the service's unit",
        nullable=True,
        at_least=0,
        comes_from=[*_SPELL_COLUMNS, "periods.start", "periods.end"],
    ),
    "spells": column(
        pl.UInt32,
        "How many spells gave it; null where not measured.",
        unit="spells",
        nullable=True,
        comes_from=_SPELL_COLUMNS,
    ),
}

USE = table(
    "use",
    "a citizen's use of a service in a period: rows with use, and rows with null where it is not measured",
    _USE,
    unique=["person", "period", "service"],
)

USE_OUTSIDE_POPULATION = table(
    "use_outside_population",
    "use recorded for citizens who were not present, left out of `use` and counted here",
    {
        "period": column(pl.Int16, PERIOD, comes_from=["periods.period"]),
        "service": column(pl.String, SERVICE, comes_from=[f"spells/{name}.service" for name in SPELLS]),
        "citizens": column(pl.UInt32, "Citizens whose use was left out.", unit="citizens"),
        "quantity": column(pl.Float64, "How much was left out.", unit="the service's unit", comes_from=_SPELL_COLUMNS),
    },
    unique=["period", "service"],
)


def _kroner(meaning: str, *comes_from: str) -> pa.Column:
    return column(pl.Float64, meaning, unit="kr.", nullable=True, comes_from=comes_from)


COSTS = table(
    "costs",
    "a use row with what it cost",
    {
        **{name: inherited(stated, f"use.{name}") for name, stated in _USE.items()},
        "cost": _kroner(
            "Quantity times unit price, in prices of the price year; null where not measured or not priced.",
            "use.quantity",
        ),
        "cost_kommune": _kroner("The part the kommune pays.", "use.quantity"),
        "cost_region": _kroner("The part the region pays.", "use.quantity"),
        "cost_stat": _kroner("The part the state pays.", "use.quantity"),
        "price_year": column(pl.Int32, "The study's price year.", unit="year"),
        "illustrative": column(pl.Boolean, "Whether the price row is illustrative rather than sourced."),
    },
    unique=["person", "period", "service"],
)

_POPULATION_USE = "population/use.quantity"

COST_TABLE = table(
    "cost_table",
    "a group, period and service (or area, or all): means and shares per citizen present and measured",
    {
        "study": column(pl.String, STUDY),
        "group_by": column(
            pl.String,
            "What groups the citizens: everybody of the study base, its municipalities, groups and other splits; and "
            "what it is held against, the population as it is and standardised to the study base's age and sex.",
            allowed=[
                *("alle", "kommune", "gruppe", "startaar", "koen", "alder", "status"),
                *("befolkning", "befolkning_standardiseret"),
            ],
        ),
        "group": column(
            pl.String,
            "The municipality's code, the participant list's group, else `alle`; of the population what `group_by` is.",
            comes_from=["participants.kom", "participants.group"],
        ),
        "period": column(pl.Int16, PERIOD, comes_from=["costs.period"]),
        "area": column(pl.String, "Area of services; null on the total row.", nullable=True),
        "service": column(
            pl.String, f"{SERVICE} Null on area and total rows.", nullable=True, comes_from=["costs.service"]
        ),
        "unit": column(pl.String, "Unit of the quantity; null on area and total rows.", nullable=True),
        "n_study": column(
            pl.UInt32,
            "Citizens of the study base in the group; of the population those compared with, once a calendar year.",
            unit="citizens",
            comes_from=["participants.in_study_base", "population/citizens.n_citizens"],
        ),
        "n_citizens": column(
            pl.UInt32,
            "Of them present in the period and measured for the service (or all services of the row).",
            unit="citizens",
            comes_from=["periods.present", "costs.quantity", "population/measured.measured"],
        ),
        "n_users": column(
            pl.UInt32,
            "Of them with any use.",
            unit="citizens",
            comes_from=["costs.quantity", "population/use.n_users"],
        ),
        "share_users": column(
            pl.Float64,
            "n_users / n_citizens (standardised: of the strata, weighted); null where nobody is measured.",
            unit="share",
            nullable=True,
            at_least=0,
            at_most=1,
            comes_from=["costs.quantity", "population/use.n_users"],
        ),
        "mean_quantity": column(
            pl.Float64,
            "Quantity per citizen of n_citizens; null on area and total rows.",
            unit="the service's unit",
            nullable=True,
            at_least=0,
            comes_from=["costs.quantity", _POPULATION_USE],
        ),
        "mean_cost": _kroner(
            "Cost per citizen of n_citizens; null where nobody is measured or nothing is priced. Population: also "
            "where a used service lacks an index value or payer rule.",
            "costs.cost",
            _POPULATION_USE,
        ),
        "mean_cost_kommune": _kroner("The part the kommune pays.", "costs.cost_kommune", _POPULATION_USE),
        "mean_cost_region": _kroner("The part the region pays.", "costs.cost_region", _POPULATION_USE),
        "mean_cost_stat": _kroner("The part the state pays.", "costs.cost_stat", _POPULATION_USE),
        "price_year": column(pl.Int32, "The study's price year.", unit="year", comes_from=["costs.price_year"]),
        "illustrative": column(
            pl.Boolean,
            "Whether the price row of some citizen present is illustrative, used or not.",
            comes_from=["periods.start"],
        ),
    },
    unique=["group_by", "group", "period", "area", "service"],
)
