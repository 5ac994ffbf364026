"""The released files, read back: what they show, what they must never show, and that they are always the same."""

import csv
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import openpyxl
import polars as pl
import pytest

from catalogue.codes import code_rows
from catalogue.reader import read_catalogue
from faults import StoreError
from pipelines.disclosure import suppress, suppress_counts
from reports.csv import write_csv
from reports.files import replacing
from reports.labels import Labels
from reports.tables import ReleaseTables
from reports.texts import TEXTS
from reports.workbook import write_workbook

AREAS = pl.DataFrame(
    {
        "area": ["overfoerselsindkomst", "sociale_serviceydelser", "sundhed", "beskaeftigelse"],
        "label_da": ["Overførselsindkomst", "Sociale serviceydelser", "Sundhed", "Beskæftigelse"],
        "label_en": ["Transfer income", "Social services", "Health", "Employment"],
    }
)
# service, area, register, unit, Danish and English name, price, users of 100, quantity, kommune's and region's share
SERVICES = [
    ("kontanthjaelp", 0, "dream", "week", "Kontanthjælp", "Cash benefit", 2756.0, 31, 12.4, 0.8, 0.0),
    ("foertidspension", 0, "dream", "week", "Førtidspension", "Disability pension", 4468.0, 22, 9.8, 0.8, 0.0),
    ("su", 0, "dream", "week", "SU", "Student grant", 1520.0, 2, 0.6, 0.0, 0.0),
    (
        "socialpaedagogisk_stoette",
        1,
        "handic",
        "day",
        "Socialpædagogisk støtte (§ 85)",
        "Support",
        480.0,
        40,
        101.0,
        1,
        0,
    ),
    ("botilbud_midlertidigt", 1, "handic", "day", "Midlertidigt botilbud (§ 107)", "Housing", 2150.0, 9, 14.2, 1, 0),
    (
        "somatik_indlaeggelse",
        2,
        "lpr_a_kontakt",
        "admission",
        "Somatiske indlæggelser",
        "Admissions",
        None,
        25,
        0.31,
        0,
        0,
    ),
    ("somatik_sengedag", 2, "lpr_a_kontakt", "bed_day", "Somatiske sengedage", "Bed days", 5300.0, 25, 1.7, 0.2, 0.8),
    ("somatik_ambulant", 2, "lpr_a_kontakt", "visit", "Somatiske ambulante besøg", "Visits", 2100.0, 64, 3.6, 0.2, 0.8),
    ("ordinaer_beskaeftigelse", 3, "dream", "month", "Måneder i ordinær beskæftigelse", "Months", None, 12, 1.1, 0, 0),
]
CATALOGUE = pl.DataFrame(
    [(s[0], AREAS["area"][s[1]], *s[2:6]) for s in SERVICES],
    schema=["service", "area", "register", "unit", "label_da", "label_en"],
    orient="row",
)
PROFILE = read_catalogue().profile("sds")
GROUPS = [("alle", "alle", 1.0), ("kommune", "101", 0.4), ("kommune", "751", 0.6), ("gruppe", "=1+1", 0.5)]
HIDDEN_COST = 98_765.4321  # the mean cost of what must not be seen: SU's users are 1 to 4
SHEETS = ["Overblik", "Omkostninger", "Forbrug", "Betalere", "Grupper", "Data", "Metode og kilder"]


@dataclass(frozen=True)
class Study:
    id: str = "aaben_dialog"
    title_da: str = "Åben Dialog"
    title_en: str = "Open Dialogue"
    mode: str = "calendar"
    price_year: int = 2023


def cost_table(citizens: int = 64, periods: range = range(-1, 3)) -> pl.DataFrame:
    """A cost table as before disclosure control: in the last period LPR is not measured."""
    rows = []
    for group_by, group, share in GROUPS:
        for period in periods:
            base = {"study": "aaben_dialog", "group_by": group_by, "group": group, "period": period}
            base |= {"n_study": round(citizens * share), "price_year": 2023}
            lines = []
            for service, area, register, unit, *_, price, users, quantity, kommune, region in SERVICES:
                measured = not (register == "lpr_a_kontakt" and period == periods[-1])
                n = base["n_study"] - max(period, 0) if measured else 0
                n_users = round(n * users / 100)
                mean = quantity * (1 + 0.07 * period) * share**0.1
                cost = HIDDEN_COST if service == "su" else mean * price if price else None
                lines.append(line(base, AREAS["area"][area], service, unit, n, n_users, mean, cost, kommune, region))
            for area in AREAS["area"]:
                lines.append(total(base, area, [row for row in lines if row["area"] == area and row["service"]]))
            lines.append(total(base, None, [row for row in lines if row["service"]]))
            rows += lines
    counts = dict.fromkeys(["n_study", "n_citizens", "n_users"], pl.UInt32)
    return pl.DataFrame(rows, schema_overrides={"period": pl.Int16, **counts, "price_year": pl.Int32}, strict=False)


