"""A study's tables, from its participant list to its cost table.

Not here: what else is told of a study beside that (`assets.study_results`).
"""

from collections.abc import Mapping, Sequence

import dagster as dg
import polars as pl

from assets.checks import contract_spec, outputs
from assets.columns import sentence, table_metadata
from assets.engine import StageEngine
from assets.extracts import LIST_KEY
from assets.failures import IO_RETRIES, clear_errors
from assets.inputs import BEF_INPUT, coverage_inputs, of_persons_inputs, spell_inputs
from assets.spells import EVALUATORS, MOST_NAMED
from assets.workspace import Workspace
from deliveries.lists import read_participant_list
from deliveries.studies import Study
from deliveries.values import PNR_WIDTH
from expectations.contracts.deliveries import ALWAYS
from expectations.contracts.study_results import STUDY_TABLES
from expectations.findings import refuse_blocking
from expectations.validate import contract_of
from faults import Fault, StoreError, StudyError
from pipelines.characteristics import AGE_BANDS
from pipelines.comparison import Comparison, StudyBase, comparison, touched_years
from pipelines.costs import costs, services_without_payer
from pipelines.coverage import covered, crosses_hospital_break, earliest_data_end
from pipelines.education import Education, education_before_start
from pipelines.participants import accept, participant_flow, with_traits
from pipelines.periods import study_periods
from pipelines.persons import of_persons
from pipelines.population import STAGE as POPULATION
from pipelines.population import measured_years, without
from pipelines.presence import presence, snapshots_for
from pipelines.splits import splits_of
from pipelines.tables import cost_table
from pipelines.use import study_use

LIST_QUARANTINE = dg.AssetKey(["quarantine", "participants"])
POPULATION_INPUTS = {name: dg.AssetIn(["population", name]) for name in ("citizens", "use", "measured")}


