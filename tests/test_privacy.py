"""Nothing of a person leaves the restricted files: runs of awkward, damaged and failing deliveries, and then every byte
of the store, the event log, the logs of the runs, the releases and what the command said is searched.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from world import World
from world_further import move, stay

import assets.studies
from assets.persons import person_key_asset
from assets.workspace import Workspace
from expectations.contracts.deliveries import ALWAYS
from expectations.contracts.registers import PERSON_KEY, SPELLS
from expectations.contracts.studies import PARTICIPANTS, USE
from expectations.validate import contract_faults, hold
from faults import StoreError
from settings import Folders

YEARS = range(2020, 2022)
PNRS = [f"31415926535{n}" for n in range(8)]
PARENT, LISTED, TWICE, OPEN = "271828182845", "161803398874", "141421356237", "173205080756"
SPACED, LONG = " 577215664901 ", "26457513110645905905"
EVERY_PNR = [*PNRS, PARENT, LISTED, TWICE, OPEN, SPACED.strip(), LONG]
BORN = "1911-11-11"
SECRETS = ["hemmelig-dato-6626", "hemmelig-slut-1380", "hemmelig-listedato", "hemmelig-kontakt-9"]
MAY_HOLD_PNRS = ("person_key.parquet", "quarantine")
RELEASED = {".csv", ".parquet", ".xlsx", ".html", ".json"}


@dataclass
class Told:
    """The workspace after all its runs, and what each of them said."""

    world: World
    said: dict[str, str] = field(default_factory=dict)


def awkward(root: Path) -> World:
    """Citizens with ids of every kind, and rows that cannot be kept."""
    world = World(root, YEARS)
    for pnr in [*PNRS, SPACED, LONG]:
        world.citizen(pnr, born=BORN, far=PARENT)
        world.weeks(pnr, "783", "2020-W02", "2020-W20")
        world.grant(pnr, "85", "2020-03-01", "2020-05-01")
        world.contact(pnr, "2020-02-01 10:00", "2020-02-01 11:00")
    world.weeks(PNRS[0], "444", "2020-W30")  # no such code
    world.grant(PNRS[0], "999", "2020-01-01")  # nor this
    world.contact(OPEN, "2020-02-01 10:00", None)
    world.contact(TWICE, "2020-02-02 10:00", "2020-02-01 10:00")
    world.citizen(TWICE, born=BORN)
    world.citizen(TWICE, born=BORN)
    world.citizen("", born=BORN)
    participants = [{"pnr": pnr, "start_year": 2021, "group": "A"} for pnr in [*PNRS, SPACED, LONG, LISTED]]
    participants += [{"pnr": TWICE, "start_year": "hemmelig-listedato"}, {"pnr": OPEN}, {"pnr": PNRS[0]}]
    world.study("trial", participants, years_before=0, years_after=0)
    among_codes(world)
    world.write()
    return world


def among_codes(world: World) -> None:
    """Further registers with a PNR delivered where a code should be, which warnings and profiles would name."""
    world.deliver("herb_forsorg_mv_f2021", [stay(PNRS[0], "2020-05-01", "2020-05-09", kind) for kind in ("101", OPEN)])
    world.deliver("vnds2021", [move(PNRS[0], "2020-03-01", code) for code in ("U", "I", OPEN)])
    spent = {"PNR": PNRS[0], "START_DATO": date(2021, 1, 1), "SLUT_DATO": date(2021, 3, 31), "UDGIFT": 9000.0}
    world.deliver("siu_individ_udgifter_total202112", [spent | {"INDSATS": code} for code in ("85", OPEN)])
    charge = {"PNR": PNRS[0], "SIG_SIGTDTO": date(2021, 5, 1)}
    world.deliver("krsi2021", [charge | {"SIG_GER7": code} for code in ("1234567", OPEN)])


def damaged_dates(world: World) -> None:
    """HANDIC and LPR as CSV, with dates and times nobody can read, which are set aside."""
    extracts = world.root / "extracts"
    for name, column, secret in (
        ("handic2021", "YDELSE_START", SECRETS[0]),
        ("lpr_a_kontakt2021", "KONT_SLUTTIDSPUNKT", SECRETS[1]),
    ):
        frame = world.frames()[name].cast(pl.String)
        odd = frame.head(1).with_columns(pl.lit(secret).alias(column), PNR=pl.lit(OPEN))
        (extracts / f"{name}.parquet").unlink()
        pl.concat([frame, odd]).write_csv(extracts / f"{name}.csv")


def failing(world: World) -> Iterator[str]:
    """Damage the workspace in one way after the other; yields its name while it is damaged."""
    extracts, studies = world.root / "extracts", world.root / "studies"

    def damaged(path: Path, content: bytes) -> Iterator[str]:
        kept = path.read_bytes() if path.exists() else None
        path.write_bytes(content)
        yield path.name
        path.write_bytes(kept) if kept is not None else path.unlink()

    bef = world.frames()["bef202012"]
    lines = [f"{pnr};{secret};{BORN}" for pnr, secret in zip(PNRS, SECRETS * 2, strict=True)]
    unreadable = extracts / "unreadable.parquet"
    bef.with_columns(FOED_DAG=pl.lit(SECRETS[3])).write_parquet(unreadable)
    whole = (extracts / "bef202012.parquet").read_bytes()
    yield from damaged(extracts / "bef202012.parquet", unreadable.read_bytes())
    unreadable.unlink()
    middle = len(whole) // 2
    yield from damaged(extracts / "bef202012.parquet", whole[:40] + b"\xff" * 200 + whole[240:middle] + whole[middle:])
    yield from damaged(extracts / "handic2021.csv", f"PNR;MODT_YDELSE_KODE\n{lines[0]};{LISTED};1\n".encode())
    yield from damaged(studies / "trial.csv", f"pnr;start_year\n{PNRS[0]};2020;{PNRS[1]};{SECRETS[2]}\n".encode())
    yield from damaged(studies / "trial.csv", f"borger;start\n{PNRS[0]};{SECRETS[2]}\n".encode())


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A run that works, runs that fail, and one stopped by a fault of the program that quotes a citizen."""
    told = Told(awkward(tmp_path_factory.mktemp("world")))
    world = told.world
    damaged_dates(world)
    done = world.run()
    told.said["works"] = done.stdout + done.stderr
    for number, name in enumerate(failing(world)):
        result = world.run_here(check=False)
        assert result.exit_code in (3, 4), f"{name}: {result.output}"
        told.said[f"{number} {name}"] = result.output
    with pytest.MonkeyPatch.context() as patch:

        def quotes(*_: object, **__: object) -> None:
            raise ValueError(f"{PNRS[0]} born {BORN}: {SECRETS[3]}")

        patch.setattr(assets.studies, "study_use", quotes)
        result = world.run_here(check=False)
    assert result.exit_code == 1
    told.said["a fault of the program"] = result.output
    return told


