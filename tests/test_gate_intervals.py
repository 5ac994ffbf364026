"""Intervals of means through the gate, docs/method.md §§ 7.3 and 7.5: what is told, and what their width would tell."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import polars.selectors as cs
import pytest
from gate_world import Person, World, profile, world
from polars.testing import assert_frame_equal

from catalogue.profiles import Profile
from pipelines.tables import MEANS

SDS = profile("sds")


def of_help(days: Sequence[int], others: int = 40) -> World:
    return world([*(Person("A", use=(0, 0, n, 0)) for n in days), *[Person("A")] * others])


def interval(study: World, of: Profile = SDS, service: str | None = "hjaelp", area: str | None = None) -> dict:
    lines = study.gate(of).protected.tables.mean_intervals.filter(period=0)
    line = pl.col("service").eq_missing(pl.lit(service, pl.String))
    return lines.filter(line if service else line & pl.col("area").eq_missing(pl.lit(area, pl.String))).row(
        0, named=True
    )


def test_a_withheld_mean_has_no_interval() -> None:
    tables = of_help([100, 90, 80]).gate(SDS).protected.tables
    few, everybody = tables.mean_intervals.filter(service="hjaelp"), tables.cost_table.filter(group_by="alle")
    assert few["withheld"].all()
    assert few.select(cs.starts_with("mean_")).null_count().row(0) == (few.height,) * 3 * len(MEANS)
    assert_frame_equal(tables.mean_intervals.select(list(MEANS)), everybody.select(list(MEANS)))


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ([10 * n for n in range(1, 21)], True),
        ([300, *[20] * 10], False),
        ([120, 110, 115, 105, *[4] * 20], False),
        ([30] * 20, False),
    ],
    ids=["spread", "one has most", "four have most", "all alike"],
)
def test_an_interval_does_not_tell_what_a_few_have(days: Sequence[int], told: bool) -> None:
    """Its width is the spread, from which what a few have at most follows; their mean is told all the same."""
    row = interval(of_help(days))
    ends = [row[f"{mean}_{end}"] for mean in ("mean_quantity", "mean_cost_stat") for end in ("low", "high")]
    assert row["mean_cost"] is not None
    assert [end is not None for end in ends] == [told] * 4
    assert row["withheld"] is not told


def test_an_areas_interval_does_not_tell_of_a_service_that_is_hidden_in_it() -> None:
    """Four have all but a little of what the area's citizens differ by: its width is what the four have together."""
    few, many = Person("A", use=(10, 0, 0, 0)), Person("A", use=(0, 1, 0, 0))
    study = world([*[few] * 4, *[many] * 50, *[Person("A")] * 30])
    service, area = interval(study, service="ydelse"), interval(study, service=None, area="indkomst")
    assert service["mean_cost"] is None
    assert area["mean_cost"] == pytest.approx((4 * 10 * 1000 + 50 * 300) / 84)
    assert (area["mean_cost_low"], area["mean_cost_high"], area["withheld"]) == (None, None, True)


def test_where_nobody_has_any_the_interval_is_of_nothing() -> None:
    row = interval(of_help([0] * 20))
    assert (row["mean_cost_low"], row["mean_cost_high"], row["withheld"]) == (0, 0, False)
    hidden = interval(of_help([0] * 20), profile("sds", show_zero=False))
    assert (hidden["mean_cost"], hidden["mean_cost_low"], hidden["withheld"]) == (None, None, True)


def test_an_interval_of_what_is_not_priced_or_not_measured_is_not_withheld() -> None:
    study = world([Person("A", use=(0, 0, 0, n), unmeasured=("ydelse",)) for n in range(1, 40)])
    unpriced, unmeasured = interval(study, service="besoeg"), interval(study, service="ydelse")
    assert (unpriced["mean_cost_low"], unpriced["withheld"]) == (None, False)
    assert unpriced["mean_quantity_low"] < unpriced["mean_quantity"] < unpriced["mean_quantity_high"]
    assert (unmeasured["n_citizens"], unmeasured["mean_cost_low"], unmeasured["withheld"]) == (0, None, False)


def test_ends_of_intervals_are_coarser_than_their_draws() -> None:
    """Two digits of the width, outward; and as the mean, where the data owner asks for coarser ones."""
    study = of_help([3 * n for n in range(1, 91)])
    true = study.tables.mean_intervals.filter(service="hjaelp", period=0).row(0, named=True)
    row = interval(study)
    for mean in ("mean_quantity", "mean_cost"):
        low, high = row[f"{mean}_low"], row[f"{mean}_high"]
        assert low <= true[f"{mean}_low"] < row[mean] < true[f"{mean}_high"] <= high
        width = true[f"{mean}_high"] - true[f"{mean}_low"]
        step = next(10.0**n for n in range(-9, 9) if width < 10 ** (n + 2))
        assert [low / step, high / step] == pytest.approx([round(low / step), round(high / step)])
        assert high - low < width + 2 * step
    changes = study.gate(SDS).protected.tables.changes.filter(service="hjaelp").row(0, named=True)
    assert changes["change_cost_low"] <= changes["change_cost"] <= changes["change_cost_high"]
    coarse = interval(study, profile("sds", round_kr=10_000.0))
    assert all(coarse[f"mean_cost{end}"] % 10_000 == 0 for end in ("", "_low", "_high"))
