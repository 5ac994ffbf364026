"""The method's rules in a sentence or two each, in Danish and English, with the section that binds.

Here: words. Not here: which of them hold for a figure (`trace.py`), nor the rules themselves (docs/method.md).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """A rule of docs/method.md: its `section` (`3.2` is rule 2 of section 3), and what it says, with the formula."""

    section: str
    heading_da: str
    heading_en: str
    text_da: str
    text_en: str


RULES: dict[str, Rule] = {
    "study_base": Rule(
        "1.4",
        "Undersøgelsesgruppen",
        "The study base",
        "Borgere på deltagerlisten, som findes i befolkningsregistret (BEF) den 31. december året før startåret.",
        "Citizens on the participant list who are in the population register (BEF) on 31 December of the year "
        "before the start year.",
    ),
    "flow": Rule(
        "1.5",
        "Vejen fra listen til undersøgelsesgruppen",
        "The way from the list to the study base",
        "modtaget = sat til side (efter årsag) + ikke i befolkningen + undersøgelsesgruppen.",
        "received = set aside (by reason) + not in the population + study base.",
    ),
    "period_calendar": Rule(
        "2",
        "Periode",
        "Period",
        "Periode 0 er det kalenderår, borgeren starter i; -1 er kalenderåret før, 1 kalenderåret efter.",
        "Period 0 is the calendar year in which the citizen starts; -1 is the calendar year before, 1 the one after.",
    ),
    "period_anchored": Rule(
        "2",
        "Periode",
        "Period",
        "Periode 0 er forløbet fra startdato til slutdato; -1 er året op til startdatoen, 1 året efter slutdatoen.",
        "Period 0 is the course from start date to end date; -1 is the year up to the start date, 1 the year "
        "after the end date.",
    ),
    "measured": Rule(
        "3.3",
        "Hvem tallet handler om",
        "Whom the figure is about",
        "n_citizens = borgere i undersøgelsesgruppen, som er til stede i perioden, og hvis hele periode ydelsens "
        "register dækker. De uden forbrug tæller som 0.",
        "n_citizens = citizens of the study base who are present in the period, and the whole of whose period the"
        " service's register covers. Those without use count as 0.",
    ),
    "measured_for_all": Rule(
        "3.3",
        "Flere ydelser i én linje",
        "Several services in one line",
        "En linje for et område eller for alt handler om de borgere, der er målt for alle dens ydelser; den er "
        "derfor ikke altid summen af ydelsernes linjer.",
        "A line of an area or of everything is about the citizens measured for all its services; it is therefore "
        "not always the sum of the services' lines.",
    ),
    "users": Rule(
        "6",
        "Borgere med forbrug",
        "Citizens with use",
        "n_users = borgere af n_citizens med forbrug over 0. share_users = n_users / n_citizens.",
        "n_users = citizens of n_citizens with use above 0. share_users = n_users / n_citizens.",
    ),
    "mean_quantity": Rule(
        "6",
        "Forbrug pr. borger",
        "Use per citizen",
        "mean_quantity = summen af borgernes forbrug / n_citizens.",
        "mean_quantity = the sum of the citizens' use / n_citizens.",
    ),
    "mean_cost": Rule(
        "6",
        "Omkostning pr. borger",
        "Cost per citizen",
        "mean_cost = summen af borgernes omkostninger / n_citizens.",
        "mean_cost = the sum of the citizens' costs / n_citizens.",
    ),
    "weeks": Rule(
        "4",
        "Uger i DREAM",
        "Weeks in DREAM",
        "forbrug = uger med en af ydelsens koder; en uge hører til den periode, dens torsdag ligger i.",
        "use = weeks with one of the service's codes; a week belongs to the period that holds its Thursday.",
    ),
    "months": Rule(
        "4",
        "Måneder i ordinær beskæftigelse (DREAM)",
        "Months in ordinary employment (DREAM)",
        "forbrug = måneder med en beskæftigelsesgrad over 0, hvor ingen uge har en kode, der er en overførsel; en"
        " måned hører til den periode, dens første dag ligger i. Koderne nedenfor er dem, der udelukker måneden.",
        "use = months with an employment degree above 0 in which no week has a code that is a transfer; a month "
        "belongs to the period that holds its first day. The codes below are those that rule a month out.",
    ),
    "days": Rule(
        "4",
        "Dage med ydelsen",
        "Days of the service",
        "forbrug = datoer i perioden, hvor borgeren har ydelsen efter registret; hver dato tæller én gang. Uden "
        "slutdato løber den til registrets sidste dag.",
        "use = dates in the period on which the citizen has the service by the register; each date counts once. "
        "Without an end it runs to the register's last day.",
    ),
    "quantity": Rule(
        "4",
        "Antal efter registret",
        "Numbers by the register",
        "forbrug = summen af registrets eget antal, fx kontakter; det hører til den periode, dets dag ligger i (af en "
        "uge dens torsdag).",
        "use = the sum of the register's own numbers, such as contacts; it belongs to the period that holds its day "
        "(of a week its Thursday).",
    ),
    "amount": Rule(
        "5.4",
        "Beløb efter registret",
        "Amounts by the register",
        "forbrug = summen af registrets beløb i kroner; det hører til den periode, dets dag ligger i (af en uge dens "
        "torsdag). En krone koster en krone af sit år.",
        "use = the sum of the register's amounts in kroner; it belongs to the period that holds its day (of a week its "
        "Thursday). A krone costs a krone of its year.",
    ),
    "count": Rule(
        "4",
        "Indlæggelser og ambulante besøg (LPR)",
        "Admissions and outpatient visits (LPR)",
        "Kontakter med fysisk fremmøde er ét hospitalsophold, når den næste begynder senest {stay_gap_hours} "
        "timer efter den forrige. Et ophold på mindst {admission_hours} timer er en indlæggelse, et kortere et "
        "ambulant besøg; det hører til den periode, det begynder i. Psykiatri er hovedspecialerne nedenfor, alt "
        "andet er somatik.",
        "Contacts of physical attendance are one hospital stay when the next starts no later than "
        "{stay_gap_hours} hours after the one before. A stay of {admission_hours} hours or more is an admission, "
        "a shorter one an outpatient visit; it belongs to the period in which it starts. Psychiatric are the main"
        " specialties below, all else is somatic.",
    ),
    "bed_days": Rule(
        "4",
        "Sengedage (LPR)",
        "Bed days (LPR)",
        "Et hospitalsophold (kontakter med højst {stay_gap_hours} timer imellem) på mindst {admission_hours} "
        "timer er en indlæggelse. forbrug = dens datoer i perioden fra den første til, men ikke med, den sidste; "
        "mindst den første. Psykiatri er hovedspecialerne nedenfor, alt andet er somatik.",
        "A hospital stay (contacts with at most {stay_gap_hours} hours between) of {admission_hours} hours or "
        "more is an admission. use = its dates in the period from the first up to, not including, the last; at "
        "least the first. Psychiatric are the main specialties below, all else is somatic.",
    ),
    "lpr2": Rule(
        "4",
        "Sygehuse før LPR3 (LPR2)",
        "Hospitals before LPR3 (LPR2)",
        "Kontakter, der begynder, mens LPR2 læses (registrets dage nedenfor), er fra LPR2, hvor intet ophold bygges: "
        "en indlæggelse er det, registret selv kalder det, og et ambulant besøg en besøgsdato eller en "
        "skadestuekontakt. Kontakter, der er indberettet til LPR2, tælles ikke igen fra LPR_A_KONTAKT.",
        "Contacts that begin while LPR2 is read (the register's days below) are LPR2's, where no stay is built: an "
        "admission is what the register itself calls one, and an outpatient visit a date of visit or an emergency "
        "contact. Contacts that were reported to LPR2 are not counted again from LPR_A_KONTAKT.",
    ),
    "cost": Rule(
        "5.1",
        "Fra forbrug til omkostning",
        "From use to cost",
        "omkostning = forbrug × enhedspris × prisindeks({price_year}) / prisindeks(prisrækkens år). Prisrækken er"
        " den for året for periodens første dag, ellers det nærmeste år.",
        "cost = use × unit price × index({price_year}) / index(year of the price row). The price row is that of "
        "the year of the period's first day, else the nearest year.",
    ),
    "tax": Rule(
        "5.6",
        "Skat er en omkostning under 0",
        "Tax is a cost below 0",
        "Det, borgerne selv betaler, trækkes fra: lønnen gange en sats for skat, med minus. Området skat indgår ikke i "
        "det samlede beløb.",
        "What citizens pay themselves is subtracted: wages times a rate of tax, below 0. The area of tax is in no "
        "total.",
    ),
    "illustrative": Rule(
        "5.2",
        "Illustrative priser",
        "Illustrative prices",
        "Mindst én pris er illustrativ: en stedfortræder, der skal udskiftes, før tallet bruges.",
        "At least one price is illustrative: a stand-in to be replaced before the figure is used.",
    ),
    "unpriced": Rule(
        "5.1",
        "Ikke prissat",
        "Not priced",
        "Ingen af linjens ydelser har en pris: de er målt, men har ingen omkostning.",
        "None of the line's services has a price: they are measured, and have no cost.",
    ),
    "payers": Rule(
        "5.3",
        "Hvem der betaler",
        "Who pays",
        "Hver omkostning deles på kommune, region og stat efter ydelsens fordelingsregel på periodens første dag;"
        " de tre giver tilsammen omkostningen.",
        "Each cost is split over municipality, region and state by the service's payer rule on the period's first"
        " day; the three add up to the cost.",
    ),
    "disclosure": Rule(
        "7.2",
        "Diskretionering",
        "Disclosure control",
        "Tal, der bygger på færre end {min_count} borgere eller borgere med forbrug, skjules, og andre tal med "
        "dem, hvor det skjulte ellers kunne regnes ud. Hvorfor netop dette tal er skjult, fortælles ikke.",
        "Figures that rest on fewer than {min_count} citizens or citizens with use are withheld, and others with "
        "them where what is withheld could be worked out. Why this very figure is withheld is not told.",
    ),
    "befolkning": Rule(
        "8.6",
        "Befolkningen",
        "The population",
        "Alle andre i de kalenderår, som undersøgelsesgruppens perioder rører, hvert år talt én gang (borgerår).",
        "Everybody else in the calendar years that the study base's periods touch, each year counted once "
        "(citizen-years).",
    ),
    "befolkning_standardiseret": Rule(
        "8.7",
        "Befolkningen ved samme alder og køn",
        "The population at the same age and sex",
        "Gennemsnit af befolkningen efter kalenderår, femårs aldersgruppe og køn, vægtet med hvor mange i "
        "undersøgelsesgruppen der hører til hver.",
        "Means of the population by calendar year, five-year age band and sex, weighted by how many of the study "
        "base belong to each.",
    ),
    "employment_table": Rule(
        "10.1",
        "Efter måneder i ordinær beskæftigelse",
        "By months in ordinary employment",
        "Borgerne deles på ny i hver periode efter deres måneder i ordinær beskæftigelse i perioden. En forskel mellem "
        "grupperne er ikke en virkning af beskæftigelsen.",
        "Citizens are grouped anew in each period by their months in ordinary employment in it. A difference between "
        "the groups is none that employment made.",
    ),
    "change": Rule(
        "9.1",
        "Ændring siden året før",
        "Change since the year before",
        "ændring = periodens tal - tallet for periode -1, begge som de står i omkostningstabellen.",
        "change = the figure of the period - that of period -1, both as the cost table prints them.",
    ),
    "interval": Rule(
        "9.2",
        "Interval",
        "Interval",
        "95 %: 2,5- og 97,5-percentilen af ændringen i 1.000 stikprøver af borgerne med tilbagelægning, hver borger "
        "med alle sine perioder; afrundet udad til to cifre af bredden.",
        "95 %: the 2.5th and 97.5th percentile of the change in 1,000 samples of the citizens with replacement, each "
        "citizen with all their periods; rounded outward to two digits of the width.",
    ),
    "mean_interval": Rule(
        "9.6",
        "Gennemsnittets interval",
        "Interval of a mean",
        "95 %: 2,5- og 97,5-percentilen af gennemsnittet i 1.000 stikprøver af borgerne med tilbagelægning; afrundet "
        "udad til to cifre af bredden.",
        "95 %: the 2.5th and 97.5th percentile of the mean in 1,000 samples of the citizens with replacement; rounded "
        "outward to two digits of the width.",
    ),
    "no_effect": Rule(
        "9.7",
        "Ikke en effekt",
        "Not an effect",
        "En ændring over tid er ikke en effekt af indsatsen.",
        "A change over time is not an effect of the intervention.",
    ),
    "characteristics": Rule(
        "11",
        "Hvem borgerne er",
        "Who the citizens are",
        "n = borgere i undersøgelsesgruppen med egenskaben; share = n / hele undersøgelsesgruppen.",
        "n = citizens of the study base with the characteristic; share = n / the whole study base.",
    ),
    "before_start": Rule(
        "12",
        "Ydelser før start",
        "Services before the start",
        "n = borgere med nogen af kategoriens ydelser i en af perioderne, der ses tilbage til; share = n / de borgere, "
        "der er målt for mindst én ydelse i mindst én af perioderne.",
        "n = citizens with any of the category's services in one of the periods looked back to; share = n / the "
        "citizens measured for one service in one of the periods at least.",
    ),
    "wilson": Rule(
        "13.1",
        "Andelens interval",
        "Interval of a share",
        "95 %: Wilsons interval af andelen.",
        "95 %: Wilson's score interval of the share.",
    ),
}
"""Every rule a figure may rest on; `{...}` is a limit of the catalogue, the price year or a threshold."""
