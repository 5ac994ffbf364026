"""What came of a check: the one shape in which contracts, quarantine and suites report, whoever shows it.

Here: a check, its finding, and findings as a table. Not here: what is checked (`expectations.contracts`,
`expectations.suites`), nor how it is shown (`assets.checks`, `reports.quality`).
A finding holds counts, shares and bands; never a value of a citizen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

import polars as pl

from expectations.contracts.columns import polars_schema
from expectations.contracts.quality import FINDINGS
from faults import Fault, QualityError

Severity = Literal["block", "warn"]
State = Literal["passed", "failed", "not_applicable"]


@dataclass(frozen=True)
class Check:
    """A question asked of a table. `asset` is the table's key, such as `registers/bef`; `name` is unique within it.

    `severity`: what a failure does. `lower` and `upper` are the band that its share or value must keep, None is open.
    `title`, `why` (it is there) and `mend` (what to do when it fails) are told in Danish and in English.
    """

    asset: str
    name: str
    severity: Severity
    title_da: str
    title_en: str
    why_da: str
    why_en: str
    mend_da: str
    mend_en: str
    lower: float | None = None
    upper: float | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Check:
        """The check of a row of the catalogue's quality_checks.csv."""
        stated = {field.name: row[field.name] for field in fields(cls) if field.name != "name"}
        return cls(name=row["check"], **stated)


@dataclass(frozen=True)
class Finding:
    """What came of a check: `value` is `numerator` / `denominator` where both are there.

    `scopes` are the years or periods in which it failed; `note` says why it is not applicable, or what else a reader
    needs.
    """

    check: Check
    state: State
    numerator: float | None = None
    denominator: float | None = None
    value: float | None = None
    scopes: Sequence[str] = ()
    note: str | None = None

    @property
    def blocks(self) -> bool:
        """Whether what depends on the table must not be made."""
        return self.state == "failed" and self.check.severity == "block"

    @property
    def warns(self) -> bool:
        """Whether a reader is warned, and the work goes on."""
        return self.state == "failed" and self.check.severity == "warn"


def findings_table(kind: str, partition: str | None, findings: Iterable[Finding]) -> pl.DataFrame:
    """Findings as the table `quality/checks` (`expectations.contracts.quality.FINDINGS`), in the order given.

    Args:
        kind: what checked: `contract`, `entry` or `suite`.
        partition: the year or study whose table was checked; None for the whole.
        findings: what was found.
    """
    schema = polars_schema(FINDINGS)
    about = {"kind": kind, "partition": partition}
    rows = [
        {**about, **asdict(finding.check), **asdict(finding), "check": finding.check.name, "scopes": [*finding.scopes]}
        for finding in findings
    ]
    return pl.DataFrame([{name: row[name] for name in schema} for row in rows], schema=schema)


def read_findings(table: pl.DataFrame) -> list[Finding]:
    """The findings of tables that `findings_table` made; what failed as a whole failed in the table's partition."""
    findings = []
    for row in table.iter_rows(named=True):
        figures = {field.name: row[field.name] for field in fields(Finding) if field.name != "check"}
        if row["state"] == "failed" and row["partition"]:
            figures["scopes"] = [" ".join([row["partition"], *row["scopes"]])]
        findings.append(Finding(Check.of(row), **figures))
    return findings


def refuse_blocking(findings: Iterable[Finding]) -> None:
    """Raise `QualityError` with every finding that blocks."""
    faults = [
        Fault(in_words(finding), finding.check.asset, f"{finding.check.mend_da} / {finding.check.mend_en}")
        for finding in findings
        if finding.blocks
    ]
    if faults:
        raise QualityError(faults)


def in_words(finding: Finding) -> str:
    """A finding in a line: the table, the check, its figures and band. Danish, with English."""
    check = finding.check
    named = f"{check.title_da} / {check.title_en}"
    if finding.state == "not_applicable":
        return f"{check.asset}: {named}: ikke relevant / not applicable ({finding.note})"
    counted = ""
    if finding.numerator is not None and finding.denominator is not None:
        counted = f" {finding.numerator:,.0f} / {finding.denominator:,.0f}"
    share = "" if finding.value is None else f" = {finding.value:.2%}"
    where = f" ({', '.join(finding.scopes)})" if finding.scopes else ""
    return f"{check.asset}{where}: {named}:{counted}{share}{_band(check)}"


def _band(check: Check) -> str:
    ends = [("≥", check.lower), ("≤", check.upper)]
    stated = " og ".join(f"{sign} {end:.2%}" for sign, end in ends if end is not None)
    return f" (grænse / limit {stated})" if stated else ""
