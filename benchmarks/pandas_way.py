"""The same results in pandas, from the same files: `python -m benchmarks.pandas_way STAGE FOLDER`.

pandas holds whole tables, so it takes in the first `PANDAS_CITIZENS` citizens (of a study all of its own): the reader
leaves out the others' row groups. As in `duckdb_sql.py`, unit prices and what registers cover come from the road.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd
import polars as pl

from benchmarks.pandas_tables import cost_table, means
from benchmarks.stages import hospital_rules
from benchmarks.store import SPELLS, YEARS, Store, run_stage
from catalogue.reader import read_catalogue
from pipelines.costs import unit_prices
from pipelines.coverage import covered_windows
from pipelines.lines import lines
from pipelines.periods import study_periods
from pipelines.population import measured_years
from pipelines.population_means import prices_of_years
from pipelines.registers.dream import EMPLOYMENT
from pipelines.registers.lpr_a_kontakt import PHYSICAL_ATTENDANCE

DAY = pd.Timedelta(days=1)
TRAITS = ["year", "age", "koen", "kom"]
EPOCH = pd.Timestamp("1970-01-01")


def read(store: Store, table: str, columns: Sequence[str], persons: Sequence[int] | None = None) -> pd.DataFrame:
    """Some columns of a table, of the citizens that are taken in or of `persons`."""
    whose = ("person", "in", persons) if persons is not None else ("person", "<=", store.citizens(store.way))
    frame = pd.read_parquet(store.path(table), columns=list(columns), filters=[whose])
    return frame.astype({name: "datetime64[us]" for name in ("start", "end") if name in columns})


def small(frame: pl.DataFrame) -> pd.DataFrame:
    """A table of reference data."""
    found = frame.to_pandas()
    dates = [name for name, dtype in frame.schema.items() if dtype == pl.Date]
    return found.astype(dict.fromkeys(dates, "datetime64[us]"))


def write(store: Store, table: str, frame: pd.DataFrame) -> None:
    frame.to_parquet(store.made(table), index=False)


def chained(rows: pd.DataFrame, by: Sequence[str], gap: pd.Timedelta) -> pd.DataFrame:
    """Rows that start within `gap` of the latest end so far, as one: a running maximum and a running count."""
    rows = rows.sort_values([*by, "start"])
    reach = rows.groupby(list(by), sort=False)["end"].cummax().shift()
    first = rows[list(by)].ne(rows[list(by)].shift()).any(axis=1)
    chain = (first | (rows["start"] > reach + gap)).cumsum().rename("chain")
    found = rows.groupby(chain, sort=False).agg({**dict.fromkeys(by, "first"), "start": "first", "end": "max"})
    return found.reset_index(drop=True)


def spells_lpr(store: Store) -> None:
    specialties, gap_hours, admission_hours = hospital_rules(read_catalogue())
    contacts = read(store, "registers/lpr_a_kontakt", ("person", "start", "end", "kont_type", "hovedspec"))
    contacts = contacts[contacts["kont_type"] == PHYSICAL_ATTENDANCE]
    psychiatric = contacts["hovedspec"].isin(specialties.to_list())
    stays = chained(contacts.assign(psychiatric=psychiatric), ["person", "psychiatric"], pd.Timedelta(hours=gap_hours))
    admission = stays["end"] - stays["start"] >= pd.Timedelta(hours=admission_hours)
    days = stays[["start", "end"]].apply(lambda time: time.dt.normalize())
    bed_days = (days["end"] - days["start"]).dt.days.clip(lower=1)
    service = np.where(stays["psychiatric"], "psykiatri", "somatik").astype(object) + np.where(
        admission, "_indlaeggelse", "_ambulant"
    )
    spells = days.assign(person=stays["person"], service=service, quantity=np.where(admission, bed_days, 1))
    write(store, "spells/lpr_a_kontakt", spells.sort_values(["person", "service", "start", "end"]))


def thursday(day: pd.Series, up: int) -> pd.Series:
    """The last Thursday until a day, and with `up` = 6 the first from it on: day 0 is a Thursday."""
    return EPOCH + ((day - EPOCH).dt.days + up) // 7 * 7 * DAY


def valid_days(rows: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """Rows with their code's columns, cut to the days on which it is valid."""
    rows = rows.merge(codes, on="code")
    rows["start"] = rows["start"].where(~(rows["valid_from"] > rows["start"]), rows["valid_from"])
    rows["end"] = rows["end"].where(~(rows["valid_to"] < rows["end"]), rows["valid_to"])
    return rows[rows["start"] <= rows["end"]]


