"""Registers to spells: the dated pieces of service that everything after is written for."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import dagster as dg
import polars as pl

from assets.checks import check_spec, contract_spec, contract_specs, outputs, tell
from assets.columns import table_metadata, table_out
from assets.engine import StageEngine
from assets.failures import IO_RETRIES, clear_errors
from assets.inputs import every_year, spell_registers
from assets.workspace import Workspace
from expectations.contracts.deliveries import DELIVERIES
from expectations.contracts.quality import UNMAPPED_CODES, WITH_CODES
from expectations.contracts.registers import MADE_OF, SPELLS, spells_there
from expectations.findings import Check, Finding, State
from expectations.states import followers_made
from pipelines.registers import (
    bfl,
    drg_kontakter,
    herb_forsorg_mv_f,
    kraf,
    krin,
    krsi,
    nab,
    siu_individ_udgifter_total,
    smdb_vbgf,
    sssy,
)
from pipelines.registers import dream as dream_register
from pipelines.registers import handic as handic_register

EVALUATORS = ["team:evaluation"]
FURTHER = {
    "herb_forsorg_mv_f": (herb_forsorg_mv_f.STAGE, ("shelter_stays", "data_end")),
    "smdb_vbgf": (smdb_vbgf.STAGE, ("drug_treatment_gap_days", "data_end")),
    "nab": (nab.STAGE, ("nab_last_year", "data_end")),
    "sssy": (sssy.STAGE, ("sssy_specialties",)),
    "drg_kontakter": (drg_kontakter.STAGE, ("psychiatric_specialties_lpr2",)),
    "siu_individ_udgifter_total": (siu_individ_udgifter_total.STAGE, ("siu_services", "data_end")),
    "bfl": (bfl.STAGE, ()),
    "krsi": (krsi.STAGE, ()),
    "kraf": (kraf.STAGE, ()),
    "krin": (krin.STAGE, ("data_end",)),
}
"""Of the registers beyond the four: what makes their spells, and what it is told: a file or a limit of the catalogue,
or the register's data end.
"""
MOST_NAMED = 10
"""Codes named in a warning."""
MEND = (
    "Find koderne i quality/unmapped_codes, og tilføj dem i katalogets kodeliste med datoer og kilde.",
    "Find the codes in quality/unmapped_codes, and add them to the catalogue's list with dates and source.",
)
MEND_OF = {
    "lpr2": (
        "Find koderne i quality/unmapped_codes. Kun 0, 2 og 3 tæller som patienttype: se, om C_PATTYPE er den rigtige "
        "kolonne.",
        "Find the codes in quality/unmapped_codes. Only 0, 2 and 3 count as kinds of patient: see whether C_PATTYPE is "
        "the right column.",
    )
}
"""What to do about codes that nobody maps; of spells whose kinds the method states, not the catalogue."""
UNMAPPED_KEY = dg.AssetKey(["quality", "unmapped_codes"])
CODES = "codes"


def _all_mapped(register: str) -> Check:
    name = register.upper()
    mend_da, mend_en = MEND_OF.get(register, MEND)
    return Check(
        asset="/".join(UNMAPPED_KEY.path),
        name=f"{register}_codes_mapped",
        severity="warn",
        title_da=f"Kataloget kender alle koder i {name}",
        title_en=f"The catalogue knows every code of {name}",
        why_da="En kode, som ingen har oversat, tæller ikke med i noget forbrug; koder skifter med reformerne.",
        why_en="A code that nobody mapped counts as no use of anything; codes change with reforms.",
        mend_da=mend_da,
        mend_en=mend_en,
        upper=0,
    )


def spells_out(name: str) -> dg.AssetOut:
    """The table of some spells."""
    return table_out(["spells", name], EVALUATORS, f"{name.upper()}: {SPELLS[name].description}.")


def unmapped_out(register: str) -> dg.AssetOut:
    """The table of their codes that nobody maps."""
    described = f"Codes of {register.upper()} that the catalogue does not map, by year."
    return table_out(["quality", f"unmapped_{register}"], EVALUATORS, described)


@dg.multi_asset(
    name="dream_spells",
    outs={
        "spells": spells_out("dream"),
        "employment": spells_out("dream_employment"),
        "unmapped": unmapped_out("dream"),
    },
    ins={"dream": dg.AssetIn(["registers", "dream"]), "months": dg.AssetIn(["registers", "dream_employment"])},
    deps=["catalogue"],
    check_specs=contract_specs("spells/dream", "spells/dream_employment", "quality/unmapped_dream"),
    retry_policy=IO_RETRIES,
)
@clear_errors
def dream_spells(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    engine: dg.ResourceParam[StageEngine],
    dream: pl.LazyFrame,
    months: pl.LazyFrame,
):
    """Weeks on each benefit, and months in ordinary employment."""
    codes = workspace.read_catalogue().dream_codes
    with engine.run(context, dream_register.STAGE, {"dream": dream, "months": months}, dream_codes=codes) as tables:
        warn_of_unmapped(context, "DREAM", tables["unmapped"])
        yield from outputs(context, workspace, **tables)
    followers_made(Path(workspace.store), "registers/dream")


@dg.multi_asset(
    name="handic_spells",
    outs={"spells": spells_out("handic"), "unmapped": unmapped_out("handic")},
    ins={"handic": dg.AssetIn(["registers", "handic"]), "coverage": dg.AssetIn(["coverage", "handic"])},
    deps=["catalogue"],
    check_specs=contract_specs("spells/handic", "quality/unmapped_handic"),
    retry_policy=IO_RETRIES,
)
@clear_errors
def handic_spells(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    engine: dg.ResourceParam[StageEngine],
    handic: pl.LazyFrame,
    coverage: pl.LazyFrame,
):
    """Days of each service granted."""
    data_end = coverage.select(pl.max("data_end")).collect().item() or date.max  # not delivered: there are no grants
    later = handic.filter(pl.col("end").is_null() & (pl.col("start") > data_end)).select(pl.len()).collect().item()
    context.add_output_metadata({"grants_from_after_data_end": later}, output_name="spells")
    services = workspace.read_catalogue().handic_services
    with engine.run(
        context, handic_register.STAGE, {"grants": handic}, handic_services=services, data_end=data_end
    ) as tables:
        warn_of_unmapped(context, "HANDIC", tables["unmapped"])
        yield from outputs(context, workspace, **tables)
    followers_made(Path(workspace.store), "registers/handic")


def _further(register: str) -> dg.AssetsDefinition:
    """The spells of a register beyond the four."""
    stage, told = FURTHER[register]
    with_codes = register in WITH_CODES
    outs = {"spells": spells_out(register)} | ({"unmapped": unmapped_out(register)} if with_codes else {})

    @dg.multi_asset(
        name=f"{register}_spells",
        outs=outs,
        ins={"rows": every_year("registers", register), "coverage": every_year("coverage", register)},
        deps=["catalogue"],
        check_specs=[contract_spec(out.key) for out in outs.values()],
        retry_policy=IO_RETRIES,
    )
    @clear_errors
    def spells(
        context: dg.AssetExecutionContext,
        workspace: Workspace,
        engine: dg.ResourceParam[StageEngine],
        rows: pl.LazyFrame,
        coverage: pl.LazyFrame,
    ):
        catalogue = workspace.read_catalogue()
        data_end = coverage.select(pl.max("data_end")).collect().item() or date.max  # no year of it: there are no rows
        settings = {name: data_end if name == "data_end" else catalogue.stated(name) for name in told}
        with engine.run(context, stage, {"rows": rows}, **settings) as tables:
            if with_codes:
                warn_of_unmapped(context, register.upper(), tables["unmapped"])
            yield from outputs(context, workspace, **{name: tables[name] for name in outs})
        followers_made(Path(workspace.store), f"registers/{register}")

    return spells


def _unmapped_codes(with_codes: Sequence[str]) -> dg.AssetsDefinition:
    """All registers' unmapped codes in one table, and their share of all codes."""

    @dg.asset(
        key=UNMAPPED_KEY,
        ins={register: dg.AssetIn(["quality", f"unmapped_{register}"]) for register in with_codes}
        | {f"{one}_profile": every_year("quality/profiles", one) for name in with_codes for one in _coded(name)},
        group_name="quality",
        owners=EVALUATORS,
        kinds={"parquet", "polars"},
        description="Every delivered code that the catalogue does not map, by register and year.",
        metadata=table_metadata(UNMAPPED_CODES),
        check_specs=[
            contract_spec(UNMAPPED_KEY),
            *(check_spec(_all_mapped(register), blocking=False) for register in with_codes),
        ],
        retry_policy=IO_RETRIES,
    )
    @clear_errors
    def unmapped_codes(context: dg.AssetExecutionContext, workspace: Workspace, **tables):
        yield from _told_unmapped(context, workspace, with_codes, tables)

    return unmapped_codes


