"""The figures that the two evaluations print beside the demo's: how a row of them is told, in a terminal and a page.

Here: words and numbers of the rows. Not here: where they come from.
"""

from __future__ import annotations

from typing import Any

import polars as pl
from rich.console import Group
from rich.markup import escape
from rich.table import Table

Row = dict[str, Any]
REPORTS = {"A": "Åben Dialog", "B": "Samarbejdsmodellen"}
AGREES = {"yes": ("ja", "yes"), "no": ("nej", "no"), "no_data": ("–", "–")}
UNITS = {
    "citizens": ("borgere", "citizens"),
    "municipalities": ("kommuner", "municipalities"),
    "years": ("år", "years"),
    "pct": ("pct.", "per cent"),
    "weeks": ("uger", "weeks"),
    "kr": ("kr.", "kr."),
    "visits": ("besøg", "visits"),
    "days": ("dage", "days"),
    "contacts": ("kontakter", "contacts"),
    "points": ("point", "points"),
}


def printed_screen(rows: pl.DataFrame) -> Group:
    """The rows as a table to read, in Danish and English, with the reasons below it.

    Args:
        rows: `report`, `table`, `measure_da`, `measure_en`, `period`, `printed`, `percent`, `n`, `unit`, `ours`,
            `agrees` (a key of `AGREES`), `why_da`, `why_en`.
    """
    table = Table(box=None, pad_edge=False, caption=summary(rows), caption_justify="left")
    for head in ("figur / figure", "mål / measure", "periode\nperiod"):
        table.add_column(head, overflow="fold")
    for head in ("trykt\nprinted", "vores\nours"):
        table.add_column(head, justify="right", no_wrap=True)
    for head in ("enhed\nunit", "stemmer\nagrees", "note"):
        table.add_column(head, overflow="fold")
    notes: dict[tuple[str, str], int] = {}
    for row in rows.iter_rows(named=True):
        why = row["why_da"], row["why_en"]
        cells = (
            f"{row['report']} {row['table']}",
            both(row["measure_da"], row["measure_en"], between="\n"),
            row["period"] or "",
            figure(row, "printed"),
            figure(row, "ours"),
            both(*UNITS[row["unit"]], between="\n"),
            both(*AGREES[row["agrees"]]),
            str(notes.setdefault(why, len(notes) + 1)) if row["why_da"] else "",
        )
        table.add_row(*map(escape, cells), style="bold" if row["agrees"] == "no" else None)
    return Group(table, *("\n" + escape(f"{number}  {both(*why)}") for why, number in notes.items()))


def summary(rows: pl.DataFrame) -> str:
    """How many rows agree, differ, and rest on no data, in Danish and English."""
    n = dict(rows.group_by("agrees").len().iter_rows())
    yes, no, none = (n.get(key, 0) for key in AGREES)
    return (
        f"{yes} stemmer, {no} stemmer ikke, {none} hviler på data, der ikke er i registrene / "
        f"{yes} agree, {no} do not, {none} rest on data that the registers do not have"
    )


def figure(row: Row, which: str) -> str:
    """The `printed` figure or `ours`, and its share where the evaluation prints one beside it."""
    value = row[which]
    if value is None:
        return ""
    told = f"{value:,.2f}".rstrip("0").rstrip(".")
    if row["percent"] is None:
        return told
    return f"{told} ({row['percent'] if which == 'printed' else round(100 * value / row['n'])} %)"


def both(danish: str, english: str, between: str = " / ") -> str:
    """Danish, with English where it is another word."""
    return danish if danish == english else f"{danish}{between}{english}"
