"""What a scenario costs on the bundled network: CPU seconds and the peak of memory.

    python benchmarks/scenarios.py [--subsets 100] [--threads 2] [--seed 1]

Times, in one process, with what is compiled read from disk: loading the network and its topology;
one whole scenario (new weights, customization, matrix of cities and ports with hours, money and
CO2 along the best way); the matrix of cities alone; link flows of all pairs of cities and which of
them use each project; and random subsets of the projects by partial customization, up to the hours
by land and by sea between all cities. All but the subsets run on one thread. The targets are those
of the project's own requirements for one core of a common server.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd

from beltroad import evidence
from beltroad.infrastructure.engine.flows import Assignment
from beltroad.infrastructure.engine.hierarchy import Plan, customize, many_to_many, recustomize
from beltroad.infrastructure.network import Network
from beltroad.infrastructure.parameters import NetworkParameters
from beltroad.infrastructure.pricing.borders import BorderTables
from beltroad.infrastructure.pricing.lines import voyage_km
from beltroad.infrastructure.pricing.ports import PortTimes, port_times
from beltroad.infrastructure.pricing.pricing import Pricing
from beltroad.infrastructure.pricing.weights import LinkPricer, LinkWeights
from beltroad.infrastructure.projects.effects import effects_of
from beltroad.infrastructure.projects.programme import place_projects
from beltroad.infrastructure.projects.states import acts_on_freight, present
from beltroad.infrastructure.shipments.router import Router, shipments

NUMBERS = ["length_km", "speed_before_kmh", "speed_after_kmh", "hours_saved_terminal", "year_open"]
WARM = """
import time
start = time.process_time()
import beltroad.infrastructure.shipments.router as r
from beltroad.infrastructure.network import Network
imported = time.process_time()
r.Router.of(Network.bundled())
print(imported - start, time.process_time() - imported)
"""


class Stage:
    """Prints CPU seconds, wall seconds and the target of what runs inside."""

    def __init__(self, label: str, target: float | None = None, per: int = 1) -> None:
        self.label, self.target, self.per = label, target, per

    def __enter__(self) -> Stage:
        self.wall, self.cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        cpu = (time.process_time() - self.cpu) / self.per
        wall = (time.perf_counter() - self.wall) / self.per
        aim = "" if self.target is None else f"{self.target:9.0f}"
        print(f"{self.label:58}{cpu:9.3f}{wall:9.3f}{aim}", flush=True)


class Work:
    """A placed programme with its router and prices."""

    def __init__(self) -> None:
        table = evidence.load("projects")
        table[NUMBERS] = table[NUMBERS].apply(pd.to_numeric).astype(float)
        projects = table[acts_on_freight(table)].reset_index(drop=True)
        with Stage("placing the projects"):
            self.programme = place_projects(Network.bundled(), projects)
        self.pricing = Pricing(
            NetworkParameters.of(evidence.load("network_parameters"), {}),
            evidence.load("country_groups").set_index("iso3"),
            BorderTables.of(evidence.load),
        )
        self.router = Router.of(self.programme.network)
        with Stage("what all weightings share"):
            self.pricer = LinkPricer(self.programme.network, self.pricing)
        km = voyage_km(self.programme.network, self.pricing)
        self.voyages = self.router.voyages(km, threads=1)
        self.complete = present(projects, "complete").set_axis(projects["id"].to_numpy())

    def weigh(self, there: pd.Series) -> tuple[LinkWeights, PortTimes]:
        p = self.programme
        effects = effects_of(
            p.network, p.projects, p.alignments, there, self.pricing.parameters, self.pricing.groups
        )
        return self.pricer.weights(effects), port_times(p.network, self.pricing, effects)


def whole(work: Work) -> tuple[LinkWeights, np.ndarray]:
    """One scenario from the weights on, and its parts."""
    router = work.router
    weights, ports = work.weigh(work.complete)  # compiles, or reads what was compiled
    first = customize(router.topology, weights.forward, weights.backward)
    shipments(router, many_to_many(router.plan, first, threads=1), ports, work.voyages)
    with Stage("whole scenario: hours, usd, CO2; cities and ports", 4):
        weights, ports = work.weigh(work.complete)
        weighting = customize(router.topology, weights.forward, weights.backward)
        ways = many_to_many(router.plan, weighting, threads=1)
    with Stage("  of it new weights"):
        work.weigh(work.complete)
    with Stage("  of it customization"):
        customize(router.topology, weights.forward, weights.backward)
    with Stage("  of it the matrix"):
        many_to_many(router.plan, weighting, threads=1)
    with Stage("ways by sea joined to it"):
        shipments(router, ways, ports, work.voyages)
    one = customize(router.topology, weights.forward[:1], weights.backward[:1])
    cities = Plan.between(router.topology, router.cities, router.cities)
    with Stage(f"matrix of {len(router.cities)} cities, hours alone", 1):
        hours = many_to_many(cities, one, threads=1)[0]
    assignment = Assignment(router.topology, cities, one, weights.forward, weights.backward)
    demand = np.random.default_rng(0).lognormal(0, 2, hours.shape)
    assignment.flows(demand)
    with Stage("link flows between all cities", 4):
        again = Assignment(router.topology, cities, one, weights.forward, weights.backward)
        again.flows(demand)
    lines = list(work.programme.network.added_by.values())
    assignment.usage(lines[:1])
    with Stage(f"which relations use each of {len(lines)} added lines"):
        assignment.usage(lines)
    return weights, ways


def subsets(work: Work, count: int, threads: int, seed: int) -> None:
    """Hours by land and sea with random halves of the projects, from the complete state."""
    router, rng = work.router, np.random.default_rng(seed)
    base, _ = work.weigh(work.complete)
    weighting = customize(router.topology, base.forward[:1], base.backward[:1])
    recustomize(router.topology, weighting, base.forward[:1], base.backward[:1], np.array([0]))
    chosen = [work.complete & (rng.random(len(work.complete)) < 0.5) for _ in range(count)]
    changed_links = np.zeros(count, int)

    def run(k: int) -> np.ndarray:
        weights, ports = work.weigh(chosen[k])
        forward, backward = weights.forward[:1], weights.backward[:1]
        changed = np.flatnonzero((forward != base.forward[:1]) | (backward != base.backward[:1]))
        changed_links[k] = len(changed)
        better = recustomize(router.topology, weighting, forward, backward, changed)
        ways = many_to_many(router.plan, better, threads=1)
        land, sea = shipments(router, ways, ports, work.voyages)
        return np.minimum(land[0], sea[0])

    with (
        Stage(f"{count} subsets of {len(work.complete)} projects, {threads} threads", 180),
        ThreadPoolExecutor(threads) as pool,
    ):
        mean = [np.mean(hours[np.isfinite(hours)]) for hours in pool.map(run, range(count))]
    print(
        f"  links changed: {changed_links.min():,} to {changed_links.max():,}; "
        f"mean hours {min(mean):.1f} to {max(mean):.1f}"
    )
    # Partial and full customization, on the last subset.
    weights, _ = work.weigh(chosen[-1])
    forward, backward = weights.forward[:1], weights.backward[:1]
    changed = np.flatnonzero((forward != base.forward[:1]) | (backward != base.backward[:1]))
    with Stage("  customization of one of them, partial"):
        found = recustomize(router.topology, weighting, forward, backward, changed)
    with Stage("  customization of one of them, in full"):
        full = customize(router.topology, forward, backward)
    same = np.array_equal(found.up, full.up) and np.array_equal(found.down, full.down)
    print(f"  equal to the last bit: {same}")


def main(count: int, threads: int, seed: int) -> None:
    """Run all and print a table."""
    print(f"{'':58}{'CPU s':>9}{'wall s':>9}{'target':>9}")
    subprocess.run([sys.executable, "-c", WARM], check=True, capture_output=True)
    run = subprocess.run([sys.executable, "-c", WARM], check=True, capture_output=True, text=True)
    imported, loaded = map(float, run.stdout.split())
    print(f"{'imports':58}{imported:9.3f}")
    print(f"{'network and topology from disk':58}{loaded:9.3f}{'':9}{2:9}")
    work = Work()
    whole(work)
    subsets(work, count, threads, seed)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"peak of memory {peak / (2**20 if sys.platform == 'darwin' else 2**10):,.0f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subsets", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    main(given.subsets, given.threads, given.seed)
