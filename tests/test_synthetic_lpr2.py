"""The demo's deliveries of LPR2, counted plainly from the files and held against the answers."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from synthetic_files import A, PerYear, cost_answers, in_years, study_bases

from synthetic.population import SMALLEST
from synthetic.write import write_demo

LPR3 = date(2019, 1, 1)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder, citizens=SMALLEST, seed=5)
    return folder


@pytest.fixture(scope="module")
def contacts(demo: Path) -> pl.DataFrame:
    """The contacts that can be used, with the year of their file and whether they are psychiatric."""
    files = [*(demo / "extracts/lpr_adm").rglob("*.parquet"), *(demo / "extracts/psyk_adm").rglob("*.parquet")]
    frames = [
        pl.read_parquet(path, hive_partitioning=False).with_columns(
            register=pl.lit(path.parts[-3]), file=pl.lit(int(path.parent.name[5:]))
        )
        for path in files
    ]
    rows = pl.concat(frames).filter(pl.col("PNR").is_not_null(), pl.col("D_UDDTO") >= pl.col("D_INDDTO"))
    return rows.with_columns(psychiatric=(pl.col("register") == "psyk_adm") | pl.col("C_SPEC").is_in(["50", "52"]))


@pytest.fixture(scope="module")
def visits(demo: Path, contacts: pl.DataFrame) -> pl.DataFrame:
    """Each visit with its contact, whichever file either is in, and the year of the visit's file."""
    files = (demo / "extracts/lpr_bes").rglob("*.parquet")
    rows = pl.concat(
        pl.read_parquet(path, hive_partitioning=False).with_columns(in_file=pl.lit(int(path.parent.name[5:])))
        for path in files
    )
    return rows.join(contacts, on="RECNUM", validate="m:1")


def counted(contacts: pl.DataFrame, visits: pl.DataFrame) -> dict[str, PerYear]:
    """Use by service, citizen and year, one row after the other."""
    use: dict[str, PerYear] = defaultdict(Counter)
    dates = {(row["PNR"], row["psychiatric"], row["D_AMBDTO"]) for row in visits.to_dicts()}
    admitted: dict[tuple[str, bool], list[tuple[date, date]]] = defaultdict(list)
    for row in contacts.to_dicts():
        if row["C_PATTYPE"] == "3":
            dates.add((row["PNR"], row["psychiatric"], row["D_INDDTO"]))
        if row["C_PATTYPE"] == "0":
            admitted[row["PNR"], row["psychiatric"]].append((row["D_INDDTO"], row["D_UDDTO"]))
    for pnr, psychiatric, day in dates:
        use["psykiatri_ambulant" if psychiatric else "somatik_ambulant"][pnr, day.year] += 1
    for (pnr, psychiatric), own in admitted.items():
        kind = "psykiatri" if psychiatric else "somatik"
        days = {start + n * DAY for start, end in own for n in range((end - start).days or 1)}
        for day in days:
            use[f"{kind}_sengedag"][pnr, day.year] += 1
        ends = {start for start, _ in own} - {end for start, end in own if end > start}
        for start in ends:
            use[f"{kind}_indlaeggelse"][pnr, start.year] += 1
    return use


def test_lpr2_holds_the_planted_use_before_lpr3(demo: Path, contacts: pl.DataFrame, visits: pl.DataFrame) -> None:
    """The year before the start is 2017 or 2018 for all citizens of report A."""
    starts, expected, use = study_bases(demo)[A], cost_answers(demo), counted(contacts, visits)
    assert set(starts.values()) == {2018, 2019}
    assert set(use) == {f"{kind}_{one}" for kind in ("somatik", "psykiatri") for one in
                        ("ambulant", "indlaeggelse", "sengedag")}  # fmt: skip
    for service, per_year in use.items():
        used = in_years(starts, per_year, -1)
        assert len(used) == expected[A, -1, service, "n_users"], service
        mean = expected[A, -1, service, "mean_quantity"] * expected[A, -1, service, "n_citizens"]
        assert sum(used) == pytest.approx(mean), service


def test_lpr_a_kontakt_marks_the_contacts_of_lpr2(demo: Path) -> None:
    rows = pl.read_parquet(demo / "extracts/lpr_a_kontakt/year=2024/*.parquet", hive_partitioning=False)
    marked = (pl.col("KONT_STARTTIDSPUNKT").dt.date() < LPR3) == (pl.col("LPRINDBERETNINGSSYSTEM") == "LPR2")
    assert rows.select(marked.all()).item()
    assert set(rows["LPRINDBERETNINGSSYSTEM"]) == {"LPR2", "LPR3"}


def test_contacts_and_visits_lie_across_years(contacts: pl.DataFrame, visits: pl.DataFrame) -> None:
    """A contact is in the file of the year it ended in, its visits in earlier years and files."""
    somatic = contacts.filter(register="lpr_adm")
    assert somatic.select((pl.col("file") == pl.col("D_UDDTO").dt.year()).all()).item()
    assert contacts["RECNUM"].is_unique().all()
    assert contacts["D_INDDTO"].max() < LPR3 < contacts["D_UDDTO"].max()
    across = visits.filter(pl.col("D_AMBDTO").dt.year() < pl.col("D_UDDTO").dt.year(), pl.col("D_UDDTO") < LPR3)
    assert across.height > 20
    assert across.select((pl.col("in_file") < pl.col("D_UDDTO").dt.year()).all()).item()
    assert visits.filter(pl.col("in_file") > pl.col("D_AMBDTO").dt.year()).height > 20
    assert set(visits["register"]) == {"lpr_adm", "psyk_adm"}
    assert contacts.filter("psychiatric", register="lpr_adm").height > 20


def test_some_patients_are_moved_between_departments(contacts: pl.DataFrame) -> None:
    inpatients = contacts.filter(C_PATTYPE="0").sort("PNR", "psychiatric", "D_INDDTO", "D_UDDTO")
    names = ("PNR", "psychiatric", "D_INDDTO", "D_UDDTO")
    moved = [
        (one, other)
        for one, other in pairwise(inpatients.select(names).rows())
        if one[:2] == other[:2] and one[3] == other[2]
    ]
    assert len(moved) > 20


def test_lpr2_has_rows_to_be_set_aside(demo: Path, contacts: pl.DataFrame) -> None:
    recnums = set(contacts["RECNUM"])
    delivered = pl.read_parquet(demo / "extracts/lpr_bes/*/*.parquet", hive_partitioning=False)
    assert delivered.filter(~pl.col("RECNUM").is_in(recnums)).height == 9
    for register in ("lpr_adm", "psyk_adm"):
        rows = pl.read_parquet(demo / f"extracts/{register}/*/*.parquet", hive_partitioning=False)
        assert rows.filter(pl.col("PNR").is_null()).height == 3
        assert rows.filter(pl.col("D_UDDTO").is_null(), C_PATTYPE="0").height == 3
        assert rows.filter(pl.col("D_UDDTO") < pl.col("D_INDDTO")).height == 3
