"""Disclosure control: what of a table may leave the store.

Here: the rules that withhold cells. Not here: the threshold (``catalogue/limits.csv``) and how a withheld cell looks
(``reports/``).

Primary suppression only, for now: a cell resting on too few is withheld by itself. The cells that must go with it, so
that it cannot be worked out from totals, subgroups, payers or the complement (citizens who are *not* users), are not
withheld yet.
"""

from __future__ import annotations

import polars as pl
import polars.selectors as cs


def suppress(cost_table: pl.DataFrame, min_count: int, *, show_zero: bool = True) -> pl.DataFrame:
    """Withhold every row of a cost table that rests on fewer than ``min_count`` citizens or users.

    ``cost_table`` has the columns of docs/method.md § 6. The same rows and columns come back in the same order, with
    ``withheld`` (bool) added last. In a withheld row ``n_users``, ``share_users`` and every ``mean_*`` are null, and
    ``n_citizens`` too where it is itself below ``min_count``; a group whose ``n_study`` is below ``min_count`` is
    withheld in all its rows, ``n_study`` and ``n_citizens`` included. A row where nobody was measured
    (``n_citizens`` is 0) is not withheld: its values are null because the register does not cover the period. The
    population at the study base's age and sex is withheld where the study's own row rests on too few: who they are
    could be read from it. Without ``show_zero`` a row with no users is withheld like one with few: the data owner's
    profile decides.

    Rule: docs/method.md § 7, primary suppression only (see the module's docstring).
    """
    _check(min_count)
    small_group = _few("n_study", min_count).fill_null(True) | _weighed_by_few(cost_table, min_count)
    few_citizens = _few("n_citizens", min_count)
    few_users = _few("n_users", min_count) if show_zero else pl.col("n_users") < min_count
    measured = pl.col("n_citizens") > 0
    # A count that is missing where it should not be withholds its row: fail closed.
    withheld = (small_group | measured & (few_citizens | few_users)).fill_null(True)
    return cost_table.with_columns(
        _unless(withheld, cs.by_name("n_users", "share_users") | cs.starts_with("mean_")),
        _unless(small_group | few_citizens, pl.col("n_citizens")),
        _unless(small_group, pl.col("n_study")),
        withheld=withheld,
    )


def suppress_counts(counts: pl.DataFrame, min_count: int, column: str = "n") -> pl.DataFrame:
    """Withhold the counts of citizens in ``column`` that lie from 1 to ``min_count`` - 1.

    For frames that are only counts, as the participant flow. The same rows and columns come back in the same order,
    with ``withheld`` (bool) added last; a withheld count is null. Rule: docs/method.md § 7, primary suppression only.
    """
    _check(min_count)
    few = _few(column, min_count).fill_null(True)
    return counts.with_columns(_unless(few, pl.col(column)), withheld=few)


def _weighed_by_few(cost_table: pl.DataFrame, min_count: int) -> pl.Series:
    """Which rows are weighted by the study base, where fewer than `min_count` of it are measured."""
    key, own = ["period", "area", "service"], cost_table.filter(group_by="alle")
    few = own.select(*key, few=_few("n_study", min_count) | _few("n_citizens", min_count))
    standardised = pl.col("group_by") == "befolkning_standardiseret"
    beside = cost_table.join(few, on=key, how="left", nulls_equal=True, maintain_order="left")
    return beside.select(standardised & pl.col("few").fill_null(value=True)).to_series()


def _few(column: str, min_count: int) -> pl.Expr:
    return pl.col(column).is_between(1, min_count - 1)


def _unless(hidden: pl.Expr, values: pl.Expr) -> pl.Expr:
    return pl.when(~hidden).then(values)


def _check(min_count: int) -> None:
    if min_count < 1:
        raise ValueError(f"min_count is {min_count}; it must be at least 1")
