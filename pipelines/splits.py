"""How a study base is split into groups, each with rows of its own in the cost table.

Here: who is in which group. Not here: a group's figures (`pipelines.tables`), groups that change from period to period
(`pipelines.employment`). Source: docs/method.md § 6.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.characteristics import AGE_BANDS, age_band_of, sex_of

ALWAYS = {"kommune": "kom", "gruppe": "group"}
"""The groupings that every study has, and the column of the participants that each is made of."""
SPLITS = ("startaar", "koen", "alder", "status")
"""Those that a study file may ask for."""
GROUPINGS = ("alle", *ALWAYS, *SPLITS)
"""In the order of the cost table."""


def splits_of(
    participants: pl.DataFrame, split_by: Sequence[str] = (), age_bands: Sequence[int] = AGE_BANDS
) -> pl.DataFrame:
    """What the citizens of a study base are split by.

    Args:
        participants: `person`, `kom`, `group`, and `start_year`, `koen`, `age`, `status` where they are asked for.
        split_by: of `SPLITS`.
        age_bands: the first ages of the bands after the youngest.

    Returns:
        `person`, `kom`, `group`, and a String column for each of `split_by`; null where it is not known, which is in
        no group.
    """
    made = {
        "startaar": lambda: pl.col("start_year").cast(pl.String),
        "koen": sex_of,
        "alder": lambda: age_band_of(age_bands),
        "status": lambda: pl.col("status"),
    }
    return participants.select("person", "kom", "group", **{split: made[split]() for split in split_by})


def members_of(study_base: pl.DataFrame) -> pl.DataFrame:
    """`person`, `group_by`, `group`: each citizen under everybody, and under each group that it is in.

    `study_base`: as `splits_of` gives it.
    """
    columns = {**ALWAYS, **{split: split for split in SPLITS if split in study_base.columns}}
    groups = {"alle": pl.lit("alle"), **{group_by: pl.col(column) for group_by, column in columns.items()}}
    return pl.concat(
        study_base.select("person", group_by=pl.lit(group_by), group=group.cast(pl.String)).drop_nulls("group")
        for group_by, group in groups.items()
    )
