"""Study files: one YAML a study, read and checked.

Here: keys, types, defaults. Not here: the participants themselves (`deliveries.lists`) nor what a mode or a year means
(docs/method.md § 2).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from faults import Fault, StudyError

MODES = ("calendar", "anchored")
YEARS = range(11)
PRICE_YEARS = range(1990, 2101)
AGES = range(121)
LOOK_BACK = range(-10, 0)
PROFILE = "sds"
SPLITS = ("startaar", "koen", "alder", "status")
GROUP_COLUMN = "group"
WITH_AMOUNTS = ("drg_kontakter", "siu_individ_udgifter_total")
"""Registers whose amounts can take the place of prices."""
ID = re.compile(r"[a-z0-9_-]+")
REQUIRED = ("id", "title_da", "participants", "price_year")
ALLOWED = {
    "id": "lower-case letters a-z, digits, _ and - (it names files)",
    "title_da": "text",
    "title_en": "text (left out: title_da)",
    "participants": "the path of a .csv or .xlsx file, relative to the study file",
    "mode": f"{' or '.join(MODES)} (left out: {MODES[0]})",
    "years_before": f"a whole number from {YEARS[0]} to {YEARS[-1]} (left out: 1)",
    "years_after": f"a whole number from {YEARS[0]} to {YEARS[-1]} (left out: 2)",
    "price_year": f"a year from {PRICE_YEARS[0]} to {PRICE_YEARS[-1]}",
    "comparison_ages": (
        f"the youngest and the oldest age of the population compared with, as [18, 64]: whole years from {AGES[0]} to "
        f"{AGES[-1]}, both included (left out: all ages)"
    ),
    "age_bands": (
        f"the first ages of the age bands after the youngest, rising, as [51, 61, 71]: whole years from {AGES[1]} to "
        f"{AGES[-1]} (left out: [18, 30, 40, 50, 60, 70])"
    ),
    "look_back": (
        "for categories of services_before_start.csv the first and the last period looked back to, as "
        f"{{misbrugsbehandling: [-3, -1]}}: from {LOOK_BACK[0]} to {LOOK_BACK[-1]} (left out: as the catalogue says)"
    ),
    "split_by": (
        f"what the study is split by beside kommune and gruppe, as [koen, alder]: any of {', '.join(SPLITS)} (left "
        "out: nothing)"
    ),
    "costs_from": (
        f"the registers whose amounts take the place of prices, as [drg_kontakter]: any of {', '.join(WITH_AMOUNTS)} "
        "(left out: none)"
    ),
    "group_column": "the participant list's column that is read as group (left out: group)",
    "profile": f"the data owner's disclosure profile, such as dst, sds or strict (left out: {PROFILE})",
}


@dataclass(frozen=True)
class Study:
    """A study as its file states it; ``participants`` and ``path`` (the study file) are absolute."""

    id: str
    title_da: str
    title_en: str
    participants: Path
    mode: str
    years_before: int
    years_after: int
    price_year: int
    path: Path
    comparison_ages: tuple[int, int] | None = None
    age_bands: tuple[int, ...] | None = None
    look_back: Mapping[str, tuple[int, int]] = field(default_factory=dict, hash=False)
    profile: str = PROFILE
    split_by: tuple[str, ...] = ()
    group_column: str = GROUP_COLUMN
    costs_from: tuple[str, ...] = ()

    @property
    def period_numbers(self) -> range:
        """Its periods, in order."""
        return range(-self.years_before, self.years_after + 1)


def read_studies(folder: Path) -> list[Study]:
    """Read every study file (``*.yaml``, ``*.yml``) of ``folder``, sorted by id.

    Raises `StudyError` with the faults of all files; two files with one id are a fault too.
    """
    paths = sorted(path for path in folder.glob("*") if path.suffix.lower() in (".yaml", ".yml"))
    if not paths:
        what = "there are no study files" if folder.is_dir() else "the folder of study files does not exist"
        mend = f"add one, such as my_study.yaml with the keys {', '.join(ALLOWED)}"
        raise StudyError(Fault(what, str(folder), mend))
    studies: dict[str, Study] = {}
    faults: list[Fault] = []
    for path in paths:
        try:
            study = read_study(path)
        except StudyError as error:
            faults += error.faults
            continue
        first = studies.setdefault(study.id, study)
        if first is not study:
            mend = "give each study an id of its own"
            faults.append(Fault(f"two study files have the id '{study.id}'", f"{first.path} and {study.path}", mend))
    if faults:
        raise StudyError(faults)
    return [studies[key] for key in sorted(studies)]


def study_of(folder: Path, study_id: str) -> Study:
    """The study of an id, among the study files of ``folder``; raises `StudyError` where there is none."""
    known = {study.id: study for study in read_studies(folder)}
    if study_id not in known:
        mend = f"the studies there are: {', '.join(known)}"
        raise StudyError(Fault(f"there is no study with the id {study_id!r}", str(folder), mend))
    return known[study_id]


def read_study(path: Path) -> Study:
    """Read one study file; raises `StudyError` with every fault of it: key, file and the values allowed."""
    path = path.absolute()
    given, faults = _keys(path)
    faults += [_unknown(key, path) for key in given if key not in ALLOWED]
    faults += [
        Fault(f"the key `{key}` is missing", str(path), f"add it: {ALLOWED[key]}")
        for key in REQUIRED
        if key not in given
    ]
    wrong = [key for key in ALLOWED if key in given and not _fits(key, given[key])]
    faults += [
        Fault(f"`{key}` cannot be {given[key]!r}", f"{path}, key `{key}`", f"allowed: {ALLOWED[key]}") for key in wrong
    ]
    if "participants" in given and "participants" not in wrong:
        participants = (path.parent / Path(given["participants"]).expanduser()).resolve()
        if not participants.is_file():
            mend = "put the list there, or correct the path (it is relative to the study file)"
            where = f"{path}, key `participants`"
            faults.append(Fault(f"the participant list does not exist: {participants}", where, mend))
    if faults:
        raise StudyError(faults)
    return Study(
        id=given["id"],
        title_da=given["title_da"].strip(),
        title_en=given.get("title_en", given["title_da"]).strip(),
        participants=participants,
        mode=given.get("mode", MODES[0]),
        years_before=given.get("years_before", 1),
        years_after=given.get("years_after", 2),
        price_year=given["price_year"],
        path=path,
        comparison_ages=tuple(given["comparison_ages"]) if "comparison_ages" in given else None,
        age_bands=tuple(given["age_bands"]) if "age_bands" in given else None,
        look_back={category: (first, last) for category, (first, last) in given.get("look_back", {}).items()},
        profile=given.get("profile", PROFILE),
        split_by=tuple(split for split in SPLITS if split in given.get("split_by", [])),
        group_column=given.get("group_column", GROUP_COLUMN).strip(),
        costs_from=tuple(register for register in WITH_AMOUNTS if register in given.get("costs_from", [])),
    )


def _fits(key: str, value: Any) -> bool:
    """Tell whether a value is allowed; types are strict (`true` is no number, `2022` is no text)."""
    if key in ("years_before", "years_after", "price_year"):
        return type(value) is int and value in (PRICE_YEARS if key == "price_year" else YEARS)
    if key == "comparison_ages":
        return _rising(value, AGES) and len(value) == 2
    if key == "age_bands":
        return _rising(value, AGES[1:]) and len(set(value)) == len(value) > 0
    if key in ("split_by", "costs_from"):
        allowed = SPLITS if key == "split_by" else WITH_AMOUNTS
        return isinstance(value, list) and all(value.count(one) == 1 and one in allowed for one in value)
    if key == "look_back":
        return isinstance(value, dict) and all(
            isinstance(category, str) and _rising(ends, LOOK_BACK) and len(ends) == 2
            for category, ends in value.items()
        )
    if not isinstance(value, str) or not value.strip():
        return False
    if key == "id":
        return ID.fullmatch(value) is not None
    return key != "mode" or value in MODES


def _rising(value: Any, allowed: range) -> bool:
    """Whether a value is a list of whole numbers of a range, none smaller than the one before."""
    return (
        isinstance(value, list) and all(type(one) is int and one in allowed for one in value) and value == sorted(value)
    )


def _unknown(key: Hashable, path: Path) -> Fault:
    near = difflib.get_close_matches(str(key).lower(), ALLOWED, n=1)
    hint = f"did you mean `{near[0]}`? " if near else ""
    return Fault(f"the key `{key}` is not known", f"{path}, key `{key}`", f"{hint}allowed keys: {', '.join(ALLOWED)}")


def _keys(path: Path) -> tuple[dict[Hashable, Any], list[Fault]]:
    """Return what a study file maps, and a fault for each key that stands in it twice."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        given = yaml.safe_load(text)
    except UnicodeDecodeError:
        raise StudyError(Fault("the study file is not UTF-8 text", str(path), "save it as UTF-8")) from None
    except OSError as error:
        what = f"the study file cannot be read ({type(error).__name__})"
        raise StudyError(Fault(what, str(path), "check that it is there and may be read")) from None
    except (yaml.YAMLError, ValueError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}, line {mark.line + 1}" if mark else str(path)
        problem = getattr(error, "problem", None) or type(error).__name__
        mend = "write one `key: value` a line, and put text that holds `: ` or `#` in quotation marks"
        raise StudyError(Fault(f"the study file is not YAML ({problem})", where, mend)) from None
    if not isinstance(given, dict) or not isinstance(node, yaml.MappingNode):
        mend = f"write one `key: value` a line with the keys {', '.join(ALLOWED)}"
        raise StudyError(Fault("the study file has no keys", str(path), mend))
    names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
    doubled = sorted({name for name in names if names.count(name) > 1})
    return given, [Fault(f"the key `{key}` stands there more than once", str(path), "keep one") for key in doubled]
