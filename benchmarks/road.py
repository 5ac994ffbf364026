"""Measures the road at a fraction of the real rows: `python -m benchmarks.road --scale 0.05` (`make bench SCALE=0.05`).

With `--contacts 18000000` it measures one register of so many contacts instead: the quality work beside the road's own.

Here: which stages, how often, beside which other ways. Not here: what a stage does (`stages.py`, `quality.py`), the
other ways (`floor.py`, `duckdb_sql.py`, `pandas_way.py`), the tables (`report.py`). Every stage runs in a process of
its own. This process imports no more than it must: on Linux a child begins with the peak memory of the process that
started it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.status import Status

from benchmarks.report import (
    GOALS_HEAD,
    HEAD,
    POPULATION,
    RESULTS,
    SPELLS,
    STAGES,
    WAYS,
    Took,
    added,
    goals_table,
    show,
    stage_table,
)

ROOT = Path(__file__).resolve().parent.parent
WIDTH = 170  # of tables that are not shown in a terminal
CHEAP_S, TIMES = 2, 3  # a stage quicker than this is run three times, for a median, and so is a register's quality work
SCALE_FILE = "scale.json"
"""Of what scale the deliveries of a kept folder are."""
MODULES = {"floor": "floor", "duckdb": "duckdb_sql", "pandas": "pandas_way"}
"""Other ways than the road, and the module of each: `--ways` chooses among them."""
BESIDE = {"floor": (*STAGES,), **dict.fromkeys(WAYS, (*SPELLS, *POPULATION, "study"))}
"""The stages that each way has. Entry and the small stages of a study are the road's alone."""
QUALITY_STEPS = ("number", "enter", "spells", "suite", "held", "plain_held")
ROAD_PARTS = {
    "number": "road: PNRs of contacts read and numbered",
    "enter": "road: contacts read, keyed, sorted",
    "spells": "road: contacts chained into spells",
    "write": "road: register, coverage and spells written",
}
QUALITY_PARTS = {
    "shape": "quality: files opened, columns held to contract",
    "account": "quality: files' rows counted, thresholds held",
    "quarantine": "quality: rows set aside as delivered, held, written",
    "contracts": "quality: key, register, coverage, spells held to contracts",
    "profile": "quality: profile counted, held, written",
    "known": "quality: citizens looked up in BEF",
    "suite": "quality: measures, suite, Data Docs",
    "import": "quality: import of Great Expectations",
}
PARTS = {**ROAD_PARTS, **QUALITY_PARTS, "held": "values held, from file", "plain_held": "plain: pandera's own checks"}
MEASURES = ("wall_s", "cpu_s", "peak_mb")


