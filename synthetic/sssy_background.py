"""Contacts with general practice of the citizens who take part in no study: 8.4 a year at 50-75, as report B prints.

Here: how many contacts. Not here: the rows of fees they become (``sssy.py``).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from synthetic import plan
from synthetic.dates import first_of, years_between
from synthetic.planting import spread
from synthetic.population import Population

MOST_CONTACTS = 60  # a citizen's in a year
AROUND_SHARE = 0.08  # of the contacts, those outside the narrow definition
MOST_ADD_ONS = 2
_AGES, _CONTACTS = [0, 4, 20, 50, 76, 95], [6.0, 3.0, 4.5, 6.5, 10.0, 14.0]


def background_contacts(
    population: Population, planted: pl.DataFrame, year: int, rng: np.random.Generator
) -> pl.DataFrame:
    """``person, year, inside, around, add_ons`` of who is in the population from end to end of ``year``.

    The ages that report B compares with get what is missing, beside the ``planted`` contacts of report A's citizens of
    these ages, to the printed mean of everybody who is in the population in ``year`` and takes no part in B.
    """
    new_year, next_year = first_of(year), first_of(year + 1)
    age = years_between(population.birth, np.broadcast_to(new_year, len(population)))
    nobodys = np.ones(len(population), dtype=bool)
    nobodys[np.concatenate([people for _, people in population.members.values()])] = False
    whole = nobodys & (population.arrival < new_year) & (population.departure >= next_year)

    compared = population.compared(year)
    theirs = planted.filter(pl.col("person").is_in(np.flatnonzero(compared)))
    total = round(plan.POPULATION_B["almen_laege_70_90"] * int(compared.sum()))
    missing = total - int(theirs.select(pl.sum_horizontal("inside", "around").sum()).item())

    contacts = np.zeros(len(population), dtype=np.int64)
    mean = np.interp(age, _AGES, _CONTACTS)
    contacts[whole] = np.minimum(rng.poisson(rng.gamma(1.1, mean[whole] / 1.1)), MOST_CONTACTS)
    chosen = np.flatnonzero(whole & compared)
    contacts[chosen] = spread(rng, missing, 0, np.full(len(chosen), MOST_CONTACTS), shape=1.1)
    person = np.flatnonzero(contacts)
    around = rng.binomial(contacts[person], AROUND_SHARE)
    inside = contacts[person] - around
    add_ons = np.where(inside > 0, rng.integers(0, MOST_ADD_ONS + 1, len(person)), 0)
    return pl.DataFrame(
        {"person": person, "year": np.full(len(person), year), "inside": inside, "around": around, "add_ons": add_ons}
    )
