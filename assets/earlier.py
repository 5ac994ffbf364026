"""What of earlier releases the next one must know: what they told, and of whom.

Here: reading releases back for disclosure control, and keeping in the store what lay behind them. Not here: what is
made of it (`pipelines.disclosure.earlier`), nor how releases come to be (`releases.folder`).
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from catalogue.profiles import Profile
from faults import Fault, StoreError
from pipelines.before_start import BEFORE_START_SCHEMA
from pipelines.disclosure.earlier import Earlier
from pipelines.disclosure.protect import IS_COMPARED
from pipelines.gate import Passed
from releases.fingerprints import sha256_of
from releases.folder import releases_of
from releases.manifest import Manifest, read_manifest, refuse_changed

RELEASED = ("cost_table", "employment_table", "characteristics", "participant_flow")
LATER = "before_start"
"""A table that releases of earlier versions of forlob lack."""
EVIDENCE, BASE = "evidence.parquet", "study_base.parquet"


def earlier_releases(folder: Path, store: Path) -> list[Earlier]:
    """The releases of a study that stand in its folder, the oldest first.

    What was taken out cannot be taken back, so that every one counts; one that never left the house is taken back by
    removing its folder.

    Raises:
        StoreError: a release's files are not as they were released, or cannot be read.
    """
    found = []
    for path in releases_of(folder):
        manifest = read_manifest(path)
        refuse_changed(path, manifest)
        try:
            tables = {name: pl.read_parquet(path / f"{name}.parquet", glob=False) for name in RELEASED}
            later = path / f"{LATER}.parquet"
            asked = pl.read_parquet(later, glob=False) if later.exists() else pl.DataFrame(schema=BEFORE_START_SCHEMA)
            profile = Profile(**manifest.profile)
        except (OSError, TypeError, pl.exceptions.PolarsError) as error:
            what = f"an earlier release cannot be read ({type(error).__name__})"
            mend = "restore it from a copy; what it told cannot be kept apart from what the next one tells"
            raise StoreError(Fault(what, str(path), mend)) from None
        rows = pl.concat([tables["cost_table"].filter(~IS_COMPARED), tables["employment_table"]])
        base = _base_of(audits_of(store, folder.name) / path.name, manifest)
        counts = tables["characteristics"], asked, tables["participant_flow"]
        found.append(Earlier(path.name, rows, *counts, profile, base))
    return found


def _base_of(kept: Path, manifest: Manifest) -> pl.DataFrame | None:
    """Of whom a release was, if what is kept is its own, and not of a run that another took the id from."""
    evidence = kept / EVIDENCE
    if not evidence.exists() or sha256_of(evidence) != manifest.audit.get("evidence_sha256"):
        return None
    return pl.read_parquet(kept / BASE, glob=False) if (kept / BASE).exists() else None


def keep_evidence(store: Path, study: str, release_id: str, passed: Passed) -> str:
    """Keep in the store what the audit found, its verdict, and of whom the tables are; returns the evidence's SHA-256.

    The evidence brackets withheld figures and the study base names citizens by number: neither leaves the store.
    """
    folder = audits_of(store, study) / release_id
    folder.mkdir(parents=True, exist_ok=True)
    passed.evidence.write_parquet(folder / EVIDENCE)
    passed.base.sort("group_by", "group", "person").write_parquet(folder / BASE)
    outcome = passed.verdict
    told = {"passed": outcome.passed, "figures_attacked": outcome.figures, "leaks": outcome.leaks.height}
    (folder / "verdict.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    return sha256_of(folder / EVIDENCE)


def audits_of(store: Path, study: str) -> Path:
    """Where the store keeps what lay behind each release of a study, by its id."""
    return store / "audit" / study
