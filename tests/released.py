"""A small release as the writers of reports are given it: every frame, some of its figures withheld.

Here: made-up frames after disclosure control. Not here: disclosure control itself, nor any figure of a register.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl

from catalogue.profiles import Profile
from pipelines.before_start import BEFORE_START_SCHEMA
from pipelines.intervals import wilson
from reports.tables import CATEGORIES, ReleaseTables

AREAS = pl.DataFrame(
    [
        ("overfoerselsindkomst", "Overførselsindkomst", "Transfer income"),
        ("sociale_serviceydelser", "Sociale serviceydelser", "Social services"),
        ("sundhed", "Sundhed", "Health"),
        ("beskaeftigelse", "Beskæftigelse", "Employment"),
    ],
    schema=["area", "label_da", "label_en"],
    orient="row",
)
# service, area, register, unit, Danish and English name, price, users of 100, quantity, kommune's and region's share
SERVICES = [
    ("kontanthjaelp", 0, "dream", "week", "Kontanthjælp", "Cash benefit", 2756.0, 31, 12.4, 0.8, 0.0),
    ("foertidspension", 0, "dream", "week", "Førtidspension", "Disability pension", 4468.0, 22, 9.8, 0.8, 0.0),
    ("su", 0, "dream", "week", "SU", "Student grant", 1520.0, 2, 0.6, 0.0, 0.0),
    ("stoette", 1, "handic", "day", "Socialpædagogisk støtte (§ 85)", "Support", 480.0, 40, 101.0, 1, 0),
    ("botilbud", 1, "handic", "day", "Midlertidigt botilbud (§ 107)", "Housing", 2150.0, 9, 14.2, 1, 0),
    ("indlaeggelse", 2, "lpr_a_kontakt", "admission", "Somatiske indlæggelser", "Admissions", None, 25, 0.31, 0, 0),
    ("sengedag", 2, "lpr_a_kontakt", "bed_day", "Somatiske sengedage", "Bed days", 5300.0, 25, 1.7, 0.2, 0.8),
    ("ambulant", 2, "lpr_a_kontakt", "visit", "Somatiske ambulante besøg", "Visits", 2100.0, 64, 3.6, 0.2, 0.8),
    ("beskaeftigelse_ord", 3, "dream", "month", "Måneder i ordinær beskæftigelse", "Months", None, 12, 1.1, 0, 0),
]
MEASURES = {"week": "weeks", "day": "days", "bed_day": "bed_days", "month": "months"}
CATALOGUE = pl.DataFrame(
    [(s[0], AREAS["area"][s[1]], s[2], MEASURES.get(s[3], "count"), *s[3:6]) for s in SERVICES],
    schema=["service", "area", "register", "measure", "unit", "label_da", "label_en"],
    orient="row",
)
HOSTILE = "</script><b>=1+1"
"""A group's name that is neither markup nor a formula."""
GROUPS = [
    ("alle", "alle", 1.0),
    ("kommune", "101", 0.4),
    ("kommune", "751", 0.6),
    ("gruppe", HOSTILE, 0.5),
    ("befolkning", "befolkning", 60.0),
    ("befolkning_standardiseret", "befolkning_standardiseret", 40.0),
]
MONTHS = ["0", "1-3", "4-6", "7-9", "10-11", "12"]
PROFILE = Profile("sds", 5, True, 2, 0.9, 0.15, 1, 0.0, 0.0, "skjult", "withheld", "The data owner's letter of 1 May")
HIDDEN_COST = 98_765.4321  # the mean cost of what must not be seen: SU's users are 1 to 4
COUNTS = dict.fromkeys(["n_study", "n_citizens", "n_users"], pl.UInt32)
TYPES = {"period": pl.Int16, "price_year": pl.Int32, "mean_cost": pl.Float64, **COUNTS}


@dataclass(frozen=True)
class Study:
    id: str = "aaben_dialog"
    title_da: str = "Åben Dialog"
    title_en: str = "Open Dialogue"
    mode: str = "calendar"
    price_year: int = 2023


