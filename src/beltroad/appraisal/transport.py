"""The network stage: projects placed, states weighted, shipments between all cities."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from beltroad import evidence
from beltroad.appraisal.cache import Cache, digest_of
from beltroad.appraisal.inputs import PLACING, Inputs
from beltroad.appraisal.progress import Progress
from beltroad.appraisal.scenario import Scenario
from beltroad.appraisal.schema import check_dataset
from beltroad.errors import InputError
from beltroad.infrastructure.engine.detours import Detours, gates_of
from beltroad.infrastructure.engine.hierarchy import (
    Weighting,
    customize,
    many_to_many,
    recustomize,
)
from beltroad.infrastructure.network import CITY, Network
from beltroad.infrastructure.pricing.lines import voyage_km
from beltroad.infrastructure.pricing.ports import PortTimes, port_times
from beltroad.infrastructure.pricing.weights import LinkPricer, LinkWeights
from beltroad.infrastructure.projects.effects import effects_of
from beltroad.infrastructure.projects.programme import Programme, place_projects
from beltroad.infrastructure.projects.record import ADDS
from beltroad.infrastructure.projects.states import State, states_of
from beltroad.infrastructure.shipments.router import (
    Router,
    at_hinterland,
    land_ways,
    shipments,
)
from beltroad.infrastructure.shipments.searejoin import SeaJoin

__all__ = ["Base", "Shipments", "Transport"]

Floats = NDArray[np.float32]
# Tables besides the projects that decide what a link takes.
TABLES = (
    "network_nodes", "network_links", "network_parameters", "country_groups", "borders",
    "border_defaults", "border_regimes", "border_closed", "cities", "countries", "container_ports",
)  # fmt: skip


@dataclass(frozen=True)
class Shipments:
    """Best ways between all cities in one state, by land and by sea.

    Shape (3, cities, cities): hours, usd, kg CO2e; or (4, ...) with generalised cost first.
    """

    land: Floats
    sea: Floats

    @cached_property
    def hours(self) -> Floats:
        """Hours of the faster of the two; 0 from a city to itself."""
        return np.asarray(np.minimum(self.land[0], self.sea[0]))


@dataclass(frozen=True)
class Base:
    """A state with all that is known of it, so that adding one project costs little.

    ``ways`` are best hours between cities and ports, shape (nodes, nodes); ``hours`` those by land
    and by sea between cities, shape (2, cities, cities).
    """

    land: LinkWeights
    ports: PortTimes
    weighting: Weighting
    ways: Floats
    hours: Floats
    detours: Detours
    sea: SeaJoin


class Transport:
    """Everything the network stage needs, built when first needed and kept for all states.

    Placing projects and building the topology is skipped altogether when every state asked for
    is in the cache.
    """

    def __init__(
        self, scenario: Scenario, inputs: Inputs, cache: Cache, progress: Progress
    ) -> None:
        self.scenario, self.inputs = scenario, inputs
        self.cache, self.progress = cache, progress
        self.projects = inputs.acting
        wanted: list[State] = [
            scenario.states.before, scenario.states.after, scenario.states.economy,
        ]  # fmt: skip
        self.presence = states_of(
            self.projects, self.projects["chosen"], wanted,
            with_halted=scenario.projects.with_halted,
        ).set_axis(self.projects["id"].to_numpy(), axis=0)  # fmt: skip
        self.states = scenario.states
        self._check_order()
        self._tables = {name: evidence.info(name).sha256 for name in TABLES}
        self._overrides = dict(scenario.parameters.network)
        self._reforms = [
            *(reform.model_dump(mode="json") for reform in scenario.reforms),
            *(asdict(schedule) for schedule in inputs.schedules),
        ]

    def with_states(self, scenario: Scenario) -> Transport:
        """The stage for other states of the same scenario; what was placed is not placed again."""
        other = Transport(scenario, self.inputs, self.cache, self.progress)
        for name in ("programme", "router", "voyages", "city_ids"):
            if name in self.__dict__:
                other.__dict__[name] = self.__dict__[name]  # what cached_property has kept
        return other

    def _check_order(self) -> None:
        """The later state must hold every project of the earlier one."""
        before, after = str(self.states.before), str(self.states.after)
        lost = self.presence.index[self.presence[before] & ~self.presence[after]]
        if len(lost):
            raise InputError(
                f"states: {before} has projects that {after} lacks ({', '.join(lost[:5])}); "
                "states.before must be the earlier one: swap the two"
            )

    @cached_property
    def programme(self) -> Programme:
        """Projects on the network."""
        with self.progress.step("placing projects on the network") as report:
            return place_projects(Network.bundled(), self.projects, progress=report)

    @cached_property
    def router(self) -> Router:
        """The network with its topology."""
        programme = self.programme
        with self.progress.step("building the contraction hierarchy"):
            return Router.of(programme.network)

    @cached_property
    def voyages(self) -> Floats:
        """Kilometres by sea between ports."""
        return self.router.voyages(voyage_km(self.programme.network, self.inputs.pricing))

    @cached_property
    def city_ids(self) -> NDArray[np.str_]:
        """Labels of the cities, in the order of every matrix."""
        network = Network.bundled()
        return network.terminals(CITY).index.to_numpy(str)

    def lengths(self) -> pd.DataFrame:
        """Matched and added kilometres and notes by project id."""
        key = digest_of("lengths", self._rows_for_key[0], self._tables["network_links"])

        def compute() -> dict[str, NDArray[np.generic]]:
            found = self.programme.lengths()
            return {
                "id": found.index.to_numpy(str),
                "matched_km": found["matched_km"].to_numpy(float),
                "added_km": found["added_km"].to_numpy(float),
                "match_note": found["match_note"].to_numpy(str),
            }

        stored = self.cache.get_or("lengths", key, compute)
        return pd.DataFrame(stored).set_index("id")

    def state(self, role: str, usd_per_day: float | None = None) -> Shipments:
        """Shipments of the state ``before``, ``after`` or ``economy``, with money and emissions.

        Reforms belong to ``after`` alone, also where two of the states are the same.
        Ways are the fastest ones; with ``usd_per_day`` (per TEU) the cheapest in money and time.
        """
        state = str(getattr(self.states, role))
        there, reformed = self.presence[state], role == "after" and bool(self._reforms)
        stored = self.cache.get_or(
            "shipments",
            digest_of(self.key(there, reformed=reformed), usd_per_day),
            lambda: self._route(there, f"state {state}", usd_per_day, reformed=reformed),
        )
        return Shipments(stored["land"], stored["sea"])

    def hours_with(self, there: pd.Series, base: Base) -> Floats:
        """Land and sea hours, shape (2, cities, cities), with exactly these projects present.

        Only what differs from the base is worked out again; pairs that gain nothing keep their
        hours to the last bit, and without any gain the very array of the base is returned.
        """
        land, ports = self.weigh(there)
        ways = self._ways_with(land, base)
        calm = np.array_equal(ports.load_hours, base.ports.load_hours) and np.array_equal(
            ports.unload_hours, base.ports.unload_hours
        )
        if not calm:
            by_land, by_sea = shipments(self.router, ways[None], ports, self.voyages)
            return np.stack([by_land[0], by_sea[0]])
        if ways is base.ways:
            return base.hours
        n = len(self.router.cities)
        return np.stack([ways[:n, :n], base.sea.hours_with(*at_hinterland(self.router, ways))])

    def _ways_with(self, land: LinkWeights, base: Base) -> Floats:
        """Best hours between cities and ports on other link weights than the base's."""
        topology, network = self.router.topology, self.programme.network
        sides = (land.forward[0], base.land.forward[0]), (land.backward[0], base.land.backward[0])
        moved = np.logical_or.reduce([new != old for new, old in sides])
        changed = np.flatnonzero(moved)
        if not len(changed):
            return base.ways
        other = recustomize(topology, base.weighting, land.forward[:1], land.backward[:1], changed)
        if any((new[changed] > old[changed]).any() for new, old in sides):
            return np.asarray(many_to_many(self.router.plan, other, threads=1)[0])
        open_links = np.isfinite(land.forward[0]) | np.isfinite(land.backward[0])
        gates = gates_of(
            topology.node_count, network.u, network.v, open_links, changed, self.router.terminals
        )
        found = base.detours.quicker(base.ways, base.weighting, other, gates)
        return base.ways if found is None else found

    def base(self, there: pd.Series) -> Base:
        """A state from which single projects are added by :meth:`hours_with`."""
        land, ports = self.weigh(there)
        router = self.router
        weighting = customize(router.topology, land.forward[:1], land.backward[:1])
        ways = many_to_many(router.plan, weighting)
        by_land, by_sea = shipments(router, ways, ports, self.voyages)
        to_port, from_port = at_hinterland(router, ways[0])
        at_sea, load, unload = (part[0] for part in ports.rows(self.voyages))
        sea = SeaJoin.of(to_port, from_port, at_sea, load, unload, by_sea[0])
        detours = Detours.between(router.topology, router.terminals)
        hours = np.stack([by_land[0], by_sea[0]])
        return Base(land, ports, weighting, ways[0], hours, detours, sea)

    def weigh(self, there: pd.Series, *, reformed: bool = False) -> tuple[LinkWeights, PortTimes]:
        """Weights of links and hours in ports with these projects present."""
        programme = self.programme
        pricing = self.inputs.reformed if reformed else self.inputs.pricing
        pricer = self._reformed_pricer if reformed else self._pricer
        effects = effects_of(
            programme.network, programme.projects, programme.alignments, there,
            pricing.parameters, pricing.groups,
        )  # fmt: skip
        return pricer.weights(effects), port_times(programme.network, pricing, effects)

    @cached_property
    def _pricer(self) -> LinkPricer:
        return LinkPricer(self.programme.network, self.inputs.pricing)

    @cached_property
    def _reformed_pricer(self) -> LinkPricer:
        return LinkPricer(self.programme.network, self.inputs.reformed)

    def key(self, there: pd.Series, *, reformed: bool = False) -> str:
        """What the shipments of a set of present projects depend on."""
        rows, silent = self._rows_for_key
        present = there.to_numpy(bool)
        told = sorted(
            f"{row}{here}" for row, here, hush in zip(rows, present, silent, strict=True)
            if here or not hush
        )  # fmt: skip
        return digest_of(told, self._tables, self._overrides, self._reforms if reformed else [])

    @cached_property
    def _rows_for_key(self) -> tuple[list[str], NDArray[np.bool_]]:
        """Each project as text, and whether it changes nothing while it is absent.

        That is so for a line or port neither built nor in the map data, and for a terminal.
        """
        rows = self.projects[PLACING]
        # A new port may be in the map although its row says no: it takes the map's port away.
        unbuilt = rows["effect"].isin(ADDS) & (rows["in_2024_data"] == "no")
        unbuilt &= rows["effect"] != "new_port"
        silent = (unbuilt | (rows["effect"] == "terminal")).to_numpy(bool)
        return [json.dumps(r, default=str) for r in rows.to_dict("records")], silent

    def dataset(self, ways: Shipments) -> xr.Dataset:
        """Shipments as a labelled dataset, held against the schema (table ``times``)."""
        dims, names = ("origin", "destination"), ("hours", "usd", "kgco2e")
        data = {f"land_{name}": (dims, ways.land[k]) for k, name in enumerate(names)}
        data |= {f"sea_{name}": (dims, ways.sea[k]) for k, name in enumerate(names)}
        labels = {"origin": self.city_ids, "destination": self.city_ids}
        return check_dataset(xr.Dataset(data, coords=labels), "times")

    def _route(
        self, there: pd.Series, label: str, usd_per_day: float | None, *, reformed: bool
    ) -> dict[str, Floats]:
        router, usd_per_hour = self.router, None if usd_per_day is None else usd_per_day / 24
        what = "routing shipments" if usd_per_hour is None else "routing by cost and time"
        with self.progress.step(f"{what}, {label}"):
            weights, ports = self.weigh(there, reformed=reformed)
            if usd_per_hour is not None:
                weights = weights.generalised(usd_per_hour)
            ways = land_ways(router, weights)
            land, sea = shipments(router, ways, ports, self.voyages, usd_per_hour=usd_per_hour)
        return {"land": land, "sea": sea}
