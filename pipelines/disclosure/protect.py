"""Disclosure control of a study: its tables as they may be told, so that no withheld figure can be worked out.

Here: which rule and which part of the system is applied to which table, and what is withheld where. Not here: the rules
(`primary`), the systems (`counts`, `values`), the attack on the result (`pipelines.audit`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields

import polars as pl
import polars.selectors as cs

from catalogue.profiles import Profile
from pipelines.comparison import GROUPS as COMPARED
from pipelines.comparison import STANDARDISED
from pipelines.costs import PAYERS
from pipelines.disclosure.before_start import as_told, own_counts
from pipelines.disclosure.brackets import Unprotectable
from pipelines.disclosure.counts import (
    EVERYBODY,
    Key,
    Sum,
    hidden_counts,
    line_classes,
    line_orders,
    period_counts,
    study_counts,
)
from pipelines.disclosure.earlier import Earlier, changed_by_few, moved, told_before
from pipelines.disclosure.knowledge import PARTS, nested, parts
from pipelines.disclosure.primary import REASONS, of_amounts, reasons
from pipelines.disclosure.rounding import rounded
from pipelines.disclosure.truth import ROW, SUMS_SCHEMA, Behind
from pipelines.disclosure.uncertainty import told_changes, told_means
from pipelines.disclosure.values import Hidden, Row, hidden_values
from pipelines.employment import GROUP_BY as EMPLOYMENT
from pipelines.splits import GROUPINGS

OWN = (*GROUPINGS, EMPLOYMENT)
USERS = ("n_users", "share_users")
AMOUNTS = ("mean_quantity", "mean_cost")
PAID = tuple(f"mean_cost_{payer}" for payer in PAYERS)
SCRAPS = 0.999
"""A period of which more than this share of rows is withheld is withheld whole: what is left says nothing by itself."""
IS_COMPARED = pl.col("group_by").is_in(COMPARED)


@dataclass(frozen=True)
class StudyTables:
    """A study's tables; before disclosure control as their contracts say, after it with `withheld` (bool) last."""

    cost_table: pl.DataFrame
    employment_table: pl.DataFrame
    changes: pl.DataFrame
    mean_intervals: pl.DataFrame
    characteristics: pl.DataFrame
    before_start: pl.DataFrame
    participant_flow: pl.DataFrame

    def items(self) -> list[tuple[str, pl.DataFrame]]:
        """The tables by name."""
        return [(field.name, getattr(self, field.name)) for field in fields(self)]


@dataclass(frozen=True)
class Protected:
    """`tables` may be told. `reasons`: why rows are withheld for their own sake: `ROW`,
    `pipelines.disclosure.primary.REASONS`, and `primary`: whether any of them holds, and
    `primary_amounts`: whether any does that withholds amounts too. `whole`: periods of which every figure of the study
    is withheld.
    """

    tables: StudyTables
    reasons: pl.DataFrame
    whole: frozenset[int | None]


