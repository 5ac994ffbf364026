"""Every contract of the store, by the table's name."""

from __future__ import annotations

import pandera.polars as pa

from expectations.contracts.population import POPULATION_TABLES
from expectations.contracts.quality import QUALITY_TABLES
from expectations.contracts.quarantine import QUARANTINE
from expectations.contracts.registers import COVERAGE, PERSON_KEY, REGISTERS, SPELLS
from expectations.contracts.study_results import STUDY_TABLES

TABLES: dict[str, pa.DataFrameSchema] = {
    contract.name: contract
    for contract in (
        PERSON_KEY,
        *REGISTERS.values(),
        COVERAGE,
        *SPELLS.values(),
        *QUALITY_TABLES.values(),
        *QUARANTINE.values(),
        *POPULATION_TABLES.values(),
        *STUDY_TABLES.values(),
    )
}
