"""The profiles of deliveries that passed: what a newer delivery of a cumulative register is compared with.

The last two are kept, so that running the same delivery again compares it with the one before, not with itself.
"""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl

NEWEST = "newest"
"""Whether a row is of the delivery accepted last, or of the one accepted before it."""


def accepted_before(store: Path, register: str, profile: pl.DataFrame) -> pl.DataFrame | None:
    """The profile of the delivery accepted before the one of this profile; None where there was none."""
    path = _path(store, register)
    if not path.exists():
        return None
    kept = pl.read_parquet(path, glob=False)
    newest, older = (kept.filter(pl.col(NEWEST) == is_newest).drop(NEWEST) for is_newest in (True, False))
    before = older if newest.equals(profile) else newest
    return None if before.is_empty() else before


def accept_profile(store: Path, register: str, profile: pl.DataFrame) -> None:
    """Keep a delivery's profile, and that of the delivery accepted before it."""
    before = accepted_before(store, register, profile)
    kept = [profile.with_columns(pl.lit(value=True).alias(NEWEST))]
    kept += [] if before is None else [before.with_columns(pl.lit(value=False).alias(NEWEST))]
    path = _path(store, register)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    pl.concat(kept).write_parquet(unfinished)
    unfinished.replace(path)


def _path(store: Path, register: str) -> Path:
    return store / "quality" / "accepted" / f"{register}.parquet"
