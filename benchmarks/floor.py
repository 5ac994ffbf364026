"""The floor of a stage: Polars reads the columns that it reads, no more: `python -m benchmarks.floor STAGE FOLDER`.

Every value is read and added to one number (of text its length), streaming, so that nothing is kept and nothing is
skipped. Of a table of which a stage reads some citizens alone, so does its floor.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import polars.selectors as cs

from benchmarks.store import SPELLS, Store, run_stage
from deliveries.shape import family_columns
from expectations.contracts.deliveries import ALWAYS, DELIVERIES, DREAM, read_columns
from pipelines.persons import of_persons

BEF = ("person", "reference_date", "foed_dag", "koen", "kom")
SPELL = ("person", "service", "start", "end")
REGISTER = ("person", "code", "start", "end")


def read(frame: pl.LazyFrame) -> None:
    sums = (cs.numeric().sum(), cs.temporal().to_physical().sum(), cs.string().str.len_bytes().sum())
    frame.select(*sums).collect(engine="streaming")


def delivered(store: Store, register: str) -> None:
    """The delivered columns that entry reads, of every file."""
    contract = DELIVERIES[register]
    for source in store.sources(register):
        names = source.frame.collect_schema().names()
        fields = read_columns(contract, names)
        read(source.frame.select(*(fields[field.name] for field in contract.fields), *family_columns(contract, names)))


def pnrs(store: Store) -> None:
    for register in ALWAYS:
        contract = DELIVERIES[register]
        for source in store.sources(register):
            fields = read_columns(contract, source.frame.collect_schema().names())
            read(source.frame.select(fields[stated.name] for stated in contract.ids))


def scanned(store: Store, *tables: str, columns: tuple[str, ...] = REGISTER) -> None:
    for table in tables:
        frame = store.scan(table)
        read(frame.select(cs.by_name(*columns, require_all=False)))


def population(store: Store) -> None:
    december = pl.col("reference_date").dt.month() == 12
    read(pl.scan_parquet(store.bef_paths()).filter(december).select(BEF))
    scanned(store, *(f"spells/{name}" for name in SPELLS), columns=SPELL)


def of_study(store: Store, bef: tuple[str, ...], tables: tuple[str, ...], columns: tuple[str, ...]) -> None:
    persons = store.scan("participants").select("person").collect().to_series()
    read(of_persons(store.scan("registers/bef/*"), persons).select(bef))
    for table in tables:
        read(of_persons(store.scan(table), persons).select(columns))


def study_base(store: Store) -> None:
    of_study(store, (*BEF, "antpersh", "ie_type"), ("registers/dream",), REGISTER)
    read(store.scan("registers/bef/*").select("reference_date", "far", "mor"))


SPELL_TABLES = tuple(f"spells/{name}" for name in SPELLS)
CONTACT = ("person", "start", "end", "kont_type", "hovedspec")

STAGES: dict[str, Callable[[Store], object]] = {
    "person_key": pnrs,
    "entry_bef": lambda store: delivered(store, "bef"),
    "entry_dream": lambda store: delivered(store, DREAM.register),
    "entry_lpr": lambda store: delivered(store, "lpr_a_kontakt"),
    "entry_handic": lambda store: delivered(store, "handic"),
    "spells_dream": lambda store: scanned(store, "registers/dream", "registers/dream_employment"),
    "spells_lpr": lambda store: scanned(store, "registers/lpr_a_kontakt", columns=CONTACT),
    "spells_handic": lambda store: scanned(store, "registers/handic"),
    "population": population,
    "participants": study_base,
    "study": lambda store: of_study(store, BEF[:2], SPELL_TABLES, SPELL),
    "study_beside": lambda store: of_study(store, BEF, SPELL_TABLES, SPELL),
}

if __name__ == "__main__":
    run_stage(STAGES)
