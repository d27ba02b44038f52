"""Compiled inner loops of the network: contraction, customization, sweeps, sea legs, ways.

Plain loops over arrays, compiled by numba at first use and kept on disk. What each array means
is said where the loops are called: ``hierarchy``, ``searoutes``, ``alignment``.
"""

from __future__ import annotations

import heapq

import numpy as np
from numba import njit

# A port is dropped only if beaten by this margin (hours, or dollars), so that rounding cannot drop
# the best one.
_MARGIN = 0.01
# Sources side by side in one sweep: 64 lanes stay in the core's own cache, and a number
# known beforehand lets them be compiled into wide instructions.
LANES = 64


@njit(cache=True, nogil=True)
def complete(first, head):
    """Fill in: a node's upper neighbours become a clique, by way of the lowest of them."""
    n = len(first) - 1
    parent = np.full(n, -1, np.int32)
    # Children of each node as linked lists, filled as parents become known.
    child, sibling = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    arc_first = np.zeros(n + 1, np.int64)
    out = np.empty(max(4 * len(head), 16), np.int32)
    seen = np.full(n, -1, np.int32)
    size = 0
    for v in range(n):
        start = size
        need = size + (first[v + 1] - first[v])
        c = child[v]
        while c >= 0:
            need += arc_first[c + 1] - arc_first[c]
            c = sibling[c]
        if need > len(out):
            grown = np.empty(max(need, 2 * len(out)), np.int32)
            grown[:size] = out[:size]
            out = grown
        for i in range(first[v], first[v + 1]):
            if seen[head[i]] != v:
                seen[head[i]] = v
                out[size] = head[i]
                size += 1
        c = child[v]
        while c >= 0:
            for i in range(arc_first[c], arc_first[c + 1]):
                w = out[i]
                if w != v and seen[w] != v:
                    seen[w] = v
                    out[size] = w
                    size += 1
            c = sibling[c]
        arc_first[v + 1] = size
        if size > start:
            out[start:size].sort()
            p = out[start]
            parent[v] = p
            sibling[v] = child[p]
            child[p] = v
    return arc_first, out[:size].copy(), parent


@njit(cache=True, nogil=True)
def invert(first, head):
    """The same arcs listed by their upper end."""
    n = len(first) - 1
    below_first = np.zeros(n + 1, np.int64)
    for i in range(len(head)):
        below_first[head[i] + 1] += 1
    for v in range(n):
        below_first[v + 1] += below_first[v]
    fill = below_first[:-1].copy()
    tail, arc = np.empty(len(head), np.int32), np.empty(len(head), np.int32)
    for v in range(n):
        for i in range(first[v], first[v + 1]):
            w = head[i]
            tail[fill[w]] = v
            arc[fill[w]] = i
            fill[w] += 1
    return below_first, tail, arc


@njit(cache=True, nogil=True)
def locate(first, head, low, high):
    """Arc number of each link, by bisection among the arcs of its lower end."""
    arc = np.empty(len(low), np.int32)
    for k in range(len(low)):
        a, b = first[low[k]], first[low[k] + 1]
        while a < b:
            middle = (a + b) // 2
            if head[middle] < high[k]:
                a = middle + 1
            else:
                b = middle
        arc[k] = a
    return arc


@njit(cache=True, nogil=True)
def place(arc_of_link, weights, arcs):
    """Put link weights on their arcs; of parallel links the one with the lowest weight counts."""
    for k in range(weights.shape[1]):
        a = arc_of_link[k]
        if weights[0, k] < arcs[0, a]:
            for row in range(weights.shape[0]):
                arcs[row, a] = weights[row, k]


@njit(cache=True, nogil=True)
def relax_triangles(first, head, below_first, below_tail, below_arc, up, down):
    """Basic customization: each arc against every lower triangle, lowest nodes first."""
    n = len(first) - 1
    rows = up.shape[0]
    at = np.full(n, -1, np.int32)
    for x in range(n):
        for i in range(first[x], first[x + 1]):
            at[head[i]] = i
        for b in range(below_first[x], below_first[x + 1]):
            v, vx = below_tail[b], below_arc[b]
            to_v, from_v = down[0, vx], up[0, vx]
            if to_v == np.inf and from_v == np.inf:
                continue
            # Arcs of v are sorted by head, and vx is the one to x: those after it lead higher.
            for vy in range(vx + 1, first[v + 1]):
                xy = at[head[vy]]
                way = to_v + up[0, vy]
                if way < up[0, xy]:
                    up[0, xy] = way
                    for row in range(1, rows):
                        up[row, xy] = down[row, vx] + up[row, vy]
                way = down[0, vy] + from_v
                if way < down[0, xy]:
                    down[0, xy] = way
                    for row in range(1, rows):
                        down[row, xy] = down[row, vy] + up[row, vx]


@njit(cache=True, nogil=True)
def mark(parent, nodes, keep):
    for s in nodes:
        v = s
        while v >= 0 and not keep[v]:
            keep[v] = True
            v = parent[v]


