"""The verdict on an attack: which figures came too near to light.

Here: what must not be learnt, held against the evidence and the truth. Not here: the attack (`pipelines.audit.attack`).
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

import polars as pl

from pipelines.audit.knowledge import (
    AMOUNTS,
    COSTS,
    COUNTS,
    EVERYBODY,
    KEY,
    POPULATION,
    SIZED_BY_PERIOD,
    Knowledge,
    Released,
    Who,
    ceiling,
)
from pipelines.before_start import LEFT

COMPUTED_SHARE = 1e-4
COMPUTED = 0.01
"""An amount is computed that is bracketed to an øre (a hundredth of a unit) or four digits of it."""
WHOLE = 1e-6
"""How far from a whole number a count's bound may be by floats alone."""
LEAKS_SCHEMA = pl.Schema({**dict.fromkeys(KEY, pl.String), "period": pl.Int16, "column": pl.String, "rule": pl.String})
FIGURE = [*KEY, "column"]


@dataclass(frozen=True)
class Verdict:
    """`leaks` (`LEAKS_SCHEMA`): the figures that came to light and by which rule; `figures`: how many were attacked.

    The rules: `printed` (a row that must be withheld is not), `few` (a count is known to be below `min_count`),
    `complement` (so is the number of citizens who are not users), `bracketed` (an amount is known closer than
    `bracket_share`), `computed` (a figure is known).
    """

    leaks: pl.DataFrame
    figures: int

    @property
    def passed(self) -> bool:
        """Whether nothing came to light."""
        return self.leaks.is_empty()


def verdict(evidence: pl.DataFrame, truth: Released, knowledge: Knowledge) -> Verdict:
    """What of the evidence tells more than the data owner's profile allows.

    Args:
        evidence: `pipelines.audit.attack.attack`.
        truth: the same tables before suppression; of cost and employment table with `primary` (bool): rows withheld
            for their own sake, as few users, a small complement or dominance; and `primary_amounts`: rows whose amounts
            are (of an area or the total not where it is the complement that is small).
        knowledge: what the attack was given; its `profile` has the thresholds.

    Rule: docs/disclosure.md, "The audit".
    """
    profile = knowledge.profile
    rows = _rows(truth, knowledge)
    counts = truth.counts().select(*KEY, pl.lit("n").alias("column"), value=pl.col("n").cast(pl.Float64))
    figures = pl.concat([_figures(rows), counts], how="diagonal").join(
        _ceilings(knowledge), on=["period", "area", "service", "column"], how="left", nulls_equal=True
    )
    known = evidence.join(figures, on=FIGURE, how="left", nulls_equal=True).join(
        _hidden_counts(evidence), on=list(KEY), how="left", nulls_equal=True
    )
    known = known.join(_nobody(rows, evidence, knowledge), on=list(KEY), how="left", nulls_equal=True)
    known = known.join(
        _unpaid(rows, evidence, knowledge), on=["period", "area", "service", "column"], how="left", nulls_equal=True
    )
    value, low, high = pl.col("value"), pl.col("low"), pl.col("high")
    least, most = pl.col("low").sub(WHOLE).ceil(), pl.col("high").add(WHOLE).floor()
    is_count = pl.col("column").is_in([*COUNTS, "n"])
    unprinted = pl.col("table").is_in(["rest", "difference"])
    own, own_amounts = (pl.col(name).fill_null(value=False) for name in ("primary", "primary_amounts"))
    is_left = (pl.col("table") == "before_start") & pl.col("group_by").is_in(list(LEFT))
    # What a row prints of its own citizens no suppression elsewhere can widen.
    n_citizens = pl.when(~pl.col("hides_n_citizens").fill_null(value=False)).then("n_citizens")
    fewest = pl.min_horizontal(pl.lit(profile.min_count), pl.when(pl.col("column") == "n_users").then(n_citizens))
    is_few = value.is_between(0 if not profile.show_zero else 1, profile.min_count - 1) & ~(is_left & (value == 0))
    is_few &= (pl.col("column") != "n_users") | (pl.col("n_citizens") > 0)
    others = pl.col("n_citizens") - value
    is_complement = (pl.col("column") == "n_users") & own & others.is_between(1, profile.min_count - 1)
    bracket = profile.bracket_share
    widest = pl.min_horizontal(value * (1 + bracket), n_citizens * pl.col("ceiling"))
    nothing = pl.col("column").is_in(COSTS[1:]) & (pl.col("ceiling") == 0)
    tight = high.is_finite() & (
        high - low <= COMPUTED + COMPUTED_SHARE * pl.coalesce(value, pl.max_horizontal(low.abs(), high.abs()))
    )
    of_study = ~pl.col("group_by").is_in(POPULATION) & (pl.col("table") != "difference")
    unpaid = of_study & pl.col("unpaid").fill_null(value=False)
    nothing |= (value == 0) & (pl.col("nobody").fill_null(value=False) | unpaid)
    rule = (
        # Of nobody, of a payer who never pays or only for what nobody uses, and of what has no figure (no price, nobody
        # measured) nothing is told.
        pl.when((pl.col("n_citizens") == 0) | nothing | (~unprinted & value.is_null()))
        .then(None)
        .when(is_count & ~unprinted & is_few & (most < fewest))
        .then(pl.lit("few"))
        .when(is_complement & (pl.col("n_citizens") - least < pl.min_horizontal(profile.min_count, "n_citizens")))
        .then(pl.lit("complement"))
        .when(is_count & (most <= least) & ~is_left)
        .then(pl.lit("computed"))
        .when(~is_count & tight)
        .then(pl.lit("computed"))
        .when(
            ~is_count
            & ~unprinted
            & own_amounts
            & (value > 0)
            & ((low > value * (1 - bracket)) | (high < widest - COMPUTED))
        )
        .then(pl.lit("bracketed"))
    )
    few_rest = pl.col("n_citizens").is_between(1, profile.min_count - 1)
    leaks = known.filter((pl.col("table") != "rest") | few_rest).with_columns(rule=rule).drop_nulls("rule")
    missing = rows.filter(own & (pl.col("n_citizens") > 0)).join(
        evidence.filter(column="n_users"), on=list(KEY), how="anti", nulls_equal=True
    )
    printed = missing.select(*KEY, column=pl.lit("n_users"), rule=pl.lit("printed"))
    found = pl.concat([leaks.select(list(LEAKS_SCHEMA)), printed.select(list(LEAKS_SCHEMA))]).cast(LEAKS_SCHEMA)
    return Verdict(found, len(evidence))


