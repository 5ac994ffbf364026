"""Damaged deliveries of LPR2: each is caught by name before spells are made of it, or changes nothing.

Here: damages of one year's files, or of PSYK_ADM, and what must come of them. Not here: the clean deliveries
(`damage_lpr2`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from damage_lpr2 import CITIZENS, LAST_YEAR, LATER, PNRS, write_lpr2
from damage_runs import Doing, clean_road, copy_of, plain, run
from damage_world import IMPOSSIBLE, change, emptied, having, lower_case, named_as, one_in, other_series, swapped, where

from assets.run import Step
from catalogue.columns import LPR2
from expectations.findings import read_findings
from expectations.states import POPULATION, read_states
from faults import DeliveryError, QualityError

ADM, BES, PSYK = f"lpr_adm{LAST_YEAR}", f"lpr_bes{LAST_YEAR}", "psyk_adm2019"
THEN = {"followed", "suite"}
"""What fails beside any check that blocks."""
SAS_EPOCH = pl.date(1960, 1, 1)
IDS = {*PNRS, *(f"{series}{LAST_YEAR}{n:05d}" for series in (1, 2, 3) for n in range(CITIZENS))}


@dataclass(frozen=True)
class Case:
    """What is `done` to the deliveries; the checks that then block and warn, and no other; what is said besides.

    Without any of them, everything made of the deliveries is as it was. `refused`: no file is read.
    """

    done: Doing
    blocks: tuple[str, ...] = ()
    warns: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    refused: bool = False


def refused(file: str, column: str) -> dict[str, Case]:
    """What no file of LPR2 is read with."""
    return {
        f"{file}: {column} gone": Case(change(file, lambda rows: rows.drop(column)), told=(file, column), refused=True),
        f"{file}: delivered twice under two names": Case(
            named_as(f"{file}12", file), told=(f"{file}12.parquet", "twice"), refused=True
        ),
    }


def both(*doings: Doing) -> Doing:
    def doing(extracts: Path) -> None:
        for one in doings:
            one(extracts)

    return doing


def sas_days(*columns: str) -> pl.Expr:
    return (pl.col(columns) - SAS_EPOCH).dt.total_days().cast(pl.Float64)


def numbered_as_the_year_before(extracts: Path) -> None:
    """Contacts of the last year with the RECNUMs of the year before, of other citizens; their visits too."""
    renumbered = pl.col("RECNUM").str.replace(f"1{LAST_YEAR}", f"1{LAST_YEAR - 1}")
    change(ADM, lambda rows: rows.with_columns(renumbered, PNR=pl.Series(PNRS.reverse())))(extracts)
    change(BES, having(renumbered))(extracts)


KINDS_BY_NUMBER = pl.col("C_PATTYPE", "C_SPEC").cast(pl.Float64)
CASES = {
    **refused(ADM, "C_PATTYPE"),
    **refused(BES, "RECNUM"),
    **refused(PSYK, "D_UDDTO"),
    "LPR_ADM: half of the year missing, and with it the contacts of visits": Case(
        change(ADM, lambda rows: rows.gather_every(2)), blocks=("set_aside_unknown_contact",), warns=("rows_change",)
    ),
    "LPR_ADM: kinds of patient of another column": Case(
        change(ADM, having(pl.lit("9").alias("C_PATTYPE"))), blocks=("recognised_pattype",),
    ),
    "LPR_ADM: kinds of patient in words": Case(
        change(ADM, having(pl.lit("indlagt").alias("C_PATTYPE"))), blocks=("missing_pattype",),
        told=(f"{CITIZENS} values of C_PATTYPE",),
    ),
    "LPR_ADM: no specialty": Case(change(ADM, emptied("C_SPEC")), blocks=("missing_spec",)),
    "LPR_ADM: no RECNUM": Case(
        change(ADM, emptied("RECNUM")), blocks=("missing_recnum",),
    ),
    "LPR_ADM: first and last day swapped": Case(
        change(ADM, swapped("D_INDDTO", "D_UDDTO")), blocks=("set_aside_end_before_start",),
    ),
    "LPR_ADM: no admission has an end": Case(
        change(ADM, emptied("D_UDDTO")), blocks=("set_aside_open_contact",),
    ),
    "LPR_ADM: PNRs of another series": Case(
        change(ADM, other_series), blocks=("known_to_bef_block",), warns=("known_to_bef",)
    ),
    "LPR_ADM: dates that do not exist": Case(
        change(ADM, where(one_in(5), "D_INDDTO", IMPOSSIBLE), "utf-8"), blocks=("set_aside_invalid_date",),
    ),
    "LPR_ADM: RECNUMs that begin anew each year": Case(
        numbered_as_the_year_before, blocks=("set_aside_ambiguous_contact",),
    ),
    "LPR_ADM: codes as numbers": Case(change(ADM, having(KINDS_BY_NUMBER))),
    "LPR_ADM: from SAS": Case(change(ADM, lambda rows: lower_case(rows.with_columns(sas_days("D_INDDTO", "D_UDDTO"))))),
    "LPR_ADM: every row twice": Case(
        change(ADM, lambda rows: pl.concat([rows, rows])), warns=("rows_change",)
    ),
    "LPR_ADM: a year's file missing": Case(
        lambda extracts: (extracts / f"{ADM}.parquet").unlink(), blocks=("set_aside_unknown_contact",)
    ),
    "LPR_BES: RECNUMs written in another way than the contacts'": Case(
        change(BES, having(pl.format("0{}", "RECNUM").alias("RECNUM"))), blocks=("set_aside_unknown_contact",)
    ),
    "LPR_BES: a few visits of nobody": Case(
        change(BES, where(pl.int_range(pl.len()) < 15, "RECNUM", "unknown")),
        warns=("set_aside_unknown_contact",),
    ),
    "LPR_BES: dates that do not exist": Case(
        change(BES, where(one_in(5), "D_AMBDTO", IMPOSSIBLE), "utf-8"), blocks=("set_aside_invalid_date",),
    ),
    "LPR_BES: from SAS": Case(change(BES, lambda rows: lower_case(rows.with_columns(sas_days("D_AMBDTO"))))),
    "PSYK_ADM: a year less than the delivery before": Case(
        change(PSYK, lambda rows: rows.filter(pl.col("D_INDDTO").dt.year() < LAST_YEAR)),
        blocks=("rows_against_delivery_before_block", "rows_change_block"),
        warns=("rows_against_delivery_before", "rows_change"),
    ),
    "PSYK_ADM: kinds of patient gone": Case(change(PSYK, emptied("C_PATTYPE")), blocks=("missing_pattype",)),
    "PSYK_ADM: PNRs of another series": Case(
        change(PSYK, other_series), blocks=("known_to_bef_block",), warns=("known_to_bef",)
    ),
    "PSYK_ADM: codes as numbers": Case(change(PSYK, having(KINDS_BY_NUMBER))),
    "two damages at once": Case(
        both(change(ADM, emptied("C_SPEC")), change(PSYK, emptied("C_PATTYPE"))),
        blocks=("missing_spec", "missing_pattype"),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace after a run."""
    return clean_road(tmp_path_factory.getbasetemp(), "lpr2", write_lpr2)


