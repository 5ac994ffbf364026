"""The stages that are measured, each run as a process: `python -m benchmarks.stages STAGE FOLDER [SCALE]`.

Here: what a stage reads, calls and writes, as the assets do, and one line of JSON with what it took. Not here: which
stages, how often and beside what (`road.py`). The clock starts when everything is imported and stops when the stage's
tables are written.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from benchmarks import plain
from benchmarks.clock import Clock
from benchmarks.extracts import write_extracts
from catalogue.reader import Catalogue, read_catalogue
from deliveries.entry import delivered_pnrs, enter
from deliveries.folder import Delivery, find_deliveries
from deliveries.lists import read_participant_list
from deliveries.shape import family_columns
from deliveries.sources import Source, open_sources
from deliveries.studies import Study, read_studies
from deliveries.wide import BATCH_ROWS, enter_wide, wide_batches, wide_rows
from expectations.contracts.columns import polars_schema
from expectations.contracts.deliveries import DELIVERIES, DREAM
from expectations.contracts.registers import REGISTERS
from expectations.contracts.studies import STUDY_TABLES
from expectations.validate import hold
from pipelines.costs import costs
from pipelines.coverage import column_coverage, covered, snapshot_coverage, span_coverage
from pipelines.participants import accept, with_traits
from pipelines.periods import study_periods
from pipelines.persons import KEY_SCHEMA, extend_person_key, of_persons
from pipelines.presence import presence
from pipelines.registers.dream import benefit_spells, employment_spells, month_runs, on_services, week_runs
from pipelines.registers.handic import grant_spells
from pipelines.registers.lpr_a_kontakt import hospital_spells
from pipelines.tables import cost_table
from pipelines.use import study_use
from pipelines.weeks import month_columns, week_columns

SPELLS = ("dream", "dream_employment", "lpr_a_kontakt", "handic")
STUDY = "aaben_dialog"
ROW_GROUP_ROWS = 100_000  # as in assets.store, whose import (Dagster) would be in every stage's memory


class Store:
    """The folder of one benchmark: deliveries, and the tables made of them so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def scan(self, table: str) -> pl.LazyFrame:
        return pl.scan_parquet(self.folder / "store" / f"{table}.parquet")

    def write(self, table: str, frame: pl.DataFrame | pl.LazyFrame) -> None:
        path = self.folder / "store" / f"{table}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.lazy().sink_parquet(path, maintain_order=True, row_group_size=ROW_GROUP_ROWS)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """An empty folder for rows on their way, as `engines.parts` makes one."""
        with TemporaryDirectory(dir=self.folder) as folder:
            yield Path(folder)

    @cache  # noqa: B019 - one store a process
    def deliveries(self, register: str) -> tuple[Delivery, ...]:
        kinds = {name: contract.kind for name, contract in DELIVERIES.items()}
        return find_deliveries(self.folder / "extracts", kinds).deliveries[register]

    def sources(self, register: str) -> list[Source]:
        return open_sources(DELIVERIES[register], self.deliveries(register))

    def key(self) -> pl.DataFrame:
        return self.scan("person_key").collect()

    def study(self) -> Study:
        return next(study for study in read_studies(self.folder / "studies") if study.id == STUDY)


def person_key(store: Store) -> None:
    pnrs = [delivered_pnrs(contract, store.sources(register)) for register, contract in DELIVERIES.items()]
    store.write("person_key", extend_person_key(pl.DataFrame(schema=KEY_SCHEMA), pl.concat(pnrs)))


def entry_bef(store: Store) -> None:
    """A partition a year, as the assets do; the peak is that of the largest year."""
    days, key = [], store.key()
    for year in sorted({delivery.period[:4] for delivery in store.deliveries("bef")}):
        of_year = [delivery for delivery in store.deliveries("bef") if delivery.period[:4] == year]
        with store.scratch() as folder:
            kept = enter(DELIVERIES["bef"], open_sources(DELIVERIES["bef"], of_year), key, folder).kept
            store.write(f"registers/bef/{year}", kept.cast(dict(polars_schema(REGISTERS["bef"]))))
        days.extend(store.scan(f"registers/bef/{year}").select(pl.col("reference_date").unique()).collect().to_series())
    store.write("coverage/bef", snapshot_coverage("bef", days))


def _entry_narrow(store: Store, register: str) -> None:
    with store.scratch() as folder:
        entered = enter(DELIVERIES[register], store.sources(register), store.key(), folder)
        store.write(f"registers/{register}", entered.kept.cast(dict(polars_schema(REGISTERS[register]))))
    data_end = store.deliveries(register)[-1].data_end
    store.write(f"coverage/{register}", span_coverage(register, entered.earliest, data_end))


def entry_dream(store: Store) -> None:
    sources = store.sources("dream")
    rows = wide_rows(DREAM, sources, store.key())
    names = family_columns(DREAM, sources[0].frame.collect_schema())
    weeks, months = week_columns(names), month_columns(names)

    def turn(batch: pl.DataFrame) -> dict[str, pl.DataFrame]:
        return {"dream": week_runs(batch, weeks), "dream_employment": month_runs(batch, months)}

    with store.scratch() as folder:
        for table, runs in enter_wide(DREAM, sources, rows, turn, folder).tables.items():
            store.write(f"registers/{table}", runs)
    data_end = store.deliveries("dream")[-1].data_end
    store.write("coverage/dream", column_coverage("dream", weeks, months, data_end))


def spells_dream(store: Store) -> None:
    codes, runs = read_catalogue().dream_codes, store.scan("registers/dream")
    weeks = on_services(runs, codes)
    store.write("spells/dream", benefit_spells(weeks))
    store.write("spells/dream_employment", employment_spells(store.scan("registers/dream_employment"), weeks))


def spells_handic(store: Store) -> None:
    data_end = store.deliveries("handic")[-1].data_end
    store.write(
        "spells/handic", grant_spells(store.scan("registers/handic"), read_catalogue().handic_services, data_end)[0]
    )


def hospital_rules(catalogue: Catalogue) -> tuple[pl.Series, float, float]:
    """The psychiatric specialties, the hours between contacts of one stay, and those of an admission."""
    limits = catalogue.limit("stay_gap_hours"), catalogue.limit("admission_hours")
    return catalogue.psychiatric_specialties["specialty"], *limits


def spells_lpr(store: Store) -> None:
    store.write(
        "spells/lpr_a_kontakt",
        hospital_spells(store.scan("registers/lpr_a_kontakt"), *hospital_rules(read_catalogue())),
    )


def participants(store: Store) -> None:
    """From the participant list to the study base with its background."""
    study, accepted = store.study(), accept(read_participant_list(store.study().participants), needs_start_date=False)
    keyed = accepted.kept.join(store.key(), on="pnr", how="left").drop("pnr")
    weeks = store.scan("coverage/dream").filter(kind="week").collect()["start"].to_list()
    bef, dream = store.scan("registers/bef/*"), store.scan("registers/dream")
    rows = with_traits(study.id, keyed, bef, dream, weeks, read_catalogue().dream_codes)
    store.write("participants", _held(rows, "participants"))


def study(store: Store) -> None:
    """From the study base to the cost table: periods, presence, use, costs."""
    plan, catalogue = store.study(), read_catalogue()
    base = store.scan("participants").filter("in_study_base").collect()
    known = pl.concat([store.scan(f"coverage/{register}") for register in DELIVERIES]).collect()
    windows = study_periods(base, plan.mode, plan.years_before, plan.years_after, known["data_end"].min())
    rows = of_persons(store.scan("registers/bef/*"), base["person"])
    snapshots = known.filter(kind="snapshot")["start"].to_list()
    periods = presence(windows, rows.select("person", "reference_date").collect(engine="streaming"), snapshots)
    spells = [of_persons(store.scan(f"spells/{name}"), periods["person"]) for name in SPELLS]
    measured = covered(periods, known, catalogue.services)
    used = study_use(plan.id, periods, measured, pl.concat(spells).collect(), catalogue.services).use
    priced = _held(costs(used, periods, catalogue, plan.price_year), "costs")
    numbers = range(-plan.years_before, plan.years_after + 1)
    people = base.select("person", "kom", "group")
    table = cost_table(plan.id, people, periods, priced, catalogue, numbers, plan.price_year)
    store.write("cost_table", _held(table, "cost_table"))


def _held(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """A study's table, which keeps its contract."""
    broken = hold(frame.lazy(), STUDY_TABLES[table]).broken
    if broken:
        raise SystemExit(f"{table} breaks its contract: {broken}")
    return frame


