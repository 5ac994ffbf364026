"""Entry: delivered files become the typed rows of a register, keyed by `person`, and nothing is lost on the way.

Here: setting aside rows that break the contract, exchanging PNRs for persons, sorting what is kept. Not here: how a row
is read (`deliveries.reading`), registers with a column a week (`deliveries.wide`), what the rows mean
(`pipelines.registers`). A delivered row is either kept or set aside with a reason.
"""

from __future__ import annotations

import errno
import operator
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from pathlib import Path

import polars as pl
import polars.selectors as cs

from deliveries.formats import reading
from deliveries.ordering import in_order
from deliveries.parting import part, parts_of, set_apart
from deliveries.quarantine import broken_rows, set_aside
from deliveries.reading import UNREAD, read_fields, typed_rows
from deliveries.slices import Slice, read_together
from deliveries.sources import Source, rows_delivered
from expectations.contracts.deliveries import REASONS, DeliveryContract
from expectations.contracts.delivery import FoundBy
from faults import PASSING, DeliveryError, Fault, StoreError, os_error

NOT_OF_A_DELIVERY = PASSING | {errno.ENOSPC, errno.EROFS, errno.EDQUOT}
"""Errors of the disk that are soon gone, or of the one that is written to."""
TOLD_OF_BROKEN = ("source", "row", "reason", "start")
REPEATED = {"source": pl.UInt16, "row": pl.UInt32}


@dataclass(frozen=True)
class Entered:
    """What came of a register's delivered rows.

    `kept`: the typed rows with `person`, sorted as the contract says, and `n_kept` how many. `set_aside`: delivered
    values as text with `reason`, `source_file` and `row_number` (1 is the first row after any header). `received`
    counts the files' rows, apart from the reading of them. `unread` counts, by column, values of kept rows that could
    not be read and are null. `earliest` is the first start of an event: of kept rows, and of those set aside only
    because they have not ended.
    """

    kept: pl.LazyFrame
    n_kept: int
    set_aside: pl.DataFrame
    received: int
    unread: dict[str, int] = field(default_factory=dict)
    earliest: date | None = None

    @property
    def reasons(self) -> dict[str, int]:
        """Rows set aside, by reason; those that occur."""
        return dict(self.set_aside.group_by("reason").len().sort("reason").rows())


def delivered_pnrs(contract: DeliveryContract, sources: Sequence[Source]) -> pl.Series:
    """Every distinct PNR in the id columns of a register's files, in no particular order."""
    found = pl.DataFrame(schema={"pnr": pl.String})
    for together in read_together(sources):
        columns = [(piece, read_fields(contract.ids, contract, piece).values()) for piece in together]
        ids = [piece.frame.select(pnr=column.value) for piece, read in columns for column in read]
        with _naming_the_file(contract, together):
            found = pl.concat([found.lazy(), *ids]).drop_nulls().unique().collect(engine="streaming")
    return found.to_series()


def shared_key(found_by: FoundBy, registers: Iterable[pl.LazyFrame]) -> pl.DataFrame:
    """What exchanges a column that rows share with those of other registers for a person.

    Args:
        found_by: says which column.
        registers: the tables of those registers: the column, `person`.

    Returns:
        A row a value of the column: `person`, and whether several citizens have it (`shared`).
    """
    person = pl.col("person")
    rows = pl.concat(frame.select(found_by.column, "person") for frame in registers).drop_nulls()
    by_value = rows.group_by(found_by.column).agg(person.min(), shared=person.min() != person.max())
    return by_value.collect(engine="streaming")


def enter(contract: DeliveryContract, sources: Sequence[Source], key: pl.DataFrame, folder: Path) -> Entered:
    """Read the rows of a register, set aside those that break the contract, and key the rest by `person`.

    In bounded memory: the rows are parted by person on disk, and each part is sorted by itself.

    Args:
        contract: what the register is delivered with.
        sources: its files (`open_sources`).
        key: the person key (`pnr`, `person`), which holds every PNR delivered; of rows without a PNR `shared_key`.
        folder: an empty folder for the rows on their way; `kept` is scanned from it.

    Raises:
        DeliveryError: no row of the register can be kept, or one snapshot is delivered in two files.
    """
    received, last_person = rows_delivered(sources), int(key.select(pl.max("person").fill_null(1)).item())
    aside = pl.col("reason").is_not_null() | pl.col("person").is_null()
    for number, together in enumerate(read_together(sources)):
        rows = keyed(contract, pl.concat(typed_rows(contract, piece) for piece in together), key)
        with _naming_the_file(contract, together):
            part(rows, received, last_person, folder / "parted" / f"{number:05}", aside=aside)
    told = [column for column in TOLD_OF_BROKEN if column in rows.collect_schema()]
    apart = set_apart(folder / "parted", told)
    apart = apart if apart is not None else rows.select(told).head(0).collect()
    refuse_unknown(contract, apart.get_column("reason").null_count())
    kept = _sort_parts(contract, folder / "parted", folder)
    _refuse_twice_delivered(kept.snapshots, sources)
    broken = broken_rows(apart, kept.again)
    refuse_nothing_kept(contract, kept.rows, broken, sources)
    return Entered(
        pl.scan_parquet(kept.paths, glob=False) if kept.paths else rows.select(contract.columns).head(0),
        kept.rows,
        set_aside(contract, sources, broken),
        received,
        {name.removeprefix(UNREAD): n for name, n in kept.unread.items() if n},
        _earliest([*kept.starts, *_still_open(apart)]),
    )


