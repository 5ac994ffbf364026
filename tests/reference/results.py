"""Changes (docs/method.md § 9), costs by employment (§ 10) and who the citizens are (§ 11), citizen by citizen."""

from __future__ import annotations

from collections.abc import Sequence

from .table import Service, Study, row

FIGURES = {"share": "share_users", "quantity": "mean_quantity", "cost": "mean_cost"}
MONTHS_OF_GROUPS = {"0": (0, 0), "1-3": (1, 3), "4-6": (4, 6), "7-9": (7, 9), "10-11": (10, 11), "12": (12, 12)}
AGES_OF_BANDS = {
    "0-17": (0, 17), "18-29": (18, 29), "30-39": (30, 39), "40-49": (40, 49), "50-59": (50, 59), "60-69": (60, 69),
    "70+": (70, 200),
}  # fmt: skip
STATED = {
    "koen": ("1", "2", "9"),
    "oprindelse": ("dansk", "indvandrer", "efterkommer", "uoplyst"),
    "bopael": ("alene", "med_andre", "uoplyst"),
    "boern": ("ja", "nej"),
    "uddannelse": ("grundskole", "ungdomsuddannelse", "videregaaende", "uoplyst"),
    "forsoergelse": (
        "foertidspension", "folkepension", "kontanthjaelp_mv", "dagpenge_mv", "oevrige", "ikke_offentlig_forsoerget",
        "uoplyst",
    ),
}  # fmt: skip


def differences(study: Study, citizens: list[int], period: int, services: list[Service]) -> dict[str, float | None]:
    """The change of each figure of a row from period -1; a citizen who is there twice counts twice."""
    before, after = (row(study, citizens, number, services) for number in (-1, period))
    return {
        name: None if before[column] is None or after[column] is None else after[column] - before[column]
        for name, column in FIGURES.items()
    }


def percentile(values: Sequence[float], percent: float) -> float:
    """By linear interpolation between the two nearest of the sorted values."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def interval(
    study: Study, drawn: list[list[int]], period: int, services: list[Service], name: str
) -> tuple[float | None, float | None]:
    """The 2.5th and the 97.5th percentile of a figure's change, over the draws that have one."""
    of_draws = [differences(study, citizens, period, services)[name] for citizens in drawn]
    there = [change for change in of_draws if change is not None]
    return (percentile(there, 2.5), percentile(there, 97.5)) if there else (None, None)


def by_employment(study: Study, citizens: list[int], period: int, service: str) -> dict[str, list[int]]:
    """The citizens of each group of months."""
    groups: dict[str, list[int]] = {group: [] for group in MONTHS_OF_GROUPS}
    for person in citizens:
        if study.present.get((person, period)) is not True or not study.measured.get((person, period, service), False):
            continue
        months = study.quantity.get((person, period, service), 0)
        for group, (fewest, most) in MONTHS_OF_GROUPS.items():
            if fewest <= months <= most:
                groups[group].append(person)
    return groups


def counted(
    people: Sequence[dict[str, object]], ages_of_bands: dict[str, tuple[int, int]] = AGES_OF_BANDS
) -> dict[tuple[str, str], int]:
    """How many have each category of each characteristic; those stated also where nobody has them."""
    counts = {(name, category): 0 for name, categories in STATED.items() for category in categories}
    counts |= {("alder", band): 0 for band in (*ages_of_bands, "uoplyst")}
    for person in people:
        for key in traits(person, ages_of_bands):
            counts[key] = counts.get(key, 0) + 1
    if all(person["uddannelse"] is None for person in people):
        counts = {key: n for key, n in counts.items() if key[0] != "uddannelse"}
    return counts


def traits(person: dict[str, object], ages_of_bands: dict[str, tuple[int, int]]) -> list[tuple[str, str]]:
    """The category of each characteristic that a citizen is in."""
    band, household, living = "uoplyst", person["antpersh"], "uoplyst"
    for name, (youngest, oldest) in ages_of_bands.items():
        if person["age"] is not None and youngest <= person["age"] <= oldest:
            band = name
    if household == 1:
        living = "alene"
    elif household is not None and household > 1:
        living = "med_andre"
    origins = {"1": "dansk", "2": "indvandrer", "3": "efterkommer"}
    return [
        ("koen", person["koen"] if person["koen"] in ("1", "2") else "9"),
        ("alder", band),
        ("startaar", str(person["start_year"])),
        ("kommune", "uoplyst" if person["kom"] is None else person["kom"]),
        ("oprindelse", origins.get(person["ie_type"], "uoplyst")),
        ("bopael", living),
        ("boern", "ja" if person["has_children"] else "nej"),
        ("uddannelse", person["uddannelse"] or "uoplyst"),
        ("forsoergelse", person["support_status"] or "uoplyst"),
    ]
