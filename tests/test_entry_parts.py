"""Entry in bounded memory: parted by person on disk and read by distinct value, it gives what plain reading gives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliveries import parting, reading, slices
from deliveries.entry import Entered, enter
from deliveries.formats import open_delivery
from deliveries.ordering import in_order
from deliveries.sources import Source
from deliveries.wide import enter_wide, wide_rows
from expectations.contracts.deliveries import BEF, DREAM, HANDIC, LPR_A_KONTAKT, DeliveryContract
from faults import DeliveryError, StoreError
from pipelines.registers.dream import month_runs, week_runs
from pipelines.weeks import week_columns

PNRS = [f"{n:012}" for n in (7, 3, 11, 5, 2)]
KEY = pl.DataFrame({"pnr": PNRS, "person": range(1, 6)}, schema={"pnr": pl.String, "person": pl.UInt32})
TIMES = [None, datetime(2018, 12, 31, 23), datetime(2019, 1, 1), datetime(2019, 1, 1, 4), datetime(9999, 12, 31)]
CONTACT = {
    "PNR": st.sampled_from([*PNRS, "", None]),
    "DW_EK_KONTAKT": st.sampled_from(["1", "2", None]),
    "KONT_STARTTIDSPUNKT": st.sampled_from(TIMES),
    "KONT_SLUTTIDSPUNKT": st.sampled_from(TIMES),
    "KONT_TYPE": st.sampled_from(["ALCA00", " ALCA00", "", None]),
    "KONT_ANS_HOVEDSPEC": st.sampled_from(["Psykiatri", "Kirurgi", None]),
    "LPRINDBERETNINGSSYSTEM": st.sampled_from(["LPR2", "LPR3 ", None]),
}
CONTACTS = pl.Schema({name: pl.Datetime("us") if "TIDSPUNKT" in name else pl.String for name in CONTACT})
CODES = ["1", " 2", "02", "2.0", "x", ".", "", "101", "0101", "-1", None]
DATES = ["2019-12-31", "2019-12-31 10:00", "31-12-2019", "21914", ".", "", None]
CITIZEN = {
    "PNR": st.sampled_from(PNRS),
    "REFERENCETID": st.sampled_from(DATES),
    "FOED_DAG": st.sampled_from(DATES),
    **dict.fromkeys(("KOEN", "KOM", "IE_TYPE"), st.sampled_from(CODES)),
    "ANTPERSH": st.sampled_from(["1", "2.0", "x", None]),
    **dict.fromkeys(("FAR_ID", "MOR_ID"), st.sampled_from([*PNRS, "", None])),
}


@contextmanager
def delivered(contract: DeliveryContract, period: str, *files: pl.DataFrame) -> Iterator[tuple[list[Source], Path]]:
    """Files of a register, opened, and an empty folder."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "rows").mkdir()
        sources = []
        for number, rows in enumerate(files):
            path = folder / f"{contract.register}{period}-{number}.parquet"
            rows.write_parquet(path)
            sources.append(Source(path, open_delivery(path), period))
        yield sources, folder / "rows"


def told(entered: Entered) -> tuple[object, ...]:
    aside = entered.set_aside.sort("source_file", "row_number", "reason").rows()
    return entered.kept.collect().rows(), entered.n_kept, aside, entered.received, entered.unread, entered.earliest


