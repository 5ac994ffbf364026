"""The whole road, from delivered files to the cost table, against the slow reference: two studies of one world."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import polars as pl
import pytest
from reference.road import Registers, Result, read_rules, road
from reference.table import cost_table
from world import World

CATALOGUE = Path(__file__).parents[1] / "catalogue"
YEARS = range(2017, 2022)
LAST = date(2021, 12, 31)
STUDIES = {
    "by_year": {"mode": "calendar", "years_before": 2, "years_after": 2, "price_year": 2022},
    "by_date": {"mode": "anchored", "years_before": 2, "years_after": 2, "price_year": 2019},
}
AGES = {"by_year": None, "by_date": (30, 44)}
CODES = ["783", "783", "781", "130", "651", "113", "115", "700", "121", "998", "555", None]
GRANTS = ["85", "82a", "107", "108", "98", "102", "103", "104"]
SPECIALTIES = ["Psykiatri", "Psykiatri", "Kirurgi", None]


def near_a_boundary(random: Random) -> date:
    """A day near a turn of the year, the leap day, or anywhere."""
    edge = random.choice([date(2018, 1, 1), date(2019, 1, 1), date(2020, 2, 29), date(2020, 12, 31)])
    if random.random() < 0.4:
        edge = date(2017, 1, 1) + timedelta(days=random.randrange(365 * 5))
    return edge + timedelta(days=random.randint(-4, 4))


def people(world: World, random: Random) -> list[str]:
    """Forty citizens with a life near the boundaries; some of them leave BEF, some are in no register."""
    pnrs = [f"1000000000{n:02d}" for n in range(40)]
    for pnr in pnrs:
        gone = random.choice([2023, 2023, 2023, 2019, 2018])
        world.citizen(
            pnr,
            born=random.choice(["1980-06-15", "1980-07-02", "1976-01-01"]),
            koen=random.choice(["1", "2"]),
            kom=random.choice(["101", "751"]),
            snapshots=[year for year in YEARS if year < gone],
        )
        for _ in range(random.choice([0, 2, 4])):
            first = max(date(2017, 1, 5), near_a_boundary(random))
            last = min(first + timedelta(weeks=random.choice([0, 1, 5, 60])), date(2021, 12, 30))
            world.weeks(pnr, random.choice(CODES), week(first), week(last))
        for _ in range(random.choice([0, 0, 9])):
            world.employed(pnr, f"{random.choice(YEARS)}-{random.randint(1, 12):02d}", grad=random.choice([0.0, 0.5]))
        for _ in range(random.choice([0, 1, 3])):
            day = max(date(2017, 1, 2), near_a_boundary(random))
            at = datetime(day.year, day.month, day.day) + timedelta(hours=random.randint(0, 23))
            for _ in range(random.randint(1, 4)):
                end = at + timedelta(hours=random.choice([0, 1, 3, 8, 12, 60]))
                kind, specialty = random.choice(["ALCA00"] * 5 + ["ALCA10"]), random.choice(SPECIALTIES)
                ending = random.choice([end] * 8 + [None, at - timedelta(hours=1)])
                world.contact(pnr, at, ending, specialty=specialty, kont_type=kind)
                at = end + timedelta(hours=random.choice([-2, 0, 3, 4, 4, 5]))
        for _ in range(random.choice([0, 1, 3])):
            start = max(date(2017, 1, 1), near_a_boundary(random))
            end = random.choice([None, start, start + timedelta(days=5), start + timedelta(days=500)])
            world.grant(pnr, random.choice(GRANTS), start, end)
    return pnrs


def week(day: date) -> str:
    iso = day.isocalendar()
    return f"{iso.year}-W{iso.week:02d}"


def lists(pnrs: list[str], random: Random) -> dict[str, list[dict[str, str | None]]]:
    """A list with start years only and one with dates, both with lines to set aside."""
    by_year, by_date = [], []
    for pnr in pnrs[:25]:
        group = random.choice([None, "A", "B"])
        by_year.append(line(pnr, start_year=str(random.choice([2018, 2019, 2020])), group=group))
        start = max(date(2018, 1, 1), near_a_boundary(random))
        end = random.choice([None, start, start + timedelta(days=30), date(2020, 2, 28), date(2021, 12, 31)])
        by_date.append(line(pnr, start_date=start.isoformat(), end_date=end and end.isoformat(), group=group))
    odd = [
        line(None, start_date="2019-01-01"),
        line("200000000001"),
        line("200000000002", start_date="2019-02-30"),
        line("200000000003", start_date="2019-03-01", end_date="28-02-2019"),
        line("200000000004", start_date="01-03-2019"),
        line(pnrs[0], start_date="01-01-2018"),
    ]
    return {"by_year": by_year + odd, "by_date": by_date + odd}


def line(pnr: str | None, **given: str | None) -> dict[str, str | None]:
    return {"pnr": pnr, "start_date": None, "start_year": None, "end_date": None, "group": None, **given}


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_road(tmp_path: Path, form: str) -> None:
    """Flow, use, costs and cost table of both studies; one test a form of delivery, because a run takes seconds."""
    random = Random(20261121)
    world = World(tmp_path, YEARS)
    pnrs = people(world, random)
    own_lists = lists(pnrs, random)
    for study, keys in STUDIES.items():
        ages = {"comparison_ages": list(AGES[study])} if AGES[study] else {}
        world.study(study, own_lists[study], **keys, **ages)
    world.write(form)
    world.make()
    delivered = Registers(
        world.bef, world.dream, world.week_columns, world.month_columns, world.lpr, world.handic, LAST
    )
    rules = read_rules(CATALOGUE)
    for study, keys in STUDIES.items():
        expected = road(delivered, rules, own_lists[study], **keys, ages=AGES[study])
        same_flow(world, study, expected)
        same_use(world, study, expected)
        same_costs(world, study, expected)
        same_cost_table(world, study, expected)
        same_comparison(world, study, expected)


def same_flow(world: World, study: str, expected: Result) -> None:
    assert {step: n for step, n in world.flow(study).items() if n} == {k: n for k, n in expected.flow.items() if n}


def same_use(world: World, study: str, expected: Result) -> None:
    rows = world.use(study).select("pnr", "period", "service", "quantity").iter_rows()
    found = {(pnr, period, service): quantity for pnr, period, service, quantity in rows}
    assert found == expected.use
    assert any(found.values())
    assert None in found.values()


def same_costs(world: World, study: str, expected: Result) -> None:
    columns = ["cost", "cost_kommune", "cost_region", "cost_stat"]
    rows = world.costs(study).drop_nulls("cost").select("pnr", "period", "service", *columns).iter_rows()
    found = {tuple(row[:3]): row[3:] for row in rows}
    slow = {key: (c.total, c.kommune, c.region, c.stat) for key, c in expected.table.cost.items()}
    assert found.keys() == slow.keys()
    for key, amounts in found.items():
        assert amounts == pytest.approx(slow[key]), key


def same_cost_table(world: World, study: str, expected: Result) -> None:
    slow = cost_table(expected.table)
    key_columns = ["group_by", "group", "period", "area", "service"]
    own = world.cost_table(study).filter(~pl.col("group_by").str.starts_with("befolkning"))
    found = {tuple(row[c] for c in key_columns): row for row in own.iter_rows(named=True)}
    assert found.keys() == slow.keys()
    for key, row in found.items():
        assert {c: row[c] for c in slow[key]} == pytest.approx(slow[key], abs=1e-5), key  # costs sum in millionths
        assert row["price_year"] == STUDIES[study]["price_year"]
        if key[4] is not None:
            members = expected.table.groups[key[0], key[1]]
            assert row["illustrative"] == any((pnr, key[2], key[4]) in expected.illustrative for pnr in members), key


def same_comparison(world: World, study: str, expected: Result) -> None:
    table = world.cost_table(study).filter(pl.col("group_by").str.starts_with("befolkning"))
    key_columns = ["group_by", "period", "area", "service"]
    found = {tuple(row[c] for c in key_columns): row for row in table.iter_rows(named=True)}
    assert found.keys() == expected.compared.keys()
    for key, figures in expected.compared.items():
        assert {c: found[key][c] for c in figures} == pytest.approx(figures, abs=1e-5), key
    for group_by in ("befolkning", "befolkning_standardiseret"):
        assert table.filter(group_by=group_by)["mean_cost"].drop_nulls().sum() > 0


def test_a_register_without_rows_is_not_measured(tmp_path: Path) -> None:
    """HANDIC is delivered and empty: it spans nothing (§ 3.2), so its use is null and never 0."""
    world = World(tmp_path, range(2017, 2020), filler=False)
    world.citizen("100000000001")
    world.contact("100000000001", "2017-01-01 10:00", "2017-01-01 11:00")
    world.study("one", [{"pnr": "100000000001", "start_year": 2018}], years_before=0, years_after=1)
    world.write()
    world.make()
    assert world.used("100000000001", "behandling") == {0: None, 1: None}
    assert world.used("100000000001", "psykiatri_ambulant") == {}
    rows = world.cost_table().filter(group_by="alle", service="behandling")
    assert rows.select("n_citizens", "n_users", "share_users", "mean_cost").unique().rows() == [(0, 0, None, None)]
