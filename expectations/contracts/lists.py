"""The contract of a participant list: a file that somebody typed, read as text. Source: docs/method.md § 1.2-1.3."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from expectations.contracts.columns import column, table

LIST_REASONS = {
    "missing_pnr": "no PNR",
    "missing_start": "neither a start date nor a start year (or no date where periods are anchored)",
    "invalid_date": "a date or year that cannot be read",
    "end_before_start": "an end before the start",
    "duplicate_participant": "the same citizen again; the earliest start is kept",
}
"""Why a row of a list is set aside."""


def _typed(meaning: str) -> pa.Column:
    return column(pl.String, meaning, nullable=True)


PARTICIPANT_LIST = table(
    "extracts/participant_list",
    "a participant as typed; rows that are wholly blank are left out",
    {
        "pnr": _typed("The citizen's pseudonym, of the same series as the registers'."),
        "start_date": _typed("When the course began: yyyy-mm-dd or dd-mm-yyyy."),
        "start_year": _typed("The year it began, where the date is not known."),
        "end_date": _typed("When the course ended; empty while it goes on."),
        "municipality": _typed("The municipality, as the project names it."),
        "status": _typed("How the course stands, such as completed."),
        "group": _typed("A group of the project's own, by which tables are split."),
    },
)
