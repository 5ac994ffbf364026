"""The whole population's use by calendar year, in cells of age, sex and municipality.

Here: who is in the population of a year, and counts that add up. Not here: means and costs
(`pipelines.population_means`), or what a study is held against (`pipelines.comparison`).
Source: docs/method.md § 8.

A year is one window for everybody, so no table of citizens and periods is made: citizens are numbered, and what they
used is marked in an array of a truth value a service and citizen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from faults import Fault, StoreError
from pipelines.ages import age_in_year
from pipelines.coverage import covered_windows
from pipelines.lines import LINE, lines
from pipelines.stages import Stage
from pipelines.use import in_window

TRAITS = ("age", "koen", "kom")
MAKE_AGAIN = "make them again: `forlob run`, or yearly_run"
NO_SEX = "9"
"""The register's code of a sex that is not stated; given to citizens without any."""
CITIZENS_SCHEMA = pl.Schema(
    {"year": pl.Int32, "age": pl.Int16, "koen": pl.String, "kom": pl.String, "n_citizens": pl.Int64}
)
USE_SCHEMA = pl.Schema(
    {
        "year": pl.Int32,
        "age": pl.Int16,
        "koen": pl.String,
        "kom": pl.String,
        "area": pl.String,
        "service": pl.String,
        "n_users": pl.Int64,
        "quantity": pl.Int64,
    }
)
MEASURED_SCHEMA = pl.Schema({"year": pl.Int32, "area": pl.String, "service": pl.String, "measured": pl.Boolean})


@dataclass(frozen=True)
class Cells:
    """Counts of a population: `citizens` (`CITIZENS_SCHEMA`), those present; `use` (`USE_SCHEMA`), cells with users;
    `measured` (`MEASURED_SCHEMA`), a row a year and line of services.
    """

    citizens: pl.DataFrame
    use: pl.DataFrame
    measured: pl.DataFrame


def measured_years(coverage: pl.DataFrame, services: pl.DataFrame) -> pl.DataFrame:
    """The calendar years in which presence can be told, and whether each line of services is measured in them.

    Args:
        coverage: `pipelines.coverage.COVERAGE_SCHEMA` rows of all registers read.
        services: the catalogue's `service`, `area`, `unit`, `register`, `measure`.

    Returns:
        `MEASURED_SCHEMA`, by year and in that by line: every year of which the snapshot of 31 December or the one of
        the year before is delivered. A service is measured when its register covers the year, an area and all when
        all their services are.
    """
    days = coverage.filter(kind="snapshot").get_column("start").to_list()
    snapshots = [day.year for day in days if (day.month, day.day) == (12, 31)]
    years = pl.DataFrame({"year": sorted({year for s in snapshots for year in (s, s + 1)})}, schema={"year": pl.Int32})
    windows = years.with_columns(start=pl.date("year", 1, 1), end=pl.date("year", 12, 31))
    told = windows.join(covered_windows(windows.select("start", "end"), coverage, services), on=["start", "end"])
    parts = lines(services).with_row_index("line").explode("parts").rename({"parts": "part"})
    return (
        parts.join(told.select("year", "covered", part="service"), on="part")
        .group_by("year", "line", *LINE)
        .agg(measured=pl.col("covered").all())
        .sort("year", "line")
        .select(list(MEASURED_SCHEMA))
    )


def present_in(bef: pl.LazyFrame, year: int) -> pl.LazyFrame:
    """Who is present in a calendar year, and their traits.

    Args:
        bef: the `bef` register.
        year: the year; of its snapshots those of 31 December and of 31 December of the year before count.

    Returns:
        `person`, `age` (whole years on 1 July, null where unknown), `koen` (`NO_SEX` where unknown), `kom`: from the
        snapshot of the year before where the citizen is in it, else from that of the year.
    """
    columns = ("person", "reference_date", "foed_dag", "koen", "kom")
    before, at_end = (bef.filter(reference_date=date(at, 12, 31)).select(columns) for at in (year - 1, year))
    return pl.concat([before, at_end.join(before, on="person", how="anti")]).select(
        "person",
        age=age_in_year(pl.col("foed_dag"), year).cast(pl.Int16),
        koen=pl.col("koen").fill_null(NO_SEX),
        kom="kom",
    )


