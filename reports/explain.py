"""What `forlob explain` prints: a released figure, and where it comes from.

Here: the screen, Danish with English, and the same as JSON. Not here: finding the figure (`cells.py`) and what it rests
on (`trace.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from releases.compare import KEYS
from reports.cells import Cell
from reports.labels import LANGUAGES
from reports.releases import number
from reports.tables import ReleaseTables
from reports.trace import Trace, trace

COUNTS = ("n_study", "n_citizens", "n_users", "n_baseline")
MOST_ROWS = 40
ALL_ROWS = "--format json"
NOTE = "En ændring over tid er ikke en effekt / a change over time is not an effect."
HEADS = {
    "list": "liste / list", "service": "ydelse / service", "code": "kode / code", "label_da": "navn / label",
    "year": "år / year", "price": "kr.", "status": "status", "source": "kilde / source", "valid_from": "fra / from",
    "valid_to": "til / to", "kommune": "kommune", "region": "region", "stat": "stat / state",
    "register": "register", "data_start": "data fra / from", "data_end": "data til / until",
}  # fmt: skip
KINDS = {
    "prices": "Priser / prices",
    "payer_rules": "Fordelingsregler / payer rules",
    "codes": "Koder / codes",
    "registers": "Registre / registers",
}


def explain_screen(tables: ReleaseTables, cell: Cell) -> RenderableType:
    """The figure, how many citizens it is of, its rules, and the rows it rests on."""
    came_from = _trace(tables, cell)
    about = Table(box=None, pad_edge=False, show_header=False)
    about.add_row("tal / figure", Text(_value(tables, cell), "bold"))
    about.add_row("hvor / cell", escape(f"{cell.table}: {_where(cell)}, {cell.column}"))
    about.add_row("hvad / of", escape(_named(tables, cell)))
    for name in COUNTS:
        if name in cell.row and name != cell.column:
            about.add_row(name, _count(tables, cell, name))
    if "price_year" in cell.row:
        about.add_row("prisår / price year", str(cell.row["price_year"]))
    about.add_row("frigivelse / release", f"{tables.study.id} {tables.release_id}, {tables.code_version}")
    parts: list[RenderableType] = [about]
    for rule in came_from.rules:
        parts += [
            Text(f"\n§ {rule.section}  {rule.heading_da} / {rule.heading_en}", "bold"),
            Text(rule.text_da),
            Text(rule.text_en, "dim"),
        ]
    for kind, heading in KINDS.items():
        parts += [Text(f"\n{heading}", "bold"), _rows(rows)] if (rows := getattr(came_from, kind)) else []
    return Group(*parts, Text(f"\n{NOTE} § = docs/method.md"))


def explain_json(tables: ReleaseTables, cell: Cell) -> dict[str, Any]:
    """The same for a program; `value` is null where withheld, or where there is none."""
    return {
        "study": tables.study.id,
        "release_id": tables.release_id,
        "table": cell.table,
        "cell": {key: cell.row[key] for key in KEYS[cell.table]},
        "column": cell.column,
        "value": cell.value,
        "withheld": cell.withheld,
        **{name: cell.row[name] for name in (*COUNTS, "price_year", "illustrative") if name in cell.row},
        **asdict(_trace(tables, cell)),
    }


def _trace(tables: ReleaseTables, cell: Cell) -> Trace:
    of = {"group_by": cell.row.get("group_by", "alle"), "category": cell.row.get("category")}
    return trace(tables, cell.line, cell.column, table=cell.table, **of)


def _value(tables: ReleaseTables, cell: Cell) -> str:
    if cell.withheld:
        return f"{tables.profile.marker_da} / {tables.profile.marker_en}"
    if cell.value is None:
        return "intet tal: ikke målt eller ikke prissat / no figure: not measured or not priced"
    return number(cell.value)


def _count(tables: ReleaseTables, cell: Cell, name: str) -> str:
    hidden = cell.row[name] is None and cell.row["withheld"]
    return f"{tables.profile.marker_da} / {tables.profile.marker_en}" if hidden else number(cell.row[name])


def _where(cell: Cell) -> str:
    return ", ".join(f"{key}={cell.row[key]}" for key in KEYS[cell.table] if cell.row[key] is not None)


def _named(tables: ReleaseTables, cell: Cell) -> str:
    """The line in words, in both languages."""
    if "service" not in cell.row:
        return tables.study.title_da
    both = [tables.labels(language) for language in LANGUAGES]
    line, period = cell.line, cell.row["period"]
    names = [
        labels.name("service", line.service)
        if line.service
        else labels.name("area", line.area)
        if line.area
        else labels.text("total")
        for labels in both
    ]
    return f"{' / '.join(names)}; {' / '.join(labels.period(period) for labels in both)}"


def _rows(rows: Sequence[Mapping[str, Any]]) -> RenderableType:
    """Rows of one kind, if they can be read at a glance; English labels and what no row has are left out."""
    if len(rows) > MOST_ROWS:
        return Text(f"{len(rows)} rækker: spørg om én ydelse, eller brug / rows: ask of one service, or use {ALL_ROWS}")
    columns = [name for name in rows[0] if name in HEADS and any(row[name] is not None for row in rows)]
    table = Table(*(HEADS[name] for name in columns), box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(_cell(row[name]) for name in columns))
    return table


def _cell(value: object) -> str:
    if value is None:
        return ""
    return number(value) if isinstance(value, float) else escape(str(value))
