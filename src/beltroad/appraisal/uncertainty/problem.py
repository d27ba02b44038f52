"""All that one draw needs, apart from the draw: handed once to every worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import evidence, trade
from beltroad.appraisal.cache import digest_of, source_digest
from beltroad.appraisal.uncertainty.citydays import STATES, CityDays
from beltroad.appraisal.uncertainty.inputs import UncertainInput

__all__ = ["Bills", "Problem"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Bills:
    """New projects with a known cost: USD, place of their inputs, and where they lie.

    ``host`` (project, economy of the model) are shares; the rest lies in economies without
    accounts. ``life``, ``delay`` and ``benefit`` name the inputs that hold the life of each
    project, its years late and the share of its benefits that comes. ``weight`` is its share of
    the gain, as which each project delays or lessens the whole; they add up to one.
    """

    cost_usd: Array
    overrun: tuple[str, ...]
    life: tuple[str, ...]
    host: Array
    delay: tuple[str, ...]
    benefit: tuple[str, ...]
    weight: Array


@dataclass(frozen=True)
class Problem:
    """An appraisal's economic stage with its uncertain inputs.

    Attributes
    ----------
    calibration
        The accounts, with central elasticities.
    cities
        Hours between cities, from which days between economies follow.
    theta_of, time_of
        Name of the input of each industry; "" where a day has no value.
    lines, poverty
        Poverty lines, and survey figures of the economies of the model.
    levers
        Further arguments of the solver by state (``tariff``, say: arrays or plain values),
        certain in every draw.
    factors
        Iceberg changes by state, which multiply those that come from time.
    """

    calibration: trade.Calibration
    cities: CityDays
    domestic: bool
    inputs: tuple[UncertainInput, ...]
    theta_of: tuple[str, ...]
    time_of: tuple[str, ...]
    bills: Bills
    corridor: NDArray[np.bool_]
    lines: tuple[float, ...]
    poverty: pd.DataFrame
    levers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    factors: Mapping[str, Array] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the inputs, in the order of drawn values."""
        return tuple(each.name for each in self.inputs)

    @property
    def central(self) -> Array:
        """Central value of every input."""
        return np.array([each.central for each in self.inputs])

    def digest(self) -> str:
        """Told from content: data, inputs, and the code that evaluates them."""
        c = self.calibration
        arrays: list[NDArray[Any]] = [
            c.pi,
            c.gamma,
            c.alpha,
            c.beta,
            c.theta,
            c.tariff,
            c.value_added,
            c.deficit,
        ]
        arrays += [self.cities.hours[s][m] for s in STATES for m in ("land", "sea")]
        arrays += [self.cities.usd[m] for m in ("land", "sea")]
        arrays += [self.cities.pair, self.cities.weight]
        arrays += [self.bills.cost_usd, self.bills.host, self.bills.weight, self.corridor]
        arrays += [self.levers[s][k] for s in sorted(self.levers) for k in sorted(self.levers[s])]
        arrays += [self.factors[s] for s in sorted(self.factors)]
        told = [
            (i.name, i.group, repr(i.distribution), i.central, i.shared, i.tied_to, i.tie)
            for i in self.inputs
        ]
        return digest_of(
            source_digest(), evidence.digest(), c.economies, c.industries, told, self.cities.switch,
            self.domestic, self.theta_of, self.time_of, self.bills.overrun, self.bills.life,
            self.bills.delay, self.bills.benefit,
            *arrays,
        )  # fmt: skip
