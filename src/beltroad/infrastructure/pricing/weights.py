"""Hours, money and emissions of every link: kilometres over speed, plus fixed times.

    hours = km / speed[mode, country group or project] + wait[border] + gauge change + handling

Every number comes from ``network_parameters``, the border tables or a project; reforms change
waits. Weights are per TEU and per direction. Hours are kept by component, so that a route can
say where its time goes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from beltroad.infrastructure.network import (
    AIRPORT,
    CITY,
    DRYPORT,
    MODES,
    PORT,
    Network,
    great_circle_km,
)
from beltroad.infrastructure.pricing.borders import crossing_waits
from beltroad.infrastructure.pricing.lines import (
    canal_hours,
    canal_usd,
    line_km,
    line_speed,
    sea_km,
)
from beltroad.infrastructure.pricing.ports import PortTimes, port_times
from beltroad.infrastructure.pricing.pricing import SMALL_TERRITORY, Pricing, changed
from beltroad.infrastructure.projects.effects import StateEffects

__all__ = ["COMPONENTS", "LinkHours", "LinkPricer", "LinkWeights", "link_weights"]

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
# Border charges are recorded per lorry or container load of about 20 t: two TEU.
TEU_PER_LOAD = 2.0
# Terminal links: parameter of the hours there, what departs from the terminal, whose charges.
TERMINALS = {
    "city_rail": ("terminal_hours.rail", "rail", "rail"),
    "city_road": ("loading_hours.road", "", "road"),
    "city_port": ("loading_hours.road", "", "road"),
    "port_rail": ("intermodal_transfer_hours", "rail", "rail"),
    "port_road": ("intermodal_transfer_hours", "", "road"),
    "rail_road": ("terminal_hours.rail", "rail", "rail"),
    "dryport_rail": ("terminal_hours.rail", "rail", "rail"),
    "dryport_road": ("loading_hours.road", "", "road"),
    "port_water": ("terminal_hours.water", "water", "water"),
    "airport_road": ("airport_handling_hours.air", "", "road"),
    "city_airport": ("airport_handling_hours.air", "", "road"),
}
# Gauges change within a country only this near a dry port or rail terminal.
WORKS_KM = 25.0
TERMINAL_LAYERS = (CITY, PORT, AIRPORT, DRYPORT)


@dataclass(frozen=True)
class LinkWeights:
    """Weights of every link, shape (3, links): hours (``inf`` where closed), usd, kg CO2e."""

    forward: NDArray[np.float32]
    backward: NDArray[np.float32]

    def generalised(self, usd_per_hour: float) -> LinkWeights:
        """Shape (4, links): usd plus the value of hours comes first, to be minimised."""
        hour = np.float32(usd_per_hour)
        return LinkWeights(
            *(np.concatenate([w[1:2] + hour * w[:1], w]) for w in (self.forward, self.backward))
        )

    def closed(self, links: NDArray[np.bool_]) -> LinkWeights:
        """The same with some links closed."""
        return LinkWeights(*(_closed(w, links) for w in (self.forward, self.backward)))


@dataclass(frozen=True)
class LinkHours:
    """Hours of every link by component; arrays of shape (links,) or (2, links) by direction.

    ``line`` km over speed (2, ...; ``inf`` where there is no way); ``handling`` loading and
    terminals; ``departure`` waiting for the next train or ship (2, ...); ``border`` (2, ...);
    ``gauge``; ``port`` container time in a sea port; ``transshipment`` of boxes that change ships
    for that port; ``canal``. Direction 0 is from the link's first node to its second.
    """

    line: Array
    handling: Array
    departure: Array
    border: Array
    gauge: Array
    port: Array
    transshipment: Array
    canal: Array

    def total(self) -> Array:
        """Sum of all components, shape (2, links)."""
        fixed = self.handling + self.gauge + self.port + self.transshipment + self.canal
        return np.asarray(self.line + self.departure + self.border + fixed)

    def of(self, rows: Rows, forward: NDArray[np.bool_]) -> dict[str, Array]:
        """Each component on these links in the direction travelled."""
        way = np.where(forward, 0, 1)
        parts = {f.name: getattr(self, f.name) for f in fields(self)}
        return {k: x[rows] if x.ndim == 1 else x[way, rows] for k, x in parts.items()}


COMPONENTS = tuple(f.name for f in fields(LinkHours))


class LinkPricer:
    """Weights of every link of a network under one pricing, for any state of the projects.

    What does not depend on projects (default speeds, waits, handling, money, emissions) is worked
    out once; :meth:`weights` adds what does.
    """

    def __init__(self, network: Network, pricing: Pricing) -> None:
        p, km = pricing.parameters, line_km(network, pricing)
        self._network, self._pricing, self._km = network, pricing, km
        n = len(km)
        self._line = np.full((2, n), np.inf)
        self._handling, self._departure = np.zeros(n), np.zeros((2, n))
        usd, kg = np.zeros(n), np.zeros(n)
        self._lines: dict[str, tuple[Rows, Array]] = {}
        self._slack: dict[str, Array] = {}
        for way in ("rail", "road"):
            rows = np.flatnonzero(network.has_mode(way))
            at = line_speed(pricing, way, network)
            speed = np.minimum(at[network.u[rows]], at[network.v[rows]])
            self._lines[way] = rows, speed
            self._slack[way] = _line_factor(network, pricing, way, rows)
            self._per_km(way, rows, usd, kg)
        self._ships(usd, kg)
        self._water = np.flatnonzero(network.has_mode("water"))
        self._terminals(usd, kg)
        self._border, self._change = _cross(network, pricing, usd)
        self._money = np.stack([usd, kg]).astype(np.float32)
        fixed = self._handling + self._departure + self._border
        self._fixed = fixed
        self._base = self._line + fixed
        self._terminal_hours = p.one("terminal_hours.rail")
        self._gauge_hours = p.one("gauge_change_hours.rail") * p.one("border_time_factor.rail")

    def weights(self, effects: StateEffects) -> LinkWeights:
        """Land weights of every link with what the projects of a state do; sea is closed."""
        hours = self._base - np.minimum(effects.rail_handling_saved, self._terminal_hours)
        for way, (rows, speed) in self._lines.items():
            line = self._line_hours(effects, way, rows, speed)
            hours[:, rows] = line + self._fixed[:, rows]
        water, barges = self._barges(effects)
        hours[:, water] = barges + self._fixed[:, water]
        hours[:, effects.absent] = np.inf
        hours[:, self._change] += self._gauge(effects)
        return self._weights(hours, self._money)

    def hours(self, effects: StateEffects, ports: PortTimes) -> LinkHours:
        """Hours of every link by component, the sea and its ports included."""
        net, n = self._network, len(self._km)
        line = self._line.copy()
        for way, (rows, speed) in self._lines.items():
            line[:, rows] = self._line_hours(effects, way, rows, speed)
        water, barges = self._barges(effects)
        line[:, water] = barges
        sea = np.flatnonzero(net.has_mode("sea", "port_sea"))
        line[:, sea] = sea_km(net)[sea] / ports.speed_kmh
        line[:, effects.absent] = np.inf
        handling = self._handling - np.minimum(effects.rail_handling_saved, self._terminal_hours)
        gauge, dwell, change = np.zeros(n), np.zeros(n), np.zeros(n)
        gauge[self._change] = self._gauge(effects)
        departure = self._departure.copy()
        gates, there, toward = self._gates
        wait = ports.load_hours - ports.unload_hours
        change[gates] = ports.transshipment_hours[there]
        dwell[gates] = ports.unload_hours[there] - change[gates]
        departure[toward, gates] = wait[there]
        return LinkHours(
            line,
            handling,
            departure,
            self._border,
            gauge,
            dwell,
            change,
            canal_hours(net, self._pricing),
        )

    def everything(self, effects: StateEffects) -> tuple[LinkWeights, LinkHours]:
        """Weights of every link, land and sea, for routes on one graph; and hours by component.

        A ship's voyage costs the same as in :class:`PortTimes`, canal hours counted as
        kilometres, and canal tolls besides.
        """
        ports = port_times(self._network, self._pricing, effects)
        hours = self.hours(effects, ports)
        money = self._money.copy()
        sea = np.flatnonzero(self._network.has_mode("sea", "port_sea"))
        km = self._network.km[sea] + ports.speed_kmh * hours.canal[sea]
        money[0, sea] = km * ports.usd_per_teu_km + canal_usd(self._network, self._pricing)[sea]
        money[1, sea] = km * ports.kgco2e_per_teu_km
        gates, there, _ = self._gates
        money[0, gates] += ports.usd_handling / 2 + ports.usd_transshipment[there]
        return self._weights(hours.total(), money), hours

    def _line_hours(self, effects: StateEffects, way: str, rows: Rows, speed: Array) -> Array:
        """Kilometres over speed, times what published trips take beyond that."""
        at = effects.speed(rows, speed, way, self._pricing.parameters)
        return np.asarray(self._km[rows] / at * self._slack[way])

    def _barges(self, effects: StateEffects) -> tuple[Rows, Array]:
        """Links of waterways, and hours on them down- and upstream, shape (2, links)."""
        rows, p = self._water, self._pricing.parameters
        km = self._km[rows]
        speed = [effects.speed(rows, km / self._line[way, rows], "water", p) for way in (0, 1)]
        return rows, km / np.stack(speed)

    @cached_property
    def _gates(self) -> tuple[Rows, Rows, Rows]:
        """Links between port and sea, position of each one's port, direction out to sea."""
        net = self._network
        gates = np.flatnonzero(net.has_mode("port_sea"))
        u_is_port = net.layer[net.u[gates]] == PORT
        node = np.where(u_is_port, net.u[gates], net.v[gates])
        there = np.searchsorted(np.flatnonzero(net.layer == PORT), node)
        return gates, there, np.where(u_is_port, 0, 1)

    def _gauge(self, effects: StateEffects) -> Array:
        return np.maximum(self._gauge_hours - effects.gauge_hours_saved[self._change], 0.0)

    @staticmethod
    def _weights(hours: Array, money: NDArray[np.float32]) -> LinkWeights:
        forward, backward = (np.concatenate([h[None].astype(np.float32), money]) for h in hours)
        return LinkWeights(forward, backward)

    def _per_km(self, mode: str, rows: Rows, usd: Array, kg: Array) -> None:
        p, km = self._pricing.parameters, self._km[rows]
        usd[rows] = km * p.one(f"usd_per_teu_km.{mode}")
        kg[rows] = km * p.one(f"gco2e_per_tkm.{mode}") * p.one("tonnes_per_teu") / 1000

    def _ships(self, usd: Array, kg: Array) -> None:
        """Ferries, and barges: a river's links run downstream from first to second node."""
        p, net, km = self._pricing.parameters, self._network, self._km
        ferry = np.flatnonzero(net.has_mode("ferry"))
        self._line[:, ferry] = km[ferry] / p.one("ferry_speed_kmh.ferry")
        self._departure[:, ferry] = p.one("ferry_wait_hours.ferry")
        self._per_km("ferry", ferry, usd, kg)
        water = np.flatnonzero(net.has_mode("water"))
        if len(water):
            self._line[0, water] = km[water] / p.one("speed_kmh.water.downstream")
            self._line[1, water] = km[water] / p.one("speed_kmh.water.upstream")
            self._per_km("water", water, usd, kg)

    def _terminals(self, usd: Array, kg: Array) -> None:
        """Links between a terminal and the lines: a short lorry trip, and handling.

        Waiting for the next train or barge counts on the way out of a terminal, not into it.
        """
        p, net, km = self._pricing.parameters, self._network, self._km
        inward = np.isin(net.layer[net.v], TERMINAL_LAYERS)
        for name, (stay, departs, charges) in TERMINALS.items():
            rows = np.flatnonzero(net.has_mode(name))
            if not len(rows):
                continue
            self._per_km("road", rows, usd, kg)
            self._line[:, rows] = km[rows] / p.one("access_speed_kmh.road")
            self._handling[rows] = p.one(stay)
            usd[rows] += p.one(f"handling_usd_per_teu.{charges}")
            if departs:
                terminal = np.where(inward[rows], net.v[rows], net.u[rows])
                wait = self._pricing.departure_wait(departs, net, terminal)
                self._departure[np.where(inward[rows], 1, 0), rows] = wait


