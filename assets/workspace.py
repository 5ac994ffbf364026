"""The resource through which assets see a workspace's folders, deliveries, studies and catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import dagster as dg
import polars as pl

from catalogue.columns import LPR2
from catalogue.reader import Catalogue, read_catalogue
from deliveries.folder import Delivery, Found, find_deliveries
from deliveries.studies import Study, study_of
from expectations.contracts.deliveries import ALWAYS, DELIVERIES, REPORTED_TO
from expectations.contracts.delivery import DeliveryContract
from expectations.findings import Finding
from expectations.states import blocking, data_docs_of
from faults import DeliveryError, Fault, StudyError
from settings import HISTORY, Folders


class Workspace(dg.ConfigurableResource):
    """The folders of a workspace, as `settings.Folders` has them, and the registers that it has tables of: those that
    always are, and every other that is delivered.
    """

    extracts: str
    studies: str
    store: str
    release: str
    catalogue: str | None = None
    registers: list[str] = [*ALWAYS]  # noqa: RUF012 (pydantic copies it)

    @classmethod
    def of(cls, folders: Folders) -> Workspace:
        """The resource over these folders, with what is delivered now."""
        overlay = str(folders.catalogue) if folders.catalogue else None
        return cls(
            extracts=str(folders.extracts),
            studies=str(folders.studies),
            store=str(folders.store),
            release=str(folders.release),
            catalogue=overlay,
            registers=registers_of(folders.extracts),
        )

    @property
    def data_docs(self) -> Path:
        """The site of Data Docs, which Great Expectations builds."""
        return data_docs_of(Path(self.store))

    @property
    def results_of_suites(self) -> Path:
        """The results that the site is built of."""
        return Path(self.store) / "quality" / ".results"

    @property
    def history(self) -> Path:
        """What is of this store and no table of it."""
        return Path(self.store) / HISTORY

    def found(self) -> Found:
        """What the folder of deliveries holds of the workspace's registers."""
        found = _found(Path(self.extracts))
        return replace(found, deliveries={name: found.deliveries[name] for name in self.registers})

    def contract(self, register: str) -> DeliveryContract:
        """What a register is delivered with, its columns called as the catalogue says."""
        called = self.read_catalogue().delivered_columns.filter(register=register)
        names = called.select("column", pl.col("delivered_as").str.to_lowercase()).iter_rows()
        contract = DELIVERIES[register].called(dict(names))
        return contract.requiring(REPORTED_TO) if self.lpr3_from else contract

    @property
    def lpr3_from(self) -> date | None:
        """The first day that LPR_A_KONTAKT tells of hospital contacts alone, where LPR2 is read too; else None."""
        last_year = self.read_catalogue().last_year("lpr2") if set(LPR2) <= set(self.registers) else None
        return date(last_year + 1, 1, 1) if last_year else None

    def deliveries(self, register: str, year: str | None = None) -> Sequence[Delivery]:
        """The deliveries of a register that count; of a periodic one those of a year."""
        return [d for d in self.found().deliveries[register] if year is None or d.period[:4] == year]

    def blocking(self, study: str | None = None) -> list[Finding]:
        """What forbids making anything of a study now, its own suite included when it is to leave the store."""
        return blocking(Path(self.store), self.read_catalogue().quality_checks, study)

    def read_catalogue(self) -> Catalogue:
        """The shipped catalogue with the overlay on it; its services are those of the workspace's registers."""
        return read_catalogue(Path(self.catalogue) if self.catalogue else None).measured_in(self.registers)

    def study(self, study_id: str) -> Study:
        """The study of an id."""
        return study_of(Path(self.studies), study_id)

    def catalogue_of(self, study: Study) -> Catalogue:
        """The catalogue that a study's costs are told by; raises `StudyError` where it asks for the amounts of a
        register that is not delivered.
        """
        faults = [
            Fault(
                f"study {study.id!r} asks for the amounts of {register.upper()}, which is not delivered",
                f"{study.path}, key `costs_from`",
                f"deliver {register.upper()}, or take it out of the list: its services are then priced",
            )
            for register in study.costs_from
            if register not in self.registers
        ]
        if faults:
            raise StudyError(faults)
        return self.read_catalogue().costs_from(study.costs_from)


def registers_of(extracts: Path) -> list[str]:
    """The registers that a workspace over a folder of deliveries has tables of, in the order of their contracts."""
    try:
        delivered = _found(extracts).deliveries
    except DeliveryError:  # told by the run that needs them
        return list(ALWAYS)
    return [register for register in DELIVERIES if register in ALWAYS or delivered[register]]


def _found(extracts: Path) -> Found:
    return find_deliveries(extracts, {name: contract.kind for name, contract in DELIVERIES.items()})
