"""What the report carries inside: the released rows, the words for them, and where each figure comes from.

Here: the page's data as plain values. Not here: the page (``report.py``, ``templates/``), any figure that is not in the
release.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from itertools import product
from typing import Any

import polars as pl

from pipelines.named_tables import TRANSFER_WEEKS, TRANSFERS, of_characteristic
from reports.html.charts import MEASURES, specs
from reports.html.texts import TEXTS as REPORT_TEXTS
from reports.labels import LANGUAGES, Labels
from reports.rules import Rule
from reports.tables import COMPARED, PAYERS, Line, ReleaseTables
from reports.texts import TEXTS as SHARED_TEXTS
from reports.trace import TELLS_OF, trace

SHARED = (
    *("total", "withheld", "not_measured", "not_applicable", "all_areas", "yes", "no", *PAYERS),
    *("flow_step", "flow_n", "reading", "reading_mean", "reading_effect", "reading_total", "meaning", "year", "price"),
    *("status", "source", "register", "services", "data_end", "valid_from", "valid_to", "unmeasured_about"),
    *("unmeasured_none", "reading_course", "reading_2019", "payer_heading", "comparison_reading", "payer_rules"),
    *("quantity_heading", "compared_title", "wilson_about"),
    *("release_id", "made", "profile", "data_start", "months", "list", "code"),
)
"""The words that the report shares with the workbook."""
SHARED_KINDS = (
    *("column.", "unit.", "group_by.", "step.", "reason.", "status.", "measured.", "characteristic.", "koen."),
    *("table.", "compared", "oprindelse.", "bopael.", "boern.", "uddannelse.", "forsoergelse."),
)
COSTS = ("n_citizens", "mean_cost", *(f"mean_cost_{payer}" for payer in PAYERS))
SHARES = ("share", "share_low", "share_high")
BEFORE = ("n", *SHARES, "n_citizens", "n_partly")
SHOWN = (
    ("cost_table", ("share_users", *SHARES[1:], "mean_quantity", *COSTS), COMPARED),
    ("employment_table", COSTS, ("alle",)),
    ("changes", tuple(f"change_{measure}" for measure in MEASURES), ("alle",)),
    ("characteristics", ("n", *SHARES), ()),
    ("participant_flow", ("n",), ()),
)
"""The figures that a reader can ask about: table, columns, and the groupings that have rules of their own."""
NAMED = ("figur_1", "figur_2", "figur_3", "forbrug_sammenlignet")
"""The figures of a report that are shown as it has them."""
BEFORE_WORDS: dict[str, Callable[[Labels, str, int, int], str]] = {
    "category": lambda labels, category, first, last: labels.name("category", category),
    "looked_back": lambda labels, category, first, last: labels.span(first, last),
}
"""Of a row of services before the start: its category, and the periods looked back to."""


def content(tables: ReleaseTables) -> dict[str, Any]:
    """Everything the page shows, as values that JSON knows; texts as pairs of Danish and English."""
    labels = [tables.labels(language) for language in LANGUAGES]

    def both(word: Callable[[Labels], str]) -> list[str]:
        return [word(one) for one in labels]

    study, profile = tables.study, tables.profile
    return {
        "study": {"id": study.id, "title": [study.title_da, study.title_en], "mode": study.mode},
        "release": tables.release_id,
        "price_year": study.price_year,
        "illustrative": tables.illustrative,
        "marker": [profile.marker_da, profile.marker_en],
        "words": {key: list(pair) for key, pair in _words(tables).items()},
        "names": {
            **{f"area.{area}": both(lambda one, id_=area: one.name("area", id_)) for area in tables.areas["area"]},
            **{
                f"service.{service}": both(lambda one, id_=service: one.name("service", id_))
                for service in (*tables.services["service"], TRANSFER_WEEKS)
            },
            **{
                f"{kind}.{row[0]}": both(lambda one, word=word, row=row: word(one, *row))
                for kind, word in BEFORE_WORDS.items()
                for row in tables.before_start.select("category", "first_period", "last_period").iter_rows()
            },
        },
        "periods": [
            {
                "period": period,
                "name": both(lambda one, id_=period: one.period(id_)),
                "meaning": both(lambda one, id_=period: one.period_meaning(id_)),
            }
            for period in tables.periods
        ],
        "lines": [
            {"area": line.area, "service": line.service, "level": line.level, "priced": line in tables.priced}
            for line in tables.lines()
        ],
        "payers": PAYERS,
        "compared": COMPARED,
        "registers_of": dict(tables.services.select("service", "register").iter_rows()),
        "tells_of": TELLS_OF,
        "unit_of": dict(tables.services.select("service", "unit").iter_rows()),
        "tables": {name: frame.to_dict(as_series=False) for name, frame in _frames(tables).items()},
        "charts": {one.language: specs(one, tables.periods) for one in labels},
        "trace": _traces(tables),
    }


def _frames(tables: ReleaseTables) -> dict[str, pl.DataFrame]:
    """The released tables that there are, and what they rest on."""
    beside = ("not_measured", "categories", "sources", "payer_rules", "registers")
    shares = [
        of_characteristic(tables.characteristics, name).with_columns(characteristic=pl.lit(name))
        for name in tables.characteristics["characteristic"].unique(maintain_order=True)
    ]
    named = {name: tables.named[name] for name in NAMED} | {"shares": pl.concat(shares) if shares else pl.DataFrame()}
    return tables.tables | {name: getattr(tables, name) for name in beside} | named


def _words(tables: ReleaseTables) -> dict[str, tuple[str, str]]:
    """The words of the page, those of the release filled in."""
    shared = {
        key: pair for key, pair in SHARED_TEXTS.items() if key in SHARED or key.startswith(SHARED_KINDS)
    }  # the rest is of the workbook
    year = str(tables.study.price_year)
    return {
        **shared,
        **REPORT_TEXTS,
        "withheld": (tables.profile.marker_da, tables.profile.marker_en),
        "price_level": _filled(SHARED_TEXTS["price_level"], {"year": year}),
        "prices_about": _filled(SHARED_TEXTS["prices_about"], {"year": year}),
        "legend_report": _of_profile(tables, "legend_report"),
        "ages": _ages(tables),
        **{f"profile.{number}": text for number, text in enumerate(_disclosure(tables))},
    }


def _filled(pair: tuple[str, str], *fields: dict[str, object]) -> tuple[str, str]:
    danish, english = fields[0], fields[-1]
    return pair[0].format(**danish), pair[1].format(**english)


def _of_profile(tables: ReleaseTables, key: str) -> tuple[str, str]:
    profile = tables.profile
    numbers = {
        "profile": profile.profile,
        "min_count": profile.min_count,
        "citizens": profile.dominance_citizens,
        "share": f"{profile.dominance_share:.0%}",
        "bracket": f"{profile.bracket_share:.0%}",
        "counts": profile.round_counts,
        "kr": f"{profile.round_kr:g}",
        "quantity": f"{profile.round_quantity:g}",
        "source": profile.source,
    }
    danish = {name: str(value).replace("%", " %") for name, value in numbers.items() if name != "source"}
    danish |= {"source": profile.source, "marker": profile.marker_da, "quantity": danish["quantity"].replace(".", ",")}
    return _filled(REPORT_TEXTS[key], danish, numbers | {"marker": profile.marker_en})


def _disclosure(tables: ReleaseTables) -> list[tuple[str, str]]:
    """The data owner's profile in sentences; those that ask nothing are left out."""
    profile = tables.profile
    rounded = profile.round_counts > 1 or profile.round_kr or profile.round_quantity
    asked = {
        "profile_few": True,
        "profile_second": True,
        "profile_dominance": profile.dominance_citizens > 0,
        "profile_rounded": rounded,
        "profile_source": profile.source,
    }
    sentences = [_of_profile(tables, key) for key, holds in asked.items() if holds]
    zero = SHARED_TEXTS["zero_shown" if profile.show_zero else "zero_withheld"]
    return [*sentences[:1], zero, *sentences[1:]]


