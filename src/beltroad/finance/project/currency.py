"""Currency: what is owed and earned in which, depreciation, local settlement, swap lines."""

from __future__ import annotations

import numpy as np
import pandas as pd

from beltroad.finance.project.case import Case, stream_by_year
from beltroad.finance.project.cashflow import (
    Flows,
    currency_need,
    earned_by_currency,
    service_by_currency,
    simulate,
)
from beltroad.finance.project.measures import equity_flow, irr, npv
from beltroad.finance.project.plan import Plan, Project
from beltroad.finance.project.plan_parts import Layer

__all__ = ["depreciation_test", "mismatch", "mismatch_pct", "settled", "settlement", "swap_cover"]


def mismatch(flows: Flows) -> pd.DataFrame:
    """Revenue, operating cost and debt service by currency and year of operation.

    Returns
    -------
    DataFrame
        ``year, currency, revenue_mn, cost_mn, service_mn, net_mn, uncovered_mn`` in millions of
        the plan's currency; ``uncovered_mn`` must be bought with other currencies.
    """
    project, grid = flows.project, flows.grid
    earned = earned_by_currency(project, grid, flows.revenue, flows.state_payment)
    owed = service_by_currency(grid, flows.tracks, project.operation.start_year)
    bought = currency_need(project, grid, flows.tracks, flows.revenue, flows.state_payment)
    spent = _spent(flows)
    keep = grid.years >= project.operation.start_year
    zero = np.zeros((1, grid.length))
    parts = []
    for code in sorted({*earned, *owed, *spent}):
        revenue = earned.get(code, zero)[0][keep]
        service = owed.get(code, zero)[0][keep]
        cost = spent.get(code, zero[0])[keep]
        parts.append(pd.DataFrame({
            "year": grid.years[keep], "currency": code, "revenue_mn": revenue, "cost_mn": cost,
            "service_mn": service, "net_mn": revenue - cost - service,
            "uncovered_mn": bought.get(code, zero)[0][keep],
        }))  # fmt: skip
    return pd.concat(parts, ignore_index=True).sort_values(["year", "currency"], ignore_index=True)


def mismatch_pct(flows: Flows, local: tuple[str, ...] | None = None) -> float:
    """Share of all debt service that must be bought with the local currency, per cent.

    That is service in other currencies beyond what revenue in them leaves after operating cost in
    them. It is 0 where the project knows one currency only: then cash may be short, but nothing
    has to be bought.
    """
    project, grid = flows.project, flows.grid
    owed = service_by_currency(grid, flows.tracks, project.operation.start_year)
    earned = earned_by_currency(project, grid, flows.revenue, flows.state_payment)
    spent = _spent(flows)
    local = local_currencies(flows) if local is None else local
    total = sum(v.sum() for v in owed.values())
    if not total > 0 or (not local and len({*owed, *earned, *spent}) == 1):
        return 0.0
    zero = np.zeros(grid.length)
    open_ = 0.0
    for code, due in owed.items():
        if code not in local:
            left = np.maximum(earned.get(code, zero) - spent.get(code, zero), 0.0)
            open_ += float(np.maximum(due - left, 0.0).sum())
    return float(100 * open_ / total)


def _spent(flows: Flows) -> dict[str, np.ndarray]:
    """Operating cost by currency, in the plan's currency (year,)."""
    out: dict[str, np.ndarray] = {}
    for stream in flows.project.operation.cost:
        flow = stream_by_year(stream, flows.project, flows.grid.years)
        flow = flow / flows.grid.rates[stream.currency]
        out[stream.currency] = out.get(stream.currency, np.zeros(flows.grid.length)) + flow
    return out


def local_currencies(flows: Flows) -> tuple[str, ...]:
    """The host's currency, or currencies that are earned but in which no debt is owed."""
    project = flows.project
    if project.host_currency is not None:
        return (project.host_currency,)
    owed = {k.currency for k in flows.tracks}
    earned = {s.currency for s in project.operation.revenue}
    return tuple(sorted(earned - owed))


def depreciation_test(flows: Flows, pct: float) -> dict[str, float]:
    """What a loss of ``pct`` per cent in value of the local currency does, from operation on.

    Returns
    -------
    dict
        ``cfads_loss_pv_mn`` (present value of the cash for debt service that is lost),
        ``dscr_min_before, dscr_min_after, support_pv_before_mn, support_pv_after_mn``; NaN after
        the fall where there is no local currency. With a ``host_currency``, debt service and
        support added up in it: ``service_local_before_mn, service_local_after_mn,
        support_local_before_mn, support_local_after_mn``. Debt in dollars that revenue in dollars
        does not pay is dearer in local money even where the fall does not touch the project's
        dollars.
    """
    plan, project = flows.plan, flows.project
    shocked = simulate(plan, project, Case(
        depreciation_pct=pct, depreciating=local_currencies(flows),
        depreciation_year=project.operation.start_year,
    ), base_totals=flows.funding.totals[0])  # fmt: skip
    rate = plan.discount_rate_pct / 100
    none = float("nan")
    known = bool(local_currencies(flows))
    out = {
        "cfads_loss_pv_mn": float(npv(rate, flows.cfads[0] - shocked.cfads[0])) if known else none,
        "dscr_min_before": lowest(flows),
        "dscr_min_after": lowest(shocked) if known else none,
        "support_pv_before_mn": float(npv(rate, flows.support[0])),
        "support_pv_after_mn": float(npv(rate, shocked.support[0])) if known else none,
    }
    code = project.host_currency
    for when, each in (("before", flows), ("after", shocked)):
        for name, flow in (("service", each.service[0]), ("support", each.support[0])):
            out[f"{name}_local_{when}_mn"] = (
                float((flow * each.grid.rates[code]).sum()) if code is not None else none
            )
    return out


