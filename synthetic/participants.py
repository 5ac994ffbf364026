"""The participants of the two studies: who they are, before the population takes them in.

Here: the attributes report A and B print about their participants. Not here: their use (``planting.py``), or the
lists as files (``lists.py``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthetic import plan
from synthetic.dates import NEVER, Days, first_of, year_of

# Report B's lasting benefits by age: five reading groups of ages, each as benefit -> citizens. The two blanks and
# the citizen without a row are on no public support; 121 (holiday benefit) counts as none either.
BLANK, HOLIDAY, NO_ROW = "blank", "holiday", "no_row"
TRACKS_TO_60 = {
    "foertidspension": 27,
    "kontanthjaelp": 3,
    "integrationsydelse": 1,
    "dagpenge": 2,
    "sygedagpenge": 2,
    "fleksjob": 2,
    "ressourceforloeb": 1,
    "ledighedsydelse": 1,
    "revalidering": 1,
    BLANK: 2,
    HOLIDAY: 1,
    NO_ROW: 1,
}
TRACKS_61_TO_64 = {"efterloen": 1, "foertidspension": 5}
TRACKS_FROM_69 = {"folkepension": 14}


@dataclass(frozen=True)
class Members:
    """The study base of one study, one element a citizen.

    ``start`` is the start date (1 July where a list gives the year only). ``track`` is the lasting benefit of report
    B's citizens, empty in report A. ``partner`` lives with them; ``children`` name them as a parent.
    """

    start: Days
    birth: Days
    departure: Days
    koen: NDArray[np.int8]
    ie_type: NDArray[np.int8]
    kom: NDArray[np.int16]
    partner: NDArray[np.bool_]
    children: NDArray[np.int64]
    track: NDArray[np.str_]

    @property
    def start_year(self) -> NDArray[np.int64]:
        """The calendar year of the start."""
        return year_of(self.start)

    def present(self, period: int) -> NDArray[np.bool_]:
        """Who is in the population on 31 December of the period's year or of the year before."""
        return self.departure > first_of(self.start_year + period) - 1


def _born(start: Days, age: NDArray[np.int64], rng: np.random.Generator) -> Days:
    """A birthday that makes the citizen exactly ``age`` on ``start``."""
    month = rng.integers(0, 12, len(age))
    day = rng.integers(0, 28, len(age))
    months_of_start = start.astype("datetime64[M]").astype("int64") % 12
    days_of_start = (start - start.astype("datetime64[M]").astype("datetime64[D]")).astype("int64")
    still_ahead = (month > months_of_start) | ((month == months_of_start) & (day > days_of_start))
    year = year_of(start) - age - still_ahead
    return ((year - 1970) * 12 + month).astype("datetime64[M]").astype("datetime64[D]") + day


def _chosen(n: int, of: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """A mask of ``n`` of ``of``, at random."""
    mask = np.zeros(of, dtype=bool)
    mask[rng.permutation(of)[:n]] = True
    return mask


def aaben_dialog(rng: np.random.Generator) -> Members:
    """Report A: 907 citizens of 13 municipalities, starts in 2018 and 2019."""
    years = np.repeat(list(plan.START_YEARS_A), list(plan.START_YEARS_A.values()))
    rng.shuffle(years)
    n = len(years)
    start = first_of(years) + 181 + (years % 4 == 0)  # 1 July
    kom = np.resize(np.array(plan.MUNICIPALITIES_A, dtype=np.int16), n)
    rng.shuffle(kom)
    return Members(
        start=start,
        birth=_born(start, 19 + np.minimum(rng.gamma(2.0, 9.0, n), 40).astype("int64"), rng),
        departure=np.full(n, NEVER),
        koen=rng.integers(1, 3, n).astype(np.int8),
        ie_type=rng.choice([1, 2, 3], n, p=[0.88, 0.08, 0.04]).astype(np.int8),
        kom=kom,
        partner=_chosen(n // 5, n, rng),
        children=rng.choice([0, 1, 2], n, p=[0.72, 0.18, 0.10]),
        track=np.full(n, "", dtype="U20"),
    )


def samarbejdsmodellen(rng: np.random.Generator) -> Members:
    """Report B: the 64 of 80 citizens that the population register holds, starts in 2021 and 2022."""
    n = plan.STUDY_BASE_B
    start = np.datetime64("2021-02-01") + rng.integers(0, 640, n)
    (_, *low), (_, *middle), (_, *high), (_, *old) = plan.AGE_BANDS_B
    pensioned = sum(TRACKS_FROM_69.values()) - old[2]
    age = np.concatenate(
        [
            rng.integers(low[0], low[1] + 1, low[2]),
            rng.integers(middle[0], middle[1] + 1, middle[2]),
            np.array([64]),
            rng.integers(high[0], 65, high[2] - pensioned - 1),
            rng.integers(69, high[1] + 1, pensioned),
            rng.integers(old[0], old[1] + 1, old[2]),
        ]
    )
    young = np.repeat(list(TRACKS_TO_60), list(TRACKS_TO_60.values()))
    rng.shuffle(young)
    track = np.concatenate([young, *(np.repeat(list(t), list(t.values())) for t in (TRACKS_61_TO_64, TRACKS_FROM_69))])
    shuffled = rng.permutation(n)
    age, track = age[shuffled], track[shuffled]

    departure = np.full(n, NEVER)
    dying = rng.permutation(np.flatnonzero(track == "foertidspension"))[: plan.DIED_B]
    departure[dying] = first_of(year_of(start[dying]) + 2) - 2  # 30 December of period 1
    ie_type = np.ones(n, dtype=np.int8)
    abroad = np.flatnonzero(track == "integrationsydelse")
    others = rng.permutation(np.flatnonzero(track != "integrationsydelse"))
    foreign = np.concatenate([abroad, others])[: n - plan.DANISH_ORIGIN_B]
    ie_type[foreign] = np.where(np.arange(len(foreign)) < 4, 2, 3)
    return Members(
        start=start,
        birth=_born(start, age, rng),
        departure=departure,
        koen=np.where(_chosen(plan.WOMEN_B, n, rng), 2, 1).astype(np.int8),
        ie_type=ie_type,
        kom=rng.choice([101, 461, 751, 851], n).astype(np.int16),
        partner=_chosen(n - plan.LIVING_ALONE_B, n, rng),
        children=np.where(_chosen(plan.WITH_CHILDREN_B, n, rng), rng.integers(1, 4, n), 0),
        track=track,
    )
