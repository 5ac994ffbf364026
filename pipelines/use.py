"""Use: how much of each service a citizen had in each period.

Source: docs/method.md §§ 3 and 4.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipelines.weeks import months_until, thursdays_until

USE_SCHEMA = pl.Schema(
    {
        "study": pl.String,
        "person": pl.UInt32,
        "period": pl.Int16,
        "service": pl.String,
        "quantity": pl.Float64,
        "spells": pl.UInt32,
    }
)
PARTS_OF_A_UNIT = {"amount": 100.0}
"""Amounts are summed in øre, which are whole numbers and so add up to the same in any order, and told in kroner."""


@dataclass(frozen=True)
class Use:
    """`use`: `USE_SCHEMA`, rows with use, and null where not measured; `outside`: use of citizens not present, left
    out (`period`, `service`, `citizens`, `quantity`).
    """

    use: pl.DataFrame
    outside: pl.DataFrame


def study_use(
    study: str, periods: pl.DataFrame, covered: pl.DataFrame, spells: pl.DataFrame, services: pl.DataFrame
) -> Use:
    """What the citizens of a study base used in each period.

    Args:
        study: the study's id.
        periods: `person`, `period`, `start`, `end`, `present` (null = cannot be told).
        covered: `person`, `period`, `service`, `covered`.
        spells: spells of these citizens (others are ignored).
        services: the catalogue's `service`, `spell`, `measure`.

    Returns:
        Use of the present, with a null quantity where a register does not cover the period or presence cannot be
        told; a citizen who is not present has no rows there. Sorted by person, period and service.
    """
    state = covered.join(periods.select("person", "period", "present"), on=["person", "period"])
    not_measured = state.filter(pl.col("present").is_null() | (pl.col("present") & ~pl.col("covered"))).select(
        "person", "period", "service", quantity=pl.lit(None, pl.Float64), spells=pl.lit(None, pl.UInt32)
    )
    found = quantities(spells, periods, services).join(state, on=["person", "period", "service"])
    used = found.filter(pl.col("present") & pl.col("covered")).select(not_measured.columns)
    outside = (
        found.filter(~pl.col("present"))
        .group_by("period", "service")
        .agg(citizens=pl.n_unique("person"), quantity=pl.sum("quantity"))
        .sort("period", "service")
    )
    rows = pl.concat([used, not_measured]).with_columns(study=pl.lit(study)).select(list(USE_SCHEMA))
    return Use(rows.cast(USE_SCHEMA).sort("person", "period", "service"), outside)


def quantities(spells: pl.DataFrame, periods: pl.DataFrame, services: pl.DataFrame) -> pl.DataFrame:
    """Measure spells inside periods, as each service of the catalogue says.

    `weeks` counts Thursdays, `months` first days of months, `days` dates, `bed_days` dates up to, not including, the
    end date but at least the first, `count` spells by their start, `quantity` their own quantity by their start, and
    `amount` the same of quantities in øre, told in kroner.

    Args:
        spells: `person`, `service` (the kind of spell), `start`, `end` (dates, both included), `quantity`.
        periods: `person`, `period`, `start`, `end`.
        services: `service`, `spell`, `measure`.

    Returns:
        `person`, `period`, `service`, `quantity` (Float64), `spells` (how many gave it): rows above 0.
    """
    inside = (
        spells.select("person", "service", spell_start="start", spell_end="end", spell_quantity="quantity")
        .rename({"service": "spell"})
        .join(periods.select("person", "period", "start", "end"), on="person")
        .filter((pl.col("spell_start") <= pl.col("end")) & (pl.col("spell_end") >= pl.col("start")))
        .join(services.select("service", "spell", "measure"), on="spell")
    )
    return (
        inside.with_columns(quantity=_measured())
        .filter(pl.col("quantity") > 0)
        .group_by("person", "period", "service")
        .agg(pl.sum("quantity"), spells=pl.len())
        .pipe(in_units, services)
        .with_columns(pl.col("quantity").cast(pl.Float64))
        .sort("person", "period", "service")
    )


def in_window(start: pl.Expr, end: pl.Expr) -> dict[str, pl.Expr]:
    """By measure, how much of a spell lies in a window: whole numbers, some of them 0 or less where nothing does.

    An `amount` is in parts of its unit (`PARTS_OF_A_UNIT`).

    Args:
        start: the window's first day.
        end: its last day. The spell's days are the columns `spell_start` and `spell_end`, and touch the window; its
            own quantity is `spell_quantity`.
    """
    first, last = pl.max_horizontal("spell_start", start), pl.min_horizontal("spell_end", end)
    day_before = first.dt.offset_by("-1d")
    last_bed_day = pl.max_horizontal("spell_start", pl.col("spell_end").dt.offset_by("-1d"))
    inside = pl.col("spell_start").is_between(start, end)
    by_measure = {
        "weeks": thursdays_until(last) - thursdays_until(day_before),
        "months": months_until(last) - months_until(day_before),
        "days": (last - first).dt.total_days() + 1,
        "bed_days": (pl.min_horizontal(last_bed_day, end) - first).dt.total_days() + 1,
        "count": inside,
        "quantity": pl.when(inside).then("spell_quantity").otherwise(0),
        "amount": pl.when(inside).then("spell_quantity").otherwise(0),
    }
    return {measure: quantity.cast(pl.Int64) for measure, quantity in by_measure.items()}


def in_units(summed: pl.DataFrame, services: pl.DataFrame) -> pl.DataFrame:
    """Sums of what `in_window` gives, by `service`, with `quantity` in the services' own units.

    `services`: the catalogue's `service`, `measure`.
    """
    measures = services.select("service", "measure").iter_rows()
    of_service = {service: PARTS_OF_A_UNIT[measure] for service, measure in measures if measure in PARTS_OF_A_UNIT}
    if not of_service:
        return summed
    divisor = pl.col("service").replace_strict(of_service, default=1.0, return_dtype=pl.Float64)
    return summed.with_columns(pl.col("quantity") / divisor)


def _measured() -> pl.Expr:
    quantity = pl.lit(None, pl.Int64)
    for measure, expression in in_window(pl.col("start"), pl.col("end")).items():
        quantity = pl.when(pl.col("measure") == measure).then(expression).otherwise(quantity)
    return quantity
