"""Deliveries about police and courts: charges, decisions, imprisonments.

Source: Statistics Denmark's public variable lists (2026); docs/registers.md.
"""

from __future__ import annotations

import polars as pl

from expectations.contracts.delivery import DeliveryContract, Field, RowRule, pnr_field


def _day(name: str, meaning: str) -> Field:
    return Field(name, "start", "date", meaning, missing="missing_start", unreadable="invalid_date")


KRSI = DeliveryContract(
    register="krsi",
    kind="yearly",
    row="a charge against a citizen",
    fields=(
        pnr_field(),
        _day("sig_sigtdto", "Day of the charge."),
        Field("sig_ger7", "gerning", "code", "What the charge is for, seven digits."),
    ),
    sorted_by=("person", "start", "gerning"),
    optional=True,
)

KRAF = DeliveryContract(
    register="kraf",
    kind="yearly",
    row="a decision in a criminal case against a citizen",
    fields=(
        pnr_field(),
        _day("afg_afgoedto", "Day of the decision."),
        Field("afg_ger7", "gerning", "code", "What it is for, seven digits."),
    ),
    sorted_by=("person", "start", "gerning"),
    optional=True,
)

KRIN = DeliveryContract(
    register="krin",
    kind="yearly",
    row="an imprisonment of a citizen",
    fields=(
        pnr_field(),
        _day("ind_fgsldto", "Day of imprisonment."),
        Field("ind_loesldto", "end", "date", "Day of release; empty is still inside.", unreadable="invalid_date"),
    ),
    sorted_by=("person", "start", "end"),
    row_rules=(RowRule("end_before_start", pl.col("end") < pl.col("start"), "Nobody is released before that day."),),
    optional=True,
)

CONTRACTS = (KRSI, KRAF, KRIN)