@dataclass
class _Sorted:
    """The sorted parts: where they are, the rows that repeat a key, and what is counted of the others."""

    paths: list[Path] = field(default_factory=list)
    again: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REPEATED))
    rows: int = 0
    unread: Counter[str] = field(default_factory=Counter)
    snapshots: set[tuple[date, int]] = field(default_factory=set)
    starts: list[date] = field(default_factory=list)


def _sort_parts(contract: DeliveryContract, parted: Path, folder: Path) -> _Sorted:
    """Sort each part, write the register's columns of it to `folder`, and count what is to be told."""
    done = _Sorted()
    for unsorted in parts_of(parted):
        rows = in_order(unsorted, [*contract.sorted_by, "source", "row"])
        if contract.kind == "periodic":
            done.snapshots.update(rows.select(contract.dated_by, "source").unique().iter_rows())
        elif rows.height:
            done.starts.append(rows.select(pl.col(contract.dated_by).min().cast(pl.Date)).item())
        if contract.unique:
            same = (pl.col(c) == pl.col(c).shift() for c in contract.sorted_by)
            repeats = rows.select(reduce(operator.and_, same).fill_null(value=False)).to_series()
            done.again.extend(rows.filter(repeats).select(list(REPEATED)))
            rows = rows.filter(~repeats)
        done.rows += rows.height
        unread = rows.select(cs.starts_with(UNREAD).sum())
        done.unread.update({name: unread.item(0, name) for name in unread.columns})
        done.paths.append(folder / f"{len(done.paths):05}.parquet")
        rows.select(contract.columns).write_parquet(done.paths[-1], compression="lz4")
    return done


def _still_open(apart: pl.DataFrame) -> list[date]:
    """When contacts began that are set aside only because they have not ended."""
    if "start" not in apart.columns:
        return []
    return apart.filter(reason="open_contact").get_column("start").cast(pl.Date).to_list()


def _earliest(starts: Iterable[date | None]) -> date | None:
    return min((start for start in starts if start), default=None)


def keyed(contract: DeliveryContract, rows: pl.LazyFrame, key: pl.DataFrame) -> pl.LazyFrame:
    """Exchange the PNRs of typed rows for persons; those that the key does not hold become null. Rows without a PNR get
    the person who shares their column, or a reason to be set aside.
    """
    if contract.found_by:
        told = (
            pl.when(pl.col("person").is_null())
            .then(pl.lit(contract.found_by.unknown))
            .when("shared")
            .then(pl.lit(contract.found_by.ambiguous))
        )
        found = rows.join(key.lazy(), on=contract.found_by.column, how="left")
        return found.with_columns(pl.col("reason").fill_null(told)).drop("shared")
    for stated in contract.ids:
        named = key.lazy().rename({"pnr": stated.becomes, "person": "number"})
        rows = rows.join(named, on=stated.becomes, how="left").drop(stated.becomes).rename({"number": stated.becomes})
    return rows


def refuse_unknown(contract: DeliveryContract, unknown: int) -> None:
    """Raise `StoreError` where rows are to be kept whose citizen the person key does not hold."""
    if unknown:
        what = f"{unknown} rows of {contract.register.upper()} have a citizen that the person key does not hold"
        mend = "materialise person_key first: it reads the PNRs of every delivery"
        raise StoreError(Fault(what, "store: person_key", mend))


def refuse_nothing_kept(contract: DeliveryContract, kept: int, broken: pl.DataFrame, sources: Sequence[Source]) -> None:
    """Raise `DeliveryError` where every row of the files is set aside, and say why."""
    if kept or broken.is_empty():
        return
    counts = broken.group_by("reason").len().sort("reason").rows()
    why = ", ".join(f"{n} with {REASONS[reason]}" for reason, n in counts)
    raise DeliveryError(
        Fault(
            f"no row of {contract.register.upper()} can be kept: {why}",
            ", ".join(str(source.path) for source in sources),
            "look at these columns in the file: a whole column that cannot be read is a fault of the delivery",
        )
    )


def _refuse_twice_delivered(snapshots: Iterable[tuple[date, int]], sources: Sequence[Source]) -> None:
    """Raise `DeliveryError` where a snapshot date (`date`, number of the source) is in files of several periods."""
    by_day: dict[date, list[Source]] = {}
    for day, number in sorted(snapshots):
        by_day.setdefault(day, []).append(sources[number])
    faults = [
        Fault(
            f"the snapshot of {day} is delivered more than once: that would double every row",
            " and ".join(str(source.path) for source in named),
            "keep one of the files and move the others out of the folder",
        )
        for day, named in by_day.items()
        if len({source.period for source in named}) > 1
    ]
    if faults:
        raise DeliveryError(faults)


@contextmanager
def _naming_the_file(contract: DeliveryContract, together: Sequence[Slice]) -> Iterator[None]:
    """Files are read as one; when that fails, each is read alone, so that the fault names the one that cannot be."""
    try:
        yield
    except BaseException as error:
        # Rust code that panics raises a BaseException of its own; each compiled package has its own class of it.
        panicked = not isinstance(error, Exception) and type(error).__name__ == "PanicException"
        of_reading = isinstance(error, (pl.exceptions.PolarsError, OSError, RuntimeError)) or panicked
        if not of_reading or os_error(error) in NOT_OF_A_DELIVERY:
            raise
        for piece in together:
            with reading(piece.source.path):
                typed_rows(contract, piece).select(pl.all().count()).collect(engine="streaming")
        raise
