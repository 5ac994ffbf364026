"""The files of a register's deliveries, opened: their shape is told here, before a row is read.

Here: opening what was found, of the right shape. Not here: what stands in the rows (`deliveries.entry`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from deliveries.folder import Delivery
from deliveries.formats import open_delivery, reading
from deliveries.shape import is_readable, refuse_wrong_shape
from expectations.contracts.deliveries import DeliveryContract, read_columns


@dataclass(frozen=True)
class Source:
    """One delivered file, opened; `period` is the one in its name."""

    path: Path
    frame: pl.LazyFrame
    period: str


def open_sources(contract: DeliveryContract, deliveries: Sequence[Delivery]) -> list[Source]:
    """Open every file of the deliveries; raises `DeliveryError` for unreadable files and wrong shapes.

    A column that may be left out and is, is null.
    """
    sources = [Source(path, open_delivery(path), delivery.period) for delivery in deliveries for path in delivery.paths]
    refuse_wrong_shape(contract, [(source.path, source.frame) for source in sources])
    return [replace(source, frame=_with_optional(contract, source.frame)) for source in sources]


def rows_delivered(sources: Sequence[Source]) -> int:
    """The rows of the files, counted without reading what stands in them."""
    received = 0
    for source in sources:
        with reading(source.path):
            received += source.frame.select(pl.len()).collect(engine="streaming").item()
    return received


def _with_optional(contract: DeliveryContract, frame: pl.LazyFrame) -> pl.LazyFrame:
    """The frame with every optional column: null where it is left out, or delivered as what cannot be read."""
    schema = frame.collect_schema()
    delivered = read_columns(contract, schema.names())
    optional = [delivered.get(stated.name, stated.name) for stated in contract.fields if stated.optional]
    unread = [column for column in optional if column not in schema or not is_readable(schema[column])]
    return frame.with_columns(pl.lit(None, pl.String).alias(column) for column in unread)
