"""From a register's codes to services, by the catalogue's code lists and their validity dates.

Source: docs/method.md § 4, last paragraph: an unmapped code is never dropped in silence.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


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
