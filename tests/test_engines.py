"""Stages over ranges of persons: the ranges, the same bytes on every engine, and the settings that name one."""

from __future__ import annotations

import os
import platform
import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import odd_stages
import polars as pl
import pytest
from attempts import PNRS, sound
from command import here
from hypothesis import strategies as st
from odd_stages import TOGETHER, run
from stored import digests
from upath import UPath

from catalogue.reader import read_catalogue
from engines.choice import chosen
from engines.dask import Dask
from engines.local import Local
from engines.parts import Engine, forget_parts, made, parts_folder
from engines.ranges import Persons, ranges_of
from faults import EngineError
from pipelines.registers import dream, handic, lpr_a_kontakt
from pipelines.stages import Stage, summed_by
from settings import EngineSettings

CODES = read_catalogue()
ROAD = ["dream", "handic", "lpr_a_kontakt"]


def registers(seed: int, n_persons: int) -> dict[str, pl.DataFrame]:
    """Registers of some citizens with a little of everything, sorted as the store keeps them."""
    chance = random.Random(seed)
    day = date(2019, 1, 7)

    def several(make) -> list[tuple]:
        return [make(person) for person in range(1, n_persons + 1) for _ in range(chance.randrange(4))]

    def weeks(person: int) -> tuple:
        monday = day + timedelta(weeks=chance.randrange(60))
        return (
            person,
            chance.choice(["783", "130", "444"]),
            monday,
            monday + timedelta(days=7 * chance.randrange(9) + 6),
        )

    def months(person: int) -> tuple:
        first = date(2019, chance.randrange(1, 13), 1)
        return person, first, first + timedelta(days=30 * chance.randrange(1, 5))

    def grant(person: int) -> tuple:
        start = day + timedelta(days=chance.randrange(500))
        return person, chance.choice(["85", "107", "85b"]), start, chance.choice([None, start + timedelta(days=60)])

    def contact(person: int) -> tuple:
        start = datetime(2019, 1, 1) + timedelta(hours=chance.randrange(4000))
        end = start + timedelta(hours=chance.randrange(40))
        return person, start, end, "ALCA00", chance.choice(["Psykiatri", "Kirurgi"])

    times = {"start": pl.Datetime("us"), "end": pl.Datetime("us")}
    tables = {
        "dream": pl.DataFrame(several(weeks), schema=dream.WEEK_RUNS, orient="row"),
        "months": pl.DataFrame(several(months), schema=dream.MONTH_RUNS, orient="row"),
        "grants": pl.DataFrame(several(grant), schema=dream.WEEK_RUNS, orient="row"),
        "contacts": pl.DataFrame(
            several(contact),
            schema={"person": pl.UInt32, **times, "kont_type": pl.String, "hovedspec": pl.String},
            orient="row",
        ),
    }
    return {name: table.sort("person", "start") for name, table in tables.items()}


def written(folder: Path) -> dict[str, pl.LazyFrame]:
    """The registers as files of the store."""
    for name, table in registers(seed=4, n_persons=400).items():
        table.write_parquet(folder / f"{name}.parquet", row_group_size=100)
    return {name: pl.scan_parquet(folder / f"{name}.parquet") for name in ("dream", "months", "grants", "contacts")}


def given(name: str, tables: Mapping[str, pl.LazyFrame]) -> tuple[Stage, dict[str, pl.LazyFrame], dict[str, Any]]:
    """A stage of the road with its tables and settings."""
    if name == "dream":
        return dream.STAGE, {table: tables[table] for table in ("dream", "months")}, {"dream_codes": CODES.dream_codes}
    if name == "handic":
        settings = {"handic_services": CODES.handic_services, "data_end": date(2021, 12, 31)}
        return handic.STAGE, {"grants": tables["grants"]}, settings
    specialties = CODES.psychiatric_specialties.get_column("specialty")
    settings = {"specialties": specialties, "stay_gap_hours": 4, "admission_hours": 12}
    return lpr_a_kontakt.STAGE, {"contacts": tables["contacts"]}, settings