def cells_of_persons(
    frames: Mapping[str, pl.LazyFrame], *, services: pl.DataFrame, measured: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """Count the citizens of a range of persons, and their users and use of every line that is measured.

    Args:
        frames: `bef`, and spells under any other name, of these persons.
        services: the catalogue's `service`, `area`, `unit`, `spell`, `measure`.
        measured: `measured_years`: the years to count.

    Returns:
        `citizens` and `use`, as in `Cells`; use of citizens who are not present is left out.
    """
    spells = [frame for name, frame in frames.items() if name != "bef"]
    citizens, use = [pl.DataFrame(schema=CITIZENS_SCHEMA)], [pl.DataFrame(schema=USE_SCHEMA)]
    for (year,), of_year in measured.group_by("year", maintain_order=True):
        there = present_in(frames["bef"], year).collect(engine="streaming")
        cells = there.group_by(TRAITS).agg(n_citizens=pl.len()).with_row_index("cell")
        citizens.append(_of_year(year, cells, CITIZENS_SCHEMA))
        counted = lines(services).join(of_year.filter("measured"), on=LINE, nulls_equal=True, maintain_order="left")
        use.append(_of_year(year, _used(there, cells, spells, year, services, counted), USE_SCHEMA))
    return {"citizens": pl.concat(citizens), "use": pl.concat(use)}


def _used(
    there: pl.DataFrame,
    cells: pl.DataFrame,
    spells: Sequence[pl.LazyFrame],
    year: int,
    services: pl.DataFrame,
    counted: pl.DataFrame,
) -> pl.DataFrame:
    """`TRAITS`, `LINE`, `n_users`, `quantity` (null but for services) of the lines `counted` in a year."""
    kinds = services.join(counted.select("service"), on="service", how="semi", maintain_order="left")
    kinds = kinds.select("service", "spell", "measure").with_row_index("number")
    number_of = {service: number for number, service in kinds.select("number", "service").rows()}
    citizens = there.join(cells, on=TRAITS, nulls_equal=True).select("person", "cell").with_row_index("citizen")
    used = np.zeros((kinds.height, citizens.height), bool)
    quantity = np.zeros(kinds.height * cells.height)  # whole numbers, exact up to 2^53
    measured = [
        rows for frame in (spells if kinds.height else ()) for rows in _measured_use(frame, year, kinds, citizens)
    ]
    for rows in measured:
        number, citizen, cell, amount = (rows.get_column(name).to_numpy() for name in rows.columns)
        used[number, citizen] = True
        quantity += np.bincount(number.astype(np.int64) * cells.height + cell, amount, minlength=quantity.size)
    cell_of = citizens.get_column("cell").to_numpy()
    n_cells, found = cells.height, [pl.DataFrame(schema=USE_SCHEMA).drop("year")]
    for area, service, parts in counted.select(*LINE, "parts").rows():
        numbers = [number_of[part] for part in parts]
        n_users = np.bincount(cell_of[used[numbers].any(axis=0)], minlength=n_cells)
        of_service = pl.Series(quantity[numbers[0] * n_cells :][:n_cells]).cast(pl.Int64)
        line = cells.with_columns(
            area=pl.lit(area, pl.String),
            service=pl.lit(service, pl.String),
            n_users=pl.Series(n_users),
            quantity=of_service if service else pl.lit(None, pl.Int64),
        )
        found.append(line.filter(pl.col("n_users") > 0).select(found[0].columns))
    return pl.concat(found)


def _measured_use(frame: pl.LazyFrame, year: int, kinds: pl.DataFrame, citizens: pl.DataFrame) -> list[pl.DataFrame]:
    """`number` (of the service), `citizen`, `cell`, `quantity` above 0 of spells in a year, a frame a measure."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    touching = frame.filter(pl.col("start") <= last, pl.col("end") >= first).select(
        "person", spell="service", spell_start="start", spell_end="end", spell_quantity="quantity"
    )
    found = (
        touching.join(kinds.lazy().select("number", "spell"), on="spell")
        .join(citizens.lazy(), on="person")
        .select("number", "citizen", "cell", "spell_start", "spell_end", "spell_quantity")
        .collect(engine="streaming")
    )
    amounts = in_window(pl.lit(first), pl.lit(last))
    return [
        found.filter(pl.col("number").is_in(of_measure.get_column("number").implode()))
        .select("number", "citizen", "cell", quantity=amounts[measure])
        .filter(pl.col("quantity") > 0)
        for (measure,), of_measure in kinds.group_by("measure", maintain_order=True)
    ]


def _of_year(year: int, rows: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    return rows.with_columns(year=pl.lit(year)).select(list(schema)).cast(schema)


def _sum_citizens(parts: pl.LazyFrame, traits: Sequence[str] = TRAITS) -> pl.LazyFrame:
    key = ["year", *traits]
    return parts.group_by(key).agg(pl.sum("n_citizens")).filter(pl.col("n_citizens") != 0).sort(key, nulls_last=True)


def _sum_use(parts: pl.LazyFrame, traits: Sequence[str] = TRAITS) -> pl.LazyFrame:
    key = ["year", *traits, *LINE]
    summed = parts.group_by(key).agg(pl.sum("n_users", "quantity")).filter(pl.col("n_users") != 0)
    of_service = pl.when(pl.col("service").is_not_null()).then("quantity")
    return summed.with_columns(quantity=of_service).sort(key, nulls_last=True)


STAGE = Stage(
    "population",
    cells_of_persons,
    {"citizens": _sum_citizens, "use": _sum_use},
    rows_factor=10,  # of BEF two snapshots a year; and every range has nearly every cell, to be added up
)


def without(
    population: Mapping[str, pl.LazyFrame],
    frames: Mapping[str, pl.LazyFrame],
    years: Sequence[int],
    services: pl.DataFrame,
) -> Cells:
    """The population's counts by age and sex in some years, some of its citizens left out.

    Args:
        population: `citizens`, `use` and `measured` of everybody, as in `Cells`.
        frames: what `cells_of_persons` takes, of the citizens to leave out.
        years: the calendar years asked for.
        services: the catalogue's `service`, `area`, `unit`, `spell`, `measure`.

    Returns:
        The counts without `kom`.

    Raises:
        StoreError: the population is of other deliveries (it lacks some of them) or of another catalogue.
    """
    asked = pl.col("year").is_in(years)
    measured = population["measured"].filter(asked).collect()
    _refuse_other_services(measured, services)
    taken = cells_of_persons(frames, services=services, measured=measured)
    less = {}
    for name, add_up, counts in (
        ("citizens", _sum_citizens, ["n_citizens"]),
        ("use", _sum_use, ["n_users", "quantity"]),
    ):
        negative = taken[name].lazy().with_columns(-pl.col(counts))
        both = pl.concat([population[name].filter(asked), negative])
        less[name] = add_up(both, TRAITS[:2]).collect(engine="streaming")
        if (less[name].get_column(counts[0]) < 0).any():
            what = "the population's tables lack participants that the registers have: they are of other deliveries"
            raise StoreError(Fault(what, "store: population", MAKE_AGAIN))
    return Cells(measured=measured, **less)


def _refuse_other_services(measured: pl.DataFrame, services: pl.DataFrame) -> None:
    counted, stated = (set(rows.select(LINE).rows()) for rows in (measured, lines(services)))
    if measured.height and counted != stated:
        what = "the population's tables were made with other services than the catalogue has"
        raise StoreError(Fault(what, "store: population", MAKE_AGAIN))
