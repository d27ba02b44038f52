"""Computed transit times beside published ones: how far off the network is, and for what.

An observation says what its days cover: ``terminal`` from departure to arrival of the train or
lorry (by air from airport to airport, with handling there, as forwarders quote it), ``port`` from
port to port, ``door`` from door to door with waits and handling, ``moving`` on the move alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.infrastructure.network import PORT, Network
from beltroad.infrastructure.routes.air import air_routes
from beltroad.infrastructure.routes.closures import STRAITS
from beltroad.infrastructure.routes.families import FAMILIES
from beltroad.infrastructure.routes.itinerary import itinerary
from beltroad.infrastructure.routes.names import Names
from beltroad.infrastructure.routes.planner import Planner
from beltroad.infrastructure.routes.route import Leg, Stop
from beltroad.infrastructure.routes.search import Via, search
from beltroad.infrastructure.routes.spread import Part, Variability

__all__ = ["FAMILY_OF", "compared", "errors", "observed_parts"]

FAMILY_OF = {
    "rail": ("rail",), "rail_ferry": ("rail-ferry",), "road": ("road", "road-ferry"),
    "sea": ("sea",),
    "sea_rail": ("sea-rail", "rail-sea"), "water": ("sea-water",), "rail_road": ("rail-road",),
    "air": ("air",),
}  # fmt: skip
# Legs whose first departure and last arrival an observation means, by its mode.
OWN_LEGS = {
    "rail": ("rail",), "rail_ferry": ("rail", "ferry"), "road": ("road",), "sea": ("sea",),
    "sea_rail": ("sea", "rail"), "water": ("water", "sea"), "rail_road": ("rail", "road"),
}  # fmt: skip
BASES = ("terminal", "port", "door", "moving")
# A ship round the Cape of Good Hope passes neither canal.
CLOSED_AS = {"cape": ("suez", "panama")}


def compared(observations: pd.DataFrame, hours: pd.Series) -> pd.DataFrame:
    """Published days beside computed ones: adds ``days_model`` and ``ratio`` (model / published).

    ``hours`` are computed hours by ``obs_id``; where there is no way, both are NaN.
    """
    out = observations.copy()
    out["days_model"] = (hours.reindex(out["obs_id"]) / 24).to_numpy()
    out["ratio"] = out["days_model"] / out["days"]
    return out


def observed_parts(
    planner: Planner,
    observations: pd.DataFrame,
    ends: Mapping[str, tuple[int, int]],
    variability: Variability,
    *,
    progress: Callable[[float], None] | None = None,
) -> list[tuple[Part, ...]]:
    """Hours by component of each observation's way, as far as its basis covers them.

    Parameters
    ----------
    planner
        A state of the network with the ends of all observations among its places.
    observations
        Rows with ``obs_id``, ``mode``, ``basis``, ``via`` (listed borders, straits, ``caspian``,
        ``cape``), ``closed`` (straits).
    ends
        Positions of origin and destination among the planner's places by ``obs_id``.

    Returns
    -------
    For each row the parts of its way, empty where there is none.

    Raises
    ------
    InputError
        If a mode or basis is unknown.
    """
    net = planner.network
    names = Names(net, {})
    found = []
    for done, row in enumerate(observations.to_dict("records"), start=1):
        mode, basis = str(row["mode"]), str(row["basis"])
        if mode not in FAMILY_OF or basis not in BASES:
            raise InputError(f"observation {row['obs_id']}: mode {mode!r} or basis {basis!r}")
        one = planner.between(*ends[str(row["obs_id"])])
        via, shut = _conditions(net, str(row["via"]), str(row["closed"]))
        if basis == "port":
            # From port to port: no lorry may make the way shorter.
            shut = shut | net.has_mode("rail", "road")
        found.append(_parts(one, mode, basis, via, shut, names, variability))
        if progress is not None:
            progress(done / len(observations))
    return found


def errors(compared: pd.DataFrame, by: Sequence[str] = ("part",)) -> pd.DataFrame:
    """Errors of groups of rows: number, median absolute error, bias, rank correlation.

    ``median_abs_error`` and ``p90_abs_error`` are of |model / published - 1|; ``median_ratio``
    is 1 without bias; ``rank_correlation`` is Spearman's.
    """
    rows = []
    known = compared[np.isfinite(compared["ratio"])]
    for key, group in known.groupby(list(by), sort=True):
        off = (group["ratio"] - 1).abs()
        ranks = group[["days", "days_model"]].rank()
        rows.append(
            {
                **dict(zip(by, key if isinstance(key, tuple) else (key,), strict=True)),
                "observations": len(group),
                "median_abs_error": float(off.median()),
                "p90_abs_error": float(off.quantile(0.9)),
                "median_ratio": float(group["ratio"].median()),
                "rank_correlation": float(ranks["days"].corr(ranks["days_model"])),
            }
        )
    return pd.DataFrame(rows)


def _conditions(network: Network, via: str, closed: str) -> tuple[list[Via], NDArray[np.bool_]]:
    """What to pass, and links shut, for what an observation says of its way."""
    shut = np.zeros(len(network.km), np.bool_)
    for name in (x.strip() for x in closed.split(";") if x.strip()):
        shut |= network.passage == name
    stops = []
    for name in (x.strip() for x in via.split(";") if x.strip()):
        if name in CLOSED_AS:
            shut |= np.isin(network.passage, CLOSED_AS[name])
            continue
        if name == "caspian":
            links = _caspian(network)
        elif name in STRAITS:
            links = np.flatnonzero(network.passage == name)
        else:
            links = np.flatnonzero(network.border == name)
        port = np.flatnonzero((network.layer == PORT) & (network.ref == name))
        if len(links):
            stops.append(Via.over(network, links))
        elif len(port):
            stops.append(Via.nodes(port))
    return stops, shut


def _caspian(network: Network) -> NDArray[np.intp]:
    """The ferries over the Caspian."""
    links = np.flatnonzero(network.has_mode("ferry"))
    lat, lon = network.lat[network.u[links]], network.lon[network.u[links]]
    return links[(lat > 36) & (lat < 47.5) & (lon > 46.5) & (lon < 55)]


def _parts(
    planner: Planner, mode: str, basis: str, via: Sequence[Via],
    shut: NDArray[np.bool_], names: Names, variability: Variability,
) -> tuple[Part, ...]:  # fmt: skip
    if mode == "air":
        routes = air_routes(planner, shut, names, variability, seed=1)
        if not routes:
            return ()
        best = min(routes, key=lambda r: r.hours_total)
        return _covered(best.steps, basis, ("air",))
    families = [f for f in FAMILIES if f.name in FAMILY_OF[mode]]
    found = search(planner, shut, via=via, families=families, metrics=("hours",), threads=1)
    if not found:
        # The quickest way by way of a border may leave out one of the modes: who takes a train and
        # a lorry where a lorry alone is quicker looks at the money.
        found = search(planner, shut, via=via, families=families, metrics=("usd",), threads=1)
    # The first of a family is its quickest; of several families the quickest counts.
    first = {f.family: f for f in reversed(found)}.values()
    told = [_covered(itinerary(planner, f, names), basis, OWN_LEGS[mode]) for f in first]
    return min(told, key=lambda parts: sum(p.hours for p in parts), default=())


def _covered(steps: Sequence[Leg | Stop], basis: str, modes: Sequence[str]) -> tuple[Part, ...]:
    """Parts that a basis covers: all, or from the first departure to the last arrival by a mode.

    Lorry trips to the first terminal and from the last are not part of a train's or ship's time.
    """
    own = [k for k, s in enumerate(steps) if isinstance(s, Leg) and s.mode in modes]
    if not own:
        return ()
    first, last = own[0], own[-1] + 1
    if modes == ("air",):
        first, last = _handled(steps, first, -1), _handled(steps, last - 1, 1) + 1
    within = steps if basis == "door" else steps[first:last]
    if basis == "moving":
        within = [s for s in within if isinstance(s, Leg)]
    return tuple(p for s in within for p in s.spent)


def _handled(steps: Sequence[Leg | Stop], k: int, way: int) -> int:
    """The last of the stops that follow step ``k`` without a leg between, to one side."""
    while 0 <= k + way < len(steps) and isinstance(steps[k + way], Stop):
        k += way
    return k
