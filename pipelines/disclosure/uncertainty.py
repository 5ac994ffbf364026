"""Changes and the intervals of means as they may be told: no more of them than of the figures that they are made of.

Here: which of them are withheld. Not here: the figures (`pipelines.disclosure.protect`), rounding
(`pipelines.disclosure.rounding`). Reasons: docs/disclosure.md.
"""

from __future__ import annotations

import polars as pl
import polars.selectors as cs

from catalogue.profiles import Profile
from pipelines.changes import CHANGES
from pipelines.lines import LINE
from pipelines.tables import MEANS


def told_changes(changes: pl.DataFrame, shown: pl.DataFrame) -> pl.DataFrame:
    """A change is told where both figures are that it is the difference of, which therefore tell it anyway.

    Args:
        changes: `pipelines.changes.changes`.
        shown: the cost table without what is withheld, and `withheld`.

    Returns:
        The changes in their order, with `withheld`.
    """
    everybody = shown.filter(group_by="alle").select("period", *LINE, "withheld", *CHANGES.values(), "n_citizens")
    before = everybody.filter(period=-1).drop("period")
    now = everybody.rename({"n_citizens": "n_shown"})
    beside = changes.join(
        now, on=["period", *LINE], how="left", nulls_equal=True, maintain_order="left"
    ).join(before, on=LINE, how="left", nulls_equal=True, suffix="_before", maintain_order="left")  # fmt: skip
    hidden = pl.col("withheld").fill_null(value=True) | pl.col("withheld_before").fill_null(value=True)
    for change, of in CHANGES.items():
        missing = pl.col(of).is_null() | pl.col(f"{of}_before").is_null()
        beside = beside.with_columns(pl.when(~(hidden & missing)).then(cs.starts_with(change).as_expr()))
    return beside.with_columns(
        n_citizens=pl.when(pl.col("n_shown").is_not_null()).then("n_citizens"),
        n_baseline=pl.when(pl.col("n_citizens_before").is_not_null()).then("n_baseline"),
    ).select(*changes.columns, withheld=hidden)


def told_means(intervals: pl.DataFrame, shown: pl.DataFrame, reach: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """A mean is told where the cost table tells it; its interval where its width tells of no few citizens besides.

    Args:
        intervals: `pipelines.mean_intervals.mean_intervals`.
        shown: the cost table without what is withheld.
        reach: `pipelines.disclosure.truth.Behind.reach`.
        profile: the data owner's thresholds.

    Returns:
        The rows in their order, with `withheld`: whether some figure of theirs is null for disclosure control.
    """
    key = ["period", *LINE]
    told = shown.filter(group_by="alle").select(*key, "n_citizens", *MEANS)
    beside = intervals.join(told, on=key, how="left", nulls_equal=True, suffix="_told", maintain_order="left").join(
        reach, on=key, how="left", nulls_equal=True, suffix="_reach", maintain_order="left"
    )
    figures = {"n_citizens": pl.col("n_citizens_told")}
    for mean in MEANS:
        stands = pl.col(f"{mean}_told").is_not_null()
        # Where nobody has any there is nothing to reach for, and the interval is of 0 alone.
        wide = pl.coalesce(pl.col(f"{mean}_reach") >= 1 + profile.bracket_share, pl.col(mean) == 0)
        figures |= {mean: pl.when(stands).then(mean)}
        figures |= {f"{mean}_{end}": pl.when(stands & wide).then(f"{mean}_{end}") for end in ("low", "high")}
    gone = [pl.col(name).is_not_null() & figure.is_null() for name, figure in figures.items()]
    return beside.with_columns(**figures, withheld=pl.any_horizontal(gone)).select(*intervals.columns, "withheld")
