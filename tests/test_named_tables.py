"""The evaluations' tables by name: what each holds, over a small world that has run, and what `forlob table` says.

Ten citizens start in 2020: six women, four men; four are in ordinary employment in 2020. Of the others, two have
disability pension and one cash assistance in ten weeks of each year; three visits to a hospital in 2019.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest
from command import here
from test_reference_before_start import slow
from typer.testing import CliRunner
from world import World

import cli
from faults import StoreError, StudyError
from pipelines.named_tables import NAMED_TABLES, TRANSFER_WEEKS, figure_1, use_compared, with_intervals

PNRS = [f"3000000000{n:02d}" for n in range(10)]
NAMES = [
    "flow", "koen", "oprindelse", "alder", "bopael", "boern", "uddannelse", "forsoergelse", "ydelser_foer_start",
    "forbrug_sammenlignet", "figur_1", "figur_2", "figur_3",
]  # fmt: skip
COSTS = ["study", "group_by", "group", "period", "area", "service", "unit", "n_study", "n_citizens", "n_users",
         "share_users", "share_low", "share_high", "mean_quantity", "mean_cost", "mean_cost_kommune",
         "mean_cost_region", "mean_cost_stat", "price_year", "illustrative"]  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("named"), range(2018, 2022))
    for n, pnr in enumerate(PNRS):
        born = "1975-06-15" if n < 3 else "1960-06-15"
        world.citizen(pnr, koen="2" if n < 6 else "1", born=born, antpersh=1 if n < 7 else 2)
        world.citizen(f"4000000000{n:02d}")
    for year in (2019, 2020, 2021):
        for pnr, code in zip(PNRS, ("783", "783", "130"), strict=False):
            world.weeks(pnr, code, f"{year}-W10", f"{year}-W19")
    world.weeks(PNRS[0], "783", "2019-W48")
    for pnr in PNRS[5:9]:
        world.employed(pnr, *(f"2020-{month:02d}" for month in range(1, 7)))
    for pnr in PNRS[:3]:
        world.contact(pnr, "2019-03-01 10:00", "2019-03-01 11:00", specialty="Kirurgi")
    world.grant(PNRS[0], "85", "2019-01-01", "2020-12-31")
    rows = [{"pnr": pnr, "start_year": 2020} for pnr in [*PNRS, "500000000000"]]
    world.study("trial", [*rows, {"pnr": None, "start_year": 2020}], years_after=1, age_bands=[51])
    world.study("bare", rows, years_after=0)
    world.write()
    world.make("trial")
    return world


def options(world: World) -> list[str]:
    return [part for name in ("store", "studies") for part in (f"--{name}", str(world.root / name))]


def printed(world: World, name: str, form: str) -> str:
    """What goes to standard output; that the figures are the store's is said beside it."""
    done = CliRunner().invoke(cli.app, ["table", name, "--study", "trial", "--format", form, *options(world)])
    assert done.exit_code == 0, done.output
    assert "not through disclosure control" in done.stderr
    return done.stdout


def rows(world: World, name: str) -> list[dict[str, object]]:
    return json.loads(printed(world, name, "json"))


def shares(world: World, name: str) -> dict[object, tuple[object, object]]:
    return {row["category"]: (row["n"], row["share"]) for row in rows(world, name)}


def test_the_names() -> None:
    assert list(NAMED_TABLES) == NAMES
    code, said = here("tables")
    assert code == 0
    assert all(name in said.split() for name in NAMES)
    listed = json.loads(CliRunner().invoke(cli.app, ["tables", "--format", "json"]).stdout)
    assert [one["name"] for one in listed] == NAMES
    assert all(one["title_da"] and one["title_en"] and one["made_of"] for one in listed)


def test_the_flow(world: World) -> None:
    assert shares(world, "flow") == {
        "received": (12, 1.0), "missing_pnr": (1, pytest.approx(1 / 12)),
        "not_in_population": (1, pytest.approx(1 / 12)), "study_base": (10, pytest.approx(10 / 12)),
    }  # fmt: skip


