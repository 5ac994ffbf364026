"""Checking a table against its contract.

Pandera's own messages quote values, and values may be a person's: what is raised here names the rule and a count only.
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl
from pandera.config import ValidationDepth, config_context
from pandera.errors import SchemaErrors

from faults import Fault, StoreError


def validate(frame: pl.DataFrame, contract: pa.DataFrameSchema) -> pl.DataFrame:
    """Return `frame` when names, types and values keep `contract`; else raise `StoreError` with every broken rule.

    A table of the store that breaks its contract is a fault of the program or of its input that no earlier check
    caught: it is not written.
    """
    try:
        with config_context(validation_depth=ValidationDepth.SCHEMA_AND_DATA):
            contract.validate(frame, lazy=True)
    except SchemaErrors as errors:
        faults = [_fault(error, contract) for error in errors.schema_errors]
    else:
        return frame
    raise StoreError(faults)


def _fault(error: object, contract: pa.DataFrameSchema) -> Fault:
    check = getattr(error, "check", None)
    rule = getattr(check, "name", None) or (check if isinstance(check, str) else getattr(error, "reason_code", "rule"))
    column = getattr(getattr(error, "schema", None), "name", None)
    return Fault(
        f"the table breaks its contract: {rule}",
        f"{contract.name}.{column}" if column and column != contract.name else str(contract.name),
        "compare the delivery with docs/data_dictionary.md; if it keeps that, report this as a fault of forlob",
    )
