"""Finding what was delivered: which files of a folder are which register and which period.

Here: names, sizes and folders. Not here: what stands in the files (`deliveries.formats`), nor whether it fits.
Names are read as in docs/registers.md: ``bef202012.parquet``, ``bef/year=2020/part-0.parquet``; any case.
"""

from __future__ import annotations

import calendar
import datetime as dt
import filecmp
import hashlib
import itertools
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from faults import DeliveryError, Fault

Kind = Literal["periodic", "yearly", "cumulative"]
FORMATS = (".parquet", ".csv", ".txt", ".sas7bdat")
SILENT = re.compile(r"^[._]|^~\$|\.crc$", re.IGNORECASE)  # hidden, Spark's and Excel's own files
PERIOD = re.compile(r"[ _-]?((?:19|20)\d\d)(?:[_-]?(\d\d))?(?!\d)")
HIVE = re.compile(r"(year|month)=(\d+)", re.IGNORECASE)
EXAMPLES = "such as bef202012.parquet, dream202606.sas7bdat, lpr_a_kontakt2025.csv or bef/year=2020/part-0.parquet"


@dataclass(frozen=True)
class Delivery:
    """One register for one period: a file, or the files of one hive folder.

    ``period`` is `yyyy` or `yyyymm`, ``data_end`` its last day, ``fingerprint`` changes when a file's name, size or
    time of change does.
    """

    register: str
    period: str
    paths: tuple[Path, ...]
    data_end: dt.date
    fingerprint: str


@dataclass(frozen=True)
class Found:
    """What a folder holds: the deliveries that count, by register and in order of period, and the files that do not.

    Every register asked for is a key of ``deliveries``, with no deliveries if none was found. ``ignored`` has each
    other file and why it is not read.
    """

    deliveries: Mapping[str, tuple[Delivery, ...]]
    ignored: tuple[tuple[Path, str], ...]


def find_deliveries(extracts: Path, registers: Mapping[str, Kind]) -> Found:
    """Find the deliveries of ``registers`` anywhere below ``extracts``.

    Of a periodic register every delivery counts, of a cumulative one the newest. Raises `DeliveryError` with every
    fault: nothing found, an empty file, a month that is none, a register's period delivered twice.
    """
    if not extracts.is_dir():
        raise DeliveryError(
            Fault("the folder of deliveries does not exist", str(extracts), f"put files there, {EXAMPLES}")
        )
    sources: dict[tuple[str, str], dict[Path, list[Path]]] = {}
    ignored: list[tuple[Path, str]] = []
    faults: list[Fault] = []
    for path in _files(extracts):
        named = _named(path, extracts, registers)
        if isinstance(named, str):
            ignored.append((path, named))
            continue
        register, period, source = named
        if not _last_day(period):
            mend = f"name it by register and period, {EXAMPLES}"
            faults.append(Fault(f"the period {period} of {register} has no month from 01 to 12", str(path), mend))
        elif int(period[:4]) > dt.date.today().year:
            mend = f"name it by the register and period it holds, {EXAMPLES}"
            faults.append(Fault(f"the period {period} of {register} has not begun", str(path), mend))
        elif not path.exists():
            faults.append(Fault(f"{path.name} is a link to a file that is not there", str(path), "deliver the file"))
        elif path.stat().st_size == 0:
            faults.append(Fault(f"{path.name} is empty (0 bytes)", str(path), "deliver it again, or take it away"))
        else:
            sources.setdefault((register, period), {}).setdefault(source, []).append(path)
    faults += _doubled(sources, registers)
    if not sources and not faults:
        seen = f" ({len(ignored)} other files, such as {ignored[0][0].name})" if ignored else ""
        faults.append(
            Fault(f"the folder holds no delivery of a known register{seen}", str(extracts), _expected(registers))
        )
    if faults:
        raise DeliveryError(faults)
    found: dict[str, list[Delivery]] = {register: [] for register in registers}
    for (register, period), by_source in sources.items():
        paths = [path for files in by_source.values() for path in files]
        found[register].append(_delivery(register, period, paths, extracts))
    for register, deliveries in found.items():
        deliveries.sort(key=lambda delivery: (delivery.data_end, delivery.period))
        if registers[register] == "cumulative" and deliveries:
            newest = deliveries[-1]
            why = f"older than {newest.paths[0].name}, which replaces it"
            ignored += [(path, why) for older in deliveries[:-1] for path in older.paths]
            found[register] = [newest]
    return Found({register: tuple(deliveries) for register, deliveries in found.items()}, tuple(sorted(ignored)))