def texts(path: Path) -> Iterator[str]:
    """What stands in a file: its bytes, and what its format packs."""
    yield path.read_bytes().decode("latin-1")
    if path.suffix == ".parquet":
        frame = pl.read_parquet(path)
        for column in frame.columns:
            yield "\n".join(str(value) for value in frame[column].drop_nulls().unique().to_list())
    elif path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as packed:
            yield from (packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
    elif path.suffix == ".db":
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            yield "\n".join(database.iterdump())
        database.close()


def files(root: Path, *folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (root / folder).rglob("*") if path.is_file())


def holders(paths: list[Path], needles: list[str]) -> dict[str, list[str]]:
    """Which files hold which of the needles."""
    found = {}
    for path in paths:
        whole = "\n".join(texts(path))
        if held := [needle for needle in needles if needle in whole]:
            found[str(path)] = held
    return found


def test_the_search_finds_what_is_there(told: Told) -> None:
    """Else the tests below could not fail."""
    store = told.world.root / "store"
    assert holders([store / "person_key.parquet"], EVERY_PNR)
    aside = pl.read_parquet(store / "quarantine" / "participants" / "trial.parquet")
    assert {OPEN, TWICE} <= set(aside["pnr"])
    assert SECRETS[0] in pl.read_parquet(store / "quarantine" / "handic.parquet")["ydelse_start"].to_list()
    assert holders(files(told.world.root, "store/registers/bef"), [BORN])
    assert holders(files(told.world.root, "release"), ["trial", "socialpaedagogisk_stoette"])
    assert holders(files(told.world.root, "store/.dagster"), ["bef_run"])


def test_no_pnr_in_any_file_but_the_key_and_what_was_set_aside(told: Told) -> None:
    root = told.world.root
    paths = [
        path
        for path in files(root, "store", "release")
        if path.relative_to(root / path.relative_to(root).parts[0]).parts[0] not in MAY_HOLD_PNRS
    ]
    kinds = {path.suffix for path in paths}
    assert {".db", *RELEASED} <= kinds
    assert any("audit" in path.parts for path in paths)
    assert holders(paths, EVERY_PNR) == {}


def test_no_value_of_a_person_in_the_event_log_or_the_logs_of_runs(told: Told) -> None:
    paths = files(told.world.root, "store/.dagster")
    assert {".db", ".out", ".err"} <= {path.suffix for path in paths}
    assert holders(paths, [*EVERY_PNR, BORN, *SECRETS]) == {}


def test_no_value_of_a_person_is_released(told: Told) -> None:
    paths = files(told.world.root, "release")
    (release,) = {path.parent for path in paths}
    assert release.parent == told.world.root / "release" / "trial"
    assert {path.suffix for path in paths} == RELEASED
    assert holders(paths, [*EVERY_PNR, BORN, *SECRETS]) == {}


@pytest.mark.parametrize("register", ["herb_forsorg_mv_f", "vnds", "siu_individ_udgifter_total", "krsi"])
def test_a_number_among_codes_is_set_aside(told: Told, register: str) -> None:
    assert told.world.set_aside(register) == {"invalid_code": 1}


def test_no_number_of_a_citizen_is_released(told: Told) -> None:
    """The key's numbers are short, and so would be found anywhere: no released table has a column of them."""
    tables = [path for path in files(told.world.root, "release") if path.suffix == ".parquet"]
    assert len(tables) == 7
    assert not [path.name for path in tables if "person" in pl.read_parquet_schema(path)]


def test_the_audit_s_evidence_stays_in_the_store_and_holds_no_pnr(told: Told) -> None:
    """It brackets withheld figures and knows the citizens by number: more than a release may tell."""
    paths = [path for path in files(told.world.root, "store/audit") if path.suffix != ".lock"]
    assert {path.name for path in paths} == {"evidence.parquet", "study_base.parquet", "verdict.json"}
    assert "person" in pl.read_parquet_schema(next(path for path in paths if path.name == "study_base.parquet"))
    assert holders(paths, [*EVERY_PNR, BORN, *SECRETS]) == {}
    assert not {path.name for path in files(told.world.root, "release")} & {path.name for path in paths}


def test_unreadable_values_stand_only_in_what_was_set_aside(told: Told) -> None:
    paths = [path for path in files(told.world.root, "store") if "quarantine" not in path.parts]
    assert holders(paths, SECRETS) == {}


def test_no_value_of_a_person_in_what_is_known_of_quality(told: Told) -> None:
    """Profiles, measures, checks' states and results, and the pages of Data Docs."""
    paths = files(told.world.root, "store/quality")
    parts = {part for path in paths for part in path.parts}
    assert {"checks", "measures", "profiles", "data_docs", ".results"} <= parts
    assert {".parquet", ".html", ".json"} <= {path.suffix for path in paths}
    assert holders(paths, [*EVERY_PNR, BORN, *SECRETS]) == {}


def test_no_value_of_a_person_is_said(told: Told) -> None:
    assert len(told.said) == 7
    for run, said in told.said.items():
        assert not [needle for needle in [*EVERY_PNR, BORN, *SECRETS] if needle in said], f"{run}: {said}"
        assert "Traceback" not in said, run
        assert said.strip(), run


def test_codes_nobody_mapped_are_said(told: Told) -> None:
    """They are reference data, not values of a person, and somebody has to map them."""
    assert "444" in told.said["works"]
    assert "999" in told.said["works"]


def test_the_restricted_files_are_their_owners_only(told: Told) -> None:
    store = told.world.root / "store"
    restricted = [store / "person_key.parquet", *(store / "quarantine").rglob("*.parquet")]
    # The key, the registers that come a year at a time by year, all eight registers, the list.
    assert len(restricted) == 1 + 3 * len(YEARS) + 8 + 1
    assert {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in restricted} == {
        path.name: "0o600" for path in restricted
    }


def test_the_key_stays_closed_when_it_grows(tmp_path: Path) -> None:
    world = World(tmp_path, YEARS)
    world.study("trial", [{"pnr": pnr, "start_year": 2021} for pnr in PNRS])
    world.write()
    instance = dg.DagsterInstance.ephemeral()
    resources = {"workspace": Workspace.of(Folders.below(tmp_path))}
    key = tmp_path / "store" / "person_key.parquet"

    def grow() -> pl.DataFrame:
        assert dg.materialize([person_key_asset(ALWAYS)], instance=instance, resources=resources).success
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        assert [path.name for path in key.parent.glob("*person_key.parquet*") if path.suffix != ".lock"] == [key.name]
        return pl.read_parquet(key)

    first = grow()
    world.citizen("000000000001")
    world.write()
    grown = grow()
    assert grown.head(first.height).equals(first)
    assert grown["pnr"].to_list()[first.height :] == ["000000000001"]


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path) -> None:
    """A CSV of an older encoding is copied to be read: only its owner sees the copy, which goes with the process."""
    delivered, scratch = tmp_path / "bef202012.csv", tmp_path / "tmp"
    delivered.write_bytes(f"PNR;KOM\n{PNRS[0]};Københavns\n".encode("cp1252"))
    scratch.mkdir()
    code = (
        "import sys, pathlib; from deliveries.formats import open_delivery;"
        "print(open_delivery(pathlib.Path(sys.argv[1])).collect().height);"
        "print([oct(folder.stat().st_mode)[-3:] for folder in pathlib.Path(sys.argv[2]).iterdir()])"
    )
    command = [sys.executable, "-c", code, str(delivered), str(scratch)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "TMPDIR": str(scratch)})
    assert done.stdout.splitlines() == ["1", "['700']"], done.stderr
    assert list(scratch.rglob("*")) == []


