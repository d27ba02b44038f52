"""From the links of a way to the steps of a route: legs, terminals, borders, ports."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from beltroad.infrastructure.network import AIRPORT, CITY, DRYPORT, MODES, PORT
from beltroad.infrastructure.routes.families import LINES
from beltroad.infrastructure.routes.names import Names
from beltroad.infrastructure.routes.planner import Planner
from beltroad.infrastructure.routes.route import Leg, Stop
from beltroad.infrastructure.routes.search import Found
from beltroad.infrastructure.routes.spread import Part

__all__ = ["itinerary"]

Rows = NDArray[np.int64]
TERMINALS = (CITY, PORT, AIRPORT, DRYPORT)
# A border or change of gauge with at least this wait is a stop of its own; quicker ones are part
# of the leg that runs over them.
LEAST_STOP_HOURS = 2.0
STOP_AT = {CITY: "terminal", PORT: "port", AIRPORT: "airport", DRYPORT: "terminal"}
# Terminal links: component of ``variability`` for handling, and for waiting there.
HANDLING = {
    "city_rail": "rail_terminal", "rail_road": "rail_terminal", "dryport_rail": "rail_terminal",
    "port_rail": "rail_terminal", "city_road": "road_loading", "city_port": "road_loading",
    "port_road": "road_loading", "dryport_road": "road_loading", "port_water": "port_dwell",
    "airport_road": "airport_handling", "city_airport": "airport_handling",
}  # fmt: skip
WAIT = {"rail": "wait_train", "water": "wait_ship", "sea": "wait_ship"}
GROUP_OF = {"rail": "rail_group", "road": "road_group"}
# Components whose variability is known by group, and by whose groups.
GROUPED = {
    "line_rail": "rail", "border_rail": "rail", "wait_train": "rail", "line_water": "rail",
    "line_road": "road", "border_road": "road", "ferry": "rail", "wait_ferry": "rail",
}  # fmt: skip


class _Teller:
    """Walks along the links of a way; state is what has been gathered of the current step."""

    def __init__(self, planner: Planner, names: Names, found: Found) -> None:
        self.planner, self.names, self.found = planner, names, found
        net = planner.network
        self.mode = np.array(MODES)[net.mode_code[found.links]]
        weights = planner.weights
        self.weights = np.where(
            found.forward, weights.forward[:, found.links], weights.backward[:, found.links]
        ).astype(np.float64)
        self.hours = planner.hours.of(found.links, found.forward)
        self.country = net.country_of(found.nodes)
        groups = planner.pricing.groups
        self.group = {k: groups[v].to_dict() for k, v in GROUP_OF.items()}
        self.port_group = groups["port_group"].to_dict()
        self.steps: list[Leg | Stop] = []
        self.leg: list[int] = []

    def tell(self) -> tuple[Leg | Stop, ...]:
        for k in range(len(self.found.links)):
            if self.mode[k] in LINES:
                self._line(k)
            elif self.mode[k] == "port_sea":
                self._gate(k)
            else:
                self._close()
                self._terminal(k)
        self._close()
        return tuple(_merged(self.steps))

    def _line(self, k: int) -> None:
        before = self.mode[self.leg[-1]] if self.leg else self.mode[k]
        if before != self.mode[k] and (before, self.mode[k]) != ("port_sea", "sea"):
            self._close()
        if self.mode[k] == "ferry":
            self._close()
            self._stop(k, "ferry", self._name(k), [("wait_ferry", self.hours["departure"][k])])
        wait, gauge = float(self.hours["border"][k]), float(self.hours["gauge"][k])
        if wait + gauge >= LEAST_STOP_HOURS:
            self._close()
            self._cross(k, wait, gauge)
        self.leg.append(k)

    def _cross(self, k: int, wait: float, gauge: float) -> None:
        place = self.names.crossing(int(self.found.links[k]), bool(self.found.forward[k]))
        what = [(f"border_{self.mode[k]}", wait), ("gauge_change", gauge)]
        kind = "border" if wait > 0 else "gauge change"
        self._stop(k, kind, place, what, ref=self.planner.network.border[self.found.links[k]])

    def _gate(self, k: int) -> None:
        """Between port and sea: time in port, waiting for the ship, and the first sea miles."""
        out = self.planner.network.layer[self.found.nodes[k]] == PORT
        node = k if out else k + 1
        if not out:
            self.leg.append(k)
            self._close()
        what = [
            ("port_dwell", self.hours["port"][k]),
            ("transshipment", self.hours["transshipment"][k]),
            ("wait_ship", self.hours["departure"][k]),
        ]
        self._stop(k, "port", self._name(node), what, at=node)
        if out:
            self.leg.append(k)

    def _terminal(self, k: int) -> None:
        net, nodes = self.planner.network, self.found.nodes
        node = k if net.layer[nodes[k]] in TERMINALS else k + 1
        kind = STOP_AT.get(int(net.layer[nodes[node]]), "terminal")
        departs = "water" if self.mode[k] == "port_water" else "rail"
        what = [
            (HANDLING[self.mode[k]], self.hours["handling"][k]),
            (WAIT[departs], self.hours["departure"][k]),
            ("line_road", self.hours["line"][k]),
        ]
        self._stop(k, kind, self._name(node), what, at=node, own=True)

    def _stop(
        self, k: int, kind: str, place: str, what: list[tuple[str, float]], *,
        at: int | None = None, own: bool = False, ref: str = "",
    ) -> None:  # fmt: skip
        """Add a stop. ``own``: its link is no line, so that its money and km are the stop's."""
        net, node = self.planner.network, self.found.nodes[k if at is None else at]
        spent = tuple(
            Part(name, self._group(name, k), place, float(h)) for name, h in what if h > 0
        )
        self.steps.append(
            Stop(
                kind, place, sum(p.hours for p in spent),
                float(self.weights[1, k]) if own else 0.0,
                float(self.weights[2, k]) if own else 0.0,
                float(net.km[self.found.links[k]]) if own else 0.0,
                float(net.lat[node]), float(net.lon[node]), spent,
                ref or str(net.ref[node]),
            )
        )  # fmt: skip

    def _group(self, component: str, k: int) -> str:
        code = str(self.country[k] or self.country[k + 1])
        if component in GROUPED:
            return str(self.group[GROUPED[component]].get(code, ""))
        return str(self.port_group.get(code, "")) if component == "port_dwell" else ""

    def _name(self, k: int) -> str:
        return self.names.node(int(self.found.nodes[k]))

    def _close(self) -> None:
        """Finish the current leg."""
        if not self.leg:
            return
        rows, self.leg = self.leg, []
        net, nodes = self.planner.network, self.found.nodes
        mode = self.mode[rows[-1]] if self.mode[rows[0]] == "port_sea" else self.mode[rows[0]]
        mode = "sea" if mode == "port_sea" else mode
        on_way = [nodes[rows[0]], *(nodes[k + 1] for k in rows)]
        links = self.found.links[rows]
        countries = [str(c) for c in net.country_of(np.array(on_way)) if c]
        passages = [str(p) for p in net.passage[links] if p]
        spent = self._spent(rows, str(mode))
        self.steps.append(
            Leg(
                str(mode), self._end(rows[0], 0), self._end(rows[-1], 1),
                tuple(dict.fromkeys(countries)), float(net.km[links].sum()),
                sum(p.hours for p in spent), float(self.weights[1, rows].sum()),
                float(self.weights[2, rows].sum()),
                np.column_stack([net.lat[on_way], net.lon[on_way]]),
                tuple(dict.fromkeys(passages)), spent,
            )
        )  # fmt: skip

    def _spent(self, rows: list[int], mode: str) -> tuple[Part, ...]:
        """Hours of a leg by component and group: moving, canals, borders too quick for a stop."""
        hours: dict[tuple[str, str, str], float] = {}

        def add(component: str, group: str, place: str, value: float) -> None:
            if value > 0:
                key = component, group, place
                hours[key] = hours.get(key, 0.0) + value

        component = "ferry" if mode == "ferry" else f"line_{mode}"
        for k in rows:
            add(component, self._group(component, k), mode, float(self.hours["line"][k]))
            strait = str(self.planner.network.passage[self.found.links[k]])
            add("canal", "", strait, float(self.hours["canal"][k]))
            wait = float(self.hours["border"][k] + self.hours["gauge"][k])
            if wait < LEAST_STOP_HOURS:
                border = f"border_{mode}"
                add(border, self._group(border, k), str(self.found.links[k]), wait)
        return tuple(Part(*key, value) for key, value in hours.items())

    def _end(self, k: int, end: int) -> str:
        """Name of the first (0) or second (1) end of a link: the border's side, or the place."""
        row = self.found.nodes[k + end]
        return self.names.node(int(row))


def itinerary(planner: Planner, found: Found, names: Names) -> tuple[Leg | Stop, ...]:
    """Steps of a way in order of travel."""
    return _Teller(planner, names, found).tell()


def _merged(steps: list[Leg | Stop]) -> list[Leg | Stop]:
    """Stops that follow each other at one place as one."""
    out: list[Leg | Stop] = []
    for step in steps:
        last = out[-1] if out else None
        if isinstance(step, Stop) and isinstance(last, Stop) and last.place == step.place:
            out[-1] = Stop(
                "port" if "port" in (last.kind, step.kind) else step.kind, step.place,
                last.hours + step.hours, last.usd + step.usd, last.kgco2e + step.kgco2e,
                last.km + step.km, step.lat, step.lon, last.spent + step.spent,
                step.ref or last.ref,
            )  # fmt: skip
        else:
            out.append(step)
    return out
