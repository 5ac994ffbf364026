"""docs/method.md § 4, LPR2: one citizen a rule, over small worlds that have run.

Every citizen starts in 2018: periods -1, 0, 1 = 2017, 2018, 2019; LPR2 is read to the end of 2018, LPR_A_KONTAKT from
2019.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from world import FILLER, World
from world_lpr2 import EMERGENCY, INPATIENT, OUTPATIENT, PSYCHIATRY, YEARS, Lpr2

from faults import DeliveryError

LIMITS = Path(__file__).parents[1] / "catalogue" / "limits.csv"
MEASURES = ["indlaeggelse", "sengedag", "ambulant"]
SHARED, TWICE = "88000001", "88000002"
CITIZENS = [
    "admitted", "moved", "left_the_day_it_came", "emergency", "visits", "no_visits", "new_year", "of_lpr3_s_time",
    "another_year_s_file", "one_date", "by_specialty", "by_register", "children_s_psychiatry", "open", "still_visited",
    "backwards", "day_patient", "lpr2_in_lpr_a", "lpr3", "shares", "shares_too", "in_two_files", "none",
]  # fmt: skip
Use = dict[int, float | None]


def contacts(lpr2: Lpr2) -> None:
    add = lpr2.contact
    add("admitted", "2018-03-01", "2018-03-05", INPATIENT)
    add("moved", "2018-03-01", "2018-03-05", INPATIENT)
    add("moved", "2018-03-05", "2018-03-08", INPATIENT, spec="10")
    add("left_the_day_it_came", "2018-03-01", "2018-03-01", INPATIENT)
    add("emergency", "2018-03-01", "2018-03-02", EMERGENCY)
    add("visits", "2017-03-01", "2018-06-01", OUTPATIENT, visits=["2017-03-01", "2017-12-31", "2018-01-01"])
    add("no_visits", "2018-03-01", "2018-06-01", OUTPATIENT)
    add("new_year", "2018-12-30", "2019-01-03", INPATIENT)
    add("of_lpr3_s_time", "2019-01-01", "2019-01-03", INPATIENT)
    add("of_lpr3_s_time", "2019-01-01", "2019-01-03", OUTPATIENT, visits=["2019-01-02"])
    lpr2.visit(add("another_year_s_file", "2017-03-01", "2019-02-01", OUTPATIENT), "2017-05-01", file=2019)
    lpr2.visit(add("another_year_s_file", "2018-03-01", "2019-02-01", OUTPATIENT), "2019-01-15")
    add("one_date", "2018-03-01", "2018-06-01", OUTPATIENT, visits=["2018-03-01", "2018-03-01"])
    add("one_date", "2018-03-01", "2018-03-01", EMERGENCY)
    add("by_specialty", "2018-03-01", "2018-03-05", INPATIENT, spec=PSYCHIATRY)
    add("by_specialty", "2018-03-01", "2018-06-01", OUTPATIENT, spec=PSYCHIATRY, visits=["2018-04-01"])
    add("by_register", "2018-03-01", "2018-03-05", INPATIENT, spec=None, in_psyk=True)
    add("by_register", "2018-03-01", "2019-01-01", OUTPATIENT, in_psyk=True, visits=["2018-04-01", "2017-04-01"])
    add("children_s_psychiatry", "2018-03-01", "2018-03-01", EMERGENCY, spec="52")
    add("open", "2018-03-01", None, INPATIENT)
    add("open", "2018-04-01", "9999-12-31", INPATIENT, file=2018)
    add("still_visited", "2018-03-01", None, OUTPATIENT, visits=["2018-04-01"])
    add("backwards", "2018-03-05", "2018-03-01", INPATIENT)
    add("day_patient", "2018-03-01", "2018-03-01", "1")
    add("day_patient", "2018-03-01", "2018-03-01", None)
    add("shares", "2017-03-01", "2017-06-01", OUTPATIENT, recnum=SHARED)
    add("shares_too", "2018-03-01", "2018-06-01", OUTPATIENT, recnum=SHARED)
    lpr2.visit(SHARED, "2017-04-01")
    add("in_two_files", "2017-03-01", "2017-12-31", OUTPATIENT, recnum=TWICE)
    add("in_two_files", "2017-03-01", "2018-06-01", OUTPATIENT, recnum=TWICE, visits=["2017-04-01"])
    lpr2.visit("nobody's", "2018-04-01")
    lpr2.visit(None, "2018-04-01")


def written(root: Path, *, files: range = YEARS, **columns: str) -> World:
    """A world with LPR2's `files`; `columns` are further ones of the contact that LPR_A_KONTAKT has of 2019."""
    world, lpr2 = World(root, range(2017, 2021), snapshots=[2016, 2017, 2018, 2019]), Lpr2()
    for pnr in CITIZENS:
        world.citizen(pnr)
    contacts(lpr2)
    lpr2.deliver(world, files)
    world.contact("lpr3", "2019-03-01 08:00", "2019-03-01 09:00", **columns)
    world.study("lpr2", [{"pnr": pnr, "start_year": 2018} for pnr in CITIZENS], years_after=1)
    return world


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, str]:
    """The world, and what its run warned of."""
    world = written(tmp_path_factory.mktemp("lpr2"), LPRINDBERETNINGSSYSTEM="LPR3")
    for year in (2018, 2019):
        start, end = f"{year}-05-01 08:00", f"{year}-05-02 20:00"
        world.contact("lpr2_in_lpr_a", start, end, LPRINDBERETNINGSSYSTEM="LPR2")
    as_numbers = world.further["lpr_adm2017"].with_columns(pl.col("C_PATTYPE", "C_SPEC").cast(pl.Float64))
    world.further["lpr_adm2017"] = as_numbers
    world.write()
    return world, world.make()


