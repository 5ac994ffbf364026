"""The store: one Parquet file an asset, or one a partition.

An own small IO manager, because `dagster-polars` 0.27 fails on Polars 2 and writes sample rows of people into the event
log. This one writes to a temporary name and renames when whole, and records counts only.
"""

import os
from collections.abc import Sequence

import dagster as dg
import polars as pl
from upath import UPath

from assets.columns import COLUMN_LINEAGE
from assets.failures import EXIT_CODE, clear_errors
from expectations.validate import contract_of, refuse_wrong_shape
from faults import Fault, StoreError

ROW_GROUP_ROWS = 100_000
"""Small enough that a study reads few rows of others, large enough that a scan of everything is not slowed down."""
RESTRICTED = {"quarantine"}
"""First parts of the keys of tables that hold PNRs: their files are for their owner only."""


class ParquetStore(dg.UPathIOManager):
    """Tables of the store by asset key: `use` of the study `x` is `use/x.parquet`, `registers/bef` of 2020
    `registers/bef/2020.parquet`. Inputs are lazy scans; an input of many partitions is one scan of those there are.
    """

    extension = ".parquet"

    def dump_to_path(self, context: dg.OutputContext, obj: pl.DataFrame | pl.LazyFrame, path: UPath) -> None:
        """Write the table; a reader sees the old file or the new one, never half of one."""
        clear_errors(_write)(obj.lazy(), path, context.asset_key.path)

    def load_from_path(self, context: dg.InputContext, path: UPath) -> pl.LazyFrame:
        """Scan one table."""
        if not path.exists():
            raise _not_there(context.asset_key)
        return pl.scan_parquet(str(path), glob=False)

    def load_partitions(self, context: dg.InputContext) -> pl.LazyFrame:
        """Scan the partitions that are there as one table."""
        paths = self._get_paths_for_partitions(context)
        there = [str(path) for _, path in sorted(paths.items()) if path.exists()]
        if not there:
            raise _not_there(context.asset_key)
        return pl.scan_parquet(there, glob=False)

    def get_metadata(self, context: dg.OutputContext, obj: pl.DataFrame | pl.LazyFrame) -> dict[str, dg.MetadataValue]:
        """Rows (from the file's footer) and bytes, and where the columns come from."""
        paths = (
            self._get_paths_for_partitions(context).values()
            if context.has_asset_partitions
            else [self._get_path(context)]
        )
        path = next(iter(paths))
        rows = pl.scan_parquet(str(path), glob=False).select(pl.len()).collect().item()
        lineage = (context.definition_metadata or {}).get(COLUMN_LINEAGE)
        return {
            "dagster/row_count": dg.MetadataValue.int(rows),
            "bytes": dg.MetadataValue.int(path.stat().st_size),
            **({COLUMN_LINEAGE: lineage} if lineage else {}),
        }


@dg.io_manager(config_schema={"folder": str})
def parquet_store(context: dg.InitResourceContext) -> ParquetStore:
    """The store in a folder, on any file system that `UPath` understands."""
    return ParquetStore(UPath(context.resource_config["folder"]))


def _write(frame: pl.LazyFrame, path: UPath, key: Sequence[str]) -> None:
    contract = contract_of(key)
    if contract:
        refuse_wrong_shape(frame, contract)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if key[0] in RESTRICTED:
            unfinished.touch(mode=0o600)
        frame.sink_parquet(str(unfinished), maintain_order=True, row_group_size=ROW_GROUP_ROWS)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _not_there(key: dg.AssetKey) -> dg.Failure:
    fault = Fault(f"the store has no {key.to_user_string()}", "store", "materialise it first: `forlob run` makes all")
    return dg.Failure(str(fault), metadata={EXIT_CODE: StoreError.exit_code}, allow_retries=False)
