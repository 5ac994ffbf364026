"""Suites: the catalogue's bands held against measures by Great Expectations, and the pages it builds of the results."""

from __future__ import annotations

import json
import logging
import math
import os
import subprocess
import sys
import warnings
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from catalogue.columns import FILES
from expectations.contracts.columns import polars_schema
from expectations.contracts.quality import MEASURES
from expectations.findings import Finding, findings_table
from expectations.suites import words
from expectations.suites.data_docs import build_data_docs
from expectations.suites.running import run_suite

HOUSE = Path(__file__).parents[1]
Figure = tuple[str, str, float | None, float | None, float | None]


def check(name: str, measure: str = "share", **stated: Any) -> dict[str, Any]:
    """A row of `quality_checks.csv`, by default at most 5 % of at least 100."""
    texts = {
        f"{text}_{language}": f"{text} {name} {language}"
        for text in ("title", "why", "mend")
        for language in ("da", "en")
    }
    row = {"suite": "bef", "asset": "registers/bef", "check": name, "measure": measure, "lower": None, "upper": 0.05}
    return {**row, "severity": "block", "least": 100.0, **texts, **stated}


def checks(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={name: stated.dtype for name, stated in FILES["quality_checks"].columns.items()})


def shares(measure: str, of: float = 1000, **counts: float) -> list[Figure]:
    """Figures of a measure: `y2019=30` is 30 of `of` in 2019."""
    return [(scope.removeprefix("y"), measure, float(n), float(of), n / of) for scope, n in counts.items()]


def frame(*figures: Figure) -> pl.DataFrame:
    return pl.DataFrame(figures, schema=polars_schema(MEASURES), orient="row")


def found(figures: list[Figure], *rows: dict[str, Any], **where: Any) -> list[Finding]:
    return run_suite("bef", frame(*figures), checks(*rows), **where)


def test_a_check_that_every_scope_keeps_passes_with_the_figures_nearest_to_its_band() -> None:
    [one] = found(shares("share", y2018=10, y2019=49, y2020=20), check("few"))
    assert (one.state, one.numerator, one.denominator, one.value) == ("passed", 49, 1000, 0.049)
    assert (list(one.scopes), one.note, one.blocks, one.warns) == ([], None, False, False)


def test_a_value_on_the_band_passes() -> None:
    low_and_high = shares("share", y2018=10, y2019=50)
    assert [one.state for one in found(low_and_high, check("few", lower=0.01))] == ["passed"]


@pytest.mark.parametrize(("severity", "blocks"), [("block", True), ("warn", False)])
def test_a_check_that_a_scope_breaks_fails_with_its_worst_figures(severity: str, blocks: bool) -> None:
    [one] = found(shares("share", y2018=60, y2019=10, y2020=90), check("few", severity=severity))
    assert (one.state, one.blocks, one.warns) == ("failed", blocks, not blocks)
    assert (one.numerator, one.denominator, one.value) == (90, 1000, 0.09)
    assert list(one.scopes) == ["2018", "2020"]
    assert one.note == "Længst fra grænsen: 2020. / Farthest from the band: 2020."


@pytest.mark.parametrize(
    ("lower", "upper", "values", "failed", "worst"),
    [
        (0.9, None, {"a": 0.95, "b": 0.8, "c": 0.85}, ["b", "c"], 0.8),
        (-0.1, 0.1, {"a": -0.3, "b": 0.0, "c": 0.2}, ["a", "c"], -0.3),
        (-0.1, 0.1, {"a": -0.01, "b": 0.09, "c": 0.0}, [], 0.09),
        (-0.1, 0.1, {"a": 0.0, "b": math.inf}, ["b"], math.inf),
        (0.0, 0.0, {"a": 0.0, "b": 0.001}, ["b"], 0.001),
    ],
)
def test_both_ends_of_a_band_are_held(
    tmp_path: Path, lower: float | None, upper: float | None, values: dict[str, float], failed: list[str], worst: float
) -> None:
    figures = [(scope, "share", 1.0, 1000.0, value) for scope, value in values.items()]
    [one] = found(figures, check("held", lower=lower, upper=upper), folder=tmp_path)
    assert (list(one.scopes), one.value, one.note is None) == (failed, worst, len(failed) < 2)


