r"""Value at risk and expected shortfall of simulated losses, their errors and their parts.

With n losses in order and level a, VaR is the smallest loss not exceeded with probability a, and

.. math:: ES = \frac{1}{n (1 - a)} \Bigl[ \sum_{L_j > VaR} L_j
          + \bigl(n (1 - a) - \#\{L_j > VaR\}\bigr) VaR \Bigr]

(Acerbi and Tasche 2002), which is the mean of the worst share 1 - a also where losses repeat. Both
are homogeneous of degree one, so that parts by exposure (Euler) add up: E[L_i | worst share] for
ES, E[L_i | L = VaR] for VaR (Tasche 1999). The first is exact over the scenarios; the second is
the mean over scenarios near VaR by triangular weights, scaled to VaR.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["level_name", "levels_table", "tail_weights", "window_weights"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def level_name(level: float) -> str:
    """``p99.9`` for 0.999."""
    return f"p{round(100 * level, 8):g}"


def _place(n: int, level: float) -> int:
    """Place of VaR among the losses in rising order."""
    return max(math.ceil(round(level * n, 6)) - 1, 0)


def tail_weights(losses: Floats, order: Ints, level: float) -> tuple[Ints, Floats]:
    """Scenarios that make up expected shortfall, and their weights, which sum to 1."""
    n = len(losses)
    ranked = losses[order]
    var = ranked[_place(n, level)]
    first = int(np.searchsorted(ranked, var, side="left"))
    beyond = int(np.searchsorted(ranked, var, side="right"))
    mass = n * (1 - level)
    equal = max(mass - (n - beyond), 0.0)
    # Where VaR is 0 the scenarios at it add nothing; thousands of them need not be run again.
    if var == 0:
        return order[beyond:], np.full(n - beyond, 1 / mass)
    weight = np.full(n - first, 1 / mass)
    weight[: beyond - first] = equal / (beyond - first) / mass
    return order[first:], weight


def window_weights(losses: Floats, order: Ints, level: float) -> tuple[Ints, Floats]:
    """Scenarios near VaR and weights under which their mean loss is VaR."""
    n = len(losses)
    at = _place(n, level)
    var = float(losses[order[at]])
    if var == 0:
        return order[at : at + 1], np.zeros(1)
    half = max(min(round(0.2 * n * (1 - level)), n - 1 - at, at), 1)
    places = np.arange(max(at - half, 0), min(at + half + 1, n))
    weight = 1 - np.abs(places - at) / (half + 1)
    scenarios = order[places]
    return scenarios, weight * (var / float(weight @ losses[scenarios]))


def levels_table(
    losses: Floats, order: Ints, levels: Sequence[float], expected: float
) -> pd.DataFrame:
    """VaR and ES with standard errors, one row a level.

    The error of VaR is half the distance of the losses one standard error of the rank above and
    below it; that of ES is the root of [variance beyond VaR + a (ES - VaR)^2] / [n (1 - a)].
    """
    n = len(losses)
    ranked = losses[order]
    rows = []
    for level in levels:
        at = _place(n, level)
        var = float(ranked[at])
        scenarios, weight = tail_weights(losses, order, level)
        tail = losses[scenarios]
        es = float(weight @ tail)
        spread = float(weight @ tail**2) - es**2
        step = math.sqrt(n * level * (1 - level))
        low, high = max(math.floor(at - step), 0), min(math.ceil(at + step), n - 1)
        rows.append({
            "level": level,
            "var_usd": var,
            "var_se_usd": float(ranked[high] - ranked[low]) / 2,
            "es_usd": es,
            "es_se_usd": math.sqrt(
                (max(spread, 0.0) + level * (es - var) ** 2) / (n * (1 - level))
            ),
            "unexpected_usd": var - expected,
        })  # fmt: skip
    return pd.DataFrame(rows)
