"""A route told as a shipper would: legs by mode, and what happens between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from beltroad.infrastructure.routes.spread import Part, Spread

__all__ = ["Leg", "Route", "Stop", "pareto"]


@dataclass(frozen=True)
class Leg:
    """Moving by one mode.

    ``hours`` on the move, ``usd`` and ``kgco2e`` per TEU; ``countries`` in order of travel;
    ``points`` has shape (n, 2): latitude and longitude along the way; ``borders`` are crossings
    without a wait worth a stop.
    """

    mode: str
    origin: str
    destination: str
    countries: tuple[str, ...]
    km: float
    hours: float
    usd: float
    kgco2e: float
    points: NDArray[np.float64]
    passages: tuple[str, ...] = ()
    spent: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Stop:
    """Not moving: handling, waiting, crossing. ``km`` is a lorry trip to or from the terminal.

    ``kind`` is terminal, port, airport, border, gauge change, canal or ferry; ``spent`` the hours
    by what they are spent on.
    """

    kind: str
    place: str
    hours: float
    usd: float
    kgco2e: float
    km: float
    lat: float
    lon: float
    spent: tuple[Part, ...]
    ref: str = ""

    @property
    def parts(self) -> tuple[tuple[str, float], ...]:
        """Component and hours of what the time is spent on."""
        return tuple((p.component, p.hours) for p in self.spent)


@dataclass(frozen=True)
class Route:
    """One way from origin to destination, per TEU.

    ``steps`` alternate between legs and stops in order of travel. ``family`` is the set of modes
    it was searched in, ``best_in`` the measures (hours, usd, kgco2e) in which no other route of
    the answer beats it, ``efficient`` whether none is at least as good in all three.
    """

    family: str
    steps: tuple[Leg | Stop, ...]
    spread: Spread
    links: NDArray[np.int64] = field(repr=False)
    forward: NDArray[np.bool_] = field(repr=False)
    efficient: bool = True
    best_in: tuple[str, ...] = ()

    @property
    def legs(self) -> tuple[Leg, ...]:
        """The steps that move."""
        return tuple(s for s in self.steps if isinstance(s, Leg))

    @property
    def stops(self) -> tuple[Stop, ...]:
        """The steps that do not."""
        return tuple(s for s in self.steps if isinstance(s, Stop))

    @property
    def parts(self) -> tuple[Part, ...]:
        """Hours by component, of all steps in order."""
        return tuple(p for s in self.steps for p in s.spent)

    @property
    def hours_total(self) -> float:
        """Hours door to door, on average."""
        return float(sum(s.hours for s in self.steps))

    @property
    def days_total(self) -> float:
        """Days door to door, on average."""
        return self.hours_total / 24

    @property
    def km_total(self) -> float:
        """Kilometres, lorry trips to terminals included."""
        return float(sum(s.km for s in self.steps))

    @property
    def usd_per_teu(self) -> float:
        """Money per TEU."""
        return float(sum(s.usd for s in self.steps))

    @property
    def kgco2e_per_teu(self) -> float:
        """Emissions per TEU, well to wheel."""
        return float(sum(s.kgco2e for s in self.steps))

    @property
    def borders(self) -> tuple[str, ...]:
        """Crossings at which the route stops, in order."""
        return tuple(s.place for s in self.stops if s.kind in ("border", "gauge change"))

    @property
    def passages(self) -> tuple[str, ...]:
        """Straits and canals passed, in order."""
        return tuple(dict.fromkeys(p for leg in self.legs for p in leg.passages))

    @property
    def main_modes(self) -> tuple[str, ...]:
        """Modes of the legs that count: over 100 km and 3 % of the whole, repeats left out."""
        least = max(100.0, 0.03 * self.km_total)
        long_ = [leg.mode for leg in self.legs if leg.km >= least] or [
            max(self.legs, key=lambda leg: leg.km).mode
        ]
        return tuple(m for k, m in enumerate(long_) if k == 0 or m != long_[k - 1])

    @property
    def gates(self) -> tuple[str, ...]:
        """What sets the route apart from others of its modes: slow borders and ports of change."""
        return tuple(
            s.place
            for s in self.stops
            if s.kind == "port" or (s.kind in ("border", "gauge change") and s.hours >= 3.0)
        )

    @property
    def chain(self) -> str:
        """Modes and gates in words: ``rail via Alashankou / Dostyk, Brest / Malaszewicze``."""
        words = " + ".join(self.main_modes)
        return words + (f" via {', '.join(self.gates)}" if self.gates else "")


def pareto(rows: Iterable[tuple[float, ...]], slack: float = 0.0) -> list[bool]:
    """Which rows no other row matches or beats in every column and clearly beats in one.

    With ``slack`` another row counts as matching while it is worse by no more than this share,
    and as clearly better when it is better by twice as much.
    """
    table = np.array(list(rows), float)
    match = (table[None] <= table[:, None] * (1 + slack)).all(axis=2)
    beats = (table[None] * (1 + 2 * slack) < table[:, None]).any(axis=2)
    worse: NDArray[np.bool_] = np.logical_and(match, beats)
    return [bool(not w.any()) for w in worse]