def link_weights(network: Network, pricing: Pricing, effects: StateEffects) -> LinkWeights:
    """Land weights of every link in one state; for many states keep a :class:`LinkPricer`."""
    return LinkPricer(network, pricing).weights(effects)


def _without_works(network: Network) -> Rows:
    """Changes of gauge within a country where no container can change: no terminal is near.

    Stations that a new line shares with an older one (patched, see ``projects.gauges``) have one.
    """
    inland = network.gauge_change.copy()
    inland[network.crossings] = False
    inland &= network.project == ""
    inland &= ~network.links["patched"].to_numpy(bool)
    rows, yards = np.flatnonzero(inland), np.flatnonzero(network.layer == DRYPORT)
    if not len(rows) or not len(yards):
        return rows
    at = network.u[rows]
    km = great_circle_km(
        network.lat[at][:, None], network.lon[at][:, None], network.lat[yards], network.lon[yards]
    )
    return np.asarray(rows[km.min(axis=1) > WORKS_KM])


def _line_factor(network: Network, pricing: Pricing, way: str, rows: Rows) -> Array:
    """Calibrated factor on the time of each link of a line; 1 where a group has no row."""
    group = pricing.groups[f"{way}_group"].reindex(network.countries)
    group = group.fillna(SMALL_TERRITORY[way])
    values = pricing.parameters.values
    factor = np.array([values.get(f"line_time_factor.{way}.{g}", 1.0) for g in group])
    at = factor[network.country_code]
    return np.asarray((at[network.u[rows]] + at[network.v[rows]]) / 2)


