"""How work stops: a fault that a user can mend is told in full, a passing IO error is tried again, and no message that
could quote a citizen's value reaches the event log.
"""

from __future__ import annotations

import errno
import functools
import inspect
import os
from collections.abc import Callable, Iterator
from typing import ParamSpec, TypeVar

import dagster as dg

from faults import PASSING, Fault, ForlobError, StoreError, os_error, place_of

P = ParamSpec("P")
R = TypeVar("R")

IO_RETRIES = dg.RetryPolicy(max_retries=3, delay=2, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
OF_THE_STORE = {
    errno.ENOSPC: "make room on the disk and run again",
    errno.EROFS: "mount the disk so that it can be written",
    errno.EACCES: "give the user who runs forlob the rights to it, and close programs that hold its files open",
    errno.EPERM: "give the user who runs forlob the rights to it",
}
"""Errors of the disk that a user can mend."""
EXIT_CODE = "exit_code"


def clear_errors(work: Callable[P, R]) -> Callable[P, R]:
    """Let `work` fail in one of three ways: told (`dg.Failure` with every fault), tried again (a passing `OSError`),
    or as a fault of the program: where in the code, without the message, which may hold values of people.
    """

    @functools.wraps(work)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return work(*args, **kwargs)
        except BaseException as error:
            failure = _cleared(error)
            if failure is error:
                raise
        raise failure  # outside the handler, so that the error with its message is not chained to it

    @functools.wraps(work)
    def guarded_steps(*args: P.args, **kwargs: P.kwargs) -> Iterator[object]:
        try:
            yield from work(*args, **kwargs)  # type: ignore[misc]
            return
        except BaseException as error:
            failure = _cleared(error)
            if failure is error:
                raise
        raise failure

    return guarded_steps if inspect.isgeneratorfunction(work) else guarded  # type: ignore[return-value]


def _cleared(error: BaseException) -> BaseException:
    """What to raise in place of an error; the error itself where it says nothing of people."""
    if isinstance(error, ForlobError):
        return _told(error)
    if isinstance(error, dg.Failure | dg.RetryRequested):
        return error
    if isinstance(error, Exception):
        number = os_error(error)
        if number in PASSING:
            return OSError(number, os.strerror(number))
        if number in OF_THE_STORE:
            return _told(StoreError(Fault(f"the store: {os.strerror(number)}", "store", OF_THE_STORE[number])))
        return _unforeseen(error)
    # Rust code that panics raises a BaseException, whose message may quote values.
    return _unforeseen(error) if type(error).__name__ == "PanicException" else error


def _told(error: ForlobError) -> dg.Failure:
    return dg.Failure(str(error), metadata={EXIT_CODE: error.exit_code}, allow_retries=False)


def _unforeseen(error: BaseException) -> dg.Failure:
    message = f"{place_of(error)} (its message is withheld: it may quote values of people)"
    return dg.Failure(message, allow_retries=False)
