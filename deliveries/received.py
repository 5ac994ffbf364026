"""Which files each register of the store was made of: noted when it comes in, read when a study is released.

Here: names, sizes, times and SHA-256 of files. Not here: what stands in them. What lies in the folder of deliveries
later may be other files, and Dagster's history may be of another machine; so the store itself says it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deliveries.folder import Delivery

FOLDER = "deliveries"
"""Below the store: a file a register, of a periodic register a file a year."""


def write_received(
    store: Path, register: str, year: str | None, deliveries: Sequence[Delivery], extracts: Path
) -> None:
    """Note the files of a register, or of its year, in place of those noted before.

    A file of the same name, size and time of change as before is not read again.
    """
    path = store / FOLDER / register / f"{year or 'alle'}.json"
    known = {(file["name"], file["bytes"], file["modified"]): file["sha256"] for file in _read(path) or []}
    files = []
    for delivered in (file for delivery in deliveries for file in delivery.paths):
        stat = delivered.stat()
        name = delivered.relative_to(extracts).as_posix()
        modified = datetime.fromtimestamp(stat.st_mtime, UTC).isoformat()
        digest = known.get((name, stat.st_size, modified)) or _sha256(delivered)
        files.append({"name": name, "bytes": stat.st_size, "modified": modified, "sha256": digest})
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_text(json.dumps(files, ensure_ascii=False, indent=1), encoding="utf-8")
    unfinished.replace(path)


def received(store: Path, register: str) -> list[dict[str, Any]] | None:
    """The files that a register of the store was made of: `name`, `bytes`, `modified`, `sha256`, sorted by name.

    None where the store does not say, having been made before forlob noted them.
    """
    found = [_read(path) or [] for path in (store / FOLDER / register).glob("*.json")]
    return sorted((file for files in found for file in files), key=lambda file: file["name"]) if found else None


def forget_received(store: Path, register: str, first_year: str) -> None:
    """Take away the notes of a periodic register's years before the first that is delivered."""
    for path in (store / FOLDER / register).glob("[0-9]*.json"):
        if path.stem < first_year:
            path.unlink()


def _read(path: Path) -> list[dict[str, Any]] | None:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
