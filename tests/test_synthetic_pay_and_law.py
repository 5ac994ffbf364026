"""The demo's deliveries of pay, police and courts, DRG values and expenditure, counted plainly from the files and held
against the answers.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from synthetic_files import Expected, PerYear, Starts, agree, cost_answers, days_by_year, study_bases

from synthetic.population import SMALLEST
from synthetic.write import write_demo

YEARS = range(2015, 2025)
SAS_EPOCH = date(1960, 1, 1)
JOBS = ["PNR", "AJO_JOB_START_DATO", "AJO_JOB_SLUT_DATO", "AJO_LOENTIMER", "AJO_SMALT_LOENBELOEB"]
Months = dict[tuple[str, int, int], Decimal]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder, citizens=3 * SMALLEST, seed=13)
    return folder


@pytest.fixture(scope="module")
def starts(demo: Path) -> Starts:
    return study_bases(demo)


@pytest.fixture(scope="module")
def expected(demo: Path) -> Expected:
    return cost_answers(demo)


@pytest.fixture(scope="module")
def jobs(demo: Path) -> list[tuple[str, date, date, float, float]]:
    """Rows of BFL with a number whose period does not end before it starts."""
    files = [pl.read_parquet(demo / f"extracts/bfl/bfl{year}12.parquet").rename(str.upper) for year in YEARS]
    return [row for row in pl.concat(files).select(JOBS).rows() if row[0] and row[2] >= row[1]]


@pytest.fixture(scope="module")
def hours(jobs: list[tuple[str, date, date, float, float]]) -> Months:
    """Whole hours of each citizen and month with any."""
    summed = by_month(jobs, 3)
    rounded = {at: max(Decimal(1), n.quantize(Decimal(1), ROUND_HALF_UP)) for at, n in summed.items() if n > 0}
    assert any(n != rounded[at] for at, n in summed.items() if n > 0), "hours that must be rounded"
    return rounded


def by_month(jobs: list[tuple[str, date, date, float, float]], column: int) -> Months:
    counted: Months = {}
    for row in jobs:
        at = (row[0], row[1].year, row[1].month)
        counted[at] = counted.get(at, Decimal()) + Decimal(str(row[column]))
    return counted


def by_year(months: Months) -> PerYear:
    counted: PerYear = {}
    for (pnr, year, _), n in months.items():
        counted[pnr, year] = counted.get((pnr, year), 0) + float(n)
    return counted


def text(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter=";"))


def events(demo: Path, register: str) -> list[tuple[str, date]]:
    """Rows of KRSI or KRAF with a number: PNR and day."""
    found: list[tuple[str, date]] = []
    for year in YEARS:
        if register == "krsi":
            frame = pl.read_parquet(demo / f"extracts/krsi/krsi{year}.parquet").rename(str.upper)
            rows = frame.select("PNR", "SIG_SIGTDTO").rows()
        else:
            rows = [(row["PNR"], row["AFG_AFGOEDTO"]) for row in text(demo / f"extracts/kraf/kraf{year}.csv")]
        days = [(pnr, as_date(day)) for pnr, day in rows]
        assert {day.year for _, day in days} == {year}
        assert sum(not pnr for pnr, _ in days) == 2
        found += [(pnr, day) for pnr, day in days if pnr]
    return found


def as_date(day: Any) -> date:
    if isinstance(day, float):
        return SAS_EPOCH + timedelta(days=int(day))
    return day if isinstance(day, date) else date.fromisoformat(day)


def test_hours_and_wages_of_both_studies(
    jobs: list[tuple[str, date, date, float, float]], hours: Months, starts: Starts, expected: Expected
) -> None:
    assert agree(expected, starts, "loentimer", by_year(hours)) == 4 + 5
    wages = {at: kroner for at, kroner in by_month(jobs, 4).items() if kroner > 0}
    assert agree(expected, starts, "loen", by_year(wages)) == 4 + 5


def test_who_is_at_work_in_a_month_of_dream_is_paid_in_it_and_others_are_not(
    demo: Path, hours: Months, starts: Starts
) -> None:
    """Members in the years of their study by the month; everybody else by the quarter."""
    names = [f"GRAD_{year}_{month:02d}" for year in YEARS for month in range(1, 13)]
    dream = pl.read_parquet(demo / "extracts/dream202412.parquet", columns=["PNR", *names]).drop_nulls("PNR")
    long = dream.unpivot(index="PNR").filter(pl.col("value") > 0)
    at_work = {(pnr, int(name[5:9]), int(name[10:])) for pnr, name in long.select("PNR", "variable").rows()}
    of_study = {(pnr, year + n) for people in starts.values() for pnr, year in people.items() for n in (-1, 0, 1, 2)}
    assert {at for at in hours if at[:2] in of_study} == {at for at in at_work if at[:2] in of_study}
    quarters = {(pnr, year, (month - 1) // 3) for pnr, year, month in at_work}
    assert {(pnr, year, (month - 1) // 3) for pnr, year, month in hours} == quarters
    members = {pnr for people in starts.values() for pnr in people}
    assert len({at for at in hours if at[0] not in members}) > 10_000


def test_jobs_beside_each_other_corrections_and_periods_over_two_months(
    demo: Path, jobs: list[tuple[str, date, date, float, float]], hours: Months
) -> None:
    months = Counter((pnr, start.year, start.month) for pnr, start, *_, wage in jobs if wage > 0)
    assert max(months.values()) > 1
    assert any(end.month != start.month and start.day == 16 for _, start, end, *_ in jobs)
    taken_back = {(pnr, start.year, start.month) for pnr, start, *_, wage in jobs if wage < 0}
    assert taken_back & hours.keys(), "corrected pay"
    assert taken_back - hours.keys(), "pay that was taken back altogether"
    for year in YEARS:
        frame = pl.read_parquet(demo / f"extracts/bfl/bfl{year}12.parquet")
        assert frame.columns[0] == ("pnr" if year <= 2018 else "PNR")
        frame = frame.rename(str.upper)
        assert frame["PNR"].null_count() == 3
        assert frame.filter(pl.col("AJO_JOB_SLUT_DATO") < pl.col("AJO_JOB_START_DATO")).height == 2


@pytest.mark.parametrize(("register", "service"), [("krsi", "sigtelse"), ("kraf", "afgoerelse")])
def test_charges_and_decisions_of_both_studies(
    demo: Path, starts: Starts, expected: Expected, register: str, service: str
) -> None:
    rows = events(demo, register)
    counted: PerYear = dict(Counter((pnr, day.year) for pnr, day in rows))
    assert agree(expected, starts, service, counted) == 4 + 5
    assert max(Counter(rows).values()) > 1, "several on a day"
    members = {pnr for people in starts.values() for pnr in people}
    assert len({pnr for pnr, _ in rows} - members) > 50


def test_days_imprisoned_of_both_studies(demo: Path, starts: Starts, expected: Expected) -> None:
    delivered: list[tuple[str, date, date]] = []
    reversed_ = nameless = still_inside = 0
    for year in YEARS:
        for row in text(demo / f"extracts/krin/krin{year}.csv"):
            start = date.fromisoformat(row["IND_FGSLDTO"])
            end = date.fromisoformat(row["IND_LOESLDTO"]) if row["IND_LOESLDTO"] else date(2024, 12, 31)
            still_inside += not row["IND_LOESLDTO"]
            nameless += not row["PNR"]
            reversed_ += end < start
            if row["PNR"] and end >= start:
                assert start.year <= year <= end.year
                delivered.append((row["PNR"], start, end))
    assert agree(expected, starts, "indsaettelse", days_by_year(delivered)) == 4 + 5
    assert (nameless, reversed_) == (20, 10)
    assert still_inside > 0
    assert max(Counter(delivered).values()) > 1, "an imprisonment in the files of two years"
    in_order = sorted(set(delivered))
    assert any(one[0] == two[0] and two[1] <= one[2] for one, two in pairwise(in_order))


def spells_planted(demo: Path, register: str) -> dict[tuple[str, int], int]:
    records = json.loads((demo / "answers.json").read_text(encoding="utf-8"))
    mine = [record for record in records if record["table"] == "spells" and record["where"]["register"] == register]
    return {(record["where"]["service"], record["where"]["year"]): record["expected"] for record in mine}


def test_drg_values_by_kind_and_year(demo: Path) -> None:
    counted: Counter[tuple[str, int]] = Counter()
    known: set[str] = set()
    contacts = pl.read_parquet(demo / "extracts/lpr_a_kontakt/year=2024/*.parquet").drop_nulls("PNR")
    for year in range(2021, 2025):
        frame = pl.read_parquet(demo / f"extracts/drg_kontakter/drg_kontakter{year}.parquet")
        assert frame["PNR"].null_count() == 3
        frame = frame.drop_nulls("PNR")
        assert frame.join(contacts, on=["PNR", "DW_EK_KONTAKT"], how="anti").is_empty()
        assert set(frame["INDTIDSPUNKT_DRGKONTAKT"].dt.year()) == {year}
        assert frame["KONTAKT_VAERDI"].null_count() > 0
        assert (frame["KONTAKT_VAERDI"] == 0).any()
        for specialty, kroner in frame.select("SPECIALE", "KONTAKT_VAERDI").drop_nulls().rows():
            counted["psykiatri_drg" if specialty in ("50", "52") else "somatik_drg", year] += round(kroner * 100)
            known.add(specialty)
    assert counted == spells_planted(demo, "drg_kontakter")
    assert {"50", "52"} < known


def test_expenditure_by_kind(demo: Path) -> None:
    rows = text(demo / "extracts/siu_individ_udgifter_total202512.csv")
    named = [row for row in rows if row["PNR"]]
    assert len(rows) - len(named) == 3
    kinds = pl.read_csv(Path(__file__).parents[1] / "catalogue/siu_services.csv", infer_schema=False)
    kind_of = dict(kinds.select("code", "service").rows())
    counted: Counter[tuple[str, int]] = Counter()
    for row in named:
        oere = round(Decimal(row["UDGIFT"].replace(",", ".")) * 100)
        counted[kind_of[row["INDSATS"]], 2025] += max(oere, 0)
    assert counted == spells_planted(demo, "siu_individ_udgifter_total")
    assert len(counted) > 4
    assert {"0", "-"} <= {row["UDGIFT"][0] for row in named}
    assert {row["START_DATO"][:4] for row in named} == {"2025"}
    ends = {row["SLUT_DATO"] for row in named}
    assert "" in ends
    assert len(ends) > 5
    grants = {row["Pnr"] for row in text(demo / "extracts/handic2024.csv") if not row["Ydelse_Slut"]}
    assert {row["PNR"] for row in named} <= grants
