"""Study files: keys, types, defaults, and faults that say how to mend them."""

from pathlib import Path

import pytest

from deliveries.studies import Study, read_studies, read_study
from faults import StudyError

GOOD = {"id": "aaben_dialog", "title_da": "Åben Dialog", "participants": "lists/a.csv", "price_year": 2022}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "a.csv").write_text("pnr;start_year\n1;2018\n")
    return tmp_path


def put(folder: Path, name: str = "study.yaml", **keys) -> Path:
    lines = [f"{key}: {value}" for key, value in (GOOD | keys).items() if value is not None]
    path = folder / name
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def refused(read, path: Path) -> list[str]:
    with pytest.raises(StudyError) as caught:
        read(path)
    return [str(fault) for fault in caught.value.faults]


def test_defaults(folder: Path) -> None:
    path = put(folder)
    assert read_study(path) == Study(
        id="aaben_dialog",
        title_da="Åben Dialog",
        title_en="Åben Dialog",
        participants=folder / "lists" / "a.csv",
        mode="calendar",
        years_before=1,
        years_after=2,
        price_year=2022,
        path=path,
    )


def test_every_key(folder: Path) -> None:
    study = read_study(put(folder, title_en="Open Dialogue", mode="anchored", years_before=5, years_after=0))
    assert (study.title_en, study.mode, study.years_before, study.years_after) == ("Open Dialogue", "anchored", 5, 0)


@pytest.mark.parametrize("ages", [(18, 64), (0, 120), (40, 40)])
def test_the_ages_compared_with(folder: Path, ages: tuple[int, int]) -> None:
    assert read_study(put(folder, comparison_ages=list(ages))).comparison_ages == ages
    assert read_study(put(folder)).comparison_ages is None


def test_age_bands_and_look_backs(folder: Path) -> None:
    study = read_study(put(folder, age_bands=[51, 61, 71], look_back={"misbrugsbehandling": [-3, -1]}))
    assert study.age_bands == (51, 61, 71)
    assert study.look_back == {"misbrugsbehandling": (-3, -1)}
    plain = read_study(put(folder))
    assert (plain.age_bands, plain.look_back) == (None, {})


def test_participants_are_relative_to_the_file_and_may_be_absolute(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder)
    put(folder, "b.yml", id="b", participants=folder / "lists" / "a.csv")
    monkeypatch.chdir(folder.parent)
    studies = read_studies(Path(folder.name))
    assert {study.participants for study in studies} == {folder / "lists" / "a.csv"}
    assert all(study.path.is_absolute() for study in studies)


