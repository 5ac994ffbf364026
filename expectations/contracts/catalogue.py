"""The contracts of the catalogue's files, made from what `catalogue.columns` states: nothing is stated twice."""

from __future__ import annotations

import pandera.polars as pa

from catalogue.columns import FILES, File
from expectations.contracts.columns import column, table


def _contract(name: str, file: File) -> pa.DataFrameSchema:
    columns = {
        stated_name: column(
            stated.dtype,
            stated.meaning,
            unit=stated.unit,
            nullable=stated.nullable,
            allowed=stated.allowed or None,
            at_least=stated.minimum,
            above=stated.above,
        )
        for stated_name, stated in file.columns.items()
    }
    # Of rows valid from day to day the key may come again on other days: the reader tells when it does on the same.
    return table(f"catalogue/{name}", f"a row of {name}.csv", columns, unique=None if file.dated else file.key)


CATALOGUE_FILES = {name: _contract(name, file) for name, file in FILES.items()}