def cost_table(citizens: int = 100, periods: range = range(-1, 3), groups: list = GROUPS) -> pl.DataFrame:
    """A cost table before disclosure control; in the last period LPR is not measured."""
    rows = []
    for group_by, group, share in groups:
        for period in periods:
            base = {"study": "aaben_dialog", "group_by": group_by, "group": group, "period": period}
            base |= {"n_study": round(citizens * share), "price_year": 2023}
            rows += _services(base, share, last=periods[-1])
    return pl.DataFrame(rows, schema_overrides=TYPES)


def _services(base: dict, share: float, last: int) -> list[dict]:
    lines = []
    for service, area, register, unit, *_, price, users, quantity, kommune, region in SERVICES:
        measured = not (register == "lpr_a_kontakt" and base["period"] == last)
        n = base["n_study"] - max(base["period"], 0) if measured else 0
        n_users = round(n * users / (100 if share <= 1 else 700))
        mean = quantity * (1 + 0.07 * base["period"]) * min(share, 1 / share) ** 0.5 if n_users else 0.0
        cost = mean * price if price else None
        cost = HIDDEN_COST if service == "su" and share <= 1 else cost
        row = _line(base, AREAS["area"][area], service, unit, n, n_users, mean, cost, kommune, region)
        lines.append(row | {"illustrative": service == "ambulant"})
    rows = []
    for area in AREAS["area"]:
        inside = [row for row in lines if row["area"] == area]
        rows += [*inside, _total(base, area, inside)]
    return [*rows, _total(base, None, lines)]


def _line(base, area, service, unit, n, n_users, mean, cost, kommune, region) -> dict:
    cost = cost if n else None
    parts = [None if cost is None else cost * part for part in (kommune, region, 1 - kommune - region)]
    values = [n_users / n if n else None, mean if n else None, cost, *parts]
    names = ["share_users", "mean_quantity", "mean_cost", "mean_cost_kommune", "mean_cost_region", "mean_cost_stat"]
    row = base | {"area": area, "service": service, "unit": unit, "n_citizens": n, "n_users": n_users}
    return row | dict(zip(names, values, strict=True))


def _total(base: dict, area: str | None, lines: list[dict]) -> dict:
    n = min(row["n_citizens"] for row in lines)
    users = min(n, max(row["n_users"] for row in lines) + 5) if n else 0
    row = _line(base, area, None, None, n, users, None, None, 0, 0)
    for name in ("mean_cost", "mean_cost_kommune", "mean_cost_region", "mean_cost_stat"):
        parts = [part[name] for part in lines if part[name] is not None and part["service"] != "su"]
        row[name] = sum(parts) if n and parts else None
    return row | {"illustrative": any(part["illustrative"] for part in lines)}


def withhold(table: pl.DataFrame) -> pl.DataFrame:
    """What disclosure control makes of few users or citizens: no more than a report needs to be shown."""
    few, none = pl.col("n_users").is_between(1, 4), pl.col("n_citizens").is_between(1, 4)
    values = ["n_users", "share_users", *(name for name in table.columns if name.startswith("mean_"))]
    return table.with_columns(
        *(pl.when(~(few | none)).then(pl.col(name)).alias(name) for name in values),
        pl.when(~none).then(pl.col("n_citizens")).alias("n_citizens"),
        withheld=few | none,
    )


def employment_table() -> pl.DataFrame:
    """The cost table of areas and the total by months in employment; those of 10-11 months are too few."""
    groups = [("beskaeftigelse", months, (0.55, 0.12, 0.1, 0.08, 0.02, 0.13)[i]) for i, months in enumerate(MONTHS)]
    return cost_table(groups=groups).filter(pl.col("service").is_null())


