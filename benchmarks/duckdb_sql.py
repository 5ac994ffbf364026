"""The same results by SQL in DuckDB, from the same files: `python -m benchmarks.duckdb_sql STAGE FOLDER`.

Here: spells, the population's years and a study as somebody who knows DuckDB would write them: Parquet read where it
lies and written straight from the query, window functions over named windows, aggregation before joins, no more than
the columns needed, as many threads as the road has cores. Not here: entry, which is reading, typing and setting aside
more than it is SQL; unit prices and what registers cover, a few rows which are taken from the road's own functions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import polars as pl

from benchmarks.duckdb_tables import COST_TABLE, MEANS, POPULATION
from benchmarks.stages import hospital_rules
from benchmarks.store import SPELLS, YEARS, Store, cores, run_stage
from catalogue.reader import read_catalogue
from pipelines.costs import unit_prices
from pipelines.coverage import covered_windows
from pipelines.lines import lines
from pipelines.periods import study_periods
from pipelines.population import measured_years
from pipelines.population_means import prices_of_years
from pipelines.registers.lpr_a_kontakt import MILLISECONDS_AN_HOUR, PHYSICAL_ATTENDANCE

Connection = duckdb.DuckDBPyConnection
THURSDAY = """DATE '1970-01-01' + CAST(({day} - DATE '1970-01-01' + {up}) // 7 * 7 AS INTEGER)"""
"""The last Thursday until a day, and with `up` = 6 the first from it on: day 0 is a Thursday."""


def connect(store: Store) -> Connection:
    spill = {"temp_directory": str(store.folder / "spill"), "threads": cores()}
    return duckdb.connect(config=spill)


def table(store: Store, *names: str) -> str:
    """Tables of the road, as one relation."""
    return files([store.path(name) for name in names])


def files(paths: Sequence[Path]) -> str:
    return f"read_parquet({[str(path) for path in paths]})"


def register_lines(connection: Connection, services: pl.DataFrame) -> None:
    """`lines` of services, and `parts`, the services that each is made of."""
    numbered = lines(services).with_row_index("line")
    connection.register("lines", numbered.drop("parts"))
    connection.register("parts", numbered.select("line", part="parts").explode("part"))


def spells_of_all(store: Store) -> str:
    return table(store, *(f"spells/{name}" for name in SPELLS))


def write(store: Store, connection: Connection, name: str, query: str) -> None:
    connection.execute(f"COPY ({query}) TO '{store.made(name)}' (FORMAT parquet)")


def chained(rows: str, by: str, gap: int) -> str:
    """Rows (`by`, `start`, `finish`) that start within `gap` of the latest finish so far, as one: gaps and islands.

    Only the rows that begin a chain are kept; what the next of them had before it is the reach of the whole chain. So
    nothing is grouped, and the second window goes over the chains alone.
    """
    return f"""
        SELECT {by}, start, coalesce(lead(reach) OVER (PARTITION BY {by} ORDER BY start), last_reach) AS finish
        FROM (
            SELECT {by}, start,
                max(finish) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach,
                max(finish) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS last_reach
            FROM ({rows})
            WINDOW w AS (PARTITION BY {by} ORDER BY start)
            QUALIFY reach IS NULL OR start > reach + {gap}
        )"""


def spells_lpr(store: Store) -> None:
    connection, (specialties, gap_hours, admission_hours) = connect(store), hospital_rules(read_catalogue())
    psychiatric = ", ".join(f"'{name}'" for name in specialties)
    attended = f"""
        SELECT person, coalesce(hovedspec IN ({psychiatric}), false) AS psychiatric,
            epoch_ms(start) AS start, epoch_ms("end") AS finish
        FROM {table(store, "registers/lpr_a_kontakt")} WHERE kont_type = '{PHYSICAL_ATTENDANCE}'"""
    stays = chained(attended, "person, psychiatric", round(gap_hours * MILLISECONDS_AN_HOUR))
    query = f"""
        SELECT person,
            CASE WHEN psychiatric THEN 'psykiatri' ELSE 'somatik' END
                || CASE WHEN admission THEN '_indlaeggelse' ELSE '_ambulant' END AS service,
            first AS start, last AS "end",
            CASE WHEN admission THEN greatest(last - first, 1) ELSE 1 END::INTEGER AS quantity
        FROM (
            SELECT person, psychiatric, finish - start >= {admission_hours * MILLISECONDS_AN_HOUR} AS admission,
                make_timestamp_ms(start)::DATE AS first, make_timestamp_ms(finish)::DATE AS last
            FROM ({stays})
        ) ORDER BY person, service, start, "end" """
    write(store, connection, "spells/lpr_a_kontakt", query)


def mapped_weeks(store: Store) -> str:
    """Runs of weeks from their first to their last Thursday, cut to those on which the catalogue knows their code."""
    return f"""
        SELECT person, service, is_transfer, {THURSDAY.format(day="first", up=6)} AS first,
            {THURSDAY.format(day="last", up=0)} AS last
        FROM (
            SELECT person, service, is_transfer, greatest(start + 3, coalesce(valid_from, DATE '1900-01-01')) AS first,
                least("end" - 3, coalesce(valid_to, DATE '2999-01-01')) AS last
            FROM {table(store, "registers/dream")} JOIN codes USING (code)
        ) WHERE first <= last"""


def spells_dream(store: Store) -> None:
    connection = connect(store)
    connection.register("codes", read_catalogue().dream_codes)
    weeks = f"""
        SELECT person, service, first - 3 AS start, last + 3 AS finish
        FROM ({mapped_weeks(store)}) WHERE first <= last AND service IS NOT NULL"""
    query = f"""
        SELECT person, service, start, finish AS "end", ((finish - start + 1) // 7)::INTEGER AS quantity
        FROM ({chained(weeks, "person, service", 1)}) ORDER BY person, service, start"""
    write(store, connection, "spells/dream", query)
    # Months without a transfer: edges of both in one line of time, and what is open after each of them.
    edges = """
        SELECT person, year(start) * 12 + month(start) AS edge, 1 AS employed, 0 AS transfer FROM months UNION ALL
        SELECT person, year("end") * 12 + month("end") + 1, -1, 0 FROM months UNION ALL
        SELECT person, year(first) * 12 + month(first), 0, 1 FROM transfers UNION ALL
        SELECT person, year(last) * 12 + month(last) + 1, 0, -1 FROM transfers"""
    query = f"""
        WITH months AS (SELECT * FROM {table(store, "registers/dream_employment")}),
        transfers AS (SELECT * FROM ({mapped_weeks(store)}) WHERE first <= last AND is_transfer),
        at_edges AS (
            SELECT person, edge, sum(employed) AS employed, sum(transfer) AS transfer
            FROM ({edges}) GROUP BY person, edge
        ),
        states AS (
            SELECT person, edge, sum(employed) OVER w > 0 AND sum(transfer) OVER w = 0 AS counts
            FROM at_edges WINDOW w AS (PARTITION BY person ORDER BY edge ROWS UNBOUNDED PRECEDING)
        ),
        changes AS (
            SELECT person, edge, counts FROM states
            QUALIFY counts != lag(counts, 1, false) OVER (PARTITION BY person ORDER BY edge)
        ),
        pieces AS (
            SELECT person, edge, lead(edge) OVER (PARTITION BY person ORDER BY edge) AS past, counts FROM changes
        )
        SELECT person, 'ordinaer_beskaeftigelse' AS service,
            make_date(((edge - 1) // 12)::INTEGER, ((edge - 1) % 12 + 1)::INTEGER, 1) AS start,
            make_date(((past - 1) // 12)::INTEGER, ((past - 1) % 12 + 1)::INTEGER, 1) - 1 AS "end",
            (past - edge)::INTEGER AS quantity
        FROM pieces WHERE counts ORDER BY person, start"""
    write(store, connection, "spells/dream_employment", query)


def spells_handic(store: Store) -> None:
    connection, data_end = connect(store), store.deliveries("handic")[-1].data_end
    connection.register("services", read_catalogue().handic_services)
    grants = f"""
        SELECT person, service, greatest(start, coalesce(valid_from, DATE '1900-01-01')) AS start,
            least(coalesce("end", DATE '{data_end}'), coalesce(valid_to, DATE '2999-01-01')) AS finish
        FROM {table(store, "registers/handic")} JOIN services USING (code)
        WHERE service IS NOT NULL"""
    query = f"""
        SELECT person, service, start, finish AS "end", (finish - start + 1)::INTEGER AS quantity
        FROM ({chained(f"SELECT * FROM ({grants}) WHERE start <= finish", "person, service", 1)})
        ORDER BY person, service, start"""
    write(store, connection, "spells/handic", query)


def population(store: Store) -> None:
    connection, catalogue = connect(store), store.catalogue()
    connection.register("services", catalogue.services)
    register_lines(connection, catalogue.services)
    connection.register("measured", measured_years(store.coverage(), catalogue.services))
    connection.register("prices", prices_of_years(YEARS, catalogue))
    windows = pl.DataFrame({"year": YEARS}, schema={"year": pl.Int32})
    connection.register("years", windows)
    connection.register("windows", windows.with_columns(start=pl.date("year", 1, 1), end=pl.date("year", 12, 31)))
    for name, query in POPULATION.items():
        filled = query.format(bef=files(store.bef_paths()), spells=spells_of_all(store))
        connection.execute(f"CREATE TEMP TABLE {name} AS {filled}")
    write(store, connection, "population/citizens", "FROM citizens ORDER BY ALL")
    write(store, connection, "population/use", "FROM use ORDER BY ALL")
    write(store, connection, "population/means", MEANS)


def study(store: Store) -> None:
    connection, catalogue, plan = connect(store), store.catalogue(), store.study()
    known, base = store.coverage(), store.scan("participants").filter("in_study_base").collect()
    windows = study_periods(base, plan.mode, plan.years_before, plan.years_after, known["data_end"].min())
    needed = catalogue.services.select("service").join(windows.select("start").unique(), how="cross")
    small = {
        "base": base,
        "windows": windows,
        "services": catalogue.services,
        "snapshots": known.filter(kind="snapshot").select(reference_date="start"),
        "covered": covered_windows(windows.select("start", "end").unique(), known, catalogue.services),
        "prices": unit_prices(needed, catalogue, plan.price_year),
    }
    for name, frame in small.items():
        connection.register(name, frame)
    register_lines(connection, catalogue.services)
    bef = files(sorted(store.path("registers/bef").with_suffix("").glob("*.parquet")))
    query = COST_TABLE.format(bef=bef, spells=spells_of_all(store), study=plan.id, price_year=plan.price_year)
    write(store, connection, "cost_table", query)


STAGES: dict[str, Callable[[Store], None]] = {
    "spells_dream": spells_dream,
    "spells_lpr": spells_lpr,
    "spells_handic": spells_handic,
    "population": population,
    "study": study,
}

if __name__ == "__main__":
    run_stage(STAGES, "duckdb")
