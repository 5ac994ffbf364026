"""Finding deliveries by name, and refusing what would be read twice."""

import datetime as dt
import os
from pathlib import Path

import pytest

from deliveries.folder import Delivery, find_deliveries
from faults import DeliveryError

REGISTERS = {
    "bef": "periodic",
    "dream": "cumulative",
    "lpr_a_kontakt": "cumulative",
    "lpr_a": "cumulative",
    "handic": "cumulative",
}


def put(folder: Path, *names: str, content: str | None = None) -> list[Path]:
    paths = [folder / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if content is not None else path.name)
    return paths


def found(folder: Path, register: str) -> list[Delivery]:
    return list(find_deliveries(folder, REGISTERS).deliveries[register])


def refused(folder: Path) -> list[str]:
    with pytest.raises(DeliveryError) as caught:
        find_deliveries(folder, REGISTERS)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("name", "period", "data_end"),
    [
        ("bef202012.parquet", "202012", dt.date(2020, 12, 31)),
        ("BEF_202002.SAS7BDAT", "202002", dt.date(2020, 2, 29)),
        ("bef-2020.csv", "2020", dt.date(2020, 12, 31)),
        ("bef-2020-03.txt", "202003", dt.date(2020, 3, 31)),
        ("bef202012_ny.parquet", "202012", dt.date(2020, 12, 31)),
        ("bef202012 (1).parquet", "202012", dt.date(2020, 12, 31)),
        ("2024/Bef/bef202012.parquet", "202012", dt.date(2020, 12, 31)),
        ("bef/year=2020/part-0.parquet", "2020", dt.date(2020, 12, 31)),
        ("x/BEF/Year=2020/month=3/part-0.parquet", "202003", dt.date(2020, 3, 31)),
        ("bef/year=2020/bef202006.parquet", "202006", dt.date(2020, 6, 30)),
    ],
)
def test_names(tmp_path: Path, name: str, period: str, data_end: dt.date) -> None:
    paths = put(tmp_path, name)
    (delivery,) = found(tmp_path, "bef")
    assert (delivery.register, delivery.period, delivery.data_end) == ("bef", period, data_end)
    assert delivery.paths == tuple(paths)


def test_hive_folder_is_one_delivery_of_all_its_files(tmp_path: Path) -> None:
    paths = put(tmp_path, "bef/year=2020/part-1.parquet", "bef/year=2020/part-0.parquet")
    put(tmp_path, "bef/year=2020/bef202003.parquet", "bef/year=2021/part-0.parquet")
    assert [delivery.period for delivery in found(tmp_path, "bef")] == ["202003", "2020", "2021"]
    assert found(tmp_path, "bef")[1].paths == tuple(sorted(paths))


def test_registers_whose_names_begin_alike(tmp_path: Path) -> None:
    put(tmp_path, "lpr_a_kontakt2025.parquet", "lpr_a2024.parquet")
    (other,) = put(tmp_path, "handicm2025.parquet")
    result = find_deliveries(tmp_path, REGISTERS)
    assert [delivery.period for delivery in result.deliveries["lpr_a_kontakt"]] == ["2025"]
    assert [delivery.period for delivery in result.deliveries["lpr_a"]] == ["2024"]
    assert result.deliveries["handic"] == ()
    assert [path for path, _ in result.ignored] == [other]


def test_every_periodic_delivery_counts_and_the_newest_cumulative_one(tmp_path: Path) -> None:
    put(tmp_path, "bef202103.parquet", "bef202012.csv", "bef2020.parquet")
    old = put(tmp_path, "dream202512.parquet", "dream/year=2024/part-0.parquet")
    put(tmp_path, "dream202606.sas7bdat")
    result = find_deliveries(tmp_path, REGISTERS)
    assert [delivery.period for delivery in result.deliveries["bef"]] == ["2020", "202012", "202103"]
    assert [delivery.period for delivery in result.deliveries["dream"]] == ["202606"]
    assert dict(result.ignored).keys() == set(old)
    assert all("dream202606.sas7bdat" in why for _, why in result.ignored)


