"""Where tables lie on their way into the store."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = ".scratch"


@contextmanager
def scratch(store: Path) -> Iterator[Path]:
    """An empty folder in the store, for its owner only (rows on their way have PNRs), removed afterwards.

    What a process that was killed could not remove is removed first.
    """
    within = store / FOLDER
    within.mkdir(parents=True, exist_ok=True)
    for left in within.iterdir():
        process = left.name.split("-")[0]
        if Path("/proc/self").exists() and not Path("/proc", process).exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=within))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