def _closed(weights: NDArray[np.float32], links: NDArray[np.bool_]) -> NDArray[np.float32]:
    out = weights.copy()
    out[0, links] = np.inf
    return out


def _cross(network: Network, pricing: Pricing, usd: Array) -> tuple[Array, Rows]:
    """Waits at borders, shape (2, links), and the links where gauges change at extra time.

    Charges are added to ``usd``.
    """
    p = pricing.parameters
    rows = network.crossings
    country_u = network.country_of(network.u[rows])
    country_v = network.country_of(network.v[rows])
    border = network.border[rows]
    found = crossing_waits(
        pricing.borders, mode=np.array(MODES)[network.mode_code[rows]],
        country_u=country_u, country_v=country_v, border=border,
        gauge_change=network.gauge_change[rows],
        gauge_wait_hours=p.one("gauge_crossing_hours.rail") - p.one("gauge_change_hours.rail"),
    )  # fmt: skip
    factor = {way: p.one(f"border_time_factor.{way}") for way in ("rail", "road")}
    rail = network.has_mode("rail")[rows]
    wait = np.stack([found.hours_uv, found.hours_vu]) * np.where(
        rail, factor["rail"], factor["road"]
    )
    for reform in pricing.reforms:
        hits = np.isin(border, list(reform.borders))
        hits |= np.isin(country_u, list(reform.countries))
        hits |= np.isin(country_v, list(reform.countries))
        wait = changed(wait, hits, reform)
    # Gauges change where there are works for it: at listed crossings, and where a project builds
    # them. Elsewhere the lines meet, but no container passes.
    built = network.project[rows] != ""
    wait[:, network.gauge_change[rows] & (border == "") & ~built] = np.inf
    out = np.zeros((2, len(network.km)))
    out[:, rows] = wait
    out[:, _without_works(network)] = np.inf
    usd[rows] += found.usd / TEU_PER_LOAD
    change = network.gauge_change.copy()
    change[rows] &= ~found.gauge_change_included
    usd[change] += p.one("gauge_change_usd_per_teu.rail")
    return out, np.flatnonzero(change)
