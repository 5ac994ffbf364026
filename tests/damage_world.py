"""A workspace without a fault, large enough for the bands to apply, for the tests that damage its deliveries.

Here: the clean deliveries, and ways to change what was delivered. Not here: which damages there are, nor what must come
of them (`damage_runs`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import yaml

from catalogue.reader import read_catalogue

YEARS = range(2019, 2024)
CITIZENS = 4200  # so that what a year rests on is above the least of every band
KOMMUNER = [str(101 + 37 * n) for n in range(20)]
FEW_CITIZENS = 50  # of a municipality: the shipped limit is meant for municipalities of real size
IMPOSSIBLE = "2023-02-30"
PARTICIPANTS = 60  # of the first six municipalities, ten each
FILES = {
    "bef": "bef202312", "dream": "dream202312", "lpr_a_kontakt": "lpr_a_kontakt2023", "handic": "handic2023",
    "udda": "udda2023", "sssy": "sssy2023", "herb_forsorg_mv_f": "herb_forsorg_mv_f2023",
    "smdb_vbgf": "smdb_vbgf2023", "nab": "nab2020", "dod": "dod2023", "vnds": "vnds2023",
    "bfl": "bfl202312", "krsi": "krsi2023", "kraf": "kraf2023", "krin": "krin2023",
    "drg_kontakter": "drg_kontakter2023", "siu_individ_udgifter_total": "siu_individ_udgifter_total202312",
}  # fmt: skip
"""The newest file of each register; those beyond the four are in `damage_further` and `damage_pay_and_law`."""

PERSON = np.arange(CITIZENS)
PNRS = pl.Series("PNR", [f"{104_729 * n + 12_345_678:012d}" for n in range(CITIZENS)])
KOM = pl.Series("KOM", KOMMUNER).gather(PERSON % len(KOMMUNER))
OF_ONE = PNRS.filter(KOMMUNER[1] == KOM).implode()  # the citizens of one municipality
DREAM_CODES = ["783", "130", "890", "111", "651", "870"]
HANDIC_CODES = ["85", "82a", "107", "104", "98"]
SPECIALTIES = ["Kirurgi", "Intern medicin", "Psykiatri", "Kirurgi", "Børne- og ungdomspsykiatri"]

Change = Callable[[pl.DataFrame], pl.DataFrame]
Doing = Callable[[Path], object]
"""What is done to the folder of deliveries."""


def write_clean(root: Path) -> None:
    """Write the workspace: deliveries as Parquet, a study with its list, and the municipalities' own small limit."""
    for folder in ("extracts", "studies", "catalogue"):
        (root / folder).mkdir(parents=True)
    for name, frame in _deliveries().items():
        frame.write_parquet(root / "extracts" / f"{name}.parquet")
    limits = read_catalogue().limits.filter(pl.col("limit") != "few_citizens")
    few = pl.DataFrame([("few_citizens", FEW_CITIZENS, "citizens", "a small world")], limits.schema, orient="row")
    pl.concat([limits, few]).write_csv(root / "catalogue" / "limits.csv")
    study = {"id": "trial", "title_da": "Prøve", "title_en": "Trial", "participants": "trial.csv", "mode": "calendar",
             "years_before": 1, "years_after": 2, "price_year": 2023}  # fmt: skip
    (root / "studies" / "trial.yaml").write_text(yaml.safe_dump(study, allow_unicode=True), encoding="utf-8")
    listed = PNRS.gather(np.flatnonzero(PERSON % len(KOMMUNER) < 6)[:PARTICIPANTS])
    pl.DataFrame({"pnr": listed, "start_year": ["2021"] * PARTICIPANTS}).write_csv(
        root / "studies" / "trial.csv", separator=";"
    )


def change(name: str, how: Change, form: str = "parquet", to: str | None = None) -> Doing:
    """Deliver a file again as `how` leaves it: as `parquet`, or as CSV in an encoding; under another name with `to`."""

    def doing(extracts: Path) -> None:
        path = extracts / f"{name}.parquet"
        frame = how(pl.read_parquet(path))
        path.unlink()
        if form == "parquet":
            frame.write_parquet(extracts / f"{to or name}.parquet")
        else:
            (extracts / f"{to or name}.csv").write_bytes(csv_text(frame).encode(form))

    return doing


def csv_text(frame: pl.DataFrame) -> str:
    """A delivery as Danish CSV."""
    return frame.write_csv(separator=";", datetime_format="%Y-%m-%d %H:%M:%S")


