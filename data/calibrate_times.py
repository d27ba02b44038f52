"""Estimate what published trips take beyond sourced speeds and waits; prints, changes nothing.

The network is run with every calibration factor at 1. The hours of each observed or scheduled
trip of the part ``calibrate`` are then split by component, and factors on the components are
chosen so that computed and published days agree: the sum of weighted absolute log errors, plus a
penalty on the squared log of each factor, is least. The penalty is the one with the smallest
leave-one-out error within the part; the part ``holdout`` is looked at last and decides nothing.

Run: ``python data/calibrate_times.py``. Takes about four minutes. The factors go by hand into
``facts/network_parameters.csv`` (rows ``line_time_factor`` and ``border_time_factor``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from beltroad import evidence
from beltroad.appraisal.accuracy import transit_times
from beltroad.appraisal.scenario_file import parse_scenario
from beltroad.infrastructure.parameters import parameter_keys

# Trips that took place count fully, timetables less; general claims are only reported.
WEIGHT = {"observed": 1.0, "schedule": 0.7}
PENALTIES = (0.05, 0.2, 0.5, 1.0, 2.0)
SOFT = 0.1  # errors smaller than this are squared, so that the sum has a gradient
FAMILIES = {
    "rail": ("rail", "rail_ferry", "rail_road", "sea_rail"),
    "road": ("road",),
}
EUROPE = ("europe", "western_balkans")


def factor_of(column: str, family: str) -> str:
    """Name of the factor that a component's hours are multiplied by; empty for none."""
    component, group = column.split("|")
    if component in (f"border_{family}", "gauge_change"):
        return "border"
    if family == "rail" and component == "line_rail":
        if group in EUROPE:
            return "europe"
        return group if group in ("china", "russia_kazakhstan") else "elsewhere"
    return ""


def fit(hours: np.ndarray, days: np.ndarray, weight: np.ndarray, penalty: float) -> np.ndarray:
    """Factors of all columns but the first, which holds the hours that have none."""

    def loss(logs: np.ndarray) -> float:
        error = np.log(hours[:, 0] + hours[:, 1:] @ np.exp(logs)) - np.log(24 * days)
        total = float((weight * np.sqrt(error**2 + SOFT**2)).sum())
        return total + penalty * float((logs**2).sum())

    return np.exp(minimize(loss, np.full(hours.shape[1] - 1, -0.05)).x)


def left_out(hours: np.ndarray, days: np.ndarray, weight: np.ndarray, penalty: float) -> np.ndarray:
    """Absolute log error of each trip under factors fitted to the others."""
    out = []
    for k in range(len(days)):
        others = np.arange(len(days)) != k
        factors = fit(hours[others], days[others], weight[others], penalty)
        computed = hours[k, 0] + hours[k, 1:] @ factors
        out.append(abs(np.log(computed) - np.log(24 * days[k])))
    return np.array(out)


def main() -> None:
    """Fit both families and print factors with errors before and after, in both parts."""
    table = evidence.load("network_parameters")
    keys = [k for k in parameter_keys(table) if "_time_factor." in k]
    plain = {"name": "uncalibrated", "parameters": {"network": dict.fromkeys(keys, 1.0)}}
    compared, parts = transit_times(parse_scenario(plain))
    compared = compared.set_index("obs_id")
    for family, modes in FAMILIES.items():
        rows = compared[compared["mode"].isin(modes) & compared["kind"].isin(list(WEIGHT))]
        rows = rows[rows["days_model"].notna() & (rows["basis"] == "terminal")]
        names = pd.Series({c: factor_of(c, family) for c in parts.columns})
        sums = parts.loc[rows.index].T.groupby(names).sum().T
        columns = ["", *(c for c in sums.columns if c)]
        hours = sums.reindex(columns=columns, fill_value=0.0)
        hours = hours[["", *(c for c in columns[1:] if hours[c].sum() > 0)]]
        weight = rows["kind"].map(WEIGHT).to_numpy()
        own = (rows["part"] == "calibrate").to_numpy()
        data = hours.to_numpy()[own], rows["days"].to_numpy()[own], weight[own]
        trials = {p: left_out(*data, p) for p in PENALTIES}
        best = min(trials, key=lambda p: trials[p].mean())
        factors = fit(*data, best)
        print(f"\n{family}: {own.sum()} trips, penalty {best} of {PENALTIES}")
        for name, factor in zip(hours.columns[1:], factors, strict=True):
            print(f"  {name:20}{factor:6.2f}")
        after = (hours.to_numpy()[:, 0] + hours.to_numpy()[:, 1:] @ factors) / 24
        for part in ("calibrate", "holdout"):
            here = (rows["part"] == part).to_numpy()
            off = [np.abs(d[here] / rows["days"][here] - 1) for d in (rows["days_model"], after)]
            print(f"  {part:10} n={here.sum():3}  median error {off[0].median():.3f} before, "
                  f"{off[1].median():.3f} after")  # fmt: skip
        print(f"  leave-one-out log error: median {np.median(trials[best]):.3f}, "
              f"mean {trials[best].mean():.3f}")  # fmt: skip


if __name__ == "__main__":
    main()
