"""The catalogue: reviewed reference data as typed frames, read from the shipped CSV files and a folder laid over them.

Here: reading and checking. Not here: what a column is (`catalogue.columns`), nor what is done with a price or a code.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import polars as pl

from catalogue.amounts import asked_for, in_place_of_prices, paid_as_replaced, with_amounts
from catalogue.columns import FILES, LPR2, Column, File
from catalogue.consistency import (
    band_faults,
    limit_faults,
    look_back_faults,
    warnings_of,
    with_months,
)
from catalogue.profiles import Profile
from faults import CatalogueError, Fault
from text_files import NotText, TextTable, read_table

SHIPPED = Path(__file__).parent
SHARES = ("kommune", "region", "stat")
TOLERANCE = 1e-9
SHOWN = 5  # rows named in a fault
RULES = {"drug_treatment_gap_days": 10.0, "nab_last_year": 2020.0, "lpr2_last_year": 2018.0}
"""Limits of single registers, and what they are where a site's limits.csv does not state them."""
TRUTH = {"true": True, "1": True, "false": False, "0": False}
INTEGER = re.compile(r"-?\d{1,9}")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
Cell = str | int | float | bool | dt.date | None
Rows = list[tuple[int, dict[str, Cell]]]


@dataclass(frozen=True)
class Catalogue:
    """The catalogue's files as frames, columns and types as in `catalogue.columns`, rows in the files' order.

    ``services`` are those that cost tables have, ``all_services`` also those that are told of before the start alone.
    ``warnings`` tells of names in one file that another does not have.
    """

    areas: pl.DataFrame
    services: pl.DataFrame
    all_services: pl.DataFrame
    dream_codes: pl.DataFrame
    handic_services: pl.DataFrame
    shelter_stays: pl.DataFrame
    siu_services: pl.DataFrame
    sssy_specialties: pl.DataFrame
    disced_levels: pl.DataFrame
    services_before_start: pl.DataFrame
    psychiatric_specialties: pl.DataFrame
    psychiatric_specialties_lpr2: pl.DataFrame
    unit_prices: pl.DataFrame
    price_index: pl.DataFrame
    payer_rules: pl.DataFrame
    register_amounts: pl.DataFrame
    limits: pl.DataFrame
    disclosure_profiles: pl.DataFrame
    quality_checks: pl.DataFrame
    delivered_columns: pl.DataFrame
    warnings: tuple[str, ...] = ()

    def measured_in(self, registers: Collection[str]) -> Catalogue:
        """The catalogue with the services of some registers alone, those that are register amounts priced as such."""
        there = pl.col("register").is_in(list(registers))
        services = self.services.filter(there)
        prices = with_amounts(self.unit_prices, services, self.price_index)
        return replace(self, services=services, all_services=self.all_services.filter(there), unit_prices=prices)

    def costs_from(self, registers: Collection[str]) -> Catalogue:
        """The catalogue of a study that asks for the amounts of some registers in place of prices: they are services of
        their areas, and what they take the place of is measured and not priced. Source: docs/method.md § 5.
        """
        asked = asked_for(self.register_amounts, self.all_services, registers)
        if asked.is_empty():
            return self
        services = in_place_of_prices(self.services, self.all_services, asked)
        priced = self.unit_prices.join(asked, left_on="service", right_on="replaces", how="anti", maintain_order="left")
        return replace(
            self,
            services=services,
            unit_prices=with_amounts(
                priced, services.join(asked, left_on="service", right_on="replaces", how="anti"), self.price_index
            ),
            payer_rules=paid_as_replaced(self.payer_rules, asked),
        )

    def limit(self, name: str, default: float | None = None) -> float:
        """Return the value of limit ``name``; raises `CatalogueError` if limits.csv has no such row and no default."""
        values = self.limits.filter(pl.col("limit") == name)["value"]
        if values.is_empty() and default is not None:
            return default
        if values.is_empty():
            raise CatalogueError(Fault(f"the limit '{name}' is missing", "limits.csv", f"add a row with limit {name}"))
        return float(values[0])

    def last_year(self, register: str) -> int | None:
        """The last year that a register tells of, where it is known to have ended."""
        name = f"{'lpr2' if register in LPR2 else register}_last_year"
        return int(self.limit(name, RULES[name])) if name in RULES else None

    def stated(self, name: str) -> pl.DataFrame | int:
        """What a register's rule asks for by name: a file, or a whole number that is a limit."""
        return getattr(self, name) if name in FILES else int(self.limit(name, RULES.get(name)))

    def profile(self, name: str) -> Profile:
        """Return what a data owner asks of a release; raises `CatalogueError` if disclosure_profiles.csv lacks it."""
        rows = self.disclosure_profiles.filter(pl.col("profile") == name)
        if rows.is_empty():
            names = ", ".join(self.disclosure_profiles["profile"])
            what = f"there is no disclosure profile {name!r}"
            raise CatalogueError(Fault(what, "disclosure_profiles.csv", f"name one of {names}, or add a row"))
        return Profile(**rows.row(0, named=True))


