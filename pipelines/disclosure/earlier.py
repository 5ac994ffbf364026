"""What earlier releases of a study have told already, of the same citizens or of nearly the same.

Here: finding the rows of a release that are unknown to nobody any more. Not here: where releases and what lay behind
them are kept (`reports.releases`).

A figure told once cannot be withheld: rows that rest on the same citizens and the same use are one unknown, in
whichever release they stand. Where a few citizens came or went since, the difference of the two releases is theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from catalogue.profiles import Profile
from pipelines.costs import PAYERS
from pipelines.disclosure.counts import Key
from pipelines.disclosure.truth import ROW
from pipelines.disclosure.values import KKR, Row

SAME = 1e-9
"""Two means are the same that differ by no more than this share of them."""
FIGURES = ("n_citizens", "n_users", "mean_quantity", "mean_cost", *(f"mean_cost_{payer}" for payer in PAYERS))


@dataclass(frozen=True)
class Earlier:
    """An earlier release: its rows as they were told (`released`) and as they were (`true`), cost table and employment
    table together; `base`: `person`, `group_by`, `group` of its study base.
    """

    release_id: str
    released: pl.DataFrame
    true: pl.DataFrame
    base: pl.DataFrame


@dataclass(frozen=True)
class Told:
    """`counts`: groups whose size was told; `values`: by period and row, whether `users`, `amounts` were."""

    counts: set[Key] = field(default_factory=set)
    values: dict[int, dict[Row, set[str]]] = field(default_factory=dict)


def told_before(earlier: Sequence[Earlier], own: pl.DataFrame, base: pl.DataFrame) -> Told:
    """What earlier releases have told of the very same citizens and use.

    `own`: the study's rows now; `base`: its study base, `person`, `group_by`, `group`.
    """
    told = Told()
    for release in earlier:
        moved = _moved(release.base, base)
        of_released = release.released.select(
            *ROW,
            users=pl.col("n_users").is_not_null(),
            amounts=pl.coalesce("mean_quantity", "mean_cost").is_not_null(),
            size=pl.col("n_study").is_not_null(),
        )
        now = own.join(release.true, on=ROW, nulls_equal=True, suffix="_then")
        same = pl.all_horizontal(_same(figure) for figure in FIGURES)
        rows = now.filter(same).join(of_released, on=ROW, nulls_equal=True)
        for row in rows.iter_rows(named=True):
            key = Row(row["group_by"], row["group"], row["area"], row["service"])
            if moved.get(key[:2], 0):
                continue
            values = told.values.setdefault(row["period"], {}).setdefault(key, set())
            values |= {name for name in ("users", "amounts") if row[name]}
            if row["size"]:
                told.counts.add(("group", *key[:2]))
    return told


def changed_by_few(
    earlier: Sequence[Earlier], rows: pl.DataFrame, base: pl.DataFrame, profile: Profile
) -> Mapping[Row, tuple[int, Mapping[str, float]]]:
    """The rows of which an earlier release told figures of nearly the same citizens: how many came or went since, and
    the amounts told (kroner in thousands).
    """
    found: dict[Row, tuple[int, Mapping[str, float]]] = {}
    for release in earlier:
        few = {group: n for group, n in _moved(release.base, base).items() if 1 <= n < profile.min_count}
        told = release.released.join(rows.select(ROW), on=ROW, how="semi", nulls_equal=True)
        for row in told.iter_rows(named=True):
            citizens, n = few.get((row["group_by"], row["group"])), row["n_citizens"]
            if citizens and n:
                key = Row(row["group_by"], row["group"], row["area"], row["service"])
                figures = {"users": row["n_users"], "quantity": row["mean_quantity"]}
                figures |= {payer: row[f"mean_cost_{payer}"] for payer in PAYERS}
                sums = {"users": 1.0, "quantity": n} | dict.fromkeys(PAYERS, n / KKR)
                found[key] = citizens, {name: v * sums[name] for name, v in figures.items() if v is not None}
    return found


def _moved(then: pl.DataFrame, now: pl.DataFrame) -> dict[tuple[str, str], int]:
    """How many citizens came into a group or left it."""
    stayed = then.join(now, on=["person", "group_by", "group"])
    sizes = [frame.group_by("group_by", "group").agg(n=pl.len()) for frame in (then, now, stayed)]
    signed = [
        size.with_columns(pl.col("n").cast(pl.Int64) * sign) for size, sign in zip(sizes, (1, 1, -2), strict=True)
    ]
    moved = pl.concat(signed).group_by("group_by", "group").agg(pl.sum("n"))
    return {(by, group): n for by, group, n in moved.rows()}


def _same(figure: str) -> pl.Expr:
    now, then = pl.col(figure), pl.col(f"{figure}_then")
    near = (now - then).abs() <= SAME * now.abs()
    return near.fill_null(False) | (now.is_null() & then.is_null())
