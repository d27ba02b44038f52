"""Predicted trade and the gap to it, by pair and by economy.

Three yardsticks, from the mildest to the harshest:

``in_sample``
    Predictions of the estimate itself. With exporter and importer effects they add up to actual
    trade in every economy, so that no economy as a whole can be below its potential.
``out_of_sample``
    Each pair is predicted by an estimate on other pairs: coefficients and the effects of both
    economies are estimated without it.
``observables``
    No effects: output, remoteness and the regressors alone, estimated without any flow of either
    economy. This is what "trades below its potential" means of a whole economy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from beltroad.errors import InputError
from beltroad.trade.gravity.effects import balance
from beltroad.trade.gravity.fit import LEVEL, GravityFit, estimate
from beltroad.trade.gravity.flow_equation import clustered_covariance, fit_flow_equation
from beltroad.trade.gravity.panel import (
    check_keys,
    check_numbers,
    codes,
    design,
    parse_effects,
    plain,
    source_of,
)

__all__ = ["METHODS", "Potential", "potential"]

Array = npt.NDArray[np.float64]
Method = Literal["in_sample", "out_of_sample", "observables"]
METHODS = ("in_sample", "out_of_sample", "observables")
MASS = ("ln_gdp_exporter", "ln_gdp_importer", "ln_remoteness_exporter", "ln_remoteness_importer")


@dataclass(frozen=True)
class Potential:
    """Predictions beside actual trade.

    Attributes
    ----------
    pairs
        Row of the panel each: exporter, importer[, year, sector], trade, predicted, ratio (trade
        over predicted), gap_usd (predicted less trade), low, high (of predicted), flags.
    economies
        The same by economy and ``side`` (exports, imports), and ``groups`` with each group's
        exports, imports and trade within it.
    accuracy
        ``r2_log`` and ``median_abs_log_error`` over pairs with trade.
    """

    pairs: pd.DataFrame
    economies: pd.DataFrame
    groups: pd.DataFrame
    accuracy: dict[str, float]
    method: str
    level: float


def potential(
    panel: pd.DataFrame,
    *,
    flow: str = "trade",
    regressors: Sequence[str],
    effects: str | Sequence[str] = "country",
    cluster: str | Sequence[str] = "pair",
    method: Method = "out_of_sample",
    folds: int = 20,
    draws: int = 200,
    seed: int = 0,
    level: float = LEVEL,
    groups: Mapping[str, Sequence[str]] | None = None,
) -> Potential:
    """Predict each flow and set actual trade against it.

    Parameters
    ----------
    method
        See the module. ``observables`` needs the columns of
        :func:`beltroad.trade.gravity.sample.with_mass`, uses no effects, and adds being
        landlocked where the panel has it.
    folds
        Parts into which pairs (or economies) are dealt at random.
    draws
        Draws of the coefficients from their clustered covariance, with effects solved again in
        each; ``low`` and ``high`` are quantiles of the prediction. They hold how far off the
        estimate may be, not how far single pairs stray from any gravity equation: for that see
        ``accuracy``.
    groups
        Named groups of economies to add up, as ``{"corridors": [...]}``.

    Raises
    ------
    InputError
        If the choices do not fit the panel.
    """
    if method not in METHODS:
        raise InputError(f"method {method!r}: choose from {', '.join(METHODS)}")
    if folds < 2 or draws < 0:
        raise InputError(f"folds {folds}, draws {draws}: give at least 2 folds and no fewer draws")
    if seed < 0:
        raise InputError(f"seed {seed}: give 0 or more")
    panel = plain(panel.reset_index(drop=True))
    keys = check_keys(panel)
    y = check_numbers(panel, flow, least=0.0)
    # Two streams, so that the number of draws does not move the folds.
    rng, noise = (np.random.default_rng([seed, k]) for k in (0, 1))
    size = len(design(panel, regressors)[0]) + len(MASS) + 2
    shocks = noise.standard_normal((draws, size))
    if method == "observables":
        if "sector" in panel.columns:
            raise InputError(
                f"{source_of(panel)}: observables predict total trade; leave out 'sector'"
            )
        own = [c for c in ("landlocked",) if c in panel.columns]
        _, x = design(panel, [*regressors, *own, *MASS])
        dealt = _economy_folds(panel, folds, rng)
        mean, drawn = _observables(panel, y, x, dealt, shocks)
    else:
        options = _Options(flow, regressors, effects, cluster)
        if method == "in_sample":
            held = [np.zeros(len(panel), np.bool_)]
        else:
            part = _dealt(codes(panel, "pair"), folds, rng)
            held = [np.asarray(part == k) for k in range(folds)]
        mean, drawn = _with_effects(panel, y, options, held, shocks)
    table = _pairs(panel, keys, y, mean, drawn, level)
    members = {name: frozenset(m) for name, m in (groups or {}).items()}
    return Potential(
        pairs=table,
        economies=_economies(table, drawn, level),
        groups=_groups(table, drawn, level, members),
        accuracy=_accuracy(y, mean),
        method=method,
        level=level,
    )


@dataclass(frozen=True)
class _Options:
    """What each of the estimates is made with."""

    flow: str
    regressors: Sequence[str]
    effects: str | Sequence[str]
    cluster: str | Sequence[str]

    def terms(self, panel: pd.DataFrame) -> tuple[str, ...]:
        return parse_effects(self.effects, by_sector="sector" in panel.columns)

    def estimate(self, panel: pd.DataFrame) -> GravityFit:
        return estimate(
            panel, flow=self.flow, regressors=self.regressors, effects=self.effects,
            cluster=self.cluster,
        )  # fmt: skip


def _with_effects(
    panel: pd.DataFrame, y: Array, options: _Options,
    held: Sequence[npt.NDArray[np.bool_]], shocks: Array,
) -> tuple[Array, Array]:  # fmt: skip
    """Predictions (rows,) and draws (draws, rows); NaN where an economy has no effect."""
    mean = np.full(len(panel), np.nan)
    drawn = np.full((len(shocks), len(panel)), np.nan)
    _, x = design(panel, options.regressors)
    groups = [codes(panel, term) for term in options.terms(panel)]
    for out in held:
        train = panel[~out]
        train.attrs = {"source": source_of(panel)}
        fit = options.estimate(train)
        used = np.zeros(len(panel), bool)
        used[fit.predicted.index.to_numpy()] = True
        target = out if out.any() else used
        b = fit.table["estimate"].to_numpy(float)
        mean[target] = _predict(y, x @ b, groups, used, target, 1e-10)
        root = _root(fit.covariance)
        for k, shock in enumerate(shocks):
            index = x @ (b + root @ shock[: len(b)])
            drawn[k, target] = _predict(y, index, groups, used, target, 1e-6)
    return mean, drawn


def _predict(
    y: Array, index: Array, groups: list[npt.NDArray[np.int64]],
    used: npt.NDArray[np.bool_], target: npt.NDArray[np.bool_], tolerance: float,
) -> Array:  # fmt: skip
    if not groups:
        level = np.log(y[used].sum()) - np.log(np.exp(index[used]).sum())
        return np.asarray(np.exp(index[target] + level))
    sizes = [int(g.max()) + 1 for g in groups]
    found = balance(y[used], index[used], [g[used] for g in groups], tolerance=tolerance)
    eta = index[target].copy()
    for effect, group, size in zip(found, groups, sizes, strict=True):
        full = np.full(size, np.nan)
        full[: len(effect)] = effect
        eta += full[group[target]]
    return np.exp(eta)


def _observables(
    panel: pd.DataFrame, y: Array, x: Array,
    folds: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]], shocks: Array,
) -> tuple[Array, Array]:  # fmt: skip
    """Predictions from observables; each without any flow of either economy's fold."""
    x = np.column_stack([x, np.ones(len(x))])
    pair = codes(panel, "pair")
    one, other = folds
    mean = np.full(len(panel), np.nan)
    drawn = np.full((len(shocks), len(panel)), np.nan)
    for a, b in combinations_with_replacement(range(int(max(one.max(), other.max())) + 1), 2):
        target = ((one == a) & (other == b)) | ((one == b) & (other == a))
        train = ~np.isin(one, [a, b]) & ~np.isin(other, [a, b])
        if not target.any():
            continue
        if train.sum() <= x.shape[1] or not (y[train] > 0).any():
            raise InputError(
                f"{source_of(panel)}: no rows are left to predict two folds of economies from; "
                "give more economies or other folds"
            )
        beta, fitted = fit_flow_equation(y[train], x[train])
        mean[target] = np.exp(x[target] @ beta)
        if len(shocks):
            root = _root(clustered_covariance(y[train], fitted, x[train], pair[train]))
            b_drawn = beta + shocks[:, : len(beta)] @ root.T
            drawn[:, target] = np.exp(b_drawn @ x[target].T)
    return mean, drawn


