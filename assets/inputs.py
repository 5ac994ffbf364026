"""What steps read of the registers that a workspace has tables of."""

from collections.abc import Sequence

import dagster as dg

from assets.partitions import EVERY_PARTITION
from catalogue.columns import LPR2
from expectations.contracts.deliveries import ALWAYS, DELIVERIES
from expectations.contracts.registers import SPELLS, spells_there

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
    """What each register covers, and LPR2's registers together: `<register>_coverage`."""
    together = {"lpr2_coverage": dg.AssetIn(["coverage", "lpr2"])} if set(LPR2) <= set(registers) else {}
    return {f"{register}_coverage": every_year("coverage", register) for register in registers} | together


def spell_inputs(registers: Sequence[str]) -> dict[str, dg.AssetIn]:
    """The spells that registers become: `<name>_spells`."""
    return {f"{name}_spells": dg.AssetIn(["spells", name]) for name in spells_there(registers)}


def spell_registers(registers: Sequence[str]) -> list[str]:
    """Those of the registers beyond the four that always are whose rows become spells by themselves."""
    return [register for register in registers if register in SPELLS and register not in ALWAYS]
