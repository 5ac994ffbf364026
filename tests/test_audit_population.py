"""The audit, docs/disclosure.md: the population's rows are attacked as the study's are, and shares tell of counts."""

from __future__ import annotations

import polars as pl
import pytest
from audit_world import Citizen, judge, knowledge, of, released, table, withhold

from pipelines.audit.attack import attack
from pipelines.audit.verdict import Verdict

POPULATION = ["befolkning", "befolkning_standardiseret"]
PEOPLE = [Citizen("A", use=(10, 0, 3, 1))] * 7 + [Citizen("A", use=(0, 9, 8, 0))] * 7 + [Citizen("A")] * 8


def population(kind: str) -> pl.DataFrame:
    """What a study of nobody in particular is held against."""
    rows = table(PEOPLE).filter(group_by="alle")
    return rows.with_columns(pl.lit(kind).alias("group_by"), pl.lit(kind).alias("group"))


def caught(found: Verdict) -> set[tuple]:
    return set(found.leaks.select("group_by", "service", "column", "rule").iter_rows())


@pytest.mark.parametrize("kind", POPULATION)
def test_the_only_withheld_service_is_computed_from_its_area(kind: str) -> None:
    rows = population(kind)
    found = caught(judge(released(rows), released(withhold(rows, of(kind, "hjaelp"))), knowledge(rows)))
    assert {(kind, "hjaelp", "quantity", "computed"), (kind, "hjaelp", "cost", "computed")} <= found


@pytest.mark.parametrize("kind", POPULATION)
def test_with_its_area_and_the_total_withheld_it_is_not(kind: str) -> None:
    rows = population(kind)
    hidden = of(kind, "hjaelp") | of(kind, None, "social") | of(kind, None)
    found = judge(released(rows), released(withhold(rows, hidden)), knowledge(rows))
    assert found.passed, found.leaks
    assert found.figures > 0


def test_weighted_means_are_no_sums_of_users() -> None:
    """A share and a quantity of the standardised are weighted, so that they bound no count of users; cost and payers
    add up all the same.
    """
    weighted = [pl.col(name) * 0.04 for name in ("share_users", "^mean_.*$")]
    rows = population("befolkning_standardiseret").with_columns(weighted)
    hidden = of("befolkning_standardiseret", "ydelse") | of("befolkning_standardiseret", "tillaeg")
    evidence = attack(released(withhold(rows, hidden)), knowledge(rows))
    users = evidence.filter(column="n_users").select("low", "high").unique().rows()
    assert users == [(0.0, 14.0)]  # of the area's
    with pytest.raises(ValueError, match="contradict"):
        attack(released(withhold(rows.with_columns(group_by=pl.lit("befolkning")), hidden)), knowledge(rows))


@pytest.mark.parametrize("shares", [True, False])
def test_a_share_tells_of_how_many_it_is(shares: bool) -> None:
    """11 are half of everybody, whose number is withheld in the cost table and among the categories."""
    rows = table(PEOPLE).filter(group_by="alle")
    categories = {
        "characteristic": "koen",
        "category": ["1", "2", "9"],
        "n": [11, 7, 4],
        "share": [11 / 22, 7 / 22, 4 / 22],
    }
    truth = pl.DataFrame(categories)
    shown = truth.with_columns(
        n=pl.when(pl.col("n") == 11).then("n"), share=pl.when(shares & (pl.col("n") == 11)).then("share")
    )
    counts = ["n_study", "n_citizens"]
    hidden = withhold(rows, pl.lit(value=True), *counts)
    found = judge(released(rows, characteristics=truth), released(hidden, characteristics=shown), knowledge(rows))
    assert (("alle", None, "n_study", "computed") in caught(found)) is shares
