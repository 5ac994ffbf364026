"""A workspace with LPR2's three registers, without a fault and large enough for the bands to apply.

Here: the clean deliveries. Not here: which damages there are, nor what must come of them (`test_damage_lpr2`).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import yaml

CITIZENS = 3000  # so that what a year rests on is above the least of every band
PERSON = np.arange(CITIZENS)
PNRS = pl.Series("PNR", [f"{104_729 * n + 12_345_678:012d}" for n in range(CITIZENS)])
YEARS = range(2016, 2019)
LATER = 600  # contacts that end in January 2019
KINDS = ["0", "2", "3"]
VISITS, DAYS_BETWEEN = 3, 7
LAST_YEAR = YEARS[-1]


def write_lpr2(root: Path) -> None:
    """Write the workspace: BEF, LPR_A_KONTAKT and LPR2 as Parquet, and a study with its list."""
    for folder in ("extracts", "studies", "catalogue"):
        (root / folder).mkdir(parents=True)
    frames = {f"bef{year}12": _bef(year) for year in YEARS} | {"lpr_a_kontakt2019": _lpr_a_kontakt()}
    somatic = {year: _contacts(year, f"1{year}") for year in YEARS}
    frames |= {f"lpr_adm{year}": contacts for year, contacts in somatic.items()}
    frames |= {f"lpr_bes{year}": _visits(contacts) for year, contacts in somatic.items()}
    later = _later()
    frames |= {"lpr_adm2019": later, "lpr_bes2019": _visits(later)}
    frames["psyk_adm2019"] = pl.concat(_contacts(year, f"2{year}") for year in YEARS).with_columns(C_SPEC=pl.lit("50"))
    for name, frame in frames.items():
        frame.write_parquet(root / "extracts" / f"{name}.parquet")
    study = {"id": "trial", "title_da": "Prøve", "title_en": "Trial", "participants": "trial.csv", "mode": "calendar",
             "years_before": 1, "years_after": 1, "price_year": 2019}  # fmt: skip
    (root / "studies" / "trial.yaml").write_text(yaml.safe_dump(study, allow_unicode=True), encoding="utf-8")
    listed = pl.DataFrame({"pnr": PNRS.head(60), "start_year": ["2018"] * 60})
    listed.write_csv(root / "studies" / "trial.csv", separator=";")


def _bef(year: int) -> pl.DataFrame:
    born = pl.Series(np.datetime64("1950-01-01") + (PERSON * 7) % 15_000).cast(pl.Date)
    ones = dict.fromkeys(("KOEN", "IE_TYPE"), pl.lit("1")) | {"KOM": pl.lit("101"), "ANTPERSH": pl.lit(1)}
    parents = {name: PNRS.gather((PERSON + step) % CITIZENS) for name, step in (("FAR_ID", 1), ("MOR_ID", 2))}
    return pl.DataFrame({"PNR": PNRS, "FOED_DAG": born, **parents}).with_columns(
        REFERENCETID=pl.date(year, 12, 31), **ones
    )


def _lpr_a_kontakt() -> pl.DataFrame:
    """A contact a citizen and year, from 2019 reported to LPR3."""
    years = [*YEARS, 2019]
    start = [np.datetime64(f"{year}-01-01T08", "h") + PERSON % 300 * 24 for year in years]
    system = ["LPR2"] * CITIZENS * len(YEARS) + ["LPR3"] * CITIZENS
    frame = pl.DataFrame({"PNR": pl.concat([PNRS] * len(years)), "LPRINDBERETNINGSSYSTEM": system})
    begin = pl.Series(np.concatenate(start).astype("datetime64[us]"))
    return frame.with_columns(
        DW_EK_KONTAKT=pl.format("{}", pl.int_range(pl.len())),
        KONT_STARTTIDSPUNKT=begin,
        KONT_SLUTTIDSPUNKT=begin + pl.duration(hours=2),
        KONT_TYPE=pl.lit("ALCA00"),
        KONT_ANS_HOVEDSPEC=pl.Series(["Kirurgi", "Psykiatri"]).gather(np.tile(PERSON % 2, len(years))),
    )


def _contacts(year: int, series: str) -> pl.DataFrame:
    """A contact a citizen in a year: a third admitted for four days, a third outpatients for two months, a third
    emergencies.
    """
    kind = PERSON % 3
    start = np.datetime64(f"{year}-01-01") + PERSON * 3 % 290
    return pl.DataFrame(
        {
            "PNR": PNRS,
            "RECNUM": [f"{series}{n:05d}" for n in range(CITIZENS)],
            "D_INDDTO": pl.Series(start).cast(pl.Date),
            "D_UDDTO": pl.Series(start + np.choose(kind, [4, 60, 0])).cast(pl.Date),
            "C_PATTYPE": pl.Series(KINDS).gather(kind),
            "C_SPEC": pl.Series(["08", "50", "22", "01"]).gather(PERSON // 3 % 4),
        }
    )


def _later() -> pl.DataFrame:
    """Outpatients' contacts that begin in December 2018 and end in the file after the last year."""
    contacts = _contacts(LAST_YEAR, "32018").filter(C_PATTYPE="2").head(LATER)
    return contacts.with_columns(D_INDDTO=pl.date(LAST_YEAR, 12, 3), D_UDDTO=pl.date(2019, 1, 15))


def _visits(contacts: pl.DataFrame) -> pl.DataFrame:
    """Some visits of each outpatient's contact, a week apart."""
    outpatients = contacts.filter(C_PATTYPE="2").select("RECNUM", "D_INDDTO")
    return pl.concat(
        outpatients.select("RECNUM", D_AMBDTO=pl.col("D_INDDTO") + pl.duration(days=n * DAYS_BETWEEN))
        for n in range(VISITS)
    )
