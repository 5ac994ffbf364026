"""Measures of a study's tables: each passing, failing, and where there is nothing to count."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from frames import frame

from expectations.contracts.quality import MEASURES
from expectations.contracts.studies import COST_TABLE, COSTS, PARTICIPANTS, PERIODS, USE, USE_OUTSIDE_POPULATION
from pipelines.coverage import span_coverage
from pipelines.participants import participant_flow
from pipelines.quality.handic_coverage import HANDIC_COVERAGE_SCHEMA
from pipelines.quality.study import (
    cost_measures,
    cost_table_measures,
    handic_without_data,
    participant_measures,
    use_measures,
)

NOTHING = (None, None, None)


def of(measures: pl.DataFrame, measure: str) -> dict[str, tuple]:
    """A measure's numerator, denominator and value by scope."""
    rows = MEASURES.validate(measures).filter(measure=measure)
    return {scope: tuple(figures) for scope, _, *figures in rows.rows()}


def test_participants() -> None:
    def measures(base: list[bool], set_aside: int) -> dict[str, tuple]:
        participants = frame(PARTICIPANTS, [{"person": n, "in_study_base": there} for n, there in enumerate(base)])
        reasons = pl.DataFrame(
            {"reason": (["missing_pnr", "invalid_date"] * set_aside)[:set_aside]}, {"reason": pl.String}
        )
        flow = participant_flow("one", len(base) + set_aside, reasons, participants["in_study_base"])
        found = participant_measures(participants, flow)
        return {name: of(found, name)["alle"] for name in ("found_in_bef", "list_set_aside")}

    assert measures([True, True], 0) == {"found_in_bef": (2, 2, 1), "list_set_aside": (0, 2, 0)}
    assert measures([True, False], 3) == {"found_in_bef": (1, 2, 0.5), "list_set_aside": (3, 5, 0.6)}
    assert measures([], 3) == {"found_in_bef": NOTHING, "list_set_aside": (3, 3, 1)}
    assert measures([], 0) == {"found_in_bef": NOTHING, "list_set_aside": NOTHING}


SERVICES = pl.DataFrame(
    [("pension", "weeks"), ("botilbud", "days"), ("sengedag", "bed_days"), ("job", "months"), ("ambulant", "count")],
    schema=["service", "measure"],
    orient="row",
)
Y2020 = (date(2020, 1, 1), date(2020, 12, 31))  # 53 Thursdays, 366 days
Y2021 = (date(2021, 1, 1), date(2021, 12, 31))  # 52 Thursdays
COURSE = (date(2020, 3, 2), date(2020, 3, 31))  # from a Monday: 4 Thursdays, 30 days, no first of a month


def periods(*rows: tuple[int, int, tuple[date, date], bool | None]) -> pl.DataFrame:
    named = [{"person": p, "period": n, "start": w[0], "end": w[1], "present": there} for p, n, w, there in rows]
    return frame(PERIODS, named)


def used(window: tuple[date, date], *rows: tuple[str, float | None, int | None]) -> pl.DataFrame:
    """The measures of one citizen's use in period 0."""
    named = [{"person": 1, "period": 0, "service": s, "quantity": q, "spells": n} for s, q, n in rows]
    return use_measures(frame(USE, named), frame(USE_OUTSIDE_POPULATION, []), periods((1, 0, window, True)), SERVICES)


@pytest.mark.parametrize(
    ("window", "service", "spells", "most"),
    [
        (Y2020, "pension", 1, 53),
        (Y2021, "pension", 1, 52),
        (COURSE, "pension", 1, 4),
        (Y2020, "botilbud", 3, 366),
        (COURSE, "botilbud", 1, 30),
        (COURSE, "sengedag", 1, 30),
        (COURSE, "sengedag", 3, 32),  # two of them may have ended on the day on which the next began
        (Y2020, "job", 1, 12),
        (COURSE, "job", 1, 0),
    ],
)
def test_use_does_not_pass_its_period(window: tuple[date, date], service: str, spells: int, most: int) -> None:
    unit = {"pension": "weeks", "job": "months"}.get(service, "days")
    assert of(used(window, (service, most, spells)), f"{unit}_beyond_period") == {"0": (0, 1, 0)}
    assert of(used(window, (service, most + 1, spells)), f"{unit}_beyond_period") == {"0": (1, 1, 1)}


def test_each_unit_is_held_to_its_own_services() -> None:
    rows = [
        ("pension", 60.0, 1),
        ("botilbud", 400.0, 1),
        ("sengedag", 1.0, 1),
        ("ambulant", 999.0, 999),
        ("job", None, None),
    ]
    measures = used(Y2020, *rows)
    assert of(measures, "weeks_beyond_period") == {"0": (1, 1, 1)}
    assert of(measures, "days_beyond_period") == {"0": (1, 2, 0.5)}
    assert of(measures, "months_beyond_period") == {"0": NOTHING}


