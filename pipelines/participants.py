"""Who takes part: a project's list becomes participants, and those found in the population the study base.

Source: docs/method.md § 1; a citizen's traits § 4, BEF and DREAM, and § 11.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines.ages import MID_YEAR, whole_years
from pipelines.persons import of_persons
from pipelines.registers.dream import code_on

DATE_SHAPES = (
    (r"^(\d{4}-\d{2}-\d{2})(?:[T ].*)?$", "%Y-%m-%d"),
    (r"^(\d{1,2}-\d{1,2}-\d{4})$", "%d-%m-%Y"),
)
"""ISO dates (a time after them is left off) and Danish dates."""
YEARS = (1900, 2199)
"""Years that a course can start or end in; others are misspelt."""
SUPPORT_WEEK = 48
SELF_SUPPORTED = "ikke_offentlig_forsoerget"
EDUCATION_SCHEMA = pl.Schema({"person": pl.UInt32, "uddannelse": pl.String})


@dataclass(frozen=True)
class Accepted:
    """`kept`: one row a participant; `set_aside`: `row`, `reason` of the others; `received`: all of them."""

    kept: pl.DataFrame
    set_aside: pl.DataFrame
    received: int


def accept(rows: pl.DataFrame, needs_start_date: bool) -> Accepted:
    """Read a participant list's dates and set aside the rows that cannot take part.

    Args:
        rows: the list as text: `row` (its line), `pnr`, `start_date`, `start_year`, `end_date`, `municipality`,
            `status`, `group`.
        needs_start_date: whether a start year alone is too little (`anchored` periods).

    Returns:
        Kept rows with `start_date`, `end_date` as dates and `start_year` filled; set aside, by the first that applies:
        `missing_pnr`, `missing_start`, `invalid_date`, `end_before_start`, `duplicate_participant` (the earliest start
        is kept, ties by file order).
    """
    start_date, end_date = (_read_date(pl.col(name)) for name in ("start_date", "end_date"))
    stated_year = pl.col("start_year").str.extract(r"^(\d{4})(?:\.0*)?$").cast(pl.Int32, strict=False)
    stated_year = pl.when(stated_year.is_between(*YEARS)).then(stated_year)
    read = rows.with_columns(
        start=start_date,
        end=end_date,
        year=pl.coalesce(start_date.dt.year(), stated_year),
        unreadable=_unreadable("start_date", start_date)
        | _unreadable("end_date", end_date)
        | (pl.col("start_date").is_null() & _unreadable("start_year", stated_year)),
    )
    no_start = pl.col("start_date").is_null() & (pl.lit(needs_start_date) | pl.col("start_year").is_null())
    ends_early = (pl.col("end") < pl.col("start")).fill_null(pl.col("end").dt.year() < pl.col("year"))
    reason = pl.coalesce(
        pl.when(condition).then(pl.lit(name))
        for name, condition in (
            ("missing_pnr", pl.col("pnr").is_null()),
            ("missing_start", no_start),
            ("invalid_date", pl.col("unreadable")),
            ("end_before_start", ends_early),
        )
    )
    told = read.with_columns(reason=reason)
    sound = told.filter(pl.col("reason").is_null()).sort(
        pl.coalesce("start", pl.date("year", 1, 1)), "row", maintain_order=True
    )
    kept = sound.unique("pnr", keep="first", maintain_order=True).sort("row")
    again = sound.join(kept, on="row", how="anti").with_columns(reason=pl.lit("duplicate_participant"))
    aside = pl.concat([told.filter(pl.col("reason").is_not_null()), again]).select("row", "reason").sort("row")
    columns = ["row", "pnr", "municipality", "status", "group"]
    return Accepted(kept.select(*columns, start_date="start", start_year="year", end_date="end"), aside, rows.height)


def participant_flow(study: str, received: int, set_aside: pl.DataFrame, in_study_base: pl.Series) -> pl.DataFrame:
    """How many were received, set aside (by reason), not in the population, and in the study base; it adds up.

    Args:
        study: the study's id.
        received: rows of the list.
        set_aside: `reason`, a row each.
        in_study_base: Boolean, a value a kept participant.

    Returns:
        `study`, `step`, `reason` (null but for `set_aside`), `n`.
    """
    reasons = set_aside.group_by("reason").agg(n=pl.len()).sort("reason").rows()
    base = int(in_study_base.sum())
    rows = [
        (study, "received", None, received),
        *((study, "set_aside", reason, n) for reason, n in reasons),
        (study, "not_in_population", None, len(in_study_base) - base),
        (study, "study_base", None, base),
    ]
    schema = {"study": pl.String, "step": pl.String, "reason": pl.String, "n": pl.UInt32}
    return pl.DataFrame(rows, schema=schema, orient="row")


def with_traits(
    study: str,
    kept: pl.DataFrame,
    bef: pl.LazyFrame,
    runs: pl.LazyFrame,
    weeks: Sequence[date],
    dream_codes: pl.DataFrame,
    education: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Find participants in the population of 31 December before their start year, and say who they are.

    Args:
        study: the study's id.
        kept: `person` and the kept columns of `accept`.
        bef: the `bef` register.
        runs: the `dream` register.
        weeks: Thursdays of DREAM's delivered week columns.
        dream_codes: the catalogue's `code`, `status_group`, `valid_from`, `valid_to`.
        education: `person`, `uddannelse` (`pipelines.education`); None where UDDA is not delivered.

    Returns:
        A row a participant, sorted by person: `study`, `person`, the list's columns, `in_study_base`, and (null
        outside the study base) `age` at the start (1 July where only the year is known), `koen`, `kom`, `antpersh`,
        `ie_type`, `has_children` (some citizen of the snapshot names them as father or mother), `support_status` (the
        group of the DREAM code of week 48 of the year before start; without a code `ikke_offentlig_forsoerget`; null
        when the week is not delivered), `uddannelse` (null also where `education` does not tell it).
    """
    base_day = pl.date(pl.col("start_year") - 1, 12, 31)
    dated = kept.with_columns(reference_date=base_day)
    snapshots = bef.filter(pl.col("reference_date").is_in(dated.get_column("reference_date").unique().implode()))
    persons = dated.get_column("person")
    found = (
        of_persons(snapshots, persons)
        .join(dated.lazy().select("person", "reference_date"), on=["person", "reference_date"])
        .select("person", "foed_dag", "koen", "kom", "antpersh", "ie_type", in_study_base=pl.lit(True))
        .collect()
    )
    parents = (
        pl.concat(
            of_persons(snapshots, persons, parent).select("reference_date", person=parent) for parent in ("far", "mor")
        )
        .join(dated.lazy().select("person", "reference_date"), on=["person", "reference_date"])
        .select("person", is_parent=pl.lit(True))
        .unique()
        .collect()
    )
    began = pl.coalesce("start_date", pl.date(pl.col("start_year"), *MID_YEAR))
    in_base = pl.col("in_study_base")
    levels = pl.DataFrame(schema=EDUCATION_SCHEMA) if education is None else education
    return (
        dated.join(found, on="person", how="left")
        .join(parents, on="person", how="left")
        .join(_support_status(kept, runs, weeks, dream_codes), on="person", how="left")
        .join(levels, on="person", how="left")
        .with_columns(in_base.fill_null(False))
        .select(
            pl.lit(study).alias("study"),
            "person",
            "start_date",
            "start_year",
            "end_date",
            "municipality",
            "status",
            "group",
            "in_study_base",
            age=whole_years(pl.col("foed_dag"), began),
            koen="koen",
            kom="kom",
            antpersh=pl.col("antpersh").cast(pl.Int32),
            ie_type="ie_type",
            has_children=pl.when(in_base).then(pl.col("is_parent").fill_null(False)),
            support_status=pl.when(in_base).then(pl.col("support_status")),
            uddannelse=pl.when(in_base).then(pl.col("uddannelse")),
        )
        .sort("person")
    )


