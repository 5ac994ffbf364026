"""The road's stages, each run as a process: `python -m benchmarks.stages STAGE FOLDER [SCALE]`.

Here: what a stage reads, calls and writes, as the assets do. Not here: which stages are measured, how often and beside
what (`road.py`). The quality work is not here: it is measured by itself (`quality.py`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
from upath import UPath

from benchmarks.extracts import write_extracts
from benchmarks.store import SPELLS, YEARS, Store, run_stage
from catalogue.reader import Catalogue, read_catalogue
from deliveries.entry import delivered_pnrs, enter
from deliveries.lists import read_participant_list
from deliveries.shape import family_columns
from deliveries.sources import open_sources
from deliveries.studies import Study
from deliveries.wide import enter_wide, wide_rows
from engines.local import Local
from engines.parts import made
from engines.ranges import ROWS_A_RANGE
from expectations.contracts.columns import polars_schema
from expectations.contracts.deliveries import ALWAYS, DELIVERIES, DREAM
from expectations.contracts.registers import REGISTERS
from expectations.contracts.study_results import STUDY_TABLES
from expectations.validate import hold
from pipelines import population
from pipelines.comparison import StudyBase, comparison, touched_years
from pipelines.costs import costs
from pipelines.coverage import column_coverage, covered, snapshot_coverage, span_coverage
from pipelines.participants import accept, with_traits
from pipelines.periods import study_periods
from pipelines.persons import KEY_SCHEMA, extend_person_key, of_persons
from pipelines.population_means import means
from pipelines.presence import presence, snapshots_for
from pipelines.registers import dream, handic, lpr_a_kontakt
from pipelines.registers.dream import month_runs, week_runs
from pipelines.stages import Stage
from pipelines.tables import cost_table
from pipelines.use import study_use
from pipelines.weeks import month_columns, week_columns


def person_key(store: Store) -> None:
    pnrs = [
        delivered_pnrs(contract, store.sources(register))
        for register, contract in DELIVERIES.items()
        if register in ALWAYS
    ]
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


def entry_narrow(store: Store, register: str) -> None:
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


def run_engine(
    store: Store, stage: Stage, frames: Mapping[str, pl.LazyFrame], tables: Mapping[str, str], **settings: Any
) -> None:
    """A stage over ranges of persons on this machine; `tables` names the outputs that are written."""
    folder = UPath(store.folder / "store")
    with made(Local(), stage, frames, settings, folder, rows_a_range=ROWS_A_RANGE) as outputs:
        for output, table in tables.items():
            store.write(table, outputs[output])


def spells_dream(store: Store) -> None:
    frames = {"dream": store.scan("registers/dream"), "months": store.scan("registers/dream_employment")}
    tables = {"spells": "spells/dream", "employment": "spells/dream_employment", "unmapped": "quality/unmapped_dream"}
    run_engine(store, dream.STAGE, frames, tables, dream_codes=read_catalogue().dream_codes)


def spells_handic(store: Store) -> None:
    grants, data_end = store.scan("registers/handic"), store.deliveries("handic")[-1].data_end
    tables = {"spells": "spells/handic", "unmapped": "quality/unmapped_handic"}
    services = read_catalogue().handic_services
    run_engine(store, handic.STAGE, {"grants": grants}, tables, handic_services=services, data_end=data_end)


def hospital_rules(catalogue: Catalogue) -> tuple[pl.Series, float, float]:
    """The psychiatric specialties, the hours between contacts of one stay, and those of an admission."""
    limits = catalogue.limit("stay_gap_hours"), catalogue.limit("admission_hours")
    return catalogue.psychiatric_specialties["specialty"], *limits


def spells_lpr(store: Store) -> None:
    specialties, gap, admission = hospital_rules(read_catalogue())
    frames, tables = {"contacts": store.scan("registers/lpr_a_kontakt")}, {"spells": "spells/lpr_a_kontakt"}
    settings = {"specialties": specialties, "stay_gap_hours": gap, "admission_hours": admission}
    run_engine(store, lpr_a_kontakt.STAGE, frames, tables, **settings)


def population_years(store: Store) -> None:
    """The population's counts, means and costs of `YEARS`, of the snapshots that tell who is present in them."""
    services = store.catalogue().services
    measured = population.measured_years(store.coverage(), services).filter(pl.col("year").is_in(YEARS))
    frames = {"bef": pl.scan_parquet(store.bef_paths())} | {name: store.scan(f"spells/{name}") for name in SPELLS}
    tables = {"citizens": "population/citizens", "use": "population/use"}
    run_engine(store, population.STAGE, frames, tables, services=services, measured=measured)
    store.write("population/measured", measured)
    cells = population.Cells(
        store.scan("population/citizens").collect(), store.scan("population/use").collect(), measured
    )
    store.write("population/means", means(cells, store.catalogue()))