def line(base, area, service, unit, n, n_users, mean, cost, kommune, region):
    cost, mean = (cost if n else None), mean if n_users else 0.0
    cost = cost if n_users or cost is None else 0.0
    parts = [None if cost is None else cost * part for part in (kommune, region, 1 - kommune - region)]
    values = [n_users / n if n else None, mean if n else None, cost, *parts]
    names = ["share_users", "mean_quantity", "mean_cost", "mean_cost_kommune", "mean_cost_region", "mean_cost_stat"]
    row = base | {"area": area, "service": service, "unit": unit, "n_citizens": n, "n_users": n_users}
    return row | dict(zip(names, values, strict=True)) | {"illustrative": service == "somatik_ambulant"}


def total(base, area, lines):
    n = min(row["n_citizens"] for row in lines)
    row = line(base, area, None, None, n, round(n * 0.9), None, None, 0, 0)
    if n:
        for name in ("mean_cost", "mean_cost_kommune", "mean_cost_region", "mean_cost_stat"):
            parts = [part[name] for part in lines if part[name] is not None and part["service"] != "su"]
            row[name] = sum(parts) if parts else None
    return row | {"illustrative": any(part["illustrative"] for part in lines)}


def release(table: pl.DataFrame | None = None, **changes) -> ReleaseTables:
    flow = pl.DataFrame(
        [
            ("received", None, 87),
            ("set_aside", "missing_pnr", 3),
            ("set_aside", "duplicate_participant", 7),
            ("not_in_population", None, 13),
            ("study_base", None, 64),
        ],
        schema={"step": pl.String, "reason": pl.String, "n": pl.UInt32},
        orient="row",
    )
    hospital = ["somatik_indlaeggelse", "somatik_sengedag", "somatik_ambulant"]
    missing = pl.DataFrame(
        {"period": [1] * 3 + [2] * 3, "service": hospital * 2, "measured": ["some"] * 3 + ["none"] * 3}
    )
    priced = [row for row in SERVICES if row[6]]
    prices = pl.DataFrame(
        [
            (row[0], 2022, row[6], "illustrative" if row[0] == "somatik_ambulant" else "sourced", source)
            for row, source in zip(
                priced,
                ["Beskæftigelsesministeriet, satser pr. 1. januar 2023: 11.944 kr. x 12 / 52", "@kilde"] * 4,
                strict=False,
            )
        ],
        schema=["service", "year", "price", "status", "source"],
        orient="row",
    )
    rules = pl.DataFrame(
        [
            (row[0], None, date(2023, 12, 31), row[9], row[10], 1.0 - row[9] - row[10], "Lov om finansiering")
            for row in priced
        ],
        schema=["service", "valid_from", "valid_to", "kommune", "region", "stat", "source"],
        orient="row",
        strict=False,
    )
    facts = {
        "study": Study(),
        "cost_table": suppress(cost_table() if table is None else table, 5),
        "participant_flow": suppress_counts(flow, 5),
        "profile": PROFILE,
        "not_measured": missing,
        "areas": AREAS,
        "services": CATALOGUE,
        "sources": prices,
        "payer_rules": rules,
        "codes": code_rows(read_catalogue()),
        "limits": read_catalogue().limits,
        "registers": pl.DataFrame(
            {
                "register": ["bef", "dream"],
                "data_start": [date(2008, 12, 31), date(1991, 8, 1)],
                "data_end": [date(2024, 12, 31), date(2024, 12, 29)],
            }
        ),
        "release_id": "2026-11-22-01",
        "made": datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
        "code_version": "0.1",
    }
    return ReleaseTables(**facts | changes)


@pytest.fixture(scope="module")
def workbook(tmp_path_factory):
    path = tmp_path_factory.mktemp("release") / "cost_table.xlsx"
    write_workbook(path, release())
    return openpyxl.load_workbook(path)


def cells(book):
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]


def texts(book):
    return [cell.value for cell in cells(book) if isinstance(cell.value, str)]


