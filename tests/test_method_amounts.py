"""docs/method.md § 5.5: amounts of DRG_KONTAKTER and SIU in place of prices, in the studies that ask for them.

Twelve citizens start in 2021; each has a visit to a hospital and ten days of § 85 support in 2021 and in 2022. DRG
tells of 2021 and 2022, SIU of 2022 alone. Twelve others, on no list, are the population.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
from world import World
from world import released as newest

from catalogue.reader import read_catalogue
from expectations.contracts.deliveries import ALWAYS

LISTED = [f"82{n:010}" for n in range(12)]
OTHERS = [f"83{n:010}" for n in range(12)]
HOSPITAL, SUPPORT = "somatik_ambulant", "socialpaedagogisk_stoette"
VISIT_KR, DAY_KR = 500, 100
SHARES = {HOSPITAL: (0.3, 0.6, 0.1), SUPPORT: (1.0, 0.0, 0.0)}


def value_kr(pnr: str, year: int) -> int:
    """The DRG value of a citizen's visit: of the others' twice as much."""
    return (100 + int(pnr[-2:])) * (2 if pnr in OTHERS else 1) * (year - 2020)


def expenditure_kr(pnr: str) -> int:
    return 1_000 + 10 * int(pnr[-2:])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("amounts"), range(2019, 2023))
    drg: dict[int, list[dict[str, Any]]] = {2021: [], 2022: []}
    siu = []
    for pnr in [*LISTED, *OTHERS]:
        world.citizen(pnr)
        for year in (2021, 2022):
            world.contact(pnr, f"{year}-03-01 08:00", f"{year}-03-01 10:00", specialty="Kirurgi")
            world.grant(pnr, "85", f"{year}-05-01", f"{year}-05-10")
            begins = datetime(year, 3, 1, 8)
            row = {"PNR": pnr, "INDTIDSPUNKT_DRGKONTAKT": begins, "KONTAKT_VAERDI": float(value_kr(pnr, year))}
            drg[year].append({**row, "SPECIALE": "30"})
        days = {"START_DATO": date(2022, 5, 1), "SLUT_DATO": date(2022, 5, 10)}
        siu.append({"PNR": pnr, **days, "INDSATS": "85", "UDGIFT": float(expenditure_kr(pnr))})
    for year, rows in drg.items():
        world.deliver(f"drg_kontakter{year}", rows)
    world.deliver("siu_individ_udgifter_total202212", siu)
    prices = ((HOSPITAL, VISIT_KR), (SUPPORT, DAY_KR))
    world.overlay("unit_prices.csv", [
        {"service": service, "year": 2022, "price": kr, "status": "illustrative", "source": "test"}
        for service, kr in prices
    ])  # fmt: skip
    world.overlay("price_index.csv", [
        {"index": "forbrugerpriser", "year": year, "value": value, "source": "test"}
        for year, value in ((2020, 100), (2021, 100), (2022, 110))
    ])  # fmt: skip
    world.overlay("payer_rules.csv", [
        {"service": service, "valid_from": None, "valid_to": None, "kommune": k, "region": r, "stat": s, "source": ""}
        for service, (k, r, s) in SHARES.items()
    ])  # fmt: skip
    people = [{"pnr": pnr, "start_year": 2021} for pnr in LISTED]
    for name, registers in (
        ("priced", []),
        ("hospital", ["drg_kontakter"]),
        ("both", ["siu_individ_udgifter_total", "drg_kontakter"]),
    ):
        world.study(name, people, years_before=0, years_after=1, costs_from=registers)
    world.write()
    world.make("priced", "hospital")
    return world


@pytest.fixture(scope="module")
def both(world: World) -> str:
    """What the run of the third study says, to its release."""
    return world.run_here("--study", "both").output


def row(world: World, study: str, period: int, area: str | None, service: str | None, group: str = "alle") -> dict:
    table = world.cost_table(study).filter(group_by=group, period=period)
    asked = (pl.col(name).eq_missing(pl.lit(value)) for name, value in (("area", area), ("service", service)))
    return table.filter(*asked).row(0, named=True)


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def test_without_being_asked_for_amounts_are_in_no_table(world: World) -> None:
    assert not world.cost_table("priced").filter(pl.col("service").str.contains("drg|udgift")).height
    assert row(world, "priced", 0, "sundhed", HOSPITAL)["mean_cost"] == pytest.approx(VISIT_KR)
    assert row(world, "priced", 0, "sundhed", None)["illustrative"]


def test_a_value_is_a_krone_of_its_year_paid_as_what_it_replaces(world: World) -> None:
    for period, year, index in ((0, 2021, 1.1), (1, 2022, 1.0)):
        expected = mean([value_kr(pnr, year) for pnr in LISTED]) * index
        told = row(world, "hospital", period, "sundhed", "somatik_drg")
        assert told["mean_quantity"] == pytest.approx(expected / index)
        payers = [told[f"mean_cost_{payer}"] for payer in ("kommune", "region", "stat")]
        assert [told["mean_cost"], *payers] == pytest.approx([expected, *(expected * s for s in SHARES[HOSPITAL])])
        assert row(world, "hospital", period, "sundhed", None)["mean_cost"] == pytest.approx(expected)


def test_what_amounts_replace_is_measured_and_not_priced(world: World) -> None:
    visits = row(world, "hospital", 0, "sundhed", HOSPITAL)
    assert (visits["mean_quantity"], visits["mean_cost"], visits["illustrative"]) == (1, None, False)
    days = row(world, "hospital", 0, "sociale_serviceydelser", SUPPORT)
    assert days["mean_cost"] == pytest.approx(10 * DAY_KR)


def test_where_a_register_of_amounts_does_not_cover_the_period_its_area_and_all_are_not_measured(
    world: World, both: str
) -> None:
    told = row(world, "both", 0, "sociale_serviceydelser", "socialpaedagogisk_stoette_udgift")
    assert (told["n_citizens"], told["mean_cost"]) == (0, None)
    area, everything = (row(world, "both", 0, area, None) for area in ("sociale_serviceydelser", None))
    assert (area["n_citizens"], everything["n_citizens"]) == (0, 0)
    expected = mean([expenditure_kr(pnr) for pnr in LISTED])
    assert row(world, "both", 1, "sociale_serviceydelser", None)["mean_cost"] == pytest.approx(expected)
    told = mean([expenditure_kr(pnr) + value_kr(pnr, 2022) for pnr in LISTED])
    assert row(world, "both", 1, None, None)["mean_cost"] == pytest.approx(told)
    assert "SIU_INDIVID_UDGIFTER_TOTAL, which does not cover the periods 0" in " ".join(both.split())


@pytest.mark.usefixtures("both")
def test_the_population_beside_it_costs_amounts_too(world: World) -> None:
    here = [*OTHERS, None]  # the filler has none
    expected = sum(value_kr(pnr, 2022) for pnr in OTHERS) / len(here)
    told = row(world, "both", 1, "sundhed", "somatik_drg", "befolkning")
    assert (told["n_citizens"], told["n_users"]) == (len(here), len(OTHERS))
    assert told["mean_cost"] == pytest.approx(expected)
    assert row(world, "both", 1, "sundhed", None, "befolkning")["mean_cost"] == pytest.approx(expected)


@pytest.mark.usefixtures("both")
def test_a_release_tells_them(world: World) -> None:
    table = pl.read_csv(newest(world.root / "release", "both") / "cost_table.csv", infer_schema_length=None)
    told = table.filter(group_by="alle", period=1, area="sundhed", service="somatik_drg").row(0, named=True)
    assert (told["n_citizens"], told["n_users"]) == (len(LISTED), len(LISTED))
    assert told["mean_cost"] is not None


def test_areas_stay_together_and_an_amount_that_is_replaced_is_not_priced() -> None:
    shipped = read_catalogue()
    fee = pl.DataFrame({"amount": "somatik_drg", "area": "sundhed", "replaces": "almen_laege_honorar", "source": None})
    rows = pl.concat([shipped.register_amounts, fee.cast(shipped.register_amounts.schema)])
    registers = [*ALWAYS, "sssy", "bfl", "drg_kontakter"]
    asked = replace(shipped, register_amounts=rows).measured_in(registers).costs_from(["drg_kontakter"])
    assert asked.services["area"].rle().struct.field("value").is_unique().all()
    priced = set(asked.unit_prices["service"])
    assert "somatik_drg" in priced
    assert not priced & {"almen_laege_honorar", "somatik_ambulant", "psykiatri_sengedag"}


def test_a_register_that_is_not_delivered_cannot_be_asked_for(world: World, tmp_path_factory: Any) -> None:
    for file in list(world.further):
        if file.startswith("siu"):
            (world.root / "extracts" / f"{file}.parquet").rename(tmp_path_factory.mktemp("away") / "siu.parquet")
    done = world.run_here("--study", "both", check=False)
    said = " ".join(done.output.split())
    assert done.exit_code
    assert "'both' asks for the amounts of SIU_INDIVID_UDGIFTER_TOTAL, which is not delivered" in said
