"""What the command prints: the studies, a study's cost table, and the summary of a run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl
from rich.console import Group
from rich.table import Table
from rich.text import Text

from deliveries.studies import Study
from settings import Folders

STEPS = {
    "received": "modtaget / received",
    "set_aside": "sat til side / set aside",
    "not_in_population": "ikke i befolkningen / not in population",
    "study_base": "undersøgelsesgruppe / study base",
}


def studies_table(studies: Iterable[Study]) -> Table:
    """The studies of a folder, a line each."""
    table = Table("id", "titel / title", "mode", "periods", "price year", "participants")
    for study in studies:
        periods = f"{-study.years_before} .. {study.years_after}"
        table.add_row(study.id, study.title_da, study.mode, periods, str(study.price_year), str(study.participants))
    return table


def cost_table(study: Study, store: Path) -> Table:
    """The cost table of everybody: areas and services down, periods across, kr. per citizen and share of users."""
    rows = pl.read_parquet(store / "cost_table" / f"{study.id}.parquet").filter(group_by="alle")
    periods = rows.get_column("period").unique().sort().to_list()
    title = f"{study.title_da}\nkr. pr. borger ({study.price_year}-priser), andel med ydelsen / kr. per citizen, share"
    table = Table("", *(f"{period:+d}" if period else "0" for period in periods), title=title)
    for (area, service), cells in rows.group_by("area", "service", maintain_order=True):
        by_period = {cell["period"]: cell for cell in cells.to_dicts()}
        name = Text(f"  {service}" if service else area or "i alt / total", style="" if service else "bold")
        table.add_row(name, *(_cell(by_period.get(period)) for period in periods))
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def _cell(row: dict[str, object] | None) -> str:
    if not row or not row["n_citizens"]:
        return "ikke målt"
    cost = "" if row["mean_cost"] is None else f"{row['mean_cost']:,.0f} kr.".replace(",", ".")
    return f"{cost}  {row['share_users']:.0%}"


def summary(study: Study, folders: Folders) -> Group:
    """The way from the list to the study base, what was left out, and where the files are."""
    flow = pl.read_parquet(folders.store / "participant_flow" / f"{study.id}.parquet")
    steps = Table("", "n", title=f"{study.id}: {study.title_da}", title_justify="left")
    for step, reason, n in flow.select("step", "reason", "n").rows():
        steps.add_row(STEPS[step] + (f": {reason}" if reason else ""), str(n))
    lines = [
        f"cost table (store, restricted): {folders.store / 'cost_table' / f'{study.id}.parquet'}",
        f"release: {folders.release / study.id / 'cost_table.xlsx'}",
        f"         {folders.release / study.id / 'cost_table.csv'}",
    ]
    return Group(steps, *(Text(line, overflow="fold") for line in lines), Text())
