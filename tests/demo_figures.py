"""The demo's workspace after its run, and the figures that the two reports print.

Here: what they are and how rows of a table are chosen. Not here: the comparison (`test_demo.py`), nor the answers that
were planted (`synthetic.answers`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

A, B = "aaben_dialog", "samarbejdsmodellen"
EXTRACTS = {
    "bef": "bef/*.parquet",
    "dream": "dream202412.parquet",
    "lpr_a_kontakt": "lpr_a_kontakt/*/*.parquet",
    "lpr_adm": "lpr_adm/*/*.parquet",
    "psyk_adm": "psyk_adm/*/*.parquet",
    "lpr_bes": "lpr_bes/*/*.parquet",
    "handic": "handic2024.csv",
    "udda": "udda/*.parquet",
    "sssy": "sssy/*.parquet",
    "herb_forsorg_mv_f": "herb_forsorg_mv_f2024.csv",
    "smdb_vbgf": "smdb_vbgf2024.parquet",
    "nab": "nab2020.csv",
    "dod": "dod2024.parquet",
    "vnds": "vnds2024.parquet",
    "bfl": "bfl/*.parquet",
    "krsi": "krsi/*.parquet",
    "kraf": "kraf/*.csv",
    "krin": "krin/*.csv",
    "drg_kontakter": "drg_kontakter/*.parquet",
    "siu_individ_udgifter_total": "siu_individ_udgifter_total202512.csv",
}
"""The registers that the demo delivers, and their newest or every file."""
IN_NO_COST_TABLE = ("drg_kontakter", "siu_individ_udgifter_total")
"""Registers whose spells no service of a cost table is measured in."""


@dataclass(frozen=True)
class Demo:
    """The workspace that `forlob demo` made, and what it said."""

    folder: Path
    out: str
    err: str
    peak_memory: int
    answers: list[dict[str, Any]]

    def table(self, table: str, study: str) -> pl.DataFrame:
        return pl.read_parquet(self.folder / "store" / table / f"{study}.parquet")

    def spells(self, register: str) -> pl.DataFrame:
        """A register's spells with the `year` they start in; quantities that any sum of them fits in."""
        spells = pl.read_parquet(self.folder / "store" / "spells" / f"{register}.parquet")
        return spells.with_columns(pl.col("quantity").cast(pl.Int64), year=pl.col("start").dt.year())

    def set_aside(self, register: str) -> pl.DataFrame:
        return pl.read_parquet(self.folder / "store" / "quarantine" / f"{register}.parquet")


def chosen(where: dict[str, Any]) -> pl.Expr:
    """Rows that meet a record's `where`, as synthetic/answers.py states it."""
    conditions = [pl.lit(value=True)]
    for column, value in where.items():
        match value:
            case None:
                conditions.append(pl.col(column).is_null())
            case list():
                conditions.append(pl.col(column).is_in(value))
            case {"min": low, "max": high}:
                conditions.append(pl.col(column).is_between(low, high))
            case _:
                conditions.append(pl.col(column) == value)
    return pl.all_horizontal(conditions)


# What the reports print of registers, written out apart from synthetic/printed.csv so that neither hides a fault in the
# other: (figure, conditions on the cost table's row of everybody, column, printed value). Shares agree to the printed
# percent, kroner within 5 %.
SOCIAL = {"area": "sociale_serviceydelser", "service": None}
SUPPORT = {"area": "sociale_serviceydelser", "service": "socialpaedagogisk_stoette"}
PSYCHIATRIC = {"service": "psykiatri_ambulant"}
SOMATIC = {"service": "somatik_ambulant"}
SHARES_A = [
    ("Figur 1, psychiatric hospital", PSYCHIATRIC, {-1: 60, 0: 57, 2: 41}),
    ("Figur 1, somatic hospital", SOMATIC, {-1: 60, 0: 60, 2: 60}),
    ("Figur 1, social services", SOCIAL, {-1: 40, 0: 51, 2: 54}),
]
KRONER_A = [
    ("Figur 2, social services", [SOCIAL], {-1: 98_000, 0: 111_000, 2: 112_000}),
    ("Figur 2, socialpædagogisk støtte", [SUPPORT], {-1: 49_000, 0: 59_000, 2: 64_000}),
    (
        "Figur 2, transfers",
        [{"area": "overfoerselsindkomst", "service": None}],
        {-1: 100_000, 0: 108_000, 2: 113_000},
    ),
    (
        "Figur 2, psychiatric hospital",
        [{"service": f"psykiatri_{kind}"} for kind in ("sengedag", "ambulant")],
        {-1: 21_000, 2: 12_000},
    ),
]
CITIZENS_B = [
    ("10.1, in the population register", pl.col("in_study_base"), 64),
    ("Tabel 10.5, ongoing", pl.col("status") == "Igangværende", 29),
    ("Tabel 10.5, finished", pl.col("status") != "Igangværende", 51),
    ("Figur 4.1, completed", pl.col("status") == "Gennemført", 19),
    ("Figur 4.1, other reason", pl.col("status") == "Anden årsag", 20),
    ("Figur 4.1, did not wish to take part", pl.col("status") == "Ønskede ikke at deltage", 7),
    ("Figur 4.1, not stated", pl.col("status") == "Ikke oplyst", 5),
    ("Figur 10.1, women", pl.col("koen") == "2", 34),
    ("Figur 10.2, Danish origin", pl.col("ie_type") == "1", 58),
    ("Tabel 10.1, 50 or under", pl.col("age") <= 50, 5),
    ("Tabel 10.1, 51-60", pl.col("age").is_between(51, 60), 39),
    ("Tabel 10.1, 61-70", pl.col("age").is_between(61, 70), 14),
    ("Tabel 10.1, 71 or over", pl.col("age") >= 71, 6),
    ("Figur 10.3, living alone", pl.col("antpersh") == 1, 52),
    ("Figur 10.4, at least one child", pl.col("has_children"), 47),
    ("Figur 10.5, basic school", pl.col("uddannelse") == "grundskole", 37),
    ("Figur 10.5, upper secondary", pl.col("uddannelse") == "ungdomsuddannelse", 22),
    ("Figur 10.5, higher education", pl.col("uddannelse") == "videregaaende", 5),
    ("Figur 10.6, førtidspension", pl.col("support_status") == "foertidspension", 32),
    ("Figur 10.6, folkepension", pl.col("support_status") == "folkepension", 14),
    ("Figur 10.6, kontanthjælp mv.", pl.col("support_status") == "kontanthjaelp_mv", 4),
    ("Figur 10.6, dagpenge mv.", pl.col("support_status") == "dagpenge_mv", 4),
    ("Figur 10.6, øvrige", pl.col("support_status") == "oevrige", 6),
    ("Figur 10.6, ikke offentlig forsørget", pl.col("support_status") == "ikke_offentlig_forsoerget", 4),
]
USERS_B = [
    ("Tabel 10.2, somatic outpatient visit", "somatik_ambulant", -2, 41),
    ("Tabel 10.2, somatic admission", "somatik_indlaeggelse", -2, 16),
    ("Tabel 10.2, psychiatric contact", "psykiatri_ambulant", -2, 14),
    ("Tabel 10.2, socialpædagogisk støtte", "socialpaedagogisk_stoette", -1, 21),
    ("Tabel 10.2, shelter", "forsorgshjem", -1, 4),
]
