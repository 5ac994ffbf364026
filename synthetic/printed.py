"""The figures that the two reports print, each beside what the demo shows.

Here: ``printed.csv``, and what stands behind each of its rows. Not here: how the rows are told, nor the demo's plan.

A row of ``printed.csv`` holds a printed figure and, in ``rounded_to``, how finely it is printed; ``percent`` is the
share of ``n`` that is printed beside a count. Ours is one of

- a figure of the table ``made_of`` of the report's study: ``cell`` holds ``column=`` and the rows it is taken of, as
  ``name=value``, ``name=one|other``, or ``name=`` for null. The rows are added up, and of several periods the mean is
  taken; without a column they are counted.
- ``sum``: arithmetic on other figures that the report prints.
- neither, where no register tells of it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from synthetic import plan

PRINTED = Path(__file__).with_name("printed.csv")
STUDIES = {study.report: study.study for study in plan.STUDIES}
PERCENT = "pct"
SLACK = 1e-9
"""A share of what a printed figure is rounded to: floating-point sums stand that near to the middle of two."""

Row = dict[str, Any]
Tables = Callable[[str, str], pl.DataFrame]


def compared(table: Tables) -> pl.DataFrame:
    """Every printed figure with ours and whether they agree, in the order of ``printed.csv``.

    Args:
        table: gives a table of the store by its name and its study.

    Returns:
        ``report``, ``table``, ``measure_da``, ``measure_en``, ``period``, ``printed``, ``percent``, ``n``, ``unit``,
        ``ours`` (null where nothing tells), ``basis`` (``register``, ``printed``: worked out from other printed
        figures, ``none``), ``agrees`` (``yes``, ``no``, ``no_data``), ``why_da``, ``why_en``.

    Raises:
        ValueError: a cell chooses no row of its table.
    """
    told = []
    for row in printed_figures().iter_rows(named=True):
        basis = "register" if row["made_of"] else "printed" if row["sum"] else "none"
        ours = _ours(row, table)
        told.append(row | {"ours": ours, "basis": basis, "agrees": agrees(row, ours)})
    first = ["report", "table", "measure_da", "measure_en", "period", "printed", "percent", "n", "unit"]
    rows = pl.DataFrame(told, infer_schema_length=None)
    return rows.select(*first, "ours", "basis", "agrees", "why_da", "why_en")


def printed_figures() -> pl.DataFrame:
    """``printed.csv`` as it stands."""
    numbers = {"printed": pl.Float64, "percent": pl.Int64, "n": pl.Int64, "rounded_to": pl.Float64}
    return pl.read_csv(PRINTED, infer_schema=False).cast(numbers)


def agrees(row: Row, ours: float | None) -> str:
    """Whether ours is the printed figure, as finely as that is printed, and the percent printed beside it."""
    if ours is None:
        return "no_data"
    near = abs(ours - row["printed"]) <= row["rounded_to"] * (0.5 + SLACK)
    same_percent = row["percent"] is None or round(100 * ours / row["n"]) == row["percent"]
    return "yes" if near and same_percent else "no"


def _ours(row: Row, table: Tables) -> float | None:
    if row["made_of"]:
        value = figure(table(row["made_of"], STUDIES[row["report"]]), row["cell"])
        return value * 100 if row["unit"] == PERCENT else value
    return float(pl.select(pl.sql_expr(row["sum"])).item()) if row["sum"] else None


def figure(table: pl.DataFrame, cell: str) -> float:
    """The figure that ``cell`` chooses of a table; raises ValueError where it chooses no row."""
    where = dict(condition.split("=", 1) for condition in cell.split(","))
    column = where.pop("column", None)
    rows = table.filter(_meets(name, wanted) for name, wanted in where.items())
    if rows.is_empty():
        raise ValueError(f"no row of the table meets {cell!r}")
    if column is None:
        return float(rows.height)
    periods = rows["period"].n_unique() if "period" in where else 1
    return float(rows[column].sum()) / periods


def _meets(name: str, wanted: str) -> pl.Expr:
    if not wanted:
        return pl.col(name).is_null()
    return pl.col(name).cast(pl.String).is_in(wanted.split("|"))
