"""docs/method.md § 5.6: tax on wages, told below 0 and in no total.

Twelve citizens of 101, eight of 147 and three of 153 have a job in 2020 and 2021, with wages by their number; six
others of 101 have none.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from world import World
from world import released as newest

from catalogue.reader import SHIPPED, read_catalogue
from pipelines.disclosure.taxes import turned
from pipelines.lines import lines

MANY, SOME, FEW = [f"84{n:010}" for n in range(12)], [f"85{n:010}" for n in range(8)], [f"86{n:010}" for n in range(3)]
IDLE = [f"87{n:010}" for n in range(6)]
KOM = {"101": [*MANY, *IDLE], "147": SOME, "153": FEW}
EVERYBODY = [pnr for people in KOM.values() for pnr in people]
RATE, KOMMUNE = 0.4, 0.6
COSTS = ["mean_cost", "mean_cost_kommune", "mean_cost_region", "mean_cost_stat"]


def wage_kr(pnr: str) -> int:
    """A month's."""
    return 0 if pnr in IDLE else 10_000 + 1_000 * int(pnr[-2:])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("taxes"), range(2019, 2022))
    for kom, pnr in ((kom, pnr) for kom, people in KOM.items() for pnr in people):
        world.citizen(pnr, kom=kom)
        world.weeks(pnr, "783", "2020-W10", "2020-W19")
    for pnr in MANY:
        world.employed(pnr, "2020-01")
    for year in (2020, 2021):
        pay = {"AJO_JOB_START_DATO": date(year, 1, 1), "AJO_JOB_SLUT_DATO": date(year, 1, 31), "AJO_LOENTIMER": 100.0}
        rows = [{"PNR": pnr, **pay, "AJO_SMALT_LOENBELOEB": float(wage_kr(pnr))} for pnr in [*MANY, *SOME, *FEW]]
        world.deliver(f"bfl{year}12", rows)
    prices = [("loen", 2020, RATE), ("loen", 2021, RATE), ("foertidspension", 2020, 1_000)]
    world.overlay("unit_prices.csv", [
        {"service": service, "year": year, "price": price, "status": "sourced", "source": "test"}
        for service, year, price in prices
    ])  # fmt: skip
    world.overlay("price_index.csv", [
        {"index": index, "year": year, "value": value, "source": "test"}
        for index in ("forbrugerpriser", "satser") for year, value in ((2020, 100), (2021, 110))
    ])  # fmt: skip
    shares = {"kommune": KOMMUNE, "region": 0, "stat": 1 - KOMMUNE}
    world.overlay("payer_rules.csv", [
        {"service": service, "valid_from": None, "valid_to": None, **shares, "source": "test"}
        for service in ("loen", "foertidspension")
    ])  # fmt: skip
    people = [{"pnr": pnr, "start_year": 2020} for pnr in EVERYBODY]
    world.study("taxes", people, years_before=0, years_after=1, price_year=2021)
    world.write()
    world.run_here()
    return world


def told(table: pl.DataFrame, period: int, area: str | None, service: str | None = None, group: str = "alle") -> dict:
    asked = (pl.col(name).eq_missing(pl.lit(value)) for name, value in (("area", area), ("service", service)))
    return table.filter(*asked, group=group, period=period).row(0, named=True)


def test_tax_is_a_share_of_the_wages_of_the_year_below_0(world: World) -> None:
    wages = sum(map(wage_kr, EVERYBODY)) / len(EVERYBODY)
    for period, index in ((0, 1.1), (1, 1.0)):
        for service in ("loen", None):
            row = told(world.cost_table(), period, "skat", service)
            tax = -RATE * wages * index
            assert [row[cost] for cost in COSTS] == pytest.approx([tax, tax * KOMMUNE, 0, tax * (1 - KOMMUNE)])
            assert row["n_users"] == len(EVERYBODY) - len(IDLE)
        assert told(world.cost_table(), period, "skat", "loen")["mean_quantity"] == pytest.approx(wages)


def test_the_total_is_of_what_is_paid_for_citizens(world: World) -> None:
    total, transfers = told(world.cost_table(), 0, None), told(world.cost_table(), 0, "overfoerselsindkomst")
    assert total["mean_cost"] == pytest.approx(transfers["mean_cost"])
    assert total["mean_cost"] == pytest.approx(10 * 1_000 * 1.1)


def test_what_citizens_pay_is_no_part_of_the_total() -> None:
    services = read_catalogue().services
    parts = dict(lines(services).filter(pl.col("service").is_null()).select("area", "parts").rows())
    assert parts["skat"] == ["loen"]
    assert set(parts[None]) == set(services["service"]) - {"loen"}


def test_without_a_rate_wages_are_not_priced(tmp_path: Path) -> None:
    prices = pl.read_csv(SHIPPED / "unit_prices.csv", infer_schema=False)
    prices.filter(pl.col("service") != "loen").write_csv(tmp_path / "unit_prices.csv")
    assert "loen" not in read_catalogue(tmp_path).measured_in(["bfl"]).unit_prices["service"]


def test_costs_by_months_in_employment_tell_of_it(world: World) -> None:
    table = world.table("employment_table")
    mean = sum(map(wage_kr, MANY)) / len(MANY)
    assert told(table, 0, "skat", group="1-3")["mean_cost"] == pytest.approx(-RATE * mean * 1.1)
    others = sum(map(wage_kr, [*SOME, *FEW])) / (len(EVERYBODY) - len(MANY))
    assert told(table, 0, "skat", group="0")["mean_cost"] == pytest.approx(-RATE * others * 1.1)


def test_the_population_s_is_below_0_too(world: World) -> None:
    assert told(world.cost_table(), 0, "skat", "loen", "befolkning")["mean_cost"] == 0  # nobody else has a job
    means = pl.read_parquet(world.root / "store" / "population" / "means.parquet")
    row = means.filter(year=2020, group_by="alle", service="loen").row(0, named=True)
    wages = sum(map(wage_kr, EVERYBODY)) / (len(EVERYBODY) + 1)
    assert row["mean_cost"] == pytest.approx(-RATE * wages)


def test_a_release_tells_it_below_0_and_not_of_few(world: World) -> None:
    table = pl.read_csv(newest(world.root / "release", "taxes") / "cost_table.csv", infer_schema_length=None)
    assert told(table, 1, "skat")["mean_cost"] < 0
    assert told(table, 1, "skat", group="153")["mean_cost"] is None
    assert told(table, 1, None)["mean_cost"] == 0


def test_turning_twice_changes_nothing_and_ends_change_places() -> None:
    rows = pl.DataFrame(
        {
            "area": ["skat", "sundhed", None],
            "mean_cost": [-5.0, 5.0, None],
            "change_cost_low": [-3.0, 1.0, None],
            "change_cost_high": [-1.0, 2.0, 4.0],
        }
    )
    once = turned(rows)
    assert once.row(0) == ("skat", 5.0, 1.0, 3.0)
    assert once.tail(2).equals(rows.tail(2))
    assert_frame_equal(turned(once), rows)
