"""The probability approach for borderline cases.

Where the largest value of an indicator lies close to its threshold, the framework looks at the
probability of debt distress itself. With F the normal distribution, d the debt indicator of a year
and x the variables of the composite indicator averaged over the years t-5 to t+10,

    P = F(a + c d + sum of b x),

and the indicator signals where P lies above its cut-off. Band, cut-offs and coefficients stand on
the sheet "Probability approach" of the template (August 2025) and are rows of the parameters
(``probability.*``, ``probit.<indicator>.*``). The composite indicator is the mean of the four
models: minus the mean of their coefficients gives its own, to the printed digit.

The rule that a breach must last two years is applied to P as to the indicators; that is our
reading. The approach informs judgement, the mechanical rating stays.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import astuple, dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.finance.debt.model import DebtPath
from beltroad.finance.debt.parameters import Parameters
from beltroad.finance.debt.ratings.classification import Averages
from beltroad.normal import ndtr

__all__ = ["COLUMNS", "Probit", "probability_table", "probit_of"]

COLUMNS = ["indicator", "case", "scenario", "peak_pct", "threshold_pct", "distance_pct",
           "borderline", "cutoff", "probability", "years_above", "signal", "note"]  # fmt: skip


@dataclass(frozen=True)
class Probit:
    """Coefficients of the model of one indicator; every variable is a fraction, CPIA in points."""

    constant: float
    debt: float
    cpia: float = 0.0
    growth: float = 0.0
    reserves: float = 0.0
    reserves_squared: float = 0.0
    remittances: float = 0.0
    world_growth: float = 0.0

    def probability(self, debt: NDArray[np.float64], values: Averages) -> NDArray[np.float64]:
        """Probability of debt distress, 0 to 1, for debt indicators as fractions."""
        index = (
            self.constant + self.debt * np.asarray(debt, np.float64) + self.cpia * values.cpia
            + self.growth * values.real_growth + self.reserves * values.reserves_to_imports
            + self.reserves_squared * values.reserves_to_imports**2
            + self.remittances * values.remittances_to_gdp
            + self.world_growth * values.world_growth
        )  # fmt: skip
        return ndtr(index)


def probit_of(indicator: str, parameters: Parameters) -> Probit | None:
    """Coefficients of an indicator in the parameters; None where there are none."""
    start = f"probit.{indicator}."
    found = {k[len(start) :]: v for k, v in parameters.values.items() if k.startswith(start)}
    return Probit(**found) if found else None


def probability_table(
    signals: pd.DataFrame,
    paths: Mapping[str, DebtPath],
    parameters: Parameters,
    *,
    values: Averages | None = None,
    models: Mapping[str, Probit] | None = None,
) -> pd.DataFrame | None:
    """Borderline cases and probabilities of distress.

    Parameters
    ----------
    signals
        Of ``signals.signal_table``.
    values
        Averages of the country over the years t-5 to t+10; None or NaN inside: P is not known.
    models
        Coefficients by indicator, before those of the parameters.

    Returns
    -------
    DataFrame or None
        ``COLUMNS``, one row per external indicator and case. ``distance_pct`` is the peak's
        distance from the threshold in per cent of it, above 0 beyond it; ``probability`` is the
        highest of the years of the case, ``years_above`` counts those above the cut-off;
        ``signal`` is True, False or None (not known). None where the framework of the day had no
        such approach.
    """
    if "probability.band_pct" not in parameters.values:
        return None
    known = values is not None and not any(math.isnan(v) for v in astuple(values))
    rows = []
    for row in signals.to_dict("records"):
        indicator, scenario = str(row["indicator"]), str(row["scenario"])
        cutoff = parameters.values.get(f"probability.cutoff.{indicator}")
        if cutoff is None:
            continue
        distance = 100 * (float(row["peak_pct"]) / float(row["threshold_pct"]) - 1)
        borderline = abs(distance) <= parameters["probability.band_pct"]
        highest, years, signal, note = math.nan, 0, None, ""
        model = (models or {}).get(indicator) or probit_of(indicator, parameters)
        if model is None:
            note = "no coefficients for this indicator"
        elif values is None or not known:
            note = "averages of the country not known"
        else:
            debt = _window(paths[scenario], indicator, str(row["case"]), parameters)
            path = model.probability(debt / 100, values)
            if not np.isnan(path).all():
                highest, years = float(np.nanmax(path)), int((path > cutoff).sum())
                signal = years >= parameters["signal.breach_years"]
        rows.append((indicator, row["case"], scenario, row["peak_pct"], row["threshold_pct"],
                     distance, borderline, cutoff, highest, years, signal, note))  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def _window(
    path: DebtPath, indicator: str, case: str, parameters: Parameters
) -> NDArray[np.float64]:
    first = path.first_year + (
        int(parameters["signal.stress_first_offset"]) if case == "stress" else 0
    )
    last = path.first_year + int(parameters["signal.window_years"])
    return path.table[indicator].reindex(range(first, last + 1)).to_numpy(np.float64)
