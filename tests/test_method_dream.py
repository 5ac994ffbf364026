"""docs/method.md § 4: DREAM, one citizen a rule: weeks of benefit, codes and their validity, months in work.

Every citizen starts in 2020 (periods -1, 0, 1 = 2019, 2020, 2021) unless its name says another year.
"""

from __future__ import annotations

import polars as pl
import pytest
from world import World

DREAM_YEARS = [1991, 1992, *range(2017, 2026)]


def dream(world: World) -> None:
    world.weeks("whole_year", "783", "2020-W01", "2020-W53")
    world.weeks("week_53", "783", "2020-W53")  # Thursday 31 December 2020
    world.weeks("week_1", "783", "2020-W01")  # Monday 30 December 2019, Thursday 2 January 2020
    world.weeks("two_codes_of_one_service", "781", "2020-W10")
    world.weeks("two_codes_of_one_service", "783", "2020-W11", "2020-W12")
    world.weeks("two_services", "783", "2020-W10", "2020-W11")
    world.weeks("two_services", "890", "2020-W12", "2020-W14")
    world.weeks("blanks", "783", "2020-W10", "2020-W20")
    world.weeks("blanks", "", "2020-W11")
    world.weeks("blanks", "   ", "2020-W12")
    world.weeks("blanks", None, "2020-W13")
    world.weeks("shapes", "783.0", "2020-W10")
    world.weeks("shapes", " 783 ", "2020-W11")
    world.weeks("start_1992", "783", "1992-W10", "1992-W12")
    for code in ("112", "113", "114"):
        world.weeks(f"start_2018_{code}", code, "2018-W12", "2018-W14")  # Thursdays 22 and 29 March, 5 April 2018
    world.weeks("start_2018_115", "115", "2018-W08", "2018-W10")  # Thursdays 22 February, 1 and 8 March 2018
    world.weeks("start_2025", "700", "2025-W25", "2025-W27")  # Thursdays 19 and 26 June, 3 July 2025
    world.weeks("unmapped_code", "555", "2020-W52", "2021-W01")
    world.weeks("mapped_to_nothing", "121", "2020-W10", "2020-W12")


def months_in_work(world: World) -> None:
    world.employed("work", "2019-12", "2020-01", "2020-02", "2020-12", "2021-01")
    world.employed("no_degree", "2020-03", grad=0.0)
    world.employed("no_degree", "2020-04", grad=0.01)
    world.employed("on_transfer", "2020-03", "2020-04", "2020-05")
    world.weeks("on_transfer", "783", "2020-W14")  # Monday 30 March, Thursday 2 April 2020
    world.employed("student", "2020-03", "2020-04")
    world.weeks("student", "651", "2020-W10", "2020-W20")  # SU is no transfer
    world.employed("on_code_past_its_end", "2018-04", "2018-05")
    world.weeks("on_code_past_its_end", "112", "2018-W18")  # Thursday 3 May 2018: 112 ended in March


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, str]:
    world = World(
        tmp_path_factory.mktemp("dream"), range(2017, 2026), snapshots=[2017, 2019, 2020], dream_years=DREAM_YEARS
    )
    dream(world)
    months_in_work(world)
    pnrs = [*world.dream, "never_in_dream"]
    snapshots = {"start_1992": [1991], "start_2025": [2024]}
    for pnr in pnrs:
        world.citizen(pnr, snapshots=snapshots.get(pnr))
    years = {"start_1992": 1992, "start_2025": 2025, "on_code_past_its_end": 2018}
    years |= {pnr: 2018 for pnr in pnrs if pnr.startswith("start_2018")}
    world.study("dream", [{"pnr": pnr, "start_year": years.get(pnr, 2020)} for pnr in pnrs], years_after=1)
    world.write()
    return world, world.make()


@pytest.fixture(scope="module")
def world(ran: tuple[World, str]) -> World:
    return ran[0]


@pytest.fixture(scope="module")
def warnings(ran: tuple[World, str]) -> str:
    return ran[1]


def test_a_long_year_has_53_weeks(world: World) -> None:
    """§ 4 DREAM: 2020 has the ISO weeks 1 to 53."""
    assert world.used("whole_year", "foertidspension") == {0: 53}


def test_week_53_belongs_to_the_year_of_its_thursday(world: World) -> None:
    """§ 4 DREAM: Thursday of 2020-W53 is 31 December 2020, three of its days are in 2021."""
    assert world.used("week_53", "foertidspension") == {0: 1}


def test_week_1_that_begins_in_december_belongs_to_the_new_year(world: World) -> None:
    """§ 4 DREAM: 2020-W01 begins on 30 December 2019."""
    assert world.used("week_1", "foertidspension") == {0: 1}


