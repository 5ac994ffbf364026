"""Damaged deliveries of DREAM: what is caught, where it is shown, and that nothing else changes."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import polars.selectors as cs
import pytest
from damage_asserts import one_test_each, stands_on_the_pages
from damage_runs import (
    AGAINST,
    AGAINST_BLOCK,
    YEARLY,
    YEARLY_BLOCK,
    Damage,
    copy_of,
    of_register,
    plain,
    run,
)
from damage_world import (
    FILES,
    OF_ONE,
    a_column_in_two_encodings,
    change,
    cut_in_a_line,
    emptied,
    having,
    in_parts,
    lower_case,
    named_as,
    one_in,
    three_in_ten,
    where,
    write_bytes,
)

FILE = FILES["dream"]
WEEKS, NEWEST, MONTHS = pl.col(r"^Y_\d{4}$"), pl.col(r"^Y_23\d\d$"), pl.col(r"^GRAD_\d{4}_\d\d$")
MONTHS_AGAINST = "rows_against_delivery_before_dream_employment"


def of(rows: pl.DataFrame, family: str) -> list[str]:
    return [name for name in rows.columns if name.startswith(family)]


def week_before_year(rows: pl.DataFrame) -> pl.DataFrame:
    """Weeks named `Y_WWYY`."""
    return rows.rename({name: f"Y_{name[4:]}{name[2:4]}" for name in of(rows, "Y_")})


def unknown(codes: list[str]) -> pl.Expr:
    """The register's rows on codes that the damage left alone."""
    return pl.all().filter(~pl.col("code").is_in(codes))


