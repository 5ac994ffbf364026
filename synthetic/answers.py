"""The answers: what the tables must show of what was planted, worked out from the plan and never by the pipeline.

Here: the records of ``answers.json`` and how to read them. Not here: the comparison (a test's work).

A record says: in ``table`` of ``study``, take the rows that meet ``where``; the ``aggregate`` of their ``column`` is
``expected``.

- ``table``: ``participants``, ``participant_flow``, ``cost_table``, ``employment_table``, ``characteristics``,
  ``before_start``; or ``set_aside``, the delivered rows that reading a register must set aside (``where`` holds
  ``register`` and ``reason``, ``column`` is ``n``); or ``spells``, those of a register that is in no cost table
  (``where`` holds ``register``, and the ``year`` that a spell starts in).
- ``where``: a column to a value, to null (is null), to a list (any of it), or to ``{"min", "max"}`` (both included).
- ``aggregate``: ``count`` (of rows; ``column`` is null) or ``sum`` (of the column; of one row its value; of none 0).
- ``kind``: ``exact`` (equal; floats to a relative 1e-9), ``printed`` (the value times ``scale``, rounded to
  ``decimals``, is equal), ``within`` (no further from it than ``tolerance`` times it).
- ``report``, ``figure`` and ``measure`` name the printed figure; ``figure`` is null where no report prints one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from synthetic import dream_weeks, handic, plan
from synthetic.plan import StudyPlan
from synthetic.population import Population

Record = dict[str, Any]

A, B = plan.AABEN_DIALOG, plan.SAMARBEJDSMODELLEN
TRANSFERS, SOCIAL, HEALTH, WORK = "overfoerselsindkomst", "sociale_serviceydelser", "sundhed", "beskaeftigelse"
LAW, TAXES = "politi_retsvaesen", "skat"
HOSPITAL = [f"{kind}_{one}" for kind in ("somatik", "psykiatri") for one in ("indlaeggelse", "sengedag", "ambulant")]
PSYCHIATRIC = ["psykiatri_indlaeggelse", "psykiatri_sengedag", "psykiatri_ambulant"]
AREAS = {
    TRANSFERS: [*dream_weeks.CODES, "barselsdagpenge", "fleksydelse", "jobafklaring"],
    SOCIAL: [*handic.CODES, "forsorgshjem", "forsorgshjem_andre_ophold", "stofbehandling"],
    HEALTH: [*HOSPITAL, "almen_laege", "almen_laege_honorar", "almen_laege_70_90"],
    WORK: ["ordinaer_beskaeftigelse", "loentimer"],
    LAW: list(A.law),
    TAXES: ["loen"],
}
ALCOHOL = "alkoholbehandling"  # told of before the start alone: its register ends before the studies do
IN_ORE, ORE = ("almen_laege_honorar", "loen"), 100  # planted in øre, in the table in kroner
EXACT: Record = {"kind": "exact"}
PERCENT: Record = {"kind": "printed", "scale": 100, "decimals": 0}
TWO_PERCENT: Record = {"kind": "within", "tolerance": 0.02}
NEAR: Record = {"kind": "within", "tolerance": 0.05}
ABOUT: Record = {"kind": "within", "tolerance": 0.1}


def answers(
    population: Population, use: pl.DataFrame, aside: dict[str, dict[str, int]], amounts: dict[str, pl.DataFrame]
) -> list[Record]:
    """All records: the printed figures, every planted service and area, amounts, and the rows to be set aside.

    ``use`` is what was planted (``planting.plant``), ``aside`` register -> reason -> rows, ``amounts`` register ->
    ``service, year, quantity`` of its spells, in øre.
    """
    records = [*_printed_a(), *_printed_b()]
    for study in plan.STUDIES:
        records += _flow(study) + list(_planted(study, population, use.filter(pl.col("study") == study.study)))
        records += _municipalities(study, population)
    for register, of_kinds in amounts.items():
        for service, year, quantity in of_kinds.rows():
            where = {"register": register, "service": service, "year": year}
            records.append(_record(None, None, f"{service} {year}", "spells", where, "quantity", quantity, EXACT))
    for register, reasons in aside.items():
        for reason, n in reasons.items():
            where = {"register": register, "reason": reason}
            records.append(_record(None, None, f"{register} {reason}", "set_aside", where, "n", n, EXACT))
    return records


def _record(
    study: StudyPlan | None,
    figure: str | None,
    measure: str,
    table: str,
    where: Record,
    column: str | None,
    expected: float,
    kind: Record,
) -> Record:
    return {
        "study": study.study if study else None,
        "report": study.report if study else None,
        "figure": figure,
        "measure": measure,
        "table": table,
        "where": where,
        "column": column,
        "aggregate": "sum" if column else "count",
        "expected": expected,
        **kind,
    }


def _row(period: int, area: str | None, service: str | list[str] | None) -> Record:
    """The cost table's row (or rows) for everybody."""
    return {"group_by": "alle", "group": "alle", "period": period, "area": area, "service": service}


