"""How a report reaches its path: whole, or not at all.

Here: the write-then-rename every writer uses. Not here: what is written.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faults import Fault, StoreError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside ``path`` to write to, and rename it to ``path`` when the block ends well.

    Missing folders are made; when the block fails, nothing is left behind and an older file at ``path`` stays as it
    was. Raises StoreError when the older file cannot be replaced, as when a spreadsheet program has it open.
    """
    _make(path.parent)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        try:
            part.replace(path)
        except PermissionError as error:
            raise _held_open(path) from error
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def publishing(folder: Path) -> Iterator[Path]:
    """Give a folder to write files to, and move them all to ``folder`` when the block ends well.

    Files that belong together replace the older ones together: when the block fails, every older one stays. Raises
    StoreError when ``folder`` cannot be made or an older file is held open.
    """
    _make(folder)
    staging = folder / f".{os.getpid()}.part"
    try:
        staging.mkdir(exist_ok=True)
        yield staging
        written = sorted(staging.iterdir(), key=lambda file: file.suffix != ".xlsx")  # the likeliest to be held open
        for file in written:
            try:
                file.replace(folder / file.name)
            except PermissionError as error:
                raise _held_open(folder / file.name) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"the folder cannot be made ({type(error).__name__})"
        raise StoreError(Fault(what, str(folder), "choose another --release, or mend the rights to it")) from error


def _held_open(path: Path) -> StoreError:
    mend = "close the program that has the file open (or mend the rights to it) and run again"
    return StoreError(Fault("the file cannot be replaced", str(path), mend))
