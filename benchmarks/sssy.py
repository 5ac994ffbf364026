"""What SSSY takes, the largest of the registers that come a year at a time: `python -m benchmarks.sssy`.

Here: how much of it, which stages, the goal, the table. Not here: the deliveries, and what a stage does
(`sssy_stages.py`). Every stage runs in a process of its own, and this one imports no more than it must (`road.py`).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from benchmarks.report import GOALS_HEAD, Rows, Took, added, show
from benchmarks.road import WIDTH, machine, measured, run, write_result

FIRST_YEAR, N_STUDY = 2015, 907
SIZE_FILE = "sssy_size.json"
"""How large the deliveries of a folder are."""
GOAL_S, GOAL_MB = 60, 4 * 1024
"""What SSSY may add to a study at the real size."""
HEAD = ("", "wall s", "CPU s", "peak MB", "files MB")
PERSON_KEY, ONE_YEAR, ALL_YEARS = "entry: person key", "entry: one year, the slowest", "entry: all delivered years"
SPELLS, STUDY = "spells: all years", f"a study of {N_STUDY}: what SSSY adds"


@dataclass(frozen=True)
class Size:
    """`rows` of fees a year, of how many `years` and `citizens`; by default all of Denmark and five years.

    Only the first `delivered` years are delivered and entered; what is entered of the first stands for the others.
    """

    rows: int = 98_000_000
    years: int = 5
    citizens: int = 6_000_000
    delivered: int = 5

    @property
    def all_years(self) -> range:
        return range(FIRST_YEAR, FIRST_YEAR + self.years)

    @property
    def delivered_years(self) -> range:
        return self.all_years[: self.delivered]


def write_deliveries(folder: Path, size: Size) -> None:
    """Write the deliveries, but not where a kept folder has them; refuses those of another size."""
    folder.mkdir(parents=True, exist_ok=True)
    kept, stated = folder / SIZE_FILE, asdict(size)
    if not kept.exists():
        kept.write_text(json.dumps(stated), encoding="utf-8")
        try:
            run("sssy_stages", "deliveries", folder)
        except BaseException:
            kept.unlink()
            raise
    elif json.loads(kept.read_text(encoding="utf-8")) != stated:
        raise SystemExit(f"{folder} has deliveries of {kept.read_text(encoding='utf-8')}: name another folder")


def measure(folder: Path, size: Size, console: Console) -> dict[str, dict[str, float]]:
    """What each stage took, by what it is called, and how large the files are that it made."""
    took: dict[str, Took] = {}

    def done(name: str, stage: Took, paths: Iterable[Path]) -> None:
        took[name] = stage | {"files_mb": sum(path.stat().st_size for path in paths) / 2**20}
        console.print(f"{name}: {stage['wall_s']:.1f} s, CPU {stage['cpu_s']:.1f} s, {stage['peak_mb']:,.0f} MB")

    write_deliveries(folder, size)
    store = folder / "store"
    done(PERSON_KEY, measured("sssy_stages", "person_key", folder), [store / "person_key.parquet"])
    years = {year: run("sssy_stages", "entry", folder, year) for year in size.delivered_years}
    slowest = max(years, key=lambda year: years[year]["wall_s"])
    entered = {year: store / f"registers/sssy/{year}.parquet" for year in years}
    done(ONE_YEAR, years[slowest], [entered[slowest]])
    done(ALL_YEARS, added(years.values()), entered.values())
    run("sssy_stages", "other_years", folder)
    done(SPELLS, measured("sssy_stages", "spells", folder), [store / "spells/sssy.parquet"])
    done(STUDY, measured("sssy_stages", "study", folder), [store / "costs.parquet", store / "cost_table.parquet"])
    return took


def table(took: dict[str, Took]) -> Rows:
    """A row a stage."""
    return [
        [name, f"{n['wall_s']:,.1f}", f"{n['cpu_s']:,.1f}", f"{n['peak_mb']:,.0f}", f"{n['files_mb']:,.0f}"]
        for name, n in took.items()
    ]


def goals(took: dict[str, Took], size: Size) -> Rows:
    """What SSSY adds to a study, beside what it may at the real size."""
    real = Size()
    whole = size.rows >= real.rows and size.years >= real.years
    limits = (("wall_s", GOAL_S, "s"), ("peak_mb", GOAL_MB, "MB"))
    return [
        [
            STUDY,
            f"at most {limit:,} {unit}",
            f"{took[STUDY][what]:,.1f} {unit}",
            ("kept" if took[STUDY][what] <= limit else "missed") if whole else "a goal of the real size",
        ]
        for what, limit, unit in limits
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure SSSY: entry, spells, and what it adds to a study.")
    for name, default in asdict(Size()).items():
        parser.add_argument(f"--{name}", type=int, default=default, help=f"default: {default:,}")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--folder", type=Path, help="where the temporary folder is made; default: the system's")
    where.add_argument("--keep", type=Path, help="a folder to keep; deliveries that it has are measured again")
    given = parser.parse_args()
    size = Size(given.rows, given.years, given.citizens, min(given.delivered, given.years))
    console, began = Console(width=None if sys.stdout.isatty() else WIDTH), datetime.now(UTC)
    with (
        nullcontext(given.keep)
        if given.keep
        else tempfile.TemporaryDirectory(prefix="forlob-bench-", dir=given.folder) as folder
    ):
        took = measure(Path(folder).absolute(), size, console)
    show(console, f"SSSY: {size.rows:,} rows a year, {size.years} years, {size.citizens:,} citizens", HEAD, table(took))
    show(console, "goals", GOALS_HEAD, goals(took, size))
    console.print("Person key, entry and spells are made once for all studies; a year's entry once in all.")
    write_result("sssy", {"measured": f"{began:%Y-%m-%d}", "machine": machine(), "size": asdict(size), "took": took})


if __name__ == "__main__":
    main()
