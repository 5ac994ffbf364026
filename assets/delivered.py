"""What came of a delivery: its account, told beside the register, and stopped where too much of it is set aside.

Here: counts, files and data ends as metadata, findings at entry, the warnings. Not here: the tables made of the rows
(`assets.registers`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import dagster as dg
import polars as pl

from assets.checks import outputs, partition_of, tell
from assets.extracts import FINGERPRINTS
from assets.workspace import Workspace
from deliveries.entry import Entered
from deliveries.folder import Delivery
from deliveries.quarantine import quarantine_schema
from deliveries.received import write_received
from deliveries.sources import Source
from deliveries.values import PNR_WIDTH
from deliveries.wide import WideRows
from expectations.contracts.columns import polars_schema
from expectations.contracts.deliveries import read_columns
from expectations.contracts.delivery import DeliveryContract
from expectations.contracts.quality import PROFILE
from expectations.contracts.registers import COVERAGE, REGISTERS
from expectations.findings import Check, Finding, refuse_blocking
from expectations.states import await_followers
from expectations.thresholds import ACCOUNT, entry_findings
from expectations.thresholds import SUITE as ENTRY
from faults import QualityError


def quarantine_key(contract: DeliveryContract) -> dg.AssetKey:
    """Where a run sets rows aside: of a register that comes a year at a time a file a year, gathered in
    `quarantine/<register>` after.
    """
    return dg.AssetKey(["quarantine", contract.register + ("_by_year" if contract.by_year else "")])


def is_refused(contract: DeliveryContract, at_entry: pl.DataFrame, rows: WideRows) -> bool:
    """Whether more is set aside than the thresholds allow."""
    return any(finding.blocks for finding in _findings(contract, at_entry, rows, rows.n_kept))


def account(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    contract: DeliveryContract,
    at_entry: pl.DataFrame,
    deliveries: Sequence[Delivery],
    entered: Entered | WideRows,
    *,
    n_read: int | None = None,
) -> Iterator[object]:
    """Yield what is found of a delivery's rows and those set aside; raises `QualityError` when that blocks.

    What was set aside is written even then, so that the data team can look at it; the register is not. Of a wide
    register the rows that were really read (`n_read`) are what is kept.
    """
    kept = entered.n_kept if n_read is None else n_read
    _tell(context, contract.register, deliveries, entered, kept)
    findings = _findings(contract, at_entry, entered, kept)
    yield from tell(context, workspace, ENTRY, findings, partition_of(context))
    yield from outputs(context, workspace, quarantine=entered.set_aside)
    try:
        refuse_blocking(findings)
    except QualityError:
        if contract.by_year:  # what gathers its years waits for this step, and will not be made
            gather_quarantine(Path(workspace.store), contract)
        raise
    _await_followers(context, workspace, contract, deliveries)


def cannot_be_entered(
    context: dg.AssetExecutionContext, workspace: Workspace, at_entry: pl.DataFrame
) -> Iterator[object]:
    """Yield that a delivery can not be used at all, before its fault is raised."""
    account_of_rows = at_entry.filter(measure=ACCOUNT)
    note = "Leverancen kan ikke bruges: se fejlen i kørslen / the delivery cannot be used: see the run's error"
    findings = [Finding(Check.of(row), "failed", note=note) for row in account_of_rows.iter_rows(named=True)]
    yield from tell(context, workspace, ENTRY, findings, partition_of(context))


def gather_quarantine(store: Path, contract: DeliveryContract) -> None:
    """Write the rows set aside of every year of a periodic register to its one file."""
    by_year = sorted((store / "quarantine" / quarantine_key(contract).path[-1]).glob("[0-9]*.parquet"))
    path = store / "quarantine" / f"{contract.register}.parquet"
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.touch(mode=0o600)
    pl.scan_parquet(by_year, glob=False).sink_parquet(unfinished, maintain_order=True)
    unfinished.replace(path)


def nothing_delivered(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    contract: DeliveryContract,
    at_entry: pl.DataFrame,
    tables: Sequence[str],
) -> Iterator[object]:
    """Empty tables: the register (or its year) covers nothing, so its services are not measured."""
    if not workspace.deliveries(contract.register):
        context.log.warning(f"{contract.register.upper()} is not delivered: what it measures will be null")
    findings = entry_findings(0, 0, dict.fromkeys(contract.reasons, 0), at_entry)
    not_there = [replace(finding, state="not_applicable", note="Ikke leveret / not delivered") for finding in findings]
    yield from tell(context, workspace, ENTRY, not_there, partition_of(context))
    for name in (*tables, "coverage", "quarantine", "profile"):
        context.add_output_metadata({"delivered": False}, output_name=name)
    _await_followers(context, workspace, contract, [])
    empty = {name: pl.DataFrame(schema=polars_schema(REGISTERS[name])) for name in tables}
    yield from outputs(
        context,
        workspace,
        **empty,
        coverage=pl.DataFrame(schema=polars_schema(COVERAGE)),
        quarantine=pl.DataFrame(schema=quarantine_schema(contract)),
        profile=pl.DataFrame(schema=polars_schema(PROFILE)),
    )


def warn_of_numeric_pnrs(
    context: dg.AssetExecutionContext, contract: DeliveryContract, sources: Sequence[Source]
) -> None:
    """Say which files deliver PNRs as numbers, which have lost their leading zeros."""
    for source in sources:
        schema = source.frame.collect_schema()
        column = read_columns(contract, list(schema)).get("pnr")
        if column and schema[column].is_numeric():
            context.log.warning(
                f"{source.path.name} has {column.upper()} as numbers, which have lost their leading zeros: read as "
                f"{PNR_WIDTH} digits; deliver it as text if that is wrong"
            )


def _await_followers(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    contract: DeliveryContract,
    deliveries: Sequence[Delivery],
) -> None:
    """Note that the register is replaced by these deliveries. Told before it is, and nobody can read it in between:
    no study may be made until what is made of the register is made again.
    """
    store = Path(workspace.store)
    await_followers(store, contract.register)
    write_received(store, contract.register, partition_of(context), deliveries, Path(workspace.extracts))


def _findings(
    contract: DeliveryContract, at_entry: pl.DataFrame, entered: Entered | WideRows, kept: int
) -> list[Finding]:
    reasons = dict.fromkeys(contract.reasons, 0) | entered.reasons
    return entry_findings(entered.received, kept, reasons, at_entry)


def _tell(
    context: dg.AssetExecutionContext, table: str, deliveries: Sequence[Delivery], entered: Entered, kept: int
) -> None:
    """Counts, files and the data end, on the register and on what was set aside; never a value of a person."""
    counts = {
        "delivered": True,
        "rows_received": entered.received,
        "rows_kept": kept,
        "rows_set_aside": entered.set_aside.height,
    }
    if not entered.received:
        context.log.warning(f"{table.upper()} is delivered without any row")
    for column, n in entered.unread.items() if isinstance(entered, Entered) else ():
        context.log.warning(f"{table.upper()}: {n} values of {column.upper()} cannot be read and are left empty")
    about = {
        "files": dg.MetadataValue.json([path.name for d in deliveries for path in d.paths]),
        "data_end": str(deliveries[-1].data_end),
        FINGERPRINTS: dg.MetadataValue.json([d.fingerprint for d in deliveries]),
    }
    context.add_output_metadata(counts | about, output_name=table)
    beside = {"register": table, "reasons": dg.MetadataValue.json(entered.reasons), "data_end": about["data_end"]}
    context.add_output_metadata(counts | beside, output_name="quarantine")