@pytest.fixture(scope="module")
def world(made: tuple[World, str]) -> World:
    return made[0]


def hospital(world: World, pnr: str, kind: str = "somatik") -> list[Use]:
    """Admissions, bed days and visits by period."""
    return [world.used(pnr, f"{kind}_{measure}") for measure in MEASURES]


def register(world: World, name: str) -> pl.DataFrame:
    path = world.root / "store" / "registers" / name
    return pl.read_parquet(path / "*.parquet" if path.is_dir() else f"{path}.parquet")


NOTHING: list[Use] = [{}, {}, {}]


def test_an_inpatient_is_admitted(world: World) -> None:
    """§ 4 LPR2.2: bed days up to, not including, the last; at least the first."""
    assert hospital(world, "admitted") == [{0: 1}, {0: 4}, {}]
    assert hospital(world, "left_the_day_it_came") == [{0: 1}, {0: 1}, {}]


def test_who_is_moved_is_not_admitted_twice(world: World) -> None:
    """§ 4 LPR2.2: 1 to 8 March."""
    assert hospital(world, "moved") == [{0: 1}, {0: 7}, {}]


def test_bed_days_over_new_year_2019_stand_in_their_years(world: World) -> None:
    """§ 4 LPR2: the contact is in the file of 2019, and LPR2's: it began in 2018."""
    assert hospital(world, "new_year") == [{0: 1}, {0: 2, 1: 2}, {}]


def test_an_emergency_is_a_visit_on_the_date_it_starts(world: World) -> None:
    """§ 4 LPR2.3."""
    assert hospital(world, "emergency") == [{}, {}, {0: 1}]


def test_an_outpatient_s_visits_are_dates_of_lpr_bes(world: World) -> None:
    """§ 4 LPR2.3: the contact is in the file of 2018, its visits in those of 2017 and 2018."""
    assert hospital(world, "visits") == [{}, {}, {-1: 2, 0: 1}]
    assert hospital(world, "no_visits") == NOTHING


def test_a_visit_may_be_in_another_year_s_file(world: World) -> None:
    """§ 4 LPR2.3: on its own date, whichever file it is in, and though its contact ended later."""
    assert hospital(world, "another_year_s_file") == [{}, {}, {-1: 1, 1: 1}]


def test_visits_of_one_date_are_one(world: World) -> None:
    """§ 4 LPR2.3: twice on 1 March, and an emergency."""
    assert hospital(world, "one_date") == [{}, {}, {0: 1}]


def test_psychiatric_by_specialty(world: World) -> None:
    """§ 4 LPR2.1."""
    assert hospital(world, "by_specialty", "psykiatri") == [{0: 1}, {0: 4}, {0: 1}]
    assert hospital(world, "by_specialty") == NOTHING
    assert hospital(world, "children_s_psychiatry", "psykiatri") == [{}, {}, {0: 1}]


def test_psychiatric_by_register(world: World) -> None:
    """§ 4 LPR2.1: whatever the specialty; visits of PSYK_ADM's contacts are in LPR_BES too."""
    assert hospital(world, "by_register", "psykiatri") == [{0: 1}, {0: 4}, {-1: 1, 0: 1}]
    assert hospital(world, "by_register") == NOTHING


