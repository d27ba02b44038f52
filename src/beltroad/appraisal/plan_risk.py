"""A financing plan under project risk: cost, delay and benefits as in the past of its kind.

Joins two pillars: draws of :mod:`beltroad.risk.project` go through the cash flow of
:mod:`beltroad.finance.project.late`. The plan's own ranges (``beltroad finance plan``) vary cost
and demand as the plan's author sees them and open on time; here all three are those of reference
classes, delay is drawn together with cost, and the projects of a pipeline together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.errors import InputError, suggest
from beltroad.finance.project.late import MOST_YEARS, measures_under
from beltroad.finance.project.plan import Plan, Project
from beltroad.finance.project.ranges import drawn_case
from beltroad.risk.project import benefit_class, delay_class, draw, reference_class
from beltroad.risk.project.benefit import BENEFIT_CLASSES

__all__ = ["ALL", "BENEFITS", "QUANTILES", "PlanRisk", "plan_risk"]

Floats = NDArray[np.float64]
ALL = "all"
BENEFITS = ("class", "plan", "none")
QUANTILES = (0.5, 0.8, 0.9)
MOST_DRAWS = 20_000

# Measures with their units; those of which more is worse are told apart, since PNN is the
# cautious side of each.
_UNITS = {
    "capital_cost_mn": "mn", "financed_mn": "mn", "project_npv_mn": "mn",
    "project_irr_pct": "%", "equity_npv_mn": "mn", "equity_irr_pct": "%", "dscr_min": "1",
    "dscr_mean": "1", "llcr": "1", "payback_years": "years", "shortfall_max_mn": "mn",
    "support_pv_mn": "mn", "public_debt_peak_mn": "mn", "cost_ratio": "1", "delay_years": "years",
    "benefit_ratio": "1",
}  # fmt: skip
_LESS_IS_BETTER = {
    "capital_cost_mn", "financed_mn", "payback_years", "shortfall_max_mn", "support_pv_mn",
    "public_debt_peak_mn", "cost_ratio", "delay_years",
}  # fmt: skip
_ADDED_UP = ("capital_cost_mn", "financed_mn", "project_npv_mn", "equity_npv_mn", "support_pv_mn")
_CHANCES = {
    "dscr_below_one_pct": ("dscr_min", 1.0), "npv_below_zero_pct": ("project_npv_mn", 0.0),
    "equity_npv_below_zero_pct": ("equity_npv_mn", 0.0),
}  # fmt: skip


@dataclass(frozen=True)
class PlanRisk:
    """Measures of a plan's projects under drawn cost, delay and benefits.

    Attributes
    ----------
    measures
        One row a project and measure: ``project, measure, unit, planned, mean, p50, p80, p90``
        (one column a quantile), ``defined_pct`` (share of draws in which the measure exists).
        PNN is the cautious side: not exceeded (costs, debt, support, payback, delay) or reached
        (returns, values, cover, benefits) with probability NN. Chances (``_below_``) have
        ``planned`` (0 or 100) and ``mean`` only. There is no mean of what some draws lack. Several
        projects have rows of their sum, ``all``, with values at the earliest first year of them.
    causes
        One row a project and cause (``all three``, ``cost``, ``delay``, ``benefits``): what is left
        at P80 where only this one is drawn.
    draws
        One row a project and draw, with what was drawn.
    notes
        What a reader must know beside the figures.
    """

    measures: pd.DataFrame
    causes: pd.DataFrame
    draws: pd.DataFrame
    notes: tuple[str, ...]


def plan_risk(
    plan: Plan,
    *,
    project: str | None = None,
    mode: str | Mapping[str, str] | None = None,
    benefits: str = "class",
    benefit_mode: str | None = None,
    draws: int = 1000,
    seed: int = 0,
    quantiles: Sequence[float] = QUANTILES,
) -> PlanRisk:
    """Work out a plan for drawn cost, delay and benefits, beside the plan itself.

    Parameters
    ----------
    project
        Only this one, by id.
    mode
        Reference class of every project, or of some by id; by default the ``overrun_class`` that
        its capital names.
    benefits
        ``class``: as the reference class had them; where nothing is published of it, and for
        ``plan``, between the demand low and high that the plan gives, if it does; ``none``: as
        planned.
    benefit_mode
        Class of benefits where it is not that of ``mode``, such as ``toll_road``.

    Raises
    ------
    InputError
        If there is no such project, class or choice, a class is not named, or draws or quantiles
        are out of bounds.
    """
    chosen = _chosen(plan, project)
    if benefits not in BENEFITS:
        raise InputError(f"benefits {benefits!r}: use {', '.join(BENEFITS)}")
    if not 100 <= draws <= MOST_DRAWS:
        raise InputError(f"draws {draws:,}: give 100 to {MOST_DRAWS:,}")
    levels = [float(q) for q in quantiles]
    if not levels or not all(0 < q < 1 for q in levels):
        raise InputError(f"quantiles must lie strictly between 0 and 1, not {list(quantiles)}")
    asked = _asked(chosen, mode, benefit_mode)
    drawn = draw(asked, draws=draws, seed=seed)
    found: dict[str, tuple[pd.Series, pd.DataFrame]] = {}
    tables, causes, notes = [], [], list[str]()
    for k, each in enumerate(chosen):
        row = asked.iloc[k]
        benefit, said = _benefit(each, str(row["benefit_mode"]), benefits, draws, seed,
                                 drawn.benefit_ratio[k])  # fmt: skip
        cost, delay = drawn.cost_ratio[k], drawn.delay_years[k]
        plain, on_time = np.ones(draws), np.zeros(draws)
        took = np.rint(np.clip(delay, 0, MOST_YEARS))
        table = measures_under(plan, each, cost, benefit, delay).assign(
            cost_ratio=cost, delay_years=took, benefit_ratio=benefit
        )
        planned = _planned(plan, each)
        found[each.id] = planned, table
        tables.append(_rows(each.id, planned, table, levels))
        causes.append(_causes(each.id, planned, {
            "all three": table,
            "cost": measures_under(plan, each, cost, plain, on_time),
            "delay": measures_under(plan, each, plain, plain, delay),
            "benefits": measures_under(plan, each, plain, benefit, on_time),
        }))  # fmt: skip
        longer = 100 * float((delay > MOST_YEARS).mean())
        cut = f"; {longer:.1f} % of delays count as {MOST_YEARS} years" if longer else ""
        notes.append(
            f"{each.id}: cost as {reference_class(str(row['mode'])).name}, delay as "
            f"{delay_class(str(row['mode'])).name} on {row['years']:g} planned years{cut}, {said}."
        )
    if len(chosen) > 1:
        tables.append(_rows(ALL, *_sum(plan, chosen, found), levels))
    every = [t.reset_index().assign(project=name) for name, (_, t) in found.items()]
    whole = pd.concat(every, ignore_index=True)
    first = ["project", "draw", "cost_ratio", "delay_years", "benefit_ratio"]
    return PlanRisk(
        pd.concat(tables, ignore_index=True),
        pd.concat(causes, ignore_index=True),
        whole[[*first, *[c for c in whole.columns if c not in first]]],
        tuple(notes),
    )


def _chosen(plan: Plan, project: str | None) -> list[Project]:
    found = [each for each in plan.projects if project in (None, each.id)]
    if not found:
        ids = ", ".join(each.id for each in plan.projects)
        raise InputError(f"project {project!r} is not in the plan. Projects: {ids}")
    return found


def _asked(
    chosen: Sequence[Project], mode: str | Mapping[str, str] | None, benefit_mode: str | None
) -> pd.DataFrame:
    """Projects as the risk pillar wants them."""
    ids = [each.id for each in chosen]
    if isinstance(mode, Mapping) and (unknown := [name for name in mode if name not in ids]):
        raise InputError(
            f"mode of {unknown[0]!r}: no such project. {suggest(unknown[0], ids)} "
            f"Projects: {', '.join(ids)}"
        )
    named = {
        each.id: (mode.get(each.id) if isinstance(mode, Mapping) else mode)
        or each.capital.overrun_class
        for each in chosen
    }
    if missing := [name for name in ids if not named[name]]:
        raise InputError(
            f"{', '.join(missing)}: the plan names no overrun_class; give a mode, such as rail"
        )
    for name in named.values():
        reference_class(name)  # which names the classes
    if benefit_mode is not None and benefit_mode not in BENEFIT_CLASSES:
        raise InputError(
            f"benefit mode {benefit_mode!r}: nothing is published of it; use "
            f"{', '.join(BENEFIT_CLASSES)}"
        )
    return pd.DataFrame([
        {"id": each.id, "mode": named[each.id],
         "cost_usd": sum(each.capital.by_year().values()),
         "years": float(each.operation.start_year - each.first_year),
         "benefit_mode": benefit_mode or named[each.id]}
        for each in chosen
    ])  # fmt: skip


def _benefit(
    project: Project, mode: str, benefits: str, draws: int, seed: int,
    of_class: Floats,
) -> tuple[Floats, str]:  # fmt: skip
    """Benefit ratio by draw, and what it is, in words."""
    if benefits == "class" and (known := benefit_class(mode)) is not None:
        return of_class, f"user revenue as benefits of {known.name}"
    if benefits != "none" and project.operation.demand_low_pct is not None:
        # Only demand is used, from the numbers of the plan's own ranges: apart from cost and delay.
        case = drawn_case(project, draws, seed)
        if case is not None:
            why = "" if benefits == "plan" else f" (nothing is published of {mode})"
            return case.revenue_factor, f"user revenue between the plan's low and high{why}"
    return np.ones(draws), "user revenue as planned"


def _planned(plan: Plan, project: Project) -> pd.Series:
    """The deterministic case."""
    one = np.ones(1)
    out = measures_under(plan, project, one, one, np.zeros(1)).iloc[0]
    drawn = {"cost_ratio": 1.0, "delay_years": 0.0, "benefit_ratio": 1.0}
    whole: pd.Series = pd.concat([out, pd.Series(drawn)])
    return whole


def _sum(
    plan: Plan, chosen: Sequence[Project], found: Mapping[str, tuple[pd.Series, pd.DataFrame]]
) -> tuple[pd.Series, pd.DataFrame]:
    """What can be added up over projects, by draw; values of one year."""
    start = min(each.first_year for each in chosen)
    planned, drawn = [], []
    for each in chosen:
        years = each.first_year - start
        worth = (1 + plan.discount_rate_pct / 100) ** -years
        scale = pd.Series({n: worth if "npv" in n or "_pv_" in n else 1.0 for n in _ADDED_UP})
        one, many = found[each.id]
        planned.append(one[list(_ADDED_UP)] * scale)
        drawn.append(many[list(_ADDED_UP)] * scale)
    return pd.concat(planned, axis=1).sum(axis=1), sum(drawn[1:], start=drawn[0])


def _ranked(table: pd.DataFrame, name: str) -> pd.Series:
    """Values of a measure with those that do not exist where they belong in the order.

    No internal rate of return where the project is worth less than nothing, and no payback, are
    the worst; several rates of return are left out.
    """
    values = table[name].astype(float)
    if name == "payback_years":
        return values.fillna(math.inf)
    if name.endswith("_irr_pct"):
        worth = table[f"{name.removesuffix('_irr_pct')}_npv_mn"]
        values = values.mask(values.isna() & (worth < 0), -math.inf)
    return values.dropna()


def _quantile(table: pd.DataFrame, name: str, level: float) -> float:
    """Cautious quantile, one of the draws; NaN where it lies among those that do not exist."""
    values = _ranked(table, name).to_numpy(float)
    if not len(values):
        return math.nan
    side = level if name in _LESS_IS_BETTER else 1 - level
    found = float(np.quantile(values, side, method="inverted_cdf"))
    return found if math.isfinite(found) else math.nan


def _rows(
    project: str, planned: pd.Series, table: pd.DataFrame, levels: Sequence[float]
) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    for name, unit in _UNITS.items():
        if name not in table.columns:
            continue
        values = table[name].astype(float)
        row: dict[str, object] = {
            "project": project, "measure": name, "unit": unit, "planned": float(planned[name]),
            "mean": float(values.mean(skipna=False)),
        }  # fmt: skip
        row |= {f"p{100 * q:g}": _quantile(table, name, q) for q in levels}
        rows.append(row | {"defined_pct": 100 * float(values.notna().mean())})
    for name, (measure, bound) in _CHANCES.items():
        if measure not in table.columns:
            continue
        known, value = table[measure].dropna(), float(planned[measure])
        rows.append({
            "project": project, "measure": name, "unit": "% of draws",
            "planned": math.nan if math.isnan(value) else 100.0 * (value < bound),
            "mean": 100 * float((known < bound).mean()) if len(known) else math.nan,
            **{f"p{100 * q:g}": math.nan for q in levels},
            "defined_pct": 100 * len(known) / len(table),
        })  # fmt: skip
    return pd.DataFrame(rows)


def _causes(project: str, planned: pd.Series, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Measures at P80 with one cause at a time, and their chances."""
    shown = ("project_npv_mn", "project_irr_pct", "equity_npv_mn", "equity_irr_pct", "dscr_min")
    rows = [
        {"project": project, "cause": "as planned"}
        | {name: float(planned[name]) for name in shown}
        | {key: 100.0 * (float(planned[m]) < bound) for key, (m, bound) in _CHANCES.items()}
    ]
    for cause, table in tables.items():
        row = {name: _quantile(table, name, 0.8) for name in shown}
        row |= {
            key: 100 * float((table[m].dropna() < bound).mean()) if table[m].notna().any()
            else math.nan
            for key, (m, bound) in _CHANCES.items()
        }  # fmt: skip
        rows.append({"project": project, "cause": cause} | row)
    return pd.DataFrame(rows)
