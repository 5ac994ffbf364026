"""A file written by SAS, all the way through entry: numbers for ids, SAS dates, and rows that break their contract."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from deliveries.entry import delivered_pnrs, enter
from deliveries.formats import open_delivery
from deliveries.quarantine import set_aside
from deliveries.sources import Source
from deliveries.wide import WideRows, wide_batches
from expectations.contracts.deliveries import ColumnFamily, DeliveryContract, Field, RowRule
from pipelines.persons import KEY_SCHEMA, extend_person_key

SAMPLE = Path(__file__).parent / "data" / "sas_sample.sas7bdat"
CONTRACT = DeliveryContract(
    register="sample",
    kind="cumulative",
    row="an admission of the sample",
    fields=(
        Field("pnr", "person", "pnr", "The citizen.", missing="missing_pnr", unreadable="missing_pnr"),
        Field("diag", "code", "code", "Diagnosis."),
        Field("inddto", "start", "date", "First day.", missing="missing_start", unreadable="invalid_date"),
        Field("uddto", "end", "date", "Last day.", unreadable="invalid_date"),
    ),
    sorted_by=("person", "start", "end", "code"),
    own_rules=(RowRule("end_before_start", pl.col("end") < pl.col("start"), "A stay does not end before it starts."),),
    column_families=(ColumnFamily("pattype", "^pattype$", False, "Kind of patient."),),
)


@pytest.fixture(scope="module")
def source() -> Source:
    return Source(SAMPLE, open_delivery(SAMPLE), "2025")


@pytest.fixture(scope="module")
def key(source: Source) -> pl.DataFrame:
    return extend_person_key(pl.DataFrame(schema=KEY_SCHEMA), delivered_pnrs(CONTRACT, [source]))


def test_every_row_is_kept_or_set_aside(source: Source, key: pl.DataFrame, tmp_path: Path) -> None:
    delivered = source.frame.collect()
    broken = delivered.filter(pl.col("uddto") < pl.col("inddto"))
    entered = enter(CONTRACT, [source], key, tmp_path)
    kept = entered.kept.collect()
    assert entered.received == delivered.height == 3967
    assert kept.height == entered.n_kept
    assert kept.height + entered.set_aside.height == entered.received
    assert entered.set_aside.filter(reason="end_before_start").height == broken.height
    assert kept.schema == {"person": pl.UInt32, "code": pl.String, "start": pl.Date, "end": pl.Date}


def test_ids_delivered_as_numbers_are_text_of_twelve_digits(source: Source, key: pl.DataFrame) -> None:
    delivered = source.frame.select(pl.col("pnr").drop_nulls().unique().sort()).collect().to_series()
    assert key["pnr"].to_list() == [f"{number:012.0f}" for number in delivered]


def test_the_dates_are_those_of_sas(source: Source, key: pl.DataFrame, tmp_path: Path) -> None:
    delivered = source.frame.select("inddto").collect().to_series()
    kept = enter(CONTRACT, [source], key, tmp_path).kept.collect()
    assert (kept["start"].min(), kept["start"].max()) == (delivered.min(), delivered.max())
    assert kept["person"].is_sorted()


def test_wide_columns_are_read_in_batches(source: Source) -> None:
    wanted = pl.DataFrame({"source": [0, 0], "row": [0, 3966], "person": [7, 8]}).cast(
        {"source": pl.UInt16, "row": pl.get_index_type(), "person": pl.UInt32}
    )
    broken = pl.DataFrame({"source": [0], "row": [1], "reason": ["missing_pnr"]}).cast(
        {"source": pl.UInt16, "row": pl.get_index_type()}
    )
    rows = WideRows(wanted, set_aside(CONTRACT, [source], broken), received=3)
    kept, aside = zip(*wide_batches(CONTRACT, [source], rows, batch_rows=1000), strict=True)
    batches = pl.concat(kept)
    (row,) = pl.concat(aside).iter_rows(named=True)
    assert (row["row_number"], row["pattype"]) == (2, str(source.frame.collect().item(1, "pattype")))
    expected = source.frame.select("pattype").collect().to_series().gather([0, 3966]).to_list()
    assert batches.select("person", "pattype").rows() == list(zip([7, 8], expected, strict=True))
