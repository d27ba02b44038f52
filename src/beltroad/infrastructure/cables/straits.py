"""Named places where many cables share one fate.

A gate is a straight line across the strait, from coast to coast and a little beyond; a segment
that crosses it passes the strait. At Egypt the cables cross on land between the seas: there the
landings on the Red Sea are lost with the segments, or road fibre would step in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beltroad.infrastructure.cables.lines import crosses

__all__ = ["STRAITS", "Strait"]


@dataclass(frozen=True)
class Strait:
    """A gate in degrees ((lat, lon), (lat, lon)) and the landings that go with it."""

    name: str
    gate: tuple[tuple[float, float], tuple[float, float]]
    landings: tuple[str, ...] = ()

    def holds(self, line: NDArray[np.float64]) -> bool:
        """Whether a line, shape (points, 2), passes this strait."""
        return crosses(line, np.array(self.gate, np.float64))


STRAITS = (
    Strait("Egypt crossing", ((29.5, 29.0), (30.6, 33.6)), ("Suez", "Zafarana", "Ras Ghareb")),
    Strait("Bab-el-Mandeb", ((12.85, 44.05), (12.40, 42.95))),
    Strait("Strait of Hormuz", ((27.3, 56.9), (25.6, 56.0))),
    Strait("Strait of Malacca", ((3.2, 101.9), (1.9, 100.2))),
    Strait("Luzon Strait", ((22.6, 120.9), (18.2, 120.9))),
    Strait("Strait of Gibraltar", ((36.3, -5.65), (35.7, -5.65))),
    Strait("Strait of Sicily", ((37.8, 12.9), (36.8, 10.7))),
)
