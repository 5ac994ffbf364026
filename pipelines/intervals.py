"""How sure a share of few citizens is.

Source: docs/method.md § 13.
"""

from __future__ import annotations

from statistics import NormalDist

import polars as pl

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


def wilson(n: str, of: str) -> dict[str, pl.Expr]:
    """`share_low` and `share_high`: the ends of a share's 95 % Wilson score interval, null where `of` is 0 or null.

    Args:
        n: the column of those counted.
        of: the column of those they are counted among, `n` or more.
    """
    whole = pl.when(pl.col(of) > 0).then(pl.col(of).cast(pl.Float64))
    share = pl.col(n) / whole
    middle = share + Z**2 / (2 * whole)
    reach = Z * (share * (1 - share) / whole + Z**2 / (4 * whole**2)).sqrt()
    low, high = ((end / (1 + Z**2 / whole)).clip(0, 1) for end in (middle - reach, middle + reach))
    # Of none and of all the share is an end itself, which rounding would miss by a hair.
    return {"share_low": pl.min_horizontal(low, share), "share_high": pl.max_horizontal(high, share)}
