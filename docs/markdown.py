"""Markdown tables and the marks in them, for everything in `docs/` that is generated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

GENERATED = "<!-- generated whole by docs/generate.py: `make docs` writes it again; do not edit -->"
NOTHING = "–"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; a cell of None or "" is empty."""
    lines = [heads, ["---"] * len(heads), *([_cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")


def code(names: Iterable[object], between: str = ", ") -> str:
    """Return names as code, one after another."""
    return between.join(f"`{name}`" for name in names)


def yes(value: object) -> str:
    """Return `yes` for what is true, else an empty cell."""
    return "yes" if value else ""
