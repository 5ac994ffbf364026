"""What runs leave in a workspace, to be compared: before and after, or of two of them."""

from __future__ import annotations

import hashlib
from pathlib import Path

DATED = {".dagster", ".results", "data_docs"}
"""The history of runs and suites, which tells when they were."""


def digests(root: Path) -> dict[str, str]:
    """The files of the store and of the releases by their path in the workspace, each with a digest of its bytes."""
    found = [path for folder in ("store", "release") for path in (root / folder).rglob("*") if path.is_file()]
    kept = [path for path in found if not DATED & set(path.parts) and path.suffix != ".lock"]
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept}