def changes(table: pl.DataFrame) -> pl.DataFrame:
    """Everybody's periods against the one before the start, intervals a tenth wide."""
    key = ["study", "area", "service", "unit"]
    own = table.filter(pl.col("group_by") == "alle")
    before = own.filter(pl.col("period") == -1)
    both = own.filter(pl.col("period") != -1).join(before, on=key, suffix="_before", nulls_equal=True)
    pairs = {"share": "share_users", "quantity": "mean_quantity", "cost": "mean_cost"}
    change = {f"change_{name}": pl.col(column) - pl.col(f"{column}_before") for name, column in pairs.items()}
    ends = {
        name + end: value + sign * (value.abs() * 0.4 + 0.01)
        for name, value in change.items()
        for end, sign in (("_low", -1), ("_high", 1))
    }
    rows = both.with_columns(
        **change,
        **ends,
        n_baseline=pl.col("n_citizens_before"),
        withheld=pl.col("withheld") | pl.col("withheld_before"),
    )
    figures = [name + end for name in change for end in ("", "_low", "_high")]
    hidden = [pl.when(~pl.col("withheld")).then(pl.col(name)).alias(name) for name in figures]
    columns = ["study", "period", "area", "service", "unit", "n_baseline", "n_citizens", *figures]
    return rows.with_columns(hidden).select(*columns, "price_year", "illustrative", "withheld")


def mean_intervals(table: pl.DataFrame) -> pl.DataFrame:
    """Everybody's means, intervals a tenth wide to either side; of the bed days they would tell too much."""
    means = [name for name in table.columns if name.startswith("mean_")]
    told = ~pl.col("service").eq_missing(pl.lit("sengedag"))
    ends = [
        pl.when(told).then(pl.col(mean) * (1 + sign * 0.1)).alias(f"{mean}_{end}")
        for mean in means
        for end, sign in (("low", -1), ("high", 1))
    ]
    figures = [f"{mean}{end}" for mean in means for end in ("", "_low", "_high")]
    rows = table.filter(group_by="alle").with_columns(*ends, withheld=pl.col("withheld") | ~told)
    columns = ["study", "period", "area", "service", "unit", "n_citizens", *figures]
    return rows.select(*columns, "price_year", "illustrative", "withheld")


def characteristics() -> pl.DataFrame:
    """Who the 100 citizens are; two of them are of a small municipality."""
    counts = {
        "koen": {"1": 38, "2": 62},
        "alder": {"18-24": 30, "25-29": 25, "30-39": 33, "40-49": 12},
        "startaar": {"2018": 48, "2019": 52},
        "kommune": {"101": 40, "751": 58, "825": None},
    }
    rows = [
        ("aaben_dialog", name, category, n, None if n is None else n / 100, n is None)
        for name, categories in counts.items()
        for category, n in categories.items()
    ]
    names = ["study", "characteristic", "category", "n", "share", "withheld"]
    return pl.DataFrame(rows, schema=names, orient="row", schema_overrides={"n": pl.UInt32})


def before_start() -> pl.DataFrame:
    """Services before the start: all told, too few with any, and too few of whom nobody knows."""
    rows = [
        ("aaben_dialog", "sygehus", -2, -2, 100, 0, 64, False),
        ("aaben_dialog", "forsorgshjem", -1, -1, 100, 0, None, True),
        ("aaben_dialog", "misbrug", -5, -1, None, None, 12, True),
    ]
    names = ["study", "category", "first_period", "last_period", "n_citizens", "n_partly", "n", "withheld"]
    table = pl.DataFrame(rows, schema=names, orient="row")
    table = table.with_columns(share=pl.col("n") / pl.col("n_citizens"), **wilson("n", "n_citizens"))
    return table.select(*BEFORE_START_SCHEMA, "withheld").cast(dict(BEFORE_START_SCHEMA))


