"""What everybody can know of a study without its tables: which groups lie in which, prices, payers, the most use.

Here: facts that an attacker is granted, from the catalogue and from who is in which group. Not here: the figures
themselves (`pipelines.tables`), what is done with either (`pipelines.disclosure.values`, `pipelines.audit`).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from catalogue.reader import Catalogue
from pipelines.costs import PAYERS, unit_prices

PARTS = pl.Schema({"period": pl.Int16, **dict.fromkeys(("whole_by", "whole", "part_by", "part"), pl.String)})
GROUP = ("group_by", "group")


def parts(members: pl.DataFrame) -> pl.DataFrame:
    """Which groups lie wholly in a group: by another grouping, one row a whole and a part.

    `members`: `period`, `person`, `group_by`, `group`. Returns `period`, `whole_by`, `whole`, `part_by`, `part`.
    Groups of one grouping are disjoint, so that a whole is the sum of its parts and a rest.
    """
    sizes = members.group_by("period", *GROUP).agg(size=pl.len())
    whole = members.rename({"group_by": "whole_by", "group": "whole"})
    both = whole.join(members, on=["period", "person"]).filter(pl.col("whole_by") != pl.col("group_by"))
    shared = both.group_by("period", "whole_by", "whole", *GROUP).agg(shared=pl.len())
    return (
        shared.join(sizes, on=["period", *GROUP])
        .filter(pl.col("shared") == pl.col("size"))
        .rename({"group_by": "part_by", "group": "part"})
        .select("period", "whole_by", "whole", "part_by", "part")
        .sort(pl.all())
    )


def nested(base: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Which groups lie in which in every period: of the study base those that do for good (who is not present is of no
    group less), and in these the groups that citizens are in for one period alone, as those of months in employment.

    `base`: `person`, `group_by`, `group` of the study base; `members`: as `parts` has them. Returns what `parts` does.
    """
    lasting = parts(base.with_columns(period=pl.lit(0, pl.Int16))).drop("period")
    by_period = parts(members).filter(~pl.col("part_by").is_in(base["group_by"].unique().implode()))
    by_period = by_period.filter(pl.col("whole_by").is_in(base["group_by"].unique().implode()))
    return pl.concat(
        [members.select("period").unique().join(lasting, how="cross"), by_period.cast({"period": pl.Int16})]
    ).sort(pl.all())


def years_of(periods: pl.DataFrame) -> pl.DataFrame:
    """The calendar years that the citizens' periods touch, of which the population's use is, as periods are: `period`,
    `start`, `end`.
    """
    years = periods.select(
        "period", year=pl.int_ranges(pl.col("start").dt.year(), pl.col("end").dt.year() + 1)
    ).explode("year").unique().sort("period", "year")  # fmt: skip
    return years.select("period", start=pl.date("year", 1, 1), end=pl.date("year", 12, 31))


def rates(periods: pl.DataFrame, catalogue: Catalogue, numbers: Sequence[int], price_year: int) -> pl.DataFrame:
    """What a unit can have cost and who can have paid it, in each period over all that begin in it, and how many a
    citizen can have had.

    `periods`: `period`, `start`, `end` of the citizens; `numbers`: the study's periods, also those that nobody has.
    Returns a row a `service` and `period`: `price_low`,
    `price_high` (kr. of `price_year` a unit; null where the service has no price), `kommune_low`, `kommune_high`,
    `region_low`, ... (shares), `units_high` (null: no limit).
    """
    lengths = periods.group_by("period").agg(days=(pl.col("end") - pl.col("start")).dt.total_days().max() + 1)
    longest = pl.DataFrame({"period": numbers}, schema={"period": pl.Int16}).join(lengths, on="period", how="left")
    days = pl.col("days")
    most = (
        pl.when(pl.col("measure") == "days").then(days)
        .when(pl.col("measure") == "weeks").then(days // 7 + 1)
        .when(pl.col("measure") == "months").then(days // 28 + 1)
    )  # fmt: skip
    starts = periods.select("period", "start").unique()
    needed = catalogue.services.select("service").join(starts.select("start").unique(), how="cross")
    priced = unit_prices(needed, catalogue, price_year).join(starts, on="start")
    kr = pl.col("price_kr").abs()  # of what citizens pay (pipelines.disclosure.taxes)
    bounds = [
        *(kr.min().alias("price_low"), kr.max().alias("price_high")),
        *(pl.col(payer).fill_null(0).min().alias(f"{payer}_low") for payer in PAYERS),
        *(pl.col(payer).fill_null(1).max().alias(f"{payer}_high") for payer in PAYERS),
    ]
    return (
        catalogue.services.select("service", "measure")
        .join(longest, how="cross")
        .join(priced.group_by("service", "period").agg(bounds), on=["service", "period"], how="left")
        .with_columns(units_high=most.cast(pl.Float64))
        .drop("measure", "days")
        .sort("period", "service")
    )
