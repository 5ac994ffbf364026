"""The person key: every PNR has one number, for ever.

Source: docs/method.md § 1.1. Nothing after the key knows a PNR.
"""

from __future__ import annotations

import polars as pl

KEY_SCHEMA = pl.Schema({"pnr": pl.String, "person": pl.UInt32})
FIRST_PERSON = 1


def of_persons(rows: pl.LazyFrame, persons: pl.Series, column: str = "person") -> pl.LazyFrame:
    """The rows of some citizens.

    Of a Parquet file sorted by `column` only the row groups between the first and the last citizen are read, and of
    those that column first: a join would read everything.
    """
    within = pl.col(column).is_between(persons.min(), persons.max())
    return rows.filter(within & pl.col(column).is_in(persons.unique().implode()))


def extend_person_key(key: pl.DataFrame, pnrs: pl.Series) -> pl.DataFrame:
    """Append PNRs that the key does not hold; none that it holds is renumbered.

    Args:
        key: `pnr`, `person` (`KEY_SCHEMA`); empty at first.
        pnrs: PNRs in any order, repeated or known ones too.

    Returns:
        The key with new PNRs at its end, in the order of their text, numbered on from the largest number.
    """
    new = pl.DataFrame({"pnr": pnrs.cast(pl.String)}).drop_nulls().unique().join(key, on="pnr", how="anti").sort("pnr")
    after = (key.get_column("person").max() if key.height else None) or FIRST_PERSON - 1
    numbered = new.with_columns(person=(pl.int_range(pl.len(), dtype=pl.UInt32) + after + 1).cast(pl.UInt32))
    return pl.concat([key.cast(KEY_SCHEMA), numbered])
