"""The charts of the report as Vega-Lite, made by Altair.

Here: how a chart looks, with a data set ``rows`` left empty. Not here: its rows, which the reader's choices make
(``templates/figures.js``), and its words (``texts.py``).

Every row has ``key``: four digits, a mark and the label. The digits keep rows of one label apart and in order; the mark
``#`` is of a heading, which has no bar of its own.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from reports.html.texts import TEXTS
from reports.labels import LANGUAGES, Labels
from reports.sheet import HEAD, INK, RULE, SOFT
from reports.tables import PAYERS

FONT = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
PAYER_COLOURS = {"kommune": HEAD, "region": "#6F9BC4", "stat": "#C9D3DC"}
ACCENT = "#B4500F"
"""The population, and no change: neither a period's colour nor a payer's."""
BEFORE = "#C3CED9"
LIGHT, DARK = (0x8F, 0xB4, 0xD6), (0x1D, 0x3B, 0x58)
"""Periods before the start are grey; from then on they go from light to dark blue."""
HIDDEN = {"aria": False}
"""The parts of a chart from a screen reader: the chart has a label of its own, and its table is what is read."""
CONFIG = {
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": INK,
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "gridColor": RULE,
        "domainColor": SOFT,
        "tickColor": SOFT,
        **HIDDEN,
    },
    "legend": {
        "orient": "top",
        "title": None,
        "labelFontSize": 12,
        "labelColor": INK,
        "labelLimit": 400,
        **HIDDEN,
        "columns": {"expr": "containerSize()[0] < 500 ? 2 : 8"},  # a phone
    },
    "text": {"fontSize": 11, "color": INK, "font": FONT},
    "mark": HIDDEN,
    **HIDDEN,
}
ROOM = {"left": 4, "top": 4, "right": 76, "bottom": 4}
"""Beside bars whose figure stands at their end."""
TIP = alt.ExprRef("datum.tip")


def specs(labels: Labels, periods: list[int]) -> dict[str, dict[str, Any]]:
    """The chart of each figure by name, its axes and legend in the language of ``labels``."""

    def title(key: str) -> str:
        return TEXTS[f"axis.{key}"][LANGUAGES.index(labels.language)]

    payers = [labels.text(payer) for payer in PAYERS]
    charts = {
        "flow": _bars("n", title("flow"), ",.0f"),
        "who": _bars("share", title("who"), ".0%"),
        "share": _share(title("share"), _by_period(labels, periods)),
        **{f"cost_{basis}": _cost(title(f"cost_{basis}"), payers) for basis in ("mean", "total")},
    }
    after = _by_period(labels, [period for period in periods if period != -1])
    charts |= {f"change_{measure}": _change(title(f"change_{measure}"), after) for measure in MEASURES}
    return {name: _sized(chart) for name, chart in charts.items()}


MEASURES = ("cost", "share", "quantity")
"""What a change is told of."""


def _sized(chart: alt.Chart | alt.LayerChart) -> dict[str, Any]:
    return chart.properties(width="container").to_dict() | {"config": CONFIG}


def _base() -> alt.Chart:
    return alt.Chart(alt.NamedData("rows"))


def _y() -> alt.Y:
    heading = {"test": "substring(datum.value, 4, 5) === '#'", "value": "bold"}
    axis = alt.Axis(
        labelExpr="substring(datum.label, 5)",
        labelFontWeight={"condition": heading, "value": "normal"},
        labelLimit={"expr": "max(90, containerSize()[0] * 0.4)"},
        labelPadding=8,
        ticks=False,
        domain=False,
    )
    return alt.Y("key:N", sort="ascending", title=None, axis=axis)


def _x(field: str, title: str, form: str, **options: Any) -> alt.X:
    axis = alt.Axis(format=form, tickCount=5, domain=False, ticks=False, labelOverlap=True, labelFlush=True)
    return alt.X(f"{field}:Q", title=title, axis=axis, **options)


def _by_period(labels: Labels, periods: list[int]) -> alt.Color:
    after = sum(period >= 0 for period in periods)
    blues = [
        "#" + "".join(f"{round(a + (b - a) * step / max(after - 1, 1)):02X}" for a, b in zip(LIGHT, DARK, strict=True))
        for step in range(after)
    ]
    colours = [BEFORE] * (len(periods) - after) + blues
    return alt.Color("period:N", scale=alt.Scale(domain=[labels.period(period) for period in periods], range=colours))


def _notes(**encoding: Any) -> alt.Chart:
    """The words where a figure is missing, and the figures at the end of bars."""
    return _base().mark_text(align="left", dx=4).encode(text="note:N", **encoding)


def _bars(field: str, title: str, form: str) -> alt.LayerChart:
    x = _x(field, title, form)
    bars = _base().mark_bar(color=PAYER_COLOURS["region"], height={"band": 0.75}, tooltip=TIP).encode(x=x, y=_y())
    notes = _notes(x=_x("end", title, form), y=_y())
    return alt.layer(bars, notes).properties(height=alt.Step(19), padding=ROOM)


def _share(title: str, colour: alt.Color) -> alt.LayerChart:
    x = _x("share", title, ".0%")
    place = {"y": _y(), "yOffset": alt.YOffset("order:O")}
    bars = _base().mark_bar(tooltip=TIP, stroke=HEAD, strokeWidth=0.4).encode(x=x, color=colour, **place)
    beside = (
        _base()
        .mark_point(shape="diamond", filled=True, size=44, color=ACCENT, stroke="white", strokeWidth=0.7, tooltip=TIP)
        .encode(x=_x("population", title, ".0%"), **place)
        .transform_filter("isValid(datum.population)")
    )
    notes = _notes(x=_x("end", title, ".0%"), size=alt.value(9), **place)
    return alt.layer(bars, beside, notes).properties(height=alt.Step(10, **{"for": "offset"}))


def _cost(title: str, payers: list[str]) -> alt.LayerChart:
    colour = alt.Color("payer:N", scale=alt.Scale(domain=payers, range=list(PAYER_COLOURS.values())))
    bars = (
        _base()
        .mark_bar(height={"band": 0.8}, tooltip=TIP, stroke=HEAD, strokeWidth=0.4)
        .encode(x=_x("value", title, ",.0f"), y=_y(), color=colour, order="order:Q")
        .transform_filter("isValid(datum.value)")
    )
    notes = _notes(x=_x("end", title, ",.0f"), y=_y())
    return alt.layer(bars, notes).properties(height=alt.Step(19), padding=ROOM)


def _change(title: str, colour: alt.Color) -> alt.LayerChart:
    place = {"y": _y(), "yOffset": alt.YOffset("order:O")}
    form = ",.0f" if "kr." in title or "DKK" in title else "~g"
    zero = _base().mark_rule(color=ACCENT, strokeWidth=0.8).encode(x=_x("zero", title, form))
    spans = _base().mark_rule(strokeWidth=2, tooltip=TIP).encode(x=_x("low", title, form), x2="high:Q", color=colour)
    points = (
        _base()
        .mark_point(filled=True, size=55, stroke=HEAD, strokeWidth=0.6, tooltip=TIP, opacity=1)
        .encode(x=_x("value", title, form), color=colour)
    )
    notes = _notes(x=_x("end", title, form))
    drawn = [layer.encode(**place) for layer in (spans, points, notes)]
    return alt.layer(zero, *drawn).properties(height=alt.Step(12, **{"for": "offset"}))
