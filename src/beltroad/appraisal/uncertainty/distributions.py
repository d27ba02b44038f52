r"""Distributions of uncertain inputs, each given by its quantile function.

Draws are quantiles of uniform numbers, so that two scenarios that use the same uniform numbers
draw the same states of the world, and a truncated distribution is never drawn outside its bounds.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from beltroad.errors import InputError
from beltroad.normal import ndtr, ndtri
from beltroad.risk import reference_class
from beltroad.risk.project import benefit_class, delay_class

__all__ = [
    "BenefitClass", "DelayClass", "Discrete", "Distribution", "Fixed", "LogNormal",
    "ReferenceClass", "Triangular", "TruncatedNormal", "TwoPiece", "Uniform",
]  # fmt: skip

Array = NDArray[np.float64]
_EDGE = 1e-12


def _finite(name: str, **values: float) -> None:
    for key, value in values.items():
        if not math.isfinite(value):
            raise InputError(f"{name} distribution: {key} must be finite, not {value}")


class Distribution(ABC):
    """A distribution of one number."""

    @abstractmethod
    def quantile(self, probability: ArrayLike) -> Array:
        """Value that is not exceeded with this probability (from 0 to 1), any shape."""

    @abstractmethod
    def describe(self) -> str:
        """The distribution with its parameters, for readers."""

    @property
    def certain(self) -> bool:
        """Whether there is only one value."""
        ends = self.quantile([_EDGE, 1.0 - _EDGE])
        return bool(ends[0] == ends[1])


def _inside(probability: ArrayLike) -> Array:
    p = np.asarray(probability, np.float64)
    if not np.all((p >= 0) & (p <= 1)):
        raise InputError("probabilities must lie from 0 to 1")
    return p


@dataclass(frozen=True)
class Fixed(Distribution):
    """One value for certain."""

    value: float

    def __post_init__(self) -> None:
        _finite("fixed", value=self.value)

    def quantile(self, probability: ArrayLike) -> Array:
        """The value."""
        return np.full(_inside(probability).shape, self.value)

    def describe(self) -> str:
        """The value in words."""
        return f"fixed at {self.value:g}"


@dataclass(frozen=True)
class Uniform(Distribution):
    """All values between two equally likely."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _finite("uniform", low=self.low, high=self.high)
        if self.low > self.high:
            raise InputError(f"uniform distribution: low {self.low:g} is above high {self.high:g}")

    def quantile(self, probability: ArrayLike) -> Array:
        """Linear between the ends."""
        return self.low + (self.high - self.low) * _inside(probability)

    def describe(self) -> str:
        """The ends in words."""
        return f"uniform {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Triangular(Distribution):
    """Density that rises from ``low`` to ``mode`` and falls to ``high``."""

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        _finite("triangular", low=self.low, mode=self.mode, high=self.high)
        if not self.low <= self.mode <= self.high:
            raise InputError(
                f"triangular distribution: need low <= mode <= high, not {self.low:g}, "
                f"{self.mode:g}, {self.high:g}"
            )

    def quantile(self, probability: ArrayLike) -> Array:
        """Square roots on both sides of the mode."""
        p, width = _inside(probability), self.high - self.low
        if width == 0:
            return np.full(p.shape, self.low)
        left, right = self.mode - self.low, self.high - self.mode
        rising = self.low + np.sqrt(p * width * left)
        falling = self.high - np.sqrt((1.0 - p) * width * right)
        return np.where(p * width < left, rising, falling)

    def describe(self) -> str:
        """The corners in words."""
        return f"triangular {self.low:g}, {self.mode:g}, {self.high:g}"


@dataclass(frozen=True)
class TwoPiece(Distribution):
    """Triangular with half of the probability on either side of ``central``.

    For ranges of estimates: the central value is the median, however far the ends lie from it,
    and the density falls to zero at the ends.
    """

    low: float
    central: float
    high: float

    def __post_init__(self) -> None:
        _finite("two_piece", low=self.low, central=self.central, high=self.high)
        if not self.low <= self.central <= self.high:
            raise InputError(
                f"two_piece distribution: need low <= central <= high, not {self.low:g}, "
                f"{self.central:g}, {self.high:g}"
            )

    def quantile(self, probability: ArrayLike) -> Array:
        """Square roots on both sides of the median."""
        p = _inside(probability)
        below = self.low + (self.central - self.low) * np.sqrt(np.minimum(2.0 * p, 1.0))
        above = self.high - (self.high - self.central) * np.sqrt(np.minimum(2.0 - 2.0 * p, 1.0))
        return np.where(p < 0.5, below, above)

    def describe(self) -> str:
        """Median and ends in words."""
        return f"two pieces {self.low:g} to {self.high:g}, median {self.central:g}"


