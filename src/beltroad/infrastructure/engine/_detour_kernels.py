"""Compiled inner loops of what quicker links change; each array is explained in ``detours``."""

from __future__ import annotations

import numpy as np
from numba import njit

# Gates side by side in one sweep: most projects have no more, and wide instructions want a
# number known beforehand.
LANES = 8
# Sums in another order differ in the last bits: less than this is no gain.
NOISE = 1e-12


@njit(cache=True, nogil=True)
def fan(first, head, parent, up, down, place, begin, plan_first, plan_head, gates):
    """Climb from up to ``LANES`` gates, then carry all of them down: node of the plan by lane."""
    n = len(begin)
    dist = np.full((n, LANES), np.inf)
    climb = np.full(len(parent), np.inf)
    for lane in range(len(gates)):
        v = gates[lane]
        climb[v] = 0.0
        while v >= 0:
            for i in range(first[v], first[v + 1]):
                climb[head[i]] = min(climb[head[i]], climb[v] + up[i])
            v = parent[v]
        v = gates[lane]
        while v >= 0:
            if place[v] >= 0:
                dist[place[v], lane] = climb[v]
            climb[v] = np.inf
            v = parent[v]
    here = np.empty(LANES)
    for v in range(n - 1, -1, -1):
        for lane in range(LANES):
            here[lane] = dist[v, lane]
        shift = begin[v] - plan_first[v]
        for i in range(plan_first[v], plan_first[v + 1]):
            w, step = plan_head[i], down[i + shift]
            if step < np.inf:
                for lane in range(LANES):
                    way = dist[w, lane] + step
                    here[lane] = way if way < here[lane] else here[lane]
        for lane in range(LANES):
            dist[v, lane] = here[lane]
    return dist


@njit(cache=True, nogil=True)
def shorten(before, after, onward, ways):
    """Lower ``ways`` in place where a gate that is now nearer leads on better.

    ``before`` and ``after`` are from the sources to the gates, ``onward`` from the gates to the
    targets; gates come first. Returns whether anything became lower.
    """
    gates, sources = after.shape
    targets = onward.shape[1]
    best = np.empty(targets)
    lower = False
    for s in range(sources):
        near = False
        for g in range(gates):
            reach = after[g, s]
            if reach < before[g, s] * (1 - NOISE):
                if not near:
                    best[:] = np.inf
                    near = True
                for t in range(targets):
                    way = reach + onward[g, t]
                    best[t] = way if way < best[t] else best[t]
        if near:
            for t in range(targets):
                if np.float32(best[t] * (1 + NOISE)) < ways[s, t]:
                    ways[s, t] = best[t]
                    lower = True
    return lower


@njit(cache=True, nogil=True)
def rejoin(
    to_port, from_port, sea, load, unload, keep_out, n_out, keep_in, n_in, new_out, new_in, out
):  # fmt: skip
    """Join sea ways again, in place, from the places ``new_out`` and to the places ``new_in``."""
    places, ports = to_port.shape
    reach = np.empty(ports, np.float32)
    for a in range(places):
        begun = False
        for b in range(places):
            if a == b or not (new_out[a] or new_in[b]):
                continue
            if not begun:
                begun = True
                reach[:] = np.inf
                for k in range(n_out[a]):
                    p = keep_out[a, k]
                    start = to_port[a, p] + load[p]
                    for q in range(ports):
                        way = start + sea[p, q]
                        if q != p and way < reach[q]:
                            reach[q] = way
            best = np.float32(np.inf)
            for k in range(n_in[b]):
                q = keep_in[b, k]
                way = reach[q] + unload[q] + from_port[q, b]
                best = way if way < best else best
            out[a, b] = best
