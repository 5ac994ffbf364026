"""Dagster's event log in SQLite, its databases kept open.

Dagster 1.13 opens and closes a database anew for every event, which takes longer than most steps of a study: each
check is some four events. This storage is Dagster's own but for one method, and may go when Dagster keeps its
connections. Over a small workspace, most of whose time is events, a run takes half the CPU time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sql import create_engine
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import StaticPool

BUSY_TIMEOUT_SECONDS = 5.0
MOST_OPEN = 4
"""Databases kept open at once: that of all runs, and those of the newest runs."""


class OpenSqliteEventLog(SqliteEventLogStorage):
    """The event log of `dagster.yaml`: a database of all runs and one a run, as Dagster lays them out."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._open: dict[str, Engine] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> OpenSqliteEventLog:
        """What Dagster makes of the settings."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock, self._engine(shard).connect() as connection, connection.begin():
            yield connection

    def _engine(self, shard: str) -> Engine:
        engine = self._open.pop(shard, None)
        if engine is None:
            engine = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=StaticPool,
                connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
            # Safe when a program dies; when the power goes, the last events of the log may.
            event.listen(engine, "connect", lambda opened, _: opened.execute("PRAGMA synchronous=NORMAL"))
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
        self._open[shard] = engine
        while len(self._open) > MOST_OPEN:
            self._open.pop(next(iter(self._open))).dispose()
        return engine

    def dispose(self) -> None:
        """Close what is open."""
        while self._open:
            self._open.popitem()[1].dispose()
        super().dispose()
