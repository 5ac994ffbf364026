"""Whether the catalogue's files fit together: limits that are needed, bands that can be kept, names that only one file
knows, services that nothing can measure.

Here: what is told across rows and files. Not here: whether a file can be read (`catalogue.reader`).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from catalogue.columns import REGISTERS
from faults import Fault

DREAM_MEASURES = {"ordinaer_beskaeftigelse": ("months",)}
HOSPITAL_MEASURES = {
    f"{treatment}_{kind}": measures
    for treatment in ("somatik", "psykiatri")
    for kind, measures in (("indlaeggelse", ("count", "bed_days")), ("ambulant", ("count",)))
}
REGISTER_MEASURES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "dream": DREAM_MEASURES,
    "lpr_a_kontakt": HOSPITAL_MEASURES,
    "sssy": {"almen_laege_honorar": ("amount",)},
    "drg_kontakter": {"somatik_drg": ("amount",), "psykiatri_drg": ("amount",)},
    "smdb_vbgf": {"stofbehandling": ("days", "count")},
    "nab": {"alkoholbehandling": ("days", "count")},
    "bfl": {"loentimer": ("quantity",), "loen": ("amount",)},
    "krsi": {"sigtelse": ("count",)},
    "kraf": {"afgoerelse": ("count",)},
    "krin": {"indsaettelse": ("days", "count")},
}
"""By register and kind of spell, the measures of kinds that no code list names."""
CODE_LISTS = {
    "dream": ("dream_codes", "service", ("weeks",)),
    "handic": ("handic_services", "service", ("days", "count")),
    "herb_forsorg_mv_f": ("shelter_stays", "service", ("days", "count")),
    "sssy": ("sssy_specialties", "definition", ("quantity",)),
    "siu_individ_udgifter_total": ("siu_services", "service", ("amount",)),
}
"""By register, the file and column that name its other kinds of spell, and their measures."""
LIMITS = ("stay_gap_hours", "admission_hours")


def limit_faults(limits: pl.DataFrame) -> list[Fault]:
    """Limits that are missing, and one that somebody still states where it has no effect."""
    stated = set(limits["limit"])
    faults = [
        Fault(f"the limit '{name}' is missing", "limits.csv", f"add a row with limit {name}")
        for name in LIMITS
        if name not in stated
    ]
    if "min_count" in stated:
        what = "the limit 'min_count' has no effect here: what a data owner asks of a release stands in a profile"
        mend = "state it as min_count in disclosure_profiles.csv, and take the row away here"
        faults.append(Fault(what, "limits.csv", mend))
    return faults


TAKEN = {"contract", "shape", "suite", "followed"}
"""Names of checks that every table has without the catalogue."""


def band_faults(checks: pl.DataFrame) -> list[Fault]:
    """Checks that nothing can pass, or nothing can fail."""
    lower, upper = pl.col("lower"), pl.col("upper")
    backwards, open_ended = lower > upper, lower.is_null() & upper.is_null()
    check, shown = pl.col("check"), pl.col("check").str.strip_suffix("_block")
    unnamed = ~check.str.contains(r"^[a-z0-9_]+$") | shown.is_in(list(TAKEN))
    # A check and its wider band are one where they are shown, and two rows only within one suite.
    clashing = (pl.col("suite").n_unique().over("asset", shown) > 1) | (
        (pl.col("suite") == "entry") & (pl.len().over("asset", shown) > 1)
    )
    misplaced = (pl.col("suite") == "study") & pl.col("asset").str.contains("/", literal=True)
    return [
        Fault(f"quality_checks.csv: {what} in {', '.join(names)}", "quality_checks.csv", mend)
        for wrong, what, mend in (
            (backwards, "`lower` is above `upper`", "give the lowest value that passes as `lower`"),
            (open_ended, "`lower` and `upper` are both empty", "give one of them, or take the row away"),
            (unnamed, "`check` cannot be a name", f"use a-z, 0-9 and _, and none of {', '.join(sorted(TAKEN))}"),
            (clashing, "`check` is another check's too", "give each check of a table a name of its own"),
            (misplaced, "`asset` is no table of a study", "name one such as use or cost_table"),
        )
        if (names := checks.filter(wrong).select(pl.col("asset") + " " + pl.col("check")).to_series().to_list())
    ]


def look_back_faults(rows: pl.DataFrame) -> list[Fault]:
    """Look-backs that end before they begin, and categories with two names."""
    backwards = pl.col("first_period") > pl.col("last_period")
    names = pl.struct("label_da", "label_en").n_unique().over("category") > 1
    return [
        Fault(f"services_before_start.csv: {what} in {', '.join(found)}", "services_before_start.csv", mend)
        for wrong, what, mend in (
            (backwards, "`first_period` is after `last_period`", "-5 is before -1"),
            (names, "a category has several labels", "give all its rows the same labels"),
        )
        if (found := rows.filter(wrong).get_column("category").unique(maintain_order=True).to_list())
    ]


def with_months(services: pl.DataFrame) -> pl.DataFrame:
    """Services with a `count` of months in employment as what it is: their `months`."""
    counted = pl.col("spell").is_in(list(DREAM_MEASURES)) & (pl.col("measure") == "count")
    return services.with_columns(measure=pl.when(counted).then(pl.lit("months")).otherwise("measure"))


def warnings_of(frames: dict[str, pl.DataFrame]) -> tuple[str, ...]:
    """Name what one file refers to and another lacks; no fault, since a study may not need it."""
    services = set(frames["services"]["service"])
    spells = set(frames["services"]["spell"])  # what a code makes, and a service measures
    references = (
        ("services", "area", "areas", set(frames["areas"]["area"])),
        *(
            (file, column, "services", spells)
            for register, (file, column, _) in CODE_LISTS.items()
            if register in set(frames["services"]["register"])  # else nothing of the register is measured
        ),
        ("register_amounts", "amount", "services", services),
        ("register_amounts", "replaces", "services", services),
        ("unit_prices", "service", "services", services),
        ("payer_rules", "service", "services", services),
    )
    unmeasurable = tuple(
        f"services.csv: '{service}' measures '{spell}' of {register} in {measure}, which nothing gives: it will be 0"
        for service, register, spell, measure in frames["services"]
        .select("service", "register", "spell", "measure")
        .rows()
        if measure not in _measures(frames, register, spell)
    )
    unknown = (
        (file, column, other, sorted(set(frames[file][column]) - known - {None}))
        for file, column, other, known in references
    )
    return (
        unmeasurable
        + _misplaced(frames["quality_checks"])
        + tuple(
            f"{file}.csv names as {column} what {other}.csv does not have: {', '.join(map(repr, names))}"
            for file, column, other, names in unknown
            if names
        )
    )


def _misplaced(checks: pl.DataFrame) -> tuple[str, ...]:
    """Name checks of registers that are asked of another register, and so shown where they do not belong, or never."""
    table = pl.col("asset").str.strip_prefix("registers/")
    of_register = pl.col("asset").str.starts_with("registers/")
    elsewhere = of_register & ~table.str.starts_with(pl.col("suite")) & pl.col("suite").is_in(REGISTERS)
    unknown = (pl.col("suite") == "entry") & ~(of_register & table.is_in(REGISTERS))
    return tuple(
        f"quality_checks.csv: '{check}' of the suite '{suite}' is not one of '{asset}'"
        for suite, asset, check in checks.filter(elsewhere | unknown).select("suite", "asset", "check").rows()
    )


def _measures(frames: dict[str, pl.DataFrame], register: str, spell: str) -> tuple[str, ...]:
    """The measures that a register's spells of a kind can be measured in; none where it has no such spells."""
    named = REGISTER_MEASURES.get(register, {})
    if spell in named or register not in CODE_LISTS:
        return named.get(spell, ())
    file, column, measures = CODE_LISTS[register]
    return measures if spell in set(frames[file][column]) else ()
