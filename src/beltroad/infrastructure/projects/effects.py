"""What projects do to links and ports in a state: absent, present, faster.

A line that exists in the map data and was built by a project is absent while the project is.
A motorway built beside an older road leaves that road: while it is absent its traffic runs at
the speed of an ordinary road, it does not stop. An upgrade changes speed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.infrastructure.network import PORT, Network, great_circle_km
from beltroad.infrastructure.parameters import NetworkParameters
from beltroad.infrastructure.projects.alignment import Alignment
from beltroad.infrastructure.projects.record import ADDS, FreightProject

__all__ = ["StateEffects", "effects_of"]

# A dry port serves the rail terminals and gauge changes this near.
DRY_PORT_REACH_KM = 50.0


@dataclass(frozen=True)
class StateEffects:
    """Effects of all projects in one state, aligned with links and ports of the network.

    ``better`` marks links on a line that a present project built or upgraded, ``worse`` those
    that a project still to come will upgrade; ``design_kmh`` is a recorded design or operating
    speed (NaN where none), which bounds what the class of improved lines may reach.
    """

    absent: NDArray[np.bool_]
    better: NDArray[np.bool_]
    worse: NDArray[np.bool_]
    design_kmh: NDArray[np.float64]
    before_kmh: NDArray[np.float64]
    port_hours_saved: NDArray[np.float64]
    gauge_hours_saved: NDArray[np.float64]
    rail_handling_saved: NDArray[np.float64]

    def padded(self, links: int) -> StateEffects:
        """The same on a network with more links at its end, which no project touches."""
        more = links - len(self.absent)
        if more == 0:
            return self
        no = (0, more)
        return StateEffects(
            np.pad(self.absent, no), np.pad(self.better, no), np.pad(self.worse, no),
            np.pad(self.design_kmh, no, constant_values=np.nan),
            np.pad(self.before_kmh, no, constant_values=np.nan),
            self.port_hours_saved, np.pad(self.gauge_hours_saved, no),
            np.pad(self.rail_handling_saved, no),
        )  # fmt: skip

    def speed(
        self, rows: NDArray[np.intp], default: NDArray[np.float64], mode: str,
        parameters: NetworkParameters,
    ) -> NDArray[np.float64]:  # fmt: skip
        """Speed of the links in ``rows``, given that of their country's class.

        A built or upgraded railway runs at the speed of new lines, or at the share of its own
        design speed that trains keep on average where that is less; a motorway at a multiple of
        the class's speed; barges on an improved waterway at the recorded speed. Nothing improved
        is ever slower than the class.
        """
        default = np.where(
            np.isfinite(self.before_kmh[rows]) & self.worse[rows],
            np.minimum(self.before_kmh[rows], default),
            default,
        )
        if mode == "road":
            new = default * parameters.one("improved_speed_factor.road")
        elif mode == "water":
            design = self.design_kmh[rows]
            new = np.where(np.isfinite(design), design, default)
        else:
            share = parameters.one("line_haul_share_of_design.rail")
            design = np.nan_to_num(self.design_kmh[rows], nan=np.inf)
            new = np.minimum(design * share, parameters.one("new_line_speed_kmh.rail"))
        return np.where(self.better[rows], np.maximum(new, default), default)


def effects_of(
    network: Network,
    projects: Sequence[FreightProject],
    alignments: Mapping[str, Alignment],
    present: pd.Series,
    parameters: NetworkParameters,
    groups: pd.DataFrame,
) -> StateEffects:
    """Effects of the projects, of which ``present`` (by id) says which are there.

    ``groups`` has the ``port_group`` of each economy (index ISO alpha-3).
    """
    port_group = groups["port_group"]
    links, ports = len(network.links), np.flatnonzero(network.layer == PORT)
    built_on = np.zeros(links, np.bool_)
    built_off = np.zeros(links, np.bool_)
    better, worse = built_on.copy(), built_on.copy()
    design, before = np.full(links, np.nan), np.full(links, np.nan)
    saved_at = _Saved(np.zeros(len(ports)), np.zeros(links), np.zeros(links))
    none = np.empty(0, np.intp)
    for row in projects:
        here = alignments[row.id]
        fresh = network.added_by.get(row.id, none)
        own = np.concatenate([here.existing, fresh])
        there = bool(present[row.id])
        if row.effect == "terminal":
            if there:
                saved = row.hours_saved_terminal
                if not np.isfinite(saved):
                    saved = _assumed_saving(
                        row.mode, str(port_group.get(row.hosts[0], "")), parameters
                    )
                _at_terminals(network, ports, here.terminals, saved, saved_at)
            continue
        removable = row.effect in ADDS and row.mode != "road"
        if there:
            _at_new_place(network, ports, row, own, saved_at, parameters)
            built_on[own] = True
            better[own] = True
            # A line without a recorded speed may run as fast as new lines do: no bound of its own.
            speed = row.speed_after_kmh if np.isfinite(row.speed_after_kmh) else np.inf
            design[own] = np.fmax(design[own], speed)
        else:
            # An upgraded line was there before, also where the map data lack it.
            gone = own if removable else fresh if row.effect in ADDS else own[:0]
            built_off[gone] = True
            worse[own] = True
            before[own] = np.fmin(before[own], row.speed_before_kmh)
    return StateEffects(
        built_off & ~built_on, better, worse & ~better, design, before,
        saved_at.port, saved_at.gauge, saved_at.handling,
    )  # fmt: skip


@dataclass(frozen=True)
class _Saved:
    """Hours saved in ports, at changes of gauge and in rail terminals; filled in place."""

    port: NDArray[np.float64]
    gauge: NDArray[np.float64]
    handling: NDArray[np.float64]


def _assumed_saving(mode: str, port_group: str, parameters: NetworkParameters) -> float:
    """Hours saved where no source gives any; none in ports that are already quick."""
    if mode == "port":
        return (
            0.0
            if port_group == "advanced"
            else parameters.one(f"terminal_saving_hours.port.{port_group}")
        )
    return parameters.one(f"terminal_saving_hours.{mode}")


def _at_new_place(
    network: Network, ports: NDArray[np.int64], project: FreightProject,
    own: NDArray[np.int64], out: _Saved, parameters: NetworkParameters,
) -> None:  # fmt: skip
    """Hours that a new port or dry port saves against others of its class, where recorded."""
    saved = project.hours_saved_terminal
    if not np.isfinite(saved):
        return
    if project.effect == "new_port":
        here = np.isin(ports, np.concatenate([network.u[own], network.v[own]]))
        out.port[here] = np.maximum(out.port[here], saved)
    elif project.effect == "new_terminal":
        rows = own[network.has_mode("dryport_rail")[own]]
        out.handling[rows] = np.minimum(saved, parameters.one("terminal_hours.dryport"))


def _at_terminals(
    network: Network, ports: NDArray[np.int64], terminals: NDArray[np.int64], saved: float,
    out: _Saved,
) -> None:  # fmt: skip
    """A better port saves hours there; a better dry port in handling, and where gauges change."""
    here = np.isin(ports, terminals)
    out.port[here] = np.maximum(out.port[here], saved)
    for node in terminals[~np.isin(terminals, ports)]:
        for rows, hours in (
            (np.flatnonzero(network.gauge_change), out.gauge),
            (np.flatnonzero(network.has_mode("city_rail", "rail_road")), out.handling),
        ):
            km = great_circle_km(
                network.lat[node], network.lon[node],
                network.lat[network.u[rows]], network.lon[network.u[rows]],
            )  # fmt: skip
            near = rows[km <= DRY_PORT_REACH_KM]
            hours[near] = np.maximum(hours[near], saved)
