"""The demo's citizens: births, deaths, moves, couples, parents and municipalities.

Here: who exists, from when to when, and with whom. Not here: what they use, or how the population register writes
them down (``bef.py``). A citizen is a position in the arrays; the participants come first, the background last.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synthetic import participants, plan
from synthetic.dates import NEVER, Days, first_of, years_between
from synthetic.participants import Members

SMALLEST = 2_000  # citizens: below this there is no background around the participants and their families
MUNICIPALITIES = np.array(
    [
        *plan.MUNICIPALITIES_A,
        *(151, 159, 161, 163, 167, 173, 185, 190, 201, 219, 230, 253, 259, 316, 320, 336, 340, 370, 376, 400, 410, 420),
        *(430, 440, 450, 479, 510, 530, 540, 550, 573, 580, 607, 621, 630, 661, 671, 706, 707, 710, 727, 730, 740, 746),
        *(756, 760, 766, 773, 779, 787, 791, 810, 813, 820, 840, 846, 849, 860),
    ],
    dtype=np.int16,
)
ADULT = 18


@dataclass(frozen=True)
class Population:
    """The citizens, one element each, and the places of the participants among them.

    ``home`` is the citizen whose household one belongs to as an adult; minors live with ``mor``, else ``far``
    (positions, -1 unknown). In the population while ``arrival`` <= day < ``departure``; ``died`` tells why one left.
    ``pnr`` is the text of every citizen; ``unknown`` the numbers on a list that belong to nobody. ``order`` sorts by
    ``pnr``, which is how deliveries come.
    """

    pnr: pl.Series
    unknown: pl.Series
    order: NDArray[np.int64]
    birth: Days
    arrival: Days
    departure: Days
    died: NDArray[np.bool_]
    koen: NDArray[np.int8]
    ie_type: NDArray[np.int8]
    kom: NDArray[np.int16]
    far: NDArray[np.int32]
    mor: NDArray[np.int32]
    home: NDArray[np.int32]
    members: dict[str, tuple[Members, NDArray[np.int64]]]
    late: NDArray[np.int64]
    background: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.birth)

    def present(self, day: np.datetime64) -> NDArray[np.bool_]:
        """Who is in the population on ``day``."""
        return (self.arrival <= day) & (day < self.departure)

    def compared(self, year: int) -> NDArray[np.bool_]:
        """Whom report B is held against in ``year``: of the printed ages on 1 July, in the population, on no list."""
        age = years_between(self.birth, np.broadcast_to(first_of(year) + 181, len(self)))
        youngest, oldest = plan.POPULATION_AGES_B
        there = self.present(first_of(year) - 1) | self.present(first_of(year + 1) - 1)
        there[self.members[plan.SAMARBEJDSMODELLEN.study][1]] = False
        return there & (age >= youngest) & (age <= oldest)

    def household(self, day: np.datetime64) -> NDArray[np.int32]:
        """Each citizen's household on ``day``: their own home, or as a minor that of a parent."""
        parent = np.where(self.mor >= 0, self.mor, self.far)
        minor = (parent >= 0) & (years_between(self.birth, np.broadcast_to(day, len(self))) < ADULT)
        return np.where(minor, self.home[parent], self.home)


People = dict[str, NDArray]  # one array a column of ``_OWN``; home -1 is one's own


