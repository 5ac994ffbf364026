"""Damaged deliveries of HANDIC: what is caught, where it is shown, and that nothing else changes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from damage_asserts import changed_files, mended, one_test_each, stands_on_the_pages
from damage_runs import (
    AGAINST,
    AGAINST_BLOCK,
    STUDY,
    YEAR,
    YEARLY,
    YEARLY_BLOCK,
    Damage,
    command,
    copy_of,
    of_register,
    plain,
    run,
)
from damage_world import (
    FIFTEEN,
    FILES,
    IMPOSSIBLE,
    KOMMUNER,
    change,
    cut_in_a_line,
    emptied,
    having,
    in_parts,
    lower_case,
    named_as,
    one_in,
    other_series,
    swapped,
    three_in_ten,
    where,
    write_bytes,
)

FILE = FILES["handic"]
BY_KOMMUNE = "store/quality/handic_coverage.parquet"
SAS_EPOCH = dt.date(1960, 1, 1)
CODE, START, END, PAYER = "MODT_YDELSE_KODE", "YDELSE_START", "YDELSE_SLUT", "BETALINGSKOMMUNE"
NEWEST = pl.col(START).dt.year() == 2023


def as_sas(rows: pl.DataFrame) -> pl.DataFrame:
    """Dates as SAS day numbers, the payer as a number, names in small letters."""
    days = (pl.col(START, END) - SAS_EPOCH).dt.total_days().cast(pl.Float64)
    return lower_case(rows.with_columns(days, pl.col(PAYER).cast(pl.Float64)))


DROP = Damage(
    "30 % of the rows gone",
    change(FILE, lambda rows: rows.filter(~three_in_ten())),
    blocks=AGAINST_BLOCK,
    warns=AGAINST,
)
REFUSED = [
    Damage("Parquet cut short", write_bytes(FILE, lambda whole: whole[:-500], "parquet"), 3, told=(f"{FILE}.parquet",)),
    Damage("CSV cut in the middle of a line", write_bytes(FILE, cut_in_a_line), 3,
           told=(f"{FILE}.csv", "fields than the header's 6")),
    Damage("another register under its name", named_as(FILE, FILES["lpr_a_kontakt"]), 3,
           told=(f"{FILE}.parquet", CODE, START, END)),
    Damage("delivered twice under two names", named_as("handic_202312", FILE), 3,
           told=(f"{FILE}.parquet", "handic_202312.parquet", "twice"), in_state=False),
    Damage("columns gone", change(FILE, lambda rows: rows.drop(CODE, END)), 3, told=(f"{FILE}.parquet", CODE, END)),
    Damage("first and last day swapped", change(FILE, swapped(START, END)), 3,
           told=(f"{FILE}.parquet", "an end before the start")),
    Damage("every code null", change(FILE, emptied(CODE)), 3, told=(f"{FILE}.parquet", "no service code")),
]  # fmt: skip
BLOCKED = [
    Damage("delivered twice in parts", in_parts(FILE, "handic", 2023),
           blocks=("repeated_rows_block",), warns=("repeated_rows",)),
    Damage("dates that do not exist", change(FILE, where(one_in(5), START, IMPOSSIBLE), "utf-8"),
           blocks=("set_aside_invalid_date",), aside={"invalid_date": 4200}),
    Damage("codes as numbers, those with letters lost",
           change(FILE, having(pl.col(CODE).cast(pl.Float64, strict=False))),
           blocks=("set_aside_missing_code",), aside={"missing_code": 4200}),
    Damage("PNRs for codes", change(FILE, having(pl.when(one_in(5)).then("PNR").otherwise(CODE).alias(CODE))),
           blocks=("set_aside_invalid_code",), aside={"invalid_code": 4200}),
    DROP,
    Damage("the delivery of the year before under its name", change(FILE, lambda rows: rows.filter(~NEWEST)),
           blocks=(*YEARLY_BLOCK, *AGAINST_BLOCK), warns=(*YEARLY, *AGAINST)),
    Damage("the delivery of the year after under its name", change(FILE, having(), to="handic2022"),
           blocks=("implausible_start_block", *AGAINST_BLOCK), warns=("implausible_start", *AGAINST)),
    Damage("no grant has an end", change(FILE, emptied(END)), blocks=("missing_end_block",), warns=("missing_end",)),
    Damage("PNRs of another series", change(FILE, other_series), blocks=("alive_block",), warns=("alive",)),
]  # fmt: skip
WARNED = [
    Damage("some dates that do not exist", change(FILE, where(FIFTEEN, END, IMPOSSIBLE), "utf-8"),
           warns=("set_aside_invalid_date",), aside={"invalid_date": 15}, lost=15),
    Damage("some ends before the start", change(FILE, where(FIFTEEN, END, dt.date(2018, 1, 1))),
           warns=("set_aside_end_before_start",), aside={"end_before_start": 15}, lost=15),
    Damage("a letter of a code lost", change(FILE, having(pl.col(CODE).str.strip_chars_end("a"))),
           warns=("handic_codes_mapped",), told=("does not map: 82 ",),
           same=pl.all().filter(~pl.col("code").is_in(["82", "82a"]))),
    Damage("a municipality missing for a year",
           change(FILE, lambda rows: rows.filter(~(NEWEST & (pl.col(PAYER) == KOMMUNER[1])))),
           warns=AGAINST, lost=210),
]  # fmt: skip
RIGHT = [
    Damage("from SAS: dates as day numbers, small letters", change(FILE, as_sas)),
    Damage("PNRs as numbers", change(FILE, having(pl.col("PNR").cast(pl.Int64))), told=("PNR as numbers",)),
    Damage("codes as text of numbers", change(FILE, having(pl.col(CODE).str.replace(r"^(\d+)$", "${1}.0")))),
    Damage("the municipality that acts", change(FILE, lambda rows: rows.rename({PAYER: "HANDLEKOMMUNE"}))),
    Damage("Latin-1", change(FILE, having(pl.lit("Ærø").alias("BYNAVN")), "latin-1")),
]  # fmt: skip


test_damage = one_test_each("handic", [*REFUSED, *BLOCKED, *WARNED, *RIGHT])


def test_a_drop_stands_on_the_pages(clean: Path, tmp_path: Path) -> None:
    stands_on_the_pages(clean, tmp_path, "handic", DROP, (YEAR,))
    assert run(tmp_path, (STUDY,)).code == 7
    mended(clean, tmp_path)


def test_a_municipality_without_data_is_not_read_as_no_use(
    clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that one municipality pays in 2023 is gone: told by municipality, in the study, and on the screen."""
    plain(monkeypatch)
    gone = (pl.col(END).is_null() | (pl.col(END) >= dt.date(2023, 1, 1))) & (pl.col(PAYER) == KOMMUNER[1])
    change(FILE, lambda rows: rows.filter(~gone))(copy_of(clean, tmp_path) / "extracts")
    ended = run(tmp_path, (*of_register("handic"), STUDY))
    assert ended.code == 0
    coverage = pl.read_parquet(tmp_path / BY_KOMMUNE).filter(pl.col("state") != "data")
    assert coverage.select("kommune", "year", "state", "gap").rows() == [(KOMMUNER[1], 2023, "no_data", "after")]
    [told] = [line for line in ended.warnings if line.startswith("use (")]
    assert "10 / 60" in told
    assert "1 kommuner / municipalities, 1 / 100" in command("quality", tmp_path).output


