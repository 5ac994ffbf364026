"""The printed figures beside the demo's: what stands behind a row, when two figures agree, and what is refused."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from command import here
from rich.console import Console

from reports.printed import UNITS, figure, printed_screen, summary
from synthetic.printed import agrees, compared, printed_figures
from synthetic.printed import figure as chosen

TABLE = pl.DataFrame(
    {
        "group_by": ["alle", "alle", "alle", "befolkning"],
        "period": [-1, -1, 2, -1],
        "service": ["a", "b", "a", None],
        "mean": [1.5, 2.5, 8.0, 100.0],
    }
)


def row(**other: object) -> dict[str, object]:
    return {"printed": 60.0, "rounded_to": 1.0, "percent": None, "n": 64, **other}


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> pl.DataFrame:
    """The printed figures beside a demo of which every figure is 1."""
    monkeypatch.setattr("synthetic.printed.figure", lambda table, cell: 1.0)
    return compared(lambda table, study: pl.DataFrame())


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("group_by=alle,period=-1,service=a,column=mean", 1.5),
        ("group_by=alle,period=-1,service=a|b,column=mean", 4.0),
        ("group_by=alle,period=-1|2,column=mean", 6.0),  # of several periods the mean
        ("service=,column=mean", 100.0),
        ("group_by=alle", 3.0),
    ],
)
def test_a_cell_chooses_rows(cell: str, value: float) -> None:
    assert chosen(TABLE, cell) == value


def test_a_cell_that_chooses_no_row_is_an_error() -> None:
    with pytest.raises(ValueError, match="service=c"):
        chosen(TABLE, "service=c,column=mean")


@pytest.mark.parametrize(
    ("ours", "other", "answer"),
    [
        (59.5, {}, "yes"),
        (59.4, {}, "no"),
        (60.5, {}, "yes"),
        (60.51, {}, "no"),
        (7.05, {"printed": 7.1, "rounded_to": 0.1}, "yes"),
        (7.04, {"printed": 7.1, "rounded_to": 0.1}, "no"),
        (111_501.0, {"printed": 111_000.0, "rounded_to": 1000.0}, "no"),
        (34.0, {"printed": 34.0, "percent": 53}, "yes"),
        (34.0, {"printed": 34.0, "percent": 54}, "no"),
        (33.0, {"printed": 34.0, "percent": 53}, "no"),
        (None, {}, "no_data"),
    ],
)
def test_figures_agree_as_finely_as_they_are_printed(ours: float | None, other: dict, answer: str) -> None:
    assert agrees(row(**other), ours) == answer


def test_printed_figures_are_whole() -> None:
    rows = printed_figures()
    assert rows.height > 70
    assert rows.filter(pl.col("made_of").is_not_null() & pl.col("sum").is_not_null()).is_empty()
    assert rows["made_of"].is_null().eq(rows["cell"].is_null()).all()
    assert set(rows["unit"]) <= set(UNITS)
    needed = ("report", "table", "measure_da", "measure_en", "printed", "unit", "rounded_to")
    assert rows.select(needed).null_count().sum_horizontal().item() == 0
    assert rows["why_da"].is_null().eq(rows["why_en"].is_null()).all()
    untold = rows.filter(pl.col("made_of").is_null() & pl.col("sum").is_null())
    assert untold["why_en"].str.contains("no data in the registers").all()
    told = rows.filter(pl.col("cell").str.contains("period="))
    in_cell = told["cell"].str.extract(r"period=([^,]*)").str.replace_all("|", ", ", literal=True)
    assert in_cell.to_list() == told["period"].to_list()


def test_the_reports_contradict_themselves_where_their_own_figures_say_so(rows: pl.DataFrame) -> None:
    """Tabel 8.1: 62.6 hours at 346 kr. and 20 % overhead are 26,000 kr. and not 25,000; 43 less 36 is 7 and not 6."""
    told = rows.filter(basis="printed").select("printed", "ours", "agrees").rows()
    by_printed = {printed: (ours, agreed) for printed, ours, agreed in told}
    assert by_printed[26_000] == (pytest.approx(62.6 * 346 * 1.2), "yes")
    assert by_printed[25_000][1] == "no"
    assert by_printed[2_000] == (pytest.approx(1951.44), "yes")
    assert by_printed[294_400] == (pytest.approx(294_376.8), "yes")
    assert by_printed[457_200] == (457_200, "yes")
    assert (by_printed[7], by_printed[6]) == ((7, "yes"), (7, "no"))


def test_a_figure_is_told_with_its_share() -> None:
    told = row(printed=34.0, percent=53, ours=35.0)
    assert (figure(told, "printed"), figure(told, "ours")) == ("34 (53 %)", "35 (55 %)")
    assert figure(row(ours=25_991.52), "ours") == "25,991.52"
    assert figure(row(ours=None), "ours") == ""


def test_the_screen_tells_of_every_row_and_each_reason_once(rows: pl.DataFrame) -> None:
    console = Console(width=400, file=StringIO())
    console.print(printed_screen(rows), soft_wrap=True)
    said = console.file.getvalue()
    assert all(measure in said for measure in rows["measure_da"])
    reasons = rows["why_da"].drop_nulls().unique()
    assert [said.count(f"  {why} / ") for why in reasons] == [1] * len(reasons)
    assert said.count("nej / no") == rows.filter(agrees="no").height
    assert summary(rows) in said


def test_a_folder_without_a_demo_is_refused(tmp_path: Path) -> None:
    code, said = here("printed", "--folder", str(tmp_path))
    assert code == 6
    assert "the folder holds no demo" in said
    assert "forlob demo" in said


def test_a_demo_that_did_not_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "answers.json").write_text("[]")
    code, said = here("printed", "--folder", str(tmp_path))
    assert code == 6
    assert "no participant_flow" in said


def test_a_demo_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "answers.json").write_text("[]")
    (tmp_path / "store" / "participant_flow").mkdir(parents=True)
    flow = pl.DataFrame({"step": ["received"], "n": [907]})
    flow.write_parquet(tmp_path / "store" / "participant_flow" / "aaben_dialog.parquet")
    code, said = here("printed", "--folder", str(tmp_path))
    assert code == 6
    assert "another version" in said