@pytest.mark.parametrize(
    ("contract", "frame"),
    [
        (PARTICIPANTS, pl.DataFrame({"pnr": [PNRS[0]], "person": [BORN]})),
        (USE, pl.DataFrame({name: [PNRS[0]] for name in USE.columns})),
        (
            PERSON_KEY,
            pl.DataFrame({"pnr": [PNRS[0], PNRS[0]], "person": [1, 2]}, schema_overrides={"person": pl.UInt32}),
        ),
        (
            SPELLS["handic"],
            pl.DataFrame(
                {"person": [314159265], "service": [PNRS[1]], "start": [None], "end": [None], "quantity": [-271828182]},
                schema=dict(
                    zip(SPELLS["handic"].columns, [pl.UInt32, pl.String, pl.Date, pl.Date, pl.Int32], strict=True)
                ),
            ),
        ),
    ],
    ids=["extra column", "types", "key", "bounds and nulls"],
)
def test_a_broken_contract_quotes_no_value(contract: object, frame: pl.DataFrame) -> None:
    with pytest.raises(StoreError) as caught:
        raise StoreError(contract_faults(hold(frame.lazy(), contract), contract))
    said = f"{caught.value} {caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"
    assert not [needle for needle in [*EVERY_PNR, BORN, "314159265", "271828182"] if needle in said]
    assert contract.name in said
