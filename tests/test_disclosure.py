"""Disclosure control, docs/method.md § 7: each rule by an example that fails when the rule is broken."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.disclosure import suppress, suppress_counts

COMPARED = ("befolkning", "befolkning_standardiseret")
COUNTS = ("n_study", "n_citizens", "n_users")
VALUES = ["share_users", "mean_quantity", "mean_cost", "mean_cost_kommune", "mean_cost_region", "mean_cost_stat"]


def table(*counts: tuple[int, int, int]) -> pl.DataFrame:
    """Cost table rows with these n_study, n_citizens and n_users; values as docs/method.md § 6 has them."""
    rows = [
        {
            "study": "s",
            "group_by": "alle",
            "group": "alle",
            "period": position,
            "area": "sundhed",
            "service": "somatik_ambulant",
            "unit": "visit",
            **dict(zip(COUNTS, row, strict=True)),
            **dict.fromkeys(VALUES, None if row[1] == 0 else 7.0),
            "price_year": 2023,
            "illustrative": False,
        }
        for position, row in enumerate(counts)
    ]
    schema = {"period": pl.Int16, **dict.fromkeys(COUNTS, pl.UInt32), **dict.fromkeys(VALUES, pl.Float64)}
    return pl.DataFrame(rows, schema_overrides=schema | {"price_year": pl.Int32})


def one(*counts: int, min_count: int = 5, show_zero: bool = True) -> dict[str, object]:
    n_study, n_citizens, n_users = counts
    return suppress(table((n_study, n_citizens, n_users)), min_count, show_zero=show_zero).row(0, named=True)


def test_a_row_with_enough_citizens_and_users_is_shown_whole():
    row = one(5, 5, 5)
    assert not row["withheld"]
    assert [row[name] for name in (*COUNTS, *VALUES)] == [5, 5, 5, *[7.0] * 6]


@pytest.mark.parametrize("users", [1, 4])
def test_a_row_with_few_users_loses_its_values_but_not_its_citizens(users):
    row = one(64, 60, users)
    assert row["withheld"]
    assert (row["n_study"], row["n_citizens"], row["n_users"]) == (64, 60, None)
    assert all(row[value] is None for value in VALUES)


@pytest.mark.parametrize(("own", "hidden"), [((64, 60, 20), False), ((64, 4, 2), True), ((1, 1, 1), True)])
def test_the_population_weighted_by_few_is_withheld(own, hidden):
    """At the age and sex of one participant, the population's row says who that is."""
    rows = pl.concat([table(own), *(table((9000, 8000, 700)).with_columns(group_by=pl.lit(kind)) for kind in COMPARED)])
    shown = suppress(rows, 5).filter(pl.col("group_by") != "alle")
    assert shown.select("group_by", "withheld").rows() == [(COMPARED[0], False), (COMPARED[1], hidden)]
    assert shown.get_column("n_study").to_list() == [9000, None if hidden else 9000]


def test_a_population_nobody_is_in_is_not_measured_and_not_hidden():
    shown = suppress(table((64, 0, 0), (0, 0, 0)).with_columns(group_by=pl.lit("befolkning")), 5)
    assert shown.get_column("withheld").to_list() == [False, False]


def test_a_row_with_few_citizens_loses_that_count_too():
    row = one(64, 4, 0)
    assert row["withheld"]
    assert (row["n_study"], row["n_citizens"], row["n_users"]) == (64, None, None)
    assert all(row[value] is None for value in VALUES)


def test_no_users_is_shown_as_0_only_where_the_profile_allows_it():
    shown, hidden = one(64, 60, 0), one(64, 60, 0, show_zero=False)
    assert (shown["withheld"], shown["n_users"]) == (False, 0)
    assert (hidden["withheld"], hidden["n_users"], hidden["share_users"]) == (True, None, None)
    assert one(64, 60, 4, show_zero=False)["withheld"]
    assert not one(64, 60, 5, show_zero=False)["withheld"]


def test_a_small_group_is_withheld_in_all_its_rows_with_its_size():
    result = suppress(table((4, 4, 0), (4, 0, 0)), 5)
    assert result["withheld"].all()
    assert result.select(*COUNTS, *VALUES).null_count().row(0) == (2,) * 9


@pytest.mark.parametrize("show_zero", [True, False])
def test_not_measured_is_not_withheld(show_zero):
    row = one(64, 0, 0, show_zero=show_zero)
    assert not row["withheld"]
    assert (row["n_citizens"], row["mean_cost"]) == (0, None)


def test_the_limit_is_the_setting():
    assert not one(64, 60, 3, min_count=3)["withheld"]
    assert one(64, 60, 2, min_count=3)["withheld"]
    assert not one(1, 1, 1, min_count=1)["withheld"]
    with pytest.raises(ValueError, match="at least 1"):
        one(64, 60, 3, min_count=0)


def test_a_missing_count_withholds_its_row():
    holes = table((64, 60, 9), (64, 60, 9)).with_columns(n_users=pl.Series([None, 9], dtype=pl.UInt32))
    assert suppress(holes, 5)["withheld"].to_list() == [True, False]


def test_rows_columns_and_types_stay_and_withheld_comes_last():
    rows = table((64, 60, 9), (64, 60, 1), (64, 0, 0), (64, 3, 3))
    result = suppress(rows, 5)
    assert result.columns == [*rows.columns, "withheld"]
    assert result.drop("withheld").schema == rows.schema
    assert result["period"].to_list() == [0, 1, 2, 3]
    assert result["withheld"].to_list() == [False, True, False, True]
    kept = [name for name in rows.columns if name not in (*COUNTS, *VALUES)]
    assert_frame_equal(result.select(kept), rows.select(kept))
    assert_frame_equal(suppress(result, 5), result)


def test_small_counts_of_a_flow_are_withheld_and_0_is_not():
    flow = pl.DataFrame({"step": list("abcd"), "n": [80, 4, 0, 5]}, schema_overrides={"n": pl.UInt32})
    result = suppress_counts(flow, 5)
    assert result.columns == ["step", "n", "withheld"]
    assert result["n"].to_list() == [80, None, 0, 5]
    assert result["withheld"].to_list() == [False, True, False, False]