def lowest(flows: Flows) -> float:
    """Lowest DSCR of the first draw; NaN without debt service."""
    known = flows.dscr[0][~np.isnan(flows.dscr[0])]
    return float(known.min()) if len(known) else float("nan")


def settled(project: Project) -> Project:
    """The project as it is once it settles in local currency."""
    rule = project.settlement
    if rule is None:
        return project
    layers = [_moved(each, rule.currency, rule.interest_pct) if each.name in rule.layers else each
              for each in project.layers]  # fmt: skip
    after = rule.model_copy(update={"conversion_cost_pct": rule.settled_conversion_cost_pct})
    return project.model_copy(update={"layers": layers, "settlement": after})


def _moved(layer: Layer, code: str | None, interest_pct: float | None) -> Layer:
    update: dict[str, object] = {}
    if code is not None:
        update["currency"] = code
    if interest_pct is not None:
        update |= {"interest_pct": interest_pct, "reference_pct": None, "margin_pct": 0.0}
    return layer.model_copy(update=update)


def settlement(flows: Flows) -> pd.DataFrame:
    """Both sides of settling in local currency: today's way and the plan's ``settlement``.

    Returns
    -------
    DataFrame indexed by ``measure``
        ``today``, ``settled`` and ``change``: conversion cost, mismatch, interest, cover ratio
        as planned and after the depreciation of the plan, return on equity. Empty without a
        ``settlement``.
    """
    plan, project = flows.plan, flows.project
    if project.settlement is None:
        return pd.DataFrame()
    after_project = settled(project)
    plan_after = plan.model_copy(update={
        "projects": [after_project if p.id == project.id else p for p in plan.projects]
    })  # fmt: skip
    columns = {}
    for name, each_plan, each in (("today", plan, project), ("settled", plan_after, after_project)):
        here = flows if name == "today" else simulate(each_plan, each, Case())
        columns[name] = _sides(each_plan, here, local_currencies(flows))
    out = pd.DataFrame(columns)
    out["change"] = out["settled"] - out["today"]
    return out.rename_axis("measure")


def _sides(plan: Plan, flows: Flows, local: tuple[str, ...]) -> dict[str, float]:
    rate = plan.discount_rate_pct / 100
    hit = simulate(plan, flows.project, Case(
        depreciation_pct=plan.depreciation_test_pct, depreciating=local,
        depreciation_year=flows.project.operation.start_year,
    ))  # fmt: skip
    return {
        "conversion_cost_pv_mn": float(npv(rate, flows.conversion[0])),
        "mismatch_pct": mismatch_pct(flows, local),
        "interest_total_mn": float(flows.interest[0].sum()),
        "service_pv_mn": float(npv(rate, flows.service[0])),
        "dscr_min": lowest(flows),
        "dscr_min_after_depreciation": lowest(hit),
        "equity_irr_pct": irr(equity_flow(flows)[0]).pct,
    }


def swap_cover(flows: Flows) -> dict[str, float]:
    """How far a swap line would go: months of foreign service, and what drawing costs.

    Returns
    -------
    dict
        ``line_mn`` (available, plan's currency, at the rate of the first operating year),
        ``service_peak_mn`` and ``service_mean_mn`` (debt service in currencies that revenue does
        not bring), ``months_at_peak``, ``months_at_mean``, ``cost_per_year_mn`` (fully drawn) and
        ``cost_of_bridging_peak_mn`` (the peak year's need drawn for a year). Empty without a line.
    """
    line = flows.project.swap_line
    if line is None:
        return {}
    t = flows.grid.at(flows.project.operation.start_year)
    size = line.amount_mn * line.available_pct / 100 / flows.grid.rates[line.currency][t]
    bought = currency_need(flows.project, flows.grid, flows.tracks, flows.revenue,
                           flows.state_payment)  # fmt: skip
    local = set(local_currencies(flows))
    keep = flows.grid.years >= flows.project.operation.start_year
    need = sum((v[0] for c, v in bought.items() if c not in local), np.zeros(flows.grid.length))
    need = need[keep]
    positive = need[need > 1e-9]
    peak = float(need.max()) if len(positive) else 0.0
    mean = float(positive.mean()) if len(positive) else 0.0
    return {
        "line_mn": float(size),
        "service_peak_mn": peak,
        "service_mean_mn": mean,
        "months_at_peak": 12 * size / peak if peak > 0 else float("inf"),
        "months_at_mean": 12 * size / mean if mean > 0 else float("inf"),
        "cost_per_year_mn": float(size * line.cost_pct / 100),
        "cost_of_bridging_peak_mn": float(min(peak, size) * line.cost_pct / 100),
    }
