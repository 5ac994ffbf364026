"""Opening delivered files of every format, and reading their values in every shape."""

import datetime as dt
import os
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_series_equal

from deliveries import formats
from deliveries.formats import open_delivery, reading
from deliveries.values import read_code, read_date, read_datetime, read_integer, read_pnr
from faults import DeliveryError

SAS = Path(__file__).parent / "data" / "sas_sample.sas7bdat"
SECRET = "010203040506"


def write(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(path: Path) -> str:
    with pytest.raises(DeliveryError) as caught:
        open_delivery(path)
    message = str(caught.value)
    assert str(path) in message
    assert SECRET not in message
    assert caught.value.__cause__ is None
    return message


def test_parquet_keeps_types_and_loses_case(tmp_path: Path) -> None:
    path = tmp_path / "year=2020" / "bef [1].parquet"
    path.parent.mkdir()
    pl.DataFrame({"PNR": ["1"], "Antpersh": [2]}).write_parquet(path)
    assert open_delivery(path).collect_schema() == {"pnr": pl.String, "antpersh": pl.Int64}


def test_renaming_still_reads_only_the_columns_asked_for(tmp_path: Path) -> None:
    pl.DataFrame({"PNR": ["1"], "A": [1], "B": [2]}).write_parquet(tmp_path / "x.parquet")
    assert "1/3 COLUMNS" in open_delivery(tmp_path / "x.parquet").select("a").explain()


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("suffix", [".csv", ".TXT"])
def test_csv_of_every_encoding_and_separator_is_text(
    tmp_path: Path, separator: str, encoding: str, suffix: str
) -> None:
    lines = [["PNR", "Hovedspec"], ["000000000012", '"Børne- og, ungdoms;psykiatri"'], ["13", ""]]
    path = write(tmp_path / f"a{suffix}", "\r\n".join(separator.join(line) for line in lines).encode(encoding))
    assert open_delivery(path).collect().rows() == [("000000000012", "Børne- og, ungdoms;psykiatri"), ("13", None)]


def test_cp1252_after_the_first_chunk_and_a_letter_cut_by_a_chunk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("text_files.CHUNK", 3)
    monkeypatch.setattr(formats, "CHUNK", 3)
    for encoding in ("utf-8", "cp1252"):
        path = write(tmp_path / f"{encoding}.csv", "A;B\n1;2\n1;æøåæøå\n".encode(encoding))
        assert open_delivery(path).collect()["b"].to_list() == ["2", "æøåæøå"]


def test_a_file_in_two_encodings_is_refused_wherever_they_meet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("text_files.CHUNK", 3)
    for length in range(3):
        mixed = "A;B\n1;æ\n".encode("cp1252") + b"1;" + b"x" * length + "å\n".encode()
        with pytest.raises(DeliveryError, match="some of the text is in UTF-8 and some in Windows-1252"):
            open_delivery(write(tmp_path / "a.csv", mixed))


def test_the_last_letter_and_the_header_s_quotes_decide_too(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 'A;"B,,,"\n1;Å'.encode("cp1252"))
    assert open_delivery(path).collect().rows(named=True) == [{"a": "1", "b,,,": "Å"}]


def test_the_copy_in_utf8_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    copy = formats._as_utf8(write(tmp_path / "a.csv", "A;B\n1;ø\n".encode("cp1252")))
    if os.name == "posix":
        assert copy.parent.stat().st_mode & 0o077 == 0
    path = write(tmp_path / "a.csv", "A;B\n1;å\n".encode("cp1252"))
    os.utime(path, (0, 0))
    assert open_delivery(path).collect()["b"].to_list() == ["å"], "a changed file is not read from the old copy"


def test_csv_blank_lines_are_no_rows_and_quoted_fields_may_hold_lines(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 'A;B\n1;"x;\ny"\n\n2;z\n\n')
    assert open_delivery(path).collect().rows() == [("1", "x;\ny"), ("2", "z")]
    path = write(tmp_path / "b.csv", "A;B\n1;2\n\n3;4\n\n")
    assert open_delivery(path).select("b").collect()["b"].to_list() == ["2", "4"]


@pytest.mark.parametrize("line", [f"{SECRET}", f"{SECRET};2;3", f'{SECRET};"a\nb";3'])
def test_csv_lines_of_other_length_are_refused(tmp_path: Path, line: str) -> None:
    message = refused(write(tmp_path / "bef202012.csv", f"PNR;A\n1;2\n{line}\n"))
    assert "the first is line" in message


def test_sas_file_written_by_sas() -> None:
    frame = open_delivery(SAS).collect()
    assert frame.height == 3967
    assert frame.schema["inddto"] == pl.Date
    assert frame.row(0, named=True)["diag"] == "DQ341"


@pytest.mark.parametrize("kept", [100, 1000, 100_000, 131_072, 262_144, 327_679])
def test_sas_file_cut_short_is_refused(tmp_path: Path, kept: int) -> None:
    """From 131,072 bytes on the reader itself says nothing: it gives fewer rows."""
    refused(write(tmp_path / "cut.sas7bdat", SAS.read_bytes()[:kept]))


def test_damaged_or_wrongly_named_files_are_refused(tmp_path: Path) -> None:
    good = tmp_path / "good.parquet"
    pl.DataFrame({"pnr": [SECRET] * 100}).write_parquet(good, compression="uncompressed")
    for path in (
        write(tmp_path / "cut.parquet", good.read_bytes()[: good.stat().st_size // 2]),
        write(tmp_path / "text.parquet", f"PNR;A\n{SECRET};2\n"),
        write(tmp_path / "parquet.csv", good.read_bytes()),
        write(tmp_path / "text.sas7bdat", f"PNR;A\n{SECRET};2\n" * 100),
        write(tmp_path / "empty.csv", ""),
        write(tmp_path / "empty.parquet", ""),
        write(tmp_path / "headless.csv", f"{SECRET};{SECRET}\n1;2\n"),
        write(tmp_path / "utf16.csv", "PNR;A\n1;2\n".encode("utf-16")),
        write(tmp_path / "neither.csv", b"PNR;A\n1;\x81\xff\n"),
        tmp_path / "gone.csv",
    ):
        refused(path)


def test_damage_that_only_reading_shows_becomes_the_same_error(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"pnr": [SECRET] * 10_000, "n": range(10_000)}).write_parquet(path)
    content = bytearray(path.read_bytes())
    content[4:600] = b"\xff" * 596
    path.write_bytes(content)
    with pytest.raises(DeliveryError) as caught, reading(path):
        open_delivery(path).collect()
    assert str(path) in str(caught.value)


def test_one_column_in_two_cases_is_refused(tmp_path: Path) -> None:
    pl.DataFrame({"PNR": ["1"], "pnr": ["2"]}).write_parquet(tmp_path / "a.parquet")
    assert "PNR" in refused(tmp_path / "a.parquet")
    assert "PNR" in refused(write(tmp_path / "a.csv", "PNR;A;Pnr\n1;2;3\n"))


D = dt.date
T = dt.datetime


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([" 000000000012 ", "12", "", "  ", None], ["000000000012", "12", None, None, None]),
        ([12, None, 123456789012, -1], ["000000000012", None, "123456789012", None]),
        ([12.0, 12.5, float("nan"), None], ["000000000012", None, None, None]),
        ([None, None], [None, None]),
    ],
)
def test_read_pnr(values: list, expected: list) -> None:
    check(read_pnr, values, expected)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([" 85 ", "82a", "", "101", "1011", "7.0"], ["085", "82a", None, "101", "1011", "007"]),
        ([7, 101, None], ["007", "101", None]),
        ([7.0, 101.0, float("nan"), None, 1.5], ["007", "101", None, None, "1.5"]),
    ],
)
def test_read_code(values: list, expected: list) -> None:
    check(read_code, values, expected, width=3)