DROP = Damage(
    "30 % of the rows gone",
    change(FILE, lambda rows: rows.filter(~three_in_ten())),
    blocks=(*AGAINST_BLOCK, f"{MONTHS_AGAINST}_block"),
    warns=(*AGAINST, MONTHS_AGAINST),
)
REFUSED = [
    Damage("Parquet cut short", write_bytes(FILE, lambda whole: whole[:-500], "parquet"), 3, told=(f"{FILE}.parquet",)),
    Damage("CSV cut in the middle of a line", write_bytes(FILE, cut_in_a_line), 3,
           told=(f"{FILE}.csv", "fields than the header's")),
    Damage("another register under its name", named_as(FILE, FILES["lpr_a_kontakt"]), 3,
           told=(f"{FILE}.parquet", "Y_YYWW")),
    Damage("delivered twice under two names", named_as("DREAM2023-12", FILE), 3,
           told=(f"{FILE}.parquet", "DREAM2023-12.parquet", "twice"), in_state=False),
    Damage("PNR gone", change(FILE, lambda rows: rows.drop("PNR")), 3, told=(f"{FILE}.parquet", "PNR", "V_CPR")),
    Damage("every week gone", change(FILE, lambda rows: rows.drop(of(rows, "Y_"))), 3,
           told=(f"{FILE}.parquet", "Y_YYWW")),
    Damage("a week of another type", change(FILE, having(pl.lit(True).alias("Y_2310"))), 3,
           told=(f"{FILE}.parquet", "Y_2310", "Boolean")),
    Damage("two encodings", a_column_in_two_encodings(FILE), 3, told=(f"{FILE}.csv", "some of the text is in UTF-8")),
    Damage("every PNR null", change(FILE, emptied("PNR")), 3, told=(f"{FILE}.parquet", "no PNR")),
]  # fmt: skip
BLOCKED = [
    Damage("joined to itself", change(FILE, lambda rows: pl.concat([rows, rows])),
           blocks=("set_aside_duplicate_row",), aside={"duplicate_row": 2800}),
    Damage("delivered twice in parts", in_parts(FILE, "dream", 2023),
           blocks=("set_aside_duplicate_row",), aside={"duplicate_row": 2800}),
    Damage("many PNRs gone", change(FILE, where(one_in(5), "PNR", "")),
           blocks=("set_aside_missing_pnr",), aside={"missing_pnr": 560}),
    DROP,
    Damage("30 % of the rows of the newest year gone", change(FILE, having(pl.when(~three_in_ten()).then(NEWEST))),
           blocks=(*YEARLY_BLOCK, *AGAINST_BLOCK), warns=(*YEARLY, *AGAINST)),
    Damage("the delivery of the year before under its name",
           change(FILE, lambda rows: rows.drop(cs.matches(r"^Y_23|^GRAD_2023"))),
           blocks=(*YEARLY_BLOCK, *AGAINST_BLOCK, "rows_change_dream_employment_block", f"{MONTHS_AGAINST}_block"),
           warns=(*YEARLY, *AGAINST, "rows_change_dream_employment", MONTHS_AGAINST)),
    Damage("all weeks null", change(FILE, having(pl.when(False).then(WEEKS))), blocks=AGAINST_BLOCK, warns=AGAINST),
    Damage("weeks named week before year", change(FILE, week_before_year),
           blocks=AGAINST_BLOCK, warns=("citizens_change", *AGAINST)),
    Damage("letters for codes",
           change(FILE, having(pl.when(one_in(4)).then(NEWEST.str.replace(".", "x")).otherwise(NEWEST))),
           blocks=("implausible_code_block",), warns=("implausible_code", "code_drift_code")),
    Damage("PNRs as text without their zeros", change(FILE, having(pl.col("PNR").str.strip_chars_start("0"))),
           blocks=("known_to_bef_block",), warns=("known_to_bef",)),
]  # fmt: skip
WARNED = [
    Damage("some citizens twice", change(FILE, lambda rows: pl.concat([rows, rows.head(15)])),
           warns=("set_aside_duplicate_row",), aside={"duplicate_row": 15}, lost=0),
    Damage("a week and a month that do not exist",
           change(FILE, having(pl.lit("783").alias("Y_2354"), pl.lit(1.0).alias("GRAD_2023_13"))),
           told=("no such week or month, so not read: GRAD_2023_13, Y_2354",)),
    Damage("codes that ended with a reform", change(FILE, having(WEEKS.replace({"111": "112"}))),
           warns=("dream_codes_mapped",), told=("does not map: 112",), same=unknown(["111", "112"])),
    Damage("a municipality missing for a year",
           change(FILE, having(pl.when(~pl.col("PNR").is_in(OF_ONE)).then(NEWEST))),
           warns=AGAINST, lost=140),
]  # fmt: skip
RIGHT = [
    Damage("from SAS: codes as numbers, small letters",
           change(FILE, lambda rows: lower_case(rows.with_columns(WEEKS.cast(pl.Float64))))),
    Damage("PNRs as numbers", change(FILE, having(pl.col("PNR").cast(pl.Int64))), told=("PNR as numbers",)),
    Damage("codes as text of numbers, in blanks", change(FILE, having(WEEKS.str.replace(r"(.*)", " ${1}.0 ")))),
    Damage("blank in every way",
           change(FILE, having(pl.when(one_in(2)).then(WEEKS.fill_null(" . ")).otherwise(WEEKS)), "utf-8")),
    Damage("degrees of employment with a comma, in percent",
           change(FILE, having((MONTHS * 100).cast(pl.String).str.replace(".", ",", literal=True)))),
    Damage("Latin-1", change(FILE, having(pl.lit("Ærø").alias("BYNAVN")), "latin-1")),
]  # fmt: skip


test_damage = one_test_each("dream", [*REFUSED, *BLOCKED, *WARNED, *RIGHT])


def test_what_failed_stands_on_the_pages(clean: Path, tmp_path: Path) -> None:
    stands_on_the_pages(clean, tmp_path, "dream", DROP, of_register("dream"))


def test_codes_none_of_which_is_known_stop(clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain(monkeypatch)
    change(FILE, having(WEEKS.str.replace(".", "5")))(copy_of(clean, tmp_path) / "extracts")
    ended = run(tmp_path, of_register("dream"))
    assert ended.code == 7
    assert "Uger på ydelse med en kode, kataloget kender" in ended.failure


def test_weeks_after_the_data_end_are_told(clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain(monkeypatch)
    change(FILE, having(), to="dream202212")(copy_of(clean, tmp_path) / "extracts")
    ended = run(tmp_path, of_register("dream"))
    assert [line for line in ended.warnings if "52 weeks after its data end, 2022-12-31" in line]
