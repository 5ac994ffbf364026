"""Profiles of registers and the measures made of them, one row, one week and one year after the other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

Row = Mapping[str, Any]
Counted = tuple[int | None, str, str | None, str | None]
"""Year (None is the whole), kind, column, code."""
Profile = dict[Counted, int]
Measures = dict[tuple[str, str], tuple[float | None, float | None, float | None]]
"""(scope, measure): numerator, denominator, value."""

NOTHING = (None, None, None)


def bef(rows: Sequence[Row]) -> Profile:
    """The last snapshot of one year."""
    last = max((row["reference_date"] for row in rows), default=None)

    def age(row: Row) -> int:
        born = row["foed_dag"]
        return last.year - born.year - ((last.month, last.day) < (born.month, born.day))

    cannot_be: dict[str, Callable[[Row], bool]] = {
        "foed_dag": lambda row: row["foed_dag"] > last or age(row) > 115,
        "koen": lambda row: row["koen"] not in ("1", "2", "9"),
        "kom": lambda row: len(row["kom"]) != 3 or not row["kom"].isdigit() or row["kom"][0] == "0",
        "antpersh": lambda row: not 1 <= row["antpersh"] <= 100,
        "ie_type": lambda row: row["ie_type"] not in ("1", "2", "3", "9"),
    }
    nullable = ("foed_dag", "koen", "kom", "antpersh", "ie_type", "far", "mor")
    snapshot = [(row["reference_date"].year, row) for row in rows if row["reference_date"] == last]
    told = _counted(snapshot, nullable, ("koen", "ie_type", "kom"), cannot_be, key=())
    return {counted: n for counted, n in told.items() if counted[0] is not None}


def lpr_a_kontakt(rows: Sequence[Row], data_end: date) -> Profile:
    """Contacts by the year they start."""
    cannot_be: dict[str, Callable[[Row], bool]] = {
        "start": lambda row: row["start"].year < 1977 or row["start"].date() > data_end,
        "end": lambda row: row["end"] - row["start"] > timedelta(days=366),
    }
    dated = [(None if cannot_be["start"](row) or row["start"].year < 2017 else row["start"].year, row) for row in rows]
    nullable, codes = ("contact", "kont_type", "hovedspec"), ("kont_type", "hovedspec")
    return _counted(dated, nullable, codes, cannot_be, ("person", "start", "end", "contact"))


def handic(rows: Sequence[Row], data_end: date) -> Profile:
    """Grants by the year they start, from 2013 on."""
    in_100_years = data_end.replace(year=data_end.year + 100)
    cannot_be: dict[str, Callable[[Row], bool]] = {
        "start": lambda row: row["start"] < date(1976, 4, 1) or row["start"] > data_end,
        "end": lambda row: row["end"] > in_100_years and row["end"] != date(9999, 12, 31),
    }
    dated = [(None if cannot_be["start"](row) or row["start"].year < 2013 else row["start"].year, row) for row in rows]
    return _counted(dated, ("end",), ("code",), cannot_be, ("person", "start", "end", "code"))


def dream(runs: Iterable[Row], employment: Iterable[Row]) -> Profile:
    """Weeks by the year of their Thursday, and months in work."""
    told: Profile = {}
    citizens: dict[tuple[int | None, str | None], set[int]] = defaultdict(set)

    def add(kind: str, table: str | None, year: int, person: int) -> None:
        for scope in (year, None):
            told[scope, kind, table, None] = told.get((scope, kind, table, None), 0) + 1
            citizens[scope, table].add(person)

    for run in runs:
        thursday = run["start"] + timedelta(days=3)
        while thursday <= run["end"]:
            add("rows", None, thursday.year, run["person"])
            code = (thursday.year, "code", "code", run["code"])
            told[code] = told.get(code, 0) + 1
            for scope in (thursday.year, None):
                odd = (scope, "implausible", "code", None)
                told[odd] = told.get(odd, 0) + (len(run["code"]) != 3 or not run["code"].isdigit())
            thursday += timedelta(days=7)
    for run in employment:
        month = run["start"]
        while month <= run["end"]:
            add("rows", "dream_employment", month.year, run["person"])
            month = (month + timedelta(days=31)).replace(day=1)
    for (year, table), people in citizens.items():
        told[year, "citizens", table, None] = len(people)
    return told


def _counted(
    dated: Sequence[tuple[int | None, Row]],
    nullable: Sequence[str],
    codes: Sequence[str],
    cannot_be: Mapping[str, Callable[[Row], bool]],
    key: Sequence[str],
) -> Profile:
    told: Profile = {}
    for scope in {year for year, _ in dated} | ({None} if dated else set()):
        rows = [row for year, row in dated if scope is None or year == scope]
        told[scope, "rows", None, None] = len(rows)
        told[scope, "citizens", None, None] = len({row["person"] for row in rows})
        for column in nullable:
            told[scope, "missing", column, None] = sum(row[column] is None for row in rows)
        for column, wrong in cannot_be.items():
            told[scope, "implausible", column, None] = sum(row[column] is not None and wrong(row) for row in rows)
        if key:
            told[scope, "repeated", None, None] = len(rows) - len({tuple(row[name] for name in key) for row in rows})
        for column in codes if scope is not None else ():
            for code, n in Counter(row[column] for row in rows if row[column] is not None).items():
                told[scope, "code", column, code] = n
    return told


def measures(profile: Profile, before: Profile | None, data_end: date | None) -> Measures:
    """What `register_measures` says it measures, with a loop for every figure."""
    found: Measures = {}
    rows = {year: n for (year, kind, column, _), n in profile.items() if kind == "rows" and column is None}
    for (year, kind, column, _), n in profile.items():
        in_part = year is not None and data_end is not None and data_end < date(year, 12, 31)
        if kind in ("missing", "implausible", "repeated") and not in_part:
            name = "repeated_rows" if kind == "repeated" else f"{kind}_{column}"
            found[_scope(year), name] = (n, rows[year], n / rows[year])
    for table in {column for _, kind, column, _ in profile if kind == "rows"}:
        ending = f"_{table}" if table else ""
        for kind in ("rows", "citizens"):
            for year, compared in _compared(profile, table, data_end).items():
                now, then = (profile.get((at, kind, table, None), 0) for at in (year, year - 1))
                told = (now - then, then, (now - then) / then) if compared else NOTHING
                found[str(year), f"{kind}_change{ending}"] = told
    for year, whole in _compared(profile, None, data_end).items():
        compared = whole and rows.get(year, 0) > 0
        for column in {column for _, kind, column, _ in profile if kind == "missing"}:
            told = NOTHING
            if compared:
                now, then = (profile[at, "missing", column, None] / rows[at] for at in (year, year - 1))
                told = (None, min(rows[year], rows[year - 1]), now - then)
            found[str(year), f"missing_change_{column}"] = told
        _codes(profile, year, compared, found)
    for year, kind, column, _ in {**(before or {}), **{key: 0 for key in profile if key[0] is None}}:
        if kind in ("rows", "citizens"):
            now, then = (told.get((year, kind, column, None), 0) for told in (profile, before or {}))
            ending = f"_{column}" if column else ""
            told = (now - then, then, (now - then) / then) if then else NOTHING
            found[_scope(year), f"{kind}_against_delivery_before{ending}"] = told
    return found


def _codes(profile: Profile, year: int, compared: bool, found: Measures) -> None:
    for column in {column for _, kind, column, _ in profile if kind == "code"}:
        now, then = (
            {code: n for (at, kind, name, code), n in profile.items() if (at, kind, name) == (asked, "code", column)}
            for asked in (year, year - 1)
        )
        drift = gone = NOTHING
        if compared and then and not (column == "kom" and year <= 2007):
            lost = sum(n for code, n in then.items() if code not in now)
            gone = (lost, sum(then.values()), lost / sum(then.values()))
            if now:
                apart = [
                    abs(now.get(code, 0) / sum(now.values()) - then.get(code, 0) / sum(then.values()))
                    for code in {*now, *then}
                ]
                drift = (None, min(sum(now.values()), sum(then.values())), sum(apart) / 2)
        if now or then:
            found[str(year), f"code_drift_{column}"] = drift
            found[str(year), f"codes_gone_{column}"] = gone


def _compared(profile: Profile, table: str | None, data_end: date | None) -> dict[int, bool]:
    """The years that are asked, and whether each is compared with the year before it."""
    rows = {year: n for (year, kind, column, _), n in profile.items() if (kind, column) == ("rows", table) and year}
    every = [year for year, kind, _, _ in profile if kind == "rows" and year]
    if not rows:
        return {}
    last = max(every)
    if data_end:
        last = data_end.year if (data_end.month, data_end.day) == (12, 31) else data_end.year - 1
    first, compared = min(rows), {}
    for year in range(first, last + 1):
        before = rows.get(year - 1, 0)
        in_part = data_end is not None and year - 1 == first and before < 2 / 3 * rows.get(year, 0)
        compared[year] = before > 0 and not in_part
    return compared


def _scope(year: int | None) -> str:
    return "alle" if year is None else str(year)
