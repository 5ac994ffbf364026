"""Small releases to attack: tables made of citizens, with what is public about them, and rows to withhold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from catalogue.profiles import Profile
from pipelines.audit.attack import attack
from pipelines.audit.knowledge import Knowledge, Parts, Released
from pipelines.audit.verdict import Verdict, verdict

PROFILE = Profile("test", 5, True, 2, 0.9, 0.15, 1, 0, 0, "skjult", "withheld")
AREAS = {"ydelse": "indkomst", "tillaeg": "indkomst", "hjaelp": "social", "besoeg": "social"}
PRICE = {"ydelse": 1000.0, "tillaeg": 300.0, "hjaelp": 500.0, "besoeg": None}
SHARES = {"ydelse": (0.8, 0.0, 0.2), "tillaeg": (0.3, 0.0, 0.7), "hjaelp": (0.3, 0.6, 0.1), "besoeg": None}
LINES = [
    ("indkomst", "ydelse"), ("indkomst", "tillaeg"), ("indkomst", None),
    ("social", "hjaelp"), ("social", "besoeg"), ("social", None), (None, None),
]  # fmt: skip
COUNTS = {"n_study": pl.Int64, "n_citizens": pl.Int64, "n_users": pl.Int64}
PAYERS = ("kommune", "region", "stat")
MEANS = ["mean_quantity", "mean_cost", *(f"mean_cost_{payer}" for payer in PAYERS)]
VALUES = ["n_users", "share_users", *MEANS]
ALLE = ("alle", "alle")


@dataclass(frozen=True)
class Citizen:
    """One citizen in all periods: kommune, gruppe (or none), months of employment's band, units by service."""

    kommune: str
    gruppe: str | None = None
    band: str = "0"
    use: tuple[int, int, int, int] = (0, 0, 0, 0)

    def groups(self) -> list[tuple[str, str]]:
        own = [("kommune", self.kommune), ("gruppe", self.gruppe), ("beskaeftigelse", self.band)]
        return [ALLE, *((by, group) for by, group in own if group)]


def rates(periods: Sequence[int] = (0,), units_high: float | None = 53.0) -> pl.DataFrame:
    rows = []
    for service in AREAS:
        for period in periods:
            shares = SHARES[service] or (None, None, None)
            ends = {
                f"{payer}_{end}": share for payer, share in zip(PAYERS, shares, strict=True) for end in ("low", "high")
            }
            price = PRICE[service]
            row = {"service": service, "period": period, "price_low": price, "price_high": price, **ends}
            rows.append({**row, "units_high": units_high})
    return pl.DataFrame(rows, schema_overrides={"period": pl.Int16}, infer_schema_length=None)


def table(citizens: Sequence[Citizen], periods: Sequence[int] = (0,)) -> pl.DataFrame:
    """The cost table of these citizens, everybody measured, with the rows of the employment table last."""
    rows = []
    names = sorted({name for citizen in citizens for name in citizen.groups()})
    for group_by, group in sorted(names, key=lambda name: (name[0] == "beskaeftigelse", name[0] != "alle", name)):
        own = [citizen for citizen in citizens if (group_by, group) in citizen.groups()]
        for period in periods:
            for area, service in LINES:
                if group_by == "beskaeftigelse" and service:
                    continue
                rows.append({"group_by": group_by, "group": group, "period": period, **_row(own, area, service)})
    schema = {**COUNTS, **dict.fromkeys(["share_users", *MEANS], pl.Float64), "period": pl.Int16}
    return pl.DataFrame(rows, schema_overrides=schema, infer_schema_length=None)


def _row(own: list[Citizen], area: str | None, service: str | None) -> dict:
    names = [name for name in AREAS if service in (None, name) and area in (None, AREAS[name])]
    units = {name: [citizen.use[list(AREAS).index(name)] for citizen in own] for name in names}
    n, users = len(own), sum(any(of) for of in zip(*units.values(), strict=True))
    priced = [name for name in names if PRICE[name]]
    cost = {name: sum(units[name]) * PRICE[name] for name in priced}
    row = {"area": area, "service": service, "n_study": n, "n_citizens": n, "n_users": users, "share_users": users / n}
    row["mean_quantity"] = sum(units[service]) / n if service else None
    row["mean_cost"] = sum(cost.values()) / n if priced else None
    for position, payer in enumerate(PAYERS):
        paid = sum(cost[name] * SHARES[name][position] for name in priced)
        row[f"mean_cost_{payer}"] = paid / n if priced else None
    return row


def released(rows: pl.DataFrame, **others: pl.DataFrame) -> Released:
    """A release of these rows; nothing of them is withheld for its own sake, unless they say it."""
    if "primary" not in rows.columns:
        rows = rows.with_columns(primary=pl.lit(value=False))
    if "primary_amounts" not in rows.columns:
        rows = rows.with_columns(primary_amounts="primary")
    employed = pl.col("group_by") == "beskaeftigelse"
    return Released(rows.filter(~employed), rows.filter(employed), **others)


def knowledge(rows: pl.DataFrame, **changed) -> Knowledge:
    groups = rows.select("group_by", "group").unique(maintain_order=True).rows()
    kinds = ["kommune", "gruppe", "beskaeftigelse"]
    own = {kind: [name for name in groups if name[0] == kind] for kind in kinds}
    parts = [Parts(ALLE, of) for of in own.values() if of]
    periods = rows.get_column("period").unique().to_list()
    return replace(Knowledge(parts, rates(periods), AREAS, PROFILE), **changed)


def withhold(rows: pl.DataFrame, hidden: pl.Expr, *columns: str) -> pl.DataFrame:
    """These rows' values withheld, and `columns` too."""
    names = [*VALUES, *columns]
    kept = [pl.when(~hidden.fill_null(value=False)).then(pl.col(name)).alias(name) for name in names]
    return rows.with_columns(*kept, withheld=hidden.fill_null(value=False))


def of(group: str, service: str | None, area: str | None = None) -> pl.Expr:
    """A row by its group and line."""
    same_line = pl.col("service").eq_missing(pl.lit(service, pl.String))
    if service is None:
        same_line &= pl.col("area").eq_missing(pl.lit(area, pl.String))
    return (pl.col("group") == group) & same_line


def primary(rows: pl.DataFrame, min_count: int = 5) -> pl.DataFrame:
    few = pl.col("n_users").is_between(1, min_count - 1)
    others = (pl.col("n_citizens") - pl.col("n_users")).is_between(1, min_count - 1)
    return rows.with_columns(primary=few | others | pl.col("n_citizens").is_between(1, min_count - 1))


def judge(
    truth: Released, shown: Released, known: Knowledge, tell: Callable[[int, int], None] | None = None
) -> Verdict:
    evidence = attack(shown, known, tell) if tell else attack(shown, known)
    return verdict(evidence, truth, known)
