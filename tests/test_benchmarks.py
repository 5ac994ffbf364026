"""The benchmarks run, and add up what they time; how long anything takes is measured by `make bench`, not here."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from benchmarks import road
from benchmarks.clock import Clock

CONTACTS = 3_000


def test_a_part_inside_another_is_not_counted_in_it() -> None:
    clock = Clock()
    inner = clock.part("inner")(time.sleep)
    with clock.part("outer"):
        inner(0.05)
        inner(0.05)
    took = clock.took()
    assert took["inner"]["wall_s"] >= 0.1
    assert took["outer"]["wall_s"] < 0.05


def test_shares_are_of_the_roads_own_work() -> None:
    def parts(quality: float, imported: float) -> dict[str, road.Took]:
        times = {"road": 100.0, "quality": quality, "import": imported}
        return {name: {"wall_s": n, "cpu_s": n / 2, "peak_mb": 1.0} for name, n in times.items()}

    found = road.shares([parts(12, 4), parts(20, 5), parts(10, 4)])
    assert found["wall"] == found["cpu"] == [0.1, 0.12, 0.2]
    assert found["wall_without_import"] == [0.06, 0.08, 0.15]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("benchmark")
    for step in ("extracts", "before"):
        road.run("quality", step, made, CONTACTS)
    return made


@pytest.fixture(scope="module")
def parts(folder: Path) -> dict[str, road.Took]:
    return road.measured_parts(folder, CONTACTS)


def test_every_part_of_a_registers_work_is_timed(parts: dict[str, road.Took]) -> None:
    assert set(parts) == {*road.PARTS, "road", "quality"}
    assert parts["quality"]["cpu_s"] == pytest.approx(sum(parts[name]["cpu_s"] for name in road.QUALITY_PARTS))


@pytest.mark.usefixtures("parts")
def test_pandera_gives_the_same_verdict(folder: Path) -> None:
    assert road.run("quality", "same_verdict", folder, CONTACTS) == {}
