"""Words of the tables and figures that `forlob table` prints, in Danish and English side by side.

Here: titles, as ``table.<name>: (Danish, English)``, and the words of their cells that no other report has.
"""

from __future__ import annotations

TABLE_TEXTS: dict[str, tuple[str, str]] = {
    "table.flow": ("Fra deltagerlisten til undersøgelsesgruppen", "From the participant list to the study base"),
    "table.koen": ("Køn", "Sex"),
    "table.oprindelse": ("Oprindelse", "Origin"),
    "table.alder": ("Alder ved start", "Age at the start"),
    "table.bopael": ("Bor alene eller med andre", "Lives alone or with others"),
    "table.boern": ("Børn", "Children"),
    "table.uddannelse": ("Højeste fuldførte uddannelse", "Highest completed education"),
    "table.forsoergelse": (
        "Forsørgelse i uge 48 året før startåret",
        "Support in week 48 of the year before the start year",
    ),
    "table.ydelser_foer_start": ("Ydelser modtaget før start", "Services received before the start"),
    "table.forbrug_sammenlignet": (
        "Forbrug før start, sammenlignet med befolkningen",
        "Use before the start, compared with the population",
    ),
    "table.figur_1": (
        "Andel af borgerne med hver ydelse, og uger på overførsel",
        "Share of citizens with each service, and weeks on transfers",
    ),
    "table.figur_2": (
        "Kommunens omkostning pr. borger efter område og ydelse",
        "The municipality's cost per citizen by area and service",
    ),
    "table.figur_3": (
        "Omkostning pr. borger efter måneder i ordinær beskæftigelse",
        "Cost per citizen by months in ordinary employment",
    ),
    "table_name": ("Navn", "Name"),
    "table_title": ("Tabel eller figur", "Table or figure"),
    "table_made_of": ("Tabel i lageret", "Table of the store"),
    "interval_95": ("95 %-interval", "95 %-interval"),
    "periods_back": ("Perioder", "Periods"),
    "n_of": ("Målt (delvist)", "Measured (in part)"),
    "n_measured": ("Målt", "Measured"),
    "n_measured_partly": ("Heraf delvist", "Of whom in part"),
    "mean_use": ("Forbrug", "Use"),
    "mean_kr": ("Kr.", "Kr."),
    "mean_kr_kommune": ("Kommune", "Kommune"),
    "compared_in.alle": ("Studiet", "The study"),
    "compared_in.befolkning": ("Befolkningen", "Population"),
    "compared_in.befolkning_standardiseret": ("Samme alder, køn", "Same age, sex"),
    "service.uger_paa_overfoersel": ("Uger på overførselsindkomst", "Weeks on transfer income"),
}
