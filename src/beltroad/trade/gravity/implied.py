"""What the trade model wants from estimates: trade elasticity, worth of a day, of an agreement.

The iceberg cost of a pair multiplies trade by its power of minus theta. A coefficient b on
something that costs therefore is worth ``exp(-b / theta) - 1`` of value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from beltroad.errors import InputError
from beltroad.normal import ndtri
from beltroad.trade.gravity.fit import LEVEL, GravityFit

__all__ = [
    "Theta", "ad_valorem_equivalent", "day_equivalent", "equivalents", "trade_elasticity",
    "trade_per_day",
]  # fmt: skip

Array = npt.NDArray[np.float64]
Method = Literal["delta", "draws"]
Basis = Literal["before_duty", "with_duty"]
DRAWS = 20_000
Theta = tuple[float, float]


def trade_elasticity(
    fit: GravityFit, term: str, *, basis: Basis = "before_duty", level: float = LEVEL
) -> pd.DataFrame:
    """Trade elasticity theta from the coefficient on the logarithm of one plus the tariff.

    Parameters
    ----------
    term
        As ``ln1p(tariff)``.
    basis
        Whether flows are valued before the duty, as customs statistics do (the coefficient then
        is -(theta + 1), for the duty is part of what is spent but not of the flow), or with it
        (-theta).

    Returns
    -------
    DataFrame
        One row: what, value, se, low, high, unit, method.

    Raises
    ------
    InputError
        If trade does not fall with the tariff enough for a positive theta.
    """
    b, se = fit.coefficient(term)
    theta = -b - (1.0 if basis == "before_duty" else 0.0)
    if theta <= 0:
        raise InputError(
            f"{fit.source}: {term} has the coefficient {b:.3g}, which gives no positive trade "
            "elasticity; give theta from elsewhere"
        )
    wide = float(ndtri(0.5 + level / 2)) * se
    return _row("trade elasticity theta", theta, se, theta - wide, theta + wide, "-", "delta")


def ad_valorem_equivalent(
    fit: GravityFit, term: str, theta: Theta, *, change: float = 1.0,
    method: Method = "delta", level: float = LEVEL, seed: int = 0,
) -> pd.DataFrame:  # fmt: skip
    """Ad valorem equivalent of ``change`` of a term (an agreement, say), in percent of value.

    ``exp(-b change / theta) - 1``: negative where the term makes trade cheaper.

    Parameters
    ----------
    theta
        Trade elasticity and its standard error (0 where it is taken as known).
    method
        ``delta`` (first order) or ``draws`` (quantiles; theta and b drawn as independent
        normals, draws of theta below 1 are drawn at 1).

    Returns
    -------
    DataFrame
        One row, as of :func:`trade_elasticity`; percent.
    """
    b, se = fit.coefficient(term)
    name = f"ad valorem equivalent of {term}" + ("" if change == 1 else f" by {change:g}")
    return _equivalent(name, b, se, theta, lambda x: x * change, "percent", method, level, seed)


def day_equivalent(
    fit: GravityFit, term: str, theta: Theta, *, at_days: float | None = None,
    method: Method = "delta", level: float = LEVEL, seed: int = 0,
) -> pd.DataFrame:  # fmt: skip
    """Ad valorem equivalent of one more day on the way, in percent of value.

    Parameters
    ----------
    term
        Days themselves, or with ``at_days`` the logarithm of a time: the day is then one more
        than ``at_days``.
    """
    if at_days is not None and at_days <= 0:
        raise InputError(f"at_days {at_days:g}: give the number of days above 0 to start from")
    width = 1.0 if at_days is None else float(np.log1p(1.0 / at_days))
    where = "" if at_days is None else f" at {at_days:.1f} days"
    b, se = fit.coefficient(term)
    return _equivalent(
        f"cost of one more day{where}",
        b,
        se,
        theta,
        lambda x: x * width,
        "percent",
        method,
        level,
        seed,
    )


def trade_per_day(
    fit: GravityFit, term: str, *, at_days: float | None = None, level: float = LEVEL
) -> pd.DataFrame:
    """Change of trade with one more day on the way, in percent; terms as of `day_equivalent`."""
    b, se = fit.coefficient(term)
    width = 1.0 if at_days is None else float(np.log1p(1.0 / at_days))
    where = "" if at_days is None else f" at {at_days:.1f} days"
    value = float(100.0 * np.expm1(b * width))
    error = (100.0 + value) * width * se
    wide = float(ndtri(0.5 + level / 2)) * error
    name = f"trade with one more day{where}"
    return _row(name, value, error, value - wide, value + wide, "percent", "delta")


def _equivalent(
    name: str, b: float, se: float, theta: Theta, scale: Callable[[Array], Array], unit: str,
    method: Method, level: float, seed: int,
) -> pd.DataFrame:  # fmt: skip
    t, t_se = theta
    if not t > 0 or t_se < 0:
        raise InputError(f"theta {t:g} with error {t_se:g}: give a positive elasticity")

    def worth(slope: Array, power: Array) -> Array:
        return np.asarray(100.0 * np.expm1(-scale(slope) / power))

    value = float(worth(np.array(b), np.array(t)))
    if method == "draws":
        rng = np.random.default_rng(seed)
        drawn = worth(
            b + se * rng.standard_normal(DRAWS),
            np.maximum(t + t_se * rng.standard_normal(DRAWS), 1.0),
        )
        low, high = np.quantile(drawn, [0.5 - level / 2, 0.5 + level / 2])
        return _row(name, value, float(drawn.std()), float(low), float(high), unit, method)
    one = float(scale(np.array(1.0)))
    slope = (100.0 + value) / t
    error = float(np.hypot(slope * one * se, slope * one * b / t * t_se))
    wide = float(ndtri(0.5 + level / 2)) * error
    return _row(name, value, error, value - wide, value + wide, unit, method)


def _row(
    what: str, value: float, se: float, low: float, high: float, unit: str, method: str
) -> pd.DataFrame:
    return pd.DataFrame(
        [{"what": what, "value": value, "se": se, "low": low, "high": high, "unit": unit,
          "method": method}]
    )  # fmt: skip


def equivalents(fit: GravityFit, panel: pd.DataFrame, theta: Theta) -> pd.DataFrame:
    """All equivalents that a fit allows: of terms of zero and one, of days, of tariffs.

    A term ``ln1p(...)`` is read as one plus a tariff and gives an elasticity; ``days`` and
    ``ln(days)`` give the worth of a day, the latter at the mean number of days.
    """
    rows = []
    for term in fit.terms:
        days = panel["days"] if "days" in panel.columns else None
        if term.startswith("ln1p("):
            if fit.coefficient(term)[0] < -1:
                rows.append(trade_elasticity(fit, term))
        elif term == "days":
            rows.append(day_equivalent(fit, term, theta, level=fit.level))
            rows.append(trade_per_day(fit, term, level=fit.level))
        elif term == "ln(days)" and days is not None:
            at = float(np.average(days, weights=panel[fit.flow]))
            rows.append(day_equivalent(fit, term, theta, at_days=at, level=fit.level))
            rows.append(trade_per_day(fit, term, at_days=at, level=fit.level))
        elif term in panel.columns and set(panel[term].unique()) <= {0, 1}:
            rows.append(ad_valorem_equivalent(fit, term, theta, level=fit.level))
    columns = ["what", "value", "se", "low", "high", "unit", "method"]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)
