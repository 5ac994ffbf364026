"""``datapackage.json``: what every column of the released tables is, for people and programs that open them later.

Here: the contracts and words turned into a Frictionless Data Package, version 1. Not here: the statements themselves
(``expectations/contracts``, ``texts.py``), the release's own account of how it was made (its manifest).
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pandera.polars as pa
import polars as pl

from expectations.contracts.columns import column as stated_column
from expectations.contracts.tables import TABLES
from reports.files import replacing
from reports.tables import RELEASED, ReleaseTables
from reports.texts import TEXTS

# Columns that are empty in a withheld row, whatever the contract of the table in the store says.
WITHHELD = re.compile(r"(n|share)(_.+)?|(mean|change)_.+")
WITHHELD_COLUMN = stated_column(
    pl.Boolean,
    "Whether disclosure control withheld figures of the row, which are empty then (docs/method.md § 7).",
)
TYPES = {pl.String: "string", pl.Float64: "number", pl.Boolean: "boolean"}
FORMATS = {
    "csv": {
        "profile": "tabular-data-resource",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "doubleQuote": True, "header": True},
    },
    "parquet": {"profile": "data-resource", "mediatype": "application/vnd.apache.parquet"},
}


def write_datapackage(folder: Path, tables: ReleaseTables) -> None:
    """Write ``datapackage.json`` to ``folder``, in which every table of ``RELEASED`` lies as CSV and as Parquet.

    It holds, of each file, its path, format, bytes, SHA-256 and schema: each column's name, type, title in Danish and
    English, meaning, unit, and what values it may have. The same tables always give the same bytes. Raises
    FileNotFoundError where one of the files is missing, StoreError when an older ``datapackage.json`` cannot be
    replaced.
    """
    study = tables.study
    package = {
        "profile": "data-package",
        "name": f"{study.id}-{tables.release_id}".lower(),
        "title": study.title_da,
        "title_en": study.title_en,
        "description": "Means and shares of groups of citizens, after disclosure control. A change over time is not an "
        "effect of the intervention.",
        "version": tables.release_id,
        "created": tables.made.isoformat(),
        "price_year": study.price_year,
        "disclosure_profile": tables.profile.profile,
        "resources": [
            _resource(folder / f"{name}.{kind}", getattr(tables, name), TABLES[name])
            for name in RELEASED
            for kind in FORMATS
        ],
    }
    with replacing(folder / "datapackage.json") as part:
        part.write_text(json.dumps(package, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")


def _resource(path: Path, table: pl.DataFrame, contract: pa.DataFrameSchema) -> dict[str, Any]:
    kind = path.suffix[1:]
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "name": path.name,
        "path": path.name,
        "title": f"A row is {contract.description}.",
        "format": kind,
        **FORMATS[kind],
        "bytes": path.stat().st_size,
        "hash": f"sha256:{digest}",
        "schema": {
            "fields": [_field(column, contract) for column in table.columns],
            "missingValues": [""],
        },
    }


def _field(name: str, contract: pa.DataFrameSchema) -> dict[str, Any]:
    stated = {**contract.columns, "withheld": WITHHELD_COLUMN}[name]
    dtype, (title_da, title_en) = stated.dtype.type, TEXTS[f"column.{name}"]
    unit = stated.metadata["unit"]
    constraints: dict[str, Any] = {}
    if not stated.nullable and not WITHHELD.fullmatch(name):
        constraints["required"] = True
    for check in stated.checks:
        known = check.statistics
        constraints |= {"enum": list(known["allowed_values"])} if "allowed_values" in known else {}
        constraints |= {"minimum": known["min_value"]} if "min_value" in known else {}
        constraints |= {"maximum": known["max_value"]} if "max_value" in known else {}
    return {
        "name": name,
        "type": "integer" if dtype.is_integer() else TYPES[dtype.base_type()],
        "title": title_da,
        "title_en": title_en,
        "description": stated.description,
        **({"unit": unit} if unit else {}),
        **({"constraints": constraints} if constraints else {}),
    }
