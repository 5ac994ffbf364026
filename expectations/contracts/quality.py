"""The contracts of what is known of quality: profiles, measures, findings, unmapped codes, coverage by municipality."""

from __future__ import annotations

import polars as pl

from expectations.contracts.columns import column, table

WITH_CODES = ("dream", "handic", "herb_forsorg_mv_f", "siu_individ_udgifter_total", "lpr2")
"""Spells whose codes the catalogue maps to services, or the method to kinds of them."""
_UNMAPPED = {
    "code": column(pl.String, "The code as delivered."),
    "year": column(pl.Int32, "Year of the week (DREAM), or in which the row starts.", unit="year"),
    "n": column(pl.UInt32, "Weeks (DREAM) or rows with it.", unit="weeks or rows"),
}
UNMAPPED_BY_REGISTER = [
    table(
        f"quality/unmapped_{register}",
        f"a code of {register.upper()} that the catalogue does not map, in a year",
        _UNMAPPED,
        unique=["code", "year"],
    )
    for register in WITH_CODES
]
UNMAPPED_CODES = table(
    "quality/unmapped_codes",
    "a delivered code that the catalogue does not map, in a year",
    {"register": column(pl.String, "The register."), **_UNMAPPED},
    unique=["register", "code", "year"],
)

PROFILE = table(
    "quality/profiles",
    "a count of a register's kept rows in a year; no value of a citizen",
    {
        "year": column(
            pl.Int32,
            "Year of the last snapshot (BEF), of the week's Thursday and of the month (DREAM), or of the start; null "
            "is the whole (not of BEF), rows without a year included: a start that cannot be, HANDIC before 2013.",
            unit="year",
            nullable=True,
        ),
        "kind": column(
            pl.String,
            "rows: the register's rows, or weeks and months of DREAM; citizens: distinct citizens with a row; missing: "
            "rows without a value in the column; implausible: rows whose value lies outside what can be; code: rows "
            "with the code in the column; repeated: rows that say the same as the row before.",
            allowed=["rows", "citizens", "missing", "implausible", "code", "repeated"],
        ),
        "column": column(
            pl.String,
            "The column counted; null for rows, citizens and repeated rows, but of months in work and of citizens with "
            "some: dream_employment.",
            nullable=True,
        ),
        "code": column(
            pl.String,
            "The code counted, `(not shown)` where it may be a PNR; null where kind is not code.",
            nullable=True,
        ),
        "n": column(pl.Int64, "How many.", unit="rows", at_least=0),
    },
    unique=["year", "kind", "column", "code"],
)

MEASURES = table(
    "quality/measures",
    "a figure of quality of a year, a period or a whole table: what a suite holds against its band",
    {
        "scope": column(pl.String, "The year or period; `alle` is the whole."),
        "measure": column(pl.String, "The figure, as in the catalogue's quality_checks.csv."),
        "numerator": column(pl.Float64, "What is counted.", unit="what is counted", nullable=True),
        "denominator": column(
            pl.Float64, "Of how many; null where there is nothing to compare.", unit="what is counted", nullable=True
        ),
        "value": column(
            pl.Float64,
            "The figure: the share, or the relative change; null is not applicable.",
            unit="share",
            nullable=True,
        ),
    },
    unique=["scope", "measure"],
)

FINDINGS = table(
    "quality/checks",
    "what came of a check when the table was last made",
    {
        "kind": column(
            pl.String,
            "shape: columns of what comes from outside; contract: a table's rules; entry: rows received and set aside; "
            "codes: codes that nobody mapped; suite: measures against their bands; pending: whether what is made of a "
            "register is of its present rows.",
            allowed=["shape", "contract", "entry", "codes", "suite", "pending"],
        ),
        "partition": column(pl.String, "The year or study whose table it is; null for the whole.", nullable=True),
        "asset": column(pl.String, "The table that is checked."),
        "check": column(pl.String, "The check's name."),
        "severity": column(pl.String, "What a failure does.", allowed=["block", "warn"]),
        "state": column(pl.String, "What came of it.", allowed=["passed", "failed", "not_applicable"]),
        "numerator": column(
            pl.Float64, "What is counted, in the worst year or period.", unit="what is counted", nullable=True
        ),
        "denominator": column(pl.Float64, "Of how many.", unit="what is counted", nullable=True),
        "value": column(pl.Float64, "The share, or the relative change.", unit="share", nullable=True),
        "lower": column(pl.Float64, "The band's lower end; null is open.", unit="share", nullable=True),
        "upper": column(pl.Float64, "The band's upper end; null is open.", unit="share", nullable=True),
        "scopes": column(pl.List(pl.String), "Years or periods in which it failed."),
        "note": column(pl.String, "Why it is not applicable, or what else a reader needs.", nullable=True),
        "title_da": column(pl.String, "The check in words, Danish."),
        "title_en": column(pl.String, "The same in English."),
        "why_da": column(pl.String, "Why it is there, Danish."),
        "why_en": column(pl.String, "The same in English."),
        "mend_da": column(pl.String, "What to do when it fails, Danish."),
        "mend_en": column(pl.String, "The same in English."),
    },
    unique=["kind", "partition", "asset", "check"],
)

HANDIC_COVERAGE = table(
    "quality/handic_coverage",
    "a municipality and year: whether HANDIC has data of it, so that no data is not read as no use",
    {
        "kommune": column(pl.String, "Municipality, three digits."),
        "year": column(pl.Int32, "Calendar year.", unit="year"),
        "citizens_in_bef": column(
            pl.UInt32,
            "Citizens living there on 31 December of the year; null where that snapshot is not delivered.",
            unit="citizens",
            nullable=True,
        ),
        "grants": column(
            pl.UInt32,
            "Grants running on some day of the year, up to the data end: those that the municipality pays, or where "
            "the payer is unknown those of citizens living there.",
            unit="grants",
        ),
        "citizens": column(pl.UInt32, "Citizens with such a grant.", unit="citizens"),
        "starts": column(pl.UInt32, "Of the grants, those that start in the year.", unit="grants"),
        "approved": column(
            pl.UInt32,
            "Of the grants, those with a value in GODKENDTPERIODE; null where no grant at all has one.",
            unit="grants",
            nullable=True,
        ),
        "state": column(
            pl.String,
            "data: there are grants; thin: for fewer than a tenth of the citizens that the year's share over all "
            "municipalities would give; no_data: citizens live there and no grant runs; few: too few citizens live "
            "there to tell; outside: nobody lives there by the snapshot of the year (else of the year before), or "
            "there is neither snapshot nor grant.",
            allowed=["data", "thin", "no_data", "few", "outside"],
        ),
        "gap": column(
            pl.String,
            "Where a year of no_data or thin stands to the municipality's years of data: before, between or after "
            "them; never: there are none. Null in the other states.",
            nullable=True,
            allowed=["never", "before", "between", "after"],
        ),
    },
    unique=["kommune", "year"],
)

QUALITY_TABLES = {
    contract.name: contract
    for contract in (*UNMAPPED_BY_REGISTER, UNMAPPED_CODES, PROFILE, MEASURES, FINDINGS, HANDIC_COVERAGE)
}
