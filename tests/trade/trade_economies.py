"""Small random economies shared by the trade tests."""

from __future__ import annotations

import numpy as np

from beltroad.trade import Calibration, assemble

CODES = ("KAZ", "CHN", "LAO", "PAK", "VNM", "USA")
INDUSTRIES = ("A01", "C26", "F", "G")


def random_economy(
    seed: int,
    countries: int = 4,
    industries: int = 3,
    *,
    inputs: float = 0.5,
    theta: float = 4.0,
    tariff: float = 0.0,
    scale: float = 1e9,
    balanced: bool = True,
) -> Calibration:
    """An economy with random shares; ``inputs`` is the largest share of cost spent on them."""
    draw = np.random.default_rng(seed)
    n, j = countries, industries
    trade = draw.uniform(0.05, 1.0, (j, n, n)) * scale
    trade[:, np.arange(n), np.arange(n)] += 4.0 * scale
    gamma = draw.uniform(0.0, inputs / j, (n, j, j))
    rate = draw.uniform(0.0, tariff, (j, n, n)) * (1 - np.eye(n)) if tariff else None
    return assemble(
        CODES[:n],
        INDUSTRIES[:j],
        trade,
        gamma,
        theta,
        tariff=None if rate is None else 1.0 + rate,
        balanced=balanced,
    )
