"""docs/method.md § 1: who takes part; and § 4 BEF and support status: who they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
import pytest
from world import World

# The list "reasons": each row as typed, and why it is set aside (None: kept).
REASONS: list[tuple[str, str, str, str, str | None]] = [
    # pnr, start_date, start_year, end_date
    ("", "2019-03-01", "", "", "missing_pnr"),
    ("", "", "", "", "blank row"),
    ("", "nonsense", "", "", "missing_pnr"),
    ("r01", "", "", "", "missing_start"),
    ("r02", "", "", "nonsense", "missing_start"),
    ("r03", "2019-02-30", "", "", "invalid_date"),
    ("r04", "31-04-2019", "", "", "invalid_date"),
    ("r05", "2019-03-01", "", "2019-13-01", "invalid_date"),
    ("r06", "", "20I9", "", "invalid_date"),
    ("r07", "03/01/2019", "", "", "invalid_date"),
    ("r08", "2019-03-01", "", "2019-02-28", "end_before_start"),
    ("r09", "2019-03-01", "", "2019-03-01", None),
    ("r10", "", "2019", "2018-12-31", "end_before_start"),
    ("r11", "", "2019", "2019-06-30", None),
    ("r12", "2019-05-01", "", "", "duplicate_participant"),
    ("r12", "2019-04-01", "", "", None),
    ("r12", "2019-06-01", "", "", "duplicate_participant"),
    ("r13", "2019-04-01", "", "2019-04-30", None),
    ("r13", "2019-04-01", "", "2019-05-31", "duplicate_participant"),
    ("r14", "2018-02-30", "", "", "invalid_date"),
    ("r14", "2019-04-01", "", "", None),
    ("r15", "2019-01-01", "", "2018-01-01", "end_before_start"),
    ("r15", "2019-05-01", "", "", None),
    ("not_in_bef", "2019-04-01", "", "", None),
]


def write_list(world: World, study: str, text: str) -> None:
    """Put a list as typed in the place of a study's own."""
    (world.root / "studies" / f"{study}.csv").write_text(text, encoding="utf-8")


