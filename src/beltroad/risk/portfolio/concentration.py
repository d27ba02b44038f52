r"""Concentration: Herfindahl indices, and what single names add to value at risk.

Where the portfolio is infinitely fine and one factor drives it, value at risk at level q is the
sum over exposures of amount times loss given default times

.. math:: \pi_i = \Phi\Bigl(\frac{\Phi^{-1}(p_i) + \sqrt{\rho}\, \Phi^{-1}(q)}{\sqrt{1 - \rho}}
          \Bigr)

(Vasicek 2002; Gordy 2003). Finite names add

.. math:: -\frac{1}{2 \varphi(x)} \frac{d}{dx} \Bigl[\frac{\varphi(x) v(x)}{m'(x)}\Bigr]

with m(x) and v(x) the mean and variance of the loss given the factor x (Wilde 2001; Martin and
Wilde 2002). Gordy and Luetkebohmert (2007, 2013) give the like for a gamma factor (CreditRisk+)
with regulatory capital K_i, expected loss R_i, loss given default E_i and its variance V_i^2:

.. math:: \frac{1}{2 K^*} \sum_i s_i^2 \Bigl[ \delta \bigl(C_i (K_i + R_i)
          + (K_i + R_i)^2 V_i^2 / E_i^2\bigr) - K_i \bigl(C_i + 2 (K_i + R_i) V_i^2 / E_i^2\bigr)
          \Bigr], \qquad C_i = (V_i^2 + E_i^2) / E_i .

K_i takes the correlation of the Basel formula for firms here (CRE31.5), without maturity, and
delta 4.83, which belongs to a level of 99.9 per cent and a precision of 0.25.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.normal import ndtr, ndtri
from beltroad.risk.portfolio.parameters import Parameters

__all__ = ["add_on_gordy_luetkebohmert", "basel_correlation", "concentration", "herfindahl",
           "one_factor"]  # fmt: skip

Floats = NDArray[np.float64]
DELTA = 4.83
LEVEL = 0.999


def herfindahl(amount: pd.Series, group: pd.Series) -> float:
    """Sum of squared shares of the groups, from near 0 to 1."""
    share = amount.groupby(group).sum() / amount.sum()
    return float((share**2).sum())


def basel_correlation(probability: Floats) -> Floats:
    """Asset correlation of the Basel formula for firms, banks and sovereigns (CRE31.5)."""
    weight = -np.expm1(-50 * probability) / -math.expm1(-50)
    return np.asarray(0.12 * weight + 0.24 * (1 - weight))


def _conditional(threshold: Floats, correlation: Floats | float, x: float) -> Floats:
    """Probability of default given that the factor is ``x`` (bad where low)."""
    return ndtr((threshold - np.sqrt(correlation) * x) / np.sqrt(1 - correlation))


def one_factor(
    amount: Floats, probability: Floats, loss: Floats, loss_variance: Floats,
    correlation: Floats | float, level: float,
) -> tuple[float, float]:  # fmt: skip
    """Value at risk of the infinitely fine portfolio, and what finite names add to it.

    Parameters
    ----------
    amount, probability, loss, loss_variance : (n,)
        By obligor: amount, probability of default, mean and variance of the loss given default.
    correlation
        Share of the one factor.
    """
    threshold = ndtri(probability)
    at = -float(ndtri(level))

    def parts(x: float) -> tuple[float, float]:
        p = _conditional(threshold, correlation, x)
        mean = float((amount * loss * p).sum())
        second = amount**2 * (p * (loss_variance + loss**2) - (p * loss) ** 2)
        return mean, float(second.sum())

    step = 1e-4

    def slope(x: float) -> float:
        return (parts(x + step)[0] - parts(x - step)[0]) / (2 * step)

    def inner(x: float) -> float:
        return math.exp(-x * x / 2) * parts(x)[1] / slope(x)

    fine = parts(at)[0]
    if fine == 0 or slope(at) == 0:
        return fine, 0.0
    wide = 1e-3
    change = (inner(at + wide) - inner(at - wide)) / (2 * wide)
    return fine, -change / (2 * math.exp(-at * at / 2))


def add_on_gordy_luetkebohmert(
    amount: Floats, probability: Floats, loss: Floats, loss_variance: Floats
) -> float:
    """Granularity adjustment at 99.9 per cent as a share of the amount; see the module."""
    share = amount / amount.sum()
    stressed = _conditional(ndtri(probability), basel_correlation(probability),
                            -float(ndtri(LEVEL)))  # fmt: skip
    expected = loss * probability
    capital = loss * stressed - expected
    total = float((share * capital).sum())
    if total <= 0:
        return 0.0
    # Nothing is lost where all is recovered; such an obligor adds nothing.
    safe = np.where(loss > 0, loss, 1.0)
    c = np.where(loss > 0, (loss_variance + loss**2) / safe, 0.0)
    relative = np.where(loss > 0, loss_variance / safe**2, 0.0)
    both = capital + expected
    inside = DELTA * (c * both + both**2 * relative) - capital * (c + 2 * both * relative)
    return float((share**2 * inside).sum()) / (2 * total)


def concentration(table: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Indices and add-ons of a portfolio: ``measure, value, unit, note``."""
    amount = table["amount_usd"]
    rows: list[tuple[str, float, str, str]] = []
    labels = {"obligor": "name", "iso3": "country", "region": "region", "sector": "sector",
              "currency": "currency"}  # fmt: skip
    for column, label in labels.items():
        index = herfindahl(amount, table[column])
        sums = amount.groupby(table[column]).sum().sort_values(ascending=False, kind="stable")
        rows.append((f"hhi_{label}", index, "0-1", f"as {1 / index:,.1f} of equal size"))
        rows.append((f"largest_{label}_pct", 100 * float(sums.iloc[0] / amount.sum()), "%",
                     str(sums.index[0])))  # fmt: skip
    spread = parameters.recovery_dispersion
    recovery = table["recovery_pct"] / 100
    variance = (
        pd.Series([spread.get(c, spread.get("", 0.0)) for c in table["counterpart"]], table.index)
        * recovery * (1 - recovery)
    )  # fmt: skip
    names = pd.DataFrame({
        "obligor": table["obligor"], "amount": amount, "lost": amount * (1 - recovery),
        "spread": amount**2 * variance, "probability": table["probability_pct"] / 100,
    }).groupby("obligor")  # fmt: skip
    total = names["amount"].sum().to_numpy(np.float64)
    arrays = (
        total,
        names["probability"].first().to_numpy(np.float64),
        names["lost"].sum().to_numpy(np.float64) / total,
        names["spread"].sum().to_numpy(np.float64) / total**2,
    )
    fine, extra = one_factor(*arrays, parameters.common_share, LEVEL)
    rows += [
        ("fine_grained_var_p99.9_usd", fine, "USD",
         "one factor with the share of all factors, infinitely many names"),
        ("granularity_add_on_usd", extra, "USD", "what finite names add to it (Martin and Wilde)"),
        ("gordy_luetkebohmert_usd", add_on_gordy_luetkebohmert(*arrays) * float(total.sum()),
         "USD", "the same by CreditRisk+ with Basel capital (Gordy and Luetkebohmert)"),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["measure", "value", "unit", "note"])
