"""Damaged deliveries of BFL, KRSI, KRAF, KRIN, DRG_KONTAKTER and SIU_INDIVID_UDGIFTER_TOTAL: what is caught, where it
is shown, and that nothing else changes.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from damage_asserts import mended, one_test_each, stands_on_the_pages
from damage_further import from_sas, refused, strangers, unreadable
from damage_pay_and_law import (
    ALL,
    ONE_EACH,
    OUTSIDE,
    PAY_AND_LAW,
    REPEATED,
    ROWS,
    ROWS_BLOCK,
    codes_in_words,
    doubled,
    empty_or_in_words,
    of_a_year,
    of_year,
    with_decimal_commas,
    write_pay_and_law,
)
from damage_runs import YEAR, Damage, clean_road, command
from damage_world import FILES, YEARS, change, emptied, having, named_as, one_in, swapped

from expectations.states import read_states

SIU = "siu_individ_udgifter_total"
BFL_FILE, KRIN_FILE, DRG_FILE, SIU_FILE = (FILES[register] for register in ("bfl", "krin", "drg_kontakter", SIU))
TWICE = {"blocks": (REPEATED[1], ROWS_BLOCK), "warns": (REPEATED[0], ROWS)}


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of the damage tests with these registers, after a run."""
    return clean_road(tmp_path_factory.getbasetemp(), "pay_and_law", write_pay_and_law)


def events(register: str, day: str, offence: str) -> list[Damage]:
    """Of KRSI and KRAF."""
    return [
        *refused(register, day, "krin"),
        *unreadable(register, day, ONE_EACH),
        *of_a_year(register, day),
        *doubled(register, blocks=(ROWS_BLOCK,), warns=(ROWS,)),
        Damage("every offence null", change(FILES[register], emptied(offence)),
               warns=("missing_gerning",), same=pl.exclude("gerning")),
        strangers(register),
        from_sas(register, day),
    ]  # fmt: skip


LAST_YEAR = Damage("last year's pay under this year's name", named_as(BFL_FILE, of_year("bfl", YEARS[-2])),
                   blocks=OUTSIDE[1:], warns=OUTSIDE[:1])  # fmt: skip
