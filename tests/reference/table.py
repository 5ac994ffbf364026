"""The cost table (docs/method.md § 6), row by row and citizen by citizen."""

from __future__ import annotations

from dataclasses import dataclass

from .costing import Cost

Key = tuple[int | str, int, str]  # person, period, service


@dataclass(frozen=True)
class Service:
    """A service with the area that it belongs to."""

    service: str
    area: str
    unit: str
    priced: bool


@dataclass(frozen=True)
class Study:
    """All that a cost table is made from.

    ``groups`` maps (group_by, group) to the citizens of the study base in it; ``present`` maps (person, period) and
    lacks periods that do not exist; ``measured`` maps to whether the citizen's use is known; ``quantity`` and ``cost``
    hold only what was used.
    """

    services: list[Service]
    periods: list[int]
    groups: dict[tuple[str, str], list[int | str]]
    present: dict[tuple[int | str, int], bool | None]
    measured: dict[Key, bool]
    quantity: dict[Key, float]
    cost: dict[Key, Cost]


def row(study: Study, citizens: list[int | str], period: int, services: list[Service]) -> dict[str, object]:
    """The figures of one row: of one service, of an area's services, or of all."""
    counted = [
        person
        for person in citizens
        if study.present.get((person, period)) is True
        and all(study.measured.get((person, period, s.service), False) for s in services)
    ]
    users = [p for p in counted if any(study.quantity.get((p, period, s.service), 0) > 0 for s in services)]
    figures: dict[str, object] = {
        "n_study": len(citizens),
        "n_citizens": len(counted),
        "n_users": len(users),
        "share_users": None,
        "mean_quantity": None,
        "mean_cost": None,
        "mean_cost_kommune": None,
        "mean_cost_region": None,
        "mean_cost_stat": None,
    }
    if not counted:
        return figures
    figures["share_users"] = len(users) / len(counted)
    if len(services) == 1:
        quantities = [study.quantity.get((p, period, services[0].service), 0) for p in counted]
        figures["mean_quantity"] = sum(quantities) / len(counted)
    if any(s.priced for s in services):
        costs = [study.cost.get((p, period, s.service)) for p in counted for s in services if s.priced]
        for column, part in (
            ("mean_cost", "total"),
            ("mean_cost_kommune", "kommune"),
            ("mean_cost_region", "region"),
            ("mean_cost_stat", "stat"),
        ):
            figures[column] = sum(getattr(c, part) for c in costs if c is not None) / len(counted)
    return figures


def cost_table(study: Study) -> dict[tuple[str, str, int, str | None, str | None], dict[str, object]]:
    """Every row by (group_by, group, period, area, service); service is None on area rows, area too on the total."""
    areas = list(dict.fromkeys(s.area for s in study.services))
    table = {}
    for (group_by, group), citizens in study.groups.items():
        for period in study.periods:
            for s in study.services:
                table[group_by, group, period, s.area, s.service] = row(study, citizens, period, [s])
            for area in areas:
                own = [s for s in study.services if s.area == area]
                table[group_by, group, period, area, None] = {
                    **row(study, citizens, period, own),
                    "mean_quantity": None,
                }
            table[group_by, group, period, None, None] = {
                **row(study, citizens, period, study.services),
                "mean_quantity": None,
            }
    return table
