"""How right the network is: computed transit times beside published ones, state by state."""

from __future__ import annotations

import pandas as pd

from beltroad import evidence
from beltroad.appraisal.progress import Progress
from beltroad.appraisal.routes import Atlas, variability
from beltroad.appraisal.scenario import Scenario
from beltroad.infrastructure.routes.observed import compare_times
from beltroad.infrastructure.routes.places import Place

__all__ = ["transit_times"]

# Years whose networks differ little are compared on one: from this year on, that of today.
LATEST = 2021


def transit_times(
    scenario: Scenario | None = None, *, progress: Progress | None = None
) -> pd.DataFrame:
    """Every published transit time of the table with what the network of its year computes.

    Columns of ``transit_times`` and ``days_model``, ``ratio``.
    """
    progress = progress or Progress()
    table = evidence.load("transit_times")
    places, ends = _ends(table)
    atlas = Atlas.of(scenario, progress=progress)
    out = []
    years = table["state"].astype(int).clip(upper=LATEST).to_numpy()
    with progress.step("routes of published transit times") as report:
        done = 0
        for year in sorted(set(years.tolist())):
            rows = table[years == year]
            planner = atlas.planner(places, state="today" if year == LATEST else year)
            out.append(compare_times(planner, rows, ends, variability()))
            done += len(rows)
            report(done / len(table))
    return pd.concat(out).sort_index()


def _ends(table: pd.DataFrame) -> tuple[list[Place], dict[str, tuple[int, int]]]:
    """Places of all rows, each once, and the positions of the ends of each row."""
    place_of: dict[tuple[object, ...], int] = {}
    places: list[Place] = []
    ends = {}
    kind_of = {"air": "airport", "sea": "port"}
    for row in table.to_dict("records"):
        pair = []
        kind = kind_of.get(str(row["mode"]), "city")
        for name, end in (("origin", "origin"), ("destination", "dest")):
            lat, lon = float(row[f"{end}_lat"]), float(row[f"{end}_lon"])
            key = (kind, lat, lon)
            if key not in place_of:
                place_of[key] = len(places)
                places.append(Place(str(row[name]), kind, "", lat, lon))
            pair.append(place_of[key])
        ends[str(row["obs_id"])] = (pair[0], pair[1])
    return places, ends
