"""The demo's deliveries of the optional registers, counted plainly from the files and held against the answers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from synthetic_files import (
    B,
    Expected,
    Starts,
    agree,
    compared_in,
    cost_answers,
    days_by_year,
    in_years,
    snapshot,
    study_bases,
)

from synthetic import plan, udda
from synthetic.population import SMALLEST
from synthetic.write import write_demo

GENERAL_PRACTICE = {
    "almen_laege": ["70", "80"],
    "almen_laege_70_90": [str(spec2) for spec2 in range(70, 91)],
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder, citizens=3 * SMALLEST, seed=11)
    return folder


@pytest.fixture(scope="module")
def starts(demo: Path) -> Starts:
    return study_bases(demo)


@pytest.fixture(scope="module")
def expected(demo: Path) -> Expected:
    return cost_answers(demo)


@pytest.fixture(scope="module")
def fees(demo: Path) -> pl.DataFrame:
    """Every row of SSSY with a number, and the year of its file."""
    files = sorted((demo / "extracts/sssy").iterdir())
    frames = [pl.read_parquet(path).with_columns(year=pl.lit(int(path.stem[-4:]))) for path in files]
    return pl.concat(frames).filter(pl.col("PNR").is_not_null())


def shelter_stays(demo: Path) -> pl.DataFrame:
    path = demo / "extracts/herb_forsorg_mv_f2024.csv"
    frame = pl.read_csv(path, separator=";", infer_schema=False).with_columns(pl.col("INDFLYT", "UDFLYT").str.to_date())
    return frame.with_columns(end=pl.col("UDFLYT").fill_null(date(2024, 12, 31)))


def drug_courses(demo: Path) -> list[tuple[str, date, date]]:
    """Courses of drug treatment, those of a citizen with at most ten days between them joined."""
    frame = pl.read_parquet(demo / "extracts/smdb_vbgf2024.parquet").drop_nulls(["PNR", "IVAERKSATBEHANDLINGDATO"])
    end = pl.col("KONTAKTFORLOEBSLUTDATO").fill_null(date(2024, 12, 31))
    joined: list[tuple[str, date, date]] = []
    for pnr, start, last in frame.select("PNR", "IVAERKSATBEHANDLINGDATO", end).sort(pl.all()).rows():
        if joined and joined[-1][0] == pnr and (start - joined[-1][2]).days <= 11:
            joined[-1] = (pnr, joined[-1][1], max(last, joined[-1][2]))
        else:
            joined.append((pnr, start, last))
    return joined


def alcohol_courses(demo: Path) -> list[tuple[str, date, date]]:
    frame = pl.read_csv(demo / "extracts/nab2020.csv", separator=";", try_parse_dates=True).drop_nulls("PNR")
    frame = frame.with_columns(pl.col("BEHANDLING_SLUT").fill_null(date(2020, 12, 31)))
    return frame.cast({"PNR": pl.String}).with_columns(pl.col("PNR").str.zfill(12)).rows()


def test_general_practice_of_both_studies(fees: pl.DataFrame, starts: Starts, expected: Expected) -> None:
    own = fees.filter(pl.col("BARNMAK") == 0)
    for service, specialties in GENERAL_PRACTICE.items():
        counted = own.filter(pl.col("SPEC2").is_in(specialties)).group_by("PNR", "year").agg(pl.col("KONTAKT").sum())
        assert agree(expected, starts, service, {(p, y): n for p, y, n in counted.rows()}) == 4 + 5
    paid = own.filter(pl.col("SPEC2").is_in(GENERAL_PRACTICE["almen_laege"]))
    paid = paid.group_by("PNR", "year").agg(pl.col("BRUHON").sum().round(2))
    assert agree(expected, starts, "almen_laege_honorar", {(p, y): kr for p, y, kr in paid.rows()}) == 4 + 5


def test_general_practice_of_report_b_is_as_printed(demo: Path, fees: pl.DataFrame, starts: Starts) -> None:
    """Tabel 10.3: 17.2 contacts a citizen two years before; 8.4 in the population of 50-75."""
    wide = fees.filter(pl.col("BARNMAK") == 0, pl.col("SPEC2").is_in(GENERAL_PRACTICE["almen_laege_70_90"]))
    counted = {(p, y): n for p, y, n in wide.group_by("PNR", "year").agg(pl.col("KONTAKT").sum()).rows()}
    assert round(sum(in_years(starts[B], counted, -2)) / 64, 1) == 17.2
    for year in (2019, 2020):
        aged = compared_in(demo, year)
        assert len(aged) > 100
        assert sum(counted.get((pnr, year), 0) for pnr in aged) / len(aged) == pytest.approx(8.4, abs=0.05), year


def test_hospital_use_of_the_population_is_as_printed(demo: Path) -> None:
    """Tabel 10.3: 2.3 outpatient visits and 0.5 bed days a citizen of 50-75."""
    frame = pl.read_parquet(demo / "extracts/lpr_a_kontakt/year=2024/*.parquet").drop_nulls(["PNR"])
    frame = frame.filter(pl.col("KONT_TYPE") == "ALCA00", ~pl.col("KONT_ANS_HOVEDSPEC").str.contains("(?i)psykiatri"))
    frame = frame.filter(pl.col("KONT_SLUTTIDSPUNKT") >= pl.col("KONT_STARTTIDSPUNKT"))
    stays: list[tuple[str, datetime, datetime]] = []
    for pnr, start, end in frame.select("PNR", "KONT_STARTTIDSPUNKT", "KONT_SLUTTIDSPUNKT").sort(pl.all()).rows():
        if stays and stays[-1][0] == pnr and start - stays[-1][2] <= timedelta(hours=4):
            stays[-1] = (pnr, stays[-1][1], max(end, stays[-1][2]))
        else:
            stays.append((pnr, start, end))
    for year in (2019, 2020):
        aged = set(compared_in(demo, year))
        theirs = [(start, end) for pnr, start, end in stays if pnr in aged and start.year == year]
        visits = sum(end - start < timedelta(hours=12) for start, end in theirs)
        days = [(end.date() - start.date()).days for start, end in theirs if end - start >= timedelta(hours=12)]
        assert visits / len(aged) == pytest.approx(2.3, abs=0.04), year
        assert sum(max(1, n) for n in days) / len(aged) == pytest.approx(0.5, abs=0.04), year


def test_fees_that_must_not_count_and_rows_that_are_no_contacts(fees: pl.DataFrame) -> None:
    practice = fees.filter(pl.col("SPEC2").is_in(GENERAL_PRACTICE["almen_laege_70_90"]))
    own = practice.filter(pl.col("BARNMAK") == 0)
    assert 0 < practice.filter(pl.col("BARNMAK") == 1)["KONTAKT"].sum() < 0.2 * own["KONTAKT"].sum()
    assert own.filter(pl.col("KONTAKT") == 0)["BRUHON"].sum() > 0
    assert own["YDLANT"].sum() > own["KONTAKT"].sum() > len(own)
    assert not set(GENERAL_PRACTICE["almen_laege"]) >= set(own["SPEC2"])
    assert fees.filter(~pl.col("SPEC2").is_in(GENERAL_PRACTICE["almen_laege_70_90"]))["KONTAKT"].sum() > 0
    same_week = own.group_by("PNR", "HONUGE").agg(pl.len(), lowest=pl.col("KONTAKT").min(), sum=pl.col("KONTAKT").sum())
    assert (same_week["len"] > 1).any()
    assert (same_week["lowest"] < 0).any()
    assert (same_week["sum"] >= 0).all()


def test_fees_lie_in_weeks_whose_thursday_is_in_the_files_year(demo: Path, fees: pl.DataFrame) -> None:
    for year, week in fees.select("year", "HONUGE").unique().rows():
        assert date.fromisocalendar(2000 + int(week[:2]), int(week[2:]), 4).year == year
    assert "2053" in set(fees["HONUGE"])
    assert (fees["BRUHON"] * 100 - (fees["BRUHON"] * 100).round()).abs().max() < 1e-6
    for path in (demo / "extracts/sssy").iterdir():
        assert pl.read_parquet(path)["PNR"].null_count() == 3


def test_education_of_report_b(demo: Path, starts: Starts) -> None:
    """Figur 10.5, on 30 September of the year before the start."""
    level_of = {code: level for level, codes in udda.CODES.items() for code in codes}
    counted = dict.fromkeys(plan.EDUCATION_B, 0)
    for year in (2020, 2021):
        rows = pl.read_parquet(demo / f"extracts/udda/udda{year}09.parquet")
        for pnr, code in rows.select("PNR", "HFAUDD").rows():
            if starts[B].get(pnr) == year + 1:
                counted[level_of[code]] += 1
    assert counted == {"grundskole": 37, "ungdomsuddannelse": 22, "videregaaende": 5}


def test_education_is_never_lost_again(demo: Path) -> None:
    level_of = {code: place for place, codes in enumerate(udda.CODES.values()) for code in codes}
    before: dict[str, int] = {}
    rose = 0
    for year in range(2015, 2025):
        frame = pl.read_parquet(demo / f"extracts/udda/udda{year}09.parquet")
        assert frame.columns[:2] == (["pnr", "hfaudd"] if year <= 2018 else ["PNR", "HFAUDD"])
        assert frame.to_series(0).null_count() == udda.MISSING_PNR
        code = pl.col(frame.columns[1])
        code = code.cast(pl.Int64).cast(pl.String).str.zfill(4) if year <= 2018 else code
        now = {pnr: level_of[code] for pnr, code in frame.select(frame.columns[0], code).drop_nulls().rows()}
        assert all(now[pnr] >= level for pnr, level in before.items() if pnr in now)
        rose += sum(now[pnr] > level for pnr, level in before.items() if pnr in now)
        before = now
    assert rose > 0


def test_shelter(demo: Path, starts: Starts, expected: Expected) -> None:
    stays = shelter_stays(demo)
    named = stays.drop_nulls("PNR")
    columns = ["PNR", "INDFLYT", "end"]
    section_110, others = named.filter(pl.col("OPHOLD_TYPE") == "101"), named.filter(pl.col("OPHOLD_TYPE") != "101")
    by_year = days_by_year(section_110.select(columns).rows())
    assert agree(expected, starts, "forsorgshjem", by_year) == 4 + 5
    assert agree(expected, starts, "forsorgshjem_andre_ophold", days_by_year(others.select(columns).rows())) == 4 + 5
    assert len(in_years(starts[B], by_year, -1)) == 4  # Tabel 10.2
    any_kind = days_by_year(named.select(columns).rows())
    assert len(in_years(starts[B], any_kind, -1)) > 4, "stays of other kinds, which must not count"
    in_order = section_110.sort("PNR", "INDFLYT")
    again = in_order.filter((pl.col("PNR") == pl.col("PNR").shift()) & (pl.col("INDFLYT") <= pl.col("end").shift()))
    assert len(again) > 0, "overlapping stays"
    assert stays["UDFLYT"].null_count() > 0
    assert stays["PNR"].null_count() == 3


def test_treatment_by_period(demo: Path, starts: Starts, expected: Expected) -> None:
    assert agree(expected, starts, "stofbehandling", days_by_year(drug_courses(demo))) == 4 + 5
    # Alcohol treatment ends with 2020, and is told of before the start alone: no table of periods has it.
    assert "alkoholbehandling" not in {service for _, _, service, _ in expected}
    ends = alcohol_courses(demo)
    assert max(start for _, start, _ in ends) <= max(end for *_, end in ends) == date(2020, 12, 31)


def test_treatment_in_the_five_years_before(demo: Path, starts: Starts) -> None:
    """Tabel 10.2: 14 citizens in treatment for drugs, for alcohol, or for both."""

    def treated(courses: Iterable[tuple[str, date, date]]) -> set[str]:
        by_year = days_by_year(courses)
        return {p for p, year in starts[B].items() if any((p, year + period) in by_year for period in range(-5, 0))}

    drugs, alcohol = treated(drug_courses(demo)), treated(alcohol_courses(demo))
    assert (len(drugs - alcohol), len(drugs & alcohol), len(alcohol - drugs)) == (6, 3, 5)
    assert len(drugs | alcohol) == 14


def test_courses_pause_and_requests_are_no_treatment(demo: Path, starts: Starts) -> None:
    frame = pl.read_parquet(demo / "extracts/smdb_vbgf2024.parquet")
    named = frame.drop_nulls("PNR")
    begun = named.drop_nulls("IVAERKSATBEHANDLINGDATO").sort("PNR", "IVAERKSATBEHANDLINGDATO")
    mine = begun.filter(pl.col("PNR").is_in(list(starts[B])))
    gap = (pl.col("IVAERKSATBEHANDLINGDATO") - pl.col("KONTAKTFORLOEBSLUTDATO").shift()).dt.total_days() - 1
    gaps = set(mine.select(pl.when(pl.col("PNR") == pl.col("PNR").shift()).then(gap)).to_series().drop_nulls())
    assert 10 in gaps
    assert any(days >= 20 for days in gaps)
    assert not any(11 <= days < 20 for days in gaps)
    asked = named.filter(pl.col("IVAERKSATBEHANDLINGDATO").is_null())["PNR"]
    assert set(asked) <= set(starts[B]) - set(mine["PNR"])
    assert len(asked) == 12
    assert begun["KONTAKTFORLOEBSLUTDATO"].null_count() > 0
    assert frame["PNR"].null_count() == 3


def test_who_leaves_and_enters_the_population_is_told_by_deaths_births_and_moves(demo: Path) -> None:
    died = dict(pl.read_parquet(demo / "extracts/dod2024.parquet").drop_nulls("PNR").select("PNR", "DODDATO").rows())
    moves = pl.read_parquet(demo / "extracts/vnds2024.parquet").drop_nulls("PNR")
    told = {code: moves.filter(INDUD_KODE=code).select("PNR", "HAEND_DATO").rows() for code in ("I", "U")}
    ends = ((3, 31), (6, 30), (9, 30), (12, 31))
    days = [date(year, month, day) for year in range(2015, 2025) for month, day in ends]
    left = came = 0
    for one, two in pairwise(days):
        before, after = snapshot(demo, one), snapshot(demo, two)
        assert not any(died.get(pnr, two) < two for pnr in after)
        gone = {pnr for pnr in before.keys() - after.keys() if not one < died.get(pnr, one) <= two}
        new = {pnr for pnr in after.keys() - before.keys() if after[pnr] <= one}
        assert gone <= {pnr for pnr, day in told["U"] if one < day <= two}
        assert new <= {pnr for pnr, day in told["I"] if one < day <= two}
        left, came = left + len(gone), came + len(new)
    assert left > 0
    assert came >= plan.ARRIVED_AFTER_BASE_B
    away_and_back = moves.filter(pl.len().over("PNR") > 1)
    assert len(away_and_back) > 0