def test_who_the_citizens_are(world: World) -> None:
    assert shares(world, "koen") == {"1": (4, 0.4), "2": (6, 0.6), "9": (0, 0.0)}
    assert shares(world, "alder") == {"0-50": (3, 0.3), "51+": (7, 0.7), "uoplyst": (0, 0.0)}
    assert shares(world, "bopael") == {"alene": (7, 0.7), "med_andre": (3, 0.3), "uoplyst": (0, 0.0)}
    support = {category: n for category, (n, _) in shares(world, "forsoergelse").items() if n}
    assert support == {"foertidspension": 1, "ikke_offentlig_forsoerget": 9}
    women = next(row for row in rows(world, "koen") if row["category"] == "2")
    assert (women["share_low"], women["share_high"]) == pytest.approx(slow.wilson(6, 10))


def test_services_before_the_start(world: World) -> None:
    """2018 is period -2, and the first year of HANDIC and LPR."""
    found = {row["category"]: row for row in rows(world, "ydelser_foer_start")}
    support = found["socialpaedagogisk_stoette"]
    assert [support[name] for name in ("n", "n_citizens", "n_partly", "first_period")] == [1, 10, 0, -1]
    assert found["somatik_ambulant"]["n"] == 0
    assert list(support)[:5] == ["category", "n", "share", "share_low", "share_high"]


def test_use_compared_is_of_the_earliest_period_where_the_study_has_no_other(world: World) -> None:
    found = rows(world, "forbrug_sammenlignet")
    assert {row["period"] for row in found} == {-1}
    kinds = ["alle", "befolkning", "befolkning_standardiseret"]
    assert [(row["service"], row["group_by"]) for row in found] == [
        (service, kind) for service in ("somatik_ambulant", "somatik_sengedag") for kind in kinds
    ]
    assert (found[0]["n_users"], found[0]["mean_quantity"]) == (3, 0.3)
    assert (found[0]["share_low"], found[0]["share_high"]) == pytest.approx(slow.wilson(3, 10))
    assert found[2]["share_low"] is None
    further = world.cost_table("trial").with_columns(pl.col("period") - 1)
    assert use_compared(further)["period"].unique().to_list() == [-2]


def test_figure_1_has_the_weeks_of_all_transfers(world: World) -> None:
    found = [row for row in rows(world, "figur_1") if row["group_by"] == "alle"]
    assert list(found[0]) == COSTS
    assert sorted({row["period"] for row in found}) == [-1, 0, 1]
    weeks = {row["period"]: row for row in found if row["service"] == TRANSFER_WEEKS}
    assert {period: row["mean_quantity"] for period, row in weeks.items()} == pytest.approx({-1: 3.1, 0: 3.0, 1: 3.0})
    assert (weeks[-1]["n_users"], weeks[-1]["unit"], weeks[-1]["mean_cost"]) == (3, "week", None)
    months = next(row for row in found if row["service"] == "ordinaer_beskaeftigelse" and row["period"] == 0)
    assert (months["n_users"], months["mean_quantity"]) == (4, 2.4)
    assert {row["group_by"] for row in rows(world, "figur_1")} == {"alle", "befolkning"}


def test_weeks_of_all_transfers_are_not_told_of_other_citizens(world: World) -> None:
    """As where one of the area's services is measured for fewer than the others."""
    table = world.cost_table("trial")
    fewer = pl.when(pl.col("service") == "su").then(pl.col("n_citizens") - 1).otherwise("n_citizens")
    found = figure_1(table.with_columns(fewer)).filter(service=TRANSFER_WEEKS, group_by="alle")
    assert found["mean_quantity"].to_list() == [None] * 3
    assert found["n_users"].to_list() == [3] * 3


