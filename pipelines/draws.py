"""How far everybody's figures are uncertain: the study's citizens drawn again and again, and what that makes of them.

Here: the draws, everybody's shares and means in each, and the ends of percentile bootstrap intervals. Not here: which
tables tell them (`pipelines.changes`, `pipelines.mean_intervals`); intervals of shares (`pipelines.intervals`).
Source: docs/method.md § 9.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from pipelines.lines import LINE, lines
from pipelines.tables import MEANS, MILLIONTHS, by_citizen, parts_of_lines

SUMS = {"share_users": "one", **MEANS}
"""The figures of the cost table that are made anew of each draw, and what of citizens each adds up."""
DRAWS = 1_000
PERCENTILES = {"low": 2.5, "high": 97.5}
SEED = 20_201_231
"""With the study's id: each study has draws of its own, and the same ones each run."""
FEWEST = 2
"""Citizens that an interval needs: one citizen drawn again and again does not vary."""
WEIGHTS_AT_ONCE = 4_000_000
"""Draws times citizens whose weights are held in memory at a time (32 MB)."""

Figures = NDArray[np.float64]


@dataclass(frozen=True)
class Draws:
    """Everybody's figures in each draw: of each of `SUMS` an array by period, line and draw, NaN where nobody drawn is
    measured. `periods`: the numbers of the periods; `line`: `LINE` of each line.
    """

    periods: list[int]
    line: pl.DataFrame
    figures: Mapping[str, Figures]

    def ends(self, figures: Mapping[str, Figures]) -> pl.DataFrame:
        """The ends of the 95 % intervals of figures made of `self.figures`.

        Returns:
            `period`, `LINE`, and of each figure `<its name>_low` and `_high`: percentiles over the draws that have it,
            by linear interpolation; null where none has.
        """
        places = pl.DataFrame({"period": self.periods}, schema={"period": pl.Int16})
        ends: dict[str, pl.Series] = {}
        for name, of_draws in figures.items():
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "All-NaN slice")
                found = np.nanpercentile(of_draws, list(PERCENTILES.values()), axis=-1)
            ends |= {f"{name}_{end}": pl.Series(at.ravel()) for end, at in zip(PERCENTILES, found, strict=True)}
        cells = places.join(self.line, how="cross", maintain_order="left_right")
        return cells.with_columns(end.fill_nan(None).alias(name) for name, end in ends.items())


def draw(
    study: str,
    study_base: pl.DataFrame,
    periods: pl.DataFrame,
    costs: pl.DataFrame,
    services: pl.DataFrame,
    numbers: Sequence[int],
    draws: int = DRAWS,
) -> Draws:
    """Draw the study's citizens, and make everybody's figures anew of each draw.

    What citizens used is held as sparse matrices of cells (a period's line) by citizens. Their products with the
    weights add in one fixed order, so that a study gives the same figures on any number of threads.

    Args:
        study: the study's id.
        study_base: `person` of its citizens.
        periods: `person`, `period`, `present`.
        costs: `pipelines.costs.costs` of its citizens.
        services: the catalogue's `service`, `area`, `unit`.
        numbers: the periods of its cost table.
        draws: how many times the study base is drawn.
    """
    line = lines(services).select(LINE)
    citizens = study_base.select(pl.col("person").sort()).with_row_index("citizen")
    places = pl.DataFrame({"period": numbers}, schema={"period": pl.Int16}).with_row_index("place")
    there = periods.filter("present").join(citizens, on="person").join(places, on="period")
    shape = (len(numbers), line.height, -1)
    used, unmeasured = (
        rows.join(there, on=["person", "period"]).with_columns(
            cell=pl.col("place") * line.height + pl.col("line"), one=1
        )
        for rows in by_citizen(costs, parts_of_lines(services))
    )

    def matrix(rows: pl.DataFrame, row: str, value: str, height: int) -> csr_array:
        values, at = rows.get_column(value).cast(pl.Float64).to_numpy(), rows.select(row, "citizen").to_numpy().T
        return csr_array((values, at), shape=(height, citizens.height))

    n_cells = len(numbers) * line.height
    present = matrix(there.with_columns(one=1), "place", "one", len(numbers))
    lost = matrix(unmeasured, "cell", "one", n_cells)
    sums = {
        name: matrix(used, "cell", value, n_cells) / (1 if value == "one" else MILLIONTHS)
        for name, value in SUMS.items()
    }
    blocks: dict[str, list[Figures]] = {name: [] for name in sums}
    drawn = weights(study, citizens.height, draws)
    while block := list(islice(drawn, max(1, WEIGHTS_AT_ONCE // max(1, citizens.height)))):
        weight = np.ascontiguousarray(np.array(block, dtype=np.float64).T)
        measured = (present @ weight)[:, None, :] - (lost @ weight).reshape(shape)
        with np.errstate(invalid="ignore"):  # 0 / 0 where nobody drawn is measured
            for name, of_citizens in sums.items():
                blocks[name].append((of_citizens @ weight).reshape(shape) / measured)
    return Draws(list(numbers), line, {name: np.concatenate(found, axis=-1) for name, found in blocks.items()})


def weights(study: str, n: int, draws: int) -> Iterator[NDArray[np.int64]]:
    """How often each of `n` citizens is in a draw of `n` with replacement, draw after draw."""
    random = np.random.Generator(np.random.PCG64([SEED, *study.encode()]))
    for _ in range(draws):
        yield np.bincount(random.integers(n, size=n), minlength=n)
