"""Bad input: what is wrong, where it stands and how to mend it, all at once; and nothing is lost or half written."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
import yaml
from polars.testing import assert_frame_equal
from world import World

from assets.location import build
from assets.run import make_runs, plan
from assets.workspace import Workspace
from faults import CatalogueError, DeliveryError, ForlobError, StoreError, StudyError
from settings import Folders

YEARS = range(2020, 2022)
PNRS = [f"50000000000{n}" for n in range(6)]
ODD = "599999999999"


@dataclass(frozen=True)
class Ended:
    """How the runs of a workspace ended: the command's exit code and what it says."""

    code: int
    said: str


def attempt(root: Path, instance: dg.DagsterInstance | None = None) -> Ended:
    """The runs that the command makes, their history kept in memory only, because to write it is what takes time."""
    folders = Folders.below(root)
    if (root / "catalogue").exists():
        folders = Folders(**{**folders.__dict__, "catalogue": root / "catalogue"})
    try:
        made = plan(Workspace.of(folders), [])
    except ForlobError as error:
        return Ended(error.exit_code, str(error))
    *_, outcome = make_runs(build(folders), instance or dg.DagsterInstance.ephemeral(), made.steps)
    return Ended(outcome.exit_code, outcome.failure or "")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world that runs, to be damaged."""
    world = World(tmp_path, YEARS)
    for pnr in PNRS:
        world.citizen(pnr)
        world.weeks(pnr, "783", "2021-W02", "2021-W20")
        world.contact(pnr, "2021-02-01 10:00", "2021-02-01 11:00")
        world.grant(pnr, "85", "2021-03-01", "2021-05-01")
    world.study("trial", [{"pnr": pnr, "start_year": 2021} for pnr in PNRS], years_before=0, years_after=0)
    world.write()
    return world


def refused(root: Path, kind: type[ForlobError], *told: object) -> str:
    """The runs end with a kind of error; it says all of `told`, where, and how to mend it, without a traceback."""
    ended = attempt(root)
    assert ended.code == kind.exit_code, ended.said
    for one in (*told, "where:", "mend:"):
        assert str(one) in ended.said
    assert "Traceback" not in ended.said
    assert not [pnr for pnr in [*PNRS, ODD] if pnr in ended.said]
    return ended.said


def rewrite(path: Path, change: Callable[[pl.DataFrame], pl.DataFrame]) -> Path:
    change(pl.read_parquet(path)).write_parquet(path)
    return path


# Deliveries that are not what they should be

COLUMNS = {
    "bef202012": ["REFERENCETID", "FOED_DAG", "KOEN", "KOM", "ANTPERSH", "IE_TYPE", "FAR_ID", "MOR_ID"],
    "lpr_a_kontakt2021": [
        "DW_EK_KONTAKT", "KONT_STARTTIDSPUNKT", "KONT_SLUTTIDSPUNKT", "KONT_TYPE", "KONT_ANS_HOVEDSPEC",
    ],
    "handic2021": ["MODT_YDELSE_KODE", "YDELSE_START", "YDELSE_SLUT"],
}  # fmt: skip


@pytest.mark.parametrize("name", COLUMNS)
def test_missing_columns_are_told_at_once(world: World, name: str) -> None:
    path = rewrite(world.root / "extracts" / f"{name}.parquet", lambda frame: frame.drop(COLUMNS[name]))
    said = refused(world.root, DeliveryError, path, *COLUMNS[name])
    assert said.count("mend:") == len(COLUMNS[name])


def test_a_missing_pnr_says_what_else_it_may_be_called(world: World) -> None:
    rewrite(world.root / "extracts" / "dream202112.parquet", lambda frame: frame.rename({"PNR": "BORGER"}))
    refused(world.root, DeliveryError, "PNR", "V_CPR", "PERSON_ID", "dream202112.parquet")


def test_dream_without_weeks(world: World) -> None:
    rewrite(world.root / "extracts" / "dream202112.parquet", lambda frame: frame.select("PNR", "^GRAD_.*$"))
    refused(world.root, DeliveryError, "Y_YYWW", "dream202112.parquet")


def test_missing_columns_of_two_files_are_told_at_once(world: World) -> None:
    for year in YEARS:
        rewrite(world.root / "extracts" / f"bef{year}12.parquet", lambda frame: frame.drop("KOM"))
    said = refused(world.root, DeliveryError, "bef202012.parquet", "bef202112.parquet")
    assert said.count("mend:") == 2


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("bef202012", "KOEN", pl.lit(value=True)),
        ("bef202012", "FOED_DAG", pl.concat_list(pl.lit(1), pl.lit(2))),
        ("lpr_a_kontakt2021", "KONT_STARTTIDSPUNKT", pl.lit(value=True)),
        ("handic2021", "MODT_YDELSE_KODE", pl.struct(a=pl.lit(1))),
        ("handic2021", "PNR", pl.lit(b"5")),
        ("dream202112", "Y_2101", pl.lit(value=False)),
    ],
    ids=["boolean", "list", "boolean time", "struct", "binary", "boolean week"],
)
def test_a_type_that_cannot_be_read(world: World, name: str, column: str, value: pl.Expr) -> None:
    path = world.root / "extracts" / f"{name}.parquet"
    rewrite(path, lambda frame: frame.with_columns(value.alias(column)))
    refused(world.root, DeliveryError, column, path, "deliver it as")


@pytest.mark.parametrize("how", ["cut short", "text", "no bytes", "another format"])
def test_a_file_that_cannot_be_read(world: World, how: str) -> None:
    path = world.root / "extracts" / "bef202012.parquet"
    whole = path.read_bytes()
    with_rows = f"PNR;KOM\n{PNRS[0]};101\n".encode()
    path.write_bytes(
        {"cut short": whole[: len(whole) // 2], "text": with_rows, "no bytes": b""}.get(how, b"PK\x03\x04" * 99)
    )
    refused(world.root, DeliveryError, path)


@pytest.mark.parametrize(
    "name", ["bef-2020-12.parquet", "ny/BEF202012.parquet", "bef/year=2020/month=12/part-0.parquet"]
)
def test_the_same_period_twice_names_both_paths(world: World, name: str) -> None:
    first = world.root / "extracts" / "bef202012.parquet"
    second = world.root / "extracts" / name
    second.parent.mkdir(parents=True, exist_ok=True)
    second.write_bytes(first.read_bytes())
    refused(world.root, DeliveryError, first, second.parent if "year=" in name else second)


def test_a_snapshot_again_in_a_file_of_the_year_names_both_paths(world: World) -> None:
    first, second = (world.root / "extracts" / f"{name}.parquet" for name in ("bef202112", "bef2021"))
    second.write_bytes(first.read_bytes())
    refused(world.root, DeliveryError, first, second, "2021-12-31")


def test_a_register_of_which_no_row_can_be_kept(world: World) -> None:
    path = world.root / "extracts" / "handic2021.parquet"
    rewrite(path, lambda frame: frame.with_columns(YDELSE_START=pl.lit("engang")))
    refused(world.root, DeliveryError, path, "no row", "date")


def test_a_year_that_has_not_begun(world: World) -> None:
    """A slip in a file's name: BEF's years are partitions only until this year."""
    snapshot = pl.read_parquet(world.root / "extracts" / "bef202112.parquet")
    path = world.root / "extracts" / "bef209912.parquet"
    snapshot.with_columns(REFERENCETID=pl.lit(dt.date(2099, 12, 31))).write_parquet(path)
    refused(world.root, DeliveryError, path, "2099")


def test_faults_of_deliveries_studies_and_the_catalogue_are_told_together(world: World) -> None:
    (world.root / "extracts" / "bef-2020-12.parquet").write_bytes(b"PAR1")
    (world.root / "studies" / "second.yaml").write_text("id: Second\n")
    world.overlay("unit_prices.csv", [{"service": "su", "year": "nej"}])
    refused(world.root, DeliveryError, "bef-2020-12.parquet", "second.yaml", "unit_prices.csv")


# Studies and lists


def study_file(world: World, **changed: object) -> Path:
    path = world.root / "studies" / "trial.yaml"
    keys = yaml.safe_load(path.read_text(encoding="utf-8")) | changed
    path.write_text(yaml.safe_dump({key: value for key, value in keys.items() if value is not None}), encoding="utf-8")
    return path


def test_every_wrong_key_of_a_study_is_told_at_once(world: World) -> None:
    path = study_file(world, mode="kalender", years_after=-1, price_year="2021", colour="red", title_da=None)
    said = refused(world.root, StudyError, path, "`mode`", "calendar or anchored", "`years_after`", "`price_year`")
    assert "colour" in said
    assert "title_da" in said
    assert said.count("mend:") == 5


def test_a_study_whose_list_is_not_there(world: World) -> None:
    path = study_file(world, participants="borte.csv")
    refused(world.root, StudyError, path, world.root / "studies" / "borte.csv")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"borger;start_year\n{PNRS[0]};2021\n", ["`pnr`"]),
        (f"borger;slut\n{PNRS[0]};2021\n", ["`pnr`", "start_date", "start_year"]),
        ("pnr;start_year\n", ["no participants"]),
        ("", ["empty"]),
    ],
    ids=["no pnr", "no pnr and no start", "no rows", "no bytes"],
)
def test_a_list_that_cannot_be_used(world: World, text: str, told: list[str]) -> None:
    path = world.root / "studies" / "trial.csv"
    path.write_text(text)
    refused(world.root, StudyError, path, *told)


def test_a_workbook_that_is_none(world: World) -> None:
    (world.root / "studies" / "trial.xlsx").write_bytes(b"PK not a workbook")
    study_file(world, participants="trial.xlsx")
    refused(world.root, StudyError, "trial.xlsx")


def test_an_anchored_study_without_dates_has_nobody(world: World) -> None:
    """Its list has start years only: every row is set aside, which must not look like a table of nobody."""
    study_file(world, mode="anchored")
    refused(world.root, StudyError, "study base", world.root / "studies" / "trial.csv")


# The catalogue


def test_faults_of_the_catalogue_are_told_at_once(world: World) -> None:
    row = {"service": "su", "year": 2021, "price": "meget", "status": "guessed", "source": ""}
    world.overlay("unit_prices.csv", [row])
    world.overlay("limits.csv", [{"limit": "min_count", "value": "fem", "unit": "citizens", "source": "x"}])
    refused(world.root, CatalogueError, "`price`", "`status`", "`source`", "unit_prices.csv", "limits.csv")


def test_a_limit_that_is_missing_is_named(world: World) -> None:
    world.overlay("limits.csv", [{"limit": "min_count", "value": 5, "unit": "citizens", "source": "x"}])
    ended = attempt(world.root)
    assert ended.code == CatalogueError.exit_code
    assert "stay_gap_hours" in ended.said


# Rows that break their contract


@pytest.fixture(scope="module")
def odd_rows(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Every reason to set a row aside, once, in each register; delivered as CSV so that anything may stand there."""
    world = World(tmp_path_factory.mktemp("odd"), YEARS)
    for pnr in PNRS:
        world.citizen(pnr)
        world.weeks(pnr, "783", "2021-W02", "2021-W20")
        world.contact(pnr, "2021-02-01 10:00", "2021-02-01 11:00")
        world.grant(pnr, "85", "2021-03-01", "2021-05-01")
    world.study("trial", [{"pnr": pnr, "start_year": 2021} for pnr in PNRS], years_before=0, years_after=0)
    world.write("csv")
    for name, rows in ODD_ROWS.items():
        with (world.root / "extracts" / f"{name}.csv").open("a", encoding="utf-8") as file:
            columns = world.frames()[name].width
            file.writelines(",".join([*row, *[""] * (columns - len(row))]) + "\n" for row in rows.values())
    ended = attempt(world.root)
    assert ended.code == 0, ended.said
    return world


