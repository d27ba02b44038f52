"""Flows of pairs without data, from a gravity equation fitted where there are data.

No effects, so that an economy that was never observed can be predicted; plain NumPy, so that it
runs without the extra ``gravity``. How far off such predictions are is measured by leaving each
economy out in turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from beltroad.errors import InputError
from beltroad.trade.gravity.flow_equation import clustered_covariance, fit_flow_equation
from beltroad.trade.gravity.panel import check_keys, check_numbers, codes, design, source_of

__all__ = ["FlowModel", "fit_flows", "leave_economy_out", "predict_flows"]

Array = npt.NDArray[np.float64]
OBSERVABLES = (
    "ln(gdp_exporter_usd)", "ln(gdp_importer_usd)", "ln(distance_km)", "contiguous", "landlocked"
)  # fmt: skip


@dataclass(frozen=True)
class FlowModel:
    """A fitted equation: ``table`` has term, estimate, se; the last term is the constant."""

    table: pd.DataFrame
    regressors: tuple[str, ...]

    def predict(self, panel: pd.DataFrame) -> Array:
        """Predicted flows of the rows of a panel with the same regressors."""
        _, x = design(panel, self.regressors)
        x = np.column_stack([x, np.ones(len(x))])
        return np.asarray(np.exp(x @ self.table["estimate"].to_numpy(float)))


def fit_flows(
    panel: pd.DataFrame,
    *,
    flow: str = "trade",
    regressors: Sequence[str] = OBSERVABLES,
    family: str = "poisson",
) -> FlowModel:
    """Fit observed flows on observables by PPML; errors clustered by pair.

    Parameters
    ----------
    panel
        Flows between different economies with the columns that the regressors name.
    family
        ``poisson`` (sums right, large flows right) or ``gamma`` (single flows right in
        proportion); `leave_economy_out` says how far off each is.
    """
    check_keys(panel)
    y = check_numbers(panel, flow, least=0.0)
    if (panel["exporter"] == panel["importer"]).any():
        raise InputError(f"{source_of(panel)}: leave out sales at home to predict trade abroad")
    names, x = design(panel, regressors)
    x = np.column_stack([x, np.ones(len(x))])
    beta, fitted = fit_flow_equation(y, x, family)
    covariance = clustered_covariance(y, fitted, x, codes(panel, "pair"), family)
    table = pd.DataFrame(
        {"term": [*names, "constant"], "estimate": beta, "se": np.sqrt(np.diag(covariance))}
    )
    return FlowModel(table, tuple(regressors))


def predict_flows(
    observed: pd.DataFrame, missing: pd.DataFrame, *, flow: str = "trade",
    regressors: Sequence[str] = OBSERVABLES, family: str = "poisson",
) -> pd.DataFrame:  # fmt: skip
    """Predict the pairs of ``missing`` by the equation fitted on ``observed``.

    Returns
    -------
    DataFrame
        exporter, importer, the flow, and ``flags``: imputed.
    """
    values = fit_flows(observed, flow=flow, regressors=regressors, family=family).predict(missing)
    out = missing[["exporter", "importer"]].reset_index(drop=True)
    out[flow] = values
    return out.assign(flags="imputed: gravity prediction")


def leave_economy_out(
    panel: pd.DataFrame,
    *,
    flow: str = "trade",
    regressors: Sequence[str] = OBSERVABLES,
    family: str = "poisson",
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Predict the flows of each economy by an equation fitted without it.

    Returns
    -------
    by_economy
        economy, flows, r2_log (of its own flows), median_abs_log_error, total_ratio (its actual
        over its predicted trade).
    overall
        ``r2_log``, ``median_abs_log_error``, ``median_abs_log_total_error`` over all, and
        ``sum_ratio``: the sum of all actual over that of all predicted flows.
    """
    y = check_numbers(panel, flow, least=0.0)
    economies = sorted({*panel["exporter"], *panel["importer"]})
    rows, errors, actual = [], [], []
    sums = np.zeros(2)
    for code in economies:
        out = ((panel["exporter"] == code) | (panel["importer"] == code)).to_numpy()
        train = panel[~out]
        train.attrs = panel.attrs
        predicted = fit_flows(train, flow=flow, regressors=regressors, family=family).predict(
            panel[out]
        )
        some = y[out] > 0
        log = np.log(y[out][some])
        error = log - np.log(predicted[some])
        errors.append(error)
        actual.append(log)
        sums += y[out].sum(), predicted.sum()
        rows.append(
            {
                "economy": code, "flows": int(out.sum()),
                "r2_log": _r2(error, log), "median_abs_log_error": float(np.median(np.abs(error))),
                "total_ratio": float(y[out].sum() / predicted.sum()),
            }
        )  # fmt: skip
    table = pd.DataFrame(rows)
    error, log = np.concatenate(errors), np.concatenate(actual)
    total = np.abs(np.log(table["total_ratio"].to_numpy(float)))
    return table, {
        "r2_log": _r2(error, log),
        "median_abs_log_error": float(np.median(np.abs(error))),
        "median_abs_log_total_error": float(np.median(total)),
        "sum_ratio": float(sums[0] / sums[1]),
    }


def _r2(error: Array, actual: Array) -> float:
    return float(1 - (error**2).sum() / ((actual - actual.mean()) ** 2).sum())
