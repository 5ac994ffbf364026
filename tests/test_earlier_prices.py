"""An earlier release in the prices of now (docs/disclosure.md): costs that everybody can work out, and no others."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
from gate_world import PERIODS, PRICE_YEAR, Person, profile, released, row, small_catalogue, world

from pipelines.disclosure.earlier import in_prices_of_now
from pipelines.disclosure.knowledge import rates


def test_an_area_and_the_total_have_no_cost_where_a_part_has_lost_its_price() -> None:
    study = world([Person("A", use=(5, 3, 4, 0))] * 20 + [Person("A")] * 20)
    before = released(study.gate(profile()), profile())
    assert row(before.rows, "alle", None, "social")["mean_cost"] is not None
    catalogue = small_catalogue()
    unpriced = replace(catalogue, unit_prices=catalogue.unit_prices.filter(pl.col("service") != "hjaelp"))
    known = rates(study.periods.filter("present"), unpriced, PERIODS, PRICE_YEAR)
    then = in_prices_of_now(before, known).rows
    assert row(then, "alle", None, "social")["mean_cost"] is None
    assert row(then, "alle", None, None)["mean_cost"] is None
    assert row(then, "alle", None, "indkomst")["mean_cost"] == row(before.rows, "alle", None, "indkomst")["mean_cost"]
