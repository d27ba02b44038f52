"""What projects connect to in the network, and what they do not.

Everything is looked up on the network with all projects of the comparison, so that a line may
end at a station of another project.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.infrastructure.engine._component_kernels import components
from beltroad.infrastructure.network import (
    CITY,
    LAYERS,
    MODES,
    PORT,
    SEA,
    great_circle_km,
)
from beltroad.infrastructure.projects.alignment import Alignment
from beltroad.infrastructure.projects.effects import DRY_PORT_REACH_KM
from beltroad.infrastructure.projects.finding import Finding, Level
from beltroad.infrastructure.projects.layers import search_layers
from beltroad.infrastructure.projects.programme import Programme
from beltroad.infrastructure.projects.record import FreightProject

__all__ = ["Connections"]

LINE_NAMES = {"rail": "railway", "road": "road", "water": "waterway"}
# Joins of a new place, in the order and words in which they are told.
JOINS = {
    "city_rail": "city", "city_road": "city", "port_rail": "port", "port_road": "port",
    "port_water": "port", "rail_road": "road by lorry", "dryport_rail": "dry port",
    "dryport_road": "dry port",
}  # fmt: skip
# A town names a place this near.
NAME_KM = 40.0
# By sea this much further than the great circle to the nearest port: probably the wrong sea.
SEA_FACTOR, SEA_KM = 4.0, 400.0
# A place of a terminal project further away than this is probably another place.
FAR_KM = 20.0


class Connections:
    """Looks up what each project of a programme connects to.

    Parameters
    ----------
    closed
        Table ``border_closed``.
    names
        Names of cities by their reference in the network.
    """

    def __init__(
        self, programme: Programme, closed: pd.DataFrame, names: Mapping[str, str]
    ) -> None:
        self.programme, self.network, self.names = programme, programme.network, names
        self.layers = search_layers(self.network)
        self.closed = {
            (frozenset((str(a), str(b))), str(mode)): str(state)
            for a, b, mode, state in zip(
                closed["iso3_a"], closed["iso3_b"], closed["mode"], closed["state"], strict=True
            )
        }
        net = self.network
        self._gauge = net.nodes["gauge_mm"].to_numpy(np.int64)
        self._piece = components(len(net.nodes), net.u, net.v)
        self._main = int(np.bincount(self._piece).argmax())
        rows = net.crossings
        own = np.zeros(len(net.links), np.bool_)
        for added in net.added_by.values():
            own[added] = True
        rows = rows[~own[rows]]
        pairs = zip(net.country_of(net.u[rows]), net.country_of(net.v[rows]), strict=True)
        self._neighbours = {frozenset(map(str, pair)) for pair in pairs}

    def of(self, project: FreightProject) -> list[Finding]:
        """Everything about one project, in the order in which a reader wants it."""
        here = self.programme.alignments[project.id]
        if project.effect == "terminal":
            return [*self._terminal(project, here), *_told(project, here)]
        fresh = self.network.added_by.get(project.id, np.empty(0, np.intp))
        out = (
            []
            if project.effect in ("new_link", "upgrade")
            else self._new_place(project, np.concatenate([here.existing, fresh]))
        )
        if project.effect in ("new_link", "upgrade"):
            out += self._line(project, here, fresh)
        return [*out, *_told(project, here)]

    def _line(
        self, project: FreightProject, here: Alignment, fresh: NDArray[np.intp]
    ) -> list[Finding]:
        net, kind = self.network, project.mode
        added = fresh[net.has_mode(kind)[fresh]]
        own = np.concatenate([here.existing, added])
        if not len(own):
            text = "both ends are the same place of the network: nothing is changed"
            return [Finding(project.id, "warning", "no_effect", text)]
        out = []
        line = own[~net.gauge_change[own]]
        new_ends = np.unique(np.concatenate([net.u[added], net.v[added]]))
        for word, at in (("begins", project.waypoints[0]), ("ends", project.waypoints[-1])):
            if len(new_ends):
                km = great_circle_km(at[0], at[1], net.lat[new_ends], net.lon[new_ends])
                if km.min() <= FAR_KM:
                    node = int(new_ends[np.argmin(km)])
                    out.append(self._end(project, word, at, node, line))
        return [*out, *self._pieces(project, own), *self._borders(project, own, added)]

    def _end(
        self, project: FreightProject, word: str, at: NDArray[np.float64], node: int,
        own: NDArray[np.int64],
    ) -> Finding:  # fmt: skip
        """What the end of an added line joins, or how far it is from what it could join."""
        net, kind = self.network, project.mode
        rows = np.flatnonzero((net.u == node) | (net.v == node))
        rows = rows[~np.isin(rows, own)]
        joins = self._joins(node, rows, kind)
        place = f"{word} at {self._name(*at)}"
        if any(MODES[net.mode_code[row]] == kind for row in rows):
            return Finding(project.id, "info", "joins", f"{place}: joins {', '.join(joins)}")
        layer = self.layers[kind]
        # Stations with no line but this one are no railway to be joined.
        ends = np.concatenate([net.u[own], net.v[own]])
        others = np.diff(layer.first) > np.bincount(layer.local[ends], minlength=len(layer.rows))
        row, km = layer.nearest(net.lat[node], net.lon[node], others)
        name, reached = LINE_NAMES[kind], ", ".join(joins)
        far = f"{km:.0f} km from the nearest {name}" if row >= 0 else f"no {name} anywhere"
        if "port " in reached:  # a line may well end at a port or dry port
            return Finding(project.id, "info", "joins", f"{place}: joins {reached}")
        text = f"{place}, {far}: " + (f"joins {reached} only" if reached else "joins nothing")
        return Finding(project.id, "warning", f"no_{name}", text)

    def _joins(self, node: int, rows: NDArray[np.intp], kind: str) -> list[str]:
        """What these links of a node lead to, in words."""
        net, words = self.network, []
        for row in rows:
            mode = MODES[net.mode_code[row]]
            other = int(net.v[row] if net.u[row] == node else net.u[row])
            by = str(net.links["project"].iat[row])
            if mode == kind and net.gauge_change[row]:
                words.append(f"the {self._gauge[other]} mm railway by a change of gauge")
            elif mode == kind:
                words.append(f"the line of {by}" if by else f"the {LINE_NAMES[kind]}")
            elif mode in JOINS:
                ref = str(net.ref[other])
                km = f"{net.km[row]:.0f} km"
                words.append(f"{JOINS[mode]} {self.names.get(ref, ref)} ({km})".replace("  ", " "))
        return list(dict.fromkeys(words))

    def _pieces(self, project: FreightProject, own: NDArray[np.int64]) -> list[Finding]:
        """Lines that hang together with no other line of their mode, or with nothing at all."""
        net, kind = self.network, project.mode
        layer, out = self.layers[kind], []
        label = layer.piece[layer.local[net.u[own]]]
        name = LINE_NAMES[kind]
        for piece in np.unique(label):
            km = float(net.km[own[label == piece]].sum())
            whole = float(layer.piece_km[np.flatnonzero(layer.piece == piece)[0]])
            if whole <= 1.05 * km + 1:
                text = f"{km:.0f} km of it join no other {name}"
                # A canal to the sea is complete in itself.
                level = _level(kind != "water")
                out.append(Finding(project.id, level, f"no_other_{name}", text))
        if np.any(self._piece[net.u[own]] != self._main):
            text = "part of it hangs together with nothing: no shipment can use it"
            out.append(Finding(project.id, "warning", "cut_off", text))
        return out

    def _borders(
        self, project: FreightProject, own: NDArray[np.int64], added: NDArray[np.intp]
    ) -> list[Finding]:
        net, out, used = self.network, [], set()
        for row in own[np.isin(own, net.crossings)]:
            a, b = (str(c) for c in net.country_of(np.array([net.u[row], net.v[row]])))
            pair, kind = frozenset((a, b)), project.mode
            border = str(net.border[row])
            used.add(border)
            state = self.closed.get((pair, "all"), self.closed.get((pair, kind), ""))
            if state == "shut":
                text = f"crosses from {a} to {b}, where the border is shut (border_closed)"
                out.append(Finding(project.id, "warning", "border_closed", text))
            elif state:
                text = f"crosses from {a} to {b}, where passage is {state} (border_closed)"
                out.append(Finding(project.id, "info", "border_uncertain", text))
            if row in added and pair not in self._neighbours:
                text = (
                    f"runs from {a} straight to {b}, which no link of the network does: put a "
                    "waypoint into every country on the way, or border waits are not counted"
                )
                out.append(Finding(project.id, "warning", "no_common_border", text))
            elif row in added and not border:
                text = f"crosses from {a} to {b} with the wait of the pair's class"
                out.append(Finding(project.id, "info", "border_by_class", text))
        for pair_, border in project.crossings.items():
            if border not in used:
                text = f"{border} is not on it: no added link crosses from {' to '.join(pair_)}"
                out.append(Finding(project.id, "warning", "border_not_used", text))
        return list(dict.fromkeys(out))

    def _new_place(self, project: FreightProject, own: NDArray[np.int64]) -> list[Finding]:
        """A port or dry port that is added: what it joins, and whether it is in the right sea."""
        net = self.network
        lat, lon = project.waypoints[0]
        ends = np.concatenate([net.u[own], net.v[own]])
        nodes = ends[np.isin(net.ref[ends], (project.ref, project.id))]
        if not len(nodes):
            text = "joins nothing: no shipment can use it"
            return [Finding(project.id, "warning", "cut_off", text)]
        node = int(nodes[0])
        rows = np.flatnonzero((net.u == node) | (net.v == node))
        words = [self._access(int(row), node) for row in rows]
        text = f"at {self._name(lat, lon)}: joins {', '.join(words)}"
        out = [Finding(project.id, "info", "joins", text)]
        for kind in ("rail", "road"):
            if not net.has_mode(f"{LAYERS[net.layer[node]]}_{kind}")[rows].any():
                name = LINE_NAMES[kind]
                _, km = self.layers[kind].nearest(lat, lon)
                text = f"joins no {name}: the nearest is {km:.0f} km away"
                out.append(Finding(project.id, "warning", f"no_{name}", text))
        if project.mode == "port":
            out += self._sea(project, node)
        return out

    def _access(self, row: int, node: int) -> str:
        net = self.network
        other = int(net.v[row] if net.u[row] == node else net.u[row])
        mode, gauge = MODES[net.mode_code[row]], int(self._gauge[other])
        what = f"{gauge} mm railway" if gauge else mode.split("_")[1]
        return f"{what} ({net.km[row]:.0f} km)"

    def _sea(self, project: FreightProject, node: int) -> list[Finding]:
        """The nearest other port, by sea and as the crow flies."""
        net = self.network
        out: list[Finding] = []
        ports = np.flatnonzero((net.layer == PORT) & (np.arange(len(net.nodes)) != node))
        gates = np.flatnonzero(net.has_mode("port_sea"))
        at_sea = np.isin(ports, np.concatenate([net.u[gates], net.v[gates]]))
        ports = ports[at_sea]
        km = great_circle_km(net.lat[node], net.lon[node], net.lat[ports], net.lon[ports])
        if not len(km):
            return out
        near, away = int(ports[np.argmin(km)]), float(km.min())
        ref = str(net.ref[near])
        out.append(
            Finding(project.id, "info", "nearest_port", f"the nearest port is {ref}, {away:.0f} km")
        )
        sea = self._sea_ends(node)
        goal = self._sea_ends(near)
        if len(sea) and len(goal):
            none = np.zeros(1)
            limit = max(SEA_FACTOR * away, SEA_KM)
            by_sea, _ = self.layers["sea"].way(
                sea, goal, np.repeat(none, len(sea)), np.repeat(none, len(goal)), limit
            )
            if not np.isfinite(by_sea):
                text = (
                    f"by sea it is more than {limit:.0f} km to {ref}, which is {away:.0f} km away: "
                    "it may be joined to the wrong sea"
                )
                out.append(Finding(project.id, "warning", "wrong_sea", text))
        return out

    def _sea_ends(self, node: int) -> NDArray[np.int64]:
        net = self.network
        rows = np.flatnonzero(net.has_mode("port_sea") & ((net.u == node) | (net.v == node)))
        ends = np.concatenate([net.u[rows], net.v[rows]])
        return np.asarray(ends[net.layer[ends] == SEA], np.int64)

    def _terminal(self, project: FreightProject, here: Alignment) -> list[Finding]:
        """Which port or place a better terminal is found at, and whether it acts on anything."""
        net = self.network
        lat, lon = project.waypoints[0]
        if not len(here.terminals):
            return []
        node = int(here.terminals[0])
        km = float(great_circle_km(lat, lon, net.lat[node], net.lon[node]))
        if project.mode == "port":
            text = f"acts on the port {net.ref[node]}, {km:.0f} km from its waypoint"
            return [Finding(project.id, _level(km > FAR_KM), "at_port", text)]
        served = []
        for word, rows in (
            ("changes of gauge", np.flatnonzero(net.gauge_change)),
            ("rail terminals", np.flatnonzero(net.has_mode("city_rail", "rail_road"))),
        ):
            away = great_circle_km(
                net.lat[node], net.lon[node], net.lat[net.u[rows]], net.lon[net.u[rows]]
            )
            count = int((away <= DRY_PORT_REACH_KM).sum())
            if count:
                served.append(f"{count} {word}")
        where = f"within {DRY_PORT_REACH_KM:.0f} km"
        if not served:
            text = f"no rail terminal and no change of gauge {where}: nothing is changed"
            return [Finding(project.id, "warning", "no_effect", text)]
        text = f"acts on {' and '.join(served)} {where} of {self._name(lat, lon)}"
        return [Finding(project.id, _level(km > FAR_KM), "at_terminals", text)]

    def _name(self, lat: float, lon: float) -> str:
        """The town at a place, or its coordinates."""
        net = self.network
        rows = np.flatnonzero(net.layer == CITY)
        where = f"{lat:.2f}, {lon:.2f}"
        km = great_circle_km(lat, lon, net.lat[rows], net.lon[rows])
        if not len(km) or km.min() > NAME_KM:
            return where
        ref = str(net.ref[rows[np.argmin(km)]])
        return f"{self.names.get(ref, ref)} ({where})"


def _level(odd: bool) -> Level:
    return "warning" if odd else "info"


def _told(project: FreightProject, here: Alignment) -> list[Finding]:
    """Notes of the match as findings."""
    kinds: tuple[tuple[str, str, Level], ...] = (
        ("change of gauge", "gauge_change", "info"),
        ("are not in the map data", "unmapped", _level(project.effect == "upgrade")),
        ("acts on the port", "at_port", "info"),
        ("no port of the network", "no_effect", "warning"),
        ("own line only", "own_line_only", "info"),
        ("", "lacks", "warning"),
    )
    out = []
    for note in here.notes:
        _, kind, level = next(k for k in kinds if k[0] in note)
        # What a new place lacks is looked up with the lines of other projects.
        if kind != "at_port" and not note.startswith(("the new port has", "the new dry port has")):
            out.append(Finding(project.id, level, kind, note))
    return out
