"""The code location that Dagster loads: the workspace that the environment names."""

from __future__ import annotations

from assets.location import build
from settings import Folders

defs = build(Folders.from_environment())
