"""Hours, money and emissions of every link: kilometres over speed, plus fixed times.

    hours = km / speed[mode, country group or project] + wait[border] + gauge change + handling

Every number comes from ``network_parameters``, the border tables or a project; a reform
multiplies waits. Weights are per TEU and per direction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.infrastructure.borders import BorderTables, crossing_waits
from beltroad.infrastructure.effects import StateEffects
from beltroad.infrastructure.network import CITY, PORT, Network
from beltroad.infrastructure.parameters import NetworkParameters

__all__ = ["BorderReform", "LinkWeights", "Pricing", "PortTimes", "line_speed", "link_weights", "port_times",
    "voyage_km",
]

Array = NDArray[np.float64]
# Border charges are recorded per lorry or container load of about 20 t: two TEU.
TEU_PER_LOAD = 2.0
# Dependent territories and overseas departments without a row in country_groups (islands, mostly,
# a handful of ports) take the classes of the small island economies.
SMALL_TERRITORY = {"rail": "latin_america", "road": "latin_america", "port": "emerging"}


class BorderReform(Protocol):
    """Waits multiplied by ``wait_factor`` at named crossings, countries or ports."""

    @property
    def borders(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def countries(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def ports_of(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def wait_factor(self) -> float: ...  # noqa: D102


@dataclass(frozen=True)
class LinkWeights:
    """Weights of every link, shape (3, links): hours (``inf`` where closed), usd, kg CO2e."""

    forward: NDArray[np.float32]
    backward: NDArray[np.float32]


@dataclass(frozen=True)
class PortTimes:
    """Hours in each port (shape (ports,)), and what a voyage costs per TEU."""

    load_hours: Array
    unload_hours: Array
    speed_kmh: float
    usd_per_teu_km: float
    usd_handling: float
    kgco2e_per_teu_km: float


@dataclass(frozen=True)
class Pricing:
    """Everything that turns a network into weights, but for the state of projects.

    ``groups`` has one row an economy (index ISO alpha-3): ``rail_group``, ``road_group``,
    ``port_group``.
    """

    parameters: NetworkParameters
    groups: pd.DataFrame
    borders: BorderTables
    reforms: Sequence[BorderReform] = ()

    def of_country(self, key: str, kind: str, country: NDArray[np.object_]) -> Array:
        """Value of a parameter by the group of each country (``kind``: rail, road or port)."""
        codes, inverse = np.unique(country.astype(str), return_inverse=True)
        group = self.groups[f"{kind}_group"].reindex(codes)
        group = group.fillna(SMALL_TERRITORY[kind])
        return self.parameters.by_group(key, group.to_numpy(object))[inverse]


def link_weights(network: Network, pricing: Pricing, effects: StateEffects) -> LinkWeights:
    """Land weights of every link in one state; links at sea are closed.

    Parameters
    ----------
    effects
        What the projects of the state do to links: absent, or faster.
    """
    p, mode, km = pricing.parameters, network.mode, network.km
    country_u, country_v = network.country[network.u], network.country[network.v]
    tonnes = p.one("tonnes_per_teu")
    hours = np.full(len(km), np.inf)
    usd, kg = np.zeros(len(km)), np.zeros(len(km))
    for way in ("rail", "road"):
        rows = mode == way
        speed = np.minimum(
            line_speed(pricing, way, country_u[rows]), line_speed(pricing, way, country_v[rows])
        )
        hours[rows] = km[rows] / effects.speed(rows, speed, way, p)
        usd[rows] = km[rows] * p.one(f"usd_per_teu_km.{way}")
        kg[rows] = km[rows] * p.one(f"gco2e_per_tkm.{way}") * tonnes / 1000
    ferry = mode == "ferry"
    hours[ferry] = km[ferry] / p.one("ferry_speed_kmh.ferry") + p.one("ferry_wait_hours.ferry")
    usd[ferry] = km[ferry] * p.one("usd_per_teu_km.ferry")
    kg[ferry] = km[ferry] * p.one("gco2e_per_tkm.ferry") * tonnes / 1000
    departing = _access(mode, km, p, hours, usd, kg)
    hours -= np.minimum(effects.rail_handling_saved, p.one("terminal_hours.rail"))
    hours[effects.absent] = np.inf
    # Waiting for the next train counts on the way out of a terminal, not on the way in.
    inward = np.isin(network.layer[network.v], (CITY, PORT))
    forward = hours + np.where(inward, 0.0, departing)
    backward = hours + np.where(inward, departing, 0.0)
    _cross(network, pricing, effects, country_u, country_v, forward, backward, usd)
    stack = [np.stack([h, usd, kg]).astype(np.float32) for h in (forward, backward)]
    return LinkWeights(*stack)


def port_times(network: Network, pricing: Pricing, effects: StateEffects) -> PortTimes:
    """Hours in every port of the network in one state, and the costs of a voyage."""
    p = pricing.parameters
    rows = np.flatnonzero(network.layer == PORT)
    country = network.country[rows]
    dwell = pricing.of_country("port_dwell_hours.sea", "port", country)
    factor = np.ones(len(rows))
    for reform in pricing.reforms:
        factor[np.isin(country, list(reform.ports_of))] *= reform.wait_factor
    floor = np.minimum(dwell, p.one("port_dwell_floor_hours.sea"))
    dwell = np.maximum(dwell - effects.port_hours_saved, floor) * factor
    return PortTimes(
        dwell + p.one("service_wait_hours.sea"),
        dwell,
        p.one("sailing_speed_kmh.sea"),
        p.one("usd_per_teu_km.sea"),
        2 * p.one("handling_usd_per_teu.sea"),
        p.one("gco2e_per_tkm.sea") * p.one("tonnes_per_teu") / 1000,
    )


def line_speed(pricing: Pricing, way: str, country: NDArray[np.object_]) -> Array:
    """Speed over a whole trip, km/h: trains run day and night, lorries while drivers may."""
    if way == "rail":
        return pricing.of_country("line_haul_speed_kmh.rail", "rail", country)
    moving = pricing.of_country("moving_speed_kmh.road", "road", country)
    return moving * pricing.of_country("duty_hours_per_day.road", "road", country) / 24


def voyage_km(network: Network, pricing: Pricing) -> NDArray[np.float32]:
    """Kilometres of every link at sea, canal transits included as kilometres; else ``inf``."""
    p = pricing.parameters
    km = np.where(np.isin(network.mode, ("sea", "port_sea")), network.km, np.inf)
    passage = network.links["passage"].astype(object).to_numpy()
    for canal in ("suez", "panama"):
        rows = passage == canal
        if rows.any():
            extra = p.one(f"{canal}_transit_hours.sea") * p.one("sailing_speed_kmh.sea")
            km[rows] += extra * km[rows] / km[rows].sum()
    return km.astype(np.float32)


def _access(
    mode: NDArray[np.object_], km: Array, p: NetworkParameters, hours: Array, usd: Array, kg: Array
) -> Array:
    """Links between a terminal and the lines: a short lorry trip, and handling.

    Returns the hours of waiting for a departure, which count one way only.
    """
    transfer = p.one("intermodal_transfer_hours")
    rail, road = p.one("terminal_hours.rail"), p.one("loading_hours.road")
    train = p.one("service_wait_hours.rail")
    fixed: Mapping[str, tuple[float, float, str]] = {
        "city_rail": (rail, train, "rail"),
        "city_road": (road, 0.0, "road"),
        "city_port": (road, 0.0, "road"),
        "port_rail": (transfer, train, "rail"),
        "port_road": (transfer, 0.0, "road"),
        "rail_road": (rail, train, "rail"),
    }
    departing = np.zeros(len(km))
    for name, (wait, departure, kind) in fixed.items():
        rows = mode == name
        hours[rows] = km[rows] / p.one("access_speed_kmh.road") + wait
        departing[rows] = departure
        usd[rows] = km[rows] * p.one("usd_per_teu_km.road") + p.one(f"handling_usd_per_teu.{kind}")
        kg[rows] = km[rows] * p.one("gco2e_per_tkm.road") * p.one("tonnes_per_teu") / 1000
    return departing


def _cross(
    network: Network, pricing: Pricing, effects: StateEffects,
    country_u: NDArray[np.object_], country_v: NDArray[np.object_],
    forward: Array, backward: Array, usd: Array,
) -> None:  # fmt: skip
    """Add waits at borders and changes of gauge."""
    p, mode = pricing.parameters, network.mode
    line = np.isin(mode, ("rail", "road"))
    crosses = line & (country_u != country_v) & (country_u != "") & (country_v != "")
    rows = np.flatnonzero(crosses)
    border = network.links["border"].astype(object).to_numpy()[rows]
    found = crossing_waits(
        pricing.borders, mode=mode[rows], country_u=country_u[rows], country_v=country_v[rows],
        border=border,
    )  # fmt: skip
    factor = np.ones(len(rows))
    for reform in pricing.reforms:
        hit = np.isin(border, list(reform.borders))
        hit |= np.isin(country_u[rows], list(reform.countries))
        hit |= np.isin(country_v[rows], list(reform.countries))
        factor[hit] *= reform.wait_factor
    forward[rows] += found.hours_uv * factor
    backward[rows] += found.hours_vu * factor
    usd[rows] += found.usd / TEU_PER_LOAD
    gauge = network.nodes["gauge_mm"].to_numpy(np.int64)
    gauge_u, gauge_v = gauge[network.u], gauge[network.v]
    change = (mode == "rail") & (gauge_u != gauge_v) & (gauge_u > 0) & (gauge_v > 0)
    included = np.zeros(len(mode), np.bool_)
    included[rows] = found.gauge_change_included
    change &= ~included
    saved = effects.gauge_hours_saved[change]
    hours = np.maximum(p.one("gauge_change_hours.rail") - saved, 0.0)
    forward[change] += hours
    backward[change] += hours
    usd[change] += p.one("gauge_change_usd_per_teu.rail")
