"""The contracts of the person key, the registers, their coverage and their spells.

A column's `comes_from` names the columns it is made of (`table.column`): the lineage shown in Dagster.
"""

from __future__ import annotations

from collections.abc import Collection

import pandera.polars as pa
import polars as pl

from catalogue.columns import LPR2
from expectations.contracts.columns import PERSON, column, person_column, table
from expectations.contracts.deliveries import DELIVERIES
from expectations.contracts.delivery import DeliveryContract

DTYPES: dict[str, type[pl.DataType] | pl.DataType] = {
    "pnr": pl.UInt32,
    "code": pl.String,
    "text": pl.String,
    "date": pl.Date,
    "week": pl.Date,
    "datetime": pl.Datetime("us"),
    "integer": pl.Int64,
    "hundredths": pl.Int64,
}
"""What a delivered column is once it is read."""
SPELLS_OF: dict[str, tuple[str, str, str, str]] = {
    "herb_forsorg_mv_f": ("start", "end", "ophold_type", "days"),
    "smdb_vbgf": ("start", "end", "start", "days"),
    "nab": ("start", "end", "start", "days"),
    "sssy": ("start", "start", "spec2", "contacts, or øre of fees"),
    "drg_kontakter": ("start", "start", "speciale", "øre"),
    "siu_individ_udgifter_total": ("start", "end", "indsats", "øre"),
    "bfl": ("start", "end", "start", "hours, or øre of wages"),
    "krsi": ("start", "start", "start", "charges"),
    "kraf": ("start", "start", "start", "decisions"),
    "krin": ("start", "end", "start", "days"),
}
"""Of the registers beyond the four: the columns that a spell's start, end and kind come from, and what it counts."""
MADE_OF = {"dream_employment": ("dream",), "lpr2": LPR2}
"""Spells that are made of another register, or of several; every other is made of the one that it is named for."""
MANY_A_DAY = ("drg_kontakter", "siu_individ_udgifter_total", "bfl", "krsi", "kraf")
"""Of them, those with several spells of a citizen and kind that begin on one day."""

PERSON_KEY = table(
    "person_key",
    "a PNR and its number, which never changes; restricted",
    {
        "pnr": column(pl.String, "The citizen's pseudonym as delivered. Stands nowhere else but in quarantine."),
        "person": column(pl.UInt32, "Number of the citizen, from 1, in order of arrival."),
    },
    unique=["pnr"],
)

BEF = table(
    "registers/bef",
    "a citizen on a snapshot date, sorted by person and date",
    {
        "person": person_column("extracts/bef.pnr", "person_key.person"),
        "reference_date": column(pl.Date, "The snapshot's date.", comes_from=["extracts/bef.referencetid"]),
        "foed_dag": column(pl.Date, "Date of birth.", nullable=True, comes_from=["extracts/bef.foed_dag"]),
        "koen": column(
            pl.String, "Sex: 1 man, 2 woman, 9 not stated.", nullable=True, comes_from=["extracts/bef.koen"]
        ),
        "kom": column(pl.String, "Municipality, three digits.", nullable=True, comes_from=["extracts/bef.kom"]),
        "antpersh": column(
            pl.Int64, "Persons in the household.", unit="persons", nullable=True, comes_from=["extracts/bef.antpersh"]
        ),
        "ie_type": column(
            pl.String,
            "Origin: 1 Danish, 2 immigrant, 3 descendant, 9 unknown.",
            nullable=True,
            comes_from=["extracts/bef.ie_type"],
        ),
        "far": column(
            pl.UInt32, "The father's number.", nullable=True, comes_from=["extracts/bef.far_id", "person_key.person"]
        ),
        "mor": column(
            pl.UInt32, "The mother's number.", nullable=True, comes_from=["extracts/bef.mor_id", "person_key.person"]
        ),
    },
    unique=["person", "reference_date"],
)

