"""Participant lists, the study base and its citizens' traits: the fast code against the slow reference."""

from __future__ import annotations

from collections import Counter
from datetime import date

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import dream
from reference import participants as slow

from pipelines.education import education_before_start
from pipelines.participants import accept, participant_flow, with_traits
from pipelines.persons import KEY_SCHEMA, extend_person_key
from pipelines.registers.dream import WEEK_RUNS

quick = settings(max_examples=150, deadline=None)

LIST_COLUMNS = ["pnr", "start_date", "start_year", "end_date", "municipality", "status", "group"]
dates = st.sampled_from(
    [None, "2019-03-01", "01-03-2019", "2018-12-31", "2020-02-29", "29-02-2019", "2019-02-30", "ukendt", "31-12-2018"]
)
lines = st.lists(
    st.fixed_dictionaries(
        {
            "pnr": st.sampled_from([None, "a", "b", "c"]),
            "start_date": dates,
            "start_year": st.sampled_from([None, "2018", "2019", "2020", "i år"]),
            "end_date": dates,
        }
    ),
    max_size=8,
)


@quick
@given(lines, st.booleans())
def test_accept(rows: list[dict[str, str | None]], needs_start_date: bool) -> None:
    schema = {"row": pl.UInt32, **dict.fromkeys(LIST_COLUMNS, pl.String)}
    frame = pl.DataFrame([{"row": row, **line} for row, line in enumerate(rows)], schema=schema)
    kept, set_aside = slow.accept(rows, needs_start_date)
    accepted = accept(frame, needs_start_date)
    columns = ["row", "pnr", "start_date", "start_year", "end_date"]
    assert accepted.kept.sort("row").select(columns).rows() == [
        (one.row, one.pnr, one.start_date, one.start_year, one.end_date) for one in kept
    ]
    assert dict(accepted.set_aside.select("row", "reason").iter_rows()) == set_aside
    assert accepted.received == len(rows) == len(kept) + len(set_aside)

    in_base = pl.Series([one.row % 2 == 0 for one in kept], dtype=pl.Boolean)
    flow = participant_flow("trial", accepted.received, accepted.set_aside, in_base)
    counted = {(step, reason): n for step, reason, n in flow.select("step", "reason", "n").iter_rows()}
    aside = {("set_aside", reason): n for reason, n in Counter(set_aside.values()).items()}
    base = sum(one.row % 2 == 0 for one in kept)
    ends = {("received", None): len(rows), ("not_in_population", None): len(kept) - base, ("study_base", None): base}
    assert counted == aside | ends


CODES = [
    dream.Code("783", "foertidspension", True),
    dream.Code("113", "dagpenge", True, None, date(2018, 3, 31)),
    dream.Code("997", None, False),
]
STATUS = {"783": "foertidspension", "113": "dagpenge_mv"}
CODE_LIST = pl.DataFrame(
    [(c.code, STATUS.get(c.code), c.valid_from, c.valid_to) for c in CODES],
    schema={"code": pl.String, "status_group": pl.String, "valid_from": pl.Date, "valid_to": pl.Date},
    orient="row",
)
WEEK_48 = {f"Y_{year % 100}48": dream.thursday(f"Y_{year % 100}48") for year in (2017, 2018, 2019)}
starts = st.sampled_from(
    [(None, 2018), (date(2018, 1, 1), 2018), (date(2019, 2, 28), 2019), (date(2020, 2, 29), 2020), (None, 2021)]
)
births = st.sampled_from([date(1980, 1, 1), date(1980, 2, 29), date(1990, 7, 1), date(1990, 7, 2), date(1985, 12, 31)])
snapshots = st.sampled_from(
    [date(2017, 12, 31), date(2018, 9, 30), date(2018, 12, 31), date(2019, 12, 31), date(2020, 12, 31)]
)
citizens = st.sampled_from([1, 2, 3, 4])