def test_use_outside_the_population_and_what_is_not_measured() -> None:
    windows = periods(
        (1, 0, Y2020, True), (2, 0, Y2020, None), (3, 0, Y2020, False), (1, 1, Y2021, True), (3, -1, Y2020, False)
    )
    null = [{"person": 2, "period": 0, "service": service} for service in SERVICES["service"]]
    rows = [{"person": 1, "period": 0, "service": "pension", "quantity": 3.0, "spells": 1}, *null]
    left_out = [{"period": 0, "service": s, "citizens": n, "quantity": 9.0} for s, n in (("pension", 1), ("job", 2))]
    measures = use_measures(frame(USE, rows), frame(USE_OUTSIDE_POPULATION, left_out), windows, SERVICES)
    assert of(measures, "outside_population") == {"-1": NOTHING, "0": (3, 4, 0.75), "1": NOTHING}
    assert of(measures, "not_measured") == {"-1": NOTHING, "0": (5, 10, 0.5), "1": (0, 5, 0)}


def amounts(cost: float | None, *payers: float | None) -> dict[str, float | None]:
    """A cost and what kommune, region and stat pay of it."""
    return dict(zip(("cost", "cost_kommune", "cost_region", "cost_stat"), (cost, *payers), strict=True))


def means(row: dict[str, float | None]) -> dict[str, float | None]:
    return {f"mean_{name}": value for name, value in row.items()}


@pytest.mark.parametrize(
    ("row", "figures"),
    [
        (amounts(100.0, 65.0, 0.0, 35.0), (0, 1, 0)),
        (amounts(100.0, 65.0, 0.0, 34.995), (0, 1, 0)),
        (amounts(100.0, 65.0, 0.0, 34.98), (1, 1, 1)),
        (amounts(100.0, 65.0, 0.0, 35.02), (1, 1, 1)),
        (amounts(100.0, 65.0, None, 35.0), (1, 1, 1)),
        (amounts(None, 0.0, 0.0, 0.0), (1, 1, 1)),
        (amounts(None, None, None, None), NOTHING),
    ],
)
def test_the_payers_of_a_cost_and_of_a_mean_add_up_to_it(row: dict, figures: tuple) -> None:
    of_costs = cost_measures(frame(COSTS, [{"person": 1, "period": 0, **row}]), periods((1, 0, Y2020, True)))
    assert of(of_costs, "payers_unequal") == {"0": figures}
    table = frame(COST_TABLE, [{"period": 0, "group_by": "alle", "group": "alle", "n_citizens": 1, **means(row)}])
    assert of(cost_table_measures(table, study_base(["101"])), "table_payers_unequal") == {"0": figures}


def study_base(kom: list[str | None], group: list[str | None] | None = None) -> pl.DataFrame:
    rows = [
        {"person": n, "kom": k, "group": g}
        for n, (k, g) in enumerate(zip(kom, group or [None] * len(kom), strict=True))
    ]
    return frame(PARTICIPANTS, rows)


def table(*rows: tuple[str | None, str | None, int, float | None]) -> pl.DataFrame:
    """Everybody's rows of period 0: area, service, citizens measured, mean cost, which the kommune pays."""
    everybody = {"period": 0, "group_by": "alle", "group": "alle", "n_study": 5, "n_users": 1}
    named = [
        everybody
        | {"area": area, "service": service, "n_citizens": n}
        | means(amounts(mean, mean, *([None] * 2 if mean is None else [0.0] * 2)))
        for area, service, n, mean in rows
    ]
    return frame(COST_TABLE, named)


SOUND = [
    ("a", "x", 5, 10.0),
    ("a", "y", 5, 5.0),
    ("a", None, 5, 15.0),
    ("b", "z", 5, None),
    ("b", None, 5, None),
    (None, None, 5, 15.0),
]


@pytest.mark.parametrize(
    ("changes", "figures"),
    [
        ({}, (0, 3, 0)),
        ({0: ("a", "x", 5, 10.02)}, (1, 3, 1 / 3)),
        ({2: ("a", None, 5, None)}, (2, 3, 2 / 3)),  # the area, and with it the total
        ({4: ("b", None, 5, 1.0)}, (2, 3, 2 / 3)),
        ({5: (None, None, 5, 14.0)}, (1, 3, 1 / 3)),
        ({0: ("a", "x", 4, 99.0)}, (0, 2, 0)),  # other citizens: not to be compared
        ({0: ("a", "x", 6, 99.0)}, (0, 2, 0)),
        ({2: ("a", None, 4, 99.0)}, (0, 1, 0)),
        ({5: (None, None, 4, 99.0)}, (0, 2, 0)),
        (dict(enumerate((area, service, 0, None) for area, service, *_ in SOUND)), NOTHING),
    ],
)
def test_areas_are_the_sums_of_their_services_and_the_total_of_the_areas(changes: dict, figures: tuple) -> None:
    rows = [changes.get(number, row) for number, row in enumerate(SOUND)]
    assert of(cost_table_measures(table(*rows), study_base(["101"] * 5)), "areas_unequal") == {"0": figures}


