"""How a report reaches its path: whole, or not at all.

Here: the write-then-rename every writer uses. Not here: what is written.
"""

from __future__ import annotations

import os
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


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"the folder cannot be made ({type(error).__name__})"
        raise StoreError(Fault(what, str(folder), "choose another --release, or mend the rights to it")) from error


def _held_open(path: Path) -> StoreError:
    mend = "close the program that has the file open (or mend the rights to it) and run again"
    return StoreError(Fault("the file cannot be replaced", str(path), mend))
