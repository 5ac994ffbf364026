"""Shape before anything: every delivered file, participant list and catalogue file is opened before a row is read.

Here: names and types of what comes from outside, shown beside it. Not here: the shapes themselves
(`expectations.contracts`), nor the rows (`assets.registers`).
"""

from collections.abc import Callable, Sequence
from functools import partial

import dagster as dg

from assets.checks import check_spec, tell
from assets.extracts import CATALOGUE_KEY, LIST_KEY, extract_key
from assets.failures import IO_RETRIES, clear_errors
from assets.workspace import Workspace
from catalogue.columns import LPR2
from deliveries.folder import Delivery
from deliveries.lists import read_participant_list
from deliveries.sources import Source, open_sources
from expectations.contracts.catalogue import CATALOGUE_FILES
from expectations.findings import Check, Finding
from expectations.validate import contract_faults, hold
from faults import CatalogueError, DeliveryError, Fault, ForlobError

KIND = "shape"


def shape_checks(studies: dg.PartitionsDefinition, registers: Sequence[str]) -> list[dg.AssetChecksDefinition]:
    """Whether what comes from outside has the columns that its contract states; blocks all that is made of it.

    Args:
        studies: the partitions of participant lists.
        registers: those of the workspace.
    """
    from_outside = [*(extract_key(register) for register in registers), CATALOGUE_KEY]
    of_list = _check(LIST_KEY)

    @dg.multi_asset_check(
        name="shape_of_deliveries",
        description="Opens every delivered file and the catalogue, before a row is read.",
        specs=[check_spec(_check(key), blocking=True) for key in from_outside],
        can_subset=True,
        retry_policy=IO_RETRIES,
    )
    @clear_errors
    def shape_of_deliveries(context: dg.AssetCheckExecutionContext, workspace: Workspace):
        findings, faults = shapes_of_deliveries(workspace)
        yield from tell(context, workspace, KIND, findings)
        if faults:
            raise together(faults)

    @dg.multi_asset_check(
        name="shape_of_list",
        description="Opens the study's participant list, before a row is read.",
        specs=[check_spec(of_list, blocking=True, partitions=studies)],
        retry_policy=IO_RETRIES,
    )
    @clear_errors
    def shape_of_list(context: dg.AssetCheckExecutionContext, workspace: Workspace):
        faults: list[ForlobError] = []
        study = workspace.study(context.partition_key)
        finding = _tried(of_list, 1, lambda: read_participant_list(study.participants, study.group_column), faults)
        yield from tell(context, workspace, KIND, [finding], study.id)
        if faults:
            raise faults[0]

    return [shape_of_deliveries, shape_of_list]


def shapes_of_deliveries(workspace: Workspace) -> tuple[list[Finding], list[ForlobError]]:
    """What is found of the shape of every delivered file and of the catalogue, and the errors to be told."""
    found = workspace.found().deliveries
    faults: list[ForlobError] = []
    findings = []
    try:
        _refuse_a_part_of_lpr2(workspace)
    except DeliveryError as error:
        faults.append(error)
    for register, deliveries in found.items():
        files = sum(len(delivery.paths) for delivery in deliveries)
        tried = partial(_opened, workspace, register, deliveries)
        findings.append(_tried(_check(extract_key(register)), files, tried, faults))
    of_catalogue = partial(_hold_catalogue, workspace)
    findings.append(_tried(_check(CATALOGUE_KEY), len(CATALOGUE_FILES), of_catalogue, faults))
    return findings, faults


def open_every_register(workspace: Workspace) -> dict[str, list[Source]]:
    """The files of all registers; what is wrong with any of them is told before a row is read."""
    opened: dict[str, list[Source]] = {}
    faults: list[Fault] = []
    _refuse_a_part_of_lpr2(workspace)
    for register, found in workspace.found().deliveries.items():
        try:
            opened[register] = _opened(workspace, register, found)
        except DeliveryError as error:
            faults += error.faults
    if faults:
        raise DeliveryError(faults)
    return opened


def _refuse_a_part_of_lpr2(workspace: Workspace) -> None:
    """Raise `DeliveryError` where some of LPR2's registers are delivered and some are not: its use would be a part."""
    missing = [register.upper() for register in LPR2 if register not in workspace.registers]
    there = [register.upper() for register in LPR2 if register in workspace.registers]
    if missing and there:
        what = f"LPR2 is delivered in part: {' and '.join(there)} without {' and '.join(missing)}"
        mend = f"deliver {' and '.join(missing)} too, or take {' and '.join(there)} out of the folder"
        raise DeliveryError(Fault(what, workspace.extracts, mend))


def _opened(workspace: Workspace, register: str, deliveries: Sequence[Delivery]) -> list[Source]:
    return open_sources(workspace.contract(register), deliveries)


def together(errors: Sequence[ForlobError]) -> ForlobError:
    """Several errors as one, each fault once, with the exit code of the first."""
    one = ForlobError(list(dict.fromkeys(fault for error in errors for fault in error.faults)))
    one.exit_code = errors[0].exit_code
    return one


def _tried(check: Check, files: int, work: Callable[[], object], faults: list[ForlobError]) -> Finding:
    if not files:
        return Finding(check, "not_applicable", note="Ikke leveret / not delivered")
    try:
        work()
    except ForlobError as error:
        faults.append(error)
        return Finding(check, "failed", len(error.faults), None, None)
    return Finding(check, "passed", 0, files)


def _hold_catalogue(workspace: Workspace) -> None:
    catalogue = workspace.read_catalogue()
    faults = []
    for name, contract in CATALOGUE_FILES.items():
        faults += contract_faults(hold(getattr(catalogue, name).lazy(), contract), contract)
    if faults:
        raise CatalogueError(faults)


def _check(key: dg.AssetKey) -> Check:
    return Check(
        asset="/".join(key.path),
        name=KIND,
        severity="block",
        title_da="Filerne har de kolonner, kontrakten nævner",
        title_en="The files have the columns their contract states",
        why_da="En manglende eller fejlmærket kolonne skal stoppe kørslen, før en række er læst.",
        why_en="A column that is missing or mislabelled must stop the run before a row is read.",
        mend_da="Læs fejlen i kørslen: den nævner hver fil og kolonne. Bed om filen igen.",
        mend_en="Read the run's error: it names every file and column. Ask for the file again.",
        upper=0,
    )
