"""Running the assets in this process, for the command line: the same jobs that the UI shows, in the order they need.

Here: which runs, in which order, with progress, and what came of them. Not here: what a run does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import dagster as dg

from assets.failures import EXIT_CODE
from assets.jobs import OF_A_YEAR, SHAPE_OF_LIST, STUDY_TABLES, bef_run, delivered_years, study_run, yearly_run
from assets.persons import KEY
from assets.progress import told_of_steps
from assets.shapes import KIND as SHAPE
from assets.shapes import shapes_of_deliveries, together
from assets.workspace import Workspace
from catalogue.reader import Catalogue
from deliveries.lists import read_participant_list
from deliveries.studies import Study, read_studies
from expectations.contracts.deliveries import BEF, DELIVERIES
from expectations.states import FOLDER, write_state
from expectations.thresholds import SUITE as ENTRY
from faults import CatalogueError, DeliveryError, Fault, ForlobError, StudyError

UNFORESEEN = 1
INTERRUPTED = 130
QUIET = {"loggers": {"steps": {}}}
"""No console logger: the command tells what happened itself, and everything is in the event log all the same."""


@dataclass(frozen=True)
class Step:
    """One run to be made: what people call it, its job, its partition, the assets to make of it where not all, and
    whether their suites run too.
    """

    title: str
    job: str
    partition: str
    selection: dg.AssetSelection | None = None
    suites: bool = True


@dataclass
class Account:
    """What came of a register's delivered rows, over all its files."""

    received: int = 0
    set_aside: dict[str, int] = field(default_factory=dict)
    data_end: str | None = None


@dataclass
class Outcome:
    """What came of the runs: each register's account, warnings they logged, and the failure that stopped them."""

    registers: dict[str, Account] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    failure: str | None = None
    exit_code: int = 0


@dataclass(frozen=True)
class Plan:
    """The studies and the runs to make, what a reader of the results should know beforehand, and the registers that
    come a year at a time with the first of their years.
    """

    studies: list[Study]
    steps: list[Step]
    warnings: list[str]
    first_year: str
    by_year: list[str]


def plan(workspace: Workspace, study_ids: Sequence[str]) -> Plan:
    """Check what can be checked before any work, and say which runs to make.

    Args:
        workspace: the folders.
        study_ids: the studies to run; none means all.

    Raises:
        ForlobError: deliveries, catalogue, study files or participant lists that cannot be used; all of them at once.
    """
    faults: list[ForlobError] = []
    studies: list[Study] = []
    catalogues: list[Catalogue] = []
    years: list[str] = []

    def check(work: Callable[[], object]) -> None:
        try:
            work()
        except ForlobError as error:
            faults.append(error)

    def check_years() -> None:
        years.extend(delivered_years(workspace))
        if not workspace.deliveries(BEF.register):
            what = "no delivery of BEF, without which nobody is known to be in the population"
            raise DeliveryError(Fault(what, workspace.extracts, "deliver its snapshots, such as bef202012.parquet"))

    check(check_years)
    check(lambda: _shapes(workspace))
    check(lambda: studies.extend(_chosen(workspace, study_ids)))
    check(lambda: catalogues.append(workspace.read_catalogue()))
    for study in studies:
        check(partial(read_participant_list, study.participants, study.group_column))
        for catalogue in catalogues:
            check(partial(_profile, catalogue, study))
            check(partial(_look_backs, catalogue, study))
            check(partial(workspace.catalogue_of, study))
    if faults:
        raise together(faults)
    *older, newest = years
    of_years = (("registers",), (*FOLDER, ENTRY, "registers"))  # a year that was blocked has a state and no table
    entered = {
        path.stem
        for parts in of_years
        for register in by_year(workspace)
        for path in Path(workspace.store, *parts, register).glob("[0-9]*.parquet")
    }
    withdrawn = {year for year in entered - set(years) if years[0] < year}  # earlier years are no partitions any more
    # The newest year last: its suites compare years, and look other registers' citizens up in BEF.
    first, *rest = [*sorted({*older, *withdrawn}), newest]
    with_key = OF_A_YEAR | dg.AssetSelection.assets(KEY)
    steps = [Step(f"bef_run {first}", bef_run.name, first, with_key, suites=False)] if rest else []
    steps += [Step(f"bef_run {year}", bef_run.name, year, OF_A_YEAR, suites=False) for year in rest[:-1]]
    steps += [Step(f"yearly_run {newest}", yearly_run.name, newest)]
    steps += [
        Step(f"study_run {study.id}", study_run.name, study.id, STUDY_TABLES | SHAPE_OF_LIST) for study in studies
    ]
    ignored = [f"not read: {path.name}: {why}" for path, why in workspace.found().ignored]
    return Plan(studies, steps, [*catalogues[0].warnings, *ignored], years[0], by_year(workspace))


def by_year(workspace: Workspace) -> list[str]:
    """The workspace's registers that come a year at a time."""
    return [register for register in workspace.registers if DELIVERIES[register].by_year]