def test_scopes_are_told_by_number_whatever_the_order_of_the_measures() -> None:
    figures = shares("share", y10=900, alle=900) + shares("other", y0=1) + [("-2", "share", 900.0, 1000.0, 0.9)]
    figures += [("10", "other", 900.0, 1000.0, 0.9), ("-10", "other", 900.0, 1000.0, 0.9)]
    figures += [("9", "share", 900.0, 1000.0, 0.9)]
    findings = found(figures, check("few"), check("others", "other"))
    assert [list(one.scopes) for one in findings] == [["-2", "9", "10", "alle"], ["-10", "10"]]


def test_figures_that_rest_on_too_few_are_not_asked() -> None:
    figures = shares("share", of=99, y2018=99) + shares("share", of=100, y2019=1)
    small, large = found(figures, check("any", least=0.0), check("of_100", least=100.0))
    assert (small.state, list(small.scopes)) == ("failed", ["2018"])
    assert (large.state, large.denominator) == ("passed", 100)


def test_a_check_that_is_asked_nowhere_is_not_applicable_and_says_why() -> None:
    nothing: list[Figure] = [("2019", "empty", None, None, None), ("2020", "empty", 0.0, 0.0, math.nan)]
    figures = shares("share", of=1234, y2019=1234, y2020=0) + nothing
    rows = [check("few", least=100_000), check("none", "empty"), check("typo", "shore"), check("kept", upper=1.0)]
    findings = found(figures, *rows)
    assert [one.state for one in findings] == ["not_applicable"] * 3 + ["passed"]
    assert [one.note for one in findings] == [
        "For lidt at regne på: højst 1.234, og kontrollen kræver mindst 100.000. / "
        "Too few to tell: 1,234 at most, and the check needs at least 100,000.",
        "Der er intet at sammenligne. / There is nothing to compare.",
        "Målet shore er ikke beregnet. / The measure shore was not computed.",
        None,
    ]
    assert not any(one.blocks or one.warns for one in findings)


def test_a_suite_of_which_nothing_is_applicable_is_not_run(tmp_path: Path) -> None:
    assert [one.state for one in found([], check("few"), folder=tmp_path)] == ["not_applicable"]
    assert not list(tmp_path.rglob("*"))


def test_findings_come_in_the_order_of_the_catalogue_and_fit_their_table() -> None:
    names = ["z", "a", "m"]
    findings = found(shares("share", y2019=1), *[check(name, "none" if name == "a" else "share") for name in names])
    table = findings_table("suite", None, findings)
    assert table["check"].to_list() == names
    assert table["state"].to_list() == ["passed", "not_applicable", "passed"]


def test_a_suite_without_checks_finds_nothing() -> None:
    assert run_suite("dream", frame(*shares("share", y2019=1)), checks(check("few"))) == []


@pytest.mark.parametrize(
    ("share", "danish", "english"),
    [
        (0.05, "5 %", "5 %"),
        (0.012345, "1,23 %", "1.23 %"),
        (0.1, "10 %", "10 %"),
        (-0.2, "−20 %", "−20 %"),
        (0.00000123, "0,000123 %", "0.000123 %"),
        (12.345678, "1.235 %", "1,235 %"),
        (0.0, "0 %", "0 %"),
        (math.inf, "∞ %", "∞ %"),
    ],
)
def test_shares_in_words(share: float, danish: str, english: str) -> None:
    assert (words.percent(share), words.percent(share, "en")) == (danish, english)


@pytest.mark.parametrize(
    ("lower", "upper", "told"),
    [
        (None, 0.05, "højst 5 %"),
        (0.9, None, "mindst 90 %"),
        (-0.1, 0.1, "mellem −10 % og 10 %"),
        (0.0, 0.0, "præcis 0 %"),
    ],
)
def test_bands_in_words(lower: float | None, upper: float | None, told: str) -> None:
    assert words.band(lower, upper) == told


