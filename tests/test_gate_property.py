"""Small studies at random through the gate: no attacker finds what was withheld, neither the audit nor a plain one."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from statistics import fmean, pstdev

import polars as pl
from gate_world import AREAS, PRICE, SHARES, Person, World, profile, released, world
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from reference.attacker import Key, determined

from catalogue.amounts import TAXES
from catalogue.profiles import Profile
from faults import DisclosureError
from pipelines.disclosure.protect import StudyTables
from pipelines.tables import MEANS

FIGURES = {"n_users": "n_users", "quantity": "mean_quantity", "cost": "mean_cost"} | {
    payer: f"mean_cost_{payer}" for payer in ("kommune", "region", "stat")
}
units = st.sampled_from([0, 0, 1, 4, 30])
complete = st.builds(
    Person,
    kommune=st.sampled_from("ABC"),
    gruppe=st.sampled_from([None, "g", "h"]),
    use=st.tuples(units, units, units, units),
    months=st.sampled_from([0, 0, 5, 12]),
    koen=st.sampled_from("12"),
    herberg=st.sampled_from([False, True, None]),
)
some_unknown = st.builds(
    Person,
    kommune=st.sampled_from(["A", "B", None]),
    gruppe=st.sampled_from([None, "g"]),
    use=st.tuples(units, units, units, units),
    months=st.sampled_from([0, 7]),
    start=st.sampled_from([2018, 2018, 2019]),
    unmeasured=st.sampled_from([(), (), ("ydelse",), ("hjaelp", "besoeg"), ("arbejde",)]),
    absent=st.sampled_from([(), (), (-1,), (0,)]),
    herberg=st.sampled_from([False, True, None]),
)
# A study takes seconds: to look for a smaller one that fails takes longer than all tests.
SLOW = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
profiles = st.sampled_from(["dst", "sds", "strict"])


@st.composite
def studies(draw: st.DrawFn, person: st.SearchStrategy[Person], *, taxed: bool = False) -> World:
    """Citizens of a few kinds, few or many of each."""
    kinds = draw(st.lists(st.tuples(person, st.integers(1, 12)), min_size=1, max_size=3))
    people = [one for one, n in kinds for _ in range(n)]
    return world(people, received=len(people) + draw(st.sampled_from([0, 2, 9])), taxed=taxed)


@settings(SLOW, max_examples=5)
@given(studies(complete), profiles)
def test_no_withheld_figure_follows_from_what_is_printed(study: World, name: str) -> None:
    _nothing_follows(study, name, AREAS)


@settings(SLOW, max_examples=3)
@given(studies(complete, taxed=True), profiles)
def test_nor_where_citizens_pay(study: World, name: str) -> None:
    """What is below 0 is in no total, and is protected as what is above."""
    _nothing_follows(study, name, AREAS | {service: TAXES for service, area in AREAS.items() if area == "social"})


def _nothing_follows(study: World, name: str, areas: Mapping[str, str]) -> None:
    shown = study.gate(profile(name)).protected.tables
    _no_interval_tells_of_few(study, shown, profile(name), areas)
    groups = _groups(study)
    price = {service: Fraction(-kr if areas[service] == TAXES else kr) for service, kr in PRICE.items()}
    shares = {service: tuple(Fraction(share).limit_denominator(10) for share in of) for service, of in SHARES.items()}
    for period in (-1, 0):
        true, withheld = _figures(study.tables, shown, period)
        # Who is in no gruppe prints nothing, and must not come to light either where these are few.
        rests = {key: 0 for key in true if key[0] == "alle" and key[3] != "n_study" and "none" in groups["gruppe"]}
        withheld |= {("none", *key[1:]) for key in rests}
        printed = {key: value for key, value in true.items() if key not in withheld}
        found = determined(printed, sorted(withheld, key=str), list(groups.values()), areas, price, shares)
        secret = {key for key in found if _is_secret(key, true, study, name, areas)}
        assert not secret, (name, period, secret)


@settings(SLOW, max_examples=3)
@given(studies(some_unknown), profiles)
def test_nor_where_some_are_absent_or_not_measured(study: World, name: str) -> None:
    """The plain attacker does not reckon with these: the audit is the attacker, and stops the release if it gets in."""
    assert study.gate(profile(name)).verdict.passed


@settings(SLOW, max_examples=2)
@given(st.lists(complete, min_size=1, max_size=3), st.data(), profiles)
def test_nor_from_two_releases(kinds: list[Person], data: st.DataObject, name: str) -> None:
    """Some came, some went, some are looked up anew: the second release is protected from the first, or refused."""
    of = profile(name)
    first = [one for one in kinds for _ in range(data.draw(st.integers(1, 12)))]
    gone = data.draw(st.integers(0, min(4, len(first) - 1)))
    came = data.draw(st.lists(complete, max_size=6))
    before = released(world(first).gate(of), of)
    later = world([*first[gone:], *came], numbers=range(gone + 1, len(first) + len(came) + 1))
    try:
        found = later.gate(of, [before]).verdict.passed
    except DisclosureError as error:
        found = all("earlier releases tell" in fault.what for fault in error.faults[:1])
    assert found


def _no_interval_tells_of_few(study: World, shown: StudyTables, of: Profile, areas: Mapping[str, str]) -> None:
    """Where an interval is told its mean is, and the spread leaves open what fewer than `min_count` citizens have."""
    truth = study.tables.mean_intervals
    for row, told in zip(truth.iter_rows(named=True), shown.mean_intervals.iter_rows(named=True), strict=True):
        assert told["withheld"] == any(row[name] is not None and told[name] is None for name in row)
        services = [
            service
            for service, area in areas.items()
            if row["service"] in (None, service) and (area == row["area"] or (row["area"] is None and area != TAXES))
        ]
        used = study.costs.filter(pl.col("service").is_in(services), period=row["period"]).group_by("person")
        sums = used.agg(pl.col("quantity").sum(), pl.col("^cost.*$").sum()).rows_by_key(
            "person", named=True, unique=True
        )
        for mean in MEANS:
            if told[f"{mean}_low"] is None or row[mean] == 0:
                continue
            assert told[mean] is not None
            amounts = sorted((abs(citizen[mean.removeprefix("mean_")]) for citizen in sums.values()), reverse=True)
            amounts = [amount for amount in amounts if amount]
            n, middle, spread = len(amounts), fmean(amounts), pstdev(amounts)
            for k in range(1, of.min_count):
                most = k * middle + spread * (k * (n - k)) ** 0.5
                assert most > (1 + of.bracket_share) * sum(amounts[:k]) * (1 - 1e-9), (mean, row["service"], k)


def _groups(study: World) -> dict[str, list[str]]:
    """What everybody is made of, by grouping; `none` are those of no gruppe."""
    base, tables = study.base, study.tables
    found = {
        "kommune": base["kom"].unique().sort().to_list(),
        "gruppe": base["group"].fill_null("none").unique().sort().to_list(),
        "beskaeftigelse": tables.employment_table["group"].unique().sort().to_list(),
    }
    for which, rows in tables.characteristics.filter(pl.col("characteristic") != "kommune").group_by("characteristic"):
        found[str(which[0])] = [f"{which[0]} {category}" for category in rows["category"]]
    return found


def _figures(true: StudyTables, shown: StudyTables, period: int) -> tuple[dict[Key, Fraction], set[Key]]:
    """The sums and counts behind one period's rows, and which of them are withheld."""
    figures: dict[Key, Fraction] = {}
    printed: set[Key] = set()
    for name in ("cost_table", "employment_table"):
        rows = zip(getattr(true, name).iter_rows(named=True), getattr(shown, name).iter_rows(named=True), strict=True)
        for row, told in rows:
            if row["period"] != period or not row["n_citizens"]:
                continue
            place = (row["group"], row["area"], row["service"])
            for column, of in FIGURES.items():
                if row[of] is not None:
                    times = 1 if column == "n_users" else row["n_citizens"]
                    figures[*place, column] = Fraction(row[of] * times).limit_denominator(1000)
                    if told[of] is not None:
                        printed.add((*place, column))
            if name == "cost_table":
                size: Key = (row["group"], None, None, "n_study")
                figures[size] = Fraction(row["n_study"])
                if told["n_study"] is not None:
                    printed.add(size)
    for row, told in zip(
        true.characteristics.iter_rows(named=True), shown.characteristics.iter_rows(named=True), strict=True
    ):
        is_kommune = row["characteristic"] == "kommune"
        group = row["category"] if is_kommune else f"{row['characteristic']} {row['category']}"
        size = (group, None, None, "n_study")
        figures[size] = Fraction(row["n"])
        if told["n"] is not None:
            printed.add(size)
    return figures, set(figures) - printed


def _is_secret(key: Key, true: Mapping[Key, Fraction], study: World, name: str, areas: Mapping[str, str]) -> bool:
    group, *_, column = key
    if group == "none":
        few = study.base["group"].null_count() < profile(name).min_count
        return few and column in ("n_users", "quantity", "cost")
    without_region = ("indkomst", None) if areas["hjaelp"] == TAXES else ("indkomst",)
    never_pays = column == "region" and key[1] in without_region
    return not never_pays and not (true[key] == 0 and profile(name).show_zero)
