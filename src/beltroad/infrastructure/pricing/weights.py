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

from beltroad.infrastructure.network import CITY, MODES, PORT, Network
from beltroad.infrastructure.parameters import NetworkParameters
from beltroad.infrastructure.pricing.borders import BorderTables, crossing_waits
from beltroad.infrastructure.projects.effects import StateEffects

__all__ = [
    "BorderReform",
    "LinkPricer",
    "LinkWeights",
    "PortTimes",
    "Pricing",
    "line_km",
    "line_speed",
    "link_weights",
    "port_times",
    "voyage_km",
]

Array = NDArray[np.float64]
# Border charges are recorded per lorry or container load of about 20 t: two TEU.
TEU_PER_LOAD = 2.0
# Sea lanes that no container service uses: the Arctic, and the canals between Caspian and Azov.
CLOSED_PASSAGES = ("northwest", "volga_don")
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

    def generalised(self, usd_per_hour: float) -> LinkWeights:
        """Shape (4, links): usd plus the value of hours comes first, to be minimised."""
        return LinkWeights(
            *(
                np.concatenate([w[1:2] + np.float32(usd_per_hour) * w[:1], w])
                for w in (self.forward, self.backward)
            )
        )


@dataclass(frozen=True)
class PortTimes:
    """Hours in each port (shape (ports,)), and what a voyage costs per TEU."""

    load_hours: Array
    unload_hours: Array
    speed_kmh: float
    usd_per_teu_km: float
    usd_handling: float
    kgco2e_per_teu_km: float

    def rows(
        self, voyages: NDArray[np.float32], usd_per_hour: float | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Hours, usd and kg CO2e of voyages, of loading and of unloading.

        With ``usd_per_hour`` generalised cost comes first. Shapes (3 or 4, ports, ports) and
        twice (3 or 4, ports); ``voyages`` are kilometres by sea, shape (ports, ports).
        """
        per_km = (1 / self.speed_kmh, self.usd_per_teu_km, self.kgco2e_per_teu_km)
        sea = np.stack([voyages * np.float32(x) for x in per_km])
        none = np.zeros_like(self.load_hours)
        fee = none + self.usd_handling / 2
        load = np.stack([self.load_hours, fee, none]).astype(np.float32)
        unload = np.stack([self.unload_hours, fee, none]).astype(np.float32)
        if usd_per_hour is None:
            return sea, load, unload
        price = np.float32(usd_per_hour)
        return tuple(np.concatenate([x[1:2] + price * x[:1], x]) for x in (sea, load, unload))  # type: ignore[return-value]


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

    def by_node(self, key: str, kind: str, network: Network) -> Array:
        """Value of a parameter at each node, by the group of its country (rail, road or port)."""
        group = self.groups[f"{kind}_group"].reindex(network.countries)
        group = group.fillna(SMALL_TERRITORY[kind])
        return self.parameters.by_group(key, group.to_numpy(object))[network.country_code]


class LinkPricer:
    """Weights of every link of a network under one pricing, for any state of the projects.

    What does not depend on projects (default speeds, waits, handling, money, emissions) is worked
    out once; :meth:`weights` adds what does.
    """

    def __init__(self, network: Network, pricing: Pricing) -> None:
        p, km = pricing.parameters, line_km(network, pricing)
        self._network, self._parameters, self._km = network, p, km
        tonnes = p.one("tonnes_per_teu")
        self._hours = np.full(len(km), np.inf)
        usd, kg = np.zeros(len(km)), np.zeros(len(km))
        self._lines: dict[str, tuple[NDArray[np.intp], Array]] = {}
        for way in ("rail", "road"):
            rows = np.flatnonzero(network.has_mode(way))
            at = line_speed(pricing, way, network)
            self._lines[way] = rows, np.minimum(at[network.u[rows]], at[network.v[rows]])
            usd[rows] = km[rows] * p.one(f"usd_per_teu_km.{way}")
            kg[rows] = km[rows] * p.one(f"gco2e_per_tkm.{way}") * tonnes / 1000
        ferry = network.has_mode("ferry")
        self._hours[ferry] = km[ferry] / p.one("ferry_speed_kmh.ferry")
        self._hours[ferry] += p.one("ferry_wait_hours.ferry")
        usd[ferry] = km[ferry] * p.one("usd_per_teu_km.ferry")
        kg[ferry] = km[ferry] * p.one("gco2e_per_tkm.ferry") * tonnes / 1000
        departing = _access(network, p, self._hours, usd, kg)
        # Waiting for the next train counts on the way out of a terminal, not on the way in.
        inward = np.isin(network.layer[network.v], (CITY, PORT))
        self._forward = np.where(inward, 0.0, departing)
        self._backward = np.where(inward, departing, 0.0)
        self._change = _cross(network, pricing, self._forward, self._backward, usd)
        self._money = np.stack([usd, kg]).astype(np.float32)

    def weights(self, effects: StateEffects) -> LinkWeights:
        """Land weights of every link with what the projects of a state do; sea is closed."""
        p, km = self._parameters, self._km
        hours = self._hours - np.minimum(effects.rail_handling_saved, p.one("terminal_hours.rail"))
        for way, (rows, speed) in self._lines.items():
            hours[rows] = km[rows] / effects.speed(rows, speed, way, p)
        hours[effects.absent] = np.inf
        gauge = p.one("gauge_change_hours.rail") - effects.gauge_hours_saved[self._change]
        hours[self._change] += np.maximum(gauge, 0.0)
        forward, backward = (
            np.concatenate([(hours + extra).astype(np.float32)[np.newaxis], self._money])
            for extra in (self._forward, self._backward)
        )
        return LinkWeights(forward, backward)


def link_weights(network: Network, pricing: Pricing, effects: StateEffects) -> LinkWeights:
    """Land weights of every link in one state; for many states keep a :class:`LinkPricer`."""
    return LinkPricer(network, pricing).weights(effects)


def port_times(network: Network, pricing: Pricing, effects: StateEffects) -> PortTimes:
    """Hours in every port of the network in one state, and the costs of a voyage."""
    p = pricing.parameters
    rows = np.flatnonzero(network.layer == PORT)
    country = network.country_of(rows)
    dwell = pricing.by_node("port_dwell_hours.sea", "port", network)[rows]
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


def line_speed(pricing: Pricing, way: str, network: Network) -> Array:
    """Speed at each node over a whole trip, km/h: trains run day and night, lorries do not."""
    if way == "rail":
        return pricing.by_node("line_haul_speed_kmh.rail", "rail", network)
    moving = pricing.by_node("moving_speed_kmh.road", "road", network)
    return moving * pricing.by_node("duty_hours_per_day.road", "road", network) / 24


def line_km(network: Network, pricing: Pricing) -> Array:
    """Kilometres of every link, railways by the detour factor of their country's group."""
    group = pricing.groups["rail_group"].reindex(network.countries).fillna("")
    keys = [f"rail_detour_factor.rail.{name}" for name in group]
    factor = np.array([pricing.parameters.values.get(key, 1.0) for key in keys])
    at = factor[network.country_code]
    km = network.km.copy()
    rows = np.flatnonzero(network.has_mode("rail"))
    km[rows] *= (at[network.u[rows]] + at[network.v[rows]]) / 2
    return km


def voyage_km(network: Network, pricing: Pricing) -> NDArray[np.float32]:
    """Kilometres of every link at sea, canal transits included as kilometres; else ``inf``."""
    p = pricing.parameters
    km = np.where(network.has_mode("sea", "port_sea"), network.km, np.inf)
    passage = network.links["passage"].astype(object).to_numpy()
    km[np.isin(passage.astype(str), CLOSED_PASSAGES)] = np.inf
    for canal in ("suez", "panama"):
        rows = passage == canal
        if rows.any():
            extra = p.one(f"{canal}_transit_hours.sea") * p.one("sailing_speed_kmh.sea")
            km[rows] += extra * km[rows] / km[rows].sum()
    return km.astype(np.float32)


def _access(network: Network, p: NetworkParameters, hours: Array, usd: Array, kg: Array) -> Array:
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
    km, departing = network.km, np.zeros(len(network.km))
    for name, (wait, departure, kind) in fixed.items():
        rows = network.has_mode(name)
        hours[rows] = km[rows] / p.one("access_speed_kmh.road") + wait
        departing[rows] = departure
        usd[rows] = km[rows] * p.one("usd_per_teu_km.road") + p.one(f"handling_usd_per_teu.{kind}")
        kg[rows] = km[rows] * p.one("gco2e_per_tkm.road") * p.one("tonnes_per_teu") / 1000
    return departing


def _cross(
    network: Network, pricing: Pricing, forward: Array, backward: Array, usd: Array
) -> NDArray[np.intp]:
    """Add waits at borders and charges; returns the links where gauges change at extra time."""
    p = pricing.parameters
    rows = network.crossings
    country_u = network.country_of(network.u[rows])
    country_v = network.country_of(network.v[rows])
    border = network.links["border"].iloc[rows].astype(object).to_numpy().astype(str)
    found = crossing_waits(
        pricing.borders, mode=np.array(MODES)[network.mode_code[rows]],
        country_u=country_u, country_v=country_v, border=border,
    )  # fmt: skip
    factor = np.ones(len(rows))
    for reform in pricing.reforms:
        hit = np.isin(border, list(reform.borders))
        hit |= np.isin(country_u, list(reform.countries))
        hit |= np.isin(country_v, list(reform.countries))
        factor[hit] *= reform.wait_factor
    with np.errstate(invalid="ignore"):
        # A reform cannot open a border that is shut: inf stays inf whatever the factor.
        forward[rows] += np.where(np.isinf(found.hours_uv), np.inf, found.hours_uv * factor)
        backward[rows] += np.where(np.isinf(found.hours_vu), np.inf, found.hours_vu * factor)
    usd[rows] += found.usd / TEU_PER_LOAD
    change = network.gauge_change.copy()
    change[rows] &= ~found.gauge_change_included
    usd[change] += p.one("gauge_change_usd_per_teu.rail")
    return np.flatnonzero(change)
