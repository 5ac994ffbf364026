"""What the house states of itself, as Markdown: the command, the asset graph, and which room imports which."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import typer

from assets.location import build
from cli import app
from docs.markdown import GENERATED, code, table, yes
from expectations.contracts.deliveries import DELIVERIES
from faults import ForlobError
from settings import PREFIX, EngineSettings, Folders

ROOT = Path(__file__).parent.parent
ROOMS = (
    "faults", "settings", "deliveries", "catalogue", "expectations", "pipelines", "engines", "releases",
    "assets", "reports", "synthetic", "definitions", "options", "screen", "cli",
)  # fmt: skip


def command() -> str:
    """The command's page: every command, its options, the environment and the exit codes."""
    group = typer.main.get_command(app)
    commands = [_command(name, one) for name, one in group.commands.items()]
    variables = code(PREFIX + field.name.upper() for field in fields(Folders))
    engine = code(PREFIX + field.name.upper() for field in fields(EngineSettings))
    codes = [("0", "Done."), ("1", "A fault of the program."), ("2", "Wrong use of the command.")]
    codes += sorted((str(error.exit_code), error.__doc__) for error in ForlobError.__subclasses__())
    return "\n\n".join(
        [
            GENERATED,
            "# The command `forlob`",
            group.help,
            *commands,
            "## Folders",
            f"A folder not given as an option is read from the environment ({variables}); where that is not set "
            "either, it is the folder of that name below the current one, and no catalogue is laid over the shipped "
            "one.",
            "## Engine",
            f"What `forlob run` is not told by an option, and `forlob ui` altogether, is read from the environment "
            f"({engine}): which engine runs the work on all citizens, the address of a Dask scheduler or the processes "
            "of a cluster on this machine, and the rows of a range of persons, fewer for less memory "
            "([scaling.md](scaling.md)).",
            "## Exit codes",
            table(["Code", "Meaning"], codes),
            "Faults go to standard error, each with what is wrong, where, and how to mend it. Where faults of several "
            "kinds are found before any work, the code is that of the first.",
        ]
    )


def _command(name: str, one: Any) -> str:
    rows = []
    for option in one.params:
        stated = re.search(r"\s*\[default: (.*)\]", option.help or "")
        default = stated[1] if stated else option.default
        meaning = (option.help or "").replace(stated[0] if stated else "\0", "")
        meaning += f" At least {option.min:,}." if option.min is not None else ""
        rows.append((code(option.opts), f"`{default}`" if default is not None else "", meaning))
    options = table(["Option", "Default", "Meaning"], rows) if rows else "No options."
    return f"## `forlob {name}`\n\n{one.help}\n\n{options}"


@cache
def asset_graph() -> Any:
    """The asset graph of the code location, with the tables of every register."""
    return build(Folders.below(ROOT / "nowhere"), registers=tuple(DELIVERIES)).get_repository_def().asset_graph


def assets() -> str:
    """Every asset: key, partitions, owner, what it is made from."""
    graph = asset_graph()
    every = {key.to_user_string() for key in graph.get_all_asset_keys()}
    rows = []
    for key in graph.toposorted_asset_keys:
        node = graph.get(key)
        parents = _gathered({parent.to_user_string() for parent in node.parent_keys}, every)
        partition = {"TimeWindowPartitionsDefinition": "year", "StaticPartitionsDefinition": "study"}
        split = partition.get(type(node.partitions_def).__name__, "")
        owner = ", ".join(owner.removeprefix("team:") for owner in node.owners)
        rows.append((node.group_name, f"`{key.to_user_string()}`", split, owner, node.description, code(parents)))
    order = list(dict.fromkeys(group for group, *_ in rows))
    rows.sort(key=lambda row: order.index(row[0]))
    return table(["Group", "Asset", "Split by", "Team", "What it is", "Made from"], rows)


def _gathered(keys: set[str], every: set[str]) -> list[str]:
    """`x/*` for all assets below x, where all of them are among the keys."""
    named = set()
    for key in keys:
        layer = {other for other in every if "/" in key and other.startswith(key.split("/")[0] + "/")}
        named.add(f"{key.split('/')[0]}/*" if len(layer) > 1 and layer <= keys else key)
    return sorted(named)


def imports() -> str:
    """Which room imports which, as the code has it, and who imports Dagster."""
    rows = []
    for room in ROOMS:
        found = imported(room)
        rows.append((f"`{room}`", code(r for r in ROOMS if r in found and r != room), yes("dagster" in found)))
    return table(["Room", "Imports", "Dagster"], rows)


def imported(room: str) -> set[str]:
    """The first names of everything that a room (a package or a module of the top level) imports."""
    folder = ROOT / room
    found: set[str] = set()
    for path in folder.rglob("*.py") if folder.is_dir() else [ROOT / f"{room}.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.split(".")[0])
    return found