def spells_dream(store: Store) -> None:
    codes = small(read_catalogue().dream_codes)[["code", "service", "is_transfer", "valid_from", "valid_to"]]
    runs = read(store, "registers/dream", ("person", "code", "start", "end"))
    weeks = valid_days(runs.assign(start=runs["start"] + 3 * DAY, end=runs["end"] - 3 * DAY), codes)
    weeks = weeks.assign(start=thursday(weeks["start"], 6), end=thursday(weeks["end"], 0))
    weeks = weeks[weeks["start"] <= weeks["end"]]
    used = weeks[weeks["service"].notna()]
    used = used.assign(start=used["start"] - 3 * DAY, end=used["end"] + 3 * DAY)
    spells = chained(used, ["person", "service"], DAY)
    quantity = ((spells["end"] - spells["start"]).dt.days + 1) // 7
    write(store, "spells/dream", spells.assign(quantity=quantity))
    months = read(store, "registers/dream_employment", ("person", "start", "end"))
    write(store, "spells/dream_employment", employment(months, weeks[weeks["is_transfer"]]))


def employment(months: pd.DataFrame, transfers: pd.DataFrame) -> pd.DataFrame:
    """Months without a transfer: edges of both in one line of time, and what is open after each of them."""
    edges = pd.concat(
        pd.DataFrame(
            {"person": rows["person"], "edge": month_number(rows[column]) + past, "employed": employed, "transfer": on}
        )
        for rows, column, past, employed, on in (
            (months, "start", 0, 1, 0),
            (months, "end", 1, -1, 0),
            (transfers, "start", 0, 0, 1),
            (transfers, "end", 1, 0, -1),
        )
    )
    states = edges.groupby(["person", "edge"], as_index=False)[["employed", "transfer"]].sum()
    open_now = states.groupby("person", sort=False)[["employed", "transfer"]].cumsum()
    states["counts"] = (open_now["employed"] > 0) & (open_now["transfer"] == 0)
    before = states["counts"].shift(fill_value=False) & (states["person"] == states["person"].shift())
    changes = states[states["counts"] != before]
    past = changes["edge"].shift(-1)[changes["counts"]].astype("int64")
    pieces = changes[changes["counts"]]
    return pd.DataFrame(
        {
            "person": pieces["person"],
            "service": EMPLOYMENT,
            "start": first_day(pieces["edge"]),
            "end": first_day(past) - DAY,
            "quantity": past - pieces["edge"],
        }
    )


def month_number(day: pd.Series) -> pd.Series:
    return day.dt.year * 12 + day.dt.month