def _rows(truth: Released, knowledge: Knowledge) -> pl.DataFrame:
    """Rows of both tables and of rests: sums instead of means, and the most a citizen can have of each amount."""
    counted = [pl.col(name).cast(pl.Float64) for name in COUNTS]
    sums = [(pl.col(f"mean_{name}") * pl.col("n_citizens")).fill_nan(None).alias(name) for name in AMOUNTS]
    rows = truth.rows().select(*KEY, *counted, *sums, "primary", "primary_amounts")
    rests = []
    for parts in knowledge.parts:
        key = ["period", "area", "service"]
        within = pl.col("period") == parts.period if parts.period is not None else pl.lit(value=True)
        names = [f"{group_by}\0{group}" for group_by, group in parts.parts]
        who = pl.concat_str("group_by", "group", separator="\0")
        inside = rows.filter(within & who.is_in(names)).group_by(key).agg(pl.sum(*COUNTS, *AMOUNTS))
        whole = rows.filter(within, group_by=parts.whole[0], group=parts.whole[1]).drop("primary", "primary_amounts")
        both = whole.join(inside, on=key, how="inner", nulls_equal=True, suffix="_inside")
        left = {name: pl.col(name) - pl.col(f"{name}_inside") for name in (*COUNTS, *AMOUNTS)}
        named = {"table": pl.lit("rest"), "group": pl.lit(parts.rest)}
        rests.append(both.with_columns(**named, **left).select(whole.columns))
    return pl.concat([rows, *rests], how="diagonal")


