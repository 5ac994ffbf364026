"""What changed from one release of a study to another, and why: data, participants, catalogue, profile or code.

Here: figures told apart cell by cell, and what the manifests say of their making. Not here: how it is shown
(`reports.releases`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as cs

from faults import Fault, StoreError
from releases.manifest import Manifest, read_manifest, refuse_changed

KEYS: Mapping[str, tuple[str, ...]] = {
    "cost_table": ("group_by", "group", "period", "area", "service"),
    "employment_table": ("group_by", "group", "period", "area", "service"),
    "changes": ("period", "area", "service"),
    "mean_intervals": ("period", "area", "service"),
    "characteristics": ("characteristic", "category"),
    "before_start": ("category", "first_period", "last_period"),
    "participant_flow": ("step", "reason"),
}
"""What tells the rows of a released table apart; every other column that is a number is a figure."""
ABOUT_ROW = ("price_year", "withheld")
FIRST = {
    "cost_table": "mean_cost",
    "employment_table": "mean_cost",
    "changes": "change_cost",
    "mean_intervals": "mean_cost",
}
"""The figure whose largest changes are told; of tables of counts it is `n`."""
LARGEST = 10
SAME = 1e-9
"""Figures nearer than this, as a share of themselves, are one figure added up in another order."""


@dataclass(frozen=True)
class TableChange:
    """How the figures of a table differ; `largest` has `cell`, `column`, `old` and `new` of those that moved most."""

    table: str
    added: int
    gone: int
    changed: int
    newly_withheld: int
    newly_shown: int
    largest: list[dict[str, Any]]


@dataclass(frozen=True)
class Reason:
    """Something that the two were not made alike of: `kind` is data, participants, study, catalogue, profile, code."""

    kind: str
    what: str


@dataclass(frozen=True)
class Comparison:
    """What changed from the release `old` to the release `new`, and what may be why; `reasons` may be none."""

    study: str
    old: str
    new: str
    tables: list[TableChange]
    reasons: list[Reason]


def compare(old: Path, new: Path) -> Comparison:
    """Compare two releases of a study by their folders.

    Raises:
        StoreError: one of them cannot be read, or is not as it was released.
    """
    before, after = read_manifest(old), read_manifest(new)
    refuse_changed(old, before)
    refuse_changed(new, after)
    tables = [_change(table, _read(old, table), _read(new, table)) for table in KEYS]
    reasons = list(_reasons(before, after))
    return Comparison(after.study["id"], old.name, new.name, [one for one in tables if one is not None], reasons)


def _read(folder: Path, table: str) -> pl.DataFrame | None:
    path = folder / f"{table}.parquet"
    if not path.exists():
        return None
    try:
        return pl.read_parquet(path, glob=False)
    except pl.exceptions.PolarsError:
        raise StoreError(Fault("a released table cannot be read", str(path), "restore it from a copy")) from None


def _change(table: str, old: pl.DataFrame | None, new: pl.DataFrame | None) -> TableChange | None:
    """How a table differs; None where neither has it."""
    there = old if old is not None else new
    if there is None:
        return None
    keys = list(KEYS[table])
    sides = [_figures(there.clear() if side is None else side, keys) for side in (old, new)]
    both = sides[0].join(
        sides[1],
        on=[*keys, "column"],
        how="full",
        nulls_equal=True,
        coalesce=True,
        suffix="_new",
        maintain_order="right_left",
    )
    was, now = pl.col("value"), pl.col("value_new")
    near = (now - was).abs() <= SAME * pl.max_horizontal(now.abs(), was.abs())
    there_before, there_now = pl.col("withheld").is_not_null(), pl.col("withheld_new").is_not_null()
    kinds = {
        "added": ~there_before,
        "gone": ~there_now,
        "newly_withheld": was.is_not_null() & now.is_null() & pl.col("withheld_new"),
        "newly_shown": was.is_null() & pl.col("withheld") & now.is_not_null(),
        "changed": there_before & there_now & ~near.fill_null(was.is_null() & now.is_null()),
    }
    # Each figure is of the first kind that fits: one that is newly withheld has not changed besides.
    kind = pl.coalesce(pl.when(is_kind).then(pl.lit(name)) for name, is_kind in kinds.items()).alias("kind")
    told = both.with_columns(kind)
    counts = dict(told.drop_nulls("kind").group_by("kind").len().iter_rows())
    moved = told.filter(kind="changed", column=FIRST.get(table, "n")).drop_nulls(["value", "value_new"])
    largest = moved.sort((now - was).abs(), descending=True, maintain_order=True).head(LARGEST)
    return TableChange(
        table=table,
        **{name: counts.get(name, 0) for name in ("added", "gone", "changed", "newly_withheld", "newly_shown")},
        largest=[
            {
                "cell": {key: row[key] for key in keys if row[key] is not None},
                "column": row["column"],
                "old": row["value"],
                "new": row["value_new"],
            }
            for row in largest.iter_rows(named=True)
        ],
    )


def _figures(table: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """The keys, `withheld`, `column` and `value`: a row a figure."""
    figures = cs.numeric() - cs.by_name(*keys, *ABOUT_ROW, require_all=False)
    cast = table.with_columns(figures.cast(pl.Float64))
    return cast.unpivot(figures, index=[*keys, "withheld"], variable_name="column", value_name="value")


def _reasons(old: Manifest, new: Manifest) -> Iterator[Reason]:
    for register, was, now in _both(_by_register(old), _by_register(new)):
        yield from (Reason("data", f"{register}: {what}") for what in _data(was, now))
    yield from _participants(old.study, new.study)
    for name, was, now in _both(_stated(old.study), _stated(new.study)):
        yield from _differing("study", name, was, now)
    for name, was, now in _both(old.catalogue, new.catalogue):
        if (was or {}).get("sha256") != (now or {}).get("sha256"):
            yield Reason("catalogue", name)
    for name, was, now in _both(old.profile, new.profile):
        yield from _differing("profile", name, was, now)
    if old.code["sha256"] != new.code["sha256"]:
        named = [f"{code['version']} {(code['commit'] or code['sha256'] or '')[:12]}" for code in (old.code, new.code)]
        yield Reason("code", " -> ".join(named))


def _data(was: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> Iterator[str]:
    """How a register differs: its days, and its files by name."""
    for column in ("data_start", "data_end"):
        days = [side and side[column] for side in (was, now)]
        if days[0] != days[1]:
            yield f"{column} {days[0] or '-'} -> {days[1] or '-'}"
    files = [{file["name"]: file["sha256"] for file in (side and side["files"]) or []} for side in (was, now)]
    for how, names in (
        ("new", files[1].keys() - files[0].keys()),
        ("gone", files[0].keys() - files[1].keys()),
        ("other bytes", {name for name in files[0].keys() & files[1].keys() if files[0][name] != files[1][name]}),
    ):
        if names:
            more = f" and {len(names) - LARGEST} more" if len(names) > LARGEST else ""
            yield f"{how}: {', '.join(sorted(names)[:LARGEST])}{more}"


def _participants(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Reason]:
    was, now = old["participant_list"], new["participant_list"]
    if was["key"] != now["key"]:
        yield Reason("participants", "cannot be told: the releases are of two stores")
    elif was["hmac_sha256"] != now["hmac_sha256"]:
        yield Reason("participants", "the participant list is another")


def _differing(kind: str, name: str, was: object, now: object) -> Iterator[Reason]:
    if was != now:
        yield Reason(kind, f"{name} {was} -> {now}")


def _stated(study: Mapping[str, Any]) -> dict[str, Any]:
    """What a study file states; that its bytes are others says nothing more."""
    return {name: value for name, value in study.items() if not isinstance(value, Mapping)}


def _by_register(manifest: Manifest) -> dict[str, Mapping[str, Any]]:
    return {register["register"]: register for register in manifest.registers}


def _both(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Every name of either, with what each says of it."""
    for name in dict.fromkeys([*new, *old]):
        yield name, old.get(name), new.get(name)
