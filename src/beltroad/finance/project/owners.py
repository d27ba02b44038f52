"""What owners get: dividends, the sale of a stake, and the integrated builder and operator."""

from __future__ import annotations

import numpy as np
import pandas as pd

from beltroad.finance.project.cashflow import Flows
from beltroad.finance.project.measures import equity_flow, irr, npv, owners_support

__all__ = ["exit_price", "integrated_return", "owner_table", "owners_flow"]


def exit_price(flows: Flows) -> float:
    """Price of the stake at the end of the year of sale, before selling cost; 0 without a sale."""
    sale = flows.project.exit
    if sale is None:
        return 0.0
    t = flows.grid.at(sale.year)
    later = _after(flows, t)
    rate = sale.yield_pct / 100
    if sale.pricing == "first_year_yield":
        worth = float(later[0]) / rate
    else:
        worth = float(later @ (1 + rate) ** -np.arange(1.0, len(later) + 1))
    return max(worth, 0.0) * sale.stake_pct / 100


def _after(flows: Flows, t: int) -> np.ndarray:
    return np.asarray((flows.dividends - owners_support(flows))[0, t + 1 :])


def owners_flow(flows: Flows) -> np.ndarray:
    """Flow of the first owners with the sale (year,): after it they hold what they did not sell."""
    out = equity_flow(flows)[0].copy()
    sale = flows.project.exit
    if sale is not None:
        t = flows.grid.at(sale.year)
        out[t] += exit_price(flows) * (1 - sale.cost_pct / 100)
        out[t + 1 :] -= _after(flows, t) * sale.stake_pct / 100
    return np.asarray(out)


def owner_table(flows: Flows) -> pd.DataFrame:
    """Each layer of equity: paid in, received, return; the buyer of a stake at the end.

    Owners share dividends, support and the sale by what they have paid in.

    Returns
    -------
    DataFrame
        ``owner, kind, paid_in_mn, support_mn, received_mn, irr_pct, npv_mn, note``: support is what
        owners pay where cash is short, received what they get back before it.
    """
    rate = flows.plan.discount_rate_pct / 100
    layers = flows.project.layers
    paid = [d[0] for d in flows.funding.drawn]
    held = [k for k, each in enumerate(layers) if each.is_equity]
    total = sum((paid[k] for k in held), np.zeros(flows.grid.length))
    back = owners_flow(flows) + total
    support = owners_support(flows)[0].copy()
    sale = flows.project.exit
    if sale is not None:
        support[flows.grid.at(sale.year) + 1 :] *= 1 - sale.stake_pct / 100
    rows = []
    for k in held:
        share = paid[k].sum() / total.sum() if total.sum() > 0 else 0.0
        flow = share * back - paid[k]
        found = irr(flow)
        rows.append({
            "owner": layers[k].name, "kind": layers[k].kind, "paid_in_mn": float(paid[k].sum()),
            "support_mn": float(share * support.sum()),
            "received_mn": float(share * (back + support).sum()), "irr_pct": found.pct,
            "npv_mn": float(npv(rate, flow)), "note": found.note,
        })  # fmt: skip
    if sale is not None:
        t, price = flows.grid.at(sale.year), exit_price(flows)
        flow = np.zeros(flows.grid.length)
        flow[t] = -price
        flow[t + 1 :] = _after(flows, t) * sale.stake_pct / 100
        found = irr(flow)
        rows.append({
            "owner": sale.buyer, "kind": f"buyer of {sale.stake_pct:g} % in {sale.year}",
            "paid_in_mn": price, "support_mn": 0.0, "received_mn": float(flow[t + 1 :].sum()),
            "irr_pct": found.pct, "npv_mn": float(npv(rate, flow)), "note": found.note,
        })  # fmt: skip
    columns = [
        "owner",
        "kind",
        "paid_in_mn",
        "support_mn",
        "received_mn",
        "irr_pct",
        "npv_mn",
        "note",
    ]
    return pd.DataFrame(rows, columns=columns)


def integrated_return(flows: Flows) -> dict[str, float]:
    """What one party earns as investor alone, and as investor, builder and operator.

    Returns
    -------
    dict
        ``paid_in_mn, construction_margin_mn, operation_margin_mn, investor_irr_pct,
        integrated_irr_pct, investor_npv_mn, integrated_npv_mn``; margins are part of the capital
        and operating cost of the plan. Empty without an ``integrated`` party.
    """
    rule = flows.project.integrated
    if rule is None:
        return {}
    layers, rate = flows.project.layers, flows.plan.discount_rate_pct / 100
    paid = [d[0] for d in flows.funding.drawn]
    held = [k for k, each in enumerate(layers) if each.is_equity]
    total = sum((paid[k] for k in held), np.zeros(flows.grid.length))
    own = sum((paid[k] for k in held if layers[k].name in rule.layers),
              np.zeros(flows.grid.length))  # fmt: skip
    share = own.sum() / total.sum() if total.sum() > 0 else 0.0
    investor = share * (owners_flow(flows) + total) - own
    building = flows.funding.capital[0] * (
        rule.construction_share_pct * rule.construction_margin_pct / 1e4
    )
    running = flows.cost[0] * rule.operation_share_pct * rule.operation_margin_pct / 1e4
    whole = investor + building + running
    return {
        "paid_in_mn": float(own.sum()),
        "construction_margin_mn": float(building.sum()),
        "operation_margin_mn": float(running.sum()),
        "investor_irr_pct": irr(investor).pct,
        "integrated_irr_pct": irr(whole).pct,
        "investor_npv_mn": float(npv(rate, investor)),
        "integrated_npv_mn": float(npv(rate, whole)),
    }
