"""What the contracts state, as Markdown: the data dictionary, and the parts of other pages that restate contracts.

Not here: any statement of its own about a column; what is wrong in a table is mended in the contract.
"""

from __future__ import annotations

from typing import Any

import pandera.polars as pa
import polars as pl

from catalogue.columns import FILES
from catalogue.reader import read_catalogue
from deliveries.lists import LIST_COLUMNS
from docs.markdown import GENERATED, NOTHING, code, table, yes
from expectations.contracts.deliveries import DELIVERIES, REASONS, DeliveryContract
from expectations.contracts.studies import COST_TABLE, PARTICIPANT_FLOW
from expectations.contracts.study_results import BEFORE_START, CHANGES, CHARACTERISTICS
from expectations.contracts.tables import TABLES
from reports.tables import RELEASED


def participant_flow() -> str:
    """The columns of the participant flow."""
    return _columns(PARTICIPANT_FLOW)


def cost_table() -> str:
    """The columns of the cost table."""
    return _columns(COST_TABLE)


def changes() -> str:
    """The columns of the changes."""
    return _columns(CHANGES)


def characteristics() -> str:
    """The columns of who the citizens are."""
    return _columns(CHARACTERISTICS)


def before_start() -> str:
    """The columns of the services received before the start, and the look-backs that the catalogue ships."""
    rows = [
        (f"`{category}`", f"`{service}`", first, last)
        for category, service, first, last in read_catalogue().services_before_start.select(
            "category", "service", "first_period", "last_period"
        ).rows()
    ]  # fmt: skip
    look_backs = table(["Category", "Service", "From period", "To period"], rows)
    return f"{_columns(BEFORE_START)}\n\n{look_backs}"


def _columns(contract: pa.DataFrameSchema) -> str:
    return table(
        ["Column", "Type", "Unit", "Null", "Meaning"],
        [
            (f"`{name}`", _type(stated.dtype.type), stated.metadata["unit"], yes(stated.nullable), _meaning(stated))
            for name, stated in contract.columns.items()
        ],
    )


def _type(dtype: Any) -> str:
    return "Datetime" if isinstance(dtype, pl.Datetime) else str(dtype)


def _meaning(stated: pa.Column) -> str:
    rules = []
    for check in stated.checks:
        known = check.statistics
        if "allowed_values" in known:
            rules.append(f"One of {code(known['allowed_values'])}.")
        rules += [f"At least {known['min_value']:g}."] if "min_value" in known else []
        rules += [f"At most {known['max_value']:g}."] if "max_value" in known else []
    return " ".join([stated.description, *rules])


def required_columns() -> str:
    """The columns each register must be delivered with."""
    return "\n\n".join(_delivered(contract, "###") for contract in DELIVERIES.values())


def _delivered(contract: DeliveryContract, level: str) -> str:
    stated = [
        (
            code([field.name.upper(), *(name.upper() for name in field.other_names)], " or "),
            field.read_as + (f", {field.width} wide" if field.width else ""),
            f"`{field.becomes}`",
            field.meaning,
            code([field.missing] if field.missing else []) or "kept",
            code([field.unreadable] if field.unreadable else []) or NOTHING,
        )
        for field in contract.fields
    ]
    families = [
        (f"`{family.name.upper()}`", "column family", "runs", _needed(family), "kept", NOTHING)
        for family in contract.column_families
    ]
    rules = [f"- {rule.meaning} Else the row is set aside: `{rule.reason}`." for rule in contract.row_rules]
    if contract.unique:
        rules.append(f"- {code(contract.sorted_by)} do not repeat. A later row is set aside: `duplicate_row`.")
    if contract.found_by:
        named = " and ".join(register.upper() for register in contract.found_by.registers)
        rules.append(
            f"- Its citizen is the one whose rows in {named} have its {contract.found_by.column.upper()}. Where none "
            f"have it, the row is set aside: `{contract.found_by.unknown}`; where several citizens' have: "
            f"`{contract.found_by.ambiguous}`."
        )
    if contract.kind == "periodic":
        rules.append("- The date lies in the period of the file's name. Else the row is set aside: `outside_delivery`.")
    heads = ["Column", "Read as", "Becomes", "Meaning", "Empty", "Unreadable"]
    return "\n\n".join(
        [
            f"{level} {contract.register.upper()}",
            f"{contract.kind.capitalize()}. A row is {contract.row}.",
            table(heads, [*stated, *families]),
            "\n".join(rules),
        ]
    ).strip()


