"""The house keeps its shape: who imports whom, how long a file gets, and what is pinned."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from packaging.requirements import Requirement

HOUSE = Path(__file__).parents[1]
ROOMS = [
    "assets", "benchmarks", "catalogue", "deliveries", "docs", "engines", "expectations", "pipelines", "releases",
    "reports", "synthetic",
]  # fmt: skip
TOP = sorted(path.stem for path in HOUSE.glob("*.py"))
LONGEST = 400
CALCULATION = {"polars", "numpy", "scipy"}
ALLOWED = {
    "faults": set(),
    "settings": set(),
    "text_files": {"polars"},
    "catalogue": {"catalogue", "text_files", "faults", "polars"},
    "pipelines": {"pipelines", "catalogue", "faults", "scipy", "highspy", *CALCULATION},
    "engines": {"engines", "pipelines", "settings", "faults", "polars", "upath", "dask", "distributed"},
    "releases": {"releases", "faults", "polars", "filelock"},
    "expectations": {"expectations", "catalogue", "faults", "pandera", "polars", "great_expectations", "pandas"},
    "synthetic": {"synthetic", "catalogue", "faults", "yaml", "xlsxwriter", *CALCULATION},
}
"""What a room may import besides the standard library: imports go one way."""


def sources(room: str) -> list[Path]:
    found = sorted((HOUSE / room).rglob("*.py")) if (HOUSE / room).is_dir() else [HOUSE / f"{room}.py"]
    return [path for path in found if path.exists()]


def every_source() -> list[Path]:
    """Every module of the project, at the top level, in the rooms and in the tests."""
    return sorted([*HOUSE.glob("*.py"), *(path for room in [*ROOMS, "tests"] for path in sources(room))])


def imports(path: Path) -> Iterator[str]:
    """The first part of every module that a file imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:  # a relative one stays in its package
            yield (node.module or "").partition(".")[0]


def importers(module: str) -> set[str]:
    """The rooms and top-level files that import a module, tests left out."""
    found = [path.relative_to(HOUSE) for path in every_source() if module in imports(path)]
    return {path.parts[0] for path in found if path.parts[0] != "tests"}


@pytest.mark.parametrize("room", ALLOWED)
def test_imports_go_one_way(room: str) -> None:
    assert sources(room)
    for path in sources(room):
        foreign = set(imports(path)) - set(sys.stdlib_module_names) - ALLOWED[room]
        assert not foreign, f"{path.relative_to(HOUSE)} imports {sorted(foreign)}"


def test_no_two_rooms_import_each_other() -> None:
    every = {*ROOMS, *TOP}
    rooms = {room: {name for path in sources(room) for name in imports(path)} & every - {room} for room in every}
    tuple(TopologicalSorter(rooms).static_order())  # raises CycleError


def test_only_the_orchestration_knows_dagster() -> None:
    assert {"assets"} <= importers("dagster") <= {"assets", "definitions.py", "cli.py"}


def test_only_one_module_knows_the_cluster() -> None:
    """And only inside functions: forlob works without the extra `dask`."""
    shipped = [path for path in every_source() if path.relative_to(HOUSE).parts[0] != "tests"]
    knows = [path for path in shipped if {"dask", "distributed"} & set(imports(path))]
    assert [path.relative_to(HOUSE) for path in knows] == [Path("engines/dask.py")]
    at_the_top = [
        node
        for node in ast.parse(knows[0].read_text(encoding="utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not {name for node in at_the_top for name in ast.unparse(node).split()} & {"dask", "distributed"}


def test_only_the_way_in_knows_assets() -> None:
    assert importers("assets") <= {"assets", "definitions.py", "cli.py", "docs", "benchmarks"}
    assert importers("definitions") <= {"cli.py", "docs", "benchmarks"}
    assert importers("cli") <= {"docs", "benchmarks"}


@pytest.mark.parametrize("room", ["deliveries", "reports"])
def test_what_reads_and_writes_files_knows_no_orchestration(room: str) -> None:
    for path in sources(room):
        assert not set(imports(path)) & {"dagster", "assets", "definitions", "cli", "synthetic"}, path


def test_no_shipped_module_needs_a_test_tool() -> None:
    tools = {"pytest", "hypothesis", "openpyxl", "world", "reference"}
    for path in every_source():
        if "tests" not in path.relative_to(HOUSE).parts:
            assert not set(imports(path)) & tools, path


@pytest.mark.parametrize("room", [*ROOMS, *TOP])
def test_no_file_is_too_long_to_read(room: str) -> None:
    lengths = {path.relative_to(HOUSE): len(path.read_text(encoding="utf-8").splitlines()) for path in sources(room)}
    assert not {path: length for path, length in lengths.items() if length > LONGEST}


def test_every_module_says_what_belongs_in_it() -> None:
    shipped = [path for path in every_source() if path.stat().st_size and path.name != "__init__.py"]
    assert shipped
    assert not [path for path in shipped if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def pinned() -> dict[str, str]:
    lines = (HOUSE / "constraints.txt").read_text(encoding="utf-8").splitlines()
    stated = [line for line in lines if line.strip() and not line.startswith("#")]
    assert stated
    exact = [re.fullmatch(r"([A-Za-z0-9._-]+)==([0-9][A-Za-z0-9.]*)", line.strip()) for line in stated]
    assert all(exact), [line for line, match in zip(stated, exact, strict=True) if not match]
    return {canonical(match[1]): match[2] for match in exact if match}


@pytest.mark.parametrize("extra", [None, "dask", "dev"])
def test_every_dependency_is_pinned_to_a_version_it_allows(project: dict, pinned: dict[str, str], extra) -> None:
    stated = project["optional-dependencies"][extra] if extra else project["dependencies"]
    assert stated
    for line in stated:
        requirement = Requirement(line)
        version = pinned.get(canonical(requirement.name))
        assert version, f"{requirement.name} is not in constraints.txt"
        assert version in requirement.specifier, f"{line} does not allow {version}"


def test_what_is_imported_is_a_stated_dependency(project: dict) -> None:
    """Nothing arrives only because another package happens to bring it."""
    distribution = {"yaml": "pyyaml", "upath": "universal-pathlib", "vl_convert": "vl-convert-python"}
    own = {*ROOMS, *TOP}
    lines = [*project["dependencies"], *project["optional-dependencies"]["dask"]]
    stated = {canonical(Requirement(line).name) for line in lines}
    shipped = [path for path in every_source() if path.relative_to(HOUSE).parts[0] not in ("tests", "benchmarks")]
    used = {name for path in shipped for name in imports(path)} - set(sys.stdlib_module_names) - own
    assert used
    assert {canonical(distribution.get(name, name)) for name in used} <= stated


@pytest.mark.parametrize("file", ["constraints.txt", "pyproject.toml", "Makefile", ".ci/run"])
def test_no_registry_has_an_address_here(file: str) -> None:
    text = (HOUSE / file).read_text(encoding="utf-8")
    addresses = re.findall(r"https?://\S+|--(?:extra-)?index-url\S*|--find-links\S*|\bpypi\S*", text)
    assert not [address for address in addresses if "127.0.0.1" not in address]


def test_every_package_ships(project: dict) -> None:
    """A room that setuptools is not told of is missing from an installed forlob."""
    told = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    needed = {
        path.parent.relative_to(HOUSE).as_posix().replace("/", ".")
        for path in every_source()
        if path.relative_to(HOUSE).parts[0] not in ("tests", "benchmarks", "docs") and path.parent != HOUSE
    }
    assert needed == set(told["packages"])
    assert {path.stem for path in HOUSE.glob("*.py")} == set(told["py-modules"])
