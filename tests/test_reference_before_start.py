"""Services received before the start and Wilson's interval: the fast code against the slow reference."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import before_start as slow
from reference import coverage, windows

from pipelines.before_start import BEFORE_START_SCHEMA, before_start, looked_back
from pipelines.coverage import span_coverage
from pipelines.intervals import wilson
from pipelines.spells import SPELL_SCHEMA

quick = settings(max_examples=150, deadline=None)
START_YEAR, DEEPEST = 2020, -5
PERSONS, PERIODS = range(1, 5), range(DEEPEST, 0)
WINDOWS = {period: (date(START_YEAR + period, 1, 1), date(START_YEAR + period, 12, 31)) for period in PERIODS}
SERVICES = [  # service, register, spell, measure
    ("stofbehandling", "smdb_vbgf", "stofbehandling", "days"),
    ("alkoholbehandling", "nab", "alkoholbehandling", "days"),
    ("psykiatri_indlaeggelse", "lpr_a_kontakt", "psykiatri_indlaeggelse", "count"),
]
LISTED = [
    ("misbrugsbehandling", "stofbehandling", -5, -1),
    ("misbrugsbehandling", "alkoholbehandling", -5, -1),
    ("psykiatri", "psykiatri_indlaeggelse", -2, -2),
    ("psykiatri", "psykiatri_ambulant", -2, -2),  # of no register that is delivered
    ("forsorgshjem", "forsorgshjem", -1, -1),
]
BEFORE_START = pl.DataFrame(LISTED, schema=["category", "service", "first_period", "last_period"], orient="row")
FRAME = pl.DataFrame(SERVICES, schema=["service", "register", "spell", "measure"], orient="row")
days = st.dates(date(2014, 6, 1), date(2020, 6, 30))
looks = st.lists(st.integers(DEEPEST, -1), min_size=2, max_size=2).map(lambda ends: tuple(sorted(ends)))


@quick
@given(
    st.dictionaries(
        st.tuples(st.sampled_from(PERSONS), st.sampled_from(PERIODS)), st.sampled_from([True, False, None])
    ),
    st.lists(
        st.tuples(st.sampled_from(PERSONS), st.sampled_from([s for s, *_ in SERVICES]), days, st.integers(0, 500)),
        max_size=6,
    ),
    st.fixed_dictionaries(
        {register: st.tuples(st.none() | days, st.integers(2014, 2021)) for _, register, *_ in SERVICES}
    ),
    st.dictionaries(st.sampled_from(["misbrugsbehandling", "psykiatri"]), looks),
)
def test_before_start(
    present: dict[tuple[int, int], bool | None],
    drawn: list[tuple[int, str, date, int]],
    delivered: dict[str, tuple[date | None, int]],
    look_back: dict[str, tuple[int, int]],
) -> None:
    rows = [(*key, *WINDOWS[key[1]], there) for key, there in present.items()]
    schema = {"person": pl.UInt32, "period": pl.Int16, "start": pl.Date, "end": pl.Date, "present": pl.Boolean}
    spells = [(person, spell, first, first + timedelta(days=length), 1) for person, spell, first, length in drawn]
    spans = {register: (first, date(year, 12, 31)) for register, (first, year) in delivered.items()}
    wanted = looked_back(BEFORE_START, FRAME, look_back)
    found = before_start(
        "trial",
        wanted,
        pl.DataFrame(rows, schema=schema, orient="row"),
        pl.concat(span_coverage(register, *span) for register, span in spans.items()),
        pl.DataFrame(spells, schema=SPELL_SCHEMA, orient="row"),
        FRAME,
    )
    covered, used = {}, {}
    for person, period in present:
        for service, register, spell, measure in SERVICES:
            first, last = spans[register]
            known = [(date(first.year, 1, 1), last)] if first else []
            covered[person, period, service] = coverage.covered(measure, WINDOWS[period], known, (), ())
            used[person, period, service] = sum(
                windows.measure(measure, (start, end), WINDOWS[period])
                for who, kind, start, end, _ in spells
                if (who, kind) == (person, spell)
            )
    expected = []
    for category in ("misbrugsbehandling", "psykiatri"):
        own = [
            (s, look_back.get(category, (a, b)))
            for c, s, a, b in LISTED
            if c == category and s in set(FRAME["service"])
        ]
        n_citizens, n_partly, n = slow.received(
            PERSONS, [(service, range(first, last + 1)) for service, (first, last) in own], present, covered, used
        )
        share = n / n_citizens if n_citizens else None
        ends = slow.wilson(n, n_citizens) or (None, None)
        expected.append(("trial", category, *own[0][1], n_citizens, n_partly, n, share, *ends))
    assert found.schema == BEFORE_START_SCHEMA
    assert [row[:7] for row in found.rows()] == [row[:7] for row in expected]
    for row, told in zip(found.rows(), expected, strict=True):
        assert row[7:] == pytest.approx(told[7:], abs=1e-12)


def test_a_category_none_of_whose_services_is_delivered_has_no_row() -> None:
    wanted = looked_back(BEFORE_START, FRAME, {"forsorgshjem": (-2, -1)})
    assert wanted.rows() == [
        ("misbrugsbehandling", "stofbehandling", -5, -1),
        ("misbrugsbehandling", "alkoholbehandling", -5, -1),
        ("psykiatri", "psykiatri_indlaeggelse", -2, -2),
    ]
    assert looked_back(BEFORE_START, FRAME.clear(), {}).is_empty()


@pytest.mark.parametrize(
    ("n", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_against_published_values(n: int, of: int, low: float, high: float) -> None:
    """Newcombe (1998), Statistics in Medicine 17, 857-872, table I, the score method."""
    ends = pl.DataFrame({"n": [n], "of": [of]}).select(**wilson("n", "of")).row(0)
    assert ends == pytest.approx((low, high), abs=5e-5)


@quick
@given(st.integers(0, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_wilson(counts: tuple[int, int]) -> None:
    n, of = counts
    low, high = pl.DataFrame({"n": [n], "of": [of]}).select(**wilson("n", "of")).row(0)
    assert (low, high) == pytest.approx(slow.wilson(n, of) or (None, None), abs=1e-9)
    assert low is None or 0 <= low <= n / of <= high <= 1
