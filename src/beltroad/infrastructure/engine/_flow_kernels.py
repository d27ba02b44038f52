"""Compiled inner loops of link flows: what arcs are made of, and loading demand on sweep trees.

What each array means is said in ``flows``.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def make_up(
    first, head, below_first, below_tail, below_arc, up, down,
    links_first, link, link_is_up, forward, backward,
):  # fmt: skip
    """Per arc and direction the link it is, or the two arcs it consists of.

    ``parts[0, arc]`` and ``parts[1, arc]`` are the ways up and down: a link and -1, or the arc
    down to the middle and the arc up from it, or twice -1 where closed. The choice is
    customization's own: the first link with the arc's weight, else the lowest triangle. Returns
    False too if some weight is neither.
    """
    n = len(first) - 1
    parts = np.full((2, len(head), 2), -1, np.int32)
    at = np.full(n, -1, np.int32)
    fits = True
    for x in range(n):
        for i in range(first[x], first[x + 1]):
            at[head[i]] = i
            for k in range(links_first[i], links_first[i + 1]):
                along, against = forward[link[k]], backward[link[k]]
                if not link_is_up[link[k]]:
                    along, against = against, along
                if along == up[i] and parts[0, i, 0] < 0 and along < np.inf:
                    parts[0, i, 0] = link[k]
                if against == down[i] and parts[1, i, 0] < 0 and against < np.inf:
                    parts[1, i, 0] = link[k]
        for b in range(below_first[x], below_first[x + 1]):
            v, vx = below_tail[b], below_arc[b]
            to_v, from_v = down[vx], up[vx]
            for vy in range(vx + 1, first[v + 1]):
                xy = at[head[vy]]
                way = to_v + up[vy]
                if way == up[xy] and parts[0, xy, 0] < 0 and way < np.inf:
                    parts[0, xy, 0], parts[0, xy, 1] = vx, vy
                way = down[vy] + from_v
                if way == down[xy] and parts[1, xy, 0] < 0 and way < np.inf:
                    parts[1, xy, 0], parts[1, xy, 1] = vy, vx
        for i in range(first[x], first[x + 1]):
            fits &= (parts[0, i, 0] >= 0) == (up[i] < np.inf)
            fits &= (parts[1, i, 0] >= 0) == (down[i] < np.inf)
    return parts, fits


@njit(cache=True, nogil=True)
def load(head, tail, parent, sources, targets, demand, dist, rise, fall):
    """Demand of some sources (lane by target) as flows on the arcs of their trees.

    Returns flows up and down, and the demand that has no way.
    """
    n = len(parent)
    rising, falling = np.zeros(len(head), np.float64), np.zeros(len(head), np.float64)
    at = np.zeros((n, len(sources)), np.float64)
    unserved = 0.0
    for t in range(len(targets)):
        for lane in range(len(sources)):
            if dist[targets[t], lane] < np.inf:
                at[targets[t], lane] += demand[lane, t]
            else:
                unserved += demand[lane, t]
    for v in range(n):
        for lane in range(len(sources)):
            flow, arc = at[v, lane], fall[v, lane]
            if flow > 0 and arc >= 0:
                falling[arc] += flow
                at[head[arc], lane] += flow
                at[v, lane] = 0.0
    # What is left came by the climb: down along the ancestors of the source, highest first.
    chain = np.empty(n, np.int32)
    for lane in range(len(sources)):
        depth, v = 0, sources[lane]
        while v >= 0:
            chain[depth] = v
            depth += 1
            v = parent[v]
        for k in range(depth - 1, 0, -1):
            flow, arc = at[chain[k], lane], rise[chain[k], lane]
            if flow > 0:
                rising[arc] += flow
                at[tail[arc], lane] += flow
    return rising, falling, unserved


@njit(cache=True, nogil=True)
def settle(parts, link_is_up, flow):
    """Flows on arcs (2 ways by arcs; used up) as flows on links: u to v, then v to u."""
    out = np.zeros((2, len(link_is_up)), np.float64)
    for arc in range(flow.shape[1] - 1, -1, -1):
        for way in range(2):
            amount = flow[way, arc]
            if amount == 0:
                continue
            a, b = parts[way, arc]
            if b >= 0:
                flow[1, a] += amount
                flow[0, b] += amount
            else:
                ahead = link_is_up[a] == (way == 0)
                out[0 if ahead else 1, a] += amount
    return out


@njit(cache=True, nogil=True)
def stain(parts, bits_of_link):
    """Bits of all links that an arc is made of, for the ways up and down."""
    bits = np.zeros(parts.shape[:2], np.uint64)
    for arc in range(parts.shape[1]):
        for way in range(2):
            a, b = parts[way, arc]
            if b >= 0:
                bits[way, arc] = bits[1, a] | bits[0, b]
            elif a >= 0:
                bits[way, arc] = bits_of_link[a]
    return bits


@njit(cache=True, nogil=True)
def collect(head, tail, parent, up, down, sources, targets, rise, fall):
    """Bits met on the way from each source to each target."""
    n, lanes = len(parent), len(sources)
    bits = np.zeros((n, lanes), np.uint64)
    for lane in range(lanes):
        v = sources[lane]
        while parent[v] >= 0:
            v = parent[v]
            arc = rise[v, lane]
            if arc >= 0:
                bits[v, lane] = bits[tail[arc], lane] | up[arc]
    for v in range(n - 1, -1, -1):
        for lane in range(lanes):
            arc = fall[v, lane]
            if arc >= 0:
                bits[v, lane] = bits[head[arc], lane] | down[arc]
    out = np.empty((lanes, len(targets)), np.uint64)
    for t in range(len(targets)):
        out[:, t] = bits[targets[t]]
    return out
