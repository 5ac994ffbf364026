"""Opening one delivered file, whatever its format: Parquet, CSV or SAS becomes a LazyFrame with lower-case names.

Here: formats, encodings, separators, damaged files. Not here: finding the files (`deliveries.folder`), which columns a
register needs (its contract), nor reading values (`deliveries.values`).

Everything that can be told without reading values is told at opening: a file cut short in copying must not become a
register with fewer citizens. What only reading shows (a damaged page in the middle) `reading` turns into the same
error. No message carries what stands in a file.
"""

from __future__ import annotations

import csv
import functools
import hashlib
import os
import shutil
import struct
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from faults import PASSING, DeliveryError, Fault, os_error
from text_files import CHUNK, NotText, encoding_of, separator_of

LINE = "line"
SCRATCH = "forlob-copy-"
PARQUET = ".parquet"
"""The one format that is read by column, and from any row."""
NEVER_IN_TEXT = "\x1f"  # as separator: polars then gives whole lines
SAS_MARK = b"\xc2\xea\x81\x60"
AGAIN = "copy or export it again, and compare its size with the original"


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what the readers raise while ``path`` is opened or collected into a `DeliveryError` without its values."""
    try:
        yield
    except NotText as fault:
        raise DeliveryError(Fault(f"{path.name}: {fault.what}", str(path), fault.mend)) from None
    except FileNotFoundError:
        raise DeliveryError(Fault(f"{path.name} is not there any more", str(path), "deliver it again")) from None
    except (pl.exceptions.PolarsError, OSError, RuntimeError, ValueError, csv.Error) as error:
        if os_error(error) in PASSING:  # the file server's, and gone in a moment
            raise
        raise _unreadable(path, error) from None
    except BaseException as error:
        # Rust code that panics raises a BaseException of its own; each compiled package has its own class of it.
        if type(error).__name__ != "PanicException":
            raise
        raise _unreadable(path, error) from None


def open_delivery(path: Path) -> pl.LazyFrame:
    """Open a delivered file as a LazyFrame with its columns' names in lower case.

    CSV columns are all text; Parquet and SAS keep their types. Raises `DeliveryError` when the file is empty, damaged,
    cut short, not what its name says, has lines of unequal length, or has one column twice in different case.
    """
    with reading(path):
        if path.stat().st_size == 0:
            raise NotText("the file is empty", AGAIN)
        frame = READERS[path.suffix.lower()](path)
        names = frame.collect_schema().names()
    if not names:
        raise DeliveryError(Fault(f"{path.name} has no columns", str(path), AGAIN))
    lower = [name.strip().lower() for name in names]
    _refuse_doubled(path, lower)
    changed = {old: new for old, new in zip(names, lower, strict=True) if old != new}
    return frame.rename(changed) if changed else frame


def _unreadable(path: Path, error: BaseException) -> DeliveryError:
    return DeliveryError(Fault(f"{path.name} cannot be read ({type(error).__name__})", str(path), AGAIN))


def _refuse_doubled(path: Path, lower: Sequence[str]) -> None:
    doubled = sorted({name for name in lower if lower.count(name) > 1}) if len(set(lower)) < len(lower) else []
    if doubled:
        names = ", ".join(name.upper() for name in doubled)
        raise DeliveryError(
            Fault(f"{path.name} has the same column more than once: {names}", str(path), "deliver each column once")
        )


def _open_parquet(path: Path) -> pl.LazyFrame:
    # A hive folder's `year` is the file's, never the event's: it must not become a column.
    return pl.scan_parquet(path, glob=False, hive_partitioning=False)


def _open_sas(path: Path) -> pl.LazyFrame:
    from polars_readstat import scan_readstat  # only a site that delivers SAS pays for its import

    declared = _sas_size(path)
    if path.stat().st_size < declared:
        raise NotText("the file is cut short: its header declares more than it holds", AGAIN)
    # SAS stores missing text as blanks, and the order of rows must be the same from run to run.
    return scan_readstat(path, missing_string_as_null=True, preserve_order=True)


def _sas_size(path: Path) -> int:
    """Return the bytes that a SAS file's header declares (header + pages): a cut file reads as one with fewer rows.

    Offsets as in https://cran.r-project.org/web/packages/sas7bdat/vignettes/sas7bdat.pdf ("SAS7BDAT Header").
    """
    with path.open("rb") as file:
        header = file.read(512)
    if len(header) < 288 or header[12:16] != SAS_MARK:
        raise NotText("the file is no SAS data set, whatever its name says", AGAIN)
    wide, shift = header[32] == 0x33, 4 * (header[35] == 0x33)
    order = "<" if header[37] == 1 else ">"
    header_length, page_length = struct.unpack_from(f"{order}II", header, 196 + shift)
    (pages,) = struct.unpack_from(f"{order}{'Q' if wide else 'I'}", header, 204 + shift)
    return int(header_length + page_length * pages)


def _open_csv(path: Path) -> pl.LazyFrame:
    text = path if encoding_of(path) == "utf-8-sig" else _as_utf8(path)
    with text.open(encoding="utf-8-sig", newline="") as file:
        line = file.readline()
        separator = separator_of(line)
        header = next(csv.reader([line], delimiter=separator), [])
    names = [name.strip().lower() or f"column_{at}" for at, name in enumerate(header, start=1)]
    if not header or any(name[0].isdigit() for name in names):
        raise NotText("the first line is not a header with the columns' names", "export it again with a header line")
    _refuse_doubled(path, names)
    ragged, first, blank = _uneven_lines(text, separator, len(names))
    if ragged:
        raise NotText(
            f"lines with more or fewer fields than the header's {len(names)}: {ragged}, the first is line {first}",
            f"export it again, with fields that hold '{separator}' in quotation marks",
        )
    schema = dict.fromkeys(names, pl.String)
    frame = pl.scan_csv(text, has_header=False, skip_lines=1, schema=schema, separator=separator, glob=False)
    # Polars reads a blank line as a row of nulls; in a file of one column it may be one.
    return frame.filter(~pl.all_horizontal(pl.all().is_null())) if blank and len(names) > 1 else frame


def _uneven_lines(path: Path, separator: str, width: int) -> tuple[int, int | None, int]:
    """Return how many lines have other than ``width`` fields, the first one's number, and how many are blank."""
    line = pl.col(LINE).fill_null("")
    quotes = line.str.count_matches('"', literal=True)
    bare = pl.when(quotes > 0).then(line.str.replace_all(r'"[^"]*"', "")).otherwise(line)
    blank = line.str.strip_chars() == ""
    uneven = (bare.str.count_matches(separator, literal=True) != width - 1) & ~blank
    lines = pl.scan_csv(
        path,
        separator=NEVER_IN_TEXT,
        quote_char=None,
        has_header=False,
        schema={LINE: pl.String},
        glob=False,
        row_index_name="at",
    )
    found = lines.select(
        odd=(quotes % 2 == 1).sum(),
        ragged=uneven.sum(),
        first=pl.col("at").filter(uneven).min() + 1,
        blank=blank.sum(),
    ).collect(engine="streaming")
    odd, ragged, first, blanks = found.row(0)
    return _uneven_records(path, separator, width) if odd else (ragged, first, blanks)


