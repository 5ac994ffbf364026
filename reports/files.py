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
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        try:
            part.replace(path)
        except PermissionError as error:
            mend = "close the program that has the file open (or mend the rights to it) and run again"
            raise StoreError(Fault("the file cannot be replaced", str(path), mend)) from error
    finally:
        part.unlink(missing_ok=True)
