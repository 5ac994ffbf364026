"""What the catalogue's files hold: every column's type, meaning, unit and allowed values, stated once.

Here: the tables of columns. Not here: reading and checking them (`catalogue.reader`), nor any reference value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

CODE_WIDTH = 3  # characters of a DREAM code
EDUCATION_WIDTH = 4  # characters of HFAUDD
EDUCATION_LEVELS = ("grundskole", "ungdomsuddannelse", "videregaaende")
EARLIEST_PERIOD = -10
"""As far back as a study may look."""
LONGEST_CODE = 9
"""Longer than any delivered code, shorter than a PNR: warnings show codes, and a PNR must never be taken for one."""


@dataclass(frozen=True)
class Column:
    """One column: its ``meaning`` in a sentence, and what it may hold.

    Numbers are ``minimum`` or more, or more than ``above``, and ``maximum`` or less; ``width`` zero-fills a code of
    digits.
    """

    meaning: str
    dtype: type[pl.DataType] = pl.String
    nullable: bool = False
    allowed: tuple[str, ...] = ()
    unit: str | None = None
    minimum: float | None = None
    above: float | None = None
    maximum: float | None = None
    width: int | None = None


@dataclass(frozen=True)
class File:
    """One file: its ``columns`` in order, and the ``key`` no two rows share (where dated: on any day)."""

    columns: Mapping[str, Column] = field(repr=False)
    key: tuple[str, ...]

    @property
    def dated(self) -> bool:
        """Whether rows are valid from a date to a date."""
        return "valid_from" in self.columns


REGISTERS = (
    "bef", "dream", "lpr_a_kontakt", "handic", "udda", "dod", "vnds", "herb_forsorg_mv_f", "smdb_vbgf", "nab",
    "siu_individ_udgifter_total", "sssy", "drg_kontakter", "bfl", "krsi", "kraf", "krin",
    "lpr_adm", "psyk_adm", "lpr_bes",
)  # fmt: skip
"""The registers that forlob knows; of those after the first four only what is delivered is in the tables."""
LPR2 = ("lpr_adm", "psyk_adm", "lpr_bes")
"""The registers that together tell of hospital contacts before LPR3, for the services of LPR_A_KONTAKT."""
NO_SERVICES = ("bef", "udda", "dod", "vnds", *LPR2)
"""Registers of what people are, not of what they use, and those whose use is another's services."""
MEASURES = ("weeks", "count", "bed_days", "days", "months", "quantity", "amount")

SERVICE = Column("The service's id, as in services.csv.")
SPELL = Column("The kind of spell that it is, as in services.csv.")
LABELS = {"label_da": Column("What a Danish reader sees."), "label_en": Column("What an English reader sees.")}
VALID = {
    "valid_from": Column("The first day the row holds; empty is always before.", pl.Date, nullable=True),
    "valid_to": Column("The last day the row holds; empty is always after.", pl.Date, nullable=True),
}
SOURCE = Column("Where the row comes from.", nullable=True)
CODE_STATUS = Column("Whether the code's meaning is sourced, such as sourced, unverified or illustrative.")


def _code_list(code: str, service: Column) -> File:
    """A list of the codes that decide which service a register's row is."""
    return File({"code": Column(code), "service": service, **VALID, "status": CODE_STATUS, "source": SOURCE}, ("code",))


def _period(meaning: str) -> Column:
    return Column(meaning, pl.Int32, minimum=EARLIEST_PERIOD, maximum=-1)


