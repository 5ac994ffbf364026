"""Deliveries about work: jobs by month.

Source: Statistics Denmark's public variable lists (2026); docs/registers.md.
"""

from __future__ import annotations

import polars as pl

from expectations.contracts.delivery import DeliveryContract, Field, RowRule, pnr_field

BFL = DeliveryContract(
    register="bfl",
    kind="yearly",
    row="a citizen's pay from one job in one period, most often a month",
    fields=(
        pnr_field(),
        Field(
            "ajo_job_start_dato",
            "start",
            "date",
            "First day that the pay is for.",
            missing="missing_start",
            unreadable="invalid_date",
        ),
        Field("ajo_job_slut_dato", "end", "date", "Last day that the pay is for.", unreadable="invalid_date"),
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
    row_rules=(RowRule("end_before_start", pl.col("end") < pl.col("start"), "Nothing ends before it starts."),),
    optional=True,
)

CONTRACTS = (BFL,)
