"""One look for all charts: palette, Vega-Lite config, and the way from a chart to clean SVG."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import altair as alt
import vl_convert

__all__ = [
    "ACCENT",
    "CONFIG",
    "GAIN",
    "GAIN_BAR",
    "GRID",
    "INK",
    "LOSS",
    "LOSS_BAR",
    "MODE_COLOURS",
    "MUTED",
    "clean",
    "svg",
]

INK = "#1b2a33"
MUTED = "#566570"
GRID = "#e3e7e8"
ACCENT = "#0b6470"
# Teal and burnt orange stay apart under all common forms of colour blindness and in grey print.
GAIN = ("#e3f0ef", "#b4d9d7", "#71b8b8", "#2d8c94", "#0a5561")
GAIN_BAR, LOSS_BAR = "#5aa7ac", "#dd9350"  # light enough for a whisker to be seen on them
LOSS = ("#f9e6d2", "#e9ab6d", "#b45f19")
MODE_COLOURS = {
    "rail": "#0b6470",
    "road": "#b45f19",
    "port": "#3f5fa8",
    "dryport": "#7b5aa6",
    "water": "#4d8fd1",
    "border": "#8a6d3b",
    "air": "#7a858c",
}

# Text is measured with a metric-compatible font that the renderer carries with it, so that
# the layout is the same everywhere; the page's own font stack is used to draw it.
_FONT = "Liberation Sans"
_SVG = "{http://www.w3.org/2000/svg}"
_GEOMETRY = frozenset(["d", "transform", "x", "x1", "x2", "y", "y1", "y2", "width", "height", "r"])
_LONG = re.compile(r"\d+\.\d{2,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
CONFIG: dict[str, Any] = {
    "font": _FONT,
    "background": None,
    "padding": 4,
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED,
        "labelFontSize": 12,
        "titleColor": MUTED,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titlePadding": 8,
        "grid": True,
        "gridColor": GRID,
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
    },
    "axisY": {"labelColor": INK, "labelLimit": 230},
    "header": {
        "labelColor": INK,
        "labelFontSize": 13,
        "labelFontWeight": "bold",
        "labelAnchor": "start",
        "title": None,
    },
    "title": {
        "anchor": "start",
        "color": INK,
        "fontSize": 13,
        "fontWeight": "bold",
        "offset": 8,
        "subtitleColor": MUTED,
    },
    "legend": {
        "labelColor": INK,
        "labelFontSize": 12,
        "titleColor": MUTED,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "orient": "top",
        "symbolSize": 90,
        "columnPadding": 14,
    },
    "text": {"color": INK, "fontSize": 12},
    "numberFormat": "~g",
}


def svg(chart: alt.TopLevelMixin, key: str, *, description: str) -> str:
    """Draw a chart without any network access, as SVG that can stand inside a page.

    Geometry is rounded to one decimal, ids are made unique with ``key``, marks that carry data
    get the class ``m``, and the fixed size gives way to a ``viewBox`` so that the page decides
    how large the drawing is.
    """
    spec = clean(chart.to_dict(validate=False))
    spec["config"] = CONFIG
    root = ElementTree.fromstring(vl_convert.vegalite_to_svg(spec))  # noqa: S314 (our own)
    # The renderer counts ids through all drawings of a process: number them anew.
    found = [e.attrib["id"] for e in root.iter() if "id" in e.attrib]
    _tidy(root, {old: f"{key}-{n}" for n, old in enumerate(found)}, inside=False)
    root.tag = "svg"
    size = root.attrib
    root.attrib = {
        "class": "chart",
        "role": "group",
        "tabindex": "0",
        "data-marks": "",
        "aria-label": clean(description),
        "viewBox": f"0 0 {size['width']} {size['height']}",
        "width": size["width"],
        "height": size["height"],
    }
    return ElementTree.tostring(root, encoding="unicode")


def clean(value: Any) -> Any:
    """Text, or nested text, without control characters, which XML and HTML cannot carry."""
    if isinstance(value, str):
        return _CONTROL.sub("", value)
    if isinstance(value, dict):
        return {k: clean(v) for k, v in value.items()}
    if isinstance(value, list):
        return [clean(v) for v in value]
    return value


def _tidy(parent: ElementTree.Element, ids: dict[str, str], *, inside: bool) -> None:
    """Round, rename and thin out the tree below ``parent`` in place."""
    for child in list(parent):
        child.tag = child.tag.removeprefix(_SVG)
        attrib = child.attrib
        css = attrib.pop("class", "")
        if css in ("background", "foreground") and "clip-path" not in attrib:
            parent.remove(child)  # without stroke in our config: bytes that draw nothing
            continue
        for name in ("pointer-events", "font-family", "aria-roledescription"):
            attrib.pop(name, None)
        if "id" in attrib:
            attrib["id"] = ids[attrib["id"]]
        for name, value in attrib.items():
            if name in _GEOMETRY:
                attrib[name] = _LONG.sub(_short, value)
            elif value.startswith("url(#") and name in ("clip-path", "fill", "stroke"):
                attrib[name] = f"url(#{ids[value[5:-1]]})"
        marks = inside or "role-mark" in css
        if marks and "aria-label" in attrib:
            attrib["class"] = "m"
            attrib["role"] = "img"
        elif marks and child.tag == "text":
            attrib["class"] = "t"
        _tidy(child, ids, inside=marks)
        if child.tag == "text" and len(child) > 1:
            # The renderer hangs a label of several lines from its first line: centre it.
            up = f" translate(0,{-6 * (len(child) - 1)})"
            attrib["transform"] = attrib.get("transform", "") + up


def _short(match: re.Match[str]) -> str:
    return f"{float(match[0]):.1f}".removesuffix(".0")
