"""Checks beside assets: their specs and results as Dagster shows them, and their state in the store.

Here: from findings (`expectations.findings`) to Dagster. Not here: what is checked. A check's state goes to the store
(`expectations.states`), its history over runs is in Dagster, which shows it beside the asset.
"""

import logging
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import dagster as dg
import polars as pl

from assets.workspace import Workspace
from expectations.findings import Check, Finding, State, in_words
from expectations.states import write_state
from expectations.validate import contract_faults, contract_of, hold
from faults import StoreError

# Of a suite, checks that do not apply yield no result: Dagster shows them as skipped, and warns of each in vain.
logging.getLogger("dagster._core.execution.plan.active").addFilter(lambda told: "emitted no result" not in told.msg)

CONTRACT = "contract"
"""The name of the check that a table keeps its contract."""


def check_spec(
    check: Check,
    *,
    blocking: bool,
    partitions: dg.PartitionsDefinition | None = None,
    made_from: Iterable[dg.AssetDep] = (),
) -> dg.AssetCheckSpec:
    """The spec of a check. Partitioned checks are a preview in Dagster 1.13: this is the only place that uses them.

    Args:
        check: the check.
        blocking: whether what is made from its asset waits for it, and is not made when it fails.
        partitions: those of its asset, where each is checked by itself.
        made_from: other tables that it looks at.
    """
    asset = dg.AssetKey(check.asset.split("/"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return dg.AssetCheckSpec(
            _shown(check),
            asset=asset,
            description=f"{check.title_da}. {check.why_da}\n\n{check.title_en}. {check.why_en}",
            blocking=blocking,
            partitions_def=partitions,
            additional_deps=[dep for dep in made_from if dep.asset_key != asset],
        )


def suite_specs(
    checks: Iterable[Check],
    *,
    blocking: bool = True,
    partitions: dg.PartitionsDefinition | None = None,
    made_from: Iterable[dg.AssetDep],
) -> list[dg.AssetCheckSpec]:
    """The specs of a suite's checks; the two bands of one figure, to warn and to stop, are one check of Dagster.

    Args:
        checks: the suite's checks.
        blocking: whether a check that blocks holds back what is made of its own table.
        partitions: those of the checked tables, where each is checked by itself.
        made_from: every table that the suite looks at.
    """
    return [
        check_spec(
            found[0],
            blocking=blocking and any(check.severity == "block" for check in found),
            partitions=partitions,
            made_from=made_from,
        )
        for found in _together((check, check) for check in checks)
    ]


def contract_spec(key: dg.AssetKey, partitions: dg.PartitionsDefinition | None = None) -> dg.AssetCheckSpec:
    """The spec of the check that a table keeps its contract."""
    return check_spec(_contract_check(key), blocking=True, partitions=partitions)


def contract_specs(*tables: str) -> list[dg.AssetCheckSpec]:
    """The same of several tables that are not split, each named by its path in the store (`spells/dream`)."""
    return [contract_spec(dg.AssetKey(table.split("/"))) for table in tables]


def outputs(
    context: dg.AssetExecutionContext, workspace: Workspace, **tables: pl.LazyFrame | pl.DataFrame
) -> Iterator[dg.AssetCheckResult | dg.Output]:
    """Yield tables by output name, all of them held against their contracts first: nothing is half written.

    Raises:
        StoreError: a table breaks its contract; the result of the check is yielded before.
    """
    partition = partition_of(context)
    for name, table in tables.items():
        yield from hold_to_contract(context, workspace, context.asset_key_for_output(name), table.lazy(), partition)
    for name, table in tables.items():
        yield dg.Output(table, name)


def partition_of(context: dg.AssetExecutionContext) -> str | None:
    """The year or study that is made; None of assets that are not split."""
    return context.partition_key if context.assets_def.partitions_def else None


def hold_to_contract(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    key: dg.AssetKey,
    frame: pl.LazyFrame,
    partition: str | None,
) -> Iterator[dg.AssetCheckResult]:
    """Yield the result of holding a table against its contract, and raise `StoreError` if it is broken."""
    contract = contract_of(key.path)
    if contract is None:
        raise KeyError(f"{key.to_user_string()} has no contract")
    held = hold(frame, contract)
    share = held.n_broken / held.rows if held.rows else None
    state: State = "failed" if held.broken else "passed"
    finding = Finding(_contract_check(key), state, held.n_broken, held.rows, share)
    yield from tell(context, workspace, CONTRACT, [finding], partition)
    if held.broken:
        raise StoreError(contract_faults(held, contract))


def tell(
    context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext,
    workspace: Workspace,
    kind: str,
    findings: Sequence[Finding],
    partition: str | None = None,
) -> Iterator[dg.AssetCheckResult]:
    """Write the findings' state to the store and yield their results; of a suite those not applicable yield none,
    which Dagster shows as skipped.

    Args:
        context: the step that checked.
        workspace: the folders.
        kind: what checked: `shape`, `contract`, `entry`, `suite`.
        findings: what was found, of any number of tables.
        partition: the year or study whose tables were checked; None for the whole.
    """
    write_state(Path(workspace.store), kind, partition, findings)
    for same in _together((finding.check, finding) for finding in findings):
        finding = min(same, key=_gravity)
        if finding.state != "not_applicable" or kind in ("contract", "entry", "codes"):
            yield _result(finding)
        if finding.warns and kind not in ("entry", "codes"):  # those are told once for all years, and code by code
            context.log.warning(in_words(finding))


T = TypeVar("T")
BLOCK = "_block"
"""What the name of a check's wider band ends with, outside of which it blocks."""


def _shown(check: Check) -> str:
    return check.name.removesuffix(BLOCK)


def _together(checked: Iterable[tuple[Check, T]]) -> list[list[T]]:
    """What belongs to one check of Dagster."""
    same: dict[tuple[str, str], list[T]] = {}
    for check, one in checked:
        same.setdefault((check.asset, _shown(check)), []).append(one)
    return list(same.values())


def _gravity(finding: Finding) -> int:
    return 0 if finding.blocks else 1 if finding.warns else 3 if finding.state == "not_applicable" else 2


def _contract_check(key: dg.AssetKey) -> Check:
    return Check(
        asset="/".join(key.path),
        name=CONTRACT,
        severity="block",
        title_da="Tabellen holder sin kontrakt",
        title_en="The table keeps its contract",
        why_da="Alt, der bygger på tabellen, regner med dens navne, typer, tilladte værdier og nøgle.",
        why_en="Everything built on the table counts on its names, types, allowed values and key.",
        mend_da="Sammenlign leverancen med docs/data_dictionary.md; holder den, er det en fejl i forlob.",
        mend_en="Compare the delivery with docs/data_dictionary.md; if it keeps that, it is a fault of forlob.",
        upper=0,
    )


def _result(finding: Finding) -> dg.AssetCheckResult:
    check = finding.check
    figures = {
        "numerator": finding.numerator,
        "denominator": finding.denominator,
        "share": finding.value,
        "threshold_lower": check.lower,
        "threshold_upper": check.upper,
    }
    texts = {
        "scopes": ", ".join(finding.scopes),
        "note": finding.note,
        "mend_da": check.mend_da,
        "mend_en": check.mend_en,
    }
    metadata = {name: dg.MetadataValue.float(float(value)) for name, value in figures.items() if value is not None}
    metadata |= {name: dg.MetadataValue.text(text) for name, text in texts.items() if text}
    return dg.AssetCheckResult(
        passed=finding.state != "failed",
        check_name=_shown(check),
        asset_key=check.asset.split("/"),
        severity=dg.AssetCheckSeverity.ERROR if check.severity == "block" else dg.AssetCheckSeverity.WARN,
        description=in_words(finding),
        metadata={"severity": check.severity, "state": finding.state, **metadata},
    )
