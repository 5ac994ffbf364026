"""Writes the whole demo: deliveries, studies and the answers that were planted.

Here: the order of the work. Not here: any format or figure.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl

from synthetic import plan
from synthetic.amounts import write_drg, write_siu
from synthetic.answers import answers
from synthetic.bef import write_bef
from synthetic.bfl import write_bfl
from synthetic.dream import write_dream
from synthetic.handic import write_handic
from synthetic.herb_forsorg_mv_f import write_herb_forsorg
from synthetic.justice import write_kraf, write_krin, write_krsi
from synthetic.lists import write_studies
from synthetic.lpr_a_kontakt import write_lpr
from synthetic.movements import write_dod, write_vnds
from synthetic.planting import plant
from synthetic.planting_optional import plant_optional
from synthetic.planting_pay_and_law import plant_pay_and_law
from synthetic.population import Population, make_population
from synthetic.sssy import write_sssy
from synthetic.treatment import write_nab, write_smdb
from synthetic.udda import write_udda


def write_demo(
    folder: Path, citizens: int = 20_000, seed: int = 2026, progress: Callable[[str], None] = lambda _: None
) -> None:
    """Write ``folder/extracts``, ``folder/studies`` and ``folder/answers.json``; the same bytes for the same arguments.

    ``citizens`` are those ever in the population in 2015-2024, the 971 of the two study bases and their families
    included; the participant lists have their printed size at any scale. Existing files of the same name are replaced.
    ``progress`` is told each step as it begins. Raises ``ValueError`` below ``population.SMALLEST`` citizens.
    """
    extracts = folder / "extracts"
    progress(f"Making {citizens:,} citizens")
    population = make_population(citizens, seed)
    use = planted_use(population, seed)
    progress("Writing BEF, the population register")
    aside = {"bef": {"missing_pnr": write_bef(extracts, population)}}
    progress("Writing HANDIC, social services")
    aside["handic"] = {"missing_pnr": write_handic(extracts, population, use, seed)}
    progress("Writing LPR_A_KONTAKT and LPR2, hospital contacts")
    aside |= write_lpr(extracts, population, use, seed)
    progress("Writing DREAM, benefits by week")
    aside["dream"] = {"missing_pnr": write_dream(extracts, population, use, seed)}
    progress("Writing UDDA, education")
    aside["udda"] = {"missing_pnr": write_udda(extracts, population, seed)}
    progress("Writing SSSY, fees of primary care")
    aside["sssy"] = {"missing_pnr": write_sssy(extracts, population, use, seed)}
    progress("Writing HERB_FORSORG_MV_F, SMDB_VBGF and NAB, shelter and treatment")
    aside["herb_forsorg_mv_f"] = {"missing_pnr": write_herb_forsorg(extracts, population, use, seed)}
    aside["smdb_vbgf"] = {"missing_pnr": write_smdb(extracts, population, use, seed)}
    aside["nab"] = {"missing_pnr": write_nab(extracts, population, use, seed)}
    progress("Writing DOD and VNDS, deaths and moves")
    aside["dod"] = {"missing_pnr": write_dod(extracts, population, seed)}
    aside["vnds"] = {"missing_pnr": write_vnds(extracts, population, seed)}
    progress("Writing BFL, pay by job")
    aside["bfl"] = write_bfl(extracts, population, use, seed)
    progress("Writing KRSI, KRAF and KRIN, charges, decisions and imprisonments")
    aside["krsi"] = write_krsi(extracts, population, use, seed)
    aside["kraf"] = write_kraf(extracts, population, use, seed)
    aside["krin"] = write_krin(extracts, population, use, seed)
    progress("Writing DRG_KONTAKTER and SIU_INDIVID_UDGIFTER_TOTAL, what contacts and social services cost")
    amounts = {}
    aside["drg_kontakter"], amounts["drg_kontakter"] = write_drg(extracts, seed)
    aside["siu_individ_udgifter_total"], amounts["siu_individ_udgifter_total"] = write_siu(extracts, seed)
    progress("Writing the studies and the answers")
    write_studies(folder / "studies", population, seed)
    lines = [json.dumps(record, ensure_ascii=False) for record in answers(population, use, aside, amounts)]
    (folder / "answers.json").write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def planted_use(population: Population, seed: int) -> pl.DataFrame:
    """What the citizens of both study bases use, of every register: what the modules ``planting*`` give them."""
    planted = []
    for study in plan.STUDIES:
        base = population.members[study.study]
        use = plant(study, *base, seed)
        planted += [use, plant_optional(study, *base, use, seed), plant_pay_and_law(study, *base, use, seed)]
    return pl.concat(planted)
