"""Where a released figure comes from: its rules, prices, payer rules, codes and registers, from the release alone."""

from __future__ import annotations

import io
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from click.testing import Result
from dagster_world import PNRS, ran_small_world
from rich.console import Console
from test_docs import rules as method_rules
from typer.testing import CliRunner
from world import released

import cli
from catalogue.codes import code_rows
from catalogue.reader import read_catalogue
from expectations.contracts.deliveries import ALWAYS
from reports.cells import WrongCellError, find
from reports.explain import explain_json, explain_screen
from reports.rules import RULES
from reports.sources import SCHEMAS, read_tables
from reports.tables import Line
from reports.trace import trace

CATALOGUE = read_catalogue().measured_in(ALWAYS)
SECTIONS = {
    "n_citizens": ["1.4", "2", "3.3", "7.2"],
    "share_users": ["1.4", "2", "3.3", "4", "6", "7.2"],
    "mean_quantity": ["1.4", "2", "3.3", "4", "6", "7.2"],
    "mean_cost": ["1.4", "2", "3.3", "4", "5.1", "6", "7.2"],
    "mean_cost_stat": ["1.4", "2", "3.3", "4", "5.1", "5.3", "6", "7.2"],
}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of releases of a world, moved to where there is no store."""
    world = ran_small_world(tmp_path_factory.getbasetemp(), tmp_path_factory.mktemp("explained"))
    alone = tmp_path_factory.mktemp("alone") / "release"
    shutil.move(world.root / "release", alone)
    return alone


def explain(release: Path, cell: str, *more: str) -> Result:
    arguments = ["explain", "--study", "one", "--release", str(release), "--cell", cell, *more]
    return CliRunner().invoke(cli.app, arguments)


def told(release: Path, cell: str, *more: str) -> dict:
    done = explain(release, cell, *more, "--format", "json")
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


@pytest.mark.parametrize("column", SECTIONS)
def test_a_service(release: Path, column: str) -> None:
    found = told(release, f"period=0,service=foertidspension,column={column}")
    assert found["cell"]["area"] == "overfoerselsindkomst"
    assert (found["n_study"], found["n_citizens"]) == (6, 6)
    assert [rule["section"] for rule in found["rules"]] == SECTIONS[column]
    assert [row["register"] for row in found["registers"]] == (["bef", "dream"])
    of_cost = "cost" in column
    assert [row["service"] for row in found["prices"]] == ["foertidspension"] * of_cost
    assert [row["kommune"] for row in found["payer_rules"]] == [0.8] * of_cost
    codes = {row["code"] for row in found["codes"]}
    assert codes == (set() if column == "n_citizens" else {"781", "783"})


def test_the_figure_is_the_released_one(release: Path) -> None:
    table = pl.read_parquet(released(release, "one") / "cost_table.parquet")
    for row in table.filter(group_by="alle", period=0).iter_rows(named=True):
        line = "".join(f",{key}={row[key]}" for key in ("area", "service") if row[key])
        found = told(release, f"period=0{line},column=mean_cost")
        assert found["value"] == row["mean_cost"]
        assert found["withheld"] == (row["withheld"] and row["mean_cost"] is None)


def test_a_hospital_service_rests_on_limits_and_specialties(release: Path) -> None:
    found = told(release, "service=psykiatri_sengedag,column=mean_quantity")
    (rule,) = [rule for rule in found["rules"] if rule["section"] == "4"]
    assert "4 hours" in rule["text_en"]
    assert "12 timer" in rule["text_da"]
    assert {row["code"] for row in found["codes"]} == set(CATALOGUE.psychiatric_specialties["specialty"])


def test_an_area_and_the_total_rest_on_all_their_services(release: Path) -> None:
    area = told(release, "area=sundhed,column=mean_cost")
    assert {row["service"] for row in area["prices"]} == {
        "somatik_sengedag", "somatik_ambulant", "psykiatri_sengedag", "psykiatri_ambulant",
    }  # fmt: skip
    assert [row["register"] for row in area["registers"]] == ["bef", "lpr_a_kontakt"]
    total = told(release, "column=mean_cost")
    assert (total["cell"]["area"], total["cell"]["service"]) == (None, None)
    priced = CATALOGUE.unit_prices.join(CATALOGUE.services, on="service", how="semi")
    assert {row["service"] for row in total["prices"]} == set(priced["service"])
    assert "measured for all" in str(total["rules"])
    assert "107" in {row["code"] for row in total["codes"]}


def test_the_population_has_rules_of_its_own(release: Path) -> None:
    found = told(release, "group_by=befolkning_standardiseret,area=sundhed,column=mean_cost")
    assert found["rules"][0]["section"] == "8.7"


def test_a_municipality_is_found_by_its_group(release: Path) -> None:
    found = told(release, "group=101,service=foertidspension,column=mean_cost")
    assert (found["cell"]["group_by"], found["cell"]["group"]) == ("kommune", "101")
    assert found["value"] == told(release, "service=foertidspension,column=mean_cost")["value"]


def test_a_withheld_figure_shows_the_marker_and_why_figures_are_withheld(release: Path) -> None:
    table = pl.read_parquet(released(release, "one") / "cost_table.parquet")
    row = table.filter("withheld", pl.col("service").is_not_null()).row(0, named=True)
    cell = f"group_by={row['group_by']},group={row['group']},period=0,service={row['service']},column=mean_cost"
    done = explain(release, cell)
    assert done.exit_code == 0
    assert re.search(r"tal / figure +skjult / withheld", done.output)
    assert "fewer than 5 citizens" in done.output
    found = told(release, cell)
    assert (found["value"], found["withheld"]) == (None, True)


def test_what_is_not_priced_says_so(release: Path) -> None:
    found = told(release, "service=ordinaer_beskaeftigelse,column=mean_cost")
    assert found["value"] is None
    assert "Not priced" in [rule["heading_en"] for rule in found["rules"]]
    assert "783" in {row["code"] for row in told(release, "service=ordinaer_beskaeftigelse,column=n_users")["codes"]}


def test_the_way_from_the_list(release: Path) -> None:
    found = told(release, "step=received,column=n", "--table", "participant_flow")
    assert found["value"] == len(PNRS)
    assert [rule["section"] for rule in found["rules"]] == ["1.5", "7.2"]
    assert not found["codes"]


def test_the_screen_is_danish_with_english(release: Path) -> None:
    said = explain(release, "service=foertidspension,column=mean_cost").output
    for part in ("Førtidspension / Disability pension", "84.410,11", "§ 5.1", "omkostning = forbrug", "2022", "0,8000"):
        assert part in said


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("service=foertidspensoin,column=mean_cost", "foertidspension"),
        ("service=foertidspension,column=mean_costs", "mean_cost"),
        ("service=foertidspension", "mean_cost"),
        ("period=9,service=foertidspension,column=mean_cost", "0"),
        ("servce=foertidspension,column=mean_cost", "service"),
        ("foertidspension", "column="),
        ("area=sundhed,service=foertidspension,column=mean_cost", "no row"),
        ("group_by=gruppe,column=mean_cost", "kommune"),
    ],
)
def test_a_wrong_cell_says_what_there_is(release: Path, cell: str, says: str) -> None:
    done = explain(release, cell)
    assert done.exit_code == 2
    assert says in re.sub(r"[\s│]+", " ", done.output)


def test_more_than_one_row_is_no_cell(release: Path) -> None:
    done = explain(release, "column=n", "--table", "participant_flow")
    assert done.exit_code == 2
    assert "set_aside" in done.output or "received" in done.output
    assert explain(release, "column=n", "--table", "flow").exit_code == 2


def test_a_release_is_read_back_as_it_was_written(release: Path) -> None:
    tables = read_tables(released(release, "one"))
    assert tables.codes.equals(code_rows(CATALOGUE))
    assert tables.limits.equals(CATALOGUE.limits)
    assert tables.services.equals(CATALOGUE.services)
    assert tables.profile == CATALOGUE.profile("sds")
    assert {name: getattr(tables, name).schema for name in SCHEMAS} == SCHEMAS


def test_a_change_is_told_with_its_interval(release: Path) -> None:
    tables = read_tables(released(release, "one"))
    line = Line("overfoerselsindkomst", "foertidspension")
    came_from = trace(tables, line, "change_cost_low", table="changes")
    assert [rule.section for rule in came_from.rules][-4:] == ["9.1", "9.2", "9.7", "7.2"]
    assert "9.2" not in [rule.section for rule in trace(tables, line, "change_cost", table="changes").rules]
    mean = trace(tables, line, "mean_cost_kommune_low", table="mean_intervals")
    assert [rule.section for rule in mean.rules][-4:] == ["5.3", "6", "9.6", "7.2"]
    assert {"5.3", "9.6"}.isdisjoint(rule.section for rule in trace(tables, line, "mean_cost").rules)
    assert "5.3" not in [rule.section for rule in trace(tables, line, "mean_cost_low", table="mean_intervals").rules]
    by_employment = trace(tables, line, "mean_cost", table="employment_table", group_by="beskaeftigelse")
    assert "10.1" in [rule.section for rule in by_employment.rules]
    assert came_from.prices
    assert not trace(tables, Line(), "n", table="characteristics").prices
    anchored = replace(tables, study=replace(tables.study, mode="anchored"))
    assert "course" in str(trace(anchored, line, "mean_cost").rules)


def test_cells_of_the_other_tables(release: Path) -> None:
    """Their keys are left out where one row is meant, and asked for where more are."""
    tables = read_tables(released(release, "one"))
    areas = tables.cost_table.filter(pl.col("service").is_null(), group_by="alle")
    by_months = [areas.with_columns(group_by=pl.lit("beskaeftigelse"), group=pl.lit(g)) for g in ("0", "12")]
    citizens = pl.DataFrame(
        {
            "characteristic": ["koen", "koen"],
            "category": ["1", "2"],
            "n": [6, None],
            "share": [1.0, None],
            "withheld": [False, True],
        }
    )
    tables = replace(tables, employment_table=pl.concat(by_months), characteristics=citizens)
    assert find(tables, "group=12,column=mean_cost", "employment_table").row["group"] == "12"
    with pytest.raises(WrongCellError, match="group: 0, 12"):
        find(tables, "area=sundhed,column=mean_cost", "employment_table")
    hidden = find(tables, "category=2,column=n", "characteristics")
    assert (hidden.value, hidden.withheld, hidden.line) == (None, True, Line())
    screen = io.StringIO()
    Console(file=screen, width=100).print(explain_screen(tables, hidden))
    assert "skjult / withheld" in screen.getvalue()
    assert explain_json(tables, hidden)["cell"] == {"characteristic": "koen", "category": "2"}


def test_every_rule_cites_a_section_of_the_method() -> None:
    known = method_rules()
    assert {rule.section for rule in RULES.values()} <= known
    assert {"1.4", "3.3", "5.1"} <= known


def test_no_citizen_is_told(release: Path) -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in release.rglob("*.json"))
    assert "foertidspension" in text
    assert not [pnr for pnr in PNRS if pnr in text]
