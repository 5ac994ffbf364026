"""Damaged lists of participants: what is caught, where it is shown, and that nothing else changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest
from damage_asserts import assert_evaluated, changed_files, gravest, ids_in
from damage_runs import STUDY, command, copy_of, plain, run
from damage_world import PARTICIPANTS, Change

from expectations.findings import read_findings
from expectations.states import read_states
from faults import StudyError

LIST = "trial.csv"
OF_A_STUDY = (
    "participants", "participant_flow", "periods", "use", "use_outside_population", "costs", "cost_table",
    "employment_table", "changes", "mean_intervals", "characteristics", "before_start", "quarantine/participants",
)  # fmt: skip


@dataclass(frozen=True)
class Damage:
    """What is `done` to the study's folder; the checks that then warn, or the words of the error; rows set aside."""

    name: str
    done: Callable[[Path], object]
    told: tuple[str, ...] = ()
    refused: bool = False
    warns: tuple[str, ...] = ()
    aside: dict[str, int] = field(default_factory=dict)
    found: int = PARTICIPANTS


def listed(how: Change, form: str = "utf-8") -> Callable[[Path], object]:
    """The list as `how` leaves it, as CSV."""

    def doing(studies: Path) -> None:
        rows = how(pl.read_csv(studies / LIST, separator=";", infer_schema=False))
        (studies / LIST).write_bytes(rows.write_csv(separator=";").encode(form))

    return doing


def text(said: bytes) -> Callable[[Path], object]:
    return lambda studies: (studies / LIST).write_bytes(said)


def in_excel(studies: Path) -> None:
    """The list as a workbook, in which PNRs are numbers."""
    rows = pl.read_csv(studies / LIST, separator=";", schema_overrides={"pnr": pl.Int64, "start_year": pl.Int64})
    rows.write_excel(studies / "trial.xlsx")
    (studies / LIST).unlink()
    study = studies / "trial.yaml"
    study.write_text(study.read_text(encoding="utf-8").replace(LIST, "trial.xlsx"), encoding="utf-8")


def cut_workbook(studies: Path) -> None:
    in_excel(studies)
    whole = (studies / "trial.xlsx").read_bytes()
    (studies / "trial.xlsx").write_bytes(whole[: len(whole) // 2])


def first(n: int, column: str, value: str) -> Change:
    """The first rows with another value."""
    return lambda rows: rows.with_columns(
        pl.when(pl.int_range(pl.len()) < n).then(pl.lit(value)).otherwise(column).alias(column)
    )


def of_another_series(n: int) -> Change:
    """The first PNRs pseudonymised with another key."""
    other = pl.when(pl.int_range(pl.len()) < n).then("9" + pl.col("pnr").str.slice(1)).otherwise("pnr")
    return lambda rows: rows.with_columns(pnr=other)


DAMAGES = [
    Damage("no bytes", text(b""), (LIST, "empty"), refused=True),
    Damage("a header alone", text(b"pnr;start_year\n"), (LIST, "no participants"), refused=True),
    Damage("a register under its name", text(b"PAR1\0\0\0PAR1"), (LIST, "not text"), refused=True),
    Damage("PNR gone", listed(lambda rows: rows.drop("pnr")), (LIST, "`pnr`"), refused=True),
    Damage("starts gone", listed(lambda rows: rows.drop("start_year")), (LIST, "`start_date`"), refused=True),
    Damage("a workbook cut short", cut_workbook, ("trial.xlsx",), refused=True),
    Damage("PNRs of another series", listed(of_another_series(PARTICIPANTS)),
           ("study base", "not_in_population"), refused=True),
    Damage("a third with PNRs of nobody", listed(of_another_series(20)), warns=("found_in_bef",), found=40),
    Damage("many years that do not exist", listed(first(12, "start_year", "20211")),
           warns=("list_set_aside",), aside={"invalid_date": 12}, found=48),
    Damage("all twice", listed(lambda rows: pl.concat([rows, rows])),
           warns=("list_set_aside",), aside={"duplicate_participant": 60}),
    Damage("PNRs as numbers in a workbook", in_excel),
    Damage("Latin-1, with a column that is not read",
           listed(lambda rows: rows.with_columns(pl.lit("Ærø").alias("sted")), "latin-1")),
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.name)
def test_damage(clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Damage) -> None:
    plain(monkeypatch)
    damage.done(copy_of(clean, tmp_path) / "studies")
    ended = run(tmp_path, (STUDY,))
    assert ended.code == (StudyError.exit_code if damage.refused else 0), ended.failure
    said = "\n".join([ended.failure, *ended.warnings])
    assert not [words for words in damage.told if words not in said], said
    assert not ids_in(said)
    changed = {path for path in changed_files(clean, tmp_path) if "/checks/" not in path and "person_key" not in path}
    if damage.refused:
        assert not {path for path in changed if not path.startswith(("store/participant", "store/quarantine/part"))}
        return
    findings = [one for one in read_findings(read_states(tmp_path / "store")) if one.state == "failed"]
    assert {one.check.name for one in findings} == set(damage.warns)
    assert all(one.warns for one in findings)
    screen = command("quality", tmp_path)
    assert screen.exit_code == 0
    for name, one in gravest(findings).items():
        assert_evaluated(ended.instance, name, one)
        assert one.check.title_da in said
        assert one.check.title_da in screen.output
    made = tuple(f"store/{table}/trial." for table in OF_A_STUDY)
    assert not {path for path in changed if not path.startswith((*made, "release/trial/"))}
    aside = pl.read_parquet(tmp_path / "store" / "quarantine" / "participants" / "trial.parquet")
    assert dict(aside.group_by("reason").len().iter_rows()) == damage.aside
    base = pl.read_parquet(tmp_path / "store" / "participants" / "trial.parquet").filter("in_study_base")
    assert base.height == damage.found
    if not damage.warns:
        assert not changed - {"release/trial/trial.xlsx"}
