"""What stands on the pages of Data Docs: Great Expectations' results in Danish words, for its own site builder.

Here: renderers (a result becomes what a template shows) and views (the templates). Not here: building the site
(`data_docs.py`), nor markup (`templates/`). Great Expectations' own pages load their style and scripts from the
internet, draw their tables by script and are in English; these need neither script nor network.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.render.view import DefaultJinjaPageView

from expectations.suites import words
from expectations.suites.bands import SCOPE
from expectations.suites.history import KEPT

HOME = "../../../../index.html"
"""The way from a result's page to the first one: both lie as Great Expectations lays them."""

GRAVITY = ("block", "warn", "passed", "not_applicable")
"""What a suite came to is the first of these that any of its checks came to."""


class PageView(DefaultJinjaPageView):
    """A result's page."""

    _template = "result.html"

    def __init__(self) -> None:
        super().__init__(custom_views_directory=str(Path(__file__).parent / "templates"))

    def render(self, document: dict[str, Any], **_: Any) -> str:
        """What a renderer made of a result, as HTML."""
        return self._get_template(self._template).render(document, site=words.SITE, states=words.STATES)


class IndexView(PageView):
    """The first page."""

    _template = "index.html"


class ResultRenderer:
    """A result of a suite: its checks by what came of them, the gravest first."""

    def render(self, result: ExpectationSuiteValidationResult) -> dict[str, Any]:
        """What the template of a result shows."""
        checks = _checks(result)
        groups = [(state, [check for check in checks if check["state"] == state]) for state in words.STATES]
        return {"home": HOME, "groups": groups, **_summary(result)}


class IndexRenderer:
    """All results that are kept: of each suite the newest, and the older ones below."""

    def __init__(self, data_context: Any) -> None:
        self.context = data_context

    def render(self, links: dict[str, Any]) -> dict[str, Any]:
        """What the template of the first page shows; `links` lead to the results, the newest first."""
        suites: dict[str, list[dict[str, Any]]] = {}
        for link in links.get("validations_links", []):
            result = self.context.get_validation_result(
                link["expectation_suite_name"], batch_identifier=link["batch_identifier"], run_id=link["run_id"]
            )
            suites.setdefault(result.suite_name, []).append({"url": link["filepath"], **_summary(result)})
        registers = list(words.TITLES)
        order = sorted(suites, key=lambda name: (registers.index(name) if name in registers else len(registers), name))
        return {
            "title": words.SITE,
            "newest": [suites[name][0] for name in order],
            "older": [suites[name][1:] for name in order if suites[name][1:]],
            "kept": KEPT,
        }


def _summary(result: ExpectationSuiteValidationResult) -> dict[str, Any]:
    """Which suite was run when, and how many of its checks came to what; its own state is the gravest of theirs."""
    counts = Counter(check["state"] for check in _checks(result))
    when = datetime.fromisoformat(result.meta["validation_time"]).astimezone()
    return {
        "title": result.meta["title"],
        "when": f"{when:%d.%m.%Y kl. %H.%M}",
        "state": next(state for state in GRAVITY if counts[state]),
        "counts": [(state, counts[state]) for state in words.STATES],
    }


def _checks(result: ExpectationSuiteValidationResult) -> list[dict[str, Any]]:
    """Every check of a suite in the catalogue's order, those that were asked nowhere too."""
    outcomes = {outcome.expectation_config.kwargs["column"]: outcome for outcome in result.results}
    return [
        _asked(outcomes[one["column"]], one["figures"], one["worst"])
        if one["column"] in outcomes
        else _not_asked(ExpectationConfiguration(**one["expectation"]), one["note"])
        for one in result.meta["checks"]
    ]


def _asked(outcome: ExpectationValidationResult, figures: list[dict[str, Any]], worst: str) -> dict[str, Any]:
    expectation = outcome.expectation_config
    failed = {one[SCOPE] for one in outcome.result.get("unexpected_index_list") or []}
    shown = {
        one[SCOPE]: {
            "scope": words.scope(one[SCOPE]),
            "value": words.percent(one["value"]),
            "counted": words.counted(one["numerator"], one["denominator"]),
            "failed": one[SCOPE] in failed,
        }
        for one in figures
    }
    state = "passed" if outcome.success else "block" if expectation.severity == "critical" else "warn"
    return _told(expectation, state) | {"figures": list(shown.values()), "worst": shown[worst]}


def _not_asked(expectation: ExpectationConfiguration, note: str) -> dict[str, Any]:
    told, (danish, _, english) = _told(expectation, "not_applicable"), note.partition(words.IN_ENGLISH)
    return told | {"note": danish, "english": [*told["english"], english]}


def _told(expectation: ExpectationConfiguration, state: str) -> dict[str, Any]:
    title, _, band = expectation.description.rpartition(": ")
    why, mend, *english = expectation.notes
    told = {"state": state, "title": title, "band": band, "why": why, "mend": mend, "english": english}
    return {**told, "asset": expectation.meta["asset"], "figures": [], "worst": None}
