"""Damaged deliveries of BEF: what is caught, where it is shown, and that nothing else changes."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from damage_asserts import assert_nothing_else, assert_shown, changed_files, one_test_each
from damage_runs import STUDY, Damage, Ended, command, copy_of, of_register, plain, run
from damage_world import (
    CITIZENS,
    FIFTEEN,
    FILES,
    IMPOSSIBLE,
    KOMMUNER,
    a_column_in_two_encodings,
    change,
    cut_in_a_line,
    emptied,
    having,
    in_parts,
    lower_case,
    named_as,
    one_in,
    swapped,
    three_in_ten,
    where,
    write_bytes,
)

from assets.jobs import OF_A_YEAR
from assets.run import Step
from expectations.states import POPULATION, read_states

FILE = FILES["bef"]
SAS_EPOCH = dt.date(1960, 1, 1)
DATES = ("REFERENCETID", "FOED_DAG")
CODES = ("KOEN", "KOM", "IE_TYPE")
IDS = ("PNR", "FAR_ID", "MOR_ID")
WITH_KEY = OF_A_YEAR | dg.AssetSelection.assets("person_key")


def as_sas(frame: pl.DataFrame) -> pl.DataFrame:
    """Dates as SAS day numbers, codes as numbers, names in small letters: as deliveries converted from SAS are."""
    days = (pl.col(DATES) - SAS_EPOCH).dt.total_days().cast(pl.Float64)
    return lower_case(frame.with_columns(days, pl.col(CODES).cast(pl.Float64)))


DROP = Damage(
    "30 % of the rows gone",
    change(FILE, lambda rows: rows.filter(~three_in_ten())),
    blocks=("rows_change_block",),
    warns=("rows_change",),
)
REFUSED = [
    Damage("Parquet cut short", write_bytes(FILE, lambda whole: whole[: len(whole) // 2], "parquet"), 3,
           told=(f"{FILE}.parquet",)),
    Damage("CSV cut in the middle of a line", write_bytes(FILE, cut_in_a_line), 3,
           told=(f"{FILE}.csv", "fields than the header's 9")),
    Damage("no bytes", write_bytes(FILE, lambda whole: b"", "parquet"), 3,
           told=(f"{FILE}.parquet", "0 bytes"), in_state=False),
    Damage("another register under its name", named_as(FILE, FILES["handic"]), 3,
           told=(f"{FILE}.parquet", "REFERENCETID", "KOM", "MOR_ID")),
    Damage("delivered twice under two names", named_as("bef-2023-12", FILE), 3,
           told=(f"{FILE}.parquet", "bef-2023-12.parquet", "twice"), in_state=False),
    Damage("columns gone", change(FILE, lambda rows: rows.drop("KOM", "IE_TYPE")), 3,
           told=(f"{FILE}.parquet", "KOM", "IE_TYPE")),
    Damage("a column of another type", change(FILE, having(pl.lit(True).alias("KOEN"))), 3,
           told=(f"{FILE}.parquet", "KOEN", "Boolean")),
    Damage("the snapshot of the year before under its name", named_as(FILE, "bef202212"), 3,
           told=(f"{FILE}.parquet", "a snapshot date outside the period in the file's name")),
    Damage("snapshot and birth date swapped", change(FILE, swapped(*DATES)), 3, told=(f"{FILE}.parquet", "no row")),
    Damage("two encodings", a_column_in_two_encodings(FILE), 3, told=(f"{FILE}.csv", "some of the text is in UTF-8")),
    Damage("every PNR gone", change(FILE, emptied("PNR")), 3, told=(f"{FILE}.parquet", "no PNR")),
]  # fmt: skip
BLOCKED = [
    Damage("joined to itself", change(FILE, lambda rows: pl.concat([rows, rows])),
           blocks=("set_aside_duplicate_row",), aside={"duplicate_row": CITIZENS}),
    Damage("delivered twice in parts", in_parts(FILE, "bef", 2023),
           blocks=("set_aside_duplicate_row",), aside={"duplicate_row": CITIZENS}),
    Damage("dates that do not exist", change(FILE, where(one_in(5), "FOED_DAG", IMPOSSIBLE), "utf-8"),
           blocks=("set_aside_invalid_date",), aside={"invalid_date": CITIZENS // 5}),
    Damage("rows of another day", change(FILE, where(one_in(5), "REFERENCETID", dt.date(2023, 9, 30))),
           blocks=("set_aside_outside_delivery",), aside={"outside_delivery": CITIZENS // 5}),
    DROP,
    Damage("a municipality gone", change(FILE, lambda rows: rows.filter(pl.col("KOM") != KOMMUNER[0])),
           blocks=("codes_gone_kom_block",), warns=("rows_change", "code_drift_kom", "codes_gone_kom")),
    Damage("all municipalities null", change(FILE, emptied("KOM")),
           blocks=("missing_kom_block", "codes_gone_kom_block"), warns=("missing_kom", "codes_gone_kom")),
    Damage("sex in letters", change(FILE, having(pl.col("KOEN").replace({"1": "M", "2": "K"}))),
           blocks=("missing_koen_block",), warns=("missing_koen",), told=(f"{CITIZENS} values of KOEN",)),
    Damage("born in the future", change(FILE, where(one_in(5), "FOED_DAG", dt.date(2060, 1, 1))),
           blocks=("implausible_foed_dag_block",), warns=("implausible_foed_dag",)),
]  # fmt: skip
WARNED = [
    Damage("some citizens twice", change(FILE, lambda rows: pl.concat([rows, rows.head(15)])),
           warns=("set_aside_duplicate_row",), aside={"duplicate_row": 15}, lost=0),
    Damage("some dates that do not exist", change(FILE, where(FIFTEEN, "FOED_DAG", IMPOSSIBLE), "utf-8"),
           warns=("set_aside_invalid_date",), aside={"invalid_date": 15}, lost=15),
    Damage("all origins null", change(FILE, emptied("IE_TYPE")),
           warns=("missing_ie_type",), same=pl.exclude("ie_type")),
]  # fmt: skip
RIGHT = [
    Damage("from SAS: dates and codes as numbers, small letters", change(FILE, as_sas)),
    Damage("PNRs as numbers", change(FILE, having(pl.col(IDS).cast(pl.Int64))), told=("PNR as numbers",)),
    Damage("dates as datetimes", change(FILE, having(pl.col(DATES).cast(pl.Datetime("us"))))),
    Damage("PNR under another name", change(FILE, lambda rows: rows.rename({"PNR": "V_CPR"}))),
    Damage("Latin-1", change(FILE, having(pl.lit("Ærø").alias("BYNAVN")), "latin-1")),
]  # fmt: skip


test_damage = one_test_each("bef", [*REFUSED, *BLOCKED, *WARNED, *RIGHT])


def test_a_clean_delivery_raises_nothing(clean: Path) -> None:
    said = (clean / "said.txt").read_text()
    assert "warning" not in said.lower()
    assert "advarsel" not in said.lower()
    states = read_states(clean / "store")
    assert set(states["state"]) == {"passed", "not_applicable"}
    # What compares with an earlier delivery, and what rests on too few: nothing else goes unasked.
    unasked = states.filter(state="not_applicable")
    assert (
        unasked.filter(~pl.col("check").str.contains("against_delivery_before"))
        .filter(~pl.col("note").str.contains("Too few"))
        .is_empty()
    )
    assert command("quality", clean).exit_code == 0


def test_a_drop_stops_the_whole_command(clean: Path, tmp_path: Path) -> None:
    """Through `forlob run`: releases, studies and spells stay, and Dagster's own history has what failed."""
    DROP.done(copy_of(clean, tmp_path) / "extracts")
    done = command("run", tmp_path)
    assert done.exit_code == 7, done.output
    assert "releases are as they were" in done.output
    with dg.DagsterInstance.from_config(str(tmp_path / "store" / ".dagster")) as instance:
        ended = Ended(tmp_path, instance, done.exit_code, done.output)
        assert_shown(clean, ended, "bef", DROP)
    assert_nothing_else(clean, tmp_path, "bef", DROP, changed_files(clean, tmp_path))


