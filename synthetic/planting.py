"""Gives the planned use to citizens: who uses what in which year, and how much, adding up to the plan exactly.

Here: from ``plan.py``'s totals to rows of use. Not here: the numbers themselves, or the registers' formats.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synthetic import participants
from synthetic.dates import days_in, weeks_in
from synthetic.participants import Members
from synthetic.plan import OUT_OF_BENEFITS, Figures, StudyPlan

Places = NDArray[np.int64]  # positions among the study's members
LONGEST_VISITS, LONGEST_BED_DAYS, LONGEST_ADMISSIONS = 60, 200, 6  # a citizen's in a year: they must fit in it


def spread(
    rng: np.random.Generator, total: int, low: int, cap: NDArray[np.int64], *, full: bool = False, shape: float = 0.8
) -> NDArray[np.int64]:
    """``total`` dealt over ``len(cap)`` users, at least ``low`` and at most ``cap`` each.

    The smaller ``shape``, the more unevenly. With ``full`` most users get their cap and a few lack what is missing, as
    in lasting benefits and grants. Raises ``ValueError`` where the total cannot be dealt.
    """
    if full:
        return cap - spread(rng, int(cap.sum()) - total, 0, cap - low, shape=0.25)
    if not low * len(cap) <= total <= cap.sum():
        raise ValueError(f"{total} cannot be dealt to {len(cap)} users")
    weight = rng.gamma(shape, 1.0, len(cap))
    dealt = np.minimum(low + (total - low * len(cap)) * weight / max(weight.sum(), 1e-9), cap).astype("int64")
    missing = total - int(dealt.sum())
    while missing:
        room = np.flatnonzero((dealt < cap) & (dealt > low))  # who got the least keeps it
        room = room if len(room) else np.flatnonzero(dealt < cap)
        share = max(1, missing // len(room))
        room = rng.permutation(room)[: max(1, missing // share)]
        added = np.minimum(share, cap[room] - dealt[room])
        dealt[room] += added
        missing -= int(added.sum())
    return dealt


def plant(study: StudyPlan, members: Members, people: NDArray[np.int64], seed: int) -> pl.DataFrame:
    """The study base's use: ``study, person, period, year, service, quantity, before, after``.

    ``person`` is a position in the population; ``before`` and ``after`` tell whether the same citizen uses the same
    service in the neighbouring planted year too.
    """
    rng = np.random.default_rng([seed, 2, len(people)])
    need = rng.random(len(people))  # who comes first to social services
    mind, body = rng.random(len(people)), rng.random(len(people))
    age_order = np.argsort(members.birth, kind="stable")
    rows: list[tuple[int, str, Places, NDArray[np.int64]]] = []
    for at, period in enumerate(study.periods):
        here = np.flatnonzero(members.present(period))
        year = members.start_year + period
        if study.transfers:
            benefits = _stacked(study.transfers, at, age_order, weeks_in(year), rng)
        else:
            benefits = _tracked(members, here, weeks_in(year))
        rows += [(period, *row) for row in benefits]
        rows += [(period, *row) for row in _social(study, at, here[np.argsort(need[here])], days_in(year), rng)]
        for kind, key in (("psykiatri", mind), ("somatik", body)):
            drift = key[here] + rng.normal(0, 0.08, len(here))
            rows += [(period, *row) for row in _hospital(study.hospital, kind, at, here[np.argsort(drift)], rng)]
        on_benefit = np.concatenate([users for service, users, _ in benefits if service != "su"])
        idle = np.setdiff1d(here, on_benefit)
        if not study.transfers:
            idle = idle[np.isin(members.track[idle], participants.BLANK)]
        users, total = study.employment[at]
        rows.append((period, "ordinaer_beskaeftigelse", idle[:users], spread(rng, total, 1, np.full(users, 12))))
    return use_frame(study, members, people, rows)


def _stacked(
    transfers: Figures, at: int, order: Places, weeks: NDArray[np.int64], rng: np.random.Generator
) -> list[tuple[str, Places, NDArray[np.int64]]]:
    """One benefit a citizen: the services in order take their users from the oldest to the youngest."""
    dealt, first = [], 0
    for service, figures in transfers.items():
        users, total = figures[at]
        chosen = order[first : first + users]
        first += users
        if service != OUT_OF_BENEFITS:
            dealt.append((service, chosen, spread(rng, total, 1, weeks[chosen], full=True)))
    if first != len(order):
        raise ValueError(f"the plan has benefits for {first} citizens, not {len(order)}")
    return dealt


def _tracked(members: Members, here: Places, weeks: NDArray[np.int64]) -> list[tuple[str, Places, NDArray[np.int64]]]:
    """A lasting benefit a citizen, every week of the year."""
    none = {participants.BLANK, participants.HOLIDAY, participants.NO_ROW}
    services = [service for service in np.unique(members.track) if service not in none]
    users = {service: here[members.track[here] == service] for service in services}
    return [(service, chosen, weeks[chosen]) for service, chosen in users.items() if len(chosen)]


def _social(
    study: StudyPlan, at: int, order: Places, days: NDArray[np.int64], rng: np.random.Generator
) -> list[tuple[str, Places, NDArray[np.int64]]]:
    """The social services dealt round the circle of their users, so that everyone in it has at least one."""
    circle = order[: study.social_users[at]]
    dealt, first = [], 0
    for service, figures in study.social.items():
        users, total = figures[at]
        chosen = circle[(first + np.arange(users)) % len(circle)]
        first += users
        dealt.append((service, chosen, spread(rng, total, 10, days[chosen], full=True)))
    if first < len(circle):
        raise ValueError(f"the plan gives social services to {first} citizens, fewer than {len(circle)}")
    return dealt


def _hospital(
    hospital: Figures, kind: str, at: int, order: Places, rng: np.random.Generator
) -> list[tuple[str, Places, NDArray[np.int64]]]:
    """Visits to the first in order; admissions and bed days to some of them."""
    users, visits = hospital[f"{kind}_ambulant"][at]
    admitted, admissions = hospital[f"{kind}_indlaeggelse"][at]
    _, bed_days = hospital[f"{kind}_sengedag"][at]
    outside, inside = order[:users], rng.permutation(order[:users])[:admitted]
    stays = spread(rng, admissions, 1, np.full(admitted, LONGEST_ADMISSIONS))
    beyond = spread(rng, bed_days - admissions, 0, LONGEST_BED_DAYS - stays)
    return [
        (f"{kind}_ambulant", outside, spread(rng, visits, 1, np.full(users, LONGEST_VISITS))),
        (f"{kind}_indlaeggelse", inside, stays),
        (f"{kind}_sengedag", inside, stays + beyond),
    ]


def use_frame(
    study: StudyPlan,
    members: Members,
    people: NDArray[np.int64],
    rows: list[tuple[int, str, Places, NDArray[np.int64]]],
) -> pl.DataFrame:
    """Rows ``(period, service, places, quantity)`` as a table of use, in the shape ``plant`` gives."""
    frame = pl.concat(
        pl.DataFrame(
            {
                "person": people[places],
                "year": members.start_year[places] + period,
                "quantity": quantity,
            }
        ).select(
            pl.lit(study.study).alias("study"),
            "person",
            pl.lit(period, pl.Int16).alias("period"),
            "year",
            pl.lit(service).alias("service"),
            "quantity",
        )
        for period, service, places, quantity in rows
    ).sort("service", "person", "year")
    one_of = pl.col("service") + pl.col("person").cast(pl.String)

    def neighbour(step: int) -> pl.Expr:
        same = (one_of == one_of.shift(step)) & (pl.col("year") - step == pl.col("year").shift(step))
        return same.fill_null(value=False)

    return frame.with_columns(before=neighbour(1), after=neighbour(-1))
