"""The report in a real browser, opened from disk without a network: what a reader sees, presses and takes away."""

import csv
import re

import polars as pl
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import chromium, needs_browser, opened
from released import HOSTILE, release

from reports.html.report import write_report
from reports.labels import Labels

pytestmark = needs_browser

PERIODS = range(-1, 3)
TABLES = release()
COST = TABLES.cost_table
NAMES = Labels.of("da", TABLES.anchored, TABLES.areas, TABLES.services)


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    path = tmp_path_factory.mktemp("usb stick") / "aaben_dialog.html"
    write_report(path, TABLES)
    return path


@pytest.fixture
def page(browser, report):
    with opened(browser, report) as page:
        yield page


def rows(page, name):
    """The cells of a table as they are read, its headings first."""
    read = "rows => rows.map(row => [...row.cells].map(cell => cell.innerText))"
    texts = page.locator(f"#table-{name} tr").evaluate_all(read)
    return [[cell.replace("\u00a0", " ").removesuffix("↕").strip() for cell in row] for row in texts]


def danish(value, decimals=0):
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


def half_up(value):
    """To the nearest whole, as a browser does: halves away from 0."""
    return int(value + 0.5)


def released(line, period, column, group_by="alle", group="alle", table=COST):
    area, service = line
    (row,) = table.filter(
        pl.col("area").eq_missing(area),
        pl.col("service").eq_missing(service),
        group_by=group_by,
        group=group,
        period=period,
    ).iter_rows(named=True)
    return row[column]


def download(page, name, kind="csv"):
    with page.expect_download() as started:
        page.click(f"#table-{name} [data-download={kind}]")
    return started.value


def read_csv(downloaded, delimiter):
    raw = downloaded.path().read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(raw.decode("utf-8-sig").splitlines(), delimiter=delimiter))


def test_shares_are_those_of_the_release_the_population_in_parentheses(page):
    head, *body = rows(page, "share")
    assert head == ["Område og ydelse", "Året før", "Startåret", "1. år efter", "2. år efter"]
    shown = {row[0]: row[1:] for row in body}
    assert len(shown) == len(list(TABLES.lines()))
    for line in TABLES.lines():
        names = [NAMES.name(kind, id_) for kind, id_ in (("service", line.service), ("area", line.area)) if id_]
        for cell, period in zip(shown[[*names, "I alt"][0]], PERIODS, strict=True):
            own = released((line.area, line.service), period, "share_users")
            other = released((line.area, line.service), period, "share_users", *["befolkning_standardiseret"] * 2)
            if own is None:
                assert cell in ("skjult", "ikke målt")
            else:
                numbers = [float(number.replace(",", ".")) / 100 for number in re.findall(r"([\d,]+) %", cell)]
                assert numbers == pytest.approx([own, other], abs=0.0051)
    assert shown["SU"] == ["skjult"] * 4
    assert shown["Sundhed"][3] == "ikke målt"


def test_costs_are_those_of_the_release_by_payer(page):
    body = rows(page, "cost")[1:]
    for area, name in (("sundhed", "Sundhed"), (None, "I alt")):
        for payer, column in (("I alt", "mean_cost"), ("Kommune", "mean_cost_kommune"), ("Region", "mean_cost_region")):
            (row,) = [row for row in body if row[:2] == [name, payer]]
            assert row[2:5] == [danish(half_up(released((area, None), period, column))) for period in PERIODS[:-1]]
            assert row[5] == "ikke målt"