@quick
@given(
    st.dictionaries(citizens, starts, min_size=1),
    st.sets(st.tuples(citizens, snapshots)),
    st.dictionaries(citizens, births),
    st.dictionaries(st.tuples(citizens, snapshots), st.tuples(st.none() | citizens, st.none() | citizens)),
    st.dictionaries(
        st.tuples(citizens, st.sampled_from(list(WEEK_48))), st.sampled_from(["783", "113", "997", "555", None])
    ),
)
def test_with_traits(
    participants: dict[int, tuple[date | None, int]],
    seen: set[tuple[int, date]],
    born: dict[int, date],
    parents: dict[tuple[int, date], tuple[int | None, int | None]],
    codes: dict[tuple[int, str], str | None],
) -> None:
    birth = {person: born.get(person, date(1970, 5, 5)) for person in range(1, 5)}
    bef = pl.LazyFrame(
        [
            (
                person,
                day,
                birth[person],
                "1",
                f"{day.year % 100}{person}",
                2,
                "1",
                *parents.get((person, day), (None, None)),
            )
            for person, day in sorted(seen)
        ],
        schema={
            "person": pl.UInt32,
            "reference_date": pl.Date,
            "foed_dag": pl.Date,
            "koen": pl.String,
            "kom": pl.String,
            "antpersh": pl.Int32,
            "ie_type": pl.String,
            "far": pl.UInt32,
            "mor": pl.UInt32,
        },
        orient="row",
    )
    runs = pl.LazyFrame(
        [(person, code, WEEK_48[week], WEEK_48[week]) for (person, week), code in codes.items() if code],
        schema=WEEK_RUNS,
        orient="row",
    )
    kept = pl.DataFrame(
        [(person, None, None, None, start, year, None) for person, (start, year) in participants.items()],
        schema={
            "person": pl.UInt32,
            "municipality": pl.String,
            "status": pl.String,
            "group": pl.String,
            "start_date": pl.Date,
            "start_year": pl.Int32,
            "end_date": pl.Date,
        },
        orient="row",
    )
    education = pl.DataFrame(
        {"person": [1, 2], "uddannelse": ["grundskole", None]}, schema_overrides={"person": pl.UInt32}
    )
    found = with_traits("trial", kept, bef, runs, list(WEEK_48.values()), CODE_LIST, education)
    reached = {p for p, level in found.select("person", "uddannelse").drop_nulls().rows()}
    assert reached == set(found.filter("in_study_base")["person"]) & {1}
    without = with_traits("trial", kept, bef, runs, list(WEEK_48.values()), CODE_LIST)
    assert without.equals(found.with_columns(uddannelse=pl.lit(None, pl.String)))
    told = found.select("person", "in_study_base", "age", "kom", "has_children", "support_status").rows()
    expected = []
    for person, (start, year) in sorted(participants.items()):
        day = slow.base_snapshot(year)
        if (person, day) not in seen:
            expected.append((person, False, None, None, None, None))
            continue
        named = {
            parent for (child, on), pair in parents.items() if on == day and (child, on) in seen for parent in pair
        }
        week = f"Y_{(year - 1) % 100}48"
        status = dream.support_status({week: codes.get((person, week))}, WEEK_48, year, CODES, STATUS)
        expected.append(
            (person, True, slow.age(birth[person], start, year), f"{day.year % 100}{person}", person in named, status)
        )
    assert told == expected


LEVELS = {"1109": "grundskole", "1199": "ungdomsuddannelse", "5166": "videregaaende"}
september = st.sampled_from([date(2016, 9, 30), date(2017, 9, 30), date(2018, 9, 30)])


@quick
@given(
    st.dictionaries(citizens, st.integers(2017, 2019), min_size=1),
    st.dictionaries(st.tuples(citizens, september), st.sampled_from([*LEVELS, "0815", "4711", None])),
)
def test_education_before_start(started: dict[int, int], completed: dict[tuple[int, date], str | None]) -> None:
    kept = pl.DataFrame(list(started.items()), schema={"person": pl.UInt32, "start_year": pl.Int32}, orient="row")
    schema = {"person": pl.UInt32, "reference_date": pl.Date, "hfaudd": pl.String}
    udda = pl.LazyFrame([(*key, code) for key, code in sorted(completed.items())], schema=schema, orient="row")
    levels = pl.DataFrame({"hfaudd": list(LEVELS), "level": list(LEVELS.values())})
    found = education_before_start(kept, udda, levels)
    known, unmapped = slow.education(started, completed, LEVELS)
    assert dict(found.levels.rows()) == known
    assert {(code, year): n for code, year, n in found.unmapped.rows()} == unmapped


keys = st.lists(st.sampled_from(["b", "a", "0012", "12", "z", None]))


@quick
@given(st.lists(keys, max_size=4))
def test_the_person_key_is_only_appended_to(deliveries: list[list[str | None]]) -> None:
    key, numbers = pl.DataFrame(schema=KEY_SCHEMA), {}
    for pnrs in deliveries:
        extended = extend_person_key(key, pl.Series("pnr", pnrs, pl.String))
        assert extended.schema == KEY_SCHEMA
        assert extended.head(key.height).equals(key)
        for pnr in sorted({pnr for pnr in pnrs if pnr is not None and pnr not in numbers}):
            numbers[pnr] = len(numbers) + 1
        assert dict(extended.iter_rows()) == numbers
        key = extended