FILES: Mapping[str, File] = {
    "areas": File({"area": Column("The area's id; the order of rows is the order in print."), **LABELS}, ("area",)),
    "services": File(
        {
            "service": Column("The service's id."),
            "area": Column(
                "The area it belongs to, as in areas.csv; empty is told of before the start alone, in no cost table.",
                nullable=True,
            ),
            "register": Column(
                "The register it is measured in.", allowed=tuple(one for one in REGISTERS if one not in NO_SERVICES)
            ),
            "spell": Column("The kind of spell it measures."),
            "measure": Column(
                "What of the spell is counted; an amount is in kroner, each at 1 kr. of its year.", allowed=MEASURES
            ),
            "unit": Column("What one of its quantity is, such as week, admission, bed_day, visit, day, month."),
            "index": Column("Its series in price_index.csv; empty for a service that is not priced.", nullable=True),
            **LABELS,
        },
        ("service",),
    ),
    "delivered_columns": File(
        {
            "register": Column("The register, as its files are named."),
            "column": Column("The column's own name, as docs/registers.md has it."),
            "delivered_as": Column("What the delivery calls it."),
            "source": SOURCE,
        },
        ("register", "column"),
    ),
    "dream_codes": File(
        {
            "code": Column("The benefit code of a week.", width=CODE_WIDTH),
            "service": Column("The service it counts as; empty is known, but no service.", nullable=True),
            **LABELS,
            "is_transfer": Column("Whether a week with it rules out ordinary employment in its month.", pl.Boolean),
            "status_group": Column("Its group in the table of support status.", nullable=True),
            **VALID,
            "status": CODE_STATUS,
            "source": SOURCE,
        },
        ("code",),
    ),
    "handic_services": _code_list("The code of a service granted (MODT_YDELSE_KODE).", SERVICE),
    "shelter_stays": _code_list("The kind of a stay in a shelter (OPHOLD_TYPE).", SPELL),
    "siu_services": _code_list("The intervention that an expenditure is for (INDSATS).", SPELL),
    "sssy_specialties": File(
        {
            "definition": Column("The kind of spell, which services.csv names: what is counted as a contact."),
            "spec2": Column("A specialty (SPEC2) whose fees belong to it.", width=2),
            "source": SOURCE,
        },
        ("definition", "spec2"),
    ),
    "disced_levels": File(
        {
            "hfaudd": Column("The code of a highest completed education (HFAUDD).", width=EDUCATION_WIDTH),
            "level": Column("The level it counts as.", allowed=EDUCATION_LEVELS),
            **LABELS,
            "status": CODE_STATUS,
            "source": SOURCE,
        },
        ("hfaudd",),
    ),
    "services_before_start": File(
        {
            "category": Column("What is told of: a service, or several that count as one."),
            "service": Column("A service of it; a row a service. One that services.csv lacks is left out."),
            "first_period": _period("The first period looked back to."),
            "last_period": _period("The last period looked back to, included."),
            **LABELS,
        },
        ("category", "service"),
    ),
    "psychiatric_specialties": File(
        {"specialty": Column("A main specialty (KONT_ANS_HOVEDSPEC) whose contacts are psychiatric.")}, ("specialty",)
    ),
    "psychiatric_specialties_lpr2": File(
        {
            "specialty": Column("A specialty (C_SPEC) of LPR2 whose contacts are psychiatric.", width=2),
            "status": CODE_STATUS,
            "source": SOURCE,
        },
        ("specialty",),
    ),
    "unit_prices": File(
        {
            "service": SERVICE,
            "year": Column("The year whose prices it is in.", pl.Int32, minimum=1900),
            "price": Column("The price of one unit of the service.", pl.Float64, unit="kr.", minimum=0),
            "status": Column("Whether the price is sourced.", allowed=("sourced", "illustrative")),
            "source": Column("Where the price comes from."),
        },
        ("service", "year"),
    ),
    "price_index": File(
        {
            "index": Column("The series."),
            "year": Column("The year.", pl.Int32, minimum=1900),
            "value": Column("The level of prices in the year.", pl.Float64, unit="index", above=0),
            "source": SOURCE,
        },
        ("index", "year"),
    ),
    "register_amounts": File(
        {
            "amount": Column("A service of services.csv that is a register's amount."),
            "area": Column("The area it belongs to where a study asks for its register's amounts, as in areas.csv."),
            "replaces": Column("A service whose price it takes the place of there; a row a service."),
            "source": SOURCE,
        },
        ("amount", "replaces"),
    ),
    "payer_rules": File(
        {
            "service": SERVICE,
            **VALID,
            "kommune": Column("What the municipality pays.", pl.Float64, unit="share", minimum=0),
            "region": Column("What the region pays.", pl.Float64, unit="share", minimum=0),
            "stat": Column("What the state pays.", pl.Float64, unit="share", minimum=0),
            "source": SOURCE,
        },
        ("service",),
    ),
    "limits": File(
        {
            "limit": Column("The limit's name."),
            "value": Column("Its value.", pl.Float64, minimum=0),
            "unit": Column("The unit of the value."),
            "source": SOURCE,
        },
        ("limit",),
    ),
    "disclosure_profiles": File(
        {
            "profile": Column("The profile's name, as a study file states it."),
            "min_count": Column(
                "The fewest citizens, and citizens with use, that a figure may rest on.",
                pl.Int32,
                unit="citizens",
                minimum=1,
            ),
            "show_zero": Column("Whether no citizens with use is shown as 0; false withholds it like few.", pl.Boolean),
            "dominance_citizens": Column(
                "The largest contributors that dominance looks at; 0 does not look.",
                pl.Int32,
                unit="citizens",
                minimum=0,
            ),
            "dominance_share": Column(
                "An amount of which they make up more than this is withheld.",
                pl.Float64,
                unit="share",
                minimum=0,
                maximum=1,
            ),
            "bracket_share": Column(
                "How near an amount withheld for its own sake may be told, up and down.",
                pl.Float64,
                unit="share",
                minimum=0,
                maximum=1,
            ),
            "round_counts": Column(
                "Counts are shown to the nearest of this; 1 as they are.", pl.Int32, unit="citizens", minimum=1
            ),
            "round_kr": Column(
                "Kroner are shown to the nearest of this; 0 as they are.", pl.Float64, unit="kr.", minimum=0
            ),
            "round_quantity": Column(
                "Quantities are shown to the nearest of this; 0 as they are.", pl.Float64, minimum=0
            ),
            "marker_da": Column("What stands in place of a withheld figure, Danish."),
            "marker_en": Column("The same in English."),
            "source": SOURCE,
        },
        ("profile",),
    ),
    "quality_checks": File(
        {
            "suite": Column(
                "Where it is held: at `entry` (a reason to set rows aside), or in a suite.",
                allowed=("entry", *REGISTERS, "study"),
            ),
            "asset": Column("The table beside which it is shown, such as registers/bef."),
            "check": Column("The check's name, its own within the table."),
            "measure": Column("The figure that is held against the band; at entry the reason of rows set aside."),
            "lower": Column("The lowest value that passes; empty is open.", pl.Float64, nullable=True),
            "upper": Column("The highest value that passes; empty is open.", pl.Float64, nullable=True),
            "severity": Column("What a value outside the band does.", allowed=("block", "warn")),
            "least": Column(
                "The smallest denominator it is asked of: shares of few rows say nothing.", pl.Float64, minimum=0
            ),
            "title_da": Column("The check in words, Danish."),
            "title_en": Column("The same in English."),
            "why_da": Column("Why it is there, and why the band is as it is, Danish."),
            "why_en": Column("The same in English."),
            "mend_da": Column("What to do when it fails, Danish."),
            "mend_en": Column("The same in English."),
        },
        ("asset", "check"),
    ),
}