def by_pnr(store: Store) -> None:
    """Not measured: the contacts as the plain way wants them, with their PNR, sorted by it."""
    contacts = store.scan("registers/lpr_a_kontakt").join(store.scan("person_key"), on="person").drop("person")
    store.write("plain/contacts", contacts.sort("pnr", "start"))


def plain_stays(store: Store) -> None:
    store.write("plain/stays", plain.stays(store.scan("plain/contacts"), *hospital_rules(read_catalogue())))


def batched_weeks(store: Store) -> None:
    """The weeks alone of `entry_dream`, to set beside the plain way, which makes nothing else."""
    sources = store.sources("dream")
    rows = wide_rows(DREAM, sources, store.key())
    weeks = week_columns(sources[0].frame.collect_schema())
    narrow = [Source(s.path, s.frame.select("pnr", *weeks), s.period) for s in sources]
    runs = [week_runs(batch, weeks) for batch, _ in wide_batches(DREAM, narrow, rows, BATCH_ROWS)]
    store.write("plain/batched_weeks", pl.concat(runs).sort("person", "start"))


def plain_weeks(store: Store) -> None:
    wide = store.sources("dream")[0].frame
    store.write("plain/weeks", plain.week_runs(wide, week_columns(wide.collect_schema())))


def same(store: Store) -> None:
    """Not measured: the plain ways give the same rows."""
    pairs = [("plain/stays", "spells/lpr_a_kontakt"), ("plain/weeks", "registers/dream")]
    for plainly, ours in [*pairs, ("plain/weeks", "plain/batched_weeks")]:
        expected = store.scan(ours).collect()
        keyed = store.scan(plainly).join(store.scan("person_key"), on="pnr").select(expected.columns).collect()
        if not keyed.cast(expected.schema).sort(pl.all()).equals(expected.sort(pl.all())):
            raise SystemExit(f"{plainly} and {ours} are not the same rows")


STAGES: dict[str, Callable[[Store], object]] = {
    "extracts": lambda store: write_extracts(store.folder, float(sys.argv[3])),
    "nothing": lambda store: None,
    "person_key": person_key,
    "entry_bef": entry_bef,
    "entry_dream": entry_dream,
    "entry_lpr": lambda store: _entry_narrow(store, "lpr_a_kontakt"),
    "entry_handic": lambda store: _entry_narrow(store, "handic"),
    "spells_dream": spells_dream,
    "spells_lpr": spells_lpr,
    "spells_handic": spells_handic,
    "participants": participants,
    "study": study,
    "by_pnr": by_pnr,
    "plain_stays": plain_stays,
    "batched_weeks": batched_weeks,
    "plain_weeks": plain_weeks,
    "same": same,
}


def main() -> None:
    store = Store(Path(sys.argv[2]))
    clock = Clock()
    with clock.part(sys.argv[1]):
        STAGES[sys.argv[1]](store)
    print(json.dumps(clock.took()[sys.argv[1]]))


if __name__ == "__main__":
    main()
