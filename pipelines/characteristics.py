"""Who the citizens of a study base are, as counts.

Here: which categories a characteristic has, and how many are in each. Not here: how a citizen's traits are found
(`pipelines.participants`).
Source: docs/method.md § 11.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from catalogue.columns import EDUCATION_LEVELS
from pipelines.participants import SELF_SUPPORTED

CHARACTERISTICS_SCHEMA = pl.Schema(
    {"study": pl.String, "characteristic": pl.String, "category": pl.String, "n": pl.UInt32, "share": pl.Float64}
)
NOT_STATED = "uoplyst"
SEXES = ("1", "2", "9")
"""As in BEF: man, woman, not stated."""
AGE_BANDS = (18, 30, 40, 50, 60, 70)
"""The youngest of each band but the first."""
ORIGINS = {"1": "dansk", "2": "indvandrer", "3": "efterkommer"}
"""Of BEF's `IE_TYPE`."""
SUPPORT = ("foertidspension", "folkepension", "kontanthjaelp_mv", "dagpenge_mv", "oevrige", SELF_SUPPORTED)


def characteristics(study: str, study_base: pl.DataFrame, age_bands: Sequence[int] = AGE_BANDS) -> pl.DataFrame:
    """How many citizens of the study base have each sex, age at the start, start year, municipality, origin, way of
    living, children, education and support.

    Args:
        study: the study's id.
        study_base: `koen`, `age`, `start_year`, `kom`, `ie_type`, `antpersh`, `has_children`, `uddannelse`,
            `support_status` of its citizens, a row each.
        age_bands: the first ages of the bands after the youngest, rising.

    Returns:
        `CHARACTERISTICS_SCHEMA`: `koen`, `alder`, `startaar`, `kommune`, `oprindelse`, `bopael`, `boern`, `uddannelse`
        (only where somebody's is known), `forsoergelse` in this order, each adding up to the study base. A category
        has a row also at 0; start years and municipalities those that there are, an unknown municipality last.
        `share` is of the study base, null where that is empty.
    """
    origin = pl.col("ie_type").replace_strict(ORIGINS, default=None)
    household = pl.when(pl.col("antpersh") == 1).then(pl.lit("alene")).when(pl.col("antpersh") > 1)
    children = pl.when("has_children").then(pl.lit("ja")).otherwise(pl.lit("nej"))
    parts = {
        "koen": _counts(sex_of(), study_base, SEXES),
        "alder": _counts(age_band_of(age_bands), study_base, (*age_band_names(age_bands), NOT_STATED)),
        "startaar": _counts(pl.col("start_year").cast(pl.String), study_base),
        "kommune": _counts(pl.col("kom"), study_base),
        "oprindelse": _counts(origin, study_base, (*ORIGINS.values(), NOT_STATED)),
        "bopael": _counts(household.then(pl.lit("med_andre")), study_base, ("alene", "med_andre", NOT_STATED)),
        "boern": _counts(children, study_base, ("ja", "nej")),
        "uddannelse": _counts(pl.col("uddannelse"), study_base, (*EDUCATION_LEVELS, NOT_STATED)),
        "forsoergelse": _counts(pl.col("support_status"), study_base, (*SUPPORT, NOT_STATED)),
    }
    if study_base.get_column("uddannelse").is_null().all():
        del parts["uddannelse"]
    n, everybody = pl.col("n"), pl.sum("n").over("characteristic")
    return (
        pl.concat(rows.with_columns(characteristic=pl.lit(name)) for name, rows in parts.items())
        .with_columns(study=pl.lit(study), share=pl.when(everybody > 0).then(n / everybody))
        .select(list(CHARACTERISTICS_SCHEMA))
        .cast(CHARACTERISTICS_SCHEMA)
    )


def sex_of() -> pl.Expr:
    """A citizen's sex as BEF's code, of `koen`."""
    return pl.when(pl.col("koen").is_in(SEXES[:-1])).then("koen").otherwise(pl.lit(SEXES[-1]))


def age_band_of(age_bands: Sequence[int]) -> pl.Expr:
    """The name of the band that `age` is in; null where it is not known."""
    names = dict(enumerate(age_band_names(age_bands)))
    band = pl.sum_horizontal(pl.col("age") >= first for first in age_bands)
    return pl.when(pl.col("age").is_not_null()).then(band.replace_strict(names, return_dtype=pl.String))


def age_band_names(age_bands: Sequence[int]) -> list[str]:
    """The names of the bands from 0 and from each of `age_bands` on: of (50, 51, 61) `0-49`, `50`, `51-60`, `61+`."""
    ends = [(first, after - 1) for first, after in zip((0, *age_bands), age_bands, strict=False)]
    inner = [f"{first}-{last}" if first < last else f"{first}" for first, last in ends]
    return [*inner, f"{age_bands[-1]}+"]


def _counts(category: pl.Expr, study_base: pl.DataFrame, stated: Sequence[str] = ()) -> pl.DataFrame:
    """`category`, `n`: the categories stated in their order, also at 0, and others that there are, not stated last."""
    order = pl.DataFrame({"category": stated}, schema={"category": pl.String}).with_row_index("place")
    counted = study_base.group_by(category=category.fill_null(NOT_STATED)).agg(n=pl.len())
    return (
        order.join(counted, on="category", how="full", coalesce=True)
        .sort("place", pl.col("category") == NOT_STATED, "category", nulls_last=True)
        .select("category", pl.col("n").fill_null(0))
    )
