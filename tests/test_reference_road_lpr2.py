"""The whole road where LPR2 is delivered too, against the slow reference: two studies of one world."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from reference.lpr2 import Contact
from reference.road import Registers, read_rules, road
from test_reference_road import (
    AGES,
    CATALOGUE,
    LAST,
    STUDIES,
    YEARS,
    lists,
    people,
    same_comparison,
    same_cost_table,
    same_costs,
    same_use,
)
from world import World
from world_lpr2 import EMERGENCY, INPATIENT, OUTPATIENT, PSYCHIATRY, SOMATIC, Lpr2
from world_lpr2 import YEARS as OLDER

DAY = timedelta(days=1)


def older_contacts(lpr2: Lpr2, pnrs: list[str], random: Random) -> None:
    """Contacts near the turns of the years up to 2019, some open, some backwards, some of no kind that counts."""
    for pnr in pnrs:
        for _ in range(random.choice([0, 1, 3, 5])):
            edge = date(random.choice([2016, 2017, 2018, 2019, 2019]), 1, 1)
            start = max(date(2016, 1, 2), edge + random.randint(-6, 4) * DAY)
            kind = random.choice([INPATIENT, INPATIENT, OUTPATIENT, OUTPATIENT, EMERGENCY, "1"])
            length = random.choice([0, 1, 5, 5, 60, -1])
            end = None if random.random() < 0.1 else start + length * DAY
            visits = [start + random.randint(0, 40) * DAY for _ in range(random.randint(0, 3))]
            number = lpr2.contact(
                pnr,
                str(start),
                str(end) if end else None,
                kind,
                spec=random.choice([SOMATIC, SOMATIC, PSYCHIATRY, None]),
                in_psyk=random.random() < 0.3,
                file=min(max((end or start).year, OLDER[0]), OLDER[-1]),
            )
            for visit in visits:
                lpr2.visit(number, str(visit), file=random.choice([min(visit.year, OLDER[-1]), OLDER[-1]]))


def told(lpr2: Lpr2) -> list[Contact]:
    """The contacts that are not set aside, each with its visits, one after the other."""
    found = []
    for row in [*(row for rows in lpr2.adm.values() for row in rows), *lpr2.psyk]:
        start, end, kind = row["D_INDDTO"], row["D_UDDTO"], row["C_PATTYPE"]
        if (end is None and kind == INPATIENT) or (end is not None and end < start):
            continue
        every = [visit for visits in lpr2.bes.values() for visit in visits]
        visits = tuple(visit["D_AMBDTO"] for visit in every if visit["RECNUM"] == row["RECNUM"])
        psychiatric = row in lpr2.psyk or row["C_SPEC"] in ("50", "52")
        found.append(Contact(row["PNR"], start, end, kind, psychiatric, visits))
    return found


def test_road_with_lpr2(tmp_path: Path) -> None:
    """Use, costs, cost table and comparison of both studies, hospital use of either register in its years."""
    random = Random(20261122)
    world, lpr2 = World(tmp_path, YEARS), Lpr2()
    pnrs = people(world, random)
    for row in world.lpr:
        late = row["KONT_STARTTIDSPUNKT"] >= datetime(2019, 1, 1)
        row["LPRINDBERETNINGSSYSTEM"] = "LPR3" if late != (random.random() < 0.1) else "LPR2"
    older_contacts(lpr2, pnrs, random)
    lpr2.deliver(world)
    own_lists = lists(pnrs, random)
    for study, keys in STUDIES.items():
        ages = {"comparison_ages": list(AGES[study])} if AGES[study] else {}
        world.study(study, own_lists[study], **keys, **ages)
    world.write()
    world.make()
    delivered = Registers(
        world.bef,
        world.dream,
        world.week_columns,
        world.month_columns,
        world.lpr,
        world.handic,
        LAST,
        told(lpr2),
        date(OLDER[0], 1, 1),
    )
    rules = read_rules(CATALOGUE)
    for study, keys in STUDIES.items():
        expected = road(delivered, rules, own_lists[study], **keys, ages=AGES[study])
        same_use(world, study, expected)
        same_costs(world, study, expected)
        same_cost_table(world, study, expected)
        same_comparison(world, study, expected)
