"""Writes the parts of `docs/` that restate code: `python -m docs.generate` from the repository's root (`make docs`).

Here: which page or part is made of what. Not here: how contracts, the catalogue and the command become Markdown
(the other modules of `docs/`). With `--check` nothing is written; exit code 1 and a list of the pages that drifted.

A page of `PAGES` is generated whole. In a page of `PARTS` a part stands between `<!-- generated: NAME -->` and
`<!-- end -->`; the rest of the page is written by hand.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from docs import contracts, house, reference

DOCS = Path(__file__).parent
PAGES: Mapping[str, Callable[[], str]] = {"data_dictionary.md": contracts.data_dictionary, "cli.md": house.command}
PARTS: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "method.md": {
        "areas": reference.areas,
        "services": reference.services,
        "dream codes": reference.dream_codes,
        "status groups": reference.status_groups,
        "handic codes": reference.handic_codes,
        "shelter stays": reference.shelter_stays,
        "primary care": reference.primary_care,
        "expenditure": reference.expenditure,
        "specialties": reference.specialties,
        "limits": reference.limits,
        "payer rules": reference.payer_rules,
        "unit prices": reference.unit_prices,
        "participant flow": contracts.participant_flow,
        "cost table": contracts.cost_table,
        "changes": contracts.changes,
        "characteristics": contracts.characteristics,
        "before start": contracts.before_start,
    },
    "registers.md": {"required columns": contracts.required_columns, "reasons": contracts.reasons},
    "disclosure.md": {"profiles": reference.disclosure_profiles},
    "quality.md": {"quality checks": reference.quality_checks},
    "architecture.md": {"assets": house.assets, "imports": house.imports},
}
PART = re.compile(r"(<!-- generated: ([a-z ]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def generated() -> dict[Path, str]:
    """Return every page that holds something generated, as it should stand.

    Raises ValueError where a page's markers and `PARTS` do not name the same parts.
    """
    pages = {DOCS / name: f"{make().strip()}\n" for name, make in PAGES.items()}
    for name, parts in PARTS.items():
        text = (DOCS / name).read_text(encoding="utf-8")
        marked = [found[2] for found in PART.finditer(text)]
        if sorted(marked) != sorted(parts):
            raise ValueError(f"{name} marks the parts {sorted(marked)}, the generator has {sorted(parts)}")
        pages[DOCS / name] = PART.sub(
            lambda found, parts=parts: f"{found[1]}\n{parts[found[2]]().strip()}\n\n{found[4]}", text
        )
    return pages


def main(arguments: list[str]) -> int:
    """Write what drifted, or with `--check` only name it; return the exit code."""
    drifted = {
        path: text
        for path, text in generated().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    }
    for path, text in drifted.items():
        if "--check" in arguments:
            print(f"{path.name} has drifted from the code: run `make docs`", file=sys.stderr)
        else:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"written: docs/{path.name}")
    return int("--check" in arguments and bool(drifted))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
