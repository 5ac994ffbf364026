"""How a release reaches its folder, whole or not at all, and the fingerprints of what it was made of."""

from __future__ import annotations

import errno
import hashlib
import os
import platform
import signal
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from deliveries.folder import find_deliveries
from deliveries.received import received, write_received
from faults import StoreError
from releases.fingerprints import CODE, ROOMS, TOP, keyed_fingerprint
from releases.folder import publish, releases_of
from releases.manifest import NAME

DAY = date(2026, 11, 22)


def write_two(folder: Path, release_id: str) -> None:
    (folder / "cost_table.csv").write_text(release_id)
    (folder / NAME).write_text("{}")


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_each_release_of_a_day_has_the_next_number(tmp_path: Path) -> None:
    made = [publish(tmp_path / "trial", DAY, write_two) for _ in range(3)]
    made.append(publish(tmp_path / "trial", date(2026, 11, 23), write_two))
    assert [path.name for path in made] == ["2026-11-22-01", "2026-11-22-02", "2026-11-22-03", "2026-11-23-01"]
    assert releases_of(tmp_path / "trial") == made
    assert [(path / "cost_table.csv").read_text() for path in made] == [path.name for path in made]


def test_the_hundredth_of_a_day_comes_last(tmp_path: Path) -> None:
    (tmp_path / "2026-11-22-99").mkdir()
    assert publish(tmp_path, DAY, write_two).name == "2026-11-22-100"
    assert publish(tmp_path, DAY, write_two).name == "2026-11-22-101"


def test_released_files_are_read_only(tmp_path: Path) -> None:
    made = publish(tmp_path / "trial", DAY, write_two)
    assert {stat.S_IMODE(path.stat().st_mode) for path in made.iterdir()} == {0o444}


def test_an_id_that_was_taken_meanwhile_is_left_to_the_other(tmp_path: Path) -> None:
    """The other run takes the first id while this one writes; what this one wrote under it is written again."""
    ids = []

    def write(folder: Path, release_id: str) -> None:
        ids.append(release_id)
        write_two(folder, release_id)
        if len(ids) == 1:
            (tmp_path / release_id).mkdir()
            (tmp_path / release_id / "theirs.csv").touch()

    made = publish(tmp_path, DAY, write)
    assert ids == ["2026-11-22-01", "2026-11-22-02"]
    assert (made / "cost_table.csv").read_text() == made.name == "2026-11-22-02"
    assert [path.name for path in (tmp_path / "2026-11-22-01").iterdir()] == ["theirs.csv"]
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "no space left on device"),
        OSError(errno.EACCES, "permission denied"),
        pl.exceptions.ComputeError("No space left on device (os error 28)"),
    ],
    ids=["full", "not allowed", "full, told by Polars"],
)
def test_a_writer_that_fails_leaves_nothing(tmp_path: Path, error: Exception) -> None:
    publish(tmp_path, DAY, write_two)
    before = bytes_of(tmp_path)

    def write(folder: Path, release_id: str) -> None:
        write_two(folder, release_id)
        raise error

    with pytest.raises(StoreError, match="the release cannot be written"):
        publish(tmp_path, DAY, write)
    assert bytes_of(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["2026-11-22-01"]


def test_a_fault_of_the_program_is_no_fault_of_the_disk(tmp_path: Path) -> None:
    def write(folder: Path, release_id: str) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        publish(tmp_path, DAY, write)
    assert not list(tmp_path.iterdir())


def test_a_passing_error_is_left_to_be_tried_again(tmp_path: Path) -> None:
    def write(folder: Path, release_id: str) -> None:
        raise OSError(errno.EIO, "input/output error")

    with pytest.raises(OSError, match="input/output"):
        publish(tmp_path, DAY, write)


def test_what_a_killed_run_left_is_no_release_and_goes(tmp_path: Path) -> None:
    """Of a process that is gone; not that of one that lives, nor of another machine."""
    gone = tmp_path / f".999999999@{platform.node()}.part"
    lives, elsewhere = tmp_path / f".{os.getppid()}@{platform.node()}.part", tmp_path / ".1@elsewhere.part"
    for left in (gone, lives, elsewhere):
        left.mkdir()
        (left / "cost_table.csv").touch(mode=0o444)
    assert releases_of(tmp_path) == []
    publish(tmp_path, DAY, write_two)
    assert not gone.exists()
    assert lives.exists()
    assert elsewhere.exists()


def test_a_run_that_is_killed_while_it_writes_releases_nothing(tmp_path: Path) -> None:
    publish(tmp_path, DAY, write_two)
    before = bytes_of(tmp_path)
    program = (
        "import os, signal, sys\n"
        "from datetime import date\n"
        "from pathlib import Path\n"
        "from releases.folder import publish\n"
        "def write(folder, release_id):\n"
        "    (folder / 'cost_table.csv').write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "publish(Path(sys.argv[1]), date(2026, 11, 22), write)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert [path.name for path in releases_of(tmp_path)] == ["2026-11-22-01"]
    assert len(list(tmp_path.glob(".*.part"))) == 1
    assert publish(tmp_path, DAY, write_two).name == "2026-11-22-02"
    assert not list(tmp_path.glob(".*"))
    assert before.items() <= bytes_of(tmp_path).items()


# Fingerprints


def test_a_list_is_told_apart_within_a_store_and_says_nothing_outside(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("pnr;start_year\n1;2020\n")
    first, again, other = (keyed_fingerprint(path, tmp_path / store) for store in ("a", "a", "b"))
    assert first == again
    assert first["hmac_sha256"] != other["hmac_sha256"]
    assert first["key"] != other["key"]
    assert hashlib.sha256(path.read_bytes()).hexdigest() not in first.values()
    assert stat.S_IMODE((tmp_path / "a" / "fingerprint_key").stat().st_mode) == 0o600
    path.write_text("pnr;start_year\n2;2020\n")
    assert keyed_fingerprint(path, tmp_path / "a")["hmac_sha256"] != first["hmac_sha256"]


def test_the_code_is_all_that_is_shipped_but_the_demo(project: dict) -> None:
    """A module that is left out of the fingerprint could change figures unseen."""
    shipped = project["setuptools"]
    assert {name.partition(".")[0] for name in shipped["packages"]} - {"synthetic"} == set(ROOMS)
    assert set(shipped["py-modules"]) == set(TOP)


@pytest.fixture
def project() -> dict:
    """What pyproject.toml says of the tools."""
    import tomllib

    return tomllib.loads((CODE / "pyproject.toml").read_text(encoding="utf-8"))["tool"]


def test_a_file_that_did_not_change_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    extracts, store = tmp_path / "extracts", tmp_path / "store"
    extracts.mkdir()
    for name in ("dream202112.csv", "handic2021.csv"):
        (extracts / name).write_text("PNR\n1\n")
    found = find_deliveries(extracts, {"dream": "cumulative", "handic": "cumulative"}).deliveries
    write_received(store, "dream", None, found["dream"], extracts)
    write_received(store, "handic", None, found["handic"], extracts)
    first = received(store, "dream")
    monkeypatch.setattr("deliveries.received._sha256", lambda path: "read again")
    write_received(store, "dream", None, found["dream"], extracts)
    assert received(store, "dream") == first
    (extracts / "handic2021.csv").write_text("PNR\n12\n")
    write_received(store, "handic", None, found["handic"], extracts)
    assert [file["sha256"] for file in received(store, "handic") or []] == ["read again"]
    assert received(store, "bef") is None
