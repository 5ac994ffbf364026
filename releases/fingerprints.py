"""Fingerprints: what tells files, code and lists of a release from those of another.

Here: SHA-256 of bytes, and what the code is that runs. Not here: which files matter (`releases.manifest`).

A delivery or a released file is told by its SHA-256, which anybody can make again. A participant list is a short list
of known people: who suspects that somebody is on it could make the SHA-256 of every such list and compare. Its
fingerprint is therefore made with a key that never leaves the store (HMAC): it says whether two releases of one store
were made of the same list, and nothing to anybody else.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from filelock import FileLock

CODE = Path(__file__).parent.parent
ROOMS = ("assets", "catalogue", "deliveries", "engines", "expectations", "pipelines", "releases", "reports")
TOP = ("cli", "definitions", "faults", "options", "screen", "settings", "text_files")
"""What a release is made with; `synthetic` makes none."""
KEY_FILE = "fingerprint_key"


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, which are read a piece at a time."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keyed_fingerprint(path: Path, history: Path) -> dict[str, str]:
    """`hmac_sha256` of a file's bytes, and `key`: which store's key made it. Only those of one key can be compared.

    The key is made once and kept with the store's history of runs, for its owner only.
    """
    key = _key_of(history)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hmac.new(key, digestmod="sha256"))
    return {"hmac_sha256": digest.hexdigest(), "key": hashlib.sha256(key).hexdigest()[:16]}


def code_fingerprint() -> dict[str, str | None]:
    """Which code runs: `version`, `commit` (null where it does not run from a git checkout; `-dirty` where that was
    changed) and `sha256` of all its modules, which tells code on a closed machine apart.
    """
    rooms = [path for room in ROOMS for path in (CODE / room).rglob("*.py")]
    every = hashlib.sha256()
    for path in sorted([*rooms, *(CODE / f"{name}.py" for name in TOP)]):
        every.update(f"{path.relative_to(CODE).as_posix()} {sha256_of(path)}\n".encode())
    return {"version": _version(), "commit": _commit(), "sha256": every.hexdigest()}


def code_in_words(code: dict[str, str | None]) -> str:
    """The version, and the commit where there is one."""
    version_stated, commit = code["version"] or "?", code["commit"]
    return f"{version_stated} ({commit[:9]}{'-dirty' * commit.endswith('-dirty')})" if commit else version_stated


def _key_of(history: Path) -> bytes:
    path = history / KEY_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock"):
        if not path.exists():
            unfinished = path.with_name(f"{path.name}.new")
            unfinished.touch(mode=0o600)
            unfinished.write_text(secrets.token_hex(32), encoding="ascii")
            unfinished.replace(path)
        return bytes.fromhex(path.read_text(encoding="ascii"))


def _version() -> str | None:
    try:
        return version("forlob")
    except PackageNotFoundError:
        return None


def _commit() -> str | None:
    if not (CODE / ".git").exists():
        return None
    command = ["git", "-C", str(CODE), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return told.stdout.strip() or None
