"""The population's cells and what a study is held against: the fast code against the slow reference."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import costing, presence
from reference import population as slow
from reference.table import Service
from test_reference_costs import SERVICES, Rates, price_years, rates

from catalogue.reader import Catalogue
from expectations.contracts.columns import polars_schema
from expectations.contracts.population import POPULATION_TABLES
from faults import StoreError
from pipelines.comparison import StudyBase, comparison
from pipelines.lines import lines
from pipelines.population import (
    CITIZENS_SCHEMA,
    MEASURED_SCHEMA,
    STAGE,
    USE_SCHEMA,
    Cells,
    cells_of_persons,
    without,
)
from pipelines.population_means import MEANS_SCHEMA, means
from pipelines.tables import COST_TABLE_SCHEMA

quick = settings(max_examples=30, deadline=None)

SPELL_AND_MEASURE = {
    "kontanthjaelp": ("kontanthjaelp", "weeks"),
    "su": ("su", "days"),
    "psykiatri_indlaeggelse": ("psykiatri_indlaeggelse", "count"),
    "psykiatri_sengedag": ("psykiatri_indlaeggelse", "bed_days"),
    "ordinaer_beskaeftigelse": ("ordinaer_beskaeftigelse", "months"),
}
SNAPSHOTS = (2018, 2019, 2020)
YEARS = range(2018, 2022)
PERSONS = range(1, 11)
BORN = [
    None,
    date(1985, 7, 1),
    date(1985, 7, 2),
    date(1990, 2, 28),
    date(1990, 7, 3),
    date(2020, 1, 1),
    date(1911, 1, 1),
]
STARTS = [
    date(2018, 1, 1),
    date(2018, 12, 28),
    date(2019, 2, 27),
    date(2019, 12, 31),
    date(2020, 6, 1),
    date(2021, 1, 1),
]
WINDOWS = [
    (date(2018, 1, 1), date(2018, 12, 31)),
    (date(2018, 12, 31), date(2019, 12, 30)),
    (date(2019, 7, 1), date(2020, 6, 30)),
    (date(2020, 2, 29), date(2021, 2, 27)),
]

seen = st.builds(
    slow.Seen, st.sampled_from(BORN), st.sampled_from(["1", "1", "2", "9", None]), st.sampled_from(["101", "751", None])
)
spell = st.builds(
    lambda kind, start, days: (kind, start, start + timedelta(days=days)),
    st.sampled_from(sorted({kind for kind, _ in SPELL_AND_MEASURE.values()})),
    st.sampled_from(STARTS),
    st.sampled_from([0, 1, 3, 40, 400]),
)
countries = st.builds(
    slow.Country,
    st.fixed_dictionaries({p: st.dictionaries(st.sampled_from(SNAPSHOTS), seen, min_size=1) for p in PERSONS}),
    st.fixed_dictionaries({p: st.lists(spell, min_size=1, max_size=3) for p in PERSONS}),
    st.just(()),
)
measured_of = st.fixed_dictionaries({s: st.sets(st.sampled_from(list(YEARS)), min_size=3) for s, *_ in SERVICES})


def with_services(country: slow.Country, given_rates: Rates, measured: dict[str, set[int]]) -> slow.Country:
    services = [
        slow.Measured(
            Service(s, area, unit, bool(given_rates.prices.get(s))), *SPELL_AND_MEASURE[s], frozenset(measured[s])
        )
        for s, area, unit in SERVICES
    ]
    return replace(country, services=services)


def catalogue_of(given_rates: Rates) -> Catalogue:
    catalogue = given_rates.catalogue()
    named = pl.DataFrame(
        [(s, *pair) for s, pair in SPELL_AND_MEASURE.items()], schema=["service", "spell", "measure"], orient="row"
    )
    return replace(catalogue, services=catalogue.services.drop("spell", "measure").join(named, on="service"))


def frames_of(country: slow.Country) -> dict[str, pl.LazyFrame]:
    bef = [
        (person, date(year, 12, 31), one.born, one.koen, one.kom)
        for person, own in country.snapshots.items()
        for year, one in sorted(own.items())
    ]
    spells = [(person, *one) for person, own in country.spells.items() for one in sorted(own)]
    person = {"person": pl.UInt32}
    traits = {"reference_date": pl.Date, "foed_dag": pl.Date, "koen": pl.String, "kom": pl.String}
    dated = {"service": pl.String, "start": pl.Date, "end": pl.Date}
    of_spells = pl.LazyFrame(spells, schema=person | dated, orient="row").with_columns(quantity=pl.lit(1, pl.Int32))
    months = pl.col("service") == "ordinaer_beskaeftigelse"
    return {
        "bef": pl.LazyFrame(bef, schema=person | traits, orient="row"),
        "employment": of_spells.filter(months),
        "other": of_spells.filter(~months),
    }


def measured_frame(country: slow.Country, catalogue: Catalogue) -> pl.DataFrame:
    rows = [
        (year, *line, all(year in part.years for part in slow.lines(country.services)[line]))
        for year in YEARS
        for line in lines(catalogue.services).select("area", "service").rows()
    ]
    return pl.DataFrame(rows, schema=MEASURED_SCHEMA, orient="row")


def counted(country: slow.Country, catalogue: Catalogue, cuts: list[int]) -> dict[str, pl.DataFrame]:
    """The cells of everybody, from ranges of persons."""
    edges = [0, *sorted(cuts), max(PERSONS) + 1]
    parts = []
    for low, high in pairwise(edges):
        of_range = pl.col("person").is_between(low, high, closed="left")
        own = {name: frame.filter(of_range) for name, frame in frames_of(country).items()}
        settings = {"services": catalogue.services, "measured": measured_frame(country, catalogue)}
        parts.append(cells_of_persons(own, **settings))
    return {
        name: add_up(pl.concat([part[name] for part in parts]).lazy()).collect()
        for name, add_up in STAGE.add_up.items()
    }


def expected_cells(country: slow.Country) -> tuple[dict, dict]:
    citizens, use = {}, {}
    for year in YEARS:
        n, used = slow.cells(country, year)
        citizens |= {(year, *who): count for who, count in n.items()}
        use |= {(year, *who, *line): figures for (who, line), figures in used.items()}
    return citizens, use


@quick
@given(countries, rates(), measured_of, st.lists(st.sampled_from(PERSONS), max_size=3))
def test_cells(country: slow.Country, given_rates: Rates, measured: dict[str, set[int]], cuts: list[int]) -> None:
    country, catalogue = with_services(country, given_rates, measured), catalogue_of(given_rates)
    found = counted(country, catalogue, cuts)
    assert (found["citizens"].schema, found["use"].schema) == (CITIZENS_SCHEMA, USE_SCHEMA)
    citizens, use = expected_cells(country)
    assert {row[:4]: row[4] for row in found["citizens"].rows()} == citizens
    assert {row[:6]: row[6:] for row in found["use"].rows()} == use
    whole = counted(country, catalogue, [])
    assert all(found[name].equals(whole[name]) for name in found)


@quick
@given(countries, rates(), measured_of)
def test_means(country: slow.Country, given_rates: Rates, measured: dict[str, set[int]]) -> None:
    country, catalogue = with_services(country, given_rates, measured), catalogue_of(given_rates)
    table = means(Cells(measured=measured_frame(country, catalogue), **counted(country, catalogue, [])), catalogue)
    assert table.schema == MEANS_SCHEMA
    parts_of = slow.lines(country.services)
    groups: dict[tuple[int, str, str], list[tuple[int, int]]] = {}
    for year in YEARS:
        for person in country.snapshots:
            who = slow.traits(country, person, year)
            if who:
                age, koen, kom = who
                band = None if age is None else "100+" if age >= 100 else f"{age // 5 * 5}-{age // 5 * 5 + 4}"
                for group_by, group in (("alle", "alle"), ("alder", band), ("koen", koen), ("kommune", kom)):
                    if group is not None:
                        groups.setdefault((year, group_by, group), []).append((person, year))
    found = {tuple(row[c] for c in ("year", "group_by", "group", "area", "service")): row for row in table.to_dicts()}
    assert found.keys() == {(*group, *line) for group in groups for line in parts_of}
    for key, row in found.items():
        people, parts, year = groups[key[:3]], parts_of[key[3:]], key[0]
        there = all(year in part.years for part in parts)
        pool = slow.pool(country, people if there else [], parts, cost_of(given_rates, year))
        assert (row["n_present"], row["n_citizens"], row["n_users"]) == (len(people), pool.n, pool.users)
        assert row["price_year"] == year
        assert row["share_users"] == (pytest.approx(pool.users / pool.n) if there else None)
        assert row["mean_quantity"] == (pytest.approx(pool.quantity / pool.n) if there and key[4] else None)
        priced = there and any(part.service.priced for part in parts)
        for column, part in (("mean_cost", "total"), ("mean_cost_stat", "stat")):
            assert row[column] == (pytest.approx(pool.cost[part] / pool.n, abs=1e-6) if priced else None)


def cost_of(given_rates: Rates, price_year: int) -> slow.Cost:
    def cost(service: str, year: int, quantity: int) -> costing.Cost | None:
        prices, rules = given_rates.prices.get(service, []), given_rates.rules.get(service, [])
        return costing.cost(quantity, date(year, 1, 1), prices, given_rates.index, rules, price_year)

    return cost


@st.composite
def bases(draw: st.DrawFn, country: slow.Country, anchored: bool) -> list[slow.InPeriod]:
    """Citizens of a study base in periods, as the study's own tables would have them."""
    delivered = [date(year, 12, 31) for year in SNAPSHOTS]
    base = []
    for person in draw(st.sets(st.sampled_from(PERSONS), min_size=1, max_size=3)):
        own = [date(year, 12, 31) for year in country.snapshots[person]]
        for period in (-1, 0, 1):
            start = draw(st.sampled_from([2018, 2019, 2020, 2021]))
            window = draw(st.sampled_from(WINDOWS)) if anchored else (date(start, 1, 1), date(start, 12, 31))
            there = presence.present(window, own, delivered)
            services = {one.service.service for one in country.services}
            if anchored:
                services = draw(st.sets(st.sampled_from(sorted(services))) | st.just(services))
            else:
                services = {one.service.service for one in country.services if start in one.years}
            base.append(slow.InPeriod(person, period, window, there, frozenset(services)))
    return base


