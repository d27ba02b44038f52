"""What turns a network into weights: parameters, groups of countries, borders, and changes.

Changes are reforms and disturbances alike: a wait at a border or in a port multiplied or
shortened (or lengthened), a service that leaves more often.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.infrastructure.network import Network
from beltroad.infrastructure.parameters import NetworkParameters
from beltroad.infrastructure.pricing.borders import BorderTables

__all__ = ["Pricing", "Reform", "Schedule", "ServiceChange", "WaitChange", "changed"]

Array = NDArray[np.float64]
HOURS_PER_WEEK = 168.0
# Dependent territories and overseas departments without a row in country_groups (islands, mostly,
# a handful of ports) take the classes of the small island economies.
SMALL_TERRITORY = {"rail": "latin_america", "road": "latin_america", "port": "emerging"}


class Reform(Protocol):
    """Waits at named crossings, crossings of countries, ports, or ports of countries.

    A wait becomes ``wait * wait_factor - hours_cut``, never less than nothing. A disturbance has
    a factor above 1 or a negative cut.
    """

    @property
    def borders(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def countries(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def ports(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def ports_of(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def wait_factor(self) -> float: ...  # noqa: D102
    @property
    def hours_cut(self) -> float: ...  # noqa: D102


class Schedule(Protocol):
    """Departures a week of one mode (rail, sea, water) at terminals or in whole countries.

    ``places`` are terminals by their ``ref``: UN/LOCODE of a port, id of a city or dry port.
    """

    @property
    def mode(self) -> str: ...  # noqa: D102
    @property
    def places(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def countries(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def departures_per_week(self) -> float: ...  # noqa: D102


@dataclass(frozen=True)
class WaitChange:
    """A plain :class:`Reform`."""

    borders: Sequence[str] = ()
    countries: Sequence[str] = ()
    ports: Sequence[str] = ()
    ports_of: Sequence[str] = ()
    wait_factor: float = 1.0
    hours_cut: float = 0.0


@dataclass(frozen=True)
class ServiceChange:
    """A plain :class:`Schedule`."""

    mode: str
    departures_per_week: float
    places: Sequence[str] = ()
    countries: Sequence[str] = ()


@dataclass(frozen=True)
class Pricing:
    """Everything that turns a network into weights, but for the state of projects.

    ``groups`` has one row an economy (index ISO alpha-3): ``rail_group``, ``road_group``,
    ``port_group``. ``port_roles`` says which ports long-haul liners call at (hub, regional,
    feeder, by UN/LOCODE); with it empty ships sail straight between any two ports, otherwise a
    port without a role is a feeder, and one that a project adds is regional.
    """

    parameters: NetworkParameters
    groups: pd.DataFrame
    borders: BorderTables
    reforms: Sequence[Reform] = ()
    schedules: Sequence[Schedule] = field(default=())
    port_roles: Mapping[str, str] = field(default_factory=dict)

    def by_node(self, key: str, kind: str, network: Network) -> Array:
        """Value of a parameter at each node, by the group of its country (rail, road or port)."""
        group = self.groups[f"{kind}_group"].reindex(network.countries)
        group = group.fillna(SMALL_TERRITORY[kind])
        return self.parameters.by_group(key, group.to_numpy(object))[network.country_code]

    def transshipped(self, network: Network, rows: NDArray[np.integer]) -> Array:
        """Share of containers that change ships once more on the way to or from these ports."""
        if not self.port_roles:
            return np.zeros(len(rows))
        # A port that a project adds is built for more than a feeder's traffic.
        links = list(network.added_by.values()) or [np.empty(0, np.intp)]
        gates = np.concatenate(links)
        gates = gates[network.has_mode("port_sea")[gates]]
        new = np.isin(rows, np.concatenate([network.u[gates], network.v[gates]]))
        roles = [
            self.port_roles.get(str(ref), "regional" if fresh else "feeder")
            for ref, fresh in zip(network.ref[rows], new, strict=True)
        ]
        return self.parameters.by_group("transshipment_share.sea", np.array(roles, object))

    def departure_wait(self, mode: str, network: Network, rows: NDArray[np.integer]) -> Array:
        """Hours of waiting for the next departure at these terminals: half the interval.

        The parameter's mean holds but where a schedule says how often something leaves. Of
        several schedules for a terminal the most frequent counts.
        """
        wait = np.full(len(rows), self.parameters.one(f"service_wait_hours.{mode}"))
        own = [s for s in self.schedules if s.mode == mode]
        if not own or not len(rows):
            return wait
        ref = network.ref[rows]
        country = network.country_of(rows)
        for schedule in own:
            hit = np.isin(ref, list(schedule.places)) | np.isin(country, list(schedule.countries))
            wait[hit] = np.minimum(wait[hit], HOURS_PER_WEEK / schedule.departures_per_week / 2)
        return wait


def changed(wait: Array, hits: NDArray[np.bool_], reform: Reform) -> Array:
    """Waits after one reform, where it hits. What is shut (``inf``) stays shut."""
    with np.errstate(invalid="ignore"):
        new = np.maximum(wait * reform.wait_factor - reform.hours_cut, 0.0)
    return np.where(hits & np.isfinite(wait), new, wait)