BFL = [
    *refused("bfl", "AJO_LOENTIMER", "krsi"),
    *unreadable("bfl", "AJO_JOB_START_DATO", ALL),
    *of_a_year("bfl", "AJO_JOB_START_DATO"),
    *doubled("bfl", **TWICE),
    *empty_or_in_words("bfl", "AJO_LOENTIMER", "missing_hours_hundredths", ALL, "hours_hundredths"),
    *empty_or_in_words("bfl", "AJO_SMALT_LOENBELOEB", "missing_wage_oere", ALL, "wage_oere"),
    Damage("first and last day swapped", change(BFL_FILE, swapped("AJO_JOB_START_DATO", "AJO_JOB_SLUT_DATO")), 3,
           told=("an end before the start",)),
    Damage("hours in hundredths", change(BFL_FILE, having(pl.col("AJO_LOENTIMER") * 100)),
           blocks=("implausible_hours_hundredths_block",), warns=("implausible_hours_hundredths",)),
    strangers("bfl"),
    from_sas("bfl", "AJO_JOB_START_DATO", "AJO_JOB_SLUT_DATO"),
    with_decimal_commas("bfl", "AJO_LOENTIMER", "AJO_SMALT_LOENBELOEB"),
]  # fmt: skip
KRIN = [
    *refused("krin", "IND_LOESLDTO", "krsi"),
    *unreadable("krin", "IND_LOESLDTO", ONE_EACH),
    *of_a_year("krin", "IND_FGSLDTO"),
    Damage("joined to itself", change(KRIN_FILE, lambda rows: pl.concat([rows, rows])), warns=(ROWS,), lost=-ONE_EACH),
    Damage("first and last day swapped", change(KRIN_FILE, swapped("IND_FGSLDTO", "IND_LOESLDTO")), 3,
           told=("an end before the start",)),
    Damage("nobody is released", change(KRIN_FILE, emptied("IND_LOESLDTO")),
           warns=("missing_end",), same=pl.exclude("end")),
    strangers("krin"),
    from_sas("krin", "IND_FGSLDTO", "IND_LOESLDTO"),
]  # fmt: skip
DRG_KONTAKTER = [
    *refused("drg_kontakter", "KONTAKT_VAERDI", "krsi"),
    *unreadable("drg_kontakter", "INDTIDSPUNKT_DRGKONTAKT", ALL),
    *of_a_year("drg_kontakter", "INDTIDSPUNKT_DRGKONTAKT"),
    *doubled("drg_kontakter", **TWICE),
    *empty_or_in_words("drg_kontakter", "KONTAKT_VAERDI", "missing_value_oere", ALL, "value_oere"),
    Damage("specialties in words", change(DRG_FILE, codes_in_words("SPECIALE")), blocks=("recognised_speciale",)),
    Damage("somatic contacts alone", change(DRG_FILE, having(pl.col("SPECIALE").replace(["50", "52"], "01"))),
           blocks=("recognised_speciale",)),
    Damage("every specialty null", change(DRG_FILE, emptied("SPECIALE")),
           blocks=("missing_speciale_block",), warns=("missing_speciale",)),
    strangers("drg_kontakter"),
    with_decimal_commas("drg_kontakter", "KONTAKT_VAERDI"),
]  # fmt: skip
EXPENDITURE = [
    *refused(SIU, "UDGIFT", "krsi"),
    *unreadable(SIU, "SLUT_DATO", ONE_EACH),
    *of_a_year(SIU, "START_DATO"),
    *doubled(SIU, blocks=REPEATED[1:], warns=(REPEATED[0], ROWS)),
    *empty_or_in_words(SIU, "UDGIFT", "missing_expenditure_oere", ONE_EACH, "expenditure_oere"),
    Damage("first and last day swapped", change(SIU_FILE, swapped("START_DATO", "SLUT_DATO")), 3,
           told=("an end before the start",)),
    Damage("interventions in words", change(SIU_FILE, codes_in_words("INDSATS")), blocks=("recognised_indsats",)),
    Damage("every intervention null", change(SIU_FILE, emptied("INDSATS")),
           blocks=("missing_indsats_block",), warns=("missing_indsats",)),
    Damage("some interventions null",
           change(SIU_FILE, having(pl.when(~one_in(10)).then("INDSATS").alias("INDSATS"))),
           warns=("missing_indsats", f"{SIU}_codes_mapped"),
           told=("does not map: (none)",), same=pl.exclude("indsats")),
    Damage("one intervention not known", change(SIU_FILE, having(pl.col("INDSATS").replace("98", "198"))),
           warns=(f"{SIU}_codes_mapped",), told=("does not map: 198",),
           same=pl.exclude("indsats")),
    strangers(SIU),
    from_sas(SIU, "START_DATO", "SLUT_DATO"),
    with_decimal_commas(SIU, "UDGIFT"),
]  # fmt: skip
test_bfl = one_test_each("bfl", BFL)
test_krsi = one_test_each("krsi", events("krsi", "SIG_SIGTDTO", "SIG_GER7"))
test_kraf = one_test_each("kraf", events("kraf", "AFG_AFGOEDTO", "AFG_GER7"))
test_krin = one_test_each("krin", KRIN)
test_drg_kontakter = one_test_each("drg_kontakter", DRG_KONTAKTER)
test_siu_individ_udgifter_total = one_test_each(SIU, EXPENDITURE)


def test_a_clean_delivery_raises_nothing(clean: Path) -> None:
    said = (clean / "said.txt").read_text()
    assert "warning" not in said.lower()
    assert "advarsel" not in said.lower()
    states = read_states(clean / "store")
    assert set(states["state"]) == {"passed", "not_applicable"}
    unasked = states.filter(pl.col("asset").str.contains("|".join(PAY_AND_LAW)), state="not_applicable")
    assert unasked.is_empty()
    assert command("quality", clean).exit_code == 0


def test_a_year_under_anothers_name_stands_on_the_pages(clean: Path, tmp_path: Path) -> None:
    stands_on_the_pages(clean, tmp_path, "bfl", LAST_YEAR, (YEAR,))
    mended(clean, tmp_path)