CATEGORIES_TOLD = pl.DataFrame(
    [
        ("sygehus", "ambulant", "lpr_a_kontakt", "Besøg på sygehus", "Hospital visit"),
        ("forsorgshjem", "forsorgshjem", "herb_forsorg_mv_f", "Forsorgshjem (§ 110)", "Shelter"),
        ("misbrug", "stofbehandling", "smdb_vbgf", "Misbrugsbehandling", "Treatment for misuse"),
    ],
    schema=CATEGORIES,
    orient="row",
)


def participant_flow() -> pl.DataFrame:
    """From the list to the study base; who had no PNR are too few to be told."""
    steps = [
        ("received", None, 123),
        ("set_aside", "missing_pnr", None),
        ("set_aside", "duplicate_participant", 7),
        ("not_in_population", None, 13),
        ("study_base", None, 100),
    ]
    rows = [("aaben_dialog", step, reason, n, n is None) for step, reason, n in steps]
    return pl.DataFrame(
        rows, schema=["study", "step", "reason", "n", "withheld"], orient="row", schema_overrides={"n": pl.UInt32}
    )


def release(**changed: object) -> ReleaseTables:
    """The whole release, fields of it `changed`."""
    table = withhold(cost_table())
    priced = [row for row in SERVICES if row[6]]
    hospital = [row[0] for row in SERVICES if row[2] == "lpr_a_kontakt"]
    since, until = date(2016, 1, 4), date(2024, 12, 31)
    facts = {
        "study": Study(),
        "profile": PROFILE,
        "cost_table": table,
        "employment_table": withhold(employment_table()),
        "changes": changes(table),
        "mean_intervals": mean_intervals(table),
        "characteristics": characteristics(),
        "before_start": before_start(),
        "participant_flow": participant_flow(),
        "not_measured": pl.DataFrame(
            [(period, service, "some" if period == 1 else "none") for period in (1, 2) for service in hospital],
            schema=["period", "service", "measured"],
            orient="row",
        ),
        "areas": AREAS,
        "services": CATALOGUE,
        "categories": CATEGORIES_TOLD,
        "sources": pl.DataFrame(
            [
                (row[0], 2022, row[6], "illustrative" if row[0] == "ambulant" else "sourced", f"@kilde {row[0]}")
                for row in priced
            ],
            schema=["service", "year", "price", "status", "source"],
            orient="row",
        ),
        "payer_rules": pl.DataFrame(
            [(row[0], since, None, row[9], row[10], 1.0 - row[9] - row[10], "Lov om finansiering") for row in priced],
            schema=["service", "valid_from", "valid_to", "kommune", "region", "stat", "source"],
            orient="row",
            schema_overrides={"valid_to": pl.Date, "kommune": pl.Float64, "region": pl.Float64},
            strict=False,
        ),
        "codes": pl.DataFrame(
            [
                ("dream_codes", "kontanthjaelp", "130", "Kontanthjælp", "Cash benefit", since, None, "sourced", "DST"),
                ("dream_codes", "su", "651", "SU", "Student grant", None, None, "unverified", None),
                ("handic_services", "stoette", "85", None, None, None, None, "unverified", "Serviceloven"),
            ],
            schema=["list", "service", "code", "label_da", "label_en", "valid_from", "valid_to", "status", "source"],
            orient="row",
            schema_overrides={"valid_from": pl.Date, "valid_to": pl.Date},
        ),
        "limits": pl.DataFrame(
            {
                "limit": ["stay_gap_hours", "admission_hours"],
                "value": [4.0, 12.0],
                "unit": ["hours", "hours"],
                "source": ["docs/method.md § 4", "docs/method.md § 4"],
            }
        ),
        "registers": pl.DataFrame(
            {
                "register": ["bef", "dream", "handic", "lpr_a_kontakt"],
                "data_start": [date(2008, 3, 31), None, date(2013, 1, 1), date(2017, 1, 1)],
                "data_end": [until, date(2024, 12, 29), until, date(2021, 12, 31)],
            }
        ),
        "release_id": "2026-11-22-01",
        "made": datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
        "code_version": "0.1.0",
    }
    return ReleaseTables(**facts | changed)