def make_population(citizens: int, seed: int) -> Population:
    """``citizens`` people who are ever in the population in 2015-2024, the participants and their families included.

    Raises ``ValueError`` below ``SMALLEST`` citizens: the lists of the studies have the size they were printed with.
    """
    if citizens < SMALLEST:
        raise ValueError(f"the demo needs at least {SMALLEST} citizens, not {citizens}")
    rng = np.random.default_rng([seed, 1])
    drawn = {
        plan.AABEN_DIALOG.study: participants.aaben_dialog(rng),
        plan.SAMARBEJDSMODELLEN.study: participants.samarbejdsmodellen(rng),
    }
    members, first = {}, 0
    for study, group in drawn.items():
        members[study] = (group, np.arange(first, first + len(group.start)))
        first += len(group.start)
    listed = _join([_as_people(group) for group in drawn.values()])
    partner = np.concatenate([group.partner for group in drawn.values()])
    children = np.concatenate([group.children for group in drawn.values()])
    grown = np.arange(first) >= len(drawn[plan.AABEN_DIALOG.study].start)
    family = _join([listed, _partners(listed, partner, rng), _children(listed, children, grown, rng), _late(rng)])
    named = len(family["birth"])
    people = _join([family, _background(citizens - named, named, rng)])
    people["home"] = np.where(people["home"] < 0, np.arange(citizens), people["home"]).astype(np.int32)
    pnr = _numbers(citizens + plan.NEVER_IN_POPULATION_B, rng)
    return Population(
        pnr=pnr[:citizens],
        unknown=pnr[citizens:],
        order=pnr[:citizens].arg_sort().to_numpy().astype("int64"),
        members=members,
        late=np.arange(named - plan.ARRIVED_AFTER_BASE_B, named),
        background=np.arange(named, citizens),
        **people,
    )


def _people(birth: Days, **columns: NDArray) -> People:
    """Citizens with the usual value where nothing else is said: born here, never left, alone, no parents named."""
    n = len(birth)
    usual = {
        "birth": birth,
        "arrival": birth,
        "departure": np.full(n, NEVER),
        "died": np.zeros(n, dtype=bool),
        "ie_type": np.ones(n, dtype=np.int8),
        "far": np.full(n, -1, dtype=np.int32),
        "mor": np.full(n, -1, dtype=np.int32),
        "home": np.full(n, -1, dtype=np.int32),
    }
    return usual | columns


