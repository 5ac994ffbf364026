"""The attack: how close every withheld figure of a release can be bracketed by who knows only what is printed.

Here: the evidence. Not here: what may not be learnt (`pipelines.audit.verdict`), nor anything of how the release was
suppressed: the attacker shares no code with `pipelines.disclosure`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from pipelines.audit.before_start import told_by_a_row
from pipelines.audit.bounds import Tell, bounds
from pipelines.audit.knowledge import KEY, Knowledge, Released
from pipelines.audit.relations import Relations, place_of, sized
from pipelines.audit.system import Figure, Narrowed
from pipelines.before_start import LEFT

EVIDENCE_SCHEMA = pl.Schema(
    {
        **dict.fromkeys(KEY, pl.String),
        "period": pl.Int16,
        "column": pl.String,
        "low": pl.Float64,
        "high": pl.Float64,
    }
)
Target = tuple[dict[str, Any], str, Figure]
"""A figure's key, its column, and what stands for it."""


def attack(released: Released, knowledge: Knowledge, tell: Tell = lambda done, of: None) -> pl.DataFrame:
    """The lowest and highest value that each withheld figure can have, given all that is printed.

    Args:
        released: the tables after suppression; what is null is not known.
        knowledge: what is public besides; docs/disclosure.md, "The audit".
        tell: is told how many of how many figures are done.

    Returns:
        `EVIDENCE_SCHEMA`, a row a withheld figure: the sum or count behind it (`n_study`, `n_citizens`, `n_users`,
        `quantity` in the service's unit, `cost`, `cost_kommune`, `cost_region`, `cost_stat` in kr., `n`). `n_study` is
        one figure a group: its `period` (but for months of employment), `area` and `service` are null. Beside the
        tables' own, `table` is `rest` (who is in a group and none of its parts; `group` is `Parts.rest`) and
        `difference` (an earlier release's row from now's): figures that nobody prints, only where they can rest on
        fewer than `min_count` citizens.

    Raises:
        Contradiction: the printed figures contradict each other or what is public.
    """
    relations = Relations(released, knowledge)
    system = relations.system.narrowed()
    targets = [*_withheld(released, relations), *_rests(relations, system, knowledge.profile.min_count)]
    targets += [({**row, "table": "difference"}, column, unknown) for row, column, unknown in relations.differences]
    if not targets:
        return pl.DataFrame(schema=EVIDENCE_SCHEMA)
    unknown, factor, loose = (np.array(of) for of in zip(*(figure for _, _, figure in targets), strict=True))
    wanted = np.unique(unknown)
    low, high = bounds(system, wanted, tell)
    at = np.searchsorted(wanted, unknown)
    lowest, highest = low[at] * factor * (1 - loose) + 0.0, high[at] * factor * (1 + loose) + 0.0  # no -0
    rows = [[*(key.get(name) for name in KEY), column] for key, column, _ in targets]
    rows = [[*row, *ends] for row, *ends in zip(rows, lowest.tolist(), highest.tolist(), strict=True)]
    return pl.DataFrame(rows, schema=EVIDENCE_SCHEMA, orient="row")


def _withheld(released: Released, relations: Relations) -> Iterator[Target]:
    """Every figure that a table would print and does not."""
    now = relations.now
    beside = told_by_a_row(now.figures, relations.knowledge)
    sizes = set()
    for row in released.rows().iter_rows(named=True):
        place = place_of(row)
        group = sized(*place[:2])
        if row["n_study"] is None and group not in sizes:
            sizes.add(group)
            yield (
                {"table": row["table"], "group_by": row["group_by"], "group": row["group"], "period": group[1]},
                "n_study",
                now.n_study[group],
            )
        for column, unknown in now.figures[place].items():
            printed = row[column if column.startswith("n_") else f"mean_{column}"]
            if printed is None and row["n_citizens"] != 0:
                yield row, column, unknown
    for row in released.counts().iter_rows(named=True):
        # Whom the counts before the start leave stands nowhere, and may be few; beside the cost table it is told.
        left = row["table"] == "before_start" and row["group_by"] in LEFT
        if row["group"] not in beside if left else row["n"] is None:
            yield row, "n", now.counts[row["table"], row["group_by"], row["group"]]


def _rests(relations: Relations, system: Narrowed, min_count: int) -> Iterator[Target]:
    for parts, period, (area, service), rest in relations.now.rests:
        whole = relations.now.figures[parts.whole, period, (area, service)]
        n, nobody = rest["n_citizens"].unknown, relations.system.known(whole["n_users"]) == 0
        if nobody or system.high[n] < 1 or system.low[n] >= min_count:
            continue
        key = {"table": "rest", "group_by": parts.whole[0], "group": parts.rest, "period": period}
        for column in ("n_users", "quantity", "cost"):
            if column in rest:
                yield {**key, "area": area, "service": service}, column, rest[column]