def _ages(tables: ReleaseTables) -> tuple[str, str]:
    ages = tables.comparison_ages
    if not ages:
        return SHARED_TEXTS["ages_all"]
    return _filled(SHARED_TEXTS["ages_of"], {"youngest": ages[0], "oldest": ages[1]})


def _traces(tables: ReleaseTables) -> dict[str, Any]:
    """What stands behind every figure, each rule and catalogue row once; a figure has the positions of its own.

    Returns:
        `rules`, `prices`, `payers`, `codes`, `registers`: the rows; `of`: by table, grouping, area, service and column,
        the positions in each of the five. A grouping of the study's own stands under `alle`.
    """
    rows: dict[str, list[Any]] = {name: [] for name in ("rules", "prices", "payers", "codes", "registers")}
    known: dict[Hashable, int] = {}

    def positions(name: str, found: Sequence[Any]) -> list[int]:
        for row in found:
            if (key := _identity(row)) not in known:
                known[key] = len(rows[name])
                rows[name].append(vars(row) if isinstance(row, Rule) else row)
        return [known[_identity(row)] for row in found]

    def behind(line: Line, column: str, **where: str) -> list[list[int]]:
        found = trace(tables, line, column, **where)
        parts = (found.rules, found.prices, found.payer_rules, found.codes, found.registers)
        return [positions(name, part) for name, part in zip(rows, parts, strict=True)]

    of = {}
    for table, columns, groupings in SHOWN:
        lines = tables.lines() if groupings else (Line(),)
        for line, column, group_by in product(lines, columns, groupings or ("",)):
            key = "/".join((table, group_by, line.area or "", line.service or "", column))
            of[key] = behind(line, column, table=table, **({"group_by": group_by} if group_by else {}))
    for category, column in product(tables.before_start["category"], BEFORE):
        of[f"before_start///{category}/{column}"] = behind(Line(), column, table="before_start", category=category)
    for column, group_by in product(("share_users", *SHARES[1:], "mean_quantity"), COMPARED):
        key = f"cost_table/{group_by}/{TRANSFERS}/{TRANSFER_WEEKS}/{column}"
        of[key] = behind(Line(TRANSFERS), column, group_by=group_by)
    return rows | {"of": of}


def _identity(row: Rule | dict[str, Any]) -> Hashable:
    """What tells a rule from others, and a row of the release from others, equal ones too."""
    return row if isinstance(row, Rule) else id(row)