def make_runs(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    steps: Sequence[Step],
    on_asset: Callable[[str], None] = lambda name: None,
) -> Iterator[Step | Outcome]:
    """Make the runs one after another; yields each step before it starts, and the outcome at the end or a failure.

    `on_asset` is called with the name of what is being made, as it begins.
    """
    repository = definitions.get_repository_def()
    outcome = Outcome()
    for step in steps:
        yield step
        job = repository.get_job(step.job)
        if step.selection:
            job = _subset(job, step.selection, repository.asset_graph, suites=step.suites)
        with told_of_steps(on_asset):
            result = job.execute_in_process(
                partition_key=step.partition,
                instance=instance,
                raise_on_error=False,
                run_config=QUIET,
            )
        _account(outcome, result)
        outcome.warnings += _warnings(instance, result.run_id)
        if not result.success:
            outcome.failure, outcome.exit_code = _failure(result)
            break
    outcome.warnings += _set_aside(outcome.registers)
    yield outcome


def _subset(
    job: dg.JobDefinition, selection: dg.AssetSelection, graph: dg.AssetGraph, *, suites: bool
) -> dg.JobDefinition:
    """The job over some assets, with the checks made in their own steps, and with or without their suites."""
    assets = selection.resolve(graph)
    own = {key for asset in assets for key in graph.get_execution_set_asset_and_check_keys(asset)}
    checks = selection.resolve_checks(graph) if suites else own - assets
    return job.get_subset(asset_selection=assets, asset_check_selection=checks)


def _shapes(workspace: Workspace) -> None:
    """Refuse wrong shapes; where there is a store already, its state says so too."""
    findings, faults = shapes_of_deliveries(workspace)
    if Path(workspace.store, FOLDER[0]).is_dir():
        write_state(Path(workspace.store), SHAPE, None, findings)
    if faults:
        raise together(faults)


def _chosen(workspace: Workspace, study_ids: Sequence[str]) -> list[Study]:
    studies = read_studies(Path(workspace.studies))
    known = {study.id for study in studies}
    unknown = [study_id for study_id in study_ids if study_id not in known]
    if unknown:
        mend = f"the studies there are: {', '.join(sorted(known))}"
        raise StudyError(
            [Fault(f"there is no study with the id {name!r}", workspace.studies, mend) for name in unknown]
        )
    return [study for study in studies if not study_ids or study.id in study_ids]


def _profile(catalogue: Catalogue, study: Study) -> None:
    """Refuse a study whose profile the catalogue lacks: it would be missed when all tables are made."""
    try:
        catalogue.profile(study.profile)
    except CatalogueError as error:
        told = [Fault(fault.what, f"{study.path}, key `profile`", fault.mend) for fault in error.faults]
        raise StudyError(told) from None


def _look_backs(catalogue: Catalogue, study: Study) -> None:
    """Refuse a look-back of a category that the catalogue lacks: it would have no effect."""
    known = catalogue.services_before_start.get_column("category").unique(maintain_order=True).to_list()
    unknown = [category for category in study.look_back if category not in known]
    if unknown:
        where, mend = f"{study.path}, key `look_back`", f"name one of {', '.join(known)}, or add it to the catalogue"
        what = f"services_before_start.csv has no category {', '.join(map(repr, unknown))}"
        raise StudyError(Fault(what, where, mend))


def _account(outcome: Outcome, result: dg.ExecuteInProcessResult) -> None:
    for event in result.get_asset_materialization_events():
        made = event.materialization
        if made.asset_key.path[0] != "quarantine" or "rows_received" not in made.metadata:
            continue
        account = outcome.registers.setdefault(str(made.metadata["register"].value), Account())
        account.received += int(made.metadata["rows_received"].value)  # type: ignore[arg-type]
        for reason, n in made.metadata["reasons"].value.items():  # type: ignore[union-attr]
            account.set_aside[reason] = account.set_aside.get(reason, 0) + n
        account.data_end = max(account.data_end or "", str(made.metadata["data_end"].value))


def _set_aside(registers: Mapping[str, Account]) -> list[str]:
    """A line for each register of which rows were set aside, over all its years."""
    return [
        f"{register.upper()}: {sum(account.set_aside.values()):,} of {account.received:,} rows are set aside "
        f"({', '.join(f'{reason} {n:,}' for reason, n in sorted(account.set_aside.items()))}): see store/quarantine/"
        f"{register}.parquet"
        for register, account in sorted(registers.items())
        if account.set_aside
    ]


def _warnings(instance: dg.DagsterInstance, run_id: str) -> list[str]:
    entries = instance.all_logs(run_id)
    return [e.user_message for e in entries if e.level == logging.WARNING and e.user_message]


def _failure(result: dg.ExecuteInProcessResult) -> tuple[str, int]:
    """What every step that failed says, and the exit code of the first."""
    failed = [_told(event) for event in result.all_events if event.is_step_failure]
    if not failed:
        return "the run failed before any step", UNFORESEEN
    return "\n".join(message for message, _ in failed), failed[0][1]


def _told(event: dg.DagsterEvent) -> tuple[str, int]:
    data = event.step_failure_data
    told = data.user_failure_data
    if told:
        code = told.metadata.get(EXIT_CODE)
        return f"{event.step_key}: {told.description}", int(code.value) if code else UNFORESEEN
    name = data.error.cls_name if data.error else None
    if name == "DagsterExecutionInterruptedError":
        return f"{event.step_key}: stopped by the user", INTERRUPTED
    return f"{event.step_key}: {name or 'failed'}", UNFORESEEN
