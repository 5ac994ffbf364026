"""The demo's files read plainly, without the road: who is in a study base, what days spans cover, what was planted.

Here: what `test_synthetic_optional.py` counts with. Not here: what each register's file must hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from synthetic import plan

A, B = (study.study for study in plan.STUDIES)
DAY = timedelta(days=1)
PerYear = dict[tuple[str, int], float]  # of a citizen and calendar year
Starts = dict[str, dict[str, int]]
Expected = dict[tuple[str, int, str | None, str], float]


def study_bases(demo: Path) -> Starts:
    """Study -> PNR -> start year of those on its list whom BEF holds on 31 December of the year before."""
    a = pl.read_csv(demo / "studies/aaben_dialog.csv", separator=";", infer_schema=False)
    listed = {A: dict(a.select("pnr", pl.col("start_year").cast(pl.Int64)).iter_rows())}
    listed[B] = {pnr: int(day[-4:]) for pnr, day in listed_b(demo).select("PNR", "Start_date").iter_rows()}
    there = {year: set(snapshot(demo, date(year, 12, 31))) for year in range(2017, 2022)}
    return {
        study: {pnr: year for pnr, year in people.items() if pnr in there[year - 1]} for study, people in listed.items()
    }


def cost_answers(demo: Path) -> Expected:
    """The answers for everybody's rows of the cost table: study, period, service and column -> value."""
    records = json.loads((demo / "answers.json").read_text(encoding="utf-8"))
    told: Expected = {}
    for record in records:
        where = record["where"]
        if record["table"] == "cost_table" and record["kind"] == "exact" and where["group_by"] == "alle":
            told[record["study"], where["period"], where["service"], record["column"]] = record["expected"]
    return told


def listed_b(demo: Path) -> pl.DataFrame:
    return pl.read_excel(demo / "studies/samarbejdsmodellen.xlsx")


def snapshot(demo: Path, day: date) -> dict[str, date]:
    """PNR -> date of birth in BEF on ``day``, whatever shape the file has."""
    frame = pl.read_parquet(demo / f"extracts/bef/bef{day:%Y%m}.parquet").rename(str.upper)
    frame = frame.filter(pl.col("PNR") > "")
    born = pl.col("FOED_DAG")
    match frame.schema["FOED_DAG"]:
        case pl.Float64:
            born = pl.lit(date(1960, 1, 1)) + pl.duration(days=born.cast(pl.Int64))
        case pl.String:
            born = born.str.to_date()
    return dict(frame.select("PNR", born.cast(pl.Date)).iter_rows())


def in_years(starts: dict[str, int], per_year: PerYear, period: int) -> list[float]:
    """What each citizen of a study base has in a period, nothing left out."""
    return [got for pnr, year in starts.items() if (got := per_year.get((pnr, year + period), 0))]


def days_by_year(spans: Iterable[tuple[str, date, date]]) -> PerYear:
    """Days of each citizen and calendar year that any of the spans covers."""
    dates = {(pnr, start + n * DAY) for pnr, start, end in spans for n in range((end - start).days + 1)}
    counted: PerYear = {}
    for pnr, day in dates:
        counted[pnr, day.year] = counted.get((pnr, day.year), 0) + 1
    return counted


def agree(expected: Expected, starts: Starts, service: str, per_year: PerYear) -> int:
    """Hold users and means of a service against every answer there is; gives how many periods were compared."""
    compared = 0
    for (study, period, name, column), value in expected.items():
        if name != service or column != "mean_quantity":
            continue
        used = in_years(starts[study], per_year, period)
        assert len(used) == expected[study, period, service, "n_users"], (study, period, service)
        assert sum(used) == pytest.approx(value * expected[study, period, service, "n_citizens"]), (study, period)
        compared += 1
    return compared


def compared_in(demo: Path, year: int) -> list[str]:
    """Who is of 50-75 on 1 July, in BEF on 31 December of the year or of the one before, and not on report B's list."""
    there = snapshot(demo, date(year - 1, 12, 31)) | snapshot(demo, date(year, 12, 31))
    listed = set(listed_b(demo)["PNR"])
    return [pnr for pnr, born in there.items() if pnr not in listed and 50 <= age(born, date(year, 7, 1)) <= 75]


def age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
