"""How tables are split: registers that come a year at a time by the year of their files, study tables by study."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

FIRST_YEAR = 2008
"""Where the years begin as long as nothing is delivered."""

COMES, A_YEAR, GATHERED = "forlob/comes", "a_year_at_a_time", "gathered_of_every_year"
"""The tag by which jobs know what is made of a register for each year by itself, and what is gathered of all years."""
EVERY_PARTITION = dg.AllPartitionMapping()


def year_partitions(years: Sequence[str]) -> dg.TimeWindowPartitionsDefinition:
    """A partition a year, from the first delivered to this one, which has begun and may have deliveries."""
    first = min(years, default=str(FIRST_YEAR))
    return dg.TimeWindowPartitionsDefinition(start=first, fmt="%Y", cron_schedule="0 0 1 1 *", end_offset=1)


def study_partitions(study_ids: Sequence[str]) -> dg.StaticPartitionsDefinition:
    """A partition a study."""
    return dg.StaticPartitionsDefinition(sorted(study_ids))
