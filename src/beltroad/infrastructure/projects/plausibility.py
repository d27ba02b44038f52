"""Values of projects that cannot be, or that no recorded project comes near."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from beltroad.infrastructure.network import great_circle_km
from beltroad.infrastructure.projects.finding import Finding
from beltroad.infrastructure.projects.record import FreightProject

__all__ = ["cost_ranges", "gauges_in_map", "least_km", "values_of"]

# Freight runs no faster than this on a new line, road or waterway, km/h.
FREIGHT_KMH = {"rail": 200.0, "road": 120.0, "water": 30.0}
# Waypoints are good to about 3 km, so a published length may fall short of the great circle by
# this much, or this share.
ENDS_KM, SHORTEST = 6.0, 0.95
LONGEST = 2.0
# Few projects say little about what is usual.
FEWEST = 8


def least_km(straight_km: float) -> float:
    """The shortest length that a line of this great circle can have, given rounded waypoints."""
    return min(SHORTEST * straight_km, straight_km - ENDS_KM)


def cost_ranges(table: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Cost per km of the middle 90 % of recorded lines, million USD per km.

    ``table`` is the bundled table of projects. Keys are mode and effect (``rail new_link``);
    kinds with fewer than eight lines are left out.
    """
    line = table["effect"].isin(["new_link", "upgrade"]) & (table["length_km"] > 0)
    rows = table[line & (table["cost_usd_bn"] > 0)]
    per_km = 1000 * rows["cost_usd_bn"] / rows["length_km"]
    return {
        str(kind): (float(np.quantile(costs, 0.05)), float(np.quantile(costs, 0.95)))
        for kind, costs in per_km.groupby(rows["mode"] + " " + rows["effect"])
        if len(costs) >= FEWEST
    }


def values_of(
    project: FreightProject, cost_usd_bn: float, usual: Mapping[str, tuple[float, float]]
) -> list[Finding]:
    """Lengths, speeds and costs that are impossible or unusual.

    Parameters
    ----------
    cost_usd_bn
        Capital cost, billion USD; NaN if not known.
    usual
        From :func:`cost_ranges`.
    """
    out = []
    at = project.waypoints
    straight = float(great_circle_km(at[:-1, 0], at[:-1, 1], at[1:, 0], at[1:, 1]).sum())
    length = project.length_km
    if np.isfinite(length) and length < least_km(straight):
        text = (
            f"length_km {length:g} is less than the great circle of its waypoints, "
            f"{straight:.0f} km, which is used instead"
        )
        out.append(Finding(project.id, "fault", "too_short", text))
    elif np.isfinite(length) and straight and length > LONGEST * straight:
        text = (
            f"length_km {length:g} is {length / straight:.1f} times the great circle of its "
            "waypoints: put more waypoints on the way"
        )
        out.append(Finding(project.id, "warning", "long", text))
    limit = FREIGHT_KMH.get(project.mode, np.inf)
    before, after = project.speed_before_kmh, project.speed_after_kmh
    for key, speed in (("speed_before_kmh", before), ("speed_after_kmh", after)):
        if speed > limit:
            text = f"{key} {speed:g} is more than freight runs at ({limit:g})"
            out.append(Finding(project.id, "warning", "unusual_speed", text))
    if after < before:
        text = f"speed_after_kmh {after:g} is below speed_before_kmh {before:g}"
        out.append(Finding(project.id, "warning", "unusual_speed", text))
    if not np.isfinite(cost_usd_bn):
        out.append(Finding(project.id, "info", "no_cost", "its cost is not known"))
    elif (kind := f"{project.mode} {project.effect}") in usual and straight:
        km = length if np.isfinite(length) else 1.2 * straight
        low, high = usual[kind]
        per_km = 1000 * cost_usd_bn / km
        if not low <= per_km <= high:
            text = (
                f"{per_km:.3g} million USD per km; the middle 90 % of recorded lines "
                f"({kind}) cost {low:.2g} to {high:.3g}"
            )
            out.append(Finding(project.id, "warning", "unusual_cost", text))
    return out


def gauges_in_map(project: FreightProject, gauge_km: Mapping[int, float]) -> list[Finding]:
    """Whether the matched line has another gauge in the map than the project records.

    ``gauge_km`` are kilometres of the matched line by gauge, mm.
    """
    other = {g: km for g, km in gauge_km.items() if g not in (project.gauge_mm, 0)}
    if not project.gauge_mm or not other or sum(other.values()) < 1:
        return []
    lists = ", ".join(f"{km:.0f} km of {g} mm" for g, km in sorted(other.items()))
    text = f"recorded gauge {project.gauge_mm} mm, but its line in the map has {lists}"
    return [Finding(project.id, "warning", "gauge_in_map", text)]
