"""The person key: read from every delivery and list, and written by one run at a time."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import dagster as dg
import polars as pl
from filelock import FileLock

from assets.checks import contract_spec, hold_to_contract
from assets.columns import table_metadata
from assets.extracts import DATA_TEAM, FINGERPRINTS, LIST_KEY, extract_key
from assets.failures import IO_RETRIES, clear_errors
from assets.shapes import open_every_register
from assets.workspace import Workspace
from deliveries.entry import delivered_pnrs
from deliveries.lists import read_participant_list
from deliveries.studies import read_studies
from expectations.contracts.deliveries import DELIVERIES
from expectations.contracts.registers import PERSON_KEY
from faults import Fault, StoreError, StudyError
from pipelines.persons import KEY_SCHEMA, extend_person_key

KEY = dg.AssetKey("person_key")


def person_key_asset(registers: Sequence[str]) -> dg.AssetsDefinition:
    """The key, made of what is delivered of these registers and of the participant lists."""

    @dg.asset(
        key=KEY,
        deps=[*(extract_key(register) for register in registers), LIST_KEY],
        group_name="persons",
        owners=DATA_TEAM,
        kinds={"parquet", "polars"},
        description="Every PNR's number. Restricted: the only table with both. Append-only: none is renumbered.",
        metadata=table_metadata(PERSON_KEY),
        check_specs=[contract_spec(KEY)],
        retry_policy=IO_RETRIES,
    )
    @clear_errors
    def person_key(context: dg.AssetExecutionContext, workspace: Workspace):
        yield from _extended(context, workspace)

    return person_key


def _extended(context: dg.AssetExecutionContext, workspace: Workspace) -> Iterator[object]:
    """Append the PNRs of every delivery and participant list; unchanged files are not read again."""
    path = Path(workspace.store) / "person_key.parquet"
    deliveries = workspace.found().deliveries
    lists = [(study.id, study.participants) for study in read_studies(Path(workspace.studies))]
    fingerprints = sorted(
        [d.fingerprint for found in deliveries.values() for d in found]
        + [f"{study}: {hashlib.sha256(list_path.read_bytes()).hexdigest()}" for study, list_path in lists]
        + [f"{register}: {[field.name for field in DELIVERIES[register].ids]}" for register in workspace.registers]
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock"):
        known = _known_persons(path)
        if _last_made(context) == (known.height, fingerprints):
            yield from hold_to_contract(context, workspace, KEY, known.lazy(), None)
            yield dg.MaterializeResult(metadata=_key_metadata(path, known.height, 0, fingerprints))
            return
        opened = open_every_register(workspace)
        pnrs = [delivered_pnrs(workspace.contract(register), sources) for register, sources in opened.items()]
        pnrs += [_listed_pnrs(list_path) for _, list_path in lists]
        key = extend_person_key(known, pl.concat(pnrs))
        yield from hold_to_contract(context, workspace, KEY, key.lazy(), None)
        unfinished = path.with_name(f".{path.name}.new")
        unfinished.touch(mode=0o600)
        key.write_parquet(unfinished)
        unfinished.replace(path)
    yield dg.MaterializeResult(metadata=_key_metadata(path, key.height, key.height - known.height, fingerprints))


def _known_persons(path: Path) -> pl.DataFrame:
    restore = "restore it from a backup: a new one would number citizens anew, and old results could not be followed"
    if not path.exists():
        if (path.parent / "registers").exists():
            mend = f"{restore}; or empty the store to begin anew"
            raise StoreError(Fault("the person key is gone, and the store has registers keyed by it", str(path), mend))
        return pl.DataFrame(schema=KEY_SCHEMA)
    try:
        known = pl.read_parquet(path)
    except pl.exceptions.PolarsError:
        known = None
    if known is None or known.schema != KEY_SCHEMA:
        raise StoreError(Fault("the person key cannot be read", str(path), restore))
    return known


def _listed_pnrs(path: Path) -> pl.Series:
    try:
        return read_participant_list(path).get_column("pnr")
    except StudyError:  # a list that cannot be read stops its own study, and is told there
        return pl.Series("pnr", [], pl.String)


def _last_made(context: dg.AssetExecutionContext) -> tuple[object, object] | None:
    """Rows and fingerprints of the key when it was last made."""
    event = context.instance.get_latest_materialization_event(context.asset_key)
    made = event.asset_materialization.metadata if event and event.asset_materialization else {}
    rows, fingerprints = made.get("dagster/row_count"), made.get(FINGERPRINTS)
    return (rows.value, fingerprints.value) if rows and fingerprints else None


def _key_metadata(path: Path, rows: int, new: int, fingerprints: list[str]) -> dict[str, object]:
    return {
        "dagster/row_count": rows,
        "bytes": path.stat().st_size,
        "new_persons": new,
        FINGERPRINTS: dg.MetadataValue.json(fingerprints),
    }