def test_a_cumulative_year_is_newer_than_its_november(tmp_path: Path) -> None:
    put(tmp_path, "handic202511.parquet", "handic2025.parquet")
    assert [delivery.period for delivery in found(tmp_path, "handic")] == ["2025"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("bef202012.parquet", "bef202012_ny.parquet"),
        ("bef202012.parquet", "BEF_202012.csv"),
        ("bef202012.parquet", "sub/bef202012.parquet"),
        ("bef2020.parquet", "bef/year=2020/part-0.parquet"),
        ("a/bef/year=2020/part-0.parquet", "b/bef/year=2020/part-0.parquet"),
        ("bef/year=2020/month=12/part-0.parquet", "bef202012.parquet"),
        ("bef/year=2020/bef202012.parquet", "bef202012.parquet"),
        ("dream202406.parquet", "dream202406.csv"),
        ("handic2025.parquet", "handic202512.parquet"),
    ],
)
def test_the_same_period_twice_names_both(tmp_path: Path, first: str, second: str) -> None:
    put(tmp_path, first, second, "dream202606.parquet")
    (message,) = refused(tmp_path)
    for name in (first, second):
        source = tmp_path / name
        assert str(source.parent if source.stem == "part-0" else source) in message


def test_all_pairs_and_empty_files_and_months_at_once(tmp_path: Path) -> None:
    put(
        tmp_path,
        "bef202012.parquet",
        "bef202012.csv",
        "bef202012.txt",
        "dream2026.csv",
        "dream2026.txt",
        "bef202113.csv",
    )
    put(tmp_path, "handic2025.csv", content="")
    messages = refused(tmp_path)
    assert sum("twice" in message for message in messages) == 4
    assert any("bef202113.csv" in message and "month" in message for message in messages)
    assert any("handic2025.csv" in message and "0 bytes" in message for message in messages)


def test_identical_part_files_are_refused_and_others_are_not(tmp_path: Path) -> None:
    put(tmp_path, "bef/year=2020/part-0.parquet", "bef/year=2020/part-1.parquet", content="same")
    put(tmp_path, "bef/year=2020/part-2.parquet", content="else")
    for path in tmp_path.rglob("*.parquet"):
        os.utime(path, (0, 0))
    (message,) = refused(tmp_path)
    assert "part-0.parquet" in message
    assert "part-1.parquet" in message
    assert "part-2.parquet" not in message


def test_other_files_are_told_of_and_hidden_ones_are_not(tmp_path: Path) -> None:
    put(tmp_path, "bef202012.parquet")
    other = put(tmp_path, "readme.txt", "bef.csv", "bef20201231.csv", "bef202106.zip", "year=2020/part-0.parquet")
    put(
        tmp_path,
        ".bef202106.parquet",
        "~$bef202106.csv",
        "bef/_SUCCESS",
        "bef/x.crc",
        ".cache/bef202109.csv",
        content="",
    )
    result = find_deliveries(tmp_path, REGISTERS)
    assert {path for path, _ in result.ignored} == set(other)
    assert all(why for _, why in result.ignored)
    assert [delivery.period for delivery in result.deliveries["bef"]] == ["202012"]


@pytest.mark.parametrize("prepare", ["missing", "empty", "other files only"])
def test_nothing_delivered_says_what_is_expected(tmp_path: Path, prepare: str) -> None:
    folder = tmp_path / "extracts"
    if prepare != "missing":
        folder.mkdir()
    if prepare == "other files only":
        put(folder, "readme.md")
    (message,) = refused(folder)
    assert str(folder) in message
    assert "bef202012.parquet" in message


def test_fingerprint_follows_the_files(tmp_path: Path) -> None:
    (path,) = put(tmp_path, "bef202012.parquet")
    (before,) = found(tmp_path, "bef")
    assert found(tmp_path, "bef") == [before]
    put(tmp_path, "bef202012.parquet", content="a newer delivery")
    (after,) = found(tmp_path, "bef")
    assert after.fingerprint != before.fingerprint
    path.rename(tmp_path / "bef202012_ny.parquet")
    assert found(tmp_path, "bef")[0].fingerprint != after.fingerprint
