"""The benchmarks run, and add up what they time; how long anything takes is measured by `make bench`, not here."""

from __future__ import annotations

import time
from importlib import import_module
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from benchmarks import report, road, same, sssy, sssy_stages, stages, workbook
from benchmarks.clock import Clock
from benchmarks.extracts import write_extracts
from benchmarks.store import Store

CONTACTS = 3_000


def test_a_part_inside_another_is_not_counted_in_it() -> None:
    clock = Clock()
    inner = clock.part("inner")(time.sleep)
    with clock.part("outer"):
        inner(0.05)
        inner(0.05)
    took = clock.took()
    assert took["inner"]["wall_s"] >= 0.1
    assert took["outer"]["wall_s"] < 0.05


def test_shares_are_of_the_roads_own_work() -> None:
    def parts(quality: float, imported: float) -> dict[str, road.Took]:
        times = {"road": 100.0, "quality": quality, "import": imported}
        return {name: {"wall_s": n, "cpu_s": n / 2, "peak_mb": 1.0} for name, n in times.items()}

    found = road.shares([parts(12, 4), parts(20, 5), parts(10, 4)])
    assert found["wall"] == found["cpu"] == [0.1, 0.12, 0.2]
    assert found["wall_without_import"] == [0.06, 0.08, 0.15]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("benchmark")
    for step in ("extracts", "before"):
        road.run("quality", step, made, CONTACTS)
    return made


@pytest.fixture(scope="module")
def parts(folder: Path) -> dict[str, road.Took]:
    return road.measured_parts(folder, CONTACTS)


def test_every_part_of_a_registers_work_is_timed(parts: dict[str, road.Took]) -> None:
    assert set(parts) == {*road.PARTS, "road", "quality"}
    assert parts["quality"]["cpu_s"] == pytest.approx(sum(parts[name]["cpu_s"] for name in road.QUALITY_PARTS))


@pytest.mark.usefixtures("parts")
def test_pandera_gives_the_same_verdict(folder: Path) -> None:
    assert road.run("quality", "same_verdict", folder, CONTACTS) == {}


SCALE = 1e-5
"""The least there is: the citizens of the two studies and their families, with as few contacts and grants."""


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the road and the other ways have been, in this process: starting one takes longest."""
    made = tmp_path_factory.mktemp("ways")
    write_extracts(made, SCALE)
    for stage in report.STAGES:
        stages.STAGES[stage](Store(made))
        for way, its_own in road.BESIDE.items():
            if stage in its_own:
                import_module(f"benchmarks.{road.MODULES[way]}").STAGES[stage](Store(made, way))
    return made


@pytest.mark.parametrize("module", ["stages", *road.MODULES.values()])
def test_a_stage_in_a_process_tells_what_it_took(compared: Path, module: str) -> None:
    assert set(road.run(module, "spells_handic", compared)) == set(road.MEASURES)


@pytest.mark.parametrize("way", report.WAYS)
def test_every_way_gives_the_same(compared: Path, way: str) -> None:
    assert road.run("same", way, compared) == {"share": 1.0}


def test_another_result_is_told(compared: Path) -> None:
    store = Store(compared)
    path = store.path("spells/handic", "duckdb")
    spells = pl.read_parquet(path)
    spells.with_columns(pl.col("quantity") + (pl.int_range(pl.len()) == 0)).write_parquet(path)
    with pytest.raises(AssertionError):
        same.same_spells(store, "duckdb", "handic")
    spells.write_parquet(path)


def test_deliveries_of_another_scale_are_refused(tmp_path: Path) -> None:
    (tmp_path / road.SCALE_FILE).write_text("0.5", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"0\.5"):
        road.write_deliveries(tmp_path, 1)


def test_primary_care_of_a_study_is_what_its_files_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every citizen is in the study: contacts in its table are those in the files, in one year those of the first."""

    def here(_: str, stage: str, folder: Path, year: int = 0) -> road.Took:
        monkeypatch.setattr("sys.argv", ["", stage, str(folder), str(year)])
        sssy_stages.STAGES[stage](Store(folder))
        return took(0)

    for starts_a_process in ("run", "measured"):  # which takes longest
        monkeypatch.setattr(sssy, starts_a_process, here)
    size = sssy.Size(rows=8_000, years=3, citizens=sssy.N_STUDY, delivered=2)
    stages_took = sssy.measure(tmp_path, size, Console(quiet=True))
    assert set(stages_took) == {sssy.PERSON_KEY, sssy.ONE_YEAR, sssy.ALL_YEARS, sssy.SPELLS, sssy.STUDY}
    assert [row[-1] for row in sssy.goals(stages_took, size)] == ["a goal of the real size"] * 2
    table = pl.read_parquet(Store(tmp_path).path("cost_table")).filter(pl.col("group_by").eq("alle"))
    found = {
        (period, service): mean * n
        for period, service, mean, n in table.filter(pl.col("service").is_not_null())
        .select("period", "service", "mean_quantity", "n_citizens")
        .rows()
    }
    for year, file in ((2015, 2015), (2016, 2016), (2017, 2015)):
        fees = pl.read_parquet(tmp_path / f"extracts/sssy/sssy{file}.parquet").filter(pl.col("BARNMAK") == 0)
        for service, spec2 in {
            "almen_laege": ["70", "80"],
            "almen_laege_70_90": ["70", "71", "80", "81", "83", "90"],
        }.items():
            of_weeks = fees.filter(pl.col("SPEC2").is_in(spec2)).group_by("PNR", "HONUGE").agg(pl.sum("KONTAKT"))
            contacts = of_weeks.get_column("KONTAKT").clip(0).sum()
            assert contacts > 1_000
            assert found[year, service] == pytest.approx(contacts)


