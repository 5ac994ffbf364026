"""Which engine the settings name, and how large its ranges are."""

from __future__ import annotations

import os
from typing import get_args

from engines.dask import Dask
from engines.local import Local
from engines.parts import Engine
from engines.ranges import ROWS_A_RANGE
from faults import EngineError, Fault
from settings import PREFIX, EngineName, EngineSettings


def chosen(settings: EngineSettings) -> tuple[Engine, int]:
    """The engine that is named, not yet connected to anything, and the rows of a range.

    Raises:
        EngineError: with every setting that cannot be used.
    """
    faults: list[Fault] = []

    def positive(name: str, default: int) -> int:
        stated = getattr(settings, name)
        if stated is not None and not (stated.isdecimal() and int(stated)):
            faults.append(Fault(f"{stated!r} is no whole number above 0", PREFIX + name.upper(), f"such as {default}"))
            return default
        return int(stated or default)

    workers = positive("dask_workers", os.cpu_count() or 1)
    rows_a_range = positive("rows_a_range", ROWS_A_RANGE)
    if settings.engine not in get_args(EngineName):
        mend = f"the engines there are: {', '.join(get_args(EngineName))}"
        faults.append(Fault(f"there is no engine {settings.engine!r}", f"{PREFIX}ENGINE", mend))
    if settings.dask_scheduler is not None and settings.dask_workers is not None:
        where = f"{PREFIX}DASK_SCHEDULER, {PREFIX}DASK_WORKERS"
        mend = "state the scheduler alone, which has workers of its own, or the workers of a cluster on this machine"
        faults.append(Fault("both a scheduler and a number of workers are stated", where, mend))
    if faults:
        raise EngineError(faults)
    return (Dask(settings.dask_scheduler, workers) if settings.engine == "dask" else Local()), rows_a_range