def rows_of(sheet):
    return {row[0].value: row for row in sheet.iter_rows() if row[0].value is not None}


def test_one_sheet_a_view_with_danish_names(workbook):
    assert workbook.sheetnames == SHEETS
    for sheet in workbook:
        assert sheet["A1"].value == "Åben Dialog"


def test_no_group_sheet_without_groups(tmp_path):
    write_workbook(tmp_path / "x.xlsx", release(cost_table().filter(pl.col("group_by") == "alle")))
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert book.sheetnames == [name for name in SHEETS if name != "Grupper"]
    assert "Grupper" not in texts(book)


def test_headings_name_the_periods_in_words(workbook):
    heading = next(row for row in workbook["Omkostninger"].iter_rows(values_only=True) if row[0] == "Område og ydelse")
    assert heading == ("Område og ydelse", "Året før", "Startåret", "1. år efter", "2. år efter", "Pris")


def test_the_figures_stand_where_they_belong(workbook):
    table = release().cost_table.filter((pl.col("group_by") == "alle") & (pl.col("period") == 0))
    expected = {row["service"] or row["area"] or "": row for row in table.iter_rows(named=True)}
    costs, use, payers = (rows_of(workbook[name]) for name in ("Omkostninger", "Forbrug", "Betalere"))
    assert costs["Kontanthjælp"][2].value == expected["kontanthjaelp"]["mean_cost"]
    assert costs["Sundhed"][2].value == expected["sundhed"]["mean_cost"]
    assert costs["I alt"][2].value == expected[""]["mean_cost"]
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


def test_headings_stay_in_view_and_repeat_in_print(workbook):
    for name in SHEETS[1:-1]:
        sheet = workbook[name]
        top = int(sheet.freeze_panes.lstrip("ABCDEFGHIJ"))
        assert any(cell.fill.fgColor.rgb == "FF24486B" for cell in sheet[top - 1]), name
        assert sheet.print_title_rows.endswith(f"${top - 1}")
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (
            "landscape",
            None,
            0,
        ), name
        assert "&P" in sheet.oddFooter.right.text


def test_long_sheets_can_be_filtered(workbook):
    table = release().cost_table
    for name, rows in (("Grupper", table.filter(pl.col("group_by") != "alle")), ("Data", table)):
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


def test_nothing_is_ever_a_formula(workbook):
    assert not [cell.coordinate for cell in cells(workbook) if cell.data_type == "f"]
    assert "=1+1" in texts(workbook)
    assert "@kilde" in texts(workbook)


def test_a_withheld_figure_is_nowhere_in_the_workbook(workbook):
    raw, shown = cost_table(), release().cost_table
    # 98,765 kr. is what SU's 1 to 4 users cost, in every group; nothing else costs as much.
    assert (raw["mean_cost"] == HIDDEN_COST).any()
    numbers = [float(cell.value) for cell in cells(workbook) if isinstance(cell.value, int | float)]
    assert not [number for number in numbers if abs(number - HIDDEN_COST) < 1]
    assert not [text for text in texts(workbook) if "98765" in text or "98.765" in text or "98,765" in text]
    hidden = raw.filter(shown["withheld"])
    assert not hidden.is_empty()
    means = [name for name in shown.columns if name.startswith("mean_")]
    kept, gone = ({round(x, 6) for name in means for x in frame[name].drop_nulls()} for frame in (shown, hidden))
    assert gone - kept
    assert not (gone - kept) & {round(number, 6) for number in numbers}


def test_withheld_and_not_measured_are_words_that_every_sheet_explains(workbook):
    costs = rows_of(workbook["Omkostninger"])
    assert [cell.value for cell in costs["SU"][1:5]] == ["skjult"] * 4
    assert costs["Sundhed"][4].value == "ikke målt"
    assert rows_of(workbook["Overblik"])["Sat til side: uden personnummer"][1].value == "skjult"
    assert rows_of(workbook["Forbrug"])["Somatiske sengedage"][4].value == "ikke målt"
    for sheet in workbook:
        assert any("skjult = bygger på færre end 5" in str(row[0].value) for row in sheet.iter_rows(max_row=6))


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
    write_workbook(tmp_path / "x.xlsx", release(cost_table().with_columns(illustrative=False)))
    assert warning not in texts(openpyxl.load_workbook(tmp_path / "x.xlsx"))