def test_what_primary_care_adds_to_a_study_has_a_goal() -> None:
    def verdicts(wall_s: float, peak_mb: float) -> list[str]:
        return [row[-1] for row in sssy.goals({sssy.STUDY: took(wall_s, peak_mb)}, sssy.Size())]

    assert verdicts(60, 4_096) == ["kept", "kept"]
    assert verdicts(60.1, 4_097) == ["missed", "missed"]


def test_fees_of_another_size_are_refused(tmp_path: Path) -> None:
    (tmp_path / sssy.SIZE_FILE).write_text('{"rows": 1}', encoding="utf-8")
    with pytest.raises(SystemExit, match='"rows": 1'):
        sssy.write_deliveries(tmp_path, sssy.Size())


def took(wall_s: float, peak_mb: float = 100) -> road.Took:
    return {"wall_s": wall_s, "cpu_s": wall_s, "peak_mb": peak_mb, "runs": 1}


def result(scale: float = 1) -> dict[str, object]:
    """A road of 2 s a stage, a floor of 1 s, DuckDB of 8 s, and pandas of 5 s on half of the citizens."""
    beside = {"floor": 1, "duckdb": 8, "pandas": 5}
    return {
        "scale": scale,
        "road": {stage: took(2) for stage in report.STAGES},
        "ways": {way: {stage: took(beside[way]) for stage in road.BESIDE[way]} for way in beside},
        "shares": {"duckdb": 1.0, "pandas": 0.5},
    }


def test_a_way_on_some_citizens_is_held_against_its_share_of_the_road() -> None:
    assert report.ratio(result(), "duckdb", report.AFTER_ENTRY) == 4
    assert report.ratio(result(), "pandas", report.SPELLS) == 5
    assert report.ratio(result(), "pandas", ["study"]) == 2.5  # a study's citizens are all there
    assert report.ratio(result(), "duckdb", report.ENTRY) is None


def test_goals_are_kept_or_missed() -> None:
    verdicts = [row[-1] for row in report.goals_table(result())]
    assert verdicts == ["kept", "kept", "missed", "kept", "kept", "kept", "kept", "kept"]
    small = [row[-1] for row in report.goals_table(result(0.01))]
    assert set(small[:5]) == {"a goal of scale 1"}


def test_growth_is_held_against_the_rows() -> None:
    larger = result(1)
    larger["road"] = {stage: took(300) for stage in report.STAGES}
    head, rows = report.growth_table({"1": larger, "0.01": result(0.01)})
    assert head[1:3] == ["scale 0.01", "scale 1"]
    assert {row[-1] for row in rows} == {"1.50"}


def test_a_workbook_of_many_rows_tells_what_it_took(capsys: pytest.CaptureFixture[str]) -> None:
    took = workbook.write_one(1_000)
    assert took["rows"] >= 1_000
    assert took["wall_s"] > 0
    assert capsys.readouterr().err.rstrip().endswith(f"{took['rows']:,} of {took['rows']:,} rows")
