r"""Delay by reference class: actual over planned time of building, lognormal and never normal.

Where mean m and median d of the overrun are published,

.. math:: \mu = \ln(1 + d), \qquad \sigma^2 = 2 \ln\frac{1 + m}{1 + d};

where only the mean is, the deviation is that of dams in proportion, 1.75 m (at least 0.1), and
the shape that of a mean and a deviation. Source: table ``project_risk``; Ansar, Flyvbjerg, Budzier
and Lunn (2014) for dams.
"""

from __future__ import annotations

import math
from functools import cache

from beltroad.errors import DataError
from beltroad.risk.project.classes import dependence, figures
from beltroad.risk.project.overrun import OverrunClass, lognormal, reference_class

__all__ = ["DELAY_BORROWED", "delay_class"]

DELAY_BORROWED = {
    "port": "rail", "air": "rail", "all_transport": "rail", "dryport": "road", "border": "road",
    "water": "rail", "pipeline": "transmission", "water_supply": "hydro", "mining": "rail",
}  # fmt: skip
"""Classes without figures of their own, and whose they take."""

_LEAST_SD = 0.1


@cache
def delay_class(mode: str) -> OverrunClass:
    """Fitted distribution of actual over planned time of building for a mode.

    Raises
    ------
    InputError
        If the mode has no reference class at all.
    """
    reference_class(mode)  # one list of modes for cost and time
    name = DELAY_BORROWED.get(mode, mode)
    found = figures("delay").get(name)
    if found is None or "mean_share" not in found:
        raise DataError(f"project_risk: no delay for class {name!r}; check project_risk.csv")
    mean = found["mean_share"]
    if "median_share" in found:
        median = found["median_share"]
        if not -1 < median < mean:
            raise DataError(f"project_risk: delay of {name!r} has median {median} and mean {mean}")
        return OverrunClass(
            name, math.log1p(median), math.sqrt(2 * (math.log1p(mean) - math.log1p(median)))
        )
    return lognormal(name, mean, max(dependence("delay_sd_per_mean") * mean, _LEAST_SD))