@settings(max_examples=40, deadline=None)
@given(
    files=st.lists(st.lists(st.fixed_dictionaries(CONTACT), min_size=1, max_size=12), min_size=1, max_size=3),
    rows_a_part=st.integers(1, 5),
    rows_at_once=st.integers(1, 9),
)
def test_any_parts_give_the_rows_in_the_contract_s_order(
    files: list[list[dict]], rows_a_part: int, rows_at_once: int
) -> None:
    frames = [pl.DataFrame(rows, schema=CONTACTS) for rows in files]
    usual = {"PNR": PNRS[0], "KONT_STARTTIDSPUNKT": TIMES[1], "KONT_SLUTTIDSPUNKT": TIMES[2]}  # one that is kept
    frames.append(pl.DataFrame([usual], schema=CONTACTS))
    with (
        delivered(LPR_A_KONTAKT, "2019", *frames) as (sources, folder),
        patch.object(parting, "ROWS_A_PART", rows_a_part),
        patch.object(slices, "ROWS_AT_ONCE", rows_at_once),
    ):
        entered = enter(LPR_A_KONTAKT, sources, KEY, folder)
        kept = entered.kept.collect()
        aside = entered.set_aside
    expected = []
    for row in pl.concat(frames).iter_rows():
        pnr, contact, start, end, *told_of_it = (
            value.strip() or None if isinstance(value, str) else value for value in row
        )
        if pnr and start and end and end.year < 2100 and end >= start:
            person = PNRS.index(pnr) + 1
            expected.append((person, contact, start, end, *told_of_it))
    expected.sort(key=lambda row: (row[0], row[2], row[3], row[1] or ""))
    assert kept.select(LPR_A_KONTAKT.columns).rows() == expected
    assert entered.n_kept == len(expected)
    assert entered.received == sum(map(len, frames)) == len(expected) + aside.height


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.fixed_dictionaries(CITIZEN), min_size=1, max_size=15), rows_a_part=st.integers(1, 5))
def test_values_read_once_each_are_those_read_row_by_row(rows: list[dict], rows_a_part: int) -> None:
    usual = dict.fromkeys(CITIZEN) | {"PNR": PNRS[0], "REFERENCETID": "2019-12-31"}
    frame = pl.DataFrame([*rows, usual], schema=dict.fromkeys(usual, pl.String))
    with (
        delivered(BEF, "201912", frame) as (sources, folder),
        patch.object(parting, "ROWS_A_PART", rows_a_part),
        patch.object(slices, "ROWS_AT_ONCE", rows_a_part),
    ):
        by_value = told(enter(BEF, sources, KEY, folder))
    with delivered(BEF, "201912", frame) as (sources, folder), patch.object(reading, "FEW_VALUES", -1):
        assert told(enter(BEF, sources, KEY, folder)) == by_value


def test_codes_delivered_as_numbers_are_read_by_value_too() -> None:
    frame = pl.DataFrame(
        {
            "PNR": PNRS[:4],
            "MODT_YDELSE_KODE": [85.0, 107.0, None, float("nan")],
            "YDELSE_START": [21914.0, 21915.0, 21914.0, 21914.0],
            "YDELSE_SLUT": [None, float("nan"), 21990.0, 21990.0],
            "BETALINGSKOMMUNE": [101.0, float("nan"), 1.0, None],
            "GODKENDTPERIODE": [None] * 4,
        }
    )
    with delivered(HANDIC, "2020", frame) as (sources, folder):
        entered = enter(HANDIC, sources, KEY, folder)
        kept = entered.kept.collect()
    assert kept.select("person", "code", "start", "end", "betalingskommune").rows() == [
        (1, "85", date(2019, 12, 31), None, "101"),
        (2, "107", date(2020, 1, 1), None, None),
    ]
    assert entered.reasons == {"missing_code": 2}


TO_SORT = pl.Schema(
    {
        "person": pl.UInt32,
        "start": pl.Date,
        "spec2": pl.String,
        "at": pl.Datetime("us"),
        "fee": pl.Int64,
        "x": pl.Float64,
    }
)
FEW_OR_FAR = st.none() | st.integers(-3, 3) | st.sampled_from([2**63 - 1, -(2**63), 2**40])


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "person": st.sampled_from([1, 2, 7_000_000]),
                "start": st.none() | st.sampled_from([date(1890, 1, 1), date(1969, 12, 31), date(2019, 1, 3)]),
                "spec2": st.sampled_from(["80", "8", "", "æ", "~", None]),
                "at": st.sampled_from([None, datetime(1, 1, 1), datetime(2019, 1, 1), datetime(9999, 12, 31)]),
                "fee": FEW_OR_FAR,
                "x": st.sampled_from([None, -0.5, 2.5]),
            }
        ),
        max_size=20,
    ),
    by=st.lists(st.sampled_from(list(TO_SORT)), min_size=1, max_size=4, unique=True),
)
def test_rows_are_sorted_as_by_several_columns(rows: list[dict], by: list[str]) -> None:
    frame = pl.DataFrame(rows, schema=TO_SORT).with_row_index("row")
    assert in_order(frame, [*by, "row"]).rows() == frame.sort(*by, "row").rows()


