"""Participant lists as people save them."""

import datetime as dt
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from deliveries.lists import LIST_COLUMNS, read_participant_list
from faults import StudyError


def csv_file(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(encoding))
    return path


def workbook(tmp_path: Path, *rows: list) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    path = tmp_path / "list.xlsx"
    book.save(path)
    return path


def refused(path: Path) -> list[str]:
    with pytest.raises(StudyError) as caught:
        read_participant_list(path)
    assert all(str(path) in str(fault) for fault in caught.value.faults)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", ","])
def test_csv(tmp_path: Path, encoding: str, separator: str) -> None:
    text = (
        f" PNR {separator}Start_Date{separator}noter{separator}GROUP\r\n000000000012{separator} 01-03-2018 {separator}x"
        f'{separator}"Ærø{separator} nord"\r\n12{separator}{separator}{separator}\r\n'
    )
    frame = read_participant_list(csv_file(tmp_path, text, encoding))
    assert frame.schema == {"row": pl.UInt32, **dict.fromkeys(LIST_COLUMNS, pl.String)}
    assert frame.select("row", "pnr", "start_date", "start_year", "group").rows() == [
        (2, "000000000012", "01-03-2018", None, f"Ærø{separator} nord"),
        (3, "12", None, None, None),
    ]


def test_blank_rows_do_not_count_and_rows_keep_their_number(tmp_path: Path) -> None:
    frame = read_participant_list(csv_file(tmp_path, "pnr;start_year\n1;2018\n\n ; \n;2019\n2;\n"))
    assert frame.select("row", "pnr", "start_year").rows() == [(2, "1", "2018"), (5, None, "2019"), (6, "2", None)]


def test_workbook(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        ["PNR", "start_date", "Start_Year", "end_date", "municipality"],
        [12, dt.date(2018, 3, 1), 2018, "31-12-2019", 101],
        [None] * 5,
        ["000000000013", dt.datetime(2018, 3, 1, 10), 2018.0, dt.date(2020, 2, 29), "0101"],
        [123456789012, "2018-03-01", "2018", None, None],
        [None, None, 2019, None, None],
    )
    assert read_participant_list(path).drop("status", "group").rows() == [
        (2, "000000000012", "2018-03-01", "2018", "31-12-2019", "101"),
        (4, "000000000013", "2018-03-01", "2018", "2020-02-29", "0101"),
        (5, "123456789012", "2018-03-01", "2018", None, None),
        (6, None, None, "2019", None, None),
    ]


def test_text_ids_of_a_workbook_are_left_as_they_are(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["pnr", "start_year"], ["12", 2018], ["A13", 2018])
    assert read_participant_list(path)["pnr"].to_list() == ["12", "A13"]


def test_a_workbook_of_numbers_only_gets_its_zeros_back(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["note", "pnr", "start_year"], ["x", 12, 2018], ["y", 10203040506, 2018])
    assert read_participant_list(path)["pnr"].to_list() == ["000000000012", "010203040506"]


def test_one_number_far_down_is_seen(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["pnr", "start_year"], *[["000000000001", 2018]] * 1500, [12, 2018])
    assert read_participant_list(path)["pnr"][-1] == "000000000012"


def test_rows_above_the_header_count_in_row_numbers(tmp_path: Path) -> None:
    path = workbook(tmp_path, [None], [None, None], ["pnr", "start_year"], [12, 2018])
    assert read_participant_list(path).select("row", "pnr").rows() == [(4, "000000000012")]


def test_missing_columns_are_told_at_once(tmp_path: Path) -> None:
    messages = refused(csv_file(tmp_path, "id;year\n"))
    assert len(messages) == 3
    assert any("`pnr` is missing" in message for message in messages)
    assert any("`start_date` nor `start_year`" in message for message in messages)
    assert any("no participants" in message for message in messages)


@pytest.mark.parametrize("column", ["start_date", "start_year"])
def test_one_of_the_starts_is_enough(tmp_path: Path, column: str) -> None:
    assert read_participant_list(csv_file(tmp_path, f"pnr,{column}\n1,2018\n"))[column].to_list() == ["2018"]


def test_one_column_in_two_cases_is_refused(tmp_path: Path) -> None:
    assert "`pnr`" in refused(csv_file(tmp_path, "pnr;PNR ;start_year\n1;2;2018\n"))[0]
    assert "`pnr`" in refused(workbook(tmp_path, ["pnr", "Pnr", "start_year"], ["1", "2", 2018]))[0]


def test_rows_longer_than_the_header_are_refused_without_their_values(tmp_path: Path) -> None:
    (message,) = refused(csv_file(tmp_path, "pnr,start_year\n010203040506,2018,Ærø\n"))
    assert "row 2" in message
    assert "010203040506" not in message


def test_unreadable_lists(tmp_path: Path) -> None:
    (tmp_path / "list.ods").write_text("pnr")
    (tmp_path / "broken.xlsx").write_text("pnr;start_year\n010203040506;2018\n")
    (tmp_path / "binary.csv").write_bytes(b"PK\0\0")
    (tmp_path / "empty.csv").write_text("")
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    for name in ("list.ods", "broken.xlsx", "binary.csv", "empty.csv", "empty.xlsx", "gone.csv", "gone.xlsx"):
        (message,) = refused(tmp_path / name)
        assert "010203040506" not in message
