"""What earlier releases of a study have told already, of the same citizens or of nearly the same.

Here: finding the rows of a release that are unknown to nobody any more. Not here: where releases are kept, and who
was in them (`assets.earlier`).

A figure told once cannot be withheld: rows that rest on the same citizens and the same use are one unknown, in
whichever release they stand. Where a few citizens came or went since, the difference of the two releases is theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from catalogue.amounts import TAXES
from catalogue.profiles import Profile
from pipelines.before_start import counted
from pipelines.costs import PAYERS
from pipelines.disclosure.counts import Key
from pipelines.disclosure.truth import ROW
from pipelines.disclosure.values import KKR, Differ, Row

SAME = 1e-9
"""Two means are the same that differ by no more than this share of them, and what rounding hides."""
PLACE = ("period", "area", "service")
COUNTS = ("n_study", "n_citizens", "n_users")
PAID = tuple(f"mean_cost_{payer}" for payer in PAYERS)
AMOUNTS = ("mean_quantity", "mean_cost", *PAID)


@dataclass(frozen=True)
class Earlier:
    """An earlier release: rows of its cost table and employment table together as they were told, who its citizens
    were, their services before the start (no rows where it told of none) and the flow, the profile they were rounded
    by, and its study base (`person`, `group_by`, `group`; None where the store does not hold it any more).
    """

    release_id: str
    rows: pl.DataFrame
    characteristics: pl.DataFrame
    before_start: pl.DataFrame
    participant_flow: pl.DataFrame
    profile: Profile
    base: pl.DataFrame | None

    @property
    def counted_before_start(self) -> pl.DataFrame:
        """The counts behind its table of services before the start, as far as they were told."""
        return counted(self.before_start, sized(self.rows))


def sized(rows: pl.DataFrame) -> int | None:
    """How many citizens the study base has by rows of the cost table, where they tell it."""
    return rows.filter(group_by="alle").get_column("n_study").drop_nulls().max()  # type: ignore[return-value]


@dataclass(frozen=True)
class Told:
    """`counts`: groups whose size was told, characteristics and steps; `values`: by period and row, whether `users`,
    `amounts`, `payers` were.
    """

    counts: set[Key] = field(default_factory=set)
    values: dict[int, dict[Row, set[str]]] = field(default_factory=dict)


def told_before(
    earlier: Sequence[Earlier],
    own: pl.DataFrame,
    characteristics: pl.DataFrame,
    before_start: pl.DataFrame,
    participant_flow: pl.DataFrame,
    base: pl.DataFrame,
) -> Told:
    """What earlier releases have told of the very same citizens and use.

    `own`, `characteristics`, `before_start`, `participant_flow`: the study's rows now; `base`: its study base,
    `person`, `group_by`, `group`.
    """
    told = Told()
    for release in earlier:
        for row in unchanged(release, own, base).iter_rows(named=True):
            key = Row(row["group_by"], row["group"], row["area"], row["service"])
            values = told.values.setdefault(row["period"], {}).setdefault(key, set())
            by_figure = {"n_users": "users", "mean_quantity": "amounts", "mean_cost": "amounts", PAID[0]: "payers"}
            values |= {what for name, what in by_figure.items() if row[name] is not None}
            if row["n_study"] is not None:
                told.counts.add(("group", *key[:2]))
        for what, then, now in (
            ("characteristic", release.characteristics, characteristics),
            ("before_start", release.counted_before_start, counted(before_start, sized(own))),
            ("flow", release.participant_flow, participant_flow),
        ):
            same = unchanged_counts(release, then, now, own, base).drop_nulls("n")
            told.counts.update((what, *names) for names in same.select(same.columns[1:3]).rows())
    return told


def in_same_prices(release: Earlier, own: pl.DataFrame) -> bool:
    """Whether an earlier release is in the prices of now; of others its costs are other sums (docs/disclosure.md)."""
    both = release.rows.join(own, on=ROW, nulls_equal=True, suffix="_now")
    used = both.filter(pl.col("mean_quantity") == pl.col("mean_quantity_now"), pl.col("mean_cost") > 0)
    apart = (pl.col("mean_cost") - pl.col("mean_cost_now")).abs() > SAME * pl.col(
        "mean_cost"
    ) + release.profile.round_kr
    return used.filter(apart).is_empty()


def in_prices_of_now(release: Earlier, rates: pl.DataFrame) -> Earlier:
    """An earlier release in other prices, with the costs that everybody can work out of its quantities in those of now.

    `rates`: `pipelines.disclosure.knowledge.rates`. A service's cost is its quantity times its price, where that is
    one; an area's and the total's is the sum, where all rest on as many citizens. Other costs are null.
    """
    one = [pl.col(f"{name}_low") == pl.col(f"{name}_high") for name in ("price", *PAYERS)]
    costs = {"mean_cost": pl.col("mean_quantity") * pl.col("price_low")}
    costs |= {name: costs["mean_cost"] * pl.col(f"{payer}_low") for name, payer in zip(PAID, PAYERS, strict=True)}
    by_service = release.rows.join(
        rates, on=["service", "period"], how="left", maintain_order="left"
    ).with_columns(
        is_priced=pl.col("price_high").is_not_null(),
        was_told=pl.col("mean_cost").is_not_null(),
        **{name: pl.when(pl.all_horizontal(one)).then(cost) for name, cost in costs.items()},
    )  # fmt: skip
    own = by_service.filter(pl.col("service").is_not_null())
    areas = _added_up(own, by_service, "area")
    total = _added_up(areas.filter(pl.col("area") != TAXES), by_service, None)
    rows = pl.concat([own, areas, total]).select(release.rows.columns)
    return replace(release, rows=rows)


def _added_up(parts: pl.DataFrame, rows: pl.DataFrame, of: str | None) -> pl.DataFrame:
    """The rows of areas (`of` is `area`) or of everything with the costs of their parts added up."""
    key = ["group_by", "group", "period", *([of] if of else [])]
    whole = rows.filter(pl.col("service").is_null(), pl.col("area").is_not_null() if of else pl.col("area").is_null())
    priced = pl.col("is_priced")
    sums = parts.group_by(
        key
    ).agg(
        pl.col("n_citizens").n_unique().alias("n_kinds"),
        pl.col("n_citizens").first().alias("n_parts"),
        priced.any().alias("any_priced"),
        (pl.col("was_told") & ~priced).any().alias("any_lost"),  # priced then, and not now: nobody knows its cost
        *(
            pl.when(~(pl.col(name).is_null() & priced).any()).then(pl.col(name).sum()).alias(f"sum_{name}")
            for name in AMOUNTS[1:]
        ),
    )
    beside = whole.join(sums, on=key, how="left", maintain_order="left")
    told = (
        (pl.col("n_kinds") == 1)
        & (pl.col("n_parts") == pl.col("n_citizens"))
        & pl.col("any_priced")
        & ~pl.col("any_lost")
    )
    return beside.with_columns(
        *(pl.when(told).then(f"sum_{name}").alias(name) for name in AMOUNTS[1:]),
        is_priced=pl.col("any_priced").fill_null(value=False),
    ).select(rows.columns)


def unchanged(release: Earlier, own: pl.DataFrame, base: pl.DataFrame) -> pl.DataFrame:
    """The rows of an earlier release that rest on the same citizens, and tell nothing else than is true of them now.

    A row that does not tell everything is not taken for the same where other rows show that the data behind it may have
    been corrected since (`_corrected`).
    """
    moved = came_or_went(release, own, base)
    now = own.select(*ROW, *(pl.col(name).alias(f"{name}_now") for name in (*COUNTS, *AMOUNTS)))
    of_quantity, of_kr = release.profile.round_quantity, release.profile.round_kr
    rooms = dict.fromkeys(COUNTS, (release.profile.round_counts - 1) / 2)
    rooms |= dict.fromkeys(AMOUNTS, of_kr / 2) | {"mean_quantity": of_quantity / 2}
    same = [
        ((pl.col(name).cast(pl.Float64) - pl.col(f"{name}_now")).abs() <= room + SAME * pl.col(name)).fill_null(True)
        for name, room in rooms.items()
    ]
    told = (pl.col(name).is_not_null() | pl.col(f"{name}_now").is_null() for name in rooms)
    rows = (
        release.rows.join(now, on=ROW, nulls_equal=True)
        .join(moved, on=["group_by", "group"], how="anti")
        .with_columns(same=pl.all_horizontal(same), told=pl.all_horizontal(told))
    )
    corrected = rows.join(_corrected(rows), on=PLACE, how="semi", nulls_equal=True).select(ROW)
    unsure = rows.filter(~pl.col("told")).join(corrected, on=ROW, how="semi", nulls_equal=True)
    kept = rows.filter("same").join(unsure, on=ROW, how="anti", nulls_equal=True, maintain_order="left")
    return kept.select(release.rows.columns)


def _corrected(rows: pl.DataFrame) -> pl.DataFrame:
    """The lines of a period (`PLACE`) whose data may have been corrected since a release.

    Those of which it told something else in any group, and the areas and the total that they are in; and what is in
    such a line, but for what the release told wholly of everybody and tells still.

    `rows`: rows of the release on the same citizens as now, with `same` and `told` (everything).
    """
    changed = set(rows.filter(~pl.col("same")).select(PLACE).rows())
    sure = set(rows.filter("same", "told", group_by="alle").select(PLACE).rows()) - changed
    above = {(period, *line) for period, area, _ in changed for line in ((area, None), (None, None))}
    found = changed | above
    for period, area, service in rows.select(PLACE).unique().rows():
        of_area = (period, area, None)
        if (period, area, service) in sure:
            continue
        if of_area in changed or ((period, None, None) in changed and of_area not in sure):
            found.add((period, area, service))
    return pl.DataFrame(sorted(found, key=str), schema=rows.select(PLACE).schema, orient="row")


def unchanged_counts(
    release: Earlier, then: pl.DataFrame, now: pl.DataFrame, own: pl.DataFrame, base: pl.DataFrame
) -> pl.DataFrame:
    """The rows of an earlier release's characteristics or flow that are of the same citizens, and true of them now.

    `then`, `now`: the study, two columns that name a row, `n`.
    """
    names = now.columns[1:3]
    both = then.join(now.select(*names, n_now="n"), on=names, nulls_equal=True)
    apart = (pl.col("n").cast(pl.Int64) - pl.col("n_now")).abs()
    same = both.filter((apart <= (release.profile.round_counts - 1) / 2).fill_null(True)).select(then.columns)
    return same if not moved(release, own, base) else same.clear()


def moved(release: Earlier, own: pl.DataFrame, base: pl.DataFrame) -> int:
    """How many citizens came into the study or left it since."""
    return int(came_or_went(release, own, base).filter(group_by="alle")["n"].sum())


def came_or_went(release: Earlier, own: pl.DataFrame, base: pl.DataFrame) -> pl.DataFrame:
    """`group_by`, `group`, `n`: how many citizens came into a group or left it since, where any did.

    Of groups that no study base tells of (months in employment), and where it is not held any more: the difference of
    the sizes told.
    """
    key = ["group_by", "group"]
    then = release.rows.filter(~pl.col("group_by").is_in(base["group_by"].unique().implode()) | (release.base is None))
    sizes = then.join(own, on=ROW, nulls_equal=True, suffix="_now").drop_nulls("n_study")
    apart = (pl.col("n_study").cast(pl.Int64) - pl.col("n_study_now")).abs().max()
    found = [sizes.group_by(key).agg(n=apart)]
    if release.base is not None:
        stayed = release.base.join(base, on=["person", *key])
        signed = [
            frame.group_by(key).agg(n=pl.len().cast(pl.Int64) * sign)
            for frame, sign in ((release.base, 1), (base, 1), (stayed, -2))
        ]
        found.append(pl.concat(signed).group_by(key).agg(pl.sum("n")))
    return pl.concat(found).filter(pl.col("n") > 0).sort(key)


def changed_by_few(earlier: Sequence[Earlier], rows: pl.DataFrame, base: pl.DataFrame, profile: Profile) -> Differ:
    """The rows of one period of which earlier releases told figures of nearly the same citizens: of each release how
    many came or went since, and the sums told (kroner in thousands).
    """
    found: Differ = {}
    sums = {"users": ("n_users", 1.0), "quantity": ("mean_quantity", 1.0)}
    sums |= {"cost": ("mean_cost", KKR)} | {payer: (f"mean_cost_{payer}", KKR) for payer in PAYERS}
    for release in earlier:
        few = came_or_went(release, rows, base).filter(pl.col("n") < profile.min_count)
        told = release.rows.join(rows.select(ROW), on=ROW, how="semi", nulls_equal=True)
        told = told.join(few, on=["group_by", "group"])
        for row in told.filter(pl.col("n_citizens") > 0).iter_rows(named=True):
            key = Row(row["group_by"], row["group"], row["area"], row["service"])
            times = {"users": 1.0} | dict.fromkeys(["quantity", "cost", *PAYERS], row["n_citizens"])
            values = {of: row[name] * times[of] / by for of, (name, by) in sums.items() if row[name] is not None}
            found.setdefault(key, []).append((row["n"], values))
    return found