@pytest.mark.parametrize("rows_a_part", [1, 3, 10**6])
def test_a_wide_register_is_the_same_in_any_parts(rows_a_part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parting, "ROWS_A_PART", rows_a_part)
    monkeypatch.setattr("deliveries.wide.ROWS_A_PART", rows_a_part)
    monkeypatch.setattr("deliveries.wide.BATCH_ROWS", 2)
    frame = pl.DataFrame(
        {
            "PNR": [*PNRS, "", PNRS[1]],
            "Y_2001": ["130", None, "784", "130", None, "130", "784"],
            "Y_2002": ["130", "784", "784", None, None, "130", "784"],
            "GRAD_2020_01": ["1,0", None, "0", "0.5", None, "1", "1"],
        }
    )
    weeks, months = week_columns(["y_2001", "y_2002"]), {"grad_2020_01": date(2020, 1, 1)}
    with delivered(DREAM, "202001", frame.head(4), frame.slice(4)) as (sources, folder):
        rows = wide_rows(DREAM, sources, KEY)
        made = enter_wide(
            DREAM, sources, rows, lambda batch: {"w": week_runs(batch, weeks), "m": month_runs(batch, months)}, folder
        )
        tables = {name: table.collect() for name, table in made.tables.items()}
    first, second, monday = date(2019, 12, 30), date(2020, 1, 12), date(2020, 1, 6)
    assert tables["w"].rows() == [
        (1, "130", first, second),
        (2, "784", monday, second),
        (3, "784", first, second),
        (4, "130", first, date(2020, 1, 5)),
    ]
    assert tables["m"].get_column("person").to_list() == [1, 4]
    assert made.n_read == 5
    assert made.set_aside.select("reason", "row_number", "y_2001").rows() == [
        ("missing_pnr", 2, "130"),
        ("duplicate_row", 3, "784"),
    ]


def test_a_file_that_breaks_while_all_are_read_is_named() -> None:
    rows = pl.DataFrame({name: ["1"] * 50_000 for name in CONTACTS}).with_columns(PNR=pl.lit(PNRS[0]))
    with delivered(LPR_A_KONTAKT, "2019", rows, rows) as (sources, folder):
        whole = bytearray(sources[1].path.read_bytes())
        middle = len(whole) // 3
        whole[4:middle] = bytes(reversed(whole[4:middle]))
        sources[1].path.write_bytes(whole)
        with pytest.raises(DeliveryError, match=r"2019-1\.parquet cannot be read"):
            enter(LPR_A_KONTAKT, sources, KEY, folder)


def test_a_panic_while_files_are_read_names_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rust code that panics raises what is no `Exception`, and of a class of each package's own."""

    class PanicException(BaseException):
        pass

    def panics(*_: object, **__: object) -> None:
        path = sources[1].path
        path.write_bytes(path.read_bytes()[:50])
        raise PanicException("000000000007")

    monkeypatch.setattr("deliveries.entry.part", panics)
    rows = pl.DataFrame({name: ["1"] for name in CONTACTS})
    with (
        delivered(LPR_A_KONTAKT, "2019", rows, rows) as (sources, folder),
        pytest.raises(DeliveryError, match=r"2019-1\.parquet cannot be read"),
    ):
        enter(LPR_A_KONTAKT, sources, KEY, folder)


def test_rows_of_dream_that_are_gone_on_their_way_stop_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pl.DataFrame({"PNR": PNRS, "Y_2001": ["130"] * 5})
    monkeypatch.setattr("deliveries.wide.parts_of", lambda folder: iter(()))
    with delivered(DREAM, "202001", frame) as (sources, folder):
        rows = wide_rows(DREAM, sources, KEY)
        with pytest.raises(StoreError, match="5 rows on their way into the store are gone"):
            enter_wide(DREAM, sources, rows, lambda batch: {"w": week_runs(batch, week_columns(["y_2001"]))}, folder)