def files(engine: Engine, stage: tuple[Stage, Mapping, Mapping], store: UPath, rows_a_range: int) -> dict[str, bytes]:
    """The tables of a stage as the store would write them."""
    found = {}
    with made(engine, *stage, store, rows_a_range=rows_a_range) as tables:
        for output, table in tables.items():
            path = Path(str(store)) / f"{output}.parquet"
            table.sink_parquet(path)
            found[output] = path.read_bytes()
            path.unlink()
    assert not list(store.iterdir())
    return found


# Ranges


def test_ranges_are_of_equal_width_and_hold_every_person_once(rows: Mapping[str, pl.LazyFrame]) -> None:
    assert ranges_of(rows.values(), 40) == [Persons(1, 40)]
    assert ranges_of(rows.values(), 15) == [Persons(1, 14), Persons(15, 28), Persons(29, 40)]
    assert ranges_of(rows.values(), 1) == [Persons(n, n) for n in range(1, 41)]
    more = rows["rows"].select(pl.col("person") + 10)
    assert ranges_of([*rows.values(), more], 40) == [Persons(1, 25), Persons(26, 50)]


def test_more_rows_than_persons_make_no_range_without_persons() -> None:
    crowded = pl.LazyFrame({"person": [5] * 9 + [6]}, schema={"person": pl.UInt32})
    assert ranges_of([crowded], 2) == [Persons(5, 5), Persons(6, 6)]


def test_tables_without_rows_are_one_range(store: UPath, tmp_path: Path) -> None:
    path = tmp_path / "none.parquet"
    pl.DataFrame(schema={"person": pl.UInt32}).write_parquet(path)
    tables = run(Local(), odd_stages.PERSONS, {"rows": pl.scan_parquet(path)}, store)
    assert tables["rows"].is_empty()
    assert tables["rows"].schema == {"person": pl.UInt32}
    assert tables["n"].rows() == [(2020, 0)]


def test_sums_are_of_whole_numbers() -> None:
    parts = pl.LazyFrame({"code": ["b", "a", "b"], "n": [1, 2, 3]}, schema={"code": pl.String, "n": pl.UInt8})
    assert summed_by("code")(parts).collect().rows() == [("a", 2), ("b", 4)]
    with pytest.raises(TypeError, match="whole numbers"):
        summed_by("code")(parts.with_columns(pl.col("n").cast(pl.Float64)))
    with pytest.raises(pl.exceptions.InvalidOperationError):
        summed_by("code")(pl.concat([parts] * 100)).collect()


# The same on every engine


@pytest.mark.parametrize("name", ROAD)
def test_ranges_on_a_cluster_give_the_same_bytes(name: str, cluster: Dask, store: UPath, tmp_path: Path) -> None:
    stage, frames, settings = given(name, written(tmp_path))
    at_once = stage.of_persons(frames, **settings)
    assert all(table.height for table in at_once.values())
    local = files(Local(), (stage, frames, settings), store, rows_a_range=60)
    assert files(cluster, (stage, frames, settings), store, rows_a_range=60) == local
    assert files(Local(), (stage, frames, settings), store, rows_a_range=TOGETHER) == local
    for output, table in at_once.items():
        assert pl.read_parquet(local[output]).equals(table), output


@pytest.mark.parametrize("name", ROAD)
@hypothesis.settings(max_examples=40, deadline=None)
@hypothesis.given(seed=st.integers(0, 10**6), n_persons=st.integers(1, 12), rows_a_range=st.integers(1, 30))
def test_any_ranges_add_up_to_the_whole(name: str, seed: int, n_persons: int, rows_a_range: int) -> None:
    tables = {table: frame.lazy() for table, frame in registers(seed, n_persons).items()}
    stage, frames, settings = given(name, tables)
    at_once = stage.of_persons(frames, **settings)
    parts = [
        stage.of_persons({table: persons.of(frame) for table, frame in frames.items()}, **settings)
        for persons in ranges_of(frames.values(), rows_a_range)
    ]
    for output, add_up in stage.add_up.items():
        added = add_up(pl.concat(part[output] for part in parts).lazy()).collect()
        assert added.equals(at_once[output]), output


