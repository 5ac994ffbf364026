"""Every contract of the store, by the table's name."""

from __future__ import annotations

import pandera.polars as pa

from expectations.contracts.registers import COVERAGE, PERSON_KEY, REGISTERS, SPELLS, UNMAPPED_CODES
from expectations.contracts.studies import STUDY_TABLES

TABLES: dict[str, pa.DataFrameSchema] = {
    contract.name: contract
    for contract in (
        PERSON_KEY,
        *REGISTERS.values(),
        COVERAGE,
        *SPELLS.values(),
        UNMAPPED_CODES,
        *STUDY_TABLES.values(),
    )
}
