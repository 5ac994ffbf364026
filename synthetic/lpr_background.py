"""Hospital use of the citizens who are on no list: about 40 % somatic and 1 % psychiatric in a year.

Here: how many visits, admissions and bed days, at 50-75 with the means that report B prints. Not here: when
(``lpr_a_kontakt.py``).
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from synthetic import plan
from synthetic.dates import LAST_YEAR, first_of, year_of
from synthetic.planting import LONGEST_BED_DAYS, LONGEST_VISITS, spread
from synthetic.population import Population

PSYCHIATRIC_SHARE = 0.01


def background_use(
    population: Population, people: NDArray[np.int64], first_year: int, rng: np.random.Generator
) -> pl.DataFrame:
    """``person, year, service, quantity`` for the years a citizen is in the population from end to end."""
    years = np.arange(first_year, LAST_YEAR + 1)
    person = np.repeat(people, len(years))
    year = np.tile(years, len(people))
    whole = (population.arrival[person] < first_of(year)) & (population.departure[person] >= first_of(year + 1))
    person, year = person[whole], year[whole]
    age = year - year_of(population.birth[person])
    seldom = np.interp(age, [0, 5, 20, 50, 70, 95], [0.42, 0.26, 0.30, 0.38, 0.58, 0.75])
    somatic = rng.random(len(person)) < seldom
    mental = rng.random(len(person)) < np.where((age >= 8) & (age < 70), PSYCHIATRIC_SHARE * 1.25, 0.003)
    return pl.concat(
        [
            *_kind("somatik", person[somatic], year[somatic], 2.6, 0.17, 3.5, rng),
            *_kind("psykiatri", person[mental], year[mental], 6.0, 0.22, 14.0, rng),
        ]
    )


def _kind(
    kind: str,
    person: NDArray[np.int64],
    year: NDArray[np.int64],
    visits: float,
    admitted: float,
    bed_days: float,
    rng: np.random.Generator,
) -> list[pl.DataFrame]:
    """Visits for every user, admissions for the share ``admitted``, each with a mean of ``bed_days``."""

    def rows(service: str, which: NDArray[np.bool_], quantity: NDArray[np.int64]) -> pl.DataFrame:
        values = {"person": person[which], "year": year[which], "quantity": quantity[which]}
        frame = pl.DataFrame(values, schema={"person": pl.Int64, "year": pl.Int64, "quantity": pl.Int64})
        return frame.select("person", "year", pl.lit(f"{kind}_{service}").alias("service"), "quantity")

    n = len(person)
    everyone, inside = np.ones(n, dtype=bool), rng.random(n) < admitted
    stays = np.minimum(rng.geometric(0.75, n), 5)
    beds = stays + np.minimum(rng.geometric(1 / bed_days, n), 90) - 1
    return [
        rows("ambulant", everyone, np.minimum(rng.geometric(1 / visits, n), 60)),
        rows("indlaeggelse", inside, stays),
        rows("sengedag", inside, beds),
    ]


def as_printed(
    background: pl.DataFrame,
    planted: pl.DataFrame,
    population: Population,
    people: NDArray[np.int64],
    rng: np.random.Generator,
) -> pl.DataFrame:
    """The background's use, with the somatic visits and bed days of ``plan.POPULATION_B`` dealt anew to their users.

    In every year the compared citizens among ``people`` come to the printed means, together with those of report A
    among them, whose use is ``planted``; as near to them as the users there are allow.
    """
    admissions = background.filter(pl.col("service") == "somatik_indlaeggelse").select(
        "person", "year", stays="quantity"
    )
    background = background.join(admissions, on=["person", "year"], how="left", maintain_order="left")
    dealt = [background.filter(~pl.col("service").is_in(list(_DEALT)))]
    for (service, year), rows in (
        background.filter(pl.col("service").is_in(list(_DEALT)))
        .partition_by("service", "year", as_dict=True, maintain_order=True)
        .items()
    ):
        compared = np.intersect1d(np.flatnonzero(population.compared(year)), people)
        mine = pl.col("person").is_in(compared)
        users = rows.filter(mine)
        theirs = planted.filter(mine, pl.col("service") == service, pl.col("year") == year)["quantity"].sum()
        least = users["stays"].to_numpy() if service == "somatik_sengedag" else np.ones(len(users), dtype=np.int64)
        missing = round(plan.POPULATION_B[service] * len(compared)) - theirs - int(least.sum())
        room = _DEALT[service] - least
        more = spread(rng, min(max(missing, 0), int(room.sum())), 0, room)
        dealt += [rows.filter(~mine), users.with_columns(quantity=pl.Series(least + more))]
    return pl.concat(dealt).drop("stays")


_DEALT = {"somatik_ambulant": LONGEST_VISITS, "somatik_sengedag": LONGEST_BED_DAYS}
