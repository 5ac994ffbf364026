"""Small frames of a table, written by hand: what a test does not state is null."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandera.polars as pa
import polars as pl

from expectations.contracts.columns import polars_schema


def frame(contract: pa.DataFrameSchema | pl.Schema, rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Rows of a table, in the columns and types of its contract or schema."""
    schema = contract if isinstance(contract, pl.Schema) else polars_schema(contract)
    unknown = {name for row in rows for name in row} - set(schema)
    if unknown:
        raise ValueError(f"no such column: {sorted(unknown)}")
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)
