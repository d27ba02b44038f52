"""Queues where capacity is known: diverted traffic makes the gates that it moves to slower.

A gate works at ``rho = throughput / capacity``. When the model's flow through it grows by a
factor, all its traffic is taken to grow by that factor. Time there grows like the time in a queue
with one server, Poisson arrivals and exponential service (M/M/1), relative to today's:

    factor = (1 - rho_base) / (1 - rho),    rho <= 0.98

so that the base keeps the published waits. Nobody becomes quicker where traffic falls: what is
published is the least. Flows and factors are made consistent by successive averages
(Robbins and Monro 1951; Sheffi 1985, "Urban Transportation Networks", chapter 5).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.infrastructure.disruption.freight import Freight
from beltroad.infrastructure.disruption.gates import Gate
from beltroad.infrastructure.disruption.loading import Loading, Passing
from beltroad.infrastructure.disruption.losses import Base, by_mode
from beltroad.infrastructure.disruption.shocks import Conditions, add_hours, port_factors
from beltroad.infrastructure.pricing.weights import LinkHours

__all__ = ["CAP", "Congested", "Queue", "congest", "delay_factor", "queues_of"]

Array = NDArray[np.float64]
CAP = 0.98


@dataclass(frozen=True)
class Queue:
    """A gate whose capacity is known, and how full it is in the base."""

    gate: Gate
    utilisation: float


@dataclass(frozen=True)
class Congested:
    """The fixed point: ways with the queues in them.

    ``table`` has a row a queue (flows in TEU a year, utilisation wanted and time factor); ``gaps``
    is the mean absolute difference of flows and their average in each round, as a share of flow.
    """

    freight: Freight
    table: pd.DataFrame
    gaps: tuple[float, ...]


def queues_of(gates: Sequence[Gate], capacities: pd.DataFrame) -> list[Queue]:
    """Gates with a capacity and a throughput in the same unit (table ``capacities``).

    Of several rows for a gate the fullest counts. Straits without a transit time of their own
    have no wait that could grow, and are left out.
    """
    known = capacities[capacities["capacity"].notna() & capacities["throughput"].notna()]
    known = known[known["capacity"].astype(float) > 0]
    rho = known["throughput"].astype(float) / known["capacity"].astype(float)
    full = rho.groupby([known["place_kind"], known["ref"]]).max().to_dict()
    found = ((gate, full.get((gate.kind, gate.ref))) for gate in gates)
    return [Queue(gate, float(rho)) for gate, rho in found if rho is not None]


def delay_factor(utilisation: Array, base: Array) -> Array:
    """Time at a gate against the base's; 1 or more, and finite."""
    start = np.minimum(base, CAP)
    return np.asarray((1.0 - start) / (1.0 - np.clip(utilisation, start, CAP)))


def congest(
    base: Base,
    conditions: Conditions,
    hours: LinkHours,
    queues: Sequence[Queue],
    *,
    rounds: int = 8,
    progress: Callable[[float], None] | None = None,
) -> Congested:
    """Ways under these conditions with queues at the gates of known capacity.

    Ends after ``rounds``, or as soon as nothing changes.

    Where the model sends nothing in the base, growth has no meaning, and time stays as it is.
    """
    gates = [q.gate for q in queues]
    rho = np.array([q.utilisation for q in queues])
    start = Loading(base.freight, base.teu_by_mode).through(Passing.of(base.freight, gates))
    freight, flow, gaps = base.freight.under(conditions), start, []
    factor = np.ones(len(gates))
    for k in range(1, rounds + 1):
        new = _load(base, freight).through(Passing.of(freight, gates))
        gaps.append(float(np.abs(new - flow).sum() / max(flow.sum(), 1e-9)))
        flow = new if k == 1 else flow + (new - flow) / k
        last, factor = factor, delay_factor(_wanted(rho, flow, start), rho)
        if np.array_equal(factor, last):
            break  # the ways are those that these factors give
        freight = base.freight.under(_queued(conditions, hours, gates, factor, freight))
        if progress is not None:
            progress(k / rounds)
    table = pd.DataFrame(
        {
            "kind": [g.kind for g in gates], "ref": [g.ref for g in gates],
            "name": [g.name for g in gates], "base_teu": start, "teu": flow,
            "base_utilisation": rho, "utilisation_wanted": _wanted(rho, flow, start),
            "time_factor": factor,
        }
    )  # fmt: skip
    return Congested(freight, table, tuple(gaps))


def _load(base: Base, freight: Freight) -> Loading:
    """Demand that still has a way, split as shippers then choose."""
    ways = freight.ways
    share = replace(base.split, usd=ways.row(2)).shares_at(ways.days)
    return Loading(freight, by_mode(np.where(ways.reachable, base.teu, 0.0), share))


def _wanted(rho: Array, flow: Array, start: Array) -> Array:
    """Utilisation if all of a gate's traffic grows as the model's flow does."""
    return np.where(start > 0, rho * (flow / np.where(start > 0, start, 1.0)), rho)


def _queued(
    conditions: Conditions, hours: LinkHours, gates: Sequence[Gate], factor: Array,
    freight: Freight,
) -> Conditions:  # fmt: skip
    out = conditions
    ports = np.ones(len(freight.router.ports))
    for gate, times in zip(gates, factor, strict=True):
        more = times - 1.0
        if more <= 0:
            continue
        if gate.kind == "port":
            ports[gate.port] = times
        elif gate.kind == "border":
            wait = hours.border[:, gate.links]
            out = add_hours(out, gate.links, more * np.where(np.isfinite(wait), wait, 0.0))
        elif gate.kind == "strait":
            km = out.sea_km.copy()
            transit = hours.canal[gate.links] * conditions.ports.speed_kmh
            km[gate.links] += (more * transit).astype(np.float32)
            out = replace(out, sea_km=km)
    return port_factors(out, ports) if (ports > 1).any() else out