DREAM = table(
    "registers/dream",
    "a run of weeks of one citizen on one benefit code, sorted by person and start",
    {
        "person": person_column("extracts/dream.pnr", "person_key.person"),
        "code": column(pl.String, "Benefit code, three digits.", comes_from=["extracts/dream.y_yyww"]),
        "start": column(pl.Date, "Monday of the first week.", comes_from=["extracts/dream.y_yyww"]),
        "end": column(pl.Date, "Sunday of the last week.", comes_from=["extracts/dream.y_yyww"]),
    },
    unique=["person", "start"],
)

DREAM_EMPLOYMENT = table(
    "registers/dream_employment",
    "a run of months of one citizen with an employment degree above 0, sorted by person and start",
    {
        "person": person_column("extracts/dream.pnr", "person_key.person"),
        "start": column(pl.Date, "First day of the first month.", comes_from=["extracts/dream.grad_yyyy_mm"]),
        "end": column(pl.Date, "Last day of the last month.", comes_from=["extracts/dream.grad_yyyy_mm"]),
    },
    unique=["person", "start"],
)

LPR_A_KONTAKT = table(
    "registers/lpr_a_kontakt",
    "a finished hospital contact, sorted by person and start",
    {
        "person": person_column("extracts/lpr_a_kontakt.pnr", "person_key.person"),
        "contact": column(
            pl.String, "The contact's id.", nullable=True, comes_from=["extracts/lpr_a_kontakt.dw_ek_kontakt"]
        ),
        "start": column(
            pl.Datetime("us"),
            "When the contact began, local time.",
            comes_from=["extracts/lpr_a_kontakt.kont_starttidspunkt"],
        ),
        "end": column(
            pl.Datetime("us"),
            "When the contact ended, local time.",
            comes_from=["extracts/lpr_a_kontakt.kont_sluttidspunkt"],
        ),
        "kont_type": column(
            pl.String,
            "Kind of contact; ALCA00 is physical attendance.",
            nullable=True,
            comes_from=["extracts/lpr_a_kontakt.kont_type"],
        ),
        "hovedspec": column(
            pl.String,
            "Main specialty of the responsible unit, in words.",
            nullable=True,
            comes_from=["extracts/lpr_a_kontakt.kont_ans_hovedspec"],
        ),
        "indberetningssystem": column(
            pl.String,
            "The system that the contact was reported to, LPR2 or LPR3; null where it is not delivered.",
            nullable=True,
            comes_from=["extracts/lpr_a_kontakt.lprindberetningssystem"],
        ),
    },
)

HANDIC = table(
    "registers/handic",
    "a service granted under the Social Services Act, sorted by person and start",
    {
        "person": person_column("extracts/handic.pnr", "person_key.person"),
        "code": column(pl.String, "Code of the service granted.", comes_from=["extracts/handic.modt_ydelse_kode"]),
        "start": column(pl.Date, "First day.", comes_from=["extracts/handic.ydelse_start"]),
        "end": column(
            pl.Date, "Last day; null is still running.", nullable=True, comes_from=["extracts/handic.ydelse_slut"]
        ),
        "betalingskommune": column(
            pl.String,
            "Municipality that pays (or acts), three digits; null where it is not delivered or cannot be read.",
            nullable=True,
            comes_from=["extracts/handic.betalingskommune"],
        ),
        "godkendtperiode": column(
            pl.String,
            "Whether the municipality approved its data of the period, as delivered; null where it is not delivered.",
            nullable=True,
            comes_from=["extracts/handic.godkendtperiode"],
        ),
    },
)

COVERAGE = table(
    "coverage",
    "a stretch of days that a register's delivery covers",
    {
        "register": column(pl.String, "The register."),
        "kind": column(
            pl.String,
            "span: all the days; week: a delivered week column, by its Thursday; month: a delivered employment month; "
            "snapshot: the day of a snapshot; nothing: delivered without any event.",
            allowed=["span", "nothing", "week", "month", "snapshot"],
        ),
        "start": column(pl.Date, "First day."),
        "end": column(pl.Date, "Last day."),
        "data_end": column(pl.Date, "End of the year or month in the file's name; null for snapshots.", nullable=True),
    },
    unique=["register", "kind", "start"],
)


