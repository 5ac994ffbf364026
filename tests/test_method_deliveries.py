"""docs/method.md §§ 1.1 and 3.2, docs/registers.md: the same registers in every form give the same numbers.

And what a later delivery changes, and what it does not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from world import FILLER, World

SAS_DAY_0 = date(1960, 1, 1)
DAYS = ["REFERENCETID", "FOED_DAG", "YDELSE_START", "YDELSE_SLUT"]
TIMES = ["KONT_STARTTIDSPUNKT", "KONT_SLUTTIDSPUNKT"]
CODES = ["KOEN", "KOM", "IE_TYPE", "MODT_YDELSE_KODE"]
PARENT, CHILD = "000000000012", "100000000000"
STUDY = "forms"


def build(root: Path) -> World:
    """A citizen with some of everything, whose PNR and codes have leading zeros, and a child."""
    world = World(root, [2018, 2019], snapshots=[2018])
    world.citizen(PARENT, born="1959-03-01", koen="2", kom="084", antpersh=2, ie_type="3")
    world.citizen(CHILD, mor=PARENT, born="2010-01-01", kom="101")
    world.weeks(PARENT, "890", "2018-W48")
    world.weeks(PARENT, "783", "2019-W10", "2019-W12")
    world.employed(PARENT, "2019-06")
    world.contact(PARENT, "2019-03-02 08:00:00", "2019-03-02 20:00:00")
    world.contact(PARENT, "2019-05-02 08:00:00", "2019-05-02 19:59:59", specialty="Børne- og ungdomspsykiatri")
    world.contact(PARENT, "2019-06-02 08:00:00", None)
    world.grant(PARENT, "85", "2019-03-01", "2019-03-10")
    world.grant(PARENT, "107", "2019-12-30", None)
    rows = [{"pnr": PARENT, "start_year": 2019}, {"pnr": CHILD, "start_year": 2019}]
    world.study(STUDY, rows, years_before=0, years_after=0)
    return world


def sas_days(frame: pl.DataFrame) -> pl.DataFrame:
    """Dates as days and times as seconds from 1960-01-01, as floats: SAS knows no other number."""
    days = [name for name in DAYS if name in frame.columns]
    times = [name for name in TIMES if name in frame.columns]
    return frame.with_columns(
        (pl.col(days) - SAS_DAY_0).dt.total_days().cast(pl.Float64),
        (pl.col(times) - datetime(1960, 1, 1)).dt.total_seconds().cast(pl.Float64),
    )


def codes_as(frame: pl.DataFrame, dtype: pl.DataType) -> pl.DataFrame:
    """Codes, weeks and PNRs as numbers, without their leading zeros."""
    names = [name for name in frame.columns if name in CODES or name.startswith("Y_")]
    return frame.with_columns(pl.col(names).cast(dtype), pl.col("^(PNR|FAR_ID|MOR_ID)$").cast(pl.Int64))


def csv(frame: pl.DataFrame, path: Path, separator: str, pnr: str) -> None:
    frame.rename({"PNR": pnr}).write_csv(
        path.with_suffix(".csv"), separator=separator, datetime_format="%Y-%m-%dT%H:%M:%S"
    )


def flat_parquet(frame: pl.DataFrame, path: Path) -> None:
    frame.write_parquet(path.with_suffix(".parquet"))


def hive_of_numbers(frame: pl.DataFrame, path: Path) -> None:
    """`bef/year=2018/part-0.parquet`, columns in small letters, codes as integers, dates as datetimes."""
    register, year = path.name.removesuffix("12")[:-4], path.name.removesuffix("12")[-4:]
    folder = path.parent / register / f"year={year}"
    folder.mkdir(parents=True)
    days = [name for name in DAYS if name in frame.columns]
    shaped = codes_as(frame, pl.Int16).with_columns(pl.col(days).cast(pl.Datetime("ns")))
    named = shaped.rename({"PNR": "PNR12"}).rename(str.lower)
    half = max(1, named.height // 2)
    named.head(half).write_parquet(folder / "part-0.parquet")
    named.slice(half).write_parquet(folder / "part-1.parquet")


def csv_with_semicolons(frame: pl.DataFrame, path: Path) -> None:
    csv(frame, path, ";", "CPR")


def csv_with_commas_of_sas_numbers(frame: pl.DataFrame, path: Path) -> None:
    csv(sas_days(frame), path, ",", "v_cpr")


def parquet_of_floats(frame: pl.DataFrame, path: Path) -> None:
    """Codes as 84.0, blanks as NaN, dates as SAS numbers, the PNR a column PERSON_ID."""
    shaped = codes_as(sas_days(frame), pl.Float64)
    weeks = [name for name in shaped.columns if name.startswith("Y_")]
    shaped.with_columns(pl.col(weeks).fill_null(float("nan"))).rename({"PNR": "PERSON_ID"}).write_parquet(
        path.with_suffix(".parquet")
    )


def parquet_of_text(frame: pl.DataFrame, path: Path) -> None:
    """Everything as text, mixed case."""
    shaped = frame.with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d"), pl.col(pl.Datetime).dt.to_string("%F %T"))
    shaped.with_columns(pl.all().cast(pl.String)).rename(str.title).write_parquet(path.with_suffix(".parquet"))


FORMS = [
    flat_parquet,
    hive_of_numbers,
    csv_with_semicolons,
    csv_with_commas_of_sas_numbers,
    parquet_of_floats,
    parquet_of_text,
]


@pytest.fixture(scope="module", params=FORMS, ids=lambda form: form.__name__)
def delivered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    world = build(tmp_path_factory.mktemp("form"))
    write: Callable[[pl.DataFrame, Path], None] = request.param
    for name, frame in world.frames().items():
        write(frame, world.root / "extracts" / name)
    world.make()
    return world


def test_use_is_the_same_in_every_form(delivered: World) -> None:
    """docs/registers.md Files: by hand from `build`; nothing else was used and everything is measured."""
    rows = delivered.use(STUDY).select("pnr", "period", "service", "quantity").rows()
    assert sorted(rows) == [
        (PARENT, 0, "botilbud_midlertidigt", 2),  # 30 December to the data end
        (PARENT, 0, "foertidspension", 3),
        (PARENT, 0, "ordinaer_beskaeftigelse", 1),
        (PARENT, 0, "psykiatri_ambulant", 1),
        (PARENT, 0, "psykiatri_indlaeggelse", 1),
        (PARENT, 0, "psykiatri_sengedag", 1),
        (PARENT, 0, "socialpaedagogisk_stoette", 10),
    ]


def test_traits_are_the_same_in_every_form(delivered: World) -> None:
    """docs/registers.md Files: KOM 84 is 084; born before 1960 is a negative SAS day; 60 on 1 July 2019."""
    names = ["age", "koen", "kom", "antpersh", "ie_type", "has_children", "support_status"]
    rows = delivered.participants(STUDY).select("pnr", *names).rows()
    assert sorted(rows) == [
        (PARENT, 60, "2", "084", 2, "3", True, "dagpenge_mv"),
        (CHILD, 9, "1", "101", 1, "1", False, "ikke_offentlig_forsoerget"),
    ]


def test_what_is_set_aside_is_the_same_in_every_form(delivered: World) -> None:
    """§ 4 LPR: the open contact, and nothing else of any register."""
    aside = {
        path.stem: pl.read_parquet(path)["reason"].to_list()
        for path in (delivered.root / "store" / "quarantine").rglob("*.parquet")
    }
    open_contact = {"lpr_a_kontakt": ["open_contact"]}
    assert aside == {"2018": [], "bef": [], "dream": [], "handic": [], STUDY: []} | open_contact


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    """The person key and the use of two runs; before the second a newer delivery of all registers arrives.

    In it a citizen is new whose PNR sorts first, and the parent's pension is four weeks in place of three.
    """
    world = build(tmp_path_factory.mktemp("later"))
    for name, frame in world.frames().items():
        flat_parquet(frame, world.root / "extracts" / name)
    world.make()
    key_path = world.root / "store" / "person_key.parquet"
    found = {"first_key": pl.read_parquet(key_path), "first_use": world.use(STUDY)}
    world.citizen("000000000001", snapshots=[date(2019, 12, 31)])
    world.weeks(PARENT, "783", "2019-W13")
    for name, frame in world.frames().items():
        newer = {"dream201912": "dream202006", "lpr_a_kontakt2019": "lpr_a_kontakt2020", "handic2019": "handic202003"}
        if name != "bef201812":
            flat_parquet(frame, world.root / "extracts" / newer.get(name, name))
    world.make()
    return found | {"second_key": pl.read_parquet(key_path), "second_use": world.use(STUDY)}


def test_new_pnrs_are_appended_and_none_is_renumbered(later: dict[str, pl.DataFrame]) -> None:
    """§ 1.1: the first run's rows stand first, unchanged; the new PNR comes after though its text sorts before."""
    first, second = later["first_key"], later["second_key"]
    assert second.head(first.height).equals(first)
    assert second.tail(1).rows() == [("000000000001", first["person"].max() + 1)]
    assert first.height == second.height - 1 == len({PARENT, CHILD, FILLER})
    assert first.schema == {"pnr": pl.String, "person": pl.UInt32}


