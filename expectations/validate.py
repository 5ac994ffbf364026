"""Checking a table against its contract.

Pandera's own messages quote values, and values may be a person's: what is raised here names the rule and a count only.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandera.polars as pa
import polars as pl
from pandera.config import ValidationDepth, config_context
from pandera.errors import SchemaError, SchemaErrors

from expectations.contracts.columns import polars_schema
from expectations.contracts.studies import STUDY_TABLES
from expectations.contracts.tables import TABLES
from faults import Fault, StoreError


def check(frame: pl.LazyFrame, key: Sequence[str]) -> None:
    """Raise `StoreError` when a table that has a contract breaks it: before it is written.

    Registers and spells are held to their columns' names and types, which costs no pass over them; the tables of a
    study to their values too.

    Args:
        frame: the table.
        key: its key in the store, such as `("spells", "dream")`; a `coverage` table has one contract for all registers.
    """
    contract = TABLES.get("/".join(key)) or TABLES.get(key[0])
    if contract is None:
        return
    if contract.name in STUDY_TABLES:
        validate(frame.collect(), contract)
    elif frame.collect_schema() != polars_schema(contract):
        stated, found = polars_schema(contract), frame.collect_schema()
        odd = [name for name in {**stated, **found} if stated.get(name) != found.get(name)] or ["the columns' order"]
        raise StoreError([_broken(contract, "name, type or order", name) for name in odd])


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


def _fault(error: SchemaError, contract: pa.DataFrameSchema) -> Fault:
    rule = getattr(error.check, "name", None) or str(error.check)
    if rule in ("column_in_dataframe", "column_in_schema"):
        return _broken(contract, rule, str(error.failure_cases))
    column = getattr(error.schema, "name", None)
    return _broken(contract, rule, None if column == contract.name else column)


def _broken(contract: pa.DataFrameSchema, rule: str, column: str | None) -> Fault:
    return Fault(
        f"the table breaks its contract: {rule}",
        f"{contract.name}.{column}" if column else str(contract.name),
        "compare the delivery with docs/data_dictionary.md; if it keeps that, report this as a fault of forlob",
    )