BEF_REST = ["1", "101", "1", "1", "", ""]
CONTACT, GRANT = ["2021-02-01 10:00:00", "2021-02-01 11:00:00"], ["2021-03-01", "2021-05-01"]
ODD_ROWS = {
    "bef202012": {
        "missing_pnr": ["", "2020-12-31", "1980-01-01", *BEF_REST],
        "missing_reference_date": [ODD, "", "1980-01-01", *BEF_REST],
        "invalid_date": [ODD, "2020-12-31", "engang", *BEF_REST],
        "outside_delivery": [ODD, "2020-09-30", "1980-01-01", *BEF_REST],
        "duplicate_row": [PNRS[0], "2020-12-31", "1980-06-15", *BEF_REST],
    },
    "lpr_a_kontakt2021": {
        "missing_pnr": [" ", "x1", *CONTACT, "ALCA00", "Psykiatri"],
        "missing_start": [ODD, "x2", "", CONTACT[1], "ALCA00", "Psykiatri"],
        "invalid_date": [ODD, "x3", "32. maj", CONTACT[1], "ALCA00", "Psykiatri"],
        "open_contact": [ODD, "x4", CONTACT[0], "", "ALCA00", "Psykiatri"],
        "end_before_start": [ODD, "x5", CONTACT[1], CONTACT[0], "ALCA00", "Psykiatri"],
    },
    "handic2021": {
        "missing_pnr": ["", "85", *GRANT],
        "missing_code": [ODD, "", *GRANT],
        "invalid_code": [ODD, ODD, *GRANT],
        "missing_start": [ODD, "85", "", GRANT[1]],
        "invalid_date": [ODD, "85", GRANT[0], "2021-02-30"],
        "end_before_start": [ODD, "85", GRANT[1], GRANT[0]],
    },
    "dream202112": {"missing_pnr": [""], "duplicate_row": [PNRS[0]]},
}
REGISTERS = {"bef202012": "bef", "lpr_a_kontakt2021": "lpr_a_kontakt", "handic2021": "handic", "dream202112": "dream"}


