"""What a data owner asks of a release: the thresholds of disclosure control.

Here: one profile as an object. Not here: its values (`disclosure_profiles.csv`), nor what is done with them
(`pipelines.disclosure`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """A row of `disclosure_profiles.csv`; its columns are explained in `catalogue.columns`."""

    profile: str
    min_count: int
    show_zero: bool
    dominance_citizens: int
    dominance_share: float
    bracket_share: float
    round_counts: int
    round_kr: float
    round_quantity: float
    marker_da: str
    marker_en: str
    source: str | None = None
