"""Not measured: that another way gave the road's results: `python -m benchmarks.same WAY FOLDER`.

Spells and counts must be the same rows, means and costs the same to rounding. Stops at the first table that is not;
prints on how large a share of the citizens they were compared.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

from benchmarks.store import SPELLS, YEARS, Store
from engines.ranges import ROWS_A_RANGE, ranges_of
from pipelines import population
from pipelines.population_means import means

RELATIVE, KRONER = 1e-6, 1e-4
"""How much means may differ: sums are rounded to millionths at different places."""


def same_spells(store: Store, way: str, name: str) -> None:
    """Compared range of persons by range, so that it fits memory."""
    theirs, last = pl.scan_parquet(store.path(f"spells/{name}", way)), store.citizens(way)
    ours = store.scan(f"spells/{name}").filter(pl.col("person") <= last)
    for persons in ranges_of([ours, theirs], ROWS_A_RANGE):
        same(persons.of(ours).collect(), persons.of(theirs).collect(), ["person", "service", "start"])


def same(ours: pl.DataFrame, theirs: pl.DataFrame, key: Sequence[str]) -> None:
    """Raise `AssertionError` where they are not the same rows, floats but for rounding."""
    found = theirs.select(ours.columns).cast(dict(ours.schema))
    assert_frame_equal(ours.sort(key), found.sort(key), rel_tol=RELATIVE, abs_tol=KRONER)


def population_of(store: Store, last: int) -> population.Cells:
    """The road's counts of the persons until a number; of everybody those that it wrote."""
    tables = {name: store.scan(f"population/{name}").collect() for name in ("citizens", "use", "measured")}
    if last >= store.citizens():
        return population.Cells(**tables)
    frames = {"bef": pl.scan_parquet(store.bef_paths())} | {name: store.scan(f"spells/{name}") for name in SPELLS}
    some = {name: frame.filter(pl.col("person") <= last) for name, frame in frames.items()}
    cells = population.cells_of_persons(some, services=store.catalogue().services, measured=tables["measured"])
    return population.Cells(**cells, measured=tables["measured"])


def main() -> None:
    way, store = sys.argv[1], Store(Path(sys.argv[2]))
    for name in SPELLS:
        same_spells(store, way, name)
    cells = population_of(store, store.citizens(way))
    traits = ["year", "age", "koen", "kom"]
    for name, ours, key in (
        ("population/citizens", cells.citizens, traits),
        ("population/use", cells.use, [*traits, "area", "service"]),
        ("population/means", means(cells, store.catalogue()), ["year", "group_by", "group", "area", "service"]),
        ("cost_table", store.scan("cost_table").collect(), ["group_by", "group", "period", "area", "service"]),
    ):
        theirs = pl.read_parquet(store.path(name, way))
        same(ours.filter(pl.col("year").is_in(YEARS)) if "year" in ours.columns else ours, theirs, key)
    print(json.dumps({"share": store.citizens(way) / store.citizens()}))


if __name__ == "__main__":
    main()
