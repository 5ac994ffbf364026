"""The one family of errors: what is wrong, where, and how to mend it.

Here: the errors that a user can mend. Not here: programming errors, which stay ordinary exceptions.
A message never carries a value of a person: it names files, columns, keys and counts.
"""

from __future__ import annotations

import errno
import re
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PASSING = {errno.EIO, errno.EAGAIN, errno.EBUSY, errno.ETIMEDOUT, errno.ESTALE, errno.ENETDOWN}
"""Numbers of the errors of a busy or briefly absent file server: worth another try, and no fault of a user."""


def os_error(error: BaseException) -> int | None:
    """The number of the operating system's error behind `error`, which Polars and XlsxWriter tell in words only."""
    number = getattr(error, "errno", None)
    told = None if number else re.search(r"(?:\(os error |\[Errno )(\d+)[\])]", str(error))
    return int(told[1]) if told else number


def place_of(error: BaseException) -> str:
    """An error's kind and where in the code it was raised; not its message, which may quote values of people."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = " <- ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {places}"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: ``what`` it is, ``where`` it stands, and how to ``mend`` it."""

    what: str
    where: str
    mend: str

    def __str__(self) -> str:
        return f"{self.what}\n    where: {self.where}\n    mend:  {self.mend}"


class ForlobError(Exception):
    """Stops the work with every fault that was found, not only the first; ``exit_code`` is the command's."""

    exit_code = 1

    def __init__(self, faults: Sequence[Fault] | Fault) -> None:
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class DeliveryError(ForlobError):
    """A register delivery cannot be read or breaks its contract's shape."""

    exit_code = 3


class StudyError(ForlobError):
    """A study file or its participant list cannot be used."""

    exit_code = 4


class CatalogueError(ForlobError):
    """A catalogue file cannot be used, or lacks a row that the calculation needs."""

    exit_code = 5


class StoreError(ForlobError):
    """The store cannot be written, or lacks a table that an earlier step should have made."""

    exit_code = 6


class QualityError(ForlobError):
    """A check of the data's quality blocks: what depends on the table is not made."""

    exit_code = 7


class EngineError(ForlobError):
    """The engine that should run the work is unknown, cannot be reached, or fails."""

    exit_code = 8
