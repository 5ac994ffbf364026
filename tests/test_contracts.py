"""Contracts: every kind of rule refuses what breaks it, and the schemas that the calculation states do not drift."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandera.polars as pa
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.config import ValidationDepth, config_context
from pandera.errors import SchemaErrors

from expectations.contracts.columns import column as a_column
from expectations.contracts.columns import polars_schema, table
from expectations.contracts.deliveries import DELIVERIES, REASONS, read_columns
from expectations.contracts.quality import UNMAPPED_CODES
from expectations.contracts.registers import COVERAGE, PERSON_KEY, REGISTERS, SPELLS
from expectations.contracts.studies import COST_TABLE, COSTS, PARTICIPANT_FLOW, PARTICIPANTS, PERIODS, USE
from expectations.contracts.tables import TABLES
from expectations.validate import Held, contract_faults, hold
from faults import ForlobError, StoreError
from pipelines.coverage import COVERAGE_SCHEMA
from pipelines.periods import PERIOD_SCHEMA
from pipelines.persons import KEY_SCHEMA
from pipelines.registers.dream import MONTH_RUNS, WEEK_RUNS
from pipelines.spells import SPELL_SCHEMA
from pipelines.tables import COST_TABLE_SCHEMA
from pipelines.use import USE_SCHEMA

DAY = dt.date(2019, 1, 1)
EXAMPLES: Mapping[type[pl.DataType], list[Any]] = {
    pl.String: ["x", "y"],
    pl.Date: [DAY, DAY + dt.timedelta(days=1)],
    pl.Datetime: [dt.datetime(2019, 1, 1, 8), dt.datetime(2019, 1, 1, 9)],
    pl.Boolean: [True, False],
    pl.Float64: [0.25, 0.5],
    pl.List: [["x"], ["y"]],
}
CONTRACTS = pytest.mark.parametrize("name", TABLES)


def good(contract: pa.DataFrameSchema) -> pl.DataFrame:
    """Two rows that keep a contract."""
    columns = {}
    for name, stated in contract.columns.items():
        allowed = [check.statistics["allowed_values"] for check in stated.checks if check.name == "isin"]
        values = allowed[0][:2] if allowed else EXAMPLES.get(stated.dtype.type.base_type(), [1, 2])
        columns[name] = pl.Series(name, (list(values) * 2)[:2], stated.dtype.type)
    return pl.DataFrame(columns)


def refused(frame: pl.DataFrame, contract: pa.DataFrameSchema) -> list[str]:
    """The faults of a table, held lazily: the depth at which pandera by itself would pass wrong values."""
    try:
        held = hold(frame.lazy(), contract)
    except StoreError as error:
        return [str(fault) for fault in error.faults]
    return [str(fault) for fault in contract_faults(held, contract)]


@CONTRACTS
def test_a_table_that_keeps_its_contract_breaks_nothing(name: str) -> None:
    frame = good(TABLES[name])
    assert hold(frame.lazy(), TABLES[name]) == Held(rows=2, broken=())
    assert hold(frame.clear().lazy(), TABLES[name]) == Held(rows=0, broken=())


@CONTRACTS
def test_every_wrong_type_is_refused(name: str) -> None:
    contract = TABLES[name]
    for column in contract.columns:
        wrong = pl.Int8 if contract.columns[column].dtype.type == pl.String else pl.String
        broken = good(contract).with_columns(pl.lit("5").cast(wrong).alias(column))
        assert any(column in fault for fault in refused(broken, contract)), column


@CONTRACTS
def test_null_is_refused_exactly_where_it_has_no_meaning(name: str) -> None:
    contract = TABLES[name]
    for column, stated in contract.columns.items():
        holed = good(contract).with_columns(
            pl.when(pl.int_range(pl.len()) == 0).then(pl.col(column)).alias(column)  # the second row is null
        )
        if stated.nullable:
            assert not refused(holed, contract)
        else:
            assert any(column in fault for fault in refused(holed, contract)), column


@CONTRACTS
def test_missing_extra_and_misplaced_columns_are_refused(name: str) -> None:
    contract = TABLES[name]
    frame = good(contract)
    first, *_, last = frame.columns
    assert refused(frame.drop(last), contract)
    assert bool(refused(frame.with_columns(extra=pl.lit(1)), contract)) == bool(contract.strict)
    assert refused(frame.select(last, pl.exclude(last)), contract)
    assert first != last


@CONTRACTS
def test_a_repeated_key_is_refused(name: str) -> None:
    contract = TABLES[name]
    if not contract.unique:
        frame = good(contract)
        assert not refused(pl.concat([frame, frame]), contract)
        return
    frame = good(contract)
    assert refused(pl.concat([frame, frame.head(1)]), contract)


@pytest.mark.parametrize("contract", [PERSON_KEY, PARTICIPANTS, PERIODS, USE, COSTS], ids=lambda c: c.name)
def test_the_tables_of_a_citizen_have_a_key(contract: pa.DataFrameSchema) -> None:
    """Two rows for one citizen, period and service would count that use double."""
    assert contract.unique in (["pnr"], ["person"], ["person", "period"], ["person", "period", "service"])


@pytest.mark.parametrize(
    ("contract", "column", "value"),
    [
        (USE, "quantity", -1.0),
        (COSTS, "quantity", -0.5),
        (COST_TABLE, "mean_quantity", -0.1),
        (COST_TABLE, "share_users", -0.01),
        (COST_TABLE, "share_users", 1.01),
        (SPELLS["handic"], "quantity", 0),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_value_out_of_bounds_is_refused(contract: pa.DataFrameSchema, column: str, value: float) -> None:
    broken = good(contract).with_columns(pl.lit(value).cast(polars_schema(contract)[column]).alias(column))
    (fault,) = refused(broken, contract)
    assert f"{contract.name}.{column}" in fault
    assert str(value) not in fault


@pytest.mark.parametrize(
    ("contract", "column", "value"),
    [(COST_TABLE, "share_users", 0.0), (COST_TABLE, "share_users", 1.0), (SPELLS["dream"], "quantity", 1)],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_bound_itself_is_allowed(contract: pa.DataFrameSchema, column: str, value: float) -> None:
    frame = good(contract).with_columns(pl.lit(value).cast(polars_schema(contract)[column]).alias(column))
    assert not refused(frame, contract)


@pytest.mark.parametrize(
    ("contract", "column"),
    [
        (PARTICIPANT_FLOW, "step"),
        (PARTICIPANT_FLOW, "reason"),
        (COST_TABLE, "group_by"),
        (COVERAGE, "kind"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_value_that_is_not_on_the_list_is_refused(contract: pa.DataFrameSchema, column: str) -> None:
    (fault,) = refused(good(contract).with_columns(pl.lit("elsewhere").alias(column)), contract)
    assert f"{contract.name}.{column}" in fault
    assert "elsewhere" not in fault


def test_every_broken_rule_is_told_at_once() -> None:
    values = good(COST_TABLE).with_columns(share_users=pl.lit(2.0), group_by=pl.lit("x"), study=pl.lit(None, pl.String))
    faults = "\n".join(refused(values, COST_TABLE))
    assert all(f"cost_table.{column}" in faults for column in ("share_users", "group_by", "study"))
    shape = good(COST_TABLE).with_columns(share_users=pl.lit("2"), n_study=pl.lit("1"))
    faults = "\n".join(refused(shape, COST_TABLE))
    assert all(f"cost_table.{column}" in faults for column in ("share_users", "n_study"))


BOUNDED = table(
    "bounded",
    "a row of every kind of rule",
    {
        "key": a_column(pl.Int32, "A key."),
        "code": a_column(pl.String, "A code.", allowed=["a", "b"], nullable=True),
        "share": a_column(pl.Float64, "A share.", at_least=0, at_most=1, nullable=True),
        "level": a_column(pl.Float64, "A level.", above=0),
    },
    unique=["key"],
)
ROWS = st.lists(
    st.tuples(
        st.integers(1, 4) | st.none(),
        st.sampled_from(["a", "b", "c", ""]) | st.none(),
        st.sampled_from([-0.1, 0.0, 0.5, 1.0, 1.1]) | st.none(),
        st.sampled_from([-1.0, 0.0, 0.1]) | st.none(),
    ),
    max_size=6,
)


@given(ROWS)
@settings(max_examples=150, deadline=None)
def test_the_one_pass_breaks_what_pandera_breaks(rows: list[tuple[Any, ...]]) -> None:
    """Pandera, told to look at values too, is the slow reference of what a contract means."""
    frame = pl.DataFrame(rows, schema=polars_schema(BOUNDED), orient="row")
    with config_context(validation_depth=ValidationDepth.SCHEMA_AND_DATA):
        try:
            BOUNDED.validate(frame, lazy=True)
            told = set()
        except SchemaErrors as errors:
            told = {(error.schema.name, getattr(error.check, "name", None)) for error in errors.schema_errors}
    held = hold(frame.lazy(), BOUNDED)
    assert {broken.column or "bounded" for broken in held.broken} == {name for name, _ in told}
    assert len(held.broken) == len(told)


def test_a_breach_is_counted_by_rule() -> None:
    rows = [(1, "c", 2.0, 0.0), (1, "a", -1.0, 1.0), (1, None, None, 1.0)]
    held = hold(pl.DataFrame(rows, schema=polars_schema(BOUNDED), orient="row").lazy(), BOUNDED)
    assert held.rows == 3
    assert {(broken.column, broken.rule): broken.n for broken in held.broken} == {
        ("code", "isin"): 1,
        ("share", "greater_than_or_equal_to"): 1,
        ("share", "less_than_or_equal_to"): 1,
        ("level", "greater_than"): 1,
        (None, "unique (key)"): 2,
    }


@pytest.mark.parametrize(
    ("schema", "contract"),
    [
        (KEY_SCHEMA, PERSON_KEY),
        (COVERAGE_SCHEMA, COVERAGE),
        (USE_SCHEMA, USE),
        (COST_TABLE_SCHEMA, COST_TABLE),
        (WEEK_RUNS, REGISTERS["dream"]),
        (MONTH_RUNS, REGISTERS["dream_employment"]),
        *((SPELL_SCHEMA, contract) for contract in SPELLS.values()),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_calculation_states_the_schema_of_the_contract(schema: pl.Schema, contract: pa.DataFrameSchema) -> None:
    assert list(dict(schema).items()) == list(polars_schema(contract).items())


def test_periods_are_the_contracts_without_presence() -> None:
    stated = polars_schema(PERIODS)
    assert stated.pop("present") == pl.Boolean
    assert list(dict(PERIOD_SCHEMA).items()) == list(stated.items())


@CONTRACTS
def test_a_contract_says_what_every_column_means(name: str) -> None:
    contract = TABLES[name]
    assert contract.name == name
    assert contract.description
    for column, stated in contract.columns.items():
        assert stated.description.endswith("."), column
        if stated.dtype.type.is_numeric() and column not in ("person", "period", "far", "mor", "start_year"):
            assert stated.metadata["unit"], f"{name}.{column} is a quantity without a unit"


@pytest.mark.parametrize("register", DELIVERIES)
def test_no_code_of_a_register_can_be_a_pnr(register: str) -> None:
    """Codes are named in warnings and profiles: each has a fixed width, or is set aside where it is as long as one."""
    contract = DELIVERIES[register]
    free = [stated.becomes for stated in contract.fields if stated.read_as == "code" and stated.width is None]
    rows = pl.DataFrame({name: ["9" * 12, "85", None] for name in free})
    found = [
        rows.select(rule.broken).to_series().to_list() for rule in contract.row_rules if rule.reason == "invalid_code"
    ]
    assert found == [[True, False, None]] * len(free)
    assert ("invalid_code" in contract.reasons) is bool(free)


@pytest.mark.parametrize("register", DELIVERIES)
def test_a_delivery_becomes_the_columns_of_its_register(register: str) -> None:
    contract = DELIVERIES[register]
    becomes = set(contract.columns)
    assert becomes <= set(REGISTERS[register].columns)
    if not contract.column_families:
        assert becomes == set(REGISTERS[register].columns)
    assert set(contract.sorted_by) <= becomes


def test_every_reason_to_set_a_row_aside_is_worded() -> None:
    stated = {reason for c in DELIVERIES.values() for f in c.fields for reason in (f.missing, f.unreadable) if reason}
    stated |= {rule.reason for contract in DELIVERIES.values() for rule in contract.row_rules}
    found = [contract.found_by for contract in DELIVERIES.values() if contract.found_by]
    stated |= {reason for found_by in found for reason in (found_by.unknown, found_by.ambiguous)}
    assert stated | {"duplicate_row", "outside_delivery"} == set(REASONS)


@pytest.mark.parametrize("name", ["pnr", "cpr", "v_cpr", "pnr12", "person_id"])
def test_the_pnr_goes_by_several_names(name: str) -> None:
    assert read_columns(DELIVERIES["dream"], [name, "y_1801"])["pnr"] == name


def test_a_fault_of_the_store_is_one_of_the_family() -> None:
    assert issubclass(StoreError, ForlobError)
    assert StoreError.exit_code == 6
    assert UNMAPPED_CODES.name in TABLES