class Page(HTMLParser):
    """What a page refers to, and what it says outside its parts in English."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.refers: list[str] = []
        self.tags: list[str] = []
        self.said = ""
        self.english = 0  # how many open details stand within one in English, itself counted
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.refers += [value or "" for name, value in attrs if name in ("href", "src")]
        self.english += tag == "details" and (bool(self.english) or ("lang", "en") in attrs)

    def handle_endtag(self, tag: str) -> None:
        self.english -= tag == "details" and bool(self.english)

    def handle_data(self, data: str) -> None:
        if not self.english:
            self.said += f"{data} "


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data Docs of a register that fails, one that passes, and a study."""
    folder, rows = tmp_path_factory.mktemp("quality"), []
    for suite in ("bef", "handic", "study"):
        kept = {"suite": suite, "asset": f"registers/{suite}"}
        rows += [check("few", **kept, title_da="Borgere uden <kommune>"), check("some", severity="warn", **kept)]
        rows += [check("none", "shore", **kept), check("all", upper=1.0, **kept)]
    for suite, study, n in [("bef", None, 90), ("handic", None, 1), ("study", "housing", 2)]:
        figures = frame(*shares("share", y2018=1, y2019=n, alle=1))
        run_suite(suite, figures, checks(*rows), folder / ".gx", study=study)
    return build_data_docs(folder / ".gx", folder / "data_docs").parent


def newest(site: Path, suite: str) -> Page:
    [path] = sorted((site / "validations" / suite).rglob("*.html"))
    return Page(path)


def test_the_first_page_tells_every_suite_in_danish(site: Path) -> None:
    said = Page(site / "index.html").said
    titles = ["Datakvalitet – forlob", "BEF – befolkningen", "HANDIC – sociale serviceydelser", "Undersøgelse housing"]
    assert sorted(titles, key=said.index) == titles
    assert "diskretioneret" in said


def test_a_page_tells_every_check_by_what_came_of_it(site: Path) -> None:
    said = " ".join(newest(site, "bef").said.split())
    for part in (
        *("Stop (1)", "Advarsel (1)", "Ikke relevant (1)", "Bestået (1)"),
        "Borgere uden <kommune> Grænse: højst 5 % Målt: 9 %",
        "Længst fra grænsen 2019: 9 % (90 af 1.000)",
        "Hvorfor kontrollen er der why few da Når den fejler mend few da",
        "Hvorfor ikke målt Målet shore er ikke beregnet.",
        "2019 9 % 90 af 1.000 ✖ uden for hele tabellen 0,1 % 1 af 1.000 inden for",
    ):
        assert part in said
    assert "Stop (" not in newest(site, "handic").said


def test_english_stands_apart_from_the_danish(site: Path) -> None:
    page = newest(site, "bef")
    text = page.path.read_text(encoding="utf-8")
    assert "title few en: at most 5 %" in text
    assert "The measure shore was not computed." in text
    for word in ("few en", "computed", "Success", "Observed", "Status", "Expectation "):
        assert word not in page.said


def test_no_page_needs_the_network_or_a_script(site: Path) -> None:
    pages = [Page(path) for path in site.rglob("*") if path.is_file()]
    assert {page.path.suffix for page in pages} == {".html"}
    for page in pages:
        text = page.path.read_text(encoding="utf-8")
        assert "//" not in "".join(page.refers)
        assert not {"script", "img", "iframe", "object"} & set(page.tags)
        assert not [address for address in ("http://", "https://", "url(", "@import") if address in text]


def test_every_link_leads_to_a_page(site: Path) -> None:
    for path in site.rglob("*.html"):
        leads = [path.parent / told for told in Page(path).refers if not told.startswith("data:")]
        assert leads
        assert all(lead.is_file() for lead in leads)


def test_a_result_holds_measures_and_bands_alone(site: Path) -> None:
    [path] = (site.parent / ".gx" / "bef").rglob("*.json")
    kept = json.loads(path.read_text(encoding="utf-8"))
    [few, *_] = kept["results"]
    assert few["result"]["unexpected_index_list"] == [{"scope": "2019", "registers/bef:few": 0.09}]
    assert (few["expectation_config"]["severity"], kept["results"][1]["expectation_config"]["severity"]) == (
        "critical",
        "warning",
    )
    assert [one["column"] for one in kept["meta"]["checks"]] == [
        f"registers/bef:{name}" for name in ("few", "some", "none", "all")
    ]