def test_figure_2_is_what_the_kommune_pays(world: World) -> None:
    found = rows(world, "figur_2")
    table = world.cost_table("trial").filter(group_by="alle")
    assert {(row["period"], row["service"]) for row in found} >= {(-1, "foertidspension"), (0, None), (1, None)}
    assert all(row["mean_cost_kommune"] is not None and row["group_by"] == "alle" for row in found)
    priced = table.filter(pl.col("mean_cost_kommune").is_not_null())
    assert [row["mean_cost_kommune"] for row in found] == priced["mean_cost_kommune"].to_list()


def test_figure_3_is_by_months_in_employment(world: World) -> None:
    found = rows(world, "figur_3")
    assert pl.DataFrame(found, infer_schema_length=None).drop("share_low", "share_high")["group"].to_list() == (
        world.table("employment_table", "trial")["group"].to_list()
    )
    total = {row["group"]: row["n_citizens"] for row in found if row["period"] == 0 and row["area"] is None}
    assert total == {"0": 6, "1-3": 0, "4-6": 4, "7-9": 0, "10-11": 0, "12": 0}


@pytest.mark.parametrize("name", [name for name in NAMES if name != "uddannelse"])
def test_csv_and_json_say_the_same(world: World, name: str) -> None:
    told = rows(world, name)
    read = list(csv.DictReader(io.StringIO(printed(world, name, "csv"))))
    assert [list(row) for row in read] == [list(row) for row in told]
    as_text = [{key: "" if value is None else value for key, value in row.items()} for row in told]
    for one, other in zip(read, as_text, strict=True):
        assert all(
            str(other[key]).lower() == value or float(str(other[key])) == float(value) for key, value in one.items()
        )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("flow", ["Sat til side: uden personnummer / Set aside: no personal number", "8.3%"]),
        ("koen", ["Kvinder / Women", "60.0%", "31.3%-83.2%"]),
        ("bopael", ["Bor alene / Lives alone"]),
        ("ydelser_foer_start", ["Somatisk indlæggelse", "10 (0)", "-1 .. -1"]),
        ("figur_1", ["Uger på overførselsindkomst", "3.1 uger", "2021-priser"]),
        ("figur_3", ["4-6 måneder"]),
    ],
)
def test_as_text(world: World, name: str, words: list[str]) -> None:
    text = " ".join(printed(world, name, "text").split())
    for word in words:
        assert word in text


def test_without_a_format_a_program_gets_csv(world: World) -> None:
    done = CliRunner().invoke(cli.app, ["table", "koen", "--study", "trial", *options(world)])
    assert done.stdout.splitlines()[0] == "category,n,share,share_low,share_high"


def test_a_table_that_there_is_not(world: World) -> None:
    code, said = here("table", "kon", "--study", "trial", *options(world))
    assert code == 2
    assert "'kon'" in said
    assert "forsoergelse" in said


def test_a_study_that_there_is_not(world: World) -> None:
    code, said = here("table", "koen", "--study", "trail", *options(world))
    assert code == StudyError.exit_code
    assert "'trail'" in said
    assert "bare, trial" in said


def test_a_study_that_has_not_run(world: World) -> None:
    code, said = here("table", "koen", "--study", "bare", *options(world))
    assert code == StoreError.exit_code
    assert "forlob run --study bare" in said


def test_education_needs_its_register(world: World) -> None:
    code, said = here("table", "uddannelse", "--study", "trial", *options(world))
    assert code == StoreError.exit_code
    assert "'uddannelse'" in said


def test_a_store_of_another_version(world: World, tmp_path: Path) -> None:
    (tmp_path / "characteristics").mkdir()
    pl.DataFrame({"other": [1]}).write_parquet(tmp_path / "characteristics" / "trial.parquet")
    code, said = here("table", "koen", "--study", "trial", *options(world), "--store", str(tmp_path))
    assert code == StoreError.exit_code
    assert "another version" in said


def test_the_weighted_share_of_the_population_has_no_interval(world: World) -> None:
    found = with_intervals(world.cost_table("trial")).group_by("group_by").agg(pl.col("share_low").is_null().all())
    assert dict(found.rows()) == {
        "alle": False,
        "kommune": False,
        "befolkning": False,
        "befolkning_standardiseret": True,
    }