def protect(
    tables: StudyTables,
    look_back: pl.DataFrame,
    members: pl.DataFrame,
    base: pl.DataFrame,
    behind: Behind,
    rates: tuple[pl.DataFrame, pl.DataFrame],
    profile: Profile,
    earlier: Sequence[Earlier] = (),
    whole: Collection[int | None] = (),
    alone: Collection[int] = (),
    tell: Callable[[str], None] = lambda what: None,
) -> Protected:
    """Withhold what rests on too few, and enough with it that it cannot be worked out; round what is shown.

    Args:
        tables: the study's tables.
        look_back: `pipelines.before_start.looked_back`, by which the table of services before the start was made.
        members: `period`, `person`, `group_by`, `group` of those present: everybody's, municipalities', groups' and
            those of months in employment.
        base: `person`, `group_by`, `group` of the study base.
        behind: what lies behind the rows of the cost table and of the employment table.
        rates: `pipelines.disclosure.knowledge.rates`, of the study and of the population.
        profile: the data owner's thresholds.
        earlier: the study's earlier releases.
        whole: periods of which every figure of the study is withheld; None among them: its counts of citizens too.
        alone: periods of which every figure of the population is.
        tell: called with what is being done.

    Returns:
        The tables in their order. In a row with `withheld` some figure is null for disclosure control: `n_users` and
        `share_users`, what each payer pays, both and all means, or these and `n_citizens` and `n_study` too.

    Rule: docs/method.md § 7.
    """
    own = pl.concat([tables.cost_table.filter(~IS_COMPARED), tables.employment_table])
    judged = reasons(own, behind.largest, profile)
    told = told_before(earlier, own, tables.characteristics, tables.before_start, tables.participant_flow, base)
    inside_of, found_whole = nested(base, members), set(whole)
    n_study = base.filter(group_by="alle").height
    asked = own_counts(tables.before_start, look_back, tables.cost_table, n_study)
    groups = _study_counts(tables, asked, base, inside_of, profile, told.counts, everything=None in whole)

    def of_period(period: int) -> tuple[Hidden, set[Row]]:
        tell(f"disclosure control of period {period}")
        rows, held = judged.filter(period=period), inside_of.filter(period=period)
        everything = _everything(rows)
        if period in whole:
            return everything, everything.amounts
        try:
            uncounted = _uncounted(period, rows, held, profile, groups)
            values = hidden_values(
                rows,
                behind.inside.filter(period=period),
                held,
                rates[0].filter(period=period),
                profile,
                without_count=uncounted,
                told=told.values.get(period, {}),
                differ=changed_by_few(earlier, rows, base, profile),
            )
        except Unprotectable:  # nothing of it is told; whether that is enough, the audit will say
            found_whole.add(period)
            return everything, everything.amounts
        if len(values.amounts | uncounted) > SCRAPS * rows.filter(pl.col("n_citizens") > 0).height:
            found_whole.add(period)
            return everything, everything.amounts
        return values, uncounted

    if any(0 < moved(release, own, base) < profile.min_count for release in earlier):
        groups |= _traits(tables.characteristics) | set(asked[0])
    numbers = judged["period"].unique(maintain_order=True).to_list()
    with ThreadPoolExecutor() as pool:  # HiGHS leaves Python to the others while it solves
        hidden = dict(zip(numbers, pool.map(of_period, numbers), strict=True))
    own = _withhold(judged, {(by, period): found for period, found in hidden.items() for by in OWN}, groups)
    compared, judged_compared = _withhold_compared(tables.cost_table, rates[1], profile, own, alone)
    is_employment = pl.col("group_by") == EMPLOYMENT
    cost_table = pl.concat([own.filter(~is_employment), compared])
    told_costs = rounded(cost_table, profile)
    shown = {
        "employment_table": own.filter(is_employment),
        "changes": told_changes(tables.changes, cost_table),
        "mean_intervals": told_means(tables.mean_intervals, cost_table, behind.reach, profile),
        "characteristics": _counts(tables.characteristics, "characteristic", "category", groups),
        "participant_flow": _counts(tables.participant_flow, "step", "reason", groups, what="flow"),
    }
    told_tables = StudyTables(
        cost_table=told_costs,
        before_start=as_told(tables.before_start, look_back, told_costs, groups, found_whole, profile, told.counts),
        **{name: rounded(table, profile) for name, table in shown.items()},
    )
    primary = pl.concat([frame.select(*ROW, *REASONS) for frame in (judged, judged_compared)])
    return Protected(
        told_tables,
        primary.with_columns(primary=pl.any_horizontal(REASONS), primary_amounts=of_amounts()),
        frozenset(found_whole),
    )


def _study_counts(
    tables: StudyTables,
    asked: tuple[dict[Key, int], list[Sum]],
    base: pl.DataFrame,
    inside_of: pl.DataFrame,
    profile: Profile,
    told: Collection[Key],
    *,
    everything: bool,
) -> set[Key]:
    by_months = tables.employment_table.select("period", "n_study", part_by="group_by", part="group").unique()
    months = inside_of.join(by_months, on=["period", "part_by", "part"]).sort("period", "whole_by", "whole", "part")
    sizes = base.group_by("group_by", "group").agg(n_study=pl.len()).sort("group_by", "group")
    counts, sums = study_counts(
        sizes, parts(base.with_columns(period=pl.lit(0))), tables.participant_flow, tables.characteristics, months
    )
    counts, sums = counts | asked[0], sums + asked[1]
    try:
        return set(counts) if everything else hidden_counts(counts, sums, profile, told=told)
    except Unprotectable:
        return set(counts)


def _everything(rows: pl.DataFrame) -> Hidden:
    """All of these rows of one period."""
    every = {Row(*row) for row in rows.select(*ROW[:2], *ROW[3:]).rows()}
    return Hidden(every, every, every)


def _traits(characteristics: pl.DataFrame) -> set[Key]:
    """The counts that would tell what a citizen is like who came or left since an earlier release; how many are in a
    kommune is printed with its rows, and where there is one category everybody is in it.
    """
    several = characteristics.filter(pl.len().over("characteristic") > 1, pl.col("characteristic") != "kommune")
    return {("characteristic", *names) for names in several.select("characteristic", "category").rows()}


def _uncounted(
    period: int, rows: pl.DataFrame, held: pl.DataFrame, profile: Profile, groups: Collection[Key]
) -> set[Row]:
    """The rows whose number of citizens is withheld: of hidden groups, where it is few, and what protects these."""
    classed = line_classes(rows)
    counts, sums = period_counts(classed, held)
    small = {tuple(row) for row in rows.filter("small_group").select("group_by", "group").unique().rows()}
    named = {key: ("months", period, key[2]) if key[1] == EMPLOYMENT else ("group", *key[1:]) for key in counts}
    forced = {key for key in counts if named[key] in groups or key[1:] in small}
    sizes = {tuple(row[:2]): row[2] for row in rows.select("group_by", "group", "n_study").unique().rows()}
    # What is printed of a group's size is printed of it in every line; of a group of months it is one line's count.
    most = {key: sizes[key[1:]] for key in counts if key[1] != EMPLOYMENT and ("group", *key[1:]) not in groups}
    hidden = hidden_counts(counts, sums, profile, orders=line_orders(classed), most=most, forced=forced)
    lines = classed.select("class", *ROW[:2], *ROW[3:]).rows()
    return {Row(*row) for number, *row in lines if (number, *row[:2]) in hidden}


