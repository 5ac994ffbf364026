"""The workbook's sheets, read back: what they show, what they must never show, how they are laid out."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import pytest
from released import HIDDEN_COST, HOSTILE, PROFILE, Study, cost_table, release, withhold
from workbooks import SHEETS, cells, rows_of, texts, values_under, written

from reports.labels import Labels
from reports.tables import RELEASED
from reports.texts import TEXTS
from reports.workbook import write_workbook


@pytest.fixture(scope="module")
def workbook(tmp_path_factory):
    return written(tmp_path_factory.mktemp("release"), release())


def own(period: int) -> dict[str, dict]:
    """The rows of everybody in a period, by service, area or nothing."""
    table = release().cost_table.filter((pl.col("group_by") == "alle") & (pl.col("period") == period))
    return {row["service"] or row["area"] or "": row for row in table.iter_rows(named=True)}


def test_one_sheet_a_view_with_danish_names(workbook):
    assert workbook.sheetnames == SHEETS
    for sheet in workbook:
        assert sheet["A1"].value == "Åben Dialog"


def test_what_a_study_lacks_has_no_sheet(tmp_path):
    tables = release()
    alone = tables.cost_table.filter(pl.col("group_by") == "alle")
    without = {"employment_table": tables.employment_table.clear(), "changes": tables.changes.clear()}
    book = written(tmp_path, release(cost_table=alone, **without))
    left_out = {"Grupper", "Befolkningen", "Ændringer", "Job og omkostning"}
    assert book.sheetnames == [name for name in SHEETS if name not in left_out]
    assert not left_out & set(texts(book))


def test_headings_name_the_periods_in_words(workbook):
    heading = next(row for row in workbook["Omkostninger"].iter_rows(values_only=True) if row[0] == "Område og ydelse")
    assert heading[:6] == ("Område og ydelse", "Året før", "Startåret", "1. år efter", "2. år efter", "Pris")
    assert heading[6:8] == ("Året før: 95 %-interval, fra", "Året før: 95 %-interval, til")


def test_the_figures_stand_where_they_belong(workbook):
    expected = own(0)
    costs, use, payers = (rows_of(workbook[name]) for name in ("Omkostninger", "Forbrug", "Betalere"))
    assert costs["Kontanthjælp"][2].value == expected["kontanthjaelp"]["mean_cost"]
    assert costs["Sundhed"][2].value == expected["sundhed"]["mean_cost"]
    assert costs["I alt"][2].value == expected[""]["mean_cost"]
    ends = [cell.value for cell in costs["I alt"][8:10]]
    assert ends == pytest.approx([expected[""]["mean_cost"] * times for times in (0.9, 1.1)])
    assert [cell.value for cell in costs["Somatiske sengedage"][8:10]] == ["skjult"] * 2
    assert use["Kontanthjælp"][2].value == expected["kontanthjaelp"]["share_users"]
    assert use["Kontanthjælp"][5].value == "uger"
    assert use["Kontanthjælp"][7].value == expected["kontanthjaelp"]["mean_quantity"]
    total = payers["I alt"][2]
    below = [total.offset(row=down).value for down in (1, 2, 3)]
    assert [total.offset(row=down, column=-2).value for down in (1, 2, 3)] == ["Kommune", "Region", "Stat"]
    assert below == pytest.approx([expected[""][f"mean_cost_{payer}"] for payer in ("kommune", "region", "stat")])


def test_kroner_percent_and_quantity_formats(workbook):
    costs, use = rows_of(workbook["Omkostninger"]), rows_of(workbook["Forbrug"])
    assert costs["I alt"][1].number_format == '#,##0 "kr."'
    assert use["Kontanthjælp"][1].number_format == "0 %"
    assert use["Kontanthjælp"][6].number_format == "[=0]0;[<1]0.00;#,##0.0"
    # None names a land, so that a Danish spreadsheet shows 1.234,5 and 31-12-2024.
    assert not [cell.coordinate for cell in cells(workbook) if "[$" in cell.number_format]
    assert rows_of(workbook["Metode og kilder"])["BEF"][2].number_format == "dd-mm-yyyy"


def test_headings_stay_in_view_and_repeat_in_print(workbook):
    tables = [name for name in SHEETS if name not in ("Overblik", "Figurer", "Borgerne", "Metode og kilder")]
    for name in tables:
        sheet = workbook[name]
        top = int(sheet.freeze_panes.lstrip("ABCDEFGHIJ"))
        assert any(cell.fill.fgColor.rgb == "FF24486B" for cell in sheet[top - 1]), name
        assert sheet.print_title_rows.endswith(f"${top - 1}")


def test_every_sheet_prints_on_a4(workbook):
    for sheet in workbook:
        assert sheet.page_setup.paperSize == 9
        assert sheet.page_setup.orientation == ("portrait" if sheet.title == "Overblik" else "landscape")
        assert "&P" in sheet.oddFooter.right.text
        assert "2026-11-22-01" in sheet.oddFooter.center.text
        # Excel heeds page breaks only where it does not itself fit the sheet to a page.
        if sheet.title in ("Figurer", "Ændringer", "Grupper"):
            assert not sheet.sheet_properties.pageSetUpPr.fitToPage
            assert 10 <= sheet.page_setup.scale <= 100
        else:
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
            assert sheet.page_setup.fitToHeight in (None, 0)  # None is the overview's one page


def test_a_printed_page_begins_with_a_group_and_with_a_period(workbook):
    groups = workbook["Grupper"]
    first = {(row[0].value, row[1].value): row[0].row for row in reversed(list(groups.iter_rows())) if row[1].value}
    begun = [row - 1 for (by, _), row in first.items() if by in ("Kommune", "Gruppe")]
    assert sorted(brk.id for brk in groups.row_breaks.brk) == sorted(begun)[1:]
    changes = workbook["Ændringer"]
    periods = [row[0].row - 1 for row in changes.iter_rows() if str(row[0].value).endswith("minus året før")]
    assert [brk.id for brk in changes.row_breaks.brk] == periods[1:]


def test_long_sheets_can_be_filtered(workbook):
    table = release().cost_table
    of_groups = table.filter(pl.col("group_by").is_in(["kommune", "gruppe"]))
    for name, rows in (("Grupper", of_groups), ("Data", table)):
        first, last = workbook[name].auto_filter.ref.split(":")
        assert workbook[name][last].row - workbook[name][first].row == rows.height


def test_data_holds_the_whole_table(workbook):
    table, sheet = release().cost_table, workbook["Data"]
    first = sheet[sheet.auto_filter.ref.split(":")[0]].row
    headings = [cell.value for cell in sheet[first]]
    assert headings[:8] == ["Studie", "Opdeling", "Gruppe", "Periode nr.", "Periode", "Område", "Ydelse", "Enhed"]
    column = headings.index("Omkostning pr. borger") + 1
    shown = [sheet.cell(first + 1 + row, column).value for row in range(table.height)]
    figures = [value for value in shown if not isinstance(value, str)]
    assert figures == pytest.approx(table["mean_cost"].drop_nulls().to_list())


def test_a_withheld_figure_is_nowhere_in_the_file(tmp_path):
    raw, shown = cost_table(), release().cost_table
    # 98,765 kr. is what SU's 1 to 4 users cost, in every group of the study; nothing else costs as much.
    assert (raw["mean_cost"] == HIDDEN_COST).any()
    book = written(tmp_path, release())
    numbers = [float(cell.value) for cell in cells(book) if isinstance(cell.value, int | float)]
    assert not [number for number in numbers if abs(number - HIDDEN_COST) < 1]
    with zipfile.ZipFile(tmp_path / "written.xlsx") as parts:  # charts, properties and all
        assert not [name for name in parts.namelist() if re.search(rb"98[.,]?765", parts.read(name))]
    hidden = raw.filter(shown["withheld"])
    assert not hidden.is_empty()
    means = [name for name in shown.columns if name.startswith("mean_")]
    kept, gone = ({round(x, 6) for name in means for x in frame[name].drop_nulls()} for frame in (shown, hidden))
    assert gone - kept
    assert not (gone - kept) & {round(number, 6) for number in numbers}


@pytest.mark.parametrize("marker", ["skjult", ".."])
def test_withheld_and_not_measured_are_words_that_every_sheet_explains(tmp_path, marker):
    workbook = written(tmp_path, release(profile=replace(PROFILE, marker_da=marker, min_count=7)))
    costs = rows_of(workbook["Omkostninger"])
    assert [cell.value for cell in costs["SU"][1:5]] == [marker] * 4
    assert costs["Sundhed"][4].value == "ikke målt"
    assert rows_of(workbook["Overblik"])["Sat til side: uden personnummer"][1].value == marker
    assert [cell.value for cell in rows_of(workbook["Borgerne"])["825"][1:3]] == [marker] * 2
    assert rows_of(workbook["Forbrug"])["Somatiske sengedage"][4].value == "ikke målt"
    for sheet in workbook:
        opening = [str(row[0].value) for row in sheet.iter_rows(max_row=6)]
        assert any(f"{marker} = holdt tilbage" in text and "færre end 7" in text for text in opening), sheet.title


def test_what_costs_nothing_is_named_and_not_shown_as_0(workbook):
    costs = rows_of(workbook["Omkostninger"])
    assert "Somatiske indlæggelser" not in costs
    assert "Beskæftigelse" not in costs
    assert any("ikke prissat" in str(name) and "Somatiske indlæggelser" in str(name) for name in costs)
    assert "Somatiske indlæggelser" in rows_of(workbook["Forbrug"])


def test_illustrative_prices_are_flagged_only_when_there_are_any(workbook, tmp_path):
    warning = TEXTS["illustrative_warning"][0]
    assert all(warning in [row[0].value for row in sheet.iter_rows(max_row=4)] for sheet in workbook)
    costs = rows_of(workbook["Omkostninger"])
    assert [costs[name][5].value for name in ("Somatiske ambulante besøg", "I alt", "SU")] == ["illustrativ"] * 2 + [
        None
    ]
    sourced = release().cost_table.with_columns(illustrative=False)
    assert warning not in texts(written(tmp_path, release(cost_table=sourced)))


def test_the_overview_warns_that_a_change_is_no_effect(workbook):
    assert TEXTS["reading_effect"][0] in rows_of(workbook["Overblik"])
    assert "Indgår i opgørelsen" in rows_of(workbook["Overblik"])


def test_the_overview_leads_to_every_other_sheet(workbook):
    links = {cell.value: cell.hyperlink.location for cell in cells(workbook) if cell.hyperlink}
    assert links == {name: f"'{name}'!A1" for name in SHEETS[1:]}


def test_method_states_what_the_figures_rest_on(workbook):
    rows = list(workbook["Metode og kilder"].iter_rows(values_only=True))
    assert ("Året før", "Det 1. kalenderår før startåret.") in [row[:2] for row in rows]
    assert ("Kontanthjælp", 2022, 2756, "uger", "kildebelagt", "@kilde kontanthjaelp") in [row[:6] for row in rows]
    assert ("Kontanthjælp", datetime(2016, 1, 4), None, 0.8, 0) in [row[:5] for row in rows]
    assert ("LPR_A_KONTAKT", "1. år efter", "nogle borgere") in [row[:3] for row in rows]
    assert ("LPR_A_KONTAKT", "2. år efter", "ingen borgere") in [row[:3] for row in rows]
    assert ("DREAM", None, datetime(2024, 12, 29)) in [row[:3] for row in rows]
    assert ("admission_hours", 12, "hours", "docs/method.md § 4") in [row[:4] for row in rows]
    since = datetime(2016, 1, 4)
    assert ("Kontanthjælp", "dream_codes", "130", since, None, "kildebelagt", "Kontanthjælp. DST") in rows
    assert ("Frigivelse", "2026-11-22-01") in [row[:2] for row in rows]
    assert ("Lavet (UTC)", "22-11-2026 09:30") in [row[:2] for row in rows]
    assert any("2023-niveau" in str(row[0]) for row in rows)


def test_the_data_owners_profile_is_told_in_words(tmp_path):
    strict = replace(PROFILE, min_count=10, dominance_share=0.7, bracket_share=0.25, show_zero=False)
    told = "\n".join(texts(written(tmp_path, release(profile=strict))))
    for part in ("færre end 10 borgere", "1-9 borgere", "mere end 70 %", "25 % op og ned", TEXTS["zero_withheld"][0]):
        assert part in told
    assert TEXTS["zero_shown"][0] not in told


def test_english(tmp_path):
    book = written(tmp_path, release(study=replace(Study(), mode="anchored")), "en")
    keys = ["overview", "figures", "costs", "use", "payers", "comparison", "changes", "characteristics"]
    keys += ["figure_1", "figure_2", "employment", "groups", "data", "method"]
    assert book.sheetnames == [TEXTS[key][1] for key in keys]
    assert book["Costs"]["A1"].value == "Open Dialogue"
    words = texts(book)
    assert {"The course", "2nd year after", "withheld", "not measured", "Cash benefit", "weeks"} <= set(words)
    danish = {da for da, en in TEXTS.values() if da != en and "{" not in da}
    assert not danish & set(words)
    with pytest.raises(ValueError, match="must be one of da, en"):
        write_workbook(tmp_path / "y.xlsx", release(), "sv")


@pytest.mark.parametrize("which", [0, 1])
def test_names_of_sheets_are_such_as_excel_takes(which):
    keys = [key.removesuffix("_about") for key in TEXTS if key.endswith("_about")]
    names = [TEXTS[key][which] for key in keys if key in TEXTS and f"{key}_about" in TEXTS]
    assert set(names) >= {"Data"}
    for name in names:
        assert len(name) <= 31
        assert not re.search(r"[\[\]:*?/\\]|^'|'$", name), name


HOSTILES = ["=1+1", "@x", "+1", "-1", "{=1}", "x" * 300, "to\nlinjer", "a & b", "'", "http://x", "1,5", HOSTILE]


@pytest.mark.parametrize("text", HOSTILES)
def test_nothing_is_ever_a_formula(tmp_path, text):
    tables = release()
    named = {
        "cost_table": tables.cost_table.with_columns(group=pl.col("group").replace(HOSTILE, text)),
        "services": tables.services.with_columns(label_da=pl.col("label_da").replace("Kontanthjælp", text)),
        "areas": tables.areas.with_columns(label_da=pl.col("label_da").replace("Sundhed", text)),
        "study": Study(title_da=text),
        "profile": replace(PROFILE, marker_da=text),
    }
    book = written(tmp_path, release(**named))
    assert not [cell.coordinate for cell in cells(book) if cell.data_type == "f"]
    assert book["Overblik"]["A1"].value == text
    assert text in {row[1] for row in values_under(book["Grupper"], "Opdeling")}
    footer = book["Data"].oddFooter.left
    assert footer.text.strip().replace("&&", "&") == text[:80]
    with zipfile.ZipFile(tmp_path / "written.xlsx") as parts:
        charts = "".join(parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/charts/chart"))
        formulas = re.findall(r"<c:f>(.*?)</c:f>", charts)
        assert formulas
        assert all(re.fullmatch(r"Figurer!\$[A-Z]+\$\d+(:\$[A-Z]+\$\d+)?", formula) for formula in formulas)
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not [part for part in sheets if b"<f>" in part or b"<f " in part]


@pytest.mark.parametrize(
    ("period", "anchored", "danish", "english"),
    [
        (-2, False, "2 år før", "2 years before"),
        (-1, False, "Året før", "Year before"),
        (0, False, "Startåret", "Start year"),
        (0, True, "Forløbet", "The course"),
        (1, False, "1. år efter", "1st year after"),
        (3, True, "3. år efter", "3rd year after"),
        (11, True, "11. år efter", "11th year after"),
    ],
)
def test_period_names(period, anchored, danish, english):
    assert Labels("da", anchored).period(period) == danish
    assert Labels("en", anchored).period(period) == english


def test_a_single_period_and_an_all_withheld_study_still_make_a_workbook(tmp_path):
    few = withhold(cost_table(3, range(2), [("alle", "alle", 1.0)])).filter(period=0)
    tables = release()
    without = {"changes": tables.changes.clear(), "employment_table": tables.employment_table.clear()}
    flow = tables.participant_flow.with_columns(n=pl.lit(None, pl.UInt32), withheld=pl.lit(value=True))
    book = written(tmp_path, release(cost_table=few, participant_flow=flow, **without))
    assert TEXTS["figures_none"][0] in texts(book)
    assert rows_of(book["Omkostninger"])["I alt"][1].value == "skjult"
    assert rows_of(book["Omkostninger"])["Borgere målt for alle ydelser"][1].value == "skjult"


@pytest.mark.parametrize("name", RELEASED)
def test_a_table_that_skipped_disclosure_control_is_refused(name):
    tables = release()
    with pytest.raises(ValueError, match=f"{name} has no column 'withheld'"):
        replace(tables, **{name: getattr(tables, name).drop("withheld")})


def test_the_same_tables_give_the_same_bytes_and_another_time_others(tmp_path):
    later = datetime(2026, 11, 23, tzinfo=UTC)
    for name, tables in (("a", release()), ("b", release()), ("c", release(made=later))):
        write_workbook(tmp_path / f"{name}.xlsx", tables)
    first, second, third = ((tmp_path / f"{name}.xlsx").read_bytes() for name in "abc")
    assert first == second
    assert first != third
