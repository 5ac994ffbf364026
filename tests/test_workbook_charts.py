"""The workbook's charts and its sheets of changes, months in work and citizens: figures of the release, and gaps."""

from __future__ import annotations

import re
import zipfile
from xml.etree import ElementTree

import openpyxl
import polars as pl
import pytest
from openpyxl.utils import range_boundaries
from reference.before_start import wilson
from released import AREAS, mean_intervals, release
from workbooks import rows_of, values_under, written

from reports.texts import TEXTS

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("charts")


@pytest.fixture(scope="module")
def workbook(folder):
    return written(folder, release())


@pytest.fixture(scope="module")
def charts(folder, workbook):
    """Of each chart by its title: of each series its name, and the cells that it reads, by what they are for."""
    found = {}
    with zipfile.ZipFile(folder / "written.xlsx") as parts:
        for name in parts.namelist():
            if re.fullmatch(r"xl/charts/chart\d+\.xml", name):
                chart = ElementTree.fromstring(parts.read(name))
                title = "".join(text.text for text in chart.find(f".//{CHART}title").iter(f"{DRAWN}t"))
                found[title] = [_series(workbook, series) for series in chart.iter(f"{CHART}ser")]
    return found


def _series(book: openpyxl.Workbook, series: ElementTree.Element) -> dict[str, list]:
    """The cells of a series; and as `cached` the values that the chart itself keeps of them."""
    read = {}
    for what in ("tx", "cat", "val", "plus", "minus"):
        formula = series.find(f".//{CHART}{what}//{CHART}f")
        if formula is not None:
            read[what] = _read(book, formula.text)
    kept = {
        int(point.get("idx")): float(point.find(f"{CHART}v").text)
        for point in series.iterfind(f".//{CHART}val//{CHART}pt")
    }
    read["cached"] = [kept.get(place) for place in range(len(read["val"]))]
    return read


def _read(book: openpyxl.Workbook, formula: str) -> list:
    sheet, _, place = formula.partition("!")
    left, top, right, bottom = range_boundaries(place)
    found = book[sheet].iter_rows(top, bottom, left, right, values_only=True)
    return [value for row in found for value in row]


def title(key: str, **fields: object) -> str:
    return TEXTS["table.flow" if key == "flow" else f"chart.{key}"][0].format(**fields)


def of_everybody(column: str, **where: object) -> list[float | None]:
    wanted = [pl.col(name).eq_missing(pl.lit(value)) for name, value in {"group_by": "alle", **where}.items()]
    return release().cost_table.filter(*wanted).sort("period")[column].to_list()


def test_every_chart_reads_cells_and_keeps_the_same_values(charts):
    services = title("share_services", count=8)
    keys = ("flow", "payers", "areas", "share_areas", "comparison", "changes", "employment")
    assert set(charts) == {services, *map(title, keys), title("employment_areas", period="2. år efter")}
    for series in charts.values():
        for one in series:
            assert one["cached"] == pytest.approx(one["val"])
            assert len(one["tx"]) == 1
            assert isinstance(one["tx"][0], str)


def test_the_total_is_stacked_by_payer_on_two_sheets(workbook, charts):
    payers = charts[title("payers")]
    assert [one["tx"] for one in payers] == [["Kommune"], ["Region"], ["Stat"]]
    for one, payer in zip(payers, ("kommune", "region", "stat"), strict=True):
        assert one["cat"] == ["Året før", "Startåret", "1. år efter", "2. år efter"]
        assert one["val"] == pytest.approx(of_everybody(f"mean_cost_{payer}", area=None, service=None))
    assert len(workbook["Overblik"]._charts) == 1
    assert len(workbook["Figurer"]._charts) == 9


