"""What a workbook of many rows takes: `python -m benchmarks.workbook --rows 100000`.

Here: made-up releases of some sizes, each written by a process of its own, and what that took: seconds, rows a second,
and by how much memory grew while it was written. Not here: whether the workbook is right (`tests/`).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from benchmarks.clock import Clock
from catalogue.profiles import Profile
from catalogue.reader import Catalogue, read_catalogue
from expectations.contracts.columns import polars_schema
from expectations.contracts.tables import TABLES
from reports.long_views import rows_to_write
from reports.tables import CATEGORIES, RELEASED, ReleaseTables
from reports.workbook import write_workbook

PERIODS = range(-1, 3)
CITIZENS = 40
PROFILE = Profile("sds", 5, True, 2, 0.9, 0.15, 1, 0.0, 0.0, "skjult", "withheld")
FIGURES = {
    "n_study": pl.lit(CITIZENS),
    "n_citizens": pl.lit(CITIZENS),
    "n_users": pl.int_range(pl.len()) % (CITIZENS + 1),
    "share_users": pl.int_range(pl.len()) % (CITIZENS + 1) / CITIZENS,
}


@dataclass(frozen=True)
class Study:
    id: str = "stort_studie"
    title_da: str = "Et stort studie"
    title_en: str = "A large study"
    mode: str = "calendar"
    price_year: int = 2024


def tables_of(rows: int) -> ReleaseTables:
    """A release whose cost table has at least so many rows: everybody, and as many groups as it takes."""
    catalogue = read_catalogue()
    empty = {name: _empty(name) for name in RELEASED}
    return ReleaseTables(
        **(empty | {"cost_table": _cost_table(rows, catalogue)}),
        study=Study(),
        profile=PROFILE,
        not_measured=pl.DataFrame(schema=["period", "service", "measured"]),
        areas=catalogue.areas,
        services=catalogue.services,
        categories=pl.DataFrame(schema=CATEGORIES),
        sources=pl.DataFrame(schema=["service", "year", "price", "status", "source"]),
        payer_rules=pl.DataFrame(schema=["service", "valid_from", "valid_to", "kommune", "region", "stat", "source"]),
        registers=pl.DataFrame(schema=["register", "data_start", "data_end"]),
        codes=pl.DataFrame(schema=["list", "service", "code", "label_da", "label_en", "status", "source"]),
        limits=pl.DataFrame(schema=["limit", "value", "unit", "source"]),
        release_id="2026-11-22-01",
        made=datetime(2026, 11, 22, tzinfo=UTC),
        code_version="0",
    )


def _empty(name: str) -> pl.DataFrame:
    return pl.DataFrame(schema=polars_schema(TABLES[name])).with_columns(withheld=pl.lit(value=False))


def _cost_table(rows: int, catalogue: Catalogue) -> pl.DataFrame:
    services = catalogue.services.select("area", "service", "unit")
    of_areas = catalogue.areas.select("area", service=pl.lit(None, pl.String), unit=pl.lit(None, pl.String))
    lines = pl.concat([services, of_areas, of_areas.head(1).with_columns(area=pl.lit(None, pl.String))])
    groups = -(-rows // (lines.height * len(PERIODS))) - 1
    of_groups = pl.select(group=pl.format("gruppe {}", pl.int_range(groups)), group_by=pl.lit("gruppe"))
    everybody = pl.DataFrame({"group": ["alle"], "group_by": ["alle"]})
    table = pl.concat([everybody, of_groups]).join(pl.DataFrame({"period": PERIODS}), how="cross")
    amounts = {f"mean_{what}": pl.int_range(pl.len()) * 7.03125 for what in ("quantity", "cost")}
    payers = {f"mean_cost_{payer}": pl.col("mean_cost") / 3 for payer in ("kommune", "region", "stat")}
    facts = {"study": pl.lit("stort_studie"), "price_year": pl.lit(2024), "illustrative": pl.lit(value=False)}
    schema = polars_schema(TABLES["cost_table"])
    made = table.join(lines, how="cross").with_columns(**facts, **FIGURES, **amounts).with_columns(**payers)
    return made.select(schema.names()).cast(dict(schema)).with_columns(withheld=pl.col("n_users").is_between(1, 4))


def write_one(rows: int) -> dict[str, float]:
    """Write one workbook, telling of progress on standard error; what it took."""
    tables, clock = tables_of(rows), Clock()
    tables.periods, tables.everybody  # noqa: B018 - read once, and not what is measured
    with clock.part("before"):
        pass
    with tempfile.TemporaryDirectory() as folder, clock.part("workbook"):
        path = Path(folder) / "workbook.xlsx"
        write_workbook(path, tables, tell=lambda done, of: print(f"\r{done:,} of {of:,} rows", end="", file=sys.stderr))
        size = path.stat().st_size
    print(file=sys.stderr)
    took = clock.took()
    return {
        "rows": rows_to_write(tables),
        "wall_s": took["workbook"]["wall_s"],
        "peak_mb": took["workbook"]["peak_mb"],
        "grown_mb": took["workbook"]["peak_mb"] - took["before"]["peak_mb"],
        "file_mb": size / 2**20,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Write workbooks of some rows, and say what that took.")
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000], help="rows of the cost table")
    parser.add_argument("--here", action="store_true", help="in this process, for one number of rows; prints JSON")
    given = parser.parse_args()
    if given.here:
        print(json.dumps(write_one(given.rows[0])))
        return
    print("rows of the cost table; rows on sheets; seconds; rows on sheets a second; peak MB; MB grown; file MB")
    for rows in given.rows:
        command = [sys.executable, "-m", "benchmarks.workbook", "--here", "--rows", str(rows)]
        took = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        each = took["rows"] / took["wall_s"]
        print(
            f"{rows:,}; {took['rows']:,}; {took['wall_s']:.1f}; {each:,.0f}; {took['peak_mb']:.0f}; "
            f"{took['grown_mb']:.0f}; {took['file_mb']:.1f}"
        )


if __name__ == "__main__":
    main()
