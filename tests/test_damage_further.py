"""Damaged deliveries of SSSY, HERB_FORSORG_MV_F, SMDB_VBGF and NAB: what is caught, where it is shown, and that nothing
else changes.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from damage_asserts import changed_files, mended, one_test_each, stands_on_the_pages
from damage_further import (
    FURTHER,
    ROWS_AGAINST,
    ROWS_AGAINST_BLOCK,
    from_sas,
    half_gone,
    refused,
    strangers,
    unreadable,
    write_further,
)
from damage_runs import YEAR, Damage, clean_road, command, copy_of, of_register, plain, run
from damage_world import FILES, change, emptied, having, in_parts, one_in, swapped

from expectations.states import read_states

SSSY_FILE, HERB_FILE, SMDB_FILE, NAB_FILE = (
    FILES[register] for register in ("sssy", "herb_forsorg_mv_f", "smdb_vbgf", "nab")
)
NO_WEEK = "2399"


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of the damage tests with the further registers, after a run."""
    return clean_road(tmp_path_factory.getbasetemp(), "further", write_further)


def four_years_later(rows: pl.DataFrame) -> pl.DataFrame:
    """One course in five of NAB, in years of which the register tells nothing."""
    days = pl.col("BEHANDLING_START", "BEHANDLING_SLUT")
    return rows.with_columns(pl.when(one_in(5)).then(days.dt.offset_by("4y")).otherwise(days))


APRIL = Damage("the year to April alone", change(SSSY_FILE, lambda rows: rows.filter(pl.col("HONUGE") <= "2317")),
               blocks=("rows_change_block",), warns=("rows_change",))  # fmt: skip
