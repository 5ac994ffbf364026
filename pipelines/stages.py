"""What a stage is: work that splits by person, and how the partial tables of ranges of persons add up to one.

Here: the shape of a stage and the ways of adding up. Not here: the stages themselves, which stand beside their
functions, nor what runs them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Stage:
    """Work on ranges of persons: `of_persons` makes tables by name of the frames of a range's persons (and settings),
    `add_up` says for each table how those of all ranges, one after another, become one.
    """

    name: str
    of_persons: Callable[..., Mapping[str, pl.DataFrame]]
    add_up: Mapping[str, Callable[[pl.LazyFrame], pl.LazyFrame]]


def in_order(parts: pl.LazyFrame) -> pl.LazyFrame:
    """The ranges' rows one after another: ranges go by person, so that rows sorted by person stay so."""
    return parts