def participants(store: Store) -> None:
    """From the participant list to the study base with its background."""
    study, accepted = store.study(), accept(read_participant_list(store.study().participants), needs_start_date=False)
    keyed = accepted.kept.join(store.key(), on="pnr", how="left").drop("pnr")
    weeks = store.scan("coverage/dream").filter(kind="week").collect()["start"].to_list()
    bef, runs = store.scan("registers/bef/*"), store.scan("registers/dream")
    rows = with_traits(study.id, keyed, bef, runs, weeks, read_catalogue().dream_codes)
    store.write("participants", _held(rows, "participants"))


def study(store: Store) -> None:
    """From the study base to its own rows of the cost table: periods, presence, use, costs."""
    plan, catalogue = store.study(), store.catalogue()
    base = store.scan("participants").filter("in_study_base").collect()
    known = store.coverage()
    windows = study_periods(base, plan.mode, plan.years_before, plan.years_after, known["data_end"].min())
    rows = of_persons(snapshots_for(store.scan("registers/bef/*"), windows), base["person"])
    snapshots = known.filter(kind="snapshot")["start"].to_list()
    periods = presence(windows, rows.select("person", "reference_date").collect(engine="streaming"), snapshots)
    spells = [of_persons(store.scan(f"spells/{name}"), periods["person"]) for name in SPELLS]
    measured = covered(periods, known, catalogue.services)
    used = study_use(plan.id, periods, measured, pl.concat(spells).collect(), catalogue.services).use
    priced = _held(costs(used, periods, catalogue, plan.price_year), "costs")
    people = base.select("person", "kom", "group")
    table = cost_table(plan.id, people, periods, priced, catalogue, _numbers(plan), plan.price_year)
    store.write("periods", periods)
    store.write("costs", priced)
    store.write("cost_table", _held(table, "cost_table"))


def study_beside_population(store: Store) -> None:
    """The rows of the population in the cost table, the participants taken out of it."""
    plan, catalogue = store.study(), store.catalogue()
    periods, priced = store.scan("periods").collect(), store.scan("costs").collect()
    listed = store.scan("participants").select("person").collect().to_series()
    bef = snapshots_for(store.scan("registers/bef/*"), periods)
    everybody = {"bef": bef} | {name: store.scan(f"spells/{name}") for name in SPELLS}
    own = {name: of_persons(frame, listed).collect(engine="streaming").lazy() for name, frame in everybody.items()}
    cells = {name: store.scan(f"population/{name}") for name in ("citizens", "use", "measured")}
    rows = comparison(
        plan.id,
        StudyBase.of(periods, priced, own["bef"], anchored=plan.mode == "anchored"),
        population.without(cells, own, touched_years(periods), catalogue.services),
        plan.comparison_ages,
        catalogue,
        _numbers(plan),
        plan.price_year,
    ).rows
    store.write("cost_table_beside_population", _held(rows, "cost_table"))


def _numbers(plan: Study) -> range:
    return range(-plan.years_before, plan.years_after + 1)


def _held(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """A study's table, which keeps its contract."""
    broken = hold(frame.lazy(), STUDY_TABLES[table]).broken
    if broken:
        raise SystemExit(f"{table} breaks its contract: {broken}")
    return frame


STAGES: dict[str, Callable[[Store], object]] = {
    "extracts": lambda store: write_extracts(store.folder, float(sys.argv[3])),
    "nothing": lambda store: None,
    "person_key": person_key,
    "entry_bef": entry_bef,
    "entry_dream": entry_dream,
    "entry_lpr": lambda store: entry_narrow(store, "lpr_a_kontakt"),
    "entry_handic": lambda store: entry_narrow(store, "handic"),
    "spells_dream": spells_dream,
    "spells_lpr": spells_lpr,
    "spells_handic": spells_handic,
    "population": population_years,
    "participants": participants,
    "study": study,
    "study_beside": study_beside_population,
}

if __name__ == "__main__":
    run_stage(STAGES)
