"""Runs that fail, and keys and deliveries that are mended: nothing is lost or half written."""

from __future__ import annotations

import datetime as dt

import dagster as dg
import polars as pl
from attempts import Ended, attempt, refused, rewrite
from polars.testing import assert_frame_equal
from stored import digests
from world import World

from faults import DeliveryError, StoreError


def test_a_failing_run_leaves_the_earlier_results_as_they_were(sound_world: World) -> None:
    """Each fault stops its run where it is met; tables and releases of before stay whole, and a mended run works."""
    assert attempt(sound_world.root) == Ended(0, "")
    before = digests(sound_world.root)
    assert any(name.startswith("release/trial") for name in before)
    extracts = sound_world.root / "extracts"
    for damage in ("columns", "dates", "bytes"):
        path = extracts / "handic2021.parquet"
        whole = path.read_bytes()
        if damage == "bytes":
            path.write_bytes(whole[:200])
        else:
            drop = (
                pl.exclude("YDELSE_SLUT")
                if damage == "columns"
                else pl.all().replace_strict({}, default="x", return_dtype=pl.String)
            )
            rewrite(path, lambda frame, drop=drop: frame.cast(pl.String).select(drop))
        assert attempt(sound_world.root).code == DeliveryError.exit_code, damage
        changed = {name for name, digest in digests(sound_world.root).items() if before.get(name) != digest}
        # The key, that the shape is wrong or the register's rows unusable; and the population waits for a whole run.
        told = ("person_key", "checks/shape/extracts/handic", "checks/entry/registers/handic", "pending/population")
        assert not {name for name in changed if not any(part in name for part in told)}, damage
        assert set(before) <= set(digests(sound_world.root))
        path.write_bytes(whole)
    assert attempt(sound_world.root) == Ended(0, "")
    after = digests(sound_world.root)
    # The key knows the PNRs of the damaged file too, and the delivery is a file of another time.
    others = {name for name in before if "person_key" not in name and "deliveries/handic" not in name}
    assert {name for name in others if after[name] != before[name]} == set()


def test_a_key_restored_from_a_copy_is_completed(sound_world: World) -> None:
    """The deliveries are as they were, so nothing says that they must be read again; but the key lacks their PNRs."""
    instance = dg.DagsterInstance.ephemeral()
    sound_world.make(instance=instance)
    path = sound_world.root / "store" / "person_key.parquet"
    whole = pl.read_parquet(path)
    whole.head(3).write_parquet(path)
    sound_world.make(instance=instance)
    restored = pl.read_parquet(path)
    assert restored.head(3).equals(whole.head(3))
    assert set(restored["pnr"]) == set(whole["pnr"])


def test_a_key_that_cannot_be_read_is_told_and_left_alone(sound_world: World) -> None:
    """To begin a new key over it would renumber everybody."""
    path = sound_world.root / "store" / "person_key.parquet"
    path.parent.mkdir()
    path.write_bytes(b"damaged")
    refused(sound_world.root, StoreError, path)
    assert path.read_bytes() == b"damaged"


def test_a_mended_delivery_gives_what_it_would_have_given(sound_world: World) -> None:
    """Numbers of citizens come from the order in which they arrive; nobody's use may depend on it."""
    sound_world.make()
    before = sound_world.use().sort("pnr", "service")
    newcomer = "000000000007"
    sound_world.citizen(newcomer, born=dt.date(1990, 1, 1))
    sound_world.write()
    sound_world.make()
    assert_frame_equal(sound_world.use().sort("pnr", "service"), before)