@quick
@given(countries, rates(), measured_of, st.booleans(), price_years, st.data())
def test_comparison(
    country: slow.Country,
    given_rates: Rates,
    measured: dict[str, set[int]],
    anchored: bool,
    price_year: int,
    data: st.DataObject,
) -> None:
    country, catalogue = with_services(country, given_rates, measured), catalogue_of(given_rates)
    base = data.draw(bases(country, anchored))
    participants = {one.person for one in base} | data.draw(st.sets(st.sampled_from(PERSONS), max_size=2))
    ages = data.draw(st.sampled_from([None, (0, 30), (29, 34), (34, 120)]))
    found = comparison(
        "trial",
        study_base(country, base, anchored),
        population_without(country, catalogue, participants),
        ages,
        catalogue,
        [-1, 0, 1],
        price_year,
    )
    assert found.rows.schema == COST_TABLE_SCHEMA
    assert found.unpayable == []
    expected = slow.comparison(
        country, base, participants, ages, anchored, [-1, 0, 1], cost_of(given_rates, price_year)
    )
    by_key = {tuple(row[c] for c in ("group_by", "period", "area", "service")): row for row in found.rows.to_dicts()}
    assert len(by_key) == found.rows.height
    assert by_key.keys() == expected.keys()
    for key, figures in expected.items():
        assert {name: by_key[key][name] for name in figures} == pytest.approx(figures, abs=1e-5), key
        assert (by_key[key]["group"], by_key[key]["price_year"], by_key[key]["study"]) == (key[0], price_year, "trial")
    alone = {
        (one.period, one.person)
        for one in base
        for year in slow.years_of(one.window)
        if one.present and not (anchored and one.period == 0)
        if (where := slow.stratum(country, one.person, year, ages)) is None
        or not any(slow.stratum(country, p, year, ages) == where for p in PERSONS if p not in participants)
    }
    assert dict(found.left_out.rows()) == {
        period: len({person for at, person in alone if at == period}) for period, _ in alone
    }


