"""How tables are split: BEF by the year of its files, study tables by study."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

FIRST_BEF_YEAR = 2008
"""Where the years begin as long as nothing is delivered."""

EVERY_PARTITION = dg.AllPartitionMapping()


def year_partitions(years: Sequence[str]) -> dg.TimeWindowPartitionsDefinition:
    """A partition a year, from the first delivered to this one, which has begun and may have deliveries."""
    first = min(years, default=str(FIRST_BEF_YEAR))
    return dg.TimeWindowPartitionsDefinition(start=first, fmt="%Y", cron_schedule="0 0 1 1 *", end_offset=1)


def study_partitions(study_ids: Sequence[str]) -> dg.StaticPartitionsDefinition:
    """A partition a study."""
    return dg.StaticPartitionsDefinition(sorted(study_ids))
