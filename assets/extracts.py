"""What comes from outside, and forlob reads and never changes: deliveries, participant lists, the catalogue."""

from collections.abc import Sequence

import dagster as dg

from assets.columns import COLUMN_SCHEMA, table_schema
from expectations.contracts.deliveries import DELIVERIES
from expectations.contracts.delivery import DeliveryContract
from expectations.contracts.lists import PARTICIPANT_LIST

DATA_TEAM = ["team:data"]
CATALOGUE_KEY = dg.AssetKey("catalogue")
LIST_KEY = dg.AssetKey(["extracts", "participant_list"])
FINGERPRINTS = "fingerprints"
"""Metadata: what tells a delivery from a later one."""


def extract_key(register: str) -> dg.AssetKey:
    """The key of a register as delivered."""
    return dg.AssetKey(["extracts", register])


def extract_specs(
    years: dg.PartitionsDefinition, studies: dg.PartitionsDefinition, registers: Sequence[str]
) -> list[dg.AssetSpec]:
    """What comes from outside: the deliveries and the participant lists, which forlob reads and never changes."""
    delivered = [
        dg.AssetSpec(
            extract_key(contract.register),
            group_name="extracts",
            owners=DATA_TEAM,
            kinds={"parquet", "csv", "sas"},
            description=f"{contract.register.upper()} as delivered ({contract.kind}): {contract.row}.",
            partitions_def=years if contract.by_year else None,
            metadata={COLUMN_SCHEMA: _delivered_columns(contract)},
        )
        for contract in map(DELIVERIES.__getitem__, registers)
    ]
    lists = dg.AssetSpec(
        LIST_KEY,
        group_name="extracts",
        owners=DATA_TEAM,
        kinds={"csv", "excel"},
        description="A project's list of participants, as its study file names it.",
        partitions_def=studies,
        metadata={COLUMN_SCHEMA: table_schema(PARTICIPANT_LIST)},
    )
    catalogue = dg.AssetSpec(
        CATALOGUE_KEY,
        group_name="catalogue",
        owners=["team:evaluation"],
        kinds={"csv"},
        description="Services, code lists, unit prices, indices and payer rules: reviewed reference data.",
    )
    return [*delivered, lists, catalogue]


def _delivered_columns(contract: DeliveryContract) -> dg.TableSchema:
    stated = [dg.TableColumn(f.name, type=f.read_as, description=f.meaning) for f in contract.fields]
    families = [dg.TableColumn(f.name, type="column family", description=f.meaning) for f in contract.column_families]
    return dg.TableSchema([*stated, *families])
