"""The engine of one machine: ranges of persons one after another in this process, which also bounds its memory."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from upath import UPath

from engines.parts import Part


class Local:
    """Makes parts here, each on all cores that Polars has."""

    def ready(self, store: UPath) -> None:
        """It always is."""

    def make(self, parts: Sequence[Part]) -> Generator[None]:
        """Make the parts in order; an error is the one that the stage raised."""
        for part in parts:
            part.make()
            yield

    def close(self) -> None:
        """Nothing was opened."""
