"""How much of a delivery may be set aside: the account of its rows, and the share of each reason against its threshold.

Here: what is found at entry, before a register is written. Not here: which rows break a rule
(`expectations.contracts.deliveries`), nor how a register looks once it is in (`expectations.suites`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from expectations.findings import Check, Finding

ACCOUNT = "rows_accounted"
SUITE = "entry"


def checks_at_entry(register: str, quality_checks: pl.DataFrame) -> pl.DataFrame:
    """The catalogue's checks of a register's rows as they come in."""
    return quality_checks.filter(suite=SUITE, asset=f"registers/{register}")


def entry_findings(received: int, kept: int, set_aside: Mapping[str, int], at_entry: pl.DataFrame) -> list[Finding]:
    """What is found when a register's rows come in.

    Rows set aside for a reason block when their share of the rows received is above the reason's threshold and there
    are enough rows to speak of shares (`least`); below it they warn. The account blocks when received is not kept and
    set aside together.

    Args:
        received: rows of the delivered files.
        kept: rows that become rows of the register.
        set_aside: rows set aside by every reason that the register's contract has, 0 included.
        at_entry: the register's checks (`checks_at_entry`).
    """
    counts = dict(set_aside) | {ACCOUNT: abs(received - kept - sum(set_aside.values()))}
    return [_finding(row, counts.get(row["measure"]), received) for row in at_entry.iter_rows(named=True)]


def _finding(row: Mapping[str, object], n: int | None, received: int) -> Finding:
    check = Check.of(row)
    if n is None:
        return Finding(check, "not_applicable", note="Registret har ikke den årsag / the register has no such reason")
    if not received:
        return Finding(check, "not_applicable", note="Ingen rækker leveret / no row delivered")
    value = n / received
    above = check.upper is not None and value > check.upper
    found = Finding(check, "passed", n, received, value)
    if not n:
        return found
    if above and received >= float(str(row["least"])):
        return replace(found, state="failed")
    note = f"Under {row['least']:g} rækker: grænsen bruges ikke. / Under {row['least']:g} rows: no threshold applies."
    warned = replace(check, severity="warn")
    return replace(found, check=warned, state="failed", note=note if above else None)