def test_means_of_everybody_have_their_intervals(page):
    """On top, in the panel of a figure, and in what is downloaded of the report's figures."""
    cost = released((None, None), 0, "mean_cost")
    interval = "[{}; {}]".format(*(danish(half_up(cost * times)) for times in (0.9, 1.1)))
    assert f"95 %-interval {interval}" in page.locator("#tiles li >> nth=1").inner_text().replace("\u00a0", " ")
    page.click("#tiles .figure-button >> nth=1")
    assert interval in page.locator("#trace").inner_text()
    page.click("#trace-close")
    page.select_option("#report-figure", "figur_2")
    with page.expect_download() as given:
        page.click("#table-report button[data-download=csv]")
    head, *body = csv.reader(given.value.path().read_text(encoding="utf-8-sig").splitlines(), delimiter=";")
    assert head[:4] == ["Område og ydelse", "Året før", "Året før, nedre", "Året før, øvre"]
    paid = released(("overfoerselsindkomst", "kontanthjaelp"), -1, "mean_cost_kommune")
    (row,) = [row for row in body if row[:1] == ["Kontanthjælp"]]
    assert [float(kr.replace(",", ".")) for kr in row[1:4]] == pytest.approx([paid, paid * 0.9, paid * 1.1])
    assert [row[1:4] for row in body if row[:1] == ["SU"]] == [["skjult"] * 3]
    assert [row[2:4] for row in body if row[:1] == ["Somatiske sengedage"]] == [["skjult"] * 2]
    assert [row[10:13] for row in body if row[:1] == ["Sundhed"]] == [["ikke målt"] * 3]


def test_what_a_reader_chooses_changes_table_and_chart(page):
    page.select_option("#cost-group", label=HOSTILE)
    page.select_option("#cost-area", label="Overførselsindkomst")
    page.select_option("#cost-payer", label="Stat")
    page.wait_for_function("document.querySelector('#chart-cost svg').textContent.includes('Kontanthjælp')")
    body = rows(page, "cost")[1:]
    assert [row[:2] for row in body] == [
        ["Overførselsindkomst", "Stat"],
        ["Kontanthjælp", "Stat"],
        ["Førtidspension", "Stat"],
        ["SU", "Stat"],
    ]
    whose = {"group_by": "gruppe", "group": HOSTILE}
    line = ("overfoerselsindkomst", "kontanthjaelp")
    assert body[1][2] == danish(half_up(released(line, -1, "mean_cost_stat", **whose)))
    assert body[3][2:] == ["skjult"] * 4
    chart = page.locator("#chart-cost svg").text_content()
    assert "Kontanthjælp" in chart
    assert "Sundhed" not in chart
    assert HOSTILE in page.locator("#table-cost caption").inner_text()
    assert page.locator("b").count() == 0
    page.select_option("#cost-basis", label="I alt for borgerne")
    total = released(line, -1, "mean_cost_stat", **whose) * released(line, -1, "n_citizens", **whose)
    assert rows(page, "cost")[2][2] == danish(half_up(total / 1000) * 1000)
    assert rows(page, "cost")[4][2:] == ["skjult"] * 4


def test_changes_and_their_intervals_are_those_of_the_release(page):
    page.select_option("#change-area", label="Alle ydelser")
    for measure, scale, decimals in (("Omkostning", 1, 0), ("Andel med forbrug", 100, 1)):
        page.select_option("#change-measure", label=measure)
        column = {"Omkostning": "change_cost", "Andel med forbrug": "change_share"}[measure]
        (row,) = [row for row in rows(page, "change") if row[0] == "Kontanthjælp"]
        (own,) = TABLES.changes.filter(service="kontanthjaelp", period=1).iter_rows(named=True)
        read = [float(n.replace(".", "").replace(",", ".")) for n in re.findall(r"[+-]?[\d.,]*\d", row[2])]
        expected = [own[column + end] * scale for end in ("", "_low", "_high")]
        assert read == pytest.approx(expected, abs=0.51 * 10**-decimals)
        (hidden,) = [row for row in rows(page, "change") if row[0] == "SU"]
        assert hidden[1:] == ["skjult"] * 3


def test_employment_and_citizens_are_those_of_the_release(page):
    body = rows(page, "work")[1:]
    (row,) = [row for row in body if row[:2] == ["12 måneder", "I alt"]]
    whose = {"group_by": "beskaeftigelse", "group": "12", "table": TABLES.employment_table}
    assert row[2] == danish(half_up(released((None, None), -1, "mean_cost", **whose)))
    assert ["10-11 måneder", "I alt", "skjult", "skjult", "skjult", "ikke målt"] in body
    assert ["Kvinder", "Køn", "62", "62 %", "52 %", "71 %"] in rows(page, "who")
    assert ["Kommune 825", "Kommune", *["skjult"] * 4] in rows(page, "who")
    assert ["Sat til side: uden personnummer", "skjult"] in rows(page, "flow")
    page.select_option("#who-who", label="Køn")
    assert [row[0] for row in rows(page, "who")] == ["Kategori", "Mænd", "Kvinder"]