@dataclass(frozen=True)
class TruncatedNormal(Distribution):
    """Normal, drawn again wherever a draw falls below ``low``.

    Drawing again is the same as drawing from the part of the distribution above ``low``, which
    is what is done.
    """

    mean: float
    sd: float
    low: float = -math.inf

    def __post_init__(self) -> None:
        _finite("truncated_normal", mean=self.mean, sd=self.sd)
        if not self.sd > 0 or math.isnan(self.low):
            raise InputError(f"truncated_normal distribution: sd must be above 0, not {self.sd:g}")
        if ndtr((self.low - self.mean) / self.sd) > 0.999:
            raise InputError(
                f"truncated_normal distribution: hardly anything of mean {self.mean:g} and sd "
                f"{self.sd:g} lies above {self.low:g}"
            )

    def quantile(self, probability: ArrayLike) -> Array:
        """Quantile of the part above ``low``."""
        cut = float(ndtr((self.low - self.mean) / self.sd))
        p = np.clip(cut + _inside(probability) * (1.0 - cut), _EDGE, 1.0 - _EDGE)
        return np.maximum(self.mean + self.sd * ndtri(p), self.low)

    def describe(self) -> str:
        """Mean and deviation in words."""
        bound = f", not below {self.low:g}" if math.isfinite(self.low) else ""
        return f"normal {self.mean:g}, s.e. {self.sd:g}{bound}"


@dataclass(frozen=True)
class LogNormal(Distribution):
    """Logarithm normal with median ``median`` and standard deviation ``sigma``."""

    median: float
    sigma: float

    def __post_init__(self) -> None:
        _finite("lognormal", median=self.median, sigma=self.sigma)
        if not (self.median > 0 and self.sigma >= 0):
            raise InputError(
                f"lognormal distribution: median {self.median:g} must be above 0 and sigma "
                f"{self.sigma:g} not below"
            )

    def quantile(self, probability: ArrayLike) -> Array:
        """Median times the exponential of the normal quantile."""
        p = np.clip(_inside(probability), _EDGE, 1.0 - _EDGE)
        return self.median * np.exp(self.sigma * ndtri(p))

    def describe(self) -> str:
        """Median and deviation in words."""
        return f"lognormal, median {self.median:g}, sigma {self.sigma:g}"


@dataclass(frozen=True)
class Discrete(Distribution):
    """A few values with weights, in rising order of the values."""

    values: tuple[float, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.values or len(self.values) != len(self.weights):
            raise InputError("discrete distribution: give as many weights as values, at least one")
        _finite("discrete", **{f"value {k + 1}": v for k, v in enumerate(self.values)})
        if list(self.values) != sorted(set(self.values)):
            raise InputError("discrete distribution: give values once each, in rising order")
        if not (all(w >= 0 for w in self.weights) and 0 < sum(self.weights) < math.inf):
            raise InputError(
                "discrete distribution: weights must be finite, not below 0, not all 0"
            )

    def quantile(self, probability: ArrayLike) -> Array:
        """The value whose share of the weights holds the probability."""
        share = np.cumsum(self.weights) / np.sum(self.weights)
        place = np.searchsorted(share, _inside(probability), side="right")
        last = int(np.flatnonzero(np.asarray(self.weights) > 0)[-1])
        return np.asarray(self.values, np.float64)[np.minimum(place, last)]

    def describe(self) -> str:
        """Values and weights in words."""
        pairs = zip(self.values, self.weights, strict=True)
        return "one of " + ", ".join(f"{v:g} (weight {w:g})" for v, w in pairs)


@dataclass(frozen=True)
class ReferenceClass(Distribution):
    """Actual over estimated cost in the reference class of a project's mode."""

    mode: str

    def quantile(self, probability: ArrayLike) -> Array:
        """Quantile of the fitted class."""
        p = np.clip(_inside(probability), _EDGE, 1.0 - _EDGE)
        return reference_class(self.mode).quantile(p)

    def describe(self) -> str:
        """The class in words."""
        return f"cost overrun of class {reference_class(self.mode).name}"


@dataclass(frozen=True)
class DelayClass(Distribution):
    """Years late in the reference class of a project's mode; below 0 where it opens early."""

    mode: str
    years: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.years) and self.years > 0):
            raise InputError(f"delay: planned years must be above 0, not {self.years:g}")

    def quantile(self, probability: ArrayLike) -> Array:
        """Quantile of the fitted class, times the planned years of building."""
        p = np.clip(_inside(probability), _EDGE, 1.0 - _EDGE)
        return np.asarray((delay_class(self.mode).quantile(p) - 1.0) * self.years, np.float64)

    def describe(self) -> str:
        """The class in words."""
        return f"delay of class {delay_class(self.mode).name}, {self.years:g} planned years"


@dataclass(frozen=True)
class BenefitClass(Distribution):
    """Actual over forecast benefit in the reference class of a project's mode."""

    mode: str

    def __post_init__(self) -> None:
        if benefit_class(self.mode) is None:
            raise InputError(f"benefit: nothing is published for mode {self.mode!r}")

    def quantile(self, probability: ArrayLike) -> Array:
        """Quantile of the fitted class."""
        found = benefit_class(self.mode)
        p = np.clip(_inside(probability), _EDGE, 1.0 - _EDGE)
        return np.ones(p.shape) if found is None else found.quantile(p)

    def describe(self) -> str:
        """The class in words."""
        return f"benefits of class {self.mode}"
