"""How right the network is: its distances and transit times beside published ones."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd

from beltroad import evidence
from beltroad.appraisal.progress import Progress
from beltroad.appraisal.routes import Atlas, variability
from beltroad.appraisal.scenario import Scenario
from beltroad.infrastructure.distances import compare_distances
from beltroad.infrastructure.network import great_circle_km
from beltroad.infrastructure.pricing.lines import line_km
from beltroad.infrastructure.routes.observed import compared, observed_parts
from beltroad.infrastructure.routes.places import Place, candidates
from beltroad.infrastructure.routes.spread import Part

__all__ = ["distance_errors", "distances", "transit_times"]

# Years whose networks differ little are compared on one: from this year on, that of today.
LATEST = 2021
SAME_PLACE_KM = 40.0


def transit_times(
    scenario: Scenario | None = None,
    *,
    table: pd.DataFrame | None = None,
    progress: Progress | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every published transit time of the table with what the network of its year computes.

    Parameters
    ----------
    table
        Rows of ``transit_times`` to compare, None for all.

    Returns
    -------
    compared
        Columns of ``transit_times`` and ``days_model`` (NaN where there is no way), ``ratio``.
    parts
        Hours of each observation by component and group of countries: one row an observation
        (index ``obs_id``), columns ``component|group``.
    """
    progress = progress or Progress()
    table = evidence.load("transit_times") if table is None else table
    places, ends = _ends(table)
    atlas = Atlas.of(scenario, progress=progress)
    found: dict[str, tuple[Part, ...]] = {}
    years = table["state"].astype(int).clip(upper=LATEST).to_numpy()
    with progress.step("routes of published transit times") as report:
        done = 0
        for year in sorted(set(years.tolist())):
            rows = table[years == year]
            planner = atlas.planner(places, state="today" if year == LATEST else year)
            parts = observed_parts(planner, rows, ends, variability())
            found |= dict(zip(rows["obs_id"], parts, strict=True))
            done += len(rows)
            report(done / len(table))
    rows = [
        {"obs_id": key, "component": f"{p.component}|{p.group}", "hours": p.hours}
        for key, parts in found.items()
        for p in parts
    ]
    hours = pd.DataFrame.from_records(rows).pivot_table(
        "hours", "obs_id", "component", aggfunc="sum", fill_value=0.0
    )
    return compared(table, hours.sum(axis=1)), hours


def distances(*, progress: Progress | None = None) -> pd.DataFrame:
    """Every published distance of ``spot_distances`` with ours in the state it belongs to.

    Adds ``km`` (``inf`` where there is no way) and ``ratio`` (ours over published).
    """
    atlas = Atlas.of(progress=progress)
    checks = evidence.load("spot_distances").astype({"state": str})
    closed = {
        state: atlas.effects(int(state) if state.isdecimal() else state).absent
        for state in checks["state"].unique()
    }
    network = atlas.programme.network
    legs = compare_distances(network, _legs(checks), closed, line_km(network, atlas.pricing))
    ours = checks.assign(km=checks["relation_id"].map(legs.groupby("of")["km"].sum()))
    return ours.assign(ratio=ours["km"] / ours["known_km"])


def distance_errors(compared: pd.DataFrame) -> pd.DataFrame:
    """Errors by mode and over all: relations, median and 90th percentile of |ratio - 1|."""
    rows = []
    for mode, group in [*compared.groupby("mode"), ("all", compared)]:
        off = (group["ratio"] - 1).abs()
        rows.append(
            {
                "mode": mode,
                "relations": len(group),
                "median_ratio": float(group["ratio"].median()),
                "median_abs_error": float(off.median()),
                "p90_abs_error": float(off.quantile(0.9)),
            }
        )
    return pd.DataFrame(rows)


def _legs(checks: pd.DataFrame) -> pd.DataFrame:
    """One row a leg between the places that a published route passes; ``of`` is the relation."""
    rows = []
    for check in checks.to_dict("records"):
        points = [p.split(",") for p in check["via"].split(";") if p]
        stops = [
            (check["origin_lat"], check["origin_lon"]),
            *((float(lat), float(lon)) for lat, lon in points),
            (check["dest_lat"], check["dest_lon"]),
        ]
        rows += [
            {
                "of": check["relation_id"], "mode": check["mode"], "state": check["state"],
                "origin_lat": a[0], "origin_lon": a[1], "dest_lat": b[0], "dest_lon": b[1],
                "known_km": float("nan"),
            }
            for a, b in pairwise(stops)
        ]  # fmt: skip
    return pd.DataFrame(rows)


def _ends(table: pd.DataFrame) -> tuple[list[Place], dict[str, tuple[int, int]]]:
    """Places of all rows, each once, and the positions of the ends of each row."""
    place_of: dict[tuple[object, ...], int] = {}
    places: list[Place] = []
    ends = {}
    for row in table.to_dict("records"):
        pair = []
        kind = "airport" if row["mode"] == "air" else "city"
        kind = "port" if row["basis"] == "port" else kind
        for name, end in (("origin", "origin"), ("destination", "dest")):
            lat, lon = float(row[f"{end}_lat"]), float(row[f"{end}_lon"])
            key = (kind, lat, lon)
            if key not in place_of:
                place_of[key] = len(places)
                places.append(
                    Place(str(row[name]), kind, _economy(str(row[name]), lat, lon), lat, lon)
                )
            pair.append(place_of[key])
        ends[str(row["obs_id"])] = (pair[0], pair[1])
    return places, ends


def _economy(name: str, lat: float, lon: float) -> str:
    """Economy of a named place near a point; empty where no place of the name is near."""
    near = [
        p for p in candidates(name, 8) if great_circle_km(lat, lon, p.lat, p.lon) <= SAME_PLACE_KM
    ]
    return near[0].iso3 if near else ""
