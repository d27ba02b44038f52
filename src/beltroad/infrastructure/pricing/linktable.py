"""Every link with what it takes: kilometres, hours, money, emissions, reliability, and why."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.infrastructure.network import LAYERS, Network
from beltroad.infrastructure.parameters import NetworkParameters
from beltroad.infrastructure.pricing.flights import flights
from beltroad.infrastructure.pricing.weights import LinkHours, LinkWeights

__all__ = ["flight_table", "link_table", "mode_summary"]

Array = NDArray[np.float64]
# Component of ``variability`` by component of a link's hours and its mode.
WAITS_FOR = {"rail": "wait_train", "sea": "wait_ship", "water": "wait_ship", "ferry": "wait_ferry"}
KILO = 1000.0


def link_table(
    network: Network, weights: LinkWeights, hours: LinkHours, cv: Mapping[str, float]
) -> pd.DataFrame:
    """One row a link.

    Parameters
    ----------
    cv
        Coefficient of variation by component of ``variability``.

    Returns
    -------
    Columns ``mode``, ``from_layer``, ``to_layer``, ``from_iso3``, ``to_iso3``, positions of both
    ends, ``km``; ``hours`` and ``hours_back`` (against the link's direction; ``inf`` where there
    is no way) with their standard deviations ``hours_sd``, ``hours_back_sd``; ``usd_per_teu``,
    ``gco2e_per_teu``; ``gauge_change``, ``border``, ``passage``, ``project``, ``patched``.
    """
    lat, lon, code = network.lat, network.lon, network.country_of
    u, v, total = network.u, network.v, hours.total()
    layer = np.array(LAYERS)[network.layer]
    spread = _spread(network, hours, cv)
    return pd.DataFrame(
        {
            "mode": network.links["mode"].astype(object).to_numpy(),
            "from_layer": layer[u],
            "to_layer": layer[v],
            "from_iso3": code(u),
            "to_iso3": code(v),
            "from_lat": lat[u],
            "from_lon": lon[u],
            "to_lat": lat[v],
            "to_lon": lon[v],
            "km": network.km,
            "hours": total[0],
            "hours_back": total[1],
            "hours_sd": spread[0],
            "hours_back_sd": spread[1],
            "usd_per_teu": weights.forward[1].astype(np.float64),
            "gco2e_per_teu": KILO * weights.forward[2].astype(np.float64),
            "gauge_change": network.gauge_change,
            "border": network.border,
            "passage": network.passage,
            "project": network.project,
            "patched": network.links["patched"].to_numpy(bool),
        }
    )


def flight_table(
    network: Network, parameters: NetworkParameters, cv: Mapping[str, float]
) -> pd.DataFrame:
    """One row for every two airports, in the columns of :func:`link_table`.

    The wait for the next flight is part of its hours.
    """
    air = flights(network, parameters)
    a, b = np.triu_indices(len(air.nodes), 1)
    u, v = air.nodes[a], air.nodes[b]
    hours = air.hours[a, b] + air.wait_hours
    spread = np.hypot(air.hours[a, b] * cv["line_air"], air.wait_hours * cv["wait_flight"])
    return pd.DataFrame(
        {
            "mode": "air", "from_layer": "airport", "to_layer": "airport",
            "from_iso3": network.country_of(u), "to_iso3": network.country_of(v),
            "from_lat": network.lat[u], "from_lon": network.lon[u],
            "to_lat": network.lat[v], "to_lon": network.lon[v],
            "km": air.km[a, b], "hours": hours, "hours_back": hours,
            "hours_sd": spread, "hours_back_sd": spread,
            "usd_per_teu": air.usd[a, b], "gco2e_per_teu": KILO * air.kgco2e[a, b],
            "gauge_change": False, "border": "", "passage": "", "project": "", "patched": False,
        }
    )  # fmt: skip


def mode_summary(table: pd.DataFrame) -> pd.DataFrame:
    """Links, kilometres and countries by mode, most kilometres first."""
    grouped = table.groupby("mode")
    out = pd.DataFrame(
        {
            "links": grouped.size(),
            "km": grouped["km"].sum(),
            "countries": grouped["from_iso3"].nunique(),
            "open": grouped["hours"].agg(lambda h: int(np.isfinite(h).sum())),
        }
    )
    return out.sort_values("km", ascending=False).reset_index()


def _spread(network: Network, hours: LinkHours, cv: Mapping[str, float]) -> Array:
    """Standard deviation of each link's hours, shape (2, links); parts are independent."""
    line = np.zeros(len(network.km))
    border, wait = line.copy(), line.copy()
    for mode in ("rail", "road", "sea", "ferry", "water"):
        rows = network.has_mode(mode)
        line[rows] = cv["ferry" if mode == "ferry" else f"line_{mode}"]
        if mode in ("rail", "road"):
            border[rows] = cv[f"border_{mode}"]
    line[network.has_mode("port_sea")] = cv["line_sea"]
    for mode, component in WAITS_FOR.items():
        rows = network.has_mode(mode, *(m for m in TERMINALS_OF[mode]))
        wait[rows] = cv[component]
    handling = np.where(network.has_mode(*BY_RAIL), cv["rail_terminal"], cv["road_loading"])
    by_air = network.has_mode("airport_road", "city_airport")
    handling = np.where(by_air, cv["airport_handling"], handling)
    parts = (
        (hours.line, line), (hours.border, border), (hours.departure, wait),
        (hours.handling, handling),
        (hours.gauge, cv["gauge_change"]),
        (hours.port, cv["port_dwell"]), (hours.transshipment, cv["transshipment"]),
        (hours.canal, cv["canal"]),
    )  # fmt: skip
    variance = np.zeros((2, len(network.km)))
    for mean, share in parts:
        with np.errstate(invalid="ignore"):
            variance += np.where(np.isfinite(mean), mean * share, 0.0) ** 2
    return np.sqrt(variance)


BY_RAIL = ("city_rail", "rail_road", "dryport_rail", "port_rail")
TERMINALS_OF = {"rail": BY_RAIL, "sea": ("port_sea",), "water": ("port_water",), "ferry": ()}
