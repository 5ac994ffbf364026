"""Damaged deliveries of LPR_A_KONTAKT: what is caught, where it is shown, and that nothing else changes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from damage_asserts import changed_files, one_test_each, stands_on_the_pages
from damage_runs import (
    AGAINST,
    AGAINST_BLOCK,
    STUDY,
    YEARLY,
    YEARLY_BLOCK,
    Damage,
    copy_of,
    of_register,
    plain,
    run,
)
from damage_world import (
    FIFTEEN,
    FILES,
    IMPOSSIBLE,
    OF_ONE,
    change,
    cut_in_a_line,
    emptied,
    having,
    in_parts,
    in_two_encodings,
    lower_case,
    named_as,
    one_in,
    other_series,
    swapped,
    three_in_ten,
    where,
    write_bytes,
)

FILE = FILES["lpr_a_kontakt"]
SAS_EPOCH = dt.datetime(1960, 1, 1)
START, END, TYPE, SPECIALTY = "KONT_STARTTIDSPUNKT", "KONT_SLUTTIDSPUNKT", "KONT_TYPE", "KONT_ANS_HOVEDSPEC"
NEWEST = pl.col(START).dt.year() == 2023


def cut_between_lines(whole: bytes) -> bytes:
    lines = whole.splitlines(keepends=True)
    return b"".join(lines[: len(lines) * 7 // 10])


def turned(rows: pl.DataFrame) -> pl.DataFrame:
    """Some contacts from their end to their start."""
    return rows.with_columns(
        pl.when(FIFTEEN).then(END).otherwise(START).alias(START), pl.when(FIFTEEN).then(START).otherwise(END).alias(END)
    )


def a_century_ago(rows: pl.DataFrame) -> pl.DataFrame:
    """Starts written with a year of two digits, and read as of the century before."""
    return rows.with_columns(pl.when(one_in(9)).then(pl.col(START).dt.offset_by("-100y")).otherwise(START).alias(START))


def still_open(rows: pl.DataFrame) -> pl.DataFrame:
    """Some contacts without an end, and as many that end in 9999."""
    row = pl.int_range(pl.len())
    never = pl.when(row < 15).then(None).when(row < 30).then(dt.datetime(9999, 12, 31))
    return rows.with_columns(never.otherwise(END).alias(END))


def as_sas(rows: pl.DataFrame) -> pl.DataFrame:
    """Times as SAS seconds, names in small letters."""
    return lower_case(rows.with_columns((pl.col(START, END) - SAS_EPOCH).dt.total_seconds().cast(pl.Float64)))


def older_left(extracts: Path) -> None:
    """The delivery of the year before, which the newest replaces, still lies there."""
    older = pl.read_parquet(extracts / f"{FILE}.parquet").filter(~NEWEST)
    older.write_parquet(extracts / "lpr_a_kontakt2022.parquet")


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
    Damage("UTF-16", change(FILE, having(), "utf-16"), 3, told=(f"{FILE}.csv", "not text")),
    Damage("another register under its name", named_as(FILE, FILES["handic"]), 3,
           told=(f"{FILE}.parquet", START, TYPE, SPECIALTY)),
    Damage("delivered twice under two names", named_as("lpr_a_kontakt202312", FILE), 3,
           told=(f"{FILE}.parquet", "lpr_a_kontakt202312.parquet", "twice"), in_state=False),
    Damage("columns gone", change(FILE, lambda rows: rows.drop(END, TYPE)), 3, told=(f"{FILE}.parquet", END, TYPE)),
    Damage("start and end swapped", change(FILE, swapped(START, END)), 3,
           told=(f"{FILE}.parquet", "an end before the start")),
    Damage("no contact has an end", change(FILE, emptied(END)), 3, told=(f"{FILE}.parquet", "without an end")),
    Damage("dates as Danes write them", change(FILE, having(pl.col(START).dt.to_string("%d-%m-%Y %H:%M"))), 3,
           told=(f"{FILE}.parquet", "a date that cannot be read")),
]  # fmt: skip
BLOCKED = [
    Damage("delivered twice in parts", in_parts(FILE, "lpr_a_kontakt", 2023),
           blocks=("repeated_rows_block",), warns=("repeated_rows",)),
    Damage("dates that do not exist", change(FILE, where(one_in(5), START, f"{IMPOSSIBLE} 10:00:00"), "utf-8"),
           blocks=("set_aside_invalid_date",), aside={"invalid_date": 6320}),
    Damage("many open contacts", change(FILE, having(pl.when(~one_in(10)).then(END).alias(END))),
           blocks=("set_aside_open_contact",), aside={"open_contact": 3160}),
    DROP,
    Damage("CSV cut between two lines", write_bytes(FILE, cut_between_lines),
           blocks=(*YEARLY_BLOCK, *AGAINST_BLOCK),
           warns=(*YEARLY, *AGAINST)),
    Damage("the delivery of the year after under its name", change(FILE, having(), to="lpr_a_kontakt2022"),
           blocks=("implausible_start_block", *AGAINST_BLOCK), warns=("implausible_start", *AGAINST)),
    Damage("no contact has a type", change(FILE, emptied(TYPE)),
           blocks=("missing_kont_type_block",), warns=("missing_kont_type",)),
    Damage("types of another list in the newest year", change(FILE, where(NEWEST, TYPE, "ALCA99")),
           blocks=("code_drift_kont_type_block", "codes_gone_kont_type_block"),
           warns=("code_drift_kont_type", "codes_gone_kont_type")),
    Damage("no contact has a specialty", change(FILE, emptied(SPECIALTY)),
           blocks=("missing_hovedspec_block",), warns=("missing_hovedspec",)),
    Damage("years of two digits", change(FILE, a_century_ago),
           blocks=("implausible_start_block", "implausible_end_block", *AGAINST_BLOCK),
           warns=("implausible_start", "implausible_end", *AGAINST)),
    Damage("PNRs of another series", change(FILE, other_series),
           blocks=("known_to_bef_block",), warns=("known_to_bef",)),
]  # fmt: skip
WARNED = [
    Damage("some contacts from end to start", change(FILE, turned),
           warns=("set_aside_end_before_start",), aside={"end_before_start": 15}, lost=15),
    Damage("some open contacts, some until 9999", change(FILE, still_open),
           warns=("set_aside_open_contact",), aside={"open_contact": 30}, lost=30),
    Damage("some contacts twice", change(FILE, lambda rows: pl.concat([rows, rows.head(15)])),
           warns=("repeated_rows",), lost=-15),
    Damage("a municipality missing for a year",
           change(FILE, lambda rows: rows.filter(~(NEWEST & pl.col("PNR").is_in(OF_ONE)))),
           warns=AGAINST, lost=210),
]  # fmt: skip
RIGHT = [
    Damage("from SAS: times as seconds, small letters", change(FILE, as_sas)),
    Damage("PNRs and contacts as numbers", change(FILE, having(pl.col("PNR", "DW_EK_KONTAKT").cast(pl.Int64))),
           told=("PNR as numbers",)),
    Damage("times as ISO text with a T", change(FILE, having(pl.col(START, END).dt.to_string("%Y-%m-%dT%H:%M")))),
    Damage("Latin-1", change(FILE, having(), "latin-1")),
    Damage("older deliveries left in the folder", older_left, told=("older than lpr_a_kontakt2023",)),
]  # fmt: skip


test_damage = one_test_each("lpr_a_kontakt", [*REFUSED, *BLOCKED, *WARNED, *RIGHT])


def test_what_failed_stands_on_the_pages(clean: Path, tmp_path: Path) -> None:
    stands_on_the_pages(clean, tmp_path, "lpr_a_kontakt", DROP, of_register("lpr_a_kontakt"))


def test_counts_that_jump_in_2019_are_warned_of(clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer contacts before LPR3: the register's growth is told, and so is a study that compares over that day."""
    plain(monkeypatch)
    extracts = copy_of(clean, tmp_path) / "extracts"
    contacts = pl.read_parquet(extracts / f"{FILE}.parquet")
    before = contacts.filter(pl.col(START).dt.year() < 2021, ~three_in_ten())
    older = before.with_columns(pl.col(START, END).dt.offset_by("-2y"), DW_EK_KONTAKT="8" + pl.col("DW_EK_KONTAKT"))
    pl.concat([older, contacts]).write_parquet(extracts / f"{FILE}.parquet")
    study = tmp_path / "studies" / "trial.yaml"
    study.write_text(study.read_text(encoding="utf-8").replace("years_before: 1", "years_before: 3"), encoding="utf-8")
    ended = run(tmp_path, (*of_register("lpr_a_kontakt"), STUDY))
    assert ended.code == 0, ended.failure
    told = "\n".join(ended.warnings)
    assert "registers/lpr_a_kontakt (2019)" in told
    assert "hospital use before and after 1 January 2019" in told