def _support_status(
    kept: pl.DataFrame, runs: pl.LazyFrame, weeks: Sequence[date], dream_codes: pl.DataFrame
) -> pl.DataFrame:
    """`person`, `support_status` of those whose week 48 is delivered."""
    years = kept.get_column("start_year").unique().to_list()
    thursday = {year: date.fromisocalendar(year - 1, SUPPORT_WEEK, 4) for year in years}
    delivered = {year: day for year, day in thursday.items() if day in set(weeks)}
    asked = kept.filter(pl.col("start_year").is_in(list(delivered))).select(
        "person", thursday=pl.col("start_year").replace_strict(delivered, default=None, return_dtype=pl.Date)
    )
    on_code = code_on(runs, asked)
    valid = (pl.col("valid_from").is_null() | (pl.col("valid_from") <= pl.col("thursday"))) & (
        pl.col("valid_to").is_null() | (pl.col("thursday") <= pl.col("valid_to"))
    )
    grouped = on_code.join(dream_codes, on="code").filter(valid).select("person", "status_group")
    return (
        asked.join(on_code.select("person", "code"), on="person", how="left")
        .join(grouped, on="person", how="left")
        .select(
            "person",
            support_status=pl.when(pl.col("code").is_null())
            .then(pl.lit(SELF_SUPPORTED))
            .otherwise(pl.col("status_group")),
        )
    )


def _read_date(text: pl.Expr) -> pl.Expr:
    read = pl.coalesce(text.str.extract(shape).str.to_date(form, strict=False) for shape, form in DATE_SHAPES)
    return pl.when(read.dt.year().is_between(*YEARS)).then(read)


def _unreadable(column: str, read: pl.Expr) -> pl.Expr:
    return pl.col(column).is_not_null() & read.is_null()