def _join(blocks: list[People]) -> People:
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def _numbers(n: int, rng: np.random.Generator) -> pl.Series:
    """``n`` different opaque numbers of 12 digits, as text."""
    drawn = np.unique(rng.integers(0, 10**12, n + 100 + n // 1000))
    return pl.Series("pnr", rng.permutation(drawn)[:n]).cast(pl.String).str.zfill(12)


def _as_people(members: Members) -> People:
    return _people(
        members.birth,
        departure=members.departure,
        died=members.departure != NEVER,
        koen=members.koen,
        ie_type=members.ie_type,
        kom=members.kom,
    )


def _partners(listed: People, partner: NDArray[np.bool_], rng: np.random.Generator) -> People:
    """A partner in the household of each participant who does not live alone."""
    at = np.flatnonzero(partner)
    birth = listed["birth"][at] + rng.integers(-1500, 1500, len(at))
    return _people(birth, koen=(3 - listed["koen"][at]), kom=listed["kom"][at], home=at.astype(np.int32))


def _children(
    listed: People, children: NDArray[np.int64], grown: NDArray[np.bool_], rng: np.random.Generator
) -> People:
    """The participants' children: grown up before the start in report B, born before 2017 in A."""
    parent = np.repeat(np.arange(len(children)), children).astype(np.int32)
    birth = listed["birth"][parent]
    until = np.where(grown[parent], np.datetime64("2001-12-31"), np.datetime64("2016-12-31"))
    earliest = np.minimum(birth + 18 * 365, until - 365)
    birth = earliest + (rng.random(len(parent)) * (until - earliest).astype("int64")).astype("int64")
    mother = listed["koen"][parent] == 2
    return _people(
        birth,
        koen=rng.integers(1, 3, len(parent)).astype(np.int8),
        kom=listed["kom"][parent],
        mor=np.where(mother, parent, -1).astype(np.int32),
        far=np.where(mother, -1, parent).astype(np.int32),
    )


def _late(rng: np.random.Generator) -> People:
    """Citizens on report B's list who moved into the population after their base date, in 2021."""
    n = plan.ARRIVED_AFTER_BASE_B
    return _people(
        np.datetime64("1965-01-01") + rng.integers(0, 4000, n),
        arrival=np.datetime64("2021-01-10") + rng.integers(0, 60, n),
        koen=rng.integers(1, 3, n).astype(np.int8),
        ie_type=np.full(n, 2, dtype=np.int8),
        kom=rng.choice([101, 461, 751, 851], n).astype(np.int16),
    )


def _background(n: int, first: int, rng: np.random.Generator) -> People:
    """The rest of the population, at positions ``first`` and on, with couples and parents among themselves."""
    years = np.arange(1922, 2025)
    weight = np.clip((years - 1915) / 35, 0.05, 1.0)
    birth = first_of(rng.choice(years, n, p=weight / weight.sum())) + rng.integers(0, 365, n)
    start = first_of(2015)

    life = birth + np.clip(rng.normal(82, 11, n), 30, 103).astype("int64") * 365
    dead_too_soon = life < np.maximum(start, birth)
    life[dead_too_soon] = start + rng.integers(30, 5000, dead_too_soon.sum())
    foreign = rng.random(n) < 0.13
    immigrant = foreign & (birth < start) & (rng.random(n) < 0.35)
    arrival = np.where(immigrant, start + rng.integers(-3000, 3500, n), birth)
    leaves = rng.random(n) < np.where(foreign, 0.15, 0.02)
    emigration = np.where(leaves, np.maximum(arrival, start) + rng.integers(200, 4500, n), NEVER)
    departure = np.minimum(np.maximum(life, arrival + 30), emigration)
    koen = rng.integers(1, 3, n).astype(np.int8)
    kom = rng.choice(MUNICIPALITIES, n)

    home = np.full(n, -1, dtype=np.int64)
    grown = birth < np.datetime64("1998-01-01")
    coupled = grown & (rng.random(n) < 0.62)
    women, men = (rows[np.argsort(birth[rows], kind="stable")] for rows in _by_koen(coupled, koen))
    pairs = min(len(women), len(men))
    women, men = women[:pairs], men[:pairs]
    home[men], kom[men] = women + first, kom[women]
    partner = np.full(n, -1, dtype=np.int64)
    partner[women] = men

    mother = _mothers(birth, koen, rng)
    kom = np.where((mother >= 0) & (birth > np.datetime64("1997-01-01")), kom[mother], kom)
    father = np.where(mother >= 0, partner[mother], -1)
    return _people(
        birth,
        arrival=arrival,
        departure=departure,
        died=departure < emigration,
        koen=koen,
        ie_type=np.where(~foreign, 1, np.where(immigrant | (rng.random(n) < 0.5), 2, 3)).astype(np.int8),
        kom=kom.astype(np.int16),
        far=np.where(father >= 0, father + first, -1).astype(np.int32),
        mor=np.where(mother >= 0, mother + first, -1).astype(np.int32),
        home=home.astype(np.int32),
    )


def _by_koen(mask: NDArray[np.bool_], koen: NDArray[np.int8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return np.flatnonzero(mask & (koen == 2)), np.flatnonzero(mask & (koen == 1))


def _mothers(birth: Days, koen: NDArray[np.int8], rng: np.random.Generator) -> NDArray[np.int64]:
    """The position of each citizen's mother, 20-40 years older, or -1: old people's parents are seldom known."""
    n = len(birth)
    women = np.flatnonzero(koen == 2)
    women = women[np.argsort(birth[women], kind="stable")]
    wanted = birth - (20 * 365 + rng.integers(0, 20 * 365, n))
    at = np.searchsorted(birth[women], wanted)
    mother = women[np.minimum(at, len(women) - 1)]
    older = (birth - birth[mother]).astype("int64") > 17 * 365
    known = rng.random(n) < np.where(birth > np.datetime64("1975-01-01"), 0.97, 0.3)
    return np.where(older & known, mother, -1)