def test_an_area_is_compared_in_every_amount_and_in_its_own_group() -> None:
    of_a_list = table(*SOUND).with_columns(group_by=pl.lit("gruppe"), mean_cost=pl.col("mean_cost") * 2)
    both = pl.concat([table(*SOUND), of_a_list])  # a list may call a group `alle`
    assert of(cost_table_measures(both, study_base([None] * 5)), "areas_unequal") == {"0": (0, 6, 0)}
    moved = table(*SOUND).with_columns(mean_cost_stat=pl.when(service="x").then(9.0).otherwise("mean_cost_stat"))
    assert of(cost_table_measures(moved, study_base([None] * 5)), "areas_unequal") == {"0": (1, 3, 1 / 3)}


def test_the_population_is_no_part_of_the_study_and_may_be_weighted() -> None:
    others = table(*SOUND).with_columns(group_by=pl.lit("befolkning_standardiseret"), n_study=pl.lit(900, pl.UInt32))
    others = others.with_columns(pl.when(service="x").then(9.0).otherwise("mean_cost").alias("mean_cost"))
    figures = cost_table_measures(pl.concat([table(*SOUND), others]), study_base(["101"] * 5, ["A"] * 5))
    alone = cost_table_measures(table(*SOUND), study_base(["101"] * 5, ["A"] * 5))
    for measure in ("areas_unequal", "groups_unequal"):
        assert of(figures, measure) == of(alone, measure)


def grouped(*rows: tuple[str, str, int, int, int]) -> pl.DataFrame:
    """A total row of period 0: what groups, the group, the study base, those measured, users."""
    names = ("group_by", "group", "n_study", "n_citizens", "n_users")
    return frame(COST_TABLE, [{"period": 0, **dict(zip(names, row, strict=True))} for row in rows])


ALL, K101, K461 = ("alle", "alle", 3, 3, 2), ("kommune", "101", 2, 2, 1), ("kommune", "461", 1, 1, 1)
THREE = ["101", "101", "461"]


@pytest.mark.parametrize(
    ("rows", "kom", "group", "figures"),
    [
        ([ALL, K101, K461], THREE, None, (0, 1, 0)),
        ([ALL, K101], THREE, None, (1, 1, 1)),
        ([ALL], THREE, None, (1, 1, 1)),
        ([ALL, K101, ("kommune", "461", 1, 0, 1)], THREE, None, (1, 1, 1)),
        ([ALL, K101, ("kommune", "461", 1, 1, 0)], THREE, None, (1, 1, 1)),
        ([ALL, K101], ["101", "101", None], None, (0, 1, 0)),  # one is in no kommune
        ([ALL, K101, K461], ["101", "101", None], None, (1, 1, 1)),
        ([ALL, K101, K461, ("gruppe", "A", 3, 3, 2)], THREE, ["A"] * 3, (0, 2, 0)),
        ([ALL, K101, K461, ("gruppe", "A", 2, 3, 2)], THREE, ["A"] * 3, (1, 2, 0.5)),
        ([ALL, K101, K461, ("gruppe", "A", 2, 2, 2)], THREE, ["A", "A", None], (0, 2, 0)),
        ([ALL], [None] * 3, None, NOTHING),
    ],
)
def test_groups_add_up_to_everybody(rows: list[tuple], kom: list, group: list | None, figures: tuple) -> None:
    assert of(cost_table_measures(grouped(*rows), study_base(kom, group)), "groups_unequal") == {"0": figures}


def without_data(windows: pl.DataFrame, *lacking: tuple[str, int, str]) -> dict[str, tuple]:
    base = study_base([None, "101", "461", "751"])  # citizens 0 to 3
    cells = frame(HANDIC_COVERAGE_SCHEMA, [{"kommune": k, "year": year, "state": state} for k, year, state in lacking])
    coverage = span_coverage("handic", date(2019, 5, 1), date(2021, 6, 30))
    return of(handic_without_data(base, windows, coverage, cells), "handic_without_data")


def test_municipalities_without_data_in_handic() -> None:
    both = periods((1, 0, Y2020, True), (2, 0, Y2020, True))
    assert without_data(both, ("101", 2020, "data"), ("461", 2020, "few")) == {"0": (0, 2, 0)}
    assert without_data(both, ("101", 2020, "no_data"), ("461", 2019, "no_data")) == {"0": (1, 2, 0.5)}
    assert without_data(both, ("101", 2020, "thin"), ("461", 2020, "no_data")) == {"0": (2, 2, 1)}


def test_a_period_lacks_data_in_any_year_it_touches() -> None:
    over_new_year = periods((1, 0, (date(2019, 7, 1), date(2020, 6, 30)), True), (2, 0, Y2020, True))
    assert without_data(over_new_year, ("101", 2019, "no_data")) == {"0": (1, 2, 0.5)}


def test_only_those_present_where_handic_covers_and_their_municipality_is_known_are_asked() -> None:
    lacking = [("101", year, "no_data") for year in range(2018, 2022)]
    rows = [
        (1, -1, (date(2018, 1, 1), date(2018, 12, 31)), True),  # before HANDIC
        (1, 1, Y2021, True),  # not over yet at its data end
        (1, 0, Y2020, False),
        (2, 0, Y2020, None),
        (0, 0, Y2020, True),  # no municipality
    ]
    assert without_data(periods(*rows), *lacking) == {"-1": NOTHING, "0": NOTHING, "1": NOTHING}
