"""The gate of a release: disclosure control of a study's tables, and the audit that attacks what it left.

Here: the one after the other, and what is asked of both. Not here: what is withheld (`pipelines.disclosure`), the
attack (`pipelines.audit`), files (`releases`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import polars as pl
import polars.selectors as cs

from catalogue.profiles import Profile
from catalogue.reader import Catalogue
from faults import DisclosureError, Fault
from pipelines.audit.attack import attack
from pipelines.audit.knowledge import Earlier as Attacked
from pipelines.audit.knowledge import Knowledge, Parts, Released
from pipelines.audit.system import Contradiction
from pipelines.audit.verdict import Verdict, verdict
from pipelines.before_start import counted, looked_back_to
from pipelines.disclosure.earlier import (
    Earlier,
    came_or_went,
    in_prices_of_now,
    in_same_prices,
    sized,
    unchanged,
    unchanged_counts,
)
from pipelines.disclosure.knowledge import nested, rates, years_of
from pipelines.disclosure.protect import IS_COMPARED, Protected, StudyTables, protect
from pipelines.disclosure.taxes import turned, turned_costs
from pipelines.disclosure.truth import behind
from pipelines.employment import GROUP_BY, members_by_months
from pipelines.splits import members_of

MEND = "nothing is released; report it with what is named here"
OF_SIZES = pl.col("area").is_null()
"""Rows that are read also of periods withheld whole, whose groups' sizes they print: those of everything."""
NAMED = 5
"""Figures named in an error; none of their values."""


@dataclass(frozen=True)
class Passed:
    """What may be told of a study: `protected`; what the attack found (`evidence`), what that means (`verdict`), and
    who the tables are of (`base`: `person`, `group_by`, `group`), for the next release. `whole`: periods withheld whole
    (None among them: the counts of citizens too), of which no part could be told without telling more; `alone`: periods
    of which the population's figures are.
    """

    protected: Protected
    evidence: pl.DataFrame
    verdict: Verdict
    base: pl.DataFrame
    whole: frozenset[int | None]
    alone: frozenset[int]


def through_the_gate(
    tables: StudyTables,
    study_base: pl.DataFrame,
    periods: pl.DataFrame,
    costs: pl.DataFrame,
    look_back: pl.DataFrame,
    catalogue: Catalogue,
    price_year: int,
    profile: Profile,
    earlier: Sequence[Earlier] = (),
    tell: Callable[[str], None] = lambda what: None,
) -> Passed:
    """Withhold what may not be told, then attack what is left; only what stands the attack comes out.

    Where the attack gets at a figure, its whole period is withheld and the rest attacked again.

    Args:
        tables: the study's tables as they are.
        study_base: what its citizens are split by (`pipelines.splits.splits_of`).
        periods: `person`, `period`, `start`, `end`, `present`.
        costs: `pipelines.costs.costs`.
        look_back: `pipelines.before_start.looked_back`, by which `before_start` was made.
        catalogue: services, prices and payer rules.
        price_year: the study's price year.
        profile: the data owner's thresholds.
        earlier: the study's earlier releases.
        tell: called with what is being done.

    Raises:
        DisclosureError: with what was told before, something may not be told; or the attack got at a withheld figure.
    """
    tables = _turned(tables)
    costs = turned_costs(costs, catalogue.services)
    earlier = [replace(release, rows=turned(release.rows)) for release in earlier]
    base = members_of(study_base)
    own = pl.concat([tables.cost_table.filter(~IS_COMPARED), tables.employment_table])
    there = periods.filter("present")
    members = pl.concat([
        there.select("period", "person").join(base, on="person"),
        members_by_months(periods, costs, catalogue.services).select("period", "person", "group_by", "group"),
    ])  # fmt: skip
    numbers = tables.cost_table["period"].unique().sort().to_list()
    known_rates = rates(there, catalogue, numbers, price_year)
    population_rates = rates(years_of(there), catalogue, numbers, price_year)
    earlier = [
        release if in_same_prices(release, own) else in_prices_of_now(release, known_rates) for release in earlier
    ]
    behind_rows = behind(members, costs, catalogue.services, profile)
    knowledge = Knowledge(
        parts=[
            Parts((by, whole), [(part_by, part) for part in held["part"]], period)
            for (period, by, whole, part_by), held in nested(base, members).group_by(
                "period", "whole_by", "whole", "part_by", maintain_order=True
            )
        ],
        rates=known_rates,
        areas=dict(catalogue.services.select("service", "area").iter_rows()),
        profile=profile,
        population_rates=population_rates,
        earlier=[_attacked(release, own, tables, base, profile) for release in earlier],
        look_back=_cells(look_back, tables.before_start),
    )
    told = {period for release in earlier for period in _periods_told(release)}
    whole: frozenset[int | None] = frozenset()
    alone: frozenset[int] = frozenset()
    first: list[Fault] = []
    while True:
        protected = protect(
            tables,
            look_back,
            members,
            base,
            behind_rows,
            (known_rates, population_rates),
            profile,
            earlier,
            whole,
            alone,
            tell,
        )
        whole = protected.whole
        before = whole, alone
        # Of a period withheld whole nothing is printed to attack with, but sizes, and what earlier releases told.
        unread = [period for period in whole if period is not None and period not in told]
        try:
            evidence = attack(
                _released(protected.tables, unread),
                knowledge,
                lambda done, of: tell(f"the audit attacks what is left: {done:,} of {of:,} figures"),
            )
            found = verdict(evidence, _truth(tables, protected.reasons, unread), knowledge)
        except Contradiction as error:
            # What cannot be attacked is not told: first of the population, whose rows hang together least surely.
            tell(f"the audit cannot be made: {error}")
            faults = [Fault(f"the audit cannot be made: {error}", "the release", MEND)]
            whole |= {None, *numbers} if alone >= set(numbers) else set()
            alone |= set(numbers)
        else:
            if found.passed:
                told_tables = replace(protected, tables=_turned(protected.tables))
                return Passed(told_tables, evidence, found, base, whole, alone)
            faults = _came_to_light(found, told_before=bool(earlier))
            of_population = found.leaks.select(IS_COMPARED).to_series()
            whole |= set(found.leaks.filter(~of_population)["period"])
            alone |= set(found.leaks.filter(of_population)["period"])
            if None in whole:  # a count of citizens, which stands in every period
                whole |= set(numbers)
        first = first or faults
        if before == (whole, alone):
            raise DisclosureError(first)


