"""Measures of one study's tables: of each period, or of all of them, what is to be held against a band.

Here: counts and shares of participants, use, costs and the cost table. Not here: the bands
(`catalogue/quality_checks.csv`), the registers behind the tables (`pipelines.quality.profiles`), or what a table must
hold row by row (its contract). No measure holds a value of a citizen.
Source: docs/method.md §§ 1, 3, 4, 5 and 6.
"""

from __future__ import annotations

import polars as pl

from catalogue.amounts import TAXES
from pipelines.comparison import GROUPS as COMPARED_WITH
from pipelines.costs import COST_COLUMNS, PAYERS
from pipelines.quality.across import MEASURE_SCHEMA, measured
from pipelines.quality.handic_coverage import WITHOUT_DATA
from pipelines.tables import CELL
from pipelines.weeks import months_until, thursdays_until

TOLERANCE_KR = 0.01
"""Kroner by which amounts that should be equal may differ: sums of floats, and means of rounded millionths."""
BEYOND = {"weeks": "weeks_beyond_period", "days": "days_beyond_period", "bed_days": "days_beyond_period",
          "months": "months_beyond_period"}  # fmt: skip
"""Which measure of quality holds a service to its period, by what the catalogue counts of it."""
GROUPED_BY = {"kommune": "kom", "gruppe": "group"}
"""The participants' column behind each grouping of the cost table."""


def participant_measures(participants: pl.DataFrame, flow: pl.DataFrame) -> pl.DataFrame:
    """How many of a list could take part, and how many of those the population knows.

    Args:
        participants: `in_study_base` of every participant kept.
        flow: `step`, `n`: the participant flow.

    Returns:
        `MEASURE_SCHEMA`, of the whole: `found_in_bef`, the study base of the participants kept; `list_set_aside`, rows
        set aside of those received. Null where there is no participant, or no row.
    """
    steps = dict(flow.group_by("step").agg(pl.sum("n")).iter_rows())
    base = participants.get_column("in_study_base")
    return pl.concat(
        [
            measured("found_in_bef", numerator=int(base.sum()), denominator=len(base)),
            measured("list_set_aside", numerator=steps.get("set_aside", 0), denominator=steps["received"]),
        ]
    )


def use_measures(
    use: pl.DataFrame, outside: pl.DataFrame, periods: pl.DataFrame, services: pl.DataFrame
) -> pl.DataFrame:
    """Whether use fits into its period, and how much is left out or not measured.

    Args:
        use: `person`, `period`, `service`, `quantity` (null = not measured), `spells`.
        outside: `use_outside_population`: `period`, `citizens` of each service.
        periods: `person`, `period`, `start`, `end`, `present`.
        services: the catalogue's `service`, `measure`.

    Returns:
        `MEASURE_SCHEMA`, a row a period and measure; null where there is nothing to count:

        * `weeks_beyond_period`, `days_beyond_period`, `months_beyond_period`: of the rows of services counted so, those
          with more than the period's Thursdays, dates, or first days of months. Two admissions may share a date, the
          first one's only: bed days may pass the dates by the number of spells less one;
        * `outside_population`: of the citizen-service cells with use, those of citizens not present;
        * `not_measured`: of the citizen-service cells of those present, or of whom it cannot be told, those that are
          null; cells without use, which have no row, count as measured.
    """
    counted = use.drop_nulls("quantity")
    with_use = counted.group_by("period").agg(n=pl.len()).join(
        outside.group_by("period").agg(left_out=pl.sum("citizens")), on="period", how="full", coalesce=True
    )  # fmt: skip
    cells = periods.filter(pl.col("present").fill_null(True)).group_by("period").agg(n=pl.len())
    missing = use.filter(pl.col("quantity").is_null()).group_by("period").agg(missing=pl.len())
    rows = counted.join(services.select("service", "measure"), on="service").join(
        periods.select("person", "period", "start", "end"), on=["person", "period"]
    )
    beyond = (
        rows.with_columns(
            over=pl.col("quantity") > _most(), name=pl.col("measure").replace_strict(BEYOND, default=None)
        )
        .group_by("period", "name")
        .agg(numerator=pl.sum("over"), denominator=pl.len())
    )
    left_out, n = pl.col("left_out").fill_null(0), pl.col("n").fill_null(0)
    return _by_period(
        periods,
        {
            **{name: beyond.filter(name=name) for name in dict.fromkeys(BEYOND.values())},
            "outside_population": with_use.select("period", numerator=left_out, denominator=left_out + n),
            "not_measured": cells.join(missing, on="period", how="left").select(
                "period", numerator=pl.col("missing").fill_null(0), denominator=pl.col("n") * services.height
            ),
        },
    )


