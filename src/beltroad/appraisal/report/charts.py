"""Charts of an appraisal. Each says its finding in words, draws it twice, and has a table twin.

Every chart exists in a wide and a narrow drawing, because text that is scaled down to the width
of a phone cannot be read; the page shows the one that fits.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from beltroad.appraisal.report import theme, words
from beltroad.appraisal.report.tables import Table

__all__ = ["Figure", "gains", "net_of_cost", "regions", "scatter", "sensitivity"]

Draw = Callable[[bool], alt.TopLevelMixin]


@dataclass(frozen=True)
class Figure:
    """A drawing with all that a reader needs to trust it."""

    key: str
    finding: str
    subtitle: str
    source: str
    wide: str
    narrow: str
    note: str = ""
    twin: Table | None = None
    twin_link: str = ""


def figure(
    key: str,
    finding: str,
    subtitle: str,
    source: str,
    draw: Draw,
    *,
    note: str = "",
    twin: Table | None = None,
    twin_link: str = "",
) -> Figure:
    """Draw both sizes."""
    return Figure(
        key,
        finding,
        subtitle,
        source,
        theme.svg(draw(False), f"{key}-w", description=finding),
        theme.svg(draw(True), f"{key}-n", description=finding),
        note,
        twin,
        twin_link,
    )


def gains(ranked: pd.DataFrame, groups: list[str]) -> Draw:
    """Bars of real income change with whiskers, one panel per group of economies.

    ``ranked`` has ``group``, ``name``, ``value``, ``low``, ``high`` (percent), best first.
    """
    known = ranked[["low", "high", "value"]].to_numpy(float)
    domain = [min(0.0, float(np.nanmin(known))), max(0.0, float(np.nanmax(known)))]
    reach = (domain[1] - domain[0]) or 1.0
    domain = [domain[0] - 0.03 * reach * (domain[0] < 0), domain[1] + 0.14 * reach]
    data = ranked.assign(
        text=[words.percent(v) for v in ranked.value],
        label=[
            f"{n}: {words.percent(v)} (cases: {words.percent_range(a, b)})"
            for n, v, a, b in zip(ranked.name_, ranked.value, ranked.low, ranked.high, strict=True)
        ],
        end=ranked[["value", "high"]].max(axis=1).clip(lower=0),
    )

    def panel(group: str, narrow: bool, last: bool) -> Any:
        part = data[data.group == group]
        part = part.assign(name_=_broken(part.name_, 19 if narrow else 34))
        x = alt.X("value:Q", title="Change of real income, %" if last else None)
        x = x.axis(tickCount=4 if narrow else 8)
        base = alt.Chart(part).encode(y=_names(part.name_, narrow), description="label:N")
        bars = base.mark_bar(height={"band": 0.62}).encode(
            x=x.scale(domain=domain, nice=False),
            color=alt.condition(
                "datum.value < 0", alt.value(theme.LOSS_BAR), alt.value(theme.GAIN_BAR)
            ),
        )
        whiskers = base.mark_rule(color=theme.INK, strokeWidth=1.2, aria=False).encode(
            x="low:Q", x2="high:Q"
        )
        text = base.mark_text(align="left", dx=6, fontSize=11.5, aria=False).encode(
            x="end:Q", text="text:N"
        )
        return alt.layer(bars, whiskers, text).properties(
            width=190 if narrow else 590, height=_step(part.name_, narrow), title=group
        )

    return lambda narrow: alt.vconcat(
        *(panel(g, narrow, g == groups[-1]) for g in groups), spacing=14
    ).resolve_scale(x="shared")


def net_of_cost(ranked: pd.DataFrame, groups: list[str]) -> Draw:
    """Dumbbells from gain before cost to gain net of cost, percent of income.

    ``ranked`` has ``group``, ``name_``, ``gross``, ``net``.
    """
    data = ranked.assign(
        label=[
            f"{n}: {words.percent(g)} of income before cost, {words.percent(v)} after"
            for n, g, v in zip(ranked.name_, ranked.gross, ranked.net, strict=True)
        ]
    )
    values = data[["gross", "net"]].to_numpy(float)
    low, high = min(0.0, values.min()), max(0.0, values.max())
    pad = 0.04 * (high - low or 1.0)
    domain = [low - pad, high + pad]

    def panel(group: str, narrow: bool, last: bool) -> Any:
        part = data[data.group == group]
        part = part.assign(name_=_broken(part.name_, 19 if narrow else 34))
        x = alt.X("gross:Q", title="% of income a year" if last else None)
        x = x.scale(domain=domain, nice=False).axis(tickCount=4 if narrow else 8)
        base = alt.Chart(part).encode(y=_names(part.name_, narrow), description="label:N")
        bars = base.mark_rule(strokeWidth=2.5, color="#b9c3c6", aria=False).encode(x=x, x2="net:Q")
        gross = base.mark_point(
            shape="circle", size=60, fill="#ffffff", stroke=theme.ACCENT, strokeWidth=1.8,
            opacity=1, aria=False,
        ).encode(x=x)  # fmt: skip
        net = base.mark_point(
            shape="diamond", size=80, fill=theme.INK, stroke="#ffffff", strokeWidth=0.6, opacity=1
        ).encode(x="net:Q")
        zero = alt.Chart(pd.DataFrame({"x": [0]})).mark_rule(color=theme.INK, aria=False)
        zero = zero.encode(x="x:Q")
        return alt.layer(zero, bars, gross, net).properties(
            width=190 if narrow else 590, height=_step(part.name_, narrow), title=group
        )

    return lambda narrow: alt.vconcat(
        *(panel(g, narrow, g == groups[-1]) for g in groups), spacing=14
    ).resolve_scale(x="shared")


def _names(names: pd.Series, narrow: bool) -> alt.Y:
    """An axis of names in the order given."""
    wide = 118 if narrow else 185
    axis = alt.Axis(grid=False, minExtent=wide, maxExtent=wide, labelLimit=wide, **_LINES)
    return alt.Y("name_:N", sort=list(names), title=None, axis=axis)


_LINES: dict[str, Any] = {"labelExpr": "split(datum.label, '\\n')", "labelLineHeight": 12}


def _broken(names: pd.Series, most: int) -> pd.Series:
    """Names broken into lines of at most ``most`` letters."""
    return names.map(lambda name: textwrap.fill(name, most, break_long_words=False))


def _step(names: pd.Series, narrow: bool) -> alt.Step:
    """Height of a row that has room for the name with the most lines."""
    lines = 1 + int(names.str.count("\n").max())
    return alt.Step(max(20, 12.5 * lines + (1 if narrow else 4)))


def regions(points: pd.DataFrame, medians: pd.DataFrame) -> Draw:
    """Strips of economies by region: change of shipment time, and of the cost of time.

    ``points`` has ``region``, ``measure``, ``value``, ``label``; ``medians`` the first three.
    """
    order = list(medians[medians.measure == medians.measure.iloc[0]].sort_values("value").region)

    def draw(narrow: bool) -> alt.TopLevelMixin:
        panels = []
        measures = list(dict.fromkeys(points.measure))
        for i, measure in enumerate(measures):
            y = (
                alt.Y("region:N", title=None)
                .scale(domain=order)
                .axis(labels=narrow or i == 0, labelLimit=125 if narrow else 200, grid=True)
            )
            x = alt.X("value:Q", title=measure).axis(tickCount=5)
            dots = (
                alt.Chart(points[points.measure == measure])
                .mark_circle(size=42, opacity=0.45, color=theme.ACCENT)
                .encode(x=x, y=y, description="label:N")
            )
            middle = (
                alt.Chart(medians[medians.measure == measure])
                .mark_tick(color=theme.LOSS[2], thickness=3, size=17)
                .encode(x=x, y=y, description="label:N")
            )
            width = 200 if narrow else 300
            panels.append(alt.layer(dots, middle).properties(width=width, height=alt.Step(23)))
        return alt.vconcat(*panels, spacing=16) if narrow else alt.hconcat(*panels, spacing=18)

    return draw


def scatter(points: pd.DataFrame, labels: pd.DataFrame, modes: list[str]) -> Draw:
    """Gain alone against annual cost, both axes logarithmic, with the line where they are equal.

    ``points`` has ``cost``, ``gain`` (million USD a year), ``mode``, ``label``.
    """
    (cost, cost_ticks), (gain, gain_ticks) = _log_axis(points.cost), _log_axis(points.gain)
    ends = [min(cost[0], gain[0]), max(cost[1], gain[1])]
    line = pd.DataFrame({"cost": ends, "gain": ends})
    colours = [theme.MODE_COLOURS.get(m, theme.MUTED) for m in modes]
    names = [words.label(m) for m in modes]
    shapes = {
        "rail": "circle",
        "road": "square",
        "port": "triangle-up",
        "dryport": "diamond",
        "water": "triangle-down",
        "border": "cross",
        "air": "triangle-right",
    }

    def draw(narrow: bool) -> alt.TopLevelMixin:
        x = (
            alt.X("cost:Q", title="Annual cost, USD million a year")
            .scale(type="log", domain=cost, nice=False)
            .axis(values=cost_ticks, format=",~g")
        )
        y = (
            alt.Y("gain:Q", title="Gain alone, USD million a year")
            .scale(type="log", domain=gain, nice=False)
            .axis(values=gain_ticks, format=",~g", labelLimit=90)
        )
        equal = (
            alt.Chart(line)
            .mark_line(color=theme.INK, strokeDash=[5, 4], strokeWidth=1.2, clip=True, aria=False)
            .encode(x=x, y=y)
        )
        dots = alt.Chart(points).mark_point(
            filled=True, size=70, opacity=0.85, stroke="#ffffff", strokeWidth=0.7
        ).encode(
            x=x, y=y, description="label:N",
            color=alt.Color("mode:N", title=None).scale(domain=names, range=colours)
            .legend(columns=3 if narrow else 7),
            shape=alt.Shape("mode:N", title=None).scale(
                domain=names, range=[shapes.get(m, "circle") for m in modes]),
        )  # fmt: skip
        layers = [equal, dots]
        if not narrow:
            layers.append(
                alt.Chart(labels).mark_text(align="left", dx=8, fontSize=11, aria=False)
                .encode(x=x, y=y, text="short:N")
            )  # fmt: skip
        return alt.layer(*layers).properties(
            width=255 if narrow else 740, height=300 if narrow else 430
        )

    return draw


def _log_axis(values: pd.Series) -> tuple[list[float], list[float]]:
    """Ends of a logarithmic axis a little wider than positive values, and round ticks within."""
    ends = [float(values.min()) / 1.5, float(values.max()) * 1.5]
    steps = (1, 2, 5) if ends[1] / ends[0] < 300 else (1,)
    first, last = (int(np.floor(np.log10(v))) for v in ends)
    ticks = [m * 10.0**k for k in range(first, last + 1) for m in steps]
    return ends, [t for t in ticks if ends[0] <= t <= ends[1]]


def sensitivity(cases: pd.DataFrame, central: dict[str, float]) -> Draw:
    """Dots per case, one panel per measure, with the central case as a line.

    ``cases`` has ``case``, ``measure``, ``value``, ``label``, largest effect first.
    """
    rule = pd.DataFrame({"measure": list(central), "value": list(central.values())})

    def draw(narrow: bool) -> alt.TopLevelMixin:
        panels = []
        rows = cases.assign(case=_broken(cases.case, 27 if narrow else 46))
        order = list(dict.fromkeys(rows.case))
        for i, measure in enumerate(central):
            axis = alt.Axis(grid=False, labels=narrow or i == 0, labelLimit=310, **_LINES)
            y = alt.Y("case:N", sort=order, title=None, axis=axis)
            x = alt.X("value:Q", title=measure).axis(tickCount=3)
            x = x.scale(zero=False, nice=False, padding=10)
            part = rows[rows.measure == measure].assign(base=central[measure])
            middle = (
                alt.Chart(rule[rule.measure == measure])
                .mark_rule(color=theme.INK, strokeDash=[4, 3], aria=False)
                .encode(x=x)
            )
            stem = (
                alt.Chart(part)
                .mark_rule(color="#b9c3c6", strokeWidth=4, aria=False)
                .encode(x=x, x2="base:Q", y=y)
            )
            dot = (
                alt.Chart(part)
                .mark_circle(size=80, opacity=1, color=theme.ACCENT)
                .encode(x=x, y=y, description="label:N")
            )
            panels.append(
                alt.layer(middle, stem, dot).properties(
                    width=160 if narrow else 172, height=_step(rows.case, narrow)
                )
            )
        return alt.vconcat(*panels, spacing=14) if narrow else alt.hconcat(*panels, spacing=26)

    return draw
