"""The evaluations' tables and figures by name: read from the store, as text to read and as plain rows.

Here: finding a study's table, and how it is told. Not here: which rows a name stands for (`pipelines.named_tables`).
These are the store's figures, which have not been through disclosure control.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
from rich.markup import escape
from rich.table import Table

from catalogue.reader import Catalogue
from deliveries.studies import Study
from faults import Fault, StoreError
from pipelines.named_tables import NAMED_TABLES
from reports.labels import LANGUAGES, Labels
from reports.texts import TEXTS

Row = dict[str, Any]
View = Callable[[pl.DataFrame], pl.DataFrame]


def refuse_unknown(name: str) -> None:
    """Raise ValueError, with the names there are, where no table has this one."""
    if name not in NAMED_TABLES:
        raise ValueError(f"there is no table {name!r}; the names are {', '.join(NAMED_TABLES)}")


def stored(table: str, study: str, store: Path, view: View = lambda rows: rows) -> pl.DataFrame:
    """A table of the store for a study, or a view of it.

    Raises:
        StoreError: the store does not hold it, or holds one that cannot be read so.
    """
    path = store / table / f"{study}.parquet"
    make = f"make it with `forlob run --study {study}`, or name the folder with --store"
    if not path.is_file():
        raise StoreError(Fault(f"the store has no {table} of the study {study!r}", str(path), make))
    try:
        return view(pl.read_parquet(path, glob=False))
    except (OSError, pl.exceptions.PolarsError) as error:
        what = f"the store's {table} cannot be read, or is of another version ({type(error).__name__})"
        raise StoreError(Fault(what, str(path), make)) from None


def named_table(name: str, study: str, store: Path) -> pl.DataFrame:
    """A study's table or figure of a name.

    Raises:
        StoreError: the store does not hold what it is made of, or holds nothing that it could tell.
    """
    named = NAMED_TABLES[name]
    rows = stored(named.made_of, study, store, named.view)
    if rows.is_empty():
        what, where = f"the store tells nothing of {name!r} for the study {study!r}", str(store / named.made_of)
        raise StoreError(Fault(what, where, "deliver the register that it rests on, and run the study again"))
    return rows


def named_screen(name: str, rows: pl.DataFrame, study: Study, catalogue: Catalogue) -> Table:
    """The rows as a table to read, in Danish and English."""
    anchored = study.mode == "anchored"
    labels = [Labels.of(language, anchored, catalogue.areas, catalogue.all_services) for language in LANGUAGES]
    table = _empty(f"{study.title_da}: {_words(f'table.{name}')}")
    if "category" in rows.columns:
        _add_categories(table, name, rows, labels, catalogue)
    else:
        _add_costs(table, rows, labels[0])
        illustrative = " Illustrative priser / illustrative prices." if rows.get_column("illustrative").any() else ""
        table.caption = f"{study.price_year}-priser / prices.{illustrative}"
    return table


def tables_screen() -> Table:
    """Every named table: its name, what it is, and what of the store it is made of."""
    table = _empty("")
    for key in ("table_name", "table_title", "table_made_of"):
        table.add_column(_words(key), no_wrap=True)
    for name, named in NAMED_TABLES.items():
        table.add_row(name, TEXTS[f"table.{name}"][0], named.made_of)
    return table


def tables_json() -> list[Row]:
    """The same for a program."""
    return [
        {"name": name, "title_da": danish, "title_en": english, "made_of": named.made_of}
        for name, named in NAMED_TABLES.items()
        for danish, english in [TEXTS[f"table.{name}"]]
    ]


def _add_categories(table: Table, name: str, rows: pl.DataFrame, labels: list[Labels], catalogue: Catalogue) -> None:
    before_start = "n_citizens" in rows.columns
    numbers = ["flow_n", "share", "interval_95", *(["n_of", "periods_back"] if before_start else [])]
    _add_columns(table, ["column.category"], numbers)
    named = dict(catalogue.services_before_start.select("category", "label_da").rows()) if before_start else {}
    for row in rows.iter_rows(named=True):
        category = row["category"]
        word = named.get(category) or _both(*(_category(name, category, one) for one in labels))
        figures = [str(row["n"]), *_share(row, "share")]
        if before_start:
            figures += [f"{row['n_citizens']} ({row['n_partly']})", f"{row['first_period']} .. {row['last_period']}"]
        table.add_row(escape(word), *figures)


def _category(name: str, category: str, labels: Labels) -> str:
    """A category's word: of the flow a step, or the reason for which rows were set aside."""
    return labels.flow(category) if name == "flow" else labels.name(name, category)


def _add_costs(table: Table, rows: pl.DataFrame, labels: Labels) -> None:
    """The rows with names in Danish alone: they would not fit a line in both languages."""
    numbers = ["n_measured", "share", "interval_95", "mean_use", "mean_kr", "mean_kr_kommune"]
    _add_columns(table, ["column.group", "column.period_name", "column.service"], numbers)
    for row in rows.iter_rows(named=True):
        quantity, unit = row["mean_quantity"], labels.name("unit", row["unit"]) if row["unit"] else ""
        table.add_row(
            escape(_group(labels, row)),
            f"{row['period']:+d}" if row["period"] else "0",
            escape(_line(labels, row)),
            str(row["n_citizens"]),
            *_share(row, "share_users"),
            "" if quantity is None else f"{quantity:,.1f} {unit}",
            *("" if row[cost] is None else f"{row[cost]:,.0f}" for cost in ("mean_cost", "mean_cost_kommune")),
            style=None if row["service"] else "bold",
        )


def _group(labels: Labels, row: Row) -> str:
    is_months = row["group_by"] == "beskaeftigelse"
    return labels.text("months", group=row["group"]) if is_months else labels.name("compared_in", row["group_by"])


def _line(labels: Labels, row: Row) -> str:
    if row["service"]:
        return labels.name("service", row["service"])
    return labels.name("area", row["area"]) if row["area"] else labels.text("total")


def _share(row: Row, column: str) -> tuple[str, str]:
    """A share and its interval, in percent."""
    low, high = row["share_low"], row["share_high"]
    share = "" if row[column] is None else f"{row[column]:.1%}"
    return share, "" if low is None else f"{low:.1%}-{high:.1%}"


def _add_columns(table: Table, texts: list[str], numbers: list[str]) -> None:
    for key in texts:
        table.add_column("\n".join(TEXTS[key]), overflow="fold")
    for key in numbers:
        table.add_column("\n".join(dict.fromkeys(TEXTS[key])), justify="right", no_wrap=True)


def _empty(title: str) -> Table:
    return Table(title=escape(title), title_justify="left", caption_justify="left", box=None, pad_edge=False)


def _words(key: str) -> str:
    return _both(*TEXTS[key])


def _both(danish: str, english: str) -> str:
    """Danish, with English where it is another word."""
    return danish if danish == english else f"{danish} / {english}"