def study_base(country: slow.Country, base: list[slow.InPeriod], anchored: bool) -> StudyBase:
    schema = {"person": pl.UInt32, "period": pl.Int16, "start": pl.Date, "end": pl.Date, "present": pl.Boolean}
    rows = [(one.person, one.period, *one.window, one.present) for one in base]
    periods = pl.DataFrame(rows, schema=schema, orient="row")
    services = [one.service.service for one in country.services]
    costs = [(one.person, one.period, s, None if s not in one.measured else 1.0) for one in base for s in services]
    key = {"person": pl.UInt32, "period": pl.Int16, "service": pl.String, "quantity": pl.Float64}
    costs = pl.DataFrame(costs, schema=key, orient="row")
    return StudyBase.of(periods, costs, frames_of(country)["bef"], anchored=anchored)


def population_without(country: slow.Country, catalogue: Catalogue, participants: set[int]) -> Cells:
    everybody = {name: table.lazy() for name, table in counted(country, catalogue, []).items()}
    everybody["measured"] = measured_frame(country, catalogue).lazy()
    chosen = pl.col("person").is_in(sorted(participants))
    frames = {name: frame.filter(chosen) for name, frame in frames_of(country).items()}
    return without(everybody, frames, YEARS, catalogue.services)


@quick
@given(countries, rates(), measured_of, st.sets(st.sampled_from(PERSONS)))
def test_participants_are_left_out_as_if_they_were_not_there(
    country: slow.Country, given_rates: Rates, measured: dict[str, set[int]], participants: set[int]
) -> None:
    country, catalogue = with_services(country, given_rates, measured), catalogue_of(given_rates)
    others = replace(country, snapshots={p: s for p, s in country.snapshots.items() if p not in participants})
    left, alone = population_without(country, catalogue, participants), population_without(others, catalogue, set())
    assert left.citizens.equals(alone.citizens)
    assert left.use.equals(alone.use)


