r"""Cost, time and benefits of projects as their reference classes had them, and of sums of them.

One project is ranged by the quantiles of its classes. Several are drawn together: with standard
normal numbers for cost, time and benefit,

.. math:: u^c_i = \sqrt{b}\, Z^c + \sqrt{1 - b}\, e^c_i, \qquad
          u^t_i = r\, u^c_i + \sqrt{1 - r^2}\, (\sqrt{b}\, Z^t + \sqrt{1 - b}\, e^t_i), \qquad
          u^v_i = \sqrt{b}\, Z^v + \sqrt{1 - b}\, e^v_i,

each turned into the quantile of its class, where r and b give the rank correlations of cost with
time and between projects that the table ``project_risk`` states (a rank correlation s belongs to
2 sin(pi s / 6) between normal numbers). A quantile of a sum lies below the sum of quantiles where
projects are not wholly dependent. The numbers of a project depend on seed and id alone.

The ratio of benefits to costs moves by the benefit ratio over the cost ratio, and by one discount
period for every year of delay.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.risk.project.benefit import benefit_class
from beltroad.risk.project.classes import dependence, figures
from beltroad.risk.project.delay import DELAY_BORROWED, delay_class
from beltroad.risk.project.overrun import BORROWED, reference_class
from beltroad.risk.project.table import COLUMNS, checked_projects

__all__ = ["Draws", "draw", "forecast", "portfolio", "uplift_check"]

Floats = NDArray[np.float64]
_MOST_CELLS = 50_000_000  # projects times draws: five tables of so many numbers are held
DISCOUNT_PCT = 6.0


@dataclass(frozen=True)
class Draws:
    """Ratios of actual to estimated, all (project, draw), in the order of ``ids``.

    ``benefit_ratio`` is 1 where nothing is published of the class. ``delay_years`` is NaN where
    the planned time is not given.
    """

    ids: tuple[str, ...]
    cost_ratio: Floats
    delay_ratio: Floats
    delay_years: Floats
    benefit_ratio: Floats


def _pearson(rank: float) -> float:
    return 2 * math.sin(math.pi * rank / 6)


def _normals(seed: int, words: Sequence[int], draws: int) -> Floats:
    source = np.random.SeedSequence([seed, *words])
    return np.random.Generator(np.random.PCG64(source)).standard_normal((3, draws))


def draw(
    projects: pd.DataFrame,
    *,
    draws: int = 20_000,
    seed: int = 0,
    between: float | None = None,
    cost_delay: float | None = None,
) -> Draws:
    """Draw cost, time and benefit ratios of projects together.

    Parameters
    ----------
    projects
        Columns of :data:`~beltroad.risk.project.table.COLUMNS`.
    between
        Rank correlation between two projects; that of the table where not given.
    cost_delay
        Rank correlation of cost and time of one project.

    Raises
    ------
    InputError
        If projects, draws or correlations cannot be used.
    """
    table = checked_projects(projects[[c for c in projects.columns if c in COLUMNS]])
    if not 100 <= draws <= 1_000_000:
        raise InputError(f"draws {draws:,}: give 100 to 1,000,000")
    if not 0 <= seed < 2**63:
        raise InputError(f"seed {seed}: give 0 or a whole number below 2**63")
    if draws * len(table) > _MOST_CELLS:
        raise InputError(
            f"{len(table):,} projects times {draws:,} draws: give {_MOST_CELLS // len(table):,} "
            "draws or fewer, or fewer projects"
        )
    rank = dependence("between_projects_rank") if between is None else between
    tie = dependence("cost_delay_rank") if cost_delay is None else cost_delay
    if not 0 <= rank < 1 or not -1 < tie < 1:
        raise InputError(
            f"rank correlations must lie from 0 (between) or above -1 (cost and time) to below 1, "
            f"not {rank:g} and {tie:g}"
        )
    shared, r = _pearson(rank), _pearson(tie)
    common = _normals(seed, [0], draws)
    shape = (len(table), draws)
    cost, time, benefit = np.ones(shape), np.ones(shape), np.ones(shape)
    for k, row in enumerate(table.to_dict("records")):
        if row["realised"]:
            continue
        own = _normals(seed, [1, *map(ord, row["id"])], draws)
        z = math.sqrt(shared) * common + math.sqrt(1 - shared) * own
        cost[k] = reference_class(row["mode"]).from_normal(z[0])
        late = delay_class(row["mode"])
        time[k] = late.from_normal(r * z[0] + math.sqrt(1 - r * r) * z[1])
        gains = benefit_class(row["benefit_mode"])
        if gains is not None:
            benefit[k] = gains.from_normal(z[2])
    years = table["years"].to_numpy(np.float64)[:, None]
    return Draws(tuple(table["id"]), cost, time, (time - 1) * years, benefit)


def forecast(
    projects: pd.DataFrame,
    *,
    quantiles: Sequence[float] = (0.5, 0.8, 0.9),
    seed: int = 0,
    draws: int = 20_000,
    discount_rate_pct: float = DISCOUNT_PCT,
    between: float | None = None,
) -> pd.DataFrame:
    """Range each project by its reference classes.

    ``pNN`` always is the cautious side: cost and time are not above it with probability NN,
    benefits and their ratio to costs are not below it. Quantiles of cost, time and benefit are
    those of the fitted classes; those of the ratio of benefits to costs are drawn.

    Returns
    -------
    DataFrame, one row a project
        ``id, mode, class, delay_class, benefit_class, cost_usd, years, realised``; for each NN and
        for ``mean``: ``cost_ratio_pNN, cost_pNN_usd, delay_ratio_pNN, delay_pNN_years,
        benefit_ratio_pNN, bcr_ratio_pNN`` (change of the ratio of benefits to costs; NaN without
        planned years) and ``bcr_pNN`` (where ``benefit_cost_ratio`` is given); ``bcr_below_1_pct``
        ; ``note``.

    Raises
    ------
    InputError
        If projects, quantiles or the discount rate cannot be used.
    """
    table = checked_projects(projects[[c for c in projects.columns if c in COLUMNS]])
    levels = _levels(quantiles)
    if not (math.isfinite(discount_rate_pct) and 0 <= discount_rate_pct <= 30):
        raise InputError(f"discount rate {discount_rate_pct:g} per cent: give 0 to 30")
    drawn = draw(table, draws=draws, seed=seed, between=between)
    worth = (1 + discount_rate_pct / 100) ** -drawn.delay_years
    change = drawn.benefit_ratio * worth / drawn.cost_ratio
    rows = []
    for k, row in enumerate(table.to_dict("records")):
        rows.append(_row(row, levels, change[k]))
    return pd.DataFrame(rows)


def _levels(quantiles: Sequence[float]) -> list[float]:
    levels = [float(q) for q in quantiles]
    if not levels or not all(0 < q < 1 for q in levels):
        raise InputError(f"quantiles must lie strictly between 0 and 1, not {list(quantiles)}")
    return levels


def _row(row: dict[Any, Any], levels: list[float], change: Floats) -> dict[str, object]:
    mode, gains_mode = str(row["mode"]), str(row["benefit_mode"])
    cost, late, gains = reference_class(mode), delay_class(mode), benefit_class(gains_mode)
    known, estimate = bool(row["realised"]), float(row["cost_usd"])
    years, planned = float(row["years"]), float(row["benefit_cost_ratio"])
    out: dict[str, object] = {
        "id": row["id"], "mode": mode, "class": cost.name, "delay_class": late.name,
        "benefit_class": gains.name if gains else "", "cost_usd": estimate, "years": years,
        "realised": known,
    }  # fmt: skip
    for q in [*levels, math.nan]:
        mean = math.isnan(q)
        name = "mean" if mean else f"p{round(100 * q, 8):g}"
        c = 1.0 if known else cost.mean() if mean else float(cost.quantile(q))
        d = 1.0 if known else late.mean() if mean else float(late.quantile(q))
        b = 1.0
        if gains is not None and not known:
            b = gains.mean() if mean else float(gains.quantile(1 - q))
        ratio = float(change.mean() if mean else np.quantile(change, 1 - q))
        out |= {
            f"cost_ratio_{name}": c, f"cost_{name}_usd": estimate * c,
            f"delay_ratio_{name}": d, f"delay_{name}_years": (d - 1) * years,
            f"benefit_ratio_{name}": b if gains is not None or known else math.nan,
            f"bcr_ratio_{name}": ratio, f"bcr_{name}": planned * ratio,
        }  # fmt: skip
    below = (
        math.nan if math.isnan(planned * change[0]) else 100 * float((planned * change < 1).mean())
    )
    out["bcr_below_1_pct"] = below
    notes = []
    if known:
        notes.append("finished: no range")
    else:
        if mode in BORROWED:
            notes.append(f"cost as {cost.name}")
        if mode in DELAY_BORROWED:
            notes.append(f"delay as {late.name}")
        if gains is None:
            notes.append("no published benefits: taken as forecast")
        elif gains.name == "rail":
            notes.append("benefit class: passengers of railways, many of them urban, not freight")
        if math.isnan(years):
            notes.append("no planned years: delay as a ratio only")
    out["note"] = "; ".join(notes)
    return out


def portfolio(
    projects: pd.DataFrame,
    *,
    quantiles: Sequence[float] = (0.5, 0.8, 0.9),
    seed: int = 0,
    draws: int = 20_000,
    between: float | None = None,
) -> pd.DataFrame:
    """Cost of all projects together, and how far it lies from sums of their quantiles.

    Returns
    -------
    DataFrame, one row a quantile and one for the mean
        ``quantile, cost_usd`` (of the sum), ``ratio`` (over the estimate), ``sum_of_quantiles_usd``
        (as if all projects were wholly dependent), ``independent_usd`` (as if not at all).
    """
    table = checked_projects(projects[[c for c in projects.columns if c in COLUMNS]])
    levels = _levels(quantiles)
    estimate = table["cost_usd"].to_numpy(np.float64)
    sums = estimate @ draw(table, draws=draws, seed=seed, between=between).cost_ratio
    alone = estimate @ draw(table, draws=draws, seed=seed, between=0.0).cost_ratio
    classes = [None if r else reference_class(m)
               for m, r in zip(table["mode"], table["realised"], strict=True)]  # fmt: skip
    rows: list[tuple[str, float, float, float]] = []
    for q in levels:
        each = [1.0 if c is None else float(c.quantile(q)) for c in classes]
        rows.append((f"p{round(100 * q, 8):g}", float(np.quantile(sums, q)), float(estimate @ each),
                     float(np.quantile(alone, q))))  # fmt: skip
    exact = float(estimate @ [1.0 if c is None else c.mean() for c in classes])
    rows.append(("mean", exact, exact, exact))
    out = pd.DataFrame(
        rows, columns=["quantile", "cost_usd", "sum_of_quantiles_usd", "independent_usd"]
    )
    out.insert(2, "ratio", out["cost_usd"] / estimate.sum())
    return out


def uplift_check() -> pd.DataFrame:
    """Published uplifts of cost beside ours: ``class, probability_pct, published_pct, ours_pct``.

    The published ones are read off the curve of the sample (Flyvbjerg with COWI 2004); ours are
    quantiles of the lognormal with the mean and deviation of nearly the same projects.
    """
    rows = []
    for name, by_level in figures("uplift").items():
        for key, value in by_level.items():
            level = float(key.removeprefix("p"))
            ours = 100 * (float(reference_class(name).quantile(level / 100)) - 1)
            rows.append((name, level, 100 * value, ours, ours - 100 * value))
    return pd.DataFrame(
        rows, columns=["class", "probability_pct", "published_pct", "ours_pct", "gap_points"]
    )