def test_the_overview_warns_that_a_change_is_no_effect(workbook):
    assert TEXTS["reading_effect"][0] in rows_of(workbook["Overblik"])
    assert "Indgår i opgørelsen" in rows_of(workbook["Overblik"])


def test_method_states_periods_prices_payers_gaps_and_data_ends(workbook):
    rows = list(workbook["Metode og kilder"].iter_rows(values_only=True))
    assert ("Året før", "Det 1. kalenderår før startåret.") in [row[:2] for row in rows]
    assert any(row[1:5] == (2022, 2756, "uger", "kildebelagt") and "11.944 kr." in row[5] for row in rows)
    assert ("Kontanthjælp", None, datetime(2023, 12, 31), 0.8, 0) in [row[:5] for row in rows]
    assert ("LPR_A_KONTAKT", "1. år efter", "nogle borgere") in [row[:3] for row in rows]
    assert ("LPR_A_KONTAKT", "2. år efter", "ingen borgere") in [row[:3] for row in rows]
    assert ("DREAM", datetime(2024, 12, 29)) in [row[:2] for row in rows]
    assert any("2023-niveau" in str(row[0]) for row in rows)


def test_english(tmp_path):
    write_workbook(tmp_path / "x.xlsx", release(study=replace(Study(), mode="anchored")), "en")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert book.sheetnames == ["Overview", "Costs", "Use", "Payers", "Groups", "Data", "Method and sources"]
    assert book["Costs"]["A1"].value == "Open Dialogue"
    words = texts(book)
    assert {"The course", "2nd year after", "withheld", "not measured", "Cash benefit", "weeks"} <= set(words)
    danish = {da for da, en in TEXTS.values() if da != en and "{" not in da}
    assert not danish & set(words)
    with pytest.raises(ValueError, match="must be one of da, en"):
        write_workbook(tmp_path / "y.xlsx", release(), "sv")


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


def test_the_same_tables_give_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_workbook(tmp_path / f"{name}.xlsx", release())
        write_csv(release().cost_table, tmp_path / f"{name}.csv")
    for kind in ("xlsx", "csv"):
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.xlsx", "b.csv", "b.xlsx"]


def test_a_single_period_and_an_all_withheld_study_still_make_a_workbook(tmp_path):
    write_workbook(tmp_path / "x.xlsx", release(cost_table(3, range(1))))
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert rows_of(book["Omkostninger"])["I alt"][1].value == "skjult"
    assert rows_of(book["Omkostninger"])["Borgere målt for alle ydelser"][1].value == "skjult"


@pytest.mark.parametrize("name", ["cost_table", "participant_flow"])
def test_a_table_that_skipped_disclosure_control_is_refused(name):
    tables = release()
    with pytest.raises(ValueError, match=f"{name} has no column 'withheld'"):
        replace(tables, **{name: getattr(tables, name).drop("withheld")})


def test_csv_holds_the_table_and_withheld(tmp_path):
    write_csv(release().cost_table, tmp_path / "cost_table.csv")
    raw = (tmp_path / "cost_table.csv").read_bytes()
    assert raw.startswith(b"study,group_by,group,period")
    back = list(csv.DictReader(raw.decode("utf-8").splitlines()))
    assert [row["withheld"] == "true" for row in back] == release().cost_table["withheld"].to_list()
    assert [float(row["mean_cost"]) for row in back if row["mean_cost"]] == (
        release().cost_table["mean_cost"].drop_nulls().to_list()
    )
    assert str(HIDDEN_COST).encode() not in raw
    assert {row["period"] for row in back} == {"-1", "0", "1", "2"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "＝1", "a;=1", "a\n=1"])
def test_csv_texts_never_read_as_formulas(text, tmp_path):
    write_csv(pl.DataFrame({"group": [text, "A-b + c=d, -e"], "n": [-1, -2]}), tmp_path / "x.csv")
    with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    sign = next(position for position, letter in enumerate(text) if letter in "=+-@＝")
    assert rows[0]["group"] == f"{text[:sign]}'{text[sign:]}"
    assert rows[1]["group"] == "A-b + c=d, -e"
    assert [row["n"] for row in rows] == ["-1", "-2"]


def test_a_failed_write_leaves_the_older_file(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("older")

    def fail():
        with replacing(path) as part:
            part.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text() == "older"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_held_open_says_how_to_mend_it(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr("pathlib.Path.replace", refuse)
    with pytest.raises(StoreError, match="close the program"):
        write_csv(pl.DataFrame({"a": [1]}), tmp_path / "x.csv")