def test_contacts_that_begin_after_lpr2_are_not_lpr2_s(world: World) -> None:
    """§ 4 LPR2: neither they nor their visits count."""
    assert hospital(world, "of_lpr3_s_time") == NOTHING


def test_lpr_a_kontakt_counts_lpr3_alone(made: tuple[World, str]) -> None:
    """§ 4 LPR.6: of contacts reported to LPR2 those before 2019 are read from LPR2, and those after are told of."""
    world, warned = made
    assert hospital(world, "lpr2_in_lpr_a", "psykiatri") == NOTHING
    assert hospital(world, "lpr3", "psykiatri") == [{}, {}, {1: 1}]
    assert "LPR_A_KONTAKT: 1 contacts from 2019-01-01 on were not reported to LPR3" in warned


def test_an_admission_without_an_end_is_set_aside_and_an_open_outpatient_s_visits_count(world: World) -> None:
    """§ 4 LPR2."""
    assert hospital(world, "open") == NOTHING
    assert hospital(world, "still_visited") == [{}, {}, {0: 1}]
    assert hospital(world, "backwards") == NOTHING
    assert world.set_aside("lpr_adm") == {"open_contact": 2, "end_before_start": 1}


def test_other_kinds_of_patient_are_unmapped_codes(made: tuple[World, str]) -> None:
    """§ 4 LPR2.4."""
    world, warned = made
    assert hospital(world, "day_patient") == NOTHING
    assert world.unmapped("lpr2") == {("1", 2018): 1, ("(none)", 2018): 1}
    assert "LPR2 has codes that the catalogue does not map: (none), 1" in warned


def test_a_visit_whose_contact_nobody_has_or_several_have_is_set_aside(world: World) -> None:
    """§ 4 LPR2.5: whose it is would be a guess. The contacts themselves stay."""
    assert world.set_aside("lpr_bes") == {"unknown_contact": 2, "ambiguous_contact": 1}
    assert hospital(world, "shares") == hospital(world, "shares_too") == NOTHING
    assert register(world, "lpr_adm").filter(recnum=SHARED).height == 2


def test_a_contact_that_is_in_two_files_is_one_citizen_s(world: World) -> None:
    """§ 4 LPR2.5: LPR_ADM has what was open at the end of one year in the next year's file again."""
    assert hospital(world, "in_two_files") == [{}, {}, {-1: 1}]


def test_no_recnum_is_taken_for_a_pnr(world: World) -> None:
    """§ 1.1: the key has the citizens, and nobody else."""
    key = pl.read_parquet(world.root / "store" / "person_key.parquet")
    assert set(key["pnr"]) == {*CITIZENS, FILLER}
    assert register(world, "lpr_bes").columns == ["person", "recnum", "start"]


def test_codes_as_numbers_get_their_zeros_back(world: World) -> None:
    """Of 2017 C_SPEC and C_PATTYPE are delivered as numbers: 8 is specialty 08."""
    of_2017 = pl.read_parquet(world.root / "store" / "registers" / "lpr_adm" / "2017.parquet")
    assert (set(of_2017["spec"]), set(of_2017["pattype"])) == ({"08"}, {OUTPATIENT})


def test_lpr2_and_lpr_a_kontakt_cover_one_after_the_other(made: tuple[World, str]) -> None:
    """§ 3.2: LPR2 the years that its registers cover alike, LPR_A_KONTAKT from the year after; no year twice."""
    world, warned = made
    store = world.root / "store" / "coverage"
    own = pl.concat([pl.read_parquet(store / f"{name}.parquet") for name in ("lpr2", "lpr_a_kontakt")])
    spans = [(str(start), str(end)) for start, end in own.select("start", "end").rows()]
    assert spans == [*((f"{y}-01-01", f"{y}-12-31") for y in (2016, 2017, 2018)), ("2019-01-01", "2020-12-31")]
    assert set(own["kind"]) == {"span"}
    assert hospital(world, "none") == NOTHING
    assert "hospital use before and after 1 January 2019" in warned
    measured = pl.read_parquet(world.root / "store" / "population" / "measured.parquet")
    hospitals = measured.filter(pl.col("service") == "somatik_ambulant", pl.col("measured"))
    assert hospitals["year"].to_list() == [2016, 2017, 2018, 2019, 2020]


