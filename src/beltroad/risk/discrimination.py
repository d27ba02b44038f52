r"""How well a score or a probability tells events from the rest.

*Discrimination*: the receiver operating characteristic and its area,

.. math:: \mathrm{AUROC} = P(S_1 > S_0) + \tfrac12 P(S_1 = S_0),

the Mann-Whitney statistic over the product of the two counts (Hanley and McNeil 1982), with the
interval of DeLong, DeLong and Clarke-Pearson (1988), or, where rows of one country hang together,
a bootstrap that draws whole countries. *Probabilities*: the Brier score and its parts
(Murphy 1973, with the two terms within bins of Stephenson, Coelho and Jolliffe 2008, so that the
parts add up for any bins), calibration by groups and the statistic of Hosmer and Lemeshow (1980).
*Signals*: the table of hits, misses and false alarms.

Scores are higher where the risk is higher. Nothing here knows about years: splits that keep the
future out are made by :func:`country_blocks` and by the caller's own years.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from beltroad.errors import InputError
from beltroad.normal import ndtri

__all__ = [
    "Area", "BrierParts", "Confusion", "auroc", "auroc_area", "average_precision", "brier",
    "brier_parts", "calibration", "chi_square_tail", "confusion", "country_blocks",
    "hosmer_lemeshow", "precision_recall", "roc",
]  # fmt: skip

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Area:
    """Area under the ROC with its interval.

    Attributes
    ----------
    value
        Area, 0 to 1; 0.5 is chance.
    low, high
        Bounds of the interval.
    level
        Its level, such as 0.95.
    events, rows
        Rows with an event, and all rows.
    """

    value: float
    low: float
    high: float
    level: float
    events: int
    rows: int


@dataclass(frozen=True)
class Confusion:
    """Signals against events: A hits, B false alarms, C misses, D quiet years."""

    hits: int
    false_alarms: int
    misses: int
    quiet: int

    @property
    def hit_rate(self) -> float:
        """Events that were signalled, A / (A + C); NaN without events."""
        return _ratio(self.hits, self.hits + self.misses)

    @property
    def missed_rate(self) -> float:
        """Events that were not, C / (A + C)."""
        return _ratio(self.misses, self.hits + self.misses)

    @property
    def false_alarm_rate(self) -> float:
        """Quiet rows that were signalled, B / (B + D); NaN without quiet rows."""
        return _ratio(self.false_alarms, self.false_alarms + self.quiet)

    @property
    def precision(self) -> float:
        """Signals that an event followed, A / (A + B); NaN without signals."""
        return _ratio(self.hits, self.hits + self.false_alarms)


@dataclass(frozen=True)
class BrierParts:
    """Brier score = reliability - resolution + uncertainty + within_bins."""

    score: float
    reliability: float
    resolution: float
    uncertainty: float
    within_bins: float


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def _checked(score: ArrayLike, event: ArrayLike, *, both: bool = True) -> tuple[Floats, Flags]:
    """Scores and flags of one length, without gaps, with an event and a quiet row if ``both``."""
    s = np.asarray(score, np.float64)
    raw = np.asarray(event)
    if s.ndim != 1 or s.shape != raw.shape:
        raise InputError(f"scores and events differ in shape: {s.shape} and {raw.shape}")
    if not np.all(np.isfinite(s)):
        raise InputError(f"{int((~np.isfinite(s)).sum())} scores are not finite; drop those rows")
    if not np.all(np.isin(raw, (0, 1))):
        raise InputError("events must be 0 or 1")
    y = raw.astype(bool)
    if both and (not y.any() or y.all()):
        raise InputError(f"{int(y.sum())} events in {y.size} rows: there must be some of both")
    return s, y


def _probabilities(probability: ArrayLike, event: ArrayLike) -> tuple[Floats, Flags]:
    p, y = _checked(probability, event, both=False)
    if p.size == 0 or np.any((p < 0) | (p > 1)):
        raise InputError("probabilities must lie between 0 and 1, and there must be some")
    return p, y


def _midranks(values: Floats) -> Floats:
    """Ranks from 1; ties share the middle of theirs."""
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    first = np.searchsorted(ranked, ranked, side="left")
    last = np.searchsorted(ranked, ranked, side="right")
    ranks = np.empty(values.size)
    ranks[order] = (first + last + 1) / 2
    return ranks


def auroc(score: ArrayLike, event: ArrayLike) -> float:
    """Area under the ROC; ties count one half.

    Raises
    ------
    InputError
        If shapes differ, a score is not finite, or there are not both events and quiet rows.
    """
    s, y = _checked(score, event)
    n1, n0 = int(y.sum()), int((~y).sum())
    return float((_midranks(s)[y].sum() - n1 * (n1 + 1) / 2) / (n1 * n0))


def auroc_area(
    score: ArrayLike, event: ArrayLike, *, clusters: ArrayLike | None = None,
    level: float = 0.95, draws: int = 500, seed: int = 0,
) -> Area:  # fmt: skip
    """Area under the ROC with an interval.

    Parameters
    ----------
    clusters
        Labels (countries) whose rows are drawn together in a percentile bootstrap; without them
        rows are taken as independent and the interval is DeLong's, cut at 0 and 1.
    level, draws, seed
        Level of the interval; number and seed of the bootstrap's draws.
    """
    s, y = _checked(score, event)
    if not 0 < level < 1:
        raise InputError(f"level must lie between 0 and 1, not {level}")
    value = auroc(s, y)
    if clusters is None:
        margin = float(ndtri(0.5 + level / 2)) * math.sqrt(_delong_variance(s, y))
        low, high = max(0.0, value - margin), min(1.0, value + margin)
    else:
        found = _by_cluster(s, y, np.asarray(clusters), draws, seed)
        low, high = (float(np.quantile(found, q)) for q in ((1 - level) / 2, (1 + level) / 2))
    return Area(value, low, high, level, int(y.sum()), y.size)


def _delong_variance(s: Floats, y: Flags) -> float:
    """DeLong et al. 1988, from midranks (Sun and Xu 2014)."""
    n1, n0 = int(y.sum()), int((~y).sum())
    joint = _midranks(s)
    of_events = (joint[y] - _midranks(s[y])) / n0
    of_quiet = 1 - (joint[~y] - _midranks(s[~y])) / n1
    spread = [float(np.var(v, ddof=1)) if v.size > 1 else 0.0 for v in (of_events, of_quiet)]
    return spread[0] / n1 + spread[1] / n0


def _by_cluster(
    s: Floats, y: Flags, clusters: NDArray[np.generic], draws: int, seed: int
) -> list[float]:
    if clusters.shape != y.shape:
        raise InputError(f"clusters have shape {clusters.shape}, scores {y.shape}")
    _, code = np.unique(clusters, return_inverse=True)
    rows = [np.flatnonzero(code == k) for k in range(int(code.max()) + 1)]
    rng = np.random.default_rng(seed)
    found: list[float] = []
    for _ in range(draws):
        chosen = np.concatenate([rows[k] for k in rng.integers(0, len(rows), len(rows))])
        if y[chosen].any() and not y[chosen].all():
            found.append(auroc(s[chosen], y[chosen]))
    if not found:
        raise InputError("no draw of clusters holds both events and quiet rows")
    return found


def roc(score: ArrayLike, event: ArrayLike) -> pd.DataFrame:
    """Points of the ROC, from no signal at all to a signal everywhere.

    Returns
    -------
    DataFrame
        ``threshold`` (signal where score >= threshold; inf first), ``hit_rate``,
        ``false_alarm_rate``; one row for each distinct score. The trapezoidal area is the AUROC.
    """
    thresholds, hits, alarms, n1, n0 = _cumulated(*_checked(score, event))
    return pd.DataFrame({"threshold": thresholds, "hit_rate": hits / n1,
                         "false_alarm_rate": alarms / n0})  # fmt: skip


def _cumulated(s: Floats, y: Flags) -> tuple[Floats, Floats, Floats, int, int]:
    order = np.argsort(-s, kind="stable")
    ranked, flags = s[order], y[order]
    last = np.append(np.flatnonzero(np.diff(ranked)), ranked.size - 1)
    hits = np.append(0.0, np.cumsum(flags)[last])
    alarms = np.append(0.0, np.cumsum(~flags)[last])
    return np.append(np.inf, ranked[last]), hits, alarms, int(y.sum()), int((~y).sum())


def precision_recall(score: ArrayLike, event: ArrayLike) -> pd.DataFrame:
    """Precision and recall at each distinct score: ``threshold``, ``recall``, ``precision``."""
    thresholds, hits, alarms, n1, _ = _cumulated(*_checked(score, event))
    return pd.DataFrame({"threshold": thresholds[1:], "recall": hits[1:] / n1,
                         "precision": hits[1:] / (hits[1:] + alarms[1:])})  # fmt: skip


def average_precision(score: ArrayLike, event: ArrayLike) -> float:
    """Precision averaged over the steps of recall; a useless score gets the share of events."""
    table = precision_recall(score, event)
    steps = np.diff(np.append(0.0, table["recall"].to_numpy()))
    return float((steps * table["precision"].to_numpy()).sum())


def brier(probability: ArrayLike, event: ArrayLike) -> float:
    """Mean squared difference of probability and outcome; 0 is best."""
    p, y = _probabilities(probability, event)
    return float(np.mean((p - y) ** 2))


def _groups(p: Floats, groups: int) -> NDArray[np.int64]:
    """Groups of about equal size by rank; equal probabilities stay together."""
    if groups < 1:
        raise InputError(f"groups must be 1 or more, not {groups}")
    place = (np.searchsorted(np.sort(p), p, side="left") * groups) // p.size
    return np.asarray(np.unique(place, return_inverse=True)[1], np.int64)


def brier_parts(probability: ArrayLike, event: ArrayLike, *, groups: int = 10) -> BrierParts:
    """Brier score in its parts; they add up to the score to rounding."""
    p, y = _probabilities(probability, event)
    group = _groups(p, groups)
    n = np.bincount(group)
    mean_p = np.bincount(group, p) / n
    mean_y = np.bincount(group, y.astype(float)) / n
    base = float(y.mean())
    reliability = float((n * (mean_p - mean_y) ** 2).sum() / p.size)
    resolution = float((n * (mean_y - base) ** 2).sum() / p.size)
    apart = p - mean_p[group]
    within = float(np.mean(apart**2) - 2 * np.mean((y - mean_y[group]) * apart))
    return BrierParts(brier(p, y), reliability, resolution, base * (1 - base), within)


def calibration(probability: ArrayLike, event: ArrayLike, *, groups: int = 10) -> pd.DataFrame:
    """Observed against forecast by groups of rising probability.

    Returns
    -------
    DataFrame
        ``low_pct``, ``high_pct`` (range of the forecasts), ``rows``, ``expected`` and ``events``
        (numbers), ``forecast_pct`` and ``observed_pct`` (means).
    """
    p, y = _probabilities(probability, event)
    table = pd.DataFrame({"group": _groups(p, groups), "p": p, "y": y})
    found = table.groupby("group").agg(
        low_pct=("p", "min"), high_pct=("p", "max"), rows=("p", "size"), expected=("p", "sum"),
        events=("y", "sum"), forecast_pct=("p", "mean"), observed_pct=("y", "mean"),
    )  # fmt: skip
    shares = ["low_pct", "high_pct", "forecast_pct", "observed_pct"]
    found[shares] = found[shares] * 100
    return found.reset_index(drop=True)


def hosmer_lemeshow(
    probability: ArrayLike, event: ArrayLike, *, groups: int = 10, fitted: bool = False
) -> tuple[float, int, float]:
    """Hosmer-Lemeshow statistic, its degrees of freedom and the chance of a larger one.

    Parameters
    ----------
    fitted
        Whether the probabilities were fitted to these very rows: two degrees of freedom go then.
    """
    table = calibration(probability, event, groups=groups)
    variance = table["expected"] * (1 - table["forecast_pct"] / 100)
    gap = table["events"] - table["expected"]
    if ((variance <= 0) & (gap != 0)).any():
        return math.inf, len(table), 0.0
    kept = variance > 0
    statistic = float((gap[kept] ** 2 / variance[kept]).sum())
    freedom = max(1, len(table) - (2 if fitted else 0))
    return statistic, freedom, chi_square_tail(statistic, freedom)


def chi_square_tail(statistic: float, freedom: int) -> float:
    """Probability that a chi-square variable exceeds ``statistic``.

    The closed sums over half-integers (Abramowitz and Stegun 1964, 26.4.4 and 26.4.5).
    """
    if freedom < 1 or not statistic >= 0:
        raise InputError(f"chi-square needs freedom >= 1 and a statistic >= 0, not {statistic}")
    half = statistic / 2
    if math.isinf(half):
        return 0.0
    odd = freedom % 2
    tail = math.erfc(math.sqrt(half)) if odd else math.exp(-half)
    # Each step of two degrees adds half**k exp(-half) / Gamma(k + 1).
    k = 0.5 if odd else 1.0
    while k < freedom / 2:
        if half > 0:
            tail += math.exp(k * math.log(half) - half - math.lgamma(k + 1))
        k += 1
    return min(1.0, tail)


def confusion(score: ArrayLike, event: ArrayLike, threshold: float) -> Confusion:
    """Signal table where a score at or above ``threshold`` is a signal."""
    s, y = _checked(score, event, both=False)
    signal = s >= threshold
    return Confusion(int((signal & y).sum()), int((signal & ~y).sum()),
                     int((~signal & y).sum()), int((~signal & ~y).sum()))  # fmt: skip


def country_blocks(countries: ArrayLike, blocks: int, *, seed: int = 0) -> NDArray[np.int64]:
    """Number of the block that each row's country falls into; a country is never split.

    Countries are shuffled, so that no block is a part of the alphabet.
    """
    names, code = np.unique(np.asarray(countries), return_inverse=True)
    if not 2 <= blocks <= names.size:
        raise InputError(f"blocks must lie between 2 and {names.size} countries, not {blocks}")
    place = np.random.default_rng(seed).permutation(names.size) % blocks
    return np.asarray(place[code], np.int64)
