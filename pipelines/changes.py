"""How much more or less is used and spent than in the year before, and how far that is uncertain.

Here: changes of everybody's rows of the cost table, and their percentile bootstrap intervals. Not here: the rows
themselves (`pipelines.tables`); what may have caused a change, which no table can tell.
Source: docs/method.md § 9.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from pipelines.lines import LINE, lines
from pipelines.tables import MILLIONTHS, by_citizen, parts_of_lines

CHANGES_SCHEMA = pl.Schema(
    {
        "study": pl.String,
        "period": pl.Int16,
        "area": pl.String,
        "service": pl.String,
        "unit": pl.String,
        "n_baseline": pl.UInt32,
        "n_citizens": pl.UInt32,
        "change_share": pl.Float64,
        "change_share_low": pl.Float64,
        "change_share_high": pl.Float64,
        "change_quantity": pl.Float64,
        "change_quantity_low": pl.Float64,
        "change_quantity_high": pl.Float64,
        "change_cost": pl.Float64,
        "change_cost_low": pl.Float64,
        "change_cost_high": pl.Float64,
        "price_year": pl.Int32,
        "illustrative": pl.Boolean,
    }
)
BASELINE = -1
"""The period that the others are held against: the last year before the intervention."""
FIGURES = {"share": "share_users", "quantity": "mean_quantity", "cost": "mean_cost"}
"""What changes, and its column of the cost table."""
DRAWS = 1_000
PERCENTILES = (2.5, 97.5)
SEED = 20_201_231
"""With the study's id: each study has draws of its own, and the same ones each run."""
FEWEST = 2
"""Citizens that an interval needs: one citizen drawn again and again does not vary."""
WEIGHTS_AT_ONCE = 4_000_000
"""Draws times citizens whose weights are held in memory at a time (32 MB)."""

Figures = NDArray[np.float64]


def changes(
    study: str,
    cost_table: pl.DataFrame,
    study_base: pl.DataFrame,
    periods: pl.DataFrame,
    costs: pl.DataFrame,
    services: pl.DataFrame,
    draws: int = DRAWS,
) -> pl.DataFrame:
    """Each period's shares and means less those of period -1, of everybody, with 95 % bootstrap intervals.

    Args:
        study: the study's id.
        cost_table: `pipelines.tables.cost_table` of the study.
        study_base: `person` of its citizens.
        periods: `person`, `period`, `present`.
        costs: `pipelines.costs.costs` of its citizens.
        services: the catalogue's `service`, `area`, `unit`.
        draws: how many times the study base is drawn.

    Returns:
        `CHANGES_SCHEMA`, a row for each period but -1 and each line of the cost table, in its order. A change is null
        where one of its two figures is; its interval also where fewer than two citizens are measured in one of the
        two periods. No rows where the study has no period -1.
    """
    rows = cost_table.filter(group_by="alle")
    before = rows.filter(period=BASELINE).select(*LINE, "n_citizens", "illustrative", *FIGURES.values())
    if before.is_empty():
        return pl.DataFrame(schema=CHANGES_SCHEMA)
    numbers = rows.get_column("period").unique().sort().to_list()
    means = means_of_draws(study_base, periods, costs, services, numbers, weights(study, study_base.height, draws))
    drawn = _intervals(means, numbers, services)
    told = pl.min_horizontal("n_citizens", "n_citizens_before") >= FEWEST
    change = {name: pl.col(column) - pl.col(f"{column}_before") for name, column in FIGURES.items()}
    intervals = {
        f"change_{name}_{end}": pl.when(told & change[name].is_not_null()).then(pl.col(f"{name}_{end}").fill_nan(None))
        for name in FIGURES
        for end in ("low", "high")
    }
    return (
        rows.filter(pl.col("period") != BASELINE)
        .join(before, on=LINE, nulls_equal=True, how="left", suffix="_before", maintain_order="left")
        .join(drawn, on=["period", *LINE], nulls_equal=True, how="left", maintain_order="left")
        .with_columns(
            n_baseline="n_citizens_before",
            illustrative=pl.col("illustrative") | pl.col("illustrative_before"),
            **{f"change_{name}": difference for name, difference in change.items()},
            **intervals,
        )
        .select(list(CHANGES_SCHEMA))
        .cast(CHANGES_SCHEMA)
    )


