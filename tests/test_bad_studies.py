"""Studies, lists and catalogues that cannot be used: what is wrong, where it stands and how to mend it."""

from __future__ import annotations

import pytest
from attempts import PNRS, attempt, refused, study_file
from world import World

from faults import CatalogueError, StudyError

# Studies and lists


def test_every_wrong_key_of_a_study_is_told_at_once(sound_world: World) -> None:
    path = study_file(sound_world, mode="kalender", years_after=-1, price_year="2021", colour="red", title_da=None)
    said = refused(
        sound_world.root, StudyError, path, "`mode`", "calendar or anchored", "`years_after`", "`price_year`"
    )
    assert "colour" in said
    assert "title_da" in said
    assert said.count("mend:") == 5


def test_a_study_whose_list_is_not_there(sound_world: World) -> None:
    path = study_file(sound_world, participants="borte.csv")
    refused(sound_world.root, StudyError, path, sound_world.root / "studies" / "borte.csv")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"borger;start_year\n{PNRS[0]};2021\n", ["`pnr`"]),
        (f"borger;slut\n{PNRS[0]};2021\n", ["`pnr`", "start_date", "start_year"]),
        ("pnr;start_year\n", ["no participants"]),
        ("", ["empty"]),
    ],
    ids=["no pnr", "no pnr and no start", "no rows", "no bytes"],
)
def test_a_list_that_cannot_be_used(sound_world: World, text: str, told: list[str]) -> None:
    path = sound_world.root / "studies" / "trial.csv"
    path.write_text(text)
    refused(sound_world.root, StudyError, path, *told)


def test_a_workbook_that_is_none(sound_world: World) -> None:
    (sound_world.root / "studies" / "trial.xlsx").write_bytes(b"PK not a workbook")
    study_file(sound_world, participants="trial.xlsx")
    refused(sound_world.root, StudyError, "trial.xlsx")


def test_an_anchored_study_without_dates_has_nobody(sound_world: World) -> None:
    """Its list has start years only: every row is set aside, which must not look like a table of nobody."""
    study_file(sound_world, mode="anchored")
    refused(sound_world.root, StudyError, "study base", sound_world.root / "studies" / "trial.csv")


def test_a_profile_that_nobody_made_is_told_before_any_work(sound_world: World) -> None:
    path = study_file(sound_world, profile="sdss")
    refused(sound_world.root, StudyError, "'sdss'", f"{path}, key `profile`", "dst, sds, strict")
    assert not (sound_world.root / "store").exists()


def test_an_unknown_profile_does_not_hide_other_faults(sound_world: World) -> None:
    study_file(sound_world, profile="sdss", participants="borte.csv")
    refused(sound_world.root, StudyError, "borte.csv")
    study_file(sound_world, profile="sdss", participants="trial.csv")
    (sound_world.root / "studies" / "trial.csv").write_text("borger\n1\n")
    refused(sound_world.root, StudyError, "'sdss'", "`pnr`")


# The catalogue


def test_faults_of_the_catalogue_are_told_at_once(sound_world: World) -> None:
    row = {"service": "su", "year": 2021, "price": "meget", "status": "guessed", "source": ""}
    sound_world.overlay("unit_prices.csv", [row])
    sound_world.overlay("limits.csv", [{"limit": "admission_hours", "value": "tolv", "unit": "hours", "source": "x"}])
    refused(sound_world.root, CatalogueError, "`price`", "`status`", "`source`", "unit_prices.csv", "limits.csv")


def test_a_limit_that_is_missing_is_named(sound_world: World) -> None:
    sound_world.overlay("limits.csv", [{"limit": "admission_hours", "value": 12, "unit": "hours", "source": "x"}])
    ended = attempt(sound_world.root)
    assert ended.code == CatalogueError.exit_code
    assert "stay_gap_hours" in ended.said
