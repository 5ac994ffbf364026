"""Deliveries about health beside LPR_A_KONTAKT: primary care, and the DRG value of contacts.

Source: Statistics Denmark's public variable lists (2026); docs/registers.md.
"""

from __future__ import annotations

from expectations.contracts.delivery import DeliveryContract, Field, pnr_field

SSSY = DeliveryContract(
    register="sssy",
    kind="yearly",
    row="a fee paid for a citizen in primary care in a week",
    fields=(
        pnr_field(),
        Field("honuge", "start", "week", "Week of the fee, YYWW.", missing="missing_start", unreadable="invalid_date"),
        Field("spec2", "spec2", "code", "The provider's specialty, two digits.", width=2),
        Field("kontakt", "kontakt", "integer", "Contacts that the fee is for.", unit="contacts"),
        Field("ydlant", "ydlant", "integer", "Services that the fee is for.", unit="services"),
        Field("bruhon", "fee_oere", "hundredths", "The fee before any deduction; delivered in kroner.", unit="øre"),
        Field("barnmak", "barnmak", "code", "1: the fee is for the citizen's child.", width=1, optional=True),
    ),
    sorted_by=("person", "start", "spec2"),
    optional=True,
)

DRG_KONTAKTER = DeliveryContract(
    register="drg_kontakter",
    kind="yearly",
    row="a hospital contact with its DRG value, from 2021",
    fields=(
        pnr_field(),
        Field(
            "indtidspunkt_drgkontakt",
            "start",
            "datetime",
            "When the contact began.",
            missing="missing_start",
            unreadable="invalid_date",
        ),
        Field("kontakt_vaerdi", "value_oere", "hundredths", "Its DRG value; delivered in kroner.", unit="øre"),
        Field("speciale", "speciale", "code", "The specialty of the department."),
    ),
    sorted_by=("person", "start", "value_oere"),
    optional=True,
)

CONTRACTS = (SSSY, DRG_KONTAKTER)
