"""docs/method.md § 4: LPR, one citizen a rule: contacts become stays, stays admissions, bed days and visits.

Every citizen starts in 2020: periods -1, 0, 1 = 2019, 2020, 2021.
"""

from __future__ import annotations

import polars as pl
import pytest
from world import World

MEASURES = ["indlaeggelse", "sengedag", "ambulant"]


def stays(world: World) -> None:
    contact = world.contact
    contact("gap_4_h", "2020-03-02 08:00", "2020-03-02 09:00")
    contact("gap_4_h", "2020-03-02 13:00", "2020-03-02 14:00")
    contact("gap_4_h_1_s", "2020-03-02 08:00", "2020-03-02 09:00")
    contact("gap_4_h_1_s", "2020-03-02 13:00:01", "2020-03-02 14:00")
    contact("stay_12_h", "2020-03-02 08:00", "2020-03-02 20:00")
    contact("stay_11_59_59", "2020-03-02 08:00", "2020-03-02 19:59:59")
    contact("chained_12_h", "2020-03-02 08:00", "2020-03-02 10:00")
    contact("chained_12_h", "2020-03-02 13:00", "2020-03-02 15:00")
    contact("chained_12_h", "2020-03-02 18:00", "2020-03-02 20:00")
    # 2 March 08:00 to 3 March 20:00 with an hour inside it; the next begins 3 h after the latest end so far
    contact("contained", "2020-03-03 23:00", "2020-03-04 00:30")  # delivered out of order
    contact("contained", "2020-03-02 10:00", "2020-03-02 11:00")
    contact("contained", "2020-03-02 08:00", "2020-03-03 20:00")
    contact("two_types", "2020-03-02 08:00", "2020-03-02 14:00", specialty="Kirurgi")
    contact("two_types", "2020-03-02 14:00", "2020-03-02 20:00", specialty="Psykiatri")
    contact("children_s_psychiatry", "2020-03-02 08:00", "2020-03-02 09:00", specialty="Børne- og ungdomspsykiatri")
    contact("no_specialty", "2020-03-02 08:00", "2020-03-02 09:00", specialty=None)
    contact("not_physical", "2020-03-02 08:00", "2020-03-03 08:00", kont_type="ALCA10")
    contact("no_bridge", "2020-03-02 08:00", "2020-03-02 09:00")
    contact("no_bridge", "2020-03-02 09:00", "2020-03-02 15:00", kont_type="ALCA10")
    contact("no_bridge", "2020-03-02 15:00", "2020-03-02 16:00")
    contact("open", "2020-03-02 08:00", None)
    contact("open", "2020-05-02 08:00", "2020-05-02 09:00")
    contact("backwards", "2020-03-02 08:00", "2020-03-02 07:59")
    contact("no_time", "2020-03-02 08:00", "2020-03-02 08:00")
    contact("ends_at_midnight", "2020-03-02 08:00", "2020-03-03 00:00")
    contact("ends_after_midnight", "2020-03-02 08:00", "2020-03-04 00:01")
    contact("new_year", "2020-12-30 10:00", "2021-01-03 10:00")
    contact("new_year_visit", "2020-12-31 23:00", "2021-01-01 02:00")
    contact("new_year_chain", "2020-12-31 20:00", "2020-12-31 22:00")
    contact("new_year_chain", "2021-01-01 01:30", "2021-01-01 09:00")
    contact("three_years", "2019-12-31 20:00", "2021-01-01 08:00")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("hospital"), range(2019, 2022), snapshots=[2019, 2020])
    stays(world)
    pnrs = list(dict.fromkeys(row["PNR"] for row in world.lpr))
    for pnr in pnrs[1:]:  # the first is the world's own
        world.citizen(pnr)
    world.study("hospital", [{"pnr": pnr, "start_year": 2020} for pnr in pnrs[1:]], years_after=1)
    world.write()
    world.make()
    return world


def hospital(world: World, pnr: str, kind: str = "psykiatri") -> list[dict[int, float | None]]:
    """Admissions, bed days and visits by period."""
    return [world.used(pnr, f"{kind}_{measure}") for measure in MEASURES]


def test_4_hours_exactly_still_joins(world: World) -> None:
    """§ 4 LPR: 09:00 to 13:00 is 4 h: one stay of 6 h, one visit."""
    assert hospital(world, "gap_4_h") == [{}, {}, {0: 1}]


def test_4_hours_and_a_second_does_not_join(world: World) -> None:
    """§ 4 LPR: two visits."""
    assert hospital(world, "gap_4_h_1_s") == [{}, {}, {0: 2}]


