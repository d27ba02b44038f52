r"""From the share of paths above a limit to what is known about distress.

The share of paths whose burden is above a limit in two or more years is a probability *of the
model*: of its shocks, its baseline and its limit. Two ways lead from it to debt distress:

* The low-income framework set its thresholds where a probit gives a stated probability of distress
  :math:`c` (its cut-off, about 14 to 16 per cent). For a country at its class's average a path
  beyond the threshold therefore has at least :math:`c`, any other at most :math:`c`:
  :math:`p c \le P \le p + (1 - p) c`. The bounds are wide because no slope is public.
* Where the rates of missed crises :math:`m` and false alarms :math:`f` of the signal and the
  frequency of distress :math:`\pi` are known, Bayes' rule gives a point. None of the three is
  supplied here: no figure for :math:`\pi` was found in a readable source.
"""

from __future__ import annotations

import math

from beltroad.errors import InputError
from beltroad.finance.debt import parameters

__all__ = ["cutoff", "distress_bounds", "distress_given_signal"]


def cutoff(quantity: str, on: str = "") -> float:
    """Cut-off probability of the low-income framework for an indicator; NaN where it has none."""
    values = parameters.load("lic-dsf", on).values
    return float(values.get(f"probability.cutoff.{quantity}", math.nan))


def distress_bounds(breach: float, cut: float) -> tuple[float, float]:
    """Lowest and highest probability of distress, by a signal's share and its cut-off.

    Raises
    ------
    InputError
        If one of them is not a fraction.
    """
    _fractions(breach=breach, cut=cut)
    return breach * cut, breach + (1 - breach) * cut


def distress_given_signal(
    breach: float, *, missed: float, false_alarms: float, frequency: float
) -> float:
    """Probability of distress when a signal is up in the share ``breach`` of paths.

    Parameters
    ----------
    breach
        Share of paths with a signal, 0 to 1.
    missed
        Share of distress episodes without a signal before.
    false_alarms
        Share of quiet times with a signal.
    frequency
        Share of times with distress, in the same sample as the two rates.

    Raises
    ------
    InputError
        If one of them is not a fraction.
    """
    _fractions(breach=breach, missed=missed, false_alarms=false_alarms, frequency=frequency)
    hits, alarms = (1 - missed) * frequency, false_alarms * (1 - frequency)
    silent, quiet = missed * frequency, (1 - false_alarms) * (1 - frequency)
    up = hits / (hits + alarms) if hits + alarms > 0 else 0.0
    down = silent / (silent + quiet) if silent + quiet > 0 else 0.0
    return breach * up + (1 - breach) * down


def _fractions(**values: float) -> None:
    for name, value in values.items():
        if not 0 <= value <= 1:
            raise InputError(f"{name} must be a fraction from 0 to 1, not {value}")
