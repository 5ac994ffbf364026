"""The state of everything in one screen: what `forlob quality` prints. Danish, with English.

Here: tables of the checks' state, of rows set aside, unmapped codes and municipalities without data, from the store.
Not here: any check (`expectations`), nor the pages for reading at length (Data Docs).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from expectations.findings import Finding, in_words
from expectations.states import data_docs_of
from pipelines.quality.handic_coverage import WITHOUT_DATA

MOST_CODES = 10
LAYERS = {
    "extracts": "leverancer / deliveries",
    "registers": "registre / registers",
    "spells": "forløb / spells",
    "quality": "kvalitet / quality",
}
STUDIES = "undersøgelser / studies"
OTHER = "øvrige / other"
OF_STUDIES = (
    "participants", "participant_flow", "periods", "use", "use_outside_population", "costs", "cost_table",
    "employment_table", "changes", "mean_intervals", "characteristics", "before_start",
)  # fmt: skip


def quality_screen(findings: Sequence[Finding], store: Path) -> RenderableType:
    """The checks by layer, those that block or warn in full, and what the register suites say nothing of."""
    parts: list[RenderableType] = [_by_layer(findings)]
    for failed, heading, style in (
        ([one for one in findings if one.blocks], "Blokerer / blocks", "bold red"),
        ([one for one in findings if one.warns], "Advarsler / warnings", "yellow"),
    ):
        if failed:
            parts += [Text(f"\n{heading}", style=style), *_told(_gathered(failed))]
    parts += [Text(), *_unmapped(store), *_without_data(store), *_pages(store)]
    return Group(*parts)


def _by_layer(findings: Iterable[Finding]) -> Table:
    table = Table(
        "tabeller / tables", "bestået / passed", "advarer / warn", "blokerer / block", "ikke relevant / n.a.",
        box=None, pad_edge=False,
    )  # fmt: skip
    counts: dict[str, list[int]] = {}
    for one in findings:
        row = counts.setdefault(_layer(one.check.asset), [0, 0, 0, 0])
        row[0] += one.state == "passed"
        row[1] += one.warns
        row[2] += one.blocks
        row[3] += one.state == "not_applicable"
    for column in table.columns[1:]:
        column.justify = "right"
    for layer in (*LAYERS.values(), OTHER, STUDIES):
        if layer in counts:
            passed, warn, block, not_applicable = counts[layer]
            style = "red" if block else "yellow" if warn else None
            table.add_row(layer, str(passed), str(warn), str(block), str(not_applicable), style=style)
    return table


def _layer(asset: str) -> str:
    if asset in OF_STUDIES or asset.endswith("/participants") or asset == "extracts/participant_list":
        return STUDIES
    return LAYERS.get(asset.split("/")[0], OTHER)


def _gathered(findings: Iterable[Finding]) -> list[Finding]:
    """The same check of several years or studies as one: the worst figures, and where it failed."""
    same: dict[tuple[str, str], list[Finding]] = {}
    for one in findings:
        same.setdefault((one.check.asset, one.check.name), []).append(one)
    return [
        replace(
            max(found, key=_outside),
            scopes=list(dict.fromkeys(scope for one in found for scope in one.scopes)),
        )
        for found in same.values()
    ]


def _outside(finding: Finding) -> float:
    """How far outside its band a finding is; below its threshold, how near to it."""
    value, lower, upper = finding.value or 0.0, finding.check.lower, finding.check.upper
    outside = [lower - value if lower is not None else None, value - upper if upper is not None else None]
    return max((distance for distance in outside if distance is not None), default=value)


def _told(findings: Iterable[Finding]) -> list[RenderableType]:
    lines: list[RenderableType] = []
    for one in findings:
        lines.append(Text(f"  {in_words(one)}"))
        lines.append(Text(f"    {one.check.mend_da} / {one.check.mend_en}", style="dim"))
    return lines


def _unmapped(store: Path) -> list[RenderableType]:
    path = store / "quality" / "unmapped_codes.parquet"
    if not path.exists():
        return []
    codes = pl.read_parquet(path, glob=False).group_by("register", "code").agg(pl.sum("n")).sort("n", descending=True)
    if codes.is_empty():
        return [Text("ukendte koder / unmapped codes: 0")]
    named = ", ".join(f"{register.upper()} {code} ({n:,})" for register, code, n in codes.head(MOST_CODES).rows())
    more = f" … {codes.height} i alt / in all" if codes.height > MOST_CODES else ""
    return [Text(f"ukendte koder / unmapped codes: {named}{more}  ({path})")]


def _without_data(store: Path) -> list[RenderableType]:
    path = store / "quality" / "handic_coverage.parquet"
    if not path.exists():
        return []
    cells = pl.read_parquet(path, glob=False)
    lacking = cells.filter(pl.col("state").is_in(WITHOUT_DATA))
    where = f"{lacking.get_column('kommune').n_unique()} kommuner / municipalities, {lacking.height} / {cells.height}"
    return [Text(f"HANDIC uden data / without data: {where} kommuneår / municipality years  ({path})")]


def _pages(store: Path) -> list[RenderableType]:
    first = data_docs_of(store) / "index.html"
    return [Text(f"sider at læse / pages to read: {first}")] if first.exists() else []
