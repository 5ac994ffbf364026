"""The results of runs that are kept, so that Data Docs show how quality went from run to run.

Here: writing a result and dropping old ones. Not here: how a result is made (`running.py`) or shown (`pages.py`).
A result lies where Great Expectations looks for it: `<suite>/<run name>/<run time>/<batch>.json`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from great_expectations.core import ExpectationSuiteValidationResult
from great_expectations.data_context.store import ValidationResultsStore
from great_expectations.data_context.types.resource_identifiers import (
    ExpectationSuiteIdentifier,
    ValidationResultIdentifier,
)

KEPT = 20
"""Results kept of a suite, of as many days: twenty yearly runs, and no more than a reader looks through."""
DAY = 8
"""The first characters of a run's time, `yyyymmdd`, are its day."""


def keep(result: ExpectationSuiteValidationResult, folder: Path) -> None:
    """Write a result whole or not at all; of its suite the last of each day is kept, of the newest `KEPT` days."""
    suite = ExpectationSuiteIdentifier(name=result.suite_name)
    *parts, name = ValidationResultIdentifier(suite, result.meta["run_id"], result.batch_id).to_tuple()
    run = folder.joinpath(*parts)
    run.mkdir(parents=True, exist_ok=True)
    unfinished = run / f".{name}"
    unfinished.write_text(ValidationResultsStore().serialize(result), encoding="utf-8")
    unfinished.replace(run / f"{name}.json")
    runs = sorted((folder / result.suite_name).glob("*/*"), key=lambda kept: kept.name)
    wanted = list({kept.name[:DAY]: kept for kept in runs}.values())[-KEPT:]
    for old in set(runs) - set(wanted):
        shutil.rmtree(old)