def _withhold(
    judged: pl.DataFrame, hidden: Mapping[tuple[str, int], tuple[Hidden, set[Row]]], groups: Collection[Key]
) -> pl.DataFrame:
    # Who is in a group of months is who is measured for these: its size is told by that count.
    sized = {
        (by, group, period)
        for by, group, period, *line in judged.filter(pl.col("n_citizens") == pl.col("n_study")).select(ROW).rows()
        if by == EMPLOYMENT and Row(by, group, *line) in hidden[by, period][1]
    }
    flags = []
    for by, group, period, *line in judged.select(ROW).rows():
        (values, uncounted), row = hidden[by, period], Row(by, group, *line)
        of_row = (row in values.amounts, row in values.payers, row in values.users, row in uncounted)
        flags.append((*of_row, ("group", by, group) in groups or (by, group, period) in sized))
    names = ("hide_amounts", "hide_payers", "hide_users", "hide_citizens", "hide_study")
    schema = dict.fromkeys(names, pl.Boolean)
    marked = pl.concat([judged, pl.DataFrame(flags, schema=schema, orient="row")], how="horizontal")
    study = pl.col("hide_study") | pl.col("small_group")
    citizens = study | (pl.col("hide_citizens") & (pl.col("n_citizens") > 0))
    amounts, payers, users = (citizens | pl.col(f"hide_{what}") for what in ("amounts", "payers", "users"))
    added = {name for name in marked.columns if marked.schema[name] == pl.Boolean} - {"illustrative"}
    return marked.with_columns(
        _unless(amounts, cs.by_name(*AMOUNTS)),
        _unless(payers, cs.by_name(*PAID)),
        _unless(users, cs.by_name(*USERS)),
        _unless(citizens, cs.by_name("n_citizens")),
        _unless(study, cs.by_name("n_study")),
        withheld=study | ((amounts | payers | users) & (pl.col("n_citizens") > 0)),
    ).drop(added)


def _withhold_compared(
    cost_table: pl.DataFrame, rates: pl.DataFrame, profile: Profile, own: pl.DataFrame, alone: Collection[int]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The population's rows, each of its two kinds and periods by itself: by their own counts, and what protects these;
    standardised also where the study's own row is withheld whole, whose citizens weigh in it. And their reasons.
    """
    compared = cost_table.filter(IS_COMPARED)
    judged = reasons(compared, pl.DataFrame(schema={**compared.select(ROW).schema, "share": pl.Float64}), profile)
    line = ["period", "area", "service"]
    few_own = own.filter(group_by="alle").select(*line, few_own=pl.col("n_citizens").is_null())
    judged = judged.join(few_own, on=line, how="left", nulls_equal=True, maintain_order="left")
    weighed = (pl.col("group_by") == STANDARDISED) & pl.col("few_own").fill_null(value=True)
    judged = judged.with_columns(few_citizens=pl.col("few_citizens") | weighed).drop("few_own")
    nothing = pl.DataFrame(schema=PARTS), pl.DataFrame(schema={**compared.select(ROW).schema, **SUMS_SCHEMA})
    hidden = {}
    for (by, period), rows in judged.group_by("group_by", "period", maintain_order=True):
        few, of_period = _everything(rows.filter("few_citizens")).amounts, rates.filter(period=period)
        hidden[by, period] = _everything(rows), few
        if period in alone:
            continue
        with contextlib.suppress(Unprotectable):  # everything stays hidden then
            values = hidden_values(
                rows, nothing[1], nothing[0], of_period, profile, without_count=few, weighted=by == STANDARDISED
            )
            hidden[by, period] = values, few
    return _withhold(judged, hidden, ()), judged


def _counts(
    table: pl.DataFrame, first: str, second: str, groups: Collection[Key], what: str = "characteristic"
) -> pl.DataFrame:
    """Counts without those withheld, and without shares where how many there are of all is: a share tells it."""
    hidden = pl.Series([(what, *row) in groups for row in table.select(first, second).rows()], dtype=pl.Boolean)
    withheld = hidden | (EVERYBODY in groups and "share" in table.columns)
    return table.with_columns(
        _unless(pl.lit(hidden), cs.by_name("n")),
        _unless(pl.lit(withheld), cs.by_name("share", require_all=False)),
        withheld=withheld,
    )


def _unless(hidden: pl.Expr, values: cs.Selector) -> pl.Expr:
    return pl.when(~hidden).then(values.as_expr())