def test_studies_are_sorted_by_id(folder: Path) -> None:
    for name, key in (("1.yaml", "c"), ("2.yml", "a"), ("3.YAML", "b")):
        put(folder, name, id=key)
    (folder / "README.md").write_text("no study")
    assert [study.id for study in read_studies(folder)] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("id", "Åben", "a-z"),
        ("id", "a/b", "a-z"),
        ("id", "2018", "a-z"),
        ("title_da", "''", "text"),
        ("title_da", "true", "text"),
        ("title_en", "[a]", "text"),
        ("participants", "3", ".csv or .xlsx"),
        ("participants", "lists/gone.csv", "relative"),
        ("participants", "lists", "relative"),
        ("mode", "kalender", "calendar or anchored"),
        ("years_before", "true", "0 to 10"),
        ("years_before", "-1", "0 to 10"),
        ("years_after", "11", "0 to 10"),
        ("years_after", "2.0", "0 to 10"),
        ("years_after", "", "0 to 10"),
        ("price_year", "'2022'", "1990 to 2100"),
        ("price_year", "1989", "1990 to 2100"),
        ("price_year", "2101", "1990 to 2100"),
        ("comparison_ages", "18", "[18, 64]"),
        ("comparison_ages", "[18]", "[18, 64]"),
        ("comparison_ages", "[18, 40, 64]", "[18, 64]"),
        ("comparison_ages", "[64, 18]", "[18, 64]"),
        ("comparison_ages", "[-1, 64]", "from 0 to 120"),
        ("comparison_ages", "[18, 121]", "from 0 to 120"),
        ("comparison_ages", "[true, 64]", "whole years"),
        ("comparison_ages", "['18', 64]", "whole years"),
        ("comparison_ages", "18-64", "[18, 64]"),
        ("comparison_ages", "", "[18, 64]"),
        ("age_bands", "51", "[51, 61, 71]"),
        ("age_bands", "[]", "[51, 61, 71]"),
        ("age_bands", "[61, 51]", "rising"),
        ("age_bands", "[51, 51]", "rising"),
        ("age_bands", "[0, 51]", "from 1 to 120"),
        ("age_bands", "[51, 121]", "from 1 to 120"),
        ("age_bands", "[51.5]", "whole years"),
        ("look_back", "[-3, -1]", "{misbrugsbehandling: [-3, -1]}"),
        ("look_back", "{botilbud: -1}", "the first and the last period"),
        ("look_back", "{botilbud: [-1]}", "the first and the last period"),
        ("look_back", "{botilbud: [-1, -2]}", "the first and the last period"),
        ("look_back", "{botilbud: [-11, -1]}", "from -10 to -1"),
        ("look_back", "{botilbud: [-1, 0]}", "from -10 to -1"),
        ("look_back", "{1: [-2, -1]}", "categories"),
    ],
)
def test_a_wrong_value_names_key_file_and_what_is_allowed(folder: Path, key: str, value: str, allowed: str) -> None:
    path = put(folder, **{key: value})
    (message,) = refused(read_study, path)
    assert str(path) in message
    assert f"`{key}`" in message
    assert allowed in message


@pytest.mark.parametrize("key", ["id", "title_da", "participants", "price_year"])
def test_a_required_key_is_missed(folder: Path, key: str) -> None:
    (message,) = refused(read_study, put(folder, **{key: None}))
    assert f"`{key}` is missing" in message


def test_an_unknown_key_is_told_with_the_one_meant(folder: Path) -> None:
    (message,) = refused(read_study, put(folder, Years_befor=2))
    assert "`Years_befor`" in message
    assert "did you mean `years_before`?" in message
    assert "price_year" in message
    (message,) = refused(read_study, put(folder, xyz=2))
    assert "did you mean" not in message


def test_a_key_twice_is_refused(folder: Path) -> None:
    path = put(folder)
    path.write_text(path.read_text(encoding="utf-8") + "\nprice_year: 2023\n", encoding="utf-8")
    (message,) = refused(read_study, path)
    assert "`price_year`" in message


def test_all_faults_of_all_files_at_once(folder: Path) -> None:
    put(folder, "a.yaml", mode="x", price_year="x", wrong=1)
    put(folder, "b.yaml", id="b")
    put(folder, "c.yaml", id="b")
    put(folder, "d.yaml", participants="gone.csv")
    messages = refused(read_studies, folder)
    assert len(messages) == 5
    assert any(str(folder / "b.yaml") in message and str(folder / "c.yaml") in message for message in messages)


@pytest.mark.parametrize(
    "content",
    [
        b"id: [a\n",
        b"- id: a\n",
        b"",
        b"just text",
        b"id: \xc5ben\n",
        b"a: b: c\n",
        b"2020-13-45\n",
        b"? [a]\n: 1\n",
        b"\0",
    ],
)
def test_a_file_that_is_no_study(folder: Path, content: bytes) -> None:
    path = folder / "study.yaml"
    path.write_bytes(content)
    messages = refused(read_study, path)
    assert all(str(path) in message for message in messages)


def test_no_studies_says_how_to_add_one(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "gone"):
        (message,) = refused(read_studies, folder)
        assert str(folder) in message
        assert "participants" in message


def test_a_study_file_that_is_gone(tmp_path: Path) -> None:
    (message,) = refused(read_study, tmp_path / "gone.yaml")
    assert "gone.yaml" in message
