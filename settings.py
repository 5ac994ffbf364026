"""Where things are and where they are worked on, from the command line or the environment.

A workspace is a folder with `extracts/` (deliveries), `studies/`, `store/` (restricted) and `release/`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

PREFIX = "FORLOB_"
HISTORY = ".dagster"
"""Below the store: runs and events, and what else is of this store and no table of it."""
DATA_DOCS_URL = "FORLOB_DATA_DOCS_URL"
"""Names where `forlob ui` shows the pages on quality, for the links to them."""


@dataclass(frozen=True)
class Folders:
    """The folders of a workspace; `catalogue` is laid over the shipped one, None uses the shipped one alone."""

    extracts: Path
    studies: Path
    store: Path
    release: Path
    catalogue: Path | None = None

    @classmethod
    def below(cls, folder: Path) -> Folders:
        """The folders of a workspace kept in one place."""
        return cls(*(folder.absolute() / name for name in ("extracts", "studies", "store", "release")))

    @classmethod
    def from_environment(cls) -> Folders:
        """`FORLOB_EXTRACTS`, `FORLOB_STUDIES`, ... where set, else the folders below the current one."""
        below = cls.below(Path.cwd())
        stated = {field.name: os.environ.get(PREFIX + field.name.upper()) for field in fields(cls)}
        return cls(
            **{name: Path(value).absolute() if value else getattr(below, name) for name, value in stated.items()}
        )

    def as_environment(self) -> dict[str, str]:
        """The environment variables from which `from_environment` reads these folders."""
        return {PREFIX + f.name.upper(): str(getattr(self, f.name)) for f in fields(self) if getattr(self, f.name)}

    @property
    def instance(self) -> Path:
        """Where Dagster keeps runs and events: with the store, so that command and UI see the same history."""
        return self.store / HISTORY


EngineName = Literal["local", "dask"]


@dataclass(frozen=True)
class EngineSettings:
    """What runs the stages, as somebody stated it; `engines.choice` tells what cannot be used."""

    engine: str = "local"
    dask_scheduler: str | None = None
    dask_workers: str | None = None
    rows_a_range: str | None = None

    @classmethod
    def from_environment(cls) -> EngineSettings:
        """`FORLOB_ENGINE`, `FORLOB_DASK_SCHEDULER`, ... where set."""
        stated = {field.name: os.environ.get(PREFIX + field.name.upper()) for field in fields(cls)}
        return cls(**{name: value for name, value in stated.items() if value})
