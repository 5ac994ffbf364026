"""Gives citizens the planned use that is read from registers a workspace may lack: GP, shelter, drugs and alcohol.

Here: from ``plan.py``'s totals to rows of use, as ``planting.py`` gives the rest. Not here: the registers' formats.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synthetic import handic, plan
from synthetic.dates import days_in
from synthetic.participants import Members
from synthetic.plan import StudyPlan
from synthetic.planting import Places, spread, use_frame

MOST_CONTACTS, MOST_ADD_ONS = 60, 4  # a citizen's in a year
LEAST_FREE_DAYS = 20  # of a year of treatment: two courses in it lie further apart than what joins them

Rows = list[tuple[int, str, Places, NDArray[np.int64]]]


def plant_optional(
    study: StudyPlan, members: Members, people: NDArray[np.int64], use: pl.DataFrame, seed: int
) -> pl.DataFrame:
    """More use of the study base, in the shape of ``planting.plant``; treatment from ``plan.FIRST_TREATED`` on.

    ``use`` is what was planted before. Shelter under § 110 and drug treatment go to citizens who have a social service
    in every period, so that the users of any social service stay as planned. ``almen_laege_honorar`` is in øre.
    """
    rng = np.random.default_rng([seed, 8, len(people)])
    rows = _general_practice(study, members, rng)
    if study.shelter:
        steady = rng.permutation(_in_every_period(study, people, use))
        drugs, both, alcohol = (plan.TREATED_B[kind] for kind in ("stofbehandling", "begge", "alkoholbehandling"))
        drug_users = steady[: drugs + both]
        elsewhere = np.setdiff1d(np.flatnonzero(members.present(study.periods[-1])), steady)
        drinkers = np.concatenate([drug_users[drugs:], rng.permutation(elsewhere)[:alcohol]])
        rows += _treatment(study, "stofbehandling", drug_users, members, rng)
        rows += _treatment(study, "alkoholbehandling", drinkers, members, rng)
        rows += _shelter(study, steady[::-1], elsewhere, members, rng)
    return use_frame(study, members, people, rows)


def _in_every_period(study: StudyPlan, people: NDArray[np.int64], use: pl.DataFrame) -> Places:
    """Who has a service of HANDIC in each of the study's periods."""
    social = use.filter(pl.col("service").is_in(list(handic.CODES)))
    periods = social.group_by("person").agg(pl.col("period").n_unique())
    steady = periods.filter(pl.col("period") == len(study.periods))["person"].to_numpy()
    return np.flatnonzero(np.isin(people, steady))


def _general_practice(study: StudyPlan, members: Members, rng: np.random.Generator) -> Rows:
    """Contacts with a general practitioner, among the contacts of the wider definition, and the fees of the first."""
    need = rng.random(len(members.start))
    rows: Rows = []
    for at, period in enumerate(study.periods):
        here = np.flatnonzero(members.present(period))
        order = here[np.argsort(need[here] + rng.normal(0, 0.08, len(here)))]
        (near, inside), (users, everything) = (study.general_practice[s][at] for s in _DEFINITIONS)
        contacts = np.zeros(users, dtype=np.int64)
        contacts[:near] = spread(rng, inside, 1, np.full(near, MOST_CONTACTS))
        beside = np.zeros(users, dtype=np.int64)
        beside[near:] = 1
        beside += spread(rng, everything - inside - (users - near), 0, np.full(users, MOST_CONTACTS))
        fees = contacts[:near] * plan.CONTACT_FEE + rng.integers(0, MOST_ADD_ONS + 1, near) * plan.ADD_ON_FEE
        rows += [
            (period, "almen_laege", order[:near], contacts[:near]),
            (period, "almen_laege_70_90", order[:users], contacts + beside),
            (period, "almen_laege_honorar", order[:near], fees),
        ]
    return rows


_DEFINITIONS = ("almen_laege", "almen_laege_70_90")


def _treatment(study: StudyPlan, kind: str, circle: Places, members: Members, rng: np.random.Generator) -> Rows:
    """Courses of a circle of citizens, each period's users one place on from those of the period before."""
    rows: Rows = []
    for shift, (users, total) in enumerate(study.treatment[kind]):
        period = plan.FIRST_TREATED + shift
        chosen = circle[(shift + np.arange(users)) % len(circle)]
        most = days_in(members.start_year[chosen] + period) - LEAST_FREE_DAYS
        rows.append((period, kind, chosen, spread(rng, total, 20, most)))
    return rows


def _shelter(study: StudyPlan, steady: Places, elsewhere: Places, members: Members, rng: np.random.Generator) -> Rows:
    """Stays under § 110, and stays of other kinds: of one citizen who also has the first, and of others."""
    rows: Rows = []
    for service, order in (
        ("forsorgshjem", steady),
        ("forsorgshjem_andre_ophold", np.concatenate([steady[:1], elsewhere])),
    ):
        for period, (users, total) in zip(study.periods, study.shelter[service], strict=True):
            chosen = order[:users]
            rows.append((period, service, chosen, spread(rng, total, 5, days_in(members.start_year[chosen] + period))))
    return rows
