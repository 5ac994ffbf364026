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
from expectations.findings import Check, Finding, findings_table, read_findings
from faults import Fault, StoreError, StudyError

FOLDER = ("quality", "checks")
"""Where the states are below the store; below that by kind and by the table's key."""
MEASURES = ("quality", "measures")
PENDING = "pending"
WHOLE_SUITE = "suite"
"""The name of the check that none of a suite's checks blocks."""
OF_REGISTERS = pl.col("asset").str.contains(r"^(registers|coverage|spells|population)/")
"""What stops studies as long as it blocks: what a study is made of must be whole."""
POPULATION = "population/citizens"
"""The table by which the population's tables, which are made together, are known to be of present rows or not."""


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


def await_followers(store: Path, register: str) -> None:
    """Note that a register is about to be replaced: until what is made of it is made again, no study may be."""
    note = "Ikke lavet, siden registret kom ind / not made since the register came in"
    for asset in (f"registers/{register}", POPULATION):
        write_state(store, PENDING, None, [Finding(_followed(asset), "failed", note=note)])


def followers_made(store: Path, asset: str) -> None:
    """Note that what is made of a register (`registers/dream`), or the population, is of present rows."""
    write_state(store, PENDING, None, [Finding(_followed(asset), "passed")])


def _followed(asset: str) -> Check:
    return Check(
        asset=asset,
        name="followed",
        severity="block",
        title_da="Det, der bygger på registrene, er lavet af deres nuværende rækker",
        title_en="What is made of the registers is made of their present rows",
        why_da="Nye rækker ved siden af gamle forløb ville ligne intet forbrug.",
        why_en="New rows beside old spells would look like no use.",
        mend_da="Kør `forlob run` (eller yearly_run) til ende.",
        mend_en="Let `forlob run` (or yearly_run) run to its end.",
    )


def blocking(store: Path, quality_checks: pl.DataFrame, study: str | None = None) -> list[Finding]:
    """The findings that forbid making anything of a study: of what it is made from, and of itself.

    Args:
        store: the store's folder.
        quality_checks: the catalogue's checks; what came of others does not count any more.
        study: the study whose own suite counts too, when something is to leave the store.
    """
    states = stated(read_states(store), quality_checks)
    own = OF_A_STUDY & (pl.col("partition") == study) if study else pl.lit(value=False)
    return [finding for finding in read_findings(states.filter(OF_REGISTERS | own)) if finding.blocks]


def tally(store: Path, quality_checks: pl.DataFrame, study: str) -> dict[str, dict[str, int]]:
    """How many checks of the registers and of a study came out how, by kind of check.

    Returns:
        By kind (`contract`, `entry`, ...), sorted: `passed`, `warned`, `blocked`, `not_applicable`.
    """
    states = stated(read_states(store), quality_checks)
    own = states.filter(~OF_A_STUDY | (pl.col("partition") == study))
    return {
        str(kind): {
            "passed": sum(one.state == "passed" for one in found),
            "warned": sum(one.warns for one in found),
            "blocked": sum(one.blocks for one in found),
            "not_applicable": sum(one.state == "not_applicable" for one in found),
        }
        for (kind,), rows in sorted(own.group_by("kind"))
        for found in [read_findings(rows)]
    }


def stated(states: pl.DataFrame, quality_checks: pl.DataFrame) -> pl.DataFrame:
    """The states without those of the catalogue's checks that it no longer states."""
    by_catalogue = pl.col("kind").is_in(["entry", "suite"]) & (pl.col("check") != WHOLE_SUITE)
    known = states.join(
        quality_checks.select("asset", "check"), on=["asset", "check"], how="semi", maintain_order="left"
    )
    return pl.concat([states.filter(~by_catalogue), known.filter(by_catalogue)])


def forget_withdrawn(store: Path, register: str, first_year: str) -> None:
    """Take away the states of a register's years before the first that is delivered, which are partitions no more."""
    for path in store.joinpath(*FOLDER).rglob("[0-9]*.parquet"):
        if path.parent.name in (register, f"{register}_by_year") and path.stem < first_year:
            path.unlink()


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


def states_of(
    store: Path, known: set[str] | None, chosen: Sequence[str], quality_checks: pl.DataFrame
) -> list[Finding]:
    """The state of the checks of registers, and of studies.

    Args:
        store: the store's folder.
        known: the studies there are; the state of others is left out. None is not known: all are there.
        chosen: the studies asked for; none means all.
        quality_checks: the catalogue's checks.

    Raises:
        StoreError: the store holds no state.
        StudyError: it holds none of a study asked for.
    """
    states = stated(read_states(store), quality_checks)
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
