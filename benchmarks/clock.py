"""What the parts of some work take: wall time, CPU time, and the peak memory of the process when a part was done.

Here: timing. Not here: what is timed (`stages.py`, `quality.py`).
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

Took = dict[str, float]


class Clock:
    """Times parts by name. A part inside another is not counted in the outer one; what comes back is added up."""

    def __init__(self) -> None:
        self._parts: dict[str, Took] = {}
        self._inside: list[str] = []
        self._since = _now()

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Time a block, or as a decorator every call of a function."""
        self._count()
        self._inside.append(name)
        try:
            yield
        finally:
            self._count()
            self._inside.pop()

    def took(self) -> dict[str, Took]:
        """`wall_s`, `cpu_s` and `peak_mb` of each part."""
        return {name: {what: round(n, 3) for what, n in part.items()} for name, part in self._parts.items()}

    def _count(self) -> None:
        """Give the time since the last count to the part that is innermost."""
        now = _now()
        if self._inside:
            part = self._parts.setdefault(self._inside[-1], dict.fromkeys(now, 0.0))
            for what in ("wall_s", "cpu_s"):
                part[what] += now[what] - self._since[what]
            part["peak_mb"] = now["peak_mb"]
        self._since = now


def _now() -> Took:
    used = resource.getrusage(resource.RUSAGE_SELF)
    peak = used.ru_maxrss / 2 ** (20 if sys.platform == "darwin" else 10)  # bytes on macOS, kB elsewhere
    return {"wall_s": time.perf_counter(), "cpu_s": used.ru_utime + used.ru_stime, "peak_mb": peak}
