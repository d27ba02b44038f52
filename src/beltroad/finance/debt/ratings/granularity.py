"""How much room a country at moderate risk has to absorb shocks.

Source: IMF and World Bank (2018), Guidance Note on the LIC-DSF, section X: distance of the
baseline of the four external indicators to their thresholds, as a share of the threshold; cut-offs
of 20 and 40 % for stocks, 12 and 35 % for debt service.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from beltroad.finance.debt.model import DebtPath
from beltroad.finance.debt.parameters import Parameters
from beltroad.finance.debt.ratings.signals import counted_peak
from beltroad.finance.debt.vocabulary import INDICATORS

__all__ = ["distances", "space"]


def distances(
    baseline: DebtPath, thresholds: Mapping[str, float], parameters: Parameters
) -> pd.DataFrame:
    """Distance of the baseline to the threshold of each external indicator.

    The baseline counts with its largest value over t to t+10; a breach that is too short to count
    for the rating is passed over here too.

    Returns
    -------
    DataFrame
        ``indicator, kind, baseline_pct, threshold_pct, distance_pct`` (of the threshold, below 0
        for a breach), ``limited`` (at or within the nearer cut-off), ``substantial`` (beyond the
        further one). Empty where the parameters of the day know no cut-offs.
    """
    columns = ["indicator", "kind", "baseline_pct", "threshold_pct", "distance_pct", "limited",
               "substantial"]  # fmt: skip
    if "granularity.stock_limited_pct" not in parameters.values:
        return pd.DataFrame(columns=columns)
    first = baseline.first_year
    window = range(first, first + int(parameters["signal.window_years"]) + 1)
    rows = []
    for name, indicator in INDICATORS.items():
        if indicator.side != "external" or name not in thresholds:
            continue
        threshold = thresholds[name]
        values = baseline.table[name].reindex(window).to_numpy(float)
        peak = counted_peak(values, threshold, int(parameters["signal.breach_years"]))
        distance = 100 * (threshold - peak) / threshold
        near = parameters[f"granularity.{indicator.kind}_limited_pct"]
        far = parameters[f"granularity.{indicator.kind}_substantial_pct"]
        rows.append((name, indicator.kind, peak, threshold, distance, distance <= near,
                     distance > far))  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def space(table: pd.DataFrame, external_rating: str) -> str:
    """``limited``, ``some`` or ``substantial`` space of a country at moderate risk, else "".

    One indicator within its nearer cut-off makes it limited; all beyond the further ones make it
    substantial.
    """
    known = table.dropna(subset=["distance_pct"])
    if external_rating != "moderate" or known.empty:
        return ""
    if known["limited"].any():
        return "limited"
    return "substantial" if known["substantial"].all() else "some"
