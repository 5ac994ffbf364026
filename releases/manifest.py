"""The manifest: what a release was made of, with what, under which rules, and what its files are.

Here: its parts, writing and reading it, and whether the files are still those released. Not here: how the files come to
be (`releases.folder`), nor what changed between two (`releases.compare`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from faults import Fault, StoreError
from releases.fingerprints import sha256_of

NAME = "manifest.json"
ABOUT = (
    "Hvad frigivelsen er lavet af, og filernes SHA-256; `forlob releases` efterprøver dem. / What the release was made "
    "of, and the SHA-256 of its files; `forlob releases` verifies them."
)


@dataclass(frozen=True)
class Manifest:
    """What is told of a release; every part is what JSON can hold, in this order."""

    release_id: str
    made: str  # ISO, UTC
    study: Mapping[str, Any]  # as its file states it, with the fingerprints of that file and of the participant list
    periods: list[int]
    profile: Mapping[str, Any]  # the data owner's thresholds, all of them
    registers: list[Mapping[str, Any]]  # register, data_start, data_end, files (null: the store does not say)
    catalogue: Mapping[str, Mapping[str, Any]]  # by file: sha256, laid_over
    code: Mapping[str, str | None]  # version, commit, sha256
    checks: Mapping[str, Mapping[str, int]]  # by kind: passed, warned, blocked, not_applicable
    withheld: Mapping[str, Mapping[str, int]]  # by table: rows, withheld
    audit: Mapping[str, Any] | None  # its verdict, and the fingerprint of the evidence that stays in the store
    files: list[Mapping[str, Any]] = field(default_factory=list)  # name, bytes, sha256; but this one
    about: str = ABOUT


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write the manifest into a folder whose other files are written, and name each with its bytes and SHA-256."""
    files = [
        {"name": path.name, "bytes": path.stat().st_size, "sha256": sha256_of(path)}
        for path in sorted(folder.iterdir())
    ]
    told = asdict(manifest) | {"files": files}
    (folder / NAME).write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Read a release's manifest; raises `StoreError` where it is gone or cannot be read."""
    path = folder / NAME
    mend = "restore the release from a copy; a new run makes a new one"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        manifest = Manifest(**{part.name: told[part.name] for part in fields(Manifest)})
        if not all(isinstance(file["name"] + file["sha256"], str) for file in manifest.files):
            raise TypeError("files")
        return manifest
    except OSError as error:
        raise StoreError(Fault(f"the manifest cannot be read ({type(error).__name__})", str(path), mend)) from None
    except (ValueError, KeyError, TypeError):
        raise StoreError(Fault("the manifest is not one that forlob wrote", str(path), mend)) from None


def changed_files(folder: Path, manifest: Manifest) -> dict[str, str]:
    """The files that are not as they were released: by name `missing`, `changed` or `added`; none where all are."""
    stated = {file["name"]: file["sha256"] for file in manifest.files}
    there = {path.name: path for path in folder.iterdir() if path.name != NAME}
    found = {name: "missing" for name in stated if name not in there}
    found |= {name: "changed" for name, path in there.items() if name in stated and sha256_of(path) != stated[name]}
    return dict(sorted((found | {name: "added" for name in there if name not in stated}).items()))


def refuse_changed(folder: Path, manifest: Manifest) -> None:
    """Raise `StoreError` with every file that is not as it was released."""
    changed = changed_files(folder, manifest)
    if changed:
        mend = "restore the file from a copy, or use another release: `forlob releases` lists them"
        raise StoreError(
            [Fault(f"a released file is {how}: {name}", str(folder), mend) for name, how in changed.items()]
        )
