"""The share of a register's rows whose code means something: counted by rows, and null of nobody."""

from __future__ import annotations

import polars as pl

from pipelines.quality.profiles import PROFILE_SCHEMA
from pipelines.quality.recognised import recognised_codes

ROWS = [
    (2020, "code", "code", "107", 30),
    (2021, "code", "code", "107", 20),
    (2021, "code", "code", "§ 107", 50),
    (2021, "code", "other", "1", 900),
    (2021, "rows", None, None, 100),
]
PROFILE = pl.DataFrame(ROWS, schema=PROFILE_SCHEMA, orient="row")


def test_rows_on_known_codes_of_all_rows_with_a_code() -> None:
    measured = recognised_codes(PROFILE, "code", pl.Series(["107", "108"]))
    assert measured.rows() == [("alle", "recognised_code", 50, 100, 0.5)]


def test_where_none_is_known_the_share_is_zero() -> None:
    assert recognised_codes(PROFILE, "code", ["85"]).rows() == [("alle", "recognised_code", 0, 100, 0)]


def test_of_no_rows_there_is_no_share() -> None:
    assert recognised_codes(PROFILE.clear(), "code", ["85"]).rows() == [("alle", "recognised_code", None, None, None)]


def test_where_each_year_is_a_delivery_it_is_measured_by_itself() -> None:
    """A year under wrong codes is not hidden among years under right ones."""
    measured = recognised_codes(PROFILE, "code", ["107"], by_year=True)
    assert measured.drop("measure").rows() == [("2020", 30, 30, 1), ("2021", 20, 70, 20 / 70)]
    assert recognised_codes(PROFILE.clear(), "code", ["107"], by_year=True).drop("measure").rows() == [
        ("alle", None, None, None)
    ]