ALONE = slow.Country({1: {2019: slow.Seen(date(1980, 1, 1), "1", "101")}}, {1: []}, ())
RATES = Rates({}, {}, {})


def test_participants_that_the_population_lacks_are_a_fault_of_the_store() -> None:
    country, catalogue = with_services(ALONE, RATES, {s: {2020} for s, *_ in SERVICES}), catalogue_of(RATES)
    nobody = counted(replace(country, snapshots={}), catalogue, []) | {"measured": measured_frame(country, catalogue)}
    with pytest.raises(StoreError, match="other deliveries"):
        without({name: table.lazy() for name, table in nobody.items()}, frames_of(country), YEARS, catalogue.services)


def test_a_population_of_other_services_is_a_fault_of_the_store() -> None:
    country, catalogue = with_services(ALONE, RATES, {s: {2020} for s, *_ in SERVICES}), catalogue_of(RATES)
    everybody = counted(country, catalogue, []) | {"measured": measured_frame(country, catalogue)}
    other = catalogue.services.with_columns(service=pl.col("service").replace("su", "dagpenge"))
    with pytest.raises(StoreError, match="other services"):
        without({name: table.lazy() for name, table in everybody.items()}, frames_of(country), YEARS, other)


def test_the_contracts_are_the_pipelines_schemas() -> None:
    stated = {name: polars_schema(contract) for name, contract in POPULATION_TABLES.items()}
    assert stated == {
        "population/citizens": CITIZENS_SCHEMA,
        "population/use": USE_SCHEMA,
        "population/measured": MEASURED_SCHEMA,
        "population/means": MEANS_SCHEMA,
    }
