"""Poisson pseudo maximum likelihood (PPML) with high-dimensional fixed effects."""

from __future__ import annotations

import importlib
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from beltroad.errors import ConvergenceError, InputError
from beltroad.normal import ndtr, ndtri
from beltroad.trade.gravity.effects import prune
from beltroad.trade.gravity.panel import (
    check_keys,
    check_numbers,
    codes,
    design,
    parse_effects,
    plain,
    source_of,
)

__all__ = ["LEVEL", "GravityFit", "estimate", "estimate_by_sector", "sum_of"]

Array = npt.NDArray[np.float64]
LEVEL = 0.95
DEVIANCE_TOLERANCE = 1e-12
DEMEANING_TOLERANCE = 1e-9
STEPS = 200
ZEROS_ONLY = "effects predict no trade"
RECTIFIER = "regressors with effects predict no trade"
SINGLE = "only row of its group"


@dataclass(frozen=True)
class GravityFit:
    """One estimate.

    Attributes
    ----------
    table
        One row a term: term, estimate, se, z, p, low, high (interval at ``level``).
    covariance : (terms, terms)
        Clustered covariance of the estimates.
    effects, cluster
        Terms of effects that were absorbed and columns that errors are clustered by.
    rows, used, zeros
        Rows of the panel, rows that the estimate rests on, and those of them without trade.
    dropped
        Rows that were left out with the ``reason``; index as in the panel.
    clusters
        Number of clusters (the smallest of several ways).
    pseudo_r2, r2
        One less deviance over that of a constant; squared correlation of flows and predictions.
    predicted
        Predicted flow of each used row; index as in the panel.
    converged
        Always true: an estimate that did not settle is never returned.
    """

    table: pd.DataFrame
    covariance: Array
    flow: str
    effects: tuple[str, ...]
    cluster: tuple[str, ...]
    rows: int
    used: int
    zeros: int
    dropped: pd.DataFrame
    clusters: int
    pseudo_r2: float
    r2: float
    deviance: float
    predicted: pd.Series = field(repr=False)
    source: str = "panel"
    sector: str = ""
    level: float = LEVEL
    seconds: float = 0.0
    converged: bool = True

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the estimated terms."""
        return tuple(self.table["term"])

    @property
    def separated(self) -> int:
        """Rows dropped because effects or regressors alone predict no trade."""
        return int((self.dropped["reason"] != SINGLE).sum())

    def coefficient(self, term: str) -> tuple[float, float]:
        """Estimate and standard error of a term."""
        from beltroad.errors import suggest

        if term not in self.terms:
            raise InputError(
                f"term {term!r} is not in the estimate. {suggest(term, self.terms)} "
                f"Terms: {', '.join(self.terms)}"
            )
        row = self.table.iloc[self.terms.index(term)]
        return float(row["estimate"]), float(row["se"])

    def record(self) -> dict[str, Any]:
        """Everything but rows, for JSON."""
        reasons = self.dropped["reason"].value_counts().sort_index()
        return {
            "source": self.source, "sector": self.sector, "flow": self.flow,
            "effects": list(self.effects), "cluster": list(self.cluster),
            "clusters": self.clusters, "rows": self.rows, "rows_used": self.used,
            "zero_flows": self.zeros,
            "rows_dropped": {str(k): int(v) for k, v in reasons.items()},
            "pseudo_r2": self.pseudo_r2, "r2": self.r2, "deviance": self.deviance,
            "level": self.level, "converged": self.converged,
            "terms": self.table.to_dict("records"),
        }  # fmt: skip


def estimate(
    panel: pd.DataFrame,
    *,
    flow: str = "trade",
    regressors: Sequence[str],
    effects: str | Sequence[str] = "country",
    cluster: str | Sequence[str] = "pair",
    level: float = LEVEL,
) -> GravityFit:
    """Estimate a gravity equation on a panel by PPML.

    Where there is a column ``sector`` the sectors are pooled: the named sets of effects then
    have one for each sector, and the coefficients are common.

    Parameters
    ----------
    panel
        Columns ``exporter``, ``importer``, the flow (zeros belong in), regressors, and ``year``
        or ``sector`` where effects use them. Sales at home may be rows like any other.
    regressors
        Columns, or terms of columns as in :func:`beltroad.trade.gravity.panel.design`.
    effects
        As in :func:`beltroad.trade.gravity.panel.parse_effects`.
    cluster
        One or two terms; ``pair`` is the unordered pair of economies.

    Raises
    ------
    InputError
        If the panel or the choices cannot be used; the message names file, column and rows.
    ConvergenceError
        If the estimate does not settle.
    """
    start = time.perf_counter()
    source = source_of(panel)
    panel = plain(panel)
    check_keys(panel)
    y = check_numbers(panel, flow, least=0.0)
    if not (y > 0).any():
        raise InputError(f"{source}: column {flow!r} is zero in every row; nothing to estimate")
    names, x = design(panel, regressors)
    if not names:
        raise InputError("give at least one regressor, as rta or ln(dist)")
    terms = parse_effects(effects, by_sector="sector" in panel.columns)
    ways = parse_effects(cluster)
    if not 1 <= len(ways) <= 2:
        raise InputError(f"cluster {cluster!r}: give one or two terms, as pair")
    groups = [codes(panel, term) for term in terms]
    clusters = [codes(panel, term) for term in ways]
    pruned = prune(y, groups)
    keep = pruned.keep
    if int(keep.sum()) <= len(names):
        raise InputError(
            f"{source}: {int(keep.sum())} of {len(y)} rows are left once groups without trade and "
            f"groups of one row are dropped; use fewer effects than {' + '.join(terms)}"
        )
    _check_variation(source, names, x[keep], terms)
    data = pd.DataFrame({"y": y / y[keep].mean()})
    for k in range(len(names)):
        data[f"x{k}"] = x[:, k]
    for k, group in enumerate(groups):
        data[f"f{k}"] = group
    for k, group in enumerate(clusters):
        data[f"c{k}"] = group
    kept = np.flatnonzero(keep)
    data = data[keep].reset_index(drop=True)
    small = [w for w, g in zip(ways, clusters, strict=True) if len(np.unique(g[keep])) < 2]
    if small:
        raise InputError(f"{source}: cluster {small[0]!r} has one group only; choose another")
    scale = data[[f"x{k}" for k in range(len(names))]].std()
    data[scale.index] /= scale.where(scale > 0, 1.0)
    if np.ptp(y[keep]) == 0:
        raise InputError(f"{source}: {flow} is the same in all rows used; nothing to explain")
    model = _fepois(data, len(names), len(terms), len(ways), source)
    estimated = [str(c) for c in model._coefnames if str(c) != "Intercept"]
    lost = [names[k] for k in range(len(names)) if f"x{k}" not in estimated]
    if lost:
        raise InputError(
            f"{source}: {', '.join(lost)} cannot be told from the effects "
            f"({' + '.join(terms) or 'none'}) and the other regressors; drop it or choose "
            "effects within which it varies"
        )
    place = [list(model._coefnames).index(f"x{k}") for k in range(len(names))]
    width = scale.where(scale > 0, 1.0).to_numpy(float)
    b = np.asarray(model._beta_hat, float)[place] / width
    v = np.asarray(model._vcov, float)[np.ix_(place, place)] / np.outer(width, width)
    used = kept[model._data.index.to_numpy()]
    fitted = pd.Series(
        np.asarray(model.predict(type="response"), float) * y[keep].mean(),
        index=panel.index[used], name="predicted",
    )  # fmt: skip
    deviance = _deviance(y[used], fitted.to_numpy(float))
    return GravityFit(
        table=_table(names, b, np.sqrt(np.diag(v)), level),
        covariance=v, flow=flow, effects=terms, cluster=ways,
        rows=len(panel), used=len(used), zeros=int((y[used] == 0).sum()),
        dropped=_dropped(panel, pruned.separated, pruned.single, used),
        clusters=min(len(np.unique(g[used])) for g in clusters),
        pseudo_r2=1.0 - deviance / _deviance(y[used], np.full(len(used), y[used].mean())),
        r2=_r2(y[used], fitted.to_numpy()), deviance=deviance,
        predicted=fitted, source=source, level=level, seconds=time.perf_counter() - start,
    )  # fmt: skip


def estimate_by_sector(panel: pd.DataFrame, **options: Any) -> dict[str, GravityFit]:
    """One estimate for each value of the column ``sector``; options as in `estimate`."""
    from dataclasses import replace

    if "sector" not in panel.columns:
        raise InputError(f"{source_of(panel)}: no column 'sector' to estimate by")
    out: dict[str, GravityFit] = {}
    for sector, part in panel.groupby("sector", sort=True):
        part = part.drop(columns="sector")
        part.attrs = {"source": f"{source_of(panel)}, sector {sector}"}
        out[str(sector)] = replace(estimate(part, **options), sector=str(sector))
    return out


def sum_of(fit: GravityFit, terms: Sequence[str], level: float = LEVEL) -> dict[str, float]:
    """Sum of several coefficients (an agreement and its lags, say) with its standard error."""
    for term in terms:
        fit.coefficient(term)
    w = np.array([float(sum(t == term for t in terms)) for term in fit.terms])
    total = float(w @ fit.table["estimate"].to_numpy(float))
    error = float(np.sqrt(w @ fit.covariance @ w))
    wide = float(ndtri(0.5 + level / 2)) * error
    return {"estimate": total, "se": error, "low": total - wide, "high": total + wide}


def _fepois(data: pd.DataFrame, terms: int, effects: int, ways: int, source: str) -> Any:
    """Fit through pyfixest. Names are ours, so nothing of the user's enters a formula."""
    try:
        pf = importlib.import_module("pyfixest")
    except ImportError:
        raise InputError(
            "gravity estimates need pyfixest, which is not installed: "
            "pip install 'beltroad[gravity]'"
        ) from None
    right = " + ".join(f"x{k}" for k in range(terms))
    absorbed = " + ".join(f"f{k}" for k in range(effects))
    formula = f"y ~ {right}" + (f" | {absorbed}" if effects else "")
    zeros = bool((data["y"] == 0).any())
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            model = pf.fepois(
                formula, data, vcov={"CRV1": " + ".join(f"c{k}" for k in range(ways))},
                ssc=pf.ssc(k_adj=False), fixef_rm="none", iwls_tol=DEVIANCE_TOLERANCE,
                iwls_maxiter=STEPS, demeaner=pf.MapDemeaner(100_000, DEMEANING_TOLERANCE),
                separation_check=["ir"] if zeros and effects else [], copy_data=True,
            )  # fmt: skip
        except (ValueError, RuntimeError, ArithmeticError, np.linalg.LinAlgError) as error:
            raise ConvergenceError(
                f"{source}: the estimate failed ({error}); look for regressors without variation "
                "or use fewer effects"
            ) from None
    if not model.convergence:
        raise ConvergenceError(
            f"{source}: the estimate did not settle in {STEPS} steps; look for regressors that "
            "are non-zero only where there is no trade"
        )
    if any("maximum number of iterations" in str(w.message) for w in told):
        raise ConvergenceError(
            f"{source}: could not tell which rows are separated; drop regressors that are "
            "non-zero only where there is no trade"
        )
    return model