def _needed(family: Any) -> str:
    return f"{family.meaning} {'At least one must be there.' if family.required else 'Optional.'}"


def reasons() -> str:
    """Why a delivered row is set aside."""
    return table(["Reason", "A row with"], [(f"`{reason}`", meaning) for reason, meaning in REASONS.items()])


def data_dictionary() -> str:
    """The whole data dictionary."""
    store = [_store_table(contract) for contract in TABLES.values()]
    return "\n\n".join(
        [
            GENERATED,
            "# Data dictionary",
            "Every table of the store, the columns that are delivered, and the catalogue's files. A column marked "
            "*null* may be empty; what that means is in its meaning. The rules behind the figures are in "
            "[method.md](method.md); what Danish terms mean is in [glossary.md](glossary.md).",
            "## Tables of the store",
            *store,
            "### Set aside: `quarantine/<register>` and `quarantine/participants`",
            "A delivered row that broke its contract, as delivered. Restricted: it holds PNRs. Of a register: "
            "`reason`, `source_file`, `row_number` (1 is the first row after any header) and every column stated "
            "for it under [Delivered columns](#delivered-columns), in lower case, as text; the weeks of a row of DREAM "
            "stay in the delivered file. Of a participant list: "
            f"`row_number` (the header is row 1), {code(LIST_COLUMNS)} as text, and `reason`.",
            "### Unmapped codes of one register: `quality/unmapped_dream`, `quality/unmapped_handic`",
            "`code`, `year` and `n` of `quality/unmapped_codes`, for one register.",
            "### Released: `release/<study>/<release id>/`",
            f"{code(RELEASED)}, each as CSV and as Parquet: the columns above, and `withheld`: whether disclosure "
            "control withheld figures of the row (method.md § 7), which are empty then. `datapackage.json` beside them "
            "says the same to programs: each file's size and SHA-256, each column's type, title in Danish and English, "
            "meaning, unit and values.",
            "## Delivered columns",
            "Column names are matched in any case. Other delivered columns are not read.",
            *(_delivered(contract, "###") for contract in DELIVERIES.values()),
            "## Catalogue files",
            "CSV in `catalogue/`; a folder given as `--catalogue` is laid over it, file by file. Dates are "
            "`yyyy-mm-dd`.",
            *(_catalogue_file(name) for name in FILES),
        ]
    )


def _store_table(contract: pa.DataFrameSchema) -> str:
    name = "coverage/<register>" if contract.name == "coverage" else contract.name
    key = f" Key: {code(contract.unique)}." if contract.unique else ""
    rows = [
        (
            f"`{column}`",
            _type(stated.dtype.type),
            stated.metadata["unit"],
            "null" if stated.nullable else "",
            _meaning(stated),
            code(stated.metadata["comes_from"]),
        )
        for column, stated in contract.columns.items()
    ]
    heads = ["Column", "Type", "Unit", "Null", "Meaning", "Comes from"]
    return f"### `{name}`\n\nA row is {contract.description}.{key}\n\n{table(heads, rows)}"


def _catalogue_file(name: str) -> str:
    file = FILES[name]
    rows = []
    for column, stated in file.columns.items():
        rules = [f"One of {code(stated.allowed)}."] if stated.allowed else []
        rules += [f"At least {stated.minimum:g}."] if stated.minimum is not None else []
        rules += [f"Above {stated.above:g}."] if stated.above is not None else []
        rules += [f"At most {stated.maximum:g}."] if stated.maximum is not None else []
        rules += [f"Digits are filled to {stated.width} characters."] if stated.width else []
        meaning = " ".join([stated.meaning, *rules])
        rows.append((f"`{column}`", str(stated.dtype), stated.unit, "null" if stated.nullable else "", meaning))
    key = f"Key: {code(file.key)}{', on any one day' if file.dated else ''}."
    return f"### `{name}.csv`\n\n{key}\n\n{table(['Column', 'Type', 'Unit', 'Null', 'Meaning'], rows)}"