def test_only_row_groups_of_the_range_are_read(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    contacts = written(tmp_path)["contacts"]
    with pl.Config() as shown:
        shown.set_verbose(True)
        Persons(1, 20).of(contacts).collect()
    assert "reading 1 /" in capfd.readouterr().err


def test_a_run_on_a_cluster_leaves_the_same_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = sound(tmp_path)
    world.weeks(PNRS[0], "444", "2021-W30", "2021-W31")
    world.write()
    monkeypatch.setenv("FORLOB_ROWS_A_RANGE", "5")
    world.run_here()
    local = undated(world.root)
    elsewhere = tmp_path / "elsewhere"
    options = ["--store", str(elsewhere / "store"), "--release", str(elsewhere / "release")]
    done = world.run_here(*options, "--engine", "dask", "--workers", "2")
    assert "dream_spells: 2 of 2 ranges of persons" in done.output
    assert any(name.startswith("store/spells") for name in local)
    assert undated(elsewhere) == local


def undated(root: Path) -> dict[str, str]:
    """What is in a store and, of its releases, the tables: the others tell when they were made."""
    return {
        name: digest
        for name, digest in digests(root).items()
        if name.startswith("store") or name.endswith((".csv", ".parquet"))
    }


def test_what_a_killed_run_left_is_forgotten(store: UPath) -> None:
    left = store / f".parts-dream_spells-1-999999999@{platform.node()}"
    left.mkdir()
    (left / "spells-000000.parquet").touch()
    (store / "spells").mkdir()
    forget_parts(store)
    assert [path.name for path in store.iterdir()] == ["spells"]


def test_the_parts_of_a_run_that_lives_and_of_another_machine_are_left(store: UPath) -> None:
    with parts_folder(store, "dream_spells") as alive:
        dead = store / alive.name.replace(f"-{os.getpid()}@", "-999999999@")
        elsewhere = store / f"{dead.name}x"
        dead.mkdir()
        elsewhere.mkdir()
        forget_parts(store)
        assert sorted(path.name for path in store.iterdir()) == sorted([alive.name, elsewhere.name])


# Settings


def test_the_environment_names_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORLOB_ENGINE", "dask")
    monkeypatch.setenv("FORLOB_DASK_WORKERS", "3")
    monkeypatch.setenv("FORLOB_ROWS_A_RANGE", "1000")
    engine, rows_a_range = chosen(EngineSettings.from_environment())
    assert isinstance(engine, Dask)
    assert (engine.scheduler, engine.workers, rows_a_range) == (None, 3, 1000)


def test_every_setting_that_cannot_be_used_is_told() -> None:
    with pytest.raises(EngineError) as told:
        chosen(EngineSettings("spark", "tcp://x:1", "none", "-3"))
    assert len(told.value.faults) == 4
    for part in ("'spark'", "local, dask", "FORLOB_ENGINE", "'none'", "'-3'", "FORLOB_ROWS_A_RANGE", "both"):
        assert part in str(told.value)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--engine", "spark"], "--engine"),
        (["--engine", "dask", "--workers", "0"], "--workers"),
        (["--scheduler", "tcp://127.0.0.1:8786"], "go with --engine dask"),
        (["--engine", "dask", "--scheduler", "tcp://127.0.0.1:8786", "--workers", "2"], "workers of its own"),
    ],
    ids=["engine", "workers", "no engine", "both"],
)
def test_options_that_do_not_fit_are_wrong_use(options: list[str], told: str) -> None:
    code, said = here("run", *options)
    assert code == 2
    assert told in said


def test_a_wrong_environment_is_told_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORLOB_ENGINE", "spark")
    code, said = here("run", "--store", str(tmp_path / "store"))
    assert code == EngineError.exit_code
    assert "there is no engine 'spark'" in said
    assert not (tmp_path / "store").exists()
