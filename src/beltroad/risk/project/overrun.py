r"""Cost overrun by reference class: fat-tailed, never normal.

With X the ratio of actual to estimated cost (X = 1 + overrun, constant prices, estimate at the
decision to build), two shapes are fitted to what is published of a class.

*Mean m and standard deviation s of the overrun* are known: X is lognormal,

.. math:: \sigma^2 = \ln(1 + s^2 / (1 + m)^2), \qquad \mu = \ln(1 + m) - \sigma^2 / 2.

*Mean m, share p of projects with an overrun above one half, and their mean overrun t* are known:
above c = 1.5, X is Pareto with exponent a, and below it a lognormal body that leaves exactly p
above c and gives the class its mean,

.. math::

    a = \frac{1 + t}{1 + t - c}, \qquad
    \Phi\Bigl(\frac{\ln c - \mu}{\sigma}\Bigr) = 1 - p, \qquad
    E[X \mid X \le c] = \frac{1 + m - p (1 + t)}{1 - p}.

Sources: Flyvbjerg, Skamris Holm and Buhl (2003); Flyvbjerg and Gardner (2023); table ``overrun``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from beltroad import evidence
from beltroad.errors import DataError, InputError, suggest
from beltroad.normal import ndtr, ndtri

__all__ = ["OverrunClass", "cost_range", "lognormal", "reference_class"]

TAIL_FROM = 1.5
# A mode of the project table that has no reference class of its own borrows one.
BORROWED = {"dryport": "all_transport", "water": "all_transport", "border": "all_transport"}


@dataclass(frozen=True)
class OverrunClass:
    """Distribution of actual over estimated cost in one reference class.

    Attributes
    ----------
    name
        Class in the table ``overrun``.
    mu, sigma
        Parameters of the lognormal (of its body where there is a tail).
    tail_share
        Probability of the Pareto tail above 1.5; 0 where the lognormal runs on.
    tail_exponent
        Exponent of the Pareto tail; ``inf`` without one.
    """

    name: str
    mu: float
    sigma: float
    tail_share: float = 0.0
    tail_exponent: float = math.inf

    def quantile(self, probability: ArrayLike) -> NDArray[np.float64]:
        """Cost ratio that is not exceeded with ``probability``, which must lie within (0, 1).

        Raises
        ------
        InputError
            If a probability is not strictly between 0 and 1.
        """
        p = np.asarray(probability, np.float64)
        if not np.all((p > 0) & (p < 1)):
            raise InputError(f"quantiles must lie strictly between 0 and 1, not {probability!r}")
        body = np.exp(self.mu + self.sigma * ndtri(p))
        if self.tail_share == 0:
            return np.asarray(body, np.float64)
        beyond = np.minimum((1 - p) / self.tail_share, 1.0)
        tail = TAIL_FROM * beyond ** (-1 / self.tail_exponent)
        return np.where(p > 1 - self.tail_share, tail, body)

    def from_normal(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        """Cost ratio at standard normal numbers: ``quantile`` of their probabilities, but fast."""
        body = np.exp(self.mu + self.sigma * z)
        if self.tail_share == 0:
            return np.asarray(body, np.float64)
        far = z > float(ndtri(1 - self.tail_share))
        beyond = np.maximum(ndtr(-z[far]), 1e-300) / self.tail_share
        body[far] = TAIL_FROM * beyond ** (-1 / self.tail_exponent)
        return np.asarray(body, np.float64)

    def exceedance(self, ratio: ArrayLike) -> NDArray[np.float64]:
        """Probability that actual cost exceeds ``ratio`` times the estimate."""
        x = np.asarray(ratio, np.float64)
        if not np.all(x > 0):
            raise InputError(f"cost ratios must be above 0, not {ratio!r}")
        body = np.asarray(ndtr((self.mu - np.log(x)) / self.sigma), np.float64)
        if self.tail_share == 0:
            return body
        tail = self.tail_share * (np.maximum(x, TAIL_FROM) / TAIL_FROM) ** -self.tail_exponent
        return np.where(x > TAIL_FROM, tail, body)

    def mean(self) -> float:
        """Return the expected cost ratio."""
        whole = math.exp(self.mu + self.sigma**2 / 2)
        if self.tail_share == 0:
            return whole
        body = whole * float(ndtr((math.log(TAIL_FROM) - self.mu) / self.sigma - self.sigma))
        a = self.tail_exponent
        return body + self.tail_share * TAIL_FROM * a / (a - 1)


def lognormal(name: str, mean: float, sd: float) -> OverrunClass:
    """Lognormal ratio whose overrun has this mean and standard deviation."""
    variance = math.log1p((sd / (1 + mean)) ** 2)
    return OverrunClass(name, math.log1p(mean) - variance / 2, math.sqrt(variance))


def _with_tail(name: str, mean: float, share: float, tail_mean: float) -> OverrunClass:
    body_mean = (1 + mean - share * (1 + tail_mean)) / (1 - share)
    if not (0 < body_mean < TAIL_FROM and 1 + tail_mean > TAIL_FROM):
        raise DataError(
            f"overrun: class {name!r} has mean {mean}, share above one half {share} and tail mean "
            f"{tail_mean}, which no distribution can have; check data/facts/overrun.csv"
        )
    z = float(ndtri(1 - share))

    def miss(sigma: float) -> float:
        mu = math.log(TAIL_FROM) - z * sigma
        return math.exp(mu + sigma**2 / 2) * float(ndtr(z - sigma)) / (1 - share) - body_mean

    sigma = _bisect(miss, 1e-6, 20.0)
    exponent = (1 + tail_mean) / (1 + tail_mean - TAIL_FROM)
    return OverrunClass(name, math.log(TAIL_FROM) - z * sigma, sigma, share, exponent)


def _bisect(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function changes sign between two points, to the last bit of a float."""
    rising = function(low) < 0
    while low < (middle := (low + high) / 2) < high:
        if (function(middle) < 0) == rising:
            low = middle
        else:
            high = middle
    return middle


