r"""Ranges: how the figures move when cost and demand do not turn out as planned.

With a reference class the ratio X of actual to estimated cost is drawn from the shape that is
fitted to what the table ``overrun`` gives of the class: lognormal from mean and standard deviation,

.. math:: \sigma^2 = \ln(1 + s^2 / (1 + m)^2), \qquad \mu = \ln(1 + m) - \sigma^2 / 2,

or a lognormal body below 1.5 and a Pareto tail above it from mean, share of projects beyond one
half and their mean. Demand, where low and high are given, is lognormal with these as its 10 and
90 per cent points. Cost and demand are drawn independently, and so are the projects of a pipeline.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pandas as pd

from beltroad import evidence
from beltroad.errors import InputError, suggest
from beltroad.finance.project.case import Case, Floats
from beltroad.finance.project.cashflow import Flows, simulate
from beltroad.finance.project.exposure import state_loans_balance
from beltroad.finance.project.measures import equity_flow, irr_by_draw, npv, project_flow
from beltroad.finance.project.plan import Plan, Project
from beltroad.normal import ndtr, ndtri

__all__ = ["cost_factor", "drawn_case", "low_high", "measures_by_draw", "overrun_range"]

_TAIL_FROM = 1.5
_Z90 = float(ndtri(0.9))


@cache
def _shape(name: str) -> tuple[float, float, float, float]:
    """Location and scale of the lognormal (body), share and exponent of the tail."""
    table = evidence.load("overrun")
    rows = table[(table["mode"] == name) & (table["basis"] != "mean")]
    if rows.empty:
        known = [str(m) for m in table.loc[table["basis"] != "mean", "mode"]]
        raise InputError(
            f"overrun_class {name!r} is no reference class. {suggest(name, known)} "
            f"Classes: {', '.join(known)}"
        )
    columns = ["mean_share", "sd_share", "over_half_share", "tail_mean_share"]
    mean, sd, share, tail = (float(rows.iloc[0][c] or "nan") for c in columns)
    if not math.isnan(sd):
        variance = math.log1p((sd / (1 + mean)) ** 2)
        return math.log1p(mean) - variance / 2, math.sqrt(variance), 0.0, math.inf
    body = (1 + mean - share * (1 + tail)) / (1 - share)
    z = float(ndtri(1 - share))
    low, high = 1e-6, 20.0
    for _ in range(200):
        sigma = (low + high) / 2
        mu = math.log(_TAIL_FROM) - z * sigma
        got = math.exp(mu + sigma**2 / 2) * float(ndtr(z - sigma)) / (1 - share)
        # A wider body with the same share above the bound has a lower mean.
        low, high = (sigma, high) if got > body else (low, sigma)
    return math.log(_TAIL_FROM) - z * sigma, sigma, share, (1 + tail) / (1 + tail - _TAIL_FROM)


def cost_factor(name: str, probability: Floats) -> Floats:
    """Actual over estimated cost that is not exceeded with ``probability``, by reference class.

    Raises
    ------
    InputError
        If there is no such class.
    """
    mu, sigma, share, exponent = _shape(name)
    body = np.exp(mu + sigma * ndtri(probability))
    if share == 0:
        return np.asarray(body)
    beyond = np.minimum((1 - probability) / share, 1.0)
    return np.where(probability > 1 - share, _TAIL_FROM * beyond ** (-1 / exponent), body)


def drawn_case(project: Project, draws: int, seed: int) -> Case | None:
    """Draws of cost and demand; nothing where the plan gives no range to draw from."""
    op, capital = project.operation, project.capital
    if not capital.overrun_class and op.demand_low_pct is None:
        return None
    digits = [ord(c) for c in project.id]
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *digits])))
    first, second = rng.random(draws), rng.random(draws)
    cost, demand = np.ones(draws), np.ones(draws)
    if capital.overrun_class:
        cost = cost_factor(capital.overrun_class, np.clip(first, 1e-12, 1 - 1e-12))
    if op.demand_low_pct is not None and op.demand_high_pct is not None:
        low, high = np.log1p(np.array([op.demand_low_pct, op.demand_high_pct]) / 100)
        middle, width = (low + high) / 2, (high - low) / 2 / _Z90
        demand = np.exp(middle + width * ndtri(np.clip(second, 1e-12, 1 - 1e-12)))
    return Case(cost_factor=cost, revenue_factor=demand)


def measures_by_draw(flows: Flows) -> pd.DataFrame:
    """The main measures, one row a draw.

    ``shortfall_max_mn`` is the most that cash lacks of debt service in a year: unlike a DSCR below
    zero, which falls when service grows, it says how bad a year is.
    """
    rate = flows.plan.discount_rate_pct / 100
    f = flows.funding
    dscr = np.where(np.isnan(flows.dscr), np.inf, flows.dscr).min(axis=1)
    public = sum(
        (k.closing / k.rate for k in flows.tracks if k.layer.public), np.zeros_like(flows.cfads)
    )
    return pd.DataFrame({
        "capital_cost_mn": f.capital.sum(axis=1),
        "financed_mn": (f.capital + f.fees + f.premium + f.interest_paid).sum(axis=1),
        "project_npv_mn": npv(rate, project_flow(flows)),
        "project_irr_pct": irr_by_draw(project_flow(flows)),
        "equity_irr_pct": irr_by_draw(equity_flow(flows)),
        "dscr_min": np.where(np.isinf(dscr), np.nan, dscr),
        "shortfall_max_mn": np.maximum(flows.service - flows.cfads, 0.0).max(axis=1),
        "support_pv_mn": npv(rate, flows.support),
        "public_debt_peak_mn": (public + state_loans_balance(flows)).max(axis=1),
    })  # fmt: skip


def overrun_range(plan: Plan, project: Project, base: Flows) -> pd.DataFrame:
    """Measures at P10, P50 and P90 with their mean over the draws, or at the given low and high.

    Returns
    -------
    DataFrame indexed by ``measure``
        ``planned`` and ``p10, p50, p90, mean, defined_pct`` (share of draws in which the measure
        exists), or ``low, high`` (cost) and ``demand_low, demand_high``; empty where the plan
        gives no range.
    """
    planned = measures_by_draw(base).iloc[0]
    totals = base.funding.totals[0]
    given = low_high(plan, project, totals)
    if given is not None:
        columns = ("low", "high", "demand_low", "demand_high")[: len(given)]
        out = pd.DataFrame({"planned": planned})
        for place, name in enumerate(columns):
            out[name] = given.iloc[place]
        return out.rename_axis("measure")
    case = drawn_case(project, plan.draws, plan.seed)
    if case is None:
        return pd.DataFrame()
    table = measures_by_draw(simulate(plan, project, case, base_totals=totals))
    out = pd.DataFrame({"planned": planned})
    for q in (10, 50, 90):
        out[f"p{q}"] = table.quantile(q / 100)
    out["mean"] = table.mean()
    out["defined_pct"] = 100 * table.notna().mean()
    below = 100 * float((table["dscr_min"] < 1).mean())
    short = 100 * float(planned["dscr_min"] < 1)
    out.loc["dscr_below_one_pct"] = [short, *[math.nan] * 3, below, 100.0]
    return out.rename_axis("measure")


def low_high(plan: Plan, project: Project, totals: Floats) -> pd.DataFrame | None:
    """Measures at the low and the high overrun that a plan gives; nothing where it gives none.

    Where it gives low and high demand too, two more rows: these at the planned cost.
    """
    low, high = project.capital.overrun_low_pct, project.capital.overrun_high_pct
    if low is None or high is None:
        return None
    op = project.operation
    demand = [d for d in (op.demand_low_pct, op.demand_high_pct) if d is not None]
    case = Case(
        cost_factor=1 + np.array([low, high] + [0.0] * len(demand)) / 100,
        revenue_factor=1 + np.array([0.0, 0.0, *demand]) / 100,
    )
    return measures_by_draw(simulate(plan, project, case, base_totals=totals))
