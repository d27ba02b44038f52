"""Compiled: which nodes hang together."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def components(n, u, v):
    """Label of the piece of each node: the smallest node number in it."""
    label = np.arange(n)
    for k in range(len(u)):
        a, b = u[k], v[k]
        while label[a] != a:
            label[a] = label[label[a]]
            a = label[a]
        while label[b] != b:
            label[b] = label[label[b]]
            b = label[b]
        if a < b:
            label[b] = a
        else:
            label[a] = b
    for k in range(n):
        a = k
        while label[a] != a:
            a = label[a]
        label[k] = a
    return label
