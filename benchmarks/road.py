"""Measures the road at a fraction of the real rows: `python benchmarks/road.py --scale 0.01` (`make bench SCALE=0.01`).

With `--contacts 18000000` it measures one register of so many contacts instead: the quality work beside the road's own.

Here: which stages, how often, beside which plain way, and the table. Not here: what a stage does (`stages.py`,
`quality.py`). Every stage runs in a process of its own. This process imports no more than it must: on Linux a child
begins with the peak memory of the process that started it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.status import Status
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results.json"
CHEAP_S, TIMES = 2, 3  # a stage quicker than this is run three times, for a median, and so is a register's quality work
STAGES = {
    "nothing": "nothing: Python and its imports",
    "person_key": "person key, of all deliveries",
    "entry_bef": "entry: BEF, 40 snapshots",
    "entry_dream": "entry: DREAM, 1,822 weeks and 222 months",
    "entry_lpr": "entry: LPR_A_KONTAKT",
    "entry_handic": "entry: HANDIC",
    "spells_dream": "spells: DREAM",
    "spells_lpr": "spells: LPR_A_KONTAKT",
    "spells_handic": "spells: HANDIC",
    "participants": "study of 907: list to study base",
    "study": "study of 907: periods to cost table",
    "by_pnr": "(sorting contacts by PNR for the plain way)",
    "plain_stays": 'plain: contacts chained over("pnr")',
    "batched_weeks": "DREAM's weeks alone, in batches",
    "plain_weeks": "plain: DREAM's weeks unpivoted and joined",
}
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
BESIDE = {"plain_stays": "spells_lpr", "plain_weeks": "batched_weeks", "plain_held": "held"}
"""A plain way, and the stage that makes the same rows (or gives the same verdict) from the same state of the data."""
MEASURES = ("wall_s", "cpu_s", "peak_mb")
Took = dict[str, float]


def run(module: str, stage: str, folder: Path, size: float) -> dict:
    """Run a stage once, in a process of its own; raises SystemExit with what it said when it failed."""
    command = [sys.executable, "-m", f"benchmarks.{module}", stage, str(folder), str(size)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the stage {stage} failed (exit code {done.returncode}):\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def medians(runs: list[Took]) -> Took:
    return {name: median(took[name] for took in runs) for name in MEASURES} | {"runs": len(runs)}


def measured(stage: str, folder: Path, scale: float) -> Took:
    """The medians of a stage's runs; a long one is run once."""
    runs = [run("stages", stage, folder, scale)]
    if runs[0]["wall_s"] < CHEAP_S:
        runs += [run("stages", stage, folder, scale) for _ in range(TIMES - 1)]
    return medians(runs)


def measured_parts(folder: Path, contacts: int) -> dict[str, Took]:
    """What the parts of a register's steps took, and all parts of the road and of the quality work together."""
    steps = [run("quality", step, folder, contacts) for step in QUALITY_STEPS]
    parts = {name: added([step[name] for step in steps if name in step]) for name in PARTS}
    parts["road"] = added([parts[name] for name in ROAD_PARTS])
    parts["quality"] = added([parts[name] for name in QUALITY_PARTS])
    return parts


def added(parts: list[Took]) -> Took:
    """Times added up, of peaks the highest."""
    return {name: (max if name == "peak_mb" else sum)(part[name] for part in parts) for name in MEASURES}


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
    versions = {"python": platform.python_version()} | {name: version(name) for name in ("polars", "numpy")}
    return {"cores": cores, "memory_gb": round(memory, 1), "system": platform.system(), "versions": versions}


def ratio(stage: str, results: dict[str, Took]) -> str:
    """How much more a plain way takes than the road, in wall time, CPU time and peak memory."""
    if stage not in BESIDE:
        return ""
    plain, ours = results[stage], results[BESIDE[stage]]
    return " / ".join(f"{plain[name] / ours[name]:.1f}" if ours[name] else "-" for name in MEASURES)


def show(title: str, names: dict[str, str], results: dict[str, Took], console: Console) -> None:
    table = Table(title=title, caption="ratio: plain way / road, in wall / CPU / peak memory")
    table.add_column("stage")
    for heading in ("wall s", "CPU s", "peak MB", "runs", "ratio"):
        table.add_column(heading, justify="right")
    for stage, name in names.items():
        if took := results.get(stage):
            figures = (f"{took['wall_s']:.2f}", f"{took['cpu_s']:.2f}", f"{took['peak_mb']:,.0f}", str(took["runs"]))
            table.add_row(name, *figures, ratio(stage, results))
    console.print(table)


def measure_road(folder: Path, scale: float, *, plain: bool, console: Console, status: Status) -> dict[str, object]:
    """Every stage of the road at a scale, and the plain ways."""
    results = {}
    run("stages", "extracts", folder, scale)
    for stage, name in STAGES.items():
        if plain or not ("plain" in stage or stage == "by_pnr"):
            status.update(name)
            results[stage] = measured(stage, folder, scale)
    if plain:
        status.update("comparing the plain ways' rows with the road's")
        run("stages", "same", folder, scale)
    show(f"forlob at scale {scale:g}", STAGES, results, console)
    if plain:
        console.print("The plain ways gave the same rows.")
    ratios = {stage: ratio(stage, results) for stage in BESIDE if stage in results}
    return {"scale": scale, "stages": results, "ratios": ratios}


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
    show(f"quality work on {contacts:,} contacts", names, results, console)
    for name, each in found.items():
        low, middle, high = (f"{share:.1%}" for share in each)
        console.print(f"quality / road, {name.replace('_', ' ')}: {middle} (of {TIMES} runs, {low} to {high})")
    console.print("Both ways of holding values gave the same verdict.")
    return {
        "contacts": contacts,
        "parts": results,
        "shares": found,
        "ratios": {"plain_held": ratio("plain_held", results)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the road at a fraction of the real rows.")
    parser.add_argument("--scale", type=float, default=0.01, help="1 is all of Denmark; default 0.01")
    parser.add_argument("--no-plain", action="store_true", help="leave out the plain ways (they need much memory)")
    parser.add_argument(
        "--contacts", type=int, help="measure the quality work on a register of so many contacts instead"
    )
    parser.add_argument("--folder", type=Path, help="where the temporary folder is made; default: the system's")
    given = parser.parse_args()
    console, began = Console(), datetime.now(UTC)
    with (
        tempfile.TemporaryDirectory(prefix="forlob-bench-", dir=given.folder) as made,
        console.status("writing deliveries") as status,
    ):
        if given.contacts:
            result = measure_quality(Path(made), given.contacts, console=console, status=status)
        else:
            result = measure_road(Path(made), given.scale, plain=not given.no_plain, console=console, status=status)
    about = {"measured": f"{began:%Y-%m-%d}", "machine": machine()}
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    kept = {name: kept[name] for name in ("road", "quality") if name in kept}
    kept["quality" if given.contacts else "road"] = about | result
    RESULTS.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    console.print(f"Written: {RESULTS.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
