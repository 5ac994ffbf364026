"""Data Docs: the site that Great Expectations builds of the results that are kept.

Here: configuring and building it, and putting it in place. Not here: what stands on its pages (`pages.py`).
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from expectations.suites import words

SITE = "data_docs"


def build_data_docs(folder: Path, site: Path) -> Path:
    """Build the site of the results in `folder` (see `run_suite`) and put it in place of the one in `site`.

    Whoever reads it sees the old site or the new one. Two builds of one site at once are the caller's to prevent.

    Returns:
        the first page.
    """
    from expectations.suites import engine

    new, old = (site.with_name(f".{site.name}.{state}") for state in ("new", "old"))
    _tidy(site, new, old)
    try:
        with engine.quiet():
            engine.showing(folder, {SITE: _configured(engine.files(new))}).build_data_docs()
        shutil.rmtree(new / "static")  # fonts and pictures of Great Expectations that these pages do not use
        if site.exists():
            site.rename(old)
        new.rename(site)
    finally:
        _tidy(site, new, old)
    return site / "index.html"


def _tidy(site: Path, new: Path, old: Path) -> None:
    """Leave the site alone in its folder, also after a build that was stopped between its two renames."""
    if old.exists() and not site.exists():
        old.rename(site)
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)


def _configured(store: dict[str, Any]) -> dict[str, Any]:
    """The site as Great Expectations is told of it: our renderers and views, and no page but those of results."""

    def page(renderer: str, view: str) -> dict[str, Any]:
        module = "expectations.suites.pages"
        return {
            "renderer": {"module_name": module, "class_name": renderer},
            "view": {"module_name": module, "class_name": view},
        }

    return {
        "class_name": "SiteBuilder",
        "site_name": words.SITE,
        "show_how_to_buttons": False,
        "store_backend": store,
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder", **page("IndexRenderer", "IndexView")},
        "site_section_builders": {
            "validations": page("ResultRenderer", "PageView"),
            "expectations": "None",
            "profiling": "None",
        },
    }
