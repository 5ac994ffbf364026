"""Holding a table against its contract: names and types by schema, values in one streaming pass, keys by group-by.

Pandera holds the contracts and checks names and types. Its checks of values collect a LazyFrame once for every rule and
quote values, which may be a person's: here the same rules are counted together, and what is told is rule and count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from expectations.contracts.tables import TABLES
from faults import Fault, StoreError

BROKEN_BY = {
    "isin": lambda column, stated: column.is_not_null() & ~column.is_in(stated["allowed_values"]),
    "greater_than_or_equal_to": lambda column, stated: column < stated["min_value"],
    "greater_than": lambda column, stated: column <= stated["min_value"],
    "less_than_or_equal_to": lambda column, stated: column > stated["max_value"],
}
"""For each kind of rule that a contract may state: whether a value breaks it."""


@dataclass(frozen=True)
class Broken:
    """A rule of a contract that `n` rows break."""

    rule: str
    column: str | None
    n: int


@dataclass(frozen=True)
class Held:
    """A table held against its contract: its rows, and the rules that some of them break."""

    rows: int
    broken: tuple[Broken, ...]

    @property
    def n_broken(self) -> int:
        """Breaches of all rules together."""
        return sum(found.n for found in self.broken)


def contract_of(key: Sequence[str]) -> pa.DataFrameSchema | None:
    """The contract of a table of the store by its key; `coverage/<register>` and the like share one."""
    return next((TABLES[name] for n in range(len(key), 0, -1) if (name := "/".join(key[:n])) in TABLES), None)


def refuse_wrong_shape(frame: pl.LazyFrame, contract: pa.DataFrameSchema) -> None:
    """Raise `StoreError` with every column whose name, type or place is not the contract's; no row is read."""
    try:
        contract.validate(frame, lazy=True)  # of a LazyFrame pandera checks the schema alone
    except SchemaErrors as errors:
        raise StoreError([_of_shape(contract, error) for error in errors.schema_errors]) from None


def hold(frame: pl.LazyFrame, contract: pa.DataFrameSchema) -> Held:
    """Count what breaks the contract: the values' rules in one streaming pass, the key by group-by.

    Raises `StoreError` when names or types are wrong, since rules cannot be counted then.
    """
    refuse_wrong_shape(frame, contract)
    rules = [rule for name, stated in contract.columns.items() for rule in _rules(name, stated)]
    counts = (
        frame.select(pl.len().alias("rows"), *(broken.sum().alias(str(i)) for i, (_, _, broken) in enumerate(rules)))
        .collect(engine="streaming")
        .row(0)
    )
    broken = [Broken(rule, name, n) for (rule, name, _), n in zip(rules, counts[1:], strict=True) if n]
    if contract.unique:
        repeated = (
            frame.group_by(contract.unique)
            .agg(again=pl.len() - 1)
            .select(pl.col("again").sum())
            .collect(engine="streaming")
            .item()
        )
        broken += [Broken(f"unique ({', '.join(contract.unique)})", None, repeated)] if repeated else []
    return Held(counts[0], tuple(broken))


def contract_faults(held: Held, contract: pa.DataFrameSchema) -> list[Fault]:
    """What was broken, as faults: a table that breaks its contract is a fault of the program or of an input that no
    earlier check caught, and is not written.
    """
    return [_fault(contract, f"{broken.rule} ({broken.n} rows)", broken.column) for broken in held.broken]


def _rules(name: str, stated: pa.Column) -> list[tuple[str, str, pl.Expr]]:
    column = pl.col(name)
    values = [(check.name, name, BROKEN_BY[check.name](column, check.statistics)) for check in stated.checks]
    return values if stated.nullable else [("not_nullable", name, column.is_null()), *values]


def _of_shape(contract: pa.DataFrameSchema, error: object) -> Fault:
    rule = getattr(getattr(error, "check", None), "name", None) or str(getattr(error, "check", "shape"))
    if rule in ("column_in_dataframe", "column_in_schema"):
        return _fault(contract, rule, str(getattr(error, "failure_cases", "")))
    column = getattr(getattr(error, "schema", None), "name", None)
    return _fault(contract, rule, None if column == contract.name else column)


def _fault(contract: pa.DataFrameSchema, rule: str, column: str | None) -> Fault:
    return Fault(
        f"the table breaks its contract: {rule}",
        f"{contract.name}.{column}" if column else str(contract.name),
        "compare the delivery with docs/data_dictionary.md; if it keeps that, report this as a fault of forlob",
    )
