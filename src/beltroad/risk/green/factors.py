"""The network's freight factors beside published ones of the GLEC Framework (ISO 14083)."""

from __future__ import annotations

import pandas as pd

from beltroad import evidence

__all__ = ["freight_factors"]


def freight_factors() -> pd.DataFrame:
    """Our factor of each mode beside every published range.

    Returns
    -------
    DataFrame
        ``mode``, ``ours``, ``ours_low``, ``ours_high`` (g CO2e per tonne-km, well to wheel),
        ``what``, ``published_low``, ``published_high``, ``scope``, ``inside`` (yes where our value
        lies in the published range; no; or, where a single figure is published, within a tenth of
        it), ``ratio`` (ours over the middle of the published), ``source``, ``confidence``,
        ``note``.
    """
    own = evidence.load("network_parameters")
    own = own[own["parameter"] == "gco2e_per_tkm"].set_index("mode")[["value", "low", "high"]]
    table = evidence.load("green_freight_factors")
    ours = own.astype(float).reindex(table["mode"]).reset_index(drop=True)
    low, high = table["low_gco2e_per_tkm"], table["high_gco2e_per_tkm"]
    single = low == high
    inside = ours["value"].between(low.where(~single, 0.9 * low), high.where(~single, 1.1 * high))
    return pd.DataFrame(
        {
            "mode": table["mode"],
            "ours": ours["value"],
            "ours_low": ours["low"],
            "ours_high": ours["high"],
            "what": table["what"],
            "published_low": low,
            "published_high": high,
            "scope": table["scope"],
            "inside": inside.map({True: "yes", False: "no"}),
            "ratio": ours["value"] / ((low + high) / 2),
            "source": table["source_title"],
            "confidence": table["confidence"],
            "note": table["note"],
        }
    )