def write_bytes(name: str, how: Callable[[bytes], bytes], form: str = "csv") -> Doing:
    """Deliver a file with its bytes changed, of the Parquet file or of one in CSV (UTF-8)."""

    def doing(extracts: Path) -> None:
        path = extracts / f"{name}.parquet"
        whole = path.read_bytes() if form == "parquet" else csv_text(pl.read_parquet(path)).encode()
        path.unlink()
        (extracts / f"{name}.{form}").write_bytes(how(whole))

    return doing


def cut_in_a_line(whole: bytes) -> bytes:
    """The first half of a CSV file, to the middle of a line."""
    return whole[: whole.rindex(b";", 0, len(whole) // 2)]


def in_two_encodings(western: slice) -> Callable[[bytes], bytes]:
    """CSV of which some lines, and the last, are Windows-1252 and the others UTF-8."""

    def mixed(whole: bytes) -> bytes:
        lines = whole.split(b"\n")
        lines[western] = [line.decode().encode("cp1252") for line in lines[western]]
        return b"\n".join(lines)

    return mixed


def a_column_in_two_encodings(name: str) -> Doing:
    """Deliver a file with one column more, which nobody reads, in two encodings."""

    def doing(extracts: Path) -> None:
        change(name, having(pl.lit("Ærø").alias("BYNAVN")))(extracts)
        write_bytes(name, in_two_encodings(slice(9, 999)))(extracts)

    return doing


def named_as(name: str, other: str) -> Doing:
    """Deliver another file under the name of this one."""
    return lambda extracts: (extracts / f"{name}.parquet").write_bytes((extracts / f"{other}.parquet").read_bytes())


def in_parts(name: str, register: str, year: int) -> Doing:
    """Deliver a file twice in a hive folder, the second time under another name and compressed otherwise."""

    def doing(extracts: Path) -> None:
        frame = pl.read_parquet(extracts / f"{name}.parquet")
        (extracts / f"{name}.parquet").unlink()
        folder = extracts / register / f"year={year}"
        folder.mkdir(parents=True)
        frame.write_parquet(folder / "part-0.parquet")
        frame.write_parquet(folder / "part-0-igen.parquet", compression="gzip")

    return doing


def one_in(n: int) -> pl.Expr:
    """One row in `n`, whatever the citizen, municipality or code."""
    return pl.int_range(pl.len()) // 40 % n == 0


def three_in_ten() -> pl.Expr:
    """Three rows in ten, whatever the citizen, municipality or code."""
    return pl.int_range(pl.len()) // 40 % 10 < 3


FIFTEEN = pl.int_range(pl.len()) < 15


def where(rows: pl.Expr, column: str, value: object) -> Change:
    """A column with another value in some rows; all of it as text where the value is text."""
    delivered = pl.col(column).cast(pl.String) if isinstance(value, str) else pl.col(column)
    return lambda frame: frame.with_columns(pl.when(rows).then(pl.lit(value)).otherwise(delivered).alias(column))


def having(*columns: pl.Expr) -> Change:
    """Columns in another shape."""
    return lambda frame: frame.with_columns(*columns)


def emptied(columns: str | Iterable[str]) -> Change:
    """All values of columns gone, the columns still there."""
    names = [columns] if isinstance(columns, str) else list(columns)
    return lambda frame: frame.with_columns(pl.lit(None, frame.schema[name]).alias(name) for name in names)


def swapped(one: str, other: str) -> Change:
    """Two columns under each other's name."""
    return lambda frame: frame.rename({one: other, other: one})


def other_series(frame: pl.DataFrame) -> pl.DataFrame:
    """PNRs pseudonymised with another key."""
    return frame.with_columns(PNR="9" + pl.col("PNR").str.slice(1))


def lower_case(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.rename(str.lower)


def _deliveries() -> dict[str, pl.DataFrame]:
    """The deliveries by file name without its ending: every year alike, of the same citizens."""
    bef = {f"bef{year}12": _bef(year) for year in YEARS}
    return {**bef, FILES["dream"]: _dream(), FILES["lpr_a_kontakt"]: _lpr(), FILES["handic"]: _handic()}


def _bef(year: int) -> pl.DataFrame:
    parents = {name: PNRS.gather((PERSON + step) % CITIZENS) for name, step in (("FAR_ID", 1), ("MOR_ID", 2))}
    frame = pl.DataFrame(
        {
            "PNR": PNRS,
            "REFERENCETID": [dt.date(year, 12, 31)] * CITIZENS,
            "FOED_DAG": dates(np.datetime64("1950-01-01") + (PERSON * 7) % 15_000),
            "KOEN": pl.Series(["1", "2"]).gather(PERSON // len(KOMMUNER) % 2),
            "KOM": KOM,
            "ANTPERSH": pl.Series(1 + PERSON % 5, dtype=pl.Int32),
            "IE_TYPE": pl.Series(["1", "1", "1", "2", "3"]).gather(PERSON // 7 % 5),
            **parents,
        }
    )
    return frame.with_columns(pl.when(pl.Series(PERSON % 3 > 0)).then(pl.col("FAR_ID", "MOR_ID")))


def _dream() -> pl.DataFrame:
    """Two of three citizens, each a stretch of the weeks of every year on a code, and many of them months at work."""
    on = np.flatnonzero(PERSON % 3 > 0)
    days = np.arange(np.datetime64(f"{YEARS[0]}-01-01"), np.datetime64(f"{YEARS[-1] + 1}-01-01"))
    code = pl.Series(DREAM_CODES).gather(on // 3 % len(DREAM_CODES))
    first, length = on % 30, 10 + on % 20
    weeks, months = {}, {}
    for day in days.astype(dt.date):
        iso = day.isocalendar()
        if iso.weekday == 4:
            runs = pl.Series((first < iso.week) & (iso.week <= first + length))
            weeks[f"Y_{iso.year % 100:02d}{iso.week:02d}"] = pl.select(pl.when(runs).then(code)).to_series()
        if day.day == 1:
            months[f"GRAD_{day:%Y_%m}"] = np.where((on % 12 < day.month) & (on % 5 > 0), 0.8, 0.0)
    return pl.DataFrame({"PNR": PNRS.gather(on), **weeks, **months})


def _lpr() -> pl.DataFrame:
    """Contacts of a year: one a citizen, of every sixth three days long, and of every other citizen a second one."""
    of = _each_year([*PERSON, *PERSON[::2]])
    again = _each_year([0] * CITIZENS + [1] * (CITIZENS // 2))
    start = first_days(len(of)).astype("datetime64[h]") + (of * 11 + again * 180) % 350 * 24 + 8
    end = np.minimum(start + np.where(of % 6 == 0, 72, 1 + of % 4), np.datetime64(f"{YEARS[-1]}-12-31T20", "h"))
    return pl.DataFrame(
        {
            "PNR": PNRS.gather(of),
            "DW_EK_KONTAKT": [str(10_000_000 + number) for number in range(len(of))],
            "KONT_STARTTIDSPUNKT": pl.Series(start.astype("datetime64[us]")),
            "KONT_SLUTTIDSPUNKT": pl.Series(end.astype("datetime64[us]")),
            "KONT_TYPE": pl.Series(["ALCA00", "ALCA00", "ALCA00", "ALCA10"]).gather((of + again) % 4),
            "KONT_ANS_HOVEDSPEC": pl.Series(SPECIALTIES).gather((of // 4 + again) % len(SPECIALTIES)),
        }
    )


def _handic() -> pl.DataFrame:
    """A grant a citizen and year, paid by the municipality of residence; those of the last year may still run."""
    of = _each_year(PERSON)
    start = first_days(len(of)) + of * 3 % 330
    end = start + 20 + of % 300
    return pl.DataFrame(
        {
            "PNR": PNRS.gather(of),
            "MODT_YDELSE_KODE": pl.Series(HANDIC_CODES).gather(of // 2 % len(HANDIC_CODES)),
            "YDELSE_START": dates(start),
            "YDELSE_SLUT": dates(np.where(end > np.datetime64(f"{YEARS[-1]}-12-31"), np.datetime64("NaT"), end)),
            "BETALINGSKOMMUNE": KOM.gather(of),
            "GODKENDTPERIODE": ["J"] * len(of),
        }
    )


def _each_year(values: Sequence[int] | np.ndarray) -> np.ndarray:
    return np.tile(np.asarray(values), len(YEARS))


def first_days(rows: int, years: Sequence[int] = YEARS) -> np.ndarray:
    """1 January of each year, for as many rows a year."""
    return np.repeat([np.datetime64(f"{year}-01-01") for year in years], rows // len(years))


def dates(days: np.ndarray) -> pl.Series:
    return pl.Series(days.astype("datetime64[ms]")).cast(pl.Date)
