"""The sheets about the figures: the overview a reader starts with, and method and sources.

Here: what a reader must know to use the figures. Not here: the figures' own sheets (``views.py``).
"""

from __future__ import annotations

from reports.sheet import HEAD, INK, RULE, Book, Sheet
from reports.tables import PAYERS, Line
from reports.views import name_of

CHART_COLOURS = {"kommune": HEAD, "region": "#6F9BC4", "stat": "#BFCBD6"}


def write_overview(book: Book, others: list[str]) -> None:
    """Key figures, whom they are about, how to read them, and what the ``others`` (keys of sheets) show."""
    tables, labels = book.tables, book.labels
    sheet = Sheet(book, "overview", [52, *[16.0] * max(len(tables.periods), 4)])
    sheet.sheet.set_portrait()
    sheet.sheet.fit_to_pages(1, 1)
    _key_figures(book, sheet)
    _flow(book, sheet)
    sheet.section("reading")
    conditional = {"reading_course": tables.anchored, "reading_2019": tables.crosses_2019}
    for key in (
        "reading_mean",
        "reading_effect",
        "reading_total",
        *(key for key, holds in conditional.items() if holds),
    ):
        sheet.prose(labels.text(key))
    sheet.section("contents")
    for key in others:
        name = labels.text(key)
        sheet.sheet.write_url(sheet.row, 0, f"internal:'{name}'!A1", book.style("link"), name)
        about = labels.text(f"{key}_about", price_level="").strip()
        sheet.sheet.write_string(sheet.row, 1, about, book.style())
        sheet.row += 1


def _key_figures(book: Book, sheet: Sheet) -> None:
    tables, labels = book.tables, book.labels
    sheet.section("key_figures")
    headings = [labels.text("per_citizen"), *map(labels.period, tables.periods)]
    sheet.head(headings, numbers=range(1, len(headings)))
    heading = sheet.row - 1
    sheet.write([(labels.text("citizens_all"), ""), *sheet.figures(Line(), "n_citizens", "count")], "row")
    for line in tables.lines():
        if line.level == "area" and line in tables.priced:
            sheet.write([(name_of(book, line), ""), *sheet.figures(line, "mean_cost", "kr")], "row")
    sheet.write([(labels.text("total_cost"), ""), *sheet.figures(Line(), "mean_cost", "kr")], "total")
    for payer in PAYERS:
        name = labels.text(f"column.mean_cost_{payer}")
        sheet.write([(name, "indent"), *sheet.figures(Line(), f"mean_cost_{payer}", "kr")], "service")
    if any(tables.everybody.get((Line(), period), {}).get("mean_cost") is not None for period in tables.periods):
        _chart(book, sheet, heading)


def _chart(book: Book, sheet: Sheet, heading: int) -> None:
    """The total by payer, from the three rows just written."""
    labels, last = book.labels, len(book.tables.periods)
    chart = book.workbook.add_chart({"type": "column", "subtype": "stacked"})
    assert chart is not None  # xlsxwriter gives none for an unknown type only
    name = labels.text("overview")
    for row, payer in enumerate(PAYERS, sheet.row - len(PAYERS)):
        chart.add_series(
            {
                "name": labels.text(payer),
                "categories": [name, heading, 1, heading, last],
                "values": [name, row, 1, row, last],
                "fill": {"color": CHART_COLOURS[payer]},
                "gap": 80,
            }
        )
    font = {"name": "Calibri", "size": 10, "color": INK}
    chart.set_title({"name": labels.text("chart_title"), "name_font": font | {"size": 12, "color": HEAD}})
    chart.set_legend({"position": "right", "font": font})
    chart.set_x_axis({"num_font": font, "line": {"color": RULE}})
    grid = {"visible": True, "line": {"color": RULE, "width": 0.5}}
    chart.set_y_axis({"num_format": '#,##0 "kr."', "num_font": font, "line": {"none": True}, "major_gridlines": grid})
    chart.set_chartarea({"border": {"none": True}})
    chart.set_size({"width": 820, "height": 300})
    sheet.sheet.insert_chart(sheet.row, 0, chart, {"x_offset": 4, "y_offset": 12})
    sheet.row += 16


def _flow(book: Book, sheet: Sheet) -> None:
    labels = book.labels
    sheet.section("flow")
    sheet.head([labels.text("flow_step"), labels.text("flow_n")], numbers=[1])
    for row in book.tables.participant_flow.iter_rows(named=True):
        name = labels.name("step", row["step"])
        if row["reason"]:
            name = f"{name}: {labels.name('reason', row['reason'])}"
        sheet.write([(name, ""), _count(book, row, "n")], "total" if row["step"] == "study_base" else "row")


def write_method(book: Book) -> None:
    """Periods, prices, payers, what was not measured, disclosure control and the registers' data ends."""
    tables, labels = book.tables, book.labels
    sheet = Sheet(book, "method", [book.name_width, 14, 15, 14, 14, 14, 70])
    sheet.section("periods")
    sheet.head([labels.text("column.period_name"), labels.text("meaning"), *[""] * 5])
    for period in tables.periods:
        sheet.write_wide([(labels.period(period), "")], labels.period_meaning(period), "row", "prose")
    _prices(book, sheet)
    _payer_rules(book, sheet)
    _not_measured(book, sheet)
    sheet.section("disclosure")
    zero = labels.text("zero_shown" if tables.profile.show_zero else "zero_withheld")
    count = tables.profile.min_count
    sheet.prose(labels.text("disclosure_about", min_count=count, few=count - 1, zero=zero))
    sheet.section("registers")
    sheet.head([labels.text("register"), labels.text("data_end")], numbers=[1])
    for register, end in tables.registers.select("register", "data_end").iter_rows():
        sheet.write([(labels.register(register), ""), (end, "date")], "row")


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
        sheet.write_wide([(name, ""), *dates, *shares], row["source"], "row", "prose")


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
        sheet.write_wide(
            [
                (labels.register(row["register"] or ""), ""),
                (labels.period(row["period"]), ""),
                (labels.name("measured", row["measured"]), ""),
            ],
            names,
            "row",
            "prose",
        )


def _count(book: Book, row: dict[str, object], column: str) -> tuple[object, str]:
    return (book.labels.text("withheld"), "marker") if row["withheld"] else (row[column], "count")