def weights(study: str, n: int, draws: int) -> Iterator[NDArray[np.int64]]:
    """How often each of `n` citizens is in a draw of `n` with replacement, draw after draw."""
    random = np.random.Generator(np.random.PCG64([SEED, *study.encode()]))
    for _ in range(draws):
        yield np.bincount(random.integers(n, size=n), minlength=n)


def means_of_draws(
    study_base: pl.DataFrame,
    periods: pl.DataFrame,
    costs: pl.DataFrame,
    services: pl.DataFrame,
    numbers: Sequence[int],
    drawn: Iterator[NDArray[np.int64]],
) -> dict[str, Figures]:
    """Everybody's means when citizens are drawn: each of `FIGURES` by period, line and draw; NaN where a draw has
    nobody who is measured.

    What citizens used is held as sparse matrices of cells (a period's line) by citizens. Their products with the
    weights add in one fixed order, so that a study gives the same figures on any number of threads.
    """
    citizens = study_base.select(pl.col("person").sort()).with_row_index("citizen")
    places = pl.DataFrame({"period": numbers}, schema={"period": pl.Int16}).with_row_index("place")
    there = periods.filter("present").join(citizens, on="person").join(places, on="period")
    n_lines, shape = lines(services).height, (len(numbers), lines(services).height, -1)
    cell = pl.col("place") * n_lines + pl.col("line")
    used, unmeasured = (
        rows.join(there, on=["person", "period"]).with_columns(cell=cell, one=1)
        for rows in by_citizen(costs, parts_of_lines(services))
    )

    def matrix(rows: pl.DataFrame, row: str, value: str, height: int) -> csr_array:
        values, at = rows.get_column(value).cast(pl.Float64).to_numpy(), rows.select(row, "citizen").to_numpy().T
        return csr_array((values, at), shape=(height, citizens.height))

    n_cells = len(numbers) * n_lines
    present = matrix(there.with_columns(one=1), "place", "one", len(numbers))
    lost = matrix(unmeasured, "cell", "one", n_cells)
    sums = {
        "share": matrix(used, "cell", "one", n_cells),
        "quantity": matrix(used, "cell", "quantity", n_cells) / MILLIONTHS,
        "cost": matrix(used, "cell", "cost", n_cells) / MILLIONTHS,
    }
    blocks: dict[str, list[Figures]] = {name: [] for name in sums}
    while block := list(islice(drawn, max(1, WEIGHTS_AT_ONCE // max(1, citizens.height)))):
        weight = np.ascontiguousarray(np.array(block, dtype=np.float64).T)
        measured = (present @ weight)[:, None, :] - (lost @ weight).reshape(shape)
        with np.errstate(invalid="ignore"):  # 0 / 0 where nobody drawn is measured
            for name, of_citizens in sums.items():
                blocks[name].append((of_citizens @ weight).reshape(shape) / measured)
    return {name: np.concatenate(of_blocks, axis=-1) for name, of_blocks in blocks.items()}


def _intervals(means: dict[str, Figures], numbers: Sequence[int], services: pl.DataFrame) -> pl.DataFrame:
    """`period`, `LINE` and the ends of each figure's interval: percentiles of its change over the draws that have one,
    by linear interpolation; NaN where none has.
    """
    cells = pl.DataFrame({"period": numbers}, schema={"period": pl.Int16}).join(
        lines(services).select(LINE), how="cross", maintain_order="left_right"
    )
    ends: dict[str, Figures] = {}
    for name, of_draws in means.items():
        change = of_draws - of_draws[numbers.index(BASELINE)]
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "All-NaN slice")
            low, high = np.nanpercentile(change, PERCENTILES, axis=-1)
        ends |= {f"{name}_low": low.ravel(), f"{name}_high": high.ravel()}
    return cells.with_columns(**{name: pl.Series(values) for name, values in ends.items()})