def read_catalogue(overlay: Path | None = None) -> Catalogue:
    """Read the shipped catalogue, each file replaced whole by the one of that name in ``overlay``.

    Every step of a run asks for it: it is read anew when a file is another than before.

    Raises `CatalogueError` with every fault of every file: missing columns, values that cannot be read or are not
    allowed, rows with one key (or one key on the same day), payer shares that do not add up to 1.
    """
    laid = sorted(overlay.iterdir()) if overlay and overlay.is_dir() else []
    return _catalogue(overlay, tuple(_as_it_stands(path) for path in [*catalogue_files(overlay).values(), *laid]))


def _as_it_stands(path: Path) -> tuple[str, int, int]:
    """What tells a file from what it was: its name, when it was written, and its bytes; one that is gone has none."""
    try:
        state = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), state.st_mtime_ns, state.st_size


@lru_cache(maxsize=2)
def _catalogue(overlay: Path | None, _: tuple[tuple[str, int, int], ...]) -> Catalogue:
    faults = _overlay_faults(overlay) if overlay else []
    frames = {}
    for name, path in catalogue_files(overlay).items():
        frame, found = _read(path, FILES[name])
        frames[name] = frame
        faults += found
    if not faults:
        faults = limit_faults(frames["limits"]) + band_faults(frames["quality_checks"])
        faults += look_back_faults(frames["services_before_start"])
    if faults:
        raise CatalogueError(faults)
    frames["services"] = with_months(frames["services"])
    warnings, every = warnings_of(frames), frames.pop("services")
    return Catalogue(**frames, services=every.drop_nulls("area"), all_services=every, warnings=warnings)


def catalogue_files(overlay: Path | None = None) -> dict[str, Path]:
    """Which file is read as which of the catalogue's, by its name without `.csv`."""
    laid = {name: overlay / f"{name}.csv" for name in FILES} if overlay else {}
    return {name: laid[name] if name in laid and laid[name].is_file() else SHIPPED / f"{name}.csv" for name in FILES}


def _overlay_faults(overlay: Path) -> list[Fault]:
    names = ", ".join(f"{name}.csv" for name in FILES)
    if not overlay.is_dir():
        mend = f"give a folder with any of {names}"
        return [Fault("the folder to lay over the catalogue does not exist", str(overlay), mend)]
    return [
        Fault(f"{path.name} is not a file of the catalogue", str(path), f"name it one of {names}, or take it away")
        for path in sorted(overlay.iterdir())
        if path.suffix.lower() == ".csv" and path.name not in {f"{name}.csv" for name in FILES}
    ]


def _read(path: Path, file: File) -> tuple[pl.DataFrame, list[Fault]]:
    schema = {name: column.dtype for name, column in file.columns.items()}
    try:
        table = read_table(path)
    except NotText as fault:
        return pl.DataFrame(schema=schema), [Fault(f"{path.name}: {fault.what}", str(path), fault.mend)]
    except OSError as error:
        what = f"{path.name} cannot be read ({type(error).__name__})"
        return pl.DataFrame(schema=schema), [Fault(what, str(path), "put the file back, or make it readable")]
    faults = _shape_faults(path, file, table)
    rows: Rows = [(number, {}) for number, _ in table.rows]
    for name, column in file.columns.items():
        if table.names.count(name) != 1:
            continue
        cells = table.column(name)
        unread, empty, outside = [], [], []
        for (number, row), cell in zip(rows, cells, strict=True):
            try:
                row[name] = value = _value(cell, column, table.separator)
            except ValueError:
                unread.append((number, cell))
                continue
            if value is None and not column.nullable:
                empty.append((number, cell))
            elif value is not None and not _allowed(value, column):
                outside.append((number, cell))
        where = f"{path}, column {name}"
        if unread:
            faults.append(Fault(f"{path.name}: `{name}` is not {_kind(column)} in {_at(unread)}", where, _mend(column)))
        if empty:
            faults.append(Fault(f"{path.name}: `{name}` is empty in {_at(empty)}", where, "fill it in"))
        if outside:
            faults.append(Fault(f"{path.name}: `{name}` is not allowed in {_at(outside)}", where, _mend(column)))
    if not faults:
        faults = _row_faults(path, file, rows)
    if faults:
        return pl.DataFrame(schema=schema), faults
    return pl.DataFrame([row for _, row in rows], schema=schema, orient="row"), []


def _shape_faults(path: Path, file: File, table: TextTable) -> list[Fault]:
    missing = [name for name in file.columns if name not in table.names]
    doubled = [name for name in table.doubled if name in file.columns]
    faults = []
    if missing:
        what = f"{path.name} lacks the columns {', '.join(missing)}"
        faults.append(Fault(what, str(path), f"its columns are {', '.join(file.columns)}"))
    if doubled:
        what = f"{path.name} has columns more than once: {', '.join(doubled)}"
        faults.append(Fault(what, str(path), "keep one of each"))
    if table.too_long:
        rows = [(number, None) for number in table.too_long]
        mend = f"put fields that hold '{table.separator}' in quotation marks"
        faults.append(Fault(f"{path.name} has more fields than columns in {_at(rows)}", str(path), mend))
    return faults