@njit(cache=True, nogil=True)
def sweep(first, head, parent, up, down, sources):
    """Climb from each of up to ``LANES`` sources, then carry all of them down together.

    Returns the weights, node by lane, and the arcs by which they were reached: ``fall`` is the
    arc from a higher node, or -1 where the climb was as good; ``rise`` is the arc of the climb,
    set for ancestors of the lane's source only.
    """
    n = len(first) - 1
    dist = np.full((n, LANES), np.inf)
    rise, fall = np.empty((n, LANES), np.int32), np.empty((n, LANES), np.int32)
    for lane in range(len(sources)):
        v = sources[lane]
        while v >= 0:
            rise[v, lane] = -1
            v = parent[v]
        v = sources[lane]
        dist[v, lane] = 0.0
        while v >= 0:
            for i in range(first[v], first[v + 1]):
                way = dist[v, lane] + up[i]
                if way < dist[head[i], lane]:
                    dist[head[i], lane], rise[head[i], lane] = way, i
            v = parent[v]
    here, by = np.empty(LANES), np.empty(LANES, np.int32)
    for v in range(n - 1, -1, -1):
        for lane in range(LANES):
            here[lane], by[lane] = dist[v, lane], -1
        for i in range(first[v], first[v + 1]):
            w, step, arc = head[i], down[i], np.int32(i)
            if step < np.inf:
                # Selects instead of branches, so that lanes run side by side.
                for lane in range(LANES):
                    way = dist[w, lane] + step
                    better = way < here[lane]
                    by[lane] = arc if better else by[lane]
                    here[lane] = way if better else here[lane]
        for lane in range(LANES):
            dist[v, lane], fall[v, lane] = here[lane], by[lane]
    return dist, rise, fall


@njit(cache=True, nogil=True)
def carry(head, tail, parent, up, down, sources, targets, dist, rise, fall):
    """What is carried along the trees of :func:`sweep` to the targets."""
    n, lanes = len(dist), len(sources)
    sums = np.full((n, lanes), np.inf)
    for lane in range(lanes):
        v = sources[lane]
        sums[v, lane] = 0
        while parent[v] >= 0:
            v = parent[v]
            if rise[v, lane] >= 0:
                sums[v, lane] = sums[tail[rise[v, lane]], lane] + up[rise[v, lane]]
    for v in range(n - 1, -1, -1):
        for lane in range(lanes):
            arc = fall[v, lane]
            if arc >= 0:
                sums[v, lane] = sums[head[arc], lane] + down[arc]
    out = np.empty((lanes, len(targets)), np.float32)
    for t in range(len(targets)):
        out[:, t] = sums[targets[t]]
    return out


@njit(cache=True, nogil=True)
def useful(land, handling, sea):
    """Ports of each place that no other port makes useless, nearest first, and their number."""
    places, ports = land.shape
    keep = np.empty((places, ports), np.int32)
    count = np.zeros(places, np.int32)
    for a in range(places):
        total = land[a] + handling
        order = np.argsort(total)
        n = 0
        for p in order:
            if not np.isfinite(total[p]):
                break
            # One port that beats p is not enough: where it is the destination's own gate, ships
            # would have nowhere to sail, and p is needed. Two cannot both be the gate.
            beaten = 0
            for k in range(n):
                q = keep[a, k]
                if total[q] + sea[q, p] + _MARGIN < total[p]:
                    beaten += 1
                    if beaten == 2:
                        break
            if beaten < 2:
                keep[a, n] = p
                n += 1
        count[a] = n
    return keep, count


@njit(cache=True, nogil=True)
def join(to_port, from_port, sea, load, unload, keep_out, n_out, keep_in, n_in):
    rows, places, ports = to_port.shape
    out = np.full((rows, places, places), np.inf, np.float32)
    gates = np.full((2, places, places), -1, np.int32)
    reach = np.empty(ports, np.float32)
    by = np.empty(ports, np.int32)
    for a in range(places):
        reach[:] = np.inf
        for k in range(n_out[a]):
            p = keep_out[a, k]
            start = to_port[0, a, p] + load[0, p]
            for q in range(ports):
                way = start + sea[0, p, q]
                if q != p and way < reach[q]:
                    reach[q] = way
                    by[q] = p
        for b in range(places):
            if a == b:
                continue
            best, gate = np.float32(np.inf), -1
            for k in range(n_in[b]):
                q = keep_in[b, k]
                way = reach[q] + unload[0, q] + from_port[0, q, b]
                if way < best:
                    best, gate = way, q
            if gate >= 0:
                out[0, a, b] = best
                p = by[gate]
                gates[0, a, b], gates[1, a, b] = p, gate
                for row in range(1, rows):
                    out[row, a, b] = (
                        to_port[row, a, p]
                        + load[row, p]
                        + sea[row, p, gate]
                        + unload[row, gate]
                        + from_port[row, gate, b]
                    )
    return out, gates


@njit(cache=True, nogil=True)
def bounded_way(first, end, link, km, seeds, seed_km, goals, goal_km, limit):
    n = len(first) - 1
    dist = np.full(n, np.inf)
    into = np.full(n, -1, np.int64)
    before = np.full(n, -1, np.int64)
    finish = np.full(n, np.inf)
    for k in range(len(goals)):
        finish[goals[k]] = goal_km[k]
    heap = [(0.0, np.int64(0))]
    heap.pop()
    for k in range(len(seeds)):
        if seed_km[k] < dist[seeds[k]]:
            dist[seeds[k]] = seed_km[k]
            heapq.heappush(heap, (seed_km[k], np.int64(seeds[k])))
    best, best_node = np.inf, -1
    while len(heap) > 0:
        d, x = heapq.heappop(heap)
        if d > dist[x]:
            continue
        if d > limit or d >= best:
            break
        if d + finish[x] < best:
            best, best_node = d + finish[x], x
        for i in range(first[x], first[x + 1]):
            y, way = end[i], d + km[i]
            if way < dist[y]:
                dist[y] = way
                into[y] = link[i]
                before[y] = x
                heapq.heappush(heap, (way, np.int64(y)))
    out = [np.int64(0) for _ in range(0)]
    if best > limit:
        best_node, best = -1, np.inf
    x = best_node
    while x >= 0 and before[x] >= 0:
        out.append(into[x])
        x = before[x]
    ways = np.empty(len(out), np.int64)
    for k in range(len(out)):
        ways[k] = out[k]
    return best, ways
