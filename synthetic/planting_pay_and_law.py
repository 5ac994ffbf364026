"""Gives citizens the planned pay, charges, decisions and days imprisoned, as ``planting.py`` gives the rest.

Here: from ``plan.py``'s totals, and from who works, to rows of use. Not here: the registers' formats.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synthetic.dates import days_in
from synthetic.dream_weeks import jobs_beside_benefits
from synthetic.participants import Members
from synthetic.plan import StudyPlan
from synthetic.planting import spread, use_frame

MOST_EVENTS = 9  # charges or decisions of a citizen in a year
LEAST_DAYS = 7  # imprisoned, of who is
HOURS, HOURS_BESIDE = (60, 161), (12, 19)  # a month in ordinary employment, and of a job beside a benefit
WAGE = (13_500, 26_000)  # øre an hour


def plant_pay_and_law(
    study: StudyPlan, members: Members, people: NDArray[np.int64], use: pl.DataFrame, seed: int
) -> pl.DataFrame:
    """More use of the study base, in the shape of ``planting.plant``; ``use`` is what that planted.

    ``loentimer`` (hours) and ``loen`` (øre) are of exactly those who have months at work in DREAM, whole hours and
    some of each in every one of these months. Who is imprisoned has a decision too, and who has one a charge.
    """
    rng = np.random.default_rng([seed, 17, len(people)])
    return pl.concat([_pay(use, rng), _law(study, members, people, rng)])


def _pay(use: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    ordinary = use.filter(pl.col("service") == "ordinaer_beskaeftigelse").with_columns(months="quantity")
    beside = jobs_beside_benefits(use).with_columns(months=pl.lit(12, pl.Int64))
    jobs = pl.concat([ordinary, beside]).sort("person", "year")
    little = (jobs["service"] != "ordinaer_beskaeftigelse").to_numpy()
    months = jobs["months"].to_numpy()
    a_month = np.where(little, rng.integers(*HOURS_BESIDE, len(jobs)), rng.integers(*HOURS, len(jobs)))
    hours = months * a_month + rng.integers(0, months)
    wages = hours * rng.integers(*WAGE, len(jobs)) + rng.integers(0, 100, len(jobs))
    return pl.concat(
        jobs.select(
            "study",
            "person",
            "period",
            "year",
            pl.lit(service).alias("service"),
            pl.Series("quantity", quantity, dtype=pl.Int64),
            before=pl.lit(value=False),
            after=pl.lit(value=False),
        )
        for service, quantity in (("loentimer", hours), ("loen", wages))
    )


def _law(study: StudyPlan, members: Members, people: NDArray[np.int64], rng: np.random.Generator) -> pl.DataFrame:
    trouble = rng.random(len(people))
    rows = []
    for at, period in enumerate(study.periods):
        here = np.flatnonzero(members.present(period))
        order = here[np.argsort(trouble[here] + rng.normal(0, 0.03, len(here)))]
        for service, figures in study.law.items():
            users, total = figures[at]
            chosen = order[:users]
            days = service == "indsaettelse"
            most = days_in(members.start_year[chosen] + period) if days else np.full(users, MOST_EVENTS)
            rows.append((period, service, chosen, spread(rng, total, LEAST_DAYS if days else 1, most)))
    return use_frame(study, members, people, rows)
