"""The demo's generators alone: the same bytes for a seed, the planned totals, the awkward rows that are promised."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml

from synthetic import plan
from synthetic.dates import dream_weeks, first_of, weeks_in, year_of, years_between
from synthetic.planting import spread
from synthetic.population import SMALLEST, make_population
from synthetic.write import planted_use, write_demo

CATALOGUE = Path(__file__).parents[1] / "catalogue"
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder, citizens=SMALLEST, seed=7)
    return folder


@pytest.fixture(scope="module")
def contacts(demo: Path) -> pl.DataFrame:
    """Physical contacts with a number, a citizen's of one kind in order."""
    frame = pl.read_parquet(demo / "extracts/lpr_a_kontakt/year=2024/*.parquet")
    frame = frame.filter(pl.col("KONT_TYPE") == "ALCA00", pl.col("PNR").is_not_null()).with_columns(
        kind=pl.col("KONT_ANS_HOVEDSPEC").str.contains("(?i)psykiatri")
    )
    return frame.rename({"KONT_STARTTIDSPUNKT": "start", "KONT_SLUTTIDSPUNKT": "end"}).sort(
        "PNR", "kind", "start", "end"
    )


@pytest.fixture(scope="module")
def grants(demo: Path) -> pl.DataFrame:
    frame = pl.read_csv(demo / "extracts/handic2024.csv", separator=";", infer_schema=False)
    return frame.with_columns(pl.col("Ydelse_Start", "Ydelse_Slut").str.to_date()).sort(
        "Pnr", "Modt_Ydelse_Kode", "Ydelse_Start"
    )


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_same_seed_same_bytes_and_another_seed_other_people(demo: Path, tmp_path: Path) -> None:
    write_demo(tmp_path, citizens=SMALLEST, seed=7)
    assert _digests(tmp_path) == _digests(demo)
    assert len(_digests(demo)) == 40 + 3 + 7 + 10 + 10 + 5 + 4 * 10 + 4 + 1 + 4 + 1
    assert make_population(SMALLEST, 8).pnr[0] != make_population(SMALLEST, 7).pnr[0]


def test_grows_with_citizens_while_the_lists_keep_their_size() -> None:
    small, large = make_population(SMALLEST, 7), make_population(3 * SMALLEST, 7)
    assert (len(small), len(large)) == (SMALLEST, 3 * SMALLEST)
    assert large.pnr.n_unique() == len(large)
    for study in plan.STUDIES:
        assert len(small.members[study.study][1]) == len(large.members[study.study][1])


def test_too_few_citizens_is_an_error() -> None:
    with pytest.raises(ValueError, match=str(SMALLEST)):
        make_population(SMALLEST - 1, 7)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("study", plan.STUDIES, ids=lambda study: study.study)
def test_what_is_planted_adds_up_to_the_plan(study: plan.StudyPlan, seed: int) -> None:
    use = planted_use(make_population(SMALLEST, seed), seed).filter(pl.col("study") == study.study)
    assert not use.select("person", "period", "service").is_duplicated().any()
    assert (use["quantity"] > 0).all()
    for at, period in enumerate(study.periods):
        now = use.filter(pl.col("period") == period)
        planned = study.social | study.hospital | study.transfers | study.general_practice | study.law
        for service, figures in planned.items():
            mine = now.filter(pl.col("service") == service)
            if service != plan.OUT_OF_BENEFITS:
                assert (len(mine), mine["quantity"].sum()) == figures[at], (service, period)
        social = now.filter(pl.col("service").is_in([*study.social, "forsorgshjem", "stofbehandling"]))
        assert social["person"].n_unique() == study.social_users[at]


