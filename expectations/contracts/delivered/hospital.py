"""Deliveries of LPR2, the older hospital contacts: somatic, psychiatric, and the dates of outpatients' visits.

Source: Statistics Denmark's public variable lists (2026); docs/registers.md; docs/method.md § 4, LPR2.
"""

from __future__ import annotations

import polars as pl

from expectations.contracts.delivery import (
    ENDS_EARLY,
    NO_END_FROM_YEAR,
    DeliveryContract,
    Field,
    FoundBy,
    RowRule,
    end_field,
    pnr_field,
    start_field,
)

RECNUM = "recnum"
INPATIENT = pl.col("pattype") == "0"
CONTACT = (
    pnr_field(),
    Field(RECNUM, RECNUM, "text", "The contact's number, by which LPR_BES has its visits."),
    start_field("d_inddto", "The date on which the contact began."),
    end_field("d_uddto", "The date on which it ended."),
    Field("c_pattype", "pattype", "code", "Kind of patient: 0 admitted, 2 outpatient, 3 emergency.", width=1),
    Field("c_spec", "spec", "code", "Specialty of the department, two digits.", width=2),
)
RULES = (
    RowRule(
        "open_contact",
        INPATIENT & (pl.col("end").is_null() | (pl.col("end").dt.year() >= NO_END_FROM_YEAR)),
        "An admission has an end, and one far in the future is none.",
    ),
    ENDS_EARLY,
)

LPR_ADM = DeliveryContract(
    register="lpr_adm",
    kind="yearly",
    row="a hospital contact of LPR2 that ended in the file's year",
    fields=CONTACT,
    sorted_by=("person", "start", "end", RECNUM),
    own_rules=RULES,
    optional=True,
)

PSYK_ADM = DeliveryContract(
    register="psyk_adm",
    kind="cumulative",
    row="a psychiatric hospital contact of LPR2; one file holds all years",
    fields=CONTACT,
    sorted_by=("person", "start", "end", RECNUM),
    own_rules=RULES,
    optional=True,
)

LPR_BES = DeliveryContract(
    register="lpr_bes",
    kind="yearly",
    row="a visit of an outpatient's contact in LPR_ADM or PSYK_ADM, of any year",
    fields=(
        Field(RECNUM, RECNUM, "text", "The contact's number.", missing="unknown_contact"),
        start_field("d_ambdto", "The date of the visit."),
    ),
    sorted_by=("person", "start"),
    optional=True,
    found_by=FoundBy(RECNUM, ("lpr_adm", "psyk_adm"), unknown="unknown_contact", ambiguous="ambiguous_contact"),
)

CONTRACTS = (LPR_ADM, PSYK_ADM, LPR_BES)
