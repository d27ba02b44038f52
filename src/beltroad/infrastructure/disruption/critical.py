"""Which gates matter: each shut alone, and the losses that follow, ranked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beltroad.infrastructure.disruption.gates import Gate
from beltroad.infrastructure.disruption.losses import Base, Losses, losses
from beltroad.infrastructure.disruption.shocks import disturb
from beltroad.infrastructure.pricing.weights import LinkHours

__all__ = ["Verdict", "busiest", "closing_each"]

Array = NDArray[np.float64]
Lines = Mapping[str, NDArray[np.integer]]
# A relation is hit where its generalised cost rises by more than this share.
HIT = 0.01


@dataclass(frozen=True)
class Verdict:
    """A year without one gate. Hours and money are sums over all demand that still has a way.

    ``hit_teu`` is the demand whose cost rises by more than a hundredth, or that is cut off.
    """

    gate: Gate
    loss_usd: float
    cut_teu: float
    teu_days: float
    kgco2e: float
    hit_teu: float

    def score(self, usd_per_teu: float) -> float:
        """Loss with what is cut off counted at its full value: an upper bound."""
        return self.loss_usd + self.cut_teu * usd_per_teu


def busiest(gates: Sequence[Gate], teu: Array, kind: str, most: int) -> list[int]:
    """Positions of the gates of a kind with the largest flows, none without flow."""
    own = [k for k, gate in enumerate(gates) if gate.kind == kind and teu[k] > 0]
    return sorted(own, key=lambda k: (-teu[k], gates[k].ref))[:most]


def closing_each(
    base: Base,
    hours: LinkHours,
    gates: Iterable[Gate],
    *,
    lines: Lines | None = None,
    workers: int = 1,
    each: Callable[[Gate, Losses], None] | None = None,
    progress: Callable[[float], None] | None = None,
) -> list[Verdict]:
    """Shut each gate alone. ``each`` is told of every gate's losses, in order of the gates."""
    freight, listed = base.freight, list(gates)

    def run(gate: Gate) -> Losses:
        network = freight.router.network
        now = disturb(network, freight.conditions, hours, [gate.closure], lines=lines)
        return losses(base, freight.under(now, threads=1).ways)

    out = []
    with ThreadPoolExecutor(workers) as pool:
        for done, start in enumerate(range(0, len(listed), workers)):
            # A few at a time: results are large, and must not pile up.
            batch = listed[start : start + workers]
            for gate, lost in zip(batch, pool.map(run, batch), strict=True):
                out.append(verdict(base, gate, lost))
                if each is not None:
                    each(gate, lost)
            if progress is not None:
                progress(min(1.0, (done + 1) * workers / len(listed)))
    return out


def verdict(base: Base, gate: Gate, lost: Losses) -> Verdict:
    """Sums over all relations."""
    teu = base.teu
    hit = lost.cut | (lost.usd_per_teu > HIT * np.where(np.isfinite(base.cost), base.cost, np.inf))
    return Verdict(
        gate, float((teu * lost.usd_per_teu).sum()), float(teu[lost.cut].sum()),
        float((teu * lost.days).sum()), float((teu * lost.kgco2e).sum()), float(teu[hit].sum()),
    )  # fmt: skip