def test_services_before_the_start_stand_with_their_intervals(page):
    head, *body = rows(page, "before")
    assert head[:4] == ["Ydelse", "Periode", "Antal", "Andel"]
    assert body == [
        ["Besøg på sygehus", "2 år før", "64", "64 %", "54 %", "73 %", "100", "0"],
        ["Forsorgshjem (§ 110)", "Året før", *["skjult"] * 4, "100", "0"],
        ["Misbrugsbehandling", "5 år før – Året før", "12", *["skjult"] * 5],
    ]
    page.click("#table-before .figure-button >> nth=0")
    told = page.locator("#trace").inner_text()
    assert "Ydelser før start" in told
    assert "LPR_A_KONTAKT" in told


def test_the_reports_figures_are_those_of_the_release(page):
    shown = {row[0]: row[1:] for row in rows(page, "report")}
    line = ("overfoerselsindkomst", "kontanthjaelp")
    assert shown["Kontanthjælp"][0].startswith("31 % (")
    quantities = [released(line, -1, "mean_quantity", *[by] * 2) for by in ("alle", "befolkning")]
    ends = [quantities[0] * times for times in (0.9, 1.1)]
    assert shown["Kontanthjælp"][4] == "{} ({}) [{}; {}]".format(*(danish(value, 1) for value in (*quantities, *ends)))
    assert shown["Somatiske sengedage"][4].endswith(") [skjult]")
    assert list(shown)[1:3] == ["Overførselsindkomst", "Uger på overførselsindkomst"]
    assert shown["Uger på overførselsindkomst"][4] == "skjult"
    page.click("#table-report tr:has-text('Uger på') .figure-button >> nth=0")
    assert "DREAM" in page.locator("#trace").inner_text()
    page.click("#trace-close")
    page.select_option("#report-figure", "figur_2")
    paid = {row[0]: row[1:] for row in rows(page, "report")}
    kroner = released(line, -1, "mean_cost_kommune")
    told = (danish(half_up(kroner * times)) for times in (1, 0.9, 1.1))
    assert paid["Kontanthjælp"][0] == "{} [{}; {}]".format(*told)
    assert paid["SU"][0] == "skjult"
    page.select_option("#report-figure", "figur_3")
    assert ["10-11 måneder", "I alt", "skjult", "skjult", "skjult", "ikke målt"] in rows(page, "report")


def test_the_language_is_that_of_every_word_number_and_chart(page):
    assert page.locator("html").get_attribute("lang") == "da"
    page.click("text=English")
    page.wait_for_function("document.querySelector('#chart-cost svg').textContent.includes('DKK per citizen')")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.title() == "Open Dialogue – forlob"
    head, *body = rows(page, "cost")
    assert head == ["Area and service", "Payer", "Year before", "Start year", "1st year after", "2nd year after"]
    (total,) = [row for row in body if row[:2] == ["Total", "Total"]]
    assert total[2] == f"{half_up(released((None, None), -1, 'mean_cost')):,}"
    assert ["Student grant", *["withheld"] * 4] in rows(page, "share")
    assert "Health" in page.locator("#chart-cost svg").text_content()
    shown = page.locator("body").inner_text()
    left = ("skjult", "ikke målt", "Året før", "Startåret", "Område", "Kilde", "Hent")
    assert [word for word in left if word in shown] == []
    page.click("text=Dansk")
    page.wait_for_function("document.querySelector('#chart-cost svg').textContent.includes('kr. pr. borger')")
    assert rows(page, "share")[0][0] == "Område og ydelse"


