"""Whether a delivered file has the columns its contract needs, in types that can be read.

Told from the file's schema alone, before any row is read, and all faults of all files at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

from expectations.contracts.deliveries import DeliveryContract, read_columns
from faults import DeliveryError, Fault

READABLE = {
    "pnr": "text (or whole numbers)",
    "code": "text or numbers",
    "text": "text",
    "date": "dates, datetimes, ISO text or SAS day numbers",
    "datetime": "datetimes, dates, ISO text or SAS numbers",
    "integer": "numbers or text",
}


def family_columns(contract: DeliveryContract, names: Iterable[str]) -> list[str]:
    """The delivered columns that belong to one of the contract's column families, in delivered order."""
    patterns = [family.pattern for family in contract.column_families]
    return [name for name in names if any(re.match(pattern, name) for pattern in patterns)]


def refuse_wrong_shape(contract: DeliveryContract, sources: Sequence[tuple[Path, pl.LazyFrame]]) -> None:
    """Raise `DeliveryError` with every missing column and wrong type of every file."""
    faults = [fault for path, frame in sources for fault in _faults(contract, path, frame.collect_schema())]
    if contract.column_families and len(sources) > 1 and not faults:
        faults = _unlike(contract, sources)
    if faults:
        raise DeliveryError(faults)


def _unlike(contract: DeliveryContract, sources: Sequence[tuple[Path, pl.LazyFrame]]) -> list[Fault]:
    """The parts of one wide delivery that have other weeks or months than the first."""
    (first, frame), *others = sources
    expected = set(family_columns(contract, frame.collect_schema()))
    return [
        Fault(
            f"{path.name} has other columns than {first.name}: {len(expected ^ found)} stand in one only",
            f"{first} and {path}",
            "deliver the parts of a register with the same columns",
        )
        for path, frame in others
        if (found := set(family_columns(contract, frame.collect_schema()))) != expected
    ]


def _faults(contract: DeliveryContract, path: Path, schema: pl.Schema) -> list[Fault]:
    found = read_columns(contract, list(schema))
    faults = []
    for stated in contract.fields:
        if stated.name not in found:
            if stated.optional:
                continue
            also = f" (or {', '.join(name.upper() for name in stated.other_names)})" if stated.other_names else ""
            faults.append(
                Fault(
                    f"{path.name} has no column {stated.name.upper()}{also}",
                    str(path),
                    f"deliver the file with it: {stated.meaning}",
                )
            )
        elif not stated.optional and not is_readable(schema[found[stated.name]]):
            faults.append(_wrong_type(path, found[stated.name], schema, READABLE[stated.read_as]))
    for family in contract.column_families:
        members = [name for name in schema if re.match(family.pattern, name)]
        if family.required and not members:
            what = f"{path.name} has no column {family.name.upper()}"
            faults.append(Fault(what, str(path), f"deliver the file with them: {family.meaning}"))
        faults += [
            _wrong_type(path, name, schema, "text or numbers") for name in members if not is_readable(schema[name])
        ]
    return faults


def is_readable(dtype: pl.DataType) -> bool:
    """Whether values of a delivered type can be read at all."""
    return dtype.is_numeric() or dtype.is_temporal() or dtype in (pl.String, pl.Categorical, pl.Enum, pl.Null)


def _wrong_type(path: Path, name: str, schema: pl.Schema, readable: str) -> Fault:
    return Fault(
        f"{path.name}: column {name.upper()} is delivered as {schema[name]}", str(path), f"deliver it as {readable}"
    )
