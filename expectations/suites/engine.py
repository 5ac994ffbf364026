"""Great Expectations set up: quiet, in memory, without the network.

Here: its import, its contexts and its log. Not here: what is run (`running.py`) and what is shown (`data_docs.py`).
Its import takes seconds: this module is imported where a suite runs or its pages are built, nowhere else.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any


@contextmanager
def quiet() -> Iterator[None]:
    """Keep warnings and log of Great Expectations from the terminal, and raise what it only logs as an error.

    A page that it cannot build is such an error: it would be missing and nobody told.
    """
    logger, errors = logging.getLogger("great_expectations"), _Errors(logging.ERROR)
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(errors)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.removeHandler(errors)
        logger.propagate = propagate
    if errors.told:
        raise RuntimeError(errors.told[0])


class _Errors(logging.Handler):
    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())


os.environ["GX_ANALYTICS_ENABLED"] = "False"  # 1.24 sends nothing; this holds for releases that would
with quiet():
    import great_expectations as gx
    from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

RESULTS = "validation_results_store"
"""The name of the store of results in every context."""


@cache
def running() -> Any:
    """The batch definition that suites run on, in the one context of the process in which they run."""
    context = _context(InMemoryStoreBackendDefaults())
    return (
        context.data_sources.add_pandas("forlob")
        .add_dataframe_asset("measures")
        .add_batch_definition_whole_dataframe("all")
    )


def showing(results: Path, sites: Mapping[str, Any]) -> Any:
    """A context over the results kept in a folder, which builds `sites` of them."""
    defaults = InMemoryStoreBackendDefaults()
    defaults.stores[RESULTS] = {"class_name": "ValidationResultsStore", "store_backend": files(results)}
    defaults.data_docs_sites = dict(sites)
    return _context(defaults)


def files(folder: Path) -> dict[str, Any]:
    """The configuration of a store that keeps its files in a folder."""
    return {
        "class_name": "TupleFilesystemStoreBackend",
        "base_directory": str(folder.resolve()),
        "suppress_store_backend_id": True,
    }


def _context(defaults: InMemoryStoreBackendDefaults) -> Any:
    config = DataContextConfig(
        store_backend_defaults=defaults,
        analytics_enabled=False,
        progress_bars={"globally": False, "metric_calculations": False},
    )
    return gx.get_context(mode="ephemeral", project_config=config)
