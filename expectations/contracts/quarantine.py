"""The contracts of what was set aside: the delivered values as text, with the reason and where the row stands.

Restricted: these tables and the person key are the only ones that hold PNRs.
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from expectations.contracts.columns import column, table
from expectations.contracts.deliveries import DELIVERIES
from expectations.contracts.delivery import DeliveryContract
from expectations.contracts.lists import LIST_REASONS, PARTICIPANT_LIST


def _set_aside(name: str, contract: DeliveryContract) -> pa.DataFrameSchema:
    delivered = {
        stated.name: column(pl.String, f"As delivered. {stated.meaning}", nullable=True) for stated in contract.fields
    }
    return table(
        f"quarantine/{name}",
        "a delivered row that broke a rule, with its values as delivered; restricted",
        {
            "reason": column(pl.String, "Why the row was set aside.", allowed=contract.reasons),
            "source_file": column(pl.String, "Name of the delivered file."),
            "row_number": column(pl.UInt32, "Row in it; 1 is the first after any header.", unit="row", at_least=1),
            **delivered,
        },
        strict=not contract.column_families,
    )


QUARANTINE = {
    contract.name: contract
    for contract in (
        *(_set_aside(register, contract) for register, contract in DELIVERIES.items()),
        *(_set_aside(f"{register}_by_year", contract) for register, contract in DELIVERIES.items() if contract.by_year),
        table(
            "quarantine/participants",
            "a row of a participant list that was set aside, as it was typed; restricted",
            {
                "row_number": column(pl.UInt32, "Row in the file; the header is row 1.", unit="row", at_least=1),
                **PARTICIPANT_LIST.columns,
                "reason": column(pl.String, "Why the row was set aside.", allowed=list(LIST_REASONS)),
            },
        ),
    )
}
