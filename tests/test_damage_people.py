"""Damaged deliveries of UDDA, DOD and VNDS: what is caught, where it is shown, and that nothing else changes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from damage_asserts import one_test_each
from damage_further import (
    ROWS_AGAINST,
    ROWS_AGAINST_BLOCK,
    from_sas,
    half_gone,
    refused,
    strangers,
    unreadable,
    write_further,
)
from damage_runs import Damage, clean_road
from damage_world import FILES, change, emptied, having, in_parts, one_in, where

UDDA_FILE, DOD_FILE, VNDS_FILE = FILES["udda"], FILES["dod"], FILES["vnds"]
LATE = dt.date(2024, 2, 1)  # after the data end


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of the damage tests with the further registers, after a run."""
    return clean_road(tmp_path_factory.getbasetemp(), "further", write_further)


UDDA = [
    *refused("udda", "HFAUDD", "dod"),
    Damage("joined to itself", change(UDDA_FILE, lambda rows: pl.concat([rows, rows])),
           blocks=("set_aside_duplicate_row",), aside={"duplicate_row": 4200}),
    Damage("delivered twice in parts", in_parts(UDDA_FILE, "udda", 2023),
           blocks=("set_aside_duplicate_row",), aside={"duplicate_row": 4200}),
    Damage("half of the citizens missing", change(UDDA_FILE, lambda rows: rows.head(2100)),
           warns=("rows_change",), lost=2100),
    Damage("two thirds of the citizens missing", change(UDDA_FILE, lambda rows: rows.head(1400)),
           blocks=("rows_change_block",), warns=("rows_change",)),
    Damage("programmes in words", change(UDDA_FILE, having(pl.format("udd. {}", "HFAUDD").alias("HFAUDD"))),
           warns=("missing_hfaudd",), told=("3675 values of HFAUDD",), same=pl.exclude("hfaudd")),
    strangers("udda"),
    Damage("codes as numbers", change(UDDA_FILE, having(pl.col("HFAUDD").cast(pl.Float64)))),
]  # fmt: skip
DOD = [
    *refused("dod", "DODDATO", "vnds"),
    *unreadable("dod", "DODDATO", 4000),
    half_gone("dod", "DODDATO"),
    Damage("joined to itself", change(DOD_FILE, lambda rows: pl.concat([rows, rows])),
           blocks=("set_aside_duplicate_row",), aside={"duplicate_row": 4000}),
    Damage("deaths to come", change(DOD_FILE, where(one_in(5), "DODDATO", LATE)),
           blocks=(ROWS_AGAINST_BLOCK,), warns=("implausible_doddato", ROWS_AGAINST)),
    strangers("dod"),
    from_sas("dod", "DODDATO"),
]  # fmt: skip
VNDS = [
    *refused("vnds", "INDUD_KODE", "dod"),
    *unreadable("vnds", "HAEND_DATO", 13340),
    half_gone("vnds", "HAEND_DATO"),
    Damage("joined to itself", change(VNDS_FILE, lambda rows: pl.concat([rows, rows])),
           blocks=("set_aside_duplicate_row",), aside={"duplicate_row": 13340}),
    Damage("codes of another kind", change(VNDS_FILE, having(pl.col("INDUD_KODE").replace({"I": "1", "U": "2"}))),
           blocks=("implausible_indud_kode",)),
    Damage("every code null", change(VNDS_FILE, emptied("INDUD_KODE")), 3,
           told=(f"{VNDS_FILE}.parquet", "no service code")),
    strangers("vnds"),
    from_sas("vnds", "HAEND_DATO"),
]  # fmt: skip

test_udda = one_test_each("udda", UDDA)
test_dod = one_test_each("dod", DOD)
test_vnds = one_test_each("vnds", VNDS)