def aside(world: World, name: str) -> pl.DataFrame:
    return pl.read_parquet(world.root / "store" / "quarantine" / f"{REGISTERS[name]}.parquet")


@pytest.mark.parametrize("name", ODD_ROWS)
def test_a_broken_row_is_set_aside_with_its_reason_and_place(odd_rows: World, name: str) -> None:
    found = aside(odd_rows, name)
    before = odd_rows.frames()[name].height
    expected = {before + number: reason for number, reason in enumerate(ODD_ROWS[name], start=1)}
    assert dict(found.select("row_number", "reason").rows()) == expected
    assert set(found["source_file"]) == {f"{name}.csv"}


@pytest.mark.parametrize("name", ODD_ROWS)
def test_what_was_delivered_can_be_seen(odd_rows: World, name: str) -> None:
    delivered = odd_rows.frames()[name].columns
    for reason, row in ODD_ROWS[name].items():
        kept = aside(odd_rows, name).filter(reason=reason).row(0, named=True)
        told = {column.lower(): value for column, value in zip(delivered, row, strict=False) if column.lower() in kept}
        assert told
        assert {column: kept[column] or "" for column in told} == told, reason


@pytest.mark.parametrize("name", [name for name in ODD_ROWS if name != "dream202112"])
def test_kept_and_set_aside_are_what_was_received(odd_rows: World, name: str) -> None:
    table = "bef/2020" if name == "bef202012" else REGISTERS[name]
    kept = pl.read_parquet(odd_rows.root / "store" / "registers" / f"{table}.parquet")
    received = len((odd_rows.root / "extracts" / f"{name}.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert kept.height + aside(odd_rows, name).height == received
    assert kept.height == odd_rows.frames()[name].height


def test_broken_rows_change_no_use(odd_rows: World) -> None:
    for pnr in PNRS:
        assert odd_rows.used(pnr, "socialpaedagogisk_stoette") == {0: 62}
        assert odd_rows.used(pnr, "psykiatri_ambulant") == {0: 1}
        assert odd_rows.used(pnr, "foertidspension") == {0: 19}


def test_rows_of_a_list_are_set_aside_as_they_were(world: World) -> None:
    odd = {
        "missing_pnr": ["", "", "2021", ""],
        "missing_start": [ODD, "", "", ""],
        "invalid_date": [ODD, "31-02-2021", "", ""],
        "end_before_start": [ODD, "01-03-2021", "", "28-02-2021"],
        "duplicate_participant": [PNRS[0], "", "2021", ""],
    }
    rows = [[pnr, "", "2021", ""] for pnr in PNRS] + list(odd.values())
    lines = ["pnr;start_date;start_year;end_date", *(";".join(row) for row in rows)]
    (world.root / "studies" / "trial.csv").write_text("\n".join(lines) + "\n")
    assert attempt(world.root) == Ended(0, "")
    found = pl.read_parquet(world.root / "store" / "quarantine" / "participants" / "trial.parquet")
    numbered = {reason: len(PNRS) + number for number, reason in enumerate(odd, start=2)}  # the header is row 1
    assert dict(found.select("reason", "row_number").rows()) == numbered
    values = found.select("pnr", "start_date", "start_year", "end_date").fill_null("").rows()
    assert [list(row) for row in values] == list(odd.values())
    flow = world.flow()
    assert flow[("received", None)] == len(rows)
    assert sum(n for (step, _), n in flow.items() if step != "received") == len(rows)
    assert {reason: n for (step, reason), n in flow.items() if step == "set_aside"} == dict.fromkeys(odd, 1)


# Nothing half written


def digests(root: Path) -> dict[str, str]:
    found = [path for folder in ("store", "release") for path in (root / folder).rglob("*.*") if path.is_file()]
    dated = {".results", "data_docs"}  # the history of suites, which tells when they ran
    kept = [path for path in found if path.suffix != ".lock" and not dated & set(path.parts)]
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept}


def test_a_failing_run_leaves_the_earlier_results_as_they_were(world: World) -> None:
    """Each fault stops its run where it is met; tables and releases of before stay whole, and a mended run works."""
    assert attempt(world.root) == Ended(0, "")
    before = digests(world.root)
    assert any(name.startswith("release/trial") for name in before)
    extracts = world.root / "extracts"
    for damage in ("columns", "dates", "bytes"):
        path = extracts / "handic2021.parquet"
        whole = path.read_bytes()
        if damage == "bytes":
            path.write_bytes(whole[:200])
        else:
            drop = (
                pl.exclude("YDELSE_SLUT")
                if damage == "columns"
                else pl.all().replace_strict({}, default="x", return_dtype=pl.String)
            )
            rewrite(path, lambda frame, drop=drop: frame.cast(pl.String).select(drop))
        assert attempt(world.root).code == DeliveryError.exit_code, damage
        changed = {name for name, digest in digests(world.root).items() if before.get(name) != digest}
        # The key, that the shape is wrong or the register's rows unusable; and the population waits for a whole run.
        told = ("person_key", "checks/shape/extracts/handic", "checks/entry/registers/handic", "pending/population")
        assert not {name for name in changed if not any(part in name for part in told)}, damage
        assert set(before) <= set(digests(world.root))
        path.write_bytes(whole)
    assert attempt(world.root) == Ended(0, "")
    after = digests(world.root)
    assert {name for name in before if after[name] != before[name] and "person_key" not in name} == set()


def test_a_key_restored_from_a_copy_is_completed(world: World) -> None:
    """The deliveries are as they were, so nothing says that they must be read again; but the key lacks their PNRs."""
    instance = dg.DagsterInstance.ephemeral()
    assert attempt(world.root, instance).code == 0
    path = world.root / "store" / "person_key.parquet"
    whole = pl.read_parquet(path)
    whole.head(3).write_parquet(path)
    assert attempt(world.root, instance) == Ended(0, "")
    restored = pl.read_parquet(path)
    assert restored.head(3).equals(whole.head(3))
    assert set(restored["pnr"]) == set(whole["pnr"])


def test_a_key_that_cannot_be_read_is_told_and_left_alone(world: World) -> None:
    """To begin a new key over it would renumber everybody."""
    path = world.root / "store" / "person_key.parquet"
    path.parent.mkdir()
    path.write_bytes(b"damaged")
    refused(world.root, StoreError, path)
    assert path.read_bytes() == b"damaged"


def test_a_mended_delivery_gives_what_it_would_have_given(world: World) -> None:
    """Numbers of citizens come from the order in which they arrive; nobody's use may depend on it."""
    assert attempt(world.root).code == 0
    before = world.use().sort("pnr", "service")
    newcomer = "000000000007"
    world.citizen(newcomer, born=dt.date(1990, 1, 1))
    world.write()
    assert attempt(world.root).code == 0
    assert_frame_equal(world.use().sort("pnr", "service"), before)


def test_faults_of_two_registers_are_told_at_once(world: World) -> None:
    rewrite(world.root / "extracts" / "bef202012.parquet", lambda frame: frame.drop("KOM"))
    rewrite(world.root / "extracts" / "handic2021.parquet", lambda frame: frame.drop("YDELSE_START"))
    ended = attempt(world.root)
    assert ended.code == DeliveryError.exit_code
    assert "KOM" in ended.said
    assert "YDELSE_START" in ended.said
