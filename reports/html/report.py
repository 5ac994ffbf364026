"""The report that policy staff read: one HTML file that needs nothing but a browser.

Here: the file, put together from its templates, and what it may do. Not here: what stands in it (``content.py``), how
charts look (``charts.py``).
"""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reports.files import replacing
from reports.html.content import content
from reports.tables import ReleaseTables

TEMPLATES = Path(__file__).parent / "templates"
SCRIPTS = ("words.js", "table.js", "trace.js", "figures.js", "named.js", "page.js")
"""The page's own script, in the order in which its parts need one another."""


def write_report(path: Path, tables: ReleaseTables) -> None:
    """Write one study's release to ``path`` as HTML, in Danish with an English switch.

    The file holds its data, script and style, loads nothing, and may not: its policy forbids every request, and every
    script but its own two. Texts of the data are never taken for markup. The same tables always give the same bytes.
    Raises StoreError when ``path`` cannot be replaced.
    """
    data = content(tables)
    scripts = [vega(), "\n".join((TEMPLATES / name).read_text(encoding="utf-8") for name in SCRIPTS)]
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("report.html").render(
        tables=tables,
        words=data["words"],
        facts=_facts(tables, data),
        data=embedded(data),
        scripts=scripts,
        policy=_policy(scripts),
    )
    with replacing(path) as part:
        part.write_text(page, encoding="utf-8", newline="\n")


@cache
def vega() -> str:
    """The script that draws the charts: Vega, Vega-Lite and Vega-Embed, from one maintained bundle."""
    return vl_convert.javascript_bundle()


def embedded(data: Any) -> str:
    """``data`` as JSON that cannot end the script element it stands in, dates as ``2024-12-31``."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=date.isoformat)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _policy(scripts: list[str]) -> str:
    """What a browser lets the page do: run exactly these scripts, style itself, and reach nobody."""
    hashes = " ".join(f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _facts(tables: ReleaseTables, data: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """What the head of the report tells of the release: keys of words, and each fact in both languages."""
    periods = data["periods"]
    spans = (
        [" – ".join(dict.fromkeys((periods[0]["name"][i], periods[-1]["name"][i]))) for i in (0, 1)] if periods else []
    )
    ends = tables.registers.select("register", "data_end").iter_rows()
    until = [f"{register.upper()} {end:%d.%m.%Y}" if end else register.upper() for register, end in ends]
    made = f"{tables.made:%d.%m.%Y %H:%M}"
    stated = {
        "study_id": tables.study.id,
        "release_id": tables.release_id,
        "made": made,
        "column.period_name": spans,
        "column.price_year": str(tables.study.price_year),
        "profile": tables.profile.profile,
        "program": f"forlob {tables.code_version}",
        "data_end": " · ".join(until),
    }
    return [(key, [value] * 2 if isinstance(value, str) else value) for key, value in stated.items() if value]