def test_the_newest_delivery_of_a_cumulative_register_replaces_the_older(later: dict[str, pl.DataFrame]) -> None:
    """docs/registers.md Files: four weeks, not seven; ten days, not twenty."""
    before, after = (dict(later[use].select("service", "quantity").iter_rows()) for use in ("first_use", "second_use"))
    assert (before["foertidspension"], after["foertidspension"]) == (3, 4)
    assert before | {"foertidspension": 4} == after


def test_a_snapshot_withdrawn_no_longer_counts(tmp_path: Path) -> None:
    """§ 3.1: of those delivered: once BEF 2020 is taken away, no snapshot delivered tells of 2020."""
    world = World(tmp_path, [2018, 2019, 2020], snapshots=[2018, 2020])
    world.citizen("away")
    world.study("presence", [{"pnr": "away", "start_year": 2019}], years_before=0, years_after=1)
    folder = world.write()
    world.make()
    assert world.by_pnr("periods")["present"].to_list() == [True, True]
    (folder / "bef202012.parquet").unlink()
    world.make()
    assert world.by_pnr("periods")["present"].to_list() == [True, None]


@pytest.mark.parametrize(
    ("name", "twin"),
    [
        ("bef201812", "bef/year=2018/month=12/part-0"),
        ("dream201912", "copy/dream2019"),
        ("lpr_a_kontakt2019", "LPR_A_KONTAKT_2019"),
        ("handic2019", "handic/year=2019/part-0"),
    ],
)
def test_the_same_period_twice_is_refused_with_both_paths(tmp_path: Path, name: str, twin: str) -> None:
    """docs/registers.md Files: it would double every row."""
    world = build(tmp_path)
    folder = world.write()
    second = folder / f"{twin}.parquet"
    second.parent.mkdir(parents=True, exist_ok=True)
    world.frames()[name].write_parquet(second)
    done = world.run_here(check=False)
    assert done.exit_code == 3
    told = done.output.replace("\n", "")
    assert str(folder / f"{name}.parquet") in told
    assert str(second.parent) in told
    assert not (world.root / "store" / "use").exists()


def test_a_year_s_and_its_december_s_bef_are_one_snapshot(tmp_path: Path) -> None:
    """docs/registers.md Files: bef2018 and bef201812 hold the same snapshot; only their rows tell."""
    world = build(tmp_path)
    folder = world.write()
    world.frames()["bef201812"].write_csv(folder / "bef2018.csv")
    done = world.run_here(check=False)
    told = done.output.replace("\n", "")
    assert done.exit_code == 3
    assert str(folder / "bef2018.csv") in told
    assert str(folder / "bef201812.parquet") in told
