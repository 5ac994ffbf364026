"""A small world of deliveries for tests: say who lives there and what they used, write it, run, read the tables.

Here: files as a data team would deliver them, and tables read back by PNR. Not here: what the tables should hold.

    world = World(tmp_path, years=range(2017, 2022))
    world.citizen("1", kom="101")
    world.weeks("1", "783", "2018-W01", "2018-W10")
    world.study("trial", [{"pnr": "1", "start_year": 2019}])
    world.write("parquet")
    world.run()
    world.use()
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import yaml
from click.testing import Result
from typer.testing import CliRunner

from assets.location import build
from assets.run import make_runs, plan
from assets.workspace import Workspace
from releases.folder import releases_of
from settings import Folders

FILLER = "900000000000"  # on no list: opens the first year of LPR and HANDIC, so that they span every year of the world

BEF = ["PNR", "REFERENCETID", "FOED_DAG", "KOEN", "KOM", "ANTPERSH", "IE_TYPE", "FAR_ID", "MOR_ID"]
LPR = ["PNR", "DW_EK_KONTAKT", "KONT_STARTTIDSPUNKT", "KONT_SLUTTIDSPUNKT", "KONT_TYPE", "KONT_ANS_HOVEDSPEC"]
HANDIC = ["PNR", "MODT_YDELSE_KODE", "YDELSE_START", "YDELSE_SLUT"]


def of_all_processes(temporary: Path) -> Path:
    """The folder that the processes of one run of the tests share; `temporary` is this process's own."""
    return temporary.parent if "PYTEST_XDIST_WORKER" in os.environ else temporary


def week_column(thursday: date) -> str:
    """``Y_YYWW`` of the ISO week that this day is in."""
    iso = thursday.isocalendar()
    return f"Y_{iso.year % 100:02d}{iso.week:02d}"


