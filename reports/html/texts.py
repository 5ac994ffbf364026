"""What a reader of the report reads beside the words that all reports share: Danish and English side by side.

Here: words, as ``key: (Danish, English)``; a field in braces is filled in by ``content.py`` or in the page. Not here:
the shared ones (``reports.texts``), service and area names (``catalogue/``).
"""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    # The page itself
    "skip": ("Gå til indholdet", "Skip to the content"),
    "language": ("Sprog", "Language"),
    "contents_nav": ("Indhold", "Contents"),
    "kicker": ("Brug af offentlige ydelser og omkostninger", "Use of public services and its cost"),
    "noscript": (
        "Figurer og tabeller tegnes af et script i filen, og browseren tillader ikke scripts. Tallene står også i "
        "regnearket og CSV-filerne ved siden af denne fil.",
        "Charts and tables are drawn by a script in this file, and the browser allows none. The figures also stand in "
        "the workbook and CSV files beside this file.",
    ),
    "illustrative_report": (
        "Bygger på illustrative priser: beløbene er ikke dokumenterede og må ikke bruges som resultat. Se Priser.",
        "Based on illustrative prices: the amounts are not documented and must not be used as results. See Prices.",
    ),
    "study_id": ("Studie", "Study"),
    "program": ("Program", "Program"),
    "key_about": (
        "Gennemsnit pr. borger for alle ydelser tilsammen. Tryk på et tal for at se, hvor det kommer fra.",
        "Mean per citizen for all services together. Press a figure to see where it comes from.",
    ),
    "legend_report": (
        "»{marker}« = må ikke vises af hensyn til diskretion; det er ikke 0. »ikke målt« = registrene dækker ikke "
        "perioden, eller ingen borger var til stede. – = uden pris eller enhed.",
        '"{marker}" = may not be shown, to protect citizens; it is not 0. "not measured" = the registers do not cover '
        "the period, or no citizen was present. – = no price or unit.",
    ),
    # The table of contents
    "nav.who": ("Borgerne", "Citizens"),
    "nav.share": ("Andele", "Shares"),
    "nav.cost": ("Omkostninger", "Costs"),
    "nav.change": ("Ændringer", "Changes"),
    "nav.work": ("Beskæftigelse", "Employment"),
    "nav.report": ("Figur 1-3", "Figures 1-3"),
    "nav.gaps": ("Ikke målt", "Not measured"),
    "nav.method": ("Metode", "Method"),
    # Figures
    "who_title": ("Borgerne", "The citizens"),
    "flow_caption": ("Fra deltagerlisten til opgørelsen", "From the participant list to the figures"),
    "flow_about": (
        "Hvem tallene handler om: fra deltagerlisten til de borgere, der indgår.",
        "Whom the figures are about: from the participant list to the citizens included.",
    ),
    "who_caption": ("Hvem borgerne er ved starten", "Who the citizens are at the start"),
    "share_title": ("Andel med hver ydelse", "Share with each service"),
    "share_about": (
        "Andelen af borgerne, der har brugt ydelsen mindst én gang i perioden.",
        "The share of the citizens who used the service at least once in the period.",
    ),
    "share_population": (
        "I parentes og med ◆: {population} i de samme kalenderår.",
        "In parentheses and with ◆: {population} in the same calendar years.",
    ),
    "share_caption": ("Andel af borgerne med forbrug", "Share of the citizens with use"),
    "cost_title": ("Omkostninger efter område, periode og betaler", "Cost by area, period and payer"),
    "cost_about": (
        "Hvad borgernes brug af offentlige ydelser kostede i hver periode, og hvem der betalte.",
        "What the citizens' use of public services cost in each period, and who paid.",
    ),
    "cost_caption": ("Omkostning", "Cost"),
    "change_title": ("Ændring siden året før", "Change since the year before"),
    "change_about": (
        "Forskellen mellem periodens gennemsnit og gennemsnittet året før start. Stregen er et 95\u00a0%-interval: "
        "percentil-bootstrap, 1.000 træk af borgere, hvor en borgers perioder følges ad. Krydser den 0, kan "
        "forskellen være tilfældig.",
        "The period's mean less the mean of the year before the start. The line is a 95% interval: percentile "
        "bootstrap, 1,000 draws of citizens, a citizen's periods staying together. Where it crosses 0, the difference "
        "may be chance.",
    ),
    "change_caption": ("Ændring siden året før start", "Change since the year before the start"),
    "work_title": ("Omkostninger efter måneder i ordinær beskæftigelse", "Cost by months in ordinary employment"),
    "work_about": (
        "Borgerne delt efter, hvor mange måneder de var i ordinær beskæftigelse i selve perioden. En borger kan være "
        "i hver sin gruppe fra periode til periode.",
        "The citizens by how many months they were in ordinary employment in the period itself. A citizen may be in "
        "another group in another period.",
    ),
    "work_caption": (
        "Omkostning efter måneder i ordinær beskæftigelse",
        "Cost by months in ordinary employment",
    ),
    "months_heading": ("Måneder i beskæftigelse", "Months in employment"),
    "n_row": ("Antal borgere målt", "Number of citizens measured"),
    "before_about": (
        "Andelen af borgerne med ydelsen i de år før start, der står ved den. Kun de, der er målt, er talt med.",
        "The share of the citizens with the service in the years before the start that stand beside it, of those "
        "measured.",
    ),
    "report_title": ("Rapportens figurer", "The report's figures"),
    "report_about": (
        "Figur 1, 2 og 3 som tabeller, sådan som evalueringen af Åben Dialog har dem. De samme tal står som figurer i "
        "afsnittene ovenfor.",
        "Figures 1, 2 and 3 as tables, as the evaluation of Open Dialogue has them. The same figures stand as charts "
        "in the sections above.",
    ),
    "figure_of": ("Figur {n}. {title}.", "Figure {n}. {title}."),
    "figure_population": (
        "I parentes: befolkningen, som den er, i de samme kalenderår.",
        "In parentheses: the population as it is, in the same calendar years.",
    ),
    "figure_intervals": (
        "I kantede parenteser: gennemsnittets 95\u00a0%-interval, af studiets borgere (percentil-bootstrap, 1.000 "
        "træk).",
        "In brackets: the mean's 95% interval, of the study's citizens (percentile bootstrap, 1,000 draws).",
    ),
    "share_of": ("{period}, andel", "{period}, share"),
    "use_of": ("{period}, pr. borger", "{period}, per citizen"),
    "looked_back": ("Periode", "Period"),
    # Axes
    "axis.flow": ("Borgere", "Citizens"),
    "axis.who": ("Andel af borgerne", "Share of the citizens"),
    "axis.share": ("Andel af borgerne med forbrug", "Share of the citizens with use"),
    "axis.cost_mean": ("kr. pr. borger", "DKK per citizen"),
    "axis.cost_total": ("kr. i alt", "DKK in total"),
    "axis.change_cost": ("Ændring i kr. pr. borger", "Change in DKK per citizen"),
    "axis.change_share": ("Ændring i procentpoint", "Change in percentage points"),
    "axis.change_quantity": ("Ændring i enheder pr. borger", "Change in units per citizen"),
    # Choices
    "choices": ("Vælg", "Choose"),
    "choose_group": ("Borgere", "Citizens"),
    "choose_area": ("Område", "Area"),
    "choose_beside": ("Sammenlign med", "Compare with"),
    "choose_payer": ("Betaler", "Payer"),
    "choose_basis": ("Beløb", "Amount"),
    "choose_measure": ("Mål", "Measure"),
    "choose_figure": ("Figur", "Figure"),
    "choose_who": ("Opdeling", "Breakdown"),
    "areas_only": ("Områder og i alt", "Areas and total"),
    "every_line": ("Alle ydelser", "All services"),
    "every_payer": ("Alle betalere", "All payers"),
    "every_characteristic": ("Alle", "All"),
    "basis.mean": ("Pr. borger", "Per citizen"),
    "basis.total": ("I alt for borgerne", "Total of the citizens"),
    "measure.cost": ("Omkostning", "Cost"),
    "measure.share": ("Andel med forbrug", "Share with use"),
    "measure.quantity": ("Forbrug", "Use"),
    "group_compared": ("Til sammenligning", "For comparison"),
    "total_reading": (
        "I alt = gennemsnit × borgere målt, afrundet til 1.000 kr.",
        "Total = mean × citizens measured, rounded to DKK 1,000.",
    ),
    "no_use": ("Ingen forbrug i nogen periode (se tabellen): {names}.", "No use in any period (see table): {names}."),
    "many_categories": (
        "Figuren viser ikke opdelinger med mere end {n} kategorier; de står i tabellen.",
        "The chart leaves out breakdowns of more than {n} categories; they are in the table.",
    ),
    # Tables
    "chart_label": ("Figur: {caption}. Tallene står i tabellen efter figuren.", "Chart: {caption}. See table below."),
    "sort_hint": ("Sortér", "Sort"),
    "download_csv": ("Hent tabel (CSV)", "Download table (CSV)"),
    "download_png": ("Hent figur (PNG)", "Download chart (PNG)"),
    "press_figure": (
        "Tryk på et tal, eller vælg det med piletasterne og Enter, for at se, hvor det kommer fra.",
        "Press a figure, or choose it with the arrow keys and Enter, to see where it comes from.",
    ),
    "line_heading": ("Område og ydelse", "Area and service"),
    "population_heading": ("{period}, befolkningen", "{period}, the population"),
    "low_of": ("{period}, nedre", "{period}, low"),
    "high_of": ("{period}, øvre", "{period}, high"),
    "category_heading": ("Kategori", "Category"),
    "share_column": ("Andel", "Share"),
    # The line under each figure
    "source_line": ("Kilde: {registers}.", "Source: {registers}."),
    "until": ("{register} til og med {date}", "{register} up to {date}"),
    "period_line.calendar": (
        "Periode: kalenderår regnet fra hver borgers startår.",
        "Period: calendar years counted from each citizen's start year.",
    ),
    "period_line.anchored": (
        "Periode: år regnet fra hver borgers egen start- og slutdato.",
        "Period: years counted from each citizen's own start and end date.",
    ),
    "period_line.start": ("Periode: ved starten.", "Period: at the start."),
    "period_line.before": (
        "Periode: den, der står ved ydelsen.",
        "Period: as stands beside the service.",
    ),
    "n_line": ("n = {n} borgere målt.", "n = {n} citizens measured."),
    "n_list": ("n = {n} på deltagerlisten.", "n = {n} on the participant list."),
    "no_effect": ("En ændring over tid er ikke en effekt.", "A change over time is not an effect."),
    # Not measured
    "gaps_title": ("Hvad der ikke er målt, og hvorfor", "What was not measured, and why"),
    "gaps_caption": ("Ydelser, som ikke er målt for alle borgere", "Services not measured for all citizens"),
    "registers_caption": ("Hvad registrene dækker", "What the registers cover"),
    "measured_heading": ("Målt", "Measured"),
    "unknown_start": ("ikke oplyst", "not stated"),
    # Method
    "method_title": ("Metode, priser og betalere", "Method, prices and payers"),
    "periods_caption": ("Perioder", "Periods"),
    "prices_caption": ("Priser", "Prices"),
    "payers_caption": ("Hvem betaler", "Who pays"),
    "disclosure_title": ("Diskretion", "Disclosure control"),
    "profile_few": (
        "Profilen {profile}: et tal, der bygger på færre end {min_count} borgere eller borgere med forbrug, er skjult "
        "og vises som »{marker}«; det samme gælder, hvor alle borgere på nær så få har brugt ydelsen.",
        "The profile {profile}: a figure resting on fewer than {min_count} citizens, or citizens with use, is withheld "
        'and shown as "{marker}"; so is one where all citizens but so few used the service.',
    ),
    "profile_second": (
        "Andre tal er skjult sammen med dem, så de ikke kan regnes ud af resten eller indkredses nærmere end "
        "{bracket} til hver side. En kontrol har forsøgt netop det på de udgivne tal, før filen blev skrevet.",
        "Others are withheld with them, so that none can be worked out from the rest, or be told nearer than "
        "{bracket} up and down. A check attacked the released figures in just this way before the file was written.",
    ),
    "profile_dominance": (
        "Et beløb, som {citizens} borgere tilsammen står for mere end {share} af, er også skjult.",
        "An amount of which {citizens} citizens make up more than {share} is withheld too.",
    ),
    "profile_rounded": (
        "Tallene er afrundet: antal til nærmeste {counts}, kroner til nærmeste {kr}, forbrug til nærmeste {quantity}.",
        "Figures are rounded: counts to the nearest {counts}, DKK to the nearest {kr}, use to the nearest {quantity}.",
    ),
    "profile_source": ("Kilde: {source}", "Source: {source}"),
    # Where a figure comes from
    "trace_title": ("Hvor kommer tallet fra?", "Where does this figure come from?"),
    "trace_about": (
        "Hvert tal kan følges tilbage til metodens regel, priserne, betalerne, koderne, registrene og antallet af "
        "borgere bag. Tryk på et tal i en tabel.",
        "Every figure can be traced to the rule of the method, the prices, payers, codes and registers, and the number "
        "of citizens behind it. Press a figure in a table.",
    ),
    "close": ("Luk", "Close"),
    "trace_figure": ("Tallet", "The figure"),
    "trace_rules": ("Regel", "Rule"),
    "trace_section": ("Metode § {section}: {heading}", "Method § {section}: {heading}"),
    "trace_prices": ("Priser", "Prices"),
    "trace_payers": ("Betalere", "Payers"),
    "trace_codes": ("Koder", "Codes"),
    "trace_registers": ("Registre", "Registers"),
    "withheld_why": (
        "Tallet er skjult efter dataejerens profil (se Diskretion). Hvilken regel der skjuler det, oplyses ikke.",
        "The figure is withheld by the data owner's profile (see Disclosure control). Which rule withholds it is not "
        "told.",
    ),
    "column.total": ("Omkostning i alt (gennemsnit × borgere målt)", "Total cost (mean × citizens measured)"),
    "column.population": ("Andel i befolkningen", "Share in the population"),
    "column.population_n": ("Befolkningen, målt", "The population, measured"),
    "interval": ("95\u00a0%-interval", "95% interval"),
    "code_label": ("Betydning", "Meaning"),
    "open": ("–", "–"),
    # Ids that become words
    "alder.years": ("{n} år", "{n} years"),
    "kommune.code": ("Kommune {n}", "Municipality {n}"),
    "unknown": ("Ikke oplyst", "Not stated"),
}
