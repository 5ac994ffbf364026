"""What the catalogue states, as Markdown: services, codes, limits, payer rules and prices, one function a part."""

from __future__ import annotations

from functools import cache

import polars as pl

from catalogue.reader import Catalogue, read_catalogue
from docs.markdown import code, table, yes


@cache
def _catalogue() -> Catalogue:
    return read_catalogue()


def areas() -> str:
    """The catalogue's areas."""
    return table(
        ["Area", "Danish", "English"],
        [(f"`{area}`", danish, english) for area, danish, english in _catalogue().areas.rows()],
    )


def services() -> str:
    """The catalogue's services in print order."""
    priced = set(_catalogue().unit_prices["service"])
    return table(
        ["Service", "Danish", "Area", "Register", "Spell", "Measure", "Unit", "Priced"],
        [
            (
                f"`{row['service']}`",
                row["label_da"],
                f"`{row['area']}`",
                f"`{row['register']}`",
                f"`{row['spell']}`" if row["spell"] != row["service"] else "the same",
                f"`{row['measure']}`",
                f"`{row['unit']}`",
                yes(row["service"] in priced),
            )
            for row in _catalogue().services.iter_rows(named=True)
        ],
    )


def _dated(name: str, since: object, until: object) -> str:
    dates = [f"from {since}"] * (since is not None) + [f"to {until}"] * (until is not None)
    return f"`{name}`" + (f" ({' '.join(dates)})" if dates else "")


def _codes_by_service(codes: pl.DataFrame) -> list[tuple[str, str]]:
    columns = ["service", "code", "valid_from", "valid_to"]
    grouped: dict[str, list[str]] = {}
    for service, *dated in codes.select(columns).rows():
        grouped.setdefault(f"`{service}`" if service else "known, but no service", []).append(_dated(*dated))
    return [(service, ", ".join(named)) for service, named in grouped.items()]


def dream_codes() -> str:
    """DREAM's codes by service, with the codes that do not rule out ordinary employment."""
    codes = _catalogue().dream_codes
    free = codes.filter(~pl.col("is_transfer")).get_column("code")
    unverified = codes.filter(status="unverified").get_column("code")
    return "\n\n".join(
        [
            table(["Service", "Codes of a week"], _codes_by_service(codes)),
            f"Not marked as a transfer, so that such a week does not rule out ordinary employment: {code(free)}. "
            "Every other code above is.",
            f"Unverified, from general knowledge: {code(unverified)}.",
        ]
    )


def status_groups() -> str:
    """The groups of support status and their codes."""
    groups = _catalogue().dream_codes.group_by("status_group", maintain_order=True).agg("code")
    return table(
        ["Support status", "Codes"],
        [(f"`{name}`" if name else "no group (null)", code(codes)) for name, codes in groups.rows()],
    )


def handic_codes() -> str:
    """HANDIC's codes by service."""
    return table(["Service", "Codes granted"], _codes_by_service(_catalogue().handic_services))


def shelter_stays() -> str:
    """The kinds of stay in a shelter by service."""
    return table(["Service", "Kinds of stay"], _codes_by_service(_catalogue().shelter_stays))


def primary_care() -> str:
    """The specialties of each definition of contacts with general practice."""
    definitions = _catalogue().sssy_specialties.group_by("definition", maintain_order=True).agg("spec2")
    return table(["Definition", "Specialties"], [(f"`{name}`", code(spec2)) for name, spec2 in definitions.rows()])


def expenditure() -> str:
    """The interventions of individual expenditure by service."""
    return table(["Kind of spell", "Interventions"], _codes_by_service(_catalogue().siu_services))


def specialties() -> str:
    """The main specialties that are psychiatric."""
    return f"Psychiatric: {code(_catalogue().psychiatric_specialties['specialty'])}. Every other, and none, is somatic."


def limits() -> str:
    """The catalogue's limits."""
    rows = _catalogue().limits.select("limit", "value", "unit").rows()
    return table(["Limit", "Value", "Unit"], [(f"`{name}`", f"{value:g}", unit) for name, value, unit in rows])


def payer_rules() -> str:
    """The payer rules, services with one rule together."""
    shares = ["valid_from", "valid_to", "kommune", "region", "stat"]
    rules = _catalogue().payer_rules.group_by(shares, maintain_order=True).agg("service")
    return table(
        ["From", "To", "kommune", "region", "stat", "Services"],
        [
            (since or "always", until or "open", *(f"{share:.0%}" for share in parts), code(named))
            for since, until, *parts, named in rules.rows()
        ],
    )


def unit_prices() -> str:
    """The price rows."""
    units = dict(_catalogue().services.select("service", "unit").rows())
    rows = _catalogue().unit_prices.select("service", "year", "price", "status").rows()
    return table(
        ["Service", "Unit", "Year", "kr.", "Status"],
        [(f"`{name}`", units.get(name), year, f"{price:,.2f}", status) for name, year, price, status in rows],
    )


def disclosure_profiles() -> str:
    """What each data owner asks of a release: a row a threshold, a column a profile."""
    profiles = _catalogue().disclosure_profiles
    names = [name for name in profiles.columns if name not in ("profile", "source")]
    rows = [(f"`{name}`", *map(_as_stated, profiles[name])) for name in names]
    return table(["Threshold", *(f"`{name}`" for name in profiles["profile"])], rows)


def _as_stated(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def quality_checks() -> str:
    """The catalogue's checks of quality, a table for each asset."""
    parts = []
    for (asset,), checks in _catalogue().quality_checks.group_by("asset", maintain_order=True):
        rows = [
            (
                f"`{row['check']}`",
                row["severity"],
                _band(row["lower"], row["upper"]),
                f"{row['least']:g}",
                row["title_en"],
            )
            for row in checks.iter_rows(named=True)
        ]
        parts.append(f"### `{asset}`\n\n" + table(["Check", "Failure", "Band", "Least", "What it asks"], rows))
    return "\n\n".join(parts)


def _band(lower: float | None, upper: float | None) -> str:
    if lower is not None and upper is not None:
        return f"{lower:.4g} to {upper:.4g}"
    return f"at least {lower:.4g}" if lower is not None else f"at most {upper:.4g}"
