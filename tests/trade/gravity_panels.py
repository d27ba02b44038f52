"""Small gravity panels with known answers, and an estimator written out for checks."""

from __future__ import annotations

import numpy as np
import pandas as pd

NAMES = [f"C{k:02d}" for k in range(14)]


def panel(
    seed: int = 0, *, countries: int = 12, years: int = 3, noise: bool = True, zeros: float = 0.1,
    home: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """Flows of a gravity world: ``exp(effects - 0.9 ln dist + 0.4 rta)``, some of them zero."""
    rng = np.random.default_rng(seed)
    names = NAMES[:countries]
    place = rng.uniform(0, 5000, (countries, 2))
    km = np.hypot(*(place[:, None] - place).transpose(2, 0, 1)) + 100
    rows = []
    for year in range(2000, 2000 + years):
        out, into = rng.normal(0, 1, (2, countries))
        for i in range(countries):
            for j in range(countries):
                if i == j and not home:
                    continue
                rta = float((i + j + year) % 4 == 0 and i != j)
                mean = np.exp(10 + out[i] + into[j] - 0.9 * np.log(km[i, j]) + 0.4 * rta)
                value = mean * rng.gamma(2, 0.5) if noise else mean
                if noise and rng.random() < zeros:
                    value = 0.0
                rows.append((names[i], names[j], year, value, km[i, j], rta))
    columns = ["exporter", "importer", "year", "trade", "dist", "rta"]
    return pd.DataFrame(rows, columns=columns)


def groups(frame: pd.DataFrame, columns: list[str]) -> np.ndarray:
    return pd.factorize(frame[columns].astype(str).agg("|".join, axis=1))[0]


def pair(frame: pd.DataFrame) -> np.ndarray:
    return pd.factorize(frame[["exporter", "importer"]].apply(lambda r: "|".join(sorted(r)), 1))[0]


def with_dummies(
    y: np.ndarray, x: np.ndarray, effects: list[np.ndarray], cluster: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """PPML with a dummy for each group by Newton steps; clustered errors, times G / (G - 1).

    The information matrix is inverted in the generalised sense, for one dummy of each further
    kind of effects is redundant.
    """
    dummies = [np.eye(int(g.max()) + 1)[g] for g in effects]
    full = np.column_stack([x, *dummies])
    mean = y.mean()
    y = y / mean
    beta = np.linalg.lstsq(full, np.log((y + 1) / 2), rcond=None)[0]
    for _ in range(200):
        mu = np.exp(full @ beta)
        step = np.linalg.pinv(full.T @ (full * mu[:, None])) @ (full.T @ (y - mu))
        beta = beta + step
        if np.abs(full @ step).max() < 1e-13:
            break
    mu = np.exp(full @ beta)
    bread = np.linalg.pinv(full.T @ (full * mu[:, None]))
    sums = np.array([(full * (y - mu)[:, None])[cluster == g].sum(axis=0)
                     for g in np.unique(cluster)])  # fmt: skip
    count = len(sums)
    v = bread @ (sums.T @ sums) @ bread * count / (count - 1)
    k = x.shape[1]
    return beta[:k], np.sqrt(np.diag(v)[:k]), mu * mean
