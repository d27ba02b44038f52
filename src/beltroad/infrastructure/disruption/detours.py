"""Ways in words: through which borders, ports and straits a shipment goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from beltroad.infrastructure.disruption.freight import Freight
from beltroad.infrastructure.disruption.gates import port_name
from beltroad.infrastructure.engine.paths import Path
from beltroad.infrastructure.routes.closures import STRAITS
from beltroad.infrastructure.routes.names import Names

__all__ = ["Way", "way_of"]

LINE_MODES = ("rail", "road", "water", "ferry")
# A mode counts in the words when it carries at least this part of the kilometres on land.
SHARE = 0.1


@dataclass(frozen=True)
class Way:
    """The best way of one mode between two cities."""

    mode: str
    days: float
    usd_per_teu: float
    gates: tuple[str, ...]

    def text(self) -> str:
        """One line."""
        through = " via " + ", ".join(self.gates) if self.gates else ""
        return f"{self.mode}{through}: {self.days:.1f} days, {self.usd_per_teu:,.0f} USD"


def way_of(freight: Freight, mode: str, origin: int, destination: int) -> Way | None:
    """The best way by ``land`` or ``sea`` between two cities, by position; None if there is none.

    By sea the gates are the port of loading, the straits, the port of unloading, with borders
    crossed on land before and after.
    """
    ways, router = freight.ways, freight.router
    rows = ways.land if mode == "land" else ways.sea
    if not np.isfinite(rows[0, origin, destination]):
        return None
    a, b = int(router.cities[origin]), int(router.cities[destination])
    days, usd = float(rows[1, origin, destination]) / 24, float(rows[2, origin, destination])
    if mode == "land":
        path = freight.land_path(a, b)
        return Way(_modes(freight, path), days, usd, _borders(freight, path))
    load, unload = (int(router.ports[k]) for k in ways.ports[:, origin, destination])
    refs = router.network.ref
    gates = (
        *_borders(freight, freight.land_path(a, load)),
        port_name(str(refs[load])),
        *_straits(freight, freight.voyage(load, unload)),
        port_name(str(refs[unload])),
        *_borders(freight, freight.land_path(unload, b)),
    )
    return Way("sea", days, usd, gates)


def _modes(freight: Freight, path: Path | None) -> str:
    if path is None:
        return "land"
    net = freight.router.network
    km = {m: float(net.km[path.links][net.has_mode(m)[path.links]].sum()) for m in LINE_MODES}
    total = sum(km.values())
    named = [m for m in LINE_MODES if km[m] >= SHARE * total and km[m] > 0]
    return " and ".join(named) or "land"


def _borders(freight: Freight, path: Path | None) -> tuple[str, ...]:
    """Crossings in the order of travel."""
    if path is None:
        return ()
    net = freight.router.network
    names = Names(net, {})
    at = np.flatnonzero(np.isin(path.links, net.crossings))
    return tuple(names.crossing(int(path.links[k]), bool(path.forward[k])) for k in at)


def _straits(freight: Freight, path: Path | None) -> tuple[str, ...]:
    if path is None:
        return ()
    tags = [str(t) for t in freight.router.network.passage[path.links] if t]
    kept = dict.fromkeys(tag for tag in tags if tag in STRAITS)
    return tuple(STRAITS[tag][0] for tag in kept)
