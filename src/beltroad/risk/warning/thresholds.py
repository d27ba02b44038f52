r"""Thresholds of early-warning signals, chosen on history.

A signal is a value at or beyond a threshold. Of the table of signals and events (A hits, B false
alarms, C misses, D quiet years) two rules make a threshold:

* *loss* (Demirguc-Kunt and Detragiache 1999; Alessi and Detken 2011; the debt framework for
  low-income countries with :math:`\theta = 2/3`): the smallest
  :math:`\theta \frac{C}{A + C} + (1 - \theta) \frac{B}{B + D}`; its *usefulness* is
  :math:`\min(\theta, 1 - \theta)` less the loss, above zero if the signal beats always or never
  warning;
* *noise* (Kaminsky, Lizondo and Reinhart 1998): the smallest noise-to-signal ratio
  :math:`\frac{B / (B + D)}{A / (A + C)}` among thresholds in the worst tenth to the worst third of
  values: without that bound the rule runs into the tail, where two lucky hits decide.

Ties go to the threshold that warns less.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from beltroad.errors import InputError
from beltroad.risk.discrimination import Confusion

__all__ = ["THETA", "Method", "Threshold", "choose", "loss_of", "noise_to_signal", "usefulness_of"]

THETA = 2 / 3
"""Weight of a missed crisis; a false alarm weighs one third."""
Method = Literal["loss", "noise"]
_TAILS = (0.10, 1 / 3)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Threshold:
    """A threshold and how it did on the history it was chosen on.

    Attributes
    ----------
    value
        A value at or beyond it is a signal.
    above
        Whether high values warn.
    table
        Signals and events of that history.
    loss, usefulness, noise
        As defined above.
    """

    value: float
    above: bool
    table: Confusion
    loss: float
    usefulness: float
    noise: float

    def signals(self, values: ArrayLike) -> NDArray[np.bool_]:
        """Whether each value is a signal; an unknown one is none."""
        v = np.asarray(values, np.float64)
        return np.asarray(v >= self.value if self.above else v <= self.value, np.bool_)


def noise_to_signal(table: Confusion) -> float:
    """Noise-to-signal ratio; infinite without hits, below 1 if the signal is of use."""
    hit = table.hit_rate
    return table.false_alarm_rate / hit if hit > 0 else math.inf


def loss_of(table: Confusion, theta: float = THETA) -> float:
    """Weighted sum of missed crises and false alarms, 0 (best) to 1."""
    return theta * table.missed_rate + (1 - theta) * table.false_alarm_rate


def usefulness_of(table: Confusion, theta: float = THETA) -> float:
    """Loss spared against the better of always and never warning."""
    return min(theta, 1 - theta) - loss_of(table, theta)


def choose(
    values: ArrayLike, event: ArrayLike, *, above: bool, method: Method = "loss",
    theta: float = THETA,
) -> Threshold:  # fmt: skip
    """Choose a threshold on history.

    Parameters
    ----------
    values
        Values of one indicator, NaN where unknown: those rows are left out.
    event
        Whether a crisis followed, 0 or 1.
    above
        Whether high values warn.

    Raises
    ------
    InputError
        If shapes differ, theta is not within (0, 1), the method is unknown, or what is known holds
        no event or no quiet row.
    """
    if not 0 < theta < 1:
        raise InputError(f"theta must lie between 0 and 1, not {theta}")
    if method not in ("loss", "noise"):
        raise InputError(f"method {method!r}: give loss or noise")
    raw, flags = np.asarray(values, np.float64), np.asarray(event, np.float64)
    if raw.shape != flags.shape or raw.ndim != 1:
        raise InputError(f"values have shape {raw.shape}, events {flags.shape}")
    known = np.isfinite(raw) & np.isfinite(flags)
    v, y = raw[known] if above else -raw[known], flags[known] > 0
    n1, n0 = int(y.sum()), int((~y).sum())
    if not n1 or not n0:
        raise InputError(
            f"{n1} events and {n0} quiet rows with a value: there must be some of both"
        )
    order = np.argsort(-v, kind="stable")
    ranked = v[order]
    last = np.append(np.flatnonzero(np.diff(ranked)), ranked.size - 1)
    hits, alarms = np.cumsum(y[order])[last], np.cumsum(~y[order])[last]
    loss = theta * (1 - hits / n1) + (1 - theta) * alarms / n0
    if method == "loss":
        # Rounded, so that equal losses tie whatever the order of additions.
        best = int(np.argmin(np.round(loss, 12)))
    else:
        best = _least_noise(hits / n1, alarms / n0, (hits + alarms) / ranked.size)
    table = Confusion(int(hits[best]), int(alarms[best]), n1 - int(hits[best]),
                      n0 - int(alarms[best]))  # fmt: skip
    value = float(ranked[last][best])
    return Threshold(value if above else -value, above, table, loss_of(table, theta),
                     usefulness_of(table, theta), noise_to_signal(table))  # fmt: skip


def _least_noise(hit: Floats, alarm: Floats, share: Floats) -> int:
    with np.errstate(divide="ignore", invalid="ignore"):
        noise = np.where(hit > 0, alarm / hit, np.inf)
    allowed = (share >= _TAILS[0]) & (share <= _TAILS[1])
    if not allowed.any():
        # Few distinct values: the one whose share lies nearest to the bounds.
        apart = np.maximum(_TAILS[0] - share, share - _TAILS[1])
        allowed = apart == apart.min()
    return int(np.argmin(np.where(allowed, np.round(noise, 12), np.inf)))
