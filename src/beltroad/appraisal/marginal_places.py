"""Links put together to what has a name: sections of lines, crossings, terminals, project lines."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from beltroad.appraisal.marginal import LinkValues
from beltroad.infrastructure.engine._value_kernels import string_up
from beltroad.infrastructure.network import CITY, DRYPORT, PORT

__all__ = ["KINDS", "Places", "places_of"]

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
# What is told apart; projects are lines counted a second time.
LINES = ("rail", "road", "sea", "water", "ferry")
KINDS = ("border", "port", "strait", "gauge", *LINES, "terminal", "project")
# Links in a row belong to one section while what an hour is worth changes by less than this.
ALIKE = 0.1
CELL_DEGREES = 0.5


@dataclass(frozen=True)
class Places:
    """Places of one kind.

    Attributes
    ----------
    kind
        One of ``KINDS``.
    refs
        Identity of each: a border's, port's or project's id, a strait's tag; else a running
        number.
    first, rows
        ``rows[first[k]:first[k + 1]]`` are the links of place ``k``, in order along a section.
        None of a port.
    ahead
        Whether each link is walked from its first to its second node.
    world
        USD a year per hour saved at the place.
    countries
        The same by economy, shape (places, economies).
    time_usd
        Value times hours, world, USD a year.
    """

    kind: str
    refs: tuple[str, ...]
    first: Rows
    rows: Rows
    ahead: NDArray[np.bool_]
    world: Array
    countries: Array
    time_usd: Array

    def links(self, k: int) -> Rows:
        """Links of a place."""
        return self.rows[self.first[k] : self.first[k + 1]]


def places_of(values: LinkValues, kind: str) -> Places:
    """All places of a kind that some valued shipment passes."""
    net, used = values.network, values.links.astype(np.intp)
    if kind == "port":
        return _ports(values)
    if kind == "strait":
        return _straits(values)
    if kind == "project":
        refs, lines = list(values.lines), list(values.lines.values())
        return _spread(values, kind, refs, lines, np.ones(sum(map(len, lines)), np.bool_))
    crossing = np.isin(used, net.crossings)
    gauge = net.gauge_change[used]
    if kind in ("border", "gauge"):
        rows = used[crossing if kind == "border" else gauge]
        return _together(values, kind, _spots(values, rows), rows)
    if kind == "terminal":
        other = used[~net.has_mode(*LINES, "port_sea")[used]]
        return _together(values, kind, _terminals(values, other), other)
    modes = ("sea", "port_sea") if kind == "sea" else (kind,)
    own = used[net.has_mode(*modes)[used] & ~crossing & ~gauge]
    order, ahead, first = _sections(values, own)
    sections = [own[order[a:b]] for a, b in pairwise(first)]
    return _spread(values, kind, [str(k) for k in range(len(sections))], sections, ahead)


def _ports(values: LinkValues) -> Places:
    world = values.port_world.sum(axis=0)
    at = np.flatnonzero(world)
    none = np.zeros(len(at) + 1, np.intp)
    return Places(
        "port", tuple(values.network.ref[values.ports[at]].tolist()), none, none[:0],
        none[:0].astype(np.bool_), world[at],
        values.port_countries.sum(axis=0)[at].astype(np.float64), values.port_time_usd[at],
    )  # fmt: skip


def _straits(values: LinkValues) -> Places:
    passage = values.network.passage
    tags = sorted(tag for tag, worth in values.straits.items() if worth.any())
    rows = [np.flatnonzero(passage == tag) for tag in tags]
    table = np.array([values.straits[tag] for tag in tags]).reshape(len(tags), -1)
    told = table if values.economies else np.zeros((len(tags), 0))
    here = passage[values.links]
    time = np.array([values.time_usd[here == tag].sum() for tag in tags])
    return Places(
        "strait", tuple(tags), _starts(rows), _flat(rows), np.ones(sum(map(len, rows)), np.bool_),
        table.sum(axis=1), told, time,
    )  # fmt: skip


def _together(values: LinkValues, kind: str, keys: list[str], rows: Rows) -> Places:
    """Links side by side: a shipment passes one of them, so that their values add up."""
    names, group = np.unique(np.array(keys, dtype=object).astype(str), return_inverse=True)
    order = np.argsort(group, kind="stable")
    first = np.searchsorted(group[order], np.arange(len(names) + 1))
    at = np.searchsorted(values.links, rows[order])
    return Places(
        kind, tuple(names.tolist()), first, rows[order], np.ones(len(rows), np.bool_),
        _sums(values.world[:, at].sum(axis=0), first), _sums(values.countries[at], first),
        _sums(values.time_usd[at], first),
    )  # fmt: skip


def _spread(
    values: LinkValues, kind: str, refs: list[str], rows: list[Rows], ahead: NDArray[np.bool_]
) -> Places:
    """Links in a row: an hour saved on all of them together, spread as hours are now."""
    first, every = _starts(rows), _flat(rows)
    hours = values.hours[:, every]
    hours = np.where(np.isfinite(hours), hours, hours[::-1])
    weight = np.where(np.isfinite(hours), hours, 0.0).mean(axis=0) + 1e-9
    weight /= np.repeat(np.add.reduceat(weight, first[:-1]), np.diff(first)) if len(rows) else 1.0
    at = np.minimum(np.searchsorted(values.links, every), max(len(values.links) - 1, 0))
    there = values.links[at] == every if len(values.links) else np.zeros(len(every), np.bool_)
    weight = weight * there
    world = _sums(values.world[:, at].sum(axis=0) * weight, first)
    passed = np.flatnonzero(world)
    keep = np.repeat(np.isin(np.arange(len(rows)), passed), np.diff(first))
    told = _sums(values.countries[at] * weight[:, None].astype(np.float32), first)
    time = _sums(values.time_usd[at] * there, first)
    return Places(
        kind, tuple(refs[k] for k in passed), _starts([rows[k] for k in passed]), every[keep],
        ahead[keep], world[passed], told[passed], time[passed],
    )  # fmt: skip


def _sections(values: LinkValues, rows: Rows) -> tuple[Rows, NDArray[np.bool_], Rows]:
    """Links of one mode strung up where they go on in the same country at about the same value.

    Returns positions in ``rows``, whether each is walked from first to second node, and where
    each section starts, with the end of the last.
    """
    net = values.network
    u, v = net.u[rows].astype(np.intp), net.v[rows].astype(np.intp)
    host = net.country_code[u] * len(net.countries) + net.country_code[v]
    worth = values.world[:, np.searchsorted(values.links, rows)].sum(axis=0)
    node, link = np.concatenate([u, v]), np.tile(np.arange(len(rows)), 2)
    side = np.repeat([0, 1], len(rows))
    order = np.lexsort((link, -worth[link], host[link], node))
    node, link, side = node[order], link[order], side[order]
    partner = np.full((2, len(rows)), -1, np.intp)
    if len(rows) < 2:
        return string_up(u, v, partner)  # type: ignore[no-any-return]
    a, b = link[:-1], link[1:]
    fits = (node[:-1] == node[1:]) & (host[a] == host[b]) & (a != b)
    fits &= np.abs(worth[a] - worth[b]) <= ALIKE * np.maximum(np.abs(worth[a]), np.abs(worth[b]))
    # Neighbours in order of value: the first two that fit, then the next two.
    fresh = fits & ~np.concatenate([[False], fits[:-1]])
    run = np.arange(len(fits)) - np.maximum.accumulate(np.where(fresh, np.arange(len(fits)), 0))
    pair = np.flatnonzero(fits & (run % 2 == 0))
    partner[side[pair], a[pair]] = b[pair]
    partner[side[pair + 1], b[pair]] = a[pair]
    return string_up(u, v, partner)  # type: ignore[no-any-return]


def _spots(values: LinkValues, rows: Rows) -> list[str]:
    """Key of each crossing or change of gauge: its id, or its countries, mode and whereabouts."""
    net = values.network
    mode = net.links["mode"].astype(object).to_numpy()[rows].astype(str)
    cell = np.floor(np.stack([net.lat[net.u[rows]], net.lon[net.u[rows]]]) / CELL_DEGREES)
    ends = np.sort(np.stack([net.country_of(net.u[rows]), net.country_of(net.v[rows])]), axis=0)
    unnamed = [
        f"{a}-{b} {m} {int(lat)},{int(lon)}"
        for a, b, m, lat, lon in zip(*ends, mode, *cell, strict=True)
    ]
    return [str(ref) or other for ref, other in zip(net.border[rows], unnamed, strict=True)]


def _terminals(values: LinkValues, rows: Rows) -> list[str]:
    """Key of each link of a terminal: the terminal and what it leads to."""
    net = values.network
    mode = net.links["mode"].astype(object).to_numpy()[rows].astype(str)
    hub = np.isin(net.layer[net.u[rows]], (CITY, PORT, DRYPORT))
    node = np.where(hub, net.u[rows], net.v[rows])
    return [f"{n} {m}" for n, m in zip(node, mode, strict=True)]


def _starts(parts: list[Rows]) -> Rows:
    return np.concatenate([[0], np.cumsum([len(p) for p in parts], dtype=np.intp)]).astype(np.intp)


def _flat(parts: list[Rows]) -> Rows:
    return np.concatenate([np.empty(0, np.intp), *parts])


def _sums(amount: NDArray[np.floating], first: Rows) -> Array:
    """Sums over runs of rows, none of them empty."""
    if len(first) < 2:
        return np.zeros((0, *amount.shape[1:]))
    return np.asarray(np.add.reduceat(amount, first[:-1], axis=0), np.float64)