def _figures(rows: pl.DataFrame) -> pl.DataFrame:
    """A row a figure: `FIGURE`, `value`, and of its row what the rules look at."""
    beside = ["n_citizens", "primary", "primary_amounts"]
    kept = rows.with_columns(pl.col(beside).name.prefix("row_"))
    long = kept.unpivot(
        on=[*COUNTS, *AMOUNTS],
        index=[*KEY, *(f"row_{name}" for name in beside)],
        variable_name="column",
        value_name="value",
    ).rename({f"row_{name}": name for name in beside})
    # n_study is one figure a group, told by the group's first row of the table.
    by_period = pl.col("group_by").is_in(SIZED_BY_PERIOD)
    sizes = long.filter(column="n_study").with_columns(
        pl.when(by_period).then("period").alias("period"),
        area=pl.lit(None, pl.String),
        service=pl.lit(None, pl.String),
        n_citizens=pl.lit(None, pl.Float64),
        primary=pl.lit(value=False),
        primary_amounts=pl.lit(value=False),
    )
    long = long.filter((pl.col("column") != "n_study") & pl.col("value").is_not_null())
    return pl.concat([long, sizes.unique(FIGURE, keep="first", maintain_order=True)])


def _ceilings(knowledge: Knowledge, unused: Set[tuple[int, str]] = frozenset()) -> pl.DataFrame:
    """`period`, `area`, `service`, `column`, `ceiling`: the most of it that one citizen can have, where limited, of
    the services that are not `unused` in the period.
    """
    lines = [line for service, area in knowledge.areas.items() for line in ((area, service), (area, None))]
    services = {line: knowledge.services_of(line) for line in (*lines, (None, None))}
    rows = [
        (
            period,
            *line,
            column,
            ceiling(knowledge.rate, [one for one in own if (period, one) not in unused], period, column),
        )
        for period in knowledge.rates.get_column("period").unique()
        for line, own in services.items()
        for column in AMOUNTS
    ]
    schema = {"period": pl.Int16, "area": pl.String, "service": pl.String, "column": pl.String, "ceiling": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _unpaid(rows: pl.DataFrame, evidence: pl.DataFrame, knowledge: Knowledge) -> pl.DataFrame:
    """`period`, `area`, `service`, `column`, `unpaid`: costs, and what a payer bears of them, of nothing but services
    of which the table says that nobody of the study uses them.
    """
    everybody = rows.filter(pl.col("service").is_not_null(), table="cost_table", group_by=EVERYBODY[0])
    none = everybody.filter(pl.col("n_citizens") > 0, n_users=0)
    told = none.join(evidence.filter(column="n_users"), on=list(KEY), how="anti", nulls_equal=True)
    unused = frozenset(told.select("period", "service").rows())
    costs = _ceilings(knowledge, unused).filter(pl.col("column").is_in(COSTS), ceiling=0)
    return costs.drop("ceiling").with_columns(unpaid=pl.lit(value=True))


def _nobody(rows: pl.DataFrame, evidence: pl.DataFrame, knowledge: Knowledge) -> pl.DataFrame:
    """`KEY`, `nobody`: rows within a row that is printed and has no users; that these have none is said there."""
    withheld = evidence.filter(column="n_users")
    none = rows.filter((pl.col("n_users") == 0) & (pl.col("table") != "rest"))
    none = none.join(withheld, on=list(KEY), how="anti", nulls_equal=True)
    printed = set(none.select("group_by", "group", "period", "area", "service").rows())
    wholes: dict[tuple[Who, int | None], set[Who]] = {}
    for parts in knowledge.parts:
        for part in [*parts.parts, (parts.whole[0], parts.rest)]:
            wholes.setdefault((part, parts.period), set()).add(parts.whole)
    keys = []
    for row in withheld.select(list(KEY)).iter_rows():
        _, group_by, group, period, area, service = row
        around = {(group_by, group)}
        for _ in knowledge.parts:
            around |= {whole for who in around for at in (None, period) for whole in wholes.get((who, at), ())}
        lines = {(area, service), (area, None), (None, None)}
        if any((*who, period, *line) in printed for who in around for line in lines):
            keys.append(row)
    schema = {**dict.fromkeys(KEY, pl.String), "period": pl.Int16}
    return pl.DataFrame(keys, schema=schema, orient="row").with_columns(nobody=pl.lit(value=True))


def _hidden_counts(evidence: pl.DataFrame) -> pl.DataFrame:
    hidden = evidence.filter(column="n_citizens").select(list(KEY)).unique()
    return hidden.with_columns(hides_n_citizens=pl.lit(value=True))
