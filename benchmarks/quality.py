"""What the quality work on a register takes beside the road's own work on it, part by part.

Run as a process a step: `python -m benchmarks.quality STEP FOLDER [CONTACTS]`. Here: the steps that the assets make of
LPR_A_KONTAKT, and one line of JSON with what the parts of a step took. Not here: how often, and the ratio (`road.py`).
As in the assets, tables are held and counted where they were made, in memory. Dagster's own time is in no part.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pandera.polars as pa
import polars as pl
from pandera.config import ValidationDepth, config_context
from pandera.errors import SchemaErrors

from benchmarks import stages
from benchmarks.clock import Clock
from benchmarks.extracts import CONTACTS, write_extracts
from benchmarks.stages import Store
from catalogue.reader import read_catalogue
from deliveries import entry
from expectations.accepted import accept_profile, accepted_before
from expectations.contracts.columns import polars_schema
from expectations.contracts.deliveries import LPR_A_KONTAKT
from expectations.contracts.tables import TABLES
from expectations.states import write_state
from expectations.suites.data_docs import build_data_docs
from expectations.suites.running import run_suite
from expectations.thresholds import SUITE, checks_at_entry, entry_findings
from expectations.validate import contract_of, hold
from pipelines.coverage import span_coverage
from pipelines.persons import KEY_SCHEMA, extend_person_key
from pipelines.quality.across import lpr_known_to_bef
from pipelines.quality.drift import register_measures
from pipelines.quality.profiles import profile
from pipelines.registers.lpr_a_kontakt import attendance, hospital_spells

LPR = LPR_A_KONTAKT.register
REGISTER, COVERAGE, SPELLS = (f"{layer}/{LPR}" for layer in ("registers", "coverage", "spells"))
PROFILE, QUARANTINE = f"quality/profiles/{LPR}", f"quarantine/{LPR}"
TO_HOLD = (REGISTER, COVERAGE, SPELLS, "registers/bef/2024")
"""Tables that both ways are tried on; contacts have no key, a year of BEF has."""


def extracts(store: Store, clock: Clock) -> None:
    """Not measured: the contacts, and BEF of as many citizens."""
    write_extracts(store.folder, int(sys.argv[3]) / CONTACTS, ("bef", LPR))


def before(store: Store, clock: Clock) -> None:
    """Not measured: what the road has when it comes to the contacts."""
    stages.person_key(store)
    stages.entry_bef(store)


def number(store: Store, clock: Clock) -> None:
    """As `assets.shapes` and `assets.persons` do, of the contacts alone and for the first time."""
    with clock.part("shape"):
        sources = store.sources(LPR)
    with clock.part("number"):
        key = extend_person_key(pl.DataFrame(schema=KEY_SCHEMA), entry.delivered_pnrs(LPR_A_KONTAKT, sources))
    with clock.part("contracts"):
        _hold("person_key", key)


def enter(store: Store, clock: Clock) -> None:
    """As `assets.registers` does."""
    at_entry, sources, key = checks_at_entry(LPR, read_catalogue().quality_checks), store.sources(LPR), store.key()
    entry.rows_delivered = clock.part("account")(entry.rows_delivered)
    entry.set_aside = clock.part("quarantine")(entry.set_aside)
    with store.scratch() as folder:
        with clock.part("enter"):
            entered = entry.enter(LPR_A_KONTAKT, sources, key, folder)
            rows = entered.kept.cast(dict(polars_schema(TABLES[REGISTER])))
            data_end = store.deliveries(LPR)[-1].data_end
            coverage = span_coverage(LPR, entered.earliest, data_end)
        with clock.part("account"):
            findings = entry_findings(entered.received, entered.n_kept, entered.reasons, at_entry)
            write_state(store.folder / "store", SUITE, None, findings)
        with clock.part("quarantine"):
            _keep(store, QUARANTINE, entered.set_aside)
        with clock.part("contracts"):
            _hold(REGISTER, rows)
            _hold(COVERAGE, coverage)
        with clock.part("profile"):
            _keep(store, PROFILE, profile(LPR, rows, data_end=data_end))
        with clock.part("write"):
            store.write(REGISTER, rows)
            store.write(COVERAGE, coverage)


def spells(store: Store, clock: Clock) -> None:
    """As `assets.spells` does."""
    contacts, hospital = store.scan(REGISTER), stages.hospital_rules(read_catalogue())
    with clock.part("spells"):
        attendance(contacts, hospital[0])
        stays = hospital_spells(contacts, *hospital)
    with clock.part("contracts"):
        _hold(SPELLS, stays)
    with clock.part("write"):
        store.write(SPELLS, stays)


def suite(store: Store, clock: Clock) -> None:
    """As `assets.quality` does."""
    checks, folder = read_catalogue().quality_checks, store.folder / "store"
    results, site = folder / "quality" / ".results", folder / "quality" / "data_docs"
    with clock.part("import"):
        import pandas  # noqa: F401

        import expectations.suites.engine  # noqa: F401
    counts, own = (store.scan(table).collect() for table in (PROFILE, COVERAGE))
    with clock.part("known"):
        known = pl.concat([own, store.scan("coverage/bef").collect()])
        in_bef = lpr_known_to_bef(store.scan(REGISTER), store.scan("registers/bef/*"), known)
    with clock.part("suite"):
        earlier = accepted_before(folder, LPR, counts)
        measures = pl.concat([register_measures(counts, earlier, own["data_end"].max()), in_bef])
        write_state(folder, "suite", None, run_suite(LPR, measures, checks, results))
        build_data_docs(results, site)
        accept_profile(folder, LPR, counts)


def held(store: Store, clock: Clock) -> None:
    """Our check of values, on tables as scanned."""
    with clock.part("held"):
        for table in TO_HOLD:
            _hold(table, store.scan(table))


def plain_held(store: Store, clock: Clock) -> None:
    """Pandera's own check of values, on the same."""
    with clock.part("plain_held"):
        for table in TO_HOLD:
            if broken := broken_by_pandera(store.scan(table), contract_of(table.split("/"))):
                raise SystemExit(f"{table} breaks its contract: {broken}")