def workbook(world: World, study: str, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(world.root / "studies" / f"{study}.xlsx", {"default_date_format": "dd-mm-yyyy"}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate([header, *rows]):
            sheet.write_row(at, 0, row)


def traits(world: World) -> None:
    """Citizens of the base snapshot, 31 December 2018, for the list "traits"."""
    world.citizen("birthday_today", born="1990-03-15", koen="2", kom="751", antpersh=3, ie_type="2", snapshots=[2018])
    world.citizen("birthday_tomorrow", born="1990-03-16", snapshots=[2018])
    world.citizen("born_1_july", born="1990-07-01", snapshots=[2018])
    world.citizen("born_2_july", born="1990-07-02", snapshots=[2018])
    world.citizen("moved", kom="101", snapshots=[2017])
    world.citizen("moved", kom="561", snapshots=[2018])
    world.citizen("father", snapshots=[2018])
    world.citizen("mother", snapshots=[2018])
    world.citizen("child", far="father", mor="mother", born="2010-01-01", snapshots=[2018])
    world.citizen("childless", snapshots=[2018])
    world.citizen("week_47", snapshots=[2018])
    world.weeks("week_47", "783", "2018-W47")
    world.weeks("week_47", "890", "2018-W49")
    statuses = {"783": "foertidspension", "890": "dagpenge_mv", "733": "kontanthjaelp_mv", "810": "oevrige"}
    statuses |= {"121": "ikke_offentlig_forsoerget", "998": "folkepension"}
    for code in statuses:
        world.citizen(f"on_{code}", snapshots=[2018])
        world.weeks(f"on_{code}", code, "2018-W48")  # 26 November to 2 December 2018
    world.citizen("was_on_783", snapshots=[2018])
    world.weeks("was_on_783", "783", "2017-W48")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, str]:
    world = World(tmp_path_factory.mktemp("participants"), [2017, 2018, 2019], snapshots=[2017, 2018])
    for number in range(1, 16):
        world.citizen(f"r{number:02d}", snapshots=[2018])
    traits(world)
    one_period = {"years_before": 0, "years_after": 0}
    world.study("reasons", [{"pnr": "r01", "start_year": 2019}], **one_period)
    rows = [";".join(row[:4]) for row in REASONS]
    write_list(world, "reasons", "\n".join(["pnr;start_date;start_year;end_date", *rows, ""]))
    world.study("shapes", [{"pnr": "r01", "start_year": 2019}], **one_period)
    write_list(
        world,
        "shapes",
        'Start_Date,PNR,GROUP,End_Date,Municipality,Status,remarks\n2019-03-01,r01,"A, B",2019-03-31,Odense,færdig,x\n'
        " 01-03-2019 , r02 ,, 31-03-2019,,,\n1-3-2019,r03,,,,,\n",
    )
    world.study("workbook", [{"pnr": "r01", "start_year": 2019}], **one_period, list_form="xlsx")
    typed = [["r01", date(2019, 3, 1), date(2019, 3, 31), "A"], ["r02", "01-03-2019", None, None], ["r03", "", None]]
    workbook(world, "workbook", ["Pnr", "START_DATE", "end_date", "group"], typed)
    people = sorted({row["PNR"] for row in world.bef if not row["PNR"].startswith(("r", "9", "birthday"))})
    by_year = [{"pnr": pnr, "start_year": 2019} for pnr in people]
    by_date = [{"pnr": pnr, "start_date": "2019-03-15"} for pnr in ("birthday_today", "birthday_tomorrow")]
    world.study("traits", by_year + by_date, **one_period)
    world.write()
    return world, world.make()


@pytest.fixture(scope="module")
def world(ran: tuple[World, str]) -> World:
    return ran[0]


def row_of(world: World, pnr: str, study: str = "traits") -> dict[str, Any]:
    return world.participants(study).row(by_predicate=pl.col("pnr") == pnr, named=True)


def test_every_row_set_aside_has_the_first_reason_that_applies(world: World) -> None:
    """§ 1.3: the reasons in their order, one a row; a blank row is none."""
    aside = pl.read_parquet(world.root / "store" / "quarantine" / "participants" / "reasons.parquet")
    found = dict(aside.select("row_number", "reason").iter_rows())
    expected = {
        line: row[4] for line, row in enumerate(REASONS, start=2) if row[4] is not None and row[4] != "blank row"
    }
    assert found == expected


def test_the_flow_counts_each_reason(world: World) -> None:
    """§ 1.5: 23 rows = 2 + 2 + 6 + 3 + 3 set aside + 1 not in population + 6 in the study base."""
    assert world.flow("reasons") == {
        ("received", None): 23,
        ("set_aside", "missing_pnr"): 2,
        ("set_aside", "missing_start"): 2,
        ("set_aside", "invalid_date"): 6,
        ("set_aside", "end_before_start"): 3,
        ("set_aside", "duplicate_participant"): 3,
        ("not_in_population", None): 1,
        ("study_base", None): 6,
    }


@pytest.mark.parametrize("study", ["reasons", "shapes", "workbook", "traits"])
def test_the_flow_adds_up(world: World, study: str) -> None:
    """§ 1.5: it always adds up, and the participants are those not set aside."""
    flow = world.flow(study)
    received = flow.pop(("received", None))
    assert received == sum(flow.values())
    assert world.participants(study).height == flow["not_in_population", None] + flow["study_base", None]


def test_of_a_citizen_listed_twice_the_earliest_start_is_kept(world: World) -> None:
    """§ 1.3: April, though May stands above it."""
    assert row_of(world, "r12", "reasons")["start_date"] == date(2019, 4, 1)


def test_of_equal_starts_the_first_row_is_kept(world: World) -> None:
    """§ 1.3: ties by file order; the first row ends on 30 April."""
    assert row_of(world, "r13", "reasons")["end_date"] == date(2019, 4, 30)


@pytest.mark.parametrize(("pnr", "start"), [("r14", date(2019, 4, 1)), ("r15", date(2019, 5, 1))])
def test_a_row_set_aside_makes_no_duplicate(world: World, pnr: str, start: date) -> None:
    """§ 1.3: the other row of the citizen is the only one."""
    assert row_of(world, pnr, "reasons")["start_date"] == start


def test_a_course_may_end_on_the_day_it_starts(world: World) -> None:
    """§ 1.3: the end is not before the start."""
    assert row_of(world, "r09", "reasons")["end_date"] == date(2019, 3, 1)


def test_a_start_year_is_enough(world: World) -> None:
    """§ 1.2: as report A has."""
    row = row_of(world, "r11", "reasons")
    assert (row["start_date"], row["start_year"], row["in_study_base"]) == (None, 2019, True)


@pytest.mark.parametrize("pnr", ["r01", "r02", "r03"])
def test_commas_iso_and_danish_dates_and_any_case_of_column(world: World, pnr: str) -> None:
    """§ 1.2: 2019-03-01, 01-03-2019 and 1-3-2019 are 1 March; columns in any order and case."""
    row = row_of(world, pnr, "shapes")
    assert (row["start_date"], row["start_year"]) == (date(2019, 3, 1), 2019)
    assert row["end_date"] == (None if pnr == "r03" else date(2019, 3, 31))


def test_the_list_s_other_columns_are_kept(world: World) -> None:
    """§ 1.2: a quoted comma stays in its field."""
    row = row_of(world, "r01", "shapes")
    assert [row["group"], row["municipality"], row["status"]] == ["A, B", "Odense", "færdig"]


def test_a_workbook_is_read_like_a_csv(world: World) -> None:
    """§ 1.2: a cell with a date, one with a Danish date as text, one empty."""
    rows = world.participants("workbook").sort("pnr").select("pnr", "start_date", "end_date", "group").rows()
    assert rows == [("r01", date(2019, 3, 1), date(2019, 3, 31), "A"), ("r02", date(2019, 3, 1), None, None)]
    assert world.flow("workbook")["set_aside", "missing_start"] == 1


def test_age_is_at_the_start(world: World) -> None:
    """§ 4 BEF: on 15 March 2019 one born 15 March 1990 is 29, one born the day after is 28."""
    assert row_of(world, "birthday_today")["age"] == 29
    assert row_of(world, "birthday_tomorrow")["age"] == 28


def test_age_of_a_start_year_is_on_1_july(world: World) -> None:
    """§ 4 BEF: on 1 July 2019 one born 1 July 1990 is 29, one born 2 July is 28."""
    assert row_of(world, "born_1_july")["age"] == 29
    assert row_of(world, "born_2_july")["age"] == 28


def test_traits_are_those_of_the_base_snapshot(world: World) -> None:
    """§ 1.4, § 4 BEF: as on 31 December 2018, not 2017."""
    row = row_of(world, "birthday_today")
    assert [row[name] for name in ("koen", "kom", "antpersh", "ie_type")] == ["2", "751", 3, "2"]
    assert row_of(world, "moved")["kom"] == "561"


@pytest.mark.parametrize(("pnr", "has"), [("father", True), ("mother", True), ("child", False), ("childless", False)])
def test_parents_are_those_whom_a_citizen_names(world: World, pnr: str, has: bool) -> None:
    """§ 4 BEF: FAR_ID and MOR_ID."""
    assert row_of(world, pnr)["has_children"] is has


@pytest.mark.parametrize(
    ("pnr", "status"),
    [
        ("on_783", "foertidspension"),
        ("on_890", "dagpenge_mv"),
        ("on_733", "kontanthjaelp_mv"),
        ("on_810", "oevrige"),
        ("on_998", "folkepension"),
        ("on_121", "ikke_offentlig_forsoerget"),
        ("week_47", "ikke_offentlig_forsoerget"),
        ("was_on_783", "ikke_offentlig_forsoerget"),
        ("childless", "ikke_offentlig_forsoerget"),
    ],
)
def test_support_status_is_the_group_of_week_48_of_the_year_before(world: World, pnr: str, status: str) -> None:
    """§ 4 DREAM: not week 47 or 49, not 2017; without a code nobody supports them."""
    assert row_of(world, pnr)["support_status"] == status


def test_those_not_in_the_population_have_no_use_and_no_traits(world: World) -> None:
    """§ 1.4: they are participants, and in no later table."""
    row = row_of(world, "not_in_bef", "reasons")
    assert [row["in_study_base"], row["age"], row["kom"], row["support_status"]] == [False, None, None, None]
    for table in ("periods", "use", "costs"):
        assert "not_in_bef" not in set(world.by_pnr(table, "reasons")["pnr"])
    assert world.cost_table("reasons").filter(group_by="alle")["n_study"].unique().to_list() == [6]
