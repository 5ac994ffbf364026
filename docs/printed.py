"""Writes `docs/printed_figures.md` from a demo that has run: `python -m docs.printed FOLDER` (`make figures`)."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from docs.markdown import table
from reports.named import stored
from reports.printed import AGREES, REPORTS, UNITS, both, figure, summary
from settings import Folders
from synthetic.printed import compared

PAGE = Path(__file__).with_name("printed_figures.md")
HEADS = ["Figur / figure", "Mål / measure", "Periode / period", "Trykt / printed", "Vores / ours", "Enhed / unit"]
WHY = ["Stemmer / agrees", "Hvorfor / why"]
INTRODUCTION = """\
<!-- written whole by docs/printed.py: `make figures` writes it again from a run of the demo; do not edit -->

# Printed figures and the demo's

Each figure that the reports on Åben Dialog (report A) and Samarbejdsmodellen (report B) print, beside what the demo's
tables show. `forlob printed --folder demo` prints the same of any demo, as text, CSV or JSON.

**Hvad det viser.** Demoens leverancer er opdigtede og lavet, så de trykte tal kommer ud; enhedspriserne er valgt, så
kronerne gør. At et tal stemmer, viser, at det er kommet hele vejen fra rå leverancer til tabellen. Det siger intet om
rapporternes egne data. Et tal stemmer, når vores er det samme så fint, som rapporten trykker det. Tabel 8.1 og 8.2 og
det om spørgeskemaernes borgere og fremgang hviler ikke på registre: vores er regnet ud af andre trykte tal og viser,
hvilket af to trykte tal de støtter.

**What it shows.** The demo's deliveries are made up so that the printed figures come out; the unit prices are chosen
so that the kroner do. That a figure agrees shows that it came the whole way from raw deliveries to the table. It says
nothing of the reports' own data. A figure agrees when ours is the same, as finely as the report prints it. Tabel 8.1
and 8.2, and what is told of the surveys' citizens and gains, rest on no register: ours is worked out from other printed
figures, and shows which of two printed figures they support."""


def page(rows: pl.DataFrame) -> str:
    """The page that tells of `synthetic.printed.compared`."""
    parts = [INTRODUCTION, f"{summary(rows)}."]
    for report, title in REPORTS.items():
        told = [_cells(row) for row in rows.filter(report=report).iter_rows(named=True)]
        parts += [f"## {title}", table([*HEADS, *WHY], told)]
    return "\n\n".join(parts) + "\n"


def _cells(row: dict[str, object]) -> list[str]:
    why = both(row["why_da"] or "", row["why_en"] or "")
    measure, unit, agreed = both(row["measure_da"], row["measure_en"]), UNITS[row["unit"]], AGREES[row["agrees"]]
    numbers = figure(row, "printed"), figure(row, "ours")
    return [row["table"], measure, row["period"] or "", *numbers, both(*unit), both(*agreed), why]


if __name__ == "__main__":
    store = Folders.below(Path(sys.argv[1])).store
    PAGE.write_text(page(compared(lambda name, study: stored(name, study, store))), encoding="utf-8", newline="\n")
    print(f"written: docs/{PAGE.name}")