def handic_without_data(
    study_base: pl.DataFrame, periods: pl.DataFrame, coverage: pl.DataFrame, by_kommune: pl.DataFrame
) -> pl.DataFrame:
    """How much of what HANDIC seems to measure lies in municipalities that it has no data of.

    Args:
        study_base: `person`, `kom` of the study base.
        periods: `person`, `period`, `start`, `end`, `present`.
        coverage: `pipelines.coverage.COVERAGE_SCHEMA` rows of HANDIC; others are ignored.
        by_kommune: `pipelines.quality.handic_coverage.HANDIC_COVERAGE_SCHEMA`.

    Returns:
        `MEASURE_SCHEMA`, a row a period, measure `handic_without_data`: of the periods that HANDIC covers, of citizens
        present with a known municipality, those in which some calendar year is one of `WITHOUT_DATA` for it. Null where
        there is none.
    """
    spans = coverage.filter(register="handic", kind="span")
    lacking = by_kommune.filter(pl.col("state").is_in(WITHOUT_DATA)).select("year", kom="kommune", lacks=pl.lit(True))
    counted = (
        periods.filter("present")
        .join(spans.select(covers_from="start", covers_to="end"), how="cross")
        .filter(pl.col("start") >= pl.col("covers_from"), pl.col("end") <= pl.col("covers_to"))
        .join(study_base.select("person", "kom").drop_nulls("kom"), on="person")
        .with_columns(year=pl.int_ranges(pl.col("start").dt.year(), pl.col("end").dt.year() + 1, dtype=pl.Int32))
        .explode("year")
        .join(lacking, on=["kom", "year"], how="left")
        .group_by("person", "period")
        .agg(pl.col("lacks").any())
        .group_by("period")
        .agg(numerator=pl.sum("lacks"), denominator=pl.len())
    )
    return _by_period(periods, {"handic_without_data": counted})


def cost_measures(costs: pl.DataFrame, periods: pl.DataFrame) -> pl.DataFrame:
    """Whether the payers of each cost add up to it.

    Args:
        costs: `period` and `pipelines.costs.COST_COLUMNS`.
        periods: `period`: the periods to tell of.

    Returns:
        `MEASURE_SCHEMA`, a row a period, measure `payers_unequal`: of the rows with a cost or a part of one, those
        where kommune, region and stat differ from it by more than `TOLERANCE_KR`, or only some of them are there. Null
        where there is none.
    """
    return _by_period(periods, {"payers_unequal": _payers(costs, "")})


def cost_table_measures(table: pl.DataFrame, study_base: pl.DataFrame) -> pl.DataFrame:
    """Whether the cost table adds up: over payers, services and areas, and groups of citizens.

    Args:
        table: `pipelines.tables.COST_TABLE_SCHEMA`.
        study_base: `kom`, `group` of the study base.

    Returns:
        `MEASURE_SCHEMA`, a row a period and measure; null where there is nothing to compare:

        * `table_payers_unequal`: of the rows with a mean cost, those whose payers do not add up to it;
        * `areas_unequal`: of the study base's area rows and total rows, those that are not the sum of their services'
          or areas' means, in any amount. Counted only where all of these rest on as many citizens: each row's citizens
          are among those of its parts, so that they then are the same. The population's rows are left out: as many
          citizens may be weighted differently;
        * `groups_unequal`: of everybody's rows, held to the kommuner and again to the groups of the list, those whose
          `n_study` is not the sum over these and the citizens in none; nor, where every citizen is in one, `n_citizens`
          and `n_users`.
    """
    own = table.filter(~pl.col("group_by").is_in(COMPARED_WITH))
    services = own.filter(pl.col("service").is_not_null())
    areas = own.filter(pl.col("service").is_null() & pl.col("area").is_not_null())
    totals = own.filter(pl.col("area").is_null())
    sums = pl.concat(
        [_sums(services, areas, [*CELL, "area"]), _sums(areas.filter(pl.col("area") != TAXES), totals, list(CELL))]
    )
    return _by_period(
        table,
        {
            "table_payers_unequal": _payers(table, "mean_"),
            "areas_unequal": _counted(sums),
            "groups_unequal": _counted(
                pl.concat(
                    [_groups(table, group_by, study_base.get_column(column)) for group_by, column in GROUPED_BY.items()]
                )
            ),
        },
    )


