"""Check the hand-written known distances and write the bundled table ``spot_distances``.

These published freight distances are a yardstick for the network: route lengths found by the
engine are compared with them and reported. The stretch of railways and roads as a whole is fitted
to them (``fit_line_stretch.py``), no single link is.

Run: ``python data/build_spot_distances.py`` (``--check`` reports without writing).
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import pandas as pd

from _common import write_table
from build_projects import great_circle_km

FACTS = Path(__file__).resolve().parent / "facts" / "spot_distances.csv"
COLUMNS: dict[str, tuple[str, str]] = {
    "relation_id": ("-", "mode, origin, destination; a number follows where a pair repeats"),
    "origin": ("-", "place name in English"),
    "origin_lat": ("degrees", "latitude of the station, junction or port, good to about 3 km"),
    "origin_lon": ("degrees", "longitude"),
    "destination": ("-", "place name in English"),
    "dest_lat": ("degrees", "latitude"),
    "dest_lon": ("degrees", "longitude"),
    "via": ("-", "places the published route passes, 'lat,lon;lat,lon' in degrees; or empty"),
    "mode": ("-", "rail, road or sea"),
    "known_km": ("km", "published distance; sea from nautical miles times 1.852"),
    "state": ("-", "network state the figure belongs to: 2013 or today"),
    "route_note": ("-", "way taken, second opinions"),
    "source_title": ("-", "page that states the figure, or 'unconfirmed'"),
    "source_url": ("-", "its address"),
    "confidence": ("-", "high, medium or low"),
    "use": ("-", "fit where the stretch of lines is fitted to it too, check where it is held out"),
}
MODES = frozenset({"rail", "road", "sea"})
LEAST = {"rail": 40, "road": 12, "sea": 12}
LONGEST_DETOUR = {"rail": 2.5, "road": 2.5, "sea": 8.5}


def places(text: str) -> list[tuple[float, float]]:
    """'lat,lon;lat,lon' as pairs."""
    found = []
    for part in filter(None, text.split(";")):
        lat, lon = part.split(",")
        found.append((float(lat), float(lon)))
    return found


def row_faults(row: dict[str, str]) -> list[str]:
    """Faults of one relation."""
    found = []
    try:
        a = (float(row["origin_lat"]), float(row["origin_lon"]))
        b = (float(row["dest_lat"]), float(row["dest_lon"]))
        km = float(row["known_km"])
    except ValueError as error:
        return [str(error)]
    try:
        points = [a, *places(row["via"]), b]
    except ValueError:
        return [f"via {row['via']!r}"]
    if row["mode"] not in MODES:
        return [f"mode {row['mode']!r}"]
    if any(abs(lat) > 90 or abs(lon) > 180 for lat, lon in points):
        found.append("a coordinate is off the globe")
    straight = sum(great_circle_km(p, q) for p, q in pairwise(points))
    if not 0.97 * straight <= km <= LONGEST_DETOUR[row["mode"]] * straight:
        found.append(f"{km:g} km against a great circle of {straight:.0f} km")
    if row["state"] not in {"2013", "today"}:
        found.append(f"state {row['state']!r}")
    if row["confidence"] not in {"high", "medium", "low"}:
        found.append(f"confidence {row['confidence']!r}")
    if row["use"] not in {"fit", "check"}:
        found.append(f"use {row['use']!r}")
    if row["source_title"] == "unconfirmed":
        if row["confidence"] == "high" or "unconfirmed" not in row["route_note"]:
            found.append("unconfirmed, but the note or the confidence does not say so")
    elif not row["source_title"] or not row["source_url"].startswith("http"):
        found.append("source is incomplete")
    return found


def faults(frame: pd.DataFrame) -> list[str]:
    """Every fault of the table, one line each."""
    if list(frame.columns) != list(COLUMNS):
        return [f"columns are {list(frame.columns)}"]
    found = [
        f"{i}: not unique" for i in frame.loc[frame["relation_id"].duplicated(), "relation_id"]
    ]
    for record in frame.to_dict("records"):
        row = {str(k): str(v) for k, v in record.items()}
        found += [f"{row['relation_id']}: {fault}" for fault in row_faults(row)]
    counts = frame["mode"].value_counts()
    found += [f"only {counts.get(m, 0)} {m} rows" for m, n in LEAST.items() if counts.get(m, 0) < n]
    return found


def main() -> int:
    """Check, report, write."""
    frame = pd.read_csv(FACTS, dtype=str, keep_default_na=False)
    found = faults(frame)
    if found:
        print(f"{FACTS.name}: {len(found)} faults", *found, sep="\n  ", file=sys.stderr)
        return 1
    for column in ("mode", "state", "confidence"):
        counts = frame[column].value_counts()
        print(f"{column}: " + ", ".join(f"{k} {v}" for k, v in counts.items()))
    if "--check" not in sys.argv:
        write_table(
            "spot_distances",
            frame,
            title="Published freight distances along Belt and Road corridors",
            script="data/build_spot_distances.py",
            sources=[
                {
                    "title": "Hand-written figures with a source on each row",
                    "url": "data/facts/spot_distances.csv",
                    "licence": "facts; compilation CC0-1.0",
                    "vintage": "2026-11-22",
                }
            ],
            columns=COLUMNS,
            notes="A yardstick. Three numbers are fitted to all rows marked fit together: the "
            "stretch of railways and roads (fit_line_stretch.py); no single link is. Rows with "
            "source_title 'unconfirmed' rest on general knowledge and are rounded.",
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