def test_contacts_of_older_systems_count_where_lpr2_is_not_delivered(
    clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The register has the system of each, and its spells and the population's use are the same."""
    plain(monkeypatch)
    change(FILE, having(pl.lit("LPR2").alias("LPRINDBERETNINGSSYSTEM")))(copy_of(clean, tmp_path) / "extracts")
    ended = run(tmp_path, of_register("lpr_a_kontakt"))
    assert (ended.code, ended.warnings) == (0, ())
    tables = {path for path in changed_files(clean, tmp_path) if "/quality/" not in path}
    assert tables == {"store/registers/lpr_a_kontakt.parquet"}


@pytest.mark.parametrize("text", [pl.col(TYPE).str.to_lowercase(), pl.col(TYPE).str.slice(4).cast(pl.Int64)],
                         ids=["small letters", "numbers"])  # fmt: skip
def test_types_none_of_which_is_known_stop(
    clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: pl.Expr
) -> None:
    plain(monkeypatch)
    change(FILE, having(text))(copy_of(clean, tmp_path) / "extracts")
    assert run(tmp_path, of_register("lpr_a_kontakt")).code == 7


def test_two_encodings_are_refused(clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read as Windows-1252, the child psychiatry of the lines in UTF-8 would be another specialty, and somatic."""
    plain(monkeypatch)
    write_bytes(FILE, in_two_encodings(slice(1, 99)))(copy_of(clean, tmp_path) / "extracts")
    ended = run(tmp_path, of_register("lpr_a_kontakt"))
    assert ended.code == 3
    assert f"{FILE}.csv" in ended.failure
