"""What is planted: the figures of the two published evaluations, and the use that makes the demo come out at them.

Here: numbers only, as decided beforehand. Not here: who gets what (``planting.py``), or how it is written down.
Report A is the register analysis of Åben Dialog, report B the evaluation of Samarbejdsmodellen. Each figure is
``(users, total quantity)`` of a service in one period, periods in order; the totals are chosen with the catalogue's
illustrative prices so that report A's kroner come out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Figure = tuple[int, int]
Figures = dict[str, tuple[Figure, ...]]

OUT_OF_BENEFITS = "none"  # the segment of the transfer order that receives nothing


@dataclass(frozen=True)
class StudyPlan:
    """One study: its file's keys and the use of its study base by service and period.

    ``social_users`` is the number of citizens with any social service. ``general_practice`` counts contacts, those of
    ``almen_laege`` among those of ``almen_laege_70_90``. ``transfers`` stacks the study base, oldest first, into one
    benefit each; empty where every citizen has a lasting benefit of their own. ``shelter`` and ``treatment`` count
    days; the figures of ``treatment`` begin with period ``FIRST_TREATED``. ``law`` counts charges, decisions and days
    imprisoned.
    """

    study: str
    report: str
    title_da: str
    title_en: str
    participants: str
    years_before: int
    years_after: int
    price_year: int
    social_users: tuple[int, ...]
    social: Figures
    hospital: Figures
    general_practice: Figures
    employment: tuple[Figure, ...]
    law: Figures
    shelter: Figures = field(default_factory=dict)
    treatment: Figures = field(default_factory=dict)
    transfers: Figures = field(default_factory=dict)
    age_bands: tuple[int, ...] = ()
    comparison_ages: tuple[int, int] | None = None

    @property
    def periods(self) -> range:
        """The periods of the study, in order."""
        return range(-self.years_before, self.years_after + 1)


AABEN_DIALOG = StudyPlan(
    study="aaben_dialog",
    report="A",
    title_da="Åben Dialog",
    title_en="Open Dialogue",
    participants="aaben_dialog.csv",
    years_before=1,
    years_after=2,
    price_year=2021,
    social_users=(363, 463, 481, 490),
    social={
        "socialpaedagogisk_stoette": ((260, 71_700), (345, 86_300), (365, 90_700), (375, 93_600)),
        "botilbud_midlertidigt": ((50, 11_200), (52, 11_560), (50, 11_100), (46, 9_490)),
        "botilbud_laengerevarende": ((22, 7_000), (24, 7_200), (24, 7_200), (24, 7_200)),
        "kontaktperson": ((6, 1_500), (6, 1_700), (6, 1_700), (6, 1_600)),
        "behandling": ((30, 3_900), (35, 4_600), (33, 4_300), (30, 3_900)),
        "beskyttet_beskaeftigelse": ((25, 5_600), (28, 6_400), (30, 7_000), (32, 7_400)),
        "aktivitet_samvaer": ((55, 11_000), (65, 12_900), (66, 13_100), (66, 13_300)),
    },
    hospital={
        "psykiatri_ambulant": ((544, 9_800), (517, 9_300), (445, 7_400), (372, 5_950)),
        "psykiatri_indlaeggelse": ((270, 480), (240, 420), (190, 320), (160, 260)),
        "psykiatri_sengedag": ((270, 9_500), (240, 8_200), (190, 6_400), (160, 5_240)),
        "somatik_ambulant": ((543, 2_200), (541, 2_150), (542, 2_170), (541, 2_190)),
        "somatik_indlaeggelse": ((95, 150), (92, 144), (90, 140), (92, 146)),
        "somatik_sengedag": ((95, 560), (92, 530), (90, 520), (92, 540)),
    },
    general_practice={
        "almen_laege": ((806, 9_020), (812, 9_310), (803, 8_870), (798, 8_540)),
        "almen_laege_70_90": ((820, 9_800), (826, 10_100), (815, 9_600), (810, 9_250)),
    },
    employment=((60, 420), (62, 440), (80, 620), (88, 720)),
    law={
        "sigtelse": ((83, 148), (76, 130), (64, 104), (58, 92)),
        "afgoerelse": ((61, 84), (58, 79), (49, 66), (44, 57)),
        "indsaettelse": ((14, 1_310), (13, 1_190), (11, 960), (10, 840)),
    },
    transfers={
        "foertidspension": ((245, 12_100), (330, 16_400), (360, 17_950), (398, 19_900)),
        "ressourceforloeb": ((90, 4_300), (90, 4_300), (85, 4_100), (75, 3_650)),
        "kontanthjaelp": ((245, 11_200), (210, 9_600), (200, 9_150), (160, 7_450)),
        "sygedagpenge": ((45, 1_500), (35, 1_150), (25, 850), (22, 700)),
        "dagpenge": ((15, 400), (14, 350), (14, 350), (14, 380)),
        OUT_OF_BENEFITS: ((102, 0), (117, 0), (126, 0), (134, 0)),
        "su": ((25, 800), (25, 800), (25, 800), (25, 800)),
        "uddannelseshjaelp": ((140, 5_980), (86, 3_680), (72, 3_080), (79, 3_400)),
    },
)

SAMARBEJDSMODELLEN = StudyPlan(
    study="samarbejdsmodellen",
    report="B",
    title_da="Samarbejdsmodellen",
    title_en="The collaboration model",
    participants="samarbejdsmodellen.xlsx",
    years_before=2,
    years_after=2,
    price_year=2023,
    social_users=(24, 26, 30, 31, 30),
    social={
        "socialpaedagogisk_stoette": ((19, 4_800), (21, 5_400), (24, 6_600), (25, 7_000), (24, 6_900)),
        "botilbud_midlertidigt": ((3, 700), (3, 800), (4, 1_000), (4, 1_100), (3, 900)),
        "behandling": ((2, 240), (2, 260), (3, 400), (3, 380), (3, 360)),
        "aktivitet_samvaer": ((4, 800), (5, 1_000), (6, 1_300), (7, 1_500), (7, 1_500)),
    },
    hospital={
        "psykiatri_ambulant": ((14, 182), (13, 170), (14, 175), (12, 140), (11, 130)),
        "psykiatri_indlaeggelse": ((4, 6), (4, 6), (3, 4), (3, 4), (2, 3)),
        "psykiatri_sengedag": ((4, 95), (4, 90), (3, 60), (3, 55), (2, 40)),
        "somatik_ambulant": ((41, 454), (42, 460), (43, 470), (41, 440), (39, 420)),
        "somatik_indlaeggelse": ((16, 27), (15, 25), (15, 26), (14, 22), (13, 20)),
        "somatik_sengedag": ((16, 224), (15, 210), (15, 214), (14, 180), (13, 160)),
    },
    general_practice={
        "almen_laege": ((59, 1_020), (59, 1_005), (60, 1_060), (60, 1_030), (56, 920)),
        "almen_laege_70_90": ((61, 1_101), (61, 1_090), (62, 1_150), (62, 1_120), (58, 1_000)),
    },
    shelter={
        "forsorgshjem": ((3, 260), (4, 330), (3, 240), (2, 150), (2, 120)),
        "forsorgshjem_andre_ophold": ((2, 90), (3, 140), (2, 60), (2, 50), (1, 25)),
    },
    treatment={
        "stofbehandling": (
            *((4, 500), (5, 640), (6, 800), (6, 780), (7, 900)),
            *((6, 760), (5, 600), (4, 420)),
        ),
        "alkoholbehandling": ((3, 400), (4, 520), (5, 640), (5, 600)),
    },
    employment=((1, 8), (1, 9), (1, 9), (1, 12), (1, 12)),
    law={
        "sigtelse": ((7, 13), (8, 14), (7, 12), (6, 10), (6, 9)),
        "afgoerelse": ((6, 9), (6, 8), (6, 8), (5, 7), (5, 6)),
        "indsaettelse": ((2, 140), (3, 210), (2, 120), (2, 90), (1, 40)),
    },
    age_bands=(51, 61, 71),
    comparison_ages=(50, 75),
)

STUDIES = (AABEN_DIALOG, SAMARBEJDSMODELLEN)

# Report A: starts, and the municipalities of the 907.
START_YEARS_A = {2018: 400, 2019: 507}
MUNICIPALITIES_A = (101, 147, 157, 217, 265, 330, 461, 482, 561, 615, 657, 751, 851)

# Report B: ages at start (first, last, citizens), and the benefit of DREAM's week 48 (see ``participants.py``).
AGE_BANDS_B = (("50 or under", 44, 50, 5), ("51-60", 51, 60, 39), ("61-70", 61, 70, 14), ("71 or over", 71, 79, 6))
STUDY_BASE_B = 64
WOMEN_B = 34
DANISH_ORIGIN_B = 58
LIVING_ALONE_B = 52
WITH_CHILDREN_B = 47
EDUCATION_B = {"grundskole": 37, "ungdomsuddannelse": 22, "videregaaende": 5}
# Citizens in drug treatment, in both kinds, and in alcohol treatment, in the five years before the start.
TREATED_B = {"stofbehandling": 6, "begge": 3, "alkoholbehandling": 5}
DIED_B = 3  # at the end of period 1
NEVER_IN_POPULATION_B = 10  # numbers that no snapshot holds
ARRIVED_AFTER_BASE_B = 6  # in the population, but not yet on the base date
SUPPORT_STATUS_B = {
    "foertidspension": 32,
    "folkepension": 14,
    "kontanthjaelp_mv": 4,
    "dagpenge_mv": 4,
    "oevrige": 6,
    "ikke_offentlig_forsoerget": 4,
}
STATUS_B = {
    "Igangværende": 29,
    "Gennemført": 19,
    "Anden årsag": 20,
    "Ønskede ikke at deltage": 7,
    "Ikke oplyst": 5,
}
ONGOING_B = "Igangværende"

FIRST_TREATED = -5  # the period that the figures of treatment begin with
NAB_LAST_YEAR = 2020  # alcohol treatment has been reported no longer than this

# Report B's comparison: a year's mean use of the citizens of 50-75 who take no part. The fees of a contact are in øre.
POPULATION_AGES_B = (50, 75)
POPULATION_B = {"almen_laege_70_90": 8.4, "somatik_ambulant": 2.3, "somatik_sengedag": 0.5}
CONTACT_FEE, ADD_ON_FEE = 14_775, 5_260