def _check_variation(source: str, names: list[str], x: Array, terms: tuple[str, ...]) -> None:
    flat = [n for n, same in zip(names, np.ptp(x, axis=0) == 0, strict=True) if same]
    if flat:
        raise InputError(
            f"{source}: {', '.join(flat)} is the same in all {len(x)} rows used; drop it"
            + (f" or choose other effects than {' + '.join(terms)}" if terms else "")
        )


def _table(names: list[str], b: Array, se: Array, level: float) -> pd.DataFrame:
    wide = float(ndtri(0.5 + level / 2)) * se
    with np.errstate(divide="ignore", invalid="ignore"):  # an exact fit has no error
        z = b / se
    return pd.DataFrame(
        {
            "term": names, "estimate": b, "se": se, "z": z, "p": 2 * ndtr(-np.abs(z)),
            "low": b - wide, "high": b + wide,
        }
    )  # fmt: skip


def _dropped(
    panel: pd.DataFrame,
    separated: npt.NDArray[np.bool_],
    single: npt.NDArray[np.bool_],
    used: npt.NDArray[np.int64],
) -> pd.DataFrame:
    reason = np.where(separated, ZEROS_ONLY, np.where(single, SINGLE, RECTIFIER))
    keys = [c for c in ("exporter", "importer", "year", "sector") if c in panel.columns]
    gone = np.ones(len(panel), bool)
    gone[used] = False
    return panel.loc[gone, keys].assign(reason=reason[gone])


def _deviance(flow: Array, fitted: Array) -> float:
    some = np.where(flow > 0, flow, fitted)
    return float(2 * (flow * np.log(some / fitted) - (flow - fitted)).sum())


def _r2(flow: Array, fitted: Array) -> float:
    return float(np.corrcoef(flow, fitted)[0, 1] ** 2)
