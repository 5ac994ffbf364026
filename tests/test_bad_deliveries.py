"""Deliveries that are not what they should be: what is wrong, where it stands and how to mend it, all at once."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from attempts import PNRS, YEARS, attempt, refused, rewrite
from world import World

from faults import DeliveryError

COLUMNS = {
    "bef202012": ["REFERENCETID", "FOED_DAG", "KOEN", "KOM", "ANTPERSH", "IE_TYPE", "FAR_ID", "MOR_ID"],
    "lpr_a_kontakt2021": [
        "DW_EK_KONTAKT", "KONT_STARTTIDSPUNKT", "KONT_SLUTTIDSPUNKT", "KONT_TYPE", "KONT_ANS_HOVEDSPEC",
    ],
    "handic2021": ["MODT_YDELSE_KODE", "YDELSE_START", "YDELSE_SLUT"],
}  # fmt: skip


@pytest.mark.parametrize("name", COLUMNS)
def test_missing_columns_are_told_at_once(sound_world: World, name: str) -> None:
    path = rewrite(sound_world.root / "extracts" / f"{name}.parquet", lambda frame: frame.drop(COLUMNS[name]))
    said = refused(sound_world.root, DeliveryError, path, *COLUMNS[name])
    assert said.count("mend:") == len(COLUMNS[name])


def test_a_missing_pnr_says_what_else_it_may_be_called(sound_world: World) -> None:
    rewrite(sound_world.root / "extracts" / "dream202112.parquet", lambda frame: frame.rename({"PNR": "BORGER"}))
    refused(sound_world.root, DeliveryError, "PNR", "V_CPR", "PERSON_ID", "dream202112.parquet")


def test_dream_without_weeks(sound_world: World) -> None:
    rewrite(sound_world.root / "extracts" / "dream202112.parquet", lambda frame: frame.select("PNR", "^GRAD_.*$"))
    refused(sound_world.root, DeliveryError, "Y_YYWW", "dream202112.parquet")


def test_missing_columns_of_two_files_are_told_at_once(sound_world: World) -> None:
    for year in YEARS:
        rewrite(sound_world.root / "extracts" / f"bef{year}12.parquet", lambda frame: frame.drop("KOM"))
    said = refused(sound_world.root, DeliveryError, "bef202012.parquet", "bef202112.parquet")
    assert said.count("mend:") == 2


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("bef202012", "KOEN", pl.lit(value=True)),
        ("bef202012", "FOED_DAG", pl.concat_list(pl.lit(1), pl.lit(2))),
        ("lpr_a_kontakt2021", "KONT_STARTTIDSPUNKT", pl.lit(value=True)),
        ("handic2021", "MODT_YDELSE_KODE", pl.struct(a=pl.lit(1))),
        ("handic2021", "PNR", pl.lit(b"5")),
        ("dream202112", "Y_2101", pl.lit(value=False)),
    ],
    ids=["boolean", "list", "boolean time", "struct", "binary", "boolean week"],
)
def test_a_type_that_cannot_be_read(sound_world: World, name: str, column: str, value: pl.Expr) -> None:
    path = sound_world.root / "extracts" / f"{name}.parquet"
    rewrite(path, lambda frame: frame.with_columns(value.alias(column)))
    refused(sound_world.root, DeliveryError, column, path, "deliver it as")


@pytest.mark.parametrize("how", ["cut short", "text", "no bytes", "another format"])
def test_a_file_that_cannot_be_read(sound_world: World, how: str) -> None:
    path = sound_world.root / "extracts" / "bef202012.parquet"
    whole = path.read_bytes()
    with_rows = f"PNR;KOM\n{PNRS[0]};101\n".encode()
    path.write_bytes(
        {"cut short": whole[: len(whole) // 2], "text": with_rows, "no bytes": b""}.get(how, b"PK\x03\x04" * 99)
    )
    refused(sound_world.root, DeliveryError, path)


@pytest.mark.parametrize(
    "name", ["bef-2020-12.parquet", "ny/BEF202012.parquet", "bef/year=2020/month=12/part-0.parquet"]
)
def test_the_same_period_twice_names_both_paths(sound_world: World, name: str) -> None:
    first = sound_world.root / "extracts" / "bef202012.parquet"
    second = sound_world.root / "extracts" / name
    second.parent.mkdir(parents=True, exist_ok=True)
    second.write_bytes(first.read_bytes())
    refused(sound_world.root, DeliveryError, first, second.parent if "year=" in name else second)


def test_a_snapshot_again_in_a_file_of_the_year_names_both_paths(sound_world: World) -> None:
    first, second = (sound_world.root / "extracts" / f"{name}.parquet" for name in ("bef202112", "bef2021"))
    second.write_bytes(first.read_bytes())
    refused(sound_world.root, DeliveryError, first, second, "2021-12-31")


def test_a_register_of_which_no_row_can_be_kept(sound_world: World) -> None:
    path = sound_world.root / "extracts" / "handic2021.parquet"
    rewrite(path, lambda frame: frame.with_columns(YDELSE_START=pl.lit("engang")))
    refused(sound_world.root, DeliveryError, path, "no row", "date")


def test_a_year_that_has_not_begun(sound_world: World) -> None:
    """A slip in a file's name: BEF's years are partitions only until this year."""
    snapshot = pl.read_parquet(sound_world.root / "extracts" / "bef202112.parquet")
    path = sound_world.root / "extracts" / "bef209912.parquet"
    snapshot.with_columns(REFERENCETID=pl.lit(dt.date(2099, 12, 31))).write_parquet(path)
    refused(sound_world.root, DeliveryError, path, "2099")


def test_faults_of_deliveries_studies_and_the_catalogue_are_told_together(sound_world: World) -> None:
    (sound_world.root / "extracts" / "bef-2020-12.parquet").write_bytes(b"PAR1")
    (sound_world.root / "studies" / "second.yaml").write_text("id: Second\n")
    sound_world.overlay("unit_prices.csv", [{"service": "su", "year": "nej"}])
    refused(sound_world.root, DeliveryError, "bef-2020-12.parquet", "second.yaml", "unit_prices.csv")


def test_faults_of_two_registers_are_told_at_once(sound_world: World) -> None:
    rewrite(sound_world.root / "extracts" / "bef202012.parquet", lambda frame: frame.drop("KOM"))
    rewrite(sound_world.root / "extracts" / "handic2021.parquet", lambda frame: frame.drop("YDELSE_START"))
    ended = attempt(sound_world.root)
    assert ended.code == DeliveryError.exit_code
    assert "KOM" in ended.said
    assert "YDELSE_START" in ended.said