def test_older_results_are_kept_one_a_day_up_to_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("expectations.suites.history.KEPT", 2)
    folder, times = tmp_path / ".gx", []
    for n, year in ((90, 2024), (1, 2025), (1, None), (1, None)):
        found(shares("share", y2019=n), check("few"), folder=folder)
        newest = max((folder / "bef").glob("*/*"), key=lambda path: path.name)
        if year:  # as if it had run on another day
            newest = newest.rename(newest.with_name(f"{year}{newest.name[4:]}"))
        times.append(newest.name)
    times.pop(2)  # of one day the last is kept
    first = Page(build_data_docs(folder, tmp_path / "site"))
    assert sorted(path.name for path in (folder / "bef").glob("*/*")) == times[1:]
    assert [lead.split("/")[-2] for lead in first.refers if lead.startswith("validations")] == times[:0:-1]
    assert "Tidligere resultater" in first.said


def test_a_site_is_replaced_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, site = tmp_path / ".gx", tmp_path / "site"
    found(shares("share", y2019=1), check("few"), folder=folder)
    site.mkdir()
    (site / "old.html").touch()
    monkeypatch.setattr("expectations.suites.pages.ResultRenderer.render", lambda *_: 1 / 0)
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        build_data_docs(folder, site)
    assert sorted(path.name for path in tmp_path.rglob("*.html")) == ["old.html"]
    site.rename(tmp_path / ".site.old")  # as a build leaves it that is stopped between its two renames
    with pytest.raises(RuntimeError):
        build_data_docs(folder, site)
    assert (site / "old.html").exists()
    monkeypatch.undo()
    build_data_docs(folder, site)
    assert {path.name for path in site.iterdir()} == {"index.html", "validations"}
    assert {path.name for path in tmp_path.iterdir()} == {".gx", "site"}


def test_a_site_of_no_results_says_so(tmp_path: Path) -> None:
    assert "endnu ikke kørt" in build_data_docs(tmp_path / ".gx", tmp_path / "site").read_text(encoding="utf-8")


def test_the_log_of_great_expectations_is_kept_back_but_for_its_errors(caplog: pytest.LogCaptureFixture) -> None:
    from expectations.suites.engine import quiet

    log = logging.getLogger("great_expectations.render")
    with warnings.catch_warnings(record=True) as warned, quiet():
        warnings.warn("kept back", stacklevel=1)
        log.warning("kept back")
    with pytest.raises(RuntimeError, match="a page is missing"), quiet():
        log.error("a page is missing")
    assert (list(warned), caplog.records) == ([], [])


def outside(program: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A program in a process of its own, the project on its path."""
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(HOUSE), **environment},
        capture_output=True,
        text=True,
    )


def test_importing_suites_does_not_import_great_expectations(tmp_path: Path) -> None:
    program = (
        "import sys, expectations.findings, expectations.validate, expectations.suites.running\n"
        "import expectations.suites.data_docs\n"
        "print('great_expectations' in sys.modules)"
    )
    told = outside(program, tmp_path)
    assert (told.stdout, told.stderr) == ("False\n", "")


def test_a_run_says_nothing_needs_no_network_and_leaves_only_its_files(tmp_path: Path) -> None:
    home, cwd = tmp_path / "home", tmp_path / "cwd"
    home.mkdir()
    cwd.mkdir()
    program = f"""
import socket
def refuse(*_, **__): raise SystemExit("the network was tried")
socket.socket.connect = socket.socket.connect_ex = socket.create_connection = socket.getaddrinfo = refuse
import sys; sys.path.insert(0, {str(HOUSE / "tests")!r})
from pathlib import Path
from test_suites import build_data_docs, check, found, shares
found(shares("share", y2018=90, y2019=1), check("few"), check("none", "shore"), folder=Path("gx"))
build_data_docs(Path("gx"), Path("site"))
"""
    told = outside(program, cwd, HOME=str(home), TMPDIR=str(home), PYTHONWARNINGS="default")
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")
    assert {path.name for path in cwd.iterdir()} == {"gx", "site"}
    assert list(home.iterdir()) == []