def _printed_a() -> Iterator[Record]:
    def row(figure: str, measure: str, where: Record, column: str, expected: float, kind: Record) -> Record:
        return _record(A, figure, measure, "cost_table", where, column, expected, kind)

    for period, percent in ((-1, 60), (0, 57), (2, 41)):
        where = _row(period, HEALTH, "psykiatri_ambulant")
        yield row("Figur 1", "psychiatric hospital share", where, "share_users", percent, PERCENT)
    for period in (-1, 0, 2):
        where = _row(period, HEALTH, "somatik_ambulant")
        yield row("Figur 1", "somatic hospital share", where, "share_users", 60, PERCENT)
    for period, percent in ((-1, 40), (0, 51), (2, 54)):
        where = _row(period, SOCIAL, None)
        yield row("Figur 1", "social services share", where, "share_users", percent, PERCENT)
    for period in A.periods:
        where, whole = _row(period, TRANSFERS, AREAS[TRANSFERS]), {"kind": "printed", "scale": 1, "decimals": 0}
        yield row("Figur 1", "transfer weeks", where, "mean_quantity", 40, whole)
    kroner: list[tuple[str, str, str | list[str] | None, dict[int, int]]] = [
        ("social services", SOCIAL, None, {-1: 98_000, 0: 111_000, 2: 112_000}),
        ("socialpaedagogisk stoette", SOCIAL, "socialpaedagogisk_stoette", {-1: 49_000, 0: 59_000, 2: 64_000}),
        ("transfers", TRANSFERS, None, {-1: 100_000, 0: 108_000, 2: 113_000}),
        ("psychiatric hospital", HEALTH, PSYCHIATRIC, {-1: 21_000, 2: 12_000}),
    ]
    for name, area, service, printed in kroner:
        for period, kr in printed.items():
            where = _row(period, area, service)
            yield row("Figur 2", f"kommune cost {name}", where, "mean_cost_kommune", kr, NEAR)
    where = _row(2, None, None) | {"group_by": "beskaeftigelse", "group": "0"}
    out_of_work = "cost without a month in employment"
    yield _record(A, "Figur 3", out_of_work, "employment_table", where, "mean_cost", 300_000, ABOUT)