def test_areas_stand_beside_each_other_by_period(charts):
    areas = charts[title("areas")]
    assert [one["tx"][0] for one in areas] == ["Året før", "Startåret", "1. år efter", "2. år efter"]
    assert areas[0]["cat"] == ["Overførselsindkomst", "Sociale serviceydelser", "Sundhed"]
    health = [one["val"][2] for one in areas]
    assert health == pytest.approx(of_everybody("mean_cost", area="sundhed", service=None))
    assert health[-1] is None  # not measured: a gap
    shares = charts[title("share_areas")]
    assert [one["val"][0] for one in shares] == pytest.approx(
        of_everybody("share_users", area="overfoerselsindkomst", service=None)
    )


def test_the_most_used_services_come_first_and_a_withheld_one_is_not_there(charts):
    services = charts[title("share_services", count=8)]
    names = services[0]["cat"]
    assert names[:2] == ["Somatiske ambulante besøg", "Socialpædagogisk støtte (§ 85)"]
    assert "SU" not in names
    assert services[0]["val"][0] == of_everybody("share_users", service="ambulant")[0]


def test_a_withheld_figure_is_a_gap_and_never_0(tmp_path):
    tables = release()
    total = (pl.col("group_by") == "alle") & pl.col("area").is_null() & (pl.col("period") == 0)
    means = [name for name in tables.cost_table.columns if name.startswith("mean_")]
    hidden = tables.cost_table.with_columns(
        *(pl.when(~total).then(name).alias(name) for name in means), withheld=total | pl.col("withheld")
    )
    book = written(tmp_path, release(cost_table=hidden))
    behind = next(row for row in book["Figurer"].iter_rows(values_only=True) if row[11] == "Startåret")
    assert behind[12:15] == (None, None, None)
    with zipfile.ZipFile(tmp_path / "written.xlsx") as parts:
        chart = ElementTree.fromstring(parts.read("xl/charts/chart1.xml"))
    kept = [[point.get("idx") for point in values.iter(f"{CHART}pt")] for values in chart.iter(f"{CHART}val")]
    assert kept == [["0", "2"]] * 3
    assert chart.find(f".//{CHART}dispBlanksAs") is None  # then a blank is a gap in Excel
    assert rows_of(book["Omkostninger"])["I alt"][2].value == "skjult"


def test_study_and_population_stand_beside_each_other(charts):
    study, raw, standardised = charts[title("comparison")]
    assert study["tx"] == ["Studiet"]
    assert raw["tx"] == ["Befolkningen"]
    assert study["val"] == pytest.approx(of_everybody("mean_cost", area=None, service=None))
    population = of_everybody("mean_cost", area=None, service=None, group_by="befolkning_standardiseret")
    assert standardised["val"] == pytest.approx(population)


def test_changes_have_their_intervals_as_error_bars(charts):
    drawn = charts[title("changes")]
    assert [one["tx"][0] for one in drawn] == ["Startåret", "1. år efter", "2. år efter"]
    assert drawn[0]["cat"][-1] == "I alt"
    (row,) = release().changes.filter(area="sundhed", period=1).filter(pl.col("service").is_null()).rows(named=True)
    place = drawn[1]["cat"].index("Sundhed")
    value, up, down = (drawn[1][what][place] for what in ("val", "plus", "minus"))
    assert value == row["change_cost"]
    assert value + up == pytest.approx(row["change_cost_high"])
    assert value - down == pytest.approx(row["change_cost_low"])
    assert drawn[2]["val"][place] is drawn[2]["plus"][place] is None


def test_costs_by_months_in_work_leave_the_withheld_group_out(charts, workbook):
    drawn = charts[title("employment")]
    assert drawn[0]["cat"] == [f"{group} måneder" for group in ("0", "1-3", "4-6", "7-9", "10-11", "12")]
    assert drawn[0]["val"][4] is None
    assert drawn[0]["val"][0] > 0
    rows = list(values_under(workbook["Job og omkostning"], "Område"))
    total = next(row for row in rows if row[0] == "I alt")
    assert total[1] == drawn[0]["val"][0]
    assert total[5] == "skjult"


