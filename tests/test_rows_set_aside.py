"""Rows that break their contract: each is set aside as it was, with its reason and place, and changes nothing else."""

from __future__ import annotations

import polars as pl
import pytest
from attempts import ODD, PNRS, Ended, attempt, sound
from world import World


@pytest.fixture(scope="module")
def odd_rows(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Every reason to set a row aside, once, in each register; delivered as CSV so that anything may stand there."""
    world = sound(tmp_path_factory.mktemp("odd"), "csv")
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


def test_rows_of_a_list_are_set_aside_as_they_were(sound_world: World) -> None:
    odd = {
        "missing_pnr": ["", "", "2021", ""],
        "missing_start": [ODD, "", "", ""],
        "invalid_date": [ODD, "31-02-2021", "", ""],
        "end_before_start": [ODD, "01-03-2021", "", "28-02-2021"],
        "duplicate_participant": [PNRS[0], "", "2021", ""],
    }
    rows = [[pnr, "", "2021", ""] for pnr in PNRS] + list(odd.values())
    lines = ["pnr;start_date;start_year;end_date", *(";".join(row) for row in rows)]
    (sound_world.root / "studies" / "trial.csv").write_text("\n".join(lines) + "\n")
    assert attempt(sound_world.root) == Ended(0, "")
    found = pl.read_parquet(sound_world.root / "store" / "quarantine" / "participants" / "trial.parquet")
    numbered = {reason: len(PNRS) + number for number, reason in enumerate(odd, start=2)}  # the header is row 1
    assert dict(found.select("reason", "row_number").rows()) == numbered
    values = found.select("pnr", "start_date", "start_year", "end_date").fill_null("").rows()
    assert [list(row) for row in values] == list(odd.values())
    flow = sound_world.flow()
    assert flow[("received", None)] == len(rows)
    assert sum(n for (step, _), n in flow.items() if step != "received") == len(rows)
    assert {reason: n for (step, reason), n in flow.items() if step == "set_aside"} == dict.fromkeys(odd, 1)
