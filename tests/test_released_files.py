"""CSV, Parquet and ``datapackage.json``: the released tables, what they say of themselves, and that they stay whole."""

from __future__ import annotations

import csv
import hashlib
import json

import polars as pl
import pytest
from frictionless import Package
from released import HIDDEN_COST, HOSTILE, release

from expectations.contracts.tables import TABLES
from faults import StoreError
from reports.csv import write_csv
from reports.datapackage import write_datapackage
from reports.files import replacing
from reports.parquet import write_parquet
from reports.tables import RELEASED, ReleaseTables


def in_order(tables: ReleaseTables, name: str) -> pl.DataFrame:
    """A released table as its asset makes it: the contract's columns and types, and `withheld`."""
    contract = TABLES[name].columns
    types = {column: stated.dtype.type for column, stated in contract.items()}
    return getattr(tables, name).select(*contract, "withheld").cast(types)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder, tables = tmp_path_factory.mktemp("release"), release()
    tables = release(**{name: in_order(tables, name) for name in RELEASED})
    for name in RELEASED:
        write_csv(getattr(tables, name), folder / f"{name}.csv")
        write_parquet(getattr(tables, name), folder / f"{name}.parquet")
    write_datapackage(folder, tables)
    return folder


@pytest.fixture(scope="module")
def package(folder):
    return json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))


def test_csv_holds_the_table_and_withheld(folder):
    raw = (folder / "cost_table.csv").read_bytes()
    assert raw.startswith(b"study,group_by,group,period")
    back = list(csv.DictReader(raw.decode("utf-8").splitlines()))
    assert [row["withheld"] == "true" for row in back] == release().cost_table["withheld"].to_list()
    assert [float(row["mean_cost"]) for row in back if row["mean_cost"]] == (
        release().cost_table["mean_cost"].drop_nulls().to_list()
    )
    assert str(HIDDEN_COST).encode() not in raw
    assert {row["period"] for row in back} == {"-1", "0", "1", "2"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "＝1", "a;=1", "a\n=1"])
def test_csv_texts_never_read_as_formulas(text, tmp_path):
    write_csv(pl.DataFrame({"group": [text, "A-b + c=d, -e"], "n": [-1, -2]}), tmp_path / "x.csv")
    with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    sign = next(position for position, letter in enumerate(text) if letter in "=+-@＝")
    assert rows[0]["group"] == f"{text[:sign]}'{text[sign:]}"
    assert rows[1]["group"] == "A-b + c=d, -e"
    assert [row["n"] for row in rows] == ["-1", "-2"]


@pytest.mark.parametrize("name", RELEASED)
def test_parquet_holds_the_table_with_its_types(folder, name):
    back = pl.read_parquet(folder / f"{name}.parquet")
    assert back.equals(in_order(release(), name))
    assert back.schema == in_order(release(), name).schema
    if name == "cost_table":
        assert HOSTILE in set(back["group"])  # as it is: nothing reads it as a formula here


def test_parquet_keeps_nothing_of_withheld_values(tmp_path):
    hidden = pl.Series("n", [987_654_321, 7, 8]).to_frame().with_columns(withheld=pl.col("n") > 100)
    write_parquet(hidden.with_columns(pl.when(~pl.col("withheld")).then("n").alias("n")), tmp_path / "x.parquet")
    for column in pl.read_parquet_metadata(tmp_path / "x.parquet"):
        assert column == "ARROW:schema"
    assert (987_654_321).to_bytes(8, "little") not in (tmp_path / "x.parquet").read_bytes()


