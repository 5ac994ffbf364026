"""What the figures of a release rest on, as a file beside them, so that any can be taken back to it without the store.

Here: writing `sources.json`, and reading a release's tables again. Not here: which rows a figure rests on (`trace.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from catalogue.codes import CODE_ROWS
from catalogue.columns import FILES
from catalogue.profiles import Profile
from faults import Fault, StoreError
from releases.manifest import read_manifest, refuse_changed
from reports.tables import CATEGORIES, RELEASED, ReleaseTables

NAME = "sources.json"
OF_CATALOGUE = {"areas": "areas", "services": "services", "sources": "unit_prices", "payer_rules": "payer_rules"}
SCHEMAS: Mapping[str, pl.Schema] = {
    **{
        name: pl.Schema({key: of.dtype for key, of in FILES[file].columns.items()})
        for name, file in OF_CATALOGUE.items()
    },
    "categories": CATEGORIES,
    "codes": CODE_ROWS,
    "limits": pl.Schema({key: of.dtype for key, of in FILES["limits"].columns.items()}),
    "registers": pl.Schema({"register": pl.String, "data_start": pl.Date, "data_end": pl.Date}),
    "not_measured": pl.Schema({"period": pl.Int16, "service": pl.String, "measured": pl.String}),
}
"""The frames of the file, and their columns."""


@dataclass(frozen=True)
class ReleasedStudy:
    """What a release says of its study; see `reports.tables.StudyFacts`."""

    id: str
    title_da: str
    title_en: str
    mode: str
    price_year: int


def write_sources(tables: ReleaseTables, path: Path) -> None:
    """Write what the release's figures rest on, as JSON: the study, its profile, and the catalogue's rows used."""
    study = {name: getattr(tables.study, name) for name in ReleasedStudy.__dataclass_fields__}
    facts = {
        "study": study,
        "profile": asdict(tables.profile),
        "release_id": tables.release_id,
        "made": tables.made.isoformat(),
        "code_version": tables.code_version,
        "crosses_2019": tables.crosses_2019,
        "comparison_ages": tables.comparison_ages,
    }
    frames = {name: getattr(tables, name).to_dicts() for name in SCHEMAS}
    text = json.dumps(facts | frames, ensure_ascii=False, indent=1, default=date.isoformat)
    path.write_text(text + "\n", encoding="utf-8")


def read_tables(folder: Path) -> ReleaseTables:
    """Read a release's tables and what they rest on; raises `StoreError` where a file is not as it was released."""
    refuse_changed(folder, read_manifest(folder))
    try:
        told = json.loads((folder / NAME).read_text(encoding="utf-8"))
        ages = told["comparison_ages"]
        return ReleaseTables(
            **{name: pl.read_parquet(folder / f"{name}.parquet", glob=False) for name in RELEASED},
            **{name: _frame(told[name], schema) for name, schema in SCHEMAS.items()},
            study=ReleasedStudy(**told["study"]),
            profile=Profile(**told["profile"]),
            release_id=told["release_id"],
            made=datetime.fromisoformat(told["made"]),
            code_version=told["code_version"],
            crosses_2019=told["crosses_2019"],
            comparison_ages=tuple(ages) if ages else None,
        )
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as error:
        what = f"the release cannot be read ({type(error).__name__})"
        raise StoreError(Fault(what, str(folder), "restore it from a copy, or make a new one: `forlob run`")) from None


def _frame(rows: list[dict[str, Any]], schema: pl.Schema) -> pl.DataFrame:
    dates = [name for name, dtype in schema.items() if dtype == pl.Date]
    text = pl.DataFrame(rows, schema=pl.Schema(dict(schema) | dict.fromkeys(dates, pl.String)))
    return text.with_columns(pl.col(dates).str.to_date("%Y-%m-%d"))