def test_a_table_sorts_up_down_and_back(page):
    head = page.locator("#table-share thead th").nth(1)
    first = [row[0] for row in rows(page, "share")[1:]]

    def values():
        found = [re.match(r"([\d,]+) %", row[1]) for row in rows(page, "share")[1:]]
        return [float(match[1].replace(",", ".")) if match else None for match in found]

    for direction, reverse in (("ascending", False), ("descending", True)):
        head.locator("button").click()
        assert head.get_attribute("aria-sort") == direction
        shown = values()
        assert shown[-1] is None, "what is withheld has no place among figures"
        assert shown[:-1] == sorted(shown[:-1], reverse=reverse)
        assert page.evaluate("document.activeElement.closest('th').cellIndex") == 1
    head.locator("button").click()
    assert head.get_attribute("aria-sort") is None
    assert [row[0] for row in rows(page, "share")[1:]] == first


def test_a_downloaded_table_is_what_is_shown_as_danish_excel_reads_it(page):
    page.select_option("#cost-group", label=HOSTILE)
    page.locator("#table-cost thead button").nth(2).click()
    taken = download(page, "cost")
    assert taken.suggested_filename == "aaben_dialog_2026-11-22-01_cost.csv"
    lines = read_csv(taken, ";")
    shown = rows(page, "cost")
    end = lines.index([])
    assert [line[:2] for line in lines[1:end]] == [row[:2] for row in shown[1:]]
    (total,) = [line for line in lines if line[:2] == ["I alt", "I alt"]]
    own = released((None, None), -1, "mean_cost", "gruppe", HOSTILE)
    assert float(total[2].replace(",", ".")) == own
    assert total[5] == "ikke målt"
    below = " ".join(line[0] for line in lines[end + 1 :])
    assert "2026-11-22-01" in below
    assert "En ændring over tid er ikke en effekt" in below


def test_a_downloaded_share_has_the_population_in_a_column_of_its_own(page):
    page.click("text=English")
    page.wait_for_function("document.querySelector('#table-share th').innerText.includes('Area')")
    head, *lines = read_csv(download(page, "share"), ",")
    assert head[1:3] == ["Year before", "Year before, the population"]
    (line,) = [line for line in lines if line and line[0] == "Cash benefit"]
    key = ("overfoerselsindkomst", "kontanthjaelp")
    both = [released(key, -1, "share_users"), released(key, -1, "share_users", *["befolkning_standardiseret"] * 2)]
    assert [float(number) for number in line[1:3]] == both


def test_no_text_of_a_download_is_a_formula(page):
    (line,) = [line for line in read_csv(download(page, "prices"), ";") if line and line[0] == "SU"]
    assert line[-1] == "'@kilde su"


def test_a_chart_can_be_taken_as_a_picture(page):
    taken = download(page, "cost", "png")
    assert taken.suggested_filename == "aaben_dialog_2026-11-22-01_cost.png"
    assert taken.path().read_bytes().startswith(b"\x89PNG")


def test_the_keyboard_alone_takes_a_figure_to_what_is_behind_it(page):
    first = page.locator("#table-cost .figure-button").first
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    cell = "[document.activeElement.closest('tr').rowIndex, document.activeElement.parentElement.cellIndex]"
    assert page.evaluate(cell) == [2, 3]
    shown = page.evaluate("document.activeElement.innerText")
    page.keyboard.press("Enter")
    panel = page.locator("dialog#trace[open]")
    text = panel.inner_text().replace("\u00a0", " ")
    for told in (shown, "Overførselsindkomst", "Startåret", "Metode § 6", "2023", "2026-11-22-01"):
        assert told in text
    assert f"Borgere målt\n{released(('overfoerselsindkomst', None), 0, 'n_citizens')}" in text
    assert "Kontanthjælp, 2022: 2.756,00 kr. / uger, kildebelagt. Kilde: @kilde kontanthjaelp" in text
    assert "Kontanthjælp (04.01.2016 – –): Kommune 80 %, Region 0 %, Stat 20 %" in text
    assert "dream_codes 130 Kontanthjælp" in text
    assert "DREAM: data til og med 29.12.2024" in text
    page.keyboard.press("Escape")
    assert panel.count() == 0
    assert page.evaluate(cell) == [2, 3], "the focus goes back to the figure"