def test_the_same_table_gives_the_same_bytes(folder, tmp_path):
    tables = release(**{name: in_order(release(), name) for name in RELEASED})
    for name in RELEASED:
        write_csv(getattr(tables, name), tmp_path / f"{name}.csv")
        write_parquet(getattr(tables, name), tmp_path / f"{name}.parquet")
    write_datapackage(tmp_path, tables)
    files = sorted(path.name for path in folder.iterdir())
    assert files == sorted(path.name for path in tmp_path.iterdir())
    assert len(files) == 2 * len(RELEASED) + 1
    for name in files:
        assert (folder / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_every_file_is_a_resource_with_its_size_and_fingerprint(folder, package):
    resources = {resource["path"]: resource for resource in package["resources"]}
    assert set(resources) == {f"{name}.{kind}" for name in RELEASED for kind in ("csv", "parquet")}
    for path, resource in resources.items():
        raw = (folder / path).read_bytes()
        assert resource["bytes"] == len(raw)
        assert resource["hash"] == f"sha256:{hashlib.sha256(raw).hexdigest()}"
    assert package["name"] == "aaben_dialog-2026-11-22-01"
    assert package["created"] == "2026-11-22T09:30:00+00:00"


def test_every_column_is_described(folder, package):
    for resource in package["resources"]:
        name = resource["path"].partition(".")[0]
        fields = {field["name"]: field for field in resource["schema"]["fields"]}
        assert list(fields) == pl.read_parquet_schema(folder / f"{name}.parquet").names()
        for field in fields.values():
            assert field["title"]
            assert field["title_en"]
            assert field["description"]
    (cost,) = [one for one in package["resources"] if one["path"] == "cost_table.csv"]
    fields = {field["name"]: field for field in cost["schema"]["fields"]}
    assert (fields["mean_cost"]["type"], fields["mean_cost"]["unit"]) == ("number", "kr.")
    assert fields["period"] == fields["period"] | {"type": "integer", "constraints": {"required": True}}
    assert fields["share_users"]["constraints"] == {"minimum": 0, "maximum": 1}
    assert "alle" in fields["group_by"]["constraints"]["enum"]
    assert "required" not in fields["n_users"].get("constraints", {})  # empty where it is withheld


@pytest.mark.parametrize("name", RELEASED)
def test_a_released_csv_keeps_its_schema(folder, name):
    report = Package(folder / "datapackage.json").get_resource(f"{name}.csv").validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type"])[:5]


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (",alle,alle,", ",somebody,alle,", "constraint-error"),
        (",alle,alle,0,", ",alle,alle,first,", "type-error"),
        ("study,group_by", "study,grouping", "incorrect-label"),
        ("aaben_dialog,alle", ",alle", "constraint-error"),
    ],
)
def test_a_csv_that_breaks_its_schema_is_seen(folder, tmp_path, old, new, error):
    for path in ("datapackage.json", "cost_table.csv"):
        (tmp_path / path).write_bytes((folder / path).read_bytes())
    csv_text = (tmp_path / "cost_table.csv").read_text(encoding="utf-8")
    assert old in csv_text
    (tmp_path / "cost_table.csv").write_text(csv_text.replace(old, new), encoding="utf-8")
    report = Package(tmp_path / "datapackage.json").get_resource("cost_table.csv").validate()
    assert error in {row[0] for row in report.flatten(["type"])}


@pytest.mark.parametrize("name", RELEASED)
def test_a_released_parquet_file_keeps_its_schema(folder, package, name):
    (resource,) = [one for one in package["resources"] if one["path"] == f"{name}.parquet"]
    table = pl.read_parquet(folder / resource["path"])
    kinds = {"string": pl.String, "boolean": pl.Boolean, "number": pl.Float64}
    for field in resource["schema"]["fields"]:
        column, rules = table[field["name"]], field.get("constraints", {})
        wanted = kinds.get(field["type"])
        assert column.dtype == wanted if wanted else column.dtype.is_integer()
        assert not rules.get("required") or column.null_count() == 0
        assert "enum" not in rules or set(column.drop_nulls()) <= set(rules["enum"])


def test_a_table_without_its_file_is_not_described(folder, tmp_path):
    with pytest.raises(FileNotFoundError):
        write_datapackage(tmp_path, release())
    assert not list(tmp_path.iterdir())


def test_a_failed_write_leaves_the_older_file(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("older")

    def fail():
        with replacing(path) as part:
            part.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text() == "older"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_held_open_says_how_to_mend_it(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr("pathlib.Path.replace", refuse)
    with pytest.raises(StoreError, match="close the program"):
        write_csv(pl.DataFrame({"a": [1]}), tmp_path / "x.csv")
