"""Which services the citizens of a study base had before they started, each with a look-back of its own.

Here: who had any of a category. Not here: what is used in a period (`pipelines.use`), and the look-backs themselves
(`catalogue/services_before_start.csv`, the study file).
Source: docs/method.md § 12.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines.coverage import covered
from pipelines.intervals import wilson
from pipelines.use import quantities

BEFORE_START_SCHEMA = pl.Schema(
    {
        "study": pl.String,
        "category": pl.String,
        "first_period": pl.Int16,
        "last_period": pl.Int16,
        "n_citizens": pl.UInt32,
        "n_partly": pl.UInt32,
        "n": pl.UInt32,
        "share": pl.Float64,
        "share_low": pl.Float64,
        "share_high": pl.Float64,
    }
)


PRINTED = ("n", "n_citizens", "n_partly")
"""The counts that a row prints; shares follow from them."""
LEFT = {"nej": ("n_citizens", "n"), "helt": ("n_citizens", "n_partly"), "uoplyst": ("n_study", "n_citizens")}
"""Whom they leave: without use, measured throughout, and not measured; each the first count less the second."""


def counted(before_start: pl.DataFrame, n_study: int | None) -> pl.DataFrame:
    """The counts of citizens behind the rows, those that are printed and those that follow from them.

    Args:
        before_start: rows of `BEFORE_START_SCHEMA`; a count that is not told is null.
        n_study: the study base; None where it is not told.

    Returns:
        `study`, `answer` (one of `PRINTED` and `LEFT`), `category` with its look-back (`looked_back_to`), `n`; null
        where one of what it follows from is not told.
    """
    base = before_start.with_columns(pl.col(PRINTED).cast(pl.Int64), n_study=pl.lit(n_study, pl.Int64))
    left = {answer: pl.col(whole) - pl.col(part) for answer, (whole, part) in LEFT.items()}
    wide = base.select("study", *PRINTED, category=looked_back_to(), **left)
    long = wide.unpivot(
        on=[*PRINTED, *LEFT], index=["study", "category"], variable_name="answer", value_name="citizens"
    )
    return long.select("study", "answer", "category", n="citizens")


def looked_back_to() -> pl.Expr:
    """A category and the periods looked back to as one name: `forsorgshjem -1..-1`."""
    return pl.format("{} {}..{}", "category", "first_period", "last_period").alias("category")


def looked_back(
    before_start: pl.DataFrame, services: pl.DataFrame, look_back: Mapping[str, tuple[int, int]]
) -> pl.DataFrame:
    """The services that a study tells of before the start, and how far it looks back for each.

    Args:
        before_start: the catalogue's `category`, `service`, `first_period`, `last_period`.
        services: the catalogue's `service`; one that is not there is left out.
        look_back: the study's own first and last period of a category, in place of the catalogue's.

    Returns:
        `category`, `service`, `first_period`, `last_period`, in the order of `before_start`.
    """
    return before_start.join(services, on="service", how="semi", maintain_order="left").select(
        "category",
        "service",
        *(
            pl.coalesce(
                pl.col("category").replace_strict(
                    {category: ends[at] for category, ends in look_back.items()}, default=None, return_dtype=pl.Int32
                ),
                name,
            ).cast(pl.Int16).alias(name)
            for at, name in enumerate(("first_period", "last_period"))
        ),
    )  # fmt: skip


def before_start(
    study: str,
    wanted: pl.DataFrame,
    periods: pl.DataFrame,
    coverage: pl.DataFrame,
    spells: pl.DataFrame,
    services: pl.DataFrame,
) -> pl.DataFrame:
    """How many citizens had any of a category's services in the periods looked back to.

    Args:
        study: the study's id.
        wanted: `looked_back`.
        periods: `person`, `period`, `start`, `end`, `present` (null = cannot be told) of the study base, as far back as
            `wanted` looks.
        coverage: `pipelines.coverage.COVERAGE_SCHEMA` rows of all registers read.
        spells: spells of these citizens (others are ignored).
        services: the catalogue's `service`, `register`, `spell`, `measure`.

    Returns:
        `BEFORE_START_SCHEMA`, a row a category in the order of `wanted`: `n_citizens` are measured for a service of the
        category in one of the periods at least, `n_partly` of them not in all that they are not absent from, `n` of
        them had any in a period measured.
    """
    told = services.join(wanted, on="service", how="semi")
    cell = ["person", "period", "service"]
    used = quantities(spells, periods, told).select(*cell, used=True)
    here = pl.col("present")
    cells = (
        covered(periods, coverage, told)
        .join(periods.select("person", "period", "present"), on=["person", "period"])
        .filter(here.is_null() | here)
        .join(used, on=cell, how="left")
        .join(wanted, on="service")
        .filter(pl.col("period").is_between("first_period", "last_period"))
    )
    measured = here.fill_null(False) & pl.col("covered")
    citizens = (
        cells.group_by("category", "person")
        .agg(measured=measured.any(), partly=(~measured).any(), used=(measured & pl.col("used").fill_null(False)).any())
        .filter("measured")
    )
    counts = citizens.group_by("category").agg(n_citizens=pl.len(), n_partly=pl.sum("partly"), n=pl.sum("used"))
    return (
        wanted.group_by("category", maintain_order=True)
        .agg(pl.min("first_period"), pl.max("last_period"))
        .join(counts, on="category", how="left", maintain_order="left")
        .with_columns(pl.col("n_citizens", "n_partly", "n").fill_null(0), study=pl.lit(study))
        .with_columns(share=pl.when(pl.col("n_citizens") > 0).then(pl.col("n") / pl.col("n_citizens")))
        .with_columns(**wilson("n", "n_citizens"))
        .select(list(BEFORE_START_SCHEMA))
        .cast(BEFORE_START_SCHEMA)
    )