def test_the_population_uses_what_lpr2_tells(world: World) -> None:
    """§ 8: admissions of 2018 are those of LPR2."""
    use = pl.read_parquet(world.root / "store" / "population" / "use.parquet").filter(year=2018)
    admitted = use.filter(service="somatik_indlaeggelse")["quantity"].sum()
    assert admitted == sum(hospital(world, pnr)[0].get(0) or 0 for pnr in CITIZENS) == 4


def test_a_year_without_its_files_is_not_measured(tmp_path: Path) -> None:
    """§ 3.2: neither register covers 2017, and use of it is null; the files of 2019 are missed."""
    world = written(tmp_path, files=range(2018, 2019), LPRINDBERETNINGSSYSTEM="LPR3")
    world.write()
    warned = world.make()
    assert hospital(world, "admitted") == [{-1: None, 0: 1}, {-1: None, 0: 4}, {-1: None}]
    assert hospital(world, "new_year") == [{-1: None}, {-1: None}, {-1: None}]
    for name in ("LPR_ADM", "LPR_BES"):
        assert f"{name} ends in 2018: contacts that ended later" in warned


def test_lpr2_may_be_read_to_its_own_end(tmp_path: Path) -> None:
    """§ 4 LPR2: with `lpr2_last_year` 2019 each contact of 2019 counts once, by the system it was reported to."""
    world = written(tmp_path, LPRINDBERETNINGSSYSTEM="LPR3")
    shipped = pl.read_csv(LIMITS)
    later = pl.when(pl.col("limit") == "lpr2_last_year").then(pl.lit("2019")).otherwise(pl.col("value").cast(pl.String))
    world.overlay("limits.csv", shipped.with_columns(later.alias("value")).to_dicts())
    world.write()
    world.make()
    assert hospital(world, "of_lpr3_s_time") == [{1: 1}, {1: 2}, {1: 1}]
    assert hospital(world, "lpr3", "psykiatri") == [{}, {}, {1: 1}]
    assert hospital(world, "none") == NOTHING


def test_without_lpr2_every_contact_of_lpr_a_kontakt_counts(tmp_path: Path) -> None:
    """§ 4 LPR.6: whatever system it was reported to."""
    world = written(tmp_path, LPRINDBERETNINGSSYSTEM="LPR3")
    world.contact("lpr2_in_lpr_a", "2018-05-01 08:00", "2018-05-01 09:00", LPRINDBERETNINGSSYSTEM="LPR2")
    world.further.clear()
    world.write()
    world.make()
    assert hospital(world, "lpr2_in_lpr_a", "psykiatri") == [{}, {}, {0: 1}]
    assert hospital(world, "admitted") == NOTHING


def without(register: str) -> Callable[[World], None]:
    def leave_out(world: World) -> None:
        world.further = {file: frame for file, frame in world.further.items() if not file.startswith(register)}

    return leave_out


def nothing_of_lpr3(world: World) -> None:
    world.lpr = [row | {"LPRINDBERETNINGSSYSTEM": "lpr_tre"} for row in world.lpr]


def not_told(world: World) -> None:
    for row in world.lpr:
        row.pop("LPRINDBERETNINGSSYSTEM", None)


STOPS: dict[str, tuple[Callable[[World], None], tuple[str, ...]]] = {
    "LPR_ADM is missing": (without("lpr_adm"), ("PSYK_ADM and LPR_BES without LPR_ADM", "deliver LPR_ADM too")),
    "LPR_BES is missing": (without("lpr_bes"), ("without LPR_BES", "take LPR_ADM and PSYK_ADM out")),
    "PSYK_ADM is missing": (without("psyk_adm"), ("without PSYK_ADM", "deliver PSYK_ADM too")),
    "nothing tells LPR2's contacts from LPR3's": (not_told, ("lpr_a_kontakt2020", "LPRINDBERETNINGSSYSTEM")),
    "no contact is LPR3's": (nothing_of_lpr3, ("no contact of LPR_A_KONTAKT was reported to LPR3",)),
}


@pytest.mark.parametrize("case", STOPS)
def test_what_stops_a_run_and_how_to_mend_it(tmp_path: Path, case: str) -> None:
    change, told = STOPS[case]
    world = written(tmp_path, LPRINDBERETNINGSSYSTEM="LPR3")
    change(world)
    world.write()
    done = world.run_here(check=False)
    assert done.exit_code == DeliveryError.exit_code
    said = " ".join(done.output.split())
    for words in told:
        assert words in said
    assert not (world.root / "store" / "spells" / "lpr_a_kontakt.parquet").exists()