def study_assets(studies: dg.PartitionsDefinition, registers: Sequence[str]) -> list[dg.AssetsDefinition]:
    """The tables of a study, each partitioned by study, made of these registers."""
    coverage_ins, spell_ins = coverage_inputs(registers), spell_inputs(registers)
    common = {"partitions_def": studies, "retry_policy": IO_RETRIES}

    def _contracts(*tables: str) -> list[dg.AssetCheckSpec]:
        return [contract_spec(dg.AssetKey(table.split("/")), studies) for table in tables]

    @dg.multi_asset(
        name="participants",
        outs={
            "participants": _out("participants"),
            "flow": _out("participant_flow"),
            "quarantine": dg.AssetOut(
                key=LIST_QUARANTINE,
                group_name="quarantine",
                owners=EVALUATORS,
                kinds={"parquet", "polars"},
                description="Rows of the participant list that were set aside, as delivered. Restricted.",
                metadata=table_metadata(contract_of(LIST_QUARANTINE.path)),
            ),
        },
        check_specs=_contracts("participants", "participant_flow", "quarantine/participants"),
        ins={
            "person_key": dg.AssetIn("person_key"),
            "bef": BEF_INPUT,
            "dream": dg.AssetIn(["registers", "dream"]),
            "dream_coverage": coverage_ins["dream_coverage"],
            **of_persons_inputs(registers, "udda"),
        },
        deps=[LIST_KEY, "catalogue"],
        **common,
    )
    @clear_errors
    def participants_asset(
        context: dg.AssetExecutionContext,
        workspace: Workspace,
        person_key: pl.LazyFrame,
        bef: pl.LazyFrame,
        dream: pl.LazyFrame,
        dream_coverage: pl.LazyFrame,
        **optional,
    ):
        refuse_blocking(workspace.blocking())
        study = workspace.study(context.partition_key)
        rows = read_participant_list(study.participants, study.group_column)
        accepted = accept(rows, needs_start_date=study.mode == "anchored")
        keyed = accepted.kept.join(person_key.collect(), on="pnr", how="left").drop("pnr")
        if keyed.get_column("person").null_count():
            what = f"the person key does not hold every citizen of the list of study {study.id!r}"
            raise StoreError(Fault(what, "store: person_key", "materialise person_key first: it reads every list"))
        _warn_of_lost_zeros(context, accepted.kept, person_key)
        weeks = dream_coverage.filter(kind="week").select("start").collect().to_series().to_list()
        catalogue = workspace.read_catalogue()
        udda = optional.get("udda")
        education = None if udda is None else education_before_start(keyed, udda, catalogue.disced_levels)
        _warn_of_unknown_education(context, education)
        levels = education and education.levels
        participants = with_traits(study.id, keyed, bef, dream, weeks, catalogue.dream_codes, levels)
        _warn_of_missing_snapshots(context, participants, bef)
        flow = participant_flow(study.id, accepted.received, accepted.set_aside, participants["in_study_base"])
        steps = {f"{step}{f' ({reason})' if reason else ''}": n for step, reason, n in flow.drop("study").rows()}
        context.add_output_metadata(steps, output_name="flow")
        aside = rows.join(accepted.set_aside, on="row").sort("row").rename({"row": "row_number"})
        yield from outputs(context, workspace, participants=participants, flow=flow, quarantine=aside)

    @dg.asset(key="periods", ins={"participants": dg.AssetIn("participants"), "bef": BEF_INPUT, **coverage_ins,
                                  "participant_flow": dg.AssetIn("participant_flow"),
                                  **of_persons_inputs(registers, "dod", "vnds")},
              check_specs=_contracts("periods"), **about("periods"), **common)  # fmt: skip
    @clear_errors
    def periods_asset(
        context: dg.AssetExecutionContext,
        workspace: Workspace,
        participants: pl.LazyFrame,
        bef: pl.LazyFrame,
        participant_flow: pl.LazyFrame,
        **inputs,
    ):
        study = workspace.study(context.partition_key)
        base = participants.filter("in_study_base").collect()
        if base.is_empty():
            raise StudyError(_no_study_base(study, participant_flow.collect()))
        known = together({name: inputs[name] for name in coverage_ins})
        measuring = [*ALWAYS, *workspace.catalogue_of(study).services.get_column("register")]
        data_end = earliest_data_end(known.filter(pl.col("register").is_in(measuring)))
        windows = study_periods(base, study.mode, study.years_before, study.years_after, data_end)
        yield from outputs(
            context, workspace, result=attended(windows, known, bef, inputs.get("dod"), inputs.get("vnds"))
        )

    @dg.multi_asset(
        name="use",
        outs={"use": _out("use"), "outside": _out("use_outside_population")},
        ins={"periods": dg.AssetIn("periods"), **coverage_ins, **spell_ins},
        deps=["catalogue"],
        check_specs=_contracts("use", "use_outside_population"),
        **common,
    )
    @clear_errors
    def use_asset(context: dg.AssetExecutionContext, workspace: Workspace, periods: pl.LazyFrame, **inputs):
        refuse_blocking(workspace.blocking())
        study = workspace.study(context.partition_key)
        services = workspace.catalogue_of(study).services
        windows = periods.collect()
        coverage = together({name: inputs[name] for name in coverage_ins})
        measured = covered(windows, coverage, services)
        persons = windows.get_column("person").unique()
        spells = pl.concat([of_persons(inputs[name], persons) for name in spell_ins]).collect()
        found = study_use(study.id, windows, measured, spells, services)
        if found.outside.height:
            context.log.warning(
                f"use of citizens who were not present is left out: {found.outside.height} cells "
                "(use_outside_population)"
            )
        _warn_of_amounts(context, study, measured, services)
        if crosses_hospital_break(windows, coverage):
            context.log.warning(
                f"{study.id}: hospital use before and after 1 January 2019, when LPR2 became LPR3 and "
                "counts jumped: a change over that day may be the register's"
            )
        not_measured = found.use.filter(pl.col("quantity").is_null()).height
        context.add_output_metadata({"rows_not_measured": not_measured}, output_name="use")
        yield from outputs(context, workspace, use=found.use, outside=found.outside)

    @dg.asset(key="costs", ins={"use": dg.AssetIn("use"), "periods": dg.AssetIn("periods")}, deps=["catalogue"],
              check_specs=_contracts("costs"), **about("costs"), **common)  # fmt: skip
    @clear_errors
    def costs_asset(context: dg.AssetExecutionContext, workspace: Workspace, use: pl.LazyFrame, periods: pl.LazyFrame):
        study = workspace.study(context.partition_key)
        catalogue, windows = workspace.catalogue_of(study), periods.collect()
        unpayable = services_without_payer(windows, catalogue)
        if unpayable:
            context.log.warning(
                f"{study.id}: priced services without a payer rule in some period: {', '.join(unpayable)}; "
                "this stops the study as soon as one of its citizens uses them"
            )
        yield from outputs(context, workspace, result=costs(use.collect(), windows, catalogue, study.price_year))

    @dg.asset(key="cost_table",
              ins={name: dg.AssetIn(name) for name in ("participants", "periods", "costs")}
              | {"bef": BEF_INPUT, **coverage_ins, **spell_ins, **POPULATION_INPUTS},
              deps=["catalogue"], check_specs=_contracts("cost_table"), **about("cost_table"), **common)  # fmt: skip
    @clear_errors
    def cost_table_asset(
        context: dg.AssetExecutionContext,
        workspace: Workspace,
        engine: dg.ResourceParam[StageEngine],
        participants: pl.LazyFrame,
        periods: pl.LazyFrame,
        costs: pl.LazyFrame,
        bef: pl.LazyFrame,
        **inputs,
    ):
        refuse_blocking(workspace.blocking())
        study = workspace.study(context.partition_key)
        catalogue, numbers = workspace.catalogue_of(study), study.period_numbers
        windows, priced = periods.collect(), costs.collect()
        in_base = participants.filter("in_study_base").collect()
        base = splits_of(in_base, study.split_by, study.age_bands or AGE_BANDS)
        table = cost_table(study.id, base, windows, priced, catalogue, numbers, study.price_year)
        everybody = {"bef": snapshots_for(bef, windows), **{name: inputs[name] for name in spell_ins}}
        listed = participants.select("person").collect().to_series()
        own = {name: of_persons(frame, listed).collect(engine="streaming").lazy() for name, frame in everybody.items()}
        population = {name: inputs[name] for name in POPULATION_INPUTS}
        if study.costs_from:
            measured = measured_years(together({name: inputs[name] for name in coverage_ins}), catalogue.services)
            of_years = measured.filter(pl.col("year").is_in(touched_years(windows)))
            population = _counted_anew(context, engine, everybody, of_years, catalogue.services)
        compared = comparison(
            study.id,
            StudyBase.of(windows, priced, own["bef"], anchored=study.mode == "anchored"),
            without(population, own, touched_years(windows), catalogue.services),
            study.comparison_ages,
            catalogue,
            numbers,
            study.price_year,
        )
        _warn_of_comparison(context, study, compared)
        yield from outputs(context, workspace, result=pl.concat([table, compared.rows]))

    return [participants_asset, periods_asset, use_asset, costs_asset, cost_table_asset]


