"""The resource through which assets see a workspace's folders, deliveries, studies and catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import dagster as dg

from catalogue.reader import Catalogue, read_catalogue
from deliveries.folder import Delivery, Found, find_deliveries
from deliveries.studies import Study, read_studies
from expectations.contracts.deliveries import DELIVERIES
from expectations.findings import Finding
from expectations.states import blocking, data_docs_of
from faults import Fault, StudyError
from settings import HISTORY, Folders


class Workspace(dg.ConfigurableResource):
    """The folders of a workspace, as `settings.Folders` has them."""

    extracts: str
    studies: str
    store: str
    release: str
    catalogue: str | None = None

    @classmethod
    def of(cls, folders: Folders) -> Workspace:
        """The resource over these folders."""
        overlay = str(folders.catalogue) if folders.catalogue else None
        return cls(
            extracts=str(folders.extracts),
            studies=str(folders.studies),
            store=str(folders.store),
            release=str(folders.release),
            catalogue=overlay,
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
        """What the folder of deliveries holds."""
        return find_deliveries(Path(self.extracts), {name: contract.kind for name, contract in DELIVERIES.items()})

    def deliveries(self, register: str, year: str | None = None) -> Sequence[Delivery]:
        """The deliveries of a register that count; of a periodic one those of a year."""
        return [d for d in self.found().deliveries[register] if year is None or d.period[:4] == year]

    def blocking(self, study: str | None = None) -> list[Finding]:
        """What forbids making anything of a study now, its own suite included when it is to leave the store."""
        return blocking(Path(self.store), self.read_catalogue().quality_checks, study)

    def read_catalogue(self) -> Catalogue:
        """The shipped catalogue with the overlay on it."""
        return read_catalogue(Path(self.catalogue) if self.catalogue else None)

    def study(self, study_id: str) -> Study:
        """The study of an id."""
        for study in read_studies(Path(self.studies)):
            if study.id == study_id:
                return study
        raise StudyError(
            Fault(f"there is no study with the id {study_id!r}", self.studies, "`forlob studies` lists them")
        )
