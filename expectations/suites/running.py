"""A suite run: the catalogue's bands as expectations of Great Expectations, over measures, as findings.

Here: `run_suite`. Not here: which figures a check is asked of (`bands.py`), nor how measures are computed
(`pipelines`). Great Expectations sees measures by year or period, never a row of a citizen.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from expectations.findings import Finding
from expectations.suites import bands as asking
from expectations.suites import words
from expectations.suites.bands import SCOPE, Band

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
    from great_expectations.expectations import ExpectColumnValuesToBeBetween

SEVERITY = {"block": "critical", "warn": "warning"}
RUN_NAME = "forlob"
MEASURES_ONLY = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": [SCOPE],
    "return_unexpected_index_query": False,
    "include_unexpected_rows": False,
}
"""Of a failed check the result holds the scopes and the measure's values: there is nothing else in the frame."""


def run_suite(
    suite: str, measures: pl.DataFrame, checks: pl.DataFrame, folder: Path | None = None, *, study: str | None = None
) -> list[Finding]:
    """Hold measures against the bands of a suite.

    Args:
        suite: the suite in `checks`, such as `bef` or `study`.
        measures: a figure a scope and measure (`expectations.contracts.quality.MEASURES`).
        checks: the catalogue's `quality_checks`.
        folder: where the result is kept for Data Docs (`build_data_docs`); without it none is kept.
        study: the id of the study whose measures these are.

    Returns:
        a finding a check, in the order of the catalogue, with the figures of its worst scope; none where the suite
        has no checks.
    """
    bands = asking.bands_of(checks, suite)
    if not bands:
        return []
    asked = {band: asking.figures(band, measures) for band in bands}
    notes = {band: asking.why_not_asked(band, measures) for band, rows in asked.items() if rows.is_empty()}
    worst = {band: asking.worst(band.check, rows) for band, rows in asked.items() if band not in notes}
    if not worst:  # nothing to run or to show: a register that is not delivered, or far too few rows
        return [Finding(band.check, "not_applicable", note=notes[band]) for band in bands]
    result = _validate(f"study_{study}" if study else suite, list(worst), asking.wide(bands, measures))
    if folder is not None:
        from expectations.suites.history import keep

        result.meta["title"] = words.STUDY_TITLE.format(study) if study else words.TITLES[suite]
        result.meta["checks"] = [
            _not_asked(band, notes[band]) if band in notes else _asked(band, asked[band], worst[band]) for band in bands
        ]
        keep(result, folder)
    outcomes = {outcome.expectation_config.kwargs["column"]: outcome for outcome in result.results}
    return [
        Finding(band.check, "not_applicable", note=notes[band])
        if band in notes
        else _finding(band, worst[band], outcomes[band.column])
        for band in bands
    ]


def _validate(name: str, bands: list[Band], frame: pl.DataFrame) -> ExpectationSuiteValidationResult:
    """What Great Expectations finds of the checks that are asked: one asked nowhere it would pass."""
    from expectations.suites import engine

    with engine.quiet():
        import great_expectations as gx
        import pandas as pd

        data = engine.running()
        context = data.data_asset.datasource.data_context
        suite = gx.ExpectationSuite(name=name, expectations=[_expectation(band) for band in bands])
        definition = gx.ValidationDefinition(name=name, data=data, suite=context.suites.add_or_update(suite))
        return context.validation_definitions.add_or_update(definition).run(
            batch_parameters={"dataframe": pd.DataFrame(frame.to_dict(as_series=False))},
            result_format=MEASURES_ONLY,
            run_id=gx.RunIdentifier(run_name=RUN_NAME),
        )


def _expectation(band: Band) -> ExpectColumnValuesToBeBetween:
    """A check as an expectation, in words that any reader of Great Expectations' results meets: Danish first."""
    from great_expectations.expectations import ExpectColumnValuesToBeBetween

    check = band.check
    danish, english = (words.band(check.lower, check.upper, language) for language in ("da", "en"))
    return ExpectColumnValuesToBeBetween(
        column=band.column,
        min_value=check.lower,
        max_value=check.upper,
        severity=SEVERITY[check.severity],
        description=f"{check.title_da}: {danish}",
        notes=[check.why_da, check.mend_da, f"{check.title_en}: {english}", check.why_en, check.mend_en],
        meta={"asset": check.asset, "check": check.name, "measure": band.measure, "least": band.least},
    )


def _asked(band: Band, figures: pl.DataFrame, worst: dict[str, Any]) -> dict[str, Any]:
    """The figures of a check, which a page shows: Great Expectations keeps those alone that fail."""
    return {"column": band.column, "worst": worst[SCOPE], "figures": figures.drop("measure").to_dicts()}


def _not_asked(band: Band, note: str) -> dict[str, Any]:
    """A check that is asked nowhere, for the pages: Great Expectations' result knows nothing of it."""
    return {"column": band.column, "note": note, "expectation": _expectation(band).configuration.to_json_dict()}


def _finding(band: Band, worst: dict[str, Any], outcome: ExpectationValidationResult) -> Finding:
    if "unexpected_index_list" not in outcome.result and not outcome.success:
        raise RuntimeError(f"Great Expectations could not hold {band.column}: {outcome.exception_info}")
    failed = [one[SCOPE] for one in outcome.result.get("unexpected_index_list") or []]
    return Finding(
        band.check,
        "passed" if outcome.success else "failed",
        worst["numerator"],
        worst["denominator"],
        worst["value"],
        failed,
        words.farthest(worst[SCOPE]) if len(failed) > 1 else None,
    )