def _counted_anew(
    context: dg.AssetExecutionContext,
    engine: StageEngine,
    frames: Mapping[str, pl.LazyFrame],
    measured: pl.DataFrame,
    services: pl.DataFrame,
) -> dict[str, pl.LazyFrame]:
    """The population's tables by the services of a study that asks for amounts: the store's have lines of others."""
    with engine.run(context, POPULATION, frames, services=services, measured=measured) as tables:
        return {"measured": measured.lazy(), **{name: rows.collect().lazy() for name, rows in tables.items()}}


def about(table: str) -> dict[str, object]:
    """What a study's table is and whose, from its contract."""
    contract = STUDY_TABLES[table]
    return {
        "group_name": "studies",
        "owners": EVALUATORS,
        "kinds": {"parquet", "polars"},
        "description": sentence(contract.description),
        "metadata": table_metadata(contract),
    }


def _out(table: str) -> dg.AssetOut:
    return dg.AssetOut(key=[table], **about(table))


def _warn_of_amounts(
    context: dg.AssetExecutionContext, study: Study, measured: pl.DataFrame, services: pl.DataFrame
) -> None:
    """Say in which periods amounts that a study asks for are not there: costs of their area are not told there."""
    asked = services.filter(pl.col("register").is_in(study.costs_from))
    of_periods = measured.join(asked, on="service").group_by("register", "period").agg(pl.col("covered").any())
    lacking = of_periods.filter(~pl.col("covered")).sort("register", "period")
    for (register,), rows in lacking.group_by("register", maintain_order=True):
        named = ", ".join(str(period) for period in rows.get_column("period"))
        context.log.warning(
            f"{study.id}: costs are to come from {str(register).upper()}, which does not cover the periods {named}: "
            "the costs of its area, and of all, are null there"
        )


