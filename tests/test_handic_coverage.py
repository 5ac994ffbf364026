"""HANDIC by municipality and year: by hand, and against the slow reference."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import handic_coverage as slow
from reference.handic_coverage import Homes, Paid

from expectations.contracts.columns import polars_schema
from expectations.contracts.quality import HANDIC_COVERAGE
from pipelines.coverage import snapshot_coverage, span_coverage
from pipelines.quality.handic_coverage import HANDIC_COVERAGE_SCHEMA, handic_coverage

FEW = 3
WHOLE_2021 = date(2021, 12, 31)


def covered(grants: list[Paid], homes: Homes, data_end: date, few: int = FEW) -> pl.DataFrame:
    """The table of these grants, citizens' homes by snapshot, and a delivery up to a data end."""
    rows = [(g.person, g.start, g.end, g.payer, g.approved) for g in grants]
    named = {"person": pl.UInt32, "start": pl.Date, "end": pl.Date, "betalingskommune": pl.String}
    people = [(person, day, kom) for day, lived in homes.items() for person, kom in lived.items()]
    earliest = min((g.start for g in grants), default=None)
    return handic_coverage(
        pl.LazyFrame(rows, schema={**named, "godkendtperiode": pl.String}, orient="row"),
        pl.LazyFrame(people, schema={"person": pl.UInt32, "reference_date": pl.Date, "kom": pl.String}, orient="row"),
        pl.concat([span_coverage("handic", earliest, data_end), snapshot_coverage("bef", homes)]),
        few,
    )


def states(table: pl.DataFrame, kommune: str) -> dict[int, str]:
    return dict(table.filter(kommune=kommune).select("year", "state").iter_rows())


def lived(kommuner: dict[str, range], *years: int) -> Homes:
    """The same citizens in the same municipalities on 31 December of the years."""
    return {date(year, 12, 31): {person: kom for kom, some in kommuner.items() for person in some} for year in years}


def grant(person: int, start: str, end: str | None = None, payer: str | None = None, approved: str | None = None):
    return Paid(person, date.fromisoformat(start), date.fromisoformat(end) if end else None, payer, approved)


TWO = {"101": range(1, 5), "461": range(11, 15)}


def test_the_schema_is_the_contract() -> None:
    assert polars_schema(HANDIC_COVERAGE) == HANDIC_COVERAGE_SCHEMA


def test_a_municipality_is_told_of_in_every_year_to_the_data_end() -> None:
    grants = [
        grant(1, "2019-05-01", "2019-06-30", approved="J"),
        grant(1, "2019-12-31", "2020-01-01"),
        grant(2, "2020-02-01"),
    ]
    table = covered(grants, lived(TWO, 2019, 2020, 2021), WHOLE_2021)
    assert HANDIC_COVERAGE.validate(table).rows() == [
        ("101", 2019, 4, 2, 1, 2, 1, "data", None),
        ("101", 2020, 4, 2, 2, 1, 0, "data", None),
        ("101", 2021, 4, 1, 1, 0, 0, "data", None),
        ("461", 2019, 4, 0, 0, 0, 0, "no_data", "never"),
        ("461", 2020, 4, 0, 0, 0, 0, "no_data", "never"),
        ("461", 2021, 4, 0, 0, 0, 0, "no_data", "never"),
    ]


def test_a_year_between_is_told_from_never_and_from_the_ends() -> None:
    grants = [grant(1, "2018-01-01"), *(grant(11, f"{year}-03-01", f"{year}-04-01") for year in (2019, 2021))]
    table = covered(grants, lived(TWO, *range(2018, 2023)), date(2022, 12, 31)).filter(kommune="461")
    assert table.select("year", "state", "gap").rows() == [
        (2018, "no_data", "before"),
        (2019, "data", None),
        (2020, "no_data", "between"),
        (2021, "data", None),
        (2022, "no_data", "after"),
    ]


def test_a_grant_belongs_to_the_municipality_that_pays() -> None:
    grants = [grant(1, "2020-01-01", "2020-02-01", payer="461"), grant(1, "2021-01-01", "2021-02-01")]
    table = covered(grants, lived(TWO, 2020, 2021), WHOLE_2021)
    assert states(table, "101") == {2020: "no_data", 2021: "data"}
    assert states(table, "461") == {2020: "data", 2021: "no_data"}