def _uneven_records(path: Path, separator: str, width: int) -> tuple[int, int | None, int]:
    """The same as `_uneven_lines`, slower: for a file in which a quoted field runs over several lines."""
    ragged, first, blank = 0, None, 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        records = csv.reader(file, delimiter=separator)
        for record in records:
            if not record:
                blank += 1
            elif len(record) != width:
                ragged, first = ragged + 1, first or records.line_num
    return ragged, first, blank


@functools.cache
def _scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder for copies, removed when the process ends; for its owner only, since they are about people."""
    for left in Path(tempfile.gettempdir()).glob(f"{SCRATCH}*-*"):
        process = Path("/proc", left.name.removeprefix(SCRATCH).split("-")[0])
        if Path("/proc/self").exists() and not process.exists():  # a process that was killed could not remove it
            shutil.rmtree(left, ignore_errors=True)
    return tempfile.TemporaryDirectory(prefix=f"{SCRATCH}{os.getpid()}-")


def _as_utf8(path: Path) -> Path:
    """Return a UTF-8 copy of a Windows-1252 file, written piece by piece; Polars reads UTF-8 only."""
    stat = path.stat()
    mark = hashlib.sha256(f"{path.resolve()}|{stat.st_size}|{stat.st_mtime_ns}".encode()).hexdigest()[:16]
    copy = Path(_scratch().name) / f"{mark}.csv"
    if not copy.exists():
        part = copy.with_suffix(".part")
        with path.open(encoding="cp1252", newline="") as source, part.open("w", encoding="utf-8", newline="") as target:
            while piece := source.read(CHUNK):
                target.write(piece)
        part.replace(copy)
    return copy


READERS: dict[str, Callable[[Path], pl.LazyFrame]] = {
    PARQUET: _open_parquet,
    ".csv": _open_csv,
    ".txt": _open_csv,
    ".sas7bdat": _open_sas,
}
