"""The overview a reader starts with.

Here: key figures, flow, how to read the rest. Not here: who the citizens are (``target_group.py``), the other figures
(``views.py``), what they rest on (``method.py``).
"""

from __future__ import annotations

from reports.sheet import Book, Sheet
from reports.tables import PAYERS, Line
from reports.views import name_of


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
        about = " ".join(labels.text(f"{key}_about", price_level="").split())
        sheet.write_wide([(None, "")], about, "prose")
        sheet.sheet.write_url(sheet.row - 1, 0, f"internal:'{name}'!A1", book.style("prose", "link"), name)


def _key_figures(book: Book, sheet: Sheet) -> None:
    tables, labels = book.tables, book.labels
    sheet.section("key_figures")
    headings = [labels.text("per_citizen"), *map(labels.period, tables.periods)]
    sheet.head(headings, numbers=range(1, len(headings)))
    sheet.write([(labels.text("citizens_all"), ""), *sheet.figures(Line(), "n_citizens", "count")], "row")
    for line in tables.lines():
        if line.level == "area" and line in tables.priced:
            sheet.write([(name_of(book, line), ""), *sheet.figures(line, "mean_cost", "kr")], "row")
    sheet.write([(labels.text("total_cost"), ""), *sheet.figures(Line(), "mean_cost", "kr")], "total")
    for payer in PAYERS:
        name = labels.text(f"column.mean_cost_{payer}")
        sheet.write([(name, "indent"), *sheet.figures(Line(), f"mean_cost_{payer}", "kr")], "service")
    if "payers" in book.charts:
        chart = book.charts["payers"]()
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
        sheet.write([(name, ""), sheet.figure(row, "n", "count")], "total" if row["step"] == "study_base" else "row")
