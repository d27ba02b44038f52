"""What dearer oil costs importers and brings exporters, to first order."""

from __future__ import annotations

import numpy as np
import pandas as pd

from beltroad import trade

__all__ = ["ENERGY", "oil_bill"]

#: Industries of the accounts whose product is crude oil, gas and coal, or made of oil.
ENERGY = ("B05", "B06", "C19")


def oil_bill(calibration: trade.Calibration, rise_pct: float) -> pd.Series[float]:
    """Yearly gain (+) or bill (-) of a rise of energy prices, USD by economy; adds up to zero.

    Net exports of crude oil, gas and refined petroleum times the rise, quantities held: nobody
    saves fuel and nobody drills. An upper end for importers. Coal (B05) has its own price and is
    left out where the accounts keep it apart.
    """
    sold = np.isin(calibration.industries, [code for code in ENERGY if code != "B05"])
    flow = calibration.trade_usd[sold].sum(axis=0)
    net = flow.sum(axis=0) - flow.sum(axis=1)
    index = pd.Index(calibration.economies, name="iso3")
    return pd.Series(net * rise_pct / 100, index=index, name="oil_usd")
