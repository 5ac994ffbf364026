"""Writes what single services cost: the DRG values of hospital contacts and the social expenditure of municipalities.

Here: DRG_KONTAKTER (Parquet, a file a year from 2021), made of the contacts of LPR_A_KONTAKT, and
SIU_INDIVID_UDGIFTER_TOTAL (`;`-separated text with decimal commas, of 2025), made of the grants of HANDIC that still
run at the end of 2024. Not here: which contacts and grants there are.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from synthetic.dates import LAST_YEAR
from synthetic.lpr_a_kontakt import ADULT_PSYCHIATRY, CHILD_PSYCHIATRY, PHYSICAL, SOMATIC

DRG_YEARS = range(2021, LAST_YEAR + 1)
SPECIALTIES = {ADULT_PSYCHIATRY: "50", CHILD_PSYCHIATRY: "52"} | dict(
    zip(SOMATIC, ["01", "22", "09", "01", "18", "38"], strict=True)
)  # SPECIALE; of the somatic ones only that they are not psychiatric
PSYCHIATRIC = ["50", "52"]
VISIT, BED_DAY = (90_000, 320_000), 480_000  # øre
SIU_YEAR = LAST_YEAR + 1
KINDS = {
    "85": "socialpaedagogisk_stoette",
    "82a": "socialpaedagogisk_stoette",
    "82b": "socialpaedagogisk_stoette",
    "98": "kontaktperson",
    "102": "behandling",
    "103": "beskyttet_beskaeftigelse",
    "104": "aktivitet_samvaer",
    "107": "botilbud_midlertidigt",
    "108": "botilbud_laengerevarende",
}  # INDSATS
A_DAY = {"85": 41_000, "107": 165_000, "108": 190_000}  # øre; of the others
OF_OTHERS = 22_000
MISSING_PNR = 3


def write_drg(folder: Path, seed: int) -> tuple[dict[str, int], pl.DataFrame]:
    """Write ``folder/drg_kontakter/drg_kontakter2021.parquet`` and on, of the contacts written to ``folder``.

    Gives the number of rows to be set aside, by reason, and ``service, year, quantity``: the values in øre.
    """
    contacts = pl.scan_parquet(folder / f"lpr_a_kontakt/year={LAST_YEAR}/*.parquet").filter(
        pl.col("KONT_TYPE") == PHYSICAL,
        pl.col("KONT_SLUTTIDSPUNKT") >= pl.col("KONT_STARTTIDSPUNKT"),
        pl.col("PNR").is_not_null(),
    )
    folder = folder / "drg_kontakter"
    folder.mkdir(parents=True, exist_ok=True)
    told = []
    for year in DRG_YEARS:
        rng = np.random.default_rng([seed, 22, year])
        start = pl.col("KONT_STARTTIDSPUNKT")
        mine = contacts.filter(start.dt.year() == year).sort("DW_EK_KONTAKT").collect()
        nights = (pl.col("KONT_SLUTTIDSPUNKT").dt.date() - start.dt.date()).dt.total_days()
        fate = pl.Series(rng.random(len(mine)))
        rows = mine.select(
            "PNR",
            "DW_EK_KONTAKT",
            start.alias("INDTIDSPUNKT_DRGKONTAKT"),
            pl.col("KONT_ANS_HOVEDSPEC").replace_strict(SPECIALTIES).alias("SPECIALE"),
            oere=pl.when(fate < 0.01)
            .then(None)
            .when(fate < 0.03)
            .then(0)
            .otherwise(nights * BED_DAY + pl.Series(rng.integers(*VISIT, len(mine)))),
        )
        kind = (
            pl.when(pl.col("SPECIALE").is_in(PSYCHIATRIC))
            .then(pl.lit("psykiatri_drg"))
            .otherwise(pl.lit("somatik_drg"))
        )
        told.append(rows.group_by(service=kind, year=pl.lit(year)).agg(quantity=pl.sum("oere")).sort("service"))
        kroner = pl.col("oere") / 100
        delivered = rows.with_columns(
            kroner.alias("KONTAKT_VAERDI"), (kroner * 2).alias("FORLOB_VAERDI"), (kroner * 1.5).alias("TOTALPRIS_DRG")
        ).drop("oere")
        nameless = delivered.head(MISSING_PNR).with_columns(pl.lit(None, pl.String).alias("PNR"))
        pl.concat([delivered, nameless]).write_parquet(folder / f"drg_kontakter{year}.parquet")
    return {"missing_pnr": MISSING_PNR * len(DRG_YEARS)}, pl.concat(told)


def write_siu(folder: Path, seed: int) -> tuple[dict[str, int], pl.DataFrame]:
    """Write ``folder/siu_individ_udgifter_total202512.csv`` of the grants written to ``folder``.

    Gives the same as ``write_drg``. Some services end within the year, or begin in it; of some all was paid back.
    """
    rng = np.random.default_rng([seed, 23])
    grants = pl.read_csv(folder / "handic2024.csv", separator=";", infer_schema=False)
    grants = grants.filter(pl.col("Ydelse_Slut").is_null(), pl.col("Pnr").is_not_null()).sort("Pnr", "Modt_Ydelse_Kode")
    n = len(grants)
    first, last = date(SIU_YEAR, 1, 1), date(SIU_YEAR, 12, 31)
    begins = np.where(rng.random(n) < 0.2, rng.integers(1, 200, n), 0)
    ends = np.where(rng.random(n) < 0.3, rng.integers(210, 364, n), 364)
    rows = grants.select(
        pl.col("Pnr").alias("PNR"),
        pl.col("Modt_Ydelse_Kode").alias("INDSATS"),
        START_DATO=pl.lit(first) + pl.duration(days=pl.Series(begins)),
        SLUT_DATO=pl.lit(first) + pl.duration(days=pl.Series(ends)),
        a_day=pl.col("Modt_Ydelse_Kode").replace_strict(A_DAY, default=OF_OTHERS),
    )
    days = (pl.col("SLUT_DATO") - pl.col("START_DATO")).dt.total_days() + 1
    rows = rows.with_columns(oere=pl.col("a_day") * days + pl.Series(rng.integers(0, 9_999, n))).drop("a_day")
    told = (
        rows.group_by(pl.col("INDSATS").replace_strict(KINDS).alias("service"))
        .agg(quantity=pl.sum("oere"))
        .select(pl.col("service") + "_udgift", pl.lit(SIU_YEAR).alias("year"), "quantity")
        .sort("service")
    )
    open_end = pl.when(pl.col("SLUT_DATO") < last).then("SLUT_DATO")
    paid_back = rows.head(4).with_columns(-pl.col("oere"))
    nothing = rows.tail(4).with_columns(oere=pl.lit(0, pl.Int64))
    rows = pl.concat([rows, paid_back, nothing]).with_columns(SLUT_DATO=open_end)
    kroner = (pl.col("oere") / 100).cast(pl.String).str.replace(".", ",", literal=True)
    rows = rows.with_columns(kroner.alias("UDGIFT")).drop("oere").sort("PNR", "START_DATO", "INDSATS", "UDGIFT")
    nameless = rows.head(MISSING_PNR).with_columns(pl.lit(None, pl.String).alias("PNR"))
    pl.concat([rows, nameless]).write_csv(folder / f"siu_individ_udgifter_total{SIU_YEAR}12.csv", separator=";")
    return {"missing_pnr": MISSING_PNR}, told