def test_without_a_payer_it_belongs_where_the_citizen_lives_or_lived_a_year_before() -> None:
    homes = lived({"101": range(1, 5)}, 2020) | lived({"101": range(2, 5), "461": range(11, 15)}, 2021)
    died = grant(1, "2020-01-01", "2021-08-01")
    assert states(covered([died], homes, WHOLE_2021), "101") == {2020: "data", 2021: "data"}
    moved = lived(TWO, 2020) | lived({"101": range(2, 5), "461": range(1, 2)}, 2021)
    table = covered([grant(1, "2020-01-01")], moved, WHOLE_2021, few=1)
    assert (states(table, "101"), states(table, "461")) == (
        {2020: "data", 2021: "no_data"},
        {2020: "no_data", 2021: "data"},
    )


def test_a_grant_that_nothing_places_counts_nowhere() -> None:
    table = covered([grant(99, "2021-01-01"), grant(98, "2021-01-01", payer="999")], lived(TWO, 2021), WHOLE_2021)
    assert table.get_column("kommune").to_list() == ["101", "461"]
    assert table.get_column("grants").sum() == 0


def test_a_citizen_without_a_municipality_lives_in_none() -> None:
    homes = lived(TWO, 2020, 2021) | {date(2021, 12, 31): {1: None, 2: None, 3: "101"}}
    table = covered([grant(1, "2020-01-01")], homes, WHOLE_2021, few=1)
    assert table.select("kommune", "year", "citizens_in_bef", "grants").rows() == [
        ("101", 2020, 4, 1),
        ("101", 2021, 1, 1),  # by the year before
        ("461", 2020, 4, 0),
        ("461", 2021, 0, 0),
    ]


def test_of_few_citizens_no_grant_need_be_expected() -> None:
    homes = lived({"101": range(1, 4), "411": range(11, 13)}, 2021)
    grants = [grant(99, "2021-01-01")]
    assert states(covered(grants, homes, WHOLE_2021), "101") == {2021: "no_data"}
    assert states(covered(grants, homes, WHOLE_2021), "411") == {2021: "few"}
    assert states(covered([grant(11, "2021-01-01")], homes, WHOLE_2021), "411") == {2021: "data"}


def test_a_municipality_that_does_not_exist_in_the_year_is_outside() -> None:
    homes = lived({"501": range(1, 5)}, 2005, 2006) | lived({"540": range(1, 5)}, 2007, 2008)
    table = covered([grant(1, "2005-01-01", "2005-02-01")], homes, date(2008, 12, 31))
    assert states(table, "501") == {2005: "data", 2006: "no_data", 2007: "outside", 2008: "outside"}
    assert states(table, "540") == {2005: "outside", 2006: "outside", 2007: "no_data", 2008: "no_data"}
    assert table.filter(kommune="501").get_column("citizens_in_bef").to_list() == [4, 4, 0, 0]


def test_a_year_without_its_snapshot_is_judged_by_the_one_before_and_else_not_at_all() -> None:
    table = covered([grant(1, "2018-03-01", "2018-04-01", payer="101")], lived(TWO, 2020), date(2022, 6, 30))
    assert states(table, "101") == {2018: "data", 2019: "outside", 2020: "no_data", 2021: "no_data", 2022: "outside"}
    assert table.filter(kommune="101").get_column("citizens_in_bef").to_list() == [None, None, 4, None, None]


def test_nothing_after_the_data_end_counts() -> None:
    grants = [grant(1, "2021-01-01", "2021-02-01"), grant(11, "2022-09-01"), grant(2, "2022-06-30", "9999-12-31")]
    table = covered(grants, lived(TWO, 2021, 2022), date(2022, 6, 30))
    assert states(table, "101") == {2021: "data", 2022: "data"}
    assert states(table, "461") == {2021: "no_data", 2022: "no_data"}


