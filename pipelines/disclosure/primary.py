"""Which figures are withheld for their own sake: they rest on too few citizens, users or others, or on a large few.

Here: the rules, row by row. Not here: the thresholds (`catalogue/disclosure_profiles.csv`), what must go with a
withheld figure (`pipelines.disclosure.counts`, `pipelines.disclosure.values`).
"""

from __future__ import annotations

import polars as pl

from catalogue.profiles import Profile
from pipelines.disclosure.truth import ROW

REASONS = ("small_group", "few_citizens", "few_users", "few_others", "dominated")


def reasons(table: pl.DataFrame, largest: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Say of each row of a cost table why it is withheld for its own sake.

    Args:
        table: docs/method.md § 6.
        largest: `pipelines.disclosure.truth.Behind.largest`.
        profile: the data owner's thresholds.

    Returns:
        The rows in their order with these truth values added: `small_group` (`n_study` is few), `few_citizens`
        (`n_citizens` is), `few_users`, `few_others` (the citizens measured who are *not* users are few), `dominated`
        (the largest contributors make up too much). None holds of a row where nobody is measured, but `small_group`.

    Rule: docs/method.md § 7.2.
    """
    measured = pl.col("n_citizens") > 0
    others = pl.col("n_citizens") - pl.col("n_users")
    few_users = few("n_users", profile) if profile.show_zero else pl.col("n_users") < profile.min_count
    return table.join(largest, on=ROW, how="left", nulls_equal=True, maintain_order="left").with_columns(
        # A count that is missing where it should not be withholds its row: fail closed.
        small_group=few("n_study", profile).fill_null(True),
        few_citizens=few("n_citizens", profile).fill_null(True),
        few_users=(measured & few_users).fill_null(True),
        few_others=(measured & others.is_between(1, profile.min_count - 1)).fill_null(True),
        dominated=measured & pl.lit(profile.dominance_citizens > 0)
        & (pl.col("share").fill_nan(0).fill_null(0) > profile.dominance_share),
    ).drop("share")  # fmt: skip


def few(column: str, profile: Profile) -> pl.Expr:
    """Whether a count of citizens is few, and not none."""
    return pl.col(column).is_between(1, profile.min_count - 1)


def of_amounts() -> pl.Expr:
    """Whether a row's reasons withhold its amounts too: of an area and the total, few others tell of the users alone,
    since costs of several services tell nothing of how many used any of them.
    """
    return pl.any_horizontal(name for name in REASONS if name != "few_others") | (
        pl.col("few_others") & pl.col("service").is_not_null()
    )