def _row_faults(path: Path, file: File, rows: Rows) -> list[Fault]:
    """Return what is wrong between the values of a row and between rows, once every value has been read."""
    faults = []

    def add(what: str, wrong: Sequence[tuple[int, Cell]], mend: str) -> None:
        if wrong:
            faults.append(Fault(f"{path.name}: {what} in {_at(wrong)}", str(path), mend))

    key = ", ".join(file.key)
    if file.dated:
        backwards = [(number, str(row["valid_to"])) for number, row in rows if _first(row) > _last(row)]
        add("`valid_to` is before `valid_from`", backwards, "correct the dates; both days are included")
    by_key: dict[tuple[Cell, ...], Rows] = {}
    for number, row in rows:
        by_key.setdefault(tuple(row[name] for name in file.key), []).append((number, row))
    clashing = []
    for values, same in by_key.items():
        same.sort(key=lambda numbered: _first(numbered[1]))
        reached = dt.date.min
        for at, (number, row) in enumerate(same):
            if at and (not file.dated or _first(row) <= reached):
                clashing.append((number, ", ".join(str(value) for value in values)))
            reached = max(reached, _last(row))
    if file.dated:
        add(f"the same `{key}` is valid twice on a day", clashing, "let one row end before the next begins")
    else:
        add(f"the same `{key}` stands there twice", clashing, "keep one row for each")
    if set(SHARES) <= set(file.columns):
        sums = [(number, math.fsum(_share(row[name]) for name in SHARES)) for number, row in rows]
        wrong = [(number, f"{total:.6g}") for number, total in sums if abs(total - 1) > TOLERANCE]
        add("kommune, region and stat do not add up to 1", wrong, "give shares such as 0.8, 0 and 0.2")
    return faults


def _first(row: dict[str, Cell]) -> dt.date:
    value = row.get("valid_from")
    return value if isinstance(value, dt.date) else dt.date.min


def _last(row: dict[str, Cell]) -> dt.date:
    value = row.get("valid_to")
    return value if isinstance(value, dt.date) else dt.date.max


def _share(value: Cell) -> float:
    return value if isinstance(value, float) else 0.0


def _value(cell: str | None, column: Column, separator: str) -> Cell:
    """Read one cell; raises ValueError when it is not what the column holds."""
    if cell is None:
        return None
    if column.dtype == pl.String:
        return cell.zfill(column.width) if column.width and cell.isdigit() else cell
    return READERS[column.dtype](cell.replace(",", ".") if separator == ";" else cell)


def _boolean(cell: str) -> bool:
    if cell.lower() not in TRUTH:
        raise ValueError
    return TRUTH[cell.lower()]


def _integer(cell: str) -> int:
    if not INTEGER.fullmatch(cell):
        raise ValueError
    return int(cell)


def _number(cell: str) -> float:
    number = float(cell)
    if not math.isfinite(number):
        raise ValueError
    return number


def _date(cell: str) -> dt.date:
    if not DAY.fullmatch(cell):
        raise ValueError
    return dt.date.fromisoformat(cell)


READERS: dict[type[pl.DataType], Callable[[str], Cell]] = {
    pl.Boolean: _boolean,
    pl.Int32: _integer,
    pl.Float64: _number,
    pl.Date: _date,
}
KINDS: dict[type[pl.DataType], str] = {
    pl.Boolean: "true or false",
    pl.Int32: "a whole number",
    pl.Float64: "a number",
    pl.Date: "a date (yyyy-mm-dd)",
}


def _allowed(value: Cell, column: Column) -> bool:
    if column.allowed and value not in column.allowed:
        return False
    if not isinstance(value, int | float):
        return True
    return (
        (column.minimum is None or value >= column.minimum)
        and (column.above is None or value > column.above)
        and (column.maximum is None or value <= column.maximum)
    )


def _kind(column: Column) -> str:
    return KINDS.get(column.dtype, "text")


def _mend(column: Column) -> str:
    if column.allowed:
        return f"allowed: {', '.join(column.allowed)}"
    least = f", {column.minimum:g} or more" if column.minimum is not None else ""
    above = f" above {column.above:g}" if column.above is not None else ""
    most = f", {column.maximum:g} or less" if column.maximum is not None else ""
    return f"write {_kind(column)}{least}{above}{most}"


def _at(rows: Sequence[tuple[int, Cell]]) -> str:
    """Say how many rows and which come first, each with what stands there."""
    shown = ", ".join(f"{number}" + (f" ('{value}')" if value is not None else "") for number, value in rows[:SHOWN])
    return f"{len(rows)} row{'s' * (len(rows) != 1)}: {shown}{', ...' if len(rows) > SHOWN else ''}"