def test_rows_that_say_the_same_in_another_way_change_no_use(
    clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Grants that overlap, ends written as 9999, and no payer: the same use, and the same municipalities with data."""
    plain(monkeypatch)

    def in_another_way(rows: pl.DataFrame) -> pl.DataFrame:
        again = rows.filter(NEWEST).head(100).with_columns(pl.col(START).dt.offset_by("3d"))
        return pl.concat([rows, again]).with_columns(pl.col(END).fill_null(dt.date(9999, 12, 31))).drop(PAYER)

    change(FILE, in_another_way)(copy_of(clean, tmp_path) / "extracts")
    ended = run(tmp_path, (*of_register("handic"), STUDY))
    assert (ended.code, ended.warnings) == (0, ())
    changed = {path for path in changed_files(clean, tmp_path) if "/checks/" not in path}
    assert not {
        path for path in changed if not path.startswith(("store/registers/", "store/spells/", "store/quality/"))
    }
    before, now = (
        pl.read_parquet(root / "store" / "quality" / "handic_coverage.parquet") for root in (clean, tmp_path)
    )
    same = ("kommune", "year", "citizens_in_bef", "citizens", "state", "gap")
    assert now.select(same).equals(before.select(same))


def test_what_a_municipality_did_not_approve_can_be_seen(clean: Path, tmp_path: Path) -> None:
    unapproved = having(pl.when(pl.col(PAYER) != KOMMUNER[1]).then("GODKENDTPERIODE").alias("GODKENDTPERIODE"))
    change(FILE, unapproved)(copy_of(clean, tmp_path) / "extracts")
    assert run(tmp_path, of_register("handic")).code == 0
    coverage = pl.read_parquet(tmp_path / BY_KOMMUNE).filter(pl.col("grants") > 0)
    none_approved = coverage.filter(approved=0).get_column("kommune").unique().to_list()
    assert none_approved == [KOMMUNER[1]]


def test_codes_none_of_which_is_known_stop(clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain(monkeypatch)
    change(FILE, having(pl.format("§ {}", CODE).alias(CODE)))(copy_of(clean, tmp_path) / "extracts")
    ended = run(tmp_path, of_register("handic"))
    assert ended.code == 7
    assert "Ydelser med en kode, kataloget kender" in ended.failure


def test_a_delivery_without_a_row_stops(clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain(monkeypatch)
    change(FILE, lambda rows: rows.head(0))(copy_of(clean, tmp_path) / "extracts")
    assert run(tmp_path, of_register("handic")).code == 7
