"""What the command prints: the studies, a study's cost table, and the summary of a run. Danish, with English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

import polars as pl
from rich.markup import escape
from rich.table import Table

from catalogue.reader import Catalogue
from deliveries.studies import Study
from releases.folder import chosen
from settings import Folders

COMPARED = {
    "alle": "studiet / the study",
    "befolkning": "befolkningen / population",
    "befolkning_standardiseret": "samme alder, køn / same age, sex",
}
STEPS = {
    "received": "modtaget / received",
    "set_aside": "sat til side / set aside",
    "not_in_population": "ikke i befolkningen / not in population",
    "study_base": "undersøgelsesgruppe / study base",
}


class Account(Protocol):
    """What came of a register's rows; `assets.run.Account` has these."""

    received: int
    set_aside: dict[str, int]
    data_end: str | None


def studies_table(studies: Iterable[Study]) -> Table:
    """The studies of a folder, a line each."""
    table = Table(
        "id", "titel / title", "mode", "perioder / periods", "prisår / price year", "deltagere / participants"
    )
    for study in studies:
        periods = f"{-study.years_before} .. {study.years_after}"
        table.add_row(
            study.id,
            escape(study.title_da),
            study.mode,
            periods,
            str(study.price_year),
            escape(study.participants.name),
        )
    return table


def cost_table(study: Study, store: Path, catalogue: Catalogue) -> Table:
    """The cost table of everybody: services under their areas, and by period kr. per citizen and share of users.

    Services that nobody used in any period are left out; the store and the release have them.
    """
    rows = _rows(study, store).filter(group_by="alle")
    periods = rows.get_column("period").unique().sort().to_list()
    names = dict(catalogue.services.select("service", "label_da").rows()) | dict(
        catalogue.areas.select("area", "label_da").rows()
    )
    note = " Bygger på illustrative priser / illustrative prices." if rows.get_column("illustrative").any() else ""
    table = Table(
        title=f"{escape(study.title_da)}: kr. pr. borger og andel med ydelsen / kr. per citizen, share of users",
        caption=f"{study.price_year}-priser / prices.{note} En ændring over tid er ikke en effekt / a change over time "
        "is not an effect.",
        title_justify="left",
        caption_justify="left",
        box=None,
        pad_edge=False,
    )
    _add_periods(table, periods)
    for (area, service), cells in rows.group_by("area", "service", maintain_order=True):
        if service and not cells.get_column("n_users").sum():
            continue
        by_period = {cell["period"]: cell for cell in cells.to_dicts()}
        name = f"  {names.get(service, service)}" if service else names.get(area, area) if area else "I alt / total"
        figures = [figure for period in periods for figure in _figures(by_period[period])]
        table.add_row(name, *figures, style=None if service else "bold")
    return table


def comparison_table(study: Study, store: Path, catalogue: Catalogue) -> Table:
    """The areas' costs of the study beside those of the population, as it is and at the study's age and sex."""
    rows = _rows(study, store).filter(pl.col("group_by").is_in(list(COMPARED)), pl.col("service").is_null())
    periods = rows.get_column("period").unique().sort().to_list()
    names = dict(catalogue.areas.select("area", "label_da").rows())
    ages = "{}-{}".format(*study.comparison_ages) if study.comparison_ages else "alle / all"
    table = Table(
        title="Sammenlignet med befolkningen i de samme år / compared with the population of the same years",
        caption=f"Alder / ages: {ages}. En forskel er ikke en effekt / a difference is not an effect.",
        title_justify="left",
        caption_justify="left",
        box=None,
        pad_edge=False,
    )
    _add_periods(table, periods)
    for (area,), cells in rows.group_by("area", maintain_order=True):
        table.add_row(names.get(str(area), area) if area else "I alt / total", style="bold")
        for group_by, name in COMPARED.items():
            by_period = {cell["period"]: cell for cell in cells.filter(group_by=group_by).to_dicts()}
            table.add_row(f"  {name}", *(figure for period in periods for figure in _figures(by_period[period])))
    return table


def _rows(study: Study, store: Path) -> pl.DataFrame:
    return pl.read_parquet(store / "cost_table" / f"{study.id}.parquet", glob=False)


def _add_periods(table: Table, periods: Iterable[int]) -> None:
    table.add_column("periode / period", no_wrap=True, overflow="ellipsis", max_width=38)
    for period in periods:
        table.add_column(f"{period:+d}" if period else "0", justify="right", no_wrap=True)
        table.add_column("", justify="right", no_wrap=True, style="dim")


def _figures(row: Mapping[str, object]) -> tuple[str, str]:
    if not row["n_citizens"]:
        return "ikke målt", ""
    cost, share = row["mean_cost"], row["share_users"]
    kroner = "" if cost is None else f"{cost:,.0f}".replace(",", ".")
    return kroner, f"{share:.0%}"


def registers_table(accounts: Mapping[str, Account]) -> Table:
    """How many rows each register delivered, and why rows were set aside."""
    table = Table(
        "register", "rækker / rows", "sat til side / set aside", "data til / data end", box=None, pad_edge=False
    )
    table.columns[1].justify = "right"
    for register, account in sorted(accounts.items()):
        reasons = ", ".join(f"{reason} {n:,}" for reason, n in sorted(account.set_aside.items())) or "0"
        table.add_row(register.upper(), f"{account.received:,}", reasons, account.data_end or "")
    return table


def flow_table(study: Study, folders: Folders) -> Table:
    """The way from the participant list to the study base."""
    flow = pl.read_parquet(folders.store / "participant_flow" / f"{study.id}.parquet", glob=False)
    table = Table(study.id, "n", box=None, pad_edge=False)
    table.columns[1].justify = "right"
    for step, reason, n in flow.select("step", "reason", "n").rows():
        table.add_row(STEPS[step] + (f": {reason}" if reason else ""), str(n))
    return table


def files_of(study: Study, folders: Folders) -> list[str]:
    """Where a study's cost table and newest release are."""
    release = chosen(folders.release, study.id)
    return [
        f"til videregivelse / for release:  {release / f'{study.id}.html'}  (rapport / report)",
        f"                                  {release / f'{study.id}.xlsx'}",
        f"                                  {release / 'cost_table.csv'}",
        f"                                  {release / 'manifest.json'}",
        f"fortrolig / restricted:           {folders.store / 'cost_table' / f'{study.id}.parquet'}",
    ]
