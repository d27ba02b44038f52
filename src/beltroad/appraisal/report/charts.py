"""Charts of an appraisal. Each says its finding in words, draws it twice, and has a table twin.

Every chart exists in a wide and a narrow drawing, because text that is scaled down to the width
of a phone cannot be read; the page shows the one that fits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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
            f"{n}: {words.percent(v)}" + (f" (cases: {words.percent_range(a, b)})" if a == a else "")
            for n, v, a, b in zip(ranked.name_, ranked.value, ranked.low, ranked.high, strict=True)
        ],
        end=ranked[["value", "high"]].max(axis=1).clip(lower=0),
    )

    def panel(group: str, narrow: bool, last: bool) -> alt.LayerChart:
        part = data[data.group == group]
        x = alt.X("value:Q", title="Change of real income, %" if last else None)
        y = alt.Y("name_:N", sort=list(part.name_), title=None).axis(
            labelLimit=120 if narrow else 220, grid=False
        )
        base = alt.Chart(part).encode(y=y, description="label:N")
        bars = base.mark_bar(height={"band": 0.62}).encode(
            x=x.scale(domain=domain, nice=False),
            color=alt.condition("datum.value < 0", alt.value(theme.LOSS[2]), alt.value(theme.ACCENT)),
        )
        whiskers = base.mark_rule(color=theme.INK, strokeWidth=1.2, aria=False).encode(
            x="low:Q", x2="high:Q"
        )
        text = base.mark_text(align="left", dx=6, fontSize=11.5, aria=False).encode(
            x="end:Q", text="text:N"
        )
        return alt.layer(bars, whiskers, text).properties(
            width=200 if narrow else 590, height=alt.Step(20), title=group
        )

    return lambda narrow: alt.vconcat(
        *(panel(g, narrow, g == groups[-1]) for g in groups), spacing=14
    ).resolve_scale(x="shared")


def net_of_cost(ranked: pd.DataFrame, groups: list[str]) -> Draw:
    """Dumbbells from gain before cost to gain net of cost, percent of GDP.

    ``ranked`` has ``group``, ``name_``, ``gross``, ``net``.
    """
    data = ranked.assign(
        label=[
            f"{n}: {words.percent(g)} of GDP before cost, {words.percent(v)} after"
            for n, g, v in zip(ranked.name_, ranked.gross, ranked.net, strict=True)
        ]
    )
    values = data[["gross", "net"]].to_numpy(float)
    low, high = min(0.0, values.min()), max(0.0, values.max())
    pad = 0.04 * (high - low or 1.0)
    domain = [low - pad, high + pad]
    key = ["Gain before cost", "Net of cost, if the host pays"]

    def panel(group: str, narrow: bool, last: bool) -> alt.LayerChart:
        part = data[data.group == group]
        y = alt.Y("name_:N", sort=list(part.name_), title=None).axis(
            labelLimit=120 if narrow else 220, grid=False
        )
        x = alt.X("gross:Q", title="% of GDP a year" if last else None).scale(
            domain=domain, nice=False
        )
        base = alt.Chart(part).encode(y=y, description="label:N")
        bars = base.mark_rule(strokeWidth=2.5, color="#b9c3c6", aria=False).encode(x=x, x2="net:Q")
        gross = base.transform_calculate(what=f"'{key[0]}'").mark_point(
            size=60, filled=False, strokeWidth=1.8, aria=False, opacity=1
        ).encode(x=x, color=_two_colours("what:N", key, last), shape=_two_shapes(key))
        net = base.transform_calculate(what=f"'{key[1]}'").mark_point(
            size=75, filled=True, opacity=1
        ).encode(x=alt.X("net:Q"), color=_two_colours("what:N", key, last), shape=_two_shapes(key))
        zero = alt.Chart(pd.DataFrame({"x": [0]})).mark_rule(color=theme.INK, aria=False).encode(x="x:Q")
        return alt.layer(zero, bars, gross, net).properties(
            width=200 if narrow else 590, height=alt.Step(20), title=group
        )

    return lambda narrow: alt.vconcat(
        *(panel(g, narrow, g == groups[-1]) for g in groups), spacing=14
    ).resolve_scale(x="shared")


def _two_colours(field: str, key: list[str], last: bool) -> alt.Color:
    return alt.Color(field, title=None).scale(domain=key, range=["#4d8fd1", theme.INK]).legend(
        orient="bottom", direction="vertical"
    )


def _two_shapes(key: list[str]) -> alt.Shape:
    return alt.Shape("what:N", title=None).scale(domain=key, range=["circle", "diamond"])


def regions(points: pd.DataFrame, medians: pd.DataFrame) -> Draw:
    """Strips of economies by region: change of shipment time, and of the cost of time.

    ``points`` has ``region``, ``measure``, ``value``, ``label``; ``medians`` the first three.
    """
    order = list(medians[medians.measure == medians.measure.iloc[0]].sort_values("value").region)

    def draw(narrow: bool) -> alt.TopLevelMixin:
        panels = []
        measures = list(dict.fromkeys(points.measure))
        for i, measure in enumerate(measures):
            y = alt.Y("region:N", sort=order, title=None).axis(
                labels=narrow or i == 0, labelLimit=130 if narrow else 200, grid=True
            )
            x = alt.X("value:Q", title=measure)
            dots = alt.Chart(points[points.measure == measure]).mark_circle(
                size=42, opacity=0.45, color=theme.ACCENT
            ).encode(x=x, y=y, description="label:N")
            middle = alt.Chart(medians[medians.measure == measure]).mark_tick(
                color=theme.LOSS[2], thickness=3, size=17
            ).encode(x=x, y=y, description="label:N")
            panels.append(
                alt.layer(dots, middle).properties(width=200 if narrow else 300, height=alt.Step(23))
            )
        return alt.vconcat(*panels, spacing=16) if narrow else alt.hconcat(*panels, spacing=18)

    return draw


def scatter(points: pd.DataFrame, labels: pd.DataFrame, modes: list[str]) -> Draw:
    """Gain alone against annual cost, both axes logarithmic, with the line where they are equal.

    ``points`` has ``cost``, ``gain`` (million USD a year), ``mode``, ``label``.
    """
    both = points[["cost", "gain"]].to_numpy(float)
    low, high = both.min(), both.max()
    bounds = [10 ** np.floor(np.log10(low)), 10 ** np.ceil(np.log10(high))]
    line = pd.DataFrame({"cost": bounds, "gain": bounds})
    colours = [theme.MODE_COLOURS.get(m, theme.MUTED) for m in modes]
    names = [words.label(m) for m in modes]
    shapes = dict(
        zip(
            ["rail", "road", "port", "dryport", "water", "border", "air"],
            ["circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "triangle-right"],
            strict=True,
        )
    )

    def draw(narrow: bool) -> alt.TopLevelMixin:
        x = alt.X("cost:Q", title="Annual cost, USD million a year").scale(
            type="log", domain=[10 ** np.floor(np.log10(points.cost.min())),
                                10 ** np.ceil(np.log10(points.cost.max()))]
        ).axis(tickCount=4, format="~s" if False else ",~g")
        y = alt.Y("gain:Q", title="Gain alone, USD million a year").scale(
            type="log", domain=[10 ** np.floor(np.log10(points.gain.min())),
                                10 ** np.ceil(np.log10(points.gain.max()))]
        ).axis(tickCount=5, format=",~g", labelLimit=90)
        equal = alt.Chart(line).mark_line(
            color=theme.INK, strokeDash=[5, 4], strokeWidth=1.2, clip=True, aria=False
        ).encode(x=x, y=y)
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


def sensitivity(cases: pd.DataFrame, central: dict[str, float]) -> Draw:
    """Dots per case, one panel per measure, with the central case as a line.

    ``cases`` has ``case``, ``measure``, ``value``, ``label``, largest effect first.
    """
    order = list(dict.fromkeys(cases.case))
    rule = pd.DataFrame({"measure": list(central), "value": list(central.values())})

    def draw(narrow: bool) -> alt.TopLevelMixin:
        panels = []
        for i, measure in enumerate(central):
            y = alt.Y("case:N", sort=order, title=None).axis(
                labels=narrow or i == 0, labelLimit=150 if narrow else 300, grid=False
            )
            x = alt.X("value:Q", title=measure).scale(zero=False, padding=8).axis(tickCount=4)
            part = cases[cases.measure == measure].assign(base=central[measure])
            middle = alt.Chart(rule[rule.measure == measure]).mark_rule(
                color=theme.INK, strokeDash=[4, 3], aria=False
            ).encode(x=x)
            stem = alt.Chart(part).mark_rule(color="#b9c3c6", strokeWidth=4, aria=False).encode(
                x=x, x2="base:Q", y=y
            )
            dot = alt.Chart(part).mark_circle(size=80, opacity=1, color=theme.ACCENT).encode(
                x=x, y=y, description="label:N"
            )
            panels.append(
                alt.layer(middle, stem, dot).properties(
                    width=180 if narrow else 175, height=alt.Step(22)
                )
            )
        return alt.vconcat(*panels, spacing=14) if narrow else alt.hconcat(*panels, spacing=16)

    return draw