def test_costs_by_months_in_work_are_stacked_by_area(charts):
    drawn = charts[title("employment_areas", period="2. år efter")]
    assert [one["tx"][0] for one in drawn] == ["Overførselsindkomst", "Sociale serviceydelser", "Sundhed"]
    last = release().employment_table.filter(period=2, area="overfoerselsindkomst")["mean_cost"].to_list()
    assert any(last)
    assert drawn[0]["val"] == pytest.approx(last)


def test_notes_say_of_how_many_and_in_which_years_prices(workbook):
    notes = [row[0].value for row in workbook["Figurer"].iter_rows() if str(row[0].value).startswith("Borgere målt: ")]
    assert notes[0] == "Borgere målt: Året før 100; Startåret 100; 1. år efter 99. Priser i 2023-niveau."
    assert any("Befolkningen 5.999-6.000" in note for note in notes)
    assert len([note for note in notes if note.endswith("Priser i 2023-niveau.")]) == 6  # the other two are of shares


def test_the_numbers_behind_charts_are_outside_of_the_printed_pages(workbook):
    sheet = workbook["Figurer"]
    assert re.fullmatch(r"'?Figurer'?!\$A\$1:\$J\$\d+", sheet.print_area)
    printed = [cell for row in sheet.iter_rows(max_col=10) for cell in row if isinstance(cell.value, int | float)]
    assert not printed


def test_the_sheet_of_changes_holds_each_change_with_its_interval_and_n(workbook):
    sheet = workbook["Ændringer"]
    rows = {}
    for row in sheet.iter_rows(values_only=True):
        if str(row[0]).endswith("minus året før"):
            period = row[0]
        elif row[0] == "Førtidspension":
            rows[period] = row[:13]
    (expected,) = release().changes.filter(service="foertidspension", period=1).rows(named=True)
    ends = ("", "_low", "_high")
    figures = [expected[f"change_{what}{end}"] for what in ("cost", "share", "quantity") for end in ends]
    found = rows["1. år efter minus året før"]
    assert found[1:3] == (expected["n_baseline"], expected["n_citizens"])
    assert [*found[3:9], *found[10:13]] == pytest.approx(figures)
    assert found[9] == "uger"
    assert rows_of(sheet)["SU"][3].value == "skjult"
    assert rows_of(sheet)["Sundhed"][3].value == "ikke målt"


@pytest.mark.parametrize("name", ["Figurer", "Ændringer", "Job og omkostning"])
def test_what_changes_over_time_is_said_to_be_no_effect_and_in_which_prices(workbook, name):
    about = str(workbook[name]["A2"].value)
    assert "ikke en effekt" in about
    assert "2023-niveau" in about


def test_the_citizens_stand_by_characteristic(workbook):
    rows = rows_of(workbook["Borgerne"])
    assert [cell.value for cell in rows["Kvinder"][1:3]] == [62, 0.62]
    assert [cell.value for cell in rows["2019"][1:3]] == [52, 0.52]
    assert {"Køn", "Alder ved start", "Startår", "Kommune"} <= set(rows)


def test_the_target_group_has_intervals_where_its_counts_are_told(workbook):
    rows = rows_of(workbook["Borgerne"])
    low, high = wilson(62, 100)
    assert [cell.value for cell in rows["Kvinder"][3:5]] == pytest.approx([low, high])
    assert [cell.value for cell in rows["825"][1:5]] == ["skjult"] * 4
    visit, shelter, misuse = (rows[name] for name in ("Besøg på sygehus", "Forsorgshjem (§ 110)", "Misbrugsbehandling"))
    assert [cell.value for cell in visit[1:8]] == [64, 0.64, *map(pytest.approx, wilson(64, 100)), 100, 0, "2 år før"]
    assert [cell.value for cell in shelter[1:7]] == [*["skjult"] * 4, 100, 0]
    assert [cell.value for cell in misuse[1:8]] == [12, *["skjult"] * 5, "5 år før – Året før"]


