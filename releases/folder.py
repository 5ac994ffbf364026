"""How a release reaches its folder: whole or not at all, under an id of its own, and never changed after.

Here: ids, writing, and finding releases (docs/method.md § 7). Not here: what a release holds (`reports`), nor what is
told of it (`releases.manifest`).
"""

from __future__ import annotations

import os
import platform
import re
import shutil
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from faults import PASSING, Fault, StoreError, os_error

ID = re.compile(r"(\d{4}-\d\d-\d\d)-(\d{2,})")
PART = ".part"
READ_ONLY = 0o444
MEND = "choose another --release, make room on its disk, or mend the rights to it; what was released before is whole"


def publish(folder: Path, day: date, write: Callable[[Path, str], None], known: Path | None = None) -> Path:
    """Make a new release in the folder of a study's releases, and return where it is.

    Its files are written to a hidden folder beside the others, made read-only, and take their place together by one
    renaming. Where another run took the id meanwhile, they are written again under the next.

    Args:
        folder: of the study's releases; made where it is not there.
        day: the date in the id.
        known: a folder with one of each id that was ever given, also of releases since removed: none is given again.
        write: called with the folder to write to and the release's id; where it fails, nothing is left behind.

    Raises:
        StoreError: the folder cannot be made or written, or its disk is full.
    """
    staging = folder / f".{os.getpid()}@{platform.node()}{PART}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _forget_leftovers(folder)
        while True:
            target = folder / _next_id(day, [folder, known] if known else [folder])
            staging.mkdir()
            write(staging, target.name)
            _make_lasting(staging)
            if _took(staging, target):
                return target
            shutil.rmtree(staging)
    except Exception as error:
        number = os_error(error)
        if number is None or number in PASSING:
            raise
        what = f"the release cannot be written: {os.strerror(number)}"
        raise StoreError(Fault(what, str(folder), MEND)) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def releases_of(folder: Path) -> list[Path]:
    """The releases in the folder of a study's releases, the oldest first; none where the folder is not there."""
    return sorted((path for path in folder.glob("*") if ID.fullmatch(path.name) and path.is_dir()), key=_order)


def studies_released(release: Path) -> list[str]:
    """The studies that have a release below this folder, sorted."""
    return sorted(path.name for path in release.glob("*") if releases_of(path))


def chosen(release: Path, study: str, name: str = "latest") -> Path:
    """The release of a study by its id, or `latest`, or `previous`: the one before it.

    Raises:
        StoreError: there is no such release.
    """
    there = releases_of(release / study) if study in studies_released(release) else []
    by_name = {path.name: path for path in there}
    by_name |= {word: there[-n] for n, word in ((1, "latest"), (2, "previous")) if len(there) >= n}
    if name not in by_name:
        ids = ", ".join(path.name for path in there)
        studies = ", ".join(studies_released(release)) or "none"
        none = f"`forlob run` makes one, or name the folder with --release; studies released there: {studies}"
        mend = f"name one of {ids}, or `latest` or `previous`" if there else none
        raise StoreError(Fault(f"the study {study!r} has no release {name!r}", str(release / study), mend))
    return by_name[name]


def _next_id(day: date, folders: Sequence[Path]) -> str:
    given = [path for folder in folders for path in releases_of(folder)]
    taken = [number for stated, number in map(_order, given) if stated == str(day)]
    return f"{day}-{max(taken, default=0) + 1:02}"


def _order(path: Path) -> tuple[str, int]:
    day, _, number = path.name.rpartition("-")
    return day, int(number)


def _make_lasting(staging: Path) -> None:
    """Files read-only and on the disk, so that a release that has its name is whole even when the power goes."""
    for path in staging.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
        path.chmod(READ_ONLY)


def _took(staging: Path, target: Path) -> bool:
    """Whether the files have the name now; False where another run was first."""
    try:
        staging.rename(target)
    except OSError:
        if target.exists():
            return False
        raise
    return True


def _forget_leftovers(folder: Path) -> None:
    """Remove what runs that were killed have left: nothing of a process that lives, nor of another machine."""
    for left in folder.glob(f".*@{platform.node()}{PART}"):
        process = left.name[1:].partition("@")[0]
        if int(process) == os.getpid() or (Path("/proc/self").exists() and not Path("/proc", process).exists()):
            shutil.rmtree(left)
