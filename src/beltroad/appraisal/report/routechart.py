"""The chart of the page on routes: time against money, with emissions as the size of circles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from beltroad.infrastructure.routes.schedule import Trip

__all__ = ["Point", "Scatter", "main_mode", "scatter"]


def main_mode(trip: Trip) -> str:
    """The mode of most kilometres."""
    km: dict[str, float] = {}
    for leg in trip.route.legs:
        km[leg.mode] = km.get(leg.mode, 0.0) + leg.km
    return max(km, key=lambda m: km[m])


@dataclass(frozen=True)
class Point:
    """One route in the chart: where, how large, and where its number stands."""

    number: int
    x: float
    y: float
    radius: float
    low: float
    high: float
    mode: str
    said: str
    label: tuple[float, float]

    @property
    def leader(self) -> bool:
        """Whether the number stands so far away that a line must lead to it."""
        away = math.hypot(self.label[0] - self.x, self.label[1] - self.y)
        return away > self.radius + 12


@dataclass(frozen=True)
class Scatter:
    """Time against money on logarithmic scales; ticks are position and text."""

    width: int
    height: int
    left: int
    bottom: int
    points: tuple[Point, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]


def scatter(trips: Sequence[Trip]) -> Scatter:
    """Days and USD per TEU of each route, with emissions as the area of its circle."""
    width, height, left, bottom, edge = 680, 420, 74, 50, 26
    spread = [(t.route.spread.p10_hours / 24, t.route.spread.p90_hours / 24) for t in trips]
    days = [t.route.days_total for t in trips]
    usd = [max(t.route.usd_per_teu, 1.0) for t in trips]
    kg = [t.route.kgco2e_per_teu for t in trips]
    x_of, x_ticks = _log_axis([*days, *(v for s in spread for v in s)], left, width - edge)
    y_of, y_ticks = _log_axis(usd, height - bottom, edge)
    points: list[Point] = []
    boxes: list[tuple[float, float]] = []
    circles = [
        (x_of(d), y_of(u), 5.0 + 21.0 * math.sqrt(g / max([*kg, 1e-9])))
        for d, u, g in zip(days, usd, kg, strict=True)
    ]
    # Large circles first, so that small ones stay visible on them.
    for k in sorted(range(len(trips)), key=lambda k: (-kg[k], k)):
        x, y, radius = circles[k]
        others = circles[:k] + circles[k + 1 :]
        label = _label_spot(circles[k], others, boxes, (left, width - edge, height - bottom))
        boxes.append(label)
        said = (
            f"Route {k + 1}: {days[k]:.1f} days ({spread[k][0]:.1f} to {spread[k][1]:.1f}), "
            f"USD {usd[k]:,.0f}, {kg[k]:,.0f} kg CO2e"
        )
        points.append(
            Point(
                k + 1,
                round(x, 1),
                round(y, 1),
                round(radius, 1),
                round(x_of(spread[k][0]), 1),
                round(x_of(spread[k][1]), 1),
                main_mode(trips[k]),
                said,
                (round(label[0], 1), round(label[1], 1)),
            )
        )
    return Scatter(width, height, left, bottom, tuple(points), x_ticks, y_ticks)


def _label_spot(
    circle: tuple[float, float, float],
    others: Sequence[tuple[float, float, float]],
    taken: Sequence[tuple[float, float]],
    inside: tuple[int, int, int],
) -> tuple[float, float]:
    """Where a number stands: in a large circle, else near it, clear of circles and numbers."""
    x, y, radius = circle
    if radius >= 14 and all(math.hypot(x - a, y - b) >= 17 for a, b in taken):
        return x, y
    left, right, low = inside
    for reach in range(11, 90, 6):
        for turn in range(12):
            angle = math.pi * (turn / 6 + 0.5)
            a, b = x + (radius + reach) * math.cos(angle), y - (radius + reach) * math.sin(angle)
            free = all(math.hypot(a - p, b - q) >= r + 9 for p, q, r in others)
            apart = all(math.hypot(a - p, b - q) >= 17 for p, q in taken)
            if free and apart and left + 8 <= a <= right and 12 <= b <= low - 8:
                return a, b
    return x, y


class _Log:
    """Logarithmic axis from positions ``start`` to ``end``."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self.low, self.high, self.start, self.end = low, high, start, end

    def __call__(self, value: float) -> float:
        share = math.log(max(value, 1e-9) / self.low) / math.log(self.high / self.low)
        return self.start + share * (self.end - self.start)


def _log_axis(
    values: Sequence[float], start: float, end: float
) -> tuple[_Log, tuple[tuple[float, str], ...]]:
    """An axis that holds the values with some room, and ticks at 1, 2 and 5 times powers of 10."""
    low, high = min(v for v in values if v > 0) / 1.25, max(values) * 1.25
    axis = _Log(low, high, start, end)
    steps = [m * 10.0**e for e in range(-3, 8) for m in (1, 2, 5)]
    ticks = [v for v in steps if low <= v <= high]
    if len(ticks) < 2:
        # A narrow range: round steps that are no powers.
        size = 10 ** math.floor(math.log10((high - low) / 2))
        ticks = [k * size for k in range(math.ceil(low / size), math.floor(high / size) + 1)]
    return axis, tuple((round(axis(v), 1), f"{v:,.10g}") for v in ticks)
