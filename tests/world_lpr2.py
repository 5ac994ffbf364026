"""LPR2 as it is delivered, for `World.deliver`: contacts in LPR_ADM by the year they ended, or in PSYK_ADM, and their
visits in LPR_BES.

Here: the three registers' files. Not here: LPR_A_KONTAKT (`world`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from world import FILLER, World, day

YEARS = range(2016, 2020)
INPATIENT, OUTPATIENT, EMERGENCY = "0", "2", "3"
SOMATIC, PSYCHIATRY = "08", "50"
Rows = list[dict[str, Any]]


class Lpr2:
    """The contacts of a world; each gets a RECNUM of its own. Somebody on no list has one in every file."""

    def __init__(self) -> None:
        self.adm: dict[int, Rows] = defaultdict(list)
        self.psyk: Rows = []
        self.bes: dict[int, Rows] = defaultdict(list)
        for year in YEARS:
            first = f"{year}-01-01"
            self.contact(FILLER, first, first, OUTPATIENT, visits=[first])
        self.contact(FILLER, f"{YEARS[0]}-01-01", f"{YEARS[0]}-01-02", INPATIENT, in_psyk=True)

    def contact(
        self,
        pnr: str,
        start: str,
        end: str | None,
        kind: str | None,
        *,
        spec: str | None = SOMATIC,
        visits: Sequence[str] = (),
        in_psyk: bool = False,
        file: int | None = None,
        recnum: str | None = None,
    ) -> str:
        """A contact in the file of the year it ended in (or in `file`, or in PSYK_ADM), its visits in those of theirs;
        gives its RECNUM.
        """
        number = recnum or f"{70_000_000 + len(self.psyk) + sum(map(len, self.adm.values()))}"
        row = {"PNR": pnr, "RECNUM": number, "D_INDDTO": day(start), "D_UDDTO": day(end)}
        row |= {"C_PATTYPE": kind, "C_SPEC": spec}
        (self.psyk if in_psyk else self.adm[file or int((end or start)[:4])]).append(row)
        for visit in visits:
            self.visit(number, visit)
        return number

    def visit(self, recnum: str | None, on: str | None, *, file: int | None = None) -> None:
        """A visit of a contact, in the file of its year or in `file`."""
        self.bes[file or int(str(on)[:4])].append({"RECNUM": recnum, "D_AMBDTO": day(on)})

    def deliver(self, world: World, years: Sequence[int] = YEARS) -> None:
        """Deliver the files of some years to a world, and PSYK_ADM of them all."""
        for year in years:
            world.deliver(f"lpr_adm{year}", self.adm[year])
            world.deliver(f"lpr_bes{year}", self.bes[year])
        world.deliver(f"psyk_adm{years[-1]}", self.psyk)
