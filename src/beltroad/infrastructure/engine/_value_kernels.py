"""Compiled inner loops of trees of best ways: built once, loaded with many demands side by side.

What each array means is said in ``trees``.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def grow(head, tail, parent, sources, targets, wanted, dist, rise, fall):
    """Trees of a block of sources, cut back to the ways to wanted targets.

    Returns ends of each source's entries, and per entry the way by which it was reached (twice
    the arc, plus one where it leads down; -1 at the source) and the position of the entry before
    it; and the position of each target. Entries come before those that they are reached from.
    """
    n, lanes = len(parent), len(sources)
    ends = np.zeros(lanes, np.int64)
    into, before = np.empty(4096, np.int64), np.empty(4096, np.int32)
    place = np.full((lanes, len(targets)), -1, np.int32)
    final, climb = np.empty(n, np.int32), np.empty(n, np.int32)
    chain = np.empty(n, np.int32)
    size = 0
    for lane in range(lanes):
        final[:] = -1
        climb[:] = -1
        for t in range(len(targets)):
            if wanted[lane, t] and dist[targets[t], lane] < np.inf:
                final[targets[t]] = 0
        start = size
        # Marks first, from low to high: what falls comes from higher nodes, the rest by the climb.
        for v in range(n):
            if final[v] >= 0:
                if fall[v, lane] >= 0:
                    final[head[fall[v, lane]]] = 0
                    size += 1
                else:
                    climb[v] = 0
        depth, v = 0, sources[lane]
        while v >= 0:
            chain[depth] = v
            depth += 1
            v = parent[v]
        climb[sources[lane]] = 0
        for k in range(depth - 1, -1, -1):
            v = chain[k]
            if climb[v] >= 0:
                size += 1
                if k > 0:
                    climb[tail[rise[v, lane]]] = 0
        if size > len(into):
            larger = np.empty(2 * size, np.int64)
            larger[:start] = into[:start]
            into = larger
            wider = np.empty(2 * size, np.int32)
            wider[:start] = before[:start]
            before = wider
        at = 0
        for v in range(n):
            if final[v] >= 0 and fall[v, lane] >= 0:
                final[v] = at
                at += 1
        for k in range(depth - 1, -1, -1):
            if climb[chain[k]] >= 0:
                climb[chain[k]] = at
                at += 1
        for v in range(n):
            if final[v] >= 0 and fall[v, lane] >= 0:
                arc = fall[v, lane]
                w = head[arc]
                into[start + final[v]] = 2 * arc + 1
                before[start + final[v]] = final[w] if fall[w, lane] >= 0 else climb[w]
        for k in range(depth):
            v = chain[k]
            if climb[v] >= 0:
                entry = start + climb[v]
                if k == 0:
                    into[entry] = -1
                    before[entry] = -1
                else:
                    into[entry] = 2 * rise[v, lane]
                    before[entry] = climb[tail[rise[v, lane]]]
        for t in range(len(targets)):
            v = targets[t]
            if wanted[lane, t] and dist[v, lane] < np.inf:
                place[lane, t] = final[v] if fall[v, lane] >= 0 else climb[v]
        ends[lane] = size
    return ends, into[:size].copy(), before[:size].copy(), place


@njit(cache=True, nogil=True)
def unfold(parts, link_is_up, seen):
    """What the ways over arcs that are ``seen`` (twice the arc, plus one down) consist of.

    Returns the positions of all ways met, highest arc first (-1: not met), how many they are, and
    two columns each: positions of the two ways below, or twice the link (plus one against it)
    and -1. ``seen`` is changed.
    """
    count = 0
    arcs = parts.shape[1]
    for arc in range(arcs - 1, -1, -1):
        for way in range(2):
            if seen[2 * arc + way]:
                count += 1
                a, b = parts[way, arc]
                if b >= 0:
                    seen[2 * a + 1] = True
                    seen[2 * b] = True
    position = np.full(2 * arcs, -1, np.int32)
    k = 0
    for arc in range(arcs - 1, -1, -1):
        for way in range(2):
            if seen[2 * arc + way]:
                position[2 * arc + way] = k
                k += 1
    below = np.full((count, 2), -1, np.int32)
    for arc in range(arcs):
        for way in range(2):
            k = position[2 * arc + way]
            if k >= 0:
                a, b = parts[way, arc]
                if b >= 0:
                    below[k, 0] = position[2 * a + 1]
                    below[k, 1] = position[2 * b]
                else:
                    ahead = link_is_up[a] == (way == 0)
                    below[k, 0] = 2 * a + (0 if ahead else 1)
    return position, below


@njit(cache=True, nogil=True)
def pour(first, into, before, longest, leg_first, leg_entry, leg_group, leg_amount, rates, flow):
    """Demand of all legs (amount times the rates of its group) onto the arcs of the trees.

    ``flow`` (ways met by lanes) is added to.
    """
    lanes = rates.shape[1]
    at = np.zeros((longest, lanes))
    for s in range(len(first) - 1):
        size = first[s + 1] - first[s]
        if leg_first[s] == leg_first[s + 1]:
            continue
        at[:size] = 0.0
        for k in range(leg_first[s], leg_first[s + 1]):
            entry, group, amount = leg_entry[k], leg_group[k], leg_amount[k]
            for lane in range(lanes):
                at[entry, lane] += amount * rates[group, lane]
        for entry in range(size):
            way, upper = into[first[s] + entry], before[first[s] + entry]
            if way >= 0:
                for lane in range(lanes):
                    here = at[entry, lane]
                    flow[way, lane] += here
                    at[upper, lane] += here


@njit(cache=True, nogil=True)
def sink(below, flow, slot, out):
    """Flows on ways (used up) down to the links: ``out`` (links used by lanes) is added to."""
    lanes = flow.shape[1]
    for k in range(len(below)):
        a, b = below[k]
        if b >= 0:
            for lane in range(lanes):
                amount = flow[k, lane]
                flow[a, lane] += amount
                flow[b, lane] += amount
        else:
            to = slot[a]
            for lane in range(lanes):
                out[to, lane] += flow[k, lane]


@njit(cache=True, nogil=True)
def touch(first, into, before, below, marked, place):
    """Whether the way from each source to each target runs over a marked link.

    ``marked`` is by twice the link (plus one against it).
    """
    over = np.zeros(len(below), np.bool_)
    for k in range(len(below) - 1, -1, -1):
        a, b = below[k]
        over[k] = over[a] or over[b] if b >= 0 else marked[a]
    out = np.zeros(place.shape, np.bool_)
    met = np.zeros(len(into), np.bool_)
    for s in range(len(first) - 1):
        for entry in range(first[s + 1] - 1, first[s] - 1, -1):
            if into[entry] >= 0:
                met[entry] = over[into[entry]] or met[first[s] + before[entry]]
        for t in range(place.shape[1]):
            if place[s, t] >= 0:
                out[s, t] = met[first[s] + place[s, t]]
    return out


@njit(cache=True, nogil=True)
def string_up(u, v, partner):
    """Links put in a row: ``partner[0, k]`` goes on from link k at ``u[k]``, ``partner[1, k]`` at
    ``v[k]``; -1 where nothing does.

    Returns links in the order of their rows, whether each is walked from first to second node,
    and where each row starts.
    """
    n = len(u)
    order, ahead = np.empty(n, np.int64), np.empty(n, np.bool_)
    starts = np.empty(n + 1, np.int64)
    done = np.zeros(n, np.bool_)
    count, rows = 0, 0
    # Ends of rows first; what is left then are rings, entered anywhere.
    for ring in range(2):
        for k in range(n):
            if done[k] or (ring == 0 and partner[0, k] >= 0 and partner[1, k] >= 0):
                continue
            starts[rows] = count
            rows += 1
            link, onward = k, partner[0, k] < 0 or ring == 1
            while link >= 0 and not done[link]:
                done[link] = True
                order[count], ahead[count] = link, onward
                count += 1
                node = v[link] if onward else u[link]
                link = partner[1, link] if onward else partner[0, link]
                if link >= 0:
                    onward = u[link] == node
    starts[rows] = count
    return order, ahead, starts[: rows + 1].copy()


@njit(cache=True, nogil=True)
def tally(place, group, amount, rates, out):
    """Amounts times the rates of their groups, added up by place."""
    for k in range(len(place)):
        p, g, a = place[k], group[k], amount[k]
        for lane in range(rates.shape[1]):
            out[p, lane] += a * rates[g, lane]
