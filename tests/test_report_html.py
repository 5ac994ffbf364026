"""The report as a file: what it holds, what it may do, and that it is always the same. What a reader sees of it is in
`test_report_browser.py`."""

import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import polars as pl
import pytest
from released import HIDDEN_COST, HOSTILE, PROFILE, Study, release

from catalogue.profiles import Profile
from reports.html.charts import specs
from reports.html.report import embedded, vega, write_report
from reports.html.texts import TEXTS
from reports.labels import Labels
from reports.texts import TEXTS as SHARED

CONTROLLED = [
    "cost_table", "employment_table", "changes", "mean_intervals", "characteristics", "before_start",
    "participant_flow",
]  # fmt: skip


class Page(HTMLParser):
    """The elements of a page, and the text of its scripts."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.scripts, self.text, self._inside = [], [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        self._inside = None

    def handle_data(self, data):
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside != "style":
            self.text.append(data)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    path = tmp_path_factory.mktemp("release") / "aaben_dialog.html"
    write_report(path, release())
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(written):
    return Page(written)


@pytest.fixture(scope="module")
def data(page):
    return json.loads(page.scripts[0])


@pytest.mark.parametrize("name", CONTROLLED)
def test_it_holds_the_released_rows_and_no_other(data, name):
    released = getattr(release(), name)
    assert data["tables"][name] == released.to_dict(as_series=False)


def test_a_withheld_figure_is_nowhere_in_the_file(written):
    for shown in (str(HIDDEN_COST), "98765", "98.765", "98,765"):
        assert shown not in written


def test_it_loads_nothing_and_may_not(page):
    for tag, attributes in page.elements:
        assert tag not in {"iframe", "object", "embed", "base", "img"}
        assert "src" not in attributes
        assert attributes.get("href", "#").startswith(("#", "data:"))
    (policy,) = [a["content"] for _, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in rules["script-src"]
    assert not re.search(r"https?:|\*", policy)


def test_its_policy_lets_its_own_scripts_run_and_no_other(page):
    (policy,) = [a["content"] for _, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
    allowed = set(re.findall(r"'sha256-([^']+)'", policy))
    run = {b64encode(sha256(script.encode()).digest()).decode() for script in page.scripts[1:]}
    assert len(run) == 2
    assert allowed == run
    assert not [attribute for _, attributes in page.elements for attribute in attributes if attribute.startswith("on")]


def test_texts_of_the_data_are_no_markup(page, data, written):
    assert HOSTILE in data["tables"]["cost_table"]["group"]
    assert HOSTILE not in written
    assert not [tag for tag, _ in page.elements if tag == "b"]


def test_a_title_is_no_markup(tmp_path):
    write_report(tmp_path / "x.html", release(study=Study(title_da="<b>A & B</b>", title_en="</title><b>")))
    page = Page((tmp_path / "x.html").read_text(encoding="utf-8"))
    assert not [tag for tag, _ in page.elements if tag == "b"]
    assert "<b>A & B</b>" in page.text


def test_the_data_cannot_end_its_element():
    assert "<" not in embedded({"</script>": "<!--"})
    assert json.loads(embedded({"a": "</script>\u2028"})) == {"a": "</script>\u2028"}


def test_a_figure_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        embedded({"a": float("nan")})


def test_the_charts_script_ends_no_element_and_turns_no_text_into_script():
    assert "</script" not in vega().lower()
    assert "expressionInterpreter" in vega()


def test_the_same_tables_give_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_report(tmp_path / f"{name}.html", release())
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_the_head_tells_of_the_release(page):
    text = " ".join(page.text)
    made = ("Lavet (UTC)", "22.11.2026 09:30")
    for told in ("Åben Dialog", "2026-11-22-01", *made, "Året før – 2. år efter", "2023", "sds"):
        assert told in text
    assert "LPR_A_KONTAKT 31.12.2021" in text
    assert TEXTS["illustrative_report"][0] in text
    assert SHARED["reading_effect"][0] in text


def test_it_warns_of_illustrative_prices_and_2019_only_where_they_are(tmp_path):
    table = release().cost_table.with_columns(illustrative=False)
    write_report(tmp_path / "x.html", release(cost_table=table))
    shown = " ".join(Page((tmp_path / "x.html").read_text(encoding="utf-8")).text)
    assert TEXTS["illustrative_report"][0] not in shown
    assert SHARED["reading_2019"][0] not in shown
    write_report(tmp_path / "y.html", release(crosses_2019=True))
    assert SHARED["reading_2019"][0] in " ".join(Page((tmp_path / "y.html").read_text(encoding="utf-8")).text)


def test_what_hospitals_counted_over_2019_is_marked_wherever_it_is_named():
    before, after = release().labels("da"), release(crosses_2019=True).labels("da")
    for kind, id_ in (("service", "ambulant"), ("service", "sengedag"), ("area", "sundhed")):
        assert after.name(kind, id_) == before.name(kind, id_) + " †"
    for kind, id_ in (("service", "stoette"), ("area", "overfoerselsindkomst")):
        assert after.name(kind, id_) == before.name(kind, id_)


@pytest.mark.parametrize(
    ("profile", "told", "untold"),
    [
        (PROFILE, ["færre end 5", "»skjult«", "2 borgere tilsammen", "90 %", "15 %"], ["afrundet", "Også 0 borgere"]),
        (
            replace(PROFILE, show_zero=False, dominance_citizens=0, round_counts=5, round_kr=100.0, round_quantity=0.1),
            ["Også 0 borgere", "antal til nærmeste 5, kroner til nærmeste 100, forbrug til nærmeste 0,1"],
            ["tilsammen står for"],
        ),
    ],
)
def test_the_profile_is_told_in_words(tmp_path, profile: Profile, told, untold):
    write_report(tmp_path / "x.html", release(profile=profile))
    text = " ".join(Page((tmp_path / "x.html").read_text(encoding="utf-8")).text)
    assert [words for words in told if words not in text] == []
    assert [words for words in untold if words in text] == []


def test_every_figure_leads_to_what_is_behind_it(data):
    behind = data["trace"]["of"]
    for line in data["lines"]:
        at = f"{line['area'] or ''}/{line['service'] or ''}"
        for figure in ("cost_table/alle/{}/mean_cost_stat", "cost_table/befolkning/{}/share_users"):
            assert behind[figure.format(at)][0]
        assert behind[f"changes/alle/{at}/change_cost"][0]
    assert behind["characteristics////share"][0] != behind["participant_flow////n"][0]
    prices = [data["trace"]["prices"][place] for place in behind["cost_table/alle/sundhed/sengedag/mean_cost"][1]]
    assert [row["service"] for row in prices] == ["sengedag"]


def test_every_text_has_its_fields_in_both_languages():
    for key, (danish, english) in TEXTS.items():
        assert danish, key
        assert english, key
        assert set(re.findall(r"\{(\w+)\}", danish)) == set(re.findall(r"\{(\w+)\}", english)), key
    assert not set(SHARED) & set(TEXTS), "a shared word is not said again"


@pytest.mark.parametrize("language", ["da", "en"])
def test_charts_have_no_data_of_their_own_and_speak_the_language(language):
    tables = release()
    labels = Labels.of(language, tables.anchored, tables.areas, tables.services)
    charts = specs(labels, tables.periods)
    for chart in charts.values():
        parts = [part["data"] for part in (chart, *chart["layer"]) if "data" in part]
        assert parts
        assert all(part == {"name": "rows"} for part in parts)
        assert "datasets" not in chart
    words = json.dumps(charts["cost_mean"], ensure_ascii=False)
    assert ("kr. pr. borger" in words) == (language == "da")
    assert labels.text("region") in words
    assert labels.period(-1) in json.dumps(charts["share"], ensure_ascii=False)


def test_a_single_period_an_empty_release_and_no_registers_still_make_a_report(tmp_path):
    tables = release()
    one = tables.cost_table.filter(pl.col("period") == 0)
    frames = {name: getattr(tables, name).clear() for name in ("changes", "characteristics", "employment_table")}
    write_report(tmp_path / "x.html", release(cost_table=one, **frames))
    frames |= {
        name: getattr(tables, name).clear() for name in ("participant_flow", "not_measured", "registers", "codes")
    }
    write_report(tmp_path / "y.html", release(cost_table=one.clear(), **frames))
    assert (tmp_path / "y.html").stat().st_size
