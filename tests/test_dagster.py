"""The Dagster graph: what it shows, and what its jobs do and write down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest
import yaml
from dagster_world import COVERAGE, LAYERS, PNRS, repository
from world import World, released

from assets.location import build
from expectations.contracts.columns import polars_schema
from expectations.contracts.deliveries import ALWAYS, DELIVERIES
from expectations.contracts.registers import SPELLS, spells_there
from expectations.contracts.tables import TABLES
from settings import Folders

# What the graph shows


def test_the_definitions_load_and_validate(world: World) -> None:
    dg.Definitions.validate_loadable(build(Folders.below(world.root)))


def test_the_definitions_load_without_any_delivery_or_study(tmp_path: Path) -> None:
    empty = build(Folders.below(tmp_path))
    dg.Definitions.validate_loadable(empty)
    assert not empty.get_repository_def().get_job("study_run").partitions_def.get_partition_keys()


def test_assets_are_grouped_by_layer(graph: dg.AssetGraph) -> None:
    groups = {key: graph.get(key).group_name for key in graph.get_all_asset_keys()}
    assert set(groups.values()) == {*LAYERS, "release"}
    for key, group in groups.items():
        if len(key.path) > 1:
            assert group == key.path[0], key
    studies = {key.to_user_string() for key, group in groups.items() if group == "studies"}
    assert studies == {
        "participants", "participant_flow", "periods", "use", "use_outside_population", "costs", "cost_table",
        "employment_table", "changes", "mean_intervals", "characteristics", "before_start",
    }  # fmt: skip


def test_every_asset_has_a_description_an_owner_and_kinds(graph: dg.AssetGraph) -> None:
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description, key
        assert node.description.endswith("."), key
        assert node.owners, key
        assert node.kinds, key


SHARED = ("coverage", "quality/profiles")
"""Contracts of a table that each register has."""
BESIDE = {"quality/checks", "quality/measures"}
"""Contracts of what checks leave in the store: no assets, since checks write it."""


def contract_of(key: str) -> str:
    return next((name for name in SHARED if key.startswith(f"{name}/")), key)


def tables_of(graph: dg.AssetGraph) -> dict[str, dg.AssetKey]:
    """The assets that are tables with a contract, by key."""
    keys = {key.to_user_string(): key for key in graph.get_all_asset_keys()}
    return {name: key for name, key in keys.items() if contract_of(name) in TABLES}


def test_every_contract_is_an_asset(graph: dg.AssetGraph) -> None:
    assert {contract_of(name) for name in tables_of(graph)} == set(TABLES) - BESIDE


@pytest.mark.parametrize("name", [*sorted(set(TABLES) - set(SHARED) - BESIDE), *COVERAGE, "quality/profiles/bef"])
def test_the_column_schema_is_the_contracts(graph: dg.AssetGraph, name: str) -> None:
    contract = TABLES[contract_of(name)]
    shown = graph.get(tables_of(graph)[name]).metadata["dagster/column_schema"].columns
    assert [column.name for column in shown] == list(contract.columns)
    for column in shown:
        stated = contract.columns[column.name]
        assert column.type == str(stated.dtype)
        assert stated.description in column.description
        if stated.metadata["unit"]:
            assert stated.metadata["unit"] in column.description
        assert column.constraints.nullable == stated.nullable


def test_every_other_asset_but_reference_data_and_copies_shows_its_columns(graph: dg.AssetGraph) -> None:
    tables = tables_of(graph)
    bare = {
        key.to_user_string()
        for key in graph.get_all_asset_keys()
        if "dagster/column_schema" not in graph.get(key).metadata and key.to_user_string() not in tables
    }
    allowed = {"catalogue", "release", "quality/data_docs"}
    assert bare <= allowed


def test_lineage_leads_to_columns_that_exist(graph: dg.AssetGraph) -> None:
    keys = set(graph.get_all_asset_keys())
    tables = tables_of(graph)
    traced = 0
    for name, key in tables.items():
        lineage = graph.get(key).metadata.get("dagster/column_lineage")
        for column, origins in (lineage.deps_by_column if lineage else {}).items():
            assert column in TABLES[contract_of(name)].columns
            for origin in origins:
                traced += 1
                assert origin.asset_key in keys, f"{name}.{column} comes from {origin.asset_key}, which is no asset"
                source = graph.get(origin.asset_key).metadata.get("dagster/column_schema")
                if source is not None:
                    there = {one.name for one in source.columns}
                    assert origin.column_name in there, f"{name}.{column} <- {origin}"
    assert traced > 100


def ancestors(graph: dg.AssetGraph, key: dg.AssetKey) -> set[dg.AssetKey]:
    parents = graph.get(key).parent_keys
    return set(parents).union(*(ancestors(graph, parent) for parent in parents))


def test_lineage_leads_only_to_assets_upstream(graph: dg.AssetGraph) -> None:
    for name, key in tables_of(graph).items():
        upstream = ancestors(graph, key)
        lineage = graph.get(key).metadata.get("dagster/column_lineage")
        origins = [one for found in lineage.deps_by_column.values() for one in found] if lineage else []
        assert {origin.asset_key for origin in origins} <= upstream, name


def test_the_tables_of_a_study_trace_every_person_to_the_key(graph: dg.AssetGraph) -> None:
    for name, key in tables_of(graph).items():
        if "person" in TABLES[contract_of(name)].columns and name != "person_key":
            assert graph.get(key).metadata["dagster/column_lineage"].deps_by_column["person"], name


def test_partitions(graph: dg.AssetGraph) -> None:
    years = graph.get(dg.AssetKey(["registers", "bef"])).partitions_def
    assert isinstance(years, dg.TimeWindowPartitionsDefinition)
    assert years.get_partition_keys()[:3] == ["2019", "2020", "2021"]
    for layer in ("extracts", "registers", "coverage", "quarantine", "quality/profiles"):
        name = "bef_by_year" if layer == "quarantine" else "bef"
        assert graph.get(dg.AssetKey([*layer.split("/"), name])).partitions_def == years
        for register in ("dream", "lpr_a_kontakt", "handic"):
            assert graph.get(dg.AssetKey([*layer.split("/"), register])).partitions_def is None
    assert graph.get(dg.AssetKey(["quarantine", "bef"])).partitions_def is None
    for key in graph.get_all_asset_keys():
        if graph.get(key).group_name in ("studies", "release"):
            assert list(graph.get(key).partitions_def.get_partition_keys()) == ["one", "two"], key


def test_jobs_are_named_for_what_people_do(world: World) -> None:
    names = set(repository(world).job_names)
    assert {"yearly_run", "study_run", "bef_run"} <= names
    assert {name for name in names if not name.startswith("__")} == {"yearly_run", "study_run", "bef_run"}


def test_telemetry_is_off() -> None:
    settings = yaml.safe_load((Path(__file__).parents[1] / "dagster.yaml").read_text(encoding="utf-8"))
    assert settings["telemetry"] == {"enabled": False}


# What the jobs do


def test_the_jobs_make_every_table_of_the_store(world: World, runs: object) -> None:
    store = world.root / "store"
    not_delivered = {register for register, contract in DELIVERIES.items() if contract.optional}
    not_delivered |= {name for name in SPELLS if name not in spells_there(ALWAYS)}
    for name in TABLES:
        of_register = name.rpartition("/")[2].removeprefix("unmapped_").removesuffix("_by_year")
        if name in ("person_key", "coverage") or of_register in not_delivered:
            continue
        whole = store / f"{name}.parquet"
        files = [whole] if whole.exists() else sorted((store / name).rglob("*.parquet"))
        assert files, name
        for file in files:
            stated = polars_schema(TABLES[name])
            assert {**pl.read_parquet_schema(file), **stated} == pl.read_parquet_schema(file), file
            assert not TABLES[name].strict or pl.read_parquet_schema(file) == stated, file
    assert sorted(path.stem for path in (store / "registers" / "bef").glob("*.parquet")) == ["2019", "2020", "2021"]
    there = {path.name for path in released(world.root / "release", "one").iterdir()}
    assert {"cost_table.csv", "cost_table.parquet", "one.xlsx", "one.html", "manifest.json"} <= there
    assert not (store / "use" / "two.parquet").exists()  # a study's run makes that study only
    assert world.used(PNRS[0], "socialpaedagogisk_stoette", "one") == {0: 62}


def materialized(runs: dict[str, dg.ExecuteInProcessResult], run: str) -> dict[str, dict[str, Any]]:
    events = runs[run].get_asset_materialization_events()
    return {
        event.asset_key.to_user_string(): {k: v.value for k, v in event.materialization.metadata.items()}
        for event in events
    }


def test_materializations_say_how_much(world: World, runs: dict[str, dg.ExecuteInProcessResult]) -> None:
    store = world.root / "store"
    made = materialized(runs, "yearly_run 2021") | materialized(runs, "study_run one")
    by_year = ("registers/bef", "coverage/bef", "quarantine/bef_by_year", "quality/profiles/bef")
    partition = dict.fromkeys(by_year, "2021")
    for key, metadata in made.items():
        if key in ("person_key", "release"):
            continue
        where = partition.get(key) or ("one" if (store / key).is_dir() else None)
        path = store / key / f"{where}.parquet" if where else store / f"{key}.parquet"
        assert metadata["dagster/row_count"] == pl.read_parquet(path).height, key
        assert metadata["bytes"] == path.stat().st_size, key
    assert made["person_key"]["dagster/row_count"] == len(PNRS) + 1
    assert made["release"]["rows"] == world.cost_table("one").height


def test_the_person_key_says_its_bytes_too(world: World, runs: dict[str, dg.ExecuteInProcessResult]) -> None:
    size = (world.root / "store" / "person_key.parquet").stat().st_size
    assert materialized(runs, "yearly_run 2021")["person_key"]["bytes"] == size


@pytest.mark.parametrize(
    ("register", "received", "aside"), [("bef", 7, 0), ("dream", 6, 0), ("handic", 7, 0), ("lpr_a_kontakt", 8, 1)]
)
def test_registers_account_for_every_row(
    runs: dict[str, dg.ExecuteInProcessResult], register: str, received: int, aside: int
) -> None:
    made = materialized(runs, "yearly_run 2021")
    by_year = f"quarantine/{register}_by_year"
    quarantine = by_year if by_year in made else f"quarantine/{register}"
    for key in (f"registers/{register}", quarantine):
        metadata = made[key]
        counts = [metadata[f"rows_{what}"] for what in ("received", "kept", "set_aside")]
        assert counts == [received, received - aside, aside], key
    assert made[f"registers/{register}"]["data_end"] == "2021-12-31"
    assert made[quarantine]["reasons"] == ({"open_contact": 1} if aside else {})


def test_lineage_is_on_the_materialization(runs: dict[str, dg.ExecuteInProcessResult]) -> None:
    events = {e.asset_key.to_user_string(): e for e in runs["study_run one"].get_asset_materialization_events()}
    lineage = events["use"].materialization.metadata["dagster/column_lineage"].value
    assert dg.AssetKey(["spells", "handic"]) in {dep.asset_key for dep in lineage.deps_by_column["quantity"]}


def test_metadata_has_no_value_of_a_person(runs: dict[str, dg.ExecuteInProcessResult]) -> None:
    for run in runs:
        text = str(materialized(runs, run))
        assert "1980-06-15" not in text  # everybody's birth date
        assert not [pnr for pnr in PNRS if pnr in text]


def test_the_command_is_told_of_each_step_as_it_begins(tmp_path: Path) -> None:
    world = World(tmp_path, [2020])
    world.citizen("100000000001")
    world.study("trial", [{"pnr": "100000000001", "start_year": 2021}])
    world.write()
    said = world.run_here().output
    begun = [
        said.index(f": {name}\n") for name in ("person_key", "bef", "dream", "participants", "cost_table", "release")
    ]
    assert begun == sorted(begun)