def _root(covariance: Array) -> Array:
    """Square root of a covariance; tiny negative eigenvalues are rounding."""
    value, vector = np.linalg.eigh(covariance)
    return np.asarray(vector * np.sqrt(np.clip(value, 0.0, None)) @ vector.T)


def _dealt(
    group: npt.NDArray[np.int64], folds: int, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Fold of each row; groups stay together."""
    count = int(group.max()) + 1
    order = rng.permutation(count)
    return np.asarray((order % folds)[group], np.int64)


def _economy_folds(
    panel: pd.DataFrame, folds: int, rng: np.random.Generator
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    names = sorted({*panel["exporter"], *panel["importer"]})
    part = pd.Series(rng.permutation(len(names)) % min(folds, len(names)), index=names)
    one, other = (panel[c].map(part).to_numpy(np.int64) for c in ("exporter", "importer"))
    return one, other


def _pairs(
    panel: pd.DataFrame, keys: list[str], y: Array, mean: Array, drawn: Array, level: float
) -> pd.DataFrame:
    out = panel[keys].reset_index(drop=True)
    out["trade"] = y
    low, high = _quantiles(drawn, level, len(out))
    out = _measures(out, mean, low, high)
    known = panel["flags"].fillna("").astype(str).to_numpy() if "flags" in panel.columns else ""
    missing = np.where(np.isfinite(mean), "", "no prediction: no trade to estimate an effect from")
    flags = pd.DataFrame({"a": known, "b": missing}, index=out.index)
    out["flags"] = flags.apply(lambda r: "; ".join(x for x in r if x), axis=1)
    return out


def _measures(out: pd.DataFrame, mean: Array, low: Array, high: Array) -> pd.DataFrame:
    ratio = np.divide(out["trade"], mean, out=np.full(len(out), np.nan), where=mean > 0)
    return out.assign(
        predicted=mean, ratio=ratio, gap_usd=mean - out["trade"].to_numpy(float), low=low, high=high
    )


def _quantiles(drawn: Array, level: float, rows: int) -> tuple[Array, Array]:
    if not len(drawn):
        none = np.full(rows, np.nan)
        return none, none.copy()
    low, high = np.quantile(drawn, [0.5 - level / 2, 0.5 + level / 2], axis=0)
    return np.asarray(low), np.asarray(high)


def _total(
    name: dict[str, object],
    table: pd.DataFrame,
    drawn: Array,
    rows: npt.NDArray[np.bool_],
    level: float,
) -> dict[str, object]:
    """Actual and predicted sums of some rows; rows without a prediction count in neither."""
    rows = rows & np.isfinite(table["predicted"].to_numpy(float))
    low, high = _quantiles(drawn[:, rows].sum(axis=1)[:, None], level, 1)
    trade, predicted = (float(table.loc[rows, c].sum()) for c in ("trade", "predicted"))
    return {
        **name, "flows": int(rows.sum()), "trade": trade, "predicted": predicted,
        "ratio": trade / predicted if predicted > 0 else float("nan"),
        "gap_usd": predicted - trade, "low": float(low[0]), "high": float(high[0]),
    }  # fmt: skip


def _economies(table: pd.DataFrame, drawn: Array, level: float) -> pd.DataFrame:
    abroad = (table["exporter"] != table["importer"]).to_numpy()
    rows = [
        _total({"economy": code, "side": side}, table, drawn,
               abroad & (table[column] == code).to_numpy(), level)
        for side, column in (("exports", "exporter"), ("imports", "importer"))
        for code in sorted(table[column].unique())
    ]  # fmt: skip
    return pd.DataFrame(rows).sort_values(["economy", "side"]).reset_index(drop=True)


def _groups(
    table: pd.DataFrame, drawn: Array, level: float, groups: dict[str, frozenset[str]]
) -> pd.DataFrame:
    abroad = (table["exporter"] != table["importer"]).to_numpy()
    rows = []
    for name, members in groups.items():
        out, into = (table[c].isin(members).to_numpy() for c in ("exporter", "importer"))
        sides = {"exports": out, "imports": into, "within": out & into,
                 "with others": out ^ into, "among others": ~out & ~into}  # fmt: skip
        rows += [
            _total({"group": name, "side": side}, table, drawn, abroad & inside, level)
            for side, inside in sides.items()
        ]
    return pd.DataFrame(rows)


def _accuracy(y: Array, mean: Array) -> dict[str, float]:
    known = (y > 0) & np.isfinite(mean) & (mean > 0)
    error = np.log(y[known] / mean[known])
    spread = np.log(y[known])
    return {
        "pairs": float(known.sum()),
        "r2_log": float(1 - (error**2).sum() / ((spread - spread.mean()) ** 2).sum()),
        "median_abs_log_error": float(np.median(np.abs(error))),
        "mean_log_error": float(error.mean()),
    }