def monday(week: str) -> date:
    """The Monday of a week written ``2018-W01``."""
    year, number = week.split("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def instant(text: str | datetime) -> datetime:
    """A datetime from ``2018-01-31 22:00``."""
    return datetime.fromisoformat(text) if isinstance(text, str) else text


def day(text: str | date | None) -> date | None:
    """A date from ``2018-01-31``."""
    return date.fromisoformat(text) if isinstance(text, str) else text


def released(folder: Path, study: str) -> Path:
    """The newest release of a study, of those below a folder of releases."""
    return releases_of(folder / study)[-1]


class World:
    """Deliveries of the years given, under ``root``; the last year is in the cumulative registers' file names.

    BEF has a snapshot on 31 December of each year in ``snapshots`` (default: of ``years``), DREAM every week and month
    of ``dream_years`` (default: ``years``). ``filler`` plants a citizen who makes LPR and HANDIC begin in the first
    year.
    """

    def __init__(
        self,
        root: Path,
        years: Sequence[int] = range(2017, 2022),
        *,
        snapshots: Iterable[int] | None = None,
        dream_years: Iterable[int] | None = None,
        filler: bool = True,
    ) -> None:
        self.root = root
        self.years = list(years)
        self.snapshots = [date(year, 12, 31) for year in (self.years if snapshots is None else snapshots)]
        dream_years = list(self.years if dream_years is None else dream_years)
        first, last = date(min(dream_years), 1, 1), date(max(dream_years), 12, 31)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        self.week_columns = [week_column(d) for d in days if d.isoweekday() == 4 and d.year in dream_years]
        self.month_columns = [f"GRAD_{d:%Y_%m}" for d in days if d.day == 1 and d.year in dream_years]
        self.bef: list[dict[str, Any]] = []
        self.dream: dict[str, dict[str, Any]] = {}
        self.lpr: list[dict[str, Any]] = []
        self.handic: list[dict[str, Any]] = []
        self.further: dict[str, pl.DataFrame] = {}
        self.studies: list[str] = []
        for folder in ("extracts", "studies"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        if filler:
            self.citizen(FILLER)
            self.contact(FILLER, datetime(self.years[0], 1, 1, 8), datetime(self.years[0], 1, 1, 9))
            self.grant(FILLER, "85", date(self.years[0], 1, 1), date(self.years[0], 1, 1))

    def citizen(
        self,
        pnr: str,
        *,
        born: str | date = "1980-06-15",
        koen: str = "1",
        kom: str = "101",
        antpersh: int = 1,
        ie_type: str = "1",
        far: str | None = None,
        mor: str | None = None,
        snapshots: Iterable[int | date] | None = None,
    ) -> None:
        """In BEF on 31 December of the years ``snapshots``, or on the dates (default: every snapshot of the world)."""
        for seen in self.snapshots if snapshots is None else snapshots:
            at = date(seen, 12, 31) if isinstance(seen, int) else seen
            values = [pnr, at, day(born), koen, kom, antpersh, ie_type, far, mor]
            self.bef.append(dict(zip(BEF, values, strict=True)))

    def weeks(self, pnr: str, code: str | None, first: str, last: str | None = None) -> None:
        """On a benefit code from week ``first`` to week ``last`` (``2018-W53``), both included; None blanks them."""
        row, at = self.dream.setdefault(pnr, {}), monday(first)
        while at <= monday(last or first):
            row[week_column(at)] = code
            at += timedelta(days=7)

    def employed(self, pnr: str, *months: str, grad: float = 1.0) -> None:
        """With an employment degree in the months given as ``2018-01``."""
        for month in months:
            self.dream.setdefault(pnr, {})[f"GRAD_{month.replace('-', '_')}"] = grad

    def contact(
        self,
        pnr: str,
        start: str | datetime,
        end: str | datetime | None,
        *,
        specialty: str | None = "Psykiatri",
        kont_type: str = "ALCA00",
        **more: Any,
    ) -> None:
        """A hospital contact; ``end`` None is open; ``more`` are further delivered columns."""
        values = [pnr, str(len(self.lpr) + 1), instant(start), instant(end) if end else None, kont_type, specialty]
        self.lpr.append({**dict(zip(LPR, values, strict=True)), **more})

    def grant(self, pnr: str, code: str, start: str | date, end: str | date | None = None) -> None:
        """A service granted, from start to end, both included; without end it still runs."""
        self.handic.append(dict(zip(HANDIC, [pnr, code, day(start), day(end)], strict=True)))

    def deliver(self, file: str, rows: Sequence[dict[str, Any]]) -> None:
        """A delivery of any other register under its file's name, ``sssy2019`` for instance, a row a dict of delivered
        columns (`world_further` writes them); a column without any value is text.
        """
        frame = pl.DataFrame(rows, infer_schema_length=None)
        self.further[file] = frame.with_columns(pl.selectors.by_dtype(pl.Null).cast(pl.String))

    def study(
        self,
        study: str,
        participants: Sequence[dict[str, Any]],
        *,
        mode: str = "calendar",
        years_before: int = 1,
        years_after: int = 2,
        price_year: int | None = None,
        list_form: str = "csv",
        **more: Any,
    ) -> None:
        """A study file and its participant list, CSV with ``;`` or XLSX; ``more`` are further keys of the file."""
        names = list(dict.fromkeys(name for row in participants for name in row)) or ["pnr", "start_date"]
        text = [{name: None if row.get(name) is None else str(row[name]) for name in names} for row in participants]
        frame = pl.DataFrame(text, schema=dict.fromkeys(names, pl.String))
        path = self.root / "studies" / f"{study}.{list_form}"
        if list_form == "xlsx":
            frame.write_excel(path)
        else:
            frame.write_csv(path, separator=";")
        keys = {
            "id": study,
            "title_da": f"Prøve {study}",
            "title_en": f"Test {study}",
            "participants": path.name,
            "mode": mode,
            "years_before": years_before,
            "years_after": years_after,
            "price_year": price_year or self.years[-1],
            **more,
        }
        (self.root / "studies" / f"{study}.yaml").write_text(
            yaml.safe_dump(keys, allow_unicode=True, sort_keys=False), encoding="utf-8"
        )
        self.studies.append(study)

    def overlay(self, file: str, rows: Sequence[dict[str, Any]]) -> None:
        """A catalogue file laid over the shipped one, ``unit_prices.csv`` for instance."""
        folder = self.root / "catalogue"
        folder.mkdir(exist_ok=True)
        pl.DataFrame(rows, infer_schema_length=None).write_csv(folder / file)

    def frames(self) -> dict[str, pl.DataFrame]:
        """The deliveries by file name without its ending."""
        last = self.years[-1]
        texts = dict.fromkeys(BEF, pl.String) | {
            "REFERENCETID": pl.Date,
            "FOED_DAG": pl.Date,
            "ANTPERSH": pl.Int32,
        }
        bef = pl.DataFrame(self.bef, schema=texts)
        delivered = set(self.snapshots) | set(bef["REFERENCETID"])
        frames = {f"bef{at:%Y%m}": bef.filter(pl.col("REFERENCETID") == at) for at in sorted(delivered)}
        weeks = dict.fromkeys(self.week_columns, pl.String)
        months = dict.fromkeys(self.month_columns, pl.Float64)
        dream = [{"PNR": pnr, **row} for pnr, row in self.dream.items()] or [{"PNR": FILLER}]
        unknown = {name for row in dream for name in row} - {"PNR", *weeks, *months}
        if unknown:
            raise ValueError(f"no such column in this world's DREAM: {sorted(unknown)}")
        frames[f"dream{last}12"] = pl.DataFrame(dream, schema={"PNR": pl.String, **weeks, **months})
        more = {name: pl.String for row in self.lpr for name in row if name not in LPR}
        times = {"KONT_STARTTIDSPUNKT": pl.Datetime("us"), "KONT_SLUTTIDSPUNKT": pl.Datetime("us")}
        frames[f"lpr_a_kontakt{last}"] = pl.DataFrame(self.lpr, schema=dict.fromkeys(LPR, pl.String) | times | more)
        grants = {"YDELSE_START": pl.Date, "YDELSE_SLUT": pl.Date}
        frames[f"handic{last}"] = pl.DataFrame(self.handic, schema=dict.fromkeys(HANDIC, pl.String) | grants)
        return frames | self.further

    def write(self, form: str = "parquet") -> Path:
        """Write the deliveries as ``parquet`` or ``csv``; an earlier writing goes. Returns the folder."""
        folder = self.root / "extracts"
        for old in folder.iterdir():
            old.unlink()
        for name, frame in self.frames().items():
            if form == "csv":
                frame.write_csv(folder / f"{name}.csv", datetime_format="%Y-%m-%d %H:%M:%S")
            else:
                frame.write_parquet(folder / f"{name}.parquet")
        return folder

    def run(self, *options: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the project over this world: the one place that knows how. ``check`` raises if it failed."""
        command = [str(Path(sys.executable).parent / "forlob"), *self._arguments(options)]
        done = subprocess.run(command, capture_output=True, text=True)
        if check and done.returncode:
            raise AssertionError(f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def run_here(self, *options: str, check: bool = True) -> Result:
        """Run the same command in this process, which saves starting Python; has ``exit_code`` and ``output``."""
        import cli

        done = CliRunner().invoke(cli.app, self._arguments(options))
        if check and done.exit_code:
            raise AssertionError(f"{options} ended with {done.exit_code}\n{done.output}") from done.exception
        return done

    def make(self, *studies: str, instance: dg.DagsterInstance | None = None) -> str:
        """The runs that the command makes, as far as the tables of the store: without releases, and with their history
        kept in memory, which together take most of a small world's time. Returns what they warn of.
        """
        folders = Folders(**{name: self.root / name for name in self._folders()})
        made = plan(Workspace.of(folders), studies)
        release = dg.AssetSelection.assets("release")
        steps = [
            replace(step, selection=step.selection - release, suites=False) if step.job == "study_run" else step
            for step in made.steps
        ]
        *_, outcome = make_runs(build(folders), instance or dg.DagsterInstance.ephemeral(), steps)
        if outcome.failure:
            raise AssertionError(outcome.failure)
        return "\n".join(dict.fromkeys([*made.warnings, *outcome.warnings]))

    def _arguments(self, options: Sequence[str]) -> list[str]:
        """Later options win: a test may name another store or catalogue than the world's."""
        named = (part for name in self._folders() for part in (f"--{name}", str(self.root / name)))
        return ["run", *named, *options]

    def _folders(self) -> list[str]:
        """The folders of a workspace that this world has."""
        return [f.name for f in fields(Folders) if f.name != "catalogue" or (self.root / f.name).exists()]

    def table(self, table: str, study: str | None = None) -> pl.DataFrame:
        """A table of the store as it is; of the world's only study when none is named."""
        return pl.read_parquet(self.root / "store" / table / f"{study or self._only_study()}.parquet")

    def by_pnr(self, table: str, study: str | None = None) -> pl.DataFrame:
        """A table with ``pnr`` in place of ``person``."""
        key = pl.read_parquet(self.root / "store" / "person_key.parquet")
        joined = self.table(table, study).join(key, on="person", how="left", validate="m:1", maintain_order="left")
        return joined.select("pnr", pl.exclude("pnr", "person"))

    def use(self, study: str | None = None) -> pl.DataFrame:
        """The use table by PNR."""
        return self.by_pnr("use", study)

    def costs(self, study: str | None = None) -> pl.DataFrame:
        """The costs table by PNR."""
        return self.by_pnr("costs", study)

    def participants(self, study: str | None = None) -> pl.DataFrame:
        """The participants table by PNR."""
        return self.by_pnr("participants", study)

    def cost_table(self, study: str | None = None) -> pl.DataFrame:
        """The cost table."""
        return self.table("cost_table", study)

    def flow(self, study: str | None = None) -> dict[tuple[str, str | None], int]:
        """The participant flow as (step, reason): n."""
        flow = self.table("participant_flow", study)
        return {(step, reason): n for step, reason, n in flow.select("step", "reason", "n").iter_rows()}

    def set_aside(self, register: str) -> dict[str, int]:
        """Rows of a register that were set aside, by reason."""
        rows = pl.read_parquet(self.root / "store" / "quarantine" / f"{register}.parquet")
        return dict(rows.group_by("reason").len().iter_rows())

    def unmapped(self, register: str) -> dict[tuple[str, int], int]:
        """Unmapped codes of a register as (code, year): n."""
        rows = pl.read_parquet(self.root / "store" / "quality" / "unmapped_codes.parquet").filter(register=register)
        return {(code, year): n for code, year, n in rows.select("code", "year", "n").iter_rows()}

    def used(self, pnr: str, service: str, study: str | None = None) -> dict[int, float | None]:
        """One citizen's quantity of a service by period; None is not measured, a missing period is no use."""
        rows = self.use(study).filter(pl.col("pnr") == pnr, pl.col("service") == service)
        return dict(zip(rows["period"].to_list(), rows["quantity"].to_list(), strict=True))

    def _only_study(self) -> str:
        (study,) = self.studies
        return study
