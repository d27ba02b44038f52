"""Few kinds of charts for all pages, in the look of the report: SVG without style attributes.

The page's policy forbids style attributes, and a drawing needs none: what an SVG says in ``style``
it can say in attributes of its own. Equal content is drawn once in a process.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import pandas as pd
from pydantic_core import from_json, to_json

__all__ = ["bars", "fan", "lines", "scatter", "without_style"]

_STYLE = re.compile(r'\sstyle="([^"]*)"')
_NAME = re.compile(r"[a-z-]+\Z")
_PLAIN_VALUE = re.compile(r"[\w#.,()%\s+-]*\Z")
WIDTH = 640
# Apart for all forms of colour blindness, and each line has a dash and a mark of its own too.
_LINES = ("#0b6470", "#b45f19", "#3f5fa8", "#7b5aa6", "#566570", "#8a6d3b")


def without_style(svg: str) -> str:
    """The same drawing with every ``style`` attribute turned into presentation attributes."""

    def turned(match: re.Match[str]) -> str:
        out = []
        for part in match[1].split(";"):
            name, _, value = (p.strip() for p in part.partition(":"))
            if _NAME.match(name) and _PLAIN_VALUE.match(value) and name != "font-family":
                out.append(f' {name}="{value}"')
        return "".join(out)

    return _STYLE.sub(turned, svg)


def bars(rows: pd.DataFrame, *, unit: str, title: str) -> str:
    """Horizontal bars around zero: ``label``, ``value`` and, if known, ``low`` and ``high``.

    Gains are teal and losses orange; a whisker shows the range.
    """
    return _cached("bars", rows, {"unit": unit, "title": title})


def lines(rows: pd.DataFrame, *, unit: str, title: str) -> str:
    """Values over years: ``year``, ``value``, ``series``; ``low`` and ``high`` as a band."""
    return _cached("lines", rows, {"unit": unit, "title": title})


def fan(rows: pd.DataFrame, *, unit: str, title: str) -> str:
    """Quantiles over years: ``year``, ``p10``, ``p25``, ``p50``, ``p75``, ``p90``."""
    return _cached("fan", rows, {"unit": unit, "title": title})


def scatter(rows: pd.DataFrame, *, x: str, y: str, title: str, log: bool = False) -> str:
    """Points: ``label``, ``x``, ``y`` and, if wanted, ``group``; ``x`` and ``y`` name the axes."""
    return _cached("scatter", rows, {"x": x, "y": y, "title": title, "log": log})


def _cached(kind: str, rows: pd.DataFrame, options: Mapping[str, Any]) -> str:
    content = to_json(
        {"kind": kind, "rows": rows.to_dict("records"), "options": dict(options)},
        inf_nan_mode="null",
    )
    return _drawn(content)


@lru_cache(maxsize=256)
def _drawn(content: bytes) -> str:
    from beltroad.appraisal.report import theme

    asked = from_json(content)
    rows = pd.DataFrame(asked["rows"])
    chart = _KINDS[asked["kind"]](rows, asked["options"])
    key = f"c{hashlib.sha256(content).hexdigest()[:12]}"
    return without_style(theme.svg(chart, key, description=str(asked["options"]["title"])))


def _said(rows: pd.DataFrame, columns: Sequence[str], unit: str) -> pd.Series:
    """What a mark says: its names, its value with unit, and its range if there is one."""
    from beltroad.app.formats import shown

    def one(row: Mapping[Any, Any]) -> str:
        text = f"{', '.join(str(row[c]) for c in columns)}: {shown(row['value'])} {unit}"
        low, high = row.get("low"), row.get("high")
        if pd.notna(low) and pd.notna(high):
            text += f" ({shown(low)} to {shown(high)})"
        return text

    return pd.Series([one(row) for row in rows.to_dict("records")], index=rows.index)


def _bars(rows: pd.DataFrame, options: Mapping[str, Any]) -> Any:
    import altair as alt

    from beltroad.appraisal.report.theme import GAIN_BAR, INK, LOSS_BAR

    rows = rows.assign(said=_said(rows, ("label",), options["unit"]))
    y = alt.Y("label:N", sort="-x", title=None)
    base = alt.Chart(rows)
    bar = base.mark_bar(height=14).encode(
        x=alt.X("value:Q", title=options["unit"], axis=alt.Axis(format="~s")), y=y,
        color=alt.condition("datum.value < 0", alt.value(LOSS_BAR), alt.value(GAIN_BAR)),
        description="said:N",
    )  # fmt: skip
    layers = [bar]
    if {"low", "high"} <= set(rows.columns) and rows[["low", "high"]].notna().all(axis=1).any():
        ranged = base.transform_filter("isValid(datum.low) && isValid(datum.high)")
        layers.append(ranged.mark_rule(color=INK).encode(
            x=alt.X("low:Q", title=options["unit"]), x2="high:Q", y=y))  # fmt: skip
    return alt.layer(*layers).properties(width=WIDTH - 220, height=max(60, 22 * len(rows)))


def _years(rows: pd.DataFrame) -> Any:
    import altair as alt

    count = int(rows["year"].nunique())
    return alt.X("year:Q", title=None, scale=alt.Scale(nice=False),
                 axis=alt.Axis(format="d", tickCount=min(10, count)))  # fmt: skip


def _lines(rows: pd.DataFrame, options: Mapping[str, Any]) -> Any:
    import altair as alt

    names = list(dict.fromkeys(rows["series"]))
    rows = rows.assign(said=_said(rows, ("series", "year"), options["unit"]))
    paint = [_LINES[i % len(_LINES)] for i in range(len(names))]
    dashes = [[1, 0], [6, 3], [2, 2], [8, 2, 2, 2]]
    color = alt.Color("series:N", title=None, sort=names,
                      scale=alt.Scale(domain=names, range=paint),
                      legend=None if len(names) < 2 else alt.Legend())  # fmt: skip
    dash = alt.StrokeDash("series:N", title=None, sort=names, legend=None, scale=alt.Scale(
        domain=names, range=[dashes[i % len(dashes)] for i in range(len(names))]))  # fmt: skip
    y = alt.Y("value:Q", title=options["unit"], axis=alt.Axis(format="~s"),
              scale=alt.Scale(zero=False))  # fmt: skip
    base = alt.Chart(rows)
    layers = []
    if {"low", "high"} <= set(rows.columns):
        layers.append(base.mark_area(opacity=0.16).encode(
            x=_years(rows), y=alt.Y("low:Q", title=options["unit"]), y2="high:Q",
            color=color))  # fmt: skip
    layers.append(base.mark_line(strokeWidth=2).encode(
        x=_years(rows), y=y, color=color, strokeDash=dash))  # fmt: skip
    layers.append(base.mark_point(filled=True, size=26).encode(
        x=_years(rows), y=y, color=color, description="said:N"))  # fmt: skip
    return alt.layer(*layers).properties(width=WIDTH - 90, height=250)


def _fan(rows: pd.DataFrame, options: Mapping[str, Any]) -> Any:
    import altair as alt

    from beltroad.appraisal.report.theme import ACCENT, GAIN

    rows = rows.assign(value=rows["p50"], low=rows["p10"], high=rows["p90"])
    rows = rows.assign(said=_said(rows, ("year",), options["unit"]))
    base = alt.Chart(rows).encode(x=_years(rows))
    layers = [
        base.mark_area(color=paint).encode(y=alt.Y(f"{a}:Q", title=options["unit"]), y2=f"{b}:Q")
        for a, b, paint in (("p10", "p90", GAIN[0]), ("p25", "p75", GAIN[1]))
    ]
    middle = base.encode(y=alt.Y("p50:Q", title=options["unit"]))
    layers.append(middle.mark_line(color=ACCENT, strokeWidth=2))
    layers.append(
        middle.mark_point(color=ACCENT, filled=True, size=26).encode(description="said:N")
    )
    return alt.layer(*layers).properties(width=WIDTH - 90, height=250)


def _scatter(rows: pd.DataFrame, options: Mapping[str, Any]) -> Any:
    import altair as alt

    from beltroad.app.formats import shown
    from beltroad.appraisal.report.theme import ACCENT

    texts = [
        f"{r['label']}: {options['x']} {shown(r['x'])}, {options['y']} {shown(r['y'])}"
        for r in rows.to_dict("records")
    ]
    scale = alt.Scale(type="log" if options["log"] else "linear", nice=True)
    encoded: dict[str, Any] = {
        "x": alt.X("x:Q", title=options["x"], scale=scale, axis=alt.Axis(format="~s")),
        "y": alt.Y("y:Q", title=options["y"], axis=alt.Axis(format="~s")),
        "description": "said:N",
    }
    if "group" in rows.columns:
        names = list(dict.fromkeys(rows["group"]))
        paint = [_LINES[i % len(_LINES)] for i in range(len(names))]
        encoded["color"] = alt.Color("group:N", title=None, sort=names,
                                     scale=alt.Scale(domain=names, range=paint))  # fmt: skip
        encoded["shape"] = alt.Shape("group:N", title=None, sort=names)
    else:
        encoded["color"] = alt.value(ACCENT)
    marks = alt.Chart(rows.assign(said=texts)).mark_point(size=60, filled=True, opacity=0.85)
    return marks.encode(**encoded).properties(width=WIDTH - 90, height=320)


_KINDS: dict[str, Callable[[pd.DataFrame, Mapping[str, Any]], Any]] = {
    "bars": _bars, "lines": _lines, "fan": _fan, "scatter": _scatter,
}  # fmt: skip
