"""Values that registers deliver and that must not change a number in silence: NaN, sentinels, codes of other shapes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from world import World

from catalogue.reader import read_catalogue
from faults import os_error
from pipelines.costs import services_without_payer
from pipelines.registers.dream import month_runs
from pipelines.spells import chain
from pipelines.weeks import month_columns

YEARS = [2019, 2020, 2021]


def rewrite(world: World, name: str, *changes: pl.Expr) -> None:
    path = world.root / "extracts" / f"{name}.parquet"
    pl.read_parquet(path).with_columns(*changes).write_parquet(path)


def test_a_degree_that_is_not_a_number_is_no_employment() -> None:
    batch = pl.DataFrame({"person": [1], "grad_2019_01": [float("nan")], "grad_2019_02": [1.0]})
    assert month_runs(batch.cast({"person": pl.UInt32}), month_columns(batch.columns))["start"].to_list() == [
        date(2019, 2, 1)
    ]


def test_chains_of_more_citizens_than_fit_64_bits() -> None:
    """One start in year 1 and one end in 9999 leave room for 29 citizens beside each other in microseconds."""
    times = [datetime(1, 1, 1), datetime(2020, 1, 1, 8), datetime(2020, 1, 1, 12), datetime(9990, 1, 1)]
    rows = pl.DataFrame([(person, at) for person in range(100) for at in times], schema=["person", "at"], orient="row")
    found = chain(rows, ["person"], "at", "at", gap=4 * 3600 * 1_000_000)
    alone = [
        chain(rows.filter(person=person), ["person"], "at", "at", gap=4 * 3600 * 1_000_000) for person in range(100)
    ]
    assert found.to_list() == [number + 3 * person for person, numbers in enumerate(alone) for number in numbers]


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path, YEARS)
    for pnr in ("100000000001", "100000000002", "100000000003"):
        world.citizen(pnr)
        world.weeks(pnr, "783", "2020-W02", "2020-W03")
        world.contact(pnr, "2020-02-01 10:00", "2020-02-01 11:00")
        world.grant(pnr, "85", "2020-03-01", "2020-03-10")
    rows = [{"pnr": f"10000000000{n}", "start_year": 2020} for n in (1, 2, 3)]
    world.study("odd", rows, years_before=0, years_after=0)
    world.write()
    return world


def test_a_municipality_that_cannot_be_read_keeps_its_citizen(world: World) -> None:
    """§§ 1.4 and 3.1: only being in the snapshot decides; four digits with a zero in front are three."""
    kom = pl.when(pl.col("PNR") == "100000000001").then(pl.lit("0101"))
    rewrite(
        world, "bef201912", kom.when(pl.col("PNR") == "100000000002").then(pl.lit("9999")).otherwise("KOM").alias("KOM")
    )
    said = world.make()
    people = world.participants("odd")
    assert people["in_study_base"].all()
    assert sorted(people["kom"].to_list(), key=str) == ["101", "101", None]
    assert "1 values of KOM cannot be read" in said


def test_an_open_end_may_be_nan_or_far_in_the_future(world: World) -> None:
    far = pl.lit(datetime(9999, 12, 31))
    first = pl.col("PNR") == "100000000001"
    end = pl.when(first).then(far).otherwise("KONT_SLUTTIDSPUNKT")
    rewrite(world, "lpr_a_kontakt2021", end.alias("KONT_SLUTTIDSPUNKT"))
    day = (pl.col("YDELSE_START") - pl.date(1960, 1, 1)).dt.total_days().cast(pl.Float64)
    rewrite(world, "handic2021", day.alias("YDELSE_START"), pl.lit(float("nan")).alias("YDELSE_SLUT"))
    world.make()
    assert world.set_aside("lpr_a_kontakt") == {"open_contact": 1}
    assert world.set_aside("handic") == {}
    assert world.used("100000000001", "socialpaedagogisk_stoette") == {0: 306}  # 1 March to 31 December 2020


def test_contacts_that_none_can_be_counted_of_are_warned_of(world: World) -> None:
    rewrite(world, "lpr_a_kontakt2021", pl.lit("alca00").alias("KONT_TYPE"))
    assert "no contact has KONT_TYPE ALCA00" in world.make()
    rewrite(world, "lpr_a_kontakt2021", pl.lit("ALCA00").alias("KONT_TYPE"), pl.lit("psyk").alias("KONT_ANS_HOVEDSPEC"))
    assert "no contact has a specialty of psychiatric_specialties.csv" in world.make()


def test_a_lost_person_key_is_not_begun_anew(world: World) -> None:
    world.make()
    (world.root / "store" / "person_key.parquet").unlink()
    assert "the person key is gone" in world.run_here(check=False).output


def test_a_week_that_does_not_exist_is_warned_of(world: World) -> None:
    rewrite(world, "dream202112", pl.lit("783").alias("Y_2153"))
    assert "Y_2153" in world.make()


def test_services_without_a_payer_rule_are_named() -> None:
    catalogue = read_catalogue()
    periods = pl.DataFrame({"start": [date(2020, 1, 1)]})
    assert services_without_payer(periods, catalogue) == []
    lacking = catalogue.payer_rules.filter(pl.col("service") != "fleksjob")
    assert services_without_payer(periods, replace(catalogue, payer_rules=lacking)) == ["fleksjob"]


def test_the_number_of_an_error_is_found_in_what_polars_says() -> None:
    assert os_error(OSError(5, "x")) == 5
    assert os_error(pl.exceptions.ComputeError("No space left on device (os error 28)")) == 28
    assert os_error(ValueError("x")) is None


def test_a_register_that_is_not_delivered_is_not_measured(world: World) -> None:
    for name in ("dream202112", "lpr_a_kontakt2021", "handic2021"):
        (world.root / "extracts" / f"{name}.parquet").unlink()
    said = world.make()
    assert said.count("is not delivered") == 3
    use = world.use("odd")
    assert use["quantity"].null_count() == use.height > 0


def test_a_study_base_of_nobody_stops_with_the_flow_told_and_kept(world: World) -> None:
    world.study(
        "odd", [{"pnr": "1", "start_year": 2020}, {"pnr": "", "start_year": 2020}], years_before=0, years_after=0
    )
    world.write()
    done = world.run_here(check=False)
    assert done.exit_code == 4
    assert "received 2; set_aside (missing_pnr) 1; not_in_population 1; study_base 0" in done.output
    assert world.flow("odd") is not None


def test_an_open_contact_is_an_event(world: World) -> None:
    """§ 3.2: LPR covers from 1 January of the year of its earliest event, which may be one that has not ended."""
    early = pl.when(pl.col("PNR") == "100000000001")
    start = early.then(pl.lit(datetime(2019, 5, 1))).otherwise("KONT_STARTTIDSPUNKT").alias("KONT_STARTTIDSPUNKT")
    end = early.then(None).otherwise("KONT_SLUTTIDSPUNKT").alias("KONT_SLUTTIDSPUNKT")
    rewrite(world, "lpr_a_kontakt2021", start, end)
    world.make()
    covered = pl.read_parquet(world.root / "store" / "coverage" / "lpr_a_kontakt.parquet")
    assert covered["start"].to_list() == [date(2019, 1, 1)]


def test_a_row_is_illustrative_by_its_own_citizens(world: World) -> None:
    """§ 5.2: a group whose price rows are all sourced says so, whatever another group's are."""
    rows = [{"pnr": f"10000000000{n}", "start_year": 2018 + n, "group": f"from {2018 + n}"} for n in (2, 3)]
    world.study("odd", rows, years_before=0, years_after=0)
    price = {"service": "foertidspension", "price": 1, "source": "x"}
    world.overlay(
        "unit_prices.csv",
        [price | {"year": 2020, "status": "sourced"}, price | {"year": 2021, "status": "illustrative"}],
    )
    world.write()
    world.make()
    table = world.cost_table("odd").filter(service="foertidspension", group_by="gruppe")
    assert dict(table.select("group", "illustrative").rows()) == {"from 2020": False, "from 2021": True}
