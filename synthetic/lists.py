"""Writes the two studies: their YAML files and the participant lists beside them.

Here: report A's list as `;`-separated CSV with start years, report B's as a workbook with Danish dates. Not here: who
the participants are (``participants.py``).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
import xlsxwriter
import yaml
from numpy.typing import NDArray

from synthetic import plan
from synthetic.dates import NEVER, Days
from synthetic.plan import StudyPlan
from synthetic.population import Population


def write_studies(folder: Path, population: Population, seed: int) -> None:
    """Write ``folder/aaben_dialog.{yaml,csv}`` and ``folder/samarbejdsmodellen.{yaml,xlsx}``."""
    folder.mkdir(parents=True, exist_ok=True)
    for study in plan.STUDIES:
        _write_yaml(folder, study)
    rng = np.random.default_rng([seed, 7])
    _write_list_a(folder / plan.AABEN_DIALOG.participants, population, rng)
    _write_list_b(folder / plan.SAMARBEJDSMODELLEN.participants, population, rng)


def _write_yaml(folder: Path, study: StudyPlan) -> None:
    keys = {
        "id": study.study,
        "title_da": study.title_da,
        "title_en": study.title_en,
        "participants": study.participants,
        "mode": "calendar",
        "years_before": study.years_before,
        "years_after": study.years_after,
        "price_year": study.price_year,
    }
    keys |= {"age_bands": list(study.age_bands)} if study.age_bands else {}
    keys |= {"comparison_ages": list(study.comparison_ages)} if study.comparison_ages else {}
    text = yaml.safe_dump(keys, sort_keys=False, allow_unicode=True)
    (folder / f"{study.study}.yaml").write_text(text, encoding="utf-8")


def _write_list_a(path: Path, population: Population, rng: np.random.Generator) -> None:
    members, people = population.members[plan.AABEN_DIALOG.study]
    rows = pl.DataFrame(
        {
            "pnr": population.pnr.gather(people),
            "start_year": members.start_year,
            "municipality": members.kom.astype(str),
        }
    )
    rows.gather(rng.permutation(len(rows))).write_csv(path, separator=";")


def _write_list_b(path: Path, population: Population, rng: np.random.Generator) -> None:
    """The 80: the study base, citizens who arrived after their base date, and numbers that nobody has."""
    members, people = population.members[plan.SAMARBEJDSMODELLEN.study]
    late, unknown = len(population.late), len(population.unknown)
    pnr = pl.concat([population.pnr.gather(people), population.pnr.gather(population.late), population.unknown])
    start = np.concatenate(
        [
            members.start,
            np.datetime64("2021-04-01") + rng.integers(0, 200, late),
            np.datetime64("2021-02-01") + rng.integers(0, 640, unknown),
        ]
    )
    kom = np.concatenate([members.kom, population.kom[population.late], rng.choice([101, 461], unknown)])
    status = _statuses(np.flatnonzero(members.departure < NEVER), len(start), rng)
    end = np.where(status == plan.ONGOING_B, np.datetime64("NaT"), start + rng.integers(90, 390, len(start)))
    order = rng.permutation(len(start))
    columns = {
        "PNR": pnr.gather(order).to_list(),
        "Start_date": _danish(start[order]),
        "End_date": _danish(end[order]),
        "Municipality": kom[order].astype(str).tolist(),
        "Status": status[order].tolist(),
    }
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": datetime(2026, 1, 1)})  # else the bytes would change with the clock
        sheet = book.add_worksheet("Deltagere")
        for at, (name, values) in enumerate(columns.items()):
            sheet.write_column(0, at, [name, *values])


def _statuses(dead: NDArray[np.int64], n: int, rng: np.random.Generator) -> NDArray[np.str_]:
    """A status for each of ``n``; those who died ended for another reason."""
    another = "Anden årsag"
    left = {**plan.STATUS_B, another: plan.STATUS_B[another] - len(dead)}
    status = np.full(n, another, dtype="U30")
    alive = np.setdiff1d(np.arange(n), dead)
    status[alive] = rng.permutation(np.repeat(list(left), list(left.values())))
    return status


def _danish(days: Days) -> list[str | None]:
    return pl.Series(days).cast(pl.Date).dt.to_string("%d-%m-%Y").to_list()