def _warn_of_comparison(context: dg.AssetExecutionContext, study: Study, compared: Comparison) -> None:
    if compared.left_out.height:
        named = ", ".join(f"{n} in period {period}" for period, n in compared.left_out.rows())
        context.log.warning(
            f"{study.id}: citizens of the study base whose year, age and sex nobody else of the population has (in "
            f"comparison_ages, where stated) are left out of befolkning_standardiseret: {named}"
        )
    if compared.unpayable:
        context.log.warning(
            f"{study.id}: priced services without an index value or a payer rule in some year, whose costs are null in "
            f"the rows of the population: {', '.join(compared.unpayable)}"
        )


def _warn_of_lost_zeros(context: dg.AssetExecutionContext, kept: pl.DataFrame, person_key: pl.LazyFrame) -> None:
    short = kept.filter(pl.col("pnr").str.contains(rf"^\d{{1,{PNR_WIDTH - 1}}}$"))
    padded = short.lazy().select(pnr=pl.col("pnr").str.zfill(PNR_WIDTH)).join(person_key, on="pnr", how="semi")
    n = padded.select(pl.len()).collect().item()
    if n:
        context.log.warning(
            f"{context.partition_key}: {n} PNRs of the list would be in the registers with zeros in front, and are not "
            f"without: keep the column as text of {PNR_WIDTH} digits"
        )


def _warn_of_unknown_education(context: dg.AssetExecutionContext, education: Education | None) -> None:
    if education and education.unmapped.height:
        codes = education.unmapped.get_column("code").unique().sort().to_list()
        n = education.unmapped.get_column("n").sum()
        named = ", ".join(codes[:MOST_NAMED]) + (f" and {len(codes) - MOST_NAMED} more" if codes[MOST_NAMED:] else "")
        context.log.warning(
            f"{context.partition_key}: UDDA has codes that disced_levels.csv does not map, of {n} participants, whose "
            f"education is not stated: {named}"
        )


def _warn_of_missing_snapshots(
    context: dg.AssetExecutionContext, participants: pl.DataFrame, bef: pl.LazyFrame
) -> None:
    needed = participants.group_by(day=pl.date(pl.col("start_year") - 1, 12, 31)).agg(n=pl.len()).sort("day")
    delivered = bef.select("reference_date").unique().collect().to_series()
    for day, n in needed.filter(~pl.col("day").is_in(delivered.implode())).rows():
        context.log.warning(
            f"{context.partition_key}: BEF of {day} is not delivered, so {n} participants who start in {day.year + 1} "
            "count as not in the population"
        )


def attended(
    windows: pl.DataFrame,
    coverage: pl.DataFrame,
    bef: pl.LazyFrame,
    dod: pl.LazyFrame | None = None,
    vnds: pl.LazyFrame | None = None,
) -> pl.DataFrame:
    """The periods `windows` with `present`: by the snapshots of `bef` that the `coverage` tells of, and to the day by
    deaths and moves where these are delivered.
    """
    snapshots, persons = coverage.filter(kind="snapshot").get_column("start").to_list(), windows.get_column("person")
    population = of_persons(snapshots_for(bef, windows), persons)
    rows = population.select("person", "reference_date").collect(engine="streaming")
    deaths, moves = (None if one is None else of_persons(one, persons).collect() for one in (dod, vnds))
    return presence(windows, rows, snapshots, deaths, moves)


def together(coverage: Mapping[str, pl.LazyFrame]) -> pl.DataFrame:
    """The coverage of all registers as one table."""
    return pl.concat(list(coverage.values())).collect()


def _no_study_base(study: Study, flow: pl.DataFrame) -> Fault:
    steps = "; ".join(f"{step}{f' ({reason})' if reason else ''} {n}" for step, reason, n in flow.drop("study").rows())
    anchored = "anchored periods need a `start_date` on every row; " if study.mode == "anchored" else ""
    return Fault(
        f"study {study.id!r} has no study base: {steps}",
        str(study.participants),
        f"{anchored}check the start years, that BEF of 31 December of the year before each is delivered, and that the "
        "list's PNRs are pseudonyms of the same series as the registers'",
    )