def test_read_code_without_width_keeps_length() -> None:
    check(read_code, [85.0, 7.0], ["85", "7"])
    check(read_code, ["85", "ALCA00"], ["85", "ALCA00"])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([D(2020, 2, 29), None], [D(2020, 2, 29), None]),
        ([T(2020, 2, 29, 23, 59)], [D(2020, 2, 29)]),
        (
            ["2020-02-29", " 2020-02-29T10:00:00", "2020-02-29 10:00", "2019-02-29", "29-02-2020", "x", ""],
            [D(2020, 2, 29)] * 3 + [None] * 4,
        ),
        (
            ["21974", "0", "-1", "21974.0", "20200229"],
            [D(2020, 2, 29), D(1960, 1, 1), D(1959, 12, 31), D(2020, 2, 29), None],
        ),
        ([21974, 0, -1, 20200229], [D(2020, 2, 29), D(1960, 1, 1), D(1959, 12, 31), None]),
        ([2_936_549, 2_936_550], [D(9999, 12, 31), None]),
        (["2936547", ".", " . "], [D(9999, 12, 29), None, None]),
        ([21974.0, float("nan"), None, 1e300], [D(2020, 2, 29), None, None, None]),
    ],
)
def test_read_date(values: list, expected: list) -> None:
    check(read_date, values, expected)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([D(2020, 2, 29)], [T(2020, 2, 29)]),
        ([T(2020, 2, 29, 10, 30), None], [T(2020, 2, 29, 10, 30), None]),
        (
            [
                "2020-02-29T10:30:05",
                "2020-02-29 10:30:05",
                "2020-02-29 10:30",
                "2020-02-29T10:30:05.25",
                "2020-02-29",
                "2020-02-30 10:30",
                "2020-02-29 25:00",
                "nat",
                " ",
            ],
            [
                T(2020, 2, 29, 10, 30, 5),
                T(2020, 2, 29, 10, 30, 5),
                T(2020, 2, 29, 10, 30),
                T(2020, 2, 29, 10, 30, 5, 250_000),
                T(2020, 2, 29),
                *[None] * 4,
            ],
        ),
        (
            [21974 * 86400 + 37800, 21974, 199_999, 200_000, 20_180_301, 201_901_011_200],
            [T(2020, 2, 29, 10, 30), T(2020, 2, 29), T(2507, 7, 31), None, None, None],
        ),
        (["1898591400.5", "1.8985914E9"], [T(2020, 2, 29, 10, 30, 0, 500_000), T(2020, 2, 29, 10, 30)]),
        ([1898591400.5, float("nan")], [T(2020, 2, 29, 10, 30, 0, 500_000), None]),
    ],
)
def test_read_datetime(values: list, expected: list) -> None:
    check(read_datetime, values, expected)