def _printed_b() -> Iterator[Record]:
    def citizens(figure: str, measure: str, where: Record, n: int) -> Record:
        where = where if "status" in where else {"in_study_base": True, **where}
        return _record(B, figure, measure, "participants", where, None, n, EXACT)

    for status, n in plan.STATUS_B.items():
        yield citizens("Tabel 10.5" if status == plan.ONGOING_B else "Figur 4.1", status, {"status": status}, n)
    finished = [status for status in plan.STATUS_B if status != plan.ONGOING_B]
    yield citizens("Tabel 10.5", "finished courses", {"status": finished}, sum(plan.STATUS_B[s] for s in finished))
    yield citizens("10.1", "in population register", {}, plan.STUDY_BASE_B)
    yield citizens("Figur 10.1", "women", {"koen": "2"}, plan.WOMEN_B)
    woman = {"characteristic": "koen", "category": "2"}
    yield _record(B, "Figur 10.1", "women counted", "characteristics", woman, "n", plan.WOMEN_B, EXACT)
    yield citizens("Figur 10.2", "Danish origin", {"ie_type": "1"}, plan.DANISH_ORIGIN_B)
    for (band, low, high, n), ends in zip(plan.AGE_BANDS_B, ((0, 50), None, None, (71, 130)), strict=True):
        youngest, oldest = ends or (low, high)
        yield citizens("Tabel 10.1", f"age {band}", {"age": {"min": youngest, "max": oldest}}, n)
    yield citizens("Figur 10.3", "living alone", {"antpersh": 1}, plan.LIVING_ALONE_B)
    yield citizens("Figur 10.4", "at least one child", {"has_children": True}, plan.WITH_CHILDREN_B)
    for level, n in plan.EDUCATION_B.items():
        where = {"characteristic": "uddannelse", "category": level}
        yield _record(B, "Figur 10.5", level, "characteristics", where, "n", n, EXACT)
    for status, n in plan.SUPPORT_STATUS_B.items():
        yield citizens("Figur 10.6", status, {"support_status": status}, n)

    def use(figure: str, measure: str, where: Record, column: str, expected: float, kind: Record) -> Record:
        return _record(B, figure, measure, "cost_table", where, column, expected, kind)

    for measure, area, service, period, users in (
        ("somatic outpatient visit", HEALTH, "somatik_ambulant", -2, 41),
        ("somatic admission", HEALTH, "somatik_indlaeggelse", -2, 16),
        ("psychiatric contact", HEALTH, "psykiatri_ambulant", -2, 14),
        ("socialpaedagogisk stoette", SOCIAL, "socialpaedagogisk_stoette", -1, 21),
    ):
        yield use("Tabel 10.2", measure, _row(period, area, service), "n_users", users, EXACT)
    for measure, category, n in (("shelter", "forsorgshjem", 4), ("substance treatment", "misbrugsbehandling", 14)):
        yield _record(B, "Tabel 10.2", measure, "before_start", {"category": category}, "n", n, EXACT)
    once = {"kind": "printed", "scale": 1, "decimals": 1}
    for measure, service, mean in (
        ("outpatient visits per citizen", "somatik_ambulant", 7.1),
        ("bed days per citizen", "somatik_sengedag", 3.5),
        ("GP contacts per citizen", "almen_laege_70_90", 17.2),
    ):
        yield use("Tabel 10.3", measure, _row(-2, HEALTH, service), "mean_quantity", mean, once)
    for service, mean in plan.POPULATION_B.items():
        where = _row(-2, HEALTH, service) | {"group_by": "befolkning", "group": "befolkning"}
        yield use("Tabel 10.3", f"{service} per citizen, population 50-75", where, "mean_quantity", mean, TWO_PERCENT)


def _flow(study: StudyPlan) -> list[Record]:
    outside = plan.NEVER_IN_POPULATION_B + plan.ARRIVED_AFTER_BASE_B if study is B else 0
    base = plan.STUDY_BASE_B if study is B else sum(plan.START_YEARS_A.values())
    steps = {"received": base + outside, "set_aside": 0, "not_in_population": outside, "study_base": base}
    return [
        _record(study, "text" if step == "received" else None, step, "participant_flow", {"step": step}, "n", n, EXACT)
        for step, n in steps.items()
    ]


def _planted(study: StudyPlan, population: Population, use: pl.DataFrame) -> Iterator[Record]:
    """Citizens, users and mean quantity of every service, users of every area and of all, in every period."""
    members, _ = population.members[study.study]

    def row(measure: str, where: Record, column: str, expected: float) -> Record:
        return _record(study, None, measure, "cost_table", where, column, expected, EXACT)

    for period in study.periods:
        citizens = int(members.present(period).sum())
        now = use.filter(pl.col("period") == period)
        dealt = {s: (n, q) for s, n, q in now.group_by("service").agg(pl.len(), pl.col("quantity").sum()).iter_rows()}
        for area, services in AREAS.items():
            for service in services:
                users, total = dealt.get(service, (0, 0))
                where = _row(period, area, service)
                yield row(f"{service} citizens", where, "n_citizens", citizens)
                yield row(f"{service} users", where, "n_users", users)
                mean = total / citizens / (ORE if service in IN_ORE else 1)
                yield row(f"{service} mean", where, "mean_quantity", mean)
            users = now.filter(pl.col("service").is_in(services))["person"].n_unique()
            yield row(f"{area} users", _row(period, area, None), "n_users", users)
        anything = now.filter(pl.col("service") != ALCOHOL)["person"].n_unique()
        yield row("users of anything", _row(period, None, None), "n_users", anything)


def _municipalities(study: StudyPlan, population: Population) -> list[Record]:
    members, _ = population.members[study.study]
    codes, counts = np.unique(members.kom, return_counts=True)
    return [
        _record(
            study,
            None,
            "study base of a municipality",
            "cost_table",
            {"group_by": "kommune", "group": str(code), "period": 0, "area": None, "service": None},
            "n_study",
            int(n),
            EXACT,
        )
        for code, n in zip(codes, counts, strict=True)
    ]
