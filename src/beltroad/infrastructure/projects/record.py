"""Projects that act on freight, one typed record each, read from a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.errors import InputError

__all__ = ["ADDS", "FreightProject", "freight_projects", "parse_waypoints"]

# Effects that add what was not there: absent while the project is.
ADDS = ("new_link", "new_port", "new_terminal")


@dataclass(frozen=True)
class FreightProject:
    """What the network needs to know of a project. Numbers that are not known are NaN.

    ``waypoints`` has shape (n, 2): latitude and longitude in order. ``unmapped`` says that the
    line is known not to be in the map data. ``gauge_mm`` is 0 where not known or not a railway.
    ``crossings`` gives listed border crossings by pair of countries in alphabetical order.
    """

    id: str
    mode: str
    effect: str
    hosts: tuple[str, ...]
    waypoints: NDArray[np.float64]
    length_km: float
    unmapped: bool
    locode: str
    hours_saved_terminal: float
    speed_before_kmh: float
    speed_after_kmh: float
    gauge_mm: int = 0
    crossings: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def ref(self) -> str:
        """What the port or dry port it builds is called in the network."""
        return self.locode or self.id


def freight_projects(table: pd.DataFrame) -> list[FreightProject]:
    """Records of a project table's rows, in their order.

    ``gauge_mm`` and ``crossings`` (``AAA:BBB:BORDER-ID``, joined by semicolons) may be missing.

    Raises
    ------
    InputError
        If waypoints cannot be read.
    """
    out = []
    for row in table.to_dict("records"):
        effect, mode = str(row["effect"]), str(row["mode"])
        locode = row["locode"]
        gauge = float(row.get("gauge_mm", np.nan))
        crossings = row.get("crossings", "")
        out.append(
            FreightProject(
                id=str(row["id"]),
                mode=mode,
                effect=effect,
                hosts=tuple(str(row["countries"]).split(";")),
                waypoints=parse_waypoints(str(row["waypoints"])),
                length_km=float(row["length_km"]),
                unmapped=effect == "new_link" and str(row["in_2024_data"]) == "no",
                locode=locode if isinstance(locode, str) else "",
                hours_saved_terminal=float(row["hours_saved_terminal"]),
                speed_before_kmh=float(row["speed_before_kmh"]),
                speed_after_kmh=float(row["speed_after_kmh"]),
                gauge_mm=int(gauge) if mode == "rail" and np.isfinite(gauge) else 0,
                crossings=_crossings(crossings if isinstance(crossings, str) else ""),
            )
        )
    return out


def _crossings(text: str) -> dict[tuple[str, str], str]:
    """``'KAZ:CHN:GATE;...'`` as crossings by pair of countries in alphabetical order."""
    out = {}
    for part in filter(None, text.split(";")):
        a, b, border = part.split(":", 2)
        out[min(a, b), max(a, b)] = border
    return out


def parse_waypoints(text: str) -> NDArray[np.float64]:
    """``'lat,lon;lat,lon'`` as an array of shape (n, 2).

    Raises
    ------
    InputError
        If a pair is not two numbers in range.
    """
    shown = f"waypoints {text!r:.80}"
    try:
        points = np.array([[float(x) for x in pair.split(",")] for pair in text.split(";")])
    except ValueError:
        raise InputError(f"{shown} are not 'lat,lon;lat,lon;...'") from None
    if points.ndim != 2 or points.shape[1] != 2:
        raise InputError(f"{shown} are not 'lat,lon;lat,lon;...'")
    if not (np.all(np.abs(points[:, 0]) <= 90) and np.all(np.abs(points[:, 1]) <= 180)):
        raise InputError(f"{shown} leave the globe; latitude comes first")
    return points
