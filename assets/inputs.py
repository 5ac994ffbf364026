"""What steps read of the registers that a workspace has tables of."""

from collections.abc import Sequence

import dagster as dg

from assets.partitions import EVERY_PARTITION
from expectations.contracts.deliveries import ALWAYS, DELIVERIES
from expectations.contracts.registers import SPELLS

EMPLOYMENT = "dream_employment"
"""Spells that are made of DREAM beside its own."""
OF_PERSONS = ("udda", "dod", "vnds")
"""Registers of what people are, of which no use is counted."""


def every_year(layer: str, register: str) -> dg.AssetIn:
    """A table of a register in a layer of the store, of all its years where it comes a year at a time."""
    mapping = EVERY_PARTITION if DELIVERIES[register].by_year else None
    return dg.AssetIn([*layer.split("/"), register], partition_mapping=mapping)


BEF_INPUT = every_year("registers", "bef")


def of_persons_inputs(registers: Sequence[str], *wanted: str) -> dict[str, dg.AssetIn]:
    """Registers of what people are, under their own names; those of them that the workspace has."""
    return {register: every_year("registers", register) for register in wanted if register in registers}


def coverage_inputs(registers: Sequence[str]) -> dict[str, dg.AssetIn]:
    """What each register covers: `<register>_coverage`."""
    return {f"{register}_coverage": every_year("coverage", register) for register in registers}


def spell_inputs(registers: Sequence[str]) -> dict[str, dg.AssetIn]:
    """The spells of each register that has any: `<name>_spells`."""
    there = [name for name in SPELLS if name in registers or (name == EMPLOYMENT and "dream" in registers)]
    return {f"{name}_spells": dg.AssetIn(["spells", name]) for name in there}


def spell_registers(registers: Sequence[str]) -> list[str]:
    """Those of the registers beyond the four that always are whose rows become spells."""
    return [register for register in registers if register in SPELLS and register not in ALWAYS]