def _told_unmapped(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    with_codes: Sequence[str],
    tables: Mapping[str, pl.LazyFrame],
) -> Iterator[object]:
    named, findings = [], []
    for register in with_codes:
        unmapped = tables[register].collect()
        named.append(unmapped.select(pl.lit(register).alias("register"), "code", "year", "n"))
        n = int(unmapped.get_column("n").sum())
        of = sum(_rows(tables[f"{one}_profile"], by_year=DELIVERIES[one].by_year) for one in _coded(register))
        state: State = "failed" if n else "passed" if of else "not_applicable"
        findings.append(Finding(_all_mapped(register), state, n, of, n / of if of else None))
    yield from tell(context, workspace, CODES, findings)
    yield from outputs(context, workspace, result=pl.concat(named))


def _coded(name: str) -> tuple[str, ...]:
    """The registers whose rows have the codes of some spells."""
    return tuple(one for one in MADE_OF.get(name, (name,)) if DELIVERIES[one].found_by is None)


def _rows(profile: pl.LazyFrame, *, by_year: bool) -> int:
    """The rows of a register by its profile, which has none of the whole of one that comes a year at a time."""
    whole = pl.col("year").is_not_null() if by_year else pl.col("year").is_null()
    total = profile.filter(whole, pl.col("column").is_null(), kind="rows")
    return total.select(pl.col("n").sum()).collect().item()


def warn_of_unmapped(context: dg.AssetExecutionContext, register: str, table: pl.LazyFrame) -> None:
    """Name some of the codes that nobody maps, and count all."""
    unmapped = table.collect()
    if unmapped.height:
        codes = unmapped.get_column("code").unique().sort().to_list()
        named = ", ".join(codes[:MOST_NAMED]) + (f" and {len(codes) - MOST_NAMED} more" if codes[MOST_NAMED:] else "")
        context.log.warning(f"{register} has codes that the catalogue does not map: {named} (quality/unmapped_codes)")
    counts = {"unmapped_codes": unmapped.get_column("code").n_unique(), "unmapped": int(unmapped.get_column("n").sum())}
    context.add_output_metadata(counts, output_name="unmapped")


def spell_assets(registers: Sequence[str]) -> list[dg.AssetsDefinition]:
    """The spells of a workspace's registers, but those of hospitals (`assets.hospitals`)."""
    with_codes = [name for name in WITH_CODES if name in spells_there(registers)]
    further = [_further(register) for register in spell_registers(registers)]
    return [dream_spells, handic_spells, *further, _unmapped_codes(with_codes)]
