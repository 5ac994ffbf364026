"""What a reader reads: every text of the reports, in Danish and English side by side.

Here: words, as ``key: (Danish, English)``. Not here: those of the workbook's own sheets (``texts_workbook.py``)
and of the named tables (``texts_tables.py``), choosing among them (``labels.py``), service and area names and the word
for a withheld figure (``catalogue/``).
"""

from __future__ import annotations

from reports.texts_tables import TABLE_TEXTS
from reports.texts_workbook import WORKBOOK_TEXTS

TEXTS: dict[str, tuple[str, str]] = {
    **WORKBOOK_TEXTS,
    **TABLE_TEXTS,
    # Sheets, and what each shows
    "overview": ("Overblik", "Overview"),
    "costs": ("Omkostninger", "Costs"),
    "use": ("Forbrug", "Use"),
    "payers": ("Betalere", "Payers"),
    "comparison": ("Befolkningen", "Population"),
    "groups": ("Grupper", "Groups"),
    "data": ("Data", "Data"),
    "method": ("Metode og kilder", "Method and sources"),
    "overview_about": (
        "Borgernes brug af offentlige ydelser før, under og efter indsatsen, og hvad den kostede. {price_level}",
        "The citizens' use of public services before, during and after the intervention, and its cost. {price_level}",
    ),
    "costs_about": (
        "Gennemsnitlig omkostning pr. borger i hver periode. {price_level}",
        "Mean cost per citizen in each period. {price_level}",
    ),
    "use_about": (
        "Andel af borgerne, der har brugt ydelsen, og gennemsnitligt forbrug pr. borger i hver periode.",
        "Share of the citizens who used the service, and mean use per citizen, in each period.",
    ),
    "payers_about": (
        "Gennemsnitlig omkostning pr. borger fordelt på kommune, region og stat. {price_level}",
        "Mean cost per citizen split over municipality, region and state. {price_level}",
    ),
    "comparison_about": (
        "Gennemsnitlig omkostning pr. borger i studiet og i resten af befolkningen i de samme kalenderår. "
        "{price_level}",
        "Mean cost per citizen in the study and in the rest of the population in the same calendar years. "
        "{price_level}",
    ),
    "ages_all": (
        "Befolkningen er alle andre, der var i befolkningsregistret, uanset alder.",
        "The population is everybody else in the population register, whatever their age.",
    ),
    "ages_of": (
        "Befolkningen er alle andre i befolkningsregistret, som var {youngest}-{oldest} år den 1. juli i året.",
        "The population is everybody else in the population register aged {youngest}-{oldest} on 1 July of the year.",
    ),
    "comparison_reading": (
        '"Samme alder og køn": befolkningens tal, vægtet så alder (5-årsgrupper) og køn er fordelt som i studiet. En '
        "forskel til befolkningen er ikke en effekt: grupperne kan være forskellige på alt andet.",
        '"Same age and sex": the population\'s figures, weighted so that age (five-year bands) and sex are distributed '
        "as in the study. A difference from the population is not an effect: the groups may differ in all else.",
    ),
    "comparison_anchored": (
        "Forløbet selv sammenlignes ikke, da det ikke er lige langt for alle. Andre perioder er vægtet efter borgernes "
        "dage i hvert kalenderår.",
        "The course itself is not compared, since it is not as long for everybody. Other periods are weighted by the "
        "citizens' days in each calendar year.",
    ),
    "comparison_heading": ("Område", "Area"),
    "compared.alle": ("Studiet", "The study"),
    "citizens.alle": ("Borgere målt i studiet", "Citizens measured in the study"),
    "citizens.befolkning": (
        "Borgere målt i befolkningen, én gang for hvert kalenderår",
        "Citizens measured in the population, once for each calendar year",
    ),
    "citizens.befolkning_standardiseret": (
        "Heraf med en alder og et køn som i studiet",
        "Of whom of an age and sex as in the study",
    ),
    "groups_about": (
        "De samme tal opdelt på kommuner og deltagerlistens grupper. Brug filtrene i overskriften. {price_level}",
        "The same figures by municipality and by the participant list's groups. Use the heading's filters. "
        "{price_level}",
    ),
    "data_about": (
        "Hele tabellen, én række pr. gruppe, periode og ydelse, som i cost_table.csv. {price_level}",
        "The whole table, one row per group, period and service, as in cost_table.csv. {price_level}",
    ),
    "method_about": (
        "Hvordan tallene er gjort op, og hvor de kommer fra.",
        "How the figures were made, and from what.",
    ),
    "price_level": ("Priser i {year}-niveau.", "In {year} prices."),
    # Warnings, markers and the legend
    "illustrative_warning": (
        "Bygger på illustrative priser: beløbene er ikke dokumenterede. Se arket Metode og kilder.",
        "Based on illustrative prices: the amounts are not documented. See the sheet Method and sources.",
    ),
    "not_measured": ("ikke målt", "not measured"),
    "not_applicable": ("–", "–"),
    "legend": (
        "{marker} = holdt tilbage, fordi tallet bygger på færre end {min_count} borgere eller brugere, eller fordi et "
        "sådant tal kunne regnes ud af det.   "
        "ikke målt = registrene dækker ikke perioden, eller ingen borger var til stede.   – = uden pris eller enhed.",
        "{marker} = withheld, since the figure rests on fewer than {min_count} citizens or users, or since such a "
        "figure could be worked out from it.   "
        "not measured = the registers do not cover the period.   – = no price or unit.",
    ),
    # Overview
    "key_figures": ("Nøgletal", "Key figures"),
    "per_citizen": ("Pr. borger", "Per citizen"),
    "citizens_all": ("Borgere målt for alle ydelser", "Citizens measured for all services"),
    "total_cost": ("Samlet omkostning", "Total cost"),
    "flow": ("Hvem tallene handler om", "Whom the figures are about"),
    "flow_step": ("Trin", "Step"),
    "flow_n": ("Antal", "Number"),
    "reading": ("Sådan læses tallene", "How to read the figures"),
    "reading_mean": (
        "Gennemsnit og andele er beregnet over alle borgere, der er målt i perioden, også dem uden forbrug.",
        "Means and shares are taken over all citizens measured in the period, those without any use included.",
    ),
    "reading_effect": (
        "En ændring over tid er ikke en effekt af indsatsen. Mange søger hjælp, når det går dårligst, og ville have "
        "fået det bedre eller anderledes uden indsatsen. Tallene beskriver; de viser ikke årsag.",
        "A change over time is not an effect of the intervention. Many seek help when things are at their worst, and "
        "would have changed without it. The figures describe; they do not show cause.",
    ),
    "reading_total": (
        "En samlet række bygger på de borgere, der er målt for alle dens ydelser. Er det ikke de samme borgere som i "
        "de enkelte rækker, er den ikke summen af dem.",
        "A total row rests on the citizens measured for all its services. Where these are not the same citizens as in "
        "the single rows, it is not their sum.",
    ),
    "reading_course": (
        "Forløbet er ikke lige langt for alle borgere og kan ikke sammenlignes direkte med et år.",
        "The course is not equally long for all citizens and cannot be compared directly with a year.",
    ),
    "reading_2019": (
        "† I 2019 gik sygehusene over fra LPR2 til LPR3, og antallet af registrerede kontakter sprang. En ændring hen "
        "over 2019 i en række med mærket, eller i omkostningen i alt, kan skyldes registret.",
        "† In 2019 hospitals went over from LPR2 to LPR3, and the number of recorded contacts jumped. A change over "
        "2019 in a row with the mark, or in the total cost, may be the register's.",
    ),
    "contents": ("Ark i denne fil", "Sheets in this file"),
    # Headings
    "service_heading": ("Område og ydelse", "Area and service"),
    "payer_heading": ("Område og betaler", "Area and payer"),
    "price_basis": ("Pris", "Price"),
    "share_heading": ("Andel med forbrug", "Share with use"),
    "quantity_heading": ("Gennemsnit pr. borger", "Mean per citizen"),
    "total": ("I alt", "Total"),
    "kommune": ("Kommune", "Municipality"),
    "region": ("Region", "Region"),
    "stat": ("Stat", "State"),
    "unpriced": ("Målt, men ikke prissat (se Forbrug): {services}.", "Measured, but not priced (see Use): {services}."),
    "all_areas": ("Alle områder", "All areas"),
    "all_services": ("Alle ydelser", "All services"),
    "yes": ("ja", "yes"),
    "no": ("nej", "no"),
    # Columns of the long table
    "column.study": ("Studie", "Study"),
    "column.group_by": ("Opdeling", "Grouping"),
    "column.group": ("Gruppe", "Group"),
    "column.period": ("Periode nr.", "Period no."),
    "column.period_name": ("Periode", "Period"),
    "column.area": ("Område", "Area"),
    "column.service": ("Ydelse", "Service"),
    "column.unit": ("Enhed", "Unit"),
    "column.n_study": ("Borgere i studiet (eller befolkningen)", "Citizens in study (or population)"),
    "column.n_citizens": ("Borgere målt", "Citizens measured"),
    "column.n_users": ("Borgere med forbrug", "Citizens with use"),
    "column.share_users": ("Andel med forbrug", "Share with use"),
    "column.mean_quantity": ("Forbrug pr. borger", "Use per citizen"),
    "column.mean_cost": ("Omkostning pr. borger", "Cost per citizen"),
    "column.mean_cost_kommune": ("Heraf kommune", "Of which municipality"),
    "column.mean_cost_region": ("Heraf region", "Of which region"),
    "column.mean_cost_stat": ("Heraf stat", "Of which state"),
    "column.price_year": ("Prisår", "Price year"),
    "column.illustrative": ("Illustrativ pris", "Illustrative price"),
    "column.withheld": ("Skjult", "Withheld"),
    # Method and sources
    "periods": ("Perioder", "Periods"),
    "meaning": ("Betydning", "Meaning"),
    "prices": ("Priser", "Prices"),
    "prices_about": (
        "Omkostning = forbrug × pris, regnet om til {year}-niveau med ydelsens prisindeks. En pris er enten "
        "kildebelagt eller illustrativ; en illustrativ pris er et skøn, der skal erstattes, før beløbene bruges.",
        "Cost = use × price, brought to the level of {year} with the service's price index. A price is either sourced "
        "or illustrative; an illustrative price is a guess, to be replaced before the amounts are used.",
    ),
    "year": ("År", "Year"),
    "price": ("Pris pr. enhed", "Price per unit"),
    "status": ("Status", "Status"),
    "source": ("Kilde", "Source"),
    "status.sourced": ("kildebelagt", "sourced"),
    "status.illustrative": ("illustrativ", "illustrative"),
    "status.unverified": ("ikke efterprøvet", "unverified"),
    "payer_rules": ("Hvem betaler", "Who pays"),
    "valid_from": ("Fra", "From"),
    "valid_to": ("Til", "To"),
    "unmeasured": ("Ikke målt", "Not measured"),
    "unmeasured_about": (
        "Hvor et register ikke dækker hele en borgers periode, er borgeren ikke målt dér og tæller ikke med som 0.",
        "Where a register does not cover the whole of a citizen's period, the citizen is not measured there and does "
        "not count as 0.",
    ),
    "unmeasured_none": ("Alle borgere er målt i alle perioder.", "All citizens are measured in all periods."),
    "register": ("Register", "Register"),
    "services": ("Ydelser", "Services"),
    "measured": ("Målt", "Measured"),
    "measured.none": ("ingen borgere", "no citizens"),
    "measured.some": ("nogle borgere", "some citizens"),
    "disclosure": ("Diskretion", "Disclosure control"),
    "disclosure_about": (
        "Et tal er holdt tilbage, når det bygger på færre end {min_count} borgere, på 1-{few} borgere med forbrug, på "
        "alle på nær 1-{few}, eller når {dominance_citizens} borgere alene står for mere end {dominance_share} af "
        "beløbet. Alle tal for en gruppe på færre end {min_count} borgere er holdt tilbage. {zero}",
        "A figure is withheld where it rests on fewer than {min_count} citizens, on 1-{few} citizens with use, on all "
        "but 1-{few}, or where {dominance_citizens} citizens alone make up more than {dominance_share} of the amount. "
        "All figures of a group of fewer than {min_count} citizens are withheld. {zero}",
    ),
    "disclosure_more": (
        "Så mange andre tal er holdt tilbage sammen med dem, at intet af dem kan regnes ud af totaler, grupper, "
        "betalere eller resten nærmere end {bracket_share} op og ned. Før filerne blev skrevet, er alt, hvad der skal "
        "vises, angrebet på den måde, og frigivelsen stoppes, hvis noget kan regnes ud.",
        "So many other figures are withheld with them that none of them can be worked out from totals, groups, payers "
        "or the rest to within {bracket_share} up and down. Before the files were written all that was to be shown was "
        "attacked in that way; a release of which anything can be worked out is stopped.",
    ),
    "zero_shown": ("Ingen borgere med forbrug vises som 0.", "No citizens with use is shown as 0."),
    "zero_withheld": ("Også 0 borgere med forbrug er skjult.", "0 citizens with use is withheld too."),
    "registers": ("Registre", "Registers"),
    "data_end": ("Data til og med", "Data up to"),
    "footer_page": ("Side &P af &N", "Page &P of &N"),
    # Ids that become words
    "unit.week": ("uger", "weeks"),
    "unit.admission": ("indlæggelser", "admissions"),
    "unit.bed_day": ("sengedage", "bed days"),
    "unit.visit": ("besøg", "visits"),
    "unit.day": ("dage", "days"),
    "unit.hour": ("timer", "hours"),
    "unit.charge": ("sigtelser", "charges"),
    "unit.decision": ("afgørelser", "decisions"),
    "unit.contact": ("kontakter", "contacts"),
    "unit.kr": ("kr.", "kr."),
    "unit.month": ("måneder", "months"),
    "group_by.alle": ("Alle", "Everybody"),
    "group_by.kommune": ("Kommune", "Municipality"),
    "group_by.gruppe": ("Gruppe", "Group"),
    "group_by.startaar": ("Startår", "Start year"),
    "group_by.koen": ("Køn", "Sex"),
    "group_by.alder": ("Alder", "Age"),
    "group_by.status": ("Status", "Status"),
    "group_by.befolkning": ("Befolkningen", "The population"),
    "group_by.befolkning_standardiseret": (
        "Befolkningen, samme alder og køn",
        "The population, same age and sex",
    ),
    "step.received": ("På deltagerlisten", "On the participant list"),
    "step.set_aside": ("Sat til side", "Set aside"),
    "step.not_in_population": (
        "Ikke i befolkningsregistret ved årets udgang før start",
        "Not in the population register at the end of the year before start",
    ),
    "step.study_base": ("Indgår i opgørelsen", "Included in the figures"),
    "reason.missing_pnr": ("uden personnummer", "no personal number"),
    "reason.missing_start": ("uden startdato og startår", "no start date or start year"),
    "reason.invalid_date": ("en dato kan ikke læses", "a date cannot be read"),
    "reason.end_before_start": ("slutter før start", "ends before it starts"),
    "reason.duplicate_participant": ("samme borger igen", "the same citizen again"),
}
