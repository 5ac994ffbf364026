"""Entry of a wide register, DREAM: a column a week, whose rows are read in batches and become several tables.

Here: which rows are kept, the batches, and the tables made of them, sorted by person in bounded memory. Not here: what
a batch's columns become (`pipelines.registers.dream`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from deliveries.entry import keyed, refuse_nothing_kept, refuse_unknown
from deliveries.formats import PARQUET, reading
from deliveries.parting import ROWS_A_PART, part, parts_of
from deliveries.quarantine import broken_rows, set_aside
from deliveries.reading import typed_rows
from deliveries.shape import family_columns
from deliveries.slices import Slice
from deliveries.sources import Source, rows_delivered
from expectations.contracts.deliveries import DeliveryContract
from faults import Fault, StoreError

BATCH_ROWS = 10_000
AHEAD = 2
"""Batches that are turned while the next is read."""
MOST_WIDE = 10_000
"""Rows set aside with the columns of families too; of more only the fields and the place are kept, to fit in memory."""

Turn = Callable[[pl.DataFrame], Mapping[str, pl.DataFrame]]


@dataclass(frozen=True)
class WideRows:
    """Which rows of a wide register are kept (`source`, `row`, `person`), and which are set aside, without the columns
    of families: delivered values as text with `reason`, `source_file` and `row_number`. `received` counts the files'
    rows, apart from the reading of them.
    """

    kept: pl.DataFrame
    set_aside: pl.DataFrame
    received: int

    @property
    def n_kept(self) -> int:
        """Rows kept."""
        return self.kept.height

    @property
    def reasons(self) -> dict[str, int]:
        """Rows set aside, by reason; those that occur."""
        return dict(self.set_aside.group_by("reason").len().sort("reason").rows())


def wide_rows(contract: DeliveryContract, sources: Sequence[Source], person_key: pl.DataFrame) -> WideRows:
    """Tell which rows of a wide register are kept, and as which person; one row a citizen.

    Raises:
        DeliveryError: no row of the register can be kept.
    """
    columns = ["source", "row", "person", "reason"]
    each = []
    for number, source in enumerate(sources):
        rows = keyed(contract, typed_rows(contract, Slice(source, number, source.frame)), person_key).select(columns)
        with reading(source.path):
            each.append(rows.collect(engine="streaming"))
    told = pl.concat(each).sort("source", "row")
    found = told.filter(pl.col("reason").is_null())
    refuse_unknown(contract, found.get_column("person").null_count())
    kept = found.unique("person", keep="first", maintain_order=True).drop("reason")
    broken = broken_rows(told, found.join(kept, on=["source", "row"], how="anti"))
    refuse_nothing_kept(contract, kept.height, broken, sources)
    return WideRows(kept, set_aside(contract, sources, broken), rows_delivered(sources))


def enter_wide(
    contract: DeliveryContract, sources: Sequence[Source], rows: WideRows, turn: Turn, folder: Path
) -> WideEntered:
    """Read the families of a wide register's rows, and turn them into tables sorted by `person` and `start`.

    In bounded memory: a batch of rows at a time, and the tables parted by person on disk.

    Args:
        contract: what the register is delivered with.
        sources: its files.
        rows: which of their rows are kept (`wide_rows`).
        turn: makes the tables (`person`, `start`, ...) of a batch (`person`, families); the same tables of each.
        folder: an empty folder for the rows on their way; the tables are scanned from it.
    """
    with_families = rows.set_aside.height <= MOST_WIDE
    aside, n_read = [rows.set_aside.clear() if with_families else rows.set_aside], 0
    tables = {name: _Growing(folder / name, empty) for name, empty in turn(_no_rows(contract, sources)).items()}
    with ThreadPoolExecutor(AHEAD) as threads:
        turning: deque[Future[Mapping[str, pl.DataFrame]]] = deque()
        for kept, broken in wide_batches(contract, sources, rows, BATCH_ROWS):
            n_read += kept.height
            if with_families:
                aside.append(broken)
            turning.append(threads.submit(turn, kept))
            if len(turning) > AHEAD:
                _grow(tables, turning.popleft().result())
        for turned in turning:
            _grow(tables, turned.result())
    last_person = int(rows.kept.select(pl.max("person").fill_null(1)).item())
    return WideEntered(
        {name: table.sorted(last_person) for name, table in tables.items()}, n_read, pl.concat(aside, how="diagonal")
    )


@dataclass(frozen=True)
class WideEntered:
    """The `tables` of a wide register, the rows read, and those set aside, with their families unless too many."""

    tables: dict[str, pl.LazyFrame]
    n_read: int
    set_aside: pl.DataFrame


@dataclass
class _Growing:
    """A table that grows by batches: rows wait in memory until there are enough for a file."""

    folder: Path
    empty: pl.DataFrame
    waiting: list[pl.DataFrame] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    n_rows: int = 0

    def add(self, rows: pl.DataFrame) -> None:
        self.waiting.append(rows)
        self.n_rows += rows.height
        if sum(some.height for some in self.waiting) >= ROWS_A_PART:
            self._write()

    def sorted(self, last_person: int) -> pl.LazyFrame:
        """All rows by `person` and `start`, from files in the folder."""
        self._write()
        part(pl.scan_parquet(self.paths, glob=False), self.n_rows, last_person, self.folder / "parted" / "all")
        for path in self.paths:
            path.unlink()
        written, n_sorted = [], 0
        for number, rows in enumerate(parts_of(self.folder / "parted")):
            written.append(self.folder / f"{number:05}.parquet")
            rows.sort("person", "start").write_parquet(written[-1], compression="lz4")
            n_sorted += rows.height
        if n_sorted != self.n_rows:  # else their citizens would seem to have had nothing
            what = f"{self.n_rows - n_sorted} rows on their way into the store are gone from it"
            mend = "see that nobody clears the store while a run is on, and run again"
            raise StoreError(Fault(what, str(self.folder), mend))
        return pl.scan_parquet(written, glob=False) if written else self.empty.lazy()

    def _write(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.paths.append(self.folder / f"unsorted-{len(self.paths):05}.parquet")
        pl.concat([self.empty, *self.waiting]).write_parquet(self.paths[-1], compression="lz4")
        self.waiting.clear()


def _grow(tables: Mapping[str, _Growing], turned: Mapping[str, pl.DataFrame]) -> None:
    for name, rows in turned.items():
        tables[name].add(rows)


def _no_rows(contract: DeliveryContract, sources: Sequence[Source]) -> pl.DataFrame:
    """A batch without rows, for the shape of the tables."""
    families = {
        name: pl.String for source in sources for name in family_columns(contract, source.frame.collect_schema())
    }
    return pl.DataFrame(schema={"person": pl.UInt32, **families})


def wide_batches(
    contract: DeliveryContract, sources: Sequence[Source], rows: WideRows, batch_rows: int
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """The column families of a wide register in batches of about `batch_rows` rows.

    Args:
        contract: what the register is delivered with.
        sources: its files.
        rows: which of their rows are kept (`wide_rows`).
        batch_rows: rows of a batch.

    Yields:
        The families of kept rows with `person`, and rows set aside with their families' values as text.
    """
    for number, source in enumerate(sources):
        wanted = rows.kept.filter(source=number).select("row", "person")
        aside = rows.set_aside.filter(source_file=source.path.name).with_columns(row=pl.col("row_number") - 1)
        schema = source.frame.collect_schema()
        families = [
            pl.col(name) if schema[name].is_numeric() else pl.col(name).cast(pl.String)
            for name in family_columns(contract, schema)
        ]
        with reading(source.path):
            for batch in _batches(source, families, batch_rows):
                kept, broken = (_of_batch(some, batch) for some in (wanted, aside))
                yield kept, broken.with_columns(pl.exclude("row_number").cast(pl.String))


def _of_batch(rows: pl.DataFrame, batch: pl.DataFrame) -> pl.DataFrame:
    """The rows (sorted by `row`) of a batch, which holds a file's rows without a gap, beside its columns."""
    families = batch.drop("row")
    if rows.is_empty() or batch.is_empty():
        return pl.concat([rows.drop("row").clear(), families.clear()], how="horizontal")
    at, first = rows.get_column("row"), batch.item(0, "row")
    begins, ends = int(at.search_sorted(first)), int(at.search_sorted(first + batch.height))
    found = rows.slice(begins, ends - begins)
    if found.height < batch.height:  # gathering thousands of columns takes as long as reading them
        families = families[(found.get_column("row") - first).to_list()]
    return pl.concat([found.drop("row"), families], how="horizontal")


def _batches(source: Source, families: Sequence[pl.Expr], batch_rows: int) -> Iterator[pl.DataFrame]:
    """The families with `row`, in the file's order."""
    rows = source.frame.select(families)
    if source.path.suffix.lower() != PARQUET:
        yield from rows.with_row_index("row").collect_batches(chunk_size=batch_rows)
        return
    # A slice of Parquet reads no more than itself, where batches read ahead whole row groups: 2.9 GB against 0.7.
    height = source.frame.select(pl.len()).collect().item()
    for first in range(0, height, batch_rows):
        yield rows.slice(first, batch_rows).collect().with_row_index("row", offset=first)
