"""Compiled inner loops of single ways: climbing, tracing back and unpacking arcs into links.

Every comparison and every sum is the one that ``_kernels`` makes, in the same order, so
that a single way and a matrix agree to the last bit. What each array means is said in ``paths``.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def group(arc_of_link, arc_count):
    """Links by the arc on which they lie, in their own order: offsets and link rows."""
    first = np.zeros(arc_count + 1, np.int32)
    for arc in arc_of_link:
        first[arc + 1] += 1
    for arc in range(arc_count):
        first[arc + 1] += first[arc]
    fill = first[:-1].copy()
    link = np.empty(len(arc_of_link), np.int32)
    for k in range(len(arc_of_link)):
        arc = arc_of_link[k]
        link[fill[arc]] = k
        fill[arc] += 1
    return first, link


@njit(cache=True, nogil=True)
def trace(first, head, parent, up, down, source, target):
    """Arcs from source to target in travel order, their tails, and how many of them go up.

    The cost is ``inf`` if there is no way.
    """
    n = len(first) - 1
    # Only ancestors of the two ends are ever read, and these are set first.
    dist = np.empty(n)
    rise, rise_tail, fall = np.empty(n, np.int64), np.empty(n, np.int32), np.empty(n, np.int64)
    for end in (source, target):
        v = end
        while v >= 0:
            dist[v], rise[v], rise_tail[v], fall[v] = np.inf, -1, -1, -1
            v = parent[v]
    dist[source] = 0.0
    v = source
    while v >= 0:
        for i in range(first[v], first[v + 1]):
            way = dist[v] + up[i]
            if way < dist[head[i]]:
                dist[head[i]], rise[head[i]], rise_tail[head[i]] = way, i, v
        v = parent[v]
    depth, v = 0, target
    while v >= 0:
        depth += 1
        v = parent[v]
    chain, v = np.empty(depth, np.int32), target
    for k in range(depth):
        chain[k] = v
        v = parent[v]
    for k in range(depth - 1, -1, -1):
        v = chain[k]
        for i in range(first[v], first[v + 1]):
            way = dist[head[i]] + down[i]
            if way < dist[v]:
                dist[v], fall[v] = way, i
    falls, v = 0, target
    while fall[v] >= 0:
        falls += 1
        v = head[fall[v]]
    rises, w = 0, v
    while rise[w] >= 0:
        rises += 1
        w = rise_tail[w]
    arcs, tails = np.empty(rises + falls, np.int64), np.empty(rises + falls, np.int32)
    w = v
    for k in range(rises - 1, -1, -1):
        arcs[k], tails[k] = rise[w], rise_tail[w]
        w = rise_tail[w]
    v = target
    for k in range(rises + falls - 1, rises - 1, -1):
        arcs[k], tails[k] = fall[v], v
        v = head[fall[v]]
    return dist[target], arcs, tails, rises


@njit(cache=True, nogil=True)
def arc_to(first, head, v, y):
    """Arc from ``v`` up to ``y``, or -1; arcs of a node are sorted by head."""
    a, b = first[v], first[v + 1]
    while a < b:
        middle = (a + b) // 2
        if head[middle] < y:
            a = middle + 1
        else:
            b = middle
    return a if a < first[v + 1] and head[a] == y else -1


@njit(cache=True, nogil=True)
def unpack(
    first, head, below_first, below_tail, below_arc, up, down,
    links_first, link, link_is_up, forward, backward, arcs, tails, rises,
):  # fmt: skip
    """Links below the arcs in travel order, and whether each is travelled from u to v.

    An arc is the first of its links with the arc's own weight, or else the lowest of its
    triangles that adds up to it: the rule by which customization keeps what it carries. Returns
    no links, and False, if some weight is neither.
    """
    size, room = 0, max(64, 8 * len(arcs))
    out, out_forward = np.empty(room, np.int32), np.empty(room, np.bool_)
    todo = [(np.int64(0), np.int64(0), False)]
    todo.pop()
    for k in range(len(arcs) - 1, -1, -1):
        todo.append((arcs[k], np.int64(tails[k]), k < rises))  # noqa: PERF401 (numba)
    while len(todo) > 0:
        xy, x, rising = todo.pop()
        weight = up[xy] if rising else down[xy]
        found = False
        for k in range(links_first[xy], links_first[xy + 1]):
            ahead = link_is_up[link[k]] == rising
            own = forward[link[k]] if ahead else backward[link[k]]
            if own == weight:
                if size == len(out):
                    out = np.concatenate((out, np.empty_like(out)))
                    out_forward = np.concatenate((out_forward, np.empty_like(out_forward)))
                out[size], out_forward[size] = link[k], ahead
                size += 1
                found = True
                break
        if found:
            continue
        y = head[xy]
        for b in range(below_first[x], below_first[x + 1]):
            v, vx = np.int64(below_tail[b]), np.int64(below_arc[b])
            vy = arc_to(first, head, v, y)
            if vy < 0:
                continue
            if rising and down[vx] + up[vy] == weight:
                todo.append((vy, v, True))
                todo.append((vx, v, False))
                found = True
                break
            if not rising and down[vy] + up[vx] == weight:
                todo.append((vx, v, True))
                todo.append((vy, v, False))
                found = True
                break
        if not found:
            return out[:0], out_forward[:0], False
    return out[:size], out_forward[:size], True


@njit(cache=True, nogil=True)
def spread(first, head, parent, up, down, source, nodes):
    """Best weights from the source to each of ``nodes``, which end ascending in a root.

    ``nodes`` holds, with every node, all its ancestors.
    """
    rows = up.shape[0]
    dist = np.empty((len(first) - 1, rows))
    v = source
    while v >= 0:
        dist[v, :] = np.inf
        v = parent[v]
    for v in nodes:
        dist[v, :] = np.inf
    dist[source, :] = 0.0
    v = source
    while v >= 0:
        if dist[v, 0] < np.inf:
            for i in range(first[v], first[v + 1]):
                way = dist[v, 0] + up[0, i]
                if way < dist[head[i], 0]:
                    dist[head[i], 0] = way
                    for row in range(1, rows):
                        dist[head[i], row] = dist[v, row] + up[row, i]
        v = parent[v]
    for k in range(len(nodes) - 1, -1, -1):
        v = nodes[k]
        for i in range(first[v], first[v + 1]):
            way = dist[head[i], 0] + down[0, i]
            if way < dist[v, 0]:
                dist[v, 0] = way
                for row in range(1, rows):
                    dist[v, row] = dist[head[i], row] + down[row, i]
    return dist
