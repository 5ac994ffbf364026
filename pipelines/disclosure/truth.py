"""What lies behind a row beside its own sums: the part of it that its parent rests on, its largest contributors, and
what the spread around its means tells of these.

Here: sums over citizens that no table prints. Not here: the tables (`pipelines.tables`), which rows are withheld.

A row rests on the citizens measured for all its services. Where a service is measured for more citizens than its area,
the area is not the sum of its services, but of the *inside* of each: the use of those measured for the whole area.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from catalogue.amounts import TAXES
from catalogue.profiles import Profile
from pipelines.costs import COST_COLUMNS, PAYERS
from pipelines.tables import MEANS

ROW = ("group_by", "group", "period", "area", "service")
SUMS_SCHEMA = pl.Schema(
    {"n_users": pl.UInt32, "quantity": pl.Float64, **{f"cost_{payer}": pl.Float64 for payer in PAYERS}}
)
SUMS = tuple(SUMS_SCHEMA)


@dataclass(frozen=True)
class Behind:
    """`inside`: `ROW`, `SUMS` of a service's citizens who are measured for its area, and of an area's who are for all.
    `largest`: `ROW`, `share` of the row's cost (of its quantity, where it has no price) that its largest contributors
    make up. `reach`: `period`, `area`, `service`, `MEANS`: of everybody's means, how far above themselves fewer than
    `min_count` citizens can be, if the spread is known.
    """

    inside: pl.DataFrame
    largest: pl.DataFrame
    reach: pl.DataFrame


def behind(members: pl.DataFrame, costs: pl.DataFrame, services: pl.DataFrame, profile: Profile) -> Behind:
    """Sum the costs of a study once more, as rows alone do not tell.

    Args:
        members: `period`, `person`, `group_by`, `group` of those present.
        costs: `pipelines.costs.costs`: rows with use, and null quantities where not measured.
        services: `service`, `area`.
        profile: how many of the largest count, and how many citizens are few.
    """
    rows = costs.join(services.select("service", "area"), on="service")
    unmeasured = rows.filter(pl.col("quantity").is_null())
    used = rows.filter(pl.col("quantity") > 0).select("person", "period", "area", "service", "quantity", *COST_COLUMNS)
    of_area = used.join(unmeasured, on=["person", "period", "area"], how="anti")
    areas = _added(of_area, "area").with_columns(service=pl.lit(None, pl.String))
    in_total = pl.col("area") != TAXES
    unmeasured_of_all = unmeasured.filter(in_total)
    of_all = used.filter(in_total).join(unmeasured_of_all, on=["person", "period"], how="anti")
    areas_of_all = areas.join(unmeasured_of_all, on=["person", "period"], how="anti")
    total = _added(of_all).with_columns(area=pl.lit(None, pl.String), service=pl.lit(None, pl.String))
    in_rows = pl.concat([of_area, areas_of_all], how="diagonal").join(members, on=["person", "period"])
    sums = [pl.len().alias("n_users"), *(pl.sum(name).fill_null(0) for name in SUMS[1:])]
    inside = in_rows.group_by(ROW).agg(sums)
    amount = pl.coalesce(pl.when(pl.col("cost") > 0).then("cost"), "quantity")
    each = pl.concat([used, areas, total], how="diagonal").join(members, on=["person", "period"])
    share = amount.top_k(profile.dominance_citizens).sum() / amount.sum()
    reached = {mean: reach(column, max(profile.min_count - 1, 1)) for mean, column in MEANS.items()}
    reaches = each.filter(group_by="alle").group_by("period", "area", "service").agg(**reached)
    return Behind(inside, each.group_by(ROW).agg(share=share), reaches)


def reach(column: str, few: int) -> pl.Expr:
    """What citizens can have at most, as a multiple of what they have, when it is known how many have any, how much all
    of them have, and their standard deviation: the least multiple of those who have the most, from one to `few`
    together. Null where nobody has any.

    Of `n` figures with the mean `m` and the standard deviation `s`, the sum of any `k` is `k m + s sqrt(k (n - k))` at
    most (Samuelson's inequality, which is of one).
    """
    amount = pl.col(column).filter(pl.col(column) != 0)
    n, mean, deviation = amount.len(), amount.mean().abs(), amount.std(ddof=0)
    multiples = []
    for most in range(1, few + 1):
        k = n.clip(upper_bound=most).cast(pl.Float64)
        multiples.append((k * mean + deviation * (k * (n - k)).sqrt()) / amount.abs().top_k(most).sum())
    return pl.when(n > 0).then(pl.min_horizontal(multiples))


def _added(used: pl.DataFrame, *by: str) -> pl.DataFrame:
    """A citizen's costs over services; a sum of quantities of different units would mean nothing."""
    return used.group_by("person", "period", *by).agg(pl.sum(*COST_COLUMNS), quantity=pl.lit(0.0))