@pytest.mark.parametrize("full", [False, True])
def test_spread_keeps_the_total_and_the_bounds(full: bool) -> None:
    rng = np.random.default_rng(1)
    cap = rng.integers(5, 50, 40)
    for total in (40, 300, int(cap.sum())):
        dealt = spread(rng, total, 1, cap, full=full)
        assert dealt.sum() == total
        assert (dealt >= 1).all()
        assert (dealt <= cap).all()
    with pytest.raises(ValueError, match="cannot be dealt"):
        spread(rng, int(cap.sum()) + 1, 1, cap)


def test_report_b_has_the_printed_people() -> None:
    members, _ = make_population(SMALLEST, 5).members["samarbejdsmodellen"]
    age = years_between(members.birth, members.start)
    for _, low, high, n in plan.AGE_BANDS_B:
        assert ((age >= low) & (age <= high)).sum() == n
    assert (members.koen == 2).sum() == plan.WOMEN_B
    assert (~members.partner).sum() == plan.LIVING_ALONE_B
    assert (members.children > 0).sum() == plan.WITH_CHILDREN_B
    assert [int(members.present(period).sum()) for period in (-2, 1, 2)] == [64, 64, 64 - plan.DIED_B]


def test_dream_weeks_are_iso_weeks() -> None:
    names, thursdays = dream_weeks()
    assert (names[0], names[-1]) == ("Y_9132", "Y_2452")
    assert {name for name in names if name.endswith("53")} == {f"Y_{y}53" for y in ("92", "98", "04", "09", "15", "20")}
    counted = [int((year_of(thursdays) == year).sum()) for year in range(2000, 2025)]
    assert counted == [int(weeks_in(year)) for year in range(2000, 2025)]
    assert int(first_of(2020).astype("int64")) == (date(2020, 1, 1) - date(1970, 1, 1)).days


def test_dream_has_all_its_columns_and_only_codes_valid_in_their_week(demo: Path) -> None:
    frame = pl.read_parquet(demo / "extracts/dream202412.parquet")
    names, thursdays = dream_weeks()
    assert [name for name in frame.columns if name.startswith("Y_")] == names
    assert {"GRAD_2008_01", "GRAD_2024_12", "BRANCHE_2024_12"} <= set(frame.columns)
    assert frame.schema["Y_9132"] == pl.Float64
    assert frame.schema["Y_2452"] == pl.String
    assert frame["PNR"].null_count() == 2
    known = {row["code"]: row for row in pl.read_csv(CATALOGUE / "dream_codes.csv", infer_schema=False).to_dicts()}
    for name, thursday in zip(names, thursdays, strict=True):
        day = str(thursday)
        for code in frame[name].drop_nulls().cast(pl.String).str.strip_suffix(".0").unique().to_list():
            if code:
                assert (known[code]["valid_from"] or "") <= day <= (known[code]["valid_to"] or "9999"), (name, code)


def test_lpr_has_gaps_of_exactly_four_hours_and_one_minute_more(contacts: pl.DataFrame) -> None:
    ended = contacts.filter(pl.col("end") > pl.col("start"))
    gap = ended.select(
        pl.when((pl.col("PNR") == pl.col("PNR").shift()) & (pl.col("kind") == pl.col("kind").shift())).then(
            pl.col("start") - pl.col("end").shift()
        )
    ).to_series()
    for expected in (timedelta(0), 4 * HOUR - timedelta(minutes=1), 4 * HOUR, 4 * HOUR + timedelta(minutes=1)):
        assert (gap == expected).any(), expected
    assert (gap < timedelta(0)).any()


def test_lpr_has_stays_at_the_limit_and_contacts_inside_others(contacts: pl.DataFrame) -> None:
    length = contacts["end"] - contacts["start"]
    assert (length == 12 * HOUR).any()
    assert (length == 12 * HOUR - timedelta(minutes=1)).any()
    inside = (pl.col("PNR") == pl.col("PNR").shift()) & (pl.col("end") < pl.col("end").shift())
    assert contacts.filter(pl.col("end") > pl.col("start")).select(inside.any()).item()


