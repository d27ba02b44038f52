"""A small made-up world of five observed economies and two that are not shown."""

from __future__ import annotations

import numpy as np

from beltroad.trade.world import Figures, Observed

INDUSTRIES = ("A01", "C28", "G")
GOODS = np.array([True, True, False])


def observed(seed: int = 3, economies: int = 5) -> Observed:
    """Accounts that add up: inputs below 0.6 of output, all else sold elsewhere."""
    rng = np.random.default_rng(seed)
    n, j = economies, len(INDUSTRIES)
    size = rng.uniform(1.0, 5.0, n)
    recipe = rng.uniform(0.02, 0.2, (n, j, j))
    output = size[:, None] * rng.uniform(0.5, 1.5, (n, j)) * 1e11
    use = recipe * output[:, None, :]
    near = np.exp(-np.abs(np.subtract.outer(np.arange(n), np.arange(n)))) + 4 * np.eye(n)
    flows = near[None] * output.T[:, None, :]
    flows *= (use.sum(axis=2).T / flows.sum(axis=2))[:, :, None]
    # No seller may sell more than it makes: what it sells too much is taken from all buyers.
    over = np.maximum(flows.sum(axis=1) / (0.8 * output.T), 1.0)
    flows /= over[:, None, :]
    used = flows.sum(axis=2).T
    use *= (used / use.sum(axis=2))[:, :, None]
    other = output - flows.sum(axis=1).T
    codes = tuple(f"O{k:02d}" for k in range(n))
    return Observed(codes, INDUSTRIES, flows, use, output, other)


def figures(base: Observed, imputed: int = 2, seed: int = 4) -> Figures:
    """Figures of the observed and some smaller economies on a line, recorded trade included."""
    rng = np.random.default_rng(seed)
    c = len(base.economies)
    n = c + imputed
    gdp = np.concatenate([base.residual.sum(axis=1) / 0.95, rng.uniform(2e10, 6e10, imputed)])
    place = np.concatenate([np.arange(c), rng.uniform(0, c, imputed)])
    trade = gdp * rng.uniform(0.25, 0.4, n)
    return Figures(
        economies=(*base.economies, *(f"I{k:02d}" for k in range(imputed))),
        gdp_usd=gdp,
        population=gdp / rng.uniform(5e3, 3e4, n),
        exports_usd=trade,
        imports_usd=trade * rng.uniform(0.95, 1.05, n),
        goods_both_usd=np.full(n, np.nan),
        agriculture=rng.uniform(0.1, 0.3, n),
        industry=rng.uniform(0.2, 0.4, n),
        continent=("X",) * n,
        region=("Y",) * n,
        export_group=("",) * n,
        distance_km=500.0 + 1000.0 * np.abs(np.subtract.outer(place, place)),
        border=np.abs(np.subtract.outer(place, place)) < 0.7,
        goods_trade_usd=np.full((n, n), np.nan),
    )