def first_day(month: pd.Series) -> pd.Series:
    return pd.to_datetime(pd.DataFrame({"year": (month - 1) // 12, "month": (month - 1) % 12 + 1, "day": 1}))


def spells_handic(store: Store) -> None:
    data_end = pd.Timestamp(store.deliveries("handic")[-1].data_end)
    grants = read(store, "registers/handic", ("person", "code", "start", "end"))
    services = small(read_catalogue().handic_services)
    days = valid_days(grants.assign(end=grants["end"].fillna(data_end)), services)
    spells = chained(days[days["service"].notna()], ["person", "service"], DAY)
    write(store, "spells/handic", spells.assign(quantity=(spells["end"] - spells["start"]).dt.days + 1))


def all_spells(store: Store, persons: Sequence[int] | None = None) -> pd.DataFrame:
    columns = ("person", "service", "start", "end")
    return pd.concat([read(store, f"spells/{name}", columns, persons) for name in SPELLS], ignore_index=True)


def quantities(rows: pd.DataFrame) -> pd.Series:
    """How much of a spell, `spell_start` to `spell_end`, lies in the window `start` to `end` that it touches."""
    first = rows["start"].where(rows["start"] > rows["spell_start"], rows["spell_start"])
    last = rows["end"].where(rows["end"] < rows["spell_end"], rows["spell_end"])
    last_bed_day = np.maximum(rows["spell_start"], rows["spell_end"] - DAY)
    by_measure: Mapping[str, pd.Series] = {
        "weeks": (last - EPOCH).dt.days // 7 - (first - DAY - EPOCH).dt.days // 7,
        "months": month_number(last) - month_number(first - DAY),
        "days": (last - first).dt.days + 1,
        "bed_days": (np.minimum(last_bed_day, rows["end"]) - first).dt.days + 1,
        "count": (rows["spell_start"] >= rows["start"]).astype("int64"),
    }
    chosen = [rows["measure"] == measure for measure in by_measure]
    return pd.Series(np.select(chosen, list(by_measure.values())), index=rows.index)


def used(spells: pd.DataFrame, windows: pd.DataFrame, services: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """`by`, `area`, `service`, `quantity` above 0 of spells in the windows of their citizens."""
    renamed = spells.rename(columns={"service": "spell", "start": "spell_start", "end": "spell_end"})
    rows = renamed.merge(windows, on="person")
    rows = rows[(rows["spell_start"] <= rows["end"]) & (rows["spell_end"] >= rows["start"])]
    rows = rows.merge(services[["service", "area", "spell", "measure"]], on="spell")
    rows["quantity"] = quantities(rows)
    found = rows[rows["quantity"] > 0]
    return found.groupby([*by, "area", "service"], as_index=False, observed=True)["quantity"].sum()


def present_in(bef: pd.DataFrame, year: int) -> pd.DataFrame:
    """Who is present in a year, with the traits of the snapshot before it, else of its own."""
    before, at_end = (bef[bef["reference_date"] == pd.Timestamp(at, 12, 31)] for at in (year - 1, year))
    there = pd.concat([before, at_end[~at_end["person"].isin(before["person"])]])
    born = there["foed_dag"]
    age = year - born.dt.year - (born.dt.month * 100 + born.dt.day > 701)
    return pd.DataFrame(
        {
            "person": there["person"],
            "year": year,
            "age": age.clip(lower=0).astype("Int16"),
            "koen": there["koen"].fillna("9"),
            "kom": there["kom"],
        }
    )


def population(store: Store) -> None:
    catalogue, last = store.catalogue(), store.citizens(store.way)
    services, measured = small(catalogue.services), small(measured_years(store.coverage(), catalogue.services))
    columns = ["person", "reference_date", "foed_dag", "koen", "kom"]
    december = [date(year, 12, 31) for year in range(min(YEARS) - 1, max(YEARS) + 1)]
    filters = [("person", "<=", last), ("reference_date", "in", december)]
    bef = pd.concat([pd.read_parquet(path, columns=columns, filters=filters) for path in store.bef_paths()])
    bef = bef.astype({"reference_date": "datetime64[us]", "foed_dag": "datetime64[us]"})
    spells = all_spells(store)
    citizens, use = [], []
    for year in YEARS:
        there = present_in(bef, year)
        start, end = pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)
        touching = spells[(spells["start"] <= end) & (spells["end"] >= start)]
        found = used(touching, there.assign(start=start, end=end), services, ["person", "year"])
        found = found.merge(there, on=["person", "year"])
        citizens.append(counted(there, TRAITS, "n_citizens"))
        of_service = found.groupby([*TRAITS, "area", "service"], dropna=False, as_index=False).agg(
            n_users=("person", "size"), quantity=("quantity", "sum")
        )
        of_area = counted(found.drop_duplicates(["person", "area"]), [*TRAITS, "area"], "n_users")
        of_all = counted(found.drop_duplicates("person"), TRAITS, "n_users")
        use += [of_service.astype({"quantity": "Int64"}), of_area, of_all]
    told = measured[measured["measured"]][["year", "area", "service"]]
    together = pd.concat(use, ignore_index=True).merge(told, on=["year", "area", "service"])
    everybody = pd.concat(citizens, ignore_index=True)
    write(store, "population/citizens", everybody)
    write(store, "population/use", together)
    prices = small(prices_of_years(YEARS, catalogue))
    write(store, "population/means", means(everybody, together, measured, lines(catalogue.services), prices))


def counted(rows: pd.DataFrame, by: list[str], name: str) -> pd.DataFrame:
    return rows.groupby(by, dropna=False).size().rename(name).reset_index()


def study(store: Store) -> None:
    catalogue, plan, known = store.catalogue(), store.study(), store.coverage()
    base = store.scan("participants").filter("in_study_base").collect()
    plain = study_periods(base, plan.mode, plan.years_before, plan.years_after, known["data_end"].min())
    persons = base.get_column("person").to_list()
    windows, services = small(plain), small(catalogue.services)
    folder = store.path("registers/bef").with_suffix("")
    bef = pd.read_parquet(folder, columns=["person", "reference_date"], filters=[("person", "in", persons)])
    december = bef.astype({"reference_date": "datetime64[us]"})
    day = december["reference_date"].dt
    december = december[(day.month == 12) & (day.day == 31)]
    at = pd.DataFrame({"person": december["person"], "year": december["reference_date"].dt.year})
    found = pd.concat([at, at.assign(year=at["year"] + 1)]).drop_duplicates()
    snapshots = {day.year for day in known.filter(kind="snapshot")["start"] if (day.month, day.day) == (12, 31)}
    touched = windows.assign(
        year=[list(range(s.year, e.year + 1)) for s, e in zip(windows["start"], windows["end"], strict=True)]
    ).explode("year")
    touched["told"] = touched["year"].isin(snapshots | {year + 1 for year in snapshots})
    touched = touched.astype({"year": "int64"}).merge(found.assign(found=1), on=["person", "year"], how="left")
    state = touched.groupby(["person", "period"]).agg(told=("told", "all"), found=("found", "count"))
    there = windows.merge(state[state["told"] & (state["found"] > 0)].reset_index(), on=["person", "period"])
    there = there[["person", "period", "start", "end"]]
    covered = small(covered_windows(plain.select("start", "end").unique(), known, catalogue.services))
    use = used(all_spells(store, persons), there, services, ["person", "period", "start", "end"])
    use = use.merge(covered[covered["covered"]], on=["start", "end", "service"])
    needed = catalogue.services.select("service").join(plain.select("start").unique(), how="cross")
    prices = small(unit_prices(needed, catalogue, plan.price_year))
    table = cost_table(small(base), windows, there, use, covered, prices, lines(catalogue.services))
    write(store, "cost_table", table.assign(study=plan.id, price_year=plan.price_year))


STAGES: dict[str, Callable[[Store], None]] = {
    "spells_dream": spells_dream,
    "spells_lpr": spells_lpr,
    "spells_handic": spells_handic,
    "population": population,
    "study": study,
}

if __name__ == "__main__":
    run_stage(STAGES, "pandas")
