"""Words of the workbook's figures, changes, citizens and catalogue, in Danish and English side by side.

Here: words, as ``key: (Danish, English)``. Not here: the words that the other sheets and reports share (``texts.py``).
"""

from __future__ import annotations

WORKBOOK_TEXTS: dict[str, tuple[str, str]] = {
    # Sheets, and what each shows
    "figures": ("Figurer", "Charts"),
    "changes": ("Ændringer", "Changes"),
    "employment": ("Job og omkostning", "Work and cost"),
    "characteristics": ("Borgerne", "Citizens"),
    "figure_1": ("Figur 1", "Figure 1"),
    "figure_2": ("Figur 2", "Figure 2"),
    "figure_1_about": (
        "Andel af borgerne med hver ydelse året før, i startåret og i den sidste periode, og gennemsnitligt forbrug.",
        "Share of the citizens with each service in the year before, the start year and the last period, and mean use.",
    ),
    "figure_1_intervals": (
        "Fra og til er 95 %-intervallet af studiets andel (Wilson) og af studiets gennemsnit (percentil-bootstrap over "
        "borgerne). Uger på overførsel i alt har intet interval.",
        "From and to are the 95 % interval of the study's share (Wilson) and of the study's mean (percentile bootstrap "
        "over citizens). Weeks on transfers in all have none.",
    ),
    "figure_1_beside": (
        "I parentes: resten af befolkningen i de samme kalenderår, som den er.",
        "In parentheses: the rest of the population in the same calendar years, as it is.",
    ),
    "figure_2_about": (
        "Kommunens gennemsnitlige omkostning pr. borger efter område og ydelse i hver periode. {price_level}",
        "The municipality's mean cost per citizen by area and service in each period. {price_level}",
    ),
    "in_population": ("(befolkn.)", "(popul.)"),
    "mean": ("Pr. borger", "Per citizen"),
    "figures_about": (
        "Tabellernes tal som figurer. {price_level} En ændring over tid er ikke en effekt af indsatsen.",
        "The tables' figures as charts. {price_level} A change over time is not an effect of the intervention.",
    ),
    "changes_about": (
        "Hver periode minus året før indsatsen, for alle borgere, med 95 %-intervaller. {price_level} En ændring over "
        "tid er ikke en effekt af indsatsen.",
        "Each period less the year before the intervention, for all citizens, with 95 % intervals. {price_level} A "
        "change over time is not an effect of the intervention.",
    ),
    "employment_about": (
        "Figur 3: gennemsnitlig omkostning pr. borger efter måneder i ordinær beskæftigelse. {price_level} Grupperne "
        "er ikke de samme borgere fra periode til periode; en ændring over tid er ikke en effekt af indsatsen.",
        "Figure 3: mean cost per citizen by months in ordinary employment. {price_level} The groups are not the same "
        "citizens from period to period; a change over time is not an effect of the intervention.",
    ),
    "characteristics_about": (
        "Hvem tallene handler om: studiets borgere ved start, og hvilke ydelser de havde før.",
        "Whom the figures are about: the study's citizens at the start, and what services they had before.",
    ),
    "wilson_about": (
        "95 %-intervallet (Wilson) viser usikkerheden ved, at borgerne er få. Det står kun, hvor både antallet og det, "
        "andelen er beregnet af, må vises.",
        "The 95 % interval (Wilson) shows the uncertainty of the citizens' being few. It stands only where both the "
        "number and that which the share is of may be shown.",
    ),
    "mean_intervals_about": (
        "Gennemsnittenes 95 %-interval er beregnet ved at trække borgerne 1.000 gange med tilbagelægning "
        "(percentil-bootstrap). Det viser usikkerheden ved, at borgerne er få, og gælder studiets egne borgere. Det er "
        "skjult, hvor bredden kunne fortælle om nogle få borgere.",
        "The means' 95 % interval comes of drawing the citizens 1,000 times with replacement (percentile bootstrap). "
        "It shows the uncertainty of the citizens' being few, and is of the study's own citizens. It is withheld where "
        "its width could tell of a few citizens.",
    ),
    "interval_low": ("95 %-interval, fra", "95 % interval, from"),
    "interval_high": ("95 %-interval, til", "95 % interval, to"),
    "compared_title": (
        "Forbrug før start, sammenlignet med befolkningen ({period})",
        "Use before the start, compared with the population ({period})",
    ),
    # Figures
    "figure_empty": (
        "Et tal, der er skjult eller ikke målt, har ingen søjle og står tomt i tallene bag figuren; arkene med "
        "tabellerne siger hvilket af de to.",
        "A figure that is withheld or not measured has no bar and is empty in the numbers behind the chart; the sheets "
        "of the tables say which of the two.",
    ),
    "figures_none": (
        "Ingen figurer: alle tal er skjult eller ikke målt.",
        "No charts: every figure is withheld or not measured.",
    ),
    "behind": ("Tal bag figuren", "Numbers behind the chart"),
    "plus": ("{name}, op til", "{name}, up to"),
    "minus": ("{name}, ned til", "{name}, down to"),
    "chart.payers": ("Samlet omkostning pr. borger efter betaler", "Total cost per citizen by payer"),
    "chart.areas": ("Omkostning pr. borger efter område", "Cost per citizen by area"),
    "chart.share_areas": ("Andel af borgerne med forbrug efter område", "Share of citizens with use by area"),
    "chart.share_services": (
        "Andel af borgerne med forbrug: de {count} mest brugte ydelser",
        "Share of citizens with use: the {count} most used services",
    ),
    "chart.comparison": (
        "Samlet omkostning pr. borger i studiet og i befolkningen",
        "Total cost per citizen in the study and in the population",
    ),
    "chart.changes": (
        "Ændring i omkostning pr. borger siden året før, med 95 %-interval",
        "Change in cost per citizen since the year before, with 95 % interval",
    ),
    "chart.employment": (
        "Samlet omkostning pr. borger efter måneder i ordinær beskæftigelse",
        "Total cost per citizen by months in ordinary employment",
    ),
    "chart.employment_areas": (
        "Omkostning pr. borger efter måneder i ordinær beskæftigelse og område, {period}",
        "Cost per citizen by months in ordinary employment and area, {period}",
    ),
    "chart_note": ("Borgere målt: {n}. {price_level}", "Citizens measured: {n}. {price_level}"),
    # Changes
    "changes_reading": (
        "Intervallet er beregnet ved at trække borgerne 1.000 gange med tilbagelægning (percentil-bootstrap). Det "
        "viser usikkerheden ved, at borgerne er få, ikke andet, der kan have ændret sig. Dækker det 0, kan ændringen "
        "være tilfældig.",
        "The interval comes of drawing the citizens 1,000 times with replacement (percentile bootstrap): it shows the "
        "uncertainty of their being few, not what else may have changed. Where it covers 0, the change may be chance.",
    ),
    "change_from": ("{period} minus {baseline}", "{period} less {baseline}"),
    "change_cost": ("Omkostning pr. borger, kr.", "Cost per citizen, kr."),
    "change_share": ("Andel med forbrug, procentpoint", "Share with use, percentage points"),
    "change_quantity": ("Forbrug pr. borger", "Use per citizen"),
    "change": ("Ændring", "Change"),
    "low": ("Fra", "From"),
    "high": ("Til", "To"),
    "n_baseline": ("Målt året før", "Measured year before"),
    "n_period": ("Målt i perioden", "Measured in period"),
    # Employment, citizens
    "months": ("{group} måneder", "{group} months"),
    "employment_heading": ("Område", "Area"),
    "share": ("Andel", "Share"),
    "characteristic.koen": ("Køn", "Sex"),
    "characteristic.alder": ("Alder ved start", "Age at the start"),
    "characteristic.startaar": ("Startår", "Start year"),
    "characteristic.kommune": ("Kommune", "Municipality"),
    "characteristic.oprindelse": ("Oprindelse", "Origin"),
    "characteristic.bopael": ("Bor alene eller med andre", "Lives alone or with others"),
    "characteristic.boern": ("Børn", "Children"),
    "characteristic.uddannelse": ("Højeste fuldførte uddannelse", "Highest completed education"),
    "characteristic.forsoergelse": ("Forsørgelse i uge 48 året før", "Support in week 48 of the year before"),
    "koen.1": ("Mænd", "Men"),
    "koen.2": ("Kvinder", "Women"),
    "koen.9": ("Ikke oplyst", "Not stated"),
    "alder.uoplyst": ("ikke oplyst", "not stated"),
    "kommune.uoplyst": ("ikke oplyst", "not stated"),
    "oprindelse.dansk": ("Dansk oprindelse", "Danish origin"),
    "oprindelse.indvandrer": ("Indvandrer", "Immigrant"),
    "oprindelse.efterkommer": ("Efterkommer", "Descendant"),
    "oprindelse.uoplyst": ("Ikke oplyst", "Not stated"),
    "bopael.alene": ("Bor alene", "Lives alone"),
    "bopael.med_andre": ("Bor med andre", "Lives with others"),
    "bopael.uoplyst": ("Ikke oplyst", "Not stated"),
    "boern.ja": ("Har børn", "Has children"),
    "boern.nej": ("Har ikke børn", "Has no children"),
    "uddannelse.grundskole": ("Grundskole", "Basic school"),
    "uddannelse.ungdomsuddannelse": ("Ungdomsuddannelse", "Upper secondary education"),
    "uddannelse.videregaaende": ("Videregående uddannelse", "Higher education"),
    "uddannelse.uoplyst": ("Ikke oplyst", "Not stated"),
    "forsoergelse.foertidspension": ("Førtidspension", "Disability pension"),
    "forsoergelse.folkepension": ("Folkepension", "Old-age pension"),
    "forsoergelse.kontanthjaelp_mv": ("Kontanthjælp m.v.", "Cash assistance and the like"),
    "forsoergelse.dagpenge_mv": ("Dagpenge m.v.", "Unemployment and sickness benefit"),
    "forsoergelse.oevrige": ("Øvrige ydelser", "Other benefits"),
    "forsoergelse.ikke_offentlig_forsoerget": ("Ikke offentligt forsørget", "Not publicly supported"),
    "forsoergelse.uoplyst": ("Ikke oplyst", "Not stated"),
    # Columns of the released tables beside those of the cost table
    "column.n_baseline": ("Borgere målt året før", "Citizens measured the year before"),
    "column.change_share": ("Ændring i andel med forbrug", "Change in share with use"),
    "column.change_share_low": ("Ændring i andel, fra", "Change in share, from"),
    "column.change_share_high": ("Ændring i andel, til", "Change in share, to"),
    "column.change_quantity": ("Ændring i forbrug pr. borger", "Change in use per citizen"),
    "column.change_quantity_low": ("Ændring i forbrug, fra", "Change in use, from"),
    "column.change_quantity_high": ("Ændring i forbrug, til", "Change in use, to"),
    "column.change_cost": ("Ændring i omkostning pr. borger", "Change in cost per citizen"),
    "column.change_cost_low": ("Ændring i omkostning, fra", "Change in cost, from"),
    "column.change_cost_high": ("Ændring i omkostning, til", "Change in cost, to"),
    "column.mean_quantity_low": ("Forbrug pr. borger, fra", "Use per citizen, from"),
    "column.mean_quantity_high": ("Forbrug pr. borger, til", "Use per citizen, to"),
    "column.mean_cost_low": ("Omkostning pr. borger, fra", "Cost per citizen, from"),
    "column.mean_cost_high": ("Omkostning pr. borger, til", "Cost per citizen, to"),
    "column.mean_cost_kommune_low": ("Heraf kommune, fra", "Of which municipality, from"),
    "column.mean_cost_kommune_high": ("Heraf kommune, til", "Of which municipality, to"),
    "column.mean_cost_region_low": ("Heraf region, fra", "Of which region, from"),
    "column.mean_cost_region_high": ("Heraf region, til", "Of which region, to"),
    "column.mean_cost_stat_low": ("Heraf stat, fra", "Of which state, from"),
    "column.mean_cost_stat_high": ("Heraf stat, til", "Of which state, to"),
    "column.characteristic": ("Kendetegn", "Characteristic"),
    "column.category": ("Kategori", "Category"),
    "column.step": ("Trin", "Step"),
    "column.reason": ("Grund", "Reason"),
    "column.n": ("Antal", "Number"),
    "column.n_partly": ("Heraf kun målt delvist", "Of whom measured only in part"),
    "column.first_period": ("Første periode", "First period"),
    "column.last_period": ("Sidste periode", "Last period"),
    "column.share_low": ("Andel, fra", "Share, from"),
    "column.share_high": ("Andel, til", "Share, to"),
    "column.share": ("Andel", "Share"),
    # Method and sources
    "release": ("Frigivelsen", "The release"),
    "release_id": ("Frigivelse", "Release"),
    "made": ("Lavet (UTC)", "Made (UTC)"),
    "code_version": ("forlobs version", "Version of forlob"),
    "profile": ("Dataejerens profil", "The data owner's profile"),
    "codes": ("Koder, der udgør ydelserne", "Codes that make the services"),
    "list": ("Kodeliste", "Code list"),
    "code": ("Kode", "Code"),
    "no_service": ("(ingen ydelse)", "(no service)"),
    "limits": ("Grænser i opgørelsen", "Limits of the method"),
    "limit": ("Grænse", "Limit"),
    "value": ("Værdi", "Value"),
    "data_start": ("Data fra", "Data from"),
}
