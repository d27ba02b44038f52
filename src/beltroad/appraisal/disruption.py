"""Disruptions weighed by trade: what closures and slowdowns cost countries and relations.

Trade is that of the accounts (OECD ICIO): goods of agriculture and manufacturing, coke and
refined petroleum left out, between different economies. One TEU stands for
``cargo_value_usd_per_teu`` dollars of it, in whatever box or hull it really goes. Trade between
two economies is spread over their cities by population.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import evidence, trade
from beltroad.appraisal.inputs import Inputs, gather
from beltroad.appraisal.progress import Progress
from beltroad.appraisal.scenario import Scenario
from beltroad.errors import InputError
from beltroad.infrastructure.disruption.congestion import congest, queues_of
from beltroad.infrastructure.disruption.critical import Verdict, busiest, closing_each
from beltroad.infrastructure.disruption.curves import Order, Point, curves, random_orders
from beltroad.infrastructure.disruption.freight import Freight
from beltroad.infrastructure.disruption.gates import Gate, gates_of
from beltroad.infrastructure.disruption.loading import Loading, Passing
from beltroad.infrastructure.disruption.losses import (
    Base,
    Losses,
    by_mode,
    group_sum,
    losses,
    spread_demand,
)
from beltroad.infrastructure.disruption.shocks import Conditions, Slowdown, disturb
from beltroad.infrastructure.network import Network
from beltroad.infrastructure.pricing.lines import voyage_km
from beltroad.infrastructure.pricing.ports import port_times
from beltroad.infrastructure.pricing.weights import LinkHours, LinkPricer
from beltroad.infrastructure.projects.effects import effects_of
from beltroad.infrastructure.projects.programme import place_projects
from beltroad.infrastructure.projects.states import State, present
from beltroad.infrastructure.routes.closures import Closure
from beltroad.infrastructure.shipments.modes import ModeChoice
from beltroad.infrastructure.shipments.router import Router

__all__ = ["BUSIEST", "Disruption", "Economies", "Study", "container_trade"]

Array = NDArray[np.float64]
# Goods that go in bulk or down a pipe: no containers.
NOT_BOXED = ("C19",)
BOXED_SECTIONS = ("A", "C")
# How many gates of each kind a ranking shuts.
BUSIEST = {"strait": 20, "border": 40, "port": 40, "line": 20}


@dataclass(frozen=True)
class Economies:
    """Countries that have cities (``codes``, sorted), each city's place among them, and trade.

    ``trade_usd`` is by origin and destination; nothing for countries outside the accounts, which
    are ``known`` False.
    """

    codes: NDArray[np.str_]
    of_city: NDArray[np.intp]
    trade_usd: Array
    known: NDArray[np.bool_]
    gdp_usd: Array

    def sums(self, by_city: Array) -> Array:
        """Sums of a matrix between cities by pair of countries."""
        return group_sum(by_city, self.of_city, len(self.codes))


@dataclass(frozen=True)
class Disruption:
    """A state with something shut or slowed, against the base."""

    closures: tuple[Closure, ...]
    slowdowns: tuple[Slowdown, ...]
    freight: Freight
    losses: Losses
    queues: pd.DataFrame | None = None
    gaps: tuple[float, ...] = ()

    @cached_property
    def label(self) -> str:
        """What is shut and slowed, in words."""
        slow = [f"{s.place.label} slowed {s.factor:g} times" for s in self.slowdowns]
        return ", ".join([*(f"{c.label} closed" for c in self.closures), *slow]) or "nothing"


@dataclass(frozen=True)
class Study:
    """One state of the network with its trade, against which disruptions are measured."""

    network: Network
    state: State
    lines: Mapping[str, NDArray[np.integer]]
    hours: LinkHours
    base: Base
    economies: Economies
    usd_per_teu: float
    threads: int

    @staticmethod
    def of(
        scenario: Scenario | None = None, *, state: State = "today", by: str = "cost",
        usd_per_day: float | None = None, threads: int = 2, progress: Progress | None = None,
    ) -> Study:  # fmt: skip
        """Place the projects, weigh the state, route and split all trade.

        Parameters
        ----------
        state
            A year, ``"today"`` or ``"complete"``.
        by
            What ways minimise: generalised ``cost``, or ``hours``.
        usd_per_day
            Value of a day per TEU; by default that of the goods counted.
        """
        progress, chosen = progress or Progress(), scenario or Scenario()
        inputs = gather(chosen)
        pricing = inputs.reformed
        with progress.step("placing projects on the network") as report:
            programme = place_projects(Network.bundled(), inputs.acting, progress=report)
        network = programme.network
        there = present(inputs.acting, state, with_halted=chosen.projects.with_halted)
        there = pd.Series(there.to_numpy(), index=inputs.acting["id"].to_numpy())
        effects = effects_of(
            network, programme.projects, programme.alignments, there,
            pricing.parameters, pricing.groups,
        )  # fmt: skip
        with progress.step("weighing the network"):
            router = Router.of(network)
            pricer, ports = LinkPricer(network, pricing), port_times(network, pricing, effects)
            hours = pricer.hours(effects, ports)
            now = Conditions(pricer.weights(effects), voyage_km(network, pricing), ports)
        value, share_per_day = container_trade(chosen.parameters.value_of_time)
        per_teu = pricing.parameters.one("cargo_value_usd_per_teu")
        usd_per_day = per_teu * share_per_day if usd_per_day is None else usd_per_day
        with progress.step("routing and splitting trade"):
            freight = Freight.of(router, now, usd_per_hour=usd_per_day / 24, by=by, threads=threads)
            economies = _economies(inputs, router, value)
            population = inputs.city_population(router.city_ids)
            teu = spread_demand(
                economies.trade_usd / per_teu, economies.of_city, population,
                freight.ways.reachable,
            )  # fmt: skip
            p = pricing.parameters
            choice = ModeChoice(p.one("mode_sensitivity"), p.one("mode_land_handicap_per_day"))
            base = Base.of(freight, choice, teu)
        none = np.empty(0, np.intp)
        lines = {
            key: np.concatenate([a.existing, network.added_by.get(key, none)])
            for key, a in programme.alignments.items()
            if bool(there[key])
        }
        return Study(network, state, lines, hours, base, economies, per_teu, threads)

    @cached_property
    def gates(self) -> list[Gate]:
        """Straits, listed borders, ports, and lines of present projects."""
        return gates_of(self.network, self.lines)

    @cached_property
    def passing(self) -> Passing:
        """Which relations pass which gate in the base."""
        return Passing.of(self.base.freight, self.gates)

    @cached_property
    def flows(self) -> Array:
        """TEU a year through each gate in the base."""
        return Loading(self.base.freight, self.base.teu_by_mode).through(self.passing)

    def disrupt(
        self, closures: Sequence[Closure] = (), slowdowns: Sequence[Slowdown] = (), *,
        congestion: bool = False, rounds: int = 8, progress: Progress | None = None,
    ) -> Disruption:  # fmt: skip
        """Shut and slow things; with ``congestion`` let queues grow where capacity is known.

        ``rounds`` is after how many queues are taken as they are.
        """
        progress, start = progress or Progress(), self.base.freight
        now = disturb(self.network, start.conditions, self.hours, closures, slowdowns, self.lines)
        if not congestion:
            with progress.step("routing round it"):
                freight = start.under(now)
                lost = losses(self.base, freight.ways)
            return Disruption(tuple(closures), tuple(slowdowns), freight, lost)
        queues = queues_of(self.gates, evidence.load("capacities"))
        with progress.step("letting queues settle") as report:
            found = congest(self.base, now, self.hours, queues, rounds=rounds, progress=report)
            lost = losses(self.base, found.freight.ways)
        return Disruption(
            tuple(closures), tuple(slowdowns), found.freight, lost, found.table, found.gaps
        )

    def flows_after(self, disruption: Disruption) -> Array:
        """TEU a year through each gate with the disruption."""
        freight, lost = disruption.freight, disruption.losses
        teu = np.where(lost.cut, 0.0, self.base.teu)
        return Loading(freight, by_mode(teu, lost.land_share)).through(
            Passing.of(freight, self.gates)
        )

    def chosen_gates(self, most: Mapping[str, int] | None = None) -> list[Gate]:
        """The busiest gates of each kind."""
        limit = BUSIEST if most is None else most
        return [
            self.gates[k]
            for kind, count in limit.items()
            for k in busiest(self.gates, self.flows, kind, count)
        ]

    def users(self, gate: Gate) -> Array:
        """TEU a year by pair of countries whose base way passes a gate of :attr:`gates`."""
        land, sea = self.passing.uses(self.place[id(gate)])
        teu = self.base.teu_by_mode
        return self.economies.sums(teu["land"] * land + teu["sea"] * sea)

    @cached_property
    def place(self) -> dict[int, int]:
        """Position of each of :attr:`gates`, by identity."""
        return {id(gate): k for k, gate in enumerate(self.gates)}

    def rank(
        self, gates: Sequence[Gate] | None = None, *, progress: Progress | None = None
    ) -> list[tuple[Verdict, list[tuple[str, str, float]]]]:
        """Shut each gate alone; worst first, each with the country pairs that lose most.

        A pair is origin, destination and its loss in USD a year, trade cut off at its value.
        """
        progress, shut = progress or Progress(), self.chosen_gates() if gates is None else gates
        worst: list[list[tuple[str, str, float]]] = []

        def note(_: Gate, lost: Losses) -> None:
            per_teu = lost.usd_per_teu + np.where(lost.cut, self.usd_per_teu, 0.0)
            worst.append(self.largest(self.economies.sums(self.base.teu * per_teu)))

        with progress.step("shutting each gate") as report:
            found = closing_each(
                self.base, self.hours, shut, lines=self.lines, workers=self.threads, each=note,
                progress=report,
            )  # fmt: skip
        both = zip(found, worst, strict=True)
        return sorted(both, key=lambda v: (-v[0].score(self.usd_per_teu), v[0].gate.ref))

    def curves(
        self, *, steps: int = 10, repetitions: int = 5, seed: int = 0,
        progress: Progress | None = None,
    ) -> list[Point]:  # fmt: skip
        """Failure curves of straits, borders and ports: random, by flow, by betweenness."""
        if steps < 1:
            raise InputError(f"failure curves need at least 1 step, not {steps}")
        progress = progress or Progress()
        limit = {kind: BUSIEST[kind] for kind in ("strait", "border", "port")}
        gates = self.chosen_gates(limit)
        between = {id(g): self._betweenness(self.place[id(g)]) for g in gates}
        flow = {id(g): float(self.flows[self.place[id(g)]]) for g in gates}
        orders = [
            Order(name, 0, tuple(sorted(gates, key=lambda g: (-by[id(g)], g.ref))[:steps]))
            for name, by in (("by flow", flow), ("by betweenness", between))
        ]
        orders += random_orders(gates, steps, repetitions, seed)
        with progress.step("failure curves") as report:
            return curves(
                self.base, self.hours, orders, lines=self.lines, workers=self.threads,
                progress=report,
            )  # fmt: skip

    def _betweenness(self, position: int) -> float:
        """Pairs of cities whose cheapest way passes a gate, all pairs alike."""
        ways = self.base.freight.ways
        land, sea = self.passing.uses(position)
        by_land = ways.land[0] <= ways.sea[0]
        return float(np.where(by_land, land, sea)[ways.reachable].sum())

    def largest(self, usd: Array, most: int = 3) -> list[tuple[str, str, float]]:
        """Pairs of countries with the largest values above 0: origin, destination, value."""
        order = np.argsort(-usd, axis=None, kind="stable")[:most]
        where = [np.unravel_index(k, usd.shape) for k in order]
        codes = self.economies.codes
        return [(str(codes[a]), str(codes[b]), float(usd[a, b])) for a, b in where if usd[a, b] > 0]


def container_trade(level: str = "central") -> tuple[pd.DataFrame, float]:
    """Trade between economies that could go in containers, and what a day costs it.

    Returns
    -------
    trade
        USD a year by exporter (rows) and importer, nothing of an economy with itself.
    share
        Share of its value that the trade loses per day, mean by value.

    Trade with the rest of the world is among it, though it lies nowhere on the network.
    """
    accounts = trade.calibrate("uniform")
    boxed = np.array(
        [code[0] in BOXED_SECTIONS and code not in NOT_BOXED for code in accounts.industries]
    )
    apart = ~np.eye(len(accounts.economies), dtype=bool)
    flow = accounts.trade_usd * (boxed & accounts.goods)[:, None, None] * apart
    per_day = trade.value_of_time(accounts.industries, level)
    share = float((flow.sum(axis=(1, 2)) * per_day).sum() / flow.sum())
    codes = list(accounts.economies)
    return pd.DataFrame(flow.sum(axis=0).T, index=codes, columns=codes), share


def _economies(inputs: Inputs, router: Router, value: pd.DataFrame) -> Economies:
    codes, of_city = np.unique(inputs.city_country(router.city_ids), return_inverse=True)
    known = np.isin(codes, value.index)
    table = value.reindex(index=codes, columns=codes).fillna(0.0).to_numpy(float)
    gdp = inputs.countries.set_index("iso3")["gdp_usd"].astype(float).reindex(codes)
    money = np.asarray(gdp.fillna(0.0), np.float64)
    return Economies(codes, of_city.astype(np.intp), table, known, money)