def test_week_columns_from_yy_90_on_are_of_the_last_century(world: World) -> None:
    """§ 4 DREAM: Y_9210 is 1992; as 2092 no Thursday of 1992 would be delivered and nothing measured."""
    assert world.used("start_1992", "foertidspension")[0] == 3


def test_codes_of_one_service_are_added(world: World) -> None:
    """§ 4 DREAM: 781 and 783 are both foertidspension, 1 + 2 weeks."""
    assert world.used("two_codes_of_one_service", "foertidspension") == {0: 3}


def test_each_service_has_its_own_weeks(world: World) -> None:
    """§ 4 DREAM: two weeks of 783, then three of 890."""
    assert world.used("two_services", "foertidspension") == {0: 2}
    assert world.used("two_services", "sygedagpenge") == {0: 3}


def test_blank_is_no_benefit(world: World) -> None:
    """§ 4 DREAM: eleven weeks W10-W20, of which one is empty text, one spaces, one null."""
    assert world.used("blanks", "foertidspension") == {0: 8}


def test_a_code_with_a_decimal_or_spaces_is_the_same_code(world: World) -> None:
    """§ 4 DREAM, docs/registers.md: codes come as text or as number."""
    assert world.used("shapes", "foertidspension") == {0: 2}


def test_no_row_in_dream_is_no_benefit_and_not_unmeasured(world: World) -> None:
    """§ 4 DREAM: a citizen never on a benefit has no row; nothing is null."""
    assert world.use().filter(pl.col("pnr") == "never_in_dream").is_empty()


@pytest.mark.parametrize("code", ["112", "113", "114"])
def test_codes_of_the_old_dagpenge_end_in_march_2018(world: World, code: str) -> None:
    """§ 4, last paragraph: the Thursdays 22 and 29 March 2018 count, 5 April does not."""
    assert world.used(f"start_2018_{code}", "dagpenge")[0] == 2
    assert world.unmapped("dream")[code, 2018] == (2 if code == "112" else 1)


def test_code_115_begins_in_march_2018(world: World) -> None:
    """§ 4, last paragraph: the Thursday 22 February 2018 is before it, 1 and 8 March count."""
    assert world.used("start_2018_115", "dagpenge")[0] == 2
    assert world.unmapped("dream")["115", 2018] == 1


def test_code_700_ends_in_june_2025(world: World) -> None:
    """§ 4, last paragraph: the Thursdays 19 and 26 June 2025 count, 3 July is unmapped."""
    assert world.used("start_2025", "kontanthjaelp")[0] == 2
    assert world.unmapped("dream")["700", 2025] == 1


def test_unmapped_weeks_are_counted_by_code_and_year(world: World) -> None:
    """§ 4, last paragraph: 2020-W52 and W53 are two weeks of 2020, 2021-W01 one of 2021."""
    found = world.unmapped("dream")
    assert {year: n for (code, year), n in found.items() if code == "555"} == {2020: 2, 2021: 1}


def test_a_code_known_to_be_no_service_is_not_unmapped(world: World) -> None:
    """§ 4, last paragraph: 121 (holiday benefit) is in the catalogue without a service."""
    assert not [code for code, _ in world.unmapped("dream") if code == "121"]
    assert world.use().filter(pl.col("pnr") == "mapped_to_nothing").is_empty()


def test_unmapped_codes_are_warned_of(warnings: str) -> None:
    """§ 4, last paragraph: raises a warning, for codes out of date too."""
    for code in ("555", "112", "115", "700"):
        assert code in warnings


def test_months_in_work_are_months_with_a_degree_in_the_window(world: World) -> None:
    """§ 4 DREAM: December 2019; January, February, December 2020; January 2021."""
    assert world.used("work", "ordinaer_beskaeftigelse") == {-1: 1, 0: 3, 1: 1}


def test_any_degree_above_0_is_work_and_0_is_none(world: World) -> None:
    """§ 4 DREAM: March has 0, April 0.01."""
    assert world.used("no_degree", "ordinaer_beskaeftigelse") == {0: 1}


def test_a_transfer_week_takes_the_month_of_its_thursday(world: World) -> None:
    """§ 4 DREAM: the week of Thursday 2 April begins in March; April falls away, March and May stay."""
    assert world.used("on_transfer", "ordinaer_beskaeftigelse") == {0: 2}


def test_a_benefit_that_is_no_transfer_leaves_the_months_in_work(world: World) -> None:
    """§ 4 DREAM: SU is not marked as a transfer; its 11 weeks and both months count."""
    assert world.used("student", "ordinaer_beskaeftigelse") == {0: 2}
    assert world.used("student", "su") == {0: 11}


def test_a_transfer_code_past_its_validity_is_no_transfer(world: World) -> None:
    """§ 4: 112 ended in March 2018, in May it is an unmapped code and marks nothing."""
    assert world.used("on_code_past_its_end", "ordinaer_beskaeftigelse")[0] == 2