def _turned(tables: StudyTables) -> StudyTables:
    return replace(tables, **{name: turned(table) for name, table in tables.items() if "area" in table.columns})


def _read(table: pl.DataFrame, unread: Sequence[int]) -> pl.DataFrame:
    """The rows of the cost or employment table that are attacked."""
    return table.filter(~pl.col("period").is_in(unread) | OF_SIZES | IS_COMPARED)


def _released(tables: StudyTables, unread: Sequence[int]) -> Released:
    return Released(
        _read(tables.cost_table, unread),
        _read(tables.employment_table, unread),
        tables.participant_flow,
        tables.characteristics,
        tables.changes.filter(~pl.col("period").is_in(unread)) if -1 not in unread else tables.changes.clear(),
        tables.before_start,
    )


def _truth(tables: StudyTables, reasons: pl.DataFrame, unread: Sequence[int]) -> Released:
    key = ["group_by", "group", "period", "area", "service"]
    primary = reasons.select(*key, "primary", "primary_amounts")

    def told(table: pl.DataFrame) -> pl.DataFrame:
        return _read(table, unread).join(primary, on=key, how="left", nulls_equal=True, maintain_order="left")

    return Released(
        told(tables.cost_table),
        told(tables.employment_table),
        tables.participant_flow,
        tables.characteristics,
        before_start=tables.before_start,
    )


def _cells(look_back: pl.DataFrame, before_start: pl.DataFrame) -> dict[str, list[tuple[str, int]]]:
    """The services and periods that each category rests on, by the name that the table's counts have it by."""
    named = dict(before_start.select("category", name=looked_back_to()).rows())
    cells: dict[str, list[tuple[str, int]]] = {}
    for category, service, first, last in look_back.rows():
        if category in named:
            cells.setdefault(named[category], []).extend((service, period) for period in range(first, last + 1))
    return cells


def _periods_told(release: Earlier) -> list[int]:
    """The periods of which an earlier release prints anything."""
    printed = pl.any_horizontal(cs.by_name("n_citizens", "n_users") | cs.starts_with("mean_")).is_not_null()
    return release.rows.filter(pl.col("n_citizens") > 0).filter(printed)["period"].unique().to_list()


def _attacked(
    release: Earlier, own: pl.DataFrame, tables: StudyTables, base: pl.DataFrame, profile: Profile
) -> Attacked:
    """An earlier release as the attacker has it."""
    is_employment = pl.col("group_by") == GROUP_BY
    table = pl.when(is_employment).then(pl.lit("employment_table")).otherwise(pl.lit("cost_table")).alias("table")
    same = unchanged(release, own, base).select(table, "group_by", "group", "period", "area", "service")
    few = came_or_went(release, own, base).filter((pl.col("n") < profile.min_count) & ~is_employment)
    counts = [
        unchanged_counts(release, then, now, own, base).select(
            pl.lit(name).alias("table"), pl.col(now.columns[1]).alias("group_by"), pl.col(now.columns[2]).alias("group")
        )
        for name, then, now in (
            ("characteristics", release.characteristics, tables.characteristics),
            ("before_start", release.counted_before_start, counted(tables.before_start, sized(own))),
            ("participant_flow", release.participant_flow, tables.participant_flow),
        )
    ]
    told = Released(
        release.rows.filter(~is_employment),
        release.rows.filter(is_employment),
        release.participant_flow,
        release.characteristics,
        before_start=release.before_start,
    )
    return Attacked(told, pl.concat([same, *counts], how="diagonal_relaxed"), few)


def _came_to_light(found: Verdict, *, told_before: bool) -> list[Fault]:
    rows = found.leaks.select("table", "group_by", "group", "period", "area", "service", "column", "rule").rows()
    mend = (
        "earlier releases have told too much beside it: keep to their profile and participants, or take back those "
        "that have not left the house, by removing their folders"
        if told_before
        else f"{MEND}: disclosure control should have withheld more"
    )
    what = "earlier releases tell a withheld figure" if told_before else "the audit got at a withheld figure"
    faults = [
        Fault(
            f"{what} (rule `{rule}`)",
            ", ".join(str(part) for part in where if part is not None),
            mend,
        )
        for *where, rule in rows[:NAMED]
    ]
    more = len(rows) - NAMED
    return faults + ([Fault(f"and at {more} more", "the same release", mend)] if more > 0 else [])
