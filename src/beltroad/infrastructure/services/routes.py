"""Lines of a service beside the routes that the network offers for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd

from beltroad.errors import InputError
from beltroad.infrastructure.services.record import Service

__all__ = ["LINE_MODES", "Find", "RouteLike", "service_routes"]

# What a line may use, by its mode; "cable" carries data and has no way through the network.
LINE_MODES: dict[str, tuple[str, ...]] = {
    "rail": ("rail",),
    "sea": ("sea",),
    "air": ("air",),
    "road": ("road",),
    "water": ("water",),
    "sea_rail": ("sea", "rail"),
    "rail_ferry": ("rail", "ferry"),
    "road_ferry": ("road", "ferry"),
}
FREIGHT = ("freight", "both")


class RouteLike(Protocol):
    """What :func:`service_routes` reads of a route."""

    @property
    def days_total(self) -> float:
        """Days from door to door."""
        ...

    @property
    def km_total(self) -> float:
        """Kilometres along the way."""
        ...

    @property
    def usd_per_teu(self) -> float:
        """US dollars per TEU."""
        ...

    @property
    def kgco2e_per_teu(self) -> float:
        """Kilograms of CO2 equivalent per TEU."""
        ...

    @property
    def chain(self) -> str:
        """Main modes joined by " + ", then " via " and the places on the way."""
        ...


Find = Callable[[str, str, tuple[str, ...], tuple[str, ...]], Sequence[RouteLike]]


def service_routes(each: Service, find: Find) -> pd.DataFrame:
    """Each freight line of a service, computed and as published.

    Parameters
    ----------
    find
        Gives the routes from origin to destination, both as ``"lat,lon"`` in degrees, by some of
        the modes and over the crossings (table ``borders``), ports (UN/LOCODE) and straits named,
        best first; an ``InputError`` that it raises becomes the row's note.

    Returns
    -------
    DataFrame
        One row a line: ``line_id``, ``name``, ``origin``, ``destination``, ``mode``, ``chain``,
        ``days_computed``, ``days_published``, ``days_gap``, ``km_computed``, ``km_published``,
        ``km_ratio``, ``usd_per_teu_computed``, ``usd_per_teu_published``, ``kgco2e_per_teu``,
        ``note``. Numbers that are not known are NaN.
    """
    rows = []
    for line in each.lines.to_dict("records"):
        row = {key: line[key] for key in ("line_id", "name", "origin", "destination", "mode")}
        row |= dict.fromkeys(("days", "km", "usd_per_teu", "kgco2e_per_teu"), np.nan)
        row |= {"chain": "", "note": ""}
        if line["carries"] not in FREIGHT or line["mode"] not in LINE_MODES:
            row["note"] = f"carries {line['carries']}, no freight"
            rows.append(row)
            continue
        via = tuple(step for step in line["via"].split(";") if step)
        try:
            origin, destination = _position(line, "origin"), _position(line, "dest")
            found = find(origin, destination, LINE_MODES[line["mode"]], via)
        except InputError as error:
            found, row["note"] = (), str(error)
        if found:
            best, row["note"] = _chosen(found, LINE_MODES[line["mode"]])
            row |= {
                "days": best.days_total,
                "km": best.km_total,
                "usd_per_teu": best.usd_per_teu,
                "kgco2e_per_teu": best.kgco2e_per_teu,
                "chain": best.chain,
            }
        elif not row["note"]:
            row["note"] = "no way found"
        rows.append(row)
    return _beside_published(pd.DataFrame(rows, columns=_ROUTE_ROW), each.lines)


_ROUTE_ROW = [
    "line_id", "name", "origin", "destination", "mode", "chain",
    "days", "km", "usd_per_teu", "kgco2e_per_teu", "note",
]  # fmt: skip


def _chosen(found: Sequence[RouteLike], modes: tuple[str, ...]) -> tuple[RouteLike, str]:
    """The best route of just the modes of the line, else one with more, else the best of all."""
    wanted = set(modes)
    for fits in (wanted.__eq__, wanted.issubset):
        for route in found:
            if fits(set(_modes_of(route))):
                return route, ""
    lacking = [mode for mode in modes if mode not in _modes_of(found[0])]
    return found[0], f"without {' or '.join(lacking)}"


def _modes_of(route: RouteLike) -> list[str]:
    """Main modes of a chain in words, ``rail + sea via Qinzhou``."""
    return route.chain.split(" via ")[0].split(" + ")


def _position(line: dict[Any, Any], end: str) -> str:
    return f"{line[f'{end}_lat']:.4f},{line[f'{end}_lon']:.4f}"


def _beside_published(computed: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Computed columns with the published ones and their difference next to them."""
    days, km = lines["days_published"].to_numpy(float), lines["km_published"].to_numpy(float)
    table = computed[["line_id", "name", "origin", "destination", "mode", "chain"]].copy()
    table["days_computed"] = computed["days"].to_numpy(float)
    table["days_published"] = days
    table["days_gap"] = table["days_computed"] - days
    table["km_computed"] = computed["km"].to_numpy(float)
    table["km_published"] = km
    table["km_ratio"] = table["km_computed"] / km
    table["usd_per_teu_computed"] = computed["usd_per_teu"].to_numpy(float)
    table["usd_per_teu_published"] = lines["usd_per_teu_published"].to_numpy(float)
    table["kgco2e_per_teu"] = computed["kgco2e_per_teu"].to_numpy(float)
    table["note"] = computed["note"]
    return table