def test_a_municipality_with_hardly_any_of_what_its_size_would_give_is_thin() -> None:
    homes = lived({"101": range(100), "461": range(100, 200)}, 2021)
    others = [grant(person, "2021-01-01") for person in range(38)]
    assert states(covered([*others, grant(100, "2021-01-01")], homes, WHOLE_2021), "461") == {2021: "thin"}
    a_tenth = [*others, grant(100, "2021-01-01"), grant(101, "2021-01-01")]  # of the 20 that 40 of 200 would give
    assert states(covered(a_tenth, homes, WHOLE_2021), "461") == {2021: "data"}
    assert states(covered([*others, grant(100, "2021-01-01")], homes, WHOLE_2021, few=101), "461") == {2021: "data"}


def test_thin_years_are_not_data_to_stand_between() -> None:
    homes = lived({"101": range(100), "461": range(100, 200)}, 2020, 2021)
    grants = [*(grant(person, "2020-01-01") for person in range(40)), grant(100, "2020-01-01", "2020-12-31")]
    table = covered(grants, homes, WHOLE_2021).filter(kommune="461")
    assert table.select("state", "gap").rows() == [("thin", "never"), ("no_data", "never")]


@pytest.mark.parametrize("approved", [None, "", "N"])
def test_approval_is_null_only_where_it_is_not_delivered(approved: str | None) -> None:
    table = covered([grant(1, "2021-01-01", approved=approved)], lived(TWO, 2021), WHOLE_2021)
    assert table.get_column("approved").to_list() == ([None, None] if approved is None else [1, 0])


def test_other_snapshots_than_those_of_31_december_tell_nothing() -> None:
    homes = lived(TWO, 2021) | {date(2021, 9, 30): {50: "751"}}
    table = covered([grant(50, "2021-01-01")], homes, WHOLE_2021)
    assert table.get_column("kommune").to_list() == ["101", "461"]
    assert table.get_column("grants").sum() == 0


def test_without_handic_or_without_bef_there_is_nothing_to_tell() -> None:
    assert covered([], lived(TWO, 2021), WHOLE_2021).schema == HANDIC_COVERAGE_SCHEMA
    assert covered([], lived(TWO, 2021), WHOLE_2021).is_empty()
    nowhere = covered([grant(1, "2021-01-01")], {}, WHOLE_2021)
    assert (nowhere.schema, nowhere.height) == (HANDIC_COVERAGE_SCHEMA, 0)


KOMMUNER = ["101", "461"]
people = st.integers(1, 9)
days = st.dates(date(2017, 6, 1), date(2021, 12, 31))
grants = st.lists(
    st.builds(
        lambda person, start, later, payer, approved: Paid(
            person, start, None if later is None else max(start, later), payer, approved
        ),
        people,
        days,
        st.none() | days,
        st.none() | st.sampled_from([*KOMMUNER, "999"]),
        st.sampled_from([None, None, "J"]),
    ),
    max_size=12,
)
snapshots = st.dictionaries(
    st.sampled_from([date(year, 12, 31) for year in range(2017, 2022)] + [date(2019, 6, 30)]),
    st.dictionaries(people | st.integers(20, 60), st.sampled_from([*KOMMUNER, "501"]), min_size=1, max_size=30),
    max_size=5,
)


@settings(max_examples=100, deadline=None)
@given(grants, snapshots, st.sampled_from([date(2020, 12, 31), date(2020, 6, 30)]), st.integers(1, 12), st.booleans())
def test_agrees_with_the_reference(rows: list[Paid], homes: Homes, data_end: date, few: int, crowded: bool) -> None:
    if crowded:  # so many that one more in the other municipality is thin
        rows = rows + [Paid(person, date(2018, 1, 1), None, "101", None) for person in range(100, 130)]
        homes = {day: lived | dict.fromkeys(range(200, 240), "461") for day, lived in homes.items()}
    span = (date(min(g.start for g in rows).year, 1, 1), data_end) if rows else None
    table = covered(rows, homes, data_end, few)
    assert HANDIC_COVERAGE.validate(table).schema == HANDIC_COVERAGE_SCHEMA
    assert table.rows() == slow.table(rows, homes, span, few)
