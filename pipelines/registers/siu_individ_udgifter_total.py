"""SIU_INDIVID_UDGIFTER_TOTAL: individual social expenditure becomes amounts by month.

Source: docs/method.md § 4, SIU_INDIVID_UDGIFTER_TOTAL.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from pipelines.codes import NO_CODE, map_codes, unmapped_by_year
from pipelines.quantities import quantity_spells
from pipelines.stages import Stage, in_order, summed_by


def expenditure_spells(
    expenditure: pl.LazyFrame, siu_services: pl.DataFrame, data_end: date
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Spread each row's expenditure over the calendar months it touches, by days.

    A month gets whole øre, the last one what is left, so that the months add up to the row. What an intervention is
    is told by its code on the first day. Expenditure of 0 or less gives no spell.

    Args:
        expenditure: `person`, `start`, `end` (dates, both included; no end = still running), `indsats`,
            `expenditure_oere`.
        siu_services: the catalogue's `code`, `service`, `valid_from`, `valid_to`.
        data_end: the delivery's data end, where what still runs is capped.

    Returns:
        The spells (`SPELL_SCHEMA`, `quantity` in øre; one a row and month, from its first day in the month to its
        last), and the unmapped interventions (`pipelines.codes.UNMAPPED_SCHEMA`).
    """
    rows = (
        expenditure.select(
            "person",
            "start",
            code=pl.col("indsats").fill_null(NO_CODE),
            end="start",
            last=pl.col("end").fill_null(data_end),
            oere="expenditure_oere",
        )
        .filter(pl.col("last") >= pl.col("start"))
        .collect()
    )
    mapped = map_codes(rows, siu_services)
    known = mapped.rows.filter(pl.col("service").is_not_null())
    months = _by_month(known.select("person", "service", "start", "oere", end="last"))
    return quantity_spells(months), unmapped_by_year(mapped.unmapped)


def _by_month(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows' `oere` by calendar month, as `quantity`."""
    first_day, last_day = (pl.col(name).dt.month_start() for name in ("start", "end"))
    months = rows.with_row_index("row").with_columns(month=pl.date_ranges(first_day, last_day, "1mo")).explode("month")
    start, end = pl.max_horizontal("start", "month"), pl.min_horizontal("end", pl.col("month").dt.month_end())
    share = pl.col("oere") * _days(start, end) // _days(pl.col("start"), pl.col("end"))
    left = pl.col("oere") - pl.col("quantity").sum().over("row")
    is_last = pl.col("month") == last_day
    return (
        months.with_columns(quantity=share)
        .with_columns(quantity=pl.col("quantity") + pl.when(is_last).then(left).otherwise(0))
        .select("person", "service", "quantity", start=start, end=end)
    )


def _days(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    return (end - start).dt.total_days() + 1


def spells_of_persons(
    frames: Mapping[str, pl.LazyFrame], siu_services: pl.DataFrame, data_end: date
) -> dict[str, pl.DataFrame]:
    """`spells` and `unmapped` of some persons' expenditure, `rows` (see `expenditure_spells`)."""
    spells, unmapped = expenditure_spells(frames["rows"], siu_services, data_end)
    return {"spells": spells, "unmapped": unmapped}


STAGE = Stage(
    "siu_individ_udgifter_total_spells", spells_of_persons, {"spells": in_order, "unmapped": summed_by("code", "year")}
)
