"""Deliveries about work: jobs by month.

Source: Statistics Denmark's public variable lists (2026); docs/registers.md.
"""

from __future__ import annotations

from expectations.contracts.delivery import ENDS_EARLY, DeliveryContract, Field, end_field, pnr_field, start_field

BFL = DeliveryContract(
    register="bfl",
    kind="yearly",
    row="a citizen's pay from one job in one period, most often a month",
    fields=(
        pnr_field(),
        start_field("ajo_job_start_dato", "First day that the pay is for."),
        end_field("ajo_job_slut_dato", "Last day that the pay is for."),
        Field("ajo_loentimer", "hours_hundredths", "hundredths", "Paid hours; delivered in hours.", unit="1/100 hour"),
        Field(
            "ajo_smalt_loenbeloeb",
            "wage_oere",
            "hundredths",
            "Wage, narrow; delivered in kroner.",
            unit="øre",
        ),
    ),
    sorted_by=("person", "start", "end"),
    own_rules=(ENDS_EARLY,),
    optional=True,
)

CONTRACTS = (BFL,)
