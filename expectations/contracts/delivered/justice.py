"""Deliveries about police and courts: charges, decisions, imprisonments.

Source: Statistics Denmark's public variable lists (2026); docs/registers.md.
"""

from __future__ import annotations

from expectations.contracts.delivery import ENDS_EARLY, DeliveryContract, Field, end_field, pnr_field, start_field

KRSI = DeliveryContract(
    register="krsi",
    kind="yearly",
    row="a charge against a citizen",
    fields=(
        pnr_field(),
        start_field("sig_sigtdto", "Day of the charge."),
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
        start_field("afg_afgoedto", "Day of the decision."),
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
        start_field("ind_fgsldto", "Day of imprisonment."),
        end_field("ind_loesldto", "Day of release; empty is still inside."),
    ),
    sorted_by=("person", "start", "end"),
    own_rules=(ENDS_EARLY,),
    optional=True,
)

CONTRACTS = (KRSI, KRAF, KRIN)