def test_four_snapshots_a_year_are_four_rows_a_citizen_and_no_more_use(
    clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain(monkeypatch)
    extracts = copy_of(clean, tmp_path) / "extracts"
    snapshot = pl.read_parquet(extracts / f"{FILE}.parquet")
    for month in (3, 6, 9):
        day = dt.date(2023, month + 1, 1) - dt.timedelta(days=1)
        snapshot.with_columns(REFERENCETID=day).write_parquet(extracts / f"bef2023{month:02d}.parquet")
    ended = run(tmp_path, (*of_register("bef"), STUDY))
    assert (ended.code, ended.warnings) == (0, ())
    assert pl.read_parquet(tmp_path / "store" / "registers" / "bef" / "2023.parquet").height == 4 * CITIZENS
    changed = {path for path in changed_files(clean, tmp_path) if "/checks/" not in path}
    assert changed == {"store/registers/bef/2023.parquet", "store/coverage/bef/2023.parquet"}


def test_municipalities_numbered_anew_in_2007(clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Old codes until 2006, some of them of another municipality from 2007: no year is lost for it."""
    plain(monkeypatch)
    extracts = tmp_path / "extracts"
    extracts.mkdir()
    shutil.copytree(clean / "studies", tmp_path / "studies")
    shutil.copytree(clean / "catalogue", tmp_path / "catalogue")
    snapshot = pl.read_parquet(clean / "extracts" / f"{FILE}.parquet").with_columns(FOED_DAG=dt.date(1960, 1, 1))
    old = dict(zip(KOMMUNER, [*KOMMUNER[5:], "201", "205", "207", "208", "209"], strict=True))
    for year in (2005, 2006, 2007):
        of_year = snapshot.with_columns(REFERENCETID=dt.date(year, 12, 31))
        numbered = of_year if year == 2007 else of_year.with_columns(pl.col("KOM").replace(old))
        numbered.write_parquet(extracts / f"bef{year}12.parquet")
    older = [Step(str(year), "bef_run", str(year), WITH_KEY, suites=False) for year in (2005, 2006)]
    # Not the population, which is made of spells that there are none of here.
    population = dg.AssetSelection.assets(POPULATION.split("/")).required_multi_asset_neighbors()
    newest = [replace(step, selection=step.selection - population) for step in of_register("bef", year="2007")]
    ended = run(tmp_path, (*older, *newest))
    assert (ended.code, ended.failure, ended.warnings) == (0, "", ())


def test_a_snapshot_without_a_row_is_told(clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stops nothing: a small site may have nobody in a year, whose periods are then not measured."""
    plain(monkeypatch)
    change(FILE, lambda rows: rows.head(0))(copy_of(clean, tmp_path) / "extracts")
    ended = run(tmp_path, of_register("bef"))
    assert (ended.code, ended.warnings) == (0, ("BEF is delivered without any row",))
