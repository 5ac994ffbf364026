"""docs/method.md § 4: BFL, KRSI, KRAF, KRIN, DRG_KONTAKTER and SIU, over a small world that has run."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
from world import World

WORKER, CHARGED, IMPRISONED, TREATED, NOTHING = (
    "810000000001",
    "810000000002",
    "810000000003",
    "810000000004",
    "810000000005",
)
EVERYBODY = [WORKER, CHARGED, IMPRISONED, TREATED, NOTHING]


def pay(first: date, last: date, hours: float, wage: float) -> dict[str, Any]:
    return {
        "PNR": WORKER,
        "AJO_JOB_START_DATO": first,
        "AJO_JOB_SLUT_DATO": last,
        "AJO_LOENTIMER": hours,
        "AJO_SMALT_LOENBELOEB": wage,
    }


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("pay_and_law"), range(2018, 2022))
    for pnr in EVERYBODY:
        world.citizen(pnr)
    world.deliver("bfl201812", [pay(date(2018, 12, 1), date(2018, 12, 31), 160.33, 30_000.25)])
    world.deliver(
        "bfl201912",
        [
            pay(date(2019, 1, 1), date(2019, 1, 31), 100.5, 20_000.0),
            pay(date(2019, 1, 1), date(2019, 1, 31), 20.25, 5_000.75),  # a second job
            pay(date(2019, 2, 1), date(2019, 2, 28), -10.0, -2_000.0),  # taken back
        ],
    )
    charge = {"SIG_GER7": "1234567"}
    world.deliver("krsi2018", [{"PNR": CHARGED, "SIG_SIGTDTO": date(2018, 12, 31), **charge}])
    world.deliver("krsi2019", [{"PNR": CHARGED, "SIG_SIGTDTO": date(2019, 3, 1), **charge}] * 2)
    world.deliver("kraf2018", [{"PNR": CHARGED, "AFG_AFGOEDTO": date(2018, 5, 1), "AFG_GER7": "1234567"}])
    world.deliver("kraf2019", [{"PNR": CHARGED, "AFG_AFGOEDTO": date(2019, 5, 1), "AFG_GER7": "1234567"}])
    world.deliver(
        "krin2018", [{"PNR": IMPRISONED, "IND_FGSLDTO": date(2018, 12, 30), "IND_LOESLDTO": date(2019, 1, 2)}]
    )
    world.deliver("krin2019", [{"PNR": IMPRISONED, "IND_FGSLDTO": date(2019, 12, 30), "IND_LOESLDTO": None}])
    world.deliver(
        "drg_kontakter2021",
        [
            {
                "PNR": TREATED,
                "INDTIDSPUNKT_DRGKONTAKT": datetime(2021, 2, 3, 10),
                "KONTAKT_VAERDI": 1234.56,
                "SPECIALE": "50",
            }
        ],
    )
    world.deliver(
        "siu_individ_udgifter_total202112",
        [
            {
                "PNR": TREATED,
                "START_DATO": date(2021, 1, 1),
                "SLUT_DATO": date(2021, 3, 31),
                "INDSATS": code,
                "UDGIFT": 9000.0,
            }
            for code in ("85", "999", None)
        ],
    )
    world.study("years", [{"pnr": pnr, "start_year": 2019} for pnr in EVERYBODY], years_before=1, years_after=1)
    world.write()
    world.make()
    return world


def spells(world: World, register: str) -> list[tuple[Any, ...]]:
    table = pl.read_parquet(world.root / "store" / "spells" / f"{register}.parquet")
    return table.select("service", "start", "end", "quantity").rows()


def test_hours_and_wages_are_those_of_the_month_with_its_corrections(world: World) -> None:
    assert world.used(WORKER, "loentimer") == {-1: 160, 0: 121, 1: None}
    assert world.used(WORKER, "loen") == {-1: 30_000.25, 0: 25_000.75, 1: None}


def test_every_charge_and_decision_counts(world: World) -> None:
    assert world.used(CHARGED, "sigtelse") == {-1: 1, 0: 2, 1: None}
    assert world.used(CHARGED, "afgoerelse") == {-1: 1, 0: 1, 1: None}


def test_days_inside_count_by_date_until_the_data_end(world: World) -> None:
    assert world.used(IMPRISONED, "indsaettelse") == {-1: 2, 0: 2 + 2, 1: None}


def test_what_is_not_delivered_of_a_year_is_not_measured(world: World) -> None:
    table = world.cost_table().filter(group_by="alle", area="politi_retsvaesen")
    measured = dict(table.filter(pl.col("service").is_null()).select("period", "n_citizens").iter_rows())
    assert measured == {-1: len(EVERYBODY), 0: len(EVERYBODY), 1: 0}


def test_drg_values_and_expenditures_are_spells_and_in_no_cost_table(world: World) -> None:
    assert spells(world, "drg_kontakter") == [("psykiatri_drg", date(2021, 2, 3), date(2021, 2, 3), 123_456)]
    months = spells(world, "siu_individ_udgifter_total")
    assert {kind for kind, *_ in months} == {"socialpaedagogisk_stoette_udgift"}
    assert [quantity for *_, quantity in months] == [310_000, 280_000, 310_000]
    assert world.unmapped("siu_individ_udgifter_total") == {("999", 2021): 1, ("(none)", 2021): 1}
    services = set(world.cost_table()["service"])
    assert not services & {"psykiatri_drg", "somatik_drg", "socialpaedagogisk_stoette_udgift"}
