"""Disclosure control of what is told of services before the start.

Here: the counts that are no row's of the cost table, and what may be told of a category. Not here: which counts are
withheld (`pipelines.disclosure.counts`), nor the cost table.

A category of one service and one period that the cost table has is that row's count, and told as there. Every other
is a characteristic of its own.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from catalogue.profiles import Profile
from pipelines.before_start import PRINTED, counted, looked_back_to
from pipelines.disclosure.counts import EVERYBODY, Key, Sum
from pipelines.disclosure.rounding import rounded
from pipelines.intervals import wilson

WHAT = "before_start"
"""What the keys of these counts open with; the answer and the category follow."""


def own_counts(
    before_start: pl.DataFrame, look_back: pl.DataFrame, cost_table: pl.DataFrame, n_study: int
) -> tuple[dict[Key, int], list[Sum]]:
    """The counts of the categories that are no row of the cost table, and how they add up, for `hidden_counts`.

    Args:
        before_start: the table as it is.
        look_back: `pipelines.before_start.looked_back`.
        cost_table: the study's cost table.
        n_study: the study base.
    """
    alone = _resting_on(look_back, cost_table).filter(~pl.col("one")).select("category").unique()
    rows = counted(before_start.join(alone, on="category", how="semi", maintain_order="left"), n_study)
    counts: dict[Key, int] = {(WHAT, answer, of): n for answer, of, n in rows.select("answer", "category", "n").rows()}
    sums: list[Sum] = []
    for of in rows["category"].unique(maintain_order=True):
        n, measured, partly, without, throughout, unknown = (
            (WHAT, answer, of) for answer in (*PRINTED, "nej", "helt", "uoplyst")
        )
        sums += [(EVERYBODY, [measured, unknown], False), (measured, [n, without], False)]
        sums.append((measured, [partly, throughout], False))
    return counts, sums


def as_told(
    before_start: pl.DataFrame,
    look_back: pl.DataFrame,
    cost_table: pl.DataFrame,
    hidden: Collection[Key],
    whole: Collection[int | None],
    profile: Profile,
    told_before: Collection[Key] = (),
) -> pl.DataFrame:
    """The table as it may be told.

    Args:
        before_start: the table as it is.
        look_back: `pipelines.before_start.looked_back`.
        cost_table: the cost table as it is told, rounded.
        hidden: the counts that are withheld.
        whole: periods of which every figure is withheld: nothing is told of what rests on one of them.
        profile: the data owner's thresholds.
        told_before: counts that an earlier release has told of the same citizens and data: they are told again.

    Returns:
        The rows in their order, with `withheld` (bool): whether a count of the row is null for disclosure control. No
        use is told of a category of which the cost table withholds the users of a part; shares are of what is told.
    """
    resting = _resting_on(look_back, cost_table)
    of_part = resting.group_by("category").agg(
        one=pl.col("one").all(),
        gone=pl.col("period").is_in([period for period in whole if period is not None]).any(),
        unsaid=(pl.col("in_table") & pl.col("n_users").is_null()).any(),
        of_users=pl.first("n_users"),
        of_citizens=pl.first("n_citizens"),
    )
    rows = before_start.join(of_part, on="category", how="left", maintain_order="left")
    named = rows.select(looked_back_to()).to_series()
    keys = {column: pl.Series([(WHAT, column, of) in hidden for of in named], dtype=pl.Boolean) for column in PRINTED}
    known = {column: pl.lit(pl.Series([(WHAT, column, of) in told_before for of in named])) for column in PRINTED}
    no_use = ((pl.col("n") == 0) & (not profile.show_zero)) | (pl.col("unsaid") & ~known["n"])
    told = {
        column: pl.when(~(pl.lit(keys[column]) | (pl.col("gone") & ~known[column]))).then(column) for column in PRINTED
    }
    rows = rounded(rows.with_columns(**told | {"n": pl.when(~no_use).then(told["n"])}), profile)
    one = pl.col("one")
    rows = rows.with_columns(
        n=pl.when(one).then("of_users").otherwise("n"),
        n_citizens=pl.when(one).then("of_citizens").otherwise("n_citizens"),
        n_partly=pl.when(~one | pl.col("of_citizens").is_not_null()).then("n_partly"),
    )
    share = pl.when(pl.col("n_citizens") > 0).then((pl.col("n") / pl.col("n_citizens")).clip(0, 1))
    return rows.select(
        pl.col(before_start.columns).exclude("share", "share_low", "share_high"),
        share=share,
        **wilson("n", "n_citizens"),
        withheld=pl.any_horizontal(pl.col(PRINTED).is_null()),
    ).select(*before_start.columns, "withheld")


def _resting_on(look_back: pl.DataFrame, cost_table: pl.DataFrame) -> pl.DataFrame:
    """`category`, `service`, `period`: what each category rests on; `in_table`: whether everybody's row of it is in the
    cost table, with its `n_citizens` and `n_users`; `one`: whether the category is that row alone.
    """
    everybody = cost_table.filter(group_by="alle").drop_nulls("service")
    return (
        look_back.with_columns(period=pl.int_ranges("first_period", pl.col("last_period") + 1, dtype=pl.Int16))
        .explode("period")
        .join(
            everybody.select("service", "period", "n_citizens", "n_users", in_table=True),
            on=["service", "period"],
            how="left",
            maintain_order="left",
        )
        .with_columns(pl.col("in_table").fill_null(False))
        .with_columns(one=(pl.len().over("category") == 1) & pl.col("in_table"))
    )