def run(module: str, stage: str, folder: Path, size: float = 0) -> dict:
    """Run a stage once, in a process of its own; raises SystemExit with what it said when it failed."""
    command = [sys.executable, "-m", f"benchmarks.{module}", stage, str(folder), str(size)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the stage {stage} failed (exit code {done.returncode}):\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def medians(runs: list[Took]) -> Took:
    return {name: median(took[name] for took in runs) for name in MEASURES} | {"runs": len(runs)}


def measured(module: str, stage: str, folder: Path) -> Took:
    """The medians of a stage's runs; a long one is run once."""
    runs = [run(module, stage, folder)]
    if runs[0]["wall_s"] < CHEAP_S:
        runs += [run(module, stage, folder) for _ in range(TIMES - 1)]
    return medians(runs)


def measured_parts(folder: Path, contacts: int) -> dict[str, Took]:
    """What the parts of a register's steps took, and all parts of the road and of the quality work together."""
    steps = [run("quality", step, folder, contacts) for step in QUALITY_STEPS]
    parts = {name: added([step[name] for step in steps if name in step]) for name in PARTS}
    parts["road"] = added([parts[name] for name in ROAD_PARTS])
    parts["quality"] = added([parts[name] for name in QUALITY_PARTS])
    return parts


def shares(runs: list[dict[str, Took]]) -> dict[str, list[float]]:
    """Quality work / road's own work in wall and CPU time, with and without the import: lowest, median, highest."""
    found = {}
    for measure, spent in (("wall", "wall_s"), ("cpu", "cpu_s")):
        for name, left_out in ((measure, ()), (f"{measure}_without_import", ("import",))):
            each = [
                (parts["quality"][spent] - sum(parts[part][spent] for part in left_out)) / parts["road"][spent]
                for parts in runs
            ]
            found[name] = [round(share, 3) for share in (min(each), median(each), max(each))]
    return found


def machine() -> dict[str, object]:
    """What a reader must know of the machine; nothing that names it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = {"python": platform.python_version()} | {
        name: version(name) for name in ("polars", "duckdb", "pandas", "numpy")
    }
    return {"cores": cores, "memory_gb": round(memory, 1), "system": platform.system(), "versions": versions}


def measure_road(folder: Path, scale: float, ways: list[str], *, console: Console, status: Status) -> dict[str, object]:
    """Every stage of the road at a scale, and beside it the other ways, whose results must be the same."""
    status.update("writing deliveries")
    write_deliveries(folder, scale)
    road: dict[str, Took] = {}
    beside: dict[str, dict[str, Took]] = {way: {} for way in ways}
    for stage, name in STAGES.items():
        status.update(name)
        road[stage] = measured("stages", stage, folder)
        console.print(f"{name}: {road[stage]['wall_s']:.2f} s, {road[stage]['peak_mb']:,.0f} MB")
        for way in ways:
            if stage in BESIDE[way]:
                status.update(f"{name}: {way}")
                beside[way][stage] = measured(MODULES[way], stage, folder)
                console.print(f"  {WAYS.get(way, way)}: {beside[way][stage]['wall_s']:.2f} s")
    shares = {}
    for way in WAYS:
        if way in ways:
            status.update(f"comparing the results of {WAYS[way]} with the road's")
            shares[way] = run("same", way, folder)["share"]
    result = {"scale": scale, "road": road, "ways": beside, "shares": shares}
    show(console, f"forlob at scale {scale:g}", HEAD, stage_table(result))
    show(console, "goals", GOALS_HEAD, goals_table(result))
    for way, share in shares.items():
        console.print(f"{WAYS[way]} gave the same results, of {share:.0%} of the citizens.")
    return result


def write_deliveries(folder: Path, scale: float) -> None:
    """Write the deliveries, but not where a kept folder has them; refuses one of another scale."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / SCALE_FILE
    if not kept.exists():
        run("stages", "extracts", folder, scale)
        kept.write_text(json.dumps(scale), encoding="utf-8")
    elif json.loads(kept.read_text(encoding="utf-8")) != scale:
        raise SystemExit(f"{folder} has deliveries of scale {kept.read_text(encoding='utf-8')}: name another folder")


def measure_quality(folder: Path, contacts: int, *, console: Console, status: Status) -> dict[str, object]:
    """The quality work on a register of so many contacts, beside the road's own; and the contracts by pandera."""
    for step in ("extracts", "before"):
        run("quality", step, folder, contacts)
    runs = []
    for n in range(TIMES):
        status.update(f"the register and its quality work, {n + 1} of {TIMES}")
        runs.append(measured_parts(folder, contacts))
    run("quality", "same_verdict", folder, contacts)
    results = {name: medians([parts[name] for parts in runs]) for name in runs[0]}
    found = shares(runs)
    names = {**PARTS, "road": "road together", "quality": "quality together"}
    rows = [[name, *(f"{results[part][measure]:,.2f}" for measure in MEASURES)] for part, name in names.items()]
    show(console, f"quality work on {contacts:,} contacts", ("", "wall s", "CPU s", "peak MB"), rows)
    for name, each in found.items():
        low, middle, high = (f"{share:.1%}" for share in each)
        console.print(f"quality / road, {name.replace('_', ' ')}: {middle} (of {TIMES} runs, {low} to {high})")
    console.print("Both ways of holding values gave the same verdict.")
    return {"contacts": contacts, "parts": results, "shares": found}


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the road at the real sizes or a fraction of them.")
    parser.add_argument("--scale", type=float, default=1, help="1, the default, is all of Denmark")
    parser.add_argument(
        "--ways", nargs="*", choices=MODULES, default=[*MODULES], help="what is measured beside the road"
    )
    parser.add_argument(
        "--contacts", type=int, help="measure the quality work on a register of so many contacts instead"
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--folder", type=Path, help="where the temporary folder is made; default: the system's")
    where.add_argument("--keep", type=Path, help="a folder to keep; deliveries that it has are measured again")
    given = parser.parse_args()
    console, began = Console(width=None if sys.stdout.isatty() else WIDTH), datetime.now(UTC)
    with (
        nullcontext(given.keep)
        if given.keep
        else tempfile.TemporaryDirectory(prefix="forlob-bench-", dir=given.folder) as made,
        console.status("") as status,
    ):
        if given.contacts:
            result = measure_quality(Path(made), given.contacts, console=console, status=status)
        else:
            result = measure_road(Path(made).absolute(), given.scale, given.ways, console=console, status=status)
    write_result(
        "quality" if given.contacts else "road", {"measured": f"{began:%Y-%m-%d}", "machine": machine()} | result
    )
    console.print(f"Written: {RESULTS.relative_to(ROOT)}")


def write_result(kind: str, result: dict[str, object]) -> None:
    """Keep a result beside those of other scales (of the road), so that growth over scales can be told."""
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    if kind == "road":
        kept["road"] = {**kept.get("road", {}), f"{result['scale']:g}": result}
    else:
        kept[kind] = result
    RESULTS.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
