"""Measures the road at a fraction of the real rows: `python benchmarks/road.py --scale 0.01` (`make bench SCALE=0.01`).

Here: which stages, how often, beside which plain way, and the table. Not here: what a stage does (`stages.py`). Every
stage runs in a process of its own. This process imports no more than it must: on Linux a child begins with the peak
memory of the process that started it.
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
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results.json"
CHEAP_S, TIMES = 2, 3  # a stage quicker than this is run three times, for a median
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
BESIDE = {"plain_stays": "spells_lpr", "plain_weeks": "batched_weeks"}
"""A plain way, and the stage that makes the same rows from the same state of the data."""
MEASURES = ("wall_s", "cpu_s", "peak_mb")


def run_stage(stage: str, folder: Path, scale: float) -> dict[str, float]:
    """Run a stage once, in a process of its own; raises SystemExit with what it said when it failed."""
    command = [sys.executable, "-m", "benchmarks.stages", stage, str(folder), str(scale)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the stage {stage} failed (exit code {done.returncode}):\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def measured(stage: str, folder: Path, scale: float) -> dict[str, float]:
    """The medians of a stage's runs; a long one is run once."""
    runs = [run_stage(stage, folder, scale)]
    if runs[0]["wall_s"] < CHEAP_S:
        runs += [run_stage(stage, folder, scale) for _ in range(TIMES - 1)]
    return {name: median(run[name] for run in runs) for name in MEASURES} | {"runs": len(runs)}


def machine() -> dict[str, object]:
    """What a reader must know of the machine; nothing that names it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = {"python": platform.python_version()} | {name: version(name) for name in ("polars", "numpy")}
    return {"cores": cores, "memory_gb": round(memory, 1), "system": platform.system(), "versions": versions}


def ratio(stage: str, results: dict[str, dict[str, float]]) -> str:
    """How much more a plain way takes than the road, in wall time, CPU time and peak memory."""
    if stage not in BESIDE:
        return ""
    plain, ours = results[stage], results[BESIDE[stage]]
    return " / ".join(f"{plain[name] / ours[name]:.1f}" if ours[name] else "-" for name in MEASURES)


def show(results: dict[str, dict[str, float]], scale: float, console: Console) -> None:
    table = Table(title=f"forlob at scale {scale:g}", caption="ratio: plain way / road, in wall / CPU / peak memory")
    table.add_column("stage")
    for heading in ("wall s", "CPU s", "peak MB", "runs", "ratio"):
        table.add_column(heading, justify="right")
    for stage, took in results.items():
        figures = (f"{took['wall_s']:.2f}", f"{took['cpu_s']:.2f}", f"{took['peak_mb']:,.0f}", str(took["runs"]))
        table.add_row(STAGES[stage], *figures, ratio(stage, results))
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the road at a fraction of the real rows.")
    parser.add_argument("--scale", type=float, default=0.01, help="1 is all of Denmark; default 0.01")
    parser.add_argument("--no-plain", action="store_true", help="leave out the plain ways (they need much memory)")
    parser.add_argument("--folder", type=Path, help="where the temporary folder is made; default: the system's")
    given = parser.parse_args()
    stages = [stage for stage in STAGES if not (given.no_plain and ("plain" in stage or stage == "by_pnr"))]
    console, results = Console(), {}
    began = datetime.now(UTC)
    with (
        tempfile.TemporaryDirectory(prefix="forlob-bench-", dir=given.folder) as made,
        console.status("writing deliveries") as status,
    ):
        folder = Path(made)
        run_stage("extracts", folder, given.scale)
        for stage in stages:
            status.update(STAGES[stage])
            results[stage] = measured(stage, folder, given.scale)
        if not given.no_plain:
            status.update("comparing the plain ways' rows with the road's")
            run_stage("same", folder, given.scale)
    show(results, given.scale, console)
    about = {"measured": f"{began:%Y-%m-%d}", "scale": given.scale, "machine": machine()}
    ratios = {stage: ratio(stage, results) for stage in BESIDE if stage in results}
    RESULTS.write_text(json.dumps(about | {"stages": results, "ratios": ratios}, indent=2) + "\n", encoding="utf-8")
    if not given.no_plain:
        console.print("The plain ways gave the same rows.")
    console.print(f"Written: {RESULTS.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
