"""Deliveries about people themselves: education, deaths, moves over the border.

Source: Statistics Denmark's public variable lists (2026); docs/registers.md.
"""

from __future__ import annotations

from expectations.contracts.delivery import DeliveryContract, Field, pnr_field

UDDA = DeliveryContract(
    register="udda",
    kind="yearly",
    row="a citizen's highest education on 30 September of the file's year",
    fields=(pnr_field(), Field("hfaudd", "hfaudd", "code", "Highest completed education, a programme code.", width=4)),
    sorted_by=("person", "reference_date"),
    unique=True,
    dated_by="reference_date",
    file_day=(9, 30),
    optional=True,
)

DOD = DeliveryContract(
    register="dod",
    kind="cumulative",
    row="a citizen who died",
    fields=(
        pnr_field(),
        Field("doddato", "doddato", "date", "Day of death.", missing="missing_start", unreadable="invalid_date"),
    ),
    sorted_by=("person", "doddato"),
    unique=True,
    dated_by="doddato",
    optional=True,
)

VNDS = DeliveryContract(
    register="vnds",
    kind="cumulative",
    row="a citizen's move into or out of the country",
    fields=(
        pnr_field(),
        Field(
            "haend_dato", "haend_dato", "date", "Day of the move.", missing="missing_start", unreadable="invalid_date"
        ),
        Field("indud_kode", "indud_kode", "code", "I into the country, U out of it.", missing="missing_code"),
    ),
    sorted_by=("person", "haend_dato", "indud_kode"),
    unique=True,
    dated_by="haend_dato",
    optional=True,
)

CONTRACTS = (UDDA, DOD, VNDS)
