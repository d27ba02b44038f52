"""Compiled inner loop of partial customization; what each array means is said in ``hierarchy``."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def update(
    first, head, below_first, below_tail, below_arc, links_first, link, link_is_up,
    forward, backward, changed, tails, old_up, old_down, up, down,
):  # fmt: skip
    """Work out again the arcs that depend on the ``changed`` ones, lowest nodes first.

    ``up`` and ``down`` start as copies of the old weights. An arc depends on a lower one only if
    a triangle of the two is or was as good as its old weight: all others leave its minimum, and
    what it carries, as they are.
    """
    n, rows = len(first) - 1, up.shape[0]
    dirty, busy = np.zeros(len(head), np.bool_), np.zeros(n, np.bool_)
    at = np.full(n, -1, np.int32)
    moved = np.empty(n, np.int64)
    lowest = n
    for k in range(len(changed)):
        dirty[changed[k]] = busy[tails[k]] = True
        lowest = min(lowest, tails[k])
    for x in range(lowest, n):
        if not busy[x]:
            continue
        for i in range(first[x], first[x + 1]):
            if not dirty[i]:
                continue
            at[head[i]] = i
            for row in range(rows):
                up[row, i] = down[row, i] = np.inf
            for k in range(links_first[i], links_first[i + 1]):
                a = link[k]
                along, against = forward, backward
                if not link_is_up[a]:
                    along, against = backward, forward
                if along[0, a] < up[0, i]:
                    for row in range(rows):
                        up[row, i] = along[row, a]
                if against[0, a] < down[0, i]:
                    for row in range(rows):
                        down[row, i] = against[row, a]
        for b in range(below_first[x], below_first[x + 1]):
            v, vx = below_tail[b], below_arc[b]
            to_v, from_v = down[0, vx], up[0, vx]
            for vy in range(vx + 1, first[v + 1]):
                xy = at[head[vy]]
                if xy < 0:
                    continue
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
        count = 0
        for i in range(first[x], first[x + 1]):
            if not dirty[i]:
                continue
            at[head[i]] = -1
            same = True
            for row in range(rows):
                same &= up[row, i] == old_up[row, i] and down[row, i] == old_down[row, i]
            if not same:
                moved[count] = i
                count += 1
        if count == 0:
            continue
        # Triangles of x with an arc that moved. Upper neighbours of x above y are upper
        # neighbours of y as well, both sorted: one walk along the two finds the third sides.
        start = 0
        for i in range(first[x], moved[count - 1] + 1):
            y = head[i]
            whole = moved[start] == i
            if whole:
                start += 1
            third = first[y]
            j, k = i + 1, start
            while True:
                if not whole:
                    if k == count:
                        break
                    j = moved[k]
                    k += 1
                elif j == first[x + 1]:
                    break
                while head[third] != head[j]:
                    third += 1
                if not dirty[third]:
                    was, now = old_down[0, i] + old_up[0, j], down[0, i] + up[0, j]
                    best = min(was, now)
                    hit = best <= old_up[0, third] and best < np.inf
                    was, now = old_down[0, j] + old_up[0, i], down[0, j] + up[0, i]
                    best = min(was, now)
                    hit |= best <= old_down[0, third] and best < np.inf
                    if hit:
                        dirty[third] = busy[y] = True
                j += 1
