"""What an attacker on a release has in hand: its printed tables, and what is public besides.

Here: the frames and facts, and the ceilings that follow from the rates. Not here: how they become a system
(`pipelines.audit.relations`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from catalogue.amounts import TAXES
from catalogue.profiles import Profile
from pipelines.before_start import counted

COUNTS = ("n_study", "n_citizens", "n_users")
COSTS = ("cost", "cost_kommune", "cost_region", "cost_stat")
AMOUNTS = ("quantity", *COSTS)
KEY = ("table", "group_by", "group", "period", "area", "service")
"""What tells a printed row apart from all others; of the flow `group_by` is the step and `group` the reason, of the
characteristics they are the characteristic and the category, of what was had before the start the answer and the
category."""

WEIGHTED = "befolkning_standardiseret"
"""Means of these rows are weighted: times its citizens a mean is no sum, though it adds up like one."""
POPULATION = ("befolkning", WEIGHTED)
SIZED_BY_PERIOD = ("beskaeftigelse", *POPULATION)
"""Groupings whose groups are other citizens in each period."""

Who = tuple[str, str]
"""`group_by`, `group`."""
EVERYBODY: Who = ("alle", "alle")
Line = tuple[str | None, str | None]
"""`area`, `service`: a service, an area (no service), or all (neither)."""


@dataclass(frozen=True)
class Released:
    """The tables of one release, as printed: what is withheld is null. Unsuppressed, they are the truth."""

    cost_table: pl.DataFrame
    employment_table: pl.DataFrame | None = None
    participant_flow: pl.DataFrame | None = None
    characteristics: pl.DataFrame | None = None
    changes: pl.DataFrame | None = None
    before_start: pl.DataFrame | None = None

    def rows(self) -> pl.DataFrame:
        """Rows of the cost and the employment table with their `table`."""
        tables = [self.cost_table.with_columns(table=pl.lit("cost_table"))]
        if self.employment_table is not None:
            tables.append(self.employment_table.with_columns(table=pl.lit("employment_table")))
        return pl.concat(tables, how="diagonal_relaxed")

    def counts(self) -> pl.DataFrame:
        """`KEY`, `n` and `share` of the flow, the characteristics and what was had before the start; only
        characteristics have shares. Of the last also whom the printed counts leave, where these tell it.
        """
        of_key = {**dict.fromkeys(KEY, pl.String), "period": pl.Int16}
        frames = [pl.DataFrame(schema={**of_key, "n": pl.Int64, "share": pl.Float64})]
        for table, frame, group_by, group in (
            ("participant_flow", self.participant_flow, "step", "reason"),
            ("characteristics", self.characteristics, "characteristic", "category"),
            ("before_start", self._before_start(), "answer", "category"),
        ):
            if frame is not None:
                named = {"group_by": pl.col(group_by), "group": pl.col(group).cast(pl.String)}
                share = [name for name in ("share",) if name in frame.columns]
                frames.append(frame.select(pl.lit(table).alias("table"), pl.col("n").cast(pl.Int64), *share, **named))
        return pl.concat(frames, how="diagonal")

    def _before_start(self) -> pl.DataFrame | None:
        if self.before_start is None:
            return None
        sizes = self.cost_table.filter(group_by="alle").get_column("n_study").drop_nulls()
        return counted(self.before_start, sizes[0] if sizes.len() else None)


@dataclass(frozen=True)
class Parts:
    """Disjoint groups that lie wholly inside another; in one period alone, or (null) in all."""

    whole: Who
    parts: Sequence[Who]
    period: int | None = None

    @property
    def rest(self) -> str:
        """What those of the whole are called who are in no part: `alle without kommune`."""
        return f"{self.whole[1]} without {self.parts[0][0]}"


@dataclass(frozen=True)
class Earlier:
    """A release made before of the same study, and what of it is known to be as now.

    `same`: `KEY` of the rows that rest on the same citizens and the same truth as those of that key now. `differ`:
    `group_by`, `group`, `n`: how many citizens came to or left a group since.
    """

    released: Released
    same: pl.DataFrame
    differ: pl.DataFrame


@dataclass(frozen=True)
class Rate:
    """A service in a period: kr. per unit, payers' shares and the most units of a citizen, lowest and highest."""

    price: tuple[float, float] | None
    shares: Mapping[str, tuple[float, float]]
    units_high: float | None


@dataclass(frozen=True)
class Knowledge:
    """What is public besides the tables, and so in every attacker's hands.

    `rates` has `service`, `period`; `price_low`, `price_high` (kr. per unit in the price year; null: not priced);
    `kommune_low`, `kommune_high`, `region_low`, ... (the payers' shares); `units_high` (the most units a citizen can
    have in the period; null: no limit); `population_rates` the same of the population, whose years are priced by their
    own start (None: as `rates`). `areas` names each service's area; `look_back` the services and periods of each
    category of what was had before the start, as the table names it. `profile` tells how figures are rounded.
    """

    parts: Sequence[Parts]
    rates: pl.DataFrame
    areas: Mapping[str, str]
    profile: Profile
    earlier: Sequence[Earlier] = ()
    population_rates: pl.DataFrame | None = None
    look_back: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)

    def services_of(self, line: Line) -> list[str]:
        """The services that a line is made of; what citizens pay is in no total."""
        area, service = line
        if service:
            return [service]
        return [name for name, own in self.areas.items() if own == area or (area is None and own != TAXES)]

    @cached_property
    def rate(self) -> dict[tuple[str, int], Rate]:
        """The rate of each service and period."""
        return rates_by_service(self.rates)

    @cached_property
    def population_rate(self) -> dict[tuple[str, int], Rate]:
        """The same for the population's rows."""
        return self.rate if self.population_rates is None else rates_by_service(self.population_rates)


def rates_by_service(rates: pl.DataFrame) -> dict[tuple[str, int], Rate]:
    """Rows of `Knowledge.rates` by service and period."""
    found = {}
    for row in rates.iter_rows(named=True):
        price = None if row["price_high"] is None else (row["price_low"], row["price_high"])
        payers = ("kommune", "region", "stat") if price else ()
        shares = {f"cost_{payer}": (row[f"{payer}_low"], row[f"{payer}_high"]) for payer in payers}
        found[row["service"], row["period"]] = Rate(price, shares, row["units_high"])
    return found


def ceiling(rate: Mapping[tuple[str, int], Rate], services: Sequence[str], period: int, column: str) -> float | None:
    """The most of `column` (quantity or a cost) that one user of these services can have; null where unlimited."""
    total = 0.0
    for service in services:
        known = rate[service, period]
        share = known.shares[column][1] if column in known.shares else 1.0
        if (column != "quantity" and not known.price) or not share:
            continue
        if known.units_high is None:
            return None
        total += known.units_high * (known.price[1] * share if known.price and column != "quantity" else 1.0)
    return total
