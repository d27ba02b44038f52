"""Gates that freight passes: straits, listed borders, ports and lines of projects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from beltroad import evidence
from beltroad.infrastructure.network import PORT, Network
from beltroad.infrastructure.routes.closures import STRAITS, Closure

__all__ = ["KINDS", "Gate", "gates_of", "port_name"]

KINDS = ("strait", "border", "port", "line")


@dataclass(frozen=True)
class Gate:
    """A place or line that can be shut: ``links`` are what it consists of.

    A port is known by its position among the network's ports (``port``), -1 for others.
    """

    kind: str
    ref: str
    name: str
    links: NDArray[np.intp]
    port: int = -1

    @property
    def closure(self) -> Closure:
        """What shuts it."""
        return Closure(self.kind, (self.ref,), self.name)


def gates_of(
    network: Network, lines: Mapping[str, NDArray[np.integer]] | None = None
) -> list[Gate]:
    """All gates of a network: straits, borders, ports, then lines, each by its reference."""
    passage, border = network.passage, network.border
    out = [
        Gate("strait", tag, STRAITS[tag][0], rows)
        for tag, rows in _rows_by_name(passage)
        if tag in STRAITS
    ]
    names = _borders()
    out += [Gate("border", ref, names.get(ref, ref), rows) for ref, rows in _rows_by_name(border)]
    port_nodes = np.flatnonzero(network.layer == PORT)
    gates = np.flatnonzero(network.has_mode("port_sea"))
    for position, node in enumerate(port_nodes):
        ref = str(network.ref[node])
        own = gates[(network.u[gates] == node) | (network.v[gates] == node)]
        out.append(Gate("port", ref, port_name(ref), own, position))
    for key, rows in sorted((lines or {}).items()):
        if len(rows):
            out.append(Gate("line", key, _projects().get(key, key), np.asarray(rows, np.intp)))
    return out


def _rows_by_name(names: NDArray[np.str_]) -> list[tuple[str, NDArray[np.intp]]]:
    """Each name that is not empty, sorted, with its rows; hardly any link has one."""
    named = np.flatnonzero(names != "")
    return [(ref, named[names[named] == ref]) for ref in np.unique(names[named]).tolist()]


def port_name(locode: str) -> str:
    """Name of a port, or its UN/LOCODE where none is known."""
    return _ports().get(locode, locode)


@lru_cache(maxsize=1)
def _borders() -> dict[str, str]:
    table = evidence.load("borders")
    return {str(r.border_id): f"{r.name} ({r.mode})" for r in table.itertuples(index=False)}


@lru_cache(maxsize=1)
def _projects() -> dict[str, str]:
    table = evidence.load("projects")
    return dict(zip(table["id"].astype(str), table["name"].astype(str), strict=True))


@lru_cache(maxsize=1)
def _ports() -> dict[str, str]:
    places = evidence.load("places")
    named = places[(places["kind"] == "port") & (places["in_network"] == "yes")]
    out = dict(zip(named["locode"].astype(str), named["name"].astype(str), strict=True))
    table = evidence.load("container_ports")
    out.update(zip(table["locode"].astype(str), table["name"].astype(str), strict=True))
    return out
