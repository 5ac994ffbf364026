"""The state of every check of a store: what came of it when it was last made.

Here: the figures that suites were asked of, and one small file for each table (and year or study) and kind of check,
written also when the check blocks. Not here: the history of a check, which Dagster keeps and shows beside the asset.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from expectations.contracts.columns import polars_schema
from expectations.contracts.quality import FINDINGS
from expectations.contracts.studies import STUDY_TABLES
from expectations.findings import Finding, findings_table, read_findings
from faults import Fault, StoreError, StudyError

FOLDER = ("quality", "checks")
"""Where the states are below the store; below that by kind and by the table's key."""
MEASURES = ("quality", "measures")


def data_docs_of(store: Path) -> Path:
    """The site of a store's Data Docs, which Great Expectations builds."""
    return store / "quality" / "data_docs"


OF_A_STUDY = pl.col("asset").is_in([*STUDY_TABLES, "quarantine/participants", "extracts/participant_list"])


def write_state(store: Path, kind: str, partition: str | None, findings: Sequence[Finding]) -> None:
    """Write what was found of each table, in place of what was found of it before.

    Args:
        store: the store's folder.
        kind: what checked: `shape`, `contract`, `entry` or `suite`.
        partition: the year or study whose tables were checked; None for the whole.
        findings: what was found, of any number of tables.
    """
    for asset in dict.fromkeys(finding.check.asset for finding in findings):
        found = [finding for finding in findings if finding.check.asset == asset]
        path = store.joinpath(*FOLDER, kind, *asset.split("/"), f"{partition or 'alle'}.parquet")
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, findings_table(kind, partition, found))


def write_measures(store: Path, name: str, measures: pl.DataFrame) -> None:
    """Write the figures that a suite was asked of (`expectations.contracts.quality.MEASURES`), by its name."""
    path = store.joinpath(*MEASURES, f"{name}.parquet")
    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, measures)


def read_states(store: Path) -> pl.DataFrame:
    """Every check's state: `expectations.contracts.quality.FINDINGS`, in order of kind, table and partition."""
    paths = sorted(path for path in store.joinpath(*FOLDER).rglob("*.parquet") if not path.name.startswith("."))
    found = [pl.read_parquet(path, glob=False) for path in paths]
    return pl.concat(found) if found else pl.DataFrame(schema=polars_schema(FINDINGS))


def states_of(store: Path, known: set[str] | None, chosen: Sequence[str]) -> list[Finding]:
    """The state of the checks of registers, and of studies.

    Args:
        store: the store's folder.
        known: the studies there are; the state of others is left out. None is not known: all are there.
        chosen: the studies asked for; none means all.

    Raises:
        StoreError: the store holds no state.
        StudyError: it holds none of a study asked for.
    """
    states = read_states(store)
    if states.is_empty():
        mend = "run `forlob run` first, or name the store with --store"
        raise StoreError(Fault("the store holds no state of any check", str(store), mend))
    held = set(states.filter(OF_A_STUDY).get_column("partition"))
    there = held if known is None else held & known
    missing = [study for study in chosen if study not in there]
    if missing:
        mend = f"run it first; the store has: {', '.join(sorted(there)) or 'none'}"
        raise StudyError(
            [Fault(f"the store holds no state of the study {study!r}", str(store), mend) for study in missing]
        )
    wanted = list(chosen or there)
    return read_findings(states.filter(~OF_A_STUDY | pl.col("partition").is_in(wanted)))


def _replace(path: Path, table: pl.DataFrame) -> None:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    table.write_parquet(unfinished)
    unfinished.replace(path)