def of_lpr2() -> tuple[Step, ...]:
    """The part of `yearly_run` that is made of LPR2's registers, the last year's of LPR_ADM, the population last."""
    assets = dg.AssetSelection.assets
    steps = [["registers", register] for register in LPR2] + [["spells", "lpr2"], POPULATION.split("/")]
    made = assets("person_key", ["quarantine", "lpr_adm"], ["quality", "unmapped_codes"])
    for one in steps:
        made |= assets(one).required_multi_asset_neighbors()
    return (Step("lpr2", "yearly_run", str(LAST_YEAR), made),)


def of_no_study(root: Path) -> pl.DataFrame:
    """The states of checks but those of the study."""
    return read_states(root / "store").filter(pl.col("partition").ne_missing("trial"))


def test_a_clean_delivery_raises_nothing(clean: Path) -> None:
    states = of_no_study(clean)
    assert set(states["state"]) == {"passed", "not_applicable"}
    own = states.filter(pl.col("asset").str.contains("lpr_adm|psyk_adm|lpr_bes|lpr2"), state="not_applicable")
    assert {check for check in own["check"] if "against_delivery_before" not in check} == set()
    spells = pl.read_parquet(clean / "store" / "spells" / "lpr2.parquet")
    of_a_year = (750 + 1000) + 3 * 1000 + (750 + 1000)  # admissions, visits, emergencies; PSYK_ADM has LPR_ADM's again
    assert spells.height == 3 * of_a_year + 3 * LATER


@pytest.mark.parametrize("name", CASES)
def test_damage(clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    case = CASES[name]
    plain(monkeypatch)
    copy_of(clean, tmp_path)
    case.done(tmp_path / "extracts")
    ended = run(tmp_path, of_lpr2())
    said = "\n".join([ended.failure, *ended.warnings])
    expected = DeliveryError.exit_code if case.refused else QualityError.exit_code if case.blocks else 0
    assert ended.code == expected, said
    assert not [words for words in case.told if words not in said], said
    assert not set(re.findall(r"\d{6,}", said)) & IDS
    failed = [one for one in read_findings(of_no_study(tmp_path)) if one.state == "failed"]
    by_name = {one.check.name: one.check.severity for one in failed if one.check.name not in THEN | {"shape"}}
    assert by_name == dict.fromkeys(case.blocks, "block") | dict.fromkeys(case.warns, "warn")
    before, now = (pl.read_parquet(root / "store" / "spells" / "lpr2.parquet") for root in (clean, tmp_path))
    if case.blocks or case.refused or not case.warns or "twice" in name:
        assert now.equals(before)
    else:
        assert now.join(before, on=now.columns, how="anti").is_empty()
    for one in failed:
        if one.blocks and one.check.name not in THEN | {"shape"}:
            assert one.check.title_da in said


def test_a_year_without_visits_is_not_measured(clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, and the year's coverage is gone with it; without LPR_ADM's file its visits are of nobody."""
    plain(monkeypatch)
    (copy_of(clean, tmp_path) / "extracts" / f"{BES}.parquet").unlink()
    said = "\n".join(run(tmp_path, of_lpr2()).warnings)
    assert f"LPR2: {LAST_YEAR} is not measured" in said
    coverage = pl.read_parquet(tmp_path / "store" / "coverage" / "lpr2.parquet")
    assert coverage["start"].dt.year().to_list() == [2016, 2017]
