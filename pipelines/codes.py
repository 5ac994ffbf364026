"""From a register's codes to services, by the catalogue's code lists and their validity dates.

Source: docs/method.md § 4, last paragraph: an unmapped code is never dropped in silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines.spells import union_spells

UNMAPPED_SCHEMA = pl.Schema({"code": pl.String, "year": pl.Int32, "n": pl.UInt32})
NO_CODE = "(none)"
"""What a blank code is called, so that it is counted like the others, and the catalogue can map it."""


@dataclass(frozen=True)
class Mapped:
    """`rows`: the parts of rows whose code is known on their dates, with the code list's columns; `unmapped`: rows
    of which some day has no valid code, as they came.
    """

    rows: pl.DataFrame
    unmapped: pl.DataFrame


def map_codes(rows: pl.DataFrame, code_list: pl.DataFrame) -> Mapped:
    """Give rows the code list's columns, cut to the days on which a code is valid; in no particular order.

    Most codes hold always, and take no more than a join.

    Args:
        rows: `code`, `start`, `end` (dates, both included) and whatever else belongs to them.
        code_list: `code`, `valid_from`, `valid_to` (null = open) and what a code stands for; no two valid rows of one
            code overlap.
    """
    dated = pl.col("valid_from").is_not_null() | pl.col("valid_to").is_not_null()
    always = code_list.filter(~dated).join(code_list.filter(dated), on="code", how="anti")
    of_always = rows.join(always, on="code", how="inner").drop("valid_from", "valid_to")
    numbered = rows.join(always, on="code", how="anti").with_row_index("row_index")
    parts = (
        numbered.join(code_list, on="code", how="inner")
        .with_columns(
            start=pl.max_horizontal("start", "valid_from"),
            end=pl.min_horizontal("end", "valid_to"),
        )
        .filter(pl.col("start") <= pl.col("end"))
    )
    days = ((pl.col("end") - pl.col("start")).dt.total_days() + 1).alias("days")
    mapped_days = parts.group_by("row_index").agg(days.sum().alias("mapped"))
    unmapped = (
        numbered.join(mapped_days, on="row_index", how="left")
        .filter(pl.col("mapped").fill_null(0) < days)
        .select(rows.columns)
    )
    of_dated = parts.drop("row_index", "valid_from", "valid_to")
    return Mapped(pl.concat([of_always.select(of_dated.columns), of_dated]), unmapped)


def unmapped_by_year(unmapped: pl.DataFrame) -> pl.DataFrame:
    """Unmapped rows (`code`, `start`) counted by code and the year they start: `UNMAPPED_SCHEMA`, sorted."""
    counted = unmapped.group_by("code", year=pl.col("start").dt.year()).agg(n=pl.len())
    return counted.cast(UNMAPPED_SCHEMA).sort("code", "year")


def coded_spells(rows: pl.LazyFrame, code_list: pl.DataFrame, data_end: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Join the rows of a citizen and service that overlap or touch, where a code says which service a row is.

    Args:
        rows: `person`, `code`, `start`, `end` (dates, both included; no end = still running).
        code_list: the catalogue's `code`, `service`, `valid_from`, `valid_to`.
        data_end: the delivery's data end, where what still runs is capped.

    Returns:
        The spells (`pipelines.spells.SPELL_SCHEMA`, `quantity` in days), and the unmapped codes (`UNMAPPED_SCHEMA`,
        `n` rows by the year they start).
    """
    capped = (
        rows.select("person", "code", "start", end=pl.col("end").fill_null(data_end))
        .filter(pl.col("end") >= pl.col("start"))
        .collect()
    )
    mapped = map_codes(capped, code_list)
    spells = union_spells(mapped.rows.filter(pl.col("service").is_not_null()))
    return spells, unmapped_by_year(mapped.unmapped)
