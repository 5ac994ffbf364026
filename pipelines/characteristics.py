"""Who the citizens of a study base are, as counts.

Here: sex, age, start year and municipality. Not here: how they are found for a citizen (`pipelines.participants`).
Source: docs/method.md § 11.
"""

from __future__ import annotations

import polars as pl

CHARACTERISTICS_SCHEMA = pl.Schema(
    {"study": pl.String, "characteristic": pl.String, "category": pl.String, "n": pl.UInt32, "share": pl.Float64}
)
NOT_STATED = "uoplyst"
SEXES = ("1", "2", "9")
"""As in BEF: man, woman, not stated."""
AGE_BANDS = {"0-17": 17, "18-29": 29, "30-39": 39, "40-49": 49, "50-59": 59, "60-69": 69}
"""The oldest of each band."""
OLDEST = "70+"


def characteristics(study: str, study_base: pl.DataFrame) -> pl.DataFrame:
    """How many citizens of the study base have each sex, age at the start, start year and municipality.

    Args:
        study: the study's id.
        study_base: `koen`, `age`, `start_year`, `kom` of its citizens, a row each.

    Returns:
        `CHARACTERISTICS_SCHEMA`: `koen`, `alder`, `startaar`, `kommune` in this order, each adding up to the study
        base. Every sex and age band has a row, also at 0; start years and municipalities those that there are, an
        unknown municipality last. `share` is of the study base, null where that is empty.
    """
    stated = pl.col("koen").is_in(SEXES[:-1])
    sexes = _counts(pl.when(stated).then("koen").otherwise(pl.lit(SEXES[-1])), study_base)
    ages = _counts(_age_band(), study_base)
    parts = {
        "koen": pl.DataFrame({"category": SEXES}).join(sexes, on="category", how="left", maintain_order="left"),
        "alder": pl.DataFrame({"category": [*AGE_BANDS, OLDEST, NOT_STATED]}).join(
            ages, on="category", how="left", maintain_order="left"
        ),
        "startaar": _counts(pl.col("start_year").cast(pl.String), study_base),
        "kommune": _counts(pl.col("kom").fill_null(NOT_STATED), study_base),
    }
    n, everybody = pl.col("n").fill_null(0), pl.sum("n").over("characteristic")
    return (
        pl.concat(rows.with_columns(characteristic=pl.lit(name)) for name, rows in parts.items())
        .with_columns(study=pl.lit(study), n=n, share=pl.when(everybody > 0).then(n / everybody))
        .select(list(CHARACTERISTICS_SCHEMA))
        .cast(CHARACTERISTICS_SCHEMA)
    )


def _age_band() -> pl.Expr:
    band = pl.lit(OLDEST)
    for name, oldest in reversed(AGE_BANDS.items()):
        band = pl.when(pl.col("age") <= oldest).then(pl.lit(name)).otherwise(band)
    return pl.when(pl.col("age").is_null()).then(pl.lit(NOT_STATED)).otherwise(band)


def _counts(category: pl.Expr, study_base: pl.DataFrame) -> pl.DataFrame:
    return study_base.group_by(category=category).agg(n=pl.len()).sort(pl.col("category") == NOT_STATED, "category")
