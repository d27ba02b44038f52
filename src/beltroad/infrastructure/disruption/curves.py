"""Failure curves: gates shut one after another, at random or the most important first.

Source of the idea: Albert, Jeong, Barabasi (2000), "Error and attack tolerance of complex
networks", Nature 406; efficiency after Latora and Marchiori (2001), Physical Review Letters 87.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.infrastructure.disruption.freight import Freight
from beltroad.infrastructure.disruption.gates import Gate
from beltroad.infrastructure.disruption.losses import Base, losses, weighted
from beltroad.infrastructure.disruption.shocks import disturb
from beltroad.infrastructure.pricing.weights import LinkHours

__all__ = ["Order", "Point", "curve", "curves", "random_orders"]

Lines = Mapping[str, NDArray[np.integer]]


@dataclass(frozen=True)
class Order:
    """Gates in the order in which they fail; ``strategy`` says how it came about."""

    strategy: str
    repetition: int
    gates: tuple[Gate, ...]


@dataclass(frozen=True)
class Point:
    """The state after ``closed`` gates have failed.

    ``reachable_share`` of demand still has a way; ``efficiency`` is demand times base cost over
    present cost, nothing for what is cut off, as a share of demand: neither can rise as gates
    fail when ways minimise cost. ``loss_usd`` and ``mean_days`` are about what still has a way,
    so that both may fall where the longest relations are cut off.
    """

    strategy: str
    repetition: int
    closed: int
    gate: str
    reachable_share: float
    efficiency: float
    loss_usd: float
    mean_days: float


def random_orders(gates: Sequence[Gate], steps: int, repetitions: int, seed: int) -> list[Order]:
    """Orders drawn at random, the same for the same seed."""
    if steps < 0 or repetitions < 0:
        raise InputError("failure curves need a number of steps and repetitions of 0 or more")
    rng = np.random.default_rng(seed)
    return [
        Order("random", k, tuple(gates[i] for i in rng.permutation(len(gates))[:steps]))
        for k in range(repetitions)
    ]


def curve(base: Base, hours: LinkHours, order: Order, *, lines: Lines | None = None) -> list[Point]:
    """Shut the gates of one order, one after another."""
    freight, network = base.freight, base.freight.router.network
    out = [_point(base, order, 0, "", freight)]
    for k, gate in enumerate(order.gates, start=1):
        now = disturb(network, freight.conditions, hours, [gate.closure], lines=lines)
        freight = freight.under(now, threads=1)
        out.append(_point(base, order, k, gate.name, freight))
    return out


def curves(
    base: Base,
    hours: LinkHours,
    orders: Sequence[Order],
    *,
    lines: Lines | None = None,
    workers: int = 1,
    progress: Callable[[float], None] | None = None,
) -> list[Point]:
    """All orders, each as :func:`curve`."""
    out: list[Point] = []
    with ThreadPoolExecutor(workers) as pool:
        found = pool.map(lambda order: curve(base, hours, order, lines=lines), orders)
        for done, points in enumerate(found, start=1):
            out += points
            if progress is not None:
                progress(done / len(orders))
    return out


def _point(base: Base, order: Order, closed: int, gate: str, freight: Freight) -> Point:
    lost = losses(base, freight.ways)
    teu, total = base.teu, base.teu.sum()
    left = np.where(lost.cut, 0.0, teu)
    with np.errstate(invalid="ignore", divide="ignore"):
        kept = np.where((left > 0) & np.isfinite(lost.cost), base.cost / lost.cost, 0.0)
    served = max(float(left.sum()), 1e-12)
    return Point(
        order.strategy, order.repetition, closed, gate, float(left.sum() / total),
        float((left * kept).sum() / total), float((teu * lost.usd_per_teu).sum()),
        float(weighted(left, lost.days_now).sum() / served),
    )  # fmt: skip
