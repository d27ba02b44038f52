"""What the two maps show: projects on the network, and the change of real income.

The maps are drawn here and not by the chart library, because an economy without a figure must
be hatched, both maps must share one set of outlines, and the page must stay small.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from beltroad.appraisal.report import projection, theme, words
from beltroad.appraisal.result import MapLayers
from beltroad.infrastructure.projects.status import STATUS_GROUPS, status_group

__all__ = [
    "NARROW_VIEW",
    "WIDE_VIEW",
    "Classes",
    "Label",
    "NetworkMap",
    "Shade",
    "classes",
    "network_map",
    "shades",
]

# Africa, Europe and Asia fill a phone's width; the rest of the world is in the table.
WIDE_VIEW = (420, 0, 9480, projection.HEIGHT)
NARROW_VIEW = (4150, 120, 4700, projection.HEIGHT - 1000)
# What is being built is drawn last, over what is there.
_ORDER = ("halted", "planned", "open", "building")
_LADDER = [m * 10.0**e for e in range(-4, 3) for m in (1, 2, 5)]


@dataclass(frozen=True)
class Classes:
    """Class limits of a diverging shade around zero, percent, with colours and words."""

    limits: tuple[float, ...]
    colours: tuple[str, ...]
    labels: tuple[str, ...]

    def index(self, value: float) -> int:
        """The class of a value."""
        return int(np.searchsorted(self.limits, value, side="right"))


@dataclass(frozen=True)
class Shade:
    """One economy on the shaded map."""

    iso3: str
    css: str
    label: str
    dot: tuple[int, int] | None
    imputed: bool = False


@dataclass(frozen=True)
class Label:
    """A name on the map."""

    x: int
    y: int
    text: str
    anchor: str


@dataclass(frozen=True)
class Drawn:
    """A project on the map."""

    group: str
    label: str
    path: str
    dots: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class NetworkMap:
    """All that the network map draws, from bottom to top."""

    sea: str
    rail: str
    cities: str
    ports: str
    projects: tuple[Drawn, ...]
    labels: tuple[Label, ...]


def classes(values: pd.Series) -> Classes:
    """Round class limits fitted to the values, the same on both sides of zero."""
    known = values.dropna().to_numpy(np.float64)
    size = float(np.quantile(np.abs(known), 0.9)) if known.size else 1.0
    top = max([step for step in _LADDER if step <= max(size, _LADDER[3])])
    at = _LADDER.index(top)
    up = [round(v, 6) for v in _LADDER[at - 3 : at + 1]]
    losses = bool(known.size) and known.min() < 0
    limits = (-up[2], -up[0], 0.0, *up) if losses else tuple(up)
    colours = (*theme.LOSS[::-1], *theme.GAIN) if losses else theme.GAIN
    first = words.number(limits[0], _places(limits[0]))
    names = [f"below {first}" if losses else f"0 to {first}"]
    names += [
        f"{words.number(a, _places(a))} to {words.number(b, _places(b))}"
        for a, b in pairwise(limits)
    ]
    names.append(f"{words.number(limits[-1], _places(limits[-1]))} and more")
    return Classes(limits, colours, tuple(names))


def _places(value: float) -> int:
    return 0 if value == round(value) else len(f"{abs(value):.6f}".rstrip("0").split(".")[1])


def shades(countries: pd.DataFrame, scale: Classes) -> list[Shade]:
    """Class and label of every outline."""
    rows = {str(r["iso3"]): r for r in countries.to_dict("records")}
    out = []
    for outline in projection.outlines():
        if outline.iso3 not in rows:
            out.append(Shade(outline.iso3, "none", f"{outline.name}: no data", outline.dot))
            continue
        row = rows[outline.iso3]
        value = float(row["real_income_change_pct"])
        if np.isfinite(value):
            css, said = f"k{scale.index(value)}", f"{words.percent(value)} real income"
            low, high = float(row["real_income_low_pct"]), float(row["real_income_high_pct"])
            if np.isfinite(low) and np.isfinite(high):
                said += f" (cases: {words.percent_range(low, high)})"
        else:
            css, said = "none", "not in the trade model"
        imputed = row["accounts"] == "imputed"
        if imputed:
            said += ", accounts imputed"
        out.append(Shade(outline.iso3, css, f"{row['name']}: {said}", outline.dot, imputed))
    return out


def network_map(layers: MapLayers, projects: pd.DataFrame) -> NetworkMap:
    """Paths and labels of the network and of the projects on it."""
    lines, points = layers.lines, layers.points
    order = list(_ORDER)
    ranked = sorted(
        projects.to_dict("records"),
        key=lambda r: (order.index(status_group(str(r["status"]))), str(r["id"])),
    )
    drawn = [d for row in ranked if (d := _drawn(layers, row)) is not None]
    cities = points[points.kind == "city"].sort_values(["size", "name"], ascending=[False, True])
    ports = points[points.kind == "port"]
    return NetworkMap(
        sea=projection.merged_path(lines[lines.kind == "sea"], limit=160_000),
        rail=projection.merged_path(lines[lines.kind == "rail"], limit=420_000),
        cities=_dots(cities),
        ports=_dots(ports),
        projects=tuple(drawn),
        labels=_labels(cities, 34),
    )


def _drawn(layers: MapLayers, row: Mapping[Any, Any]) -> Drawn | None:
    """Lines and terminals of one project, if its place is known."""
    lines, points = layers.lines, layers.points
    own = lines[(lines.kind == "project") & (lines.project == row["id"])]
    dots = points[(points.kind == "project") & (points.project == row["id"])]
    xy = projection.place(dots.lat.to_numpy(float), dots.lon.to_numpy(float))
    path = projection.merged_path(own, limit=20_000)
    if not path and not len(xy):
        return None
    group = status_group(str(row["status"]))
    status = STATUS_GROUPS[group][0].lower()
    said = f"{row['name']}: {words.label(str(row['mode'])).lower()}, {status}"
    if np.isfinite(float(row["cost_usd"])):
        said += f", {words.usd(float(row['cost_usd']))}"
    return Drawn(group, said, path, tuple((int(x), int(y)) for x, y in xy))


def _dots(points: pd.DataFrame) -> str:
    xy = projection.place(points.lat.to_numpy(float), points.lon.to_numpy(float))
    return "".join(f"M{x} {y}h0" for x, y in xy.tolist())


def _labels(cities: pd.DataFrame, most: int) -> tuple[Label, ...]:
    """Names of the largest cities, as many as fit without touching."""
    out: list[Label] = []
    boxes: list[tuple[float, float, float, float]] = []
    xy = projection.place(cities.lat.to_numpy(float), cities.lon.to_numpy(float))
    for (x, y), name in zip(xy.tolist(), cities["name"], strict=True):
        wide = 62 * len(str(name)) + 40
        for anchor, left in (("start", x + 45), ("end", x - 45 - wide)):
            box = (left - 60, y - 110, left + wide + 60, y + 110)
            if all(box[2] < b[0] or box[0] > b[2] or box[3] < b[1] or box[1] > b[3] for b in boxes):
                boxes.append(box)
                shift = 45 if anchor == "start" else -45
                out.append(Label(x + shift, y + 36, str(name), anchor))
                break
        if len(out) >= most:
            break
    return tuple(out)