def test_use_before_the_start_stands_beside_the_populations(tmp_path):
    named = pl.col("service").replace("ambulant", "somatik_ambulant")
    tables = release()
    table = tables.cost_table.with_columns(named)
    changed = {"services": tables.services.with_columns(named), "mean_intervals": mean_intervals(table)}
    book = written(tmp_path, release(cost_table=table, **changed))
    title = "Forbrug før start, sammenlignet med befolkningen (året før)"
    beside = [row[:9] for row in values_under(book["Borgerne"], title)]
    (own,) = table.filter(service="somatik_ambulant", group_by="alle", period=-1).iter_rows(named=True)
    kinds = ["Studiet", "Befolkningen", "Befolkningen, samme alder og køn"]
    assert [row[0] for row in beside[:4]] == ["Somatiske ambulante besøg", *kinds]
    assert beside[1][1:3] == (own["n_citizens"], own["share_users"])
    assert beside[1][5] == own["mean_quantity"]
    assert beside[1][6:9] == (*map(pytest.approx, (own["mean_quantity"] * 0.9, own["mean_quantity"] * 1.1)), "besøg")
    assert beside[3][3:5] == ("–", "–")
    assert beside[3][6:9] == (None, None, "besøg")


def test_figure_1_has_the_population_in_parentheses(workbook):
    sheet = workbook["Figur 1"]
    rows = rows_of(sheet)
    of = {
        group_by: release().cost_table.filter(service="kontanthjaelp", group_by=group_by, period=-1).row(0, named=True)
        for group_by in ("alle", "befolkning")
    }
    share, beside, low, high = rows["Kontanthjælp"][1:5]
    told = [of[kind]["share_users"] for kind in ("alle", "befolkning")]
    assert [share.value, beside.value] == pytest.approx(told)
    assert beside.number_format == "(0 %)"
    assert (low.value, high.value) == pytest.approx(wilson(31, 100))
    use, population = rows["Kontanthjælp"][14:16]
    told = [of[kind]["mean_quantity"] for kind in ("alle", "befolkning")]
    assert [use.value, population.value] == pytest.approx(told)
    assert population.number_format.startswith("[=0](0)")
    ends = [cell.value for cell in rows["Kontanthjælp"][16:18]]
    assert ends == pytest.approx([use.value * 0.9, use.value * 1.1])
    bed_days = rows["Somatiske sengedage"]
    assert bed_days[14].value == of_everybody("mean_quantity", service="sengedag")[0]
    assert [cell.value for cell in bed_days[16:18]] == ["skjult"] * 2
    assert [rows["SU"][place].value for place in (1, 3, 4, 14)] == ["skjult"] * 4
    # SU's weeks are withheld, and the weeks of all transfers with them; how many had any is the area's.
    weeks = rows["Uger på overførselsindkomst"]
    assert weeks[1].value == rows["Overførselsindkomst"][1].value
    assert [cell.value for cell in weeks[14:18]] == ["skjult", weeks[15].value, None, None]


def test_figure_1_without_a_population_and_figure_2(tmp_path, workbook):
    table = release().cost_table.filter(~pl.col("group_by").str.starts_with("befolkning"))
    rows = rows_of(written(tmp_path, release(cost_table=table))["Figur 1"])
    assert rows["Kontanthjælp"][4].value == of_everybody("share_users", service="kontanthjaelp")[1]
    paid = rows_of(workbook["Figur 2"])
    expected = of_everybody("mean_cost_kommune", service="kontanthjaelp")
    assert [cell.value for cell in paid["Kontanthjælp"][1::3]] == pytest.approx(expected)
    for first, times in ((2, 0.9), (3, 1.1)):
        assert [cell.value for cell in paid["Kontanthjælp"][first::3]] == pytest.approx([times * kr for kr in expected])
    assert [cell.value for cell in paid["SU"][1:4]] == ["skjult"] * 3
    assert [cell.value for cell in paid["Somatiske sengedage"][2:4]] == ["skjult"] * 2
    assert "Somatiske indlæggelser" not in paid  # which have no price


def test_every_area_has_its_word(workbook):
    assert set(AREAS["label_da"]) <= {row[0].value for row in workbook["Ændringer"].iter_rows()}
