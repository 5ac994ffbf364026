"""The lines of a table of services: one a service, one an area, one of all.

Source: docs/method.md § 6.
"""

from __future__ import annotations

import polars as pl

from catalogue.amounts import TAXES

LINE = ("area", "service")
"""What tells lines apart: an area line has no service, the line of all neither."""


def lines(services: pl.DataFrame) -> pl.DataFrame:
    """The lines of the catalogue's services, in the order in which tables print them.

    Args:
        services: the catalogue's `service`, `area`, `unit`.

    Returns:
        `area`, `service`, `unit` (null on area and total lines), `parts` (the services that the line is made of):
        the services of each area, the area, and last the total, which is of all areas but `TAXES`.
    """
    rows: list[tuple[str | None, str | None, str | None, list[str]]] = []
    for (area,), own in services.group_by("area", maintain_order=True):
        rows += [(area, service, unit, [service]) for service, unit in own.select("service", "unit").rows()]
        rows.append((area, None, None, own.get_column("service").to_list()))
    rows.append((None, None, None, services.filter(pl.col("area") != TAXES).get_column("service").to_list()))
    text = pl.String()
    schema = pl.Schema({"area": text, "service": text, "unit": text, "parts": pl.List(text)})
    return pl.DataFrame(rows, schema=schema, orient="row")
