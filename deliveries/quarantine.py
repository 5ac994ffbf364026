"""Quarantine: delivered rows that break a rule of their contract, kept as delivered, with why and where they stand.

Here: what a set-aside row looks like. Not here: which rules there are (`expectations.contracts.deliveries`), nor
how many broken rows a run may have (`expectations.thresholds`).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from deliveries.formats import reading
from deliveries.sources import Source
from expectations.contracts.deliveries import DeliveryContract, read_columns


def quarantine_schema(contract: DeliveryContract) -> pl.Schema:
    """The columns of a register's quarantine; of a wide register those of families may come after."""
    place = {"reason": pl.String, "source_file": pl.String, "row_number": pl.UInt32}
    return pl.Schema(place | dict.fromkeys((stated.name for stated in contract.fields), pl.String))


def broken_rows(typed: pl.DataFrame, again: pl.DataFrame) -> pl.DataFrame:
    """`source`, `row`, `reason` of the rows to set aside: those with a reason, and those that are there `again`."""
    repeated = again.select("source", "row", reason=pl.lit("duplicate_row"))
    return pl.concat([typed.filter(pl.col("reason").is_not_null()).select("source", "row", "reason"), repeated])


def set_aside(contract: DeliveryContract, sources: Sequence[Source], broken: pl.DataFrame) -> pl.DataFrame:
    """The delivered values of broken rows (`source`, `row`, `reason`), as text, with where they stand."""
    names = [stated.name for stated in contract.fields]
    schema = quarantine_schema(contract)
    found = [pl.DataFrame(schema=schema)]
    for number, source in enumerate(sources):
        rows = broken.filter(source=number)
        if rows.is_empty():
            continue
        columns = read_columns(contract, source.frame.collect_schema().names())
        with reading(source.path):
            values = (
                source.frame.select(pl.col(columns[name]).alias(name) for name in names)
                .with_row_index("row")
                .join(rows.lazy().select("row", "reason"), on="row", how="inner")
                .with_columns(pl.col(names).cast(pl.String, strict=False))  # of the few rows, not of all
                .collect(engine="streaming")
            )
        place = values.with_columns(source_file=pl.lit(source.path.name), row_number=pl.col("row") + 1)
        found.append(place.sort("row").select(list(schema)).cast(schema))
    return pl.concat(found)
