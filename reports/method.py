"""The sheet of method and sources: what the figures rest on.

Here: periods, prices, payers, codes, limits, what was not measured, disclosure control, the registers and the release.
Not here: the figures (``views.py``), whom they are about (``background.py``).
"""

from __future__ import annotations

from reports.sheet import Book, Sheet
from reports.tables import PAYERS


def write_method(book: Book) -> None:
    """What the figures rest on, as the sheet *Metode og kilder*."""
    tables, labels = book.tables, book.labels
    sheet = Sheet(book, "method", [book.name_width, 14, 15, 14, 14, 14, 70])
    sheet.section("periods")
    sheet.head([labels.text("column.period_name"), labels.text("meaning"), *[""] * 5])
    for period in tables.periods:
        sheet.write_wide([(labels.period(period), "")], labels.period_meaning(period), "row", "prose")
    _prices(book, sheet)
    _payer_rules(book, sheet)
    _not_measured(book, sheet)
    _disclosure(book, sheet)
    sheet.section("registers")
    sheet.head([labels.text(key) for key in ("register", "data_start", "data_end")], numbers=[1, 2])
    for register, start, end in tables.registers.select("register", "data_start", "data_end").iter_rows():
        sheet.write([(labels.register(register), ""), (start, "date"), (end, "date")], "row")
    _limits(book, sheet)
    _codes(book, sheet)
    sheet.section("release")
    for key, value in (
        ("release_id", tables.release_id),
        ("made", f"{tables.made:%d-%m-%Y %H:%M}"),
        ("code_version", tables.code_version),
    ):
        sheet.write_wide([(labels.text(key), "")], value, "row", "prose")


def _prices(book: Book, sheet: Sheet) -> None:
    labels, sources = book.labels, book.tables.sources
    sheet.section("prices")
    sheet.prose(labels.text("prices_about", year=book.tables.study.price_year))
    words = [labels.text(key) for key in ("column.service", "year", "price", "column.unit", "status")]
    sheet.head([*words, labels.text("source"), ""], numbers=[1, 2])
    units = dict(book.tables.services.select("service", "unit").iter_rows())
    for row in sources.iter_rows(named=True):
        service, status = row["service"], row["status"]
        cells = [
            (labels.name("service", service), ""),
            (row["year"], "integer"),
            (row["price"], "price"),
            (labels.name("unit", units[service]) if service in units else None, ""),
            (labels.name("status", status), "note" if status == "illustrative" else ""),
        ]
        sheet.write_wide(cells, row["source"], "row", "prose")


def _payer_rules(book: Book, sheet: Sheet) -> None:
    labels = book.labels
    sheet.section("payer_rules")
    words = [labels.text(key) for key in ("column.service", "valid_from", "valid_to", *PAYERS, "source")]
    sheet.head(words, numbers=range(1, 6))
    for row in book.tables.payer_rules.iter_rows(named=True):
        dates = [(row[column], "date") for column in ("valid_from", "valid_to")]
        shares = [(row[payer], "share") for payer in PAYERS]
        name = labels.name("service", row["service"])
        sheet.write_wide([(name, ""), *dates, *shares], row["source"] or "", "row", "prose")


def _not_measured(book: Book, sheet: Sheet) -> None:
    """A line per period and register: its services share the coverage, so they are named together."""
    tables, labels = book.tables, book.labels
    sheet.section("unmeasured")
    if tables.not_measured.is_empty():
        sheet.prose(labels.text("unmeasured_none"))
        return
    sheet.prose(labels.text("unmeasured_about"))
    words = [labels.text(key) for key in ("register", "column.period_name", "measured", "services")]
    sheet.head([*words, "", "", ""])
    together = (
        tables.not_measured.join(tables.services.select("service", "register"), on="service", how="left")
        .group_by("register", "period", "measured", maintain_order=True)
        .agg("service")
        .sort("register", "period", maintain_order=True)
    )
    for row in together.iter_rows(named=True):
        names = ", ".join(labels.name("service", service) for service in row["service"])
        cells = [labels.register(row["register"] or ""), labels.period(row["period"])]
        cells.append(labels.name("measured", row["measured"]))
        sheet.write_wide([(cell, "") for cell in cells], names, "row", "prose")


def _disclosure(book: Book, sheet: Sheet) -> None:
    labels, profile = book.labels, book.tables.profile
    sheet.section("disclosure")
    sheet.prose(
        labels.text(
            "disclosure_about",
            min_count=profile.min_count,
            few=profile.min_count - 1,
            dominance_citizens=profile.dominance_citizens,
            dominance_share=f"{100 * profile.dominance_share:.0f} %",
            zero=labels.text("zero_shown" if profile.show_zero else "zero_withheld"),
        )
    )
    sheet.prose(labels.text("disclosure_more", bracket_share=f"{100 * profile.bracket_share:.0f} %"))
    source = f": {profile.source}" if profile.source else ""
    sheet.write_wide([(labels.text("profile"), "")], f"{profile.profile}{source}", "row", "prose")


def _limits(book: Book, sheet: Sheet) -> None:
    labels = book.labels
    sheet.section("limits")
    words = [labels.text(key) for key in ("limit", "value", "column.unit", "source")]
    sheet.head([*words, "", "", ""], numbers=[1])
    for row in book.tables.limits.iter_rows(named=True):
        cells = [(row["limit"], ""), (row["value"], "quantity"), (row["unit"], "")]
        sheet.write_wide(cells, row["source"] or "", "row", "prose")


def _codes(book: Book, sheet: Sheet) -> None:
    """The catalogue's rows that make a service, a line each."""
    labels = book.labels
    codes = book.tables.codes.rename({f"label_{labels.language}": "label"})
    sheet.section("codes")
    words = ["column.service", "list", "code", "valid_from", "valid_to", "status", "source"]
    sheet.head([labels.text(key) for key in words], numbers=[3, 4])
    for row in codes.iter_rows(named=True):
        service = labels.name("service", row["service"]) if row["service"] else labels.text("no_service")
        cells = [(service, ""), (row["list"], ""), (row["code"], ""), (row["valid_from"], "date")]
        cells += [(row["valid_to"], "date"), (labels.name("status", row["status"] or ""), "")]
        about = ". ".join(text for text in (row["label"], row["source"]) if text)
        sheet.write_wide(cells, about, "row", "prose")