SSSY = [
    *refused("sssy", "BRUHON", "dod"),
    *unreadable("sssy", "HONUGE", 6300, NO_WEEK),
    Damage("joined to itself", change(SSSY_FILE, lambda rows: pl.concat([rows, rows])),
           blocks=("rows_change_block",), warns=("rows_change",)),
    Damage("delivered twice in parts", in_parts(SSSY_FILE, "sssy", 2023),
           blocks=("rows_change_block",), warns=("rows_change",)),
    Damage("half of the year missing", change(SSSY_FILE, lambda rows: rows.filter(pl.col("HONUGE") <= "2326")),
           warns=("rows_change",), lost=3149),
    APRIL,
    Damage("specialties of another kind", change(SSSY_FILE, having(pl.lit("12").alias("SPEC2"))),
           blocks=("recognised_spec2",)),
    Damage("specialties in words", change(SSSY_FILE, having(pl.lit("Almen læge").alias("SPEC2"))),
           blocks=("missing_spec2",), told=("6300 values of SPEC2",)),
    Damage("every specialty null", change(SSSY_FILE, emptied("SPEC2")), blocks=("missing_spec2",)),
    Damage("contacts in words", change(SSSY_FILE, having(pl.lit("en").alias("KONTAKT"))),
           blocks=("missing_kontakt",), told=("6300 values of KONTAKT",)),
    Damage("every fee null", change(SSSY_FILE, emptied("BRUHON")), blocks=("missing_fee_oere",)),
    Damage("without a row", change(SSSY_FILE, lambda rows: rows.head(0)),
           blocks=("rows_change_block",), warns=("rows_change",), told=("SSSY is delivered without any row",)),
    strangers("sssy"),
    Damage("decimal commas", change(SSSY_FILE,
                                    having(pl.col("BRUHON").cast(pl.String).str.replace(".", ",", literal=True)))),
    Damage("weeks and specialties as numbers", change(SSSY_FILE, having(pl.col("HONUGE", "SPEC2").cast(pl.Int64)))),
]  # fmt: skip
HERB = [
    *refused("herb_forsorg_mv_f", "OPHOLD_TYPE", "dod"),
    *unreadable("herb_forsorg_mv_f", "INDFLYT", 6670),
    half_gone("herb_forsorg_mv_f", "INDFLYT"),
    Damage("first and last day swapped", change(HERB_FILE, swapped("INDFLYT", "UDFLYT")), 3,
           told=("an end before the start",)),
    Damage("kinds in words", change(HERB_FILE, having(pl.format("type {}", "OPHOLD_TYPE").alias("OPHOLD_TYPE"))),
           blocks=("recognised_ophold_type",)),
    Damage("every kind null", change(HERB_FILE, emptied("OPHOLD_TYPE")),
           blocks=("missing_ophold_type_block",), warns=("missing_ophold_type",)),
    Damage("one kind not known", change(HERB_FILE, having(pl.col("OPHOLD_TYPE").replace("103", "133"))),
           warns=("herb_forsorg_mv_f_codes_mapped",), told=("does not map: 133",), same=pl.exclude("ophold_type")),
    Damage("no stay has an end", change(HERB_FILE, emptied("UDFLYT")),
           warns=("missing_end",), same=pl.exclude("end")),
    strangers("herb_forsorg_mv_f"),
    from_sas("herb_forsorg_mv_f", "INDFLYT", "UDFLYT"),
]  # fmt: skip
SMDB = [
    *refused("smdb_vbgf", "IVAERKSATBEHANDLINGDATO", "dod"),
    *unreadable("smdb_vbgf", "KONTAKTFORLOEBSLUTDATO", 6670),
    half_gone("smdb_vbgf", "IVAERKSATBEHANDLINGDATO"),
    Damage("first and last day swapped",
           change(SMDB_FILE, swapped("IVAERKSATBEHANDLINGDATO", "KONTAKTFORLOEBSLUTDATO")),
           blocks=("set_aside_end_before_start",), aside={"end_before_start": 5557}),
    Damage("nothing but requests", change(SMDB_FILE, emptied("IVAERKSATBEHANDLINGDATO")),
           blocks=(ROWS_AGAINST_BLOCK,), warns=("missing_start", ROWS_AGAINST)),
    Damage("no course has an end", change(SMDB_FILE, emptied("KONTAKTFORLOEBSLUTDATO")),
           warns=("missing_end",), same=pl.exclude("end")),
    strangers("smdb_vbgf"),
    from_sas("smdb_vbgf", "IVAERKSATBEHANDLINGDATO", "KONTAKTFORLOEBSLUTDATO"),
]  # fmt: skip
NAB = [
    *refused("nab", "BEHANDLING_SLUT", "dod"),
    *unreadable("nab", "BEHANDLING_START", 5336),
    half_gone("nab", "BEHANDLING_START", year=2020),
    Damage("first and last day swapped", change(NAB_FILE, swapped("BEHANDLING_START", "BEHANDLING_SLUT")), 3,
           told=("an end before the start",)),
    Damage("treatment after the register's last year", change(NAB_FILE, four_years_later),
           blocks=(ROWS_AGAINST_BLOCK,), warns=("implausible_start", ROWS_AGAINST)),
    Damage("no course has an end", change(NAB_FILE, emptied("BEHANDLING_SLUT")),
           warns=("missing_end",), same=pl.exclude("end")),
    strangers("nab"),
    from_sas("nab", "BEHANDLING_START", "BEHANDLING_SLUT"),
]  # fmt: skip
test_sssy = one_test_each("sssy", SSSY)
test_herb_forsorg_mv_f = one_test_each("herb_forsorg_mv_f", HERB)
test_smdb_vbgf = one_test_each("smdb_vbgf", SMDB)
test_nab = one_test_each("nab", NAB)


def test_a_clean_delivery_raises_nothing(clean: Path) -> None:
    said = (clean / "said.txt").read_text()
    assert "warning" not in said.lower()
    assert "advarsel" not in said.lower()
    states = read_states(clean / "store")
    assert set(states["state"]) == {"passed", "not_applicable"}
    unasked = states.filter(pl.col("asset").str.contains("|".join(FURTHER)), state="not_applicable")["check"].unique()
    assert [check for check in unasked if "against_delivery_before" not in check] == []
    assert command("quality", clean).exit_code == 0


def test_a_part_of_a_year_stands_on_the_pages(clean: Path, tmp_path: Path) -> None:
    stands_on_the_pages(clean, tmp_path, "sssy", APRIL, (YEAR,))
    mended(clean, tmp_path)


@pytest.mark.parametrize("register", ["herb_forsorg_mv_f", "smdb_vbgf", "nab"])
def test_days_delivered_twice_count_once(
    clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, register: str
) -> None:
    """Twice in the file: the register has the rows twice, and its spells and the population's use are the same."""
    plain(monkeypatch)
    change(FILES[register], lambda rows: pl.concat([rows, rows]))(copy_of(clean, tmp_path) / "extracts")
    ended = run(tmp_path, of_register(register))
    assert (ended.code, ended.warnings) == (0, ())
    tables = {path for path in changed_files(clean, tmp_path) if "/quality/" not in path}
    assert tables == {f"store/registers/{register}.parquet"}