def _most() -> pl.Expr:
    """The most that a row can count of its period."""
    day_before = pl.col("start").dt.offset_by("-1d")
    days = (pl.col("end") - pl.col("start")).dt.total_days() + 1
    return pl.coalesce(
        pl.when(measure=measure).then(most)
        for measure, most in {
            "weeks": thursdays_until(pl.col("end")) - thursdays_until(day_before),
            "months": months_until(pl.col("end")) - months_until(day_before),
            "days": days,
            "bed_days": days + pl.col("spells") - 1,
        }.items()
    )


def _payers(rows: pl.DataFrame, prefix: str) -> pl.DataFrame:
    amounts = [f"{prefix}{column}" for column in COST_COLUMNS]
    parts = pl.sum_horizontal(*(f"{prefix}cost_{payer}" for payer in PAYERS), ignore_nulls=False)
    equal = ((parts - pl.col(f"{prefix}cost")).abs() <= TOLERANCE_KR).fill_null(False)
    held = rows.filter(pl.any_horizontal(pl.col(amounts).is_not_null()))
    return _counted(held.select("period", unequal=~equal))


def _sums(parts: pl.DataFrame, wholes: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """`period`, `unequal` of the rows of `wholes` whose parts rest on the same citizens."""
    amounts = [f"mean_{column}" for column in COST_COLUMNS]
    n = pl.col("n_citizens")
    summed = parts.group_by(by).agg(pl.sum(*amounts).name.suffix("_of_parts"), fewest=n.min(), most=n.max())
    same = (n > 0) & (n == pl.col("fewest")) & (n == pl.col("most"))
    differs = [(pl.col(a).fill_null(0) - pl.col(f"{a}_of_parts")).abs() > TOLERANCE_KR for a in amounts]
    return wholes.join(summed, on=by).filter(same).select("period", unequal=pl.any_horizontal(differs))


def _groups(table: pl.DataFrame, group_by: str, group: pl.Series) -> pl.DataFrame:
    """`period`, `unequal` of everybody's rows, against the sums over the groups; none where nobody is in a group."""
    row, counts, ungrouped = ["period", "area", "service"], ["n_study", "n_citizens", "n_users"], group.null_count()
    if ungrouped == group.len():
        return table.select("period", unequal=pl.lit(False)).clear()
    everybody = table.filter(group_by="alle").select(*row, *counts)
    summed = table.filter(group_by=group_by).group_by(row).agg(pl.sum(*counts).name.suffix("_of_groups"))
    compared = [
        pl.col(f"{count}_of_groups").fill_null(0) + (ungrouped if count == "n_study" else 0) != pl.col(count)
        for count in (counts if not ungrouped else counts[:1])
    ]
    return everybody.join(summed, on=row, how="left", nulls_equal=True).select(
        "period", unequal=pl.any_horizontal(compared)
    )


def _counted(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.group_by("period").agg(numerator=pl.sum("unequal"), denominator=pl.len())


def _by_period(periods: pl.DataFrame, counted: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """`MEASURE_SCHEMA` of counts by measure (`period`, `numerator`, `denominator`), for every period of `periods`."""
    numbers = periods.select(pl.col("period").unique().sort())
    some = pl.col("denominator") > 0
    return pl.concat(
        [
            numbers.join(counts, on="period", how="left", maintain_order="left").select(
                scope=pl.col("period").cast(pl.String),
                measure=pl.lit(measure),
                numerator=pl.when(some).then(pl.col("numerator").cast(pl.Float64)),
                denominator=pl.when(some).then(pl.col("denominator").cast(pl.Float64)),
                value=pl.when(some).then(pl.col("numerator") / pl.col("denominator")),
            )
            for measure, counts in counted.items()
        ]
    ).cast(MEASURE_SCHEMA)  # fmt: skip