def _of_delivery(contract: DeliveryContract) -> pa.DataFrameSchema:
    """The table of a register whose columns are its delivered ones, typed."""
    source = f"extracts/{contract.register}"
    columns = {
        stated.becomes: column(
            DTYPES[stated.read_as],
            PERSON if stated.becomes == "person" else stated.meaning,
            unit=stated.unit,
            nullable=stated.missing is None,
            comes_from=[f"{source}.{stated.name}", *(["person_key.person"] if stated.read_as == "pnr" else [])],
        )
        for stated in contract.fields
    }
    if contract.found_by:
        shared = contract.found_by.column
        through = [f"registers/{register}.person" for register in contract.found_by.registers]
        columns = {"person": person_column(f"{source}.{shared}", *through), **columns}
    if contract.file_day:
        columns[contract.dated_by] = column(pl.Date, "The day that the rows are of, in the year in the file's name.")
    row = f"{contract.row}, sorted by {' and '.join(contract.sorted_by[:2])}"
    unique = contract.sorted_by if contract.unique else None
    return table(f"registers/{contract.register}", row, columns, unique=unique)


REGISTERS = {
    "bef": BEF,
    "dream": DREAM,
    "dream_employment": DREAM_EMPLOYMENT,
    "lpr_a_kontakt": LPR_A_KONTAKT,
    "handic": HANDIC,
    **{register: _of_delivery(contract) for register, contract in DELIVERIES.items() if contract.optional},
}


def _spells(
    name: str, starts_from: str, ends_from: str, kind_from: str, unit: str, *, one_a_day: bool = True
) -> pa.DataFrameSchema:
    registers = (name,) if name in REGISTERS else MADE_OF[name]

    def of(*columns: str) -> list[str]:
        wanted = ((one, part) for part in dict.fromkeys(columns) for one in registers)
        return [f"registers/{one}.{part}" for one, part in wanted if part in REGISTERS[one].columns]

    return table(
        f"spells/{name}",
        "a dated piece of service of one citizen, sorted by person, service and start",
        {
            "person": person_column(*of("person")),
            "service": column(pl.String, "Kind of spell: the `spell` of services.csv.", comes_from=of(kind_from)),
            "start": column(pl.Date, "First day.", comes_from=of(starts_from)),
            "end": column(pl.Date, "Last day, included.", comes_from=of(ends_from)),
            "quantity": column(
                pl.Int32,
                f"Size of the whole spell: {unit}.",
                unit=unit,
                at_least=1,
                comes_from=of(starts_from, ends_from),
            ),
        },
        unique=["person", "service", "start"] if one_a_day else None,
    )


SPELLS = {
    "dream": _spells("dream", "start", "end", "code", "weeks"),
    "dream_employment": _spells("dream_employment", "start", "end", "start", "months"),
    # A citizen may visit a hospital twice a day.
    "lpr_a_kontakt": _spells(
        "lpr_a_kontakt", "start", "end", "hovedspec", "bed days of an admission, 1 of a visit", one_a_day=False
    ),
    "lpr2": _spells("lpr2", "start", "end", "pattype", "bed days of an admission, 1 of a visit"),
    "handic": _spells("handic", "start", "end", "code", "days"),
    **{
        register: _spells(register, *made_of, one_a_day=register not in MANY_A_DAY)
        for register, made_of in SPELLS_OF.items()
    },
}


def spells_there(registers: Collection[str]) -> list[str]:
    """The spells that a workspace with tables of these registers has: those all of whose registers are there."""
    return [name for name in SPELLS if set(MADE_OF.get(name, (name,))) <= set(registers)]