def test_read_datetime_of_other_time_units_and_zones() -> None:
    series = pl.Series([T(2020, 2, 29, 10)], dtype=pl.Datetime("ns", "Europe/Copenhagen"))
    local = series.to_frame("x").select(read_datetime("x", series.dtype))["x"]
    assert local.dtype == pl.Datetime("us")
    assert local.to_list() == series.dt.replace_time_zone(None).to_list()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([" 3 ", "3.0", "-3", "+3", "3.5", "x", ""], [3, 3, -3, 3, None, None, None]),
        ([3, None], [3, None]),
        ([3.0, 3.5, float("nan"), None], [3, None, None, None]),
    ],
)
def test_read_integer(values: list, expected: list) -> None:
    check(read_integer, values, expected)


def check(read, values: list, expected: list, **options) -> None:
    """Read ``values`` as they are, and text as a Categorical too: Parquet has text in both."""
    series = pl.Series("x", values)
    for delivered in [series, series.cast(pl.Categorical)] if series.dtype == pl.String else [series]:
        got = delivered.to_frame().lazy().select(read("x", delivered.dtype, **options)).collect()["x"]
        assert_series_equal(got, pl.Series("x", expected, dtype=got.dtype))
        assert got.dtype != pl.Null


@pytest.mark.parametrize(
    ("read", "dtype"),
    [
        (read_pnr, pl.String),
        (read_code, pl.String),
        (read_date, pl.Date),
        (read_datetime, pl.Datetime("us")),
        (read_integer, pl.Int64),
    ],
)
def test_every_shape_gives_one_type(read, dtype: pl.DataType) -> None:
    for values in (["1"], [1], [1.0], [None]):
        series = pl.Series("x", values)
        assert series.to_frame().select(read("x", series.dtype)).schema == {"x": dtype}
