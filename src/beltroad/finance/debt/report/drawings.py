"""Line charts of the report, drawn as SVG: indicators against thresholds, and the fan."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from beltroad.finance.debt.report import view
from beltroad.finance.debt.vocabulary import INDICATORS

if TYPE_CHECKING:
    from beltroad.finance.debt.ratings.assess import Assessment
    from beltroad.finance.debt.stochastic.fan import Fan

__all__ = ["BOTTOM", "HEIGHT", "LEFT", "RIGHT", "TOP", "WIDTH", "Band", "Chart", "Line", "Scale",
           "fan_chart", "indicator_charts", "path_chart"]  # fmt: skip

WIDTH, HEIGHT = 440.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 40.0, 20.0, 14.0, 26.0
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Line:
    """One curve: a class for its look, its path, what it is."""

    look: str
    path: str
    said: str


@dataclass(frozen=True)
class Band:
    """An area between two quantiles."""

    look: str
    path: str
    said: str


@dataclass(frozen=True)
class Chart:
    """A drawing ready for the template; all numbers are in the units of its view box."""

    key: str
    title: str
    said: str
    note: str
    lines: tuple[Line, ...]
    bands: tuple[Band, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    threshold: float | None
    threshold_label: str
    threshold_above: bool
    window_x: tuple[float, float]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM


class Scale:
    """From years and per cent to places in the drawing."""

    def __init__(self, years: Sequence[int], values: Sequence[float]) -> None:
        known = [v for v in values if math.isfinite(v)] or [0.0, 1.0]
        low, high = min(0.0, *known), max(known)
        high = high if high > low else low + 1.0
        step = _step((high - low) / 4)
        self.low = math.floor(low / step) * step
        self.high = math.ceil(high * 1.02 / step) * step
        self.ticks = [self.low + k * step for k in range(round((self.high - self.low) / step) + 1)]
        self.digits = max(0, -math.floor(math.log10(step))) if step < 1 else int(step % 1 > 0)
        self.first, self.last = years[0], max(years[-1], years[0] + 1)

    def x(self, year: float) -> float:
        """Place of a year, from the left."""
        share = (year - self.first) / (self.last - self.first)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        """Place of a value, from the top."""
        share = (value - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    def path(self, years: Sequence[int], values: Sequence[float]) -> str:
        """A polyline; unknown values interrupt it."""
        out, pen = [], "M"
        for year, value in zip(years, values, strict=True):
            if not math.isfinite(value):
                pen = "M"
                continue
            out.append(f"{pen}{self.x(year):g} {self.y(value):g}")
            pen = "L"
        return "".join(out)

    def x_ticks(self, step: int = 0) -> tuple[tuple[float, str], ...]:
        """Years with a label, every ``step``; 0: as many as fit."""
        step = step or (5 if self.last - self.first > 12 else 2)
        start = -(-self.first // step) * step
        return tuple((self.x(y), str(y)) for y in range(start, self.last + 1, step))

    def y_ticks(self) -> tuple[tuple[float, str], ...]:
        """Values with a label."""
        return tuple((self.y(v), f"{v:.{self.digits}f}") for v in self.ticks)


def _step(rough: float) -> float:
    scale = float(10.0 ** math.floor(math.log10(rough)))
    return next(s * scale for s in _STEPS if s * scale >= rough * 0.999)


def indicator_charts(assessment: Assessment, without: Assessment | None = None) -> list[Chart]:
    """One chart per indicator: baseline, most extreme shock, historical scenario, all others.

    ``without``: the case without a package, whose baseline is drawn as a second line.
    """
    extreme = {e.indicator: e for e in view.extremes(assessment)}
    return [
        _indicator(assessment, name, extreme.get(name), without)
        for name in INDICATORS
        if assessment.paths["baseline"].table[name].notna().any()
    ]


def _indicator(
    assessment: Assessment, name: str, extreme: view.Extreme | None, without: Assessment | None
) -> Chart:
    base = assessment.paths["baseline"].table
    years = [int(str(y)) for y in base.index]
    tables = {key: path.table[name].reindex(years) for key, path in assessment.paths.items()}
    threshold = assessment.thresholds.get(name, math.nan)
    worst = extreme.stress if extreme is not None else ""
    shown = [v for s in tables.values() for v in s.to_numpy(float)]
    if without is not None:
        shown += list(without.paths["baseline"].table[name].reindex(years).to_numpy(float))
    # One runaway scenario must not flatten all others.
    top = 3.2 * max([x for x in (threshold, float(base[name].max())) if math.isfinite(x)] or [1.0])
    peak = [v for k in (worst, "baseline") if k in tables for v in tables[k].to_numpy(float)]
    top = max([top, *[v for v in peak if math.isfinite(v)]])
    scale = Scale(years, [*(min(v, top) for v in shown), threshold])
    lines = []
    for key, series in tables.items():
        look = {"baseline": "base", "historical": "hist", worst: "worst"}.get(key, "other")
        values = np.where(series.to_numpy(float) > top * 1.02, np.nan, series.to_numpy(float))
        lines.append(Line(look, scale.path(years, list(values)), view.scenario(key)))
    if without is not None:
        before = without.paths["baseline"].table[name].reindex(years).to_numpy(float)
        lines.append(Line("without", scale.path(years, list(before)), "Baseline without projects"))
    order = ("other", "hist", "worst", "base", "without")
    lines.sort(key=lambda line: order.index(line.look))
    first, last = view.window(assessment)[0], view.window(assessment)[-1]
    known = math.isfinite(threshold)
    return Chart(
        key=name, title=view.label(name), said=_said(name, extreme), note=_note(extreme),
        lines=tuple(lines), bands=(), x_ticks=scale.x_ticks(), y_ticks=scale.y_ticks(),
        threshold=scale.y(threshold) if known else None,
        threshold_label=_limit_label(name, threshold),
        threshold_above=known and _above(scale, threshold, tables, (worst, "baseline")),
        window_x=(scale.x(max(first, scale.first)), scale.x(min(last, scale.last))),
    )  # fmt: skip


def _above(
    scale: Scale, threshold: float, tables: Mapping[str, pd.Series], keys: Sequence[str]
) -> bool:
    """Whether the label of the threshold is better placed above it: where fewer curves run."""
    place = scale.y(threshold)
    if place < TOP + 20:
        return False
    ends = [scale.y(v) for k in keys if k in tables
            for v in tables[k].to_numpy(float)[-7:] if math.isfinite(v)]  # fmt: skip
    up = sum(place - 20 < y <= place for y in ends)
    down = sum(place < y < place + 20 for y in ends)
    return up <= down


def _limit_label(name: str, threshold: float) -> str:
    """Total public debt has a benchmark, external debt a threshold."""
    if not math.isfinite(threshold):
        return ""
    public = name in INDICATORS and INDICATORS[name].side == "public"
    return f"{'benchmark' if public else 'threshold'} {threshold:g}%"


def _note(extreme: view.Extreme | None) -> str:
    """The peaks in a few words, under the title."""
    if extreme is None or extreme.baseline_pct != extreme.baseline_pct:
        return ""
    text = f"Baseline up to {extreme.baseline_pct:.1f}% ({extreme.baseline_year})"
    if extreme.stress:
        text += (f"; {view.scenario(extreme.stress)} up to {extreme.stress_pct:.1f}% "
                 f"({extreme.stress_year})")  # fmt: skip
    return text + "."


def _said(name: str, extreme: view.Extreme | None) -> str:
    if extreme is None:
        return f"{view.label(name)}: no threshold."
    text = (f"{extreme.label}: baseline peaks at {extreme.baseline_pct:.1f}% in "
            f"{extreme.baseline_year}, threshold {extreme.threshold_pct:g}%.")  # fmt: skip
    if extreme.stress:
        text += (f" {view.scenario(extreme.stress)} peaks at {extreme.stress_pct:.1f}% in "
                 f"{extreme.stress_year}.")  # fmt: skip
    return text


def path_chart(
    title: str, series: Mapping[str, tuple[str, pd.Series]], *, first: int, limit: float = math.nan,
    limit_label: str = "",
) -> Chart:  # fmt: skip
    """Curves of one quantity in % of GDP; the years from ``first`` on are shaded.

    ``series``: look of a line, and its name with values by year. ``base`` is the main one.
    """
    years = sorted({int(str(y)) for _, values in series.values() for y in values.index})
    curves = {look: (name, v.reindex(years)) for look, (name, v) in series.items()}
    scale = Scale(years, [*(x for _, v in curves.values() for x in v.to_numpy(float)), limit])
    lines = tuple(
        Line(look, scale.path(years, list(v.to_numpy(float))), name)
        for look, (name, v) in curves.items()
    )
    base = curves["base"][1].loc[first:].dropna()
    note = said = f"{title}: not known."
    if len(base):
        peak = int(str(base.idxmax()))
        now, then, most = float(base.iloc[0]), float(base.iloc[-1]), float(base.max())
        note = (f"{now:.1f}% in {base.index[0]}, {then:.1f}% in {base.index[-1]}; highest "
                f"{most:.1f}% ({peak}).")  # fmt: skip
        said = f"{title}, % of GDP: {note}"
        if math.isfinite(limit):
            said += f" {limit_label}."
    known = math.isfinite(limit)
    return Chart(
        key=title, title=title, said=said, note=note, lines=lines, bands=(),
        x_ticks=scale.x_ticks(), y_ticks=scale.y_ticks(),
        threshold=scale.y(limit) if known else None, threshold_label=limit_label,
        threshold_above=known and _above(scale, limit, {k: v for k, (_, v) in curves.items()},
                                         tuple(curves)),
        window_x=(scale.x(max(first, scale.first)), scale.x(scale.last)),
    )  # fmt: skip


def fan_chart(fan: Fan, title: str) -> Chart:
    """Quantiles of one burden as nested bands, median and deterministic baseline on top."""
    table = fan.quantiles
    years = [int(str(y)) for y in table.index]
    threshold = float(fan.threshold_pct)
    scale = Scale(years, [*table.to_numpy(float).ravel(), threshold])
    bands = []
    for look, low, high in (("b90", "q05", "q95"), ("b80", "q10", "q90"), ("b50", "q25", "q75")):
        up = scale.path(years, list(table[high].to_numpy(float)))
        down = scale.path(years[::-1], list(table[low].to_numpy(float)[::-1]))
        bands.append(Band(look, f"{up}L{down[1:]}Z", f"{low[1:]} to {high[1:]} per cent"))
    lines = [Line("median", scale.path(years, list(table["q50"].to_numpy(float))), "median")]
    base = fan.baseline.reindex(table.index).to_numpy(float)
    lines.append(Line("base", scale.path(years, list(base)), "Baseline"))
    known = math.isfinite(threshold)
    last = table.iloc[-1]
    said = (f"{title}: in {years[-1]}, 90 of 100 paths end between {last['q05']:.0f}% and "
            f"{last['q95']:.0f}%, the median at {last['q50']:.0f}%.")  # fmt: skip
    return Chart(
        key="fan", title=title, said=said,
        note=f"{fan.draws:,} draws, method {fan.method}, seed {fan.seed}.",
        lines=tuple(lines), bands=tuple(bands), x_ticks=scale.x_ticks(), y_ticks=scale.y_ticks(),
        threshold=scale.y(threshold) if known else None,
        threshold_label=_limit_label(fan.quantity, threshold),
        threshold_above=known and _above(scale, threshold, {"": table["q50"]}, ("",)),
        window_x=(scale.x(years[0]), scale.x(years[-1])),
    )  # fmt: skip
