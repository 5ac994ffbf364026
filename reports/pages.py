"""Showing a folder of pages on this machine, so that the UI can link to them.

Here: a server on 127.0.0.1 for the time that somebody looks. Not here: the pages (`expectations.suites.data_docs`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

HOST = "127.0.0.1"


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing of who looks at what."""

    def list_directory(self, path: str) -> None:  # type: ignore[override]
        """Show pages alone, no lists of files."""
        self.send_error(404)


@contextmanager
def served(folder: Path, port: int) -> Iterator[str | None]:
    """Serve the pages of a folder, which may come and change meanwhile.

    Yields:
        the address of the first page; None where the port is taken.
    """
    try:
        server = ThreadingHTTPServer((HOST, port), partial(_Silent, directory=str(folder)))
    except (OSError, OverflowError):
        yield None
        return
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{HOST}:{server.server_port}/index.html"
    finally:
        server.shutdown()
        server.server_close()
