"""The system's browser for the tests that open a report, without a network.

Here: finding it, opening a page from disk, and watching that it asks for nothing else. Not here: what pages must show.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
EXECUTABLE = next((found for name in BROWSERS if (found := shutil.which(name))), None)

needs_browser = pytest.mark.skipif(
    EXECUTABLE is None and os.environ.get("CI") != "true",
    reason=f"no browser found (one of {', '.join(BROWSERS)}); where CI=true these tests fail without one",
)


@contextmanager
def chromium() -> Iterator:
    """A headless browser that reaches no network."""
    from playwright.sync_api import sync_playwright

    assert EXECUTABLE, f"CI needs a browser: one of {', '.join(BROWSERS)}"
    sandbox = [] if os.name == "nt" or os.getuid() else ["--no-sandbox"]  # which root may not use
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=sandbox)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser, path: Path, **options: object) -> Iterator:
    """The page of a report on disk, drawn; at the end it must have asked for nothing else and met no error."""
    asked, errors = [], []
    context = browser.new_context(offline=True, accept_downloads=True, **options)
    context.on("request", lambda request: asked.append(request.url))
    context.route(lambda url: not url.startswith("file:"), lambda route: route.abort())
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    try:
        page.goto(path.as_uri())
        page.wait_for_selector("body[data-ready]")
        yield page
        assert {url for url in asked if not url.startswith(("data:", "blob:"))} == {path.as_uri()}
        assert errors == []
    finally:
        context.close()
