"""The resource that runs stages over ranges of persons: on this machine or a cluster, as the settings say."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import dagster as dg
import polars as pl
from upath import UPath

from assets.progress import tell
from engines.choice import chosen
from engines.parts import forget_parts, made
from pipelines.stages import Stage
from settings import EngineSettings, Folders


class StageEngine:
    """The engine of a run over a store; joined when the first stage needs it, left when it is closed.

    Raises `EngineError` where the settings cannot be used.
    """

    def __init__(self, folders: Folders, settings: EngineSettings) -> None:
        self.engine, self.rows_a_range = chosen(settings)
        self.store = UPath(folders.store)
        self._open = ExitStack()
        self._open.callback(self.engine.close)

    def ready(self) -> None:
        """Raise `EngineError` where the engine cannot be used now; and forget what a run that was killed has left.

        Only where no other run is on the store.
        """
        forget_parts(self.store)
        self.engine.ready(self.store)

    @contextmanager
    def run(
        self, context: dg.AssetExecutionContext, stage: Stage, frames: Mapping[str, pl.LazyFrame], **settings: Any
    ) -> Iterator[dict[str, pl.LazyFrame]]:
        """The tables of a stage by output, as long as the block lasts; tells of each range where there are several."""

        def on_range(n: int, of: int) -> None:
            if of > 1:
                tell(f"{stage.name}: {n} of {of} ranges of persons")
                context.log.info(f"{n} of {of} ranges of persons")

        tables = made(
            self.engine, stage, frames, settings, self.store, rows_a_range=self.rows_a_range, on_range=on_range
        )
        with ExitStack() as block:
            self._open.callback(block.close)  # Dagster leaves a step whose table could not be written where it stands
            yield block.enter_context(tables)

    def close(self) -> None:
        """Remove the parts of steps that were left, and leave the engine."""
        self._open.close()


def stage_engine(folders: Folders, settings: EngineSettings) -> dg.ResourceDefinition:
    """The resource over a store: an engine for each run, or each process of a run."""

    def opened(_: dg.InitResourceContext) -> Iterator[StageEngine]:
        with closing(StageEngine(folders, settings)) as engine:
            yield engine

    return dg.ResourceDefinition(opened)