def _files(extracts: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(extracts):
        folders[:] = sorted(name for name in folders if not SILENT.search(name))
        yield from (Path(folder, name) for name in sorted(names) if not SILENT.search(name))


def _named(path: Path, extracts: Path, registers: Iterable[str]) -> tuple[str, str, Path] | str:
    """Return register, period and source (the file, or its hive folder) of a file, or why it is none."""
    stem = path.stem.lower()
    named = next(
        ((register, match) for register in registers if (match := _period_after(register.lower(), stem))),
        None,
    )
    hive = _hive(path, extracts, registers)
    if not named and not hive:
        return "its name is not a register's name followed by a year or a year and month"
    if path.suffix.lower() not in FORMATS:
        return f"the format '{path.suffix}' is not read (only {', '.join(FORMATS)})"
    if named:
        register, match = named
        return register, match[1] + (match[2] or ""), path
    return hive or ""


def _period_after(register: str, stem: str) -> re.Match[str] | None:
    return PERIOD.match(stem, len(register)) if stem.startswith(register) else None


def _hive(path: Path, extracts: Path, registers: Iterable[str]) -> tuple[str, str, Path] | None:
    """Return register, period and folder of a file in ``<register>/year=YYYY[/month=MM]``."""
    folders = path.relative_to(extracts).parts[:-1]
    keys = [match for folder in folders if (match := HIVE.fullmatch(folder))]
    above = folders[: -len(keys)] if keys else ()
    names = [match[1].lower() for match in keys]
    if not above or names not in (["year"], ["year", "month"]):
        return None
    register = next((register for register in registers if register.lower() == above[-1].lower()), None)
    if register is None or len(keys[0][2]) != 4:
        return None
    return register, keys[0][2] + "".join(match[2].zfill(2) for match in keys[1:]), path.parent


def _doubled(
    sources: Mapping[tuple[str, str], Mapping[Path, list[Path]]], registers: Mapping[str, Kind]
) -> list[Fault]:
    """Name every two paths that deliver the same rows: they would be read twice.

    A cumulative register of a year and of its December end on one day: neither is the newer. A yearly register has one
    file a year, whatever its month. Of a periodic register the two may be a year's file and a snapshot, which only
    their rows can tell.
    """
    faults = []
    same: dict[tuple[str, str], set[Path]] = {}
    for (register, period), by_source in sorted(sources.items()):
        whole_year = {"yearly": period[:4], "cumulative": period if len(period) == 6 else period + "12"}
        until = whole_year.get(registers[register], period)
        same.setdefault((register, until), set()).update(by_source)
        for paths in by_source.values():
            for first, second in itertools.combinations(paths, 2):
                if filecmp.cmp(first, second, shallow=False):
                    what = f"two files of {register} {period} are the same, byte for byte"
                    faults.append(Fault(what, f"{first} and {second}", "take one of them out of the folder"))
    for (register, until), found in same.items():
        for first, second in itertools.combinations(sorted(found), 2):
            what = f"{register} {until} is delivered twice, which would count every row double"
            faults.append(Fault(what, f"{first} and {second}", "take one of them out of the folder"))
    return faults


def _expected(registers: Iterable[str]) -> str:
    return f"put the deliveries of {', '.join(registers)} there, named register and period, {EXAMPLES}"


def _last_day(period: str) -> dt.date | None:
    year, month = int(period[:4]), int(period[4:] or 12)
    return dt.date(year, month, calendar.monthrange(year, month)[1]) if 1 <= month <= 12 else None


def _delivery(register: str, period: str, paths: list[Path], extracts: Path) -> Delivery:
    data_end = _last_day(period)
    assert data_end is not None, period
    stats = [(path.relative_to(extracts).as_posix(), path.stat()) for path in sorted(paths)]
    seen = "\n".join(f"{name}|{stat.st_size}|{stat.st_mtime_ns}" for name, stat in stats)
    return Delivery(register.lower(), period, tuple(sorted(paths)), data_end, hashlib.sha256(seen.encode()).hexdigest())
