"""Days of a service as dated spans: grants, stays and courses of treatment, both ends included.

Here: where in the year the planted days lie, the spans of the background, and how spans touch and overlap without
covering other days. Not here: any register's columns. A span is a row ``person, service, start, end``; a null ``end``
is still open.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synthetic.dates import DATA_END, Days, days_in, first_of
from synthetic.population import Population


def spans(person: NDArray, service: pl.Series | NDArray, start: Days, end: Days) -> pl.DataFrame:
    """Spans of the arrays' elements; an ``end`` on the demo's last day is still open: null."""
    frame = pl.DataFrame({"person": person, "service": service, "start": start, "end": end})
    open_end = pl.col("end") >= DATA_END.item()
    return frame.with_columns(end=pl.when(~open_end).then("end")).cast({"person": pl.Int64, "service": pl.String})


def planted(use: pl.DataFrame, population: Population, rng: np.random.Generator) -> pl.DataFrame:
    """A year's days of ``use`` as spans inside that year, towards the neighbouring years where the service goes on.

    Days of a citizen who has the service in both neighbouring years lie at both ends of the year. A span that fills
    the study's last year goes on after it.
    """
    year, days = use["year"].to_numpy(), use["quantity"].to_numpy()
    before, after = use["before"].to_numpy(), use["after"].to_numpy()
    first, free = first_of(year), days_in(year) - days
    both = before & after & (free > 0) & (days > 1)
    early = np.where(both, days // 2, days)
    offset = np.where(before, 0, np.where(after, free, rng.integers(0, free + 1)))
    start, last = first + offset, first + days_in(year) - 1
    person, final = use["person"].to_numpy(), use.select(pl.col("period") == pl.col("period").max().over("study"))
    goes_on = final.to_series().to_numpy() & (free == 0) & (population.departure[person] > DATA_END)
    one = spans(person, use["service"], start, np.where(goes_on, DATA_END, start + early - 1))
    two = spans(person, use["service"], last - (days - early) + 1, last)
    return pl.concat([one, two.filter(pl.Series(both))])


def background(
    population: Population,
    n: int,
    began: tuple[np.datetime64, np.datetime64],
    days: tuple[int, int],
    services: dict[str, float],
    rng: np.random.Generator,
    *,
    one_open: bool = False,
) -> pl.DataFrame:
    """Up to ``n`` spans of grown citizens who are on no list, within their time in the population.

    They begin between the two days of ``began``, one of them on the first; with ``one_open`` the latest of a citizen
    who stays is still open. ``days`` are the scale of their length and the longest, ``services`` each one's share.
    """
    (first_day, last_day), (scale, longest) = began, days
    person = rng.choice(population.background, n)
    start = first_day + rng.integers(0, int((last_day - first_day).astype("int64")), n)
    grown = (population.birth < np.datetime64("1980-01-01")) & population.present(first_day)
    person[0], start[0] = np.flatnonzero(grown)[-1], first_day  # so that the register begins in its first year
    start = np.maximum(start, np.maximum(population.arrival[person], population.birth[person] + 18 * 365))
    length = np.clip(rng.gamma(1.2, scale, n), 20, longest).astype("int64")
    end = np.minimum(start + length, population.departure[person])
    service = np.array(list(services))[rng.choice(len(services), n, p=list(services.values()))]
    there = (start < end) & (start < last_day)
    if one_open:
        stays = there & (population.departure[person] > DATA_END)
        end[np.argmax(np.where(stays, start, first_day))] = DATA_END
    return spans(person[there], service[there], start[there], end[there])


def renewed(dated: pl.DataFrame, rng: np.random.Generator, often: float = 1.0) -> pl.DataFrame:
    """Some spans renewed as two that touch, some as two that overlap, some with a shorter one inside.

    Every one of 20 days and more has a chance of 0.22 times ``often``.
    """
    last = dated["end"].fill_null(DATA_END.item()).to_numpy()
    start = dated["start"].to_numpy()
    length = (last - start).astype("int64")
    fate = np.where(length >= 20, rng.random(len(dated)) / often, 1.0)
    middle = start + length // 2
    overlap = np.where(fate < 0.10, -1, 6)  # -1: the first ends the day before the second starts
    split, inside = fate < 0.18, (fate >= 0.18) & (fate < 0.22)
    person, service = dated["person"].to_numpy(), dated["service"]
    return pl.concat(
        [
            dated.filter(pl.Series(~split)),
            spans(person, service, start, middle + overlap).filter(pl.Series(split)),
            spans(person, service, middle, last).filter(pl.Series(split)),
            spans(person, service, start + 3, last - 5).filter(pl.Series(inside)),
        ]
    )
