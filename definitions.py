"""The code location that Dagster loads: the workspace and the engine that the environment names."""

from __future__ import annotations

from assets.location import build
from settings import EngineSettings, Folders

defs = build(Folders.from_environment(), EngineSettings.from_environment())