def test_lpr_has_rows_that_are_not_counted(demo: Path, contacts: pl.DataFrame) -> None:
    frame = pl.read_parquet(demo / "extracts/lpr_a_kontakt/year=2024/*.parquet")
    assert (frame["KONT_TYPE"] != "ALCA00").mean() > 0.05
    assert frame["PNR"].null_count() > 0
    assert contacts["end"].null_count() > 0
    assert (contacts["end"] < contacts["start"]).any()
    assert frame["KONT_STARTTIDSPUNKT"].dt.year().unique().sort().to_list() == list(range(2017, 2025))


def test_handic_has_touching_overlapping_and_open_grants(grants: pl.DataFrame) -> None:
    same = (pl.col("Pnr") == pl.col("Pnr").shift()) & (pl.col("Modt_Ydelse_Kode") == pl.col("Modt_Ydelse_Kode").shift())
    days = (pl.col("Ydelse_Start") - pl.col("Ydelse_Slut").shift()).dt.total_days()
    gaps = grants.select(pl.when(same).then(days)).to_series()
    assert (gaps == 1).any()
    assert (gaps < 0).any()
    assert grants["Ydelse_Slut"].null_count() > 0
    assert grants["Pnr"].null_count() > 0
    assert not (grants["Ydelse_Slut"] < grants["Ydelse_Start"]).any()
    assert grants["Ydelse_Start"].min() == date(2013, 1, 1)
    known = pl.read_csv(CATALOGUE / "handic_services.csv", infer_schema=False)["code"]
    assert set(grants["Modt_Ydelse_Kode"]) == set(known)


def test_bef_comes_in_four_shapes_and_people_come_and_go(demo: Path) -> None:
    files = {path.stem: pl.read_parquet(path) for path in (demo / "extracts/bef").iterdir()}
    types = [files[f"bef{year}12"].rename(str.upper).schema["FOED_DAG"] for year in (2015, 2018, 2020, 2023)]
    assert types == [pl.Date, pl.Float64, pl.String, pl.Datetime("us")]
    first, last = set(files["bef201503"]["PNR"]), set(files["bef202412"]["PNR"])
    assert first - last
    assert last - first
    assert files["bef201912"].columns[0] == "pnr"
    assert all(frame.rename(str.upper).schema["PNR"] == pl.String for frame in files.values())


def test_studies_and_lists(demo: Path) -> None:
    for study in plan.STUDIES:
        keys = yaml.safe_load((demo / f"studies/{study.study}.yaml").read_text(encoding="utf-8"))
        assert keys["years_before"] == study.years_before
        assert (demo / "studies" / keys["participants"]).is_file()
    a = pl.read_csv(demo / "studies/aaben_dialog.csv", separator=";", infer_schema=False)
    assert (len(a), a["municipality"].n_unique(), set(a["start_year"])) == (907, 13, {"2018", "2019"})
    b = pl.read_excel(demo / "studies/samarbejdsmodellen.xlsx")
    assert dict(b["Status"].value_counts().iter_rows()) == plan.STATUS_B
    assert b["End_date"].null_count() == plan.STATUS_B[plan.ONGOING_B]
    bef = pl.read_parquet(demo / "extracts/bef/bef202012.parquet", columns=["PNR"])
    assert b["PNR"].is_in(bef["PNR"].to_list()).sum() == plan.STUDY_BASE_B


def test_answers_can_be_compared_mechanically(demo: Path) -> None:
    records = json.loads((demo / "answers.json").read_text(encoding="utf-8"))
    tables = {"participants", "participant_flow", "cost_table", "employment_table", "characteristics", "before_start"}
    assert {record["table"] for record in records} == {*tables, "set_aside", "spells"}
    assert {record["kind"] for record in records} == {"exact", "printed", "within"}
    for record in records:
        assert record["aggregate"] == ("count" if record["column"] is None else "sum")
        assert isinstance(record["where"], dict)
    assert {record["figure"] for record in records if record["report"] == "A"} >= {"Figur 1", "Figur 2", "Figur 3"}
