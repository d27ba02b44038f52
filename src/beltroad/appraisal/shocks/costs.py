"""From a disturbed network, or dearer fuel, to the iceberg costs that the trade model takes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import trade
from beltroad.appraisal.disruption import Disruption, Study
from beltroad.infrastructure.network import great_circle_km
from beltroad.infrastructure.parameters import NetworkParameters

__all__ = ["closure_costs", "iceberg_of", "oil_costs"]

Array = NDArray[np.float64]


def closure_costs(
    study: Study, disruption: Disruption, parameters: NetworkParameters, embargo_times: float
) -> tuple[Array, Array]:
    """Cost of shipping by pair of countries before and after, as a share of cargo value.

    Cost is what shippers minimise, money and time, mean over pairs of cities by what they ship.
    Where the last way by land and sea is gone, freight flies at the price of the network's
    flights; from and to a country that is itself shut, nothing does, and the cost is
    ``embargo_times`` the cargo.

    Returns
    -------
    before, after : (countries, countries)
        Origin first; 0 where nothing is shipped.
    """
    base, lost = study.base, disruption.losses
    more = np.where(lost.cut, 0.0, lost.usd_per_teu)
    if lost.cut.any():
        more = more + _of_cut(study, disruption, parameters, embargo_times)
    was = np.where(base.teu > 0, base.cost, 0.0)
    return _share(study, was), _share(study, was + np.where(base.teu > 0, more, 0.0))


def _of_cut(
    study: Study, disruption: Disruption, parameters: NetworkParameters, embargo_times: float
) -> Array:
    """Cost on top, USD per TEU, for pairs of cities that lost their last way; else 0."""
    network, cut = study.network, disruption.losses.cut
    nodes = study.base.freight.router.cities
    lat, lon = network.lat[nodes], network.lon[nodes]
    at = np.nonzero(cut)
    km = great_circle_km(lat[at[0]], lon[at[0]], lat[at[1]], lon[at[1]])
    p = parameters.one
    flown = km * p("usd_per_teu_km.air") + 2 * p("handling_usd_per_teu.air")
    codes = study.economies.codes[study.economies.of_city]
    shut = [ref for c in disruption.closures if c.kind == "country" for ref in c.refs]
    inside = np.isin(codes, shut)
    embargo = inside[at[0]] | inside[at[1]]
    out = np.zeros(cut.shape)
    was = np.where(np.isfinite(study.base.cost[at]), study.base.cost[at], 0.0)
    flown = np.maximum(flown - was, 0.0)
    out[at] = np.where(embargo, embargo_times * study.usd_per_teu, flown)
    return out


def oil_costs(study: Study, rise_pct: float, pass_through: dict[str, float]) -> tuple[Array, Array]:
    """Cost of shipping by pair of countries when oil costs ``rise_pct`` more; as a share of cargo.

    Freight money by land and by sea rises by its pass-through; ways and modes stay.
    """
    base, ways = study.base, study.base.freight.ways
    was = np.where(base.teu > 0, base.cost, 0.0)
    share = {"land": base.split.land_share, "sea": 1.0 - base.split.land_share}
    more = np.zeros_like(was)
    for mode, usd in ways.row(2).items():
        used = (share[mode] > 0) & np.isfinite(usd) & (base.teu > 0)
        more += np.where(used, share[mode] * np.where(used, usd, 0.0) * pass_through[mode], 0.0)
    return _share(study, was), _share(study, was + more * rise_pct / 100)


def _share(study: Study, usd_per_teu: Array) -> Array:
    """Mean over pairs of cities by what they ship, as a share of cargo value."""
    teu = study.economies.sums(study.base.teu)
    total = study.economies.sums(study.base.teu * usd_per_teu)
    mean = np.divide(total, teu, out=np.zeros_like(total), where=teu > 0)
    return np.asarray(mean / study.usd_per_teu)


def iceberg_of(study: Study, calibration: trade.Calibration, before: Array, after: Array) -> Array:
    """Change of iceberg costs ``[industry, importer, exporter]``: one plus cost, new over old.

    All goods that a day in transit costs something move alike; services, own sales and economies
    that are not on the network do not.
    """
    place = pd.Index(study.economies.codes).get_indexer(pd.Index(calibration.economies))
    there = (place >= 0)[:, None] & (place >= 0)
    np.fill_diagonal(there, False)
    ratio = ((1.0 + after) / (1.0 + before))[np.ix_(place, place)].T
    moved = trade.value_of_time(calibration.industries) > 0
    change = np.ones((len(calibration.industries), *ratio.shape))
    change[moved] = np.where(there, ratio, 1.0)
    return change
