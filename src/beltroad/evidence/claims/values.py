"""What a stated number can mean: the interval of its rounding, and that of its bound.

A figure is read three ways: as printed; as any number that would be printed so (half a unit of
its last significant digit); and as any number that its wording leaves open ("more than 100,000"
holds for 112,000 too).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from beltroad.errors import DataError, InputError

__all__ = ["ABOUT", "BOUNDS", "LEAST_DIGITS", "Figure", "Interval", "figure", "half_unit"]

ABOUT = 0.05
"""Share by which "about" and "nearly" may miss; a convention, stated in the method page."""
LEAST_DIGITS = 2
"""Trailing zeros of a whole number count as rounding, but never the first two digits."""
COUNTED_BELOW = 1000.0
"""An exact count below this is not rounded: 120 countries are 120, not 115 to 125."""
BOUNDS = (
    "exact", "about", "nearly", "more_than", "at_least", "less_than", "up_to", "between", "tens_of",
)  # fmt: skip


@dataclass(frozen=True)
class Interval:
    """All numbers from ``low`` to ``high``, both included; either may be infinite."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if math.isnan(self.low) or math.isnan(self.high) or self.low > self.high:
            raise DataError(f"no interval: {self.low} to {self.high}")

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Interval) -> Interval:
        return Interval(self.low - other.high, self.high - other.low)

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __mul__(self, other: Interval) -> Interval:
        return self._corners(other, lambda a, b: 0.0 if 0.0 in (a, b) else a * b)

    def __truediv__(self, other: Interval) -> Interval:
        if other.low < 0 < other.high or other.low == other.high == 0:
            return Interval(-math.inf, math.inf)
        inverse = Interval(
            1 / other.high if other.high else -math.inf, 1 / other.low if other.low else math.inf
        )
        return self * inverse

    def __pow__(self, other: Interval) -> Interval:
        if self.low < 0 and not (other.low == other.high and float(other.low).is_integer()):
            raise InputError("a negative number has no broken power")
        if self.low <= 0 <= self.high and other.low < 0:
            return Interval(-math.inf, math.inf)
        found = self._corners(other, _power)
        even = other.low == other.high and other.low % 2 == 0
        return Interval(0.0, found.high) if even and self.low < 0 < self.high else found

    def _corners(self, other: Interval, of: Callable[[float, float], float]) -> Interval:
        ends = [of(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(ends), max(ends))

    def overlaps(self, other: Interval) -> bool:
        """Whether a number lies in both, apart from errors of floating-point arithmetic."""
        slack = 1e-9 * max((abs(x) for x in self.ends + other.ends if math.isfinite(x)), default=0)
        return self.low <= other.high + slack and other.low <= self.high + slack

    def contains(self, value: float) -> bool:
        """Whether ``value`` lies in it, apart from errors of floating-point arithmetic."""
        return self.overlaps(Interval(value, value))

    def union(self, other: Interval) -> Interval:
        """The smallest interval that holds both."""
        return Interval(min(self.low, other.low), max(self.high, other.high))

    @property
    def ends(self) -> tuple[float, float]:
        """Both ends."""
        return self.low, self.high


@dataclass(frozen=True)
class Figure:
    """One stated number.

    Attributes
    ----------
    value
        As printed; the middle of a range.
    rounded
        Numbers that would be printed so.
    full
        Numbers that the wording leaves open; holds ``rounded`` only in part for a bound.
    """

    value: float
    rounded: Interval
    full: Interval


def half_unit(value: float) -> float:
    """Half a unit of the last significant digit: 2.7 gives 0.05, 160 gives 5, 80 gives 0.5."""
    if value == 0 or not math.isfinite(value):
        return 0.5
    _, digits, raised = Decimal(repr(float(value))).normalize().as_tuple()
    exponent = int(raised)
    if exponent > 0:
        exponent = max(0, exponent - max(0, LEAST_DIGITS - len(digits)))
    return float(Decimal(5).scaleb(exponent - 1))


def figure(value: float, bound: str = "exact", high: float = math.nan, *,
           counted: bool = False) -> Figure:  # fmt: skip
    """A number as a claim states it.

    Parameters
    ----------
    value, high
        The number; ``high`` is the upper end for ``between``.
    bound
        One of :data:`BOUNDS`.
    counted
        A count of things: exact below a thousand.

    Raises
    ------
    DataError
        If the bound is not known, or the number is none.
    """
    if bound not in BOUNDS:
        raise DataError(f"bound {bound!r} is none of {', '.join(BOUNDS)}")
    if not math.isfinite(value):
        raise DataError(f"{value} is no figure")
    half = half_unit(value)
    if counted and abs(value) < COUNTED_BELOW:
        half = 0.0
    rounded = Interval(value - half, value + half)
    if bound == "between":
        top = value if math.isnan(high) else high
        both = Interval(min(value, top), max(value, top))
        return Figure((value + top) / 2, both, both)
    if bound == "tens_of":
        wide = Interval(*sorted((value, 10 * value)))
        return Figure(value, wide, wide)
    miss = ABOUT * abs(value)
    full = {
        "exact": rounded,
        "about": rounded.union(Interval(value - miss, value + miss)),
        "nearly": Interval(min(value - miss, rounded.low), value),
        "more_than": Interval(value, math.inf),
        "at_least": Interval(value, math.inf),
    }.get(bound, Interval(0.0 if value >= 0 else -math.inf, value))
    return Figure(value, rounded, full)


def _power(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return math.inf
