"""What Dagster shows of a table's columns, taken from its contract: type, unit, meaning, and where they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
import pandera.polars as pa

from expectations.validate import contract_of

COLUMN_SCHEMA = "dagster/column_schema"
COLUMN_LINEAGE = "dagster/column_lineage"


def table_metadata(contract: pa.DataFrameSchema) -> dict[str, Any]:
    """The definition metadata of a table: its column schema, and its column lineage where columns have one."""
    lineage = {
        name: [_origin(origin) for origin in stated.metadata["comes_from"]]
        for name, stated in contract.columns.items()
        if stated.metadata["comes_from"]
    }
    return {
        COLUMN_SCHEMA: table_schema(contract),
        **({COLUMN_LINEAGE: dg.TableColumnLineage(lineage)} if lineage else {}),
    }


def table_out(
    key: Sequence[str], owners: Sequence[str], description: str | None = None, tags: Mapping[str, str] | None = None
) -> dg.AssetOut:
    """A table that a step makes, in the group of its layer; by default described as its contract describes it."""
    contract = contract_of(key)
    return dg.AssetOut(
        key=dg.AssetKey(key),
        group_name=key[0],
        owners=owners,
        kinds={"parquet", "polars"},
        description=description or sentence(contract.description),
        metadata=table_metadata(contract),
        tags=tags,
    )


def table_schema(contract: pa.DataFrameSchema) -> dg.TableSchema:
    """A contract's columns as Dagster shows them."""
    return dg.TableSchema([_column(name, stated) for name, stated in contract.columns.items()])


def sentence(text: str) -> str:
    """A contract's description as a sentence."""
    return f"{text[:1].upper()}{text[1:]}."


def _column(name: str, stated: pa.Column) -> dg.TableColumn:
    unit = stated.metadata["unit"]
    return dg.TableColumn(
        name,
        type=str(stated.dtype),
        description=f"{stated.description} Unit: {unit}." if unit else stated.description,
        constraints=dg.TableColumnConstraints(nullable=stated.nullable, other=[rule(check) for check in stated.checks]),
    )


def rule(check: pa.Check) -> str:
    """A check of a contract in words: `>= 0`, `one of 1, 2, 9`."""
    words = {
        "isin": "one of {}",
        "greater_than_or_equal_to": ">= {}",
        "greater_than": "> {}",
        "less_than_or_equal_to": "<= {}",
    }
    (stated,) = check.statistics.values()
    return words[check.name].format(", ".join(stated) if isinstance(stated, list) else stated)


def _origin(origin: str) -> dg.TableColumnDep:
    table, _, column = origin.rpartition(".")
    return dg.TableColumnDep(asset_key=dg.AssetKey(table.split("/")), column_name=column)
