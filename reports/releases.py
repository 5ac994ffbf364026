"""What `forlob releases` prints: which releases there are, whether they are as released, and what changed between two.

Here: screens, Danish with English, and the same as JSON. Not here: comparing (`releases.compare`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from faults import StoreError
from releases.compare import Comparison
from releases.fingerprints import code_in_words, sha256_of
from releases.folder import releases_of
from releases.manifest import NAME, Manifest, changed_files, read_manifest

HOW = {"missing": "mangler / missing", "changed": "ændret / changed", "added": "kommet til / added"}
WHY = {
    "data": "data / data",
    "participants": "deltagerliste / participant list",
    "study": "undersøgelse / study",
    "catalogue": "katalog / catalogue",
    "profile": "profil / profile",
    "code": "kode / code",
}


@dataclass(frozen=True)
class Listed:
    """A release as it lies there: its manifest (None: it cannot be read) and the files that are not as released."""

    study: str
    release_id: str
    manifest: Manifest | None
    changed: dict[str, str]

    @property
    def intact(self) -> bool:
        """Whether every file is as it was released."""
        return self.manifest is not None and not self.changed


def listed(release: Path, studies: Iterable[str]) -> list[Listed]:
    """The releases of studies, the oldest first, each held against its manifest."""
    return [_look(study, folder) for study in studies for folder in releases_of(release / study)]


def _look(study: str, folder: Path) -> Listed:
    try:
        manifest = read_manifest(folder)
    except StoreError:
        return Listed(study, folder.name, None, {NAME: "changed" if (folder / NAME).exists() else "missing"})
    return Listed(study, folder.name, manifest, changed_files(folder, manifest))


def releases_screen(releases: Iterable[Listed]) -> RenderableType:
    """The releases, a line each, and below them what is not as it was released."""
    heads = (
        "studie\nstudy", "\nid", "lavet (UTC)\nmade", "profil\nprofile", "priser\nprices", "skjult\nwithheld",
        "filer\nfiles", "kode\ncode",
    )  # fmt: skip
    table = Table(*heads, box=None, pad_edge=False)
    for column in table.columns:
        column.no_wrap = True
    told: list[RenderableType] = []
    for one in releases:
        state = "uændrede / intact" if one.intact else "[bold red]ÆNDRET / CHANGED[/bold red]"
        *facts, code = _facts(one.manifest)
        table.add_row(one.study, one.release_id, *facts, state, code)
        told += [Text(f"{one.study} {one.release_id}: {name}: {HOW[how]}", "red") for name, how in one.changed.items()]
    return Group(table, *told)


def _facts(manifest: Manifest | None) -> list[str]:
    if manifest is None:
        return ["?"] * 5
    rows, withheld = (sum(table[count] for table in manifest.withheld.values()) for count in ("rows", "withheld"))
    made = manifest.made[:16].replace("T", " ")
    about = [made, manifest.profile["profile"], str(manifest.study["price_year"]), f"{withheld} / {rows}"]
    return [*about, escape(code_in_words(manifest.code))]


def releases_json(releases: Iterable[Listed], release: Path) -> list[dict[str, Any]]:
    """The releases for a program: each with its manifest, its SHA-256, and whether its files are as released."""
    return [
        {
            "study": one.study,
            "release_id": one.release_id,
            "intact": one.intact,
            "changed_files": one.changed,
            "manifest_sha256": sha256_of(release / one.study / one.release_id / NAME) if one.manifest else None,
            "manifest": asdict(one.manifest) if one.manifest else None,
        }
        for one in releases
    ]


def comparison_screen(comparison: Comparison) -> RenderableType:
    """What changed between two releases of a study, and why."""
    counts = Table(
        "tabel / table", "ændret / changed", "kommet til / added", "væk / gone", "nu skjult / now withheld",
        "nu vist / now shown",
        box=None, pad_edge=False,
    )  # fmt: skip
    for column in counts.columns[1:]:
        column.justify = "right"
    largest = Table("de største ændringer / largest changes", "før / old", "nu / new", box=None, pad_edge=False)
    for column in largest.columns[1:]:
        column.justify = "right"
    for one in comparison.tables:
        figures = (one.changed, one.added, one.gone, one.newly_withheld, one.newly_shown)
        counts.add_row(one.table, *(f"{n:,}".replace(",", ".") for n in figures))
        for move in one.largest:
            where = ", ".join(f"{key}={value}" for key, value in move["cell"].items())
            largest.add_row(escape(f"{one.table}: {where}, {move['column']}"), number(move["old"]), number(move["new"]))
    parts: list[RenderableType] = [
        Text(f"{comparison.study}: {comparison.old} -> {comparison.new}   (tal / figures)", "bold"),
        counts,
        *([Text(), largest] if largest.row_count else []),
        Text("\nHvorfor / why", "bold"),
        *(Text(f"{WHY[reason.kind]}: {reason.what}") for reason in comparison.reasons),
    ]
    return Group(*parts, *([] if comparison.reasons else [Text("lavet af det samme / made of the same")]))


def number(value: float | None) -> str:
    """A figure with a decimal comma, as a Danish reader writes it; at most two decimals where it is large."""
    if value is None:
        return "-"
    decimals = 0 if float(value).is_integer() else 2 if abs(value) >= 1 else 4
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))
