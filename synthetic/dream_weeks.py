"""The benefit histories behind DREAM: a code for every citizen and week, an employment degree for every month.

Here: who receives what in which week, planted and in the background. Not here: the wide file (``dream.py``). The
background comes at about 8 transfer weeks a citizen and year, old-age pension included.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synthetic import participants, plan
from synthetic.dates import DATA_END, LAST_YEAR, NEVER, dream_weeks, first_of, weeks_in, year_of
from synthetic.population import Population

# Codes of a planted benefit: the first half of a run has the first, the second half the second.
CODES = {
    "foertidspension": (783, 783),
    "folkepension": (998, 998),
    "ressourceforloeb": (810, 813),
    "kontanthjaelp": (730, 733),
    "uddannelseshjaelp": (720, 723),
    "integrationsydelse": (151, 151),
    "sygedagpenge": (890, 893),
    "dagpenge": (111, 111),
    "fleksjob": (771, 774),
    "ledighedsydelse": (740, 743),
    "revalidering": (760, 763),
    "efterloen": (611, 611),
    "su": (651, 652),
}
HOLIDAY, EMIGRATED, DEAD, DISABILITY, OLD_AGE = 121, 997, 999, 783, 998
LASTING = (DISABILITY, OLD_AGE)
# The background's shorter spells by the era they start in (codes that later reforms ended are not started late).
_ERAS = np.array(["1900-01-01", "2014-01-01", "2016-01-01", "2018-05-01", "2200-01-01"], dtype="datetime64[D]")
_POOLS = np.array(
    [
        [111, 112, 113, 130, 133, 710, 713, 890, 893, 881, 651, 760],
        [111, 112, 114, 130, 135, 720, 723, 890, 893, 881, 651, 810],
        [111, 111, 151, 130, 700, 720, 723, 890, 893, 881, 652, 870],
        [111, 115, 121, 134, 733, 720, 140, 890, 893, 881, 652, 873],
    ],
    dtype=np.int16,
)
_SPELLS, _MEAN_WEEKS, _LONGEST = 12, 38, 90  # shorter spells a citizen with a row, over 33 years
_ROW_SHARE, _ROW_SHARE_OLD, _DISABLED = 0.62, 0.30, 0.08
_PENSION_DAYS = 66 * 365 + 17
A_LITTLE_WORK = np.float32(0.1)  # the degree of a job beside a benefit, which one citizen in so many has:
_ONE_IN_SO_MANY = 7
_WORKING = 0.72


class Histories:
    """Histories of any batch of citizens: ``weeks`` and ``degrees``, with what is planted laid over the background."""

    def __init__(self, population: Population, use: pl.DataFrame, seed: int) -> None:
        rng = np.random.default_rng([seed, 6])
        self.population = population
        self.thursdays = dream_weeks()[1]
        old = population.birth < np.datetime64("1949-01-01")
        grown = population.birth < np.datetime64("2006-01-01")
        self.has_row = grown & (rng.random(len(population)) < np.where(old, _ROW_SHARE_OLD, _ROW_SHARE))
        self.first_planted = np.full(len(population), LAST_YEAR + 1)
        self.last_planted = np.full(len(population), LAST_YEAR + 1)
        self.holiday = np.full(len(population), NEVER)
        for study in plan.STUDIES:
            members, people = population.members[study.study]
            self.first_planted[people] = members.start_year - study.years_before
            self.last_planted[people] = members.start_year + study.years_after
            self.has_row[people] = members.track != participants.NO_ROW
            on_holiday = members.track == participants.HOLIDAY
            self.holiday[people[on_holiday]] = first_of(members.start_year[on_holiday])
        benefits = use.filter(pl.col("service").is_in(list(CODES)))
        self.benefits = benefits.partition_by("person", as_dict=True)
        self.work = use.filter(pl.col("service") == "ordinaer_beskaeftigelse").partition_by("person", as_dict=True)
        self.beside = jobs_beside_benefits(use).partition_by("person", as_dict=True)

    def weeks(self, people: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int16]:
        """Codes, a row a week of DREAM and a column a citizen; 0 is blank."""
        codes = self._background(people, rng)
        planted = self.last_planted[people] <= LAST_YEAR
        for column in np.flatnonzero(planted):
            self._plant(codes, column, int(people[column]))
        gone = self.population.departure[people]
        left = np.where(self.population.died[people], DEAD, EMIGRATED).astype(np.int16)
        for column in np.flatnonzero(gone <= DATA_END):
            codes[np.searchsorted(self.thursdays, gone[column]) :, column] = left[column]
        return codes

    def _background(self, people: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int16]:
        """Shorter spells between 18 and the pension, lasting disability pension, old-age pension."""
        n, weeks = len(people), len(self.thursdays)
        epoch = self.thursdays[0]
        here = np.maximum(self.population.arrival[people], self.population.birth[people] + 18 * 365)
        grown = (here - epoch).astype("int64") // 7 + 1
        pension = (self.population.birth[people] + _PENSION_DAYS - epoch).astype("int64") // 7
        codes = np.zeros((weeks, n), dtype=np.int16)
        listed = self.last_planted[people] <= LAST_YEAR
        for _ in range(_SPELLS):
            start = rng.integers(0, weeks, n)
            stop = np.minimum(start + np.minimum(rng.geometric(1 / _MEAN_WEEKS, n), _LONGEST), pension)
            era = np.searchsorted(_ERAS, self.thursdays[start], side="right") - 1
            code = _POOLS[era, rng.integers(0, _POOLS.shape[1], n)]
            _paint(codes, start, np.where(start > grown, stop, 0), code)
        disabled = (rng.random(n) < _DISABLED / _ROW_SHARE) & ~listed
        since = np.maximum(grown, grown + rng.integers(200, 2200, n))
        _paint(codes, since, np.where(disabled, pension, 0), np.full(n, DISABILITY, dtype=np.int16))
        _paint(codes, pension, np.where(listed, 0, weeks), np.full(n, OLD_AGE, dtype=np.int16))
        return codes

    def _plant(self, codes: NDArray[np.int16], column: int, person: int) -> None:
        """Overwrite the planted years of one citizen; a pension that fills the last of them goes on after it."""
        first, after = self._span(self.first_planted[person]), self._span(self.last_planted[person] + 1)
        codes[first:after, column] = 0
        rows = self.benefits.get((person,))
        for row in [] if rows is None else rows.iter_rows(named=True):
            begin, weeks = self._span(row["year"]), int(weeks_in(row["year"]))
            if not row["before"]:
                begin += weeks - row["quantity"]
            middle, end = begin + row["quantity"] // 2, begin + row["quantity"]
            one, two = CODES[row["service"]]
            codes[begin:middle, column], codes[middle:end, column] = one, two
        if codes[after - 1, column] in LASTING:
            codes[after:, column] = codes[after - 1, column]
        if self.holiday[person] < NEVER:
            week = int(np.searchsorted(self.thursdays, self.holiday[person]))
            codes[week - 6 : week - 3, column] = HOLIDAY  # around week 48 of the year before the start

    def _span(self, year: int) -> int:
        """The first week whose Thursday lies in the year."""
        return int(np.searchsorted(self.thursdays, first_of(year)))

    def degrees(self, people: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float32]:
        """Employment degrees, a row a month from January 2008 and a column a citizen; 0 is no work.

        In a planted year only the planted months of those without a benefit have a degree, and every month of some
        whose benefit fills the whole year: work that does not count as months in ordinary employment.
        """
        years = np.arange(2008, LAST_YEAR + 1)
        age = years[:, None] - year_of(self.population.birth[people])[None, :]
        there = self.population.departure[people][None, :] > first_of(years + 1)[:, None]
        working = (rng.random(age.shape) < _WORKING) & (age >= 18) & (age < 66) & there
        degree = np.round(rng.uniform(0.15, 1.0, len(people)), 2).astype(np.float32)
        months = np.repeat(working, 12, axis=0) * degree
        for column in np.flatnonzero(self.last_planted[people] <= LAST_YEAR):
            self._plant_work(months, column, int(people[column]), degree[column])
        return months

    def _plant_work(self, months: NDArray[np.float32], column: int, person: int, degree: np.float32) -> None:
        first, after = (12 * (y - 2008) for y in (self.first_planted[person], self.last_planted[person] + 1))
        months[first:after, column] = 0
        work, beside = self.work.get((person,)), self.beside.get((person,))
        for row in [] if work is None else work.iter_rows(named=True):
            january = 12 * (row["year"] - 2008)
            months[january : january + row["quantity"], column] = degree
        for row in [] if beside is None else beside.iter_rows(named=True):
            january = 12 * (row["year"] - 2008)
            months[january : january + 12, column] = A_LITTLE_WORK


def jobs_beside_benefits(use: pl.DataFrame) -> pl.DataFrame:
    """The years of planted ``use`` in which a citizen works a little in every month, beside a benefit in every week."""
    benefits = use.filter(pl.col("service").is_in([service for service in CODES if service != "su"]))
    every_week = pl.Series(weeks_in(benefits["year"].to_numpy()))
    return benefits.filter(pl.col("quantity") == every_week, pl.col("person") % _ONE_IN_SO_MANY == 0)


def _paint(
    codes: NDArray[np.int16], start: NDArray[np.int64], stop: NDArray[np.int64], code: NDArray[np.int16]
) -> None:
    """Set each citizen's weeks from ``start`` up to, not including, ``stop`` to their code."""
    week = np.arange(len(codes))[:, None]
    inside = (week >= start) & (week < stop)
    np.copyto(codes, code, where=inside)