@cache
def reference_class(mode: str) -> OverrunClass:
    """Fitted reference class for a project's mode.

    Parameters
    ----------
    mode
        A class of the table ``overrun``: ``rail``, ``road``, ``port``, ``air``, ``fixed_link``,
        ``all_transport``; ``hydro``, ``thermal``, ``nuclear``, ``wind``, ``solar``,
        ``transmission``, ``pipeline``, ``water_supply``, ``mining``. ``dryport``, ``water``
        (inland waterways) and ``border`` go by ``all_transport``.

    Raises
    ------
    InputError
        If there is no class for the mode.
    DataError
        If the published figures of the class contradict each other.
    """
    table = evidence.load("overrun").query("used == 'yes'").set_index("mode")
    name = BORROWED.get(mode, mode)
    if name not in table.index:
        known = [*map(str, table.index), *BORROWED]
        raise InputError(
            f"no reference class of cost overrun for mode {mode!r}. {suggest(mode, known)} "
            f"Modes: {', '.join(known)}"
        )
    mean, sd, share, tail = (
        table[["mean_share", "sd_share", "over_half_share", "tail_mean_share"]]
        .loc[[name]]
        .to_numpy(np.float64)[0]
        .tolist()
    )
    if math.isnan(sd):
        return _with_tail(name, mean, share, tail)
    return lognormal(name, mean, sd)


def cost_range(
    cost_usd: pd.Series | Sequence[float] | float,
    mode: pd.Series | Sequence[str] | str,
    quantiles: Sequence[float] = (0.5, 0.8, 0.9),
    *,
    realised: pd.Series | Sequence[bool] | bool = False,
) -> pd.DataFrame:
    """Range estimated costs by reference class.

    Parameters
    ----------
    cost_usd : (n,) USD
        Estimates; a missing one stays missing. The index of a Series labels the result.
    mode : (n,)
        Mode of each project, or one for all.
    quantiles
        Probabilities of not being exceeded, strictly between 0 and 1.
    realised : (n,)
        True where the project is finished: its cost is known and has no range.

    Returns
    -------
    DataFrame (n rows)
        ``cost_usd``, one ``cost_pNN_usd`` a quantile, and ``cost_mean_usd``. Quantiles of a sum
        are not sums of quantiles: adding up ``cost_p80_usd`` treats overruns as fully dependent.

    Raises
    ------
    InputError
        If a cost is not above zero, a mode has no class, or lengths or labels differ.
    """
    if isinstance(cost_usd, pd.Series):
        cost = cost_usd.astype(float)
    else:
        cost = pd.Series(np.atleast_1d(np.asarray(cost_usd, np.float64)))
    modes = _aligned(mode, cost.index, "mode")
    known = _aligned(realised, cost.index, "realised").astype(bool)
    wrong = cost[~(cost.isna() | ((cost > 0) & np.isfinite(cost)))]
    if len(wrong):
        raise InputError(f"costs must be above 0 and finite: {wrong.to_dict()}")
    if len(quantiles) == 0:
        raise InputError("cost_range needs at least one quantile")
    out = pd.DataFrame({"cost_usd": cost})
    classes = {m: reference_class(str(m)) for m in modes.unique()}
    for q in quantiles:
        ratio = modes.map({m: float(c.quantile(q)) for m, c in classes.items()}).astype(float)
        out[f"cost_p{q * 100:g}_usd"] = cost * ratio.where(~known, 1.0)
    ratio = modes.map({m: c.mean() for m, c in classes.items()}).astype(float)
    out["cost_mean_usd"] = cost * ratio.where(~known, 1.0)
    return out


def _aligned(value: pd.Series | Sequence[object] | object, index: pd.Index, what: str) -> pd.Series:
    if isinstance(value, pd.Series):
        if not value.index.equals(index):
            raise InputError(f"{what} and cost_usd have different labels; align them first")
        return value
    if isinstance(value, (str, bool, np.bool_)):
        return pd.Series([value] * len(index), index=index)
    listed = list(value)  # type: ignore[call-overload]
    if len(listed) != len(index):
        raise InputError(f"{what} has {len(listed)} entries for {len(index)} costs")
    return pd.Series(listed, index=index)