def same_verdict(store: Store, clock: Clock) -> None:
    """Not measured: where every rule is broken, both ways find every one of them."""
    for table in TO_HOLD:
        contract = contract_of(table.split("/"))
        damaged = _damaged(store.scan(table).head(1000).collect(), contract)
        rules = sum(len(stated.checks) + (not stated.nullable) for stated in contract.columns.values())
        ours = {(broken.column, broken.rule) for broken in hold(damaged.lazy(), contract).broken}
        theirs = broken_by_pandera(damaged.lazy(), contract)
        if ours != theirs or len(ours) != rules + bool(contract.unique):
            raise SystemExit(f"{table}: not the same verdict, or a rule is not broken: {ours} and {theirs}")


def broken_by_pandera(frame: pl.LazyFrame, contract: pa.DataFrameSchema) -> set[tuple[str | None, str]]:
    """Column and rule of what pandera finds with its own checks of values, in the words of `hold`."""
    try:
        with config_context(validation_depth=ValidationDepth.SCHEMA_AND_DATA):
            contract.validate(frame, lazy=True)
    except SchemaErrors as errors:
        key = f"unique ({', '.join(contract.unique or ())})"
        found = [(error.schema.name, getattr(error.check, "name", error.check)) for error in errors.schema_errors]
        return {(None, key) if rule == "multiple_fields_uniqueness" else (column, rule) for column, rule in found}
    return set()


def _damaged(sound: pl.DataFrame, contract: pa.DataFrameSchema) -> pl.DataFrame:
    """Sound rows, the first of them again, with a null or a value that is not allowed wherever a rule stands."""
    wrong = {"isin": "?", "greater_than_or_equal_to": -1, "greater_than": -1, "less_than_or_equal_to": 2**30}
    rows = [sound, sound.head(1), sound.clear(1)]
    for name, stated in contract.columns.items():
        rows += [sound.head(1).with_columns(pl.lit(wrong[check.name]).alias(name)) for check in stated.checks]
    return pl.concat(row.cast(sound.schema) for row in rows)


def _keep(store: Store, table: str, frame: pl.DataFrame) -> None:
    _hold(table, frame)
    store.write(table, frame)


def _hold(table: str, frame: pl.DataFrame | pl.LazyFrame) -> None:
    broken = hold(frame.lazy(), contract_of(table.split("/"))).broken
    if broken:
        raise SystemExit(f"{table} breaks its contract: {broken}")


STEPS: dict[str, Callable[[Store, Clock], None]] = {
    step.__name__: step for step in (extracts, before, number, enter, spells, suite, held, plain_held, same_verdict)
}


def main() -> None:
    clock = Clock()
    STEPS[sys.argv[1]](Store(Path(sys.argv[2])), clock)
    print(json.dumps(clock.took()))


if __name__ == "__main__":
    main()