def test_12_hours_exactly_is_an_admission(world: World) -> None:
    """§ 4 LPR: and at least one bed day, though it ends on the date it starts."""
    assert hospital(world, "stay_12_h") == [{0: 1}, {0: 1}, {}]


def test_a_second_less_than_12_hours_is_a_visit(world: World) -> None:
    """§ 4 LPR."""
    assert hospital(world, "stay_11_59_59") == [{}, {}, {0: 1}]


def test_short_contacts_chained_to_12_hours_are_one_admission(world: World) -> None:
    """§ 4 LPR: 08:00 to 20:00 in three contacts of 2 h."""
    assert hospital(world, "chained_12_h") == [{0: 1}, {0: 1}, {}]


def test_the_gap_is_from_the_latest_end_so_far(world: World) -> None:
    """§ 4 LPR: 2 March 08:00 to 4 March 00:30 is one stay; bed days 2 and 3 March."""
    assert hospital(world, "contained") == [{0: 1}, {0: 2}, {}]


def test_treatment_types_are_chained_apart(world: World) -> None:
    """§ 4 LPR: 6 h of each type are two visits, not an admission of 12 h."""
    assert hospital(world, "two_types", "psykiatri") == [{}, {}, {0: 1}]
    assert hospital(world, "two_types", "somatik") == [{}, {}, {0: 1}]


def test_children_s_psychiatry_is_psychiatric(world: World) -> None:
    """§ 4 LPR: the specialties of the catalogue."""
    assert hospital(world, "children_s_psychiatry") == [{}, {}, {0: 1}]


def test_a_contact_without_specialty_is_somatic(world: World) -> None:
    """§ 4 LPR: else somatic."""
    assert hospital(world, "no_specialty", "somatik") == [{}, {}, {0: 1}]


def test_only_physical_attendance_counts(world: World) -> None:
    """§ 4 LPR: a day of ALCA10 is nothing."""
    assert world.use().filter(pl.col("pnr") == "not_physical").is_empty()


def test_other_contacts_bridge_no_gap(world: World) -> None:
    """§ 4 LPR: between 09:00 and 15:00 there is only ALCA10: two visits."""
    assert hospital(world, "no_bridge") == [{}, {}, {0: 2}]


def test_an_open_contact_is_set_aside_and_the_citizen_s_others_count(world: World) -> None:
    """§ 4 LPR."""
    assert hospital(world, "open") == [{}, {}, {0: 1}]
    assert world.set_aside("lpr_a_kontakt")["open_contact"] == 1


def test_a_contact_that_ends_before_it_starts_is_set_aside(world: World) -> None:
    """§ 4 LPR."""
    assert hospital(world, "backwards") == [{}, {}, {}]
    assert world.set_aside("lpr_a_kontakt")["end_before_start"] == 1


def test_a_contact_without_duration_is_a_visit(world: World) -> None:
    """§ 4 LPR: it does not end before it starts."""
    assert hospital(world, "no_time") == [{}, {}, {0: 1}]


def test_the_end_date_is_no_bed_day(world: World) -> None:
    """§ 4 LPR: 2 March to 3 March 00:00 is 2 March; to 4 March 00:01 is 2 and 3 March."""
    assert hospital(world, "ends_at_midnight")[1] == {0: 1}
    assert hospital(world, "ends_after_midnight")[1] == {0: 2}


def test_bed_days_stand_in_their_years_and_the_admission_where_it_starts(world: World) -> None:
    """§ 4 LPR: 30 December 2020 to 3 January 2021: 30 and 31 December; 1 and 2 January."""
    assert hospital(world, "new_year") == [{0: 1}, {0: 2, 1: 2}, {}]


def test_a_visit_over_new_year_counts_where_it_starts(world: World) -> None:
    """§ 4 LPR."""
    assert hospital(world, "new_year_visit") == [{}, {}, {0: 1}]


def test_contacts_chain_over_new_year(world: World) -> None:
    """§ 4 LPR: 20:00 to 09:00 is 13 h and one bed day, 31 December."""
    assert hospital(world, "new_year_chain") == [{0: 1}, {0: 1}, {}]


def test_a_stay_over_three_years(world: World) -> None:
    """§ 4 LPR: 31 December 2019; the 366 days of 2020; 1 January 2021 is the end date."""
    assert hospital(world, "three_years") == [{-1: 1}, {-1: 1, 0: 366}, {}]