def test_the_panel_of_a_withheld_figure_tells_that_it_is_and_not_its_value(page):
    page.locator("#table-share tr", has_text="SU").first.locator(".figure-button").first.click()
    text = page.locator("dialog#trace[open]").inner_text()
    assert "Hvilken regel der skjuler det, oplyses ikke" in text
    assert re.search(r"Andel med forbrug\s+skjult", text)
    page.click("#trace-close")
    assert page.locator("dialog#trace[open]").count() == 0


def test_each_figure_tells_source_period_n_price_year_and_that_a_change_is_no_effect(page):
    for name in ("share", "cost", "change", "work"):
        line = page.locator(f"#source-{name}").inner_text()
        for told in (
            "Kilde: BEF til og med 31.12.2024",
            "Periode: kalenderår",
            "n = ",
            "En ændring over tid er ikke en effekt.",
        ):
            assert told in line, name
        assert ("Priser i 2023-niveau" in line) == (name != "share")
    assert "n = 100 borgere målt" in page.locator("#source-who").inner_text()


@pytest.mark.parametrize("language", ["Dansk", "English"])
def test_axe_finds_no_serious_fault(page, language):
    page.click(f"text={language}")
    page.wait_for_timeout(300)
    faults = found(page)
    page.locator("#table-cost .figure-button").first.click()
    assert faults + found(page) == []


def found(page):
    violations = Axe().run(page).response["violations"]
    return [
        (one["id"], one["nodes"][0]["html"][:200]) for one in violations if one["impact"] in ("serious", "critical")
    ]


def test_a_narrow_screen_scrolls_tables_and_not_the_page(browser, report):
    with opened(browser, report, viewport={"width": 390, "height": 800}) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert page.evaluate("document.querySelector('#table-cost .scroll').scrollWidth") > 358


def test_paper_has_tables_whole_and_no_controls(browser, report):
    with opened(browser, report) as page:
        page.emulate_media(media="print")
        for control in (".choices", ".download", ".languages", ".contents"):
            assert not page.locator(control).first.is_visible()
        assert page.evaluate(
            "[...document.querySelectorAll('.scroll')].every(b => b.scrollHeight <= b.clientHeight + 1)"
        )
        assert page.locator("#chart-cost svg").is_visible()
        assert "Område og ydelse" in page.locator("#table-cost thead").inner_text()


def test_without_scripts_the_page_says_where_the_figures_are(browser, report):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    assert "Tallene står også i regnearket" in page.locator("main").inner_text()
    context.close()


def test_a_release_with_little_in_it_opens_too(browser, tmp_path):
    own = COST.filter(pl.col("group_by") == "alle", pl.col("period") == 0)
    names = ("changes", "characteristics", "employment_table", "not_measured")
    write_report(tmp_path / "x.html", release(cost_table=own, **{n: getattr(TABLES, n).clear() for n in names}))
    with opened(browser, tmp_path / "x.html") as page:
        assert rows(page, "cost")[0] == ["Område og ydelse", "Betaler", "Startåret"]
        assert not page.locator("#share-beside").is_visible()
        assert "Alle borgere er målt i alle perioder." in page.locator("#gaps").inner_text()


def test_a_hundred_municipalities_can_be_chosen_among(browser, tmp_path):
    one = COST.filter(pl.col("group") == "101")
    many = [one.with_columns(group=pl.lit(str(code))) for code in range(102, 202)]
    write_report(tmp_path / "x.html", release(cost_table=pl.concat([COST, *many])))
    with opened(browser, tmp_path / "x.html") as page:
        page.select_option("#cost-group", label="Kommune 201")
        (row,) = [row for row in rows(page, "cost") if row[:2] == ["I alt", "I alt"]]
        assert row[2] == danish(half_up(released((None, None), -1, "mean_cost", "kommune", "101")))
