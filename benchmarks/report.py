"""What was measured, as tables: `python -m benchmarks.report` prints those of docs/performance.md from results.json.

Here: ratios, goals, and how figures are written. Not here: measuring (`road.py`). A table is a list of rows of text,
shown in the terminal or as Markdown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).resolve().parent / "results.json"
ENTRY = {
    "person_key": "entry: person key, of all deliveries",
    "entry_bef": "entry: BEF, 40 snapshots",
    "entry_dream": "entry: DREAM, 1,822 weeks and 222 months",
    "entry_lpr": "entry: LPR_A_KONTAKT",
    "entry_handic": "entry: HANDIC",
}
SPELLS = {
    "spells_dream": "spells: DREAM",
    "spells_lpr": "spells: LPR_A_KONTAKT",
    "spells_handic": "spells: HANDIC",
}
POPULATION = {"population": "population: use and cost of four years"}
STUDY = {
    "participants": "study of 907: list to study base",
    "study": "study of 907: periods to cost table",
    "study_beside": "study of 907: the population beside it",
}
AFTER_ENTRY = {**SPELLS, **POPULATION, **STUDY}
STAGES = {**ENTRY, **AFTER_ENTRY}
TOGETHER = {"entry": ENTRY, "spells": SPELLS, "study of 907": STUDY, "after entry": AFTER_ENTRY}
WAYS = {"duckdb": "DuckDB", "pandas": "pandas"}
HEAD = ("", "wall s", "CPU s", "peak MB", "DuckDB s", "DuckDB / road", "pandas / road", "floor s", "road / floor")
GOALS_HEAD = ("goal", "wanted", "measured", "")
FLOORS = 6
"""How many times its floor a stage may take."""
Took = dict[str, float]
Result = Mapping[str, Any]
Rows = list[list[str]]


def added(parts: Iterable[Took]) -> Took:
    """Times added up, of peaks the highest."""
    each = list(parts)
    return {
        "wall_s": sum(part["wall_s"] for part in each),
        "cpu_s": sum(part["cpu_s"] for part in each),
        "peak_mb": max(part["peak_mb"] for part in each),
    }


def ratio(result: Result, way: str, stages: Iterable[str], measure: str = "wall_s") -> float | None:
    """How many times the road's time a way takes over those of some stages that it has; None where it has none.

    The road's time on as many citizens: a way that takes in a part of them is held against that part of it, but in a
    study, whose citizens all ways take in.
    """
    both = [stage for stage in stages if stage in result["ways"].get(way, {})]
    share = result["shares"].get(way, 1.0)
    ours = sum(result["road"][stage][measure] * (1 if stage in STUDY else share) for stage in both)
    return sum(result["ways"][way][stage][measure] for stage in both) / ours if ours else None


def stage_table(result: Result) -> Rows:
    """A row a stage, and a row for several together."""
    rows = [_line(result, name, [stage]) for stage, name in STAGES.items()]
    return rows + [_line(result, f"**{name} together**", stages) for name, stages in TOGETHER.items()]


def goals_table(result: Result) -> Rows:
    """Goal, measured, kept or missed; times and memory are goals of scale 1 alone."""
    after, slowest = list(AFTER_ENTRY), dict[str, float]()
    for stage in after:
        if (found := ratio(result, "duckdb", [stage])) is not None:
            slowest[stage] = found
    floors = {stage: 1 / found for stage in STAGES if (found := ratio(result, "floor", [stage]))}
    over_floor = {stage: times for stage, times in floors.items() if times > FLOORS}
    whole = ratio(result, "duckdb", after)
    lowest = min(slowest, key=slowest.__getitem__, default="")
    highest = max(floors, key=floors.__getitem__, default="")

    def of_scale_1(name: str, stages: Iterable[str], measure: str, limit: float, unit: str) -> list[str]:
        measured = added(result["road"][stage] for stage in stages)[measure]
        verdict = _verdict(measured <= limit) if result["scale"] >= 1 else "a goal of scale 1"
        return [name, f"at most {limit:,.0f} {unit}", f"{measured:,.1f} {unit}", verdict]

    rows = [
        of_scale_1("entry of all four registers", ENTRY, "wall_s", 600, "s"),
        of_scale_1("from spells to the population of four years", POPULATION, "wall_s", 60, "s"),
        of_scale_1("a study of 907", STUDY, "wall_s", 5, "s"),
        of_scale_1("peak memory at entry", ENTRY, "peak_mb", 8 * 1024, "MB"),
        of_scale_1("peak memory after entry", AFTER_ENTRY, "peak_mb", 4 * 1024, "MB"),
    ]
    if whole is not None:
        measured = f"{slowest[lowest]:.1f} ({STAGES[lowest]})"
        rows.append(["DuckDB / road, all stages that both have", "at least 3", f"{whole:.1f}", _verdict(whole >= 3)])
        rows.append(["DuckDB / road, of every stage", "at least 1", measured, _verdict(slowest[lowest] >= 1)])
    if floors:
        measured = f"{floors[highest]:.1f} ({STAGES[highest]}); {len(over_floor)} of {len(floors)} stages above"
        rows.append(["road / floor, of every stage", f"at most {FLOORS}", measured, _verdict(not over_floor)])
    return rows


def growth_table(results: Mapping[str, Result]) -> tuple[list[str], Rows]:
    """Wall seconds and peak memory of every stage by scale, and how time grew beside how rows did."""
    scales = sorted(results, key=float)
    first, last = results[scales[0]], results[scales[-1]]
    times = last["scale"] / first["scale"]

    def line(name: str, stages: Iterable[str]) -> list[str]:
        took = [added(results[scale]["road"][stage] for stage in stages) for scale in scales]
        grown = took[-1]["wall_s"] / took[0]["wall_s"]
        return [name, *(f"{each['wall_s']:,.1f} s, {each['peak_mb']:,.0f} MB" for each in took), f"{grown / times:.2f}"]

    head = ["", *(f"scale {scale}" for scale in scales), f"time grown / rows grown ({times:g} times)"]
    rows = [line(name, [stage]) for stage, name in STAGES.items()]
    return head, rows + [line(f"**{name} together**", stages) for name, stages in TOGETHER.items()]


def _line(result: Result, name: str, stages: Iterable[str]) -> list[str]:
    road, floor = added(result["road"][stage] for stage in stages), _seconds(result, "floor", stages)
    to_floor = ratio(result, "floor", stages)
    return [
        name,
        f"{road['wall_s']:,.2f}",
        f"{road['cpu_s']:,.2f}",
        f"{road['peak_mb']:,.0f}",
        _seconds(result, "duckdb", stages),
        *(_times(ratio(result, way, stages)) for way in WAYS),
        floor,
        _times(1 / to_floor if to_floor else None),
    ]


def _seconds(result: Result, way: str, stages: Iterable[str]) -> str:
    found = [result["ways"][way][stage]["wall_s"] for stage in stages if stage in result["ways"].get(way, {})]
    return f"{sum(found):,.2f}" if found else ""


def _times(number: float | None) -> str:
    return "" if number is None else f"{number:.1f}"


def _verdict(kept: bool) -> str:
    return "kept" if kept else "missed"


def show(console: Console, title: str, head: Iterable[str], rows: Rows) -> None:
    """Print a table in the terminal."""
    table = Table(title=title)
    for number, heading in enumerate(head):
        table.add_column(heading, justify="right" if number else "left")
    for row in rows:
        table.add_row(*(cell.replace("**", "") for cell in row))
    console.print(table)


def markdown(head: Iterable[str], rows: Rows, write: Callable[[str], object] = print) -> None:
    """Print a table as Markdown."""
    heading = list(head)
    for row in (heading, ["---", *["--:"] * (len(heading) - 1)], *rows):
        write(f"| {' | '.join(row)} |")
    write("")


def main() -> None:
    """The tables of docs/performance.md: each scale that was measured, and how cost grows over them."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))["road"]
    for scale in sorted(results, key=float):
        result = results[scale]
        shares = ", ".join(f"{WAYS[way]} on {share:.0%} of citizens" for way, share in result["shares"].items())
        print(f"### Scale {scale}\n\n{result['measured']}, {json.dumps(result['machine'])}{shares and '; '}{shares}.\n")
        markdown(HEAD, stage_table(result))
        markdown(GOALS_HEAD, goals_table(result))
    if len(results) > 1:
        print("### Growth\n")
        markdown(*growth_table(results))


if __name__ == "__main__":
    main()
