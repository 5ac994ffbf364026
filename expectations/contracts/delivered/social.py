"""Deliveries about social services: shelters, drug and alcohol treatment, individual expenditure.

Source: Statistics Denmark's public variable lists (2026); docs/registers.md.
"""

from __future__ import annotations

from expectations.contracts.delivery import ENDS_EARLY, DeliveryContract, Field, end_field, pnr_field, start_field

HERB_FORSORG_MV_F = DeliveryContract(
    register="herb_forsorg_mv_f",
    kind="cumulative",
    row="a stay at a shelter or another place of the kind",
    fields=(
        pnr_field(),
        start_field("indflyt", "Day of moving in."),
        end_field("udflyt", "Day of moving out; empty is still there."),
        Field("ophold_type", "ophold_type", "code", "Kind of stay; 101 is a stay under § 110."),
    ),
    sorted_by=("person", "start", "ophold_type", "end"),
    own_rules=(ENDS_EARLY,),
    optional=True,
)

SMDB_VBGF = DeliveryContract(
    register="smdb_vbgf",
    kind="cumulative",
    row="a course of drug treatment, or a request for one",
    fields=(
        pnr_field(),
        Field(
            "ivaerksatbehandlingdato",
            "start",
            "date",
            "Day on which treatment was initiated; empty is a request that has not become treatment.",
            unreadable="invalid_date",
        ),
        end_field("kontaktforloebslutdato", "Day on which the course ended; empty is still running."),
    ),
    sorted_by=("person", "start", "end"),
    own_rules=(ENDS_EARLY,),
    optional=True,
)

NAB = DeliveryContract(
    register="nab",
    kind="cumulative",
    row="a course of alcohol treatment; the register is available to 2020",
    fields=(
        pnr_field(),
        start_field("behandling_start", "First day of treatment; how it is called is in delivered_columns.csv."),
        end_field("behandling_slut", "Last day of treatment; empty is still running."),
    ),
    sorted_by=("person", "start", "end"),
    own_rules=(ENDS_EARLY,),
    optional=True,
)

SIU_INDIVID_UDGIFTER_TOTAL = DeliveryContract(
    register="siu_individ_udgifter_total",
    kind="yearly",
    row="what a municipality spent on one citizen's service in the year, from 2025",
    fields=(
        pnr_field(),
        start_field("start_dato", "First day of the service in the year."),
        end_field("slut_dato", "Last day of the service in the year."),
        Field("indsats", "indsats", "code", "Kind of service."),
        Field("udgift", "expenditure_oere", "hundredths", "What it cost; delivered in kroner.", unit="øre"),
    ),
    sorted_by=("person", "start", "indsats", "end"),
    own_rules=(ENDS_EARLY,),
    optional=True,
)

CONTRACTS = (HERB_FORSORG_MV_F, SMDB_VBGF, NAB, SIU_INDIVID_UDGIFTER_TOTAL)
