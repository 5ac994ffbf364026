"""What the shipped bands make of deliveries: faults are stopped, and one without faults passes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
from frames import frame

from catalogue.consistency import band_faults
from catalogue.reader import read_catalogue
from expectations.contracts.deliveries import DELIVERIES
from expectations.contracts.registers import REGISTERS
from expectations.thresholds import ACCOUNT
from pipelines.quality.drift import register_measures
from pipelines.quality.profiles import profile

YEARS = (2019, 2020, 2021)
DATA_END = date(2021, 12, 31)


@pytest.fixture(scope="module")
def checks() -> pl.DataFrame:
    return read_catalogue().quality_checks


def test_every_reason_has_a_threshold(checks: pl.DataFrame) -> None:
    for register, contract in DELIVERIES.items():
        stated = checks.filter(suite="entry", asset=f"registers/{register}")
        assert sorted(stated["measure"]) == sorted([*contract.reasons, ACCOUNT])


def rows_of(register: str, year: int) -> list[dict[str, Any]]:
    """A row of a year for each of 6,000 citizens; of DREAM four weeks, since its checks are asked of weeks."""
    monday, sunday = date.fromisocalendar(year, 9, 1), date.fromisocalendar(year, 12, 7)
    alike: dict[str, dict[str, Any]] = {
        "bef": {
            "reference_date": date(year, 12, 31),
            "foed_dag": monday,
            "antpersh": 2,
            "ie_type": "1",
            "far": 1,
            "mor": 2,
        },
        "lpr_a_kontakt": {"start": datetime(year, 3, 1, 8), "end": datetime(year, 3, 1, 9), "kont_type": "ALCA00"},
        "dream": {"code": "130", "start": monday, "end": sunday},
    }
    own: dict[str, Callable[[int], dict[str, Any]]] = {
        "bef": lambda person: {"koen": "12"[person % 2], "kom": f"{101 + person % 98}"},
        "lpr_a_kontakt": lambda person: {
            "contact": f"{person} {year}",
            "hovedspec": "Kirurgi" if person % 5 else "Psykiatri",
        },
        "dream": lambda person: {},
    }
    return [{"person": person, **alike[register], **own[register](person)} for person in range(6000)]


def small_register(register: str, change: Callable[[pl.DataFrame], pl.DataFrame] = lambda rows: rows) -> pl.DataFrame:
    """The profile of three years, as `change` leaves their rows."""
    table = change(frame(REGISTERS[register], [row for year in YEARS for row in rows_of(register, year)]))
    if register == "bef":
        return pl.concat(profile("bef", snapshot.lazy()) for snapshot in table.partition_by("reference_date"))
    return profile(register, table.sort("person", "start").lazy(), data_end=DATA_END)


def newest(rows: pl.DataFrame) -> pl.Expr:
    day = "reference_date" if "reference_date" in rows.columns else "start"
    return pl.col(day).dt.year() == 2021


def without(wrong: pl.Expr) -> Callable[[pl.DataFrame], pl.DataFrame]:
    return lambda rows: rows.filter(~(newest(rows) & wrong))


def with_value(column: str, value: Any) -> Callable[[pl.DataFrame], pl.DataFrame]:
    return lambda rows: rows.with_columns(pl.when(newest(rows)).then(value).otherwise(column).alias(column))


def failing(checks: pl.DataFrame, register: str, measures: pl.DataFrame) -> set[str]:
    """The checks of a register that some year or the whole fails, as a suite asks them."""
    asked = checks.filter(suite=register).join(measures, on="measure")
    outside = (pl.col("value") < pl.col("lower")).fill_null(False) | (pl.col("value") > pl.col("upper")).fill_null(
        False
    )
    return set(asked.filter((pl.col("denominator") >= pl.col("least")) & outside)["check"])


THIRD = pl.col("person") % 10 < 3


@pytest.mark.parametrize("register", ["bef", "lpr_a_kontakt", "dream"])
def test_a_delivery_without_faults_passes(checks: pl.DataFrame, register: str) -> None:
    made = small_register(register)
    data_end = None if register == "bef" else DATA_END
    assert failing(checks, register, register_measures(made, made, data_end)) == set()


@pytest.mark.parametrize(
    ("register", "change", "check"),
    [
        ("bef", without(THIRD), "rows_change_block"),
        ("bef", without(pl.col("kom") == "147"), "codes_gone_kom_block"),
        ("bef", with_value("kom", None), "missing_kom_block"),
        ("bef", with_value("koen", None), "missing_koen_block"),
        ("bef", with_value("foed_dag", None), "missing_foed_dag_block"),
        ("bef", with_value("foed_dag", date(1860, 1, 1)), "implausible_foed_dag_block"),
        ("bef", with_value("koen", pl.lit("M")), "implausible_koen_block"),
        ("lpr_a_kontakt", without(THIRD), "rows_change_block"),
        ("lpr_a_kontakt", lambda rows: pl.concat([rows, rows]), "repeated_rows_block"),
        ("lpr_a_kontakt", with_value("kont_type", None), "missing_kont_type_block"),
        ("lpr_a_kontakt", with_value("hovedspec", None), "missing_hovedspec_block"),
        ("lpr_a_kontakt", with_value("kont_type", pl.lit("ALCA99")), "code_drift_kont_type_block"),
        ("lpr_a_kontakt", with_value("hovedspec", pl.lit("Kirurgi")), "codes_gone_hovedspec_block"),
        ("dream", without(THIRD), "citizens_change_block"),
        ("dream", without(pl.lit(True)), "rows_change_block"),
        ("dream", with_value("code", pl.lit("999")), "codes_gone_code_block"),
        ("dream", with_value("code", pl.lit("x")), "implausible_code_block"),
    ],
)
def test_a_fault_of_the_newest_year_is_stopped(
    checks: pl.DataFrame, register: str, change: Callable[[pl.DataFrame], pl.DataFrame], check: str
) -> None:
    data_end = None if register == "bef" else DATA_END
    found = failing(checks, register, register_measures(small_register(register, change), None, data_end))
    assert check in found
    assert checks.filter(asset=f"registers/{register}", check=check)["severity"].to_list() == ["block"]


@pytest.mark.parametrize("register", ["lpr_a_kontakt", "dream"])
def test_a_delivery_that_lost_rows_of_every_year_is_stopped(checks: pl.DataFrame, register: str) -> None:
    before, now = small_register(register), small_register(register, lambda rows: rows.filter(~THIRD))
    found = failing(checks, register, register_measures(now, before, DATA_END))
    assert {"rows_against_delivery_before_block", "citizens_against_delivery_before_block"} <= found
    assert "rows_change_block" not in found


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"check": "to ord"}, "cannot be a name"),
        ({"check": "contract"}, "cannot be a name"),
        ({"suite": "entry", "check": "rows_change_block"}, "another check's too"),
        ({"suite": "study"}, "no table of a study"),
    ],
)
def test_a_check_that_could_not_be_shown_is_a_fault(checks: pl.DataFrame, changed: dict[str, str], told: str) -> None:
    """Else Dagster would not load."""
    row = checks.filter(asset="registers/bef", check="rows_change")
    odd = pl.concat([checks, row.with_columns(pl.lit(value).alias(name) for name, value in changed.items())])
    assert told in "".join(str(fault) for fault in band_faults(odd))
    assert not band_faults(checks)
