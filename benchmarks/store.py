"""The folder of one benchmark, and how a stage is run in it as a process of its own.

Here: where tables lie, and the one line of JSON that a stage gives. Not here: what the stages do (`stages.py`,
`floor.py`, `duckdb_sql.py`, `pandas_way.py`, `same.py`). The clock starts when everything is imported and stops when
the stage's tables are written.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from benchmarks.clock import Clock
from catalogue.reader import Catalogue, read_catalogue
from deliveries.folder import Delivery, find_deliveries
from deliveries.sources import Source, open_sources
from deliveries.studies import Study, read_studies
from expectations.contracts.deliveries import ALWAYS, DELIVERIES

STUDY = "aaben_dialog"
SPELLS = ("dream", "dream_employment", "lpr_a_kontakt", "handic")
YEARS = (2018, 2019, 2020, 2021)
"""The population's years that are measured: every register covers them, and report A's starts lie in them."""
PANDAS_CITIZENS = 200_000
"""As many as pandas takes in at most, some 4.5 m contacts: it holds a table, its sorted copy and more at once."""
ROW_GROUP_ROWS = 100_000  # as in assets.store, whose import (Dagster) would be in every stage's memory


class Store:
    """The folder of one benchmark: deliveries, and the tables made of them so far.

    The road's tables lie in `store/`, those of another way in a folder of its name.
    """

    def __init__(self, folder: Path, way: str = "store") -> None:
        self.folder = folder
        self.way = way

    def path(self, table: str, way: str = "store") -> Path:
        return self.folder / way / f"{table}.parquet"

    def scan(self, table: str) -> pl.LazyFrame:
        return pl.scan_parquet(self.path(table))

    def write(self, table: str, frame: pl.DataFrame | pl.LazyFrame) -> None:
        path = self.made(table)
        frame.lazy().sink_parquet(path, maintain_order=True, row_group_size=ROW_GROUP_ROWS)

    def made(self, table: str) -> Path:
        """Where this way writes a table."""
        path = self.path(table, self.way)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def bef_paths(self, years: Sequence[int] = YEARS) -> list[Path]:
        """The partitions of BEF that tell who is present in some years."""
        return [self.path(f"registers/bef/{year}") for year in range(min(years) - 1, max(years) + 1)]

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """An empty folder for rows on their way, as `engines.parts` makes one."""
        with TemporaryDirectory(dir=self.folder) as folder:
            yield Path(folder)

    @cache  # noqa: B019 - one store a process
    def deliveries(self, register: str) -> tuple[Delivery, ...]:
        kinds = {name: contract.kind for name, contract in DELIVERIES.items()}
        return find_deliveries(self.folder / "extracts", kinds).deliveries[register]

    def sources(self, register: str) -> list[Source]:
        return open_sources(DELIVERIES[register], self.deliveries(register))

    @cache  # noqa: B019 - one store a process
    def citizens(self, way: str = "store") -> int:
        """The last person that a way takes in: pandas takes no more than memory holds of every table."""
        last = int(self.scan("person_key").select(pl.max("person")).collect().item())
        return min(last, PANDAS_CITIZENS) if way == "pandas" else last

    def key(self) -> pl.DataFrame:
        return self.scan("person_key").collect()

    def coverage(self) -> pl.DataFrame:
        """What all registers cover."""
        return pl.concat([self.scan(f"coverage/{register}") for register in ALWAYS]).collect()

    def catalogue(self) -> Catalogue:
        """The catalogue of a workspace of the four registers, with their services alone."""
        return read_catalogue().measured_in(ALWAYS)

    def study(self) -> Study:
        return next(study for study in read_studies(self.folder / "studies") if study.id == STUDY)


def cores() -> int:
    """The cores that this process may use, as Polars counts them too."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_stage(stages: Mapping[str, Callable[[Store], object]], way: str = "store") -> None:
    """Run the stage that the command line names, in the folder it names; prints what it took."""
    store, clock = Store(Path(sys.argv[2]), way), Clock()
    with clock.part(sys.argv[1]):
        stages[sys.argv[1]](store)
    print(json.dumps(clock.took()[sys.argv[1]]))
